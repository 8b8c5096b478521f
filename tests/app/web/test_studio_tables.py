"""Decision tables in the studio: the grid in words, findings in their place, a try, JSON, and within a scorecard."""

from __future__ import annotations

import copy
import json
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import gallery
from app.edge.locale import speaking
from app.services import definitions, ratings
from app.web import table_words
from rules import compile_table
from rules.feel.temporal import parse_temporal
from tests.app.desk import bring
from tests.app.web.test_studio import english, post, text
from tests.builders import House

TERMS = "/studio/table/payment_terms"


def body() -> dict[str, Any]:
    found: dict[str, Any] = gallery.read("tables/payment_terms")["body"]
    return found


def plain(html: str) -> str:
    """The words of the page's main part, without marks, in one line."""
    main = html.split("<main", 1)[1].split("</main>", 1)[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main)).replace("&lt;", "<").replace("&gt;", ">")


def draft(client: FlaskClient, made: dict[str, Any]) -> str:
    """A draft of the table with this body, typed as JSON; the address of its read view."""
    assert post(client, TERMS + "/1/draft").status_code == 303
    page = TERMS + "/2/edit"
    version = re.search(r'name="row_version" value="(\d+)"', text(client, page))
    assert version is not None
    data = {"body": json.dumps(made), "layout": "", "title_zh": "账期", "title_en": "Terms", "row_version": version[1]}
    assert post(client, page, data, page).status_code in (200, 303)
    return TERMS + "/2"


def test_a_table_is_read_as_a_grid_in_words(house: House) -> None:
    client = house.client("zhoumin")
    words = plain(text(client, TERMS))
    for expected in (
        "U 唯一", "任何情况最多命中一行", "已逐格检查：没有空缺，没有重叠", "AAA、AA", "除 制造业、批发和零售业 外",
        "任意", "≥ 50",
        "赊销", "先款后货", "substring(industry, 1, 1)", "可为 0 ≤ 取值 ≤ 100", "缺少「订单金额」", "账期 90 天",
    ):
        assert expected in words
    assert "open_account" not in words
    read = plain(text(english(client), TERMS))
    for expected in ("U Unique", "Checked throughout", "other than Manufacturing", "Payment days 90 days"):
        assert expected in read
    assert "studio." not in read


def test_a_try_shows_the_row_the_value_and_what_is_missing(house: House) -> None:
    client = house.client("zhoumin")
    html = text(client, TERMS + "?try.grade=BBB&try.industry=F51&try.order_amount=80")
    assert "命中第 7 行" in html
    assert html.count('class="is-hit"') == 1
    unknown = text(client, TERMS + "?try.grade=BBB&try.industry=F51&try.order_amount=")
    assert "得不出结果" in unknown
    assert "缺少「订单金额」" in unknown
    assert unknown.count('class="is-unknown"') == 2
    refused = text(client, TERMS + "?try.order_amount=viel")
    assert "不是" in refused
    assert 'value="viel"' in refused
    assert "得不出结果" not in refused
    outside = text(client, TERMS + "?try.grade=Z")
    assert "不在允许范围内" in outside


def test_what_is_wrong_with_a_draft_stands_beside_its_row(house: House) -> None:
    client = house.client("zhoumin")
    made = body()
    made["rows"][5]["when"][2] = "< 60"
    made["rows"].pop(7)
    made["rows"].append({"id": "own", "when": ['"BBB"', "-", "? > order_amount / 2"], "then": ["30", "0", '"cod"']})
    address = draft(client, made)
    words = plain(text(client, address))
    assert "第 7 行与第 6 行重叠，例如 信用等级 = BBB，订单金额 = 50" in words
    assert "是公式，未参与空缺与重叠检查" in words
    assert "没有规则覆盖" in words
    assert "没有任何一行覆盖：信用等级 = BB" in words
    assert "已逐格检查" not in words
    refused = post(client, address + "/publish", {"row_version": "3"}, address + "/publish")
    assert refused.status_code in (409, 422)
    compared = plain(text(client, TERMS + "/compare"))
    assert "规则行「第 6 行」 › 条件：订单金额由 < 50 改为 < 60" in compared


