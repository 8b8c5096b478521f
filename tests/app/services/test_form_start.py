"""Forms made from worksheets: types guessed with evidence, odd tables and hostile files, drafts, and their rows."""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import Any

import pytest
import xlsxwriter
from sqlalchemy import select

from app.access import Conflict, Forbidden, Missing
from app.models.record import Record
from app.models.upload import Upload
from app.services import definitions, form_proposal, form_start, imports
from app.services.form_proposal import Pick, Proposal
from forms import compile_form
from rules import Invalid
from tests.app.desk import bring
from tests.app.services.test_imports import take
from tests.builders import House

ADMIN = "zhoumin"
HEAD = (
    "序号", "合同编号", "客户名称", "合同金额", "签订日期", "是否含税", "状态", "毛利率", "联系电话", "备注", "邮箱",
    "标签", "信用代码", "数量(吨)", "附加费(元)",
)  # fmt: skip
TYPES = (
    "integer", "text", "customer", "money.CNY", "date", "yes_no", "choice", "percent", "phone", "long_text", "email",
    "multi_choice", "credit_code", "integer", "money.CNY",
)  # fmt: skip


def workbook(rows: int = 40, sheets: int = 1) -> bytes:
    """A list as people keep it: a title, a line with the unit, an empty row and column, a total, one wrong day."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for number in range(sheets):
        page = book.add_worksheet(f"合同台账{number or ''}")
        page.merge_range(0, 0, 0, 8, "2025 年合同台账")
        page.write(1, 0, "单位：万元")
        page.write_row(3, 1, HEAD)
        for n in range(rows):
            row = 4 + n + (1 if n > 20 else 0)
            page.write_row(row, 1, [n + 1, f"HT-{n:04}", "C2", 12.5 + n])
            if n == 7:
                page.write(row, 5, "待定")
            else:
                page.write_datetime(row, 5, date(2025, 1, 1) + timedelta(days=n), day)
            page.write_row(row, 6, ["是" if n % 2 else "否", ("履行中", "已完成", "中止")[n % 3], 0.1 + n / 1000])
            page.write_row(row, 9, [13800000000 + n, "备注" * 3 * n, f"a{n}@b.com"])
            tags = ("重点", "重点、出口", "出口", "出口、内销")[n % 4]
            page.write_row(row, 12, [tags, "91320500MA8M8NM83A", n * 3, n])
        page.write_row(4 + rows + 1, 1, ["合计", "", "", 999])
    book.close()
    return out.getvalue()


def look(house: House, content: bytes, name: str = "合同.xlsx", **more: Any) -> Proposal:
    with house.reading(ADMIN) as view:
        return form_start.look(view, name, content, **more)


def started(house: House, content: bytes, key: str = "contract_book", **more: Any) -> str:
    """The draft of a form made of this file; returns the upload's id."""
    with house.work(ADMIN) as work:
        upload_id = form_start.keep(work, "合同.xlsx", content).id
    found = look(house, content, **more)
    with house.reading(ADMIN) as view:
        body, problems = form_start.check(view, key, found, "合同台账", book=True)
    assert problems == []
    with house.work(ADMIN) as work:
        form_start.create(work, upload_id, found, key, {"zh-CN": "合同台账", "en": ""}, body)
    return upload_id


def publish(house: House, key: str = "contract_book") -> None:
    with house.work(ADMIN) as work:
        row = definitions.find(work.session, "form", key, 1)
        definitions.publish(work, row, row.row_version)


@pytest.fixture(autouse=True)
def customer(house: House) -> str:
    return bring(house, "C2", owner="lina")


