"""A decision table's workbook, by itself and within a scorecard: there and back, edits, each fault by page and cell."""

from __future__ import annotations

import copy
import io
from typing import Any

import openpyxl
import pytest

from app import gallery
from app.services import scorecard_book, scorecard_book_read, table_book, table_book_read
from app.services.workbook_read import Brought
from rules import Invalid, compile_table
from tests.app.services.workbooks import LANGUAGES, Edit, cell_set, edited, page_dropped, sheet, told
from tests.rules.cards import small_body

PLACE = {"key": "payment_terms", "version": 1, "title": "账期", "fingerprint": "sha256:00"}

ODD: dict[str, Any] = {
    "hit_policy": "C+",
    "inputs": [
        {"key": "a[b]", "value": "=odd", "allowed": ["<5", "[5..9]"], "unit": None},
        {"key": "b]", "value": "x", "dialect": "excel", "type": "list<number>", "label": {"zh-CN": "=cmd", "en": "-1"}},
        {"key": "same", "value": "x + 1", "labels": {"-1": {"zh-CN": "负一"}, "=1": {"zh-CN": "@一", "en": "+one"}}},
    ],
    "outputs": [{"key": "same", "default": "0", "labels": {}}, {"key": "out", "allowed": ['"y"'], "unit": "days"}],
    "rows": [
        {"id": "=r1", "when": ["-", " > 3 ", ""], "then": ["+1", '"=HYPERLINK(1)"'], "note": {"zh-CN": "@注"}},
        {"id": "r2", "when": ["0.50", "null", "true"], "then": ["1.0", "if x > 1\nthen 2\nelse 3"]},
    ],
    "examples": [{"name": "e", "facts": {}, "expect": {"value": "1"}}],
}


def terms() -> dict[str, Any]:
    found: dict[str, Any] = copy.deepcopy(gallery.read("tables/payment_terms")["body"])
    return found


def card() -> dict[str, Any]:
    """A scorecard with two tables whose keys no page may be called."""
    inner = {name: value for name, value in terms().items() if name not in ("facts", "examples")}
    odd = {name: value for name, value in ODD.items() if name != "examples"}
    long = "x" * 50
    return small_body(tables=[
        {"key": "terms", "label": {"zh-CN": "账期"}, "table": inner}, {"key": f"a/b*?:{long}", "table": odd},
        {"key": f"a/b*?:{long}y", "table": copy.deepcopy(inner)},
    ])  # fmt: skip


def brought(base: dict[str, Any], edit: Edit | None = None, locale: str = "zh-CN") -> Brought:
    content = edited(table_book.write(base, PLACE, locale, LANGUAGES[locale]), edit)
    return table_book_read.read(content, "x.xlsx", base, LANGUAGES)


def brought_card(base: dict[str, Any], edit: Edit | None = None, locale: str = "zh-CN") -> Brought:
    content = edited(scorecard_book.write(base, PLACE, locale, LANGUAGES[locale]), edit)
    return scorecard_book_read.read(content, "x.xlsx", base, LANGUAGES)


@pytest.mark.parametrize("locale", ["zh-CN", "en"])
@pytest.mark.parametrize("base", [terms(), ODD], ids=["gallery", "odd"])
def test_there_and_back_to_the_letter(base: dict[str, Any], locale: str) -> None:
    found = brought(base, locale=locale)
    assert found.problems == []
    assert found.body == base
    assert list(found.body) == list(base)
    assert brought(base, lambda book: None, locale).body == base, "saved anew by another program"


@pytest.mark.parametrize("locale", ["zh-CN", "en"])
def test_tables_within_a_scorecard_there_and_back(locale: str) -> None:
    base = card()
    found = brought_card(base, locale=locale)
    assert found.problems == []
    assert found.body == base
    assert brought_card(base, lambda book: None, locale).body == base


