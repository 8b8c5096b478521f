"""Built-in functions over truth, null and types."""

from __future__ import annotations

from typing import Any

from ..cause import Null, is_null, join_nulls
from ..operate import same
from ..run import Run, fault
from ..types import kind_of
from ..values import DateTime, Time
from .table import Fault, builtin


@builtin(
    "not", "negand: any", "boolean",
    "取反",
    "Turns true into false and false into true",
    ("not(true) = false", "not(1 > 2) = true", "not(null) = null"),
)
def not_(run: Run, at: int, negand: Any) -> Any:
    if negand is True or negand is False:
        return not negand
    if is_null(negand):
        return negand
    raise Fault("type", left=kind_of(negand), wanted="boolean")


def _boolean(values: list[Any], decides: bool) -> Any:
    """True or false where an item decides or all are known; null where one is unknown."""
    odd = [v for v in values if v is not True and v is not False and not is_null(v)]
    if odd:
        raise Fault("type", left=kind_of(odd[0]), wanted="boolean")
    if any(v is decides for v in values):
        return decides
    return join_nulls(*values) if any(is_null(v) for v in values) else not decides


@builtin(
    "all", "list: list of boolean...", "boolean",
    "是否全部为真",
    "Whether every item is true",
    ("all([true, false]) = false", "all(true, true) = true", "all([]) = true", "all([false, null]) = false"),
)
def all_(run: Run, at: int, values: list[Any]) -> Any:
    return _boolean(values, False)


@builtin(
    "any", "list: list of boolean...", "boolean",
    "是否至少一项为真",
    "Whether an item is true",
    ("any([true, false]) = true", "any([]) = false", "any([true, null]) = true"),
)
def any_(run: Run, at: int, values: list[Any]) -> Any:
    return _boolean(values, True)


@builtin(
    "is", "value1: any^, value2: any^", "boolean",
    "两个值是否完全相同，包括类型与时区",
    "Whether two values are the same element, kind and zone included",
    ('is("a", "a") = true', 'is(@"10:00:00Z", @"11:00:00+01:00") = false', "is(1, 1.0) = true"),
)
def is_(run: Run, at: int, value1: Any, value2: Any) -> bool:
    if value1.__class__ is not value2.__class__ and not (is_null(value1) and is_null(value2)):
        return False
    if isinstance(value1, Time | DateTime):
        return bool(value1 == value2)
    return same(value1, value2, run.spend) is True


@builtin(
    "is defined", "value: any", "boolean",
    "是否有值",
    "Whether a value is known",
    ("is defined(1) = true", "is defined(null) = false"),
)
def is_defined(run: Run, at: int, value: Any) -> bool:
    return not is_null(value)


@builtin(
    "get or else", "value: any, default: any", "merged",
    "有值则取该值，否则取默认值",
    "The value, or the default where it is null",
    ("get or else(null, 5) = 5", "get or else(1, 5) = 1", "get or else([1, 2][3], 0) = 0"),
)
def get_or_else(run: Run, at: int, value: Any, default: Any) -> Any:
    return default if is_null(value) else value


@builtin(
    "error", "message: string", "any",
    "以给定说明终止计算",
    "Null with the cause given",
    'error("x") = null',
)
def error(run: Run, at: int, message: str) -> Null:
    return fault(run, at, "raised", message=message[:200])