def test_types_are_guessed_with_evidence_and_the_cells_that_do_not_fit(house: House) -> None:
    found = look(house, workbook())
    assert (found.table.header, found.table.rows, found.table.unit) == (4, 40, "万元")
    assert tuple(each.pick.type for each in found.columns) == TYPES
    by = {each.column.heading: each for each in found.columns}
    assert not by["序号"].pick.use, "a column that counts the rows is no field"
    assert by["签订日期"].verdict.misfits == ((12, "待定"),)
    codes = {problem.code: problem.params for problem in by["签订日期"].evidence}
    assert codes["start.why.reads"] == {"readable": 39, "filled": 40, "unread": 1}
    assert "F12 “待定”" in codes["start.why.misfits"]["cells"][0]
    number = by["合同编号"].pick
    assert (number.required, number.unique, number.key) == (True, True, "he_tong_bian_hao")
    assert not by["签订日期"].pick.required, "one of its cells is no day"
    assert by["合同金额"].verdict.shift == 4
    assert by["附加费(元)"].verdict.shift == 0, "its own heading has the word"
    assert by["数量(吨)"].verdict.setup["unit"] == {"zh-CN": "吨"}
    assert [problem.code for problem in found.remarks] == ["start.above", "start.unit", "start.totals"]


@pytest.mark.parametrize(("heading", "type_"), [("统一社会信用代码", "credit_code"), ("代号", "text")])
def test_a_heading_that_says_what_a_column_is_bears_more_faults(house: House, heading: str, type_: str) -> None:
    rows = ["91320500MA8M8NM83A", "91610100MANDXLKD1F", "91340100MAA3179N83", "91210100MAD3125L8M"] * 3
    rows[5] = "9121010MAD3125L8M"
    sheet = "\n".join([f"{heading},名称", *(f"{code},第{n}家" for n, code in enumerate(rows))])
    found = look(house, sheet.encode(), "客户.csv")
    assert found.columns[0].pick.type == type_


def test_the_body_compiles_and_keeps_a_book(house: House) -> None:
    found = look(house, workbook())
    form = compile_form(form_proposal.body_of(found, "合同台账", book=True))
    assert form.book is not None
    assert (form.book.key, form.book.customer) == ("he_tong_bian_hao", "ke_hu_ming_cheng")
    assert [field.type for field in form.fields.values()][:4] == ["text", "lookup", "money", "date"]
    plain = compile_form(form_proposal.body_of(found, "合同台账", book=False))
    assert plain.book is None


def test_what_a_person_says_is_taken_and_tried(house: House) -> None:
    first = look(house, workbook())
    picks = {each.column.place: each.pick for each in first.columns}
    picks[2] = Pick(True, "编号", "number", "integer", False, False)
    picks[9] = Pick(False, "x", "x", "text", False, False)
    found = look(house, workbook(), picks=picks)
    said = {each.column.place: each for each in found.columns}
    assert (said[2].verdict.readable, said[2].verdict.filled, len(said[2].verdict.misfits)) == (0, 40, 5)
    assert 9 not in {each.column.place for each in found.used}
    with house.reading(ADMIN) as view:
        picks[2] = Pick(True, "编号", "not a key!", "text", False, False)
        wrong = form_start.look(view, "x.xlsx", workbook(), None, picks)
        _, problems = form_start.check(view, "contract_book", wrong, "合同", book=True)
        assert problems
        nothing = {place: Pick(False, "x", "x", "text", False, False) for place in picks}
        _, problems = form_start.check(
            view, "x", form_start.look(view, "x.xlsx", workbook(), None, nothing), "合同", book=True
        )
    assert [problem.code for problem in problems] == ["start.none_used"]


