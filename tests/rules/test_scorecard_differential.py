"""Four ways to rate give one answer: the plan, the careful way with its Trace, floats with their guard, a naive walker.

The default run tries a seeded slice; `make long` 100,000 customers over new Scorecards, told in parts with their seed.
"""

from __future__ import annotations

from decimal import localcontext
from random import Random
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rules import Invalid, Score, Scorecard, compile_scorecard, rate
from rules.feel.numbers import CONTEXT
from rules.rating import careful
from rules.whatif import FAILED, MISSING, UNGRADED, Columns, grades
from tests.proofs import Proof
from tests.rules.cards import NOW
from tests.rules.naive import NoOpinion, Refused, rate_naively
from tests.rules.random_cards import random_body, random_facts

CUSTOMERS = 25
SLICE, WHOLE, PARTS = 120, 100_000, 10


def answered(action: Any) -> Any:
    try:
        return action()
    except Invalid as invalid:
        return invalid


def exactly(found: Any) -> Any:
    """All digits of a Score, or of why there is none."""
    return repr(found) if isinstance(found, Score) else repr(found.problems)


def plain(found: Any) -> Any:
    """A Score or an Invalid as the naive walker tells it."""
    if isinstance(found, Invalid):
        return {(p.path, p.params["cause"]) for p in found.problems}
    factors = {
        f.key: {"value": f.value, "points": f.points, "band": f.band, "causes": {(c.code, c.field) for c in f.causes}}
        for f in found.factors
    }
    return {
        "factors": factors, "dimensions": {d.key: d.points for d in found.dimensions},
        "coverage": found.coverage_percent, "total": found.total, "model": found.model_grade,
        "final": found.final_grade, "hits": [hit.id for hit in found.hits],
        "unknown": [(each.id, each.fields) for each in found.unknown],
    }  # fmt: skip


def naively(body: dict[str, Any], card: Scorecard, facts: dict[str, Any], variant: str | None) -> Any:
    try:
        return rate_naively(body, card, facts, variant)
    except NoOpinion:
        return None
    except Refused as refused:
        return refused.faults


def compared(seed: int, count: int) -> Columns | None:
    """Rates `count` customers all four ways; None where the Scorecard makes no sense."""
    r = Random(seed)
    body = random_body(r)
    try:
        card = compile_scorecard(body)
    except Invalid:
        return None
    rows, variants, letters = [], [], []
    places: list[list[int]] = []
    for number in range(count):
        odd = number % 9 == 8
        facts, variant = random_facts(r, odd), r.choice([None, *card.variants])
        quick = answered(lambda facts=facts, variant=variant: rate(card, facts, NOW, variant, trace=False))
        traced = answered(lambda facts=facts, variant=variant: rate(card, facts, NOW, variant))
        weights = card.variant(variant)
        with localcontext(CONTEXT):
            slow = answered(lambda facts=facts, weights=weights: careful(card, weights, facts, NOW, True, {}, {}))
        where = (seed, number, facts, variant)
        if isinstance(traced, Score) and isinstance(slow, Score):
            assert traced.trace is not None
            assert slow.trace is not None
            assert repr(traced.trace.to_json()) == repr(slow.trace.to_json()), where
            bare = repr(traced).replace(repr(traced.trace), "None")
            assert bare == exactly(quick), where
        assert exactly(traced) == exactly(slow), where
        if not isinstance(traced, Score):
            assert exactly(quick) == exactly(traced), where
        if not odd:
            opinion = naively(body, card, facts, variant)
            assert opinion is None or plain(quick) == opinion, where
        rows.append(facts)
        variants.append(variant)
        letters.append(quick.final_grade if isinstance(quick, Score) else FAILED)
        known = [(f.band or 0) if f.known else MISSING for f in quick.factors] if isinstance(quick, Score) else None
        places.append(known or [FAILED] * len(card.factors))
    columns = Columns(range(count), {key: [row.get(key) for row in rows] for key in card.facts}, variants)
    found = grades(card, columns, NOW, block=7)
    for number, letter in enumerate(letters):
        wanted = letter if letter == FAILED else UNGRADED if letter is None else card.ladder.rank(letter)
        assert found.codes[number] == wanted, (seed, number, rows[number], variants[number])
        spots = [int(found.places[factor.key][number]) for factor in card.factors]
        assert spots == places[number], (seed, number, rows[number], variants[number])
    assert set(found.failed) == {number for number, letter in enumerate(letters) if letter == FAILED}
    return columns


@settings(max_examples=SLICE, deadline=None)
@given(st.integers(0, 2**32))
def test_all_ways_agree(seed: int) -> None:
    assume(compared(seed, CUSTOMERS) is not None)


@pytest.mark.long
@pytest.mark.parametrize("part", range(PARTS))
def test_all_ways_agree_over_a_hundred_thousand_customers(part: int, proof: Proof) -> None:
    """Seeds of Scorecards follow from that of the proof: a failing assertion names its own."""
    assert proof.seed is not None
    draw = Random(f"{proof.seed} {part}")
    proof.what = "customers"
    while proof.tried < WHOLE // PARTS:
        columns = compared(draw.getrandbits(48), CUSTOMERS)
        proof.tried += 0 if columns is None else CUSTOMERS


def test_random_scorecards_make_sense_and_leave_much_to_floats() -> None:
    made = [(seed, columns) for seed in range(40) if (columns := compared(seed, 10)) is not None]
    assert len(made) > 30
    exact = sum(grades(compile_scorecard(random_body(Random(seed))), columns, NOW).exact for seed, columns in made)
    assert exact < 0.7 * 10 * len(made)
