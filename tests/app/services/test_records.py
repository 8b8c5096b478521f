"""Records of books: one writer, who reaches what, what may be there once, what the ledger keeps, two at once."""

from __future__ import annotations

import json
import threading
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from app.access import Conflict, Forbidden, Missing
from app.models.ledger import Entry
from app.models.record import Record, RecordUnique, RecordValue
from app.queries import records as queries
from app.queries.keyset import START, Place
from app.queries.records import Filters, Listing, Wanted
from app.services import books, customer_files, records
from rules import Invalid
from tests.builders import House

CUSTOMER = {"name": "宁波蓝海物流有限公司", "credit_code": "91330200MA2LHWL03A", "industry": "G54", "currency": "CNY"}
CONTRACT = {"subject": "仓储服务", "amount": "120,000.50", "signed_on": "2025-12-01", "status": "running"}


def customer(house: House, by: str = "lina", **more: Any) -> str:
    with house.work(by) as work:
        return customer_files.register(work, {**CUSTOMER, **more}).id


def enter(house: House, by: str = "lina", book: str = "contracts", **raw: Any) -> str:
    with house.work(by) as work:
        return records.create(work, book, raw).id


def contract(house: House, number: str, customer_id: str, by: str = "lina", **more: Any) -> str:
    return enter(house, by, contract_no=number, customer=customer_id, **{**CONTRACT, **more})


def listed(house: House, by: str, filters: Filters | None = None, book: str = "contracts", **more: Any) -> list[str]:
    with house.reading(by) as view:
        shelf = books.open_to(view.session, view.viewer, book)
        listing = Listing(book, shelf.book, books.projections(view.session, shelf))
        return [row.title for row in queries.page(view, listing, filters or Filters(), START, **more).rows]


def entries(house: House, record_id: str) -> list[dict[str, Any]]:
    with house.work() as work:
        query = select(Entry.body).where(Entry.subject_type == "record", Entry.subject_id == record_id)
        return [json.loads(body) for body in work.session.scalars(query.order_by(Entry.id))]


def version(house: House, record_id: str) -> int:
    with house.work() as work:
        return work.session.get_one(Record, record_id).row_version


def test_a_record_is_checked_by_its_form_and_told_to_the_ledger(house: House) -> None:
    customer_id = customer(house)
    record_id = contract(house, "HT-001", customer_id)
    with house.work() as work:
        row = work.session.get_one(Record, record_id)
        assert (row.title, row.customer_id, row.status, row.source) == ("HT-001", customer_id, "kept", "desk")
        assert row.answers["amount"] == "120000.5"
    [entry] = entries(house, record_id)
    assert entry["verb"] == "record.created"
    assert entry["detail"]["book"] == "contracts"
    assert entry["detail"]["customer_id"] == customer_id
    assert entry["after"]["status"] == "running"
    assert entry["definitions"][0]["key"] == "contracts"


def test_every_problem_of_an_answer_is_told_at_once(house: House) -> None:
    customer_id = customer(house)
    with pytest.raises(Invalid) as caught:
        contract(house, "HT-1", customer_id, amount="many", signed_on="2027-01-01", colour="red")
    found = {(p.code, p.path) for p in caught.value.problems}
    assert found == {("number.invalid", "/amount"), ("date.future", "/signed_on"), ("field.unknown", "/colour")}
    with house.work() as work:
        assert work.session.scalar(select(Record.id)) is None, "nothing is half-written"


def test_a_number_is_there_once_until_its_record_is_removed(house: House) -> None:
    customer_id = customer(house)
    first = contract(house, "HT-1", customer_id)
    with pytest.raises(Invalid) as caught:
        contract(house, "HT-1", customer_id)
    assert [p.code for p in caught.value.problems] == ["field.not_unique"]
    with house.work("lina") as work:
        records.remove(work, "contracts", first, 1, "录入错误")
    second = contract(house, "HT-1", customer_id)
    with pytest.raises(Conflict) as conflict, house.work("lina") as work:
        records.restore(work, "contracts", first, version(house, first))
    assert conflict.value.code == "record.value_taken"
    with house.work("lina") as work:
        records.remove(work, "contracts", second, 1, "重复")
    with house.work("lina") as work:
        records.restore(work, "contracts", first, version(house, first))
    assert listed(house, "lina") == ["HT-1"]
    assert [e["verb"] for e in entries(house, first)] == ["record.created", "record.removed", "record.restored"]
    assert entries(house, first)[1]["reason"] == "录入错误"


