"""Books on pages: listed, narrowed, entered, changed, removed, brought back, exported, and views of them saved."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select

from app.models.ledger import Entry
from app.models.record import Record, SavedView
from app.services import records
from tests.app.desk import bring
from tests.app.web import desk_browser
from tests.app.web.desk_browser import post, speak
from tests.builders import House

RAW = {"subject": "仓储服务", "amount": "120,000.50", "signed_on": "2025-12-01", "status": "running"}


@pytest.fixture
def customer(house: House) -> str:
    return bring(house, "C2", owner="lina")


def text(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return desk_browser.text(answer)


def enter(house: House, customer: str, number: str, by: str = "lina", **more: Any) -> str:
    with house.work(by) as work:
        return records.create(work, "contracts", {**RAW, "contract_no": number, "customer": customer, **more}).id


def test_an_empty_book_says_what_to_do(house: House) -> None:
    assert "还没有记录" in text(house.client("lina"), "/books/contracts")
    assert "有人登记后" in text(house.client("heping"), "/books/contracts")
    index = text(house.client("lina"), "/books")
    assert all(title in index for title in ("合同台账", "担保台账", "走访记录"))


def test_a_record_is_entered_and_read(house: House, customer: str) -> None:
    client = house.client("lina")
    address = "/books/contracts/new"
    typed = [("customer", customer), ("contract_no", "HT-1"), *RAW.items()]
    refused = post(client, address, typed=[*typed[:2], ("amount", "很多")])
    assert refused.status_code == 422
    html = refused.get_data(as_text=True)
    assert "“很多”不是有效的数字" in html
    assert 'value="HT-1"' in html, "what was typed is kept"
    answer = post(client, address, typed=typed)
    assert answer.status_code == 303
    page = text(client, answer.location)
    for said in ("HT-1", "¥120,000.50", "2025年12月1日", "履行中", "李娜在台账「合同台账」登记了「HT-1」"):
        assert said in page
    assert "HT-1" in text(client, "/books/contracts")
    another = post(client, address, typed=[*typed[:1], ("contract_no", "HT-2"), *typed[2:], ("action", "another")])
    assert another.location.endswith("/books/contracts/new")


def test_a_change_shows_before_and_after(house: House, customer: str) -> None:
    record_id = enter(house, customer, "HT-1")
    client = house.client("lina")
    address = f"/books/contracts/{record_id}/edit"
    typed = [("customer", customer), ("contract_no", "HT-1"), *{**RAW, "amount": "9万", "status": "done"}.items()]
    assert post(client, address, typed=typed).status_code == 303
    page = text(client, f"/books/contracts/{record_id}")
    assert "李娜修改了台账「合同台账」中「HT-1」的合同金额、状态" in page
    assert "<del>¥120,000.50</del> → <ins>¥90,000.00</ins>" in page
    assert "<del>履行中</del> → <ins>已履行完毕</ins>" in page
    old = post(client, "/books/contracts", address, typed=[*typed, ("row_version", "1")])
    assert old.status_code == 409
    assert "李娜" in old.get_data(as_text=True)
    speak(house, "lina", "en")
    english = text(client, f"/books/contracts/{record_id}")
    assert "李娜 changed Amount, Status of “HT-1” in the book Contracts" in english


def test_removing_asks_for_a_reason(house: House, customer: str) -> None:
    record_id = enter(house, customer, "HT-1")
    client = house.client("lina")
    page = f"/books/contracts/{record_id}"
    refused = post(client, page, f"{page}/remove", typed=[("reason", " ")])
    assert refused.status_code == 422
    assert "请写明移除原因" in refused.get_data(as_text=True)
    assert post(client, page, f"{page}/remove", typed=[("reason", "重复登记")]).status_code == 303
    gone = text(client, page)
    assert "原因：重复登记" in gone
    assert "恢复" in gone
    assert "/edit" not in gone
    assert "HT-1" not in text(client, "/books/contracts")
    assert "HT-1" in text(client, "/books/contracts?removed=1")
    with house.work() as work:
        version = work.session.get_one(Record, record_id).row_version
    assert post(client, page, f"{page}/restore", typed=[("row_version", str(version))]).status_code == 303
    assert "HT-1" in text(client, "/books/contracts")


def test_someone_elses_record_is_not_there(house: House, customer: str) -> None:
    record_id = enter(house, customer, "HT-1")
    client = house.client("zhangwei")
    page = f"/books/contracts/{record_id}"
    for address in (page, f"{page}/edit", "/books/nothing", "/books/customer"):
        assert client.get(address).status_code == 404
    assert "HT-1" not in text(client, "/books/contracts")
    assert house.client("heping").get("/books/contracts/new").status_code == 403
    assert house.client("chenan").get("/books").status_code == 403


def test_the_list_is_narrowed_and_says_what_it_cannot_read(house: House, customer: str) -> None:
    enter(house, customer, "HT-1")
    enter(house, customer, "HT-2", amount="5000", status="done", signed_on="2025-11-03")
    client = house.client("sunli")
    assert "HT-1" not in text(client, "/books/contracts?f.status=done")
    assert "HT-2" not in text(client, "/books/contracts?f.amount.min=1万")
    assert "HT-2" not in text(client, "/books/contracts?f.signed_on.min=2025-12-01&sort=amount&way=down")
    odd = text(client, "/books/contracts?f.amount.min=viel&f.signed_on.max=gestern&sort=colour&after=zzz")
    assert "以下筛选条件无法识别" in odd
    assert "HT-1" in odd
    assert "没有符合条件的记录" in text(client, "/books/contracts?q=zzzz")
    assert "HT-2" in text(client, f"/books/contracts?customer={customer}")


def test_a_view_is_saved_and_forgotten(house: House, customer: str) -> None:
    enter(house, customer, "HT-1")
    client = house.client("lina")
    page = "/books/contracts?f.status=running"
    kept = [("name", "履行中的"), ("f.status", "running"), ("evil", "x")]
    saved = post(client, page, "/books/contracts/views", typed=kept)
    assert saved.location.endswith("/books/contracts?f.status=running")
    assert "履行中的" in text(client, "/books/contracts")
    assert "履行中的" not in text(house.client("wangqiang"), "/books/contracts"), "a view is one's own"
    with house.work() as work:
        view = work.session.scalars(select(SavedView)).one()
        assert view.query == {"f.status": "running"}
    stranger = post(house.client("wangqiang"), "/books/contracts", f"/books/contracts/views/{view.id}/forget")
    assert stranger.status_code == 404
    assert post(client, page, f"/books/contracts/views/{view.id}/forget").status_code == 303
    assert "履行中的" not in text(client, "/books/contracts")
    nameless = post(client, page, "/books/contracts/views", typed=[("name", " ")])
    assert "请为视图取一个名称" in text(client, nameless.location)


def test_an_export_holds_what_the_list_shows_and_is_noted(house: House, customer: str) -> None:
    enter(house, customer, "HT-1", subject="=1+1")
    enter(house, customer, "HT-2", amount="5000", status="done")
    client = house.client("lina")
    answer = client.get("/books/contracts/export.xlsx?f.status=running")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    rows = list(load_workbook(io.BytesIO(answer.data)).active.iter_rows(values_only=True))
    assert len(rows) == 2
    row = dict(zip(rows[0], rows[1], strict=True))
    assert row["合同编号"] == "HT-1"
    assert row["合同标的"] == "'=1+1", "text that a spreadsheet would compute stays text"
    assert row["客户"] == "C2"
    assert next(cell for head, cell in row.items() if head.startswith("合同金额")) == 120000.5
    lines = list(csv.reader(io.StringIO(client.get("/books/contracts/export.csv").data.decode("utf-8-sig"))))
    assert [line[0] for line in lines] == ["合同编号", "HT-2", "HT-1"], "the newest first where the day is one"
    with house.work() as work:
        bodies = work.session.scalars(select(Entry.body).where(Entry.verb == "records.exported")).all()
    first = json.loads(bodies[0])["detail"]
    assert (first["book"], first["count"], first["filters"]) == ("contracts", 1, {"f.status": "running"})


def test_hidden_fields_leave_every_road(house: House, customer: str) -> None:
    with house.work("lina") as work:
        raw = {"customer": customer, "visited_on": "2025-12-20", "met": "王总", "impression": "good", "report": "正常"}
        record_id = records.create(work, "site_visits", raw).id
    seen, unseen = house.client("sunli"), house.client("zhoumin")
    page = f"/books/site_visits/{record_id}"
    assert "王总" in text(seen, page)
    for address in (page, "/books/site_visits"):
        assert "王总" not in text(unseen, address)
    assert "会见人员" not in unseen.get("/books/site_visits/export.csv").data.decode("utf-8-sig")
    assert "王总" in seen.get("/books/site_visits/export.csv").data.decode("utf-8-sig")


def test_a_page_being_written_is_checked_live(house: House, customer: str) -> None:
    client: FlaskClient = house.client("lina")
    typed = [("customer", customer), ("visited_on", "2025-12-20"), ("impression", "poor")]
    answer = post(client, "/books/site_visits/new", "/books/site_visits/check", typed=typed)
    assert answer.status_code == 200
    html = answer.get_data(as_text=True)
    assert "part-signs" in html, "a poor impression asks for the signs"


def test_the_file_of_a_customer_shows_what_the_books_hold(house: House, customer: str) -> None:
    enter(house, customer, "HT-1")
    html = text(house.client("lina"), f"/customers/{customer}/records")
    assert "HT-1" in html
    assert html.count("还没有记录") == 2, "the two other books hold nothing of it"
    assert f"/books/guarantees/new?customer={customer}" in html
    assert "/new?customer=" not in text(house.client("heping"), f"/customers/{customer}/records")
    assert house.client("zhangwei").get(f"/customers/{customer}/records").status_code == 404
