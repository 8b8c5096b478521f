"""Blanks, comparison and text as Excel has them: what its dialect writes into the tree and its functions share."""

from __future__ import annotations

import decimal
from decimal import Decimal
from typing import Any

from ..arithmetic import arithmetic
from ..calendar import DAY_NANO
from ..cause import ABSENT, Null, is_null, join_nulls
from ..numbers import CONTEXT, ZERO, number_text
from ..operate import comparable, order_key
from ..run import Run, fault
from ..temporal import temporal_text
from ..types import kind_of
from ..values import Date, DateTime, DayDuration, Time
from .table import Fault, Unknown, builtin

RANKS = {Decimal: 0, str: 1, bool: 2}
"""Excel's order over kinds: numbers, then text, then truth."""
EMPTY: dict[type, Any] = {Decimal: ZERO, str: "", bool: False}


def is_blank(value: Any) -> bool:
    """Whether nothing was given: null or a missing Fact. What is stale, refused or disputed, and faults, are not."""
    return value is None or (value.__class__ is Null and all(c.code == "missing" for c in value.causes))


def is_fault(value: Any) -> bool:
    """Whether a null stands for a failed calculation, not only for something unknown."""
    return value.__class__ is Null and any(c.code not in ABSENT for c in value.causes)


def is_not_found(value: Any) -> bool:
    return value.__class__ is Null and any(c.code == "not_found" for c in value.causes)


def as_text(value: Any) -> str:
    """A value as Excel joins it into text; dates as ISO text."""
    if value.__class__ is str:
        return str(value)
    if value is True or value is False:
        return "TRUE" if value else "FALSE"
    if value.__class__ is Decimal:
        return number_text(value)
    if isinstance(value, Date | DateTime | Time):
        return temporal_text(value)
    raise Fault("type", left=kind_of(value), wanted="text")


def flat(run: Run, values: Any) -> list[Any]:
    """The single values of an argument: lists inside lists opened."""
    made: list[Any] = []
    stack = [iter(values if values.__class__ is list else [values])]
    while stack:
        for value in stack[-1]:
            run.spend(1)
            if value.__class__ is list:
                stack.append(iter(value))
                break
            made.append(value)
        else:
            stack.pop()
    return run.items(made)


def _replaced(value: Any, empty: Any) -> Any:
    if value.__class__ is list:
        return [_replaced(item, empty) for item in value]
    return empty if is_blank(value) else value


@builtin(
    "blank as zero", "value: any", "same", "空白按 0 计，其他值不变；列表逐项处理",
    "0 where nothing was given, else the value; a list item by item", "blank as zero(null) = 0",
)
def blank_as_zero(run: Run, at: int, value: Any) -> Any:
    return _replaced(value, ZERO)


@builtin(
    "blank as text", "value: any", "same", "空白按空文本计，其他值不变；列表逐项处理",
    "Empty text where nothing was given, else the value; a list item by item", 'blank as text(null) = ""',
)
def blank_as_text(run: Run, at: int, value: Any) -> Any:
    return _replaced(value, "")


@builtin(
    "without blanks", "values: list...~", "list", "去除空白后的列表，嵌套列表展开",
    "The values that were given, lists inside lists opened", "without blanks(1, null, [2]) = [1, 2]",
)
def without_blanks(run: Run, at: int, values: list[Any]) -> list[Any]:
    return [value for value in flat(run, values) if not is_blank(value)]


# ---------------------------------------------------------------------- operators
def _shifted(day: Any, days: Decimal) -> Any:
    """A date some days on; a date keeps no part of a day, a date and time does."""
    if abs(days) > 10**12:
        raise Fault("range")
    if isinstance(day, Date):
        whole = int(days.to_integral_value(decimal.ROUND_FLOOR))
        return DateTime(day, Time(0)).plus(whole * DAY_NANO).date
    return day.plus(int(CONTEXT.multiply(days, Decimal(DAY_NANO))))


