"""The credit Policy: what each Grade means for limit, terms, price and authority, compiled from its JSON body."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise
from typing import Any, Literal

from credit.tier import AUTO, NONE, Tier, Tiers
from rules import Formula, Invalid, Problem, Scope, ScopeEntry, Scorecard, compile_formula
from rules.figures import plain
from rules.problem import errors, pointer
from rules.schema import load_schema, schema_problems

SCHEMA = load_schema("credit", "policy.schema.json")

PURCHASE = "monthly_purchase"
NET_WORTH = "tangible_net_worth"
# What the Policy itself gives to its formulas, beside the Facts.
TERMS = ("payment_days", "safety_days", "limit_multiplier", "tnw_cap")

PaymentMode = Literal["open_account", "cod", "prepay"]


@dataclass(frozen=True, slots=True)
class GradeMeasure:
    """The row of one Grade.

    pd                probability of default in 12 months, 0 to 1
    limit_multiplier  of the need; 0: no credit
    tnw_cap           share of tangible net worth the limit may reach
    payment_days      net days; 0 is cash on delivery, None prepayment
    price_adjustment  negative is a discount; None is list price
    auto_up_to        limit up to which no person is needed; None: always a person
    rerate            "6m", "30d" or "event"
    """

    grade: str
    pd: Decimal
    limit_multiplier: Decimal
    tnw_cap: Decimal
    payment_days: int | None
    payment_mode: PaymentMode
    price_adjustment: Decimal | None
    auto_up_to: Decimal | None
    tier: str
    rerate: str
    guarantee_wanted: bool
    freeze: bool

    @property
    def no_credit(self) -> bool:
        """True where the Grade gives no limit whatever the customer needs."""
        return not self.limit_multiplier or not self.tnw_cap


@dataclass(frozen=True, slots=True)
class LimitRule:
    """How the limit is proposed; amounts in `currency`."""

    need: Formula
    formula: Formula
    facts: tuple[str, ...]
    safety_days: Decimal
    floor_to: Decimal
    minimum: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Policy:
    """A Policy without errors; `warnings` are findings its author may accept."""

    scorecard: str
    grades: Mapping[str, GradeMeasure]
    limit: LimitRule
    tiers: Tiers
    over_limit_step: Decimal
    coverage_minimum: Decimal
    limit_validity: str
    rating_validity: str | None
    warnings: tuple[Problem, ...] = field(default=())

    @property
    def facts(self) -> tuple[str, ...]:
        """Names of the Facts the limit reads, all numbers."""
        return self.limit.facts


def compile_policy(body: Mapping[str, Any]) -> Policy:
    """The Policy of `body` (credit/policy.schema.json); Invalid with all Problems at JSON Pointer paths otherwise."""
    problems = schema_problems(SCHEMA, body)
    if problems:
        raise Invalid(problems)
    tiers = Tiers(tuple(Tier(t["key"], tuple(t["posts"]), t.get("label", {})) for t in body["tiers"]))
    grades = {key: _measure(key, row) for key, row in body["grades"].items()}
    found = [*_tier_problems(tiers), *_grade_problems(grades, tiers), *_ladder_warnings(grades)]
    limit, wrong = _limit(body["limit"])
    found += wrong
    found += _share_problems(body)
    if errors(found) or limit is None:
        raise Invalid(found)
    return Policy(
        scorecard=body["scorecard"]["key"],
        grades=grades,
        limit=limit,
        tiers=tiers,
        over_limit_step=Decimal(body["over_limit"]["step"]),
        coverage_minimum=Decimal(body["coverage_minimum"]),
        limit_validity=body["validity"]["limit"],
        rating_validity=body["validity"].get("rating"),
        warnings=tuple(found),
    )


def check_against(policy: Policy, scorecard: Scorecard) -> list[Problem]:
    """What keeps the Policy from measuring what the Scorecard rates: Grades missing or unknown, a ladder that turns.

    Grades are errors; a PD that falls, or a multiplier or cap that rises, from a better to a worse Grade is a
    warning, for which publishing asks a reason.
    """
    problems = []
    for key in scorecard.ladder.keys:
        if key not in policy.grades:
            problems.append(Problem("policy.grade_missing", "/grades", {"grade": key}))
    for key in sorted(set(policy.grades) - set(scorecard.ladder.keys)):
        problems.append(Problem("policy.grade_unknown", pointer("grades", key), {"grade": key}))
    for name in policy.facts:
        fact = scorecard.facts.get(name)
        if fact is not None and fact.type not in ("number", "any"):
            params = {"fact": name, "type": fact.type, "expected": "number"}
            problems.append(Problem("policy.fact_type", "/limit", params))
    rows = [policy.grades[key] for key in scorecard.ladder.keys if key in policy.grades]
    for better, worse in pairwise(rows):
        if worse.pd < better.pd:
            problems.append(_turn("pd", better, worse))
    return problems


def _measure(grade: str, row: Mapping[str, Any]) -> GradeMeasure:
    price, auto = row["price_adjustment"], row.get("auto_up_to")
    return GradeMeasure(
        grade=grade,
        pd=Decimal(row["pd"]),
        limit_multiplier=Decimal(row["limit_multiplier"]),
        tnw_cap=Decimal(row["tnw_cap"]),
        payment_days=row["payment_days"],
        payment_mode=row["payment_mode"],
        price_adjustment=None if price == "list" else Decimal(price),
        auto_up_to=None if auto is None else Decimal(auto),
        tier=row["tier"],
        rerate=row["rerate"],
        guarantee_wanted=row.get("guarantee_wanted", False),
        freeze=row.get("freeze", False),
    )


def _tier_problems(tiers: Tiers) -> Iterator[Problem]:
    seen: set[str] = set()
    last = len(tiers.tiers) - 1
    for index, tier in enumerate(tiers.tiers):
        at = pointer("tiers", index)
        if tier.key in seen:
            yield Problem("policy.duplicate", f"{at}/key", {"key": tier.key})
        seen.add(tier.key)
        if tier.key == AUTO and index != 0:
            yield Problem("policy.auto_first", f"{at}/key", {"tier": tier.key})
        if tier.key == NONE and index != last:
            yield Problem("policy.none_last", f"{at}/key", {"tier": tier.key})
        if tier.key in (AUTO, NONE) and tier.posts:
            yield Problem("policy.tier_posts_unwanted", f"{at}/posts", {"tier": tier.key})
        if tier.key not in (AUTO, NONE) and not tier.posts:
            yield Problem("policy.tier_without_posts", f"{at}/posts", {"tier": tier.key})
    if seen <= {AUTO, NONE}:
        yield Problem("policy.no_person", "/tiers")


def _grade_problems(grades: Mapping[str, GradeMeasure], tiers: Tiers) -> Iterator[Problem]:
    for key in sorted(grades):
        row, at = grades[key], pointer("grades", key)
        if row.tier not in tiers:
            known = ", ".join(t.key for t in tiers.tiers)
            yield Problem("policy.unknown_tier", f"{at}/tier", {"grade": key, "tier": row.tier, "known": known})
        if row.auto_up_to is not None and AUTO not in tiers:
            yield Problem("policy.auto_missing", f"{at}/auto_up_to", {"grade": key})
        if row.pd > 1:
            yield Problem("policy.share_range", f"{at}/pd", {"grade": key, "value": plain(row.pd)})
        if row.tnw_cap > 1:
            yield Problem("policy.share_range", f"{at}/tnw_cap", {"grade": key, "value": plain(row.tnw_cap)})
        fits = {"prepay": row.payment_days is None, "cod": row.payment_days == 0,
                "open_account": row.payment_days is not None and row.payment_days > 0}
        if not fits[row.payment_mode]:
            params = {"grade": key, "mode": row.payment_mode, "days": row.payment_days}
            yield Problem("policy.payment_days", f"{at}/payment_days", params)
        if row.payment_days is None and not row.no_credit:
            yield Problem("policy.credit_without_days", f"{at}/limit_multiplier", {"grade": key})


def _ladder_warnings(grades: Mapping[str, GradeMeasure]) -> Iterator[Problem]:
    """More risk must not earn more credit. The order is that of PD, so the order of the object's keys is irrelevant."""
    rows = sorted(grades.values(), key=lambda row: (row.pd, -row.limit_multiplier, -row.tnw_cap, row.grade))
    for better, worse in pairwise(rows):
        for member in ("limit_multiplier", "tnw_cap"):
            if getattr(worse, member) > getattr(better, member):
                yield _turn(member, better, worse)


