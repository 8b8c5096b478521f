"""Definitions through the API by the rules of the studio: drafted, saved with faults, judged, published, compared."""

from __future__ import annotations

from typing import Any

import pytest

from app import gallery
from app.services import definitions
from tests.app.api.conftest import Callers, codes
from tests.builders import House

PLACE = "/definitions/scorecard/customer_rating"


def body() -> dict[str, Any]:
    found: dict[str, Any] = gallery.read("scorecards/customer_rating")["body"]
    return found


def test_list_page_and_read(caller: Callers) -> None:
    ask = caller("zhoumin", "definition.read")
    rows = ask.get("/definitions")["definitions"]
    assert [(row["kind"], row["key"], row["published"]) for row in rows] == [
        ("flow", "credit_approval", 1), ("form", "contracts", 1), ("form", "credit_request", 1),
        ("form", "customer", 1), ("form", "guarantees", 1), ("form", "site_visits", 1),
        ("policy", "customer_credit", 1), ("scorecard", "customer_rating", 1), ("table", "payment_terms", 1),
    ]  # fmt: skip
    assert [row["key"] for row in ask.get("/definitions?after=form/credit_request")["definitions"]] == [
        "customer", "guarantees", "site_visits", "customer_credit", "customer_rating", "payment_terms",
    ]  # fmt: skip
    assert [row["kind"] for row in ask.get("/definitions?kind=flow&status=published")["definitions"]] == ["flow"]
    whole = ask.get(PLACE)
    assert (whole["version"], whole["status"], whole["body"]) == (1, "published", body())
    assert [each["key"] for each in whole["used_by"]] == ["credit_approval", "customer_credit"]
    assert ask.get(PLACE + "?version=1")["fingerprint"] == whole["fingerprint"]
    assert codes(ask.get(PLACE + "?version=9", 404)) == [("access.missing", "")]
    assert codes(ask.get(PLACE + "?version=x", 422)) == [("api.type", "/version")]
    assert codes(ask.get("/definitions/tale/customer_rating", 404)) == []


def test_draft_save_check_publish_and_compare(caller: Callers) -> None:
    ask = caller("zhoumin")
    made = ask.post(PLACE + "/drafts", {"based_on": 1}, 201)
    assert (made["version"], made["status"], made["problems"], made["based_on"]) == (2, "draft", [], 1)
    again = ask.post(PLACE + "/drafts", {"based_on": 1}, 409)
    assert codes(again) == [("definition.draft_open", "")]
    changed = body()
    changed["factors"][0]["label"]["en"] = "Another name"
    broken = {**changed, "dimensions": "none"}
    saved = ask.expect("PUT", PLACE + "/drafts/2", {"row_version": made["row_version"], "body": broken}, 200)
    assert saved["problems"][0]["path"].startswith("/dimensions")
    version = {"version": 2, "row_version": saved["row_version"]}
    refused = ask.post(PLACE + "/publish", version, 422)
    assert codes(refused)[0][1].startswith("/body/dimensions")
    stale = ask.expect("PUT", PLACE + "/drafts/2", {"row_version": made["row_version"], "body": changed}, 409)
    assert codes(stale) == [("definition.changed", "")]
    saved = ask.expect("PUT", PLACE + "/drafts/2", {"row_version": saved["row_version"], "body": changed}, 200)
    assert saved["problems"] == []
    assert ask.post(PLACE + "/check", {}, key=None) == {"publishable": True, "problems": []}
    judged = ask.post(PLACE + "/check", {"body": {}}, key=None)
    assert judged["publishable"] is False
    assert all(each["message"] for each in judged["problems"])
    made = ask.post(PLACE + "/publish", {"version": 2, "row_version": saved["row_version"]})
    assert (made["status"], made["fingerprint"][:7]) == ("published", "sha256:")
    assert ask.get(PLACE + "?version=1")["status"] == "retired"
    diff = ask.get(PLACE + "/diff?from=1&to=2")
    assert (diff["from"], diff["to"]) == (1, 2)
    (change,) = diff["changes"]
    assert (change["act"], change["path"][:11]) == ("changed", "/factors/0/")
    assert change["sentence"].endswith(": label changed from “Operating cash flow / sales” to “Another name”")
    assert ask.get(PLACE + "/diff?from=2&to=2")["changes"] == []
    assert codes(ask.get(PLACE + "/diff?from=1", 422)) == [("api.required", "/to")]


