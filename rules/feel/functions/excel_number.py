"""Excel functions over numbers: sums and statistics, rounding, remainders, powers and logarithms."""

from __future__ import annotations

import decimal
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from ..arithmetic import power as raised
from ..cause import is_null
from ..numbers import CONTEXT, ONE, ZERO, round_to
from ..operate import comparable, order_key
from ..run import Run
from ..types import kind_of
from .excel import figures, flat, position
from .table import Fault, Texts, Unknown, builtin

NUMBERS = (
    "只接受数字：文本与是或否不计为数字，请先用 VALUE 转换",
    "Takes numbers only: text and truth are no numbers; use VALUE first",
)
_PRECISE = decimal.Context(prec=50, traps=[decimal.InvalidOperation, decimal.DivisionByZero, decimal.Overflow])


def _entry(
    name: str, params: str, zh: str, en: str, example: Texts, differs: tuple[str, str] | None = None
) -> Callable[..., Any]:
    return builtin(name, params, "number", zh, en, example, "numbers", differs)


# ---------------------------------------------------------------------- over several numbers
@_entry("SUM", "numbers: list...!", "求和，空白不计", "Sum; blanks do not count", "SUM(1, 2, 3) = 6", NUMBERS)
def sum_(run: Run, at: int, values: list[Any]) -> Decimal:
    return sum(figures(run, values), ZERO)


def average_of(found: list[Decimal]) -> Decimal:
    if not found:
        raise Fault("zero_division")
    return CONTEXT.divide(sum(found, ZERO), Decimal(len(found)))


@_entry(
    "AVERAGE", "numbers: list...!", "平均值，空白不计", "Mean; blanks do not count", "AVERAGE(1, 2, 6) = 3",
    NUMBERS,
)
def average(run: Run, at: int, values: list[Any]) -> Decimal:
    return average_of(figures(run, values))


def _extreme(run: Run, values: list[Any], choose: Callable[..., Any]) -> Any:
    found = flat(run, values)
    for value in found:
        if is_null(value):
            raise Unknown(found)
        if value.__class__ in (bool, str) or not comparable(value, found[0]):
            raise Fault("type", left=kind_of(value), wanted="number")
    return choose(found, key=order_key) if found else ZERO


@builtin(
    "MIN", "numbers: list...!", "item", "最小值，空白不计，也可比较日期",
    "Smallest number or date; blanks do not count", "MIN(3, 1, 2) = 1", "numbers", NUMBERS,
)
def min_(run: Run, at: int, values: list[Any]) -> Any:
    return _extreme(run, values, min)


@builtin(
    "MAX", "numbers: list...!", "item", "最大值，空白不计，也可比较日期",
    "Largest number or date; blanks do not count", "MAX(3, 1, 2) = 3", "numbers", NUMBERS,
)
def max_(run: Run, at: int, values: list[Any]) -> Any:
    return _extreme(run, values, max)


@_entry(
    "PRODUCT", "numbers: list...!", "求积，空白不计", "Product; blanks do not count", "PRODUCT(2, 3, 4) = 24",
    NUMBERS,
)
def product(run: Run, at: int, values: list[Any]) -> Decimal:
    found = figures(run, values)
    made = ONE if found else ZERO
    for value in found:
        made = CONTEXT.multiply(made, value)
    return made


@_entry(
    "MEDIAN", "numbers: list...!", "中位数，空白不计", "Middle value; blanks do not count",
    "MEDIAN(8, 2, 5, 7) = 6", NUMBERS,
)
def median(run: Run, at: int, values: list[Any]) -> Decimal:
    found = sorted(figures(run, values))
    if not found:
        raise Fault("domain")
    middle = len(found) // 2
    return found[middle] if len(found) % 2 else CONTEXT.divide(found[middle - 1] + found[middle], Decimal(2))


def _nth(run: Run, values: list[Any], k: Decimal, largest: bool) -> Decimal:
    found = sorted(figures(run, values), reverse=largest)
    at = position(k)
    if not 1 <= at <= len(found):
        raise Fault("range", position=at, size=len(found))
    return found[at - 1]


@_entry("LARGE", "numbers: list!, k: number#", "第 k 大的值", "The k-th largest", "LARGE([3, 1, 2], 2) = 2", NUMBERS)
def large(run: Run, at: int, values: list[Any], k: Decimal) -> Decimal:
    return _nth(run, values, k, True)


@_entry("SMALL", "numbers: list!, k: number#", "第 k 小的值", "The k-th smallest", "SMALL([3, 1, 2], 2) = 2", NUMBERS)
def small(run: Run, at: int, values: list[Any], k: Decimal) -> Decimal:
    return _nth(run, values, k, False)


