"""Facts on the way in and results on the way out: Python's own types and the language's."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

from .calendar import NANO, YEAR_MAX
from .cause import Cause, Null, Stop
from .limits import LIMITS, Pay, budget
from .run import type_params
from .values import Date, DateTime, DayDuration, Function, MonthDuration, Range, Time

DEEPEST = 64
Span = tuple[int, int]
_KEPT = (str, Date, Time, DateTime, DayDuration, MonthDuration, Range, Function)


def _clock(value: dt.time | dt.datetime) -> Time:
    nanos = (value.hour * 3600 + value.minute * 60 + value.second) * NANO + value.microsecond * 1000
    name = getattr(value.tzinfo, "key", None)
    if name is not None:
        return Time(nanos, None, name)
    delta = value.utcoffset()
    return Time(nanos, None if delta is None else int(delta.total_seconds()))


def from_datetime(value: dt.datetime) -> DateTime:
    return DateTime(Date(value.year, value.month, value.day), _clock(value))


def adopt(value: Any, name: str, span: Span | None = None, depth: int = 0) -> Any:
    """A Fact as a value of the language; `name` is what a cause calls it, `span` where the formula first names it.

    A Cause given as a Fact is its null.
    """
    cls = value.__class__
    if cls is Decimal:
        return value if value.is_finite() else _null("domain", name, span)
    if cls is bool or cls in _KEPT or cls is Null:
        return value
    if value is None:
        return _null("missing", name, span)
    if cls is int:
        return Decimal(value) if abs(value) < 10**40 else _null("overflow", name, span)
    if isinstance(value, Cause):
        return Null((replace(value, field=value.field or name, span=span, params={"field": name, **value.params}),))
    if depth > DEEPEST:
        raise Stop("depth", DEEPEST)
    if isinstance(value, list | tuple):
        return [adopt(item, f"{name}[{at}]", span, depth + 1) for at, item in enumerate(value, 1)]
    if isinstance(value, dict):
        return {str(key): adopt(item, f"{name}.{key}", span, depth + 1) for key, item in value.items()}
    return _foreign(value, name, span)


def _null(code: str, name: str, span: Span | None) -> Null:
    return Null((Cause(code, name, span, {"field": name}),))


def _foreign(value: Any, name: str, span: Span | None) -> Any:
    if isinstance(value, float):
        return _null("rules.float_given", name, span)
    if isinstance(value, dt.datetime):
        return from_datetime(value)
    if isinstance(value, dt.date):
        return Date(value.year, value.month, value.day)
    if isinstance(value, dt.time):
        return _clock(value)
    if isinstance(value, dt.timedelta):
        return DayDuration(value // dt.timedelta(microseconds=1) * 1000)
    if isinstance(value, str):
        return str(value)
    return Null((Cause("type", name, span, {"field": name, "op": name, **type_params(type(value).__name__)}),))


def release(value: Any, pay: Pay | None = None) -> Any:
    """A result without the nulls' causes; going through it is paid for. Raises Stop."""
    cls = value.__class__
    if cls is Null:
        return None
    if cls is not list and cls is not dict and cls is not Range:
        return value
    return _released(value, pay or budget(LIMITS.fuel), 0)


def _released(value: Any, pay: Pay, depth: int) -> Any:
    cls = value.__class__
    if cls is Null:
        return None
    if cls is not list and cls is not dict and cls is not Range:
        return value
    if depth > DEEPEST:
        raise Stop("depth", DEEPEST)
    if cls is Range:  # an end may be a list, as in (= [a]), and hold nulls itself
        low, high = _released(value.low, pay, depth + 1), _released(value.high, pay, depth + 1)
        return replace(value, low=low, high=high)
    pay(1 + len(value))
    if cls is list:
        return [_released(item, pay, depth + 1) for item in value]
    return {key: _released(item, pay, depth + 1) for key, item in value.items()}


def _tz(value: Time) -> dt.tzinfo | None:
    if value.zone is not None:
        from .calendar import zone

        return zone(value.zone)
    return None if value.offset is None else dt.timezone(dt.timedelta(seconds=value.offset))


def to_python(value: Any) -> Any:
    """A result as Python's own types; a date or duration that Python cannot hold, a range, a function as text.

    Date, Time, DateTime -> datetime; days and time duration -> timedelta (microseconds); years and months duration
    -> its ISO text; lists and contexts item by item.
    """
    from .functions.text import text_of

    if isinstance(value, list):
        return [to_python(item) for item in value]
    if isinstance(value, dict):
        return {key: to_python(item) for key, item in value.items()}
    if isinstance(value, Date | DateTime):
        date = value if isinstance(value, Date) else value.date
        if not 1 <= date.year <= 9999 or abs(date.year) > YEAR_MAX:
            return text_of(value)
        day = dt.date(date.year, date.month, date.day)
        return day if isinstance(value, Date) else dt.datetime.combine(day, _python_time(value.time))
    if isinstance(value, Time):
        return _python_time(value)
    if isinstance(value, DayDuration):
        return dt.timedelta(microseconds=value.nanos // 1000) if abs(value.nanos) < 8 * 10**22 else text_of(value)
    if isinstance(value, MonthDuration | Range | Function):
        return text_of(value)
    return value


def _python_time(value: Time) -> dt.time:
    return dt.time(value.hour, value.minute, value.second, value.nanos % NANO // 1000, _tz(value))
