"""A form gains a serial number with things on file: each gets one at its next save, or all by a job."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import pytest
from sqlalchemy import select

from app import gallery
from app.access import Conflict, Forbidden
from app.jobs import load_handlers
from app.jobs.embedded import drain
from app.models.customer import Customer
from app.models.ledger import Entry
from app.models.record import Record
from app.services import customer_files, definitions, numbering, records
from app.services.lookups import Lookups
from tests.app.desk import bring
from tests.app.web.desk_browser import post
from tests.builders import House

SERIAL = {"id": "f_90", "key": "serial_no", "type": "serial", "label": {"zh-CN": "流水号"}, "pattern": "N{yyyy}-{n:3}",
          "reset": "never"}  # fmt: skip
RAW = {"subject": "仓储服务", "amount": "1000", "signed_on": "2025-12-01", "status": "running"}


def gain(house: House, key: str, **more: Any) -> None:
    """The published form `key` asks for a serial number from now on."""
    body = deepcopy(gallery.read(f"forms/{key}")["body"])
    body["sections"][0]["fields"].append({**SERIAL, **more})
    with house.work("zhoumin") as work:
        row = definitions.draft(work, "form", key, {"zh-CN": key}, body)
        definitions.publish(work, row, row.row_version)


def number(house: House, book: str | None) -> None:
    with house.work("zhoumin") as work:
        numbering.start(work, book)
    load_handlers()
    drain(house.instance)


@pytest.fixture
def contracts(house: House) -> list[str]:
    customer = bring(house, "C2", owner="lina")
    made = []
    for place in range(3):
        with house.work("lina") as work:
            raw = {**RAW, "contract_no": f"HT-{place}", "customer": customer}
            made.append(records.create(work, "contracts", raw).id)
    return made


def serials(house: House) -> dict[str, Any]:
    with house.work() as work:
        return {row.title: row.answers.get("serial_no") for row in work.session.scalars(select(Record))}


def test_what_is_on_file_is_numbered_at_its_next_save(house: House, contracts: list[str]) -> None:
    gain(house, "contracts")
    with house.work("lina") as work:
        records.change(work, "contracts", contracts[1], 1, {"amount": "2000"})
    assert serials(house) == {"HT-0": None, "HT-1": "N2026-001", "HT-2": None}


def test_all_are_numbered_by_one_act_and_none_twice(house: House, contracts: list[str]) -> None:
    gain(house, "contracts")
    with house.work("lina") as work:
        records.change(work, "contracts", contracts[1], 1, {"amount": "2000"})
    with house.work("lina") as work:
        row = work.session.get_one(Record, contracts[2])
        records.remove(work, "contracts", contracts[2], row.row_version, "录入错误")
    number(house, "contracts")
    number(house, "contracts")
    assert serials(house) == {"HT-0": "N2026-002", "HT-1": "N2026-001", "HT-2": None}
    with house.work() as work:
        bodies = work.session.scalars(select(Entry.body).where(Entry.subject_id == contracts[0]).order_by(Entry.id))
        last = json.loads(list(bodies)[-1])
    assert (last["verb"], last["after"]) == ("record.changed", {"serial_no": "N2026-002"})
    assert last["detail"]["road"] == "job"
    with house.work("lina") as work:
        found = Lookups(work.session, work.viewer).find("form:contracts", contracts[0])
        assert found is not None
        assert found["serial_no"] == "N2026-002"


def test_what_would_lose_an_answer_is_left_alone(house: House, contracts: list[str]) -> None:
    with house.work() as work:
        row = work.session.get_one(Record, contracts[0])
        row.answers = {**row.answers, "amount": "no number any more"}
        work.record(records.Verb.RECORD_CHANGED, records.subject(row))
    gain(house, "contracts")
    number(house, "contracts")
    assert serials(house) == {"HT-0": None, "HT-1": "N2026-001", "HT-2": "N2026-002"}


def test_customers_are_numbered_too(house: House) -> None:
    raw = {"name": "宁波蓝海物流有限公司", "credit_code": "91330200MA2LHWL03A", "industry": "G54", "currency": "CNY"}
    with house.work("lina") as work:
        first = customer_files.register(work, raw).id
    second = bring(house, "C1", owner="lina")
    gain(house, "customer")
    with house.work("lina") as work:
        row = work.session.get_one(Customer, first)
        assert customer_files.update(work, first, row.row_version, {"payment_days": "30"})
    number(house, None)
    with house.work() as work:
        found = [work.session.get_one(Customer, each).answers["serial_no"] for each in (first, second)]
    assert found == ["N2026-001", "N2026-002"]


def test_who_may_and_one_at_a_time(house: House, contracts: list[str]) -> None:
    gain(house, "contracts")
    with pytest.raises(Forbidden), house.work("lina") as work:
        numbering.start(work, "contracts")
    page = house.client("zhoumin").get("/books/contracts").get_data(as_text=True)
    assert "补编流水号" in page
    assert "补编流水号" not in house.client("lina").get("/books/contracts").get_data(as_text=True)
    client = house.client("zhoumin")
    assert post(client, "/books/contracts", "/books/contracts/number").status_code == 303
    with pytest.raises(Conflict), house.work("zhoumin") as work:
        numbering.start(work, None)
    again = post(client, "/books/contracts", "/books/contracts/number", follow_redirects=True)
    assert "不会重复启动" in again.get_data(as_text=True)