def test_a_draft_that_cannot_be_drawn_is_told_and_an_empty_one_says_what_to_do(house: House) -> None:
    client = house.client("zhoumin")
    made = body()
    made["rows"][0]["when"][0] = "AAA"
    words = plain(text(client, draft(client, made)))
    assert "如果是文本，请加引号" in words
    assert "任何情况最多命中一行" not in words
    started = post(client, "/studio/new", {"start": "empty/table", "key": "mine", "title_zh": "我的"})
    assert started.location == "/studio/table/mine/1/design"
    assert "U 唯一" in text(client, "/studio/table/mine/1")


def test_a_table_without_rows_says_so(house: House) -> None:
    client = house.client("zhoumin")
    words = plain(text(client, draft(client, {**body(), "rows": [], "examples": []})))
    assert "还没有规则" in words
    assert "没有规则覆盖" in words


def test_published_after_a_change_the_list_and_the_gallery_know_it(house: House) -> None:
    with house.work("zhoumin") as work:
        made = body()
        made["rows"][0]["then"][0] = "60"
        made["examples"][0]["expect"]["value"]["payment_days"] = "60"
        row = definitions.draft(work, "table", "payment_terms", {"zh-CN": "账期"}, made)
        definitions.publish(work, row, row.row_version)
    client = house.client("zhoumin")
    assert "生效的 v2 与此不同" in text(client, "/studio/gallery")
    assert "3 个条件列" in text(client, "/studio/gallery")
    assert "账期" in text(client, "/studio?kind=table")


WATCH = {
    "key": "watch", "label": {"zh-CN": "关注规则", "en": "Watch rules"},
    "table": {
        "hit_policy": "F",
        "inputs": [{"key": "debt", "label": {"zh-CN": "负债率", "en": "Debt"}, "value": "FIN_DEBT", "type": "number"},
                   {"key": "years", "value": "STA_YEARS", "type": "number", "unit": "years"}],
        "outputs": [{"key": "watch", "label": {"zh-CN": "程度", "en": "Level"}, "type": "string",
                     "labels": {"high": {"zh-CN": "重点关注", "en": "High"}}, "default": '"none"'}],
        "rows": [{"id": "young", "when": ["-", "< 5"], "then": ['"high"']},
                 {"id": "never", "when": ["> 0.9", "< 3"], "then": ['"high"']},
                 {"id": "old", "when": ["<= 0.5", "-"], "then": ['"low"']}],
    },
}  # fmt: skip


@pytest.fixture
def with_table(house: House) -> House:
    """The house with a scorecard that holds a table."""
    with house.work("zhoumin") as work:
        old = definitions.published(work.session, "scorecard", "customer_rating")
        assert old is not None
        row = definitions.draft(work, "scorecard", "customer_rating", old.title, {**old.body, "tables": [WATCH]})
        definitions.publish(work, row, row.row_version)
    return house


def test_a_scorecard_shows_its_tables_and_a_rating_what_they_decided(with_table: House) -> None:
    client = with_table.client("zhoumin")
    words = plain(text(client, "/studio/scorecard/customer_rating"))
    assert "决策表：关注规则" in words
    assert "F 首次命中" in words
    assert "第 2 行永远不会命中，被第 1 行覆盖" in words
    customer_id = bring(with_table, "C1")
    with with_table.work("sunli") as work:
        made = ratings.rerate(work, customer_id)
        row, again = ratings.replay(work.session, str(made.rating_id))
        assert ratings.agrees(row, again)
    reader = with_table.client("sunli")
    told = plain(text(reader, f"/customers/{customer_id}/rating"))
    assert "每张表看到了什么，命中了哪一行" in told
    assert "命中第 3 行" in told
    assert "负债率: 0.45" in told
    assert "成立年限: 12 年" in told
    assert "程度: low" in told
    assert "Row 3 is hit" in plain(text(english(reader), f"/customers/{customer_id}/rating"))


