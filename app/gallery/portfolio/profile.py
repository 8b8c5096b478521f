"""What nature knows about one customer before any row exists: quality, size, habits, and the day it fails."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from app.gallery.portfolio.chance import clamp, month_index

ALARM_MONTHS, ALARM_STRESS = 5, 0.45


class Failure(NamedTuple):
    """A default: its day, and the month index from which stress grows towards it."""

    day: date
    stress_from: int


@dataclass(frozen=True, slots=True)
class Profile:
    """The hidden state all rows of one customer are drawn from.

    quality      standard normal; higher pays sooner, earns more, is sued less
    monthly      purchase a month in CNY
    terms        payment days
    active_from  month index of the first orders
    failure      the default, or None
    alarm        month index at which a passing episode of stress begins, or None
    """

    customer_id: str
    quality: float
    currency: str
    monthly: float
    terms: int
    founded_on: date
    active_from: int
    failure: Failure | None
    alarm: int | None

    @property
    def default_day(self) -> date | None:
        """The day of default, if there is one."""
        return self.failure.day if self.failure else None

    def gone_by(self, day: date) -> bool:
        """Whether the customer has defaulted before `day`."""
        return self.failure is not None and day > self.failure.day

    def stress(self, day: date) -> float:
        """How hard pressed the customer is on `day`, 0 to 1: growing evenly up to a default, flat in an alarm."""
        month = month_index(day)
        if self.failure is not None and month >= self.failure.stress_from:
            first, last = self.failure.stress_from, month_index(self.failure.day)
            return clamp((month - first + 1) / (last - first + 1), 0, 1.0)
        if self.alarm is not None and self.alarm <= month < self.alarm + ALARM_MONTHS:
            return ALARM_STRESS
        return 0.0
