"""Books for programs: the faults of the page, hidden fields nowhere, filters, keys sent twice, old versions."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.app.api.conftest import Callers, codes
from tests.app.desk import bring
from tests.builders import House

RAW = {"subject": "仓储服务", "amount": "120000.5", "signed_on": "2025-12-01", "status": "running"}
RECORDS = "/books/contracts/records"


@pytest.fixture
def about(house: House) -> str:
    return bring(house, "C2", owner="lina")


def test_what_books_there_are(caller: Callers) -> None:
    found = {each["key"]: each["may"] for each in caller("lina").get("/books")["books"]}
    assert found == {
        "contracts": ["read", "write", "remove"], "guarantees": ["read", "write", "remove"],
        "site_visits": ["read", "write", "remove"],
    }  # fmt: skip
    assert {tuple(each["may"]) for each in caller("heping").get("/books")["books"]} == {("read",)}
    caller("chenan").get("/books", 403)


def test_entered_once_changed_removed_and_brought_back(caller: Callers, about: str) -> None:
    ask = caller("lina")
    body = {"answers": {**RAW, "contract_no": "HT-1", "customer": about}}
    made = ask.post(RECORDS, body, 201, key="k-1")
    assert ask.post(RECORDS, body, 201, key="k-1")["id"] == made["id"]
    assert (made["title"], made["customer_id"], made["answers"]["amount"]) == ("HT-1", about, "120000.5")
    one = f"{RECORDS}/{made['id']}"
    assert ask.get(one) == made
    changed = ask.expect("PATCH", one, {"row_version": 1, "answers": {"amount": "9万"}}, 200)
    assert changed["answers"]["amount"] == "90000"
    old = ask.expect("PATCH", one, {"row_version": 1, "answers": {"amount": "1"}}, 409)
    assert codes(old) == [("row.changed_by", "")]
    gone = ask.post(f"{one}/remove", {"row_version": changed["row_version"], "reason": "重复"}, 200, key="k-2")
    assert gone["status"] == "removed"
    assert ask.get(RECORDS)["records"] == []
    assert [each["id"] for each in ask.get(f"{RECORDS}?removed=1")["records"]] == [made["id"]]
    back = ask.post(f"{one}/restore", {"row_version": gone["row_version"]}, 200, key="k-3")
    assert back["status"] == "kept"


def test_the_faults_are_those_of_the_page(caller: Callers, about: str) -> None:
    ask = caller("lina")
    wrong = {**RAW, "contract_no": "HT-1", "customer": "0" * 32, "amount": "many", "colour": "red"}
    found = codes(ask.post(RECORDS, {"answers": wrong}, 422, key="k-2"))
    assert sorted(found) == [
        ("field.unknown", "/answers/colour"), ("lookup.not_found", "/answers/customer"),
        ("number.invalid", "/answers/amount"),
    ]  # fmt: skip
    judged = ask.expect("POST", "/books/contracts/check", {"answers": wrong}, 200)
    assert not judged["acceptable"]
    assert sorted(codes(judged)) == sorted(found)
    assert ask.get(RECORDS)["records"] == [], "nothing was stored"


def test_a_list_is_narrowed_and_paged(caller: Callers, about: str) -> None:
    ask = caller("lina")
    for number in range(3):
        answers = {**RAW, "contract_no": f"HT-{number}", "customer": about, "amount": str(1000 * (number + 1))}
        ask.post(RECORDS, {"answers": answers}, 201, key=f"k-{number}")

    def found(**query: Any) -> list[str]:
        text = "&".join(f"{name}={value}" for name, value in query.items())
        return [each["title"] for each in ask.get(f"{RECORDS}?{text}")["records"]]

    assert found(sort="amount", way="down") == ["HT-2", "HT-1", "HT-0"]
    assert found(sort="amount", where=json.dumps({"amount": {"min": "0.2万"}})) == ["HT-1", "HT-2"]
    assert found(where=json.dumps({"status": "done"})) == []
    assert found(q="ht-1") == ["HT-1"]
    assert found(customer="C2", sort="contract_no") == ["HT-0", "HT-1", "HT-2"]
    assert codes(ask.get(f"{RECORDS}?sort=colour", 422)) == [("record.not_sortable", "/sort")]
    assert codes(ask.get(f"{RECORDS}?where=[]", 422)) == [("record.where", "/where")]
    odd = json.dumps({"colour": "red", "amount": {"least": 1}, "status": 5})
    assert sorted(codes(ask.get(f"{RECORDS}?where={odd}", 422))) == [
        ("record.not_a_filter", "/where/colour"), ("record.where", "/where/amount"), ("record.where", "/where/status"),
    ]  # fmt: skip


def test_others_records_and_hidden_fields(caller: Callers, about: str) -> None:
    ask = caller("lina")
    visit = {"customer": about, "visited_on": "2025-12-20", "met": "王总", "impression": "good", "report": "正常"}
    made = ask.post("/books/site_visits/records", {"answers": visit}, 201, key="k-1")
    one = f"/books/site_visits/records/{made['id']}"
    assert caller("sunli").get(one)["answers"]["met"] == "王总"
    assert "met" not in caller("zhoumin").get(one)["answers"]
    assert all("met" not in each["answers"] for each in caller("zhoumin").get("/books/site_visits/records")["records"])
    caller("zhangwei").get(one, 404)
    assert caller("zhangwei").get("/books/site_visits/records")["records"] == []
    caller("sunli").expect("PATCH", one, {"row_version": 1, "answers": {}}, 403)
    ask.get("/books/nothing/records", 404)
    ask.get("/books/contracts/records/" + "0" * 32, 404)
