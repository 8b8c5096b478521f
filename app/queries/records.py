"""Records of a book as pages and the API show them: lists along a projected field, one record, its history."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, select

from app.models.customer import Customer
from app.models.people import User
from app.models.record import Record, RecordValue
from app.queries.keyset import Counted, Place, Sorting, counted, walk
from app.queries.record_sift import Filters, Listing, Wanted, held_in, scope, sift
from app.work import Reading

__all__ = ["Filters", "Listing", "RecordLine", "Wanted", "everything", "one", "page"]

CHUNK = 500


@dataclass(frozen=True, slots=True)
class RecordLine:
    """One record in a list, its answers as stored under the version `form_id`."""

    id: str
    title: str
    form_id: str
    customer_id: str | None
    customer: str | None
    customer_number: str | None
    owner: str | None
    answers: Mapping[str, Any]
    status: str
    created_at: datetime
    changed_at: datetime
    row_version: int


COLUMNS: tuple[Any, ...] = (
    Record.id, Record.title, Record.form_id, Record.customer_id, Customer.name.label("customer"),
    Customer.number.label("customer_number"), User.name.label("owner"), Record.answers, Record.status,
    Record.created_at, Record.changed_at, Record.row_version,
)  # fmt: skip


def page(
    reading: Reading, listing: Listing, filters: Filters, place: Place, *, sort: str | None = None,
    descending: bool = False, limit: int = 50, count: bool = True,
) -> Counted[RecordLine]:
    """Records this person may read, along a projected field or, without one, the newest changed first.

    Without `count` nobody counts beyond the page.
    """
    what = None if filters.removed else listing.sortable(sort)  # what is removed has left the projections
    sifted = sift(reading, listing, filters, what)
    if what is None:
        query = select(Record.id).where(*sifted.conditions)
        order = Sorting(Record.changed_at, Record.id, descending=True, few=sifted.few)
    else:
        here = and_(RecordValue.projection_id == what.id, RecordValue.place == 0)
        query = select(RecordValue.record_id.label("id")).join(Record, Record.id == RecordValue.record_id)
        query = query.where(here, *sifted.conditions, *sifted.along)
        column, empties = held_in(RecordValue, what), not sifted.along
        order = Sorting(column, RecordValue.record_id, descending, here, empties, sifted.few)
    found = walk(reading.session, query, order, place, limit)
    whole = found.previous is None and found.next is None
    total = counted(reading.session, sifted.all_of_it) if count and not whole else len(found.rows)
    lines = _lines(reading, [row.id for row in found.rows])
    return Counted(lines, found.previous, found.next, total)


def _lines(reading: Reading, ids: Sequence[str]) -> tuple[RecordLine, ...]:
    """The records of a page, in its order: read once it is known which they are, so that nothing wide is sorted."""
    rows = reading.session.execute(_joined(select(*COLUMNS).select_from(Record)).where(Record.id.in_(ids)))
    known = {row.id: RecordLine(*row) for row in rows} if ids else {}
    return tuple(known[each] for each in ids if each in known)


def everything(
    reading: Reading, listing: Listing, filters: Filters, *, sort: str | None = None, descending: bool = False
) -> Iterator[RecordLine]:
    """Every record of a list in its order, some hundreds at a time."""
    place = Place()
    while True:
        found = page(reading, listing, filters, place, sort=sort, descending=descending, limit=CHUNK, count=False)
        yield from found.rows
        if found.next is None:
            return
        place = Place(after=found.next)


def _joined(query: Select[Any]) -> Select[Any]:
    return query.join(Customer, Customer.id == Record.customer_id, isouter=True).join(
        User, User.id == Record.owner_id, isouter=True
    )


def one(reading: Reading, listing: Listing, record_id: str) -> RecordLine | None:
    """A record within reach, removed ones too; None for anyone else's."""
    query = _joined(select(*COLUMNS).select_from(Record)).where(Record.id == record_id, Record.book == listing.key)
    row = reading.session.execute(query.where(*scope(reading, listing))).one_or_none()
    return None if row is None else RecordLine(*row)