def _turn(member: str, better: GradeMeasure, worse: GradeMeasure) -> Problem:
    params = {
        "member": member, "better": better.grade, "worse": worse.grade,
        "better_value": plain(getattr(better, member)), "worse_value": plain(getattr(worse, member)),
    }
    return Problem("policy.not_monotone", pointer("grades", worse.grade, member), params, severity="warning")


def _share_problems(body: Mapping[str, Any]) -> Iterator[Problem]:
    if Decimal(body["coverage_minimum"]) > 100:
        yield Problem("policy.coverage_range", "/coverage_minimum", {"value": body["coverage_minimum"]})
    if not Decimal(body["over_limit"]["step"]):
        yield Problem("policy.step_zero", "/over_limit/step")
    if not Decimal(body["limit"]["floor_to"]):
        yield Problem("policy.step_zero", "/limit/floor_to")


def _limit(body: Mapping[str, Any]) -> tuple[LimitRule | None, list[Problem]]:
    facts = tuple(dict.fromkeys((PURCHASE, NET_WORTH, *body.get("facts", ()))))
    problems = [
        Problem("policy.name_taken", pointer("limit", "facts", index), {"name": name})
        for index, name in enumerate(body.get("facts", ())) if name in (*TERMS, "need")
    ]
    entries = {name: ScopeEntry(type="number", origin="fact") for name in facts}
    entries |= {name: ScopeEntry(type="number", origin="policy") for name in TERMS}
    compiled = []
    for member in ("need", "formula"):
        try:
            compiled.append(compile_formula(body[member], Scope(entries), "feel", "number"))
            problems += [p.under(f"/limit/{member}") for p in compiled[-1].warnings]
        except Invalid as invalid:
            problems += [p.under(f"/limit/{member}") for p in invalid.problems]
        entries["need"] = ScopeEntry(type="number", origin="policy")
    if errors(problems):
        return None, problems
    need, formula = compiled
    return LimitRule(
        need=need, formula=formula, facts=facts, safety_days=Decimal(body["safety_days"]),
        floor_to=Decimal(body["floor_to"]), minimum=Decimal(body["minimum"]), currency=body["currency"],
    ), problems
