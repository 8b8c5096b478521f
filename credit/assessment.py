"""One customer in, one assessment out: the single road by which files, services and pages rate and measure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from credit.limit import Measures, measure
from credit.policy import NET_WORTH, PURCHASE, Policy
from rules import Cause, Invalid, Problem, Score, Scorecard, rate
from rules.facts import read_fact
from rules.figures import fixed, plain
from rules.problem import pointer
from rules.rating import final_grade
from rules.scorecard import Fact

# `name` and the written outcome of a worked example may stand beside the inputs; they are never read.
MEMBERS = ("id", "variant", "inputs", "name", "notes", "expected", "expected_other_variants", "trace")
AMOUNTS = (PURCHASE, NET_WORTH)
MAX_ID = 200


@dataclass(frozen=True, slots=True)
class CustomerInput:
    """A customer as read: `facts` holds indicators, facts and the two amounts under one roof, typed."""

    id: str | None
    variant: str | None
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Assessment:
    """Score and Measures of one customer, and how they print."""

    id: str | None
    score: Score
    measures: Measures
    counterfactuals: Mapping[str, Measures]

    def to_json(self, trace: bool = False) -> dict[str, Any]:
        """`id` and the members of an expected outcome, decimals as text; with `trace` also the steps and the tree."""
        out = {"id": self.id, **outcome(self.score, self.measures)}
        if trace:
            out["trace"] = self.trace()
        return out

    def trace(self) -> dict[str, Any]:
        """Contributions, limit steps, what is unknown, the reasons, and the tree of the Score where it was traced."""
        score, measures = self.score, self.measures
        out: dict[str, Any] = {
            "contributions": {d.key: fixed(d.contribution) for d in score.dimensions if d.contribution is not None},
            "weighted_sum": fixed(score.weighted_sum),
            "weight_present": plain(score.weight_present),
            "need": _text(measures.need),
            "need_times_multiplier": _text(measures.need_times_multiplier),
            "tnw_cap": _text(measures.tnw_cap_amount),
            "unknown": [{"id": u.id, "fields": list(u.fields), "manual": u.forces_manual} for u in score.unknown],
            "reasons": [reason.to_json() for reason in measures.reasons],
        }
        for key, other in self.counterfactuals.items():
            out[f"counterfactual_without_{key}"] = {
                "final_grade": other.grade,
                "need": _text(other.need),
                "need_times_multiplier": _text(other.need_times_multiplier),
                "tnw_cap": _text(other.tnw_cap_amount),
                "limit": _text(other.formula_limit),
            }
        if score.trace is not None:
            out["score"] = score.trace.to_json()
        return out


def assess(
    scorecard: Scorecard, policy: Policy, customer: Mapping[str, Any], now: datetime,
    *, requested: Decimal | None = None, trace: bool = True,
) -> Assessment:
    """Reads, rates and measures one customer given as JSON; Invalid with every Problem of the input otherwise."""
    given = read_customer(scorecard, policy, customer)
    return assess_facts(
        scorecard, policy, given.facts, now,
        customer_id=given.id, variant=given.variant, requested=requested, trace=trace,
    )


def assess_facts(
    scorecard: Scorecard, policy: Policy, facts: Mapping[str, Any], now: datetime, *, customer_id: str | None = None,
    variant: str | None = None, requested: Decimal | None = None, trace: bool = True,
    absent: Mapping[str, Cause] | None = None,
) -> Assessment:
    """The same for Facts already typed; `absent` names those that may not be used, with why (stale, refused, disputed).

    Raises Invalid as `rate` and `measure` do.
    """
    score = rate(scorecard, facts, now, variant, trace, absent=absent)
    usable = facts if not absent else {name: value for name, value in facts.items() if name not in absent}
    measures = measure(policy, score, usable, now, requested)
    others = _without_knockouts(scorecard, policy, score, usable, now) if trace and score.blocked else {}
    return Assessment(customer_id, score, measures, others)


def _without_knockouts(
    scorecard: Scorecard, policy: Policy, score: Score, facts: Mapping[str, Any], now: datetime
) -> dict[str, Measures]:
    """What each knock-out alone costs: the measures without it, where it is the only one and a Score exists."""
    knocked = [hit for hit in score.hits if hit.effect == "knock_out"]
    if len(knocked) != 1 or score.total is None:
        return {}
    hits = tuple(hit for hit in score.hits if hit is not knocked[0])
    free = replace(score, hits=hits, blocked=False, final_grade=final_grade(scorecard, score.model_grade, hits))
    return {knocked[0].id: measure(policy, free, facts, now)}


def outcome(score: Score, measures: Measures) -> dict[str, Any]:
    """The members of an outcome, in the order people read them; decimals as text, unknown as null."""
    return {
        "points": {f.key: _text(f.points) for f in score.factors},
        "dimensions": {d.key: None if d.points is None else format(d.points, "f") for d in score.dimensions},
        "coverage_percent": fixed(score.coverage_percent),
        "total_score": None if score.total is None else format(score.total, "f"),
        "model_grade": score.model_grade,
        "rules_hit": [hit.id for hit in score.hits],
        "final_grade": score.final_grade,
        "decision": measures.decision,
        "score_alert": score.alert,
        "formula_limit": _text(measures.formula_limit),
        "limit": _text(measures.limit),
        "payment_days": measures.payment_days,
        "payment_mode": measures.payment_mode,
        "approval_tier": measures.tier,
        "pd": None if measures.pd is None else format(measures.pd, "f"),
        "price_adjustment": _price(measures),
        "rerate": measures.rerate,
    }


def read_customer(scorecard: Scorecard, policy: Policy, customer: object) -> CustomerInput:
    """A customer as JSON {id, variant, inputs: {indicators, facts, monthly_purchase, tangible_net_worth}}.

    Indicators are the Facts that feed a Factor; facts are the others. Absent members are unknown. Raises Invalid:
    `customer.unknown_member` for anything else, `fact.*` for values that are not what the Fact holds,
    `scorecard.unknown_variant`.
    """
    if not isinstance(customer, Mapping):
        raise Invalid([Problem("customer.not_an_object", "")])
    problems: list[Problem] = []
    for name in customer:
        if name not in MEMBERS:
            problems.append(_unknown(name, pointer(name), MEMBERS[:3]))
    key = _member_text(customer, "id", problems)
    variant = _member_text(customer, "variant", problems)
    if variant is not None and variant not in scorecard.variants:
        params = {"variant": variant, "known": ", ".join(scorecard.variants)}
        problems.append(Problem("scorecard.unknown_variant", "/variant", params))
    inputs = _member_object(customer, "inputs", "", problems)
    indicators, others = _known(scorecard, policy)
    for name in inputs:
        if name not in (*AMOUNTS, "indicators", "facts"):
            problems.append(_unknown(name, pointer("inputs", name), ("indicators", "facts", *AMOUNTS)))
    facts: dict[str, Any] = {}
    for group, known, elsewhere in (("indicators", indicators, others), ("facts", others, indicators)):
        for name, raw in _member_object(inputs, group, "/inputs", problems).items():
            at = pointer("inputs", group, name)
            if name in known:
                _read(known[name], raw, at, facts, problems)
            else:
                problems.append(_unknown(name, at, tuple(known), misplaced=name in elsewhere))
    for name in AMOUNTS:
        _read(Fact(name, "number"), inputs.get(name), pointer("inputs", name), facts, problems)
    if problems:
        raise Invalid(problems)
    return CustomerInput(key, variant, facts)


def _known(scorecard: Scorecard, policy: Policy) -> tuple[dict[str, Fact], dict[str, Fact]]:
    """Facts that feed a Factor, and the others; the two amounts have members of their own."""
    feeding = scorecard.indicators()
    known = {name: fact for name, fact in scorecard.facts.items() if name not in AMOUNTS}
    for name in policy.facts:
        if name not in AMOUNTS:
            known.setdefault(name, Fact(name, "number"))
    indicators = {name: fact for name, fact in known.items() if name in feeding}
    return indicators, {name: fact for name, fact in known.items() if name not in feeding}


def _read(fact: Fact, raw: object, at: str, facts: dict[str, Any], problems: list[Problem]) -> None:
    value, problem = read_fact(fact, raw, at)
    facts[fact.key] = value
    if problem is not None:
        problems.append(problem)


def _unknown(name: object, at: str, known: tuple[str, ...], misplaced: bool = False) -> Problem:
    code = "customer.misplaced_member" if misplaced else "customer.unknown_member"
    return Problem(code, at, {"name": str(name)[:80], "known": ", ".join(known)})


def _member_text(owner: Mapping[str, Any], name: str, problems: list[Problem]) -> str | None:
    value = owner.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        problems.append(Problem("customer.type", pointer(name), {"name": name, "expected": "string"}))
        return None
    if len(value) > MAX_ID:
        problems.append(Problem("customer.text_too_long", pointer(name), {"name": name, "max": MAX_ID}))
        return None
    return value


def _member_object(owner: Mapping[str, Any], name: str, at: str, problems: list[Problem]) -> Mapping[str, Any]:
    value = owner.get(name)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        problems.append(Problem("customer.type", at + pointer(name), {"name": name, "expected": "object"}))
        return {}
    return value


def _text(value: Decimal | None) -> str | None:
    return None if value is None else plain(value)


def _price(measures: Measures) -> str | None:
    if measures.grade is None:
        return None
    return "list" if measures.price_adjustment is None else format(measures.price_adjustment, "f")