@_entry(
    "RANK", "number: number#, numbers: list!, order: number?#", "在一组数中的名次；第三参数非零时由小到大",
    "Place among numbers from the largest; from the smallest where the third argument is not 0",
    "RANK(2, [3, 1, 2]) = 2", NUMBERS,
)
def rank(run: Run, at: int, number: Decimal, values: list[Any], order: Decimal | None) -> Decimal:
    found = figures(run, values)
    if number not in found:
        raise Fault("not_found")
    return Decimal(1 + sum(value < number if order else value > number for value in found))


def _variance(found: list[Decimal], less: int) -> Decimal:
    if len(found) <= less:
        raise Fault("zero_division")
    mean = average_of(found)
    return CONTEXT.divide(sum(((x - mean) * (x - mean) for x in found), ZERO), Decimal(len(found) - less))


@_entry(
    "STDEV.S", "numbers: list...!", "样本标准差", "Standard deviation of a sample",
    "ROUND(STDEV.S(2, 4, 7, 5), 4) = 2.0817", NUMBERS,
)
def stdev_s(run: Run, at: int, values: list[Any]) -> Decimal:
    return CONTEXT.sqrt(_variance(figures(run, values), 1))


@_entry(
    "STDEV.P", "numbers: list...!", "总体标准差", "Standard deviation of a whole population",
    "STDEV.P(2, 4, 4, 4, 5, 5, 7, 9) = 2", NUMBERS,
)
def stdev_p(run: Run, at: int, values: list[Any]) -> Decimal:
    return CONTEXT.sqrt(_variance(figures(run, values), 0))


@_entry("VAR.S", "numbers: list...!", "样本方差", "Variance of a sample", "VAR.S(1, 2, 3) = 1", NUMBERS)
def var_s(run: Run, at: int, values: list[Any]) -> Decimal:
    return _variance(figures(run, values), 1)


# ---------------------------------------------------------------------- one number
@_entry("ABS", "number: number#", "绝对值", "Absolute value", "ABS(-3) = 3", NUMBERS)
def abs_(run: Run, at: int, number: Decimal) -> Decimal:
    return CONTEXT.abs(number)


@_entry("SIGN", "number: number#", "正数为 1，零为 0，负数为 -1", "1, 0 or -1 by the sign", "SIGN(-3) = -1", NUMBERS)
def sign(run: Run, at: int, number: Decimal) -> Decimal:
    return Decimal((number > 0) - (number < 0))


def rounded(number: Decimal, digits: Decimal | None, mode: str) -> Decimal:
    at = position(digits, "digits") if digits is not None else 0
    if not -6111 <= at <= 6176:
        raise Fault("range", digits=at)
    return round_to(number, at, mode)


@_entry(
    "ROUND", "number: number#, digits: number#", "四舍五入，五远离零；位数可为负", "Rounds half away from zero",
    "ROUND(-2.5, 0) = -3", NUMBERS,
)
def round_(run: Run, at: int, number: Decimal, digits: Decimal) -> Decimal:
    return rounded(number, digits, decimal.ROUND_HALF_UP)


@_entry(
    "ROUNDUP", "number: number#, digits: number#", "远离零舍入", "Rounds away from zero",
    "ROUNDUP(-1.121, 2) = -1.13", NUMBERS,
)
def roundup(run: Run, at: int, number: Decimal, digits: Decimal) -> Decimal:
    return rounded(number, digits, decimal.ROUND_UP)


@_entry(
    "ROUNDDOWN", "number: number#, digits: number#", "向零舍入", "Rounds towards zero",
    "ROUNDDOWN(-1.129, 2) = -1.12", NUMBERS,
)
def rounddown(run: Run, at: int, number: Decimal, digits: Decimal) -> Decimal:
    return rounded(number, digits, decimal.ROUND_DOWN)


@_entry("TRUNC", "number: number#, digits: number?#", "截去小数", "Cuts off decimals", "TRUNC(-8.9) = -8", NUMBERS)
def trunc(run: Run, at: int, number: Decimal, digits: Decimal | None) -> Decimal:
    return rounded(number, digits, decimal.ROUND_DOWN)


@_entry("INT", "number: number#", "向下取整", "Rounds down to an integer", "INT(-8.9) = -9", NUMBERS)
def int_(run: Run, at: int, number: Decimal) -> Decimal:
    return rounded(number, None, decimal.ROUND_FLOOR)


def _multiple(number: Decimal, step: Decimal, mode: str) -> Decimal:
    """The multiple of a step next to a number."""
    return CONTEXT.multiply(round_to(CONTEXT.divide(number, step), 0, mode), step)


