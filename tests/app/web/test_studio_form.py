"""Beside the designer of forms: another key, the form as people see it, what a change would do; nothing is stored."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app import gallery
from app.models.ledger import Entry
from app.services import definitions, records
from app.services.form_samples import samples
from app.services.lookups import Lookups
from app.web.form_shape import misshapen
from app.work import Reading
from forms import FIELD_TYPES, assess, compile_form
from tests.app.desk import bring
from tests.app.web.test_studio_design import ask, codes, data_of
from tests.builders import House

FORM = "/studio/form/credit_request"
DESIGN = FORM + "/2/design"
BODY: dict[str, Any] = gallery.read("forms/credit_request")["body"]
VISITS: dict[str, Any] = gallery.read("forms/site_visits")["body"]
LABEL = {"zh-CN": "新项"}


@pytest.fixture
def client(house: House) -> FlaskClient:
    """The business admin, with drafts of the request and of the visits open."""
    with house.work("zhoumin") as work:
        for key in ("credit_request", "site_visits"):
            definitions.restore(work, definitions.find(work.session, "form", key))
    return house.client("zhoumin")


def entries(house: House) -> int:
    with house.work("zhoumin") as work:
        return work.session.scalar(select(func.count()).select_from(Entry)) or 0


def tried(client: FlaskClient, body: Any, **more: Any) -> dict[str, Any]:
    sent = {"body": body, "view": "", "answers": [], "stored": {}, "sample": False, **more}
    answer = ask(client, "preview", sent, at=DESIGN)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.get_json()
    return found


def test_the_page_hands_over_every_type_as_it_stands(client: FlaskClient) -> None:
    form = data_of(client.get(DESIGN))["form"]
    assert [each["type"] for each in form["types"]] == list(FIELD_TYPES)
    money = next(each for each in form["types"] if each["type"] == "money")
    assert money["label"]["zh-CN"] == "金额"
    assert money["members"]["currency"] == {"type": "string", "pattern": "^[A-Z]{3}$"}
    assert money["order"].index("min") < money["order"].index("max") < money["order"].index("currency")
    assert money["sounds"] == "je jine"
    assert form["zone"] == "Asia/Shanghai"
    assert "f_01" in form["ever"]
    assert form["published"]["f_01"] == {
        "key": "customer", "type": "lookup", "version": 1, "label": BODY["sections"][0]["fields"][0]["label"],
    }  # fmt: skip
    assert "flow:credit_approval:start" in {each["value"] for each in form["views"]}
    assert {"customer"} <= {each["of"] for each in form["sources"] if isinstance(each["of"], str)}
    assert {"form": "site_visits"} in [each["of"] for each in form["sources"]]


def test_what_no_designer_draws_is_mended_as_json(client: FlaskClient, house: House) -> None:
    assert misshapen(BODY) == []
    wrong = [
        {}, {"sections": {}}, {"sections": [{"fields": []}]}, {"sections": [{"key": "s", "fields": [3]}]},
        {"sections": [], "rules": [3]}, {"sections": [], "book": 3}, {"sections": [], "summary": [{}]},
        {"sections": [{"key": "s", "fields": [{"id": "f", "key": "a", "type": "x", "label": LABEL, "options": [3]}]}]},
    ]  # fmt: skip
    assert all(misshapen(each) for each in wrong)
    with house.work("zhoumin") as work:
        row = definitions.find(work.session, "form", "credit_request", 2)
        definitions.save(work, row, row.row_version, body={"sections": [{"key": "s"}]})
    answer = client.get(DESIGN)
    assert (answer.status_code, answer.location) == (303, FORM + "/2/edit")


def test_another_key_is_followed_by_every_formula(client: FlaskClient, house: House) -> None:
    before = entries(house)
    answer = ask(client, "rename", {"body": BODY, "at": [0, 2], "key": "wanted"}, at=DESIGN).get_json()
    assert answer["key"] == "wanted"
    assert [rule["when"] for rule in answer["body"]["rules"][:2]] == ["wanted > 1000000", "wanted > 3000000"]
    assert answer["body"]["checks"][0]["formula"] == "total_guarantee <= wanted * 2"
    compile_form(answer["body"])
    assert entries(house) == before


def test_a_key_is_suggested_from_the_label(client: FlaskClient) -> None:
    def suggested(label: dict[str, str]) -> Any:
        body = copy.deepcopy(BODY)
        body["sections"][0]["fields"][2]["label"] = label
        return ask(client, "rename", {"body": body, "at": [0, 2], "key": None}, at=DESIGN).get_json()["key"]

    assert suggested({"zh-CN": "额度", "en": "Wanted limit (CNY)"}) == "wanted_limit_cny"
    assert suggested({"zh-CN": "额度"}) == "e_du"
    assert suggested({"zh-CN": "客户", "en": "Customer"}) == "customer_2"
    assert suggested({"zh-CN": "空", "en": "null"}) == "null_2"
    assert suggested({"zh-CN": "，。"}) is None


@pytest.mark.parametrize(
    "sent",
    [{}, {"body": BODY}, {"body": BODY, "at": [9, 9], "key": "x"},
     {"body": BODY, "at": [0, -1], "key": "x"}, {"body": BODY, "at": ["a"], "key": "x"},
     {"body": {}, "at": [0, 0], "key": "x"}, {"body": {"sections": [3]}, "at": [0, 0], "key": None},
     {"body": BODY, "at": [0, 0], "key": 7}, b"\xff", b"[]"],
)  # fmt: skip
def test_a_rename_that_makes_no_sense_is_told(client: FlaskClient, sent: Any) -> None:
    answer = ask(client, "rename", sent, at=DESIGN)
    assert answer.status_code == 422
    assert codes(answer)


def test_the_preview_is_judged_by_the_evaluator(client: FlaskClient, house: House) -> None:
    before = entries(house)
    empty = tried(client, BODY)
    assert 'name="limit"' in empty["html"]
    assert "guarantees-0-amount" not in empty["html"]
    more = tried(client, BODY, answers=[["limit", "500万"], ["action", "add:guarantees"]])
    assert 'name="guarantees-0-amount"' in more["html"]
    assert more["stored"]["limit"] == "5000000"
    again = tried(client, BODY, stored=more["stored"], answers=[["limit", "x<script>"]])
    assert "x&lt;script&gt;" in again["html"]
    assert again["problems"]
    broken = copy.deepcopy(BODY)
    broken["rules"][0]["when"] = "nobody > 1"
    assert tried(client, broken)["html"] is None
    assert entries(house) == before


def test_the_preview_shows_what_a_step_or_a_role_sees(client: FlaskClient) -> None:
    start = tried(client, BODY, view="flow:credit_approval:start", sample=True)
    everything = tried(client, BODY, sample=True)
    assert len(start["missing"]) > 0
    assert everything["missing"] == []
    body = {**VISITS, "book": {**VISITS["book"], "access": [{"role": "sales", "read": "all", "hidden": ["report"]}]}}
    assert 'name="report"' in tried(client, body)["html"]
    hidden = tried(client, body, view="role:sales")
    assert 'name="report"' not in hidden["html"]
    assert len(hidden["missing"]) == 1


def test_samples_are_answers_the_form_takes(house: House) -> None:
    bring(house, "C2", owner="lina")
    with house.work("lina") as work:
        view = Reading(work.session, work.viewer, work.now)
        for name in ("credit_request", "site_visits", "customer"):
            form = compile_form(gallery.read(f"forms/{name}")["body"])
            made = samples(view, form)
            assert sum(value not in (None, "", []) for value in made.values()) >= len(form.asked) // 2, name
            lookups = Lookups(work.session, work.viewer)
            found = assess(form, {}, now=view.now, lookups=lookups, stored=made, purpose="draft")
            assert [each for each in found.problems if each.severity == "error"] == []


def test_the_impact_counts_answers_and_names_who_uses_a_field(client: FlaskClient, house: House) -> None:
    customer = bring(house, "C2", owner="lina")
    visit = {"customer": customer, "visited_on": "2025-12-20", "met": "王总", "impression": "good", "report": "好"}
    with house.work("lina") as work:
        records.create(work, "site_visits", visit)
    at = "/studio/form/site_visits/2/design"
    same = ask(client, "impact", {"body": VISITS}, at=at).get_json()
    assert (same["version"], same["answers"], same["changes"]) == (1, 1, [])

    body = copy.deepcopy(VISITS)
    for section in body["sections"]:
        section["fields"] = [each for each in section["fields"] if each["key"] != "met"]
        for field in section["fields"]:
            if field["key"] == "impression":
                field["options"] = [each for each in field["options"] if each["code"] != "good"]
            if field["key"] == "report":
                field["key"] = "told"
    found = ask(client, "impact", {"body": body}, at=at).get_json()
    told = {each["key"]: each for each in found["changes"]}
    assert {name: (each["what"], each["answers"]) for name, each in told.items()} == {
        "met": ("removed", 1), "impression": ("options", 1), "report": ("renamed", 1),
    }  # fmt: skip
    assert "1 份已有填报有它的值" in told["met"]["words"]

    body = copy.deepcopy(VISITS)
    for section in body["sections"]:
        for field in section["fields"]:
            if field["key"] == "report":
                kept = {name: field[name] for name in ("id", "key", "label")}
                field.clear()
                field.update({**kept, "type": "number"})
    read = ask(client, "impact", {"body": body}, at=at).get_json()
    assert read["tried"] == 1
    report = next(each for each in read["changes"] if each["what"] == "retyped")
    assert "1 份读不出来，如：好" in report["words"]
    uses = ask(client, "impact", {"body": BODY}, at=DESIGN).get_json()["uses"]
    assert any("审批流" in use["words"] for use in uses["limit"])


def test_the_page_before_publishing_tells_the_impact(client: FlaskClient, house: House) -> None:
    body = copy.deepcopy(VISITS)
    next(each for each in body["sections"][0]["fields"] if not each.get("required"))["required"] = True
    with house.work("zhoumin") as work:
        row = definitions.find(work.session, "form", "site_visits", 2)
        definitions.save(work, row, row.row_version, body=body)
    page = client.get("/studio/form/site_visits/2/publish").text
    assert "对已有填报和使用者的影响" in page
    assert "正在逐份试读已有填报" in page, "many answers take long: the page does not wait for them"
    assert 'hx-get="/studio/form/site_visits/2/publish?impact=1"' in page
    whole = client.get("/studio/form/site_visits/2/publish?impact=1").text
    assert "改为必填。" in whole
    assert "正在逐份试读" not in whole
    with house.work("zhoumin") as work:
        definitions.draft(work, "form", "first_one", {"zh-CN": "第一版"}, {"sections": VISITS["sections"]})
    assert "对已有填报和使用者的影响" not in client.get("/studio/form/first_one/1/publish?impact=1").text


def test_a_form_of_odd_setups_has_an_impact_too(client: FlaskClient) -> None:
    odd = {"sections": [{"key": "s", "fields": [{"id": "f_01", "key": "a", "type": "x", "label": LABEL}, 3]}, 7]}
    assert ask(client, "impact", {"body": odd}, at=DESIGN).status_code == 200


def test_the_customer_form_counts_the_files_of_customers(client: FlaskClient, house: House) -> None:
    bring(house, "C2", owner="lina")
    with house.work("zhoumin") as work:
        row = definitions.find(work.session, "form", "customer")
        body = copy.deepcopy(dict(row.body))
        definitions.restore(work, row)
    for section in body["sections"]:
        section["fields"] = [each for each in section["fields"] if each["key"] not in ("name", "employees")]
        for each in section["fields"]:
            if each["key"] == "industry":
                each["options"] = each["options"][-1:]
            if each["key"] == "contact_name":
                each["required"] = True
    body["summary"] = ["credit_code"]
    answer = ask(client, "impact", {"body": body}, at="/studio/form/customer/2/design")
    assert answer.status_code == 200, answer.text
    told = answer.get_json()
    assert (told["answers"], told["tried"]) == (1, 1)
    counts = {(each["key"], each["what"]): each["answers"] for each in told["changes"]}
    assert counts["name", "removed"] == 1, "what stands in a column of the file is an answer too"
    assert counts["contact_name", "required"] == 1, "nobody said it yet"
    assert counts["industry", "options"] == 1, "the file says it in words, the form in codes"


def test_what_is_still_empty_is_asked_for(client: FlaskClient) -> None:
    body = copy.deepcopy(BODY)
    body["rules"].append({"id": "r9", "effect": "show", "target": "", "when": ""})
    body["sections"].append({"key": "more", "title": LABEL, "fields": []})
    found = ask(client, "check", {"title": {"zh-CN": "表", "en": "Form"}, "body": body}, at=DESIGN).get_json()
    told = {each["path"]: each["message"] for each in found["problems"]}
    assert told["/body/rules/4/when"] == "请填写条件"
    assert told["/body/rules/4/target"] == "请选择针对哪个字段"
    assert told[f"/body/sections/{len(body['sections']) - 1}/fields"] == "还没有字段，请至少添加一个"
