"""Designers as their script meets the server: a page with data, a check that stores nothing, a save that loses none."""

from __future__ import annotations

import copy
import json
import re
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app import gallery
from app.services import definitions, documents
from tests.app.web.test_studio import english
from tests.builders import House, csrf_of

CARD = "/studio/scorecard/customer_rating"
DESIGN = CARD + "/2/design"
BODY: dict[str, Any] = gallery.read("scorecards/customer_rating")["body"]
TITLE = {"zh-CN": "企业客户信用评级", "en": "Enterprise customer credit rating"}


@pytest.fixture
def client(house: House) -> FlaskClient:
    """The business admin, with a draft open."""
    with house.work("zhoumin") as work:
        definitions.restore(work, definitions.find(work.session, "scorecard", "customer_rating"))
    return house.client("zhoumin")


def ask(client: FlaskClient, what: str, document: Any, *, token: bool = True, at: str = DESIGN) -> TestResponse:
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    headers = {"Accept": "application/json", "Content-Type": "application/json"}
    if token:
        headers["X-CSRF-Token"] = csrf_of(client.get("/me").get_data(as_text=True))
    return client.post(f"{at}/{what}", data=data, headers=headers)


def changed(**members: Any) -> dict[str, Any]:
    return {"title": TITLE, "body": {**copy.deepcopy(BODY), **members}}


def codes(answer: TestResponse) -> list[tuple[str, str]]:
    assert answer.is_json, answer.get_data(as_text=True)[:500]
    return [(each["code"], each.get("path", "")) for each in answer.get_json()["problems"]]


def data_of(answer: TestResponse) -> dict[str, Any]:
    assert answer.status_code == 200, answer.get_data(as_text=True)[:500]
    found = re.search(r'<script type="application/json" id="design-data"[^>]*>(.*?)</script>', answer.text, re.DOTALL)
    assert found
    value: dict[str, Any] = json.loads(found[1])
    return value


def test_the_page_hands_over_the_draft_and_reads_without_script(client: FlaskClient) -> None:
    page = client.get(DESIGN)
    data = data_of(page)
    assert data["body"] == BODY
    assert (data["title"], data["problems"], data["language"]) == (TITLE, [], "zh-CN")
    assert data["addresses"] == {
        "check": DESIGN + "/check", "save": DESIGN + "/save", "formula": "/studio/formula/check",
    }  # fmt: skip
    assert {"key": "FIN_DEBT", "type": "number", "unit": None, "from": "企业客户信用评级",
            "label": {"zh-CN": "资产负债率", "en": "Liabilities / assets"}} in data["known"]  # fmt: skip
    assert all(data["words"]["sound"].values())
    assert data["words"]["formulas"]["/body/knockouts/0/when"] == "在列失信被执行人 = 是"
    assert [each["total"] for each in data["words"]["outcomes"][:2]] == ["84.80", "56.05"]
    for words in ("屏幕宽度不足 1024 像素", "设计器需要 JavaScript", "财务健康度", "40% &lt; 取值 ≤ 55%"):
        assert words in page.text, words
    assert "Below a width of 1024" in english(client).get(DESIGN).text


def test_only_drafts_that_can_be_read_open_in_the_designer(client: FlaskClient, house: House) -> None:
    published = client.get(CARD + "/1/design")
    assert (published.status_code, published.location) == (303, CARD + "/1")
    assert client.get("/studio/scorecard/nothing/1/design").status_code == 404
    assert client.get("/studio/flow/credit_approval/1/design").status_code == 404
    with house.work("zhoumin") as work:
        row = definitions.find(work.session, "scorecard", "customer_rating", 2)
        definitions.save(work, row, row.row_version, body='{"facts": [')
    broken = client.get(DESIGN)
    assert (broken.status_code, broken.location) == (303, CARD + "/2/edit")
    assert "草稿里的文字还不是可读的 JSON" in client.get(CARD + "/2/edit").text


def test_who_may_not_write_may_not_design(client: FlaskClient, house: House) -> None:
    auditor, stranger = house.client("hanxue"), house.app.test_client()
    for what in ("check", "save"):
        assert ask(auditor, what, changed()).status_code == 403
        assert stranger.post(f"{DESIGN}/{what}", data=b"{}").status_code == 303
        assert ask(client, what, {**changed(), "row_version": 1}, token=False).status_code == 403
    assert auditor.get(DESIGN).status_code == 403


