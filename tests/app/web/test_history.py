"""The history of fields, on pages, as a workbook and by the API: what changed, for whom, by which road."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from app.edge.runtime import runtime
from app.models.ledger import CustomerKey, Entry
from app.services import customer_feed, customer_files, field_history, records, requests
from app.services.field_history import About, History
from app.services.personal import destroy_key, opener
from app.work import Road
from tests.app.desk import answer, answers, apply_for, bring, case_of
from tests.app.web import desk_browser
from tests.app.web.desk_browser import speak
from tests.builders import House

FILE = {"name": "宁波蓝海物流有限公司", "credit_code": "91330200MA2LHWL03A", "industry": "G54", "currency": "CNY"}


@contextmanager
def history(house: House, by: str, what: Any, *address: str) -> Iterator[History]:
    with house.app.test_request_context(), house.reading(by) as view:
        about: About = what(view, *address)
        yield History(view, about, opener(view.session, runtime().keys))


def told(house: House, by: str, what: Any, *address: str, field: str = "") -> list[tuple[str, str, str, str]]:
    """(road, field, before, after) of every change, newest first."""
    with history(house, by, what, *address) as here:
        return [
            (act.road.value if act.road else "", change.key, *here.words(change, "en"))
            for act, change in here.everything(field)
        ]  # fmt: skip


@pytest.fixture
def customer(house: House) -> str:
    with house.work("lina") as work:
        work.road = Road.PAGE
        row = customer_files.register(work, {**FILE, "contact_name": "周航", "contact_phone": "13905741234"})
        version, id = row.row_version, row.id
    with house.work("lina") as work:
        work.road = Road.PAGE
        customer_files.update(work, id, version, {"contact_phone": "13905745678", "payment_days": "45"})
    return id


def test_a_file_tells_each_field_by_its_road(house: House, customer: str) -> None:
    with house.work("lina") as work:
        work.road = Road.API
        number = customer_files.customers.get(work, customer).number
        customer_feed.put(work, number, {**FILE, "payment_days": "60", "contact_name": "周航"})
    found = told(house, "lina", field_history.of_customer, customer)
    assert ("api", "payment_days", "45 days", "60 days") in found
    assert ("page", "payment_days", "", "45 days") in found
    phone = told(house, "lina", field_history.of_customer, customer, field="contact_phone")
    assert [(road, before, after) for road, _, before, after in phone] == [
        ("api", "13905745678", ""), ("page", "13905741234", "13905745678"), ("page", "", "13905741234"),
    ]  # fmt: skip
    assert ("page", "name", "", FILE["name"]) in found
    assert not [each for each in found if each[2:] == ("", "")]


def test_personal_values_are_sealed_in_the_ledger_and_go_with_their_key(house: House, customer: str) -> None:
    with house.work() as work:
        query = select(Entry.body).where(Entry.subject_id == customer)
        assert not any(b"13905745678" in body for body in work.session.scalars(query))
        destroy_key(work, customer, "requested by the person")
    with history(house, "lina", field_history.of_customer, customer) as here:
        states = {c.key: (c.before.state, c.after.state) for _, c in here.everything("contact_phone")}
    assert states == {"contact_phone": ("open", "erased")}, "the oldest act had nothing before"
    page = desk_browser.text(house.client("lina").get(f"/customers/{customer}/history?field=contact_phone"))
    assert "13905745678" not in page


def test_the_page_filters_exports_and_says_when_there_is_nothing(house: House, customer: str) -> None:
    client = house.client("lina")
    page = desk_browser.text(client.get(f"/customers/{customer}/history"))
    assert "变更历史" in page
    assert "周航" in page
    assert "页面" in page
    one = desk_browser.text(client.get(f"/customers/{customer}/history?field=payment_days"))
    assert "周航" not in one
    assert "45" in one
    none = desk_browser.text(client.get(f"/customers/{customer}/history?field=founded_on"))
    assert "这个字段没有变更记录" in none
    file = client.get(f"/customers/{customer}/history.xlsx?field=payment_days")
    rows = list(load_workbook(io.BytesIO(file.data)).active.iter_rows(values_only=True))  # type: ignore[union-attr]
    assert [row[2:6] for row in rows] == [("途径", "字段", "变更前", "变更后"), ("页面", "信用期限", None, "45 天")]
    with house.work() as work:
        assert work.session.scalar(select(Entry.verb).where(Entry.verb == "history.exported")) is not None
    speak(house, "lina", "en")
    assert "Change history" in desk_browser.text(client.get(f"/customers/{customer}/history"))
    label_link = f"/customers/{customer}/history?field=contact_name"
    assert label_link in desk_browser.text(client.get(f"/customers/{customer}/evidence"))


def test_who_may_not_see_the_subject_does_not_see_its_history(house: House, customer: str) -> None:
    client = house.client("zhangwei")
    for address in ("history", "history.xlsx", "history?field=name"):
        assert client.get(f"/customers/{customer}/{address}").status_code == 404
    assert client.get(f"/customers/{'0' * 32}/history").status_code == 404


def test_a_request_tells_saves_to_its_author_and_submissions_to_all(house: House) -> None:
    customer = bring(house)
    with house.work("lina") as work:
        row = requests.draft(work, answers(customer, "500000"))
        id, version = row.id, row.row_version
    with house.work("lina") as work:
        row = requests.own(work, id)
        requests.save(work, row, row.row_version, {"limit": "300000"})
    with house.work() as work:
        bodies = list(work.session.scalars(select(Entry.body).where(Entry.subject_id == id)))
        assert not any(b"500000.00" in body.split(b'"before"')[0] for body in bodies if b'"private"' not in body)
    with house.work("lina") as work:
        row = requests.own(work, id)
        case_id = requests.submit(work, row, row.row_version, {"limit": "200000"}).id
    mine = told(house, "lina", field_history.of_request, id, field="limit")
    assert [(before, after) for _, _, before, after in mine] == [
        ("CN¥300,000.00", "CN¥200,000.00"), ("CN¥500,000.00", "CN¥300,000.00"), ("", "CN¥500,000.00"),
    ]
    others = told(house, "wangqiang", field_history.of_request, id, field="limit")
    assert [before for _, _, before, _ in others] == [""], "what a draft said stays its author's"
    assert answer(house, case_id, "wangqiang", "return", "请补充", return_to="start") == "returned"
    with house.work("lina") as work:
        row = requests.own(work, id)
        requests.save(work, row, row.row_version, {"limit": "180000"})
    assert len(told(house, "wangqiang", field_history.of_request, id, field="limit")) == 1, "it has not come again yet"
    with house.work("lina") as work:
        row = requests.own(work, id)
        requests.submit(work, row, row.row_version, {"limit": "150000"})
    others, mine = (told(house, by, field_history.of_request, id, field="limit") for by in ("wangqiang", "lina"))
    assert [each[2:] for each in others[:1]] == [("CN¥200,000.00", "CN¥150,000.00")]
    assert len(others) == 2
    assert [each[2:] for each in mine[:2]] == [
        ("CN¥180,000.00", "CN¥150,000.00"), ("CN¥200,000.00", "CN¥180,000.00"),
    ]  # fmt: skip
    client = house.client("wangqiang")
    assert client.get(f"/requests/{id}/history").status_code == 200
    assert f"/requests/{id}/history?field=limit" in desk_browser.text(client.get(f"/requests/{id}"))
    assert house.client("zhangwei").get(f"/requests/{id}/history").status_code == 404
    assert version == 1


def test_a_draft_thrown_away_takes_what_it_said_with_it(house: House) -> None:
    with house.work("lina") as work:
        id = requests.draft(work, answers(bring(house), "500000")).id
    with house.work("lina") as work:
        row = requests.own(work, id)
        requests.delete(work, row, row.row_version)
    with house.work() as work:
        assert work.session.get_one(CustomerKey, id).wrapped is None


def test_a_hidden_field_of_a_case_has_no_history_for_its_applicant(house: House) -> None:
    case_id = apply_for(house, bring(house))
    request_id = case_of(house, case_id).request_id
    assert answer(house, case_id, "wangqiang", "approve", "同意") == "running"
    assert answer(house, case_id, "sunli", "approve", "同意", answers={"finance_opinion": "回款正常"}) == "running"
    found = told(house, "sunli", field_history.of_request, request_id, field="finance_opinion")
    assert [after for _, _, _, after in found] == ["回款正常"]
    assert told(house, "lina", field_history.of_request, request_id, field="finance_opinion") == []


def test_a_record_tells_its_history_and_names_what_a_lookup_names(house: House) -> None:
    customer = bring(house)
    raw = {"contract_no": "HT-1", "customer": customer, "subject": "仓储服务", "amount": "120,000.50",
           "signed_on": "2025-12-01", "status": "running"}  # fmt: skip
    with house.work("lina") as work:
        id = records.create(work, "contracts", raw).id
    with house.work("lina") as work:
        records.change(work, "contracts", id, 1, {"amount": "90000"})
    found = told(house, "lina", field_history.of_record, "contracts", id)
    assert found[0][1:] == ("amount", "CN¥120,000.50", "CN¥90,000.00")
    assert [after for _, key, _, after in found if key == "customer"] != [customer], "a name, not an id"
    client = house.client("lina")
    page = desk_browser.text(client.get(f"/books/contracts/{id}/history"))
    assert "HT-1" in page
    assert "变更前" in page
    assert f"/books/contracts/{id}/history?field=amount" in desk_browser.text(client.get(f"/books/contracts/{id}"))


def test_long_histories_are_read_page_by_page(house: House, customer: str) -> None:
    for days in range(1, 36):
        with house.work("lina") as work:
            row = customer_files.customers.get(work, customer)
            customer_files.update(work, customer, row.row_version, {"payment_days": str(days)})
    with history(house, "lina", field_history.of_customer, customer) as here:
        first = here.page("payment_days")
        second = here.page("payment_days", first.next)
    seen = [act.row.seq for page in (first, second) for act in page.acts]
    assert len(seen) == 36
    assert len(set(seen)) == 36
    assert second.next is None
    assert seen == sorted(seen, reverse=True)


def test_readers_of_old_entries_learn_no_road(house: House, customer: str) -> None:
    with house.reading("lina") as view:
        found = list(History(view, field_history.of_customer(view, customer), lambda *_: None).everything())
    assert {act.road for act, _ in found} == {Road.PAGE}
