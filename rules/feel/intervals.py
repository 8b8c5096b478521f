"""What comparisons with written values leave possible: which conditions can never hold, and which always do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from .numbers import ZERO
from .operate import comparable, order_key
from .syntax import Between, Call, Comparison, In, Literal, Logic, Name, Negation, Node, RangeNode

MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "="}
NOT_NEGATIVE = frozenset(
    {"count", "string length", "abs", "sqrt", "exp", "stddev", "COUNT", "COUNTA", "LEN", "ABS", "SQRT", "EXP"}
)
Source = Callable[[Node], str]


@dataclass(frozen=True, slots=True)
class Interval:
    """Values between two ends; None is no end on that side."""

    low: Any = None
    low_closed: bool = False
    high: Any = None
    high_closed: bool = False

    @property
    def empty(self) -> bool:
        if self.low is None or self.high is None:
            return False
        low, high = order_key(self.low), order_key(self.high)
        return bool(low > high or (low == high and not (self.low_closed and self.high_closed)))

    def meets(self, other: Interval) -> Interval:
        """What both hold."""
        low, low_closed = self._tighter(other, "low", 1)
        high, high_closed = self._tighter(other, "high", -1)
        return Interval(low, low_closed, high, high_closed)

    def _tighter(self, other: Interval, end: str, sign: int) -> tuple[Any, bool]:
        one, two = getattr(self, end), getattr(other, end)
        if one is None or two is None:
            chosen = other if one is None else self
            return getattr(chosen, end), getattr(chosen, f"{end}_closed")
        a, b = order_key(one), order_key(two)
        if a == b:
            return one, getattr(self, f"{end}_closed") and getattr(other, f"{end}_closed")
        chosen = self if (a > b) == (sign > 0) else other
        return getattr(chosen, end), getattr(chosen, f"{end}_closed")

    def holds(self, other: Interval) -> bool:
        """Whether all of the other lies within this one."""
        return self.meets(other) == other


def _interval(op: str, value: Any) -> Interval:
    closed = op.endswith("=")
    if op == "=":
        return Interval(value, True, value, True)
    return Interval(None, False, value, closed) if op[0] == "<" else Interval(value, closed, None, False)


def _value(node: Node | None) -> Any:
    """A written value that has an order; None for anything else."""
    if isinstance(node, Negation) and isinstance(node.operand, Literal):
        value = node.operand.value
        return -value if value.__class__ is ZERO.__class__ else None
    return node.value if isinstance(node, Literal) and order_key(node.value) is not None else None


def constraint(node: Node) -> tuple[Node, Interval] | None:
    """The part a condition looks at and the values it lets pass; None where it is no comparison with such values."""
    if isinstance(node, Comparison) and node.op in MIRRORED:
        left, right = _value(node.left), _value(node.right)
        if (left is None) == (right is None):
            return None
        if left is None:
            return node.left, _interval(node.op, right)
        return node.right, _interval(MIRRORED[node.op], left)
    if isinstance(node, Between):
        return _between(node.value, node.low, True, node.high, True)
    if isinstance(node, In) and len(node.tests) == 1:
        test = node.tests[0]
        if isinstance(test, RangeNode):
            if test.op is None:
                return _between(node.value, test.low, test.low_closed, test.high, test.high_closed)
            value = _value(test.low)
            return (node.value, _interval(test.op, value)) if value is not None and test.op in MIRRORED else None
    return None


def _between(
    subject: Node, low: Node, low_closed: bool, high: Node | None, high_closed: bool
) -> tuple[Node, Interval] | None:
    first, last = _value(low), _value(high)
    if first is None or last is None or not comparable(first, last):
        return None
    return subject, Interval(first, low_closed, last, high_closed)


def _domain(subject: Node) -> Interval:
    """What a part can be at all."""
    if isinstance(subject, Call) and isinstance(subject.function, Name) and subject.function.name in NOT_NEGATIVE:
        return Interval(ZERO, True, None, False)
    return Interval()


def verdict(node: Node) -> bool | None:
    """Whether one comparison always holds (True) or never (False) whatever the part it looks at is; else None."""
    found = constraint(node)
    if found is None:
        return None
    subject, allowed = found
    domain = _domain(subject)
    if allowed.empty or not _alike(allowed, domain) or allowed.meets(domain).empty:
        return False if _alike(allowed, domain) else None
    return True if allowed.holds(domain) and domain != Interval() else None


def _alike(one: Interval, other: Interval) -> bool:
    """Whether the ends of two intervals can be compared."""
    ends = [end for end in (one.low, one.high, other.low, other.high) if end is not None]
    return all(comparable(end, ends[0]) for end in ends)


def decided(node: Logic, source: Source) -> Iterator[tuple[Node, bool]]:
    """Items of an `and` that contradict those before them (False), and of an `or` that leave nothing out (True)."""
    seen: dict[str, list[Interval]] = {}
    for item in node.items:
        found = constraint(item)
        if found is None or found[1].empty:
            continue
        subject, allowed = found
        before = seen.setdefault(source(subject), [_domain(subject)] if node.op == "and" else [])
        if not all(_alike(allowed, other) for other in before):
            continue
        if node.op == "and":
            met = before[0].meets(allowed)
            if met.empty:
                yield item, False
                continue
            before[0] = met
        else:
            before.append(allowed)
            if len(before) > 1 and _whole(before):
                yield item, True
                before.clear()


def _whole(intervals: Iterable[Interval]) -> bool:
    """Whether intervals leave no value out."""
    open_below = [x for x in intervals if x.low is None]
    rest = sorted((x for x in intervals if x.low is not None), key=lambda x: (order_key(x.low), not x.low_closed))
    if not open_below:
        return False
    reach = max(open_below, key=lambda x: (x.high is None, order_key(x.high) if x.high is not None else 0))
    for each in rest:
        if reach.high is None:
            return True
        high, low = order_key(reach.high), order_key(each.low)
        if low > high or (low == high and not (reach.high_closed or each.low_closed)):
            return False
        if each.high is None:
            return True
        if order_key(each.high) > high or (order_key(each.high) == high and each.high_closed):
            reach = each
    return reach.high is None
