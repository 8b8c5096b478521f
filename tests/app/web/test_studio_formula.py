"""The reference of functions, trying a formula, and the check that editors of formulas ask."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from html import escape, unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app.edge.locale import catalogue
from app.kinds import scopes
from app.models.ledger import Entry
from app.services import definitions
from app.web import studio_functions
from rules.feel.functions import ROWS
from rules.feel.functions.table import GROUPS
from tests.app.web.test_studio import english, post, text
from tests.builders import House, csrf_of

PAGE = "/studio/functions"
CHECK = "/studio/formula/check"
NOW = datetime(2026, 1, 15, 8, 30, tzinfo=UTC)


def plain(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


# the reference -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dialect", ["feel", "excel"])
def test_every_function_stands_in_the_reference(house: House, dialect: str) -> None:
    client = house.client("zhoumin")
    html = text(client, f"{PAGE}?dialect={dialect}")
    assert "函数手册" in html
    shown = plain(html)
    for row in ROWS.values():
        if row.dialect == dialect:
            assert row.signature in shown
            assert row.help["zh-CN"] in shown
            assert not row.differs or row.differs["zh-CN"] in shown
            assert all(plain(escape(f"{example.text} = {example.value}")) in shown for example in row.examples)
    in_english = plain(text(english(client), f"{PAGE}?dialect={dialect}"))
    assert all(row.help["en"] in in_english for row in ROWS.values() if row.dialect == dialect)
    anchors = re.findall(r'id="((?:fn|xl|way)-[^"]+)"', html)
    assert len(anchors) == len(set(anchors))
    assert all(f'href="#{anchor}"' in html for anchor in anchors if not re.search(r"-\d+(-|$)", anchor))


def test_groups_have_their_names() -> None:
    for language in ("zh-CN", "en"):
        assert {f"studio.functions.group.{group}" for group in (*GROUPS, "constructs")} <= set(catalogue(language))


def test_search(house: House) -> None:
    client = house.client("zhoumin")
    for search, there, not_there in (
        ("substr", "substring before(", "sqrt("), ("平方根", "sqrt(number)", "substring"),
        ("pfg", "sqrt(number)", "log("), ("square root", "sqrt(number)", "log("), ("COUNT(", "count(", "sqrt("),
    ):  # fmt: skip
        html = client.get(PAGE, query_string={"q": search}).get_data(as_text=True)
        articles = plain("".join(re.findall(r"<article.*?</article>", html, re.DOTALL)))
        assert there in articles
        assert not_there not in articles


def test_nothing_found_says_so(house: House) -> None:
    html = text(house.client("zhoumin"), PAGE + "?q=qqqqqq&dialect=nonsense")
    assert "没有符合条件的内容" in html or "清除筛选" in html
    assert "<article" not in html


def test_who_may_read(house: House) -> None:
    assert house.client("hanxue").get(PAGE).status_code == 200
    assert "函数手册" in text(house.client("hanxue"), "/studio")
    assert house.client("lina").get(PAGE).status_code == 403
    assert "/sign-in" in house.app.test_client().get(PAGE).headers["Location"]


# trying one ----------------------------------------------------------------------------------------------------------


def trying(client: FlaskClient, formula: str, dialect: str = "feel", part: bool = True, **more: str) -> TestResponse:
    token = csrf_of(client.get("/me").get_data(as_text=True))
    headers = {"HX-Request": "true"} if part else {}
    data = {"text": formula, "dialect": dialect, "csrf_token": token, **more}
    return client.post(PAGE + "/try", data=data, headers=headers)


TRIED = [
    ("1 + 2 * 3", "feel", "结果 7 数字"),
    ('{a: 1, b: "x"}', "feel", '{a: 1, b: "x"}'),
    ("1 / 0", "feel", "没有值 除数「0」为 0"),
    ("null", "feel", "没有值"),
    ("1 +", "feel", "此处应为一个值或字段"),
    ("revenue", "feel", "没有名为「revenue」的字段"),
    ("=SUM(1,2)&\"元\"", "excel", '"3元"'),
    ("A1+1", "excel", "不支持单元格引用「A1」"),
    ("round half up(2.5, 0)", "feel", "Excel 写法： ROUND(2.5, 0)"),
    ("for i in 1..99999 return i", "feel", "超出上限"),
    ("for i in 1..2000 return i", "feel", "…"),
    ("<script>alert(1)</script>", "feel", "此处应为"),
    ("today()", "feel", "日期"),
]


def test_what_a_formula_comes_to(house: House) -> None:
    client = house.client("zhoumin")
    for formula, dialect, words in TRIED:
        answer = trying(client, formula, dialect, place="fn-sum-1")
        html = answer.get_data(as_text=True)
        assert answer.status_code == 200
        assert words in plain(html), formula
        assert 'id="fn-sum-1"' in html
        assert "<html" not in html
        assert "<script>" not in html
        assert f">\n{formula}</textarea>" in unescape(html)


def test_every_example_can_be_tried(house: House) -> None:
    """Each example, sent as its button sends it, comes to the value that stands beside it."""
    with house.app.test_request_context():
        for dialect in ("feel", "excel"):
            for entry in (entry for group in studio_functions.groups(dialect) for entry in group.entries):
                for example in entry.examples:
                    found = studio_functions.tried(example.text, example.dialect, NOW)
                    written = "excel" if example.value.isupper() and example.value.isalpha() else "feel"
                    wanted = studio_functions.tried(example.value, written, NOW)
                    assert not [each for each in found.findings if each.severity == "error"], example
                    assert found.value == wanted.value, example


def test_without_script_the_whole_page_answers(house: House) -> None:
    client = house.client("hanxue")
    html = trying(client, "1 + 1", "excel", part=False).get_data(as_text=True)
    assert "结果 2" in plain(html)
    assert "STDEV.S(" in html
    assert "结果 3" in plain(text(client, PAGE + "?try=1%2B2"))
    assert trying(client, "", part=False).status_code == 200


def test_trying_is_guarded(house: House) -> None:
    client = house.client("zhoumin")
    assert client.post(PAGE + "/try", data={"text": "1"}).status_code == 403
    assert trying(house.client("lina"), "1").status_code == 403
    assert trying(client, "1" * 300_000).status_code == 413
    assert "超出上限" in plain(trying(client, "1" * 5_000).get_data(as_text=True))
    assert 'id="tryonmouseover"' in trying(client, "1", place='try" onmouseover="').get_data(as_text=True)


# the endpoint of editors ---------------------------------------------------------------------------------------------


def ask(client: FlaskClient, **sent: Any) -> TestResponse:
    token = csrf_of(client.get("/me").get_data(as_text=True))
    headers = {"X-CSRF-Token": token, "Accept": "application/json"}
    return client.post(CHECK, data=json.dumps(sent), content_type="application/json", headers=headers)


def told(house: House, **sent: Any) -> dict[str, Any]:
    answer = ask(house.client("zhoumin"), **sent)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    found: dict[str, Any] = answer.get_json()
    return found


NAMES = [
    {"name": "revenue", "type": "number", "unit": "万元", "label": {"zh-CN": "营业收入", "en": "Sales"}},
    {"name": "𠮷率", "type": "number", "unit": "%"},
    {"name": "grade", "type": "string", "allowed": ["A", "B"], "nullable": False},
    {"name": "odd", "type": "no type", "unit": 7, "label": "x"},
    {"type": "number"},
]


def test_a_sound_formula_is_told_in_full(house: House) -> None:
    found = told(house, text="revenue*2 > 1", names=NAMES, expect="boolean")
    assert found["problems"] == []
    assert (found["type"], found["type_words"]) == ("boolean", "是或否")
    assert found["names"] == ["revenue"]
    assert found["canonical"] == "revenue * 2 > 1"
    assert found["other"] == {"text": "revenue * 2 > 1", "exact": False}
    assert found["completions"] is None
    assert found["within"] is None


def test_problems_have_sentences_and_places_in_utf_16(house: House) -> None:
    found = told(house, text="𠮷率 + revenue + revenu", names=NAMES)
    unknown, unit = sorted(found["problems"], key=lambda each: each["code"], reverse=True)
    assert (unit["code"], unit["span"]) == ("feel.unit", [6, 13])
    assert (unknown["code"], unknown["span"]) == ("feel.unknown_name_near", [16, 22])
    assert unknown["message"] == "第 1 行：没有名为「revenu」的字段，您是指「revenue」吗？"
    in_english = ask(english(house.client("zhoumin")), text="1 / odd", names=NAMES).get_json()
    (warning,) = in_english["problems"]
    assert warning["message"] == 'Divisor "odd" may be zero; say what applies then'
    assert (warning["code"], warning["severity"], warning["span"]) == ("rules.maybe_zero", "warning", [4, 7])


def test_completions_at_the_cursor(house: House) -> None:
    found = told(house, text="𠮷率 > yys", names=NAMES, at=9)
    assert found["completions"]["span"] == [6, 9]
    (item,) = found["completions"]["items"]
    assert (item["kind"], item["text"], item["label"]["en"]) == ("name", "revenue", "Sales")
    assert (item["type"], item["type_words"], item["detail"]) == ("number", "数字", "万元")
    values = told(house, text='grade = "', names=NAMES, at=9)["completions"]["items"]
    assert [each["text"] for each in values] == ['"A"', '"B"']


def test_the_call_around_the_cursor(house: House) -> None:
    found = told(house, text="substring(grade, ", names=NAMES, at=17)["within"]
    assert (found["name"], found["argument"]) == ("substring", 1)
    assert found["params"][2] == {
        "name": "length", "kind": "数字", "optional": True, "nullable": False, "several": False,
    }  # fmt: skip
    assert set(found["help"]) == {"zh-CN", "en"}
    assert found["signature"] == "substring(string, start position, [length])"
    assert found["examples"][0] == list(ROWS["substring"].examples[0])


def test_what_stands_at_the_cursor(house: House) -> None:
    found = told(house, text="𠮷率 > revenue", names=[{**NAMES[0], "origin": "fact", "unit": "ratio"}], at=9)["here"]
    assert (found["kind"], found["span"], found["name"]) == ("name", [6, 13], "revenue")
    assert (found["type_words"], found["unit"], found["origin"]) == ("数字", "比率（%）", "fact")
    assert (found["label"]["en"], found["nullable"], found["function"]) == ("Sales", True, None)
    function = told(house, text="𠮷率 + max(1)", names=NAMES, at=6)["here"]
    assert (function["kind"], function["span"]) == ("function", [6, 9])
    assert function["function"]["signature"] == ROWS["max"].signature
    assert function["function"]["params"][0]["several"] is True
    assert told(house, text="1 + 2", at=3)["here"] is None
    assert told(house, text="1 + 2")["here"] is None


def test_problems_bring_what_puts_them_right(house: House) -> None:
    (problem,) = told(house, text="𠮷率 + gradee", names=NAMES)["problems"]
    assert problem["fixes"] == [{"span": [6, 12], "text": "grade", "words": "改为「grade」"}]
    (problem,) = told(house, text='grade = "𠮷', names=NAMES)["problems"]
    assert problem["fixes"] == [{"span": [11, 11], "text": '"', "words": "补上「\"」"}]
    (problem,) = told(house, text="max（1，2）")["problems"]
    assert problem["fixes"] == [{"span": [3, 8], "text": "(1,2)", "words": "改用公式的半角符号"}]
    (problem,) = told(house, text="nobody + 1", names=NAMES)["problems"]
    assert "fixes" not in problem


def test_why_a_formula_has_no_other_dialect(house: House) -> None:
    broken = told(house, text="grade +", names=NAMES)
    assert (broken["other"], broken["other_why"]) == (None, "公式有错误，改正之后才能换成 Excel 写法。")
    none = told(house, text="count(for i in 1..3 return i)")
    assert (none["other"], none["other_why"]) == (None, "「for i in 1..3 return i」没有 Excel 写法。")
    blank = told(house, text="revenue * 2", names=NAMES)
    assert blank["other_why"] == "Excel 把空白当作 0 或空文本，含义会不同。"
    noted = told(house, text="1 + 2 // so")
    assert (noted["other"]["exact"], noted["other_why"]) == (True, "Excel 写法不保留注释。")
    same = told(house, text="IF(revenue>1;1;2)", dialect="excel", names=NAMES)
    assert (same["other"]["exact"], same["other_why"]) == (True, None)


def test_a_formula_is_written_anew(house: House) -> None:
    assert told(house, text="1+2", format=True)["formatted"] == {"text": "1 + 2", "why": None}
    assert "formatted" not in told(house, text="1+2")
    noted = told(house, text="1+2 // so", format=True)["formatted"]
    assert (noted["text"], "注释" in noted["why"]) == (None, True)
    assert told(house, text="1+", format=True)["formatted"]["why"] == "公式有错误，改正之后才能整理格式。"
    assert told(house, text="[1..2]", unary=True, format=True)["formatted"]["text"] is None


def test_values_are_offered_with_their_labels(house: House) -> None:
    choices = {"C13": {"zh-CN": "农副食品", "en": "Food"}, "C14": 5, "": {}}
    names = [{"name": "行业", "type": "string", "choices": choices}]
    found = told(house, text='行业 in ("C14", nf', names=names, at=16)["completions"]
    assert [(each["text"], each["label"].get("en")) for each in found["items"]] == [('"C13"', "Food")]
    assert found["span"] == [14, 16]
    form = {"kind": "form", "key": "credit_request"}
    assert told(house, text="", source=form, at=0)["completions"]["items"]


def test_cells_and_excel(house: House) -> None:
    assert told(house, text="[30..50), > 90", unary=True, expect="number")["problems"] == []
    assert told(house, text='"A"', unary=True, expect="number")["problems"][0]["code"] == "feel.type"
    found = told(house, text="=IF(revenue>1,A1,2)", dialect="excel", names=NAMES)
    assert [each["code"] for each in found["problems"]] == ["excel.cell_reference"]
    assert told(house, text="SUM(revenue;1)", dialect="excel", names=NAMES)["other"]["text"] == (
        "SUM(without blanks(revenue, 1))"
    )


SOURCES: list[tuple[dict[str, Any], str]] = [
    ({"kind": "form", "key": "credit_request"}, "limit"),
    ({"kind": "scorecard", "key": "customer_rating"}, "STA_YEARS"),
    ({"kind": "scorecard", "key": "customer_rating", "version": 1}, "max_dpd"),
    ({"kind": "policy", "key": "customer_credit"}, "tnw_cap"),
    ({"kind": "flow", "key": "credit_approval"}, "proposed_limit"),
    ({"kind": "flow", "key": "credit_approval"}, "customer.grade"),
]


def test_names_of_a_definition(house: House) -> None:
    for source, name in SOURCES:
        found = told(house, text=f"string({name})", source=source, at=7)
        assert [each for each in found["problems"] if each["severity"] == "error"] == [], source
        assert found["completions"]["items"]
        wrong = told(house, text="nobody_has_this_name", source=source)
        assert wrong["problems"][0]["code"].startswith("feel.unknown_name")


def test_names_of_a_draft_however_unfinished(house: House) -> None:
    with house.work("zhoumin") as work:
        row = definitions.restore(work, definitions.find(work.session, "scorecard", "customer_rating"))
        facts = [{"key": "浮动", "type": "number"}, 5, "plain"]
        body = {"facts": facts, "formulas": [{"key": "f", "type": "?"}], "factors": 3}
        definitions.save(work, row, row.row_version, body=body)
    found = told(house, text="浮动 + plain + f", source={"kind": "scorecard", "key": "customer_rating", "version": 2})
    assert found["problems"] == []


@pytest.mark.parametrize(
    ("kind", "body", "names"),
    [
        ("form", {"sections": [{"fields": [{"key": "a", "label": {"zh-CN": "甲"}}, {"key": 5}, 7]}, "x"]}, {"a"}),
        ("form", {"sections": 5}, set()),
        ("scorecard", {"facts": "x", "tables": [{"key": "t"}]}, {"t"}),
        ("table", {"facts": [{"key": "grade", "type": "string"}]}, {"grade"}),
        ("policy", {"limit": {"facts": ["own", 5]}}, {"own", "need", "tnw_cap", "monthly_purchase"}),
        ("flow", {}, set()),
    ],
)
def test_scopes_of_unfinished_bodies(kind: str, body: dict[str, Any], names: set[str]) -> None:
    found = scopes.scope(kind, body)
    assert names <= set(found.entries)
    assert found.closed is (kind != "flow")


BAD: list[tuple[dict[str, Any], str]] = [
    ({}, "text"),
    ({"text": 5}, "text"),
    ({"text": "1", "dialect": "sql"}, "sql"),
    ({"text": "1", "expect": "money"}, "money"),
    ({"text": "1", "unary": "yes"}, "unary"),
    ({"text": "1", "at": True}, "at"),
    ({"text": "1", "names": {}}, "names"),
    ({"text": "1", "surprise": 1}, "surprise"),
    ({"text": "1", "format": "yes"}, "format"),
    ({"text": "1", "source": {"kind": "poem", "key": "x"}}, "source"),
    ({"text": "1", "source": {"kind": "form", "key": "credit_request", "version": "1"}}, "source"),
]


def test_what_cannot_be_read_is_told(house: House) -> None:
    client = house.client("zhoumin")
    for sent, named in BAD:
        answer = ask(client, **sent)
        assert answer.status_code == 422
        assert answer.mimetype == "application/problem+json"
        assert named in answer.get_data(as_text=True)


def test_the_check_is_guarded(house: House) -> None:
    client = house.client("zhoumin")
    assert client.post(CHECK, data="{}", content_type="application/json").status_code == 403
    assert ask(house.client("hanxue"), text="1").status_code == 403
    assert ask(house.client("lina"), text="1").status_code == 403
    assert ask(client, text="1", source={"kind": "form", "key": "nowhere"}).status_code == 404
    assert ask(client, text="1" * 300_000).status_code == 413
    token = csrf_of(client.get("/me").get_data(as_text=True))
    broken = client.post(CHECK, data=b"\xff\xfe{", headers={"X-CSRF-Token": token, "Accept": "application/json"})
    assert broken.status_code == 422
    assert told(house, text="1" * 5_000)["problems"][0]["code"] == "rules.limit"


def test_nothing_is_stored(house: House) -> None:
    client = house.client("zhoumin")
    with house.work() as work:
        before = work.session.scalar(select(func.count()).select_from(Entry))
    ask(client, text="limit > 1", source={"kind": "form", "key": "credit_request"})
    post(client, PAGE + "/try", {"text": "1"})
    with house.work() as work:
        assert work.session.scalar(select(func.count()).select_from(Entry)) == before
