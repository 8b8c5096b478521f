"""Records from worksheets: new ones, changed ones by their key or id, the same ones, and faults by their cell."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from sqlalchemy import select

from app.access import Forbidden, Missing
from app.edge.locale import t
from app.jobs import drain, load_handlers
from app.models.ledger import Entry
from app.models.record import Record
from app.queries import records as queries
from app.queries.records import Filters, Listing
from app.services import books, imports, record_sheets, records
from app.services.imports_survey import RECORDS
from tests.app.desk import bring
from tests.app.services.test_imports import report, take
from tests.builders import House

HEAD = ("合同编号", "客户", "合同标的", "合同金额", "签订日期", "状态")


def sheet(*rows: tuple[str, ...], head: tuple[str, ...] = HEAD) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([head, *rows])
    return out.getvalue().encode()


def line(number: str, customer: str = "C2", amount: str = "1,000", **more: str) -> tuple[str, ...]:
    return (number, customer, more.get("subject", "仓储服务"), amount, "2025年12月1日", more.get("status", "履行中"))


def upload(house: House, content: bytes, by: str = "lina", book: str = "contracts") -> str:
    with house.reading(by) as view:
        found = imports.examine(view, RECORDS, "c.csv", content, book)
    with house.work(by) as work:
        return imports.keep(work, found).id


def kept(house: House) -> dict[str, Any]:
    with house.work() as work:
        return {row.title: row.answers for row in work.session.scalars(select(Record))}


@pytest.fixture(autouse=True)
def customer(house: House) -> str:
    return bring(house, "C2", owner="lina")


def test_new_ones_are_entered_and_known_ones_changed(house: House) -> None:
    done = take(house, upload(house, sheet(line("HT-1"), line("HT-2"))), by="lina")
    assert (done.status, done.stored) == ("imported", 2)
    again = upload(house, sheet(line("HT-1"), line("HT-2", amount="2万"), line("HT-3")))
    found = report(house, again)
    assert found["fates"] == {"good": 2, "known": 1}
    [same] = [each for each in found["findings"] if each["code"] == "import.record_same"]
    assert same["row"] == 2
    take(house, again, by="lina")
    assert {title: answers["amount"] for title, answers in kept(house).items()} == {
        "HT-1": "1000", "HT-2": "20000", "HT-3": "1000",
    }  # fmt: skip
    with house.work() as work:
        verbs = list(work.session.scalars(select(Entry.verb).where(Entry.verb.like("record%")).order_by(Entry.id)))
    assert verbs.count("record.created") == 3
    assert verbs.count("record.changed") == 1
    assert verbs.count("records.imported") == 2


def test_faults_are_named_by_their_cells_and_nothing_is_half_taken(house: House) -> None:
    rows = (
        line("HT-1"), line("HT-1"), line("HT-3", customer="没有这家"), line("HT-4", amount="很多"), line(""),
        line("HT-1", status="飞行中"),
    )  # fmt: skip
    found = report(house, upload(house, sheet(*rows)))
    cells = [each["cell"] for each in found["findings"] if each["level"] == "error"]
    assert cells == sorted(cells, key=lambda cell: (int(cell[1:]), cell[0])), "row by row, from left to right"
    faults = {(each["cell"], each["code"]) for each in found["findings"] if each["level"] == "error"}
    assert faults == {
        ("A3", "import.value_repeated"), ("B4", "lookup.not_found"), ("D5", "number.invalid"),
        ("A6", "field.required"), ("A7", "import.value_repeated"), ("F7", "choice.unknown"),
    }  # fmt: skip
    assert kept(house) == {}


def test_columns_the_file_lacks_keep_their_answers_and_empty_cells_empty_them(house: House, customer: str) -> None:
    with house.work("lina") as work:
        raw = {"contract_no": "HT-1", "customer": customer, "subject": "x", "amount": "1", "signed_on": "2025-01-01",
               "status": "running", "payment_days": "30", "note": "备注"}  # fmt: skip
        records.create(work, "contracts", raw)
    head = (*HEAD, "备注")
    take(house, upload(house, sheet((*line("HT-1"), ""), head=head)), by="lina")
    answers = kept(house)["HT-1"]
    assert answers["payment_days"] == 30
    assert answers.get("note") is None


def test_an_export_brought_back_changes_nothing(house: House) -> None:
    take(house, upload(house, sheet(line("HT-1"), line("HT-2", amount="2万"))), by="lina")
    with house.work("lina") as work:
        visit = {"customer": "C2", "visited_on": "2025-12-20", "met": "王总", "impression": "good", "report": "正常",
                 "signs": ["stock", "wages"], "running_share": "12.5%"}  # fmt: skip
        records.create(work, "site_visits", visit)
    for book, rows in (("contracts", 2), ("site_visits", 1)):
        for make in (record_sheets.workbook, record_sheets.text):
            with house.reading("lina") as view:
                shelf = books.open_to(view.session, view.viewer, book)
                here = Listing(book, shelf.book, books.projections(view.session, shelf))
                lines = queries.everything(view, here, Filters())
                with house.app.test_request_context():
                    content = make(view, shelf, lines, "zh-CN", frozenset(), t("books.identity"))
                name = "c.xlsx" if make is record_sheets.workbook else "c.csv"
                found = imports.examine(view, RECORDS, name, content, book)
            assert found.report is not None
            assert found.report.fates == {"known": rows}, (book, found.report.findings)


def test_a_record_of_somebody_else_stays_out_of_reach(house: House, customer: str) -> None:
    take(house, upload(house, sheet(line("HT-1"))), by="lina")
    with house.work() as work:
        record_id = work.session.scalars(select(Record.id)).one()
    head = (*HEAD, "记录标识（勿改）")
    found = report(house, upload(house, sheet((*line("HT-9"), record_id), head=head), by="wangqiang"))
    assert found["fates"] == {"good": 1}, "the head of sales reaches it"
    other = report(house, upload(house, sheet((*line("HT-9"), record_id), head=head), by="zhangwei"))
    assert {each["code"] for each in other["findings"] if each["level"] == "error"} == {"lookup.not_found"}
    with pytest.raises(Forbidden):
        upload(house, sheet(line("HT-2")), by="heping")
    with pytest.raises(Missing):
        upload(house, sheet(line("HT-2")), book="nothing")
    with pytest.raises(Missing), house.reading("sunli") as view:
        imports.get(view.session, view.viewer, upload(house, sheet(line("HT-7"))))


def test_a_large_list_is_taken_by_a_job(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "MOST_AT_ONCE", 50)
    rows = [line(f"HT-{number:05d}") for number in range(60)]
    upload_id = upload(house, sheet(*rows))
    load_handlers()
    drain(house.instance)
    assert report(house, upload_id)["fates"] == {"good": 60}
    with house.work("lina") as work:
        imports.take(work, upload_id, None, good_only=False)
    drain(house.instance)
    with house.work() as work:
        assert imports.get(work.session, None, upload_id).stored == 60
    assert len(kept(house)) == 60
