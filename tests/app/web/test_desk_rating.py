"""The page of a rating shows every intermediate number of the worked example, exactly, in all three sets of weights."""

from __future__ import annotations

import json
from decimal import Decimal
from functools import cache
from typing import Any

import pytest

from app.access import Grant, Role, Scope
from app.services import evidence, people
from tests.app.desk import apply_for, case_of
from tests.app.web.desk_browser import figures, post, rated, shown, speak, text
from tests.builders import House
from tests.shared import shared_path

KEYS = ("C1", "C2", "C3", "C4", "C5", "C4b")
MEMBERS = ("total_score", "coverage_percent", "model_grade", "final_grade", "decision", "formula_limit", "limit",
           "payment_mode", "pd", "price_adjustment", "rerate")
TIERS = {"credit_manager": "信用经理", "credit_manager_and_finance": "信用经理和财务", "finance_director": "财务总监",
         "committee": "信用委员会", "none": "不予授信"}


@cache
def example() -> dict[str, Any]:
    document = json.loads(shared_path("data/seed_worked_example.json").read_text(encoding="utf-8"))
    return {row["id"]: row for row in document["customers"]}


def none_as_blank(value: Any) -> str:
    return "" if value is None else str(value)


@pytest.mark.parametrize("key", KEYS)
def test_every_number_of_the_worked_example(house: House, key: str) -> None:
    wanted = example()[key]
    expected, trace = wanted["expected"], wanted["trace"]
    html = text(house.client("sunli").get(f"/customers/{rated(house, key)}/rating"))
    found = figures(html)
    for name, value in wanted["inputs"]["indicators"].items():
        stored = found[f"value.{name}"]
        assert (stored == "") if value is None else Decimal(stored) == Decimal(value), name
    assert {name: found[f"points.{name}"] for name in expected["points"]} == {
        name: none_as_blank(value) for name, value in expected["points"].items()
    }
    assert {name: found[f"dimension.{name}"] for name in expected["dimensions"]} == {
        name: none_as_blank(value) for name, value in expected["dimensions"].items()
    }
    for name, value in trace.get("contributions", {}).items():
        assert found[f"contribution.{name}"] == value
    for member in MEMBERS:
        assert found[member] == none_as_blank(expected[member]), member
    assert found.get("payment_days", "") == none_as_blank(expected["payment_days"])
    assert found["rules_hit"].split() == expected["rules_hit"]
    assert found["score_alert"] == str(expected["score_alert"]).lower()
    assert found["approval_tier"] == expected["approval_tier"]
    assert shown(html)["approval_tier"] == TIERS[expected["approval_tier"]]
    for member in ("need", "need_times_multiplier", "tnw_cap", "weighted_sum", "weight_present"):
        if member in trace:
            assert Decimal(found[member]) == Decimal(trace[member]), member
    for name, other in trace.items():
        if name.startswith("counterfactual_without_"):
            rule = name.removeprefix("counterfactual_without_")
            for member in ("need", "need_times_multiplier", "tnw_cap", "limit"):
                assert Decimal(found[f"without.{rule}.{member}"]) == Decimal(other[member])
            assert f"等级 {other['final_grade']}" in html


@pytest.mark.parametrize("key", KEYS)
def test_the_other_weights_stand_beside_it(house: House, key: str) -> None:
    wanted = example()[key]
    found = figures(text(house.client("sunli").get(f"/customers/{rated(house, key)}/rating")))
    assert found[f"total_score_{wanted['variant']}"] == wanted["expected"]["total_score"]
    for variant, expected in wanted["expected_other_variants"].items():
        assert found[f"total_score_{variant}"] == expected["total_score"], variant
    for name, given in wanted["trace"].items():
        if name.startswith("contributions_"):
            variant = name.removeprefix("contributions_")
            assert {d: found[f"contribution_{variant}.{d}"] for d in given} == given


def test_numbers_read_as_people_write_them(house: House) -> None:
    html = text(house.client("sunli").get(f"/customers/{rated(house, 'C1')}/rating"))
    words = shown(html)
    assert words["formula_limit"] == "6,960,000"
    assert words["need_times_multiplier"] == "7,200,000"
    assert words["value.FIN_OCF_SALES"] == "8%"
    assert words["value.FIN_CURRENT"] == "1.8"
    assert words["value.STA_YEARS"] == "12 年"
    assert words["pd"] == "0.30%"
    assert words["weighted_sum"] == "8480.00"
    assert "≥ 5%，&lt; 10%" in html
    assert "截至" in html


