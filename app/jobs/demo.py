"""Take over the demo portfolio in chunks, with progress, and go on where a lost process left off."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from sqlalchemy import select

from app.gallery.portfolio import make
from app.gallery.portfolio.histories import histories, rate_table
from app.gallery.portfolio.rows import Portfolio, RiskEvent
from app.gallery.portfolio.shift import later, months_until
from app.gallery.portfolio.worked import worked_customers
from app.gallery.portfolio.worked_history import worked_portfolio
from app.jobs.run import Run, handler
from app.models.people import User
from app.services import portfolio
from app.work import SYSTEM_SUBJECT, Verb

CHUNK = 200
OWNERS = ("lina", "zhangwei")


@handler("demo.portfolio")
def take_over(run: Run) -> None:
    """The worked example's customers and a made portfolio of `customers`, labelled with the month before `today`."""
    today = date.fromisoformat(str(run.arguments["today"]))
    whole = [_source(worked_portfolio(), run, today)]
    whole.append(_source(make(int(run.arguments["seed"]), int(run.arguments["customers"])), run, today))
    total = sum(len(found.customers) for found, _ in whole)
    place = 0
    for number, (found, source) in enumerate(whole):
        for start in range(0, len(found.customers), CHUNK):
            rows = found.customers[start : start + CHUNK]
            with run.chunk() as chunk:
                if chunk.job.progress >= place + len(rows):
                    place += len(rows)
                    continue  # a process before this one came that far
                if start == 0:
                    portfolio.store_rates(chunk.work, _rates(found, source.months))
                portfolio.store_customers(chunk.work, rows, source)
                place += len(rows)
                chunk.progress, chunk.total = place, total
                chunk.last = number == len(whole) - 1 and place == total
                if chunk.last:
                    chunk.work.record(Verb.DEMO_LOADED, SYSTEM_SUBJECT, {"customers": total})


def _source(found: Portfolio, run: Run, today: date) -> tuple[Portfolio, portfolio.Source]:
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
        [by_name[name] for name in OWNERS],
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
