"""Rates one customer: Facts through a Scorecard to Points, dimensions, Score, Grade, and the reasons for each.

The conventions (credit conventions of the worked example): a missing value leaves its dimension and lowers
coverage; dimension and total are rounded as declared, and the total uses the rounded dimensions; a dimension of
weight 0 or without any Points leaves the total; unknown is never clean.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, getcontext, setcontext
from typing import Any

from rules.bands import SetBands
from rules.feel import Outcome
from rules.feel.cause import Cause
from rules.feel.numbers import CONTEXT
from rules.figures import HUNDRED, ZERO, Rounding
from rules.plan import SLOW, Plan, plan_of
from rules.problem import Invalid, Problem
from rules.results import Condition, DimensionResult, FactorResult, Hit, Outline, Reason, Unknown
from rules.score import Score
from rules.scorecard import COVERAGE, Factor, Knockout, Scorecard, Variant
from rules.table import DecisionTable, TableResult
from rules.trace import Told, Trace

# Values, the causes of formulas without one, how the tree is told, and what tables decided.
Seen = tuple[
    Mapping[str, Any] | tuple[Any, ...], Mapping[str, tuple[Cause, ...]], Told | None, Mapping[str, TableResult]
]


def rate(
    scorecard: Scorecard,
    facts: Mapping[str, Any],
    now: datetime,
    variant: str | None = None,
    trace: bool = True,
    *,
    absent: Mapping[str, Cause] | None = None,
    values: Mapping[str, Decimal] | None = None,
) -> Score:
    """The Score of one customer.

    facts    by name; what is not there is unknown, names the Scorecard does not know are not read
    now      the moment formulas see; no clock is read
    variant  weight set, the Scorecard's default for None
    absent   Facts that may not be used, with the reason (stale, refused, disputed); they count as unknown
    values   what-if values of Factors, by key, in place of what their formulas give

    Raises Invalid: `scorecard.unknown_variant`; `rules.float_given`, `rules.not_finite` for a Fact;
    `rating.fault` for every formula that cannot be computed (a fault is not an absence).
    """
    before = getcontext()
    setcontext(CONTEXT)
    try:
        if not absent and not values:
            plan = plan_of(scorecard, variant)
            if plan is not None:
                found = planned(scorecard, plan, facts, trace)
                if found is not None:
                    return found
        return careful(scorecard, scorecard.variant(variant), facts, now, trace, absent or {}, values or {})
    finally:
        setcontext(before)


def planned(scorecard: Scorecard, plan: Plan, facts: Mapping[str, Any], trace: bool) -> Score | None:
    """The Score by the Scorecard's one function; None where that gives up. Call it under the numbers' context."""
    try:
        made = (plan.full if trace else plan.quick)(facts)
    except (KeyError, ArithmeticError):
        return None  # a Fact is missing or an operator failed: the careful way says why
    if made.__class__ is Score:
        score: Score = made
        return score
    if made is SLOW:
        return None
    factors, dimensions, weighted, total, truths, kept = made
    conditions = tuple([found[truth] for found, truth in zip(plan.conditions, truths, strict=True)])
    mean = _Mean(dimensions, plan.coverage, weighted, plan.present, total)
    seen: Seen | None = (kept, {}, plan.told, {}) if trace else None
    return _judge(scorecard, plan.variant, factors, mean, conditions, seen)


def careful(
    scorecard: Scorecard, weights: Variant, facts: Mapping[str, Any], now: datetime, trace: bool,
    absent: Mapping[str, Cause], values: Mapping[str, Decimal],
) -> Score:
    """The Score step by step, with the reason of everything that is not known. Call it under the numbers' context."""
    run = _Run(scorecard, facts, now, absent, values)
    factors = tuple([run.factor(f) for f in scorecard.factors])
    mean = _weigh(scorecard, weights, factors)
    run.env[COVERAGE] = mean.coverage
    conditions = tuple([run.condition(k) for k in scorecard.knockouts])
    if run.faults:
        raise Invalid(run.faults)
    seen: Seen | None = (run.env, run.formula_causes, None, run.tables) if trace else None
    return _judge(scorecard, weights, factors, mean, conditions, seen)


