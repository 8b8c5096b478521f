"""Working hours of a stretch of days, so that what people do in the demo happens when people work."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo

MORNING, EVENING = time(9), time(18)
FRIDAY = 4


@dataclass(frozen=True, slots=True)
class WorkingTime:
    """Seconds of working time since a beginning, as moments. `starts[n]` is how many come before `opens[n]`."""

    opens: tuple[datetime, ...]
    starts: tuple[int, ...]
    total: int

    @classmethod
    def between(cls, start: datetime, end: datetime, zone: tzinfo) -> WorkingTime:
        """Monday to Friday, nine to six in `zone`. A stretch without working hours counts as one from `start` on."""
        opens, starts, total = [], [], 0
        day = start.astimezone(zone).date()
        while day <= end.astimezone(zone).date():
            opening = max(datetime.combine(day, MORNING, zone), start)
            closing = min(datetime.combine(day, EVENING, zone), end)
            if day.weekday() <= FRIDAY and opening < closing:
                opens.append(opening.astimezone(UTC))
                starts.append(total)
                total += int((closing - opening).total_seconds())
            day += timedelta(days=1)
        return cls(tuple(opens), tuple(starts), total) if opens else cls((start,), (0,), 0)

    def moment(self, second: int) -> datetime:
        """The moment after this much working time; past the end it is the end."""
        second = max(0, min(second, self.total))
        place = bisect_right(self.starts, second) - 1
        return self.opens[place] + timedelta(seconds=second - self.starts[place])
