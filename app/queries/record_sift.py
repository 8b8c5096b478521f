"""What narrows a list of records, and how the database is asked for it: the few first, else along the list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import aliased

from app.db import letters_in
from app.models.record import KEPT, REMOVED, Projection, Record, RecordValue
from app.queries.keyset import counted
from app.queries.reach import RECORDS, Among
from app.queries.scope import Few, records_in_scope
from app.work import Reading
from forms.book import LONGEST, Book, held

# So many matches are read and sorted by themselves as soon as they are met along a list of a million.
FEW = 7_000
SOME = 30_000  # of somebody's own: where more is asked for, few of the many along the list may be both
LONGEST_SEARCH = 60
LAST = 0x10FFFF  # the last code point


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
class Listing:
    """One book as somebody lists it: how it is kept, and its projections by key of field."""

    key: str
    book: Book
    known: Mapping[str, Projection]

    def sortable(self, key: str | None) -> Projection | None:
        what = self.known.get(key or "")
        return what if what is not None and what.built else None


@dataclass(frozen=True, slots=True)
class Sifted:
    """The conditions of a list.

    conditions  on records
    along       on the value a list is sorted by: only this stretch of its index is walked
    all_of_it   the whole list in no order, for counting: driven by a filter that leaves many, where there is one
    few         whether one of the conditions alone leaves few
    """

    conditions: Sequence[ColumnElement[bool]]
    along: Sequence[ColumnElement[bool]]
    all_of_it: Select[Any]
    few: bool


def sift(reading: Reading, listing: Listing, filters: Filters, sorted_by: Projection | None) -> Sifted:
    """The conditions of a list. Where one of them alone leaves few records, these are fetched and sorted instead."""
    status = REMOVED if filters.removed else KEPT
    near: list[bool] = []

    def own(rows: Select[Any]) -> bool:
        most = SOME if filters.fields or filters.search else FEW
        near.append(counted(reading.session, rows, most) <= most)
        return near[-1]

    reached = scope(reading, listing, partial(_among, reading), own)
    conditions = [Record.book == listing.key, Record.status == status, *reached]
    few = near == [True] or bool(filters.customer_id)
    if text := filters.search.strip()[:LONGEST_SEARCH]:
        named = _named(reading, text)
        ids = _found(reading, listing, status, named)
        few |= len(ids) <= FEW
        conditions.append(Record.id.in_(ids) if len(ids) <= FEW else named)
    if filters.customer_id:
        conditions.append(Record.customer_id == filters.customer_id)
    along: list[ColumnElement[bool]] = []
    many: list[tuple[Projection, Wanted, ColumnElement[bool]]] = []
    for key, wanted in filters.fields.items():
        what = listing.sortable(key)
        if what is None or filters.removed:
            continue
        value = aliased(RecordValue)
        meets = _meets(value, what, wanted)
        single = key not in listing.book.several
        if single and sorted_by is not None and what.id == sorted_by.id:
            along.append(_meets(RecordValue, what, wanted))
            many.append((what, wanted, RECORDS.one_by_one(value, meets)))
        elif _few(reading, value, meets):
            few = True
            conditions.append(Record.id.in_(select(value.record_id).where(meets)))
        elif single:
            many.append((what, wanted, RECORDS.one_by_one(value, meets)))
        else:
            conditions.append(RECORDS.one_by_one(value, meets))
    asked = [condition for what, _, condition in many if sorted_by is None or what.id != sorted_by.id or not along]
    whole = select(Record.id)
    if many:
        (first, wanted, _), *others = many
        whole = whole.join(RecordValue, RecordValue.record_id == Record.id).where(
            RecordValue.place == 0, _meets(RecordValue, first, wanted), *(condition for *_, condition in others)
        )
    return Sifted([*conditions, *asked], along, whole.where(*conditions), few)


def scope(
    reading: Reading, listing: Listing, among: Among | None = None, few: Few | None = None
) -> Sequence[ColumnElement[bool]]:
    """The conditions of who may read what in a book."""
    query = records_in_scope(select(Record.id), reading.viewer, listing.key, listing.book, among=among, few=few)
    found = query.whereclause
    return () if found is None else (found,)


def held_in(value: Any, what: Projection) -> Any:
    """The column that holds the values of a projection."""
    return value.number if what.sort == "number" else value.text


def _few(reading: Reading, value: Any, held: ColumnElement[bool]) -> bool:
    return counted(reading.session, select(value.record_id).where(held), FEW) <= FEW


def _among(reading: Reading, value: Any, held: ColumnElement[bool]) -> ColumnElement[bool]:
    """Records with such a value: where there are few, found by themselves; else asked one by one along the list."""
    if _few(reading, value, held):
        return Record.id.in_(select(value.record_id).where(held))
    return RECORDS.one_by_one(value, held)


def _named(reading: Reading, text: str) -> ColumnElement[bool]:
    """That the name of a record holds `text`, whatever its capitals; letters alone are looked for in its sounds."""
    said = text.lower()
    if text.isascii():
        return letters_in(reading.session, Record.sort_title, said)
    cased = said != text.upper()
    return letters_in(reading.session, func.lower(Record.title) if cased else Record.title, said)


def _found(reading: Reading, listing: Listing, status: str, named: ColumnElement[bool]) -> Sequence[str]:
    """The records of such a name, and one more than `FEW` where there are more: the index of names is read once."""
    query = select(Record.id).where(Record.book == listing.key, Record.status == status, named)
    return reading.session.scalars(query.limit(FEW + 1)).all()


def _meets(value: Any, what: Projection, wanted: Wanted) -> ColumnElement[bool]:
    column = held_in(value, what)
    found = [value.projection_id == what.id]
    if wanted.value is not None:
        said = wanted.value[:LONGEST]
        found += _begins(column, said) if wanted.begins else [column == said]
    for bound, edge in (("low", wanted.low), ("high", wanted.high)):
        if edge is not None:
            limit = held(edge) if isinstance(edge, Decimal) else edge
            found.append(column >= limit if bound == "low" else column <= limit)
    return and_(*found)


def _begins(column: Any, said: str) -> list[ColumnElement[bool]]:
    """That a text begins so, as a stretch of an index whose texts stand in the order of their code points."""
    head = said.rstrip(chr(LAST))
    if not head:
        return [column >= said]
    last = ord(head[-1]) + 1
    return [column >= said, column < head[:-1] + chr(0xE000 if 0xD800 <= last < 0xE000 else last)]
