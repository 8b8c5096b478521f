"""The rating a case stands on, and why the score is not what it was: a summary for those who decide."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models.case import Case
from app.models.credit import Rating
from app.queries.progress import Reason
from credit import Policy
from rules import Scorecard
from rules.explain import deltas

Label = Mapping[str, str]
MOST_CHANGES = 5


@dataclass(frozen=True, slots=True)
class DimensionView:
    """One dimension: points of 100, and what it brought to the total of what it could bring."""

    label: Label
    points: Decimal | None
    weight: Decimal
    contribution: Decimal | None


@dataclass(frozen=True, slots=True)
class ChangeView:
    """One Factor that moved the total; values as stored (decimal text, boolean, text, None)."""

    label: Label
    before: Any
    after: Any
    unit: str | None
    change: Decimal


@dataclass(frozen=True, slots=True)
class RatingView:
    """`previous_…` is the rating before this case, None for a first one; `changes` the largest first."""

    id: str
    score: Decimal | None
    grade: str | None
    model_grade: str | None
    coverage: Decimal
    decision: str
    rated_at: datetime
    scorecard: Label
    version: int
    proposed: Decimal | None
    payment_days: int | None
    tier: Label | None
    hits: tuple[Label, ...]
    reasons: tuple[Reason, ...]
    unknown: tuple[Label, ...]
    dimensions: tuple[DimensionView, ...]
    previous_id: str | None
    previous_score: Decimal | None
    previous_grade: str | None
    previous_at: datetime | None
    changes: tuple[ChangeView, ...]

    @property
    def change(self) -> Decimal | None:
        if self.score is None or self.previous_score is None:
            return None
        return self.score - self.previous_score


def rating_of(
    session: Session, case: Case, scorecard: Scorecard, policy: Policy, title: Label, version: int
) -> RatingView | None:
    """The rating of a case beside the one that stood before the case was opened; None while it was not rated."""
    if case.rating_id is None:
        return None
    first = select(Rating.previous_id).where(Rating.case_id == case.id).order_by(Rating.rated_at, Rating.id).limit(1)
    wanted = (Rating.id == case.rating_id) | (Rating.id == first.scalar_subquery())
    found = {row.id: row for row in session.scalars(select(Rating).where(wanted))}
    row = found.pop(case.rating_id)
    before = next(iter(found.values()), None)
    hits = {each.id: each.label for each in scorecard.knockouts}
    labels = {each.key: each.label for each in scorecard.factors} | hits
    outcome, tier = row.outcome, case.tier
    return RatingView(
        id=row.id,
        score=row.score,
        grade=row.grade,
        model_grade=row.model_grade,
        coverage=row.coverage,
        decision=row.decision,
        rated_at=row.rated_at,
        scorecard=title,
        version=version,
        proposed=_decimal(outcome.get("formula_limit")),
        payment_days=outcome.get("payment_days"),
        tier=policy.tiers.of(tier).label if tier is not None and tier in policy.tiers else None,
        hits=tuple(hits.get(key, {"zh-CN": key}) for key in outcome.get("rules_hit", ())),
        reasons=tuple(Reason(each["code"], each["params"]) for each in row.trace.get("reasons", ())),
        unknown=tuple(labels.get(each["id"], {"zh-CN": each["id"]}) for each in row.trace.get("unknown", ())),
        dimensions=_dimensions(row, scorecard),
        previous_id=before.id if before else None,
        previous_score=before.score if before else None,
        previous_grade=before.grade if before else None,
        previous_at=before.rated_at if before else None,
        changes=_changes(before, row, scorecard) if before else (),
    )


def _dimensions(row: Rating, scorecard: Scorecard) -> tuple[DimensionView, ...]:
    labels = {each.key: each.label for each in scorecard.dimensions}
    nodes = (node for node in row.trace.get("score", {}).get("children", ()) if node["kind"] == "dimension")
    return tuple(
        DimensionView(
            labels.get(node["id"], {"zh-CN": node["id"]}),
            _decimal(node["value"]),
            Decimal(node["weight"]),
            _decimal(node.get("contribution")),
        )
        for node in nodes
        if Decimal(node["weight"])
    )


def _changes(before: Rating, after: Rating, scorecard: Scorecard) -> tuple[ChangeView, ...]:
    if "score" not in before.trace or "score" not in after.trace:
        return ()
    factors = {each.key: each for each in scorecard.factors}
    found = deltas(before.trace["score"], after.trace["score"])[:MOST_CHANGES]
    return tuple(
        ChangeView(
            factors[each.factor].label if each.factor in factors else {"zh-CN": each.factor},
            each.before,
            each.after,
            factors[each.factor].unit if each.factor in factors else None,
            Decimal(each.change),
        )
        for each in found
    )


def _decimal(text: Any) -> Decimal | None:
    return None if text is None else Decimal(text)
