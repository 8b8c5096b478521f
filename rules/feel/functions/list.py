"""Built-in functions over lists."""

from __future__ import annotations

from decimal import Decimal
from functools import cmp_to_key
from typing import Any

from ..cause import Null, Stop, is_null
from ..loops import ask
from ..operate import DEEPEST, comparable, order_key, same
from ..run import Run
from ..types import kind_of
from ..values import Date, DateTime, DayDuration, Function, MonthDuration, Time
from .table import Fault, Unknown, builtin, whole

MARKED = frozenset({bool, Decimal, str, Date, DayDuration, MonthDuration})


def _at(position: Decimal, size: int) -> int:
    """Index of a position from 1, or from the end where negative."""
    found = whole(position, "position")
    if not 1 <= abs(found) <= size:
        raise Fault("range", position=found, size=size)
    return found - 1 if found > 0 else size + found


@builtin(
    "list contains", "list: list, element: any", "boolean",
    "列表是否包含某值",
    "Whether a list has a value",
    (
        "list contains([1, 2], 2) = true",
        'list contains(["A", "B"], "C") = false',
        "list contains([1, null], null) = true",
    ),
)
def list_contains(run: Run, at: int, values: list[Any], element: Any) -> bool:
    run.spend(len(values))
    return any(same(value, element, run.spend) is True for value in values)


@builtin(
    "count", "list: list...", "number",
    "项数",
    "Number of items",
    ("count([1, 2]) = 2", "count([]) = 0", "count([1, 2, 3][item > 1]) = 2"),
)
def count(run: Run, at: int, values: list[Any]) -> Decimal:
    return Decimal(len(values))


@builtin(
    "sublist", "list: list, start position: number, length: number?", "same",
    "从某一位置起的部分列表",
    "Part of a list from a position",
    ("sublist([4, 5, 6], 1, 2) = [4, 5]", "sublist([4, 5, 6], 2) = [5, 6]", "sublist([4, 5, 6], -1) = [6]"),
)
def sublist(run: Run, at: int, values: list[Any], start: Decimal, length: Decimal | None) -> list[Any]:
    begin = _at(start, len(values))
    size = whole(length) if length is not None else len(values) - begin
    if size < 0 or begin + size > len(values):
        raise Fault("range", position=size, size=len(values))
    return run.items(values[begin : begin + size])


@builtin(
    "append", "list: list, item: any*", "list",
    "在末尾添加",
    "A list with items added at its end",
    ("append([1], 2, 3) = [1, 2, 3]", "append([1], [2, 3]) = [1, [2, 3]]"),
)
def append(run: Run, at: int, values: list[Any], *items: Any) -> list[Any]:
    return run.items([*values, *items])


@builtin(
    "concatenate", "list: list*", "list",
    "连接多个列表",
    "Lists one after the other",
    ("concatenate([1], [2]) = [1, 2]", "concatenate([1, 2], [3], [4]) = [1, 2, 3, 4]"),
)
def concatenate(run: Run, at: int, *lists: Any) -> list[Any]:
    made: list[Any] = []
    for values in lists:
        made.extend(values)
        run.items(made)
    return made


@builtin(
    "insert before", "list: list, position: number, newItem: any", "list",
    "在某一位置之前插入",
    "A list with an item inserted before a position",
    ("insert before([1, 3], 1, 2) = [2, 1, 3]", "insert before([1, 3], -1, 2) = [1, 2, 3]"),
)
def insert_before(run: Run, at: int, values: list[Any], position: Decimal, item: Any) -> list[Any]:
    index = _at(position, len(values))
    return run.items([*values[:index], item, *values[index:]])


@builtin(
    "remove", "list: list, position: number", "same",
    "移除某一位置的项",
    "A list without the item at a position",
    ("remove([1, 2, 3], 2) = [1, 3]", "remove([1, 2, 3], -1) = [1, 2]"),
)
def remove(run: Run, at: int, values: list[Any], position: Decimal) -> list[Any]:
    index = _at(position, len(values))
    return run.items([*values[:index], *values[index + 1 :]])


@builtin(
    "list replace", "list: list, position/match: any, newItem: any", "list",
    "替换某一位置或符合条件的项",
    "A list with the item at a position, or each that fits, replaced",
    (
        "list replace([1, 2], 2, 9) = [1, 9]",
        "list replace([1, 5, 9], function(item, newItem) item > 4, 0) = [1, 0, 0]",
    ),
)
def list_replace(run: Run, at: int, values: list[Any], position: Any, item: Any) -> list[Any]:
    if is_null(position):
        raise Unknown([position])
    if position.__class__ is Decimal:
        index = _at(position, len(values))
        return run.items([*values[:index], item, *values[index + 1 :]])
    if not isinstance(position, Function):
        raise Fault("type", left=kind_of(position), wanted="number")
    made = []
    for value in values:
        found = ask(run, at, position, value, item)
        if found is not True and found is not False:
            raise Fault("type", left=kind_of(found), wanted="boolean")
        made.append(item if found else value)
    return run.items(made)


