"""Ratings as pages show them: the list of recent ones, the history of a customer, and one whole with its Trace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, case, select
from sqlalchemy.orm import aliased

from app.access import Missing, Right, require
from app.models.credit import Rating
from app.models.customer import Customer
from app.models.definition import Definition
from app.queries.keyset import Place, Sorting, walk
from app.queries.scope import customers_in_scope
from app.work import Reading

DECISIONS = ("automatic", "manual", "blocked")
MOVES = ("up", "down", "first")
HISTORY = 60


@dataclass(frozen=True, slots=True)
class RatingLine:
    """One Rating in a list, beside the one before it."""

    id: str
    customer_id: str
    customer: str
    number: str
    rated_at: datetime
    as_of: date
    variant: str
    score: Decimal | None
    coverage: Decimal
    model_grade: str | None
    grade: str | None
    decision: str
    case_id: str | None
    version: int  # of the scorecard
    grade_before: str | None
    score_before: Decimal | None
    first: bool

    @property
    def change(self) -> Decimal | None:
        """Points of the total won or lost since the Rating before."""
        return None if self.score is None or self.score_before is None else self.score - self.score_before


@dataclass(frozen=True, slots=True)
class RatingPage:
    """A page of ratings, the newest first; `previous` and `next` are ids to page from."""

    rows: tuple[RatingLine, ...]
    previous: str | None
    next: str | None


@dataclass(frozen=True, slots=True)
class RatingDetail:
    """One Rating as stored: every number of its outcome, its Trace, and the Facts it stood on with their sources."""

    id: str
    customer_id: str
    case_id: str | None
    scorecard_id: str
    policy_id: str
    variant: str
    rated_at: datetime
    as_of: date
    facts: Mapping[str, Any]
    sources: Mapping[str, Mapping[str, Any]]
    score: Decimal | None
    coverage: Decimal
    model_grade: str | None
    grade: str | None
    decision: str
    outcome: Mapping[str, Any]
    trace: Mapping[str, Any]
    previous_id: str | None


_Before = aliased(Rating)


def _lines(reading: Reading) -> Any:
    query: Any = (
        select(
            Rating.id, Rating.customer_id, Customer.name, Customer.number, Rating.rated_at, Rating.as_of,
            Rating.variant, Rating.score, Rating.coverage, Rating.model_grade, Rating.grade, Rating.decision,
            Rating.case_id, Definition.version, _Before.grade, _Before.score, Rating.previous_id.is_(None),
        )
        .join(Customer, Customer.id == Rating.customer_id)
        .join(Definition, Definition.id == Rating.scorecard_id)
        .join(_Before, _Before.id == Rating.previous_id, isouter=True)
    )
    return customers_in_scope(query, reading.viewer, Right.RATING_READ)


def page(
    reading: Reading, place: Place, *, ladder: Sequence[str] = (), move: str = "", decision: str = "", grade: str = ""
) -> RatingPage:
    """Ratings this person may read, newest first. `ladder` are the Grades from best to worst, to tell up from down."""
    require(reading.viewer, Right.RATING_READ)
    query = _lines(reading)
    if decision in DECISIONS:
        query = query.where(Rating.decision == decision)
    if grade:
        query = query.where(Rating.grade == grade)
    if move == "first":
        query = query.where(Rating.previous_id.is_(None))
    elif move in MOVES and ladder:
        now, before = _rank(Rating.grade, ladder), _rank(_Before.grade, ladder)
        query = query.where(now < before if move == "up" else now > before)
    found = walk(reading.session, query, Sorting(Rating.id, Rating.id, descending=True), place)
    return RatingPage(tuple(RatingLine(*row) for row in found.rows), found.previous, found.next)


def _rank(column: Any, ladder: Sequence[str]) -> ColumnElement[int]:
    return case({grade: rank for rank, grade in enumerate(ladder)}, value=column)


def history(reading: Reading, customer_id: str, most: int = HISTORY) -> tuple[RatingLine, ...]:
    """The latest ratings of a customer, newest first."""
    require(reading.viewer, Right.RATING_READ)
    query = _lines(reading).where(Rating.customer_id == customer_id).order_by(Rating.rated_at.desc(), Rating.id.desc())
    return tuple(RatingLine(*row) for row in reading.session.execute(query.limit(most)))


def one(reading: Reading, rating_id: str) -> RatingDetail:
    """A Rating whole; one of a customer out of reach is Missing."""
    require(reading.viewer, Right.RATING_READ)
    query: Any = select(*_WHOLE).join(Customer, Customer.id == Rating.customer_id).where(Rating.id == rating_id)
    row = reading.session.execute(customers_in_scope(query, reading.viewer, Right.RATING_READ)).one_or_none()
    if row is None:
        raise Missing("rating", rating_id)
    return RatingDetail(*row)


_WHOLE = (
    Rating.id, Rating.customer_id, Rating.case_id, Rating.scorecard_id, Rating.policy_id, Rating.variant,
    Rating.rated_at, Rating.as_of, Rating.facts, Rating.sources, Rating.score, Rating.coverage, Rating.model_grade,
    Rating.grade, Rating.decision, Rating.outcome, Rating.trace, Rating.previous_id,
)  # fmt: skip
