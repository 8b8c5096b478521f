"""Excel functions over truth and blanks. IF, IFS, AND, OR, IFERROR and IFNA are lazy where a formula calls them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from ..cause import Null, is_null, join_nulls
from ..run import Run, fault
from ..types import kind_of
from .excel import flat, is_blank, is_fault, is_not_found, ordered
from .logic import all_, any_
from .table import Fault, builtin

CONDITION = (
    "条件须为是或否，数字不能当作条件；未知的条件按不成立处理",
    "A condition is true or false, never a number; an unknown one does not hold",
)
UNKNOWN = ("空白的条件是未知，不是否", "A blank condition is unknown, not false")


@builtin(
    "IF", "condition: any, then: any, otherwise: any?", "any", "条件成立取前者，否则取后者（省略时为否）",
    "One value where a condition holds, else the other (false where left out)", 'IF(1 < 2, "a", "b") = "a"',
    "logic", CONDITION,
)
def if_(run: Run, at: int, condition: Any, then: Any, otherwise: Any) -> Any:
    if condition is True:
        return then
    if condition is not False and not is_null(condition):
        raise Fault("type", left=kind_of(condition), wanted="boolean")
    return False if otherwise is None else otherwise


@builtin(
    "IFS", "condition: any, value: any, more: any?*", "any", "依次判断条件，取第一个成立的条件对应的值",
    "The value behind the first condition that holds", 'IFS(1 > 2, "a", 2 > 1, "b") = "b"', "logic", CONDITION,
)
def ifs(run: Run, at: int, *pairs: Any) -> Any:
    if len(pairs) % 2:
        raise Fault("domain")
    for condition, value in zip(pairs[::2], pairs[1::2], strict=True):
        if condition is True:
            return value
    return fault(run, at, "not_found", op="IFS")


@builtin(
    "SWITCH", "value: any, case: any, result: any, more: any?*", "any",
    "与各个取值比较，取第一个相等者对应的结果；最后可给出默认结果",
    "The result behind the first case equal to a value; a last single one is the default",
    'SWITCH("b", "a", 1, "b", 2, 0) = 2', "logic",
)
def switch(run: Run, at: int, value: Any, *rest: Any) -> Any:
    if is_null(value) and not is_blank(value):
        return value
    for case, result in zip(rest[::2], rest[1::2], strict=False):
        if not is_null(case) and ordered(value, case) == 0:
            return result
    return rest[-1] if len(rest) % 2 else fault(run, at, "not_found", op="SWITCH")


@builtin(
    "CHOOSE", "index: number#, value: any, more: any?*", "any", "按序号取值，序号从 1 起",
    "The value at an index from 1", 'CHOOSE(2, "a", "b") = "b"', "logic",
)
def choose(run: Run, at: int, index: Decimal, *values: Any) -> Any:
    found = int(index) if abs(index) < 10**6 else 0
    if not 1 <= found <= len(values):
        raise Fault("range", position=str(index)[:20], size=len(values))
    return values[found - 1]


@builtin(
    "AND", "conditions: list...", "boolean", "全部成立为是", "Whether every condition holds",
    "AND(1 < 2, 2 < 3) = true", "logic", UNKNOWN,
)
def and_(run: Run, at: int, values: list[Any]) -> Any:
    return all_(run, at, flat(run, values))


@builtin(
    "OR", "conditions: list...", "boolean", "任一成立为是", "Whether a condition holds", "OR(1 > 2, 2 < 3) = true",
    "logic", UNKNOWN,
)
def or_(run: Run, at: int, values: list[Any]) -> Any:
    return any_(run, at, flat(run, values))


@builtin(
    "XOR", "conditions: list...", "boolean", "成立的条件为奇数个时为是", "Whether an odd number of conditions hold",
    "XOR(true, false) = true", "logic", UNKNOWN,
)
def xor(run: Run, at: int, values: list[Any]) -> Any:
    found = flat(run, values)
    for value in found:
        if not is_null(value) and value is not True and value is not False:
            raise Fault("type", left=kind_of(value), wanted="boolean")
    unknown = [value for value in found if is_null(value)]
    return join_nulls(*unknown) if unknown else sum(value is True for value in found) % 2 == 1


@builtin(
    "NOT", "condition: any", "boolean", "取反", "Turns true into false and false into true", "NOT(false) = true",
    "logic", UNKNOWN,
)
def not_(run: Run, at: int, condition: Any) -> Any:
    if is_null(condition):
        return condition
    if condition is not True and condition is not False:
        raise Fault("type", left=kind_of(condition), wanted="boolean")
    return not condition


@builtin("TRUE", "", "boolean", "是", "True", "TRUE() = true", "logic")
def true(run: Run, at: int) -> bool:
    return True


@builtin("FALSE", "", "boolean", "否", "False", "FALSE() = false", "logic")
def false(run: Run, at: int) -> bool:
    return False


FAULTS_ONLY = ("只处理计算错误，缺少的数据仍为未知", "Catches failed calculations; what is missing stays unknown")


@builtin(
    "IFERROR", "value: any, otherwise: any", "merged", "计算出错时取后者", "The second value where the first fails",
    "IFERROR(1 / 0, 5) = 5", "logic", FAULTS_ONLY,
)
def iferror(run: Run, at: int, value: Any, otherwise: Any) -> Any:
    return otherwise if is_fault(value) else value


@builtin(
    "IFNA", "value: any, otherwise: any", "merged", "查找不到时取后者",
    "The second value where the first is a search that found nothing", 'IFNA(MATCH(9, [1, 2], 0), 0) = 0', "logic",
    FAULTS_ONLY,
)
def ifna(run: Run, at: int, value: Any, otherwise: Any) -> Any:
    return otherwise if is_not_found(value) else value


@builtin("NA", "", "Null", "查找不到", "What a search that found nothing gives", "IFNA(NA(), 1) = 1", "logic")
def na(run: Run, at: int) -> Null:
    return fault(run, at, "not_found", op="NA")


@builtin(
    "ISBLANK", "value: any", "boolean", "是否空白", "Whether nothing was given", "ISBLANK(null) = true", "logic",
    (
        "已过期、未获授权或有争议的数据不是空白，结果为未知",
        "Data out of date, refused or disputed is no blank: the answer is unknown",
    ),
)
def isblank(run: Run, at: int, value: Any) -> Any:
    if is_blank(value):
        return True
    return value if is_null(value) and not is_fault(value) else False


@builtin(
    "ISEMPTY", "value: any", "boolean", "是否空白、空文本或空列表",
    "Whether it is blank, empty text or an empty list", 'ISEMPTY("") = true', "logic",
    ("Excel 没有此函数", "Excel has no such function"),
)
def isempty(run: Run, at: int, value: Any) -> Any:
    return True if value.__class__ in (str, list) and not value else isblank(run, at, value)


def _is(value: Any, cls: type) -> Any:
    return value if is_null(value) and not is_blank(value) and not is_fault(value) else value.__class__ is cls


@builtin(
    "ISNUMBER", "value: any", "boolean", "是否数字", "Whether it is a number", 'ISNUMBER("5") = false', "logic",
    ("日期不是数字", "A date is no number"),
)
def isnumber(run: Run, at: int, value: Any) -> Any:
    return _is(value, Decimal)


@builtin("ISTEXT", "value: any", "boolean", "是否文本", "Whether it is text", 'ISTEXT("5") = true', "logic")
def istext(run: Run, at: int, value: Any) -> Any:
    return _is(value, str)
