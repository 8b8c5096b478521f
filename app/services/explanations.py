"""Why a Rating is what it is: its stored Trace told line by line, in the words of the versions it was made with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from app.queries.ratings import RatingDetail
from app.services import ratings
from app.services.ratings import Model
from rules import DecisionTable, Problem, Score, Scorecard, rate
from rules.bands import StepBands
from rules.explain import Lift, deltas, lifts, tables
from rules.figures import fixed
from rules.scorecard import Factor
from rules.table_parts import Place

Words = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a Fact came from: kind of evidence, source, day it speaks of, age in days at the rating, expiry."""

    kind: str | None
    source: str
    document: str
    as_of: date
    age: int
    expires_on: date | None
    stale: bool


@dataclass(frozen=True, slots=True)
class FactorLine:
    """One Factor; figures are decimal text as stored. `worth`: what it could add to the total, `earned`: did add.

    note  what its author tells of the Band that was hit, or of a missing value; empty where nothing is told
    """

    key: str
    label: Words
    unit: str | None
    value: Any
    band: Mapping[str, Any] | None
    points: str | None
    weight: str
    worth: str | None
    earned: str | None
    lost: str | None
    causes: tuple[Problem, ...]
    origin: Origin | None
    note: Words = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DimensionLine:
    """One dimension with its Factors; `earned` is its contribution to the total."""

    key: str
    label: Words
    points: str | None
    weight: str
    earned: str | None
    factors: tuple[FactorLine, ...]


@dataclass(frozen=True, slots=True)
class Input:
    """A Fact that a condition reads."""

    key: str
    label: Words
    unit: str | None
    value: Any
    origin: Origin | None


@dataclass(frozen=True, slots=True)
class TableLine:
    """What a decision table of the scorecard decided: what it saw, the rows as people count them, its outputs."""

    key: str
    label: Words
    inputs: tuple[Input, ...]
    rows: tuple[int, ...]
    default: bool
    unknown: tuple[int, ...]
    outputs: tuple[Input, ...]
    causes: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class ConditionLine:
    """A knock-out, ceiling or manual condition: `hit` True, False, or None for unknown."""

    key: str
    label: Words
    effect: str
    grade: str | None
    hit: bool | None
    manual: bool
    inputs: tuple[Input, ...]
    unknown: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class LimitSteps:
    """The limit formula worked through: amounts as decimal text in `currency`, None where unknown."""

    purchase: Any
    worth: Any
    payment_days: int | None
    safety_days: Decimal
    multiplier: Decimal | None
    cap_share: Decimal | None
    need: str | None
    product: str | None
    cap: str | None
    floor_to: Decimal
    formula_limit: str | None
    limit: str | None
    currency: str


@dataclass(frozen=True, slots=True)
class OtherWeights:
    """The same Facts under one of the scorecard's sets of weights."""

    key: str
    label: Words
    own: bool
    contributions: Mapping[str, str | None]
    total: str | None
    coverage: str
    model_grade: str | None
    grade: str | None


