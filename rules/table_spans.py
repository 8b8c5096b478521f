"""Sets of values of one kind as sorted spans, so that cells of a table can be joined, compared and told by example."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_FLOOR, Decimal, localcontext
from typing import Any

from rules.feel.calendar import NANO
from rules.feel.numbers import WIDE, ZERO
from rules.feel.operate import order_key
from rules.feel.printing import number_literal, text_literal
from rules.feel.temporal import temporal_text
from rules.feel.values import Date, DateTime, DayDuration, MonthDuration, Time, date_from_days

Edge = tuple[Any, int]
"""A place between values: (key, 0) stands before the value of that key, (key, 1) behind it."""
Span = tuple[Edge | None, Edge | None]
"""From an edge up to another; None: without end."""
Spans = tuple[Span, ...]

EMPTY: Spans = ()
FULL: Spans = ((None, None),)
TRUTH: Spans = (((0, 0), (2, 0)),)

INDEXED = frozenset({"number", "string", "boolean", "date", "days and time duration", "years and months duration"})
"""Kinds whose values all have one order; moments with an offset have none with those without."""
KINDS = INDEXED | {"date and time"}
WHOLE = KINDS - {"number", "string"}
"""Kinds whose keys are whole numbers: between two neighbours there is nothing."""
PLACES = 40
"""Decimals tried for a number between two others: the language's numbers have no more digits than 34."""


def key_of(value: Any) -> Any:
    """What a value of one of KINDS is ordered by: a Decimal, a text, or a whole number."""
    cls = value.__class__
    if cls is Decimal or cls is str:
        return value
    if cls is bool:
        return int(value)
    return value.days if cls is Date else order_key(value)


def edge(key: Any, behind: bool) -> Edge:
    """The edge before or behind a key; behind a whole number is before the next."""
    if behind and key.__class__ is int:
        return key + 1, 0
    return key, int(behind)


def only(key: Any) -> Spans:
    return ((edge(key, False), edge(key, True)),)


def between(low: Edge | None, high: Edge | None) -> Spans:
    """The span of two edges, nothing where the upper one does not lie above the lower."""
    return () if low is not None and high is not None and low >= high else ((low, high),)


def single(spans: Spans | None) -> Any:
    """The key of the only value there is; None for none, several, or what is not known."""
    return spans[0][0][0] if spans is not None and len(spans) == 1 and spans[0][0] and _point(spans[0]) else None


def joined(parts: Iterable[Span]) -> Spans:
    """The union, sorted and without spans that touch."""
    out: list[Span] = []
    for low, high in sorted(parts, key=lambda span: (span[0] is not None, span[0] or ())):
        last = out[-1] if out else None
        if last is not None and (last[1] is None or (low is None or low <= last[1])):
            out[-1] = (last[0], _later(last[1], high))
        else:
            out.append((low, high))
    return tuple(out)


def _later(first: Edge | None, second: Edge | None) -> Edge | None:
    return None if first is None or second is None else max(first, second)


def complement(spans: Spans) -> Spans:
    """Every value of the kind that is not in `spans`."""
    out: list[Span] = []
    at: Edge | None = None
    for low, high in spans:
        if low is not None:
            out.append((at, low))
        if high is None:
            return tuple(out)
        at = high
    return (*out, (at, None))


def common(first: Spans, second: Spans) -> Spans:
    """The intersection."""
    out: list[Span] = []
    for low, high in first:
        for start, end in second:
            bottom = start if low is None else low if start is None else max(low, start)
            top = end if high is None else high if end is None else min(high, end)
            out += between(bottom, top)
    return joined(out)


# ---------------------------------------------------------------------- told to people
def value_of(kind: str, key: Any) -> Any:
    """The value of a key, as the language holds it."""
    match kind:
        case "boolean":
            return bool(key)
        case "date":
            return date_from_days(key)
        case "date and time":
            days, seconds = divmod(key, 86_400)
            return DateTime(date_from_days(days), Time(seconds * NANO, 0))
        case "days and time duration":
            return DayDuration(key)
        case "years and months duration":
            return MonthDuration(key)
        case _:
            return key


def literal(value: Any) -> str:
    """A value of one of KINDS as a cell would write it."""
    if value.__class__ is bool:
        return "true" if value else "false"
    if value.__class__ is Decimal:
        return number_literal(value)
    return text_literal(value) if value.__class__ is str else f'@"{temporal_text(value)}"'


def tests(kind: str, spans: Spans) -> str:
    """The cell that stands for these values, as its author would write it."""
    if not spans:
        return "not(-)"
    rest = complement(spans)
    if not rest or (kind == "boolean" and spans == TRUTH):
        return "-"
    if kind in ("string", "number") and len(rest) <= len(spans) and all(_point(span) for span in rest):
        return f"not({', '.join(_test(kind, span) for span in rest)})"
    return ", ".join(_test(kind, span) for span in spans)


def _point(span: Span) -> bool:
    low, high = span
    return low is not None and high == edge(low[0], True) and low[1] == 0


def _test(kind: str, span: Span) -> str:
    low, high = span
    if low is not None and _point(span):
        return literal(value_of(kind, low[0]))
    # Of whole numbers the last one below the edge is told, not the first one beyond.
    last = high is not None and kind in WHOLE
    start = None if low is None else literal(value_of(kind, low[0]))
    end = None if high is None else literal(value_of(kind, high[0] - 1 if last else high[0]))
    closed = last or (high is not None and high[1] == 1)
    if low is None:
        return f"<= {end}" if closed else f"< {end}"
    if high is None:
        return f"> {start}" if low[1] else f">= {start}"
    return f"{'(' if low[1] else '['}{start}..{end}{']' if closed else ')'}"


def sample(kind: str, spans: Spans) -> Any:
    """The key of a value in `spans`, the plainest there is; None where none can be named."""
    found = [key for low, high in spans if (key := _inside(kind, low, high)) is not None]
    if kind == "string":
        return min(found, key=lambda key: (len(key), key), default=None)
    return min(found, key=lambda key: (abs(key), key), default=None)


def _inside(kind: str, low: Edge | None, high: Edge | None) -> Any:
    if low is not None and low[1] == 0:
        return low[0]
    if kind == "string":
        return _text_inside(low, high)
    if kind == "number":
        return _number_inside(None if low is None else low[0], high)
    return 0 if high is None or high[0] > 0 else high[0] - 1


def _number_inside(low: Decimal | None, high: Edge | None) -> Decimal | None:
    """A number above `low` and below `high`, whole where one fits, else with as few decimals as will do."""
    with localcontext(WIDE):
        if low is None:
            return ZERO if high is None or high[0] > 0 else Decimal(high[0]) - 1
        for places in range(PLACES):
            step = Decimal(1).scaleb(-places)
            near = (low / step).to_integral_value(ROUND_FLOOR) * step + step
            if high is None or (near, 0) < high:
                return near
    return None


def _text_inside(low: Edge | None, high: Edge | None) -> str | None:
    bottom = low[0] if low is not None else ""
    for text in ("other", "x", "", f"{bottom} ", f"{bottom}0", f"{bottom}a"):
        if (low is None or (text, 0) >= low) and (high is None or (text, 1) <= high):
            return str(text)
    return None
