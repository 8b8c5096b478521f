"""What is known of one customer and what happened to it: evidence by kind, and dated occurrences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select, tuple_

from app.models.customer import Evidence, Occurrence
from app.queries.keyset import Place, Sorting, walk
from app.work import Reading


@dataclass(frozen=True, slots=True)
class Copy:
    """The newest copy of one kind of evidence. `facts` as stored, `detail` says of each where it stands and why not."""

    kind: str
    source: str
    as_of: date
    fetched_at: datetime
    expires_on: date | None
    facts: Mapping[str, Any]
    detail: Mapping[str, Any]
    stale: bool

    def reason(self, fact: str) -> tuple[str, Mapping[str, Any]] | None:
        """Why the source could not tell: a code of the catalogue and its params."""
        told = self.detail.get(fact) or {}
        return (told["reason"], told.get("params") or {}) if told.get("reason") else None


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happened on a day; severity low, medium or high."""

    id: str
    day: date
    kind: str
    severity: str
    amount: Decimal | None
    source: str
    description: str


@dataclass(frozen=True, slots=True)
class HappeningPage:
    rows: tuple[Happening, ...]
    previous: str | None
    next: str | None


def copies(reading: Reading, customer_id: str) -> tuple[Copy, ...]:
    """The newest copy of each kind that speaks of no day to come."""
    own = Evidence.customer_id == customer_id
    newest = (
        select(Evidence.kind, func.max(Evidence.as_of))
        .where(own, Evidence.as_of <= reading.today)
        .group_by(Evidence.kind)
    )
    query = (
        select(
            Evidence.kind, Evidence.source, Evidence.as_of, Evidence.fetched_at, Evidence.expires_on, Evidence.facts,
            Evidence.detail,
        )
        .where(own, tuple_(Evidence.kind, Evidence.as_of).in_(newest))
        .order_by(Evidence.kind, Evidence.fetched_at, Evidence.id)
    )
    latest: dict[str, Any] = {row.kind: row for row in reading.session.execute(query)}
    return tuple(Copy(*(*row, _stale(row.expires_on, reading.today))) for row in latest.values())


def _stale(expires_on: date | None, today: date) -> bool:
    return expires_on is not None and expires_on < today


def happenings(reading: Reading, customer_id: str, place: Place, limit: int = 50) -> HappeningPage:
    """What happened to a customer this person has been let see, latest first."""
    query: Any = select(
        Occurrence.id, Occurrence.day, Occurrence.kind, Occurrence.severity, Occurrence.amount, Occurrence.source,
        Occurrence.description,
    ).where(Occurrence.customer_id == customer_id)
    found = walk(reading.session, query, Sorting(Occurrence.day, Occurrence.id, descending=True), place, limit)
    return HappeningPage(tuple(Happening(*row) for row in found.rows), found.previous, found.next)