@dataclass(frozen=True, slots=True)
class Change:
    """What one Factor changed in the total since the Rating before."""

    key: str
    label: Words
    unit: str | None
    before: Any
    after: Any
    points: Decimal


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything the page of a Rating tells."""

    model: Model
    variant: Words
    dimensions: tuple[DimensionLine, ...]
    tables: tuple[TableLine, ...]
    conditions: tuple[ConditionLine, ...]
    steps: LimitSteps
    reasons: tuple[Problem, ...]
    tiers: Mapping[str, Words]
    others: tuple[OtherWeights, ...]
    lifts: tuple[Lift, ...]
    without: Mapping[str, Mapping[str, Any]]
    request: Mapping[str, Any] | None
    labels: Mapping[str, Words]
    units: Mapping[str, str | None]

    def count(self, hit: bool | None) -> int:
        return sum(1 for each in self.conditions if each.hit is hit)


def explain(session: Session, rating: RatingDetail) -> Explanation:
    """The whole story of one Rating, from its row and the pinned versions."""
    model = ratings.model_of(session, rating.scorecard_id, rating.policy_id)
    card, policy = model.scorecard, model.policy
    labels = labels_of(card)
    facts, problems = ratings.typed_facts(model, rating.facts)
    absent = ratings.absences(rating.sources, facts)
    known = not problems
    return Explanation(
        model=model,
        variant=card.variant(rating.variant).label,
        dimensions=dimensions(rating, card),
        tables=tuple(_tables(rating, card, labels)),
        conditions=tuple(_conditions(rating, card, labels)),
        steps=_steps(rating, model),
        reasons=reasons(rating.trace, labels),
        tiers={tier.key: tier.label for tier in policy.tiers.tiers},
        others=tuple(_others(card, rating, facts, absent)) if known else (),
        lifts=lifts(card, facts, rating.rated_at, rating.variant, absent=absent) if known else (),
        without={k.removeprefix(_WITHOUT): v for k, v in rating.trace.items() if k.startswith(_WITHOUT)},
        request=rating.trace.get(ratings.REQUEST),
        labels=labels,
        units=units_of(card),
    )


_WITHOUT = "counterfactual_without_"


def labels_of(card: Scorecard) -> dict[str, Words]:
    """The words of every Fact, formula, Factor, dimension and condition, by key."""
    found: dict[str, Words] = {fact.key: fact.label for fact in card.facts.values() if fact.label}
    found |= {each.key: each.label for each in card.formulas}
    found |= {each.key: each.label for each in card.factors}
    found |= {each.key: each.label for each in card.dimensions}
    found |= {each.id: each.label for each in card.knockouts}
    return found


def units_of(card: Scorecard) -> dict[str, str | None]:
    """The unit of every Fact and Factor, by key."""
    units = {fact.key: fact.unit for fact in card.facts.values()}
    return {**units, **{factor.key: unit_of(factor) for factor in card.factors}}


def unit_of(factor: Factor) -> str | None:
    """Ratios are read in per cent, but where the Bands go beyond 1 it is a plain number: a current ratio of 1.80."""
    edges = factor.bands.edges if isinstance(factor.bands, StepBands) else ()
    return None if factor.unit == "ratio" and any(abs(edge) > 1 for edge in edges) else factor.unit


def dimensions(rating: RatingDetail, card: Scorecard) -> tuple[DimensionLine, ...]:
    """The scored part of a Trace, dimension by dimension."""
    labels, factors = labels_of(card), {factor.key: factor for factor in card.factors}
    found = []
    for node in _nodes(rating, "dimension"):
        lines = tuple(
            FactorLine(
                key=each["id"], label=labels.get(each["id"], {}), value=each["value"], band=each.get("band"),
                unit=unit_of(factors[each["id"]]) if each["id"] in factors else None, points=each["points"],
                weight=each["weight"], worth=each.get("share"), earned=each.get("contribution"), lost=each.get("lost"),
                causes=_causes(each, rating, labels), origin=_first_origin(each["id"], rating, card),
                note=_note_of(factors.get(each["id"]), each),
            )
            for each in node["children"]
        )
        found.append(DimensionLine(
            node["id"], labels.get(node["id"], {}), rating.outcome["dimensions"].get(node["id"]),
            node.get("weight") or "0", rating.trace["contributions"].get(node["id"]), lines,
        ))  # fmt: skip
    return tuple(found)


def _note_of(factor: Factor | None, node: Mapping[str, Any]) -> Words:
    if factor is None:
        return {}
    if node["value"] is None:
        return factor.notes.missing
    band = node.get("band")
    return factor.notes.bands[band["index"]] if band and factor.notes.bands else {}


def _tables(rating: RatingDetail, card: Scorecard, labels: Mapping[str, Words]) -> Iterator[TableLine]:
    made = {each.key: each.formula for each in card.formulas}
    score = rating.trace.get("score")
    for row in tables(score, card) if score else ():
        table = made[row.table]
        if not isinstance(table, DecisionTable):
            continue
        found = [each for each in (row.value if isinstance(row.value, list) else [row.value]) if each is not None]
        yield TableLine(
            row.table, row.label, tuple(_shown(each, row.inputs.get(each.key)) for each in table.inputs),
            tuple(index + 1 for _, index in row.rows), row.default, tuple(index + 1 for _, index in row.unknown),
            tuple(_shown(out, _output(each, out.key)) for out in table.outputs for each in found),
            _causes({"causes": row.causes}, rating, labels),
        )  # fmt: skip


def _output(value: Any, key: str) -> Any:
    return value.get(key) if isinstance(value, Mapping) else value


def _shown(place: Place, value: Any) -> Input:
    """A value of a table's column; its texts by their labels."""
    shown = place.labels.get(value, value) if isinstance(value, str) else value
    return Input(place.key, place.label, place.unit, shown, None)


def _nodes(rating: RatingDetail, *kinds: str) -> list[Mapping[str, Any]]:
    return [node for node in rating.trace.get("score", {}).get("children", ()) if node["kind"] in kinds]


