"""A book of every kind of answer taken out and brought back: nothing changes, in either language and file form."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from app.edge.locale import speaking, t
from app.models.record import Record
from app.queries import records as queries
from app.queries.records import Filters, Listing
from app.services import books, definitions, imports, record_sheets, records
from app.services.imports_survey import RECORDS
from tests.app.desk import bring
from tests.builders import House

OPTIONS = [
    {"code": "a", "label": {"zh-CN": "甲", "en": "One"}},
    {"code": "b", "label": {"zh-CN": "乙、丙", "en": "Two, three"}},
]
PLAIN = [
    {"code": "x", "label": {"zh-CN": "库存", "en": "Stock"}},
    {"code": "y", "label": {"zh-CN": "工资", "en": "Wages"}},
]
FIELDS: tuple[tuple[str, str, dict[str, Any], Any], ...] = (
    ("name", "text", {}, "=1+1"),
    ("phone_like", "text", {}, "+86 574"),
    ("minus", "text", {}, "-5"),
    ("at", "text", {}, "@SUM(A1)"),
    ("quoted", "text", {}, "'tis"),
    ("zeros", "text", {}, "000123"),
    ("wide", "text", {}, "＝全角"),
    ("lines", "long_text", {}, "一\n\n二  三"),
    ("number", "number", {"scale": 6, "unit": {"zh-CN": "吨", "en": "t"}}, "-1234567.123456"),
    ("large", "number", {"scale": 6}, "12345678901234567890.5"),
    ("whole", "integer", {}, 123456789012345),
    ("money", "money", {"currency": "CNY"}, "-1234567.10"),
    ("dollars", "money", {"currency": "USD", "scale": 4}, "0.0001"),
    ("share", "percent", {"scale": 4}, "0.123456"),
    ("day", "date", {}, "1899-12-31"),
    ("day_two", "date", {}, "2026-02-28"),
    ("moment", "datetime", {}, "2026-02-28T01:02:00Z"),
    ("span", "date_range", {"open_end": True}, {"start": "2026-01-01", "end": None}),
    ("flag", "yes_no", {"yes": {"zh-CN": "在", "en": "In"}, "no": {"zh-CN": "不在", "en": "Out"}}, False),
    ("choice", "choice", {"options": OPTIONS}, "b"),
    ("many", "multi_choice", {"options": PLAIN}, ["x", "y"]),
    ("tags", "tags", {"options": PLAIN, "free": True}, ["x", "另外"]),
    ("phone", "phone", {}, "13800138000"),
    ("mail", "email", {}, "a.b@example.com"),
    ("code", "credit_code", {}, "91320500MA8M8NM83A"),
    ("account", "bank_account", {}, "6222020000000000000"[:12]),
    ("customer", "lookup", {"source": {"of": "customer", "copy": ["name"]}}, "C2"),
    ("person", "user", {}, "lina"),
    ("team", "department", {}, None),
    ("empty", "text", {}, None),
    ("double", "integer", {"compute": "if whole = null then null else 2"}, None),
    ("serial", "serial", {"pattern": "N{n:4}"}, None),
)


@pytest.fixture
def book(house: House) -> House:
    bring(house, "C2", owner="lina")
    fields = [
        {"id": f"f_{n:02}", "key": key, "type": type_, "label": {"zh-CN": f"字段{n}", "en": f"Field {n}"}, **setup}
        for n, (key, type_, setup, _) in enumerate(FIELDS)
    ]
    section = {"key": "main", "title": {"zh-CN": "一"}, "fields": fields}
    with house.work("zhoumin") as work:
        draft = definitions.draft(
            work, "form", "everything", {"zh-CN": "各种字段"}, {"sections": [section], "book": {"columns": ["name"]}}
        )
        definitions.publish(work, draft, draft.row_version)
    with house.work("liuyang") as work:
        records.create(work, "everything", {key: value for key, _, _, value in FIELDS if value is not None})
    return house


@pytest.mark.parametrize("tag", ["zh-CN", "en"])
@pytest.mark.parametrize("make", [record_sheets.workbook, record_sheets.text])
def test_taken_out_and_brought_back(book: House, tag: str, make: Any) -> None:
    with book.work() as work:
        before = dict(work.session.scalars(select(Record)).one().answers)
    with book.reading("liuyang") as view:
        shelf = books.open_to(view.session, view.viewer, "everything")
        here = Listing("everything", shelf.book, books.projections(view.session, shelf))
        rows = queries.everything(view, here, Filters())
        with book.app.test_request_context(), speaking(tag):
            content = make(view, shelf, rows, tag, frozenset(), t("books.identity"))
        name = "c.xlsx" if make is record_sheets.workbook else "c.csv"
        found = imports.examine(view, RECORDS, name, content, "everything", asking=True)
    assert found.unmatched is None, "an export is brought back without a question"
    assert found.report is not None
    assert found.report.fates == {"known": 1}, [each for each in found.report.findings if each["level"] != "repair"]
    with book.work() as work:
        assert work.session.scalars(select(Record)).one().answers == before
