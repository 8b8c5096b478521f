"""Files of uploaded lists are kept for the days of the setting: then the content goes, and everything else stays."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.access import Conflict
from app.edge.runtime import EXTENSION
from app.jobs import drain, load_handlers, timers
from app.jobs.ticker import fire_timers
from app.models.job import Job
from app.models.ledger import Entry
from app.models.upload import Upload
from app.services import imports, ledger, verification
from tests.app.services.test_imports import count, customer, report, take, text, upload
from tests.app.web.test_imports import press, sent, speak
from tests.builders import Clock, House

SECRET = "someone@example.com"
HEAD = ("客户编号", "客户名称", "统一社会信用代码", "所属行业", "结算币种", "电子邮箱")


@pytest.fixture(autouse=True)
def handlers() -> None:
    load_handlers()


def faulty(*places: int) -> bytes:
    """A list with a good row at each place and a row whose e-mail address is none."""
    rows = [[*customer(place), SECRET] for place in places]
    return text(*rows, ["X1", "坏的有限公司", "", "批发业", "CNY", f"no address {SECRET}"], head=HEAD)


def night(house: House, clock: Clock, days: int) -> None:
    timers.stand(house.instance)
    clock.forward(days=days)
    with house.work() as work:
        fire_timers(work)
    drain(house.instance)


def row_of(house: House, upload_id: str) -> tuple[Upload, bytes]:
    with house.work() as work:
        row = work.session.get_one(Upload, upload_id)
        return row, row.content


def with_days(house: House, days: int) -> None:
    here = replace(house.instance, settings=replace(house.instance.settings, upload_days=days))
    house.app.extensions[EXTENSION] = house.instance = here


def verbs(house: House, upload_id: str) -> list[str]:
    with house.work() as work:
        query = select(Entry.verb).where(Entry.subject_type == "upload", Entry.subject_id == upload_id)
        return list(work.session.scalars(query.order_by(Entry.subject_seq)))


def test_the_content_goes_and_everything_else_stays(house: House, clock: Clock) -> None:
    taken, waiting = upload(house, faulty(0, 1), "a.csv"), upload(house, faulty(2), "b.csv")
    take(house, taken, good_only=True)
    customers, before = count(house), {key: report(house, key) for key in (taken, waiting)}
    assert all(SECRET in str(each["findings"]) for each in before.values())
    night(house, clock, 90)
    assert all(row_of(house, key)[1] for key in (taken, waiting)), "not before the days are over"
    clock.forward(minutes=1)
    young = upload(house, faulty(3), "young.csv")
    night(house, clock, 1)
    for key in (taken, waiting):
        row, content = row_of(house, key)
        assert (content, row.forgotten_at) == (b"", clock.now)
        after = report(house, key)
        assert SECRET not in str(after)
        assert {**before[key], "findings": [], "table": [], "left_out": sum(before[key]["levels"].values())} == after
        assert (row.good, row.bad, row.sha256) != (None, None, None)
    assert row_of(house, young)[1]
    assert verbs(house, taken) == ["customers.imported", "upload.forgotten"]
    assert verbs(house, waiting) == ["upload.forgotten"]
    assert count(house) == customers
    night(house, clock, 1)
    assert verbs(house, waiting) == ["upload.forgotten"], "once"
    here = house.instance
    ledger.sequence(here.database, wait=True)
    ledger.sign(here.database, here.keys, here.settings.origin, here.clock())
    assert verification.verify_database(here.database, here.keys, here.settings.origin).findings == []


def test_what_is_gone_is_neither_taken_over_nor_downloaded(house: House, clock: Clock) -> None:
    waiting = upload(house, faulty(0), "b.csv")
    with house.reading("sunli") as view:
        ready = imports.prepare(view, waiting)
    night(house, clock, 91)
    with house.reading("sunli") as view, pytest.raises(Conflict) as refused:
        imports.prepare(view, waiting)
    assert (refused.value.code, refused.value.params["at"]) == ("import.gone", clock.now)
    with pytest.raises(Conflict) as refused, house.work("sunli") as work:
        imports.take(work, waiting, ready, good_only=True)
    assert refused.value.code == "import.gone"
    with house.work("sunli") as work:
        imports.discard(work, waiting)
    assert count(house, Upload) == 0


def test_a_file_that_a_job_is_at_work_on_waits(house: House, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "LARGEST_AT_ONCE", 1)
    checking = upload(house, faulty(0), "large.csv")
    clock.forward(days=100)
    with house.work() as work:
        assert imports.forget(work, 90, 10) == 0
        job = work.session.scalars(select(Job).where(Job.name == imports.CHECK)).one()
        job.status = "dead"
    with house.work() as work:
        assert imports.forget(work, 90, 10) == 1, "whatever its job left unfinished"
        work.session.get_one(Job, job.id).status = "queued"
    drain(house.instance)
    row, _ = row_of(house, checking)
    assert row.status == "checking"
    with house.work() as work:
        assert "import.gone" in (work.session.get_one(Job, job.id).error or "")


@pytest.mark.parametrize(("days", "kept"), [(0, True), (30, False)])
def test_the_days_are_a_setting(house: House, clock: Clock, days: int, kept: bool) -> None:
    with_days(house, days)
    waiting = upload(house, faulty(0), "b.csv")
    night(house, clock, 31)
    assert bool(row_of(house, waiting)[1]) is kept


WORDS: dict[str, dict[str, Any]] = {
    "zh-CN": {"until": "文件保存至 2026年4月5日", "gone": "按保存期限删除，不再保存", "short": "文件不再保存"},
    "en": {"until": "kept until", "gone": "is no longer kept", "short": "no longer kept"},
}  # fmt: skip


@pytest.mark.parametrize("tag", ["zh-CN", "en"])
def test_the_pages_say_until_when_and_that_it_is_gone(house: House, clock: Clock, tag: str) -> None:
    browser: FlaskClient = house.client("sunli")
    speak(browser, tag)
    address = sent(browser, faulty(0), "名单.csv")
    page = browser.get(address).get_data(as_text=True)
    assert WORDS[tag]["until"] in page
    assert SECRET in page
    night(house, clock, 91)
    browser = house.client("sunli")  # the old session has ended
    speak(browser, tag)
    page = browser.get(address).get_data(as_text=True)
    assert WORDS[tag]["gone"] in page
    assert WORDS[tag]["until"] not in page
    assert SECRET not in page
    for act in ("/take", "/result.xlsx"):
        assert f'"{address}{act}"' not in page, act
    assert f"{address}/discard" in page
    refused = press(browser, address, "take", good_only="yes")
    assert refused.status_code == 409
    assert WORDS[tag]["gone"] in refused.get_data(as_text=True)
    assert browser.get(address + "/result.xlsx").status_code == 409
    assert WORDS[tag]["short"] in browser.get("/imports").get_data(as_text=True)
    auditor = house.client("hanxue")
    told = auditor.get("/trail?group=customer").get_data(as_text=True)
    assert "导入文件「名单.csv」满 90 天，内容已删除" in told


def test_a_download_of_what_is_there_still_works(house: House, clock: Clock) -> None:
    browser: FlaskClient = house.client("sunli")
    address = sent(browser, faulty(0), "名单.csv")
    night(house, clock, 1)
    browser = house.client("sunli")
    assert io.BytesIO(browser.get(address + "/result.xlsx").data).read(2) == b"PK"
