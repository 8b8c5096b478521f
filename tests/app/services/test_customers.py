"""Customer files by the service: numbers, codes taken, owners, what the ledger keeps, two at once."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest
from sqlalchemy import func, select

from app.access import Conflict, Forbidden, Missing, Right
from app.models.customer import Customer
from app.models.ledger import Entry
from app.services import customer_files, customers
from rules import Invalid
from tests.builders import House

CODE = "91330200MA2LHWL03A"
RAW = {"name": "宁波蓝海物流有限公司", "credit_code": CODE, "industry": "G54", "currency": "CNY"}


def register(house: House, by: str = "lina", **more: Any) -> str:
    with house.work(by) as work:
        return customer_files.register(work, {**RAW, **more}).id


def test_names_sort_by_pinyin_and_initials_find_them() -> None:
    assert customers.sort_name("苏州恒瑞") == "su zhou heng rui|szhr"
    assert customers.sort_name("ABC 重庆") == "abc  chong qing|acq"
    assert len(customers.sort_name("龘" * 300)) == 400
    assert customers.sort_name("𠮷野家").endswith("yj")


def test_weights_follow_the_industry() -> None:
    assert [customers.variant_of(code) for code in ("C34", "G54", "F51", "A01", None, "")] == [
        "MFG", "SVC", None, None, None, None,
    ]  # fmt: skip


def test_numbers_run_on(house: House) -> None:
    first, second = register(house), register(house, credit_code="91320500MA1HDJG09C", name="另一家")
    with house.work() as work:
        numbers = [work.session.get_one(Customer, each).number for each in (first, second)]
    assert numbers == ["KH2026000001", "KH2026000002"]


def test_a_code_taken_names_its_customer_only_to_those_who_may_see_it(house: House) -> None:
    customer_id = register(house)
    with pytest.raises(Conflict) as mine:
        register(house, name="又一家")
    assert mine.value.code == "customer.credit_code_taken"
    assert mine.value.params["id"] == customer_id
    with pytest.raises(Conflict) as other:
        register(house, by="zhangwei")
    assert other.value.code == "customer.credit_code_elsewhere"
    assert set(other.value.params) == {"value"}
    with pytest.raises(Conflict) as head:
        register(house, by="wangqiang")
    assert head.value.code == "customer.credit_code_taken", "the head of sales sees the whole tree"


def test_two_at_once_make_one_customer(house: House) -> None:
    results: list[str] = []
    ready = threading.Barrier(2)

    def enter(by: str) -> None:
        ready.wait()
        try:
            results.append(register(house, by=by))
        except Conflict as conflict:
            results.append(conflict.code)

    threads = [threading.Thread(target=enter, args=(by,)) for by in ("lina", "zhangwei")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    refused = [each for each in results if "." in each]
    assert len(refused) == 1
    assert refused[0] in ("customer.credit_code_elsewhere", "row.duplicate", "database.busy")
    with house.work() as work:
        assert work.session.scalar(select(func.count()).select_from(Customer)) == 1


def test_every_rule_of_the_form_holds_on_every_road(house: House) -> None:
    with pytest.raises(Invalid) as wrong:
        register(house, credit_code="123", currency="", name="x", founded_on="2999-01-01")
    assert {p.path for p in wrong.value.problems} == {"/name", "/credit_code", "/currency", "/founded_on"}
    with pytest.raises(Invalid) as odd:
        register(house, hat="x")
    assert [p.code for p in odd.value.problems] == ["field.unknown"]
    with pytest.raises(Forbidden):
        register(house, by="sunli")


def test_a_change_tells_before_and_after_and_seals_what_is_personal(house: House) -> None:
    customer_id = register(house, contact_email="zhou@example.com", registered_capital="500万")
    with house.work("lina") as work:
        changed = {**RAW, "contact_email": "li@example.com", "registered_capital": "800万"}
        assert customer_files.update(work, customer_id, 1, changed)
    with house.work("lina") as work:
        assert not customer_files.update(work, customer_id, 2, changed), "nothing new leaves no trace"
    with house.work() as work:
        query = select(Entry.body).where(Entry.subject_id == customer_id).order_by(Entry.subject_seq)
        bodies = [json.loads(body) for body in work.session.scalars(query)]
    assert [body["verb"] for body in bodies] == ["customer.created", "customer.changed"]
    text = json.dumps(bodies, ensure_ascii=False)
    assert "li@example.com" not in text
    assert "zhou@example.com" not in text
    assert '"5000000"' in text
    assert '"8000000"' in text


def test_an_old_version_is_refused_with_who_and_when(house: House) -> None:
    customer_id = register(house)
    with house.work("wangqiang") as work:
        customer_files.update(work, customer_id, 1, {**RAW, "note": "先到"})
    with pytest.raises(Conflict) as late, house.work("lina") as work:
        customer_files.update(work, customer_id, 1, {**RAW, "note": "后到"})
    assert late.value.code == "row.changed_by"
    assert late.value.params["by"] == "王强"


def test_whose_file_may_be_written(house: House) -> None:
    customer_id = register(house)
    with pytest.raises(Missing), house.work("zhangwei") as work:
        customer_files.update(work, customer_id, 1, RAW)
    with pytest.raises(Missing), house.work("zhangwei") as work:
        customers.get(work, customer_id, Right.CUSTOMER_WRITE)
    with house.work() as work:
        row = customers.create(work, {"name": "无主客户", "number": "Z1", "currency": "CNY"}, source="import",
                               owner_id=house.ids["zhangwei"])
        department = row.department_id
    with house.reading("zhangwei") as view:
        assert department == view.viewer.department_id, "the department of the owner, not of who entered it"


def test_many_are_entered_together_and_the_one_that_cannot_be_is_named(house: House) -> None:
    register(house)
    new = [customers.New({"name": f"第{n}家", "number": f"B{n}", "currency": "CNY", "answers": {}}) for n in range(3)]
    with house.work("lina") as work:
        made = customers.create_all(work, new, source="import")
        assert [row.number for row in made] == ["B0", "B1", "B2"]
    for spoiled, code in (("credit_code", CODE), ("number", "B1")):
        values = {"name": "又一家", "number": "B9", "currency": "CNY", "answers": {}, spoiled: code}
        with pytest.raises(Conflict) as caught, house.work("lina") as work:
            customers.create_all(work, [customers.New({**values, "number": "B8"} if spoiled != "number" else values)],
                                 source="import")
        assert (caught.value.code, caught.value.params["value"]) == (f"customer.{spoiled}_taken", code)
    twice = [customers.New({"name": "两次", "number": "B7", "currency": "CNY", "answers": {}})] * 2
    with pytest.raises(Conflict) as caught, house.work("lina") as work:
        customers.create_all(work, twice, source="import")
    assert caught.value.params["value"] == "B7"
    with house.work() as work:
        assert work.session.scalar(select(func.count()).select_from(Customer)) == 4, "all of them or none"
        told = work.session.scalar(select(func.count()).select_from(Entry).where(Entry.verb == "customer.created"))
        assert told == 4
    with pytest.raises(Forbidden), house.work("sunli") as work:
        customers.create_all(work, new, source="desk")