def test_a_table_of_a_rating_says_what_it_could_not_know(with_table: House) -> None:
    customer_id = bring(with_table, "C4")
    with with_table.work() as work:
        from app.services import evidence

        evidence.store(work, customer_id, "statement", "test", work.today, {"FIN_DEBT": None})
    with with_table.work("sunli") as work:
        ratings.rerate(work, customer_id)
    told = plain(text(with_table.client("sunli"), f"/customers/{customer_id}/rating"))
    assert "关注规则" in told


CELLS = [
    ("number", "-", "任意", "any"), ("number", "5", "5", "5"), ("number", "5, 7", "5、7", "5, 7"),
    ("number", "[1..5)", "1 ≤ 取值 < 5", "1 ≤ value < 5"), ("number", "(1000..5000]", "1,000 < 取值 ≤ 5,000",
                                                             "1,000 < value ≤ 5,000"),
    ("number", "< 3, > 8", "< 3，或 > 8", "< 3 or > 8"), ("number", "not(5)", "除 5 外", "other than 5"),
    ("number", "null", "未知", "unknown"), ("number", "null, 5", "5，或 未知", "5 or unknown"),
    ("number", "not(null)", "任意已知值", "any known value"), ("boolean", "true", "是", "Yes"),
    ("string", '"b", "a"', "b、a", "b, a"), ("string", 'not("b", "a")', "除 b、a 外", "other than b, a"),
    ("date", '>= @"2024-02-01"', "≥ 2024年2月1日", "≥ Feb 1, 2024"),
    ("date", '[@"2024-02-01"..@"2024-02-05")', "2024年2月1日 ≤ 取值 ≤ 2024年2月4日",
     "Feb 1, 2024 ≤ value ≤ Feb 4, 2024"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "cell", "zh", "en"), CELLS)
def test_cells_in_words(app: Flask, kind: str, cell: str, zh: str, en: str) -> None:
    made = compile_table({
        "facts": [{"key": "x", "type": kind}], "hit_policy": "F", "outputs": [{"key": "y"}],
        "inputs": [{"key": "x", "value": "x", "type": kind}], "rows": [{"id": "r", "when": [cell], "then": ["1"]}],
    }, analyse=False)  # fmt: skip
    for tag, words in (("zh-CN", zh), ("en", en)):
        with app.app_context(), speaking(tag):
            assert table_words.grid(made).rows[0].cells[0].words == words


def test_values_in_words(app: Flask) -> None:
    with app.app_context(), speaking("zh-CN"):
        assert table_words.value_words(None) == "空"
        assert table_words.value_words(parse_temporal("2024-02-01")) == "2024年2月1日"
        assert table_words.value_words(parse_temporal("P1Y")) == "P1Y"
        assert table_words.unit_words("wan_yuan") == "万元"
        assert table_words.unit_words("箱") == "箱"


def test_every_hit_policy_is_explained(app: Flask) -> None:
    marks = {"+": "sum", "<": "least", ">": "greatest", "#": "number"}
    with app.app_context():
        from app.edge.locale import catalogue

        for policy in ("U", "F", "A", "P", "R", "O", "C", "C+", "C<", "C>", "C#"):
            key = "".join(marks.get(mark, mark) for mark in policy)
            for tag in ("zh-CN", "en"):
                assert {f"studio.table.policy.{key}", f"studio.table.policy_text.{key}"} <= set(catalogue(tag))


def test_a_body_is_not_changed_by_reading_it() -> None:
    made = body()
    before = copy.deepcopy(made)
    compile_table(made)
    assert made == before
