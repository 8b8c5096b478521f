"""Machine work as the admin sees it: what waits, runs, failed and will come, and how far the ledger is behind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case, func, select

from app.access import Missing, Right, require
from app.models.customer import Customer
from app.models.job import Job, Lease, Timer
from app.models.ledger import Checkpoint, Entry, Leaf
from app.models.people import User
from app.work import Reading

WAITING = ("queued", "failed")
ENDED = ("done", "cancelled", "dead")
PAGE = 20
WINDOW = 10_000  # entries without a place are recent ones: only so many of the last are looked at


@dataclass(frozen=True, slots=True)
class JobLine:
    """One job in a list. `queued_by` None is the system; `stopping`: somebody asked it to stop."""

    id: str
    name: str
    status: str
    progress: int
    total: int | None
    attempt: int
    max_attempts: int
    due_at: datetime
    worker: str | None
    queued_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    error: str | None
    stopping: bool
    queued_by: str | None

    @property
    def is_open(self) -> bool:
        return self.status not in ENDED

    @property
    def can_retry(self) -> bool:
        return self.status in ("failed", "dead", "cancelled")


@dataclass(frozen=True, slots=True)
class JobFile:
    """One job whole."""

    line: JobLine
    arguments: Mapping[str, Any]
    result: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class TimerLine:
    """A timer that waits; `every` None fires once."""

    name: str
    subject: str
    due_at: datetime
    every: timedelta | None


@dataclass(frozen=True, slots=True)
class Queue:
    """The state of machine work at `at`.

    depth   jobs due and not claimed; `oldest` is since when the first of them is due
    later   jobs queued for a time to come, retries among them
    holder  who ticks, `until` when the seat is theirs
    lag     entries that have no place in the one order yet
    size    entries the newest checkpoint covers, signed at `signed_at`; `behind` is how many came since
    """

    at: datetime
    depth: int
    oldest: datetime | None
    later: int
    running: int
    failed: int
    dead: int
    holder: str | None
    until: datetime | None
    lag: int
    size: int | None
    signed_at: datetime | None
    behind: int
    active: tuple[JobLine, ...]

    @property
    def busy(self) -> bool:
        """Something moves, so that looking again is worth it."""
        return bool(self.running or self.depth)

    @property
    def led(self) -> bool:
        return self.until is not None and self.until >= self.at


def queue(reading: Reading) -> Queue:
    """Five statements."""
    require(reading.viewer, Right.JOB_READ)
    session, now = reading.session, reading.now
    due = case((Job.due_at <= now, 1), else_=0)
    query = select(Job.status, func.count(), func.sum(due), func.min(case((Job.due_at <= now, Job.due_at))))
    counts: dict[str, tuple[int, int, datetime | None]] = {
        status: (count, int(ready or 0), first)
        for status, count, ready, first in session.execute(query.group_by(Job.status))
    }
    nothing = (0, 0, None)
    waiting = [counts.get(status, nothing) for status in WAITING]
    firsts = [first for _, _, first in waiting if first is not None]
    depth = sum(ready for _, ready, _ in waiting)
    seat = session.execute(select(Lease.holder, Lease.until).where(Lease.name == "ticker")).one_or_none()
    signed = session.execute(
        select(Checkpoint.size, Checkpoint.at).order_by(Checkpoint.size.desc()).limit(1)
    ).one_or_none()
    placed, lag = _placed(reading)
    return Queue(
        at=now, depth=depth, oldest=min(firsts, default=None), later=sum(count for count, _, _ in waiting) - depth,
        running=counts.get("running", nothing)[0], failed=counts.get("failed", nothing)[0],
        dead=counts.get("dead", nothing)[0], holder=seat.holder if seat else None, until=seat.until if seat else None,
        lag=lag, size=signed.size if signed else None, signed_at=signed.at if signed else None,
        behind=placed + lag - (signed.size if signed else 0),
        active=_lines(reading, Job.status.in_(("running", "queued")), Job.status.desc(), Job.due_at, Job.id),
    )  # fmt: skip


def _placed(reading: Reading) -> tuple[int, int]:
    """How many entries have a place, and how many of the last `WINDOW` have none."""
    last = select(func.max(Entry.id)).scalar_subquery()
    pending = (
        select(func.count())
        .select_from(Entry)
        .outerjoin(Leaf, Leaf.entry_id == Entry.id)
        .where(Entry.id > last - WINDOW, Leaf.idx.is_(None))
        .scalar_subquery()
    )
    row = reading.session.execute(select(select(func.max(Leaf.idx)).scalar_subquery(), pending)).one()
    return (0 if row[0] is None else row[0] + 1), row[1] or 0


_COLUMNS = (
    Job.id, Job.name, Job.status, Job.progress, Job.total, Job.attempt, Job.max_attempts, Job.due_at, Job.worker,
    Job.queued_at, Job.started_at, Job.finished_at, Job.error, Job.cancel_asked,
)  # fmt: skip


def _lines(reading: Reading, condition: Any, *order: Any, limit: int = 50) -> tuple[JobLine, ...]:
    """Without arguments and results, which no list shows."""
    query: Any = select(*_COLUMNS, User.name).join(User, User.id == Job.queued_by, isouter=True).where(condition)
    return tuple(JobLine(*row) for row in reading.session.execute(query.order_by(*order).limit(limit)))


def failures(reading: Reading) -> tuple[JobLine, ...]:
    """Jobs that failed: those that will be tried again and those given up, the newest first."""
    require(reading.viewer, Right.JOB_READ)
    return _lines(reading, Job.status.in_(("failed", "dead")), Job.started_at.desc(), Job.id)


def ended(reading: Reading) -> tuple[JobLine, ...]:
    """The last jobs that ended well or were cancelled."""
    require(reading.viewer, Right.JOB_READ)
    return _lines(reading, Job.status.in_(("done", "cancelled")), Job.finished_at.desc(), Job.id, limit=PAGE)


def timers(reading: Reading) -> tuple[TimerLine, ...]:
    """Timers by when they fire next."""
    require(reading.viewer, Right.JOB_READ)
    query = select(Timer.name, Timer.subject, Timer.due_at, Timer.every_seconds).where(Timer.status == "waiting")
    rows = reading.session.execute(query.order_by(Timer.due_at, Timer.id).limit(50))
    return tuple(
        TimerLine(name, subject, due, None if every is None else timedelta(seconds=every))
        for name, subject, due, every in rows
    )


def job(reading: Reading, job_id: str) -> JobFile:
    """One job with its arguments and what it left; Missing where there is none."""
    require(reading.viewer, Right.JOB_READ)
    query: Any = select(*_COLUMNS, User.name, Job.arguments, Job.result)
    query = query.join(User, User.id == Job.queued_by, isouter=True).where(Job.id == job_id)
    row = reading.session.execute(query).one_or_none()
    if row is None:
        raise Missing("job", job_id)
    return JobFile(JobLine(*row[:-2]), row[-2], row[-1])


@dataclass(frozen=True, slots=True)
class PortfolioRuns:
    """How many customers there are to rate, and the last run, if there was one."""

    customers: int
    rated: int
    last: JobFile | None


def portfolio_runs(reading: Reading, name: str) -> PortfolioRuns:
    """For whoever may start one: the newest job called `name`."""
    if not reading.viewer.may(Right.JOB_READ):
        require(reading.viewer, Right.RATING_RUN)
    counted = select(func.count(Customer.id), func.count(Customer.rating_id))
    customers, rated = reading.session.execute(counted).one()
    query: Any = select(*_COLUMNS, User.name, Job.arguments, Job.result)
    query = query.join(User, User.id == Job.queued_by, isouter=True).where(Job.name == name)
    row = reading.session.execute(query.order_by(Job.queued_at.desc(), Job.id.desc()).limit(1)).one_or_none()
    return PortfolioRuns(customers, rated, None if row is None else JobFile(JobLine(*row[:-2]), row[-2], row[-1]))
