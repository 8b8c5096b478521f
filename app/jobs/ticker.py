"""The tick: one leader turns due timers into jobs, sequences the ledger and signs checkpoints.

APScheduler is only the in-memory ticker. The truth is rows claimed atomically, so two leaders would do no harm; the
lease merely keeps idle processes idle.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta, tzinfo

from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import select, update

from app.access import Conflict
from app.db import new_id
from app.edge.runtime import Runtime
from app.edge.transaction import begin_work
from app.jobs.embedded import worker
from app.models.job import Job, Lease, Timer
from app.services import ledger
from app.work import SYSTEM, Work

log = logging.getLogger("credence.ticker")
SEAT = timedelta(seconds=10)
DAY = timedelta(days=1)
BATCH = 200


def lead(work: Work, holder: str) -> bool:
    """Take or keep the leader's seat; a seat not renewed for ten seconds is free."""
    seat = work.session.get(Lease, "ticker")
    if seat is not None and seat.holder == holder and seat.until - work.now > SEAT / 2:
        return True  # no need to write while the seat is fresh
    if seat is None:
        work.session.add(Lease(name="ticker", holder=holder, until=work.now + SEAT))
        work.session.flush()
        return True
    taken = work.session.execute(
        update(Lease)
        .where(Lease.name == "ticker", (Lease.holder == holder) | (Lease.until < work.now))
        .values(holder=holder, until=work.now + SEAT)
        .execution_options(synchronize_session=False)
    )
    return bool(taken.rowcount == 1)  # type: ignore[attr-defined]


def resign(instance: Runtime, holder: str | None = None) -> None:
    """Leave the seat in good order, so that the next process need not wait for it to grow old."""
    with begin_work(instance, SYSTEM) as work:
        work.session.execute(
            update(Lease)
            .where(Lease.name == "ticker", Lease.holder == (holder or worker()))
            .values(until=work.now)
            .execution_options(synchronize_session=False)
        )


def fire_timers(work: Work) -> int:
    """Queue a job for each due timer; of a repeating one, all times missed are merged into a single run."""
    due = work.session.scalars(
        select(Timer).where(Timer.status == "waiting", Timer.due_at <= work.now).order_by(Timer.due_at).limit(BATCH)
    ).all()
    fired = 0
    for timer in due:
        fired += _fire(work, timer)
    return fired


def _fire(work: Work, timer: Timer) -> bool:
    if timer.every_seconds:
        due_at = following(timer.due_at, timedelta(seconds=timer.every_seconds), work.now, work.zone)
        values = {"due_at": due_at, "row_version": timer.row_version + 1}
    else:
        values = {"status": "fired", "row_version": timer.row_version + 1}
    taken = work.session.execute(
        update(Timer)
        .where(Timer.id == timer.id, Timer.row_version == timer.row_version, Timer.status == "waiting")
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    if taken.rowcount != 1:  # type: ignore[attr-defined]
        return False
    work.session.add(
        Job(
            id=new_id(),
            name=timer.name,
            arguments=timer.arguments,
            unique_key=f"timer:{timer.id}:{timer.due_at.isoformat()}",
            due_at=work.now,
            queued_by=SYSTEM.id,
            queued_at=work.now,
        )
    )
    return True


def following(due_at: datetime, step: timedelta, now: datetime, zone: tzinfo) -> datetime:
    """The next time after `now`, of times a step apart; whole days keep the hour that clocks in the zone show."""
    missed = (now - due_at) // step
    if step % DAY:
        return due_at + step * (missed + 1)
    local = due_at.astimezone(zone)
    count = max(0, missed - 1)  # a day of 25 hours is one day all the same
    while (found := datetime.combine(local.date() + step * count, local.timetz()).astimezone(UTC)) <= now:
        count += 1
    return found


def tick(instance: Runtime, holder: str | None = None) -> bool:
    """One beat; True when this process led. Never raises for what the next beat can mend."""
    try:
        with begin_work(instance, SYSTEM) as work:
            if not lead(work, holder or worker()):
                return False
            fire_timers(work)
        if not instance.database.is_sqlite:
            ledger.sequence(instance.database)
        ledger.sign_when_due(instance.database, instance.keys, instance.settings.origin, instance.clock)
    except Conflict:
        return False
    return True


def start(instance: Runtime) -> BackgroundScheduler:
    # A beat that waits for the one writer makes it skip the next; the one after does the work of both.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    scheduler = BackgroundScheduler(timezone="UTC")
    scheduler.add_job(
        _beat,
        "interval",
        args=[instance],
        seconds=1,
        max_instances=1,
        coalesce=True,
        next_run_time=datetime.now(UTC),
    )
    scheduler.start()
    return scheduler


def _beat(instance: Runtime) -> None:
    try:
        tick(instance)
    except Exception:
        log.exception("a tick failed; the next one tries again")
