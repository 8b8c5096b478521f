"""The designer of decision tables as its script meets the server: findings beside their cells, words, and a try."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app import gallery
from app.models.ledger import Entry
from app.services import definitions
from tests.app.desk import bring
from tests.app.web.test_studio import english
from tests.app.web.test_studio_design import HOSTILE, ask, data_of
from tests.builders import House

TABLE = "/studio/table/payment_terms"
DESIGN = TABLE + "/2/design"
CARD = "/studio/scorecard/customer_rating/2/design"
TITLE = {"zh-CN": "账期与预付规则", "en": "Payment terms and deposits"}
Body = dict[str, Any]


@pytest.fixture
def client(house: House) -> FlaskClient:
    """The business admin, with drafts of the table and the scorecard open."""
    with house.work("zhoumin") as work:
        definitions.restore(work, definitions.find(work.session, "table", "payment_terms"))
        definitions.restore(work, definitions.find(work.session, "scorecard", "customer_rating"))
    return house.client("zhoumin")


def body() -> Body:
    found: Body = copy.deepcopy(gallery.read("tables/payment_terms")["body"])
    return found


def card() -> Body:
    """A scorecard with two tables: the second uses the first, and a formula between."""
    found: Body = copy.deepcopy(gallery.read("scorecards/customer_rating")["body"])
    first = {
        "hit_policy": "F",
        "inputs": [{"key": "debt", "label": {"zh-CN": "资产负债率"}, "value": "FIN_DEBT"}],
        "outputs": [{"key": "level", "type": "number"}],
        "rows": [{"id": "r1", "when": ["> 0.6"], "then": ["10"]}, {"id": "r2", "when": ["-"], "then": ["20"]}],
    }
    second = {
        "hit_policy": "U",
        "inputs": [{"key": "twice", "label": {"zh-CN": "两倍"}, "value": "twice", "type": "number"}],
        "outputs": [{"key": "days", "label": {"zh-CN": "账期"}, "type": "number", "unit": "days"}],
        "rows": [{"id": "r1", "when": ["< 30"], "then": ["0"]}, {"id": "r2", "when": [">= 30"], "then": ["60"]}],
    }
    found["tables"] = [{"key": "level", "table": first}, {"key": "terms", "label": {"zh-CN": "账期"}, "table": second}]
    found["formulas"] = [{"key": "twice", "type": "number", "text": "level * 2"}]
    found["examples"] = []
    return found


def decided(client: FlaskClient, at: str = DESIGN, **sent: Any) -> Body:
    answer = ask(client, "decide", {"body": body(), "table": None, "typed": {}, "customer": None, **sent}, at=at)
    assert answer.status_code == 200, answer.text[:400]
    found: Body = answer.get_json()
    return found


def checked(client: FlaskClient, made: Body) -> tuple[list[Body], Body]:
    answer: TestResponse = ask(client, "check", {"title": TITLE, "body": made}, at=DESIGN)
    assert answer.status_code == 200
    return answer.get_json()["problems"], answer.get_json()["words"]


def test_the_page_hands_over_the_table_and_reads_without_script(client: FlaskClient) -> None:
    page = client.get(DESIGN)
    data = data_of(page)
    assert (data["body"], data["title"], data["problems"]) == (body(), TITLE, [])
    assert {"FIN_DEBT"} <= {each["key"] for each in data["known"]}
    words = data["words"]["tables"]["/body"]
    assert [each["type"] for each in words["inputs"]] == ["string", "string", "number"]
    assert words["inputs"][2]["unit_words"] == "万元"
    assert words["inputs"][1]["said"]['not("C", "F")'] == "除 制造业、批发和零售业 外"
    assert words["outputs"][2]["said"]['"prepay"'] == "先款后货"
    assert data["words"]["outcomes"][1]["rows"] == ["fair_large"]
    assert data["words"]["outcomes"][1]["expected"] == data["words"]["outcomes"][1]["words"]
    assert data["words"]["outcomes"][2]["causes"] == ["缺少「订单金额」"]
    for words_ in ("屏幕宽度不足 1024 像素", "U 唯一", "先款后货"):
        assert words_ in page.text
    tried = client.get(DESIGN + "?try.grade=D").text
    assert "命中第 10 行" in tried, "the read view of the page tries, too"
    assert client.get(TABLE + "/1/design").status_code == 303


def test_a_check_tells_each_cell_and_what_rows_are_together(client: FlaskClient) -> None:
    made = body()
    made["rows"][0]["then"][0] = ""
    made["rows"][2]["when"][2] = "? > 10 or grade = \"A\""
    made["rows"][3]["when"][1] = '"F", "K"'
    made["rows"].pop(5)
    problems, words = checked(client, made)
    told = {(each["path"], each["code"]): each for each in problems}
    assert told["/body/rows/0/then/0", "schema.too_short"]["message"] == "请填写结果"
    assert told["/body/rows/2/when/2", "table.not_analysed"]["severity"] == "warning"
    overlap = told["/body/rows/4", "table.overlap"]
    assert overlap["others"] == [3]
    assert "行业门类 = K" in overlap["message"]
    gap = told["/body/rows", "table.gap"]
    assert gap["cells"] == ['"BBB"', "-", "[0..50)"]
    assert words["tables"]["/body"]["inputs"][0]["type"] == "string"
    assert words["outcomes"] == [None] * 4, "nothing is worked out while a result is missing"
    english(client)
    assert "Give what the row decides" in {each["message"] for each in checked(client, made)[0]}


def test_a_save_keeps_a_table_that_contradicts_itself(client: FlaskClient, house: House) -> None:
    made = body()
    made["rows"][1]["when"] = made["rows"][0]["when"]
    answer = ask(client, "save", {"title": TITLE, "body": made, "row_version": 1}, at=DESIGN)
    assert answer.status_code == 200
    assert "table.duplicate" in {each["code"] for each in answer.get_json()["problems"]}
    with house.work() as work:
        assert definitions.find(work.session, "table", "payment_terms", 2).body == made
    assert "第 2 行的条件与第 1 行相同" in client.get(DESIGN).text


def test_a_try_says_which_row_decides_and_why_the_others_do_not(client: FlaskClient, house: House) -> None:
    with house.work() as work:
        before = work.session.scalar(select(func.count()).select_from(Entry))
    assert decided(client)["result"] is None
    found = decided(client, typed={"grade": "A", "industry": "F51"})
    assert [each["key"] for each in found["asked"]] == ["grade", "industry", "order_amount"]
    assert ["A", "A"] in found["asked"][0]["options"]
    result = found["result"]
    assert (result["numbers"], result["outputs"][0]) == ("4", ["账期", "30 天"])
    assert result["states"][3] == {"state": "hit", "why": ""}
    assert result["states"][2] == {"state": "missed", "why": "「行业门类」为 批发和零售业，要求 制造业"}
    unknown = decided(client, typed={"grade": "BBB", "order_amount": ""})["result"]
    assert unknown["causes"] == ["缺少「订单金额」"]
    assert unknown["states"][5] == {"state": "unknown", "why": "订单金额未知，无法判断"}
    wrong = decided(client, typed={"order_amount": "much"})
    assert wrong["result"] is None
    assert wrong["asked"][2]["errors"]
    with house.work() as work:
        assert work.session.scalar(select(func.count()).select_from(Entry)) == before, "nothing is stored"


def test_a_try_shows_rows_that_contradict_each_other_and_waits_for_broken_ones(client: FlaskClient) -> None:
    made = body()
    made["rows"][1]["when"] = ['"A"', "-", "-"]
    found = decided(client, body=made, typed={"grade": "A", "industry": "F51"})["result"]
    assert "只允许命中一行" in found["causes"][0]
    assert [at for at, each in enumerate(found["states"]) if each["state"] == "hit"] == [1, 3]
    made["hit_policy"] = "F"
    found = decided(client, body=made, typed={"grade": "A", "industry": "F51"})["result"]
    assert [found["states"][at]["state"] for at in (1, 3)] == ["hit", "met"]
    made["rows"][0]["then"][0] = ""
    assert decided(client, body=made, typed={"grade": "A"}) == {
        "asked": [], "result": None, "unsound": "草稿还有 1 处错误，改正后即可试算",
    }  # fmt: skip


def test_a_table_of_a_scorecard_is_tried_where_it_stands(client: FlaskClient, house: House) -> None:
    found = decided(client, CARD, body=card(), table=1, typed={"FIN_DEBT": "0.5"})
    assert [each["key"] for each in found["asked"]] == ["FIN_DEBT"], "all that stands before it comes down to this"
    assert found["result"]["outputs"] == [["账期", "60 天"]]
    assert decided(client, CARD, body=card(), table=1, typed={"FIN_DEBT": "0.7"})["result"]["numbers"] == "1"
    customer = bring(house, "C2")
    of_customer = decided(client, CARD, body=card(), table=0, customer=customer)
    assert of_customer["asked"][0]["value"] == "0.68"
    assert of_customer["result"]["numbers"] == "1"
    over = decided(client, CARD, body=card(), table=0, customer=customer, typed={"FIN_DEBT": "0.2"})
    assert over["result"]["numbers"] == "2", "what is typed counts before what is known"
    emptied = decided(client, CARD, body=card(), table=0, customer=customer, typed={"FIN_DEBT": ""})
    assert emptied["result"]["causes"] == ["缺少「资产负债率」"]
    assert ask(client, "decide", {"body": body(), "table": 0, "typed": {}}, at=DESIGN).status_code == 422
    for wrong, status in ((2, 404), (-1, 422), ("0", 422), (True, 422), (None, 422)):
        assert ask(client, "decide", {"body": card(), "table": wrong, "typed": {}}, at=CARD).status_code == status


def test_words_and_findings_of_tables_within_a_scorecard(client: FlaskClient) -> None:
    made = card()
    made["factors"][0]["value"] = "terms + FIN_DEBT"
    made["tables"][1]["table"]["rows"][0]["when"][0] = "< 40"
    made["tables"][0]["table"]["rows"][0]["then"][0] = ""
    answer = ask(client, "check", {"title": TITLE, "body": made}, at=CARD).get_json()
    told = {(each["path"], each["code"]) for each in answer["problems"]}
    assert ("/body/tables/0/table/rows/0/then/0", "schema.too_short") in told
    assert ("/body/tables/1/table/rows/1", "table.overlap") in told
    words = answer["words"]["tables"]
    assert words["/body/tables/0/table"]["inputs"][0]["type"] == "number"
    assert words["/body/tables/1/table"]["inputs"][0]["said"] == {">= 30": "≥ 30"}
    assert words["/body/tables/1/table"]["outputs"][0]["unit_words"] == "天"


ODD: list[tuple[str, Body]] = [
    ("table", {}), ("table", {"inputs": {}, "outputs": [], "rows": []}), ("table", {**body(), "rows": [{"id": "r1"}]}),
    ("table", {**body(), "rows": [{"id": "r1", "when": "x", "then": []}]}), ("table", {**body(), "examples": [7]}),
    ("table", {**body(), "inputs": [{"key": "a", "value": "a", "labels": []}]}), ("table", {**body(), "facts": [3]}),
    ("scorecard", {}), ("scorecard", {**card(), "tables": [{"key": "t"}]}), ("scorecard", {**card(), "factors": [[]]}),
    ("scorecard", {**card(), "tables": [{"key": "t", "table": {"rows": []}}]}),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "made"), ODD, ids=range(len(ODD)))
def test_what_no_designer_can_draw_is_mended_as_json(client: FlaskClient, house: House, kind: str, made: Body) -> None:
    key = {"table": "payment_terms", "scorecard": "customer_rating"}[kind]
    with house.work("zhoumin") as work:
        row = definitions.find(work.session, kind, key, 2)
        definitions.save(work, row, row.row_version, body=made)
    page = client.get(f"/studio/{kind}/{key}/2/design")
    assert (page.status_code, page.location) == (303, f"/studio/{kind}/{key}/2/edit")
    assert "草稿的结构与设计器不符" in client.get(page.location).text


def test_what_is_only_not_filled_in_opens_in_the_designer(client: FlaskClient, house: House) -> None:
    made = body()
    made["inputs"][0] = {"key": "", "label": {"zh-CN": ""}, "value": ""}
    made["rows"][0] = {"id": "", "when": [], "then": [""]}
    made["outputs"][0]["unit"] = None
    made["examples"] = [{"name": "", "facts": {}, "expect": {}}]
    with house.work("zhoumin") as work:
        row = definitions.find(work.session, "table", "payment_terms", 2)
        definitions.save(work, row, row.row_version, body=made)
    assert data_of(client.get(DESIGN))["body"] == made


def test_who_may_not_write_may_not_try(client: FlaskClient, house: House) -> None:
    auditor = house.client("hanxue")
    sent = {"body": body(), "typed": {"grade": "A"}}
    assert ask(auditor, "decide", sent, at=DESIGN).status_code == 403
    assert auditor.get(DESIGN + "/customers?q=a").status_code == 403
    assert ask(client, "decide", sent, token=False, at=DESIGN).status_code == 403
    assert ask(client, "decide", sent, at="/studio/table/nothing/1/design").status_code == 404
    assert ask(client, "decide", {**sent, "customer": "nobody"}, at=DESIGN).status_code == 404


@pytest.mark.parametrize(("sent", "code"), HOSTILE[:4] + HOSTILE[5:7], ids=range(6))
def test_what_is_no_question_is_refused(client: FlaskClient, sent: bytes, code: str) -> None:
    answer = ask(client, "decide", sent, at=DESIGN)
    assert answer.status_code == 422
    assert answer.is_json
    for odd in ({"body": []}, {"body": {}, "typed": {"a": 1}}, {"body": {}, "typed": []}, {"body": {}, "customer": 7},
                {"body": {}, "typed": {"a": "x" * 5000}}):  # fmt: skip
        assert ask(client, "decide", odd, at=DESIGN).status_code == 422
    assert ask(client, "decide", {"body": {}}, at=DESIGN).get_json()["unsound"]
