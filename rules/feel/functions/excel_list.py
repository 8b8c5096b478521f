"""Excel functions that count, add by a criterion, and look up in lists."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from ..cause import is_null
from ..numbers import CONTEXT, ZERO
from ..run import Run
from ..tokens import NUMBER
from ..values import Date, DateTime, Time
from .excel import RANKS, as_text, compared, figures, flat, is_blank, ordered, position
from .excel_number import average_of
from .list import distinct_values
from .table import Fault, Unknown, builtin
from .wildcards import Wildcards

CRITERION = re.compile(r"(<>|!=|<=|>=|==|<|>|=)?(.*)", re.DOTALL)
SIGNED = re.compile(rf"[+-]?(?:{NUMBER.pattern})", re.ASCII)
LISTS = ("以列表代替单元格区域", "A list stands for a range of cells")


# ---------------------------------------------------------------------- criteria
def fits(run: Run, value: Any, criterion: Any) -> bool:
    """Whether a value meets a criterion such as ``">=5"``, ``"<>A"``, ``"*公司"`` or a value it equals."""
    if is_null(criterion):
        raise Unknown([criterion])
    if criterion.__class__ is not str:
        return not is_blank(value) and not is_null(value) and ordered(value, criterion) == 0
    m = CRITERION.fullmatch(criterion)
    op, rest = {None: "=", "<>": "!=", "==": "="}.get(m[1], m[1]), m[2]  # type: ignore[index]  # fits any text
    if is_blank(value):
        return (op == "=" and not rest) or (op == "!=" and bool(rest))
    if is_null(value):
        raise Unknown([value])
    if SIGNED.fullmatch(rest.strip()):
        same_kind = value.__class__ is Decimal
        return compared(op, ordered(value, Decimal(rest.strip())) or 0) if same_kind else op == "!="
    if isinstance(value, Date | DateTime | Time):
        value = as_text(value)
    if value.__class__ is not str:
        return op == "!="
    if op in ("=", "!="):
        return Wildcards(rest).fits(run, value) == (op == "=")
    return compared(op, ordered(value, rest) or 0)


def _paired(run: Run, values: list[Any], others: list[Any] | None) -> list[tuple[Any, Any]]:
    """Items with the items to add; without those, each with itself."""
    if others is None:
        return [(value, value) for value in values]
    if len(others) != len(values):
        raise Fault("domain", wanted=len(values), given=len(others))
    run.spend(len(values))
    return list(zip(values, others, strict=True))


@builtin(
    "COUNT", "values: list...!", "number", "数字的个数", "How many are numbers", 'COUNT(1, "a", 2) = 2', "numbers",
    ("日期不计为数字", "Dates are no numbers"),
)
def count(run: Run, at: int, values: list[Any]) -> Decimal:
    return Decimal(sum(value.__class__ is Decimal for value in _known(flat(run, values))))


@builtin(
    "COUNTA", "values: list...!", "number", "非空白值的个数", "How many are not blank", 'COUNTA(1, "a", "") = 3',
    "numbers",
)
def counta(run: Run, at: int, values: list[Any]) -> Decimal:
    return Decimal(len(_known(flat(run, values))))


def _known(values: list[Any]) -> list[Any]:
    if any(is_null(value) for value in values):
        raise Unknown(values)
    return values


@builtin(
    "COUNTIF", "values: list, criterion: any$", "number", "符合条件的个数，条件如 \">=5\" 或 \"*公司\"",
    "How many meet a criterion such as \">=5\" or \"A*\"", 'COUNTIF([1, 5, 9], ">=5") = 2', "numbers", LISTS,
)
def countif(run: Run, at: int, values: list[Any], criterion: Any) -> Decimal:
    return Decimal(sum(fits(run, value, criterion) for value in values))


@builtin(
    "SUMIF", "values: list, criterion: any$, numbers: list?#", "number", "符合条件的各项之和",
    "Sum of the items that meet a criterion", 'SUMIF(["A", "B"], "A", [3, 4]) = 3', "numbers", LISTS,
)
def sumif(run: Run, at: int, values: list[Any], criterion: Any, others: list[Any] | None) -> Decimal:
    return sum(_chosen(run, values, criterion, others), ZERO)


@builtin(
    "AVERAGEIF", "values: list, criterion: any$, numbers: list?", "number", "符合条件的各项的平均值",
    "Mean of the items that meet a criterion", 'AVERAGEIF([1, 5, 9], ">=5") = 7', "numbers", LISTS,
)
def averageif(run: Run, at: int, values: list[Any], criterion: Any, others: list[Any] | None) -> Decimal:
    return average_of(_chosen(run, values, criterion, others))


def _chosen(run: Run, values: list[Any], criterion: Any, others: list[Any] | None) -> list[Decimal]:
    pairs = _paired(run, values, others)
    return figures(run, [other for value, other in pairs if fits(run, value, criterion) and not is_blank(other)])


@builtin(
    "SUMPRODUCT", "numbers: list#, more: list?*#", "number", "对应各项相乘后求和",
    "Sum of the products of items that stand at one place", "SUMPRODUCT([1, 2], [3, 4]) = 11", "numbers", LISTS,
)
def sumproduct(run: Run, at: int, *lists: list[Any]) -> Decimal:
    rows = [figures(run, values) for values in lists]
    if len({len(row) for row in rows}) > 1:
        raise Fault("domain", wanted=len(rows[0]), given=max(map(len, rows)))
    total = ZERO
    for items in zip(*rows, strict=True):
        made = items[0]
        for item in items[1:]:
            made = CONTEXT.multiply(made, item)
        total = CONTEXT.add(total, made)
    return total


# ---------------------------------------------------------------------- lookup
@builtin(
    "INDEX", "values: list, position: number#", "any", "列表中某一位置的值，位置从 1 起",
    "The item of a list at a position from 1", 'INDEX(["a", "b"], 2) = "b"', "lookup", LISTS,
)
def index(run: Run, at: int, values: list[Any], place: Decimal) -> Any:
    found = position(place)
    if not 1 <= found <= len(values):
        raise Fault("range", position=found, size=len(values))
    return values[found - 1]


def _sorted_place(values: list[Any], wanted: Any, falling: bool) -> int:
    """The last place, from 1, whose value does not lie beyond the wanted one; the list is sorted."""
    low, high = 0, len(values)
    while low < high:
        middle = (low + high) // 2
        order = None if is_null(values[middle]) else ordered(values[middle], wanted)
        if order is None:
            raise Fault("domain")
        beyond = order < 0 if falling else order > 0
        low, high = (low, middle) if beyond else (middle + 1, high)
    if not low or (wanted.__class__ in RANKS and values[low - 1].__class__ is not wanted.__class__):
        raise Fault("not_found")
    return low


def _exact_place(run: Run, values: list[Any], wanted: Any) -> int:
    for place, value in enumerate(values, 1):
        run.spend(1)
        if is_null(value):
            continue
        text = value.__class__ is str and wanted.__class__ is str
        if Wildcards(wanted).fits(run, value) if text else ordered(value, wanted) == 0:
            return place
    raise Fault("not_found")


@builtin(
    "MATCH", "value: any#, values: list, kind: number?#", "number",
    "值在列表中的位置；第三参数 0 为精确匹配，1（默认）为升序列表，-1 为降序列表",
    "Place of a value in a list; third argument 0 exact, 1 (left out) in a rising list, -1 in a falling one",
    'MATCH("b", ["a", "b"], 0) = 2', "lookup", LISTS,
)
def match(run: Run, at: int, value: Any, values: list[Any], kind: Decimal | None) -> Decimal:
    if is_null(value):
        raise Unknown([value])
    if kind is not None and not kind:
        return Decimal(_exact_place(run, values, value))
    run.spend(16)
    return Decimal(_sorted_place(values, value, kind is not None and kind < 0))


@builtin(
    "LOOKUP", "value: any#, values: list, results: list?", "any",
    "在升序列表中查找，取对应结果；找不到时取较小的最近值",
    "Looks up in a rising list and takes the result beside the value, or beside the next smaller one",
    'LOOKUP(75, [0, 60, 80], ["C", "B", "A"]) = "B"', "lookup", LISTS,
)
def lookup(run: Run, at: int, value: Any, values: list[Any], results: list[Any] | None) -> Any:
    if is_null(value):
        raise Unknown([value])
    if results is not None and len(results) != len(values):
        raise Fault("domain", wanted=len(values), given=len(results))
    run.spend(16)
    place = _sorted_place(values, value, False)
    return (values if results is None else results)[place - 1]


@builtin(
    "UNIQUE", "values: list!", "list", "去除重复", "The values without repeats", "UNIQUE([1, 2, 1]) = [1, 2]",
    "lookup", ("文本区分大小写", "Texts that differ in case differ"),
)
def unique(run: Run, at: int, values: list[Any]) -> list[Any]:
    return list(distinct_values(run, at, values))
