"""Compiling a Policy: every mistake at its place; warnings for a ladder that turns; the check against a Scorecard."""

from __future__ import annotations

from typing import Any

import pytest

from credit import check_against, compile_policy
from credit.money import Money, floor_to, parse_amount, steps_above, to_minor_units
from credit.tier import Tier, Tiers
from tests.credit.policies import gallery_policy, policy_body
from tests.rules.cards import D, found, gallery_card, put, small_card

MISTAKES: list[tuple[str, Any, tuple[str, str]]] = [
    ("/grades/AA/tier", "boss", ("policy.unknown_tier", "/grades/AA/tier")),
    ("/grades/AA/pd", "1.01", ("policy.share_range", "/grades/AA/pd")),
    ("/grades/AA/tnw_cap", "15", ("policy.share_range", "/grades/AA/tnw_cap")),
    ("/grades/AA/pd", "0.3%", ("schema.pattern", "/grades/AA/pd")),
    ("/grades/AA/pd", 0.003, ("schema.float", "/grades/AA/pd")),
    ("/grades/AA/payment_days", None, ("policy.payment_days", "/grades/AA/payment_days")),
    ("/grades/AA/payment_days", 0, ("policy.payment_days", "/grades/AA/payment_days")),
    ("/grades/B/payment_days", 10, ("policy.payment_days", "/grades/B/payment_days")),
    ("/grades/C/payment_days", 0, ("policy.payment_days", "/grades/C/payment_days")),
    ("/grades/AA/payment_days", "60", ("schema.type", "/grades/AA/payment_days")),
    ("/grades/AA/payment_mode", "barter", ("schema.choice", "/grades/AA/payment_mode")),
    ("/grades/AA/price_adjustment", "cheap", ("schema.pattern", "/grades/AA/price_adjustment")),
    ("/grades/AA/rerate", "weekly", ("schema.pattern", "/grades/AA/rerate")),
    ("/grades/AA/rerate", ..., ("schema.required", "/grades/AA")),
    ("/grades/AA/discount", "1", ("schema.unknown_member", "/grades/AA/discount")),
    ("/grades/C", {"pd": "0.25", "limit_multiplier": "1", "tnw_cap": "0.01", "payment_days": None,
        "payment_mode": "prepay",
                   "price_adjustment": "list", "tier": "committee", "rerate": "1m"},
     ("policy.credit_without_days", "/grades/C/limit_multiplier")),
    ("/tiers/1/posts", [], ("policy.tier_without_posts", "/tiers/1/posts")),
    ("/tiers/0/posts", ["credit_manager"], ("policy.tier_posts_unwanted", "/tiers/0/posts")),
    ("/tiers/1/key", "committee", ("policy.duplicate", "/tiers/4/key")),
    ("/tiers/-", {"key": "board", "posts": ["board"]}, ("policy.none_last", "/tiers/6/key")),
    ("/tiers", [{"key": "none", "posts": []}], ("policy.no_person", "/tiers")),
    ("/tiers/0", {"key": "x", "posts": ["y"]}, ("policy.auto_missing", "/grades/AA/auto_up_to")),
    ("/limit/need", "monthly_purchase * nights", ("feel.unknown_name", "/limit/need")),
    ("/limit/need", "need * 2", ("feel.unknown_name", "/limit/need")),
    ("/limit/formula", "min(need,", ("feel.syntax", "/limit/formula")),
    ("/limit/facts", ["need"], ("policy.name_taken", "/limit/facts/0")),
    ("/limit/floor_to", "0", ("policy.step_zero", "/limit/floor_to")),
    ("/limit/floor_to", "-5", ("schema.pattern", "/limit/floor_to")),
    ("/limit/currency", "yuan", ("schema.pattern", "/limit/currency")),
    ("/over_limit/step", "0", ("policy.step_zero", "/over_limit/step")),
    ("/coverage_minimum", "101", ("policy.coverage_range", "/coverage_minimum")),
    ("/validity/limit", "forever", ("schema.pattern", "/validity/limit")),
    ("/scorecard", "customer_rating", ("schema.type", "/scorecard")),
    ("/extra", {}, ("schema.unknown_member", "/extra")),
]


@pytest.mark.parametrize(("path", "value", "expected"), MISTAKES, ids=[f"{m[0]}={str(m[1])[:30]!a}" for m in MISTAKES])
def test_a_mistake_is_named_at_its_place(path: str, value: Any, expected: tuple[str, str]) -> None:
    assert expected in found(compile_policy, put(policy_body(), path, value))


def test_auto_must_stand_first() -> None:
    body = policy_body()
    body["tiers"][0], body["tiers"][1] = body["tiers"][1], body["tiers"][0]
    assert ("policy.auto_first", "/tiers/1/key") in found(compile_policy, body)


def test_all_problems_come_at_once() -> None:
    body = put(put(put(policy_body(), "/grades/AA/tier", "x"), "/coverage_minimum", "200"), "/limit/need", "1 +")
    assert {code for code, _ in found(compile_policy, body)} == {"policy.unknown_tier",
        "policy.coverage_range", "feel.syntax"}


