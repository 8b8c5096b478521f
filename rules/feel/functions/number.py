"""Built-in functions over numbers."""

from __future__ import annotations

import decimal
from decimal import Decimal
from typing import Any

from ..cause import is_null
from ..numbers import CONTEXT, ONE, WIDE, ZERO, round_to, whole
from ..operate import comparable, order_key
from ..run import Run
from ..types import kind_of
from ..values import DayDuration, MonthDuration
from .table import Fault, Unknown, builtin, numbers

SCALE = (-6111, 6176)
MODES = {
    "decimal": decimal.ROUND_HALF_EVEN,
    "floor": decimal.ROUND_FLOOR,
    "ceiling": decimal.ROUND_CEILING,
    "round up": decimal.ROUND_UP,
    "round down": decimal.ROUND_DOWN,
    "round half up": decimal.ROUND_HALF_UP,
    "round half down": decimal.ROUND_HALF_DOWN,
}


def _rounded(n: Decimal, scale: Decimal | None, name: str) -> Decimal:
    at = whole(scale) if scale is not None else 0
    if not SCALE[0] <= at <= SCALE[1]:
        raise Fault("range", scale=at)
    return round_to(n, at, MODES[name])


@builtin(
    "decimal", "n: number, scale: number", "number",
    "按小数位数舍入，五取偶",
    "Rounds to a number of decimals, half to even",
    ("decimal(2.5, 0) = 2", "decimal(1.125, 2) = 1.12", "decimal(1234, -2) = 1200"),
)
def decimal_(run: Run, at: int, n: Decimal, scale: Decimal) -> Decimal:
    return _rounded(n, scale, "decimal")


@builtin(
    "floor", "n: number, scale: number?", "number",
    "向下取整",
    "Rounds down towards minus infinity",
    ("floor(-1.5) = -2", "floor(1.56, 1) = 1.5"),
)
def floor(run: Run, at: int, n: Decimal, scale: Decimal | None) -> Decimal:
    return _rounded(n, scale, "floor")


@builtin(
    "ceiling", "n: number, scale: number?", "number",
    "向上取整",
    "Rounds up towards plus infinity",
    ("ceiling(-1.5) = -1", "ceiling(1.52, 1) = 1.6"),
)
def ceiling(run: Run, at: int, n: Decimal, scale: Decimal | None) -> Decimal:
    return _rounded(n, scale, "ceiling")


@builtin(
    "round up", "n: number, scale: number", "number",
    "远离零舍入",
    "Rounds away from zero",
    ("round up(-1.126, 2) = -1.13", "round up(5.01, 0) = 6"),
)
def round_up(run: Run, at: int, n: Decimal, scale: Decimal) -> Decimal:
    return _rounded(n, scale, "round up")


@builtin(
    "round down", "n: number, scale: number", "number",
    "向零舍入（截断）",
    "Rounds towards zero",
    ("round down(-1.126, 2) = -1.12", "round down(5.99, 0) = 5"),
)
def round_down(run: Run, at: int, n: Decimal, scale: Decimal) -> Decimal:
    return _rounded(n, scale, "round down")


@builtin(
    "round half up", "n: number, scale: number", "number",
    "四舍五入",
    "Rounds to the nearest, half away from zero",
    ("round half up(2.5, 0) = 3", "round half up(-2.5, 0) = -3", "round half up(1.005, 2) = 1.01"),
)
def round_half_up(run: Run, at: int, n: Decimal, scale: Decimal) -> Decimal:
    return _rounded(n, scale, "round half up")


@builtin(
    "round half down", "n: number, scale: number", "number",
    "五舍六入",
    "Rounds to the nearest, half towards zero",
    ("round half down(2.5, 0) = 2", "round half down(2.51, 0) = 3"),
)
def round_half_down(run: Run, at: int, n: Decimal, scale: Decimal) -> Decimal:
    return _rounded(n, scale, "round half down")


@builtin(
    "abs", "n: amount", "single",
    "绝对值",
    "Absolute value of a number or a duration",
    ("abs(-3) = 3", 'abs(@"-P1D") = @"P1D"'),
)
def abs_(run: Run, at: int, n: Any) -> Any:
    if isinstance(n, DayDuration):
        return DayDuration(abs(n.nanos))
    if isinstance(n, MonthDuration):
        return MonthDuration(abs(n.months))
    return CONTEXT.abs(n)


@builtin(
    "modulo", "dividend: number, divisor: number", "number",
    "余数，符号与除数相同",
    "Remainder with the sign of the divisor",
    ("modulo(-12, 5) = 3", "modulo(12, 5) = 2", "modulo(12, -5) = -3"),
)
def modulo(run: Run, at: int, dividend: Decimal, divisor: Decimal) -> Decimal:
    if not divisor:
        raise Fault("zero_division")
    rest = WIDE.remainder(dividend, divisor)
    return CONTEXT.add(rest, divisor) if rest and (rest < 0) != (divisor < 0) else CONTEXT.plus(rest)


@builtin(
    "sqrt", "number: number", "number",
    "平方根",
    "Square root",
    ("sqrt(16) = 4", "decimal(sqrt(2), 4) = 1.4142"),
)
def sqrt(run: Run, at: int, number: Decimal) -> Decimal:
    return CONTEXT.sqrt(number)


