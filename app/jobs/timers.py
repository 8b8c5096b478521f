"""The timers every instance has: work that comes round by the clock of the business, not by anybody's act."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.edge.runtime import Runtime
from app.edge.transaction import begin_work
from app.services import jobs
from app.work import SYSTEM

DAY = 86_400
EARLY = time(0, 5)  # the business day has begun; receivables due yesterday are overdue now


def stand(instance: Runtime) -> None:
    """Make sure that they are there; a second call changes nothing."""
    zone = ZoneInfo(instance.settings.timezone)
    with begin_work(instance, SYSTEM) as work:
        due = next_time(work.now, EARLY, zone)
        jobs.set_timer(work, "exposure.refresh", "system", due, every_seconds=DAY)
        jobs.set_timer(work, "limits.expire", "system", due, every_seconds=DAY)
        jobs.set_timer(work, "keys.forget", "system", due, every_seconds=DAY)
        jobs.set_timer(work, "uploads.forget", "system", due, every_seconds=DAY)
        jobs.set_timer(work, "files.forget", "system", due, every_seconds=DAY)


def next_time(now: datetime, at: time, zone: ZoneInfo) -> datetime:
    """The next moment at which clocks in `zone` show `at`."""
    today = datetime.combine(now.astimezone(zone).date(), at, zone)
    return today if today > now else datetime.combine(today.date() + timedelta(days=1), at, zone)
