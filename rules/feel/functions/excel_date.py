"""Excel functions over dates and times; dates are dates here, never serial numbers."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from ..calendar import DAY, NANO, iso_week, month_days
from ..cause import is_null
from ..convert import from_datetime
from ..run import Run
from ..types import kind_of
from ..values import Date, DateTime, Time, date_from_days
from .excel import flat, is_blank, position
from .excel_format import clock_of, day_of
from .table import Fault, Texts, Unknown, builtin

SERIALS = (
    "日期不是序列号；空白的日期是未知；可直接写日期文本",
    "A date is no serial number; a blank one is unknown; text of a date is taken too",
)
YEARS = ("年份按原样，不加 1900；" + SERIALS[0], "A year is taken as it stands, 1900 is not added. " + SERIALS[1])
MOMENT = ("取评级所用的时刻，不读取时钟", "The moment of the rating; no clock is read")


def _entry(
    name: str, params: str, result: str, zh: str, en: str, example: Texts, differs: tuple[str, str] = SERIALS
) -> Callable[..., Any]:
    return builtin(name, params, result, zh, en, example, "dates", differs)


@_entry("TODAY", "", "date", "今天", "The day of the evaluation", "ISBLANK(TODAY()) = false", MOMENT)
def today(run: Run, at: int) -> Date:
    return from_datetime(run.now).date


@_entry("NOW", "", "date and time", "当前日期时间", "The moment of the evaluation", "ISBLANK(NOW()) = false", MOMENT)
def now(run: Run, at: int) -> DateTime:
    return from_datetime(run.now)


@_entry(
    "DATE", "year: number#, month: number#, day: number#", "date", "由年月日得到日期，超出的月、日顺延",
    "A date; months and days beyond their end run on", 'DATE(2026, 13, 1) = @"2027-01-01"', YEARS,
)
def date(run: Run, at: int, year: Decimal, month: Decimal, day: Decimal) -> Date:
    years, months, days = (position(x, "date") for x in (year, month, day))
    first = Date(years, 1, 1).plus_months(months - 1)
    return date_from_days(first.days + days - 1)


@_entry(
    "TIME", "hour: number#, minute: number#, second: number#", "time", "由时分秒得到时间，超过一天的部分舍去",
    "A time of day; what goes beyond a day is dropped", 'TIME(25, 30, 0) = @"01:30:00"',
)
def time(run: Run, at: int, hour: Decimal, minute: Decimal, second: Decimal) -> Time:
    seconds = position(hour, "time") * 3600 + position(minute, "time") * 60 + position(second, "time")
    if seconds < 0:
        raise Fault("domain")
    return Time(seconds % DAY * NANO)


@_entry("YEAR", "date: day or text", "number", "年", "The year", 'YEAR("2026-01-31") = 2026')
def year(run: Run, at: int, value: Any) -> Decimal:
    return Decimal(day_of(value).year)


@_entry("MONTH", "date: day or text", "number", "月", "The month", 'MONTH("2026-01-31") = 1')
def month(run: Run, at: int, value: Any) -> Decimal:
    return Decimal(day_of(value).month)


@_entry("DAY", "date: day or text", "number", "日", "The day of the month", 'DAY("2026-01-31") = 31')
def day_(run: Run, at: int, value: Any) -> Decimal:
    return Decimal(day_of(value).day)


@_entry("HOUR", "time: clock", "number", "时", "The hour", 'HOUR("09:30:15") = 9')
def hour(run: Run, at: int, value: Any) -> Decimal:
    return Decimal(clock_of(value).hour)


@_entry("MINUTE", "time: clock", "number", "分", "The minute", 'MINUTE("09:30:15") = 30')
def minute(run: Run, at: int, value: Any) -> Decimal:
    return Decimal(clock_of(value).minute)


@_entry("SECOND", "time: clock", "number", "秒", "The second", 'SECOND("09:30:15") = 15')
def second(run: Run, at: int, value: Any) -> Decimal:
    return Decimal(clock_of(value).second)


def _first_weekday(kind: int) -> int:
    """The day, Monday 0 to Sunday 6, a week begins with in Excel's kinds 1, 2 and 11 to 17."""
    if kind in (1, 17):
        return 6
    if kind == 2 or 11 <= kind <= 16:
        return 0 if kind == 2 else kind - 11
    raise Fault("domain")


@_entry(
    "WEEKDAY", "date: day or text, kind: number?#", "number", "星期几；默认 1 为周日，第二参数 2 时 1 为周一",
    "Day of the week, 1 is Sunday; with the second argument 2, 1 is Monday", 'WEEKDAY("2026-01-31", 2) = 6',
)
def weekday(run: Run, at: int, value: Any, kind: Decimal | None) -> Decimal:
    chosen = 1 if kind is None else position(kind)
    if chosen == 3:
        return Decimal(day_of(value).weekday - 1)
    return Decimal((day_of(value).weekday - 1 - _first_weekday(chosen)) % 7 + 1)


