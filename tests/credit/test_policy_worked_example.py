"""The worked example: every customer, every intermediate number, all variants, and requests above the formula."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from credit import assess, assess_facts, read_customer, tier_for
from rules import rate
from tests.credit.policies import gallery_policy
from tests.rules.cards import NOW, gallery_body, gallery_card
from tests.shared import shared_path

SEED: dict[str, Any] = json.loads(shared_path("data/seed_worked_example.json").read_text(encoding="utf-8"))
CUSTOMERS = {c["id"]: c for c in SEED["customers"]}
# Numbers of the seed's traces that belong to the order check and to comparisons between customers.
ELSEWHERE = {"contributions_STD", "open_receivable", "over_limit_by", "notches_down_from_C1", "actions"}


def given(customer: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {name: customer[name] for name in ("id", "variant", "inputs")} | changes


@pytest.mark.parametrize("key", CUSTOMERS)
def test_every_expected_member_exactly(key: str) -> None:
    customer = CUSTOMERS[key]
    out = assess(gallery_card(), gallery_policy(), given(customer), NOW).to_json()
    assert out == {"id": key, **customer["expected"]}


@pytest.mark.parametrize("key", CUSTOMERS)
def test_every_intermediate_number_exactly(key: str) -> None:
    customer = CUSTOMERS[key]
    trace = assess(gallery_card(), gallery_policy(), given(customer), NOW).to_json(trace=True)["trace"]
    for member, expected in customer["trace"].items():
        if member not in ELSEWHERE:
            assert trace[member] == expected, member


@pytest.mark.parametrize("key", CUSTOMERS)
@pytest.mark.parametrize("variant", ["STD", "MFG", "SVC"])
def test_all_variants(key: str, variant: str) -> None:
    customer = CUSTOMERS[key]
    out = assess(gallery_card(), gallery_policy(), given(customer, variant=variant), NOW).to_json()
    others = customer["expected_other_variants"] | {customer["variant"]: customer["expected"]}
    expected = others.get(variant, {})
    for member, value in expected.items():
        assert out[member] == value, member


def test_contributions_of_c1_in_the_general_variant() -> None:
    customer = CUSTOMERS["C1"]
    trace = assess(gallery_card(), gallery_policy(), given(customer, variant="STD"), NOW).trace()
    assert trace["contributions"] == customer["trace"]["contributions_STD"]


def test_c5_fell_four_notches() -> None:
    now, before = (gallery_card().ladder.rank(CUSTOMERS[key]["expected"]["final_grade"]) for key in ("C5", "C1"))
    assert now - before == CUSTOMERS["C5"]["trace"]["notches_down_from_C1"]


@pytest.mark.parametrize("example", SEED["over_limit_examples"], ids=lambda e: e["requested"])
def test_requests_above_the_formula_limit(example: dict[str, Any]) -> None:
    customer = CUSTOMERS[example["customer"]]
    requested = Decimal(example["requested"])
    measures = assess(gallery_card(), gallery_policy(), given(customer), NOW, requested=requested).measures
    assert (measures.tier, str(measures.formula_limit)) == (example["base_tier"], example["formula_limit"])
    assert (measures.tier_steps, measures.request_tier) == (example["steps"], example["tier"])
    before = assess(gallery_card(), gallery_policy(), given(customer), NOW).measures
    assert tier_for(gallery_policy(), before, requested) == (example["steps"], example["tier"])


def test_the_whole_customer_may_be_fed_as_it_stands() -> None:
    customer = CUSTOMERS["C4b"]
    out = assess(gallery_card(), gallery_policy(), customer, NOW).to_json()
    assert out == {"id": "C4b", **customer["expected"]}


def test_the_same_facts_without_the_customer_shape() -> None:
    customer = CUSTOMERS["C2"]
    read = read_customer(gallery_card(), gallery_policy(), given(customer))
    one = assess_facts(gallery_card(), gallery_policy(), read.facts, NOW, customer_id="C2", variant="SVC")
    assert one.to_json() == {"id": "C2", **customer["expected"]}
    assert rate(gallery_card(), read.facts, NOW, "SVC", trace=False).total == Decimal("56.05")


def test_the_gallery_carries_the_model_of_the_example() -> None:
    body, model = gallery_body(), SEED["model"]
    assert {v["key"]: v["weights"] for v in body["variants"]} == model["variants"]
    assert [(g["key"], g["min"]) for g in body["grades"]] == [(g["grade"], g["score_min"]) for g in model["grades"]]
    for factor, indicator in zip(body["factors"], model["indicators"], strict=True):
        assert (factor["key"], factor["dimension"], factor["weight"]) == (
            indicator["code"], indicator["dimension"], indicator["weight"]
        )
        cuts = [{"edge": cut["edge"], "points": cut["points"]} for cut in factor["bands"].get("cuts", [])]
        assert cuts == indicator["bins"]
        assert factor["bands"].get("otherwise") == indicator["otherwise"]
    assert [(k["id"], k["effect"], k["grade"]) for k in body["knockouts"]] == [
        (r["code"], r["effect"], r["grade"]) for r in model["rules"]
    ]
    for grade in model["grades"]:
        row = gallery_policy().grades[grade["grade"]]
        assert (row.tier, row.rerate, row.payment_days) == (grade["approval"]["tier"], grade["rerate"],
            grade["payment_days"])
        assert str(row.auto_up_to) == str(grade["approval"].get("auto_up_to"))
    ladder = [t.key for t in gallery_policy().tiers.tiers if t.key != "none"]
    assert ladder == model["approval_tiers_low_to_high"]
