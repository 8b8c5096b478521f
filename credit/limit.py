"""Measures of one rated customer: limit by formula, terms, tier and decision, with the reasons for each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from credit.money import floor_to
from credit.policy import NET_WORTH, GradeMeasure, Policy
from credit.tier import AUTO, over_limit_tier
from rules import Cause, Formula, Invalid, Problem, Score
from rules.feel.numbers import CONTEXT
from rules.figures import plain
from rules.results import Reason

Decision = Literal["automatic", "manual", "blocked"]

# Beyond this an amount is a mistake in the data, not money.
LARGEST = Decimal(10) ** 20


@dataclass(frozen=True, slots=True)
class Proposal:
    """The limit formula worked through; amounts in the Policy's currency, None where unknown.

    formula_limit          floored and never below the minimum
    need_times_multiplier  None where the formula does not use that product
    tnw_cap_amount         tangible net worth × cap, likewise
    """

    need: Decimal | None
    need_times_multiplier: Decimal | None
    tnw_cap_amount: Decimal | None
    unrounded: Decimal | None
    formula_limit: Decimal | None
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Measures:
    """What the Policy makes of a Score.

    grade          the Grade measured; None without a Score: then every measure is None
    limit          the limit that applies: None while a person has to decide, 0 when blocked
    tier           base tier for the amount asked for, or for the formula limit when nothing is asked for
    tier_steps     tiers climbed for what exceeds the formula limit; None: no share of a limit of 0 can be named
    request_tier   the tier after the climb
    automatic      True where nobody needs to decide
    price_adjustment  None with `grade` set means list price
    """

    grade: str | None
    decision: Decision
    reasons: tuple[Reason, ...]
    proposal: Proposal
    limit: Decimal | None
    payment_days: int | None
    payment_mode: str | None
    tier: str | None
    tier_steps: int | None
    request_tier: str | None
    automatic: bool
    pd: Decimal | None
    price_adjustment: Decimal | None
    rerate: str | None
    guarantee_wanted: bool
    freeze: bool
    currency: str

    @property
    def formula_limit(self) -> Decimal | None:
        """What the formula proposes, also where a person decides."""
        return self.proposal.formula_limit

    @property
    def need(self) -> Decimal | None:
        """Credit needed over the payment days and the safety days."""
        return self.proposal.need

    @property
    def need_times_multiplier(self) -> Decimal | None:
        """The need as the Grade allows it."""
        return self.proposal.need_times_multiplier

    @property
    def tnw_cap_amount(self) -> Decimal | None:
        """The most the customer's net worth carries at this Grade."""
        return self.proposal.tnw_cap_amount

    def rows(self) -> list[dict[str, Any]]:
        """The steps of the limit as data: {"key", "value"} in order, values as plain decimal text or None."""
        steps = (
            ("need", self.need),
            ("need_times_multiplier", self.need_times_multiplier),
            ("tnw_cap", self.tnw_cap_amount),
            ("unrounded", self.proposal.unrounded),
            ("formula_limit", self.formula_limit),
            ("limit", self.limit),
        )
        return [{"key": key, "value": None if value is None else plain(value)} for key, value in steps]


def measure(
    policy: Policy, score: Score, facts: Mapping[str, Any], now: datetime, requested: Decimal | None = None
) -> Measures:
    """The measures for `score`; `facts` holds the amounts the limit reads, `requested` what is asked for.

    Blocked stands before manual, manual before automatic. Raises Invalid: `policy.grade_missing` where the Policy
    does not measure the Score's Grade, `rating.fault` where the limit cannot be computed, `fact.type` for an amount
    that is no Decimal, `money.negative` for a negative request.
    """
    if requested is not None and not (requested.is_finite() and 0 <= requested < LARGEST):
        raise Invalid([Problem("money.out_of_range", "/requested", {"value": str(requested)[:40]})])
    grade = score.final_grade
    row = None if grade is None else policy.grades.get(grade)
    if grade is not None and row is None:
        raise Invalid([Problem("policy.grade_missing", "/grades", {"grade": grade})])
    reasons = list(score.manual_reasons)
    if score.coverage_percent < policy.coverage_minimum:
        params = {"coverage": plain(score.coverage_percent), "minimum": plain(policy.coverage_minimum)}
        reasons.append(Reason("reason.coverage_low", params))
    if row is None:
        nothing = Proposal(None, None, None, None, None, ())
        return Measures(
            grade=None, decision="manual", reasons=tuple(reasons), proposal=nothing, limit=None, payment_days=None,
            payment_mode=None, tier=None, tier_steps=None, request_tier=None, automatic=False, pd=None,
            price_adjustment=None, rerate=None, guarantee_wanted=False, freeze=False, currency=policy.limit.currency,
        )
    proposal = propose(policy, row, facts, now)
    reasons += proposal.reasons
    decision: Decision = "blocked" if score.blocked else "manual" if reasons else "automatic"
    return _with_terms(policy, row, proposal, decision, tuple(reasons), requested)