@_entry(
    "WEEKNUM", "date: day or text, kind: number?#", "number",
    "一年中的第几周；默认周日为一周之始，2 为周一，21 为 ISO 周次",
    "Week of the year from Sunday; second argument 2 from Monday, 21 by ISO", 'WEEKNUM("2026-01-31", 21) = 5',
)
def weeknum(run: Run, at: int, value: Any, kind: Decimal | None) -> Decimal:
    chosen, day = 1 if kind is None else position(kind), day_of(value)
    if chosen == 21:
        return Decimal(iso_week(day.days))
    begin = Date(day.year, 1, 1)
    lead = (begin.weekday - 1 - _first_weekday(chosen)) % 7
    return Decimal((day.days - begin.days + lead) // 7 + 1)


@_entry(
    "DATEVALUE", "text: day or text", "date", "把文本转换为日期", "A date from text",
    'DATEVALUE("2026/1/31") = @"2026-01-31"',
    ("得到日期而非序列号；读作年、月、日的次序", "Gives a date, not a serial number; reads year, month, day"),
)
def datevalue(run: Run, at: int, text: Any) -> Date:
    return day_of(text)


def _months_between(start: Date, end: Date) -> int:
    return (end.year - start.year) * 12 + end.month - start.month - (end.day < start.day)


@_entry(
    "DATEDIF", "start: day or text, end: day or text, unit: text$", "number",
    '两个日期之间的整年 "Y"、整月 "M"、天数 "D"，或 "YM"、"MD"、"YD"',
    'Whole years "Y", months "M" or days "D" between dates, or "YM", "MD", "YD"',
    'DATEDIF("2024-01-31", "2026-01-30", "Y") = 1',
)
def datedif(run: Run, at: int, start: Any, end: Any, unit: Any) -> Decimal:
    first, last, kind = day_of(start), day_of(end), str(unit).upper()
    if last.days < first.days:
        raise Fault("domain")
    months = _months_between(first, last)
    if kind == "D":
        return Decimal(last.days - first.days)
    if kind in ("Y", "M", "YM"):
        return Decimal({"Y": months // 12, "M": months, "YM": months % 12}[kind])
    if kind == "MD":
        return Decimal(last.days - first.plus_months(months).days)
    if kind == "YD":
        return Decimal(last.days - first.plus_months(months // 12 * 12).days)
    raise Fault("domain", text=kind[:10])


@_entry(
    "DAYS", "end: day or text, start: day or text", "number", "两个日期相差的天数",
    "Days from the second date to the first", 'DAYS("2026-01-31", "2026-01-01") = 30',
)
def days(run: Run, at: int, end: Any, start: Any) -> Decimal:
    return Decimal(day_of(end).days - day_of(start).days)


@_entry(
    "EDATE", "date: day or text, months: number#", "date", "若干个月后的同一天，没有该日则取月末",
    "The same day some months on, or the end of that month", 'EDATE("2026-01-31", 1) = @"2026-02-28"',
)
def edate(run: Run, at: int, value: Any, months: Decimal) -> Date:
    return day_of(value).plus_months(position(months, "months"))


@_entry(
    "EOMONTH", "date: day or text, months: number#", "date", "若干个月后的月末",
    "The end of a month some months on", 'EOMONTH("2026-01-15", 1) = @"2026-02-28"',
)
def eomonth(run: Run, at: int, value: Any, months: Decimal) -> Date:
    found = day_of(value).plus_months(position(months, "months"))
    return Date(found.year, found.month, month_days(found.year, found.month))


def _holidays(run: Run, given: Any) -> list[int]:
    """Holidays on working days, as days, each once, ascending."""
    if given is None or is_blank(given):
        return []
    found = set()
    for value in flat(run, given):
        if is_null(value):
            raise Unknown([value])
        if not isinstance(value, Date | DateTime | str):
            raise Fault("type", left=kind_of(value), wanted="day or text")
        day = day_of(value)
        if day.weekday <= 5:
            found.add(day.days)
    return sorted(found)


def _working(days_: int) -> int:
    """Working days from a fixed Monday up to and including a day."""
    weeks, rest = divmod(days_ - 4 + 7, 7)
    return weeks * 5 + min(rest, 4) + 1


@_entry(
    "NETWORKDAYS", "start: day or text, end: day or text, holidays: any?!", "number",
    "两个日期之间的工作日数，首尾都计", "Working days between two dates, both counted",
    'NETWORKDAYS("2026-01-01", "2026-01-31", ["2026-01-01"]) = 21',
)
def networkdays(run: Run, at: int, start: Any, end: Any, holidays: Any) -> Decimal:
    first, last = day_of(start).days, day_of(end).days
    sign = 1 if first <= last else -1
    low, high = min(first, last), max(first, last)
    off = sum(low <= day <= high for day in _holidays(run, holidays))
    return Decimal(sign * (_working(high) - _working(low - 1) - off))


@_entry(
    "WORKDAY", "start: day or text, days: number#, holidays: any?!", "date", "若干个工作日之后（或之前）的日期",
    "The date some working days on, or back", 'WORKDAY("2026-01-30", 1) = @"2026-02-02"',
)
def workday(run: Run, at: int, start: Any, count: Decimal, holidays: Any) -> Date:
    wanted, day = position(count, "days"), day_of(start).days
    off = set(_holidays(run, holidays))
    step = 1 if wanted > 0 else -1
    run.spend(abs(wanted) // 64)
    weeks, left = divmod(abs(wanted), 5)
    # Whole weeks at once, then day by day; each holiday passed on the way is one more day to go.
    begin = day
    day += step * 7 * weeks
    left += sum(min(begin, day) + (step > 0) <= x <= max(begin, day) - (step < 0) for x in off)
    while left:
        run.spend(1)
        day += step
        if date_from_days(day).weekday <= 5 and day not in off:
            left -= 1
    while date_from_days(day).weekday > 5 or day in off:
        if not wanted:
            break
        run.spend(1)
        day -= step
    return date_from_days(day)
