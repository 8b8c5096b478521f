"""Values of the language that Python has no type for: temporals of any year, ranges, functions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .calendar import (
    DAY,
    DAY_NANO,
    NANO,
    YEAR_MAX,
    ZONE_DAY,
    date_of,
    days_of,
    month_days,
    offset_at_instant,
    offset_at_local,
)


class OutOfRange(ValueError):
    """A date or a time that does not exist, or a year beyond the language's calendar."""


@dataclass(frozen=True, slots=True)
class Date:
    """A calendar date, years -999,999,999 to 999,999,999."""

    year: int
    month: int
    day: int

    def __post_init__(self) -> None:
        if not (-YEAR_MAX <= self.year <= YEAR_MAX and 1 <= self.month <= 12):
            raise OutOfRange
        if not 1 <= self.day <= month_days(self.year, self.month):
            raise OutOfRange

    @property
    def days(self) -> int:
        """Days since 1970-01-01."""
        return days_of(self.year, self.month, self.day)

    @property
    def weekday(self) -> int:
        """1 Monday to 7 Sunday."""
        return (self.days + 3) % 7 + 1

    def plus_months(self, months: int) -> Date:
        """The same day some months on; the last day of the month where that day does not exist."""
        year, month = divmod(self.year * 12 + self.month - 1 + months, 12)
        return Date(year, month + 1, min(self.day, month_days(year, month + 1)))


def date_from_days(days: int) -> Date:
    if abs(days) > 366 * (YEAR_MAX + 1):
        raise OutOfRange
    return Date(*date_of(days))


@dataclass(frozen=True, slots=True)
class Time:
    """A time of day: nanoseconds since midnight, with an offset in seconds, a zone id, or neither (local)."""

    nanos: int
    offset: int | None = None
    zone: str | None = None

    @property
    def hour(self) -> int:
        return self.nanos // (3600 * NANO)

    @property
    def minute(self) -> int:
        return self.nanos // (60 * NANO) % 60

    @property
    def second(self) -> int:
        return self.nanos // NANO % 60

    @property
    def local(self) -> bool:
        return self.offset is None and self.zone is None

    def offset_on(self, days: int) -> int:
        """Seconds ahead of UTC on a day; 0 for a local time."""
        if self.zone is not None:
            return offset_at_local(self.zone, days, self.nanos // NANO)
        return self.offset or 0

    def plus(self, nanos: int) -> Time:
        return Time((self.nanos + nanos) % DAY_NANO, self.offset, self.zone)

    @property
    def instant(self) -> int:
        """Nanoseconds of the day in UTC, for comparison; a zone counts with its offset of 2000-01-01."""
        return self.nanos - self.offset_on(ZONE_DAY) * NANO


@dataclass(frozen=True, slots=True)
class DateTime:
    """A date with a time of day."""

    date: Date
    time: Time

    @property
    def instant(self) -> int:
        """Nanoseconds since 1970-01-01T00:00:00, in UTC where it has an offset or a zone."""
        days = self.date.days
        return days * DAY_NANO + self.time.nanos - self.time.offset_on(days) * NANO

    @property
    def second(self) -> int:
        """Whole seconds since 1970-01-01T00:00:00: what date and times are compared by (DMN 1.5, 10.3.2.3.6)."""
        return self.instant // NANO

    def plus(self, nanos: int) -> DateTime:
        """Some time later on the same zone's clock: across a change of clocks the elapsed time counts."""
        instant = self.instant + nanos
        zone = self.time.zone
        offset = offset_at_instant(zone, instant // NANO) if zone is not None else self.time.offset or 0
        days, rest = divmod(instant + offset * NANO, DAY_NANO)
        return DateTime(date_from_days(days), Time(rest, self.time.offset, zone))

    def plus_months(self, months: int) -> DateTime:
        return DateTime(self.date.plus_months(months), self.time)


@dataclass(frozen=True, slots=True)
class DayDuration:
    """A days and time duration in nanoseconds."""

    nanos: int

    @property
    def parts(self) -> tuple[int, int, int, int]:
        """(days, hours, minutes, seconds), each with the sign of the duration."""
        sign = -1 if self.nanos < 0 else 1
        seconds = abs(self.nanos) // NANO
        return (
            sign * (seconds // DAY),
            sign * (seconds % DAY // 3600),
            sign * (seconds % 3600 // 60),
            sign * (seconds % 60),
        )


@dataclass(frozen=True, slots=True)
class MonthDuration:
    """A years and months duration in months."""

    months: int


@dataclass(frozen=True, slots=True)
class Range:
    """An interval; `op` is set for one written as a comparison, such as ``(< 10)`` or ``(!= 10)``."""

    low: Any
    low_closed: bool
    high: Any
    high_closed: bool
    op: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A function value: a definition of the formula's author, or a built-in named as a value."""

    params: tuple[str, ...]
    types: tuple[Any, ...]
    call: Callable[..., Any]
    name: str = ""
    result: Any = None
    arity: tuple[int, int] | None = None
    """Least and most arguments of a built-in; None: exactly the params."""