class _Run:
    """The evaluation of one customer: values by name, and the faults met on the way."""

    def __init__(
        self, scorecard: Scorecard, facts: Mapping[str, Any], now: datetime,
        absent: Mapping[str, Cause], values: Mapping[str, Decimal],
    ) -> None:
        self.scorecard = scorecard
        self.now = now
        self.absent = absent
        self.values = values
        self.faults: list[Problem] = []
        self.formula_causes: dict[str, tuple[Cause, ...]] = {}
        self.tables: dict[str, TableResult] = {}
        self.env: dict[str, Any] = {}
        for name in scorecard.facts:
            self.env[name] = None if name in absent else self.read(name, facts.get(name))
        if self.faults:
            raise Invalid(self.faults)
        # A what-if value of a Factor also moves the Fact or formula it takes as it stands: conditions read that.
        moved = {f.name: values[f.key] for f in scorecard.factors if f.name is not None and f.key in values}
        self.env.update((name, value) for name, value in moved.items() if name in self.env)
        for derived in scorecard.formulas:
            if derived.key in moved:
                self.env[derived.key] = moved[derived.key]
                continue
            made: Outcome | TableResult
            if isinstance(derived.formula, DecisionTable):
                made = self.tables[derived.key] = derived.formula.decide(self.env, now)
            else:
                made = derived.formula.evaluate(self.env, now)
            self.env[derived.key] = made.value
            if made.value is None:
                self.formula_causes[derived.key] = self.known_causes(made.causes)

    def read(self, name: str, value: Any) -> Any:
        """A Fact as formulas see it: whole numbers as Decimal; a float or a number that is none is refused."""
        kind = value.__class__
        if kind is int:
            return Decimal(value)
        if kind is float:
            self.faults.append(Problem("rules.float_given", "", {"fact": name, "field": name, "name": name}))
        elif kind is Decimal and not value.is_finite():
            self.faults.append(Problem("rules.not_finite", "", {"fact": name}))
        return value

    def known_causes(self, causes: tuple[Cause, ...]) -> tuple[Cause, ...]:
        """Causes with a missing name replaced by why that name is missing: a stale Fact, a formula's own causes."""
        out: list[Cause] = []
        for cause in causes:
            name = cause.field
            if cause.code != "missing" or name is None:
                out.append(cause)
            elif name in self.absent:
                out.append(self.absent[name])
            else:
                out += self.formula_causes.get(name) or (cause,)
        return tuple([cause for index, cause in enumerate(out) if cause not in out[:index]])

    def why_missing(self, name: str) -> tuple[Cause, ...]:
        """The causes of a name taken as it stands."""
        return self.known_causes((Cause("missing", name),))

    def fault(self, path: str, what: str, cause: Cause, value: Any) -> None:
        """A rating that must stop: `cause` is the code of a sentence `cause.<code>`, `values` what was seen."""
        params = {
            "factor": what, "cause": cause.code, "field": cause.field or what,
            "value": None if value is None else str(value)[:80], "values": dict(cause.params),
        }
        self.faults.append(Problem("rating.fault", path, params))

    def factor(self, factor: Factor) -> FactorResult:
        """Value, Band and Points of one Factor."""
        causes: tuple[Cause, ...] = ()
        if factor.key in self.values:
            value: Any = self.values[factor.key]
        elif factor.formula is not None:
            outcome = factor.formula.evaluate(self.env, self.now)
            value = outcome.value
            if value is None:
                causes = self.known_causes(outcome.causes)
        else:
            value = self.env[factor.name]  # type: ignore[index]  # compiled: either a formula or a name
            if value is None:
                causes = self.why_missing(factor.name)  # type: ignore[arg-type]
        self.env.setdefault(factor.key, value)
        if value is None:
            for cause in causes:
                if not cause.absent:
                    self.fault(f"{factor.path}/value", factor.key, cause, None)
            return FactorResult(factor.key, factor.dimension, None, factor.missing_points, factor.weight, None, False,
                                causes)
        bands = factor.bands
        if value.__class__ is not (str if isinstance(bands, SetBands) else Decimal):
            self.fault(f"{factor.path}/value", factor.key, Cause("type", factor.name or factor.key), value)
            return FactorResult(factor.key, factor.dimension, value, None, factor.weight, None, False)
        points, band = bands.place(value)  # type: ignore[arg-type]  # the line above made sure of the class
        if self.scorecard.rounding.points is not None:
            points = self.scorecard.rounding.points(points)
        return FactorResult(factor.key, factor.dimension, value, points, factor.weight, band, True)

    def condition(self, knockout: Knockout) -> Condition:
        """One condition. FEEL makes `null = true` false, so the inputs themselves are looked at, not only the result.

        A condition that is false while one of its inputs is unknown therefore counts as unknown, also where its author
        wrote what to do about the absence: `on_unknown` says whether that needs a person.
        """
        key, names, path = knockout.id, knockout.names, f"{knockout.path}/when"
        outcome = knockout.when.evaluate(self.env, self.now)
        result = outcome.value
        if result is True:
            return Condition(key, True, (), ())
        if result is None:
            for cause in self.known_causes(outcome.causes):
                if not cause.absent:
                    self.fault(path, key, cause, None)
        elif result is not False:
            self.fault(path, key, Cause("type", key), result)
        unknown = tuple([name for name in names if self.env[name] is None])
        causes = tuple([cause for name in unknown for cause in self.why_missing(name)])
        return Condition(key, None if unknown or result is None else False, unknown, causes)


