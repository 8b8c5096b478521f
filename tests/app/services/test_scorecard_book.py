"""A scorecard's workbook: there and back to the letter; edits arrive as edits; each fault is told by page and cell."""

from __future__ import annotations

import copy
import io
from typing import Any

import openpyxl
import pytest

from app import gallery
from app.services import scorecard_book
from app.services.body_merge import merged
from app.services.scorecard_book import PAGES
from app.services.scorecard_book_read import read
from app.services.workbook_layout import page_name
from app.services.workbook_read import Brought
from rules import Invalid, compile_scorecard
from tests.app.services.workbooks import LANGUAGES, Edit, cell_set, edited, page_dropped, sheet, told

PLACE = {"key": "customer_rating", "version": 1, "title": "企业客户信用评级", "fingerprint": "sha256:00"}

SMALL: dict[str, Any] = {
    "facts": ["years", {"key": "debt", "type": "number"}, {"key": "=odd", "label": {"zh-CN": "怪"}}],
    "formulas": [{"key": "share", "text": "=IF(debt>0.5, 1, 0)", "dialect": "excel", "unit": "ratio"}],
    "dimensions": [{"key": "A", "label": {"zh-CN": "甲", "en": "First"}, "weight": "100"}],
    "factors": [
        {"key": "line", "dimension": "A", "label": {"zh-CN": "线"}, "weight": "33.3", "value": "-years", "bands":
            {"kind": "linear", "from": {"value": "-1.50", "points": "0"}, "to": {"value": "9", "points": "100.0"}}},
        {"key": "same", "dimension": "A", "label": {"zh-CN": "同"}, "weight": "33.3", "value": "share",
         "movable": False, "bands": {"kind": "identity"}, "missing": {"points": "20"}},
        {"key": "set", "dimension": "A", "label": {"zh-CN": "表"}, "weight": "33.4", "value": "string(years)",
         "bands": {"kind": "set", "values": [{"value": "001", "points": "5"}, {"value": "=x", "points": "7"}],
                   "otherwise": None}},
    ],
    "grades": [{"key": "A", "min": "60"}, {"key": "D", "min": None}],
    "rounding": {"dimension": None, "total": {"places": 2, "mode": "half_up"}},
    "examples": [{"name": "x", "facts": {"debt": "0.1"}, "expect": {"grade": None}}],
}  # fmt: skip


def body() -> dict[str, Any]:
    found: dict[str, Any] = gallery.read("scorecards/customer_rating")["body"]
    return found


def brought(base: dict[str, Any], edit: Edit | None = None, locale: str = "zh-CN") -> Brought:
    content = scorecard_book.write(base, PLACE, locale, LANGUAGES[locale])
    return read(edited(content, edit), "x.xlsx", base, LANGUAGES)


@pytest.mark.parametrize("locale", ["zh-CN", "en"])
@pytest.mark.parametrize("base", [body(), SMALL], ids=["gallery", "small"])
def test_there_and_back_to_the_letter(base: dict[str, Any], locale: str) -> None:
    found = brought(base, locale=locale)
    assert found.problems == []
    assert found.body == base
    assert list(found.body) == list(base)
    assert brought(base, lambda book: None, locale).body == base, "saved anew by another program"


def test_an_edit_arrives_and_nothing_else_changes() -> None:
    def edit(book: openpyxl.Workbook) -> None:
        dimensions = sheet(book, "dimensions")
        dimensions["D2"], dimensions["E2"] = 31, "29.5%"  # the second is a share of one
        bands = sheet(book, "bands")
        bands["B2"], bands["C3"] = 0.125, "81"
        bands.insert_rows(3)
        bands["A3"], bands["B3"], bands["C3"] = "FIN_OCF_SALES", "8%", 90

    base = body()
    found = brought(base, edit)
    assert told(found) == []
    wanted = copy.deepcopy(base)
    wanted["dimensions"][0]["weight"] = "31"
    wanted["variants"][0]["weights"][wanted["dimensions"][0]["key"]] = "0.295"
    cuts = wanted["factors"][0]["bands"]["cuts"]
    cuts[0]["edge"] = "0.125"
    cuts.insert(1, {"edge": "0.08", "points": "90"})
    cuts[2]["points"] = "81"
    assert found.body == wanted


def test_a_new_factor_and_a_column_of_the_analysts_own() -> None:
    def edit(book: openpyxl.Workbook) -> None:
        factors = sheet(book, "factors")
        row, last = factors.max_row + 1, factors.max_column + 1
        for place, value in enumerate(["NEW", "FIN", "新指标", None, 0, "`FIN_DEBT` * 2", None, "线性"], 1):
            factors.cell(row, place, value)
        factors.cell(1, last, "我的备注")
        factors.cell(2, last, "先看这个")
        bands = sheet(book, "bands")
        for each in (("NEW", 0, 100), ("NEW", 1, 0)):
            bands.append(each)

    found = brought(body(), edit)
    assert told(found) == [("book.column_unknown", "指标", "V1")]
    assert found.problems[0].severity == "warning"
    assert found.body["factors"][-1] == {
        "key": "NEW", "dimension": "FIN", "label": {"zh-CN": "新指标"}, "weight": "0", "value": "`FIN_DEBT` * 2",
        "bands": {"kind": "linear", "from": {"value": "0", "points": "100"}, "to": {"value": "1", "points": "0"}},
        "missing": "absent",
    }  # fmt: skip
    number = len(found.body["factors"]) - 1
    at = found.place(f"/factors/{number}/bands/to/points")
    assert at is not None
    assert at.page == "档位"
    assert at.cell.startswith("C")