def test_a_check_tells_all_in_the_readers_language_and_stores_nothing(client: FlaskClient, house: House) -> None:
    body = copy.deepcopy(BODY)
    body["factors"][0]["weight"] = "20"
    body["factors"][1]["value"] = "𠮷 + FIN_DEBTT"
    bands = {"kind": "steps", "match": "gte", "cuts": []}
    body["factors"].append({"key": "x", "dimension": "FIN", "label": {"zh-CN": ""}, "weight": "", "value": "",
                            "bands": bands})  # fmt: skip
    answer = ask(client, "check", {"title": {"zh-CN": ""}, "body": body})
    told = {(each["path"], each["message"]): each for each in answer.get_json()["problems"]}
    for expected in (
        ("/title/zh-CN", "请填写中文名称；名称只能有中文（zh-CN）和英文（en）"),
        ("/body/factors/15/label/zh-CN", "请填写中文名称"),
        ("/body/factors/15/value", "请选择取值，或填写公式"), ("/body/factors/15/weight", "请填写权重"),
        ("/body/factors/15/bands/cuts", "还没有档位，请至少添加一档"),
        ("/body/dimensions/0", "权重合计为 90，应为 100"),
    ):  # fmt: skip
        assert expected in told, expected
    near = next(each for each in told.values() if each["code"] == "feel.unknown_name_near")
    text = "𠮷 + FIN_DEBTT".encode("utf-16-le")
    start, end = near["span"]
    assert text[2 * start : 2 * end].decode("utf-16-le") == "FIN_DEBTT"
    assert answer.get_json()["words"]["sound"]["/body/factors/15/bands"] is False
    assert answer.get_json()["words"]["outcomes"] is None
    english(client)
    assert "Give a weight" in ask(client, "check", {"title": TITLE, "body": body}).text
    with house.work() as work:
        row = definitions.find(work.session, "scorecard", "customer_rating", 2)
        assert (row.row_version, row.body) == (1, BODY)


def test_bands_are_sound_only_where_each_value_earns_points_once(client: FlaskClient) -> None:
    body = copy.deepcopy(BODY)
    cuts = [factor["bands"].get("cuts") for factor in body["factors"]]
    cuts[0][1]["edge"] = cuts[0][0]["edge"]
    cuts[1][0]["edge"] = "x"
    del body["factors"][2]["bands"]["otherwise"]
    body["factors"][3]["bands"] = "none"
    sound = ask(client, "check", {"title": TITLE, "body": body}).get_json()["words"]["sound"]
    assert [sound[f"/body/factors/{index}/bands"] for index in range(5)] == [False, False, False, False, True]


def test_an_example_that_comes_out_otherwise_is_told_with_what_comes_out(client: FlaskClient) -> None:
    body = copy.deepcopy(BODY)
    body["examples"][0]["expect"] = {"total": "84", "grade": "A"}
    body["examples"][1]["facts"]["FIN_DEBT"] = "a lot"
    answer = ask(client, "check", {"title": TITLE, "body": body})
    assert ("fact.not_a_number", "/body/examples/1/facts/FIN_DEBT") in codes(answer)
    outcomes = answer.get_json()["words"]["outcomes"]
    assert (outcomes[0]["total"], outcomes[0]["grade"], outcomes[1]) == ("84.80", "AA", None)
    body["examples"].pop(1)
    told = ask(client, "check", {"title": TITLE, "body": body}).get_json()["problems"]
    assert sorted(each["path"] for each in told) == ["/body/examples/0/expect/grade", "/body/examples/0/expect/total"]


def test_a_save_keeps_a_draft_problems_and_all(client: FlaskClient, house: House) -> None:
    body = {**copy.deepcopy(BODY), "surprise": 1}
    answer = ask(client, "save", {"title": {"zh-CN": "新名称"}, "body": body, "row_version": 1})
    assert answer.status_code == 200, answer.text
    told = answer.get_json()
    assert (told["row_version"], told["title_kept"]) == (2, True)
    assert codes(answer) == [("schema.unknown_member", "/body/surprise")]
    with house.work() as work:
        row = definitions.find(work.session, "scorecard", "customer_rating", 2)
        assert (row.body, row.title, row.saved_by) == (body, {"zh-CN": "新名称"}, house.ids["zhoumin"])
    assert data_of(client.get(DESIGN))["body"] == body
    assert "草稿" in house.client("hanxue").get("/trail?group=definition").text


def test_a_title_that_is_none_does_not_hold_up_the_body(client: FlaskClient, house: House) -> None:
    answer = ask(client, "save", {"title": {"zh-CN": " ", "en": "x"}, "body": {**BODY, "alert_below": "65"},
                                  "row_version": 1})  # fmt: skip
    assert answer.status_code == 200
    assert answer.get_json()["title_kept"] is False
    assert codes(answer) == [("definition.title", "/title/zh-CN")]
    with house.work() as work:
        row = definitions.find(work.session, "scorecard", "customer_rating", 2)
        assert (row.body["alert_below"], row.title) == ("65", TITLE)


