"""Arithmetic over any values: numbers, temporals, durations, and text for ``+``."""

from __future__ import annotations

import decimal
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from .calendar import DAY_NANO
from .cause import Stop, is_null, join_nulls
from .numbers import CONTEXT
from .run import Run, fault
from .types import kind_of
from .values import Date, DateTime, DayDuration, MonthDuration, OutOfRange, Time, date_from_days

_HALF_EVEN = decimal.ROUND_HALF_EVEN


def _to_nanos(value: Decimal) -> DayDuration:
    if abs(value) > 10**33:
        raise OutOfRange
    return DayDuration(int(value.to_integral_value(_HALF_EVEN)))


def _to_months(value: Decimal) -> MonthDuration:
    if abs(value) > 10**15:
        raise OutOfRange
    return MonthDuration(int(value))


def _date_plus(date: Date, duration: DayDuration) -> Date:
    """A date counts as its midnight; what is left of a day is dropped."""
    return date_from_days((date.days * DAY_NANO + duration.nanos) // DAY_NANO)


def _apart(a: DateTime, b: DateTime) -> DayDuration:
    if a.time.local != b.time.local:
        raise OutOfRange
    return DayDuration(a.instant - b.instant)


def _times_apart(a: Time, b: Time) -> DayDuration:
    if a.local != b.local:
        raise OutOfRange
    return DayDuration(a.instant - b.instant)


def _midnight(date: Date) -> DateTime:
    return DateTime(date, Time(0, 0))


_D, _M = DayDuration, MonthDuration
_Operation = Callable[[Any, Any], Any]
_TABLE: dict[tuple[str, type, type], _Operation] = {
    ("+", Decimal, Decimal): lambda a, b: a + b,
    ("-", Decimal, Decimal): lambda a, b: a - b,
    ("*", Decimal, Decimal): lambda a, b: a * b,
    ("/", Decimal, Decimal): lambda a, b: a / b,
    ("+", _D, _D): lambda a, b: _D(a.nanos + b.nanos),
    ("-", _D, _D): lambda a, b: _D(a.nanos - b.nanos),
    ("+", _M, _M): lambda a, b: _M(a.months + b.months),
    ("-", _M, _M): lambda a, b: _M(a.months - b.months),
    ("*", _D, Decimal): lambda a, b: _to_nanos(Decimal(a.nanos) * b),
    ("*", Decimal, _D): lambda a, b: _to_nanos(Decimal(b.nanos) * a),
    ("/", _D, Decimal): lambda a, b: _to_nanos(Decimal(a.nanos) / b),
    ("/", _D, _D): lambda a, b: Decimal(a.nanos) / Decimal(b.nanos),
    ("*", _M, Decimal): lambda a, b: _to_months(Decimal(a.months) * b),
    ("*", Decimal, _M): lambda a, b: _to_months(Decimal(b.months) * a),
    ("/", _M, Decimal): lambda a, b: _to_months(Decimal(a.months) / b),
    ("/", _M, _M): lambda a, b: Decimal(a.months) / Decimal(b.months),
    ("+", Date, _D): _date_plus,
    ("+", _D, Date): lambda a, b: _date_plus(b, a),
    ("-", Date, _D): lambda a, b: _date_plus(a, _D(-b.nanos)),
    ("+", Date, _M): lambda a, b: a.plus_months(b.months),
    ("+", _M, Date): lambda a, b: b.plus_months(a.months),
    ("-", Date, _M): lambda a, b: a.plus_months(-b.months),
    ("-", Date, Date): lambda a, b: _D((a.days - b.days) * DAY_NANO),
    ("-", Date, DateTime): lambda a, b: _apart(_midnight(a), b),
    ("-", DateTime, Date): lambda a, b: _apart(a, _midnight(b)),
    ("-", DateTime, DateTime): _apart,
    ("+", DateTime, _D): lambda a, b: a.plus(b.nanos),
    ("+", _D, DateTime): lambda a, b: b.plus(a.nanos),
    ("-", DateTime, _D): lambda a, b: a.plus(-b.nanos),
    ("+", DateTime, _M): lambda a, b: a.plus_months(b.months),
    ("+", _M, DateTime): lambda a, b: b.plus_months(a.months),
    ("-", DateTime, _M): lambda a, b: a.plus_months(-b.months),
    ("+", Time, _D): lambda a, b: a.plus(b.nanos),
    ("+", _D, Time): lambda a, b: b.plus(a.nanos),
    ("-", Time, _D): lambda a, b: a.plus(-b.nanos),
    ("-", Time, Time): _times_apart,
}


def _zoned(value: Any) -> bool:
    return value.__class__ is DateTime and value.time.zone is not None


def arithmetic(run: Run, n: int, op: str, a: Any, b: Any) -> Any:
    """`a op b` for any values; the operators below come here when both are not numbers."""
    if is_null(a) or is_null(b):
        return join_nulls(a, b)
    if op == "+" and a.__class__ is str and b.__class__ is str:
        return run.text(a + b)
    operation = _TABLE.get((op, a.__class__, b.__class__))
    if operation is None:
        return fault(run, n, "type", op=op, left=kind_of(a), right=kind_of(b))
    # Dates cost more than numbers, and a zone is looked up for each.
    run.spend(40 if _zoned(a) or _zoned(b) else 2)
    try:
        return operation(a, b)
    except decimal.DivisionByZero:
        return fault(run, n, "zero_division")
    except decimal.InvalidOperation:
        return fault(run, n, "zero_division" if op == "/" else "domain", op=op)
    except decimal.Overflow:
        return fault(run, n, "overflow", op=op)
    except OutOfRange:
        return fault(run, n, "range", op=op)


def add(run: Run, n: int, a: Any, b: Any) -> Any:
    if a.__class__ is Decimal and b.__class__ is Decimal:
        try:
            return a + b
        except decimal.Overflow:
            return fault(run, n, "overflow", op="+")
    return arithmetic(run, n, "+", a, b)


def subtract(run: Run, n: int, a: Any, b: Any) -> Any:
    if a.__class__ is Decimal and b.__class__ is Decimal:
        try:
            return a - b
        except decimal.Overflow:
            return fault(run, n, "overflow", op="-")
    return arithmetic(run, n, "-", a, b)


def multiply(run: Run, n: int, a: Any, b: Any) -> Any:
    if a.__class__ is Decimal and b.__class__ is Decimal:
        try:
            return a * b
        except decimal.Overflow:
            return fault(run, n, "overflow", op="*")
    return arithmetic(run, n, "*", a, b)


def divide(run: Run, n: int, a: Any, b: Any) -> Any:
    return arithmetic(run, n, "/", a, b)


def power(run: Run, n: int, a: Any, b: Any) -> Any:
    if is_null(a) or is_null(b):
        return join_nulls(a, b)
    if a.__class__ is not Decimal or b.__class__ is not Decimal:
        return fault(run, n, "type", op="**", left=kind_of(a), right=kind_of(b))
    if abs(b) > run.limits.exponent:
        raise Stop("exponent", run.limits.exponent)
    if not a and b <= 0:
        return fault(run, n, "zero_division", op="**") if b else Decimal(1)
    try:
        return CONTEXT.power(a, b)
    except decimal.Overflow:
        return fault(run, n, "overflow", op="**")
    except decimal.DivisionByZero:
        return fault(run, n, "zero_division", op="**")
    except decimal.InvalidOperation:
        return fault(run, n, "domain", op="**")


def negate(run: Run, n: int, a: Any) -> Any:
    if a.__class__ is Decimal:
        return CONTEXT.minus(a)
    if is_null(a):
        return a
    if isinstance(a, DayDuration):
        return DayDuration(-a.nanos)
    if isinstance(a, MonthDuration):
        return MonthDuration(-a.months)
    return fault(run, n, "type", op="-", left=kind_of(a))


_FOUR = {"+": add, "-": subtract, "*": multiply, "/": divide, "**": power}


def chained(run: Run, steps: tuple[tuple[str, int], ...], values: tuple[Any, ...]) -> Any:
    """A long chain of operators of one rank, from left to right."""
    made = values[0]
    for (op, n), value in zip(steps, values[1:], strict=True):
        made = _FOUR[op](run, n, made, value)
    return made
