"""Keys of calls are dropped by the nightly job once their time is over, and not before."""

from __future__ import annotations

from sqlalchemy import func, select

from app.jobs import drain, load_handlers
from app.jobs.ticker import fire_timers
from app.jobs.timers import stand
from app.models.case import IdempotencyKey
from app.services.idempotency import Answer, once
from tests.builders import Clock, House


def test_dropped_after_two_days(house: House, clock: Clock) -> None:
    load_handlers()
    stand(house.instance)
    with house.work("lina") as work:
        once(work, "k-1", {}, lambda: Answer(200))
    for hours, left in ((25, 1), (26, 0)):
        clock.forward(hours=hours)
        with house.work() as work:
            fire_timers(work)
        drain(house.instance)
        with house.work() as work:
            assert work.session.scalar(select(func.count()).select_from(IdempotencyKey)) == left