def test_two_who_take_one_number_at_one_time(house: House) -> None:
    customer_id = customer(house)
    gate, told = threading.Barrier(2), []

    def run() -> None:
        gate.wait()
        try:
            contract(house, "HT-9", customer_id)
            told.append("kept")
        except (Conflict, Invalid) as error:
            told.append(type(error).__name__)

    crew = [threading.Thread(target=run) for _ in range(2)]
    for each in crew:
        each.start()
    for each in crew:
        each.join()
    assert sorted(told)[-1] == "kept"
    assert told.count("kept") == 1
    with house.work() as work:
        assert len(list(work.session.scalars(select(RecordUnique)))) == 1


def test_a_change_says_what_was_before_and_nothing_changes_silently(house: House) -> None:
    customer_id = customer(house)
    record_id = contract(house, "HT-1", customer_id)
    with house.work("lina") as work:
        assert records.change(work, "contracts", record_id, 1, {"amount": "120000.50"}) is False
        assert records.change(work, "contracts", record_id, 1, {"amount": "9万"}) is True
    [_, entry] = entries(house, record_id)
    assert (entry["before"], entry["after"]) == ({"amount": "120000.5"}, {"amount": "90000"})
    assert entry["detail"]["fields"] == ["amount"]
    with pytest.raises(Conflict) as old, house.work("lina") as work:
        records.change(work, "contracts", record_id, 1, {"amount": "1"})
    assert old.value.code == "row.changed_by"
    with house.work() as work:
        values = work.session.scalars(select(RecordValue.number).where(RecordValue.number.is_not(None)))
        assert list(values) == [Decimal("90000")]


def test_removing_wants_a_reason_and_a_removed_record_is_read_only(house: House) -> None:
    record_id = contract(house, "HT-1", customer(house))
    for reason, code in (("  ", "record.reason_needed"), ("长" * 501, "record.reason_long")):
        with pytest.raises(Invalid) as caught, house.work("lina") as work:
            records.remove(work, "contracts", record_id, 1, reason)
        assert [p.code for p in caught.value.problems] == [code]
    with house.work("lina") as work:
        records.remove(work, "contracts", record_id, 1, "录入错误")
    assert listed(house, "lina") == []
    assert listed(house, "lina", Filters(removed=True)) == ["HT-1"]
    with pytest.raises(Conflict) as caught_change, house.work("lina") as work:
        records.change(work, "contracts", record_id, version(house, record_id), {"amount": "1"})
    assert caught_change.value.code == "record.is_removed"


def test_records_go_with_their_customer(house: House) -> None:
    """zhangwei sells in another department: neither the record nor the customer is told."""
    customer_id = customer(house)
    record_id = contract(house, "HT-1", customer_id)
    assert listed(house, "zhangwei") == []
    assert listed(house, "wangqiang") == ["HT-1"], "the head of sales sees the whole tree"
    assert listed(house, "sunli") == ["HT-1"]
    for act in (
        lambda work: records.change(work, "contracts", record_id, 1, {"amount": "1"}),
        lambda work: records.remove(work, "contracts", record_id, 1, "x"),
        lambda work: records.get(work, "contracts", record_id),
    ):
        with pytest.raises(Missing), house.work("zhangwei") as work:
            act(work)
    with pytest.raises(Invalid) as caught:
        contract(house, "HT-2", customer_id, by="zhangwei")
    assert [(p.code, p.path) for p in caught.value.problems] == [("lookup.not_found", "/customer")]