@builtin(
    "log", "number: number", "number",
    "自然对数",
    "Natural logarithm",
    ("decimal(log(10), 4) = 2.3026", "log(1) = 0"),
)
def log(run: Run, at: int, number: Decimal) -> Decimal:
    if number <= 0:
        raise Fault("domain")
    return CONTEXT.ln(number)


@builtin(
    "exp", "number: number", "number",
    "e 的幂",
    "e raised to a power",
    ("decimal(exp(1), 4) = 2.7183", "exp(0) = 1"),
)
def exp(run: Run, at: int, number: Decimal) -> Decimal:
    return CONTEXT.exp(number)


@builtin(
    "odd", "number: number", "boolean",
    "是否为奇数",
    "Whether a number is odd",
    ("odd(5) = true", "odd(4) = false"),
)
def odd(run: Run, at: int, number: Decimal) -> bool:
    return WIDE.remainder(abs(number), Decimal(2)) == 1


@builtin(
    "even", "number: number", "boolean",
    "是否为偶数",
    "Whether a number is even",
    ("even(4) = true", "even(0) = true"),
)
def even(run: Run, at: int, number: Decimal) -> bool:
    return WIDE.remainder(number, Decimal(2)) == 0


# ---------------------------------------------------------------------- over lists of numbers
@builtin(
    "sum", "list: list of number...", "number",
    "求和",
    "Sum of the numbers",
    ("sum([1, 2, 3]) = 6", "sum(1, 2, 3) = 6", "sum([]) = null"),
)
def sum_(run: Run, at: int, values: list[Any]) -> Any:
    found = numbers(values)
    run.spend(len(found))
    if not found:
        raise Fault("missing")
    return sum(found[1:], CONTEXT.plus(found[0]))


@builtin(
    "product", "list: list of number...", "number",
    "求积",
    "Product of the numbers",
    ("product([2, 3, 4]) = 24", "product(2, 3) = 6"),
)
def product(run: Run, at: int, values: list[Any]) -> Any:
    found = numbers(values)
    if not found:
        raise Fault("missing")
    run.spend(len(found))
    result = ONE
    for value in found:
        result = CONTEXT.multiply(result, value)
    return result


@builtin(
    "mean", "list: list of number...", "number",
    "平均值",
    "Arithmetic mean",
    ("mean([1, 2, 6]) = 3", "mean(1, 2) = 1.5"),
)
def mean(run: Run, at: int, values: list[Any]) -> Any:
    found = numbers(values)
    if not found:
        raise Fault("missing")
    run.spend(len(found))
    return CONTEXT.divide(sum(found, ZERO), Decimal(len(found)))


@builtin(
    "median", "list: list of number...", "number",
    "中位数",
    "Middle value",
    ("median([8, 2, 5, 7]) = 6", "median([3, 1, 2]) = 2"),
)
def median(run: Run, at: int, values: list[Any]) -> Any:
    found = sorted(numbers(values))
    if not found:
        raise Fault("missing")
    run.spend(len(found))
    middle = len(found) // 2
    if len(found) % 2:
        return found[middle]
    return CONTEXT.divide(found[middle - 1] + found[middle], Decimal(2))


@builtin(
    "stddev", "list: list of number...", "number",
    "样本标准差",
    "Standard deviation of a sample",
    "decimal(stddev([2, 4, 7, 5]), 4) = 2.0817",
)
def stddev(run: Run, at: int, values: list[Any]) -> Any:
    found = numbers(values)
    if len(found) < 2:
        raise Fault("missing")
    run.spend(2 * len(found))
    average = sum(found, ZERO) / len(found)
    return CONTEXT.sqrt(sum(((x - average) * (x - average) for x in found), ZERO) / (len(found) - 1))


@builtin(
    "mode", "list: list of number...", "list",
    "出现最多的值",
    "Most frequent values, ascending",
    ("mode([6, 3, 6]) = [6]", "mode([1, 2, 2, 1]) = [1, 2]"),
)
def mode(run: Run, at: int, values: list[Any]) -> list[Any]:
    counts: dict[Decimal, int] = {}
    for value in numbers(values):
        counts[value] = counts.get(value, 0) + 1
    run.spend(len(counts))
    most = max(counts.values(), default=0)
    return sorted(value for value, times in counts.items() if times == most)


def _extreme(values: list[Any], largest: bool) -> Any:
    for value in values:
        if is_null(value):
            raise Unknown(values)
        if not comparable(value, values[0]):
            raise Fault("type", left=kind_of(values[0]), right=kind_of(value))
    if not values:
        raise Fault("missing")
    return (max if largest else min)(values, key=order_key)


@builtin(
    "min", "list: list...", "item",
    "最小值",
    "Smallest value",
    ("min(3, 1, 2) = 1", 'min([@"2026-01-31", @"2025-12-31"]) = @"2025-12-31"', 'min("b", "a") = "a"'),
)
def min_(run: Run, at: int, values: list[Any]) -> Any:
    run.spend(len(values))
    return _extreme(values, False)


@builtin(
    "max", "list: list...", "item",
    "最大值",
    "Largest value",
    ("max(3, 1, 2) = 3", "max([1, 5, 3]) = 5"),
)
def max_(run: Run, at: int, values: list[Any]) -> Any:
    run.spend(len(values))
    return _extreme(values, True)
