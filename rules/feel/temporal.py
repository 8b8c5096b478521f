"""Dates, times and durations as text: ISO 8601 in and out, with zone ids after an at sign."""

from __future__ import annotations

import re
from typing import Any

from .calendar import DAY, DAY_NANO, NANO, zone
from .values import Date, DateTime, DayDuration, MonthDuration, OutOfRange, Time, date_from_days

_DATE = re.compile(r"(-?)(\d{4}|[1-9]\d{4,8})-(\d\d)-(\d\d)\Z", re.ASCII)
_TIME = re.compile(r"(\d\d):(\d\d):(\d\d)(?:\.(\d{1,18}))?(Z|[+-]\d\d:\d\d(?::\d\d)?|@[\w/+\-]+)?\Z", re.ASCII)
_DAYS = re.compile(
    r"(-)?P(?:(\d{1,16})D)?(?:T(?:(\d{1,16})H)?(?:(\d{1,16})M)?(?:(\d{1,16})(?:\.(\d{0,18}))?S)?)?\Z", re.ASCII
)
_MONTHS = re.compile(r"(-)?P(?:(\d{1,12})Y)?(?:(\d{1,12})M)?\Z", re.ASCII)
OFFSET_MAX = 18 * 3600


def _fraction(text: str | None) -> int:
    return int((text or "").ljust(9, "0")[:9] or 0)


def parse_date(text: str) -> Date | None:
    """`-?YYYY-MM-DD`, five and more digits of year without a leading zero; None where it is no date."""
    m = _DATE.match(text)
    if m is None:
        return None
    try:
        return Date(int(m[1] + m[2]), int(m[3]), int(m[4]))
    except OutOfRange:
        return None


def _clock(text: str) -> tuple[Time, bool] | None:
    """The time of day, and whether it was written 24:00:00."""
    m = _TIME.match(text)
    if m is None:
        return None
    hour, minute, second, part = int(m[1]), int(m[2]), int(m[3]), _fraction(m[4])
    midnight = hour == 24 and not (minute or second or part)
    if minute > 59 or second > 59 or (hour > 23 and not midnight):
        return None
    offset, name = None, None
    if m[5] == "Z":
        offset = 0
    elif m[5] and m[5][0] == "@":
        name = m[5][1:]
        if zone(name) is None:
            return None
    elif m[5]:
        size = int(m[5][1:3]) * 3600 + int(m[5][4:6]) * 60 + int(m[5][7:9] or 0)
        if size > OFFSET_MAX or int(m[5][4:6]) > 59 or int(m[5][7:9] or 0) > 59:
            return None
        offset = -size if m[5][0] == "-" else size
    nanos = (hour % 24 * 3600 + minute * 60 + second) * NANO + part
    return Time(nanos, offset, name), midnight


def parse_time(text: str) -> Time | None:
    found = _clock(text)
    return found[0] if found else None


def parse_date_time(text: str) -> DateTime | None:
    """Date and time around a T; a date alone means its midnight."""
    day, mark, rest = text.partition("T")
    date = parse_date(day)
    if date is None:
        return None
    if not mark:
        return DateTime(date, Time(0))
    found = _clock(rest)
    if found is None:
        return None
    time, next_day = found
    try:
        return DateTime(date_from_days(date.days + 1) if next_day else date, time)
    except OutOfRange:
        return None


def parse_duration(text: str) -> DayDuration | MonthDuration | None:
    m = _MONTHS.match(text)
    if m is not None and (m[2] or m[3]):
        months = int(m[2] or 0) * 12 + int(m[3] or 0)
        return MonthDuration(-months if m[1] else months)
    m = _DAYS.match(text)
    if m is None or not any(m[i] for i in (2, 3, 4, 5)) or text.endswith("T"):
        return None
    seconds = int(m[2] or 0) * DAY + int(m[3] or 0) * 3600 + int(m[4] or 0) * 60 + int(m[5] or 0)
    nanos = seconds * NANO + _fraction(m[6])
    return DayDuration(-nanos if m[1] else nanos)


def parse_temporal(text: str) -> Date | Time | DateTime | DayDuration | MonthDuration | None:
    """The value of an ``@"…"`` literal."""
    if "P" in text[:2]:
        return parse_duration(text)
    if "T" in text.partition("@")[0]:
        return parse_date_time(text)
    return parse_date(text) or parse_time(text)


def date_text(value: Date) -> str:
    return f"{'-' if value.year < 0 else ''}{abs(value.year):04d}-{value.month:02d}-{value.day:02d}"


def offset_text(seconds: int) -> str:
    if seconds == 0:
        return "Z"
    sign, size = ("-" if seconds < 0 else "+"), abs(seconds)
    tail = f":{size % 60:02d}" if size % 60 else ""
    return f"{sign}{size // 3600:02d}:{size % 3600 // 60:02d}{tail}"


def time_text(value: Time) -> str:
    part = value.nanos % NANO
    fraction = f".{part:09d}".rstrip("0") if part else ""
    zone_part = "" if value.offset is None else offset_text(value.offset)
    if value.zone is not None:
        zone_part = f"@{value.zone}"
    return f"{value.hour:02d}:{value.minute:02d}:{value.second:02d}{fraction}{zone_part}"


def duration_text(value: DayDuration | MonthDuration) -> str:
    if isinstance(value, MonthDuration):
        years, months = divmod(abs(value.months), 12)
        body = (f"{years}Y" if years else "") + (f"{months}M" if months or not years else "")
        return f"{'-' if value.months < 0 else ''}P{body}"
    size = abs(value.nanos)
    days, rest = divmod(size, DAY_NANO)
    seconds, part = divmod(rest, NANO)
    clock = f"{seconds // 3600}H" if seconds >= 3600 else ""
    clock += f"{seconds % 3600 // 60}M" if seconds % 3600 >= 60 else ""
    if seconds % 60 or part:
        clock += f"{seconds % 60}" + (f".{part:09d}".rstrip("0") if part else "") + "S"
    body = (f"{days}D" if days else "") + (f"T{clock}" if clock else "")
    return f"{'-' if value.nanos < 0 else ''}P{body or 'T0S'}"


def temporal_text(value: Any) -> str:
    """ISO text of any temporal value of the language."""
    if isinstance(value, Date):
        return date_text(value)
    if isinstance(value, Time):
        return time_text(value)
    if isinstance(value, DateTime):
        return f"{date_text(value.date)}T{time_text(value.time)}"
    return duration_text(value)
