"""Demo data goes in one act, with all that people did with it; own customers and the ledger stay as they are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from app.access import Conflict, Forbidden
from app.db import Base
from app.edge.transaction import begin_work
from app.jobs import demo, demo_removal, drain, load_handlers
from app.models.case import Case, CaseEvent, CreditRequest, Decision, Task
from app.models.credit import CreditLimit, ExposureItem, FxRate, Rating
from app.models.customer import Customer, Evidence, Occurrence
from app.models.demo import DemoCustomer
from app.models.file import FileHolder, FileUpload, StoredFile
from app.models.job import Job
from app.models.ledger import CustomerKey, Entry
from app.models.record import Record, RecordUnique, RecordValue
from app.queries import demo_data as queries
from app.services import demo_data, ledger, personal, records, verification
from app.work import SYSTEM
from forms.fields.files import File
from rules import Invalid
from tests.app.desk import answer, apply_for, bring
from tests.app.services.filed import PDF, ask, put, setup
from tests.builders import Clock, House, csrf_of

CUSTOMERS = 14
WORDS = "删除演示数据"
PHRASES = (WORDS, "remove demo data")
STAGES = ["demo.portfolio", "demo.books", "demo.ratings", "demo.finish"]
LEFT = (
    CaseEvent, CreditLimit, Decision, Evidence, ExposureItem, FileHolder, Occurrence, Rating, RecordUnique, RecordValue,
    Task,
)  # fmt: skip


@dataclass
class Mixed:
    """A house with a demo, in which people went on to work: with demo customers and with one of their own."""

    house: House
    own: str
    demo: str
    records: tuple[str, str]  # one about a demo customer, one about the own customer
    cases: tuple[str, str]

    def counts(self, *models: type[Base]) -> dict[str, int]:
        with self.house.work() as work:
            return {
                each.__name__: work.session.scalar(select(func.count()).select_from(each)) or 0 for each in models
            }

    def remove(self, by: str = "chenan") -> Job:
        with self.house.work(by) as work:
            job_id = demo_data.start(work, WORDS, PHRASES).id
        drain(self.house.instance)
        with self.house.work() as work:
            return work.session.get_one(Job, job_id)


def _contract(house: House, number: str, customer_id: str, file: File) -> str:
    with house.work("lina") as work:
        raw = {
            "contract_no": number, "customer": customer_id, "subject": "设备", "amount": "500000",
            "signed_on": "2025-12-01", "status": "running", "papers": [{"hash": file.hash}],
        }  # fmt: skip
        return records.create(work, "contracts", raw).id


@pytest.fixture
def mixed(house: House, clock: Clock) -> Mixed:
    load_handlers()
    past = clock() - timedelta(days=demo.DAYS)
    now, clock.now = clock(), past
    with begin_work(house.instance, SYSTEM) as work:
        demo.begin(work, CUSTOMERS, now, STAGES)
    clock.now = now
    demo.run_stages(house.instance)
    clock.forward(hours=1)
    with house.work() as work:
        query = select(Customer).where(Customer.owner_id == house.ids["lina"], Customer.number.like("C0%"))
        chosen = work.session.scalars(query.order_by(Customer.number)).first()
        assert chosen is not None
    own = bring(house, number="OWN-1")
    ask(house, "contracts", setup("attachment", "papers", "f_77"))
    kept, gone = put(house, "lina", PDF), put(house, "lina", PDF + b"\n%demo")
    made = (_contract(house, "D-1", chosen.id, gone), _contract(house, "O-1", own, kept))
    cases = (apply_for(house, chosen.id, "9000000", guarantees=_security()), apply_for(house, own))
    for case in cases:
        clock.forward(minutes=5)
        answer(house, case, "wangqiang")
    return Mixed(house, own, chosen.id, made, cases)


def _security() -> list[dict[str, Any]]:
    return [{"guarantor": "实际控制人", "kind": "guarantee", "amount": "5000000"}]


def test_nothing_of_the_demo_is_left_and_all_of_the_own(mixed: Mixed) -> None:
    house = mixed.house
    with house.reading("chenan") as view:
        found = queries.demo_data(view)
    assert (found.customers, found.own, found.cases, found.later_cases, found.later_records) == (20, 1, 1, 1, 1)
    assert found.records > 1
    assert found.files == 1
    own = [
        select(model).where(model.customer_id == mixed.own) for model in (Rating, Evidence, CreditRequest, Case, Record)
    ]
    with house.work() as work:
        before = [len(work.session.scalars(query).all()) for query in own]
        decided = work.session.scalar(select(func.count()).where(Decision.case_id == mixed.cases[1]))
    assert min(before) >= 1
    job = mixed.remove()
    assert (job.status, job.result, job.progress) == (
        "done", {"customers": 20, "cases": 1, "records": found.records, "files": 1}, 20,
    )  # fmt: skip
    with house.work() as work:
        assert work.session.scalars(select(Customer.id)).all() == [mixed.own]
        assert [len(work.session.scalars(query).all()) for query in own] == before
        assert work.session.scalars(select(Case.id)).all() == [mixed.cases[1]]
        assert work.session.scalars(select(Record.id)).all() == [mixed.records[1]]
        assert set(work.session.scalars(select(Decision.case_id))) == {mixed.cases[1]}
        assert work.session.scalar(select(func.count()).select_from(Decision)) == decided
        for model in (Evidence, Rating, ExposureItem, Occurrence, CreditLimit):
            assert set(work.session.scalars(select(model.customer_id))) <= {mixed.own}, model
        assert set(work.session.scalars(select(RecordValue.record_id))) == {mixed.records[1]}
        assert set(work.session.scalars(select(RecordUnique.record_id))) == {mixed.records[1]}
        assert set(work.session.scalars(select(CaseEvent.case_id))) == {mixed.cases[1]}
    assert mixed.counts(FxRate, StoredFile, FileUpload, FileHolder) == {
        "FxRate": 0, "StoredFile": 1, "FileUpload": 1, "FileHolder": 1,
    }  # fmt: skip
    assert len([each for each in house.instance.settings.files.rglob("*") if each.is_file()]) == 1


def test_the_ledger_keeps_all_and_verifies(mixed: Mixed) -> None:
    house, here = mixed.house, mixed.house.instance
    with house.work() as work:
        entries = work.session.scalar(select(func.count()).select_from(Entry)) or 0
        sealed = work.session.scalars(select(CustomerKey.customer_id).where(CustomerKey.wrapped.is_not(None))).all()
    assert mixed.demo in sealed
    mixed.remove()
    ledger.sequence(here.database, wait=True)
    ledger.sign(here.database, here.keys, here.settings.origin, here.clock())
    report = verification.verify_database(here.database, here.keys, here.settings.origin)
    assert (report.verdict, report.findings) == ("intact", [])
    with house.work() as work:
        added = work.session.execute(select(Entry.verb, Entry.actor).order_by(Entry.id).offset(entries)).all()
        verbs = [verb for verb, _ in added]
        assert verbs.count("customer.removed") == 20
        assert verbs[-1] == "demo.removed"
        assert {actor for _, actor in added} == {house.ids["chenan"]}
        last = select(Entry.verb).where(Entry.subject_type == "customer", Entry.subject_id == mixed.demo)
        assert work.session.scalars(last.order_by(Entry.subject_seq.desc())).first() == "customer.removed"
        open_value = personal.opener(work.session, here.keys)
        assert open_value(mixed.demo, "contact_email", {}) is None
        live = work.session.scalars(select(CustomerKey.customer_id).where(CustomerKey.wrapped.is_not(None))).all()
        assert mixed.demo not in live
    client = house.client("hanxue")
    for address in ("/trail", "/trail?verb=customer.removed", "/trail?verb=demo.removed", "/trail?verb=case.opened"):
        page = client.get(address)
        assert page.status_code == 200, address
    assert "清除了全部演示数据" in client.get("/trail?verb=demo.removed").text


def test_pages_show_nothing_of_it(mixed: Mixed) -> None:
    house = mixed.house
    with house.work() as work:
        name = work.session.get_one(Customer, mixed.demo).name
    assert name in house.client("lina").get("/customers").text
    mixed.remove()
    for person, addresses in {
        "lina": ("/customers", "/requests", "/books/contracts", "/books/guarantees", "/books/site_visits"),
        "sunli": ("/inbox", "/customers", "/ratings"), "mazong": ("/board",), "chenan": ("/admin/demo", "/jobs"),
    }.items():
        if person not in house.ids:
            continue
        client = house.client(person)
        for address in addresses:
            page = client.get(address)
            assert page.status_code == 200, address
            assert name not in page.text, address
    assert house.client("lina").get(f"/customers/{mixed.demo}").status_code == 404
    assert house.client("lina").get(f"/customers/{mixed.own}").status_code == 200


def test_a_lost_process_is_carried_on(mixed: Mixed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo_removal, "CHUNK", 6)
    whole, calls = demo_data.remove, []

    def lost(work: Any, most: int) -> demo_data.Removed:
        calls.append(most)
        if len(calls) == 3:
            raise RuntimeError("the process was lost")
        return whole(work, most)

    monkeypatch.setattr(demo_data, "remove", lost)
    job = mixed.remove()
    assert (job.status, job.progress) == ("failed", 12)
    with mixed.house.work() as work:
        found = demo_data.again(work)
        assert found is not None
    drain(mixed.house.instance)
    with mixed.house.work() as work:
        job = work.session.get_one(Job, job.id)
    assert (job.status, job.result["customers"], job.progress) == ("done", 20, 20)
    assert mixed.counts(Customer) == {"Customer": 1}


def test_it_is_asked_for_by_the_words_once_by_who_may_and_only_when_there_is_something(mixed: Mixed) -> None:
    house = mixed.house
    with pytest.raises(Invalid) as refused, house.work("chenan") as work:
        demo_data.start(work, "是", PHRASES)
    assert [(each.code, each.path) for each in refused.value.problems] == [("demo.not_typed", "/typed")]
    for other in ("zhoumin", "lina", "hanxue"):
        with pytest.raises(Forbidden), house.work(other) as work:
            demo_data.start(work, WORDS, PHRASES)
    with house.work("chenan") as work:
        demo_data.start(work, "  Remove  DEMO data ", PHRASES)
    with pytest.raises(Conflict) as twice, house.work("chenan") as work:
        demo_data.start(work, WORDS, PHRASES)
    assert twice.value.code == "job.already_open"
    drain(house.instance)
    with pytest.raises(Conflict) as none, house.work("chenan") as work:
        demo_data.start(work, WORDS, PHRASES)
    assert none.value.code == "demo.none"


def test_not_while_the_demo_is_loading(house: House, clock: Clock) -> None:
    with begin_work(house.instance, SYSTEM) as work:
        demo.begin(work, 3, clock(), STAGES)
    with pytest.raises(Conflict) as refused, house.work("chenan") as work:
        demo_data.start(work, WORDS, PHRASES)
    assert refused.value.code == "demo.still_loading"


def test_what_was_judged_of_own_customers_stays_for_ever(mixed: Mixed) -> None:
    write = mixed.house.instance.database.write
    for statement, why in (
        (f"DELETE FROM ratings WHERE customer_id = '{mixed.own}'", "insert-only"),
        (f"DELETE FROM decisions WHERE case_id = '{mixed.cases[1]}'", "insert-only"),
        (f"DELETE FROM case_events WHERE case_id = '{mixed.cases[1]}'", "insert-only"),
        (f"UPDATE ratings SET grade = 'AAA' WHERE customer_id = '{mixed.demo}'", "insert-only"),
        (f"INSERT INTO demo_customers (customer_id, at) VALUES ('{mixed.own}', '2026-01-05')", "nobody has judged"),
        ("DELETE FROM demo_customers", "insert-only"),
        (f"UPDATE demo_customers SET customer_id = '{mixed.own}'", "insert-only"),
    ):
        with pytest.raises(DBAPIError, match=why), write.begin() as connection:
            connection.execute(text(statement))
    assert mixed.counts(DemoCustomer) == {"DemoCustomer": 20}


def test_the_page(mixed: Mixed) -> None:
    house = mixed.house
    client = house.client("chenan")
    html = client.get("/admin/demo").text
    assert "您自己的 1 户客户" in html
    assert "1 张审批单、1 条台账记录是装入之后由人填写的" in html
    for typed, status in (("", 422), ("yes", 422)):
        page = client.post("/admin/demo/remove", data={"csrf_token": csrf_of(html), "typed": typed})
        assert page.status_code == status
        assert "请一字不差地输入其中之一：删除演示数据 / remove demo data" in page.text
    done = client.post("/admin/demo/remove", data={"csrf_token": csrf_of(html), "typed": WORDS})
    assert done.status_code == 303
    assert done.location.startswith("/jobs/")
    assert "正在清除" in client.get("/admin/demo").text
    assert client.get(done.location).status_code == 200
    again = client.post("/admin/demo/remove", data={"csrf_token": csrf_of(html), "typed": WORDS})
    assert again.status_code == 409
    drain(house.instance)
    assert "没有演示数据" in client.get("/admin/demo").text
    assert house.client("zhoumin").get("/admin/demo").status_code == 403