def test_a_role_does_no_more_than_its_book_says(house: House) -> None:
    customer_id = customer(house)
    visit = {"customer": customer_id, "visited_on": "2025-12-20", "met": "王总", "impression": "good", "report": "正常"}
    record_id = enter(house, "lina", "site_visits", **visit)
    with pytest.raises(Forbidden), house.work("zhaolei") as work:
        records.create(work, "site_visits", visit)
    with pytest.raises(Missing), house.work("chenan") as work:
        records.get(work, "site_visits", record_id)
    with house.work("zhoumin") as work:
        shelf, _ = records.get(work, "site_visits", record_id)
        assert "met" not in records.writable(work, shelf)
    [entry] = entries(house, record_id)
    assert set(entry["after"]["met"]) >= {"commitment"}, "personal answers enter the ledger sealed"
    assert "王总" not in json.dumps(entry, ensure_ascii=False)


def test_a_list_is_narrowed_sorted_and_paged(house: House) -> None:
    customer_id = customer(house)
    other = customer(house, name="上海另一家有限公司", credit_code="91320500MA1HDJG09C")
    for number in range(7):
        contract(
            house, f"HT-{number}", customer_id if number % 2 else other, amount=str(1000 * (number % 4)),
            signed_on=f"2025-11-0{number + 1}", status="done" if number > 4 else "running",
        )  # fmt: skip
    assert listed(house, "sunli", sort="signed_on", descending=True)[:2] == ["HT-6", "HT-5"]
    assert listed(house, "sunli", sort="amount") == ["HT-0", "HT-4", "HT-1", "HT-5", "HT-2", "HT-6", "HT-3"]
    assert listed(house, "sunli", Filters({"status": Wanted("done")}), sort="contract_no") == ["HT-5", "HT-6"]
    some = Filters({"amount": Wanted(low=Decimal(1000), high=Decimal(2000)), "customer": Wanted(customer_id)})
    assert listed(house, "sunli", some, sort="contract_no") == ["HT-1", "HT-5"]
    late = Filters({"signed_on": Wanted(low="2025-11-06")})
    assert listed(house, "sunli", late, sort="contract_no") == ["HT-5", "HT-6"]
    assert listed(house, "sunli", Filters(search="ht-3")) == ["HT-3"]
    assert listed(house, "sunli", Filters(customer_id=other), sort="contract_no") == ["HT-0", "HT-2", "HT-4", "HT-6"]
    with house.reading("sunli") as view:
        shelf = books.open_to(view.session, view.viewer, "contracts")
        listing = Listing("contracts", shelf.book, books.projections(view.session, shelf))
        seen, place = [], START
        while True:
            found = queries.page(view, listing, Filters(), place, sort="amount", descending=True, limit=3)
            seen += [row.title for row in found.rows]
            if found.next is None:
                break
            place = Place(after=found.next)
        first = Place(before=found.rows[0].id)
        back = queries.page(view, listing, Filters(), first, sort="amount", descending=True, limit=3)
    assert seen == ["HT-3", "HT-6", "HT-2", "HT-5", "HT-1", "HT-4", "HT-0"]
    assert [row.title for row in back.rows] == ["HT-5", "HT-1", "HT-4"]


def test_records_without_a_value_come_last_either_way(house: House) -> None:
    customer_id = customer(house)
    contract(house, "HT-1", customer_id)
    contract(house, "HT-2", customer_id, ends_on="2026-06-30")
    for descending in (False, True):
        assert listed(house, "sunli", sort="ends_on", descending=descending) == ["HT-2", "HT-1"]


def test_a_form_without_a_book_has_no_records(house: House) -> None:
    with pytest.raises(Missing), house.work("lina") as work:
        records.create(work, "customer", {})
    with pytest.raises(Missing), house.work("lina") as work:
        records.create(work, "nothing", {})


def test_days_pass_between_acts(house: House) -> None:
    """`today` in a formula of the form is the day of the act."""
    customer_id = customer(house)
    with pytest.raises(Invalid):
        contract(house, "HT-1", customer_id, signed_on="2026-01-06")
    house.instance.clock.forward(days=1)  # type: ignore[attr-defined]
    assert contract(house, "HT-1", customer_id, signed_on="2026-01-06")
