"""Built-in functions that make numbers, ranges and durations from text."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from ..cause import is_null
from ..operate import comparable, order_key
from ..run import Run
from ..temporal import parse_date, parse_date_time, parse_duration, parse_temporal, parse_time
from ..tokens import ESCAPE, NUMBER, PLAIN
from ..types import kind_of
from ..values import Date, DateTime, DayDuration, MonthDuration, Range
from .table import Fault, builtin

_NUMBER = re.compile(r"-?" + f"(?:{NUMBER.pattern})", re.ASCII)
_LITERAL = re.compile(
    r'\s*(?:(?P<number>-?(?:\d+(?:\.\d+)?|\.\d+))|(?P<string>"(?:[^"\\]|\\.)*")|@"(?P<at>[^"]*)"'
    r'|(?P<name>date and time|date|time|duration)\s*\(\s*"(?P<text>[^"]*)"\s*\))\s*'
)
_PARSERS: dict[str, Any] = {
    "date": parse_date,
    "time": parse_time,
    "date and time": parse_date_time,
    "duration": parse_duration,
}
SEPARATORS = (" ", ",", ".")


@builtin(
    "number", "from: string, grouping separator: string?~, decimal separator: string?~", "number",
    "把文本转换为数字",
    "A text as a number",
    ('number("1,000.5", ",", ".") = 1000.5', 'number("1 000,5", " ", ",") = 1000.5', 'number("12.5") + 1 = 13.5'),
)
def number(run: Run, at: int, text: str, grouping: Any, point: Any) -> Decimal:
    group = None if is_null(grouping) else grouping
    mark = None if is_null(point) else point
    if group not in (None, *SEPARATORS) or mark not in (None, ",", ".") or (group is not None and group == mark):
        raise Fault("domain", text=text[:60])
    if group:
        text = text.replace(group, "")
    if mark:
        text = text.replace(mark, ".")
    if len(text) > 400 or not _NUMBER.fullmatch(text):
        raise Fault("domain", text=text[:60])
    value = Decimal(text)
    if value and not -6176 <= value.adjusted() <= 6144:
        raise Fault("overflow")
    return value


@builtin(
    "duration", "from: any", "any",
    "把 ISO 8601 文本转换为时长",
    "A duration from text such as P1DT2H",
    ('duration("P1D") = @"P1D"', 'duration("P1Y6M").years = 1', 'duration("-PT90M") = @"-PT1H30M"'),
)
def duration(run: Run, at: int, value: Any) -> Any:
    if isinstance(value, DayDuration | MonthDuration) or is_null(value):
        return value
    if value.__class__ is not str:
        raise Fault("type", left=kind_of(value), wanted="string")
    found = parse_duration(value)
    if found is None:
        raise Fault("domain", text=value[:60])
    return found


@builtin(
    "years and months duration", "from: day, to: day", "years and months duration",
    "两个日期之间的整年整月数",
    "Whole years and months from one date to another",
    (
        'years and months duration(@"2011-12-22", @"2013-08-24") = @"P1Y8M"',
        'years and months duration(@"2024-05-20", @"2026-05-19").months = 11',
    ),
)
def years_and_months_duration(run: Run, at: int, start: Date | DateTime, end: Date | DateTime) -> MonthDuration:
    a = start if isinstance(start, Date) else start.date
    b = end if isinstance(end, Date) else end.date
    months = (b.year - a.year) * 12 + b.month - a.month
    if months > 0 and b.day < a.day:
        months -= 1
    elif months < 0 and b.day > a.day:
        months += 1
    return MonthDuration(months)


def _endpoint(text: str) -> tuple[Any, int]:
    """The literal a range's text begins with and where it ends."""
    m = _LITERAL.match(text)
    if m is None:
        raise Fault("domain", text=text[:60])
    value: Any
    if m["number"]:
        value = Decimal(m["number"])
    elif m["string"]:
        value = ESCAPE.sub(lambda e: PLAIN.get(e[3], e[0]), m["string"][1:-1])
    elif m["at"] is not None:
        value = parse_temporal(m["at"])
    else:
        value = _PARSERS[m["name"]](m["text"])
    if value is None:
        raise Fault("domain", text=text[:60])
    return value, m.end()


@builtin(
    "range", "from: string", "range",
    "把文本转换为区间",
    "A range from text",
    ('range("[1..3]") = [1..3]', '5 in range("(3..5]") = true'),
)
def range_(run: Run, at: int, text: str) -> Range:
    text = text.strip()
    if len(text) < 5 or text[0] not in "[(]" or text[-1] not in "])[":
        raise Fault("domain", text=text[:60])
    inner = text[1:-1]
    low, end = _endpoint(inner)
    if not inner.startswith("..", end):
        raise Fault("domain", text=text[:60])
    high, rest = _endpoint(inner[end + 2 :])
    if end + 2 + rest != len(inner) or not comparable(low, high) or order_key(low) > order_key(high):
        raise Fault("domain", text=text[:60])
    return Range(low, text[0] == "[", high, text[-1] == "]")
