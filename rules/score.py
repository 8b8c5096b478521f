"""The Score: the outcome of one rating."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from rules.results import DimensionResult, FactorResult, Hit, Reason, Unknown
from rules.trace import Trace


@dataclass(frozen=True, slots=True)
class Score:
    """The outcome of one rating; figures are exact except where the Scorecard rounds.

    total, model_grade, final_grade  None where no Factor with weight has Points
    weighted_sum, weight_present     total = weighted_sum / weight_present, before rounding
    blocked                          a knock-out is hit; the final grade is then set even without a total
    manual                           a person must decide; `manual_reasons` says why
    """

    variant: str
    factors: tuple[FactorResult, ...]
    dimensions: tuple[DimensionResult, ...]
    coverage_percent: Decimal
    weighted_sum: Decimal
    weight_present: Decimal
    total: Decimal | None
    model_grade: str | None
    hits: tuple[Hit, ...]
    unknown: tuple[Unknown, ...]
    final_grade: str | None
    blocked: bool
    manual: bool
    manual_reasons: tuple[Reason, ...]
    alert: bool
    trace: Trace | None