@_entry(
    "MROUND", "number: number#, multiple: number#", "舍入到最近的倍数，五远离零",
    "The nearest multiple, half away from zero", "MROUND(10, 3) = 9", NUMBERS,
)
def mround(run: Run, at: int, number: Decimal, multiple: Decimal) -> Decimal:
    if not multiple:
        return ZERO
    if number and (number < 0) != (multiple < 0):
        raise Fault("domain")
    return _multiple(number, multiple, decimal.ROUND_HALF_UP)


ONE_STEP = ("基数可省略，省略时为 1；" + NUMBERS[0], "The significance may be left out and is 1 then. " + NUMBERS[1])


def _stepped(number: Decimal, significance: Decimal | None, mode: str) -> Decimal:
    step = ONE if significance is None else significance
    if number > 0 > step:
        raise Fault("domain")
    if not step:
        if mode == decimal.ROUND_FLOOR and number:
            raise Fault("zero_division")
        return ZERO
    return _multiple(number, step, mode)


@_entry(
    "CEILING", "number: number#, significance: number?#", "向上舍入到基数的倍数", "Rounds up to a multiple",
    "CEILING(2.5, 1) = 3", ONE_STEP,
)
def ceiling(run: Run, at: int, number: Decimal, significance: Decimal | None) -> Decimal:
    return _stepped(number, significance, decimal.ROUND_CEILING)


@_entry(
    "FLOOR", "number: number#, significance: number?#", "向下舍入到基数的倍数", "Rounds down to a multiple",
    "FLOOR(2.5, 1) = 2", ONE_STEP,
)
def floor(run: Run, at: int, number: Decimal, significance: Decimal | None) -> Decimal:
    return _stepped(number, significance, decimal.ROUND_FLOOR)


@_entry(
    "MOD", "number: number#, divisor: number#", "余数，符号与除数相同", "Remainder with the sign of the divisor",
    "MOD(-3, 2) = 1", NUMBERS,
)
def mod(run: Run, at: int, number: Decimal, divisor: Decimal) -> Decimal:
    if not divisor:
        raise Fault("zero_division")
    rest = CONTEXT.remainder(number, divisor)
    return CONTEXT.add(rest, divisor) if rest and (rest < 0) != (divisor < 0) else rest


@_entry(
    "QUOTIENT", "number: number#, divisor: number#", "商的整数部分", "The integer part of a division",
    "QUOTIENT(-10, 3) = -3", NUMBERS,
)
def quotient(run: Run, at: int, number: Decimal, divisor: Decimal) -> Decimal:
    if not divisor:
        raise Fault("zero_division")
    return round_to(CONTEXT.divide(number, divisor), 0, decimal.ROUND_DOWN)


@_entry(
    "POWER", "number: number#, power: number#", "乘幂", "A number raised to a power", "POWER(2, 10) = 1024",
    ("0 的 0 次方为 1；指数最大 999", "0 to the power of 0 is 1; an exponent is at most 999"),
)
def power(run: Run, at: int, number: Decimal, exponent: Decimal) -> Any:
    return raised(run, at, number, exponent)


@_entry("SQRT", "number: number#", "平方根", "Square root", "SQRT(16) = 4", NUMBERS)
def sqrt(run: Run, at: int, number: Decimal) -> Decimal:
    return CONTEXT.sqrt(number)


@_entry("EXP", "number: number#", "e 的幂", "e raised to a power", "ROUND(EXP(1), 4) = 2.7183", NUMBERS)
def exp(run: Run, at: int, number: Decimal) -> Decimal:
    return CONTEXT.exp(number)


def _positive(number: Decimal) -> Decimal:
    if number <= 0:
        raise Fault("domain")
    return number


@_entry("LN", "number: number#", "自然对数", "Natural logarithm", "LN(1) = 0", NUMBERS)
def ln(run: Run, at: int, number: Decimal) -> Decimal:
    return CONTEXT.ln(_positive(number))


@_entry("LOG10", "number: number#", "以 10 为底的对数", "Logarithm to base 10", "LOG10(1000) = 3", NUMBERS)
def log10(run: Run, at: int, number: Decimal) -> Decimal:
    return CONTEXT.log10(_positive(number))


@_entry(
    "LOG", "number: number#, base: number?#", "对数，底默认为 10", "Logarithm to a base, 10 where left out",
    "LOG(8, 2) = 3", NUMBERS,
)
def log(run: Run, at: int, number: Decimal, base: Decimal | None) -> Decimal:
    if base is None:
        return CONTEXT.log10(_positive(number))
    below = _PRECISE.ln(_positive(base))
    if not below:
        raise Fault("zero_division")
    return CONTEXT.plus(_PRECISE.divide(_PRECISE.ln(_positive(number)), below))
