"""Pages of long lists by the last row seen, never by counting rows away: as fast on the last page as on the first."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, func, literal, literal_column, select, true, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

PAGE = 50
YEARS = range(1900, 2200)  # beyond them a zone's midnight may be a day that no calendar of ours knows
MOST_COUNTED = 1000


@dataclass(frozen=True, slots=True)
class Sorting:
    """What a list is sorted by: a column, then the id, in one direction. Rows without a value come last either way.

    `within` finds the row of an id where its table has several: those of one projection, say. Without `empties` rows
    without a value are not looked for, since no condition of the list would let them in. With `few` the rows are known
    to be few: they are fetched and sorted, also where a planner would hope to meet a page of them along an index.
    """

    column: InstrumentedAttribute[Any]
    key: InstrumentedAttribute[str]
    descending: bool = False
    within: ColumnElement[bool] = field(default_factory=true)
    empties: bool = True
    few: bool = False

    @property
    def nullable(self) -> bool:
        return bool(self.column.property.columns[0].nullable)


@dataclass(frozen=True, slots=True)
class Place:
    """Where to go on: after one row, before one row, or from the start. Unknown ids lead to the start."""

    after: str | None = None
    before: str | None = None


START = Place()

Line = TypeVar("Line")


@dataclass(frozen=True, slots=True)
class Counted(Generic[Line]):
    """A page of a list with how many lines there are in all; `count` stops at one more than `MOST_COUNTED`."""

    rows: tuple[Line, ...]
    previous: str | None
    next: str | None
    count: int

    @property
    def many(self) -> bool:
        return self.count > MOST_COUNTED


@dataclass(frozen=True, slots=True)
class Walk:
    """The rows of a page in list order; `previous` and `next` are ids to page from, None where there is no more."""

    rows: tuple[Any, ...]
    previous: str | None
    next: str | None


def walk(session: Session, query: Select[Any], sorting: Sorting, place: Place, limit: int = PAGE) -> Walk:
    """One page of `query`, whose rows have an `id`; two statements at most besides looking up where to go on.

    Rows with and without a value are two stretches, each read along an index; that is why nulls are not mixed in.
    """
    edge = _edge(session, sorting, place)
    backwards = edge is not None and place.after is None
    downwards = sorting.descending != backwards
    stretches = [True, False] if sorting.nullable and sorting.empties else [True]
    if backwards:
        stretches.reverse()
    start = 0 if edge is None or not sorting.empties else stretches.index(edge[0] is not None)
    found: list[Any] = []
    for number, valued in enumerate(stretches[start:]):
        part = _stretch(query, sorting, valued, edge if number == 0 else None, downwards)
        found += session.execute(part.limit(limit + 1 - len(found))).all()
        if len(found) > limit:
            break
    more, found = len(found) > limit, found[:limit]
    if backwards:
        found.reverse()
    has_next = more or backwards
    has_previous = more if backwards else edge is not None
    return Walk(
        tuple(found), found[0].id if found and has_previous else None, found[-1].id if found and has_next else None
    )


def counted(session: Session, query: Select[Any], most: int = MOST_COUNTED) -> int:
    """How many rows, but never counting further than `most` + 1."""
    some = query.order_by(None).with_only_columns(literal(1), maintain_column_froms=True).limit(most + 1).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0


def _edge(session: Session, sorting: Sorting, place: Place) -> tuple[Any, str] | None:
    row_id = place.after or place.before
    if not row_id:
        return None
    row = session.execute(select(sorting.column, sorting.key).where(sorting.key == row_id, sorting.within)).first()
    return None if row is None else (row[0], row[1])


def _stretch(
    query: Select[Any], sorting: Sorting, valued: bool, edge: tuple[Any, str] | None, downwards: bool
) -> Select[Any]:
    column, key = sorting.column, sorting.key
    columns = (column, key) if valued else (key,)
    if sorting.nullable:
        query = query.where(column.is_not(None) if valued else column.is_(None))
    if edge is not None:
        limits = (literal(edge[0], column.type), literal(edge[1])) if valued else (literal(edge[1]),)
        here = tuple_(*columns)
        query = query.where(here < tuple_(*limits) if downwards else here > tuple_(*limits))
    ordered = [func.nullif(each, literal_column("NULL")) for each in columns] if sorting.few else columns
    return query.order_by(*(each.desc() if downwards else each.asc() for each in ordered))
