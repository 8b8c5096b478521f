"""The demo as a chain of jobs: each stage queues the next in its last commit, so that a lost process is resumed.

People come first, in the transaction that queues the chain (`begin`). The demo tells of a past month: each stage works
as of the moment its arguments name, never earlier than what the ledger tells already.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.edge.runtime import Runtime
from app.gallery.portfolio import DEMO_SEED, make
from app.gallery.portfolio.histories import histories, rate_table
from app.gallery.portfolio.rows import Portfolio, RiskEvent
from app.gallery.portfolio.shift import later, months_until
from app.gallery.portfolio.worked import worked_customers
from app.gallery.portfolio.worked_history import worked_portfolio
from app.jobs.embedded import claim, perform
from app.jobs.exposure import each_customer
from app.jobs.ratings import rate_portfolio
from app.jobs.run import Chunk, Run, handler
from app.models.job import Job
from app.models.people import User
from app.services import gallery as installs
from app.services import jobs, portfolio
from app.work import SYSTEM_SUBJECT, Verb, Work

CHUNK = 200
OWNERS = ("lina", "zhangwei")
SERIES = "demo:"
DAYS = 30  # the demo begins this long ago, so that cases have ages and the trail has a past
# Each stage with the hours after the demo's beginning at which it works; None is the present.
STAGES: Mapping[str, int | None] = {
    "demo.gallery": 1,
    "demo.portfolio": 2,
    "demo.books": 2,
    "demo.ratings": 3,
    "demo.cases": 4,
    "demo.finish": None,
}


def begin(work: Work, customers: int, until: datetime, names: Sequence[str] = tuple(STAGES)) -> Job:
    """Queue the first of these stages. `work` is of the demo's first moment and made its people; `until` is now."""
    arguments = {
        "seed": DEMO_SEED,
        "customers": customers,
        "today": work.today.isoformat(),
        "from": work.now.isoformat(),
        "until": until.isoformat(),
        "stages": list(names),
    }
    return _queue(work, names[0], arguments)


def stages(session: Session) -> dict[str, Job]:
    """The demo's jobs so far by name, in their order; empty where no demo was begun."""
    rows = session.scalars(select(Job).where(Job.unique_key.startswith(SERIES, autoescape=True)).order_by(Job.id))
    return {row.name: row for row in rows}


def unfinished(session: Session) -> bool:
    """True when a demo was begun and some stage is not done: a stage that is done has queued the next."""
    return any(job.status != "done" for job in stages(session).values())


def resume(work: Work) -> None:
    """Let the stage a lost process left behind be claimed at once; whoever calls knows that it is lost."""
    for job in stages(work.session).values():
        if job.status != "done":
            job.status, job.due_at, job.lease_until, job.cancel_asked = "queued", work.now, None, False
            job.max_attempts = max(job.max_attempts, job.attempt + 1)


def run_stages(instance: Runtime, watch: Callable[[Run], AbstractContextManager[object]] = nullcontext) -> None:
    """Run the demo's stages here until none is due; `watch` is held around each."""
    while (run := claim(instance, series=SERIES)) is not None:
        with watch(run):
            perform(run)


def _queue(work: Work, name: str, arguments: Mapping[str, Any]) -> Job:
    return jobs.queue(work, name, arguments, unique_key=SERIES + name, due_at=datetime.fromisoformat(arguments["from"]))


def finish_stage(run: Run, chunk: Chunk) -> None:
    """Mark the stage as done and queue the one after it, if any, both in this chunk's commit."""
    names = run.arguments["stages"]
    following = names[names.index(run.name) + 1 :]
    chunk.last = True
    if following:
        _queue(chunk.work, following[0], run.arguments)


def began(run: Run) -> datetime:
    return datetime.fromisoformat(str(run.arguments["from"]))


def as_of(run: Run) -> Run:
    """The run at its stage's moment."""
    hours = STAGES[run.name]
    return run if hours is None else run.at(began(run) + timedelta(hours=hours))


@handler("demo.gallery")
def publish(run: Run) -> None:
    """Every ready-made Definition, drafted and published."""
    with as_of(run).chunk() as chunk:
        chunk.progress = chunk.total = installs.install_all(chunk.work)
        finish_stage(run, chunk)


@handler("demo.portfolio")
def take_over(run: Run) -> None:
    """The worked example's customers and a made portfolio of `customers`, labelled with the month before `today`."""
    past = as_of(run)
    today = date.fromisoformat(str(run.arguments["today"]))
    whole = [_source(worked_portfolio(), past, today, OWNERS[:1])]
    whole.append(_source(make(int(run.arguments["seed"]), int(run.arguments["customers"])), past, today))
    total = sum(len(found.customers) for found, _ in whole)
    place = 0
    for number, (found, source) in enumerate(whole):
        for start in range(0, len(found.customers), CHUNK):
            rows = found.customers[start : start + CHUNK]
            with past.chunk() as chunk:
                if chunk.job.progress >= place + len(rows):
                    place += len(rows)
                    continue  # a process before this one came that far
                if start == 0:
                    portfolio.store_rates(chunk.work, _rates(found, source.months))
                portfolio.store_customers(chunk.work, rows, source)
                place += len(rows)
                chunk.progress, chunk.total = place, total
                if number == len(whole) - 1 and place == total:
                    finish_stage(run, chunk)


@handler("demo.ratings")
def rate(run: Run) -> None:
    """Every customer rated, some hours after they were taken over."""
    rate_portfolio(as_of(run), lambda chunk: finish_stage(run, chunk))


@handler("demo.finish")
def finish(run: Run) -> None:
    """Open items as the list stands today, what is overdue of them, and the entry that says a demo was loaded here."""
    with run.chunk() as chunk:
        until = datetime.fromisoformat(str(run.arguments["until"])).astimezone(chunk.work.zone).date()
        days = (until - (portfolio.labelled_day(chunk.work.session) or until)).days

    def roll(work: Work, customer_ids: Sequence[str]) -> None:
        portfolio.roll_items(work, customer_ids, days)

    def tell(chunk: Chunk) -> None:
        chunk.work.record(Verb.DEMO_LOADED, SYSTEM_SUBJECT, {"customers": chunk.total})
        finish_stage(run, chunk)

    each_customer(run, roll, tell)


def _source(
    found: Portfolio, run: Run, today: date, owners: Sequence[str] = OWNERS
) -> tuple[Portfolio, portfolio.Source]:
    with run.chunk() as chunk:
        rows = chunk.work.session.execute(select(User.username, User.id, User.department_id)).all()
    by_name = {row.username: (row.id, row.department_id) for row in rows}
    events: dict[str, list[RiskEvent]] = defaultdict(list)
    for event in found.events:
        events[event.customer_id].append(event)
    stated = {each.key: dict(each.signals) for each in worked_customers()}
    source = portfolio.Source(
        histories(found),
        rate_table(found),
        found.last_day,
        [by_name[name] for name in owners],
        events,
        months_until(found.last_day, today),
        stated,
    )
    return found, source


def _rates(found: Portfolio, months: int) -> list[dict[str, object]]:
    return [
        {"currency": rate.currency, "day": later(rate.month, months), "rate": rate.rate_to_cny, "source": "portfolio"}
        for rate in found.rates
    ]
