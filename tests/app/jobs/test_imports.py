"""Large lists by their job: stopped and taken back, gone on with after a killed process, nothing twice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select

from app.access import Conflict
from app.jobs import drain, load_handlers
from app.jobs import imports as job
from app.jobs.embedded import claim, perform
from app.jobs.run import Interrupted
from app.models.credit import ExposureItem
from app.models.customer import Customer
from app.models.job import Job
from app.models.ledger import Entry
from app.models.record import Record, RecordUnique, RecordValue
from app.models.upload import ImportRow, Upload
from app.services import imports, records
from app.services import jobs as job_rows
from app.services.imports_survey import CUSTOMERS, ITEMS, RECORDS
from bench.imports import content
from tests.app.desk import bring
from tests.app.services.test_imports import ITEM_HEAD, item, text
from tests.app.services.test_imports_records import line, sheet
from tests.builders import Clock, House
from tests.shared import ROOT

ROWS = 60


@pytest.fixture(autouse=True)
def small(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists are large from fifty rows on, and batches have ten."""
    load_handlers()
    bring(house, "C2", owner="lina")
    monkeypatch.setattr(imports, "MOST_AT_ONCE", 50)
    monkeypatch.setattr(job, "BATCH", 10)


def begun(house: House, content: bytes, kind: str = RECORDS, by: str = "lina") -> str:
    """A list whose taking over is queued; returns the upload's id."""
    with house.reading(by) as view:
        found = imports.examine(view, kind, "l.csv", content, "contracts" if kind == RECORDS else None)
    with house.work(by) as work:
        upload_id = imports.keep(work, found).id
    drain(house.instance)
    with house.work(by) as work:
        assert imports.take(work, upload_id, None, good_only=False).status == "importing"
    return upload_id


def interrupt(house: House, monkeypatch: pytest.MonkeyPatch, batches: int) -> None:
    """Run the job until it has stored so many batches, then let its process go down."""
    stored, store = [0], imports.store

    def counting(*given: Any) -> int:
        if stored[0] == batches:
            raise Interrupted
        stored[0] += 1
        return store(*given)

    with monkeypatch.context() as patched:
        patched.setattr(imports, "store", counting)
        run = claim(house.instance)
        assert run is not None
        perform(run)


def count(house: House, table: Any) -> int:
    with house.work() as work:
        return work.session.scalar(select(func.count()).select_from(table)) or 0


def upload(house: House, upload_id: str) -> Upload:
    with house.work() as work:
        return work.session.get_one(Upload, upload_id)


def undone(house: House) -> dict[str, Any]:
    """What the entry of the stopped import says."""
    with house.work() as work:
        [entry] = work.session.scalars(select(Entry).where(Entry.verb == "import.undone"))
        detail: dict[str, Any] = json.loads(entry.body)["detail"]
        return detail


def many(**more: str) -> bytes:
    return sheet(*(line(f"HT-{number:03}", **more) for number in range(ROWS)))


