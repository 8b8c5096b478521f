"""Receivables fall due while nobody imports: the nightly job says so in the customer's file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from app.jobs import load_handlers, timers
from app.jobs import run as registry
from app.jobs.embedded import claim, drain
from app.jobs.exposure import each_customer
from app.jobs.run import Chunk
from app.jobs.ticker import tick
from app.models.customer import Customer
from app.models.job import Job, Timer
from app.services import jobs, limits
from app.work import SYSTEM_SUBJECT, Verb, Work
from tests.builders import House

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    load_handlers()
    before = dict(registry.HANDLERS)
    yield
    registry.HANDLERS.clear()
    registry.HANDLERS.update(before)


def customers(house: House, count: int) -> list[str]:
    with house.work() as work:
        rows = [
            Customer(number=f"E{n:04}", name=f"客户{n}", sort_name=f"kehu{n}", source="test", created_at=work.now,
                     changed_at=work.now)
            for n in range(count)
        ]  # fmt: skip
        work.session.add_all(rows)
        work.session.flush()
        ids = [row.id for row in rows]
        items = [{
            "customer_id": each, "category": "open_receivable", "document": f"D{each}", "amount": Decimal(100),
            "currency": "CNY", "amount_cny": Decimal(100), "issued_on": work.today,
            "due_on": work.today + timedelta(days=1), "ships_on": None,
        } for each in ids]  # fmt: skip
        limits.replace_items(work, "test", items, ids)
        work.record(Verb.ITEMS_IMPORTED, SYSTEM_SUBJECT, {"rows": count})
    return ids


def overdue(house: House) -> set[Decimal | None]:
    with house.work() as work:
        return {row.overdue for row in work.session.query(Customer)}


def test_the_timer_stands_once_and_fires_when_the_business_day_has_begun(house: House) -> None:
    customers(house, 3)
    timers.stand(house.instance)
    timers.stand(house.instance)
    with house.work() as work:
        row = work.session.query(Timer).filter_by(name="exposure.refresh").one()
        assert row.due_at.astimezone(SHANGHAI) == datetime(2026, 1, 6, 0, 5, tzinfo=SHANGHAI)
    assert overdue(house) == {Decimal(0)}
    house.instance.clock.forward(days=2)  # type: ignore[attr-defined]
    assert tick(house.instance, "host:1")
    drain(house.instance)
    assert overdue(house) == {Decimal(100)}


@pytest.mark.parametrize(("hour", "day"), [(0, 5), (1, 6), (23, 6)])
def test_next_time(hour: int, day: int) -> None:
    now = datetime(2026, 1, 5, hour, 0, tzinfo=SHANGHAI)
    assert timers.next_time(now, timers.EARLY, SHANGHAI) == datetime(2026, 1, day, 0, 5, tzinfo=SHANGHAI)


def test_a_lost_process_is_followed_from_the_last_customer_done(house: House) -> None:
    ids = customers(house, 1100)
    with house.work() as work:
        job_id = jobs.queue(work, "exposure.refresh").id
    run = claim(house.instance)
    assert run is not None
    seen: list[str] = []

    def act(_work: Work, some: list[str]) -> None:
        if len(seen) >= 1000:
            raise ConnectionError("the process dies")
        seen.extend(some)

    def end(chunk: Chunk) -> None:
        chunk.last = True

    with pytest.raises(ConnectionError):
        each_customer(run, act, end)  # type: ignore[arg-type]
    with house.work() as work:
        assert work.session.get_one(Job, job_id).progress == 1000
    rest: list[str] = []
    each_customer(run, lambda _work, some: rest.extend(some), end)
    assert (seen + rest, len(rest)) == (sorted(ids), 100)