@dataclass(frozen=True, slots=True)
class _Mean:
    """The weighted means: dimensions, coverage in percent, Σ W·D and Σ W over the dimensions that count, the total."""

    dimensions: tuple[DimensionResult, ...]
    coverage: Decimal
    weighted: Decimal
    present: Decimal
    total: Decimal | None


def _weigh(scorecard: Scorecard, variant: Variant, factors: tuple[FactorResult, ...]) -> _Mean:
    """Dimensions over the Factors that have Points; coverage over those whose value is really known."""
    earned: dict[str, Decimal] = dict.fromkeys(variant.weights, ZERO)
    counted = dict.fromkeys(variant.weights, ZERO)
    known = dict.fromkeys(variant.weights, ZERO)
    for factor in factors:
        if factor.points is not None:
            earned[factor.dimension] += factor.weight * factor.points
            counted[factor.dimension] += factor.weight
        if factor.known:
            known[factor.dimension] += factor.weight
    means: list[tuple[str, Decimal | None, Decimal]] = []
    weighted = present = coverage = ZERO
    for dimension in scorecard.dimensions:
        key, weight = dimension.key, variant.weights[dimension.key]
        points = _rounded(scorecard.rounding.dimension, earned[key] / counted[key]) if counted[key] else None
        means.append((key, points, weight))
        coverage += weight * known[key]
        if points is not None and weight:
            weighted += weight * points
            present += weight
    results = [
        DimensionResult(key, points, weight, weight * points / present if points is not None and weight else None)
        for key, points, weight in means
    ]
    total = _rounded(scorecard.rounding.total, weighted / present) if present else None
    return _Mean(tuple(results), coverage / HUNDRED, weighted, present, total)


def _rounded(rounding: Rounding | None, value: Decimal) -> Decimal:
    return value if rounding is None else rounding(value)


def _judge(
    scorecard: Scorecard, variant: Variant, factors: tuple[FactorResult, ...], mean: _Mean,
    conditions: tuple[Condition, ...], seen: Seen | None,
) -> Score:
    """Grades after knock-outs and ceilings, and whether a person is needed.

    Traced where `seen` is given.
    """
    total = mean.total
    model = None if total is None else scorecard.ladder.of(total)
    hits: list[Hit] = []
    unknown: list[Unknown] = []
    for knockout, condition in zip(scorecard.knockouts, conditions, strict=True):
        if condition.result:
            hits.append(Hit(knockout.id, knockout.effect, knockout.grade, knockout.label))
        elif condition.result is None:
            unknown.append(Unknown(knockout.id, condition.unknown, knockout.on_unknown == "manual"))
    final = final_grade(scorecard, model, hits)
    reasons = [Reason("reason.no_score")] if total is None else []
    reasons += [Reason("reason.manual_rule", {"id": h.id}) for h in hits if h.effect == "manual"]
    reasons += [
        Reason("reason.unknown_fact", {"id": u.id, "fields": ", ".join(u.fields)}) for u in unknown if u.forces_manual
    ]
    alert = total is not None and scorecard.alert_below is not None and total < scorecard.alert_below
    trace = None
    if seen is not None:
        outline = Outline(variant.key, total, mean.weighted, mean.present, mean.coverage, model, final, alert)
        trace = Trace(scorecard, outline, factors, mean.dimensions, conditions, *seen)
    return Score(
        variant=variant.key, factors=factors, dimensions=mean.dimensions, coverage_percent=mean.coverage,
        weighted_sum=mean.weighted, weight_present=mean.present, total=total, model_grade=model, hits=tuple(hits),
        unknown=tuple(unknown), final_grade=final, blocked=any(h.effect == "knock_out" for h in hits),
        manual=bool(reasons), manual_reasons=tuple(reasons), alert=alert, trace=trace,
    )


def final_grade(scorecard: Scorecard, model: str | None, hits: Iterable[Hit]) -> str | None:
    """The worst of the model Grade and the Grades of what is hit; without a Score only a knock-out gives a Grade."""
    hits = list(hits)
    if model is None and all(h.effect != "knock_out" for h in hits):
        return None
    letters = [h.grade for h in hits if h.grade is not None]
    return scorecard.ladder.worst(letters if model is None else [*letters, model])


__all__ = ["Score", "careful", "final_grade", "planned", "rate"]
