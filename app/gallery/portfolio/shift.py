"""Move a made portfolio forward by whole months, so that a demo started today speaks of the month just ended."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import fields, replace
from datetime import date
from typing import Any

from app.gallery.portfolio.rows import Portfolio, Statement


def months_until(portfolio: Portfolio, today: date) -> int:
    """Whole months from the portfolio's last day to the end of the month before `today`; never negative."""
    last = portfolio.last_day
    return max(0, (today.year - last.year) * 12 + today.month - last.month - 1)


def shifted(portfolio: Portfolio, months: int) -> Portfolio:
    """The same portfolio `months` later: days keep their order, month ends stay month ends, fiscal years move too."""
    if months == 0:
        return portfolio
    changes: dict[str, Any] = {}
    for each in fields(portfolio):
        value = getattr(portfolio, each.name)
        if isinstance(value, date):
            changes[each.name] = later(value, months)
        elif isinstance(value, tuple):
            changes[each.name] = tuple(_rows(value, months))
    return replace(portfolio, **changes)


def later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = monthrange(year, month + 1)[1]
    at_end = day.day == monthrange(day.year, day.month)[1]
    return date(year, month + 1, last if at_end else min(day.day, last))


def _rows(rows: Iterable[Any], months: int) -> Iterable[Any]:
    known: dict[date, date] = {}
    for row in rows:
        moved = []
        for value in row:
            if isinstance(value, date):
                if value not in known:
                    known[value] = later(value, months)
                moved.append(known[value])
            else:
                moved.append(value)
        made = type(row)(*moved)
        yield made._replace(fiscal_year=made.fiscal_year + (months + 6) // 12) if isinstance(made, Statement) else made