def test_rows_come_in_one_step_once_the_form_is_published(house: House) -> None:
    upload_id = started(house, workbook())
    with house.reading("lina") as view, pytest.raises(Missing):
        form_start.rows_of(view, "contract_book")
    publish(house)
    with house.reading("lina") as view:
        found = form_start.rows_of(view, "contract_book")
        assert found.report is not None
        # one day cannot be read, and the line of the total is a row like any other until it is left out
        assert found.report.fates == {"good": 39, "bad": 2, "empty": 1}, found.report.findings
    with house.work("lina") as work:
        row = imports.keep(work, found)
    assert row.id != upload_id
    take(house, row.id, by="lina", good_only=True)
    with house.work() as work:
        answers = {each.title: each.answers for each in work.session.scalars(select(Record))}
        assert len(answers) == 39
        first = answers["HT-0000"]
        assert first["he_tong_jin_e"] == "125000", "万元 above the headings counts for the rows too"
        assert first["biao_qian"] == ["zhong_dian"]
        assert form_start.source_of(work.session, "contract_book") is None, "offered until it was taken"
    with pytest.raises(Conflict), house.reading("lina") as view:
        form_start.rows_of(view, "contract_book")


def test_a_file_of_two_sheets_stays_for_another_form(house: House) -> None:
    started(house, workbook(sheets=2))
    with house.reading(ADMIN) as view:
        assert [row.status for row in form_start.waiting(view)] == ["proposed", "started"]
        again = look(house, workbook(sheets=2), head=(1, 4))
    assert again.table.name == "合同台账1"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "sheet.empty"),
        (b"<html><table>", "sheet.web_page"),
        (b"PK\x03\x04 nothing", "sheet.damaged"),
        ("此致敬礼\n".encode() * 2, "start.no_table"),
        (("很长的一句话" * 20 + "\n").encode() * 5, "start.no_table"),
        (b"1,2,3\n4,5,6\n", "start.no_table"),
        ((",".join(f"c{n}" for n in range(301)) + "\n").encode(), "sheet.too_many_columns"),
        ((",".join(f"c{n}" for n in range(16_384)) + "\n").encode(), "sheet.too_many_columns"),
        (b"a,b\n" * (4 << 20), "start.too_large"),
    ],
)
def test_what_is_no_table_is_refused(house: House, content: bytes, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        look(house, content, "x.csv")
    assert [problem.code for problem in refused.value.problems] == [code]


def test_odd_headings(house: House) -> None:
    content = "基本,,本年,本年,上年,上年,\n编号,名称,收入(万元),成本,收入(万元),成本,\nA1,甲,1,2,3,4,x\n".encode()
    found = look(house, content, "x.csv")
    labels = [each.pick.label for each in found.columns]
    assert labels == ["编号", "名称", "本年 收入", "本年 成本", "上年 收入", "上年 成本", "G"]
    assert len({each.pick.key for each in found.columns}) == 7
    assert [each.column.heading for each in found.columns][2] == "本年 收入(万元)"
    double = look(house, b"name,name\na,b\n", "x.csv")
    assert [each.pick.label for each in double.columns] == ["name", "name (2)"]
    empty = look(house, "编号,名称\n".encode(), "x.csv")
    assert [each.pick.use for each in empty.columns] == [True, True]
    assert [problem.code for problem in empty.remarks] == ["start.no_rows"]
    formulas = look(house, "编号,额\n" .encode() + "".join(f"{n},{n}\n" for n in range(9)).encode(), "x.csv")
    assert formulas.columns[1].pick.type == "integer"


def test_nobody_else_sees_the_file_and_it_goes_in_time(house: House) -> None:
    upload_id = started(house, workbook())
    with pytest.raises(Missing), house.reading("chenan") as view:
        form_start.get(view, upload_id)
    with pytest.raises(Forbidden), house.reading("lina") as view:
        form_start.look(view, "x.csv", b"a,b\n1,2\n")
    with pytest.raises(Missing), house.reading("sunli") as view:
        imports.get(view.session, view.viewer, upload_id)
    with house.work() as work:
        work.now += timedelta(days=91)
        assert imports.forget(work, 90, 10) == 1
        row = work.session.get_one(Upload, upload_id)
        assert (row.content, row.status) == (b"", "started")
        assert form_start.source_of(work.session, "contract_book") is None
    with pytest.raises(Conflict), house.reading(ADMIN) as view:
        form_start.get(view, upload_id, whole=True)