def _causes(node: Mapping[str, Any], rating: RatingDetail, labels: Mapping[str, Words]) -> tuple[Problem, ...]:
    """Why a value is unknown; where the source said why, that says more than "missing" and takes its place."""
    found = []
    for cause in node.get("causes", ()):
        name = cause.get("field")
        source = rating.sources.get(name or "", {})
        if cause["code"] == "missing" and source.get("reason"):
            found.append(Problem(source["reason"], "", dict(source.get("params", {}))))
            continue
        params = {**cause.get("params", {}), "field": labels.get(name or "", {}) or name or ""}
        found.append(Problem(f"cause.{cause['code']}", "", params))
    return tuple(found)


def _first_origin(key: str, rating: RatingDetail, card: Scorecard) -> Origin | None:
    """The origin of a Factor's value: of the oldest Fact it is made from."""
    factor = next((each for each in card.factors if each.key == key), None)
    names = factor.names if factor is not None else ()
    formulas = {each.key: each.formula.names for each in card.formulas}
    facts = {fact for name in names for fact in formulas.get(name, (name,))}
    found = [origin for fact in sorted(facts) if (origin := _origin(fact, rating)) is not None]
    return min(found, key=lambda each: each.as_of, default=None)


def _origin(fact: str, rating: RatingDetail) -> Origin | None:
    source = rating.sources.get(fact)
    if source is None:
        return None
    as_of = date.fromisoformat(source["as_of"])
    expires = source.get("expires_on")
    age = (rating.rated_at.date() - as_of).days
    return Origin(
        source.get("kind"), source["source"], source.get("document", ""), as_of, max(age, 0),
        date.fromisoformat(expires) if expires else None,
        bool(source.get("stale")),
    )


def _conditions(rating: RatingDetail, card: Scorecard, labels: Mapping[str, Words]) -> Iterator[ConditionLine]:
    units = units_of(card)
    manual = {each["id"] for each in rating.trace.get("unknown", ()) if each["manual"]}
    for node in _nodes(rating, "knock_out", "ceiling", "manual"):
        inputs = tuple(
            Input(name, labels.get(name, {}), units.get(name), value, _origin(name, rating))
            for name, value in node.get("inputs", {}).items()
        )
        unknown = tuple(labels.get(name) or {"zh-CN": name, "en": name} for name in node.get("unknown", ()))
        yield ConditionLine(
            node["id"], labels.get(node["id"], {}), node["kind"], node.get("grade"), node["value"],
            node["id"] in manual, inputs, unknown,
        )


def _steps(rating: RatingDetail, model: Model) -> LimitSteps:
    rule, trace = model.policy.limit, rating.trace
    measure = model.policy.grades.get(rating.grade) if rating.grade else None
    return LimitSteps(
        purchase=rating.facts.get("monthly_purchase"),
        worth=rating.facts.get("tangible_net_worth"),
        payment_days=measure.payment_days if measure else None,
        safety_days=rule.safety_days,
        multiplier=measure.limit_multiplier if measure else None,
        cap_share=measure.tnw_cap if measure else None,
        need=trace.get("need"),
        product=trace.get("need_times_multiplier"),
        cap=trace.get("tnw_cap"),
        floor_to=rule.floor_to,
        formula_limit=rating.outcome["formula_limit"],
        limit=rating.outcome["limit"],
        currency=rule.currency,
    )


def reasons(trace: Mapping[str, Any], labels: Mapping[str, Words]) -> tuple[Problem, ...]:
    """Why a person has to decide, with the names of Facts in words."""
    found = []
    for each in trace.get("reasons", ()):
        params = dict(each["params"])
        for name in ("fields", "field"):
            if isinstance(params.get(name), str):
                keys = [key.strip() for key in params[name].split(",")]
                params[name] = [labels.get(key) or key for key in keys]
        found.append(Problem(each["code"], "", params))
    return tuple(found)


def _others(
    card: Scorecard, rating: RatingDetail, facts: Mapping[str, Any], absent: Mapping[str, Any]
) -> Iterator[OtherWeights]:
    for key, variant in card.variants.items():
        score: Score = rate(card, facts, rating.rated_at, key, False, absent=absent)
        yield OtherWeights(
            key, variant.label, key == rating.variant,
            {d.key: None if d.contribution is None else fixed(d.contribution) for d in score.dimensions},
            None if score.total is None else format(score.total, "f"), fixed(score.coverage_percent),
            score.model_grade, score.final_grade,
        )


def changes(before: RatingDetail, after: RatingDetail, card: Scorecard) -> tuple[Change, ...]:
    """What moved the total between two ratings, the largest first."""
    if "score" not in before.trace or "score" not in after.trace:
        return ()
    labels, units = labels_of(card), units_of(card)
    return tuple(
        Change(each.factor, labels.get(each.factor, {}), units.get(each.factor), each.before, each.after,
               Decimal(each.change))
        for each in deltas(before.trace["score"], after.trace["score"])
    )
