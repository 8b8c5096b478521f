"""Result types of operators and properties, for the checker and the plain form."""

from __future__ import annotations

from .types import (
    ANY,
    BOOLEAN,
    DATE,
    DATE_TIME,
    DAYS,
    MONTHS,
    NUMBER,
    STRING,
    TIME,
    Type,
)

OPEN = ("any", "null")
ORDERED = frozenset({"number", "string", "date", "time", "date and time", DAYS.kind, MONTHS.kind})

_MOMENTS = (DATE, DATE_TIME, TIME)
_SPANS = (DAYS, MONTHS)

ARITHMETIC: dict[tuple[str, str, str], Type] = {("+", "string", "string"): STRING}
for _op in ("+", "-", "*", "/", "**"):
    ARITHMETIC[_op, "number", "number"] = NUMBER
for _span in _SPANS:
    ARITHMETIC["+", _span.kind, _span.kind] = _span
    ARITHMETIC["-", _span.kind, _span.kind] = _span
    ARITHMETIC["*", _span.kind, "number"] = _span
    ARITHMETIC["*", "number", _span.kind] = _span
    ARITHMETIC["/", _span.kind, "number"] = _span
    ARITHMETIC["/", _span.kind, _span.kind] = NUMBER
    for _moment in _MOMENTS:
        if _moment is TIME and _span is MONTHS:
            continue
        ARITHMETIC["+", _moment.kind, _span.kind] = _moment
        ARITHMETIC["+", _span.kind, _moment.kind] = _moment
        ARITHMETIC["-", _moment.kind, _span.kind] = _moment
for _left, _right in ((DATE, DATE), (DATE, DATE_TIME), (DATE_TIME, DATE), (DATE_TIME, DATE_TIME), (TIME, TIME)):
    ARITHMETIC["-", _left.kind, _right.kind] = DAYS

_DATE = dict.fromkeys(("year", "month", "day", "weekday"), NUMBER)
_CLOCK = {**dict.fromkeys(("hour", "minute", "second"), NUMBER), "timezone": STRING, "time offset": DAYS}
PROPERTIES: dict[str, dict[str, Type]] = {
    "date": _DATE,
    "time": _CLOCK,
    "date and time": {**_DATE, **_CLOCK},
    DAYS.kind: dict.fromkeys(("days", "hours", "minutes", "seconds", "years", "months"), NUMBER),
    MONTHS.kind: dict.fromkeys(("days", "hours", "minutes", "seconds", "years", "months"), NUMBER),
    "range": {"start": ANY, "end": ANY, "start included": BOOLEAN, "end included": BOOLEAN},
    "number": {},
    "string": {},
    "boolean": {},
}
"""Properties of each kind; of a duration also those that are null for it."""

PARAMETERS: dict[str, tuple[str, ...]] = {
    "day": ("date", "date and time"),
    "duration": (DAYS.kind, MONTHS.kind),
    "days": (DAYS.kind,),
    "amount": ("number", DAYS.kind, MONTHS.kind),
    "text": ("string", "number", "boolean"),
    "day or text": ("date", "date and time", "string"),
    "clock": ("time", "date and time", "string"),
}
"""Kinds of parameters that stand for several types."""


def arithmetic_type(op: str, left: Type, right: Type) -> Type | None:
    """The type of `left op right`, any where a side is open, None where they do not go together."""
    if left.kind in OPEN or right.kind in OPEN:
        return ANY
    return ARITHMETIC.get((op, left.kind, right.kind))


def alike(left: Type, right: Type) -> bool:
    """Whether values of the two may be compared at all."""
    return left.kind in OPEN or right.kind in OPEN or left.kind == right.kind


def merged(first: Type, second: Type) -> Type:
    """The type of a value that has one of two types; null fits any."""
    if first == second or second.kind == "null":
        return first
    if first.kind == "null":
        return second
    if first.kind == second.kind:
        return Type(first.kind)
    return ANY


def accepts(kind: str, given: Type) -> bool:
    """Whether a parameter of a kind takes an argument of a type; a list may stand for its only item."""
    if kind in ("any", "list") or given.kind in (*OPEN, "list"):
        return True
    return given.kind in PARAMETERS.get(kind, (kind,))
