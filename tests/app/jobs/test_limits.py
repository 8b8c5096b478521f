"""A limit ends on the day after its last one: told, counted as zero everywhere, and once however often it is tried."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from app.edge import sentences
from app.edge.locale import speaking
from app.jobs import drain, load_handlers, timers
from app.jobs.embedded import claim, perform
from app.jobs.run import Fenced
from app.jobs.ticker import DAY, following, tick
from app.models.case import Case
from app.models.credit import CreditLimit
from app.models.customer import Customer
from app.models.job import Job
from app.queries import board_limits, exposure, standing
from app.queries.keyset import Place
from app.queries.trail import EntryRow, chains
from app.services import jobs, limits, trails
from app.work import Subject, Verb
from tests.app.desk import answer, apply_for, bring, owe
from tests.builders import Clock, House

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture(autouse=True)
def handlers() -> None:
    load_handlers()


def granted(house: House, clock: Clock, amount: str = "200000") -> str:
    """A customer with a limit approved on Monday, the 5th of January 2026; returns its id."""
    customer = bring(house)
    case_id = apply_for(house, customer, amount)
    for by in ("wangqiang", "sunli", "zhenghua", "wutong"):
        answer(house, case_id, by)
    return customer


def lasting(house: House, customer: str, until: date) -> None:
    """Let the limit in force last until this day."""
    with house.work() as work:
        row = limits.in_force(work.session, customer)
        assert row is not None
        row.valid_to = until
        limits.refresh_exposure(work, [customer])
        work.record(Verb.LIMIT_CHANGED, Subject("customer", customer), {"name": "x"})


def run_job(house: House) -> Job:
    with house.work() as work:
        job_id = jobs.queue(work, "limits.expire").id
    drain(house.instance)
    with house.work() as work:
        return work.session.get_one(Job, job_id)


def entries(house: House, customer: str) -> list[EntryRow]:
    with house.work() as work:
        return chains(work.session, [Subject("customer", customer)], 10**6)


def expiries(house: House, customer: str) -> list[EntryRow]:
    if not house.instance.database.is_sqlite:
        trails.sequence(house.instance.database, wait=True)
    return [row for row in entries(house, customer) if row.verb == "limit.expired"]


def test_a_limit_ends_when_the_day_after_has_begun_in_the_zone_of_the_business(house: House, clock: Clock) -> None:
    customer = granted(house, clock)
    owe(house, customer, "30000")
    lasting(house, customer, date(2026, 1, 7))
    timers.stand(house.instance)
    clock.now = datetime(2026, 1, 7, 23, 59, tzinfo=SHANGHAI).astimezone(UTC)
    assert tick(house.instance, "host:1")
    drain(house.instance)
    with house.reading("heping") as view:
        found = standing.of(view, customer)
        assert (found.expired, found.headroom) == (False, Decimal("170000"))
    clock.now = datetime(2026, 1, 8, 0, 6, tzinfo=SHANGHAI).astimezone(UTC)
    with house.reading("heping") as view:
        assert standing.of(view, customer).expired, "it is over at midnight, whenever the job comes"
    assert tick(house.instance, "host:1")
    drain(house.instance)
    with house.work() as work:
        row = work.session.scalars(select(CreditLimit).where(CreditLimit.customer_id == customer)).one()
        assert (row.ended_at, row.expired) == (clock.now, True)
        assert work.session.get_one(Customer, customer).limit_amount == 0
    with house.reading("heping") as view:
        found = standing.of(view, customer)
        assert (found.expired, found.limit, found.headroom) == (True, Decimal(200000), Decimal(-30000))


def test_what_is_recorded_and_how_it_is_told(house: House, clock: Clock) -> None:
    customer = granted(house, clock)
    lasting(house, customer, date(2026, 1, 6))
    clock.forward(days=2)
    job = run_job(house)
    assert (job.status, job.progress, job.result) == ("done", 1, {"expired": 1})
    (entry,) = expiries(house, customer)
    with house.work() as work:
        case = work.session.scalars(select(Case)).one()
    assert (entry.actor, entry.case_id, entry.detail["number"]) == ("system", case.id, case.number)
    assert entry.after == {**entry.before, "amount": "0"}
    assert entry.before == {"amount": "200000", "payment_days": 30, "payment_mode": "open_account",
                            "valid_to": "2026-01-06"}  # fmt: skip
    with house.app.app_context(), speaking("zh-CN"):
        told = f"授信额度 ¥200,000.00 有效至 2026年1月6日，现已到期，不再可用（{case.number}）"
        assert told in sentences.sentence(entry)
        assert [(each.words, each.before, each.after) for each in sentences.changes(entry)] == [
            ("额度", "¥200,000.00", "¥0.00")
        ]
    with house.app.app_context(), speaking("en"):
        assert "has expired and can no longer be used" in sentences.sentence(entry)


def test_once_however_often(house: House, clock: Clock) -> None:
    customer = granted(house, clock)
    lasting(house, customer, date(2026, 1, 6))
    clock.forward(days=2)
    for _ in range(3):
        run_job(house)
    assert len(expiries(house, customer)) == 1


def test_an_attempt_that_was_overtaken_has_no_effect(house: House, clock: Clock) -> None:
    """The lease lapses while the first process stalls: the second one does the work, the first must not do it again."""
    customer = granted(house, clock)
    lasting(house, customer, date(2026, 1, 6))
    clock.forward(days=2)
    with house.work() as work:
        jobs.queue(work, "limits.expire")
    stalled = claim(house.instance)
    assert stalled is not None
    clock.forward(minutes=5)
    second = claim(house.instance)
    assert second is not None
    assert second.attempt == stalled.attempt + 1
    with pytest.raises(Fenced), stalled.chunk() as chunk:
        assert limits.expire(chunk.work, 10) == 1
    assert expiries(house, customer) == []
    perform(second)
    assert len(expiries(house, customer)) == 1


def test_many_are_ended_a_chunk_at_a_time(house: House, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.jobs.limits.CHUNK", 2)
    with house.work() as work:
        rows = [
            Customer(number=f"L{n}", name=f"客户{n}", sort_name=f"kehu{n}", source="test", created_at=work.now,
                     changed_at=work.now, limit_amount=Decimal(100), exposure=Decimal(n))
            for n in range(6)
        ]  # fmt: skip
        work.session.add_all(rows)
        work.session.flush()
        for n, row in enumerate(rows):
            work.session.add(CreditLimit(
                customer_id=row.id, amount=Decimal(100), currency="CNY", payment_mode="open_account",
                valid_from=work.now, valid_to=work.today - timedelta(days=1 if n < 5 else 0),
            ))  # fmt: skip
            work.record(Verb.LIMIT_CHANGED, Subject("customer", row.id), {"name": row.name})
        versions = {row.id: row.row_version for row in rows}
    assert run_job(house).result == {"expired": 5}
    with house.work() as work:
        after = {row.id: row for row in work.session.scalars(select(Customer))}
        assert sorted(row.limit_amount for row in after.values()) == [0] * 5 + [100]
        assert {key: row.row_version for key, row in after.items()} == versions, "no new version of the file"
    with house.reading("heping") as view:
        assert board_limits.expired_count(view) == 5
        listed, _ = board_limits.limits(view, "", Place(), expired=True)
        assert [(row.limit, row.granted, row.expired, row.headroom) for row in listed] == [
            (0, 100, True, -n) for n in (4, 3, 2, 1, 0)
        ]
        everybody, _ = board_limits.limits(view, "", Place())
        assert len(everybody) == 6


def test_a_renewal_comes_after_an_expired_limit(house: House, clock: Clock) -> None:
    customer = granted(house, clock)
    lasting(house, customer, date(2026, 1, 6))
    clock.forward(days=2)
    run_job(house)
    case_id = apply_for(house, customer, "150000", request_kind="renew")
    for by in ("wangqiang", "sunli", "zhenghua", "wutong"):
        answer(house, case_id, by)
    with house.reading("heping") as view:
        found = standing.of(view, customer)
        assert (found.limit, found.expired, found.headroom) == (Decimal(150000), False, Decimal(150000))
        assert [(row.amount, row.expired) for row in exposure.limits(view, customer)] == [
            (Decimal(150000), False), (Decimal(200000), True)
        ]  # fmt: skip
        assert board_limits.expired_count(view) == 0
    with house.work() as work:
        assert work.session.get_one(Customer, customer).limit_amount == 150000


def test_days_left_are_told_from_thirty_days_on(house: House, clock: Clock) -> None:
    customer = granted(house, clock)
    for last, days, soon in ((date(2026, 2, 5), 31, False), (date(2026, 2, 4), 30, True), (date(2026, 1, 5), 0, True)):
        lasting(house, customer, last)
        with house.reading("heping") as view:
            line = exposure.standing_limit(view, customer)
        assert line is not None
        assert (line.days, line.soon, line.expired) == (days, soon, False)


BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(("due", "now", "then"), [
    ("2026-03-28", "2026-03-28 00:05", "2026-03-29 00:05"),
    ("2026-03-29", "2026-03-30 00:04", "2026-03-30 00:05"),  # a day of 23 hours
    ("2026-03-29", "2026-03-30 00:05", "2026-03-31 00:05"),
    ("2026-10-25", "2026-10-25 23:59", "2026-10-26 00:05"),  # a day of 25 hours
    ("2026-10-25", "2026-10-30 12:00", "2026-10-31 00:05"),
    ("2026-01-05", "2026-07-05 12:00", "2026-07-06 00:05"),
])  # fmt: skip
def test_what_comes_round_each_day_keeps_its_hour(due: str, now: str, then: str) -> None:
    first = datetime.combine(date.fromisoformat(due), timers.EARLY, BERLIN).astimezone(UTC)
    moment = datetime.fromisoformat(now).replace(tzinfo=BERLIN).astimezone(UTC)
    assert following(first, DAY, moment, BERLIN).astimezone(BERLIN).strftime("%Y-%m-%d %H:%M") == then


def test_what_comes_round_each_hour_is_counted_in_hours() -> None:
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert following(first, timedelta(hours=1), first, BERLIN) == first + timedelta(hours=1)
    assert following(first, timedelta(hours=1), first + timedelta(hours=3, minutes=1), BERLIN) == first + timedelta(
        hours=4
    )
