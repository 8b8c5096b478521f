"""Equality, order, three-valued logic, ranges and membership over any values."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from .cause import Null, Stop, is_null, join_nulls
from .limits import Pay, budget
from .run import Run, fault
from .types import kind_of
from .values import Date, DateTime, DayDuration, MonthDuration, Range, Time

DEEPEST = 64


# ---------------------------------------------------------------------- equality and order
def same(a: Any, b: Any, pay: Pay | None = None, depth: int = 0) -> bool | None:
    """Whether two values are equal; None where their kinds cannot be compared. Going through lists is paid for."""
    if is_null(a) or is_null(b):
        return is_null(a) and is_null(b)
    cls = a.__class__
    if cls is not b.__class__:
        return None
    if depth > DEEPEST:
        raise Stop("depth", DEEPEST)
    if cls is Time:
        return bool(a.local == b.local and a.instant == b.instant)
    if cls is DateTime:
        return bool(a.time.local == b.time.local and a.second == b.second)
    if cls is list:
        return _all_same(list(zip(a, b, strict=True)), pay, depth) if len(a) == len(b) else False
    if cls is dict:
        return _all_same([(a[k], b[k]) for k in a], pay, depth) if a.keys() == b.keys() else False
    if cls is Range:
        if (a.low_closed, a.high_closed, a.op) != (b.low_closed, b.high_closed, b.op):
            return False
        return _all_same([(a.low, b.low), (a.high, b.high)], pay, depth)
    return bool(a == b)


def _all_same(pairs: list[tuple[Any, Any]], pay: Pay | None, depth: int) -> bool | None:
    unlike = False
    pay = pay or budget()
    pay(2 + 2 * len(pairs))
    for a, b in pairs:
        found = same(a, b, pay, depth + 1)
        if found is False:
            return False
        unlike = unlike or found is None
    return None if unlike else True


def equal(run: Run, n: int, a: Any, b: Any) -> Any:
    if a.__class__ is Decimal and b.__class__ is Decimal:
        return a == b
    found = same(a, b, run.spend)
    if found is None:
        return fault(run, n, "type", op="=", left=kind_of(a), right=kind_of(b))
    return found


def unequal(run: Run, n: int, a: Any, b: Any) -> Any:
    found = equal(run, n, a, b)
    return found if found.__class__ is Null else not found


def order_key(value: Any) -> Any:
    """What values of one kind are ordered by; None where a kind has no order."""
    cls = value.__class__
    if cls is Decimal or cls is str:
        return value
    if cls is Date:
        return (value.year, value.month, value.day)
    if cls is Time:
        return value.instant
    if cls is DateTime:
        return value.second
    if cls is DayDuration:
        return value.nanos
    return value.months if cls is MonthDuration else None


def comparable(a: Any, b: Any) -> bool:
    """Whether two values are of one ordered kind; a local time has no order with one of a zone."""
    if a.__class__ is not b.__class__ or order_key(a) is None:
        return False
    if isinstance(a, Time):
        return bool(a.local == b.local)
    return bool(a.time.local == b.time.local) if isinstance(a, DateTime) else True


def compare(run: Run, n: int, op: str, a: Any, b: Any) -> Any:
    """`a op b` for <, <=, > and >=."""
    if a.__class__ is not Decimal or b.__class__ is not Decimal:
        if is_null(a) or is_null(b):
            return join_nulls(a, b)
        if not comparable(a, b):
            return fault(run, n, "type", op=op, left=kind_of(a), right=kind_of(b))
        a, b = order_key(a), order_key(b)
    if op == "<":
        return a < b
    if op == "<=":
        return a <= b
    return a > b if op == ">" else a >= b


def between(run: Run, n: int, value: Any, low: Any, high: Any) -> Any:
    return conjunction(run, n, compare(run, n, ">=", value, low), compare(run, n, "<=", value, high))


# ---------------------------------------------------------------------- logic
def conjunction(run: Run, n: int, *items: Any) -> Any:
    """Three-valued `and`; what is no boolean counts as unknown."""
    if any(item is False for item in items):
        return False
    return True if all(item is True for item in items) else _unknown(run, n, "and", items)


def disjunction(run: Run, n: int, *items: Any) -> Any:
    """Three-valued `or`."""
    if any(item is True for item in items):
        return True
    return False if all(item is False for item in items) else _unknown(run, n, "or", items)


def _unknown(run: Run, n: int, op: str, items: tuple[Any, ...]) -> Any:
    odd = [x for x in items if x is not True and x is not False and not is_null(x)]
    found = fault(run, n, "type", op=op, left=kind_of(odd[0]), wanted="boolean") if odd else None
    return join_nulls(*items, found)


def not_boolean(run: Run, n: int, value: Any) -> Any:
    """The null of an `if` whose condition is neither true, false nor null."""
    return fault(run, n, "type", op="if", left=kind_of(value), wanted="boolean")


# ---------------------------------------------------------------------- ranges and membership
def make_range(run: Run, n: int, low: Any, low_closed: bool, high: Any, high_closed: bool) -> Any:
    if is_null(low) or is_null(high):
        return join_nulls(low, high) or fault(run, n, "range", op="..")
    if not comparable(low, high):
        return fault(run, n, "type", op="..", left=kind_of(low), right=kind_of(high))
    return Range(low, low_closed, high, high_closed)


def comparison_range(run: Run, n: int, op: str, operand: Any) -> Any:
    """The range a comparison such as ``< 10`` stands for."""
    if op in ("=", "!="):
        return Range(operand, True, operand, True, op)
    if is_null(operand):
        return operand
    if order_key(operand) is None:
        return fault(run, n, "type", op=op, left=kind_of(operand))
    closed = len(op) == 2
    if op[0] == "<":
        return Range(None, False, operand, closed, op)
    return Range(operand, closed, None, False, op)


def within(run: Run, n: int, value: Any, span: Range) -> Any:
    """Whether a range includes a value."""
    if span.op in ("=", "!="):
        return (equal if span.op == "=" else unequal)(run, n, value, span.low)
    low: Any = True
    high: Any = True
    if span.low is not None:
        low = compare(run, n, ">=" if span.low_closed else ">", value, span.low)
    if span.high is not None:
        high = compare(run, n, "<=" if span.high_closed else "<", value, span.high)
    return conjunction(run, n, low, high)


def _holds(run: Run, n: int, value: Any, test: Any) -> Any:
    """One test of `in`: a range includes, a list has the value or a range around it, else equality."""
    if test.__class__ is Range:
        return within(run, n, value, test) if value.__class__ is not Range else same(value, test, run.spend) is True
    if test.__class__ is list:
        run.spend(len(test))
        if value.__class__ is list and same(value, test, run.spend):
            return True
        unknown: list[Any] = []
        for item in test:
            inside = item.__class__ is Range and value.__class__ is not Range
            if (within(run, n, value, item) if inside else same(value, item, run.spend)) is True:
                return True
            if is_null(value):
                unknown.append(value)
        return join_nulls(*unknown) or False
    return equal(run, n, value, test)


def member(run: Run, n: int, value: Any, *tests: Any) -> Any:
    """`value in (test, …)`: true where one test holds, null where the only test is unknown."""
    found: list[Any] = []
    for test in tests:
        if test.__class__ is Null or (test is None and len(tests) == 1 and not is_null(value)):
            found.append(test if test.__class__ is Null else False)
            continue
        held = _holds(run, n, value, test)
        if held is True:
            return True
        found.append(held)
    if len(found) == 1:
        return found[0]
    unknown = [x for x in found if x.__class__ is Null and any(c.absent for c in x.causes)]
    return join_nulls(*unknown) if unknown else False


def tested(run: Run, n: int, value: Any, test: Any, asks: bool) -> Any:
    """One cell test over `?`: a condition by its truth, anything else as in `in`.

    A truth beside a value that is one itself is a value to be equal to, unless the test `asks` about `?`.
    """
    if test is True or test is False:
        return test if asks or (value is not True and value is not False) else value is test
    if test.__class__ is Null:
        return test
    return _holds(run, n, value, test)