def _with_terms(
    policy: Policy, row: GradeMeasure, proposal: Proposal, decision: Decision, reasons: tuple[Reason, ...],
    requested: Decimal | None,
) -> Measures:
    formula_limit = proposal.formula_limit
    if decision == "blocked":
        # A knock-out leaves nothing to propose, whatever the row of its Grade says.
        formula_limit = Decimal(0)
        proposal = Proposal(proposal.need, proposal.need_times_multiplier, proposal.tnw_cap_amount,
                            proposal.unrounded, formula_limit, proposal.reasons)
    asked = formula_limit if requested is None else requested
    tier = row.tier
    if decision == "automatic" and row.auto_up_to is not None and asked is not None and asked <= row.auto_up_to:
        tier = AUTO
    steps: int | None = 0
    request_tier = tier
    if requested is not None:
        base = Decimal(0) if formula_limit is None else formula_limit
        steps, request_tier = over_limit_tier(policy.tiers, tier, base, requested, policy.over_limit_step)
    return Measures(
        grade=row.grade, decision=decision, reasons=reasons, proposal=proposal,
        limit=None if decision == "manual" else formula_limit,
        payment_days=row.payment_days, payment_mode=row.payment_mode, tier=tier, tier_steps=steps,
        request_tier=request_tier, automatic=decision == "automatic" and request_tier == AUTO, pd=row.pd,
        price_adjustment=row.price_adjustment, rerate=row.rerate, guarantee_wanted=row.guarantee_wanted,
        freeze=row.freeze, currency=policy.limit.currency,
    )


def tier_for(policy: Policy, measures: Measures, requested: Decimal) -> tuple[int | None, str | None]:
    """Steps above the formula limit and the tier that may approve `requested`, for measures worked out before.

    (None, None) for a customer without a Grade: no tier can be named, so nothing may be approved on these measures.
    """
    if measures.grade is None:
        return None, None
    row = policy.grades[measures.grade]
    again = _with_terms(policy, row, measures.proposal, measures.decision, measures.reasons, requested)
    return again.tier_steps, again.request_tier


def propose(policy: Policy, row: GradeMeasure, facts: Mapping[str, Any], now: datetime) -> Proposal:
    """The limit formula for one row of the Policy.

    A Grade without credit proposes 0. Unknown net worth, or none, proposes 0 and asks for a person. Any other unknown
    amount leaves the proposal unknown and asks for a person.
    """
    rule = policy.limit
    values = {name: _amount(facts.get(name), name) for name in rule.facts}
    values["payment_days"] = None if row.payment_days is None else Decimal(row.payment_days)
    values["safety_days"] = rule.safety_days
    values["limit_multiplier"] = row.limit_multiplier
    values["tnw_cap"] = row.tnw_cap
    worth = values[NET_WORTH]
    need, causes = (None, ()) if row.payment_days is None else _evaluated(rule.need, values, now, "/limit/need")
    values["need"] = need
    used = set(rule.formula.names)
    product = CONTEXT.multiply(need, row.limit_multiplier) if need is not None and "limit_multiplier" in used else None
    cap = CONTEXT.multiply(worth, row.tnw_cap) if worth is not None and "tnw_cap" in used else None
    if worth is None or worth <= 0:
        code = "reason.net_worth_missing" if worth is None else "reason.net_worth_not_positive"
        params = {"field": NET_WORTH, "value": None if worth is None else plain(worth)}
        return Proposal(need, product, cap, None, Decimal(0), (Reason(code, params),))
    if row.no_credit:
        return Proposal(need, product, cap, None, Decimal(0), ())
    unrounded, more = _evaluated(rule.formula, values, now, "/limit/formula")
    if unrounded is None:
        unknown = {cause.field for cause in (*causes, *more) if cause.field in rule.facts}
        reason = Reason("reason.limit_unknown", {"fields": ", ".join(sorted(str(name) for name in unknown))})
        return Proposal(need, product, cap, None, None, (reason,))
    if abs(unrounded) >= LARGEST:
        raise Invalid([Problem("money.out_of_range", "/limit/formula", {"value": str(unrounded)[:40]})])
    return Proposal(need, product, cap, unrounded, max(floor_to(unrounded, rule.floor_to), rule.minimum), ())


def _amount(value: Any, name: str) -> Decimal | None:
    """An amount among the Facts: Decimal or int; anything else is a Problem, never a guess."""
    if value is None:
        return None
    if isinstance(value, int) and not isinstance(value, bool):
        value = Decimal(value)
    if isinstance(value, float):
        raise Invalid([Problem("rules.float_given", "", {"fact": name, "field": name, "name": name})])
    if not isinstance(value, Decimal):
        raise Invalid([Problem("fact.type", "", {"fact": name, "expected": "number"})])
    if not value.is_finite() or abs(value) >= LARGEST:
        raise Invalid([Problem("money.out_of_range", "", {"value": str(value)[:40]})])
    return value


def _evaluated(
    formula: Formula, values: Mapping[str, Any], now: datetime, path: str
) -> tuple[Decimal | None, tuple[Cause, ...]]:
    """The amount a formula gives and, where it is unknown, why; a fault stops the rating."""
    outcome = formula.evaluate(values, now)
    if outcome.value is None:
        faults = [cause for cause in outcome.causes if not cause.absent]
        if faults:
            raise Invalid([_fault(path, cause) for cause in faults])
        return None, outcome.causes
    if not isinstance(outcome.value, Decimal):
        raise Invalid([_fault(path, Cause("type", path.rsplit("/", 1)[-1]))])
    return outcome.value, ()


def _fault(path: str, cause: Cause) -> Problem:
    name = path.rsplit("/", 1)[-1]
    params = {"factor": name, "cause": cause.code, "field": cause.field or name, "value": None,
              "values": dict(cause.params)}
    return Problem("rating.fault", path, params, cause.span)