@pytest.mark.parametrize(("language", "sentence"), [
    ("zh-CN", "流转「提交申请 → 信用评级」：新增条件 “申请额度 > 5,000,000”"),
    ("en", "Route Request submitted → Credit rating: condition added, “Requested limit > 5,000,000”"),
])  # fmt: skip
def test_a_difference_is_told_in_the_language_of_the_caller(caller: Callers, language: str, sentence: str) -> None:
    """By the labels of the flow and of the form it names, as the studio tells it."""
    ask = caller("zhoumin", language=language)
    flow = "/definitions/flow/credit_approval"
    made = ask.post(flow + "/drafts", {"based_on": 1}, 201)
    changed = gallery.read("flows/credit_approval")["body"]
    changed["routes"][0]["when"] = "limit > 5000000"
    ask.expect("PUT", flow + "/drafts/2", {"row_version": made["row_version"], "body": changed}, 200)
    assert [each["sentence"] for each in ask.get(flow + "/diff?from=1&to=2")["changes"]] == [sentence]


def test_a_draft_somebody_left_as_text(caller: Callers, house: House) -> None:
    ask = caller("zhoumin")
    made = ask.post(PLACE + "/drafts", {"based_on": 1}, 201)
    with house.work("zhoumin") as work:
        row = definitions.find(work.session, "scorecard", "customer_rating", 2)
        definitions.save(work, row, made["row_version"], body='{"dimensions": [,')
    whole = ask.get(PLACE + "?version=2")
    assert (whole["unread"], whole["body"]) == ({"body": '{"dimensions": [,'}, body())
    judged = ask.post(PLACE + "/check", {}, key=None)
    assert (judged["publishable"], codes(judged)) == (False, [("definition.json", "")])
    version = {"version": 2, "row_version": whole["row_version"]}
    assert codes(ask.post(PLACE + "/publish", version, 422)) == [("definition.json", "/body")]
    saved = ask.expect("PUT", PLACE + "/drafts/2", {"row_version": whole["row_version"], "body": body()}, 200)
    assert (saved["problems"], ask.get(PLACE + "?version=2")["unread"]) == ([], {})


def test_a_new_one_from_nothing(caller: Callers) -> None:
    ask = caller("zhoumin")
    lacking = ask.post("/definitions/form/survey/drafts", {}, 422)
    assert codes(lacking) == [("api.required", "/title"), ("api.required", "/body")]
    title = {"zh-CN": "调查", "en": "Survey"}
    bad = ask("POST", "/definitions/form/survey/drafts", raw=b'{"title":{"zh-CN":"x"},"body":{"a":[1.5,{"b":1e9}]}}')
    assert sorted(codes(bad.get_json())) == [("api.float", "/body/a/0"), ("api.float", "/body/a/1/b")]
    assert codes(ask.post("/definitions/form/9bad/drafts", {"title": title, "body": {}}, 422)) == [
        ("definition.key", "/key")
    ]
    made = ask.post("/definitions/form/survey/drafts", {"title": title, "body": {"sections": []}}, 201)
    assert (made["version"], made["title"]) == (1, title)
    assert ask.get("/definitions/form/survey")["body"] == {"sections": []}


def test_who_may(caller: Callers) -> None:
    writer = caller("zhoumin", "definition.write")
    made = writer.post(PLACE + "/drafts", {"based_on": 1}, 201)
    assert codes(writer.get(PLACE, 403)) == [("access.forbidden", "")]
    version = {"version": 2, "row_version": made["row_version"]}
    assert codes(writer.post(PLACE + "/publish", version, 403)) == [("access.forbidden", "")]
    auditor = caller("hanxue")
    assert auditor.get(PLACE)["key"] == "customer_rating"
    assert codes(auditor.post(PLACE + "/drafts", {"based_on": 1}, 403)) == [("access.forbidden", "")]
    assert codes(caller("lina").get("/definitions", 403)) == [("access.forbidden", "")]


def test_a_decision_table_goes_through_the_same_life(caller: Callers) -> None:
    ask = caller("zhoumin")
    place = "/definitions/table/payment_terms"
    made = ask.post(place + "/drafts", {"based_on": 1}, 201)
    table = ask.get(place)["body"]
    table["rows"][5]["when"][2] = "< 60"
    saved = ask.expect("PUT", place + "/drafts/2", {"row_version": made["row_version"], "body": table}, 200)
    (overlap,) = saved["problems"]
    assert (overlap["code"], overlap["path"]) == ("table.overlap", "/rows/6")
    assert overlap["params"]["by"] == "6"
    refused = ask.post(place + "/publish", {"version": 2, "row_version": saved["row_version"]}, 422)
    assert codes(refused) == [("table.overlap", "/body/rows/6")]
    table["rows"][6]["when"][2] = ">= 60"
    saved = ask.expect("PUT", place + "/drafts/2", {"row_version": saved["row_version"], "body": table}, 200)
    assert saved["problems"] == []
    assert ask.post(place + "/publish", {"version": 2, "row_version": saved["row_version"]})["version"] == 2
    found = ask.get(place + "/diff?from=1&to=2")["changes"]
    assert [each["path"] for each in found] == ["/rows/5/when/2", "/rows/6/when/2"]