def test_unknown_facts_are_named_with_their_reason_and_lower_coverage(house: House) -> None:
    customer_id = rated(house, "C4")
    html = text(house.client("sunli").get(f"/customers/{customer_id}/rating"))
    assert "缺少「经营现金流/销售收入」" in html
    assert "缺少「第三方信用分" in html
    with house.work() as work:
        detail = {"FIN_OCF_SALES": {"reason": "signal.field_missing.operating_cash_flow", "params": {"year": 2025}}}
        evidence.store(work, customer_id, "statement", "test", work.today, {"FIN_OCF_SALES": None}, detail=detail)
    with house.work("sunli") as work:
        from app.services import ratings

        ratings.rerate(work, customer_id)
    html = text(house.client("sunli").get(f"/customers/{customer_id}/rating"))
    assert "2025 年度财务报表缺少「经营活动现金流净额」" in html, "why the source could not tell"


def test_a_stale_fact_counts_as_unknown_and_says_so(house: House) -> None:
    customer_id = rated(house, "C2")
    with house.work() as work:
        evidence.store(
            work, customer_id, "bureau", "test", work.today.replace(year=work.today.year - 2), {"EXT_SCORE": "99"},
            expires_on=work.today.replace(year=work.today.year - 1),
        )
    html = text(house.client("sunli").get(f"/customers/{customer_id}/evidence"))
    assert "过期，评级时按未知处理" in html


def test_a_manual_rating_gives_its_reasons_and_no_limit(house: House) -> None:
    html = text(house.client("sunli").get(f"/customers/{rated(house, 'C4b')}/rating"))
    assert "需人工决定，原因如下" in html
    assert "数据覆盖率 79% 低于 80%" in html
    assert figures(html)["limit"] == ""
    assert figures(html)["formula_limit"] == "210000"


def test_what_lifts_one_grade(house: House) -> None:
    html = text(house.client("sunli").get(f"/customers/{rated(house, 'C2')}/rating"))
    assert "怎样升一级" in html
    assert "总分" in html
    held = text(house.client("sunli").get(f"/customers/{rated(house, 'C5')}/rating"))
    assert "须先消除命中的规则" in held
    assert "命中 1" in held


def test_a_rating_for_a_request_tells_the_amount_and_the_tier(house: House) -> None:
    customer_id = rated(house, "C2")
    case_id = apply_for(house, customer_id, "300000")
    client = house.client("lina")
    html = text(client.get(f"/ratings/{case_of(house, case_id).rating_id}"))
    assert "本次按申请额度 300,000 元评定" in html
    assert "升 3 级审批" in html
    with house.work() as work:
        from app.services import ratings

        row, again = ratings.replay(work.session, case_of(house, case_id).rating_id or "")
        assert ratings.agrees(row, again)


def test_only_whose_right_reaches_the_customer_is_offered_to_rate_again(house: House) -> None:
    customer_id = rated(house)
    assert f"/customers/{customer_id}/rate" in text(house.client("liuyang").get(f"/customers/{customer_id}"))
    with house.work() as work:  # reads everything, but rates only what is her own: nothing
        grants = [Grant(Role.AUDITOR, Scope.ALL), Grant(Role.RISK, Scope.OWN)]
        people.set_roles(work, house.ids["hanxue"], grants)
    client = house.client("hanxue")
    page = client.get(f"/customers/{customer_id}")
    assert page.status_code == 200
    assert f"/customers/{customer_id}/rate" not in text(page).replace("/rating", "")
    assert post(client, f"/customers/{customer_id}", f"/customers/{customer_id}/rate").status_code == 404


def test_the_calculation_reads_in_english(house: House) -> None:
    speak(house, "sunli", "en")
    html = text(house.client("sunli").get(f"/customers/{rated(house, 'C3')}/rating"))
    for words in ("Operating cash flow / sales", "Knock-out", "On the list of dishonest", "Without “"):
        assert words in html


def test_the_note_of_the_band_stands_beside_it(house: House) -> None:
    """C1 has debts of 45 %: the second Band, in both languages; what has no note shows none."""
    page = f"/customers/{rated(house, 'C1')}/rating"
    html = text(house.client("sunli").get(page))
    assert '<span class="note">正常</span>' in html
    assert "负债轻" not in html
    speak(house, "sunli", "en")
    assert '<span class="note">Normal</span>' in text(house.client("sunli").get(page))
