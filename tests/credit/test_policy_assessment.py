"""Assessment of a customer given as JSON: what is refused, and what the unknown does to limit and decision."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credit import assess, assess_facts, measure, read_customer, tier_for
from rules import Cause, Invalid, rate
from tests.credit.policies import customer, gallery_policy
from tests.rules.cards import NOW, D, found, gallery_card, put


def run(given: Any, **more: Any) -> dict[str, Any]:
    return assess(gallery_card(), gallery_policy(), given, NOW, **more).to_json()


def refused(given: Any) -> list[tuple[str, str]]:
    return found(read_customer, gallery_card(), gallery_policy(), given)


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("/extra", 1, ("customer.unknown_member", "/extra")),
        ("/inputs/extra", 1, ("customer.unknown_member", "/inputs/extra")),
        ("/inputs/indicators/NOPE", "1", ("customer.unknown_member", "/inputs/indicators/NOPE")),
        ("/inputs/indicators/a~1b", "1", ("customer.unknown_member", "/inputs/indicators/a~01b")),
        ("/inputs/facts/NOPE", True, ("customer.unknown_member", "/inputs/facts/NOPE")),
        ("/inputs/facts/STA_YEARS", "3", ("customer.misplaced_member", "/inputs/facts/STA_YEARS")),
        ("/inputs/indicators/max_dpd", 3, ("customer.misplaced_member", "/inputs/indicators/max_dpd")),
        ("/inputs/facts/tangible_net_worth", "3", ("customer.unknown_member", "/inputs/facts/tangible_net_worth")),
        ("/inputs/indicators/FIN_DEBT", 0.45, ("fact.float_given", "/inputs/indicators/FIN_DEBT")),
        ("/inputs/indicators/FIN_DEBT", float("nan"), ("fact.float_given", "/inputs/indicators/FIN_DEBT")),
        ("/inputs/indicators/FIN_DEBT", "NaN", ("fact.not_a_number", "/inputs/indicators/FIN_DEBT")),
        ("/inputs/indicators/FIN_DEBT", "Infinity", ("fact.not_a_number", "/inputs/indicators/FIN_DEBT")),
        ("/inputs/indicators/FIN_DEBT", "45%", ("fact.not_a_number", "/inputs/indicators/FIN_DEBT")),
        ("/inputs/indicators/FIN_DEBT", "1E9", ("fact.not_a_number", "/inputs/indicators/FIN_DEBT")),
        ("/inputs/indicators/FIN_DEBT", True, ("fact.type", "/inputs/indicators/FIN_DEBT")),
        ("/inputs/indicators/FIN_DEBT", {}, ("fact.type", "/inputs/indicators/FIN_DEBT")),
        ("/inputs/monthly_purchase", 10**30, ("fact.too_large", "/inputs/monthly_purchase")),
        ("/inputs/monthly_purchase", "9" * 60, ("fact.too_large", "/inputs/monthly_purchase")),
        ("/inputs/tangible_net_worth", 1.5, ("fact.float_given", "/inputs/tangible_net_worth")),
        ("/inputs/facts/dishonest_active", "false", ("fact.type", "/inputs/facts/dishonest_active")),
        ("/inputs/facts/dishonest_active", 0, ("fact.type", "/inputs/facts/dishonest_active")),
        ("/inputs/facts/registration_status", 1, ("fact.type", "/inputs/facts/registration_status")),
        ("/inputs/facts/registration_status", "x" * 5_000_000, ("fact.text_too_long",
            "/inputs/facts/registration_status")),
        ("/inputs/indicators", [], ("customer.type", "/inputs/indicators")),
        ("/inputs/facts", "none", ("customer.type", "/inputs/facts")),
        ("/inputs", [1], ("customer.type", "/inputs")),
        ("/id", 7, ("customer.type", "/id")),
        ("/id", "x" * 201, ("customer.text_too_long", "/id")),
        ("/variant", "XYZ", ("scorecard.unknown_variant", "/variant")),
        ("/variant", ["MFG"], ("customer.type", "/variant")),
    ],
)
def test_bad_input_is_named_at_its_place(path: str, value: Any, expected: tuple[str, str]) -> None:
    assert refused(put(customer(), path, value)) == [expected]


@pytest.mark.parametrize("whole", [None, [], "C1", 3, True])
def test_what_is_no_customer(whole: Any) -> None:
    assert refused(whole) == [("customer.not_an_object", "")]


def test_all_problems_at_once() -> None:
    bad = customer(FIN_DEBT=0.5, max_dpd="many")
    bad["surprise"] = 1
    assert [code for code, _ in refused(bad)] == ["customer.unknown_member", "fact.float_given", "fact.not_a_number"]


def test_an_empty_customer_is_all_unknown() -> None:
    out = run({})
    assert out["id"] is None
    assert set(out["points"].values()) == {None}
    assert (out["coverage_percent"], out["rules_hit"], out["decision"], out["score_alert"]) == ("0.00",
        ["K10"], "manual", False)
    for member in ("total_score", "model_grade", "final_grade", "formula_limit", "limit",
        "payment_days", "payment_mode",
                   "approval_tier", "pd", "price_adjustment", "rerate"):
        assert out[member] is None
    assert run({"inputs": None}) == run({"inputs": {"indicators": None, "facts": {}}}) == out


def test_no_indicator_but_a_knock_out() -> None:
    out = run({"id": "X", "inputs": {"facts": {"bankruptcy_filing": True}}})
    assert (out["total_score"], out["model_grade"], out["final_grade"], out["decision"]) == (None, None, "D", "blocked")
    assert (out["formula_limit"], out["limit"], out["approval_tier"], out["pd"]) == ("0", "0", "none", "1.00")


def test_variant_absent_is_the_default() -> None:
    given = customer()
    del given["variant"]
    assert run(given)["total_score"] == "85.10"


@pytest.mark.parametrize("fact", ["dishonest_active", "registration_status", "bankruptcy_filing",
    "serious_illegal_active"])
def test_unknown_knock_out_fact_is_manual(fact: str) -> None:
    out = run(customer(**{fact: None}))
    assert (out["decision"], out["limit"], out["formula_limit"], out["rules_hit"]) == ("manual", None, "6960000", [])


@pytest.mark.parametrize("fact", ["enforcement_amount", "max_dpd", "abnormal_operation_active", "breaches_180d"])
def test_unknown_ceiling_fact_is_only_named(fact: str) -> None:
    out = run(customer(**{fact: None}))
    assert (out["decision"], out["limit"]) == ("automatic", "6960000")
    trace = assess(gallery_card(), gallery_policy(), customer(**{fact: None}), NOW).trace()
    assert [u["fields"] for u in trace["unknown"]] == [[fact]]


@pytest.mark.parametrize("worth", [None, "0", "-1", "-0.01"])
def test_net_worth_missing_or_not_positive(worth: str | None) -> None:
    out = run(customer(tangible_net_worth=worth))
    assert (out["decision"], out["formula_limit"], out["limit"], out["final_grade"]) == ("manual", "0", None, "AA")
    blocked = run(customer(tangible_net_worth=worth, dishonest_active=True))
    assert (blocked["decision"], blocked["formula_limit"], blocked["limit"]) == ("blocked", "0", "0")


def test_smallest_positive_net_worth_is_automatic() -> None:
    out = run(customer(tangible_net_worth="0.01"))
    assert (out["decision"], out["formula_limit"], out["limit"], out["approval_tier"]) == ("automatic",
        "0", "0", "auto")


def test_unknown_purchase_leaves_the_limit_unknown() -> None:
    assessed = assess(gallery_card(), gallery_policy(), customer(monthly_purchase=None), NOW)
    assert (assessed.measures.decision, assessed.measures.formula_limit,
        assessed.measures.limit) == ("manual", None, None)
    assert [r.to_json() for r in assessed.measures.reasons] == [
        {"code": "reason.limit_unknown", "params": {"fields": "monthly_purchase"}}
    ]


def test_a_grade_without_credit_needs_no_purchase() -> None:
    poor = customer(
        monthly_purchase=None, FIN_OCF_SALES="-1", FIN_DEBT="2", FIN_CURRENT="0", FIN_NPM="-1", STA_CHANGES=9,
        REP_NEWS=9, REP_SUITS=9, TRX_FULFIL="0", TRX_DBT=99, CON_BREACH=9, CON_DELAY=9, EXT_SCORE=0, GRW_REV="-1",
    )
    out = run(poor)
    assert (out["final_grade"], out["decision"], out["formula_limit"], out["limit"]) == ("C", "automatic", "0", "0")
    assert (out["payment_days"], out["payment_mode"], out["price_adjustment"], out["approval_tier"]) == (
        None, "prepay", "list", "general_manager_exception"
    )


def test_coverage_of_exactly_80_is_automatic() -> None:
    given = customer(STA_YEARS=None, STA_TOP1=None, STA_CHANGES=None)
    given["variant"] = "STD"
    out = run(given)
    assert (out["coverage_percent"], out["decision"], out["dimensions"]["STA"]) == ("80.00", "automatic", None)
    below = run(put(given, "/inputs/indicators/EXT_SCORE", None))
    assert (below["coverage_percent"], below["decision"], below["limit"],
        below["rules_hit"]) == ("75.00", "manual", None, ["K10"])


@pytest.mark.parametrize(
    ("purchase", "limit", "tier"),
    # AA: need = purchase × 2.5, limit = floor10k(need × 1.2); without a person up to 500,000
    [("166666", "490000", "auto"), ("166667", "500000", "auto"), ("170000", "510000", "credit_manager"),
     ("3333.33", "0", "auto"), ("3333.34", "10000", "auto")],
)
def test_the_automatic_band(purchase: str, limit: str, tier: str) -> None:
    assessed = assess(gallery_card(), gallery_policy(), customer(monthly_purchase=purchase), NOW)
    assert (assessed.to_json()["limit"], assessed.measures.tier) == (limit, tier)
    assert assessed.measures.automatic is (tier == "auto")


def test_what_needs_a_person_never_gets_the_automatic_tier() -> None:
    out = run(customer(monthly_purchase="100000", dishonest_active=None))
    assert (out["decision"], out["approval_tier"], out["formula_limit"]) == ("manual", "credit_manager", "300000")


@pytest.mark.parametrize(
    ("requested", "tier", "steps", "request_tier", "automatic"),
    # formula limit 300,000
    [("300000", "auto", 0, "auto", True), ("300000.01", "auto", 1, "credit_manager", False),
     ("360000", "auto", 1, "credit_manager", False), ("480000", "auto", 3, "finance_director", False),
     ("600000", "credit_manager", 5, "general_manager_exception", False), ("0", "auto", 0, "auto", True)],
)
def test_requests_over_a_small_limit(requested: str, tier: str, steps: int, request_tier: str, automatic: bool) -> None:
    given = customer(monthly_purchase="100000")
    measures = assess(gallery_card(), gallery_policy(), given, NOW, requested=D(requested)).measures
    assert (measures.tier, measures.tier_steps, measures.request_tier, measures.automatic) == (tier,
        steps, request_tier, automatic)


def test_any_request_over_a_limit_of_nothing_goes_to_the_top() -> None:
    measures = assess(gallery_card(), gallery_policy(), customer(tangible_net_worth="-5"), NOW,
        requested=D("1")).measures
    assert (measures.tier_steps, measures.request_tier) == (None, "general_manager_exception")


def test_a_knocked_out_customer_gets_nothing_from_anybody() -> None:
    measures = assess(gallery_card(), gallery_policy(), customer(dishonest_active=True), NOW,
        requested=D("1000")).measures
    assert (measures.request_tier, measures.limit, measures.freeze, measures.automatic) == ("none", 0, True, False)


def test_no_grade_no_tier() -> None:
    measures = assess(gallery_card(), gallery_policy(), {}, NOW).measures
    assert tier_for(gallery_policy(), measures, D("1000")) == (None, None)


def test_the_steps_of_the_limit_as_rows() -> None:
    measures = assess(gallery_card(), gallery_policy(), customer(), NOW).measures
    assert measures.rows() == [
        {"key": "need", "value": "6000000"}, {"key": "need_times_multiplier", "value": "7200000"},
        {"key": "tnw_cap", "value": "6960000"}, {"key": "unrounded", "value": "6960000"},
        {"key": "formula_limit", "value": "6960000"}, {"key": "limit", "value": "6960000"},
    ]


def test_a_stale_net_worth_is_not_used() -> None:
    read = read_customer(gallery_card(), gallery_policy(), customer())
    stale = {"tangible_net_worth": Cause("stale", "tangible_net_worth")}
    assessed = assess_facts(gallery_card(), gallery_policy(), read.facts, NOW, variant="MFG", absent=stale)
    assert (assessed.measures.decision, assessed.measures.formula_limit) == ("manual", 0)


@pytest.mark.parametrize(
    ("facts", "code"),
    [({"monthly_purchase": 0.5}, "rules.float_given"), ({"monthly_purchase": "5"}, "fact.type"),
     ({"tangible_net_worth": D("NaN")}, "money.out_of_range"), ({"tangible_net_worth": D("1E30")},
         "money.out_of_range")],
)
def test_amounts_that_are_none(facts: dict[str, Any], code: str) -> None:
    read = read_customer(gallery_card(), gallery_policy(), customer())
    score = rate(gallery_card(), read.facts, NOW, "MFG")
    assert found(measure, gallery_policy(), score, {**read.facts, **facts}, NOW) == [(code, "")]


@pytest.mark.parametrize("requested", ["-1", "NaN", "1E30"])
def test_a_request_that_is_no_amount(requested: str) -> None:
    with pytest.raises(Invalid) as caught:
        assess(gallery_card(), gallery_policy(), customer(), NOW, requested=D(requested))
    assert [p.code for p in caught.value.problems] == ["money.out_of_range"]


def test_two_knock_outs_have_no_counterfactual() -> None:
    one = assess(gallery_card(), gallery_policy(), customer(dishonest_active=True), NOW).trace()
    assert one["counterfactual_without_K1"]["final_grade"] == "AA"
    both = assess(gallery_card(), gallery_policy(), customer(dishonest_active=True,
        bankruptcy_filing=True), NOW).trace()
    assert not [key for key in both if key.startswith("counterfactual")]


NUMBER = st.none() | st.decimals(-(10**9), 10**9, places=2).map(lambda d: format(d, "f"))


@given(purchase=NUMBER, worth=NUMBER, debt=NUMBER, requested=st.none() | st.decimals(0, 10**9, places=2))
@settings(max_examples=150, deadline=None)
def test_limits_are_never_negative_and_print_as_json(
    purchase: str | None, worth: str | None, debt: str | None, requested: Decimal | None
) -> None:
    given = customer(monthly_purchase=purchase, tangible_net_worth=worth, FIN_DEBT=debt)
    assessed = assess(gallery_card(), gallery_policy(), given, NOW, requested=requested)
    json.dumps(assessed.to_json(trace=True), allow_nan=False)
    measures = assessed.measures
    assert measures.formula_limit is None or (measures.formula_limit >= 0 and measures.formula_limit % 10000 == 0)
    assert (measures.limit is None) == (measures.decision == "manual")
    if measures.automatic:
        assert measures.decision == "automatic"
        assert measures.request_tier == "auto"


@given(order=st.permutations(["id", "variant", "inputs"]), seed=st.randoms(use_true_random=False))
@settings(max_examples=30, deadline=None)
def test_the_order_of_members_does_not_matter(order: list[str], seed: Any) -> None:
    given = customer()
    indicators = list(given["inputs"]["indicators"].items())
    seed.shuffle(indicators)
    shuffled = {name: given[name] for name in order}
    shuffled["inputs"] = {**given["inputs"], "indicators": dict(indicators)}
    assert json.dumps(run(shuffled)) == json.dumps(run(given))