@builtin(
    "reverse", "list: list", "same",
    "倒序",
    "A list backwards",
    ("reverse([1, 2]) = [2, 1]", 'reverse(["a", "b", "c"]) = ["c", "b", "a"]'),
)
def reverse(run: Run, at: int, values: list[Any]) -> list[Any]:
    return run.items(values[::-1])


@builtin(
    "index of", "list: list, match: any", "list",
    "某值所在的位置",
    "Positions of a value in a list",
    ("index of([1, 2, 1], 1) = [1, 3]", 'index of(["A"], "B") = []'),
)
def index_of(run: Run, at: int, values: list[Any], match: Any) -> list[Any]:
    run.spend(len(values))
    return [Decimal(i) for i, value in enumerate(values, 1) if same(value, match, run.spend) is True]


def _mark(value: Any) -> Any:
    """What equal values of one kind have in common; None for lists, contexts, ranges and functions: those compare."""
    cls = value.__class__
    if is_null(value):
        return Null
    if cls is Time:
        return cls, value.local, value.instant
    if cls is DateTime:
        return cls, value.time.local, value.second
    return (cls, value) if cls in MARKED else None


def _counted(run: Run, values: list[Any]) -> list[tuple[Any, int]]:
    """Each value once, in order, with how often it occurs."""
    found: list[list[Any]] = []
    marked: dict[Any, list[Any]] = {}
    others: list[list[Any]] = []
    for value in values:
        run.spend(1)
        mark = _mark(value)
        if mark is not None:
            known = marked.get(mark)
        else:
            run.spend(len(others))
            known = next((each for each in others if same(value, each[0], run.spend) is True), None)
        if known is not None:
            known[1] += 1
            continue
        found.append([value, 1])
        if mark is not None:
            marked[mark] = found[-1]
        else:
            others.append(found[-1])
    return [(value, times) for value, times in found]


@builtin(
    "union", "list: list*", "list",
    "并集，去除重复",
    "Items of the lists without repeats",
    ("union([1, 2], [2, 3]) = [1, 2, 3]", "union([1], [1], [2]) = [1, 2]"),
)
def union(run: Run, at: int, *lists: Any) -> list[Any]:
    return [value for value, _ in _counted(run, concatenate(run, at, *lists))]


@builtin(
    "distinct values", "list: list", "same",
    "去除重复",
    "Items without repeats",
    ("distinct values([1, 2, 1]) = [1, 2]", 'distinct values(["A", "B", "A"]) = ["A", "B"]'),
)
def distinct_values(run: Run, at: int, values: list[Any]) -> list[Any]:
    return [value for value, _ in _counted(run, values)]


@builtin(
    "duplicate values", "list: list", "same",
    "重复出现的值",
    "Items that occur more than once",
    ("duplicate values([1, 2, 1]) = [1]", 'duplicate values(["A", "B"]) = []'),
)
def duplicate_values(run: Run, at: int, values: list[Any]) -> list[Any]:
    return [value for value, times in _counted(run, values) if times > 1]


@builtin(
    "flatten", "list: list", "list",
    "展开嵌套列表",
    "Nested lists as one",
    ("flatten([[1], [2, [3]]]) = [1, 2, 3]", "flatten([[1, 2], 3]) = [1, 2, 3]"),
)
def flatten(run: Run, at: int, values: list[Any]) -> list[Any]:
    made: list[Any] = []
    stack = [iter(values)]
    while stack:
        for value in stack[-1]:
            run.spend(1)
            if value.__class__ is list:
                stack.append(iter(value))
                if len(stack) > 10 * DEEPEST:
                    raise Stop("depth", 10 * DEEPEST)
                break
            made.append(value)
        else:
            stack.pop()
    return run.items(made)


@builtin(
    "sort", "list: list, precedes: function?~", "same",
    "排序，可给出先后次序",
    "A list in order",
    (
        "sort([3, 1, 2]) = [1, 2, 3]",
        "sort([3, 1, 2], function(a, b) a > b) = [3, 2, 1]",
        'sort(["b", "a"]) = ["a", "b"]',
    ),
)
def sort(run: Run, at: int, values: list[Any], precedes: Any) -> list[Any]:
    if is_null(precedes):
        run.spend(len(values) * 4)
        for value in values:
            if is_null(value) or not comparable(value, values[0]):
                raise Fault("type", left=kind_of(values[0]), right=kind_of(value))
        return sorted(values, key=order_key)

    def before(a: Any, b: Any) -> bool:
        found = ask(run, at, precedes, a, b)
        if found is True or found is False:
            return bool(found)
        raise Unknown([found]) if found.__class__ is Null else Fault("type", left=kind_of(found), wanted="boolean")

    def order(a: Any, b: Any) -> int:
        run.spend(1)
        if before(a, b):
            return -1
        return 1 if before(b, a) else 0

    return sorted(values, key=cmp_to_key(order))
