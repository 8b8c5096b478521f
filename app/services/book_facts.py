"""What the records about a customer add up to, as Facts: counts, sums, extremes and last values over a period."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models.definition import PUBLISHED, Definition
from app.models.record import KEPT, Record
from app.queries.dictionary import KnownFact
from app.services.books import Shelf, shelf_of
from forms import Answers
from forms.book import BookFact
from rules.figures import plain

KIND = "book"
NONE = {"count": "0", "sum": "0"}  # of no record; the rest is unknown then


@dataclass(frozen=True, slots=True)
class Line:
    """One record as Facts see it: its answers as formulas see them, and the business day it was entered."""

    facts: Mapping[str, Any]
    entered: date


def shelves(session: Session) -> list[Shelf]:
    """The books in force whose records add up to Facts."""
    query = select(Definition).where(Definition.kind == "form", Definition.status == PUBLISHED)
    rows = session.scalars(query.order_by(Definition.key))
    found = (shelf_of(row) for row in rows if (row.body.get("book") or {}).get("facts"))
    return [each for each in found if each is not None]


def known(session: Session) -> list[KnownFact]:
    """The Facts of all books in force, for whoever writes a scorecard."""
    return [
        KnownFact(fact.key, fact.type, None, fact.label, shelf.title)
        for shelf in shelves(session)
        for fact in shelf.book.facts
    ]


def gather(
    session: Session, customer_ids: Sequence[str], today: date, zone: tzinfo
) -> dict[str, tuple[dict[str, Any], dict[str, Mapping[str, Any]]]]:
    """For each customer the Facts of every book and where each came from, as `evidence.Gathered` holds them.

    `zone` is where business days begin: a record entered at 01:00 there counts on that day.
    """
    found: dict[str, tuple[dict[str, Any], dict[str, Mapping[str, Any]]]] = {}
    for shelf in shelves(session):
        lines = _lines(session, shelf, customer_ids, zone)
        for customer_id in customer_ids:
            facts, sources = found.setdefault(customer_id, ({}, {}))
            for fact in shelf.book.facts:
                value, as_of = summed(fact, lines.get(customer_id, ()), today, zone)
                facts[fact.key] = value
                sources[fact.key] = {
                    "kind": KIND, "source": f"{KIND}:{shelf.key}", "as_of": (as_of or today).isoformat(),
                    "expires_on": None, "stale": False,
                }  # fmt: skip
    return found


def _lines(
    session: Session, shelf: Shelf, customer_ids: Sequence[str], zone: tzinfo
) -> dict[str, list[Line]]:
    query = (
        select(Record.customer_id, Record.answers, Record.created_at)
        .where(Record.book == shelf.key, Record.status == KEPT, Record.customer_id.in_(customer_ids))
        .order_by(Record.created_at, Record.id)
    )
    found: dict[str, list[Line]] = {}
    for customer_id, answers, created_at in session.execute(query):
        facts = Answers.from_json(shelf.form, answers, zone).facts()
        found.setdefault(customer_id, []).append(Line(facts, created_at.astimezone(zone).date()))
    return found


def summed(
    fact: BookFact, lines: Iterable[Line], today: date, zone: tzinfo = UTC
) -> tuple[Any, date | None]:
    """The Fact as stored (decimal text, ISO day, text, boolean, None for unknown) and the day of its latest record.

    A record without the day it counts by, or without the value, does not count; nor does one of a day to come.
    """
    counted = sorted(_counted(fact, lines, today, zone), key=lambda each: each[0])
    if not counted:
        return NONE.get(fact.of), None
    days, values = [day for day, _ in counted], [value for _, value in counted]
    return _stored(_made(fact.of, values)), days[-1]


def _counted(
    fact: BookFact, lines: Iterable[Line], today: date, zone: tzinfo
) -> Iterator[tuple[date, Any]]:
    now = datetime.combine(today, time(12), zone)
    for line in lines:
        day = line.entered if fact.day is None else _day(line.facts.get(fact.day))
        if day is None or day > today or (fact.months is not None and day <= months_before(today, fact.months)):
            continue
        if fact.when is not None and fact.when.evaluate(line.facts, now).value is not True:
            continue
        value = None if fact.field is None else line.facts.get(fact.field)
        if fact.field is None or value is not None:
            yield day, value


def _day(value: Any) -> date | None:
    return value if isinstance(value, date) and not isinstance(value, datetime) else None


def _made(of: str, values: list[Any]) -> Any:
    if of == "count":
        return len(values)
    if of == "last":
        return values[-1]
    if of in ("min", "max"):
        return min(values) if of == "min" else max(values)
    total = sum((Decimal(value) for value in values), Decimal(0))
    return total if of == "sum" else total / len(values)


def _stored(value: Any) -> Any:
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, Decimal | int):
        return plain(Decimal(value))
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return str(value.get("name") or value.get("id"))
    return str(value)


def months_before(day: date, months: int) -> date:
    """The same day so many months ago, or the last one of a month that has none such."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(max(year, 1), month + 1, min(day.day, last))
        except ValueError:
            continue
    raise ValueError(day)