def test_a_stopped_import_leaves_nothing_behind(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    upload_id = begun(house, many())
    interrupt(house, monkeypatch, 3)
    assert (count(house, Record), count(house, ImportRow)) == (30, 30)
    with house.work("lina") as work:
        imports.stop(work, upload_id)
    drain(house.instance)
    for table in (Record, RecordValue, RecordUnique, ImportRow):
        assert count(house, table) == 0, table
    row = upload(house, upload_id)
    assert (row.status, row.stored) == ("undone", 0)
    told = undone(house)
    assert (told["taken_back"], told["kept"]) == (30, 0)
    with house.work() as work:
        verbs = list(work.session.scalars(select(Entry.verb).where(Entry.subject_type == "record")))
    assert (verbs.count("record.created"), verbs.count("record.withdrawn")) == (30, 30), "the ledger tells both"
    with house.work("lina") as work, pytest.raises(Conflict):
        imports.stop(work, upload_id)
    again = begun(house, many())
    drain(house.instance)
    assert (upload(house, again).status, count(house, Record)) == ("imported", ROWS), "its values are free again"


def test_what_was_changed_is_as_before_and_what_others_touched_stays(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun(house, many(amount="100"))
    drain(house.instance)
    upload_id = begun(house, many(amount="200"))
    interrupt(house, monkeypatch, 2)
    with house.work("lina") as work:
        row = work.session.scalars(select(Record).where(Record.title == "HT-005")).one()
        assert row.answers["amount"] == "200"
        records.change(work, "contracts", row.id, row.row_version, {"amount": "300"})
        imports.stop(work, upload_id)
    drain(house.instance)
    with house.work() as work:
        amounts = {each.title: each.answers["amount"] for each in work.session.scalars(select(Record))}
    assert amounts.pop("HT-005") == "300"
    assert set(amounts.values()) == {"100"}
    assert (undone(house)["taken_back"], undone(house)["kept"], upload(house, upload_id).stored) == (19, 1, 1)


def test_customers_are_taken_back_unless_something_refers_to_them(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = count(house, Customer)
    upload_id = begun(house, content(CUSTOMERS, ROWS), CUSTOMERS, "sunli")
    interrupt(house, monkeypatch, 2)
    assert count(house, Customer) == before + 20
    with house.work() as work:
        used = work.session.scalars(select(Customer.id).where(Customer.source == "import").limit(1)).one()
        work.session.add(ExposureItem(
            customer_id=used, source="x", category="order", document="1", amount=Decimal(1), currency="CNY",
            amount_cny=Decimal(1), issued_on=date(2025, 1, 1), imported_at=work.now,
        ))  # fmt: skip
    with house.work("sunli") as work:
        imports.stop(work, upload_id)
    drain(house.instance)
    assert count(house, Customer) == before + 1
    assert undone(house)["kept"] == 1


def test_open_items_are_as_they_were(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    first = text(*(item(f"R{n}", "C2") for n in range(ROWS)), head=ITEM_HEAD)
    begun(house, first, ITEMS, "sunli")
    drain(house.instance)

    def stand() -> list[Any]:
        with house.work() as work:
            columns = ExposureItem.document, ExposureItem.amount, ExposureItem.imported_at, ExposureItem.open
            total = work.session.scalars(select(Customer.exposure).where(Customer.number == "C2")).one()
            return [total, *work.session.execute(select(*columns).order_by(ExposureItem.document)).all()]

    before = stand()
    house.instance.clock.forward(minutes=5)  # type: ignore[attr-defined]
    changed = text(*(item(f"R{n + 10}", "C2", amount="77") for n in range(ROWS)), head=ITEM_HEAD)
    upload_id = begun(house, changed, ITEMS, "sunli")
    interrupt(house, monkeypatch, 5)
    assert stand() != before
    with house.work("sunli") as work:
        imports.stop(work, upload_id)
    drain(house.instance)
    assert stand() == before


def test_an_import_whose_job_ended_is_taken_back_by_another(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    upload_id = begun(house, many())
    interrupt(house, monkeypatch, 1)
    with house.work("chenan") as work:
        job_rows.cancel(work, str(upload(house, upload_id).job_id))
    drain(house.instance)
    assert (upload(house, upload_id).status, count(house, Record)) == ("importing", 10)
    with house.work("lina") as work:
        imports.stop(work, upload_id)
    drain(house.instance)
    assert (upload(house, upload_id).status, count(house, Record)) == ("undone", 0)


# Runs due jobs in small batches, and says so before each of them.
TELLING = """
from app import create_app
from app.jobs import drain, imports, load_handlers
from app.services import imports as service
from config import Settings

load_handlers()
imports.BATCH, store = 5, service.store
service.store = lambda *given: (print("batch", flush=True), store(*given))[1]
drain(next(each for each in create_app(Settings.load()).extensions.values() if hasattr(each, "database")))
"""


def test_a_killed_process_is_gone_on_from_without_a_row_twice(house: House) -> None:
    rows = 600
    upload_id = begun(house, sheet(*(line(f"HT-{number:04}") for number in range(rows))))
    settings = house.instance.settings
    environment = {
        **os.environ, "CREDENCE_HOME": str(settings.home), "CREDENCE_DATABASE": settings.database,
        "CREDENCE_JOBS": "off",
    }  # fmt: skip
    process = subprocess.Popen([sys.executable, "-c", TELLING], cwd=ROOT, env=environment, stdout=subprocess.PIPE)
    with process:
        assert process.stdout is not None
        for _ in range(5):
            assert process.stdout.readline() == b"batch\n", "the process ended before it was killed"
        process.send_signal(signal.SIGKILL)
    there = count(house, Record)
    assert 20 <= there < rows
    clock = house.instance.clock
    assert isinstance(clock, Clock)
    with house.work() as work:
        lease = work.session.scalars(select(Job.lease_until).where(Job.name == imports.TAKE)).one()
    assert lease is not None
    clock.now = max(clock.now, lease)
    clock.forward(minutes=2)  # its lease lapses
    drain(house.instance)
    row = upload(house, upload_id)
    assert (row.status, row.stored, count(house, Record)) == ("imported", rows, rows)
    with house.work() as work:
        created = select(func.count()).where(Entry.verb == "record.created")
        assert work.session.scalar(created) == rows
        titles = select(func.count(Record.title.distinct()))
        assert work.session.scalar(titles) == rows