def test_two_tabs_on_one_draft(client: FlaskClient, house: House) -> None:
    first = {"title": TITLE, "body": {**BODY, "alert_below": "60"}, "row_version": 1}
    assert ask(client, "save", first).status_code == 200
    stale = ask(client, "save", {"title": TITLE, "body": {**BODY, "alert_below": "50"}, "row_version": 1})
    assert stale.status_code == 409
    assert stale.mimetype == "application/problem+json"
    told = stale.get_json()
    assert "周敏" in told["problems"][0]["message"]
    assert (told["current"]["row_version"], told["current"]["body"]["alert_below"]) == (2, "60")
    over = {**first, "row_version": told["current"]["row_version"]}
    assert ask(client, "save", over).status_code == 200
    with house.work("zhoumin") as work:
        row = definitions.find(work.session, "scorecard", "customer_rating", 2)
        definitions.publish(work, row, row.row_version)
    closed = ask(client, "save", {**first, "row_version": 3})
    assert closed.status_code == 409
    assert "current" not in closed.get_json()
    assert "不是草稿" in closed.get_json()["problems"][0]["message"]


HOSTILE: list[tuple[bytes, str]] = [
    (b"", "definition.empty"),
    (b"[]", "definition.not_object"),
    (b"{}", "definition.member_missing"),
    (b'{"title": {}, "body": []}', "definition.member_type"),
    (b'{"title": {}, "body": {}, "row_version": true}', "definition.member_type"),
    (b'{"title": {}, "body": {"a": 0.1}, "row_version": 1}', "definition.float"),
    (b'{"title": {}, "body": {"a": NaN}, "row_version": 1}', "definition.not_a_number"),
    (b'{"title": {}, "body": {"a": 1, "a": 2}, "row_version": 1}', "definition.repeated_key"),
    (b'{"title": {}, "body": {"a": "\\u0000"}, "row_version": 1}', "definition.character"),
    (b'{"title": {}, "body": {"a": "\\ud83d"}, "row_version": 1}', "definition.character"),
    (b'{"title": {}, "body": ' + b'{"a":' * 5000, "definition.too_deep"),
    (b'{"title": {}, "body": {"a": "' + b"x" * documents.MAX_BYTES + b'"}, "row_version": 1}', "definition.too_large"),
    (b'{"title": "\xff"}', "definition.encoding"),
]


@pytest.mark.parametrize(("sent", "code"), HOSTILE, ids=[case[1] + str(index) for index, case in enumerate(HOSTILE)])
def test_what_is_no_document_is_refused_and_changes_nothing(
    client: FlaskClient, house: House, sent: bytes, code: str
) -> None:
    for what in ("check", "save"):
        answer = ask(client, what, sent)
        if what == "check" and b"row_version" in sent and answer.status_code == 200:
            continue  # a check does not ask for the version
        assert answer.status_code == 422, answer.text[:300]
        assert code in [found for found, _ in codes(answer)]
    with house.work() as work:
        row = definitions.find(work.session, "scorecard", "customer_rating", 2)
        assert (row.row_version, row.body) == (1, BODY)


BOMBS = ["(" * 3000, "1+" * 1500 + "1", "for x in 1..9999999999 return x", "a" * 3999, "[" * 2000 + "]" * 2000,
         '"' * 999, "99999 ** 99999 ** 99999"]  # fmt: skip


@pytest.mark.parametrize("formula", BOMBS, ids=range(len(BOMBS)))
def test_a_hostile_formula_is_a_problem_at_its_place(client: FlaskClient, formula: str) -> None:
    body = copy.deepcopy(BODY)
    body["factors"][0]["value"] = formula
    body["examples"] = []
    answer = ask(client, "check", {"title": TITLE, "body": body})
    assert answer.status_code == 200
    assert {path for _, path in codes(answer)} <= {"/body/factors/0/value", "/body/factors/0/key"}


def test_markup_in_a_draft_stays_data(client: FlaskClient) -> None:
    body = copy.deepcopy(BODY)
    body["factors"][0]["label"]["zh-CN"] = "</script><script>alert(1)</script>"
    assert ask(client, "save", {"title": TITLE, "body": body, "row_version": 1}).status_code == 200
    page = client.get(DESIGN)
    assert "<script>alert" not in page.text
    assert data_of(page)["body"]["factors"][0]["label"]["zh-CN"].startswith("</script>")


def test_reading_a_draft_leads_to_its_designer(client: FlaskClient) -> None:
    read = unescape(client.get(CARD + "/2").text)
    assert f'href="{DESIGN}"' in read
    assert f'href="{DESIGN}"' in unescape(client.get(CARD + "/1").text)
    assert "/design" not in client.get("/studio/form/credit_request").text
