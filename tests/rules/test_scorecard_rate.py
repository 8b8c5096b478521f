"""Rating: means, coverage, knock-outs, ceilings, the unknown, and faults that stop it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from rules import Cause, Invalid, Scorecard, rate
from tests.rules.cards import NOW, D, factor, found, gallery_card, label, small_card

CLEAN: dict[str, Any] = {
    "dishonest_active": False, "registration_status": "存续", "bankruptcy_filing": False,
    "serious_illegal_active": False,
    "enforcement_amount": D("0"), "max_dpd": 0, "abnormal_operation_active": False, "breaches_180d": 0,
    "tangible_net_worth": D("5000000"),
}
FULL: dict[str, Any] = {f.key: D("50") for f in gallery_card().factors} | CLEAN


def knockout(**changes: Any) -> dict[str, Any]:
    return {"id": "K1", "effect": "knock_out", "grade": "D", "when": "flag = true", "label": label("K1"), **changes}


def test_means_and_total() -> None:
    score = rate(small_card(), {"a": 10, "b": 5}, NOW)
    assert [(d.key, d.points, d.contribution) for d in score.dimensions] == [("X", 100, 60), ("Y", 50, 20)]
    assert (score.total, score.model_grade, score.final_grade, score.alert) == (80, "A", "A", False)
    assert format(score.total, "f") == "80.00"
    assert score.coverage_percent == 100


def test_a_missing_value_leaves_the_mean_and_lowers_coverage() -> None:
    score = rate(small_card(), {"a": 10}, NOW)
    assert (score.total, score.coverage_percent, score.weight_present) == (100, 60, 60)
    assert score.dimensions[1].points is None
    assert score.dimensions[1].contribution is None
    assert score.factors[1].causes == (Cause("missing", "b"),)


def test_within_a_dimension_the_present_weight_counts() -> None:
    card = small_card(factors=[factor("a", "X", "30"), factor("debt", "X", "70"), factor("b", "Y")])
    score = rate(card, {"a": 10, "b": 0}, NOW)
    assert score.dimensions[0].points == 100
    assert score.coverage_percent == D("58")  # 60 × 30 % + 40


def test_rounding_is_half_up_and_the_total_uses_rounded_dimensions() -> None:
    thirds = [factor("a", "X", "33.33"), factor("debt", "X", "33.33"), factor("assets", "X", "33.34"), factor("b", "Y")]
    score = rate(small_card(factors=thirds), {"a": 10, "debt": 0, "assets": 0, "b": 10}, NOW)
    assert score.dimensions[0].points == D("33.33")
    assert score.total == D("60.00")  # 59.998; from unrounded dimensions it would be 60.00 as well
    uneven = small_card(factors=[factor("a", "X", "0.05"), factor("debt", "X", "99.95"), factor("b", "Y")])
    tiny = rate(uneven, {"a": 5, "debt": 0, "b": 0}, NOW)
    # 0.025 rounds up to 0.03, and 60 % of that is 0.018; 60 % of the unrounded 0.025 would be 0.015, also 0.02.
    assert (tiny.dimensions[0].points, tiny.weighted_sum) == (D("0.03"), D("1.80"))
    half = small_card(rounding={"dimension": {"places": 0, "mode": "half_up"}, "total": {"places": 0,
        "mode": "half_up"}},
                      factors=[factor("a", "X", "0.5"), factor("debt", "X", "99.5"), factor("b", "Y")])
    assert rate(half, {"a": 10, "debt": 0, "b": 0}, NOW).dimensions[0].points == 1  # 0.5 rounds up


def test_points_are_rounded_only_where_declared() -> None:
    identity = factor("a", "X", bands={"kind": "identity"})
    plain = small_card(factors=[identity, factor("b", "Y")])
    assert rate(plain, {"a": D("61.555")}, NOW).factors[0].points == D("61.555")
    rounding = {"points": {"places": 1, "mode": "down"}, "dimension": {"places": 2, "mode": "half_up"},
                "total": {"places": 2, "mode": "half_up"}}
    rounded = small_card(factors=[identity, factor("b", "Y")], rounding=rounding)
    assert rate(rounded, {"a": D("61.555")}, NOW).factors[0].points == D("61.5")


def test_declared_points_for_a_missing_value_count_but_are_not_coverage() -> None:
    card = small_card(factors=[factor("a", "X"), factor("b", "Y", missing={"points": "20"})])
    score = rate(card, {"a": 10}, NOW)
    assert (score.total, score.coverage_percent) == (68, 60)
    assert (score.factors[1].points, score.factors[1].known, score.factors[1].band) == (20, False, None)


def test_a_dimension_of_weight_zero_is_shown_but_leaves_the_total() -> None:
    score = rate(gallery_card(), {**FULL, "GRW_REV": D("0.25")}, NOW, "STD")
    growth = score.dimensions[-1]
    assert (growth.key, growth.points, growth.weight, growth.contribution) == ("GRW", 100, 0, None)
    alone = rate(gallery_card(), {**CLEAN, "GRW_REV": D("0.25")}, NOW, "STD")
    assert (alone.total, alone.coverage_percent, alone.model_grade, alone.final_grade) == (None, 0, None, None)
    assert alone.manual


def test_without_any_indicator_nothing_is_graded_and_a_person_decides() -> None:
    score = rate(gallery_card(), CLEAN, NOW)
    assert (score.total, score.model_grade, score.final_grade, score.blocked, score.alert) == (None,
        None, None, False, False)
    assert score.manual
    assert [r.code for r in score.manual_reasons] == ["reason.no_score", "reason.manual_rule"]
    assert [h.id for h in score.hits] == ["K10"]


def test_a_knock_out_holds_even_without_a_score() -> None:
    score = rate(gallery_card(), {**CLEAN, "dishonest_active": True}, NOW)
    assert (score.total, score.model_grade, score.final_grade, score.blocked) == (None, None, "D", True)


def test_a_ceiling_alone_gives_no_grade() -> None:
    score = rate(gallery_card(), {**CLEAN, "max_dpd": 91}, NOW)
    assert (score.final_grade, [h.id for h in score.hits]) == (None, ["K6", "K10"])


def test_the_lowest_ceiling_wins_and_never_lifts() -> None:
    best = {**FULL, **{f.key: D("1000") for f in gallery_card().factors if f.direction == "higher"},
            **{f.key: D("0") for f in gallery_card().factors if f.direction == "lower"}}
    score = rate(gallery_card(), {**best, "abnormal_operation_active": True, "STA_YEARS": D("1.9")}, NOW)
    assert (score.model_grade, score.final_grade) == ("AAA", "BB")
    both = rate(gallery_card(), {**best, "abnormal_operation_active": True, "breaches_180d": 3}, NOW)
    assert (both.final_grade, [h.id for h in both.hits]) == ("B", ["K7", "K8"])
    weak = rate(gallery_card(), {**FULL, "STA_YEARS": D("1.9"), "FIN_DEBT": D("9")}, NOW)
    assert gallery_card().ladder.rank(weak.final_grade or "") >= gallery_card().ladder.rank(weak.model_grade or "")


@pytest.mark.parametrize("status", ["注销", "吊销", "清算", "停业", "撤销"])
def test_each_dead_registration_knocks_out(status: str) -> None:
    assert rate(gallery_card(), {**FULL, "registration_status": status}, NOW).final_grade == "D"


@pytest.mark.parametrize(
    ("changes", "hit"),
    [
        ({"enforcement_amount": D("250000")}, False),  # exactly 5 %
        ({"enforcement_amount": D("250000.01")}, True),
        ({"enforcement_amount": D("0"), "tangible_net_worth": D("-1")}, False),
        ({"enforcement_amount": D("1"), "tangible_net_worth": D("0")}, True),
        ({"enforcement_amount": D("1"), "tangible_net_worth": D("-5")}, True),
        ({"enforcement_amount": D("9999999"), "tangible_net_worth": None}, False),
        ({"enforcement_amount": None}, False),
    ],
)
def test_enforcement_against_net_worth(changes: dict[str, Any], hit: bool) -> None:
    assert ("K5" in [h.id for h in rate(gallery_card(), {**FULL, **changes}, NOW).hits]) is hit


@pytest.mark.parametrize(
    ("name", "below", "at"), [("max_dpd", 90, 91), ("breaches_180d", 2, 3), ("STA_YEARS", D("2"), D("1.99"))]
)
def test_ceilings_at_their_threshold(name: str, below: Any, at: Any) -> None:
    before = rate(gallery_card(), {**FULL, name: below}, NOW)
    after = rate(gallery_card(), {**FULL, name: at}, NOW)
    assert len(after.hits) == len(before.hits) + 1


@pytest.mark.parametrize(
    ("fact", "rule"),
    [("dishonest_active", "K1"), ("registration_status", "K2"), ("bankruptcy_filing", "K3"),
        ("serious_illegal_active", "K4")],
)
@pytest.mark.parametrize("given", [True, False])
def test_an_unknown_fact_of_a_knock_out_needs_a_person(fact: str, rule: str, given: bool) -> None:
    facts = {**FULL, fact: None}
    if not given:
        del facts[fact]
    score = rate(gallery_card(), facts, NOW)
    assert [(u.id, u.fields, u.forces_manual) for u in score.unknown] == [(rule, (fact,), True)]
    assert score.manual
    assert not score.blocked
    assert [r.to_json() for r in score.manual_reasons] == [
        {"code": "reason.unknown_fact", "params": {"id": rule, "fields": fact}}
    ]


@pytest.mark.parametrize(
    ("fact", "rule"),
    [("enforcement_amount", "K5"), ("max_dpd", "K6"), ("abnormal_operation_active", "K7"), ("breaches_180d", "K8")],
)
def test_an_unknown_fact_of_a_ceiling_is_only_named(fact: str, rule: str) -> None:
    score = rate(gallery_card(), {**FULL, fact: None}, NOW)
    assert [(u.id, u.forces_manual) for u in score.unknown] == [(rule, False)]
    assert not score.manual


def test_coverage_of_exactly_80_is_not_manual() -> None:
    facts = {**FULL, "STA_YEARS": None, "STA_TOP1": None, "STA_CHANGES": None}
    score = rate(gallery_card(), facts, NOW, "STD")
    assert (score.coverage_percent, score.manual) == (80, False)
    less = rate(gallery_card(), {**facts, "REP_NEWS": None}, NOW, "STD")
    assert (less.coverage_percent, less.manual, [h.id for h in less.hits]) == (74, True, ["K10"])


def test_an_unusable_fact_is_unknown_and_keeps_its_reason() -> None:
    stale = Cause("stale", "FIN_DEBT", None, {"as_of": "2024-12-31"})
    score = rate(gallery_card(), FULL, NOW, absent={"FIN_DEBT": stale})
    debt = next(f for f in score.factors if f.key == "FIN_DEBT")
    assert (debt.value, debt.points, debt.causes) == (None, None, (stale,))
    assert score.coverage_percent == 91


def derived_card(text: str, **extra: Any) -> Scorecard:
    return small_card(
        formulas=[{"key": "ratio", "text": text, "type": "number"}],
        factors=[factor("a", "X", value="ratio", **extra), factor("b", "Y")], facts=["b", "debt", "assets"],
    )


def test_a_formula_feeds_a_factor() -> None:
    score = rate(derived_card("debt / assets"), {"debt": D("70"), "assets": D("10"), "b": 1}, NOW)
    assert (score.factors[0].value, score.factors[0].points) == (7, 50)


def test_what_a_formula_misses_is_named_by_the_factor() -> None:
    score = rate(derived_card("debt / assets"), {"debt": D("70"), "b": 10}, NOW)
    assert score.factors[0].points is None
    assert [(c.code, c.field) for c in score.factors[0].causes] == [("missing", "assets")]


def test_a_fault_stops_the_rating_and_names_factor_and_field() -> None:
    with pytest.raises(Invalid) as caught:
        rate(derived_card("debt / assets"), {"debt": D("70"), "assets": D("0"), "b": 10}, NOW)
    [problem] = caught.value.problems
    assert (problem.code, problem.path) == ("rating.fault", "/factors/0/value")
    assert (problem.params["factor"], problem.params["cause"]) == ("a", "zero_division")
    assert "assets" in problem.params["field"]


def test_a_value_of_the_wrong_type_is_a_fault() -> None:
    assert found(rate, small_card(), {"a": "ten", "b": True}, NOW) == [
        ("rating.fault", "/factors/0/value"), ("rating.fault", "/factors/1/value")
    ]


def test_a_fault_in_a_condition_stops_the_rating() -> None:
    card = small_card(knockouts=[knockout(when="debt / assets > 1")])
    assert found(rate, card, {"debt": D("1"), "assets": D("0")}, NOW) == [("rating.fault", "/knockouts/0/when")]


@pytest.mark.parametrize(
    ("value", "code"), [(0.5, "rules.float_given"), (D("NaN"), "rules.not_finite"), (D("-Infinity"),
        "rules.not_finite")]
)
def test_what_is_no_exact_number_is_refused(value: object, code: str) -> None:
    assert found(rate, small_card(), {"a": value}, NOW) == [(code, "")]


def test_names_the_scorecard_does_not_know_are_not_read() -> None:
    assert rate(small_card(), {"a": 10, "b": 10, "other": 0.5}, NOW).total == 100


def test_conditions_see_factor_values_and_coverage() -> None:
    card = small_card(
        formulas=[{"key": "ratio", "text": "debt / assets"}],
        factors=[factor("leverage", "X", value="ratio * 10"), factor("b", "Y")],
        knockouts=[knockout(when="leverage > 5", effect="ceiling", grade="C"),
                   knockout(id="K2", when="coverage_percent < 100", effect="manual", grade=None)],
        facts=["b", "debt", "assets"],
    )
    score = rate(card, {"debt": D("6"), "assets": D("10")}, NOW)
    assert [h.id for h in score.hits] == ["K1", "K2"]
    assert score.factors[0].value == 6


def test_on_unknown_may_be_only_named() -> None:
    named = small_card(knockouts=[knockout(on_unknown="name")])
    assert not rate(named, {"a": 10, "b": 10}, NOW).manual
    default = small_card(knockouts=[knockout()])
    assert rate(default, {"a": 10, "b": 10}, NOW).manual


def test_unknown_variant() -> None:
    assert found(rate, gallery_card(), FULL, NOW, "XYZ") == [("scorecard.unknown_variant", "/variant")]


def test_a_grade_cut_belongs_to_the_better_grade() -> None:
    ladder = gallery_card().ladder
    cuts = [("AAA", "90"), ("AA", "80"), ("A", "70"), ("BBB", "60"), ("BB", "50"), ("B", "40"), ("C", "0")]
    for index, (grade, cut) in enumerate(cuts):
        assert ladder.of(D(cut)) == grade
        if index + 1 < len(cuts):
            assert ladder.of(D(cut) - D("0.01")) == cuts[index + 1][0]
    assert ladder.of(D("100")) == "AAA"
    assert ladder.worst(["AA", "D", "B"]) == "D"
    assert ladder.minimum("BBB") == Decimal(60)


def test_below_the_lowest_cut_the_grade_without_a_cut_applies() -> None:
    card = small_card(grades=[{"key": "A", "min": "50"}, {"key": "E", "min": None}])
    assert rate(card, {"a": 0, "b": 5}, NOW).model_grade == "E"


def test_the_alert_stands_below_its_line_only() -> None:
    exactly = small_card(alert_below="80")
    assert rate(exactly, {"a": 10, "b": 5}, NOW).alert is False
    assert rate(small_card(alert_below="80.01"), {"a": 10, "b": 5}, NOW).alert is True
    assert rate(small_card(alert_below=None), {"a": 0, "b": 0}, NOW).alert is False
