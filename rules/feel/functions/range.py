"""Built-in functions over points and ranges: the relations of Allen (DMN 1.5, 10.3.4.8)."""

from __future__ import annotations

from typing import Any

from ..operate import comparable, order_key, same
from ..run import Run
from ..types import kind_of
from ..values import Range
from .table import Fault, builtin

_BOTH = "range1: range, range2: range"
_TWO = "point1/range1/point/range: any, point2/range2/range/point: any"


class Span:
    """A point or a range as (low, closed, high, closed); an open end of a comparison is None."""

    __slots__ = ("high", "high_closed", "low", "low_closed", "point")

    def __init__(self, value: Any) -> None:
        if isinstance(value, Range):
            if value.op == "!=":
                raise Fault("type", left="range", wanted="range")
            self.low, self.low_closed = value.low, value.low_closed
            self.high, self.high_closed = value.high, value.high_closed
            self.point = False
        else:
            if order_key(value) is None:
                raise Fault("type", left=kind_of(value), wanted="range")
            self.low = self.high = value
            self.low_closed = self.high_closed = True
            self.point = True


def _order(a: Any, b: Any) -> int:
    """-1, 0, 1 of two end points of one kind."""
    if not comparable(a, b):
        raise Fault("type", left=kind_of(a), right=kind_of(b))
    x, y = order_key(a), order_key(b)
    return int(x > y) - int(x < y)


def _low_order(a: Span, b: Span) -> int:
    """Which begins first."""
    if a.low is None or b.low is None:
        return (a.low is not None) - (b.low is not None)
    return _order(a.low, b.low) or int(b.low_closed) - int(a.low_closed)


def _high_order(a: Span, b: Span) -> int:
    """Which ends first."""
    if a.high is None or b.high is None:
        return (a.high is None) - (b.high is None)
    return _order(a.high, b.high) or int(a.high_closed) - int(b.high_closed)


def _precedes(a: Span, b: Span) -> bool:
    """Whether all of `a` lies before all of `b`."""
    if a.high is None or b.low is None:
        return False
    found = _order(a.high, b.low)
    return found < 0 or (found == 0 and not (a.high_closed and b.low_closed))


def _within(a: Span, b: Span) -> bool:
    return _low_order(a, b) >= 0 and _high_order(a, b) <= 0


def _touches(a: Span, b: Span) -> bool:
    """Whether `a` ends exactly where `b` begins."""
    if a.high is None or b.low is None:
        return False
    return _order(a.high, b.low) == 0 and a.high_closed and b.low_closed


@builtin(
    "before", _TWO, "boolean",
    "前者是否在后者之前",
    "Whether the first lies before the second",
    ("before(1, [5..10]) = true", "before([1..5], [6..9]) = true", "before(5, [5..10]) = false"),
)
def before(run: Run, at: int, a: Any, b: Any) -> bool:
    return _precedes(Span(a), Span(b))


@builtin(
    "after", _TWO, "boolean",
    "前者是否在后者之后",
    "Whether the first lies after the second",
    ("after(12, [5..10]) = true", "after([6..9], [1..5]) = true"),
)
def after(run: Run, at: int, a: Any, b: Any) -> bool:
    return _precedes(Span(b), Span(a))


@builtin(
    "meets", _BOTH, "boolean",
    "前者终点是否即后者起点",
    "Whether the first ends where the second begins",
    ("meets([1..5], [5..10]) = true", "meets([1..5), [5..10]) = false"),
)
def meets(run: Run, at: int, a: Range, b: Range) -> bool:
    return _touches(Span(a), Span(b))


@builtin(
    "met by", _BOTH, "boolean",
    "前者起点是否即后者终点",
    "Whether the first begins where the second ends",
    ("met by([5..10], [1..5]) = true", "met by((5..10], [1..5]) = false"),
)
def met_by(run: Run, at: int, a: Range, b: Range) -> bool:
    return _touches(Span(b), Span(a))


