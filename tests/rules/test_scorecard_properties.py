"""What holds for every customer: rating never raises, parts add up, order and representation do not matter."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from rules import rate
from tests.rules.cards import NOW, gallery_card

CARD = gallery_card()
NUMBERS = st.none() | st.decimals(-(10**12), 10**12, allow_nan=False, places=6) | st.decimals(-2, 20, places=2)
FACTS = st.fixed_dictionaries(
    {},
    optional={
        name: {"boolean": st.none() | st.booleans(), "string": st.none() | st.sampled_from(["存续", "注销", ""])}.get(
            fact.type, NUMBERS
        )
        for name, fact in CARD.facts.items()
    },
)
VARIANTS = st.sampled_from(sorted(CARD.variants))


@given(facts=FACTS, variant=VARIANTS)
@settings(max_examples=300, deadline=None)
def test_any_facts_are_rated_and_the_parts_add_up(facts: dict[str, Any], variant: str) -> None:
    score = rate(CARD, facts, NOW, variant)
    assert 0 <= score.coverage_percent <= 100
    contributions = [d.contribution for d in score.dimensions if d.contribution is not None]
    if score.total is None:
        assert contributions == []
        assert score.manual
        assert score.final_grade == ("D" if score.blocked else None)
    else:
        assert 0 <= score.total <= 100
        assert abs(sum(contributions, Decimal(0)) - score.total) <= Decimal("0.00500001")
        assert CARD.ladder.rank(score.final_grade or "") >= CARD.ladder.rank(score.model_grade or "")
    assert score.trace is not None
    tree = score.trace.to_json()
    for dimension in (n for n in tree["children"] if "contribution" in n):
        own = sum((Decimal(f["contribution"]) for f in dimension["children"] if "contribution" in f), Decimal(0))
        assert abs(own - Decimal(dimension["contribution"])) <= Decimal("0.05")


@given(facts=FACTS, variant=VARIANTS, data=st.data())
@settings(max_examples=60, deadline=None)
def test_the_order_of_facts_does_not_matter(facts: dict[str, Any], variant: str, data: st.DataObject) -> None:
    shuffled = dict(data.draw(st.permutations(list(facts.items()))))
    one, two = rate(CARD, facts, NOW, variant), rate(CARD, shuffled, NOW, variant)
    assert (one.total, one.factors, one.hits, one.unknown) == (two.total, two.factors, two.hits, two.unknown)


@given(facts=FACTS, variant=VARIANTS)
@settings(max_examples=60, deadline=None)
def test_null_and_absent_are_the_same(facts: dict[str, Any], variant: str) -> None:
    without = {name: value for name, value in facts.items() if value is not None}
    one, two = rate(CARD, facts, NOW, variant), rate(CARD, without, NOW, variant)
    assert (one.total, one.factors, one.unknown) == (two.total, two.factors, two.unknown)


@given(facts=FACTS, variant=VARIANTS)
@settings(max_examples=100, deadline=None)
def test_knowing_less_never_raises_coverage_and_never_frees_from_a_person(facts: dict[str, Any], variant: str) -> None:
    score = rate(CARD, facts, NOW, variant)
    for name in list(facts):
        less = rate(CARD, {**facts, name: None}, NOW, variant)
        assert less.coverage_percent <= score.coverage_percent
        assert less.manual or less.blocked or not score.manual


@given(facts=FACTS, variant=VARIANTS)
@settings(max_examples=100, deadline=None)
def test_the_convention_by_hand(facts: dict[str, Any], variant: str) -> None:
    score = rate(CARD, facts, NOW, variant, trace=False)
    weights = CARD.variant(variant).weights
    top = bottom = Decimal(0)
    for dimension in score.dimensions:
        present = [f for f in score.factors if f.dimension == dimension.key and f.points is not None]
        if not present:
            assert dimension.points is None
            continue
        mean = sum(f.weight * (f.points or 0) for f in present) / sum(f.weight for f in present)
        assert dimension.points == mean.quantize(Decimal("0.01"), rounding="ROUND_HALF_UP")
        top += weights[dimension.key] * dimension.points
        bottom += weights[dimension.key]
    expected = (top / bottom).quantize(Decimal("0.01"), rounding="ROUND_HALF_UP") if bottom else None
    assert score.total == expected