def test_no_cell_computes_anything() -> None:
    book = openpyxl.load_workbook(io.BytesIO(table_book.write(ODD, PLACE, "en", LANGUAGES["en"])))
    cells = [cell for page in book for row in page.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    texts = [str(cell.value) for cell in cells if cell.data_type == "s" and cell.value]
    assert not [text for text in texts if text[0] in "=+@" or (text[0] == "-" and text != "-")]
    assert "'=r1" in texts


def test_an_edit_arrives_and_nothing_else_changes() -> None:
    def edit(book: openpyxl.Workbook) -> None:
        rows = sheet(book, "rows")
        rows["E2"], rows["F3"] = 75, 0.2
        rows.insert_rows(3)
        for place, value in enumerate(["new", '"AAA"', None, "-", 30, 0, '"cod"', "新的", "New"], 1):
            rows.cell(3, place, value)
        rows.delete_rows(5)
        sheet(book, "table")["A2"] = "F"
        sheet(book, "texts")["D2"] = "加工业"

    base = terms()
    found = brought(base, edit)
    assert told(found) == []
    wanted = copy.deepcopy(base)
    wanted["hit_policy"] = "F"
    wanted["inputs"][1]["labels"]["C"]["zh-CN"] = "加工业"
    wanted["rows"][0]["then"][0] = "75"
    wanted["rows"][1]["then"][1] = "0.2"
    del wanted["rows"][2]
    note = {"zh-CN": "新的", "en": "New"}
    added = {"id": "new", "when": ['"AAA"', "", "-"], "then": ["30", "0", '"cod"'], "note": note}
    wanted["rows"].insert(1, added)
    assert found.body == wanted
    place = found.place("/rows/1/then/2")
    assert place is not None
    assert (place.page, place.cell) == ("行", "G3")


def test_columns_move_and_come_and_go() -> None:
    def edit(book: openpyxl.Workbook) -> None:
        inputs, rows = sheet(book, "inputs"), sheet(book, "rows")
        inputs.delete_rows(3)
        inputs.append(["region", "地区", None, "region"])
        rows.delete_cols(3)
        rows.insert_cols(2)
        rows["B1"] = "地区 [region]"
        for number in range(2, rows.max_row + 1):
            rows.cell(number, 2, '"N"')
        texts = sheet(book, "texts")
        texts.delete_rows(2, 2)

    base = terms()
    found = brought(base, edit)
    assert told(found) == []
    assert [each["key"] for each in found.body["inputs"]] == ["grade", "order_amount", "region"]
    first, was = found.body["rows"][0]["when"], base["rows"][0]["when"]
    assert first == [was[0], was[2], '"N"']


@pytest.mark.parametrize(("edit", "fault"), [
    (cell_set("rows", "A2", None), ("book.required", "行", "A2")),
    (cell_set("rows", "A3", "open_a_mfg"), ("book.twice", "行", "A3")),
    (cell_set("rows", "E2", None), ("book.required", "行", "E2")),
    (cell_set("rows", "E2", "=1+1"), ("book.computed", "行", "E2")),
    (cell_set("rows", "B1", "别的"), ("book.column_unknown", "行", "B1")),
    (cell_set("rows", "B1", "别的"), ("book.column_missing", "行", "")),
    (cell_set("rows", "C1", "又 [grade]"), ("book.column_twice", "行", "C1")),
    (cell_set("rows", "H3", None), ("book.note_chinese", "行", "H3")),
    (cell_set("table", "A2", "随便"), ("book.choice", "决策表", "A2")),
    (cell_set("table", "A2", None), ("book.required", "决策表", "A2")),
    (cell_set("table", "A3", "U"), ("book.one_row", "决策表", "")),
    (cell_set("inputs", "A3", "grade"), ("book.twice", "条件列", "A3")),
    (cell_set("inputs", "D2", None), ("book.required", "条件列", "D2")),
    (cell_set("texts", "B2", "nobody"), ("book.place_unknown", "取值名称", "B2")),
    (cell_set("texts", "A2", "别处"), ("book.choice", "取值名称", "A2")),
    (cell_set("texts", "C3", "C"), ("book.twice", "取值名称", "C3")),
    (page_dropped("rows"), ("book.page_missing", "行", "")),
    (page_dropped("table"), ("book.page_missing", "决策表", "")),
])  # fmt: skip
def test_each_fault_is_told_by_page_and_cell(edit: Edit, fault: tuple[str, str, str]) -> None:
    def both(book: openpyxl.Workbook) -> None:
        sheet(book, "rows")["I3"] = "a note"
        sheet(book, "rows")["H3"] = "说明"
        edit(book)

    found = brought(terms(), both)
    where = [(code, page, cell) for code, page, cell in told(found)]
    assert fault in where or (fault[0], fault[1]) in [each[:2] for each in where if fault[2] == ""], where
    assert found.body == {}


def test_problems_of_the_body_are_told_by_cell_too() -> None:
    found = brought(terms(), cell_set("rows", "B2", "nobody_knows > ("))
    assert found.problems == []
    with pytest.raises(Invalid) as refused:
        compile_table(found.body)
    at = {(place.page, place.cell) for p in refused.value.problems if (place := found.place(p.path)) is not None}
    assert ("行", "B2") in at


def test_a_table_of_a_scorecard_is_edited_and_another_comes() -> None:
    base = card()
    name = table_book.sheet_names([each["key"] for each in base["tables"]], set(), LANGUAGES["zh-CN"])["terms"]

    def edit(book: openpyxl.Workbook) -> None:
        book[name]["E2"] = 75
        sheet(book, "tables").append(["more", "新表", None, "F", None, "我的页"])
        sheet(book, "table_inputs").append(["more", "a", None, None, "a"])
        sheet(book, "table_outputs").append(["more", "y"])
        page = book.create_sheet("我的页")
        for line in (["编号*", "[a]", "[y]*", "说明（中文）", "Note (English)"], ["r1", "> 1", "1"]):
            page.append(line)

    found = brought_card(base, edit)
    assert told(found) == []
    wanted = copy.deepcopy(base)
    wanted["tables"][0]["table"]["rows"][0]["then"][0] = "75"
    wanted["tables"].append({"key": "more", "label": {"zh-CN": "新表"}, "table": {
        "hit_policy": "F", "inputs": [{"key": "a", "value": "a"}], "outputs": [{"key": "y"}],
        "rows": [{"id": "r1", "when": ["> 1"], "then": ["1"]}],
    }})  # fmt: skip
    assert found.body == wanted
    place = found.place("/tables/3/table/rows/0/when/0")
    assert place is not None
    assert (place.page, place.cell) == ("我的页", "B2")


@pytest.mark.parametrize(("page", "cell", "value", "fault"), [
    ("tables", "F2", "没有的页", ("book.sheet_unknown", "决策表清单", "F2")),
    ("tables", "F2", None, ("book.required", "决策表清单", "F2")),
    ("table_inputs", "A2", "nobody", ("book.table_unknown", "决策表条件列", "A2")),
    ("tables", "A3", "terms", ("book.twice", "决策表清单", "A3")),
    ("bands", "D2", None, ("book.note_chinese", "档位", "D2")),
])  # fmt: skip
def test_faults_of_tables_within_a_scorecard(page: str, cell: str, value: Any, fault: tuple[str, str, str]) -> None:
    def edit(book: openpyxl.Workbook) -> None:
        sheet(book, "bands")["D2"], sheet(book, "bands")["E2"] = "说明", "note"
        sheet(book, page)[cell] = value

    found = brought_card(card(), edit)
    assert fault in told(found)
    assert found.body == {}


def test_notes_of_a_scorecard_are_edited() -> None:
    def edit(book: openpyxl.Workbook) -> None:
        sheet(book, "bands")["D2"] = "最好"
        factors = sheet(book, "factors")
        heads = {cell.value: cell.column for cell in factors[1]}
        for head, value in (("说明（中文）", "甲"), ("其余取值的说明（中文）", "其余"), ("缺失时的说明（中文）", "缺")):
            factors.cell(2, heads[head], value)

    base = small_body()
    found = brought_card(base, edit)
    wanted = copy.deepcopy(base)
    wanted["factors"][0] |= {"note": {"zh-CN": "甲"}, "missing_note": {"zh-CN": "缺"}}
    wanted["factors"][0]["bands"]["cuts"][0]["note"] = {"zh-CN": "最好"}
    wanted["factors"][0]["bands"]["otherwise_note"] = {"zh-CN": "其余"}
    assert told(found) == []
    assert found.body == wanted


def test_a_draft_without_a_shape_is_not_written() -> None:
    assert table_book.fits(terms())
    broken = terms()
    broken["rows"][0]["when"].pop()
    assert not table_book.fits(broken)
    assert not table_book.fits({"rows": 3})
    assert scorecard_book.fits(card())
    assert not scorecard_book.fits({**card(), "tables": [{"key": "x", "table": broken}]})
    assert not scorecard_book.fits({**card(), "factors": [{}]})
