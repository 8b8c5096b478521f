"""Label a made portfolio with later months, so that a demo started today speaks of the month just ended."""

from __future__ import annotations

from calendar import monthrange
from datetime import date


def months_until(last_day: date, today: date) -> int:
    """Whole months from a portfolio's last day to the end of the month before `today`; never negative."""
    return max(0, (today.year - last_day.year) * 12 + today.month - last_day.month - 1)


def later(day: date, months: int) -> date:
    """The day `months` later; a month's end stays a month's end."""
    if months == 0:
        return day
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = monthrange(year, month + 1)[1]
    at_end = day.day == monthrange(day.year, day.month)[1]
    return date(year, month + 1, last if at_end else min(day.day, last))
