"""Records of a book as pages and the API show them: lists along a projected field, one record, its history."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.orm import aliased

from app.models.customer import Customer
from app.models.people import User
from app.models.record import KEPT, REMOVED, Projection, Record, RecordValue
from app.queries.keyset import Counted, Place, Sorting, counted, walk
from app.queries.reach import Among, one_by_one
from app.queries.scope import records_in_scope
from app.work import Reading
from forms.book import LONGEST, Book, held

FEW = 20_000  # so many matches are sorted by themselves sooner than found along the order of the list
LONGEST_SEARCH = 60
CHUNK = 500


@dataclass(frozen=True, slots=True)
class Wanted:
    """What one field must hold: exactly `value`, a text that begins with it, or figures and days within bounds."""

    value: str | None = None
    begins: bool = False
    low: str | Decimal | None = None
    high: str | Decimal | None = None


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows a list: fields by key, a search in the names of records, or the removed ones instead of the kept."""

    fields: Mapping[str, Wanted] = field(default_factory=dict)
    search: str = ""
    removed: bool = False
    customer_id: str = ""

    @property
    def any(self) -> bool:
        return self != Filters()


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


@dataclass(frozen=True, slots=True)
class Listing:
    """One book as somebody lists it: how it is kept, and its projections by key of field."""

    key: str
    book: Book
    known: Mapping[str, Projection]

    def sortable(self, key: str | None) -> Projection | None:
        what = self.known.get(key or "")
        return what if what is not None and what.built else None


def page(
    reading: Reading, listing: Listing, filters: Filters, place: Place, *, sort: str | None = None,
    descending: bool = False, limit: int = 50, count: bool = True,
) -> Counted[RecordLine]:
    """Records this person may read, along a projected field or, without one, the newest changed first.

    Without `count` nobody counts beyond the page.
    """
    what = None if filters.removed else listing.sortable(sort)  # what is removed has left the projections
    narrowed = _narrowed(reading, listing, filters)
    if what is None:
        query = _joined(select(*COLUMNS).select_from(Record)).where(*narrowed)
        order = Sorting(Record.changed_at, Record.id, descending=True)
    else:
        column = RecordValue.number if what.sort == "number" else RecordValue.text
        here = and_(RecordValue.projection_id == what.id, RecordValue.place == 0)
        query = _joined(select(*COLUMNS).select_from(RecordValue).join(Record, Record.id == RecordValue.record_id))
        query = query.where(here, *narrowed)
        order = Sorting(column, RecordValue.record_id, descending, here)
    found = walk(reading.session, query, order, place, limit)
    whole = found.previous is None and found.next is None
    total = len(found.rows)
    if count and not whole:
        total = counted(reading.session, select(Record.id).where(*narrowed))
    return Counted(tuple(RecordLine(*row) for row in found.rows), found.previous, found.next, total)


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


def _narrowed(reading: Reading, listing: Listing, filters: Filters) -> list[ColumnElement[bool]]:
    """The conditions of a list. Where one of them alone leaves few records, these are fetched and sorted instead."""
    status = REMOVED if filters.removed else KEPT
    scope = _scope(reading, listing, partial(_among, reading))
    conditions = [Record.book == listing.key, Record.status == status, *scope]
    text = filters.search.strip()[:LONGEST_SEARCH]
    if text:
        conditions.append(_named(listing, status, text))
    if filters.customer_id:
        conditions.append(Record.customer_id == filters.customer_id)
    for key, wanted in filters.fields.items():
        what = listing.sortable(key)
        if what is None or filters.removed:
            continue
        value = aliased(RecordValue)
        conditions.append(_among(reading, value, _meets(value, what, wanted)))
    return conditions


def _among(reading: Reading, value: Any, held: ColumnElement[bool]) -> ColumnElement[bool]:
    """Records with such a value: where there are few, found by themselves; else asked one by one along the list."""
    some = select(value.record_id).where(held)
    if counted(reading.session, some, FEW) <= FEW:
        return Record.id.in_(some)
    return one_by_one(value, held)


def _named(listing: Listing, status: str, text: str) -> ColumnElement[bool]:
    """Records whose name holds `text`: found by themselves along the index of names, not asked one after another."""
    other = aliased(Record)
    if text.isascii():
        named = other.sort_title.contains(text.lower(), autoescape=True)
    else:
        named = other.title.contains(text, autoescape=True)
    return Record.id.in_(select(other.id).where(other.book == listing.key, other.status == status, named))


def _scope(reading: Reading, listing: Listing, among: Among | None = None) -> Sequence[ColumnElement[bool]]:
    query = records_in_scope(select(Record.id), reading.viewer, listing.key, listing.book, among=among)
    found = query.whereclause
    return () if found is None else (found,)


def _meets(value: Any, what: Projection, wanted: Wanted) -> ColumnElement[bool]:
    column = value.number if what.sort == "number" else value.text
    found = [value.projection_id == what.id]
    if wanted.value is not None:
        said = wanted.value[:LONGEST]
        found.append(column.startswith(said, autoescape=True) if wanted.begins else column == said)
    for bound, edge in (("low", wanted.low), ("high", wanted.high)):
        if edge is not None:
            limit = held(edge) if isinstance(edge, Decimal) else edge
            found.append(column >= limit if bound == "low" else column <= limit)
    return and_(*found)


def one(reading: Reading, listing: Listing, record_id: str) -> RecordLine | None:
    """A record within reach, removed ones too; None for anyone else's."""
    query = _joined(select(*COLUMNS).select_from(Record)).where(Record.id == record_id, Record.book == listing.key)
    row = reading.session.execute(query.where(*_scope(reading, listing))).one_or_none()
    return None if row is None else RecordLine(*row)