def test_the_gallery_policy_measures_every_grade_of_the_gallery_card() -> None:
    assert gallery_policy().warnings == ()
    assert check_against(gallery_policy(), gallery_card()) == []
    assert gallery_policy().facts == ("monthly_purchase", "tangible_net_worth")


def test_grades_that_do_not_meet() -> None:
    problems = check_against(gallery_policy(), small_card(grades=[{"key": "A", "min": "0"}, {"key": "Z", "min": None}]))
    codes = [(p.code, p.path) for p in problems]
    assert ("policy.grade_missing", "/grades") in codes
    assert ("policy.grade_unknown", "/grades/AAA") in codes
    assert len(codes) == 8


def test_a_fact_that_is_no_number_in_the_scorecard() -> None:
    body = put(policy_body(), "/limit/facts", ["flag"])
    problems = check_against(compile_policy(body), small_card())
    assert ("policy.fact_type", "/limit") in [(p.code, p.path) for p in problems]


@pytest.mark.parametrize(
    ("path", "value", "place"),
    [("/grades/A/limit_multiplier", "1.3", "/grades/A/limit_multiplier"), ("/grades/BBB/tnw_cap",
        "0.11", "/grades/BBB/tnw_cap")],
)
def test_more_credit_for_more_risk_is_a_warning(path: str, value: str, place: str) -> None:
    policy = compile_policy(put(policy_body(), path, value))
    assert [(w.code, w.path, w.severity) for w in policy.warnings] == [("policy.not_monotone", place, "warning")]


def test_a_pd_against_the_ladder_is_a_warning() -> None:
    policy = compile_policy(put(policy_body(), "/grades/AAA/pd", "0.0050"))
    problems = check_against(policy, gallery_card())
    assert [(p.path, p.severity) for p in problems] == [("/grades/AA/pd", "warning")]


def test_the_order_of_grade_keys_does_not_matter() -> None:
    body = policy_body()
    body["grades"] = dict(sorted(body["grades"].items()))
    assert compile_policy(body).warnings == ()
    assert check_against(compile_policy(body), gallery_card()) == []


@pytest.mark.parametrize(
    ("amount", "step", "floored"),
    [("6960000", "10000", "6960000"), ("6969999.99", "10000", "6960000"), ("9999.99", "10000", "0"),
        ("0", "10000", "0"),
     ("-0.01", "10000", "-10000"), ("-10000", "10000", "-10000"), ("1.25", "0.5", "1.0"),
     ("6959999.9999999999999999999999999999999999", "10000", "6950000")],
)
def test_floor_to_a_step(amount: str, step: str, floored: str) -> None:
    assert floor_to(D(amount), D(step)) == D(floored)


@pytest.mark.parametrize(
    ("amount", "limit", "steps"),
    [("100", "100", 0), ("99", "100", 0), ("100.01", "100", 1), ("120", "100", 1), ("120.01", "100", 2), ("0", "0", 0),
     ("0.01", "0", None), ("300", "100", 10)],
)
def test_started_steps_above_a_limit(amount: str, limit: str, steps: int | None) -> None:
    assert steps_above(D(amount), D(limit), D("0.20")) == steps


@pytest.mark.parametrize(
    ("raw", "amount"), [("1200000.50", "1200000.50"), ("-3", "-3"), (5, "5"), (D("7.10"), "7.1"), (0, "0")]
)
def test_amounts_are_read_exactly(raw: object, amount: str) -> None:
    assert parse_amount(raw) == D(amount)


@pytest.mark.parametrize(
    ("raw", "code"),
    [(1.5, "money.float_given"), ("1,200", "money.not_an_amount"), ("", "money.not_an_amount"), (None,
        "money.not_an_amount"),
     (True, "money.not_an_amount"), ("1e3", "money.not_an_amount"), (D("NaN"), "money.not_an_amount"),
     (10**25, "money.not_an_amount")],
)
def test_what_is_no_amount(raw: object, code: str) -> None:
    assert found(parse_amount, raw, "/x") == [(code, "/x")]


def test_money_of_one_currency_adds_and_of_two_does_not() -> None:
    one, two = Money("CNY", D("0.10")), Money("CNY", D("0.20"))
    assert (one + two, two - one, str(one + two)) == (Money("CNY", D("0.3")), Money("CNY", D("0.1")), "CNY 0.3")
    assert found(lambda: one + Money("USD", D("1"))) == [("money.currency_mixed", "")]


@pytest.mark.parametrize(
    ("currency", "amount", "rounded"), [("CNY", "1.005", "1.01"), ("JPY", "1.5", "2"), ("KWD", "1.0005", "1.001")]
)
def test_minor_units(currency: str, amount: str, rounded: str) -> None:
    assert format(to_minor_units(D(amount), currency), "f") == rounded


def test_climbing_tiers() -> None:
    tiers = gallery_policy().tiers
    assert tiers.climb("auto", 2) == "credit_manager_and_finance"
    assert tiers.climb("committee", 9) == "general_manager_exception"
    assert tiers.climb("none", 3) == "none"
    assert tiers.climb("auto", None) == "general_manager_exception"
    assert tiers.rank("committee") == 4
    assert tiers.of("committee").posts == ("risk_committee",)
    with pytest.raises(KeyError):
        Tiers((Tier("auto", (), {}),)).of("x")
