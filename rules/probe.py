"""What every name and every formula of a Scorecard comes to for one customer, also where a fault stops the rating."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, getcontext, setcontext
from typing import Any

from rules.feel import Formula
from rules.feel.cause import Cause
from rules.feel.numbers import CONTEXT
from rules.feel.trace import Outcome, Part
from rules.problem import Invalid
from rules.rating import rate
from rules.scorecard import COVERAGE, Scorecard
from rules.table import DecisionTable


@dataclass(slots=True)
class Probe:
    """One evaluation, looked into.

    names     Facts, formulas, tables, Factors and coverage with their value; of an unknown one the causes
    formulas  by the place of its text in the body what each formula came to, part by part
    """

    names: dict[str, Outcome] = field(default_factory=dict)
    formulas: dict[str, tuple[Formula, Part]] = field(default_factory=dict)

    def causes(self, found: tuple[Cause, ...]) -> tuple[Cause, ...]:
        """Causes with a missing name replaced by why that name is missing."""
        out: list[Cause] = []
        for cause in found:
            known = self.names.get(cause.field or "") if cause.code == "missing" else None
            out += known.causes if known is not None and known.causes else (cause,)
        return tuple([cause for at, cause in enumerate(out) if cause not in out[:at]])

    def add(self, name: str, value: Any, causes: tuple[Cause, ...] = ()) -> None:
        self.names.setdefault(name, Outcome(value, self.causes(causes) if value is None else ()))


def probe(
    scorecard: Scorecard, facts: Mapping[str, Any], now: datetime, *,
    variant: str | None = None, absent: Mapping[str, Cause] | None = None,
) -> Probe:
    """Evaluates each formula with its trace; `absent` says why a Fact may not be used, as for `rate`."""
    before = getcontext()
    setcontext(CONTEXT)
    try:
        return _probed(scorecard, facts, now, variant, absent or {})
    finally:
        setcontext(before)


def _probed(
    scorecard: Scorecard, facts: Mapping[str, Any], now: datetime, variant: str | None, absent: Mapping[str, Cause]
) -> Probe:
    found = Probe()
    for name in scorecard.facts:
        cause = absent.get(name)
        value = None if cause is not None else _exact(facts.get(name))
        found.names[name] = Outcome(value, () if value is not None else (cause or Cause("missing", name),))
    for derived in scorecard.formulas:
        if isinstance(derived.formula, DecisionTable):
            made = derived.formula.decide(_values(found), now)
            found.add(derived.key, made.value, made.causes)
        else:
            found.add(derived.key, *_traced(found, derived.formula, f"{derived.path}/text", now))
    for factor in scorecard.factors:
        if factor.formula is not None:
            found.add(factor.key, *_traced(found, factor.formula, f"{factor.path}/value", now))
        elif factor.name in found.names:
            found.names.setdefault(factor.key, found.names[factor.name])
    with suppress(Invalid):  # a fault stops the rating: the formulas say which
        found.add(COVERAGE, rate(scorecard, facts, now, variant, trace=False, absent=absent).coverage_percent)
    for knockout in scorecard.knockouts:
        _traced(found, knockout.when, f"{knockout.path}/when", now)
    return found


def _traced(found: Probe, formula: Formula, place: str, now: datetime) -> tuple[Any, tuple[Cause, ...]]:
    part = formula.trace(_values(found), now)
    found.formulas[place] = formula, part
    return part.value, part.causes


def _values(found: Probe) -> dict[str, Any]:
    return {name: outcome.value for name, outcome in found.names.items()}


def _exact(value: Any) -> Any:
    return Decimal(value) if value.__class__ is int else value
