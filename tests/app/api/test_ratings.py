"""The worked example through the API, to the last digit; ratings stored, listed, repeated, and out of reach."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import func, select

from app.models.ledger import Entry
from tests.app.api.conftest import Callers, Customers, codes
from tests.builders import House
from tests.shared import shared_path


def example() -> dict[str, dict[str, Any]]:
    document = json.loads(shared_path("data/seed_worked_example.json").read_text(encoding="utf-8"))
    return {row["id"]: row for row in document["customers"]}


def given(row: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"id": row["id"], "variant": row["variant"], "inputs": row["inputs"], **more}


def test_every_customer_of_the_example_comes_out_exactly(caller: Callers) -> None:
    ask = caller("sunli", "rating.read")
    seen = 0
    for row in example().values():
        assert ask.post("/ratings/assess", given(row), key=None) == row["expected"], row["id"]
        for variant, wanted in row.get("expected_other_variants", {}).items():
            found = ask.post("/ratings/assess", given(row, variant=variant), key=None)
            assert {name: found[name] for name in wanted} == wanted, (row["id"], variant)
            seen += 1
    assert seen >= 6


def test_assessing_stores_nothing_and_names_every_fault(caller: Callers, house: House) -> None:
    ask = caller("sunli")
    with house.work() as work:
        before = work.session.scalar(select(func.count()).select_from(Entry))
    row = example()["C1"]
    body = given(row, inputs={**row["inputs"], "indicators": {"FIN_DEBT": "much", "NO": "1", "STA_YEARS": "1"}})
    assert codes(ask.post("/ratings/assess", body, 422, key=None)) == [
        ("fact.not_a_number", "/inputs/indicators/FIN_DEBT"),
        ("customer.unknown_member", "/inputs/indicators/NO"),
    ]
    bad = ask("POST", "/ratings/assess", raw=b'{"inputs":{"indicators":{"FIN_DEBT":0.45}}}', key=None)
    assert codes(bad.get_json()) == [("api.float", "/inputs/indicators/FIN_DEBT")]
    with house.work() as work:
        assert work.session.scalar(select(func.count()).select_from(Entry)) == before


def test_rate_again_list_and_read_with_the_trace(caller: Callers, customer: Customers) -> None:
    row = example()["C1"]
    customer("E1", inputs=row["inputs"], variant="MFG")
    finance, sales = caller("sunli"), caller("lina")
    made = finance.post("/customers/E1/ratings", status=201)
    assert {name: made["outcome"][name] for name in row["expected"]} == row["expected"]
    assert (made["score"], made["grade"], made["coverage"]) == ("84.80", "AA", "100.00")
    again = finance.post("/customers/E1/ratings", {}, status=201)
    assert again["previous_id"] == made["id"]
    listed = sales.get("/customers/E1/ratings")
    assert [each["id"] for each in listed["ratings"]] == [again["id"], made["id"]]
    assert listed["next"] is None
    whole = sales.get(f"/ratings/{made['id']}")
    assert whole["outcome"] == made["outcome"]
    assert whole["scorecard"]["key"] == "customer_rating"
    assert whole["policy"]["fingerprint"].startswith("sha256:")
    assert whole["trace"]["contributions"]["FIN"] == "24.30"
    assert whole["facts"]["FIN_DEBT"] == "0.45"


def test_who_may_rate_and_see(caller: Callers, customer: Customers) -> None:
    key = customer("E1", owner="lina", inputs=example()["C2"]["inputs"], variant="SVC")
    made = caller("sunli").post(f"/customers/{key}/ratings", status=201)
    assert codes(caller("lina").post("/customers/E1/ratings", status=403)) == [("access.forbidden", "")]
    assert codes(caller("sunli", "rating.read").post("/customers/E1/ratings", status=403)) == [("access.forbidden", "")]
    assert codes(caller("sunli").get("/ratings/" + "0" * 32, 404)) == [("access.missing", "")]
    assert codes(caller("sunli").post("/customers/nobody/ratings", status=404)) == [("access.missing", "")]
    assert caller("zhoumin").get(f"/ratings/{made['id']}")["grade"] == "BB"
    caller("chenan").get(f"/ratings/{made['id']}", 403)


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_customer_without_facts_is_rated_manually(caller: Callers, customer: Customers, language: str) -> None:
    customer("E9")
    answer = caller("sunli", language=language).post("/customers/E9/ratings", status=201)
    assert (answer["score"], answer["decision"], answer["coverage"]) == (None, "manual", "0.00")
