"""Days of the proleptic Gregorian calendar for any year, and offsets of named zones."""

from __future__ import annotations

import datetime as dt
import functools
import zoneinfo

YEAR_MAX = 999_999_999
DAY = 86_400
NANO = 1_000_000_000
DAY_NANO = DAY * NANO
ZONE_DAY = 10957
"""2000-01-01: the day whose offset stands for a zone where a time has no date."""


def is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def month_days(year: int, month: int) -> int:
    if month == 2:
        return 29 if is_leap(year) else 28
    return 30 if month in (4, 6, 9, 11) else 31


def days_of(year: int, month: int, day: int) -> int:
    """Days since 1970-01-01 (H. Hinnant, chrono-compatible low-level date algorithms)."""
    year -= month <= 2
    era = year // 400
    yoe = year - era * 400
    doy = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    return era * 146097 + yoe * 365 + yoe // 4 - yoe // 100 + doy - 719468


def date_of(days: int) -> tuple[int, int, int]:
    """(year, month, day) of a count of days since 1970-01-01; the inverse of `days_of`."""
    days += 719468
    era = days // 146097
    doe = days - era * 146097
    yoe = (doe - doe // 1460 + doe // 36524 - doe // 146096) // 365
    doy = doe - (365 * yoe + yoe // 4 - yoe // 100)
    mp = (5 * doy + 2) // 153
    month = mp + (3 if mp < 10 else -9)
    return yoe + era * 400 + (month <= 2), month, doy - (153 * mp + 2) // 5 + 1


def iso_week(days: int) -> int:
    """ISO 8601 week of the year."""
    thursday = days - (days + 3) % 7 + 3
    year = date_of(thursday)[0]
    return (thursday - days_of(year, 1, 1)) // 7 + 1


@functools.lru_cache(maxsize=1024)
def zone(name: str) -> zoneinfo.ZoneInfo | None:
    """The zone of this id, or None where there is none."""
    try:
        return zoneinfo.ZoneInfo(name)
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):
        return None


def _like(days: int) -> tuple[int, int, int]:
    """The same month and day in a year Python's own dates hold: the calendar repeats every 400 years."""
    year, month, day = date_of(days)
    return (year if 2 <= year <= 9998 else year % 400 + 2400), month, day


def offset_at_local(name: str, days: int, second: int) -> int:
    """Offset in seconds of a zone at a local wall time; in a gap the offset before the change."""
    info = zone(name)
    if info is None:
        return 0
    year, month, day = _like(days)
    moment = dt.datetime(year, month, day, second // 3600, second % 3600 // 60, second % 60, tzinfo=info)
    delta = moment.utcoffset()
    return int(delta.total_seconds()) if delta is not None else 0


def offset_at_instant(name: str, seconds: int) -> int:
    """Offset in seconds of a zone at an instant, given in seconds since 1970-01-01T00:00:00Z."""
    info = zone(name)
    if info is None:
        return 0
    days, second = divmod(seconds, DAY)
    year, month, day = _like(days)
    moment = dt.datetime(year, month, day, second // 3600, second % 3600 // 60, second % 60, tzinfo=dt.UTC)
    delta = moment.astimezone(info).utcoffset()
    return int(delta.total_seconds()) if delta is not None else 0