@builtin(
    "excel plus", "left: any, right: any", "any", "Excel 的加法：数字相加，或日期加天数",
    "Addition as in Excel: numbers, or a date and a number of days", 'excel plus(@"2024-02-28", 2) = @"2024-03-01"',
)
def plus(run: Run, at: int, left: Any, right: Any) -> Any:
    if left.__class__ is Decimal and right.__class__ is Decimal:
        return CONTEXT.add(left, right)
    for day, days in ((left, right), (right, left)):
        if isinstance(day, Date | DateTime) and days.__class__ is Decimal:
            return _shifted(day, days)
    if left.__class__ is str or right.__class__ is str:
        raise Fault("type", op="+", left=kind_of(left), right=kind_of(right))
    return arithmetic(run, at, "+", left, right)


@builtin(
    "excel minus", "left: any, right: any", "any", "Excel 的减法：数字相减、日期减天数，两个日期相减得天数",
    "Subtraction as in Excel: numbers, a date and a number of days, or two dates, which gives days",
    'excel minus(@"2024-03-01", @"2024-02-28") = 2',
)
def minus(run: Run, at: int, left: Any, right: Any) -> Any:
    if left.__class__ is Decimal and right.__class__ is Decimal:
        return CONTEXT.subtract(left, right)
    if isinstance(left, Date | DateTime) and right.__class__ is Decimal:
        return _shifted(left, -right)
    found = arithmetic(run, at, "-", left, right)
    moments = isinstance(left, Date | DateTime | Time) and isinstance(right, Date | DateTime | Time)
    if moments and isinstance(found, DayDuration):
        return CONTEXT.divide(Decimal(found.nanos), Decimal(DAY_NANO))
    return found


def ordered(left: Any, right: Any) -> int | None:
    """-1, 0 or 1 as Excel orders two values: text without case, numbers before text before truth; None: no order."""
    a: Any
    b: Any
    if left.__class__ in RANKS and right.__class__ in RANKS:
        if left.__class__ is not right.__class__:
            return -1 if RANKS[left.__class__] < RANKS[right.__class__] else 1
        a, b = (str(left).lower(), str(right).lower()) if left.__class__ is str else (left, right)
    elif comparable(left, right):
        a, b = order_key(left), order_key(right)
    else:
        return None
    return int(a > b) - int(a < b)


def compared(op: str, order: int) -> bool:
    holds = {"=": order == 0, "!=": order != 0, "<": order < 0, "<=": order <= 0, ">": order > 0, ">=": order >= 0}
    return holds[op]


@builtin(
    "excel compare", "left: any, operator: string, right: any", "boolean",
    "Excel 的比较：文本不分大小写，空白与 0、空文本和否相等，种类不同的值不相等",
    "Comparison as in Excel: text without case, a blank equals 0, empty text and false, values of two kinds differ",
    'excel compare("ab", "=", "AB") = true',
)
def compare(run: Run, at: int, left: Any, operator: str, right: Any) -> Any:
    if operator not in ("=", "!=", "<", "<=", ">", ">="):
        raise Fault("domain", text=operator[:10])
    if any(is_null(x) and not is_blank(x) for x in (left, right)):
        return join_nulls(left, right)
    blanks = is_blank(left), is_blank(right)
    if all(blanks):
        return compared(operator, 0)
    if any(blanks):
        other = right if blanks[0] else left
        if other.__class__ not in EMPTY:
            return join_nulls(left, right)
        left, right = (EMPTY[other.__class__] if blank else x for blank, x in zip(blanks, (left, right), strict=True))
    order = ordered(left, right)
    if order is None:
        return fault(run, at, "type", op=operator, left=kind_of(left), right=kind_of(right))
    return compared(operator, order)


# ---------------------------------------------------------------------- lists of numbers
def figures(run: Run, values: list[Any]) -> list[Decimal]:
    """The numbers of an argument. Raises Unknown where one is null, Fault where one is no number."""
    found = flat(run, values)
    for value in found:
        if is_null(value):
            raise Unknown(found) if value is not None else Fault("type", left="null", wanted="number")
        if value.__class__ is not Decimal:
            raise Fault("type", left=kind_of(value), wanted="number")
    return found


def position(value: Decimal, what: str = "position") -> int:
    """An argument as an integer, its fraction dropped; a number beyond any list is a fault."""
    if abs(value) > 10**9:
        raise Fault("range", **{what: str(value)[:20]})
    return int(value)
