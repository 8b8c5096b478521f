"""Built-in functions over dates and times."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from ..calendar import NANO, days_of, iso_week, month_days
from ..cause import Null, is_null, join_nulls
from ..convert import from_datetime
from ..run import Run
from ..temporal import OFFSET_MAX, parse_date, parse_date_time, parse_time
from ..types import kind_of
from ..values import Date, DateTime, DayDuration, OutOfRange, Time
from .table import Fault, builtin

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTH_NAMES = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


def _int(value: Any) -> int:
    if value.__class__ is not Decimal:
        raise Fault("type", left=kind_of(value), wanted="number")
    if value != value.to_integral_value() or abs(value) > 10**10:
        raise OutOfRange
    return int(value)


def _unknown(*values: Any) -> Null:
    """The null of arguments one of which is null or left out."""
    found = join_nulls(*values)
    if found is None:
        raise Fault("type", left="null", wanted="number")
    return found


def _single(value: Any) -> Any:
    return value[0] if value.__class__ is list and len(value) == 1 else value


@builtin(
    "date", "from/year: any, month: any?, day: any?", "date",
    "由文本、日期时间或年月日得到日期",
    "A date from text, a date and time, or year, month and day",
    (
        'date("2017-01-03").day = 3',
        'date(2026, 1, 31) = @"2026-01-31"',
        'date(@"2026-01-31T10:00:00") = @"2026-01-31"',
    ),
)
def date(run: Run, at: int, value: Any, month: Any, day: Any) -> Any:
    value = _single(value)
    if month is None and day is None and value.__class__ is not Decimal:
        if is_null(value):
            return value
        if isinstance(value, Date):
            return value
        if isinstance(value, DateTime):
            return value.date
        if value.__class__ is not str:
            raise Fault("type", left=kind_of(value), wanted="string")
        found = parse_date(value)
        if found is None:
            raise Fault("domain", text=value[:60])
        return found
    parts = (value, month, day)
    if any(is_null(x) for x in parts):
        return _unknown(*parts)
    return Date(_int(value), _int(month), _int(day))


@builtin(
    "time", "from/hour: any, minute: any?, second: any?, offset: any?", "time",
    "由文本、日期时间或时分秒得到时间",
    "A time from text, a date and time, or hour, minute and second",
    ('time("10:30:00").hour = 10', 'time(10, 30, 0) = @"10:30:00"', 'time("10:30:00+08:00").time offset = @"PT8H"'),
)
def time(run: Run, at: int, value: Any, minute: Any, second: Any, offset: Any) -> Any:
    value = _single(value)
    if minute is None and second is None and offset is None and value.__class__ is not Decimal:
        if is_null(value):
            return value
        if isinstance(value, Time):
            return value
        if isinstance(value, Date):
            return Time(0, 0)
        if isinstance(value, DateTime):
            return value.time
        if value.__class__ is not str:
            raise Fault("type", left=kind_of(value), wanted="string")
        found = parse_time(value)
        if found is None:
            raise Fault("domain", text=value[:60])
        return found
    return _clock(value, minute, second, offset)


def _clock(hour: Any, minute: Any, second: Any, offset: Any) -> Any:
    if any(is_null(x) for x in (hour, minute, second)):
        return _unknown(hour, minute, second)
    if second.__class__ is not Decimal:
        raise Fault("type", left=kind_of(second), wanted="number")
    h, m = _int(hour), _int(minute)
    if not (0 <= h <= 23 and 0 <= m <= 59 and 0 <= second < 60):
        raise OutOfRange
    seconds: int | None = None
    if not is_null(offset):
        if not isinstance(offset, DayDuration):
            raise Fault("type", left=kind_of(offset), wanted="days and time duration")
        seconds = offset.nanos // NANO
        if abs(seconds) > OFFSET_MAX:
            raise OutOfRange
    return Time((h * 3600 + m * 60) * NANO + int(second * NANO), seconds)


@builtin(
    "date and time", "from/date: any, time: any?", "date and time",
    "由文本或日期与时间得到日期时间",
    "A date and time from text, or from a date and a time",
    ('date and time(@"2017-01-03", @"10:30:00").hour = 10', 'date and time("2026-01-31T10:30:00Z").year = 2026'),
)
def date_and_time(run: Run, at: int, value: Any, clock: Any) -> Any:
    value, clock = _single(value), _single(clock)
    if clock is None and value.__class__ is str:
        found = parse_date_time(value)
        if found is None:
            raise Fault("domain", text=value[:60])
        return found
    if clock is None and isinstance(value, DateTime):
        return value
    if is_null(value) or (is_null(clock) and clock is not None):
        return join_nulls(value, clock)
    if not isinstance(value, Date | DateTime) or not isinstance(clock, Time):
        raise Fault("type", left=kind_of(value), right=kind_of(clock))
    return DateTime(value if isinstance(value, Date) else value.date, clock)


@builtin(
    "now", "", "date and time",
    "当前日期时间",
    "The moment of the evaluation",
    "is defined(now()) = true",
)
def now(run: Run, at: int) -> DateTime:
    if run.moment is None:
        run.moment = from_datetime(run.now)
    return run.moment


@builtin(
    "today", "", "date",
    "今天",
    "The day of the evaluation",
    "is defined(today()) = true",
)
def today(run: Run, at: int) -> Date:
    return from_datetime(run.now).date


def _day(value: Date | DateTime) -> Date:
    return value if isinstance(value, Date) else value.date


@builtin(
    "day of year", "date: day", "number",
    "一年中的第几天",
    "Number of the day in its year",
    ('day of year(@"2019-09-17") = 260', 'day of year(@"2024-12-31") = 366'),
)
def day_of_year(run: Run, at: int, value: Date | DateTime) -> Decimal:
    day = _day(value)
    return Decimal(day.days - days_of(day.year, 1, 1) + 1)


@builtin(
    "day of week", "date: day", "string",
    "星期几（英文名称）",
    "English name of the day of the week",
    ('day of week(@"2019-09-17") = "Tuesday"', 'day of week(@"2026-01-31") = "Saturday"'),
)
def day_of_week(run: Run, at: int, value: Date | DateTime) -> str:
    return WEEKDAYS[_day(value).weekday - 1]


@builtin(
    "month of year", "date: day", "string",
    "月份（英文名称）",
    "English name of the month",
    ('month of year(@"2019-09-17") = "September"', 'month of year(@"2026-01-31") = "January"'),
)
def month_of_year(run: Run, at: int, value: Date | DateTime) -> str:
    return MONTH_NAMES[_day(value).month - 1]


@builtin(
    "week of year", "date: day", "number",
    "ISO 周次",
    "ISO number of the week",
    ('week of year(@"2019-09-17") = 38', 'week of year(@"2026-01-01") = 1'),
)
def week_of_year(run: Run, at: int, value: Date | DateTime) -> Decimal:
    return Decimal(iso_week(_day(value).days))


@builtin(
    "last day of month", "date: day", "date",
    "当月最后一天",
    "The last day of the month",
    ('last day of month(@"2024-02-10") = @"2024-02-29"', 'last day of month(@"2026-01-15") = @"2026-01-31"'),
)
def last_day_of_month(run: Run, at: int, value: Date | DateTime) -> Date:
    day = _day(value)
    return Date(day.year, day.month, month_days(day.year, day.month))