@builtin(
    "overlaps", _BOTH, "boolean",
    "两者是否重叠",
    "Whether the two share a value",
    ("overlaps([1..5], [3..8]) = true", "overlaps([1..5], [6..8]) = false", "overlaps([1..5), [5..8]) = false"),
)
def overlaps(run: Run, at: int, a: Range, b: Range) -> bool:
    x, y = Span(a), Span(b)
    return not _precedes(x, y) and not _precedes(y, x)


@builtin(
    "overlaps before", _BOTH, "boolean",
    "前者先开始、先结束且与后者重叠",
    "Whether the first begins and ends earlier and they share a value",
    ("overlaps before([1..5], [3..8]) = true", "overlaps before([3..8], [1..5]) = false"),
)
def overlaps_before(run: Run, at: int, a: Range, b: Range) -> bool:
    x, y = Span(a), Span(b)
    return _low_order(x, y) < 0 and _high_order(x, y) <= 0 and not _precedes(x, y)


@builtin(
    "overlaps after", _BOTH, "boolean",
    "前者后开始、后结束且与后者重叠",
    "Whether the first begins and ends later and they share a value",
    ("overlaps after([3..8], [1..5]) = true", "overlaps after([1..5], [3..8]) = false"),
)
def overlaps_after(run: Run, at: int, a: Range, b: Range) -> bool:
    x, y = Span(a), Span(b)
    return _low_order(x, y) > 0 and _high_order(x, y) >= 0 and not _precedes(y, x)


@builtin(
    "finishes", _TWO, "boolean",
    "前者是否在后者的终点结束",
    "Whether the first ends where the second ends, within it",
    ("finishes(10, [1..10]) = true", "finishes([5..10], [1..10]) = true", "finishes(10, [1..10)) = false"),
)
def finishes(run: Run, at: int, a: Any, b: Any) -> bool:
    x, y = Span(a), Span(b)
    return _high_order(x, y) == 0 and _low_order(x, y) >= 0


@builtin(
    "finished by", _TWO, "boolean",
    "后者是否在前者的终点结束",
    "Whether the second ends where the first ends, within it",
    ("finished by([1..10], 10) = true", "finished by([1..10], [5..10]) = true"),
)
def finished_by(run: Run, at: int, a: Any, b: Any) -> bool:
    return bool(finishes(run, at, b, a))


@builtin(
    "starts", _TWO, "boolean",
    "前者是否从后者的起点开始",
    "Whether the first begins where the second begins, within it",
    ("starts(1, [1..10]) = true", "starts([1..5], [1..10]) = true", "starts(1, (1..10]) = false"),
)
def starts(run: Run, at: int, a: Any, b: Any) -> bool:
    x, y = Span(a), Span(b)
    return _low_order(x, y) == 0 and _high_order(x, y) <= 0


@builtin(
    "started by", _TWO, "boolean",
    "后者是否从前者的起点开始",
    "Whether the second begins where the first begins, within it",
    ("started by([1..10], 1) = true", "started by([1..10], [1..5]) = true"),
)
def started_by(run: Run, at: int, a: Any, b: Any) -> bool:
    return bool(starts(run, at, b, a))


@builtin(
    "during", _TWO, "boolean",
    "前者是否在后者之内",
    "Whether the first lies within the second",
    ("during(5, [1..10]) = true", "during([2..5], [1..10]) = true", "during(10, [1..10)) = false"),
)
def during(run: Run, at: int, a: Any, b: Any) -> bool:
    return _within(Span(a), Span(b))


@builtin(
    "includes", _TWO, "boolean",
    "后者是否在前者之内",
    "Whether the second lies within the first",
    ("includes([1..10], 5) = true", "includes([1..10], [2..5]) = true", "includes([1..10), 10) = false"),
)
def includes(run: Run, at: int, a: Any, b: Any) -> bool:
    return _within(Span(b), Span(a))


@builtin(
    "coincides", _TWO, "boolean",
    "两者是否完全相同",
    "Whether the two are the same",
    ("coincides([1..5], [1..5]) = true", "coincides(5, 5) = true", "coincides([1..5), [1..5]) = false"),
)
def coincides(run: Run, at: int, a: Any, b: Any) -> bool:
    x, y = Span(a), Span(b)
    return _low_order(x, y) == 0 and _high_order(x, y) == 0 and same(a, b, run.spend) is not None
