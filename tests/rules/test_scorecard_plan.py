"""The one function of a whole Scorecard: the same Score to the digit as the careful way, or none at all."""

from __future__ import annotations

import random
from datetime import date
from decimal import Context, Decimal, localcontext
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.reference_scorecard import customers, exact
from bench.reference_scorecard import rate as by_hand
from bench.scorecard_bodies import scorecard_body
from rules import Invalid, Score, Scorecard, compile_scorecard, rate
from rules.feel.numbers import CONTEXT
from rules.plan import plan_of
from rules.rating import careful
from tests.rules.cards import NOW, gallery_card, label, small_body

TYPED = [{"key": name, "type": "number"} for name in "ab"] + [
    {"key": "flag", "type": "boolean"}, {"key": "kind", "type": "string"}, {"key": "unread", "type": "any"},
]  # fmt: skip


def factor(key: str, dimension: str, value: str, weight: str, bands: dict[str, Any], **more: Any) -> dict[str, Any]:
    named = {"key": key, "dimension": dimension, "label": label(key)}
    return {**named, "weight": weight, "value": value, "bands": bands, **more}


def mixed_card(**changes: Any) -> Scorecard:
    """Every kind of bands, formulas over formulas, and conditions of every effect."""
    points = [{"edge": "0.3", "points": "100"}, {"edge": "0.7", "points": "40"}]
    down = {"kind": "steps", "match": "lte", "cuts": points, "otherwise": "0"}
    up = {"kind": "steps", "match": "gte", "cuts": [{"edge": "10", "points": "100"}, {"edge": "-5", "points": "50"}],
          "otherwise": "7"}  # fmt: skip
    ends = {"from": {"value": "0", "points": "0"}, "to": {"value": "30", "points": "100"}}
    values = [{"value": "A", "points": "90"}, {"value": "B", "points": "33.3"}]
    kinds = {"kind": "set", "values": values, "otherwise": "1"}
    body = small_body(
        facts=TYPED,
        formulas=[
            {"key": "share", "text": "a / (abs(a) + 3)", "type": "number"},
            {"key": "more", "text": "if flag and share > 0.2 then share * 2 else b - 1", "type": "number"},
        ],
        factors=[
            factor("share", "X", "share", "33", down), factor("b", "X", "b", "33", up),
            factor("line", "X", "more * 3", "34", {"kind": "linear", **ends}),
            factor("own", "Y", "more", "60", {"kind": "identity"}), factor("kind", "Y", "kind", "40", kinds),
        ],
        knockouts=[
            {"id": "K1", "effect": "knock_out", "grade": "D", "when": "kind = \"C\"", "label": label("K1")},
            {"id": "K2", "effect": "ceiling", "grade": "B", "when": "line > 50 or coverage_percent < 80",
             "label": label("K2")},
            {"id": "K3", "effect": "manual", "when": "flag", "label": label("K3")},
        ],
        **changes,
    )  # fmt: skip
    return compile_scorecard(body)


ROUND = {"places": 3, "mode": "half_even"}
CARDS = [
    mixed_card(),
    mixed_card(rounding={"points": None, "dimension": None, "total": None}),
    mixed_card(rounding={"points": {"places": 0, "mode": "half_up"}, "dimension": ROUND, "total": ROUND}),
    mixed_card(variants=[{"key": "V", "weights": {"X": "100", "Y": "0"}}], default_variant="V"),
]
numbers = st.one_of(
    st.decimals(-(10**6), 10**6, places=3),
    st.decimals(-20, 20, places=1),
    st.integers(-20, 20),
    st.just(Decimal("1E-7")),
)
odd = st.sampled_from([None, "x", True, Decimal("NaN"), Decimal("Infinity"), 1.5, date(2026, 1, 1), [], 10**40])
facts = st.fixed_dictionaries(
    {"a": numbers, "b": numbers, "flag": st.booleans(), "kind": st.sampled_from(["A", "B", "C", ""])},
    optional={"unread": st.one_of(odd, numbers)},
)
holes = st.dictionaries(st.sampled_from(["a", "b", "flag", "kind", "unread"]), odd, max_size=2)


def either(action: Any) -> Any:
    """The Score, or the Problems it is refused with."""
    try:
        return action()
    except Invalid as invalid:
        return invalid.problems


def exactly(score: Any) -> Any:
    """A Score with every digit, also those that equal numbers may differ in."""
    if not isinstance(score, Score):
        return repr(score)
    return repr(score), (repr(score.trace.to_json()), repr(dict(score.trace.values))) if score.trace else None


def same(card: Scorecard, given_: dict[str, Any], trace: bool) -> Any:
    weights = card.variant(None)
    quick = either(lambda: rate(card, given_, NOW, trace=trace))
    with localcontext(CONTEXT):
        slow = either(lambda: careful(card, weights, given_, NOW, trace, {}, {}))
    assert exactly(quick) == exactly(slow)
    return quick


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(CARDS), facts, holes, st.booleans())
def test_both_ways_give_the_same_score(
    card: Scorecard, values: dict[str, Any], gaps: dict[str, Any], trace: bool
) -> None:
    same(card, values, trace)
    same(card, {**values, **gaps}, trace)


@pytest.mark.parametrize("card", [*CARDS, gallery_card(), compile_scorecard(scorecard_body())])
def test_these_cards_have_a_function_of_their_own(card: Scorecard) -> None:
    with localcontext(CONTEXT):
        assert plan_of(card, None) is not None


def test_the_gallery_card_over_random_customers() -> None:
    card, r = gallery_card(), random.Random(3)
    for _ in range(300):
        values: dict[str, Any] = {}
        for name, fact in card.facts.items():
            kinds = {"boolean": r.random() < 0.1, "string": r.choice(["存续", "注销"])}
            values[name] = kinds.get(fact.type, Decimal(str(round(r.uniform(-1, 120), r.choice([0, 2, 4])))))
            if r.random() < 0.02:
                del values[name]
        same(card, values, r.random() < 0.5)


def test_what_plain_operators_cannot_do_has_no_function() -> None:
    card = mixed_card(examples=[])
    dated = compile_scorecard(
        small_body(
            facts=[*TYPED, {"key": "since", "type": "date"}],
            formulas=[{"key": "age", "text": "(today() - since) / duration(\"P1D\")", "type": "number"}],
        )
    )  # fmt: skip
    with localcontext(CONTEXT):
        assert plan_of(dated, None) is None
        assert plan_of(card, None) is plan_of(card, None)
    score = rate(dated, {"a": Decimal(12), "b": Decimal(3), "since": date(2025, 1, 1)}, NOW)
    assert score.total == 60


def test_the_reference_workload_to_the_digit() -> None:
    card = compile_scorecard(scorecard_body())
    for customer in map(exact, customers(300)):
        with localcontext(Context(prec=34)):
            total, grade = by_hand(customer, Decimal)
        score = rate(card, customer, NOW, trace=False)
        assert (score.total, score.final_grade) == (total, grade)
        assert same(card, customer, True).total == total


def test_a_score_stays_closed() -> None:
    score = rate(CARDS[0], {"a": 1, "b": 2, "flag": False, "kind": "A"}, NOW, trace=False)
    assert type(score) is Score
    with pytest.raises(AttributeError):
        score.total = Decimal(1)  # type: ignore[misc]  # that is the point