@pytest.mark.parametrize(("edit", "fault"), [
    (cell_set("factors", "A3", None), ("book.required", "指标", "A3")),
    (cell_set("factors", "E2", "三十"), ("book.number", "指标", "E2")),
    (cell_set("factors", "E2", "1e400"), ("book.number", "指标", "E2")),
    (cell_set("factors", "E2", "NaN"), ("book.number", "指标", "E2")),
    (cell_set("factors", "H2", "别的"), ("book.choice", "指标", "H2")),
    (cell_set("factors", "I2", None), ("book.required", "指标", "I2")),
    (cell_set("factors", "F2", "=1+1"), ("book.computed", "指标", "F2")),
    (cell_set("factors", "A3", "FIN_OCF_SALES"), ("book.twice", "指标", "A3")),
    (cell_set("factors", "C2", None), ("book.required", "指标", "C2")),
    (cell_set("bands", "A2", "NOBODY"), ("book.factor_unknown", "档位", "A2")),
    (cell_set("bands", "B2", "低"), ("book.number", "档位", "B2")),
    (cell_set("bands", "B2", None), ("book.required", "档位", "B2")),
    (cell_set("factors", "H2", "线性"), ("book.bands_two", "指标", "H2")),
    (cell_set("factors", "H2", "取值即得分"), ("book.bands_none", "档位", "B2")),
    (cell_set("grades", "A1", "别的标题"), ("book.column_unknown", "等级", "A1")),
    (cell_set("grades", "B1", "编码*"), ("book.column_twice", "等级", "B1")),
    (cell_set("variants", "D3", "是"), ("book.two_defaults", "行业版本", "D3")),
    (cell_set("facts", "B2", None), ("book.name", "事实", "B2")),
    (page_dropped("bands"), ("book.page_missing", "档位", "")),
])  # fmt: skip
def test_each_fault_is_told_by_page_and_cell(edit: Edit, fault: tuple[str, str, str]) -> None:
    found = brought(body(), edit)
    assert fault in told(found)


def test_everything_wrong_is_told_at_once() -> None:
    def spoil(book: openpyxl.Workbook) -> None:
        for page, cell, value in (("factors", "E2", "三十"), ("factors", "H3", None), ("bands", "A2", "NOBODY")):
            sheet(book, page)[cell] = value

    wanted = [("book.number", "指标", "E2"), ("book.required", "指标", "H3"), ("book.factor_unknown", "档位", "A2")]
    found = brought(body(), spoil)
    assert told(found) == wanted
    assert found.body == {}


def test_problems_of_the_body_are_told_by_cell_too() -> None:
    found = brought(body(), cell_set("factors", "F2", "nobody_knows + 1"))
    assert found.problems == []
    with pytest.raises(Invalid) as refused:
        compile_scorecard(found.body)
    at = {(place.page, place.cell) for p in refused.value.problems if (place := found.place(p.path)) is not None}
    assert ("指标", "F2") in at


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 not a workbook", b"a,b\n1,2\n"], ids=["empty", "broken", "csv"])
def test_what_is_no_such_workbook(content: bytes) -> None:
    with pytest.raises(Invalid) as refused:
        read(content, "x.xlsx", body(), LANGUAGES)
    assert next(p.code.partition(".")[0] for p in refused.value.problems) in ("sheet", "book")


def test_every_page_is_there_even_without_rows() -> None:
    content = scorecard_book.write(SMALL, PLACE, "en", LANGUAGES["en"])
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.sheetnames == ["About", *(page_name(page, LANGUAGES["en"]) for page in PAGES)]
    assert book["Knock-outs"].max_row == 1


@pytest.mark.parametrize(("base", "made", "wanted"), [
    ({"a": "0.40"}, {"a": "0.4"}, {"a": "0.40"}),
    ({"a": "0.40", "b": None}, {"a": "0.5"}, {"a": "0.5"}),
    (["x", {"key": "y"}], [{"key": "y"}, {"key": "x"}], [{"key": "y"}, "x"]),
    ({"missing": "absent"}, {}, {"missing": "absent"}),
    ([{"key": "a", "w": "1.0"}], [{"key": "b", "w": "2"}, {"key": "a", "w": "1"}],
     [{"key": "b", "w": "2"}, {"key": "a", "w": "1.0"}]),
])  # fmt: skip
def test_what_means_the_same_stays_as_it_was_written(base: Any, made: Any, wanted: Any) -> None:
    assert merged(base, made) == wanted
