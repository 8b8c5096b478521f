"""By what a record is found, and what it holds that may be there once: written from its stored answers."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import Table, delete, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.access import Conflict
from app.models.record import Projection, Record, RecordUnique, RecordValue
from app.services import books
from app.services.books import Shelf
from app.services.uniqueness import Taken
from app.work import Reading, Work
from forms.book import LONGEST, projection
from forms.fields import Field
from rules.figures import plain

EVERYONE = ""  # the scope of a value that is unique in the whole book
ASKED = 500  # values in one question


def project(work: Work, shelf: Shelf, rows: Iterable[tuple[Record, Mapping[str, Any]]]) -> None:
    """Write what records are found by, from their answers as the form of the shelf stores them."""
    known = books.projections(work.session, shelf)
    values: list[dict[str, Any]] = []
    holds: list[dict[str, Any]] = []
    for row, stored in rows:
        values += values_of(shelf, row.id, stored, known)
        holds += uniques_of(shelf, row.id, row.customer_id, stored, known)
    write(work, RecordValue, values)
    try:
        write(work, RecordUnique, holds)
    except IntegrityError:
        fields = [shelf.form.fields[key] for key in known if shelf.form.fields[key].unique]
        raise Conflict("record.value_taken", fields=[dict(field.label) for field in fields]) from None


def write(work: Work, kind: type[RecordValue] | type[RecordUnique], lines: Sequence[Mapping[str, Any]]) -> None:
    """Many lines in one statement; the mapper would send one for every change of which column is empty."""
    if lines:
        work.session.connection().execute(insert(cast(Table, kind.__table__)), lines)


def values_of(
    shelf: Shelf, record_id: str, stored: Mapping[str, Any], known: Mapping[str, Projection]
) -> list[dict[str, Any]]:
    """The projected values of stored answers, one line of nothing where a field is empty."""
    out: list[dict[str, Any]] = []
    for key, what in known.items():
        found = list(projection(shelf.form.fields[key], stored.get(key)))
        for place, value in enumerate(found or (None,)):
            cell = {"text": None, "number": None, what.sort: value}
            out.append({"record_id": record_id, "projection_id": what.id, "place": place, **cell})
    return out


def uniques_of(
    shelf: Shelf, record_id: str, customer_id: str | None, stored: Mapping[str, Any], known: Mapping[str, Projection]
) -> list[dict[str, Any]]:
    """What a record holds that may be there once."""
    out = []
    for key, what in known.items():
        field = shelf.form.fields[key]
        scope = customer_id if field.unique == "customer" else EVERYONE
        if not field.unique or scope is None:
            continue
        hold = hold_of(field, stored.get(key))
        if hold is not None:
            out.append({"projection_id": what.id, "scope": scope, "value": hold, "record_id": record_id})
    return out


def hold_of(field: Field, stored: Any) -> str | None:
    """A stored answer as it is compared with others; None where nobody can say that it is somebody else's."""
    if not isinstance(stored, str | int) or isinstance(stored, bool) or stored == "":
        return None
    said = plain(Decimal(stored)) if field.feel_type == "number" else str(stored)
    return said if len(said) <= LONGEST else f"sha256:{hashlib.sha256(said.encode()).hexdigest()}"


def clear(work: Work, row: Record, kept: Collection[int] = ()) -> None:
    """Take away what a record holds and is found by, but for the projections `kept`."""
    work.session.execute(delete(RecordUnique).where(RecordUnique.record_id == row.id))
    values = delete(RecordValue).where(RecordValue.record_id == row.id)
    work.session.execute(values.where(RecordValue.projection_id.not_in(kept)) if kept else values)


@dataclass(frozen=True, slots=True)
class Held:
    """What was asked for many new records at once: values, by projection, and in which scope somebody holds them."""

    asked: Collection[tuple[int, str]]
    found: Collection[tuple[int, str, str]]


def taken(
    where: Work | Reading, shelf: Shelf, raw: Mapping[str, Any], row: Record | None, held: Held | None = None
) -> Taken:
    """Whether another kept record of the book holds a value; the database itself has the last word.

    `held` is what was asked already for many new records at once.
    """
    known = books.projections(where.session, shelf)
    given = raw.get(shelf.book.customer or "")
    customer = given if isinstance(given, str) and given else (row.customer_id if row is not None else None)

    def found(key: str, value: Any) -> bool:
        scope = EVERYONE if shelf.form.fields[key].unique == "form" else customer
        hold = hold_of(shelf.form.fields[key], value)
        if key not in known or hold is None or scope is None:
            return False
        if held is not None and row is None and (known[key].id, hold) in held.asked:
            return (known[key].id, scope, hold) in held.found
        query = select(RecordUnique.record_id).where(
            RecordUnique.projection_id == known[key].id, RecordUnique.scope == scope, RecordUnique.value == hold
        )
        if row is not None:
            query = query.where(RecordUnique.record_id != row.id)
        return where.session.scalar(query) is not None

    return found


def ask(session: Session, shelf: Shelf, raws: Sequence[Mapping[str, Any]]) -> Held | None:
    """Ask once for the unique values of many records; of one that is written otherwise than it is kept, later."""
    if len(raws) < 2:
        return None
    asked: set[tuple[int, str]] = set()
    found: set[tuple[int, str, str]] = set()
    for key, what in books.projections(session, shelf).items():
        field = shelf.form.fields[key]
        values = {hold for raw in raws if (hold := _written(field, raw.get(key))) is not None} if field.unique else ()
        asked |= {(what.id, value) for value in values}
        query = select(RecordUnique.projection_id, RecordUnique.scope, RecordUnique.value)
        listed = sorted(values)
        for start in range(0, len(listed), ASKED):
            mine = query.where(
                RecordUnique.projection_id == what.id, RecordUnique.value.in_(listed[start : start + ASKED])
            )
            found |= {(id, scope, value) for id, scope, value in session.execute(mine)}
    return Held(asked, found)


def _written(field: Field, raw: Any) -> str | None:
    try:
        return hold_of(field, raw)
    except ArithmeticError:
        return None  # no number: the evaluator will say so
