"""Number and date formats of TEXT, and reading numbers and dates from the texts people type."""

from __future__ import annotations

import decimal
import re
from decimal import Decimal
from typing import Any

from ..cause import Fault
from ..numbers import CONTEXT, number_text, round_to
from ..temporal import parse_date, parse_date_time, parse_time
from ..types import kind_of
from ..values import Date, DateTime, OutOfRange, Time

CURRENCY = "¥￥$€£"
NUMBER = re.compile(r"(?:\d+|\d{1,3}(?:,\d{3})+)?(?:\.\d*)?(?:[eE][+-]?\d{1,4})?", re.ASCII)
DIGITS = re.compile(r"[#0,]*[#0],*(?:\.[#0]*)?|\.[#0]+")
DATE_PIECE = re.compile(r'y+|m+|d+|h+|s+|"[^"]*"|\\.|.', re.DOTALL | re.IGNORECASE)
CALENDAR = re.compile(r"(-?\d{4,9})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?", re.ASCII)
CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?", re.ASCII)
LONGEST = 200


def number_of_text(text: str) -> Decimal:
    """``1,234.5``, ``-12%``, ``¥300``, ``(5)`` as numbers. Raises Fault where it is none."""
    given = text.strip()
    sign = 1
    if given.startswith("(") and given.endswith(")"):
        sign, given = -1, given[1:-1].strip()
    percent = given.endswith("%")
    given = given.removesuffix("%").strip()
    for _ in range(2):
        if given[:1] in ("+", "-"):
            sign, given = (-sign if given[0] == "-" else sign), given[1:].lstrip()
        elif given and given[0] in CURRENCY:
            given = given[1:].lstrip()
    if len(given) > LONGEST or not any(c.isdigit() for c in given) or not NUMBER.fullmatch(given):
        raise Fault("domain", text=text[:60])
    value = CONTEXT.create_decimal(given.replace(",", "")) * sign
    return CONTEXT.divide(value, Decimal(100)) if percent else value


def day_of(value: Any) -> Date:
    """A date, the date of a date and time, or a date written 2026-1-31, 2026/1/31, 2026年1月31日. Raises Fault."""
    if isinstance(value, Date):
        return value
    if isinstance(value, DateTime):
        return value.date
    text = str(value).strip()
    moment = parse_date(text) or parse_date_time(text)
    if moment is not None:
        return moment if isinstance(moment, Date) else moment.date
    m = CALENDAR.match(text)
    rest = text[m.end() :].strip() if m is not None else "?"
    if m is None or (rest and not CLOCK.fullmatch(rest)):
        raise Fault("domain", text=text[:60])
    try:
        return Date(int(m[1]), int(m[2]), int(m[3]))
    except OutOfRange:
        raise Fault("domain", text=text[:60]) from None


def clock_of(value: Any) -> Time:
    """A time of day, that of a date and time, or one written 9:30 or 09:30:15. Raises Fault."""
    if isinstance(value, Time):
        return value
    if isinstance(value, DateTime):
        return value.time
    text = str(value).strip()
    moment = parse_time(text)
    if moment is not None:
        return moment
    both = parse_date_time(text) if "T" in text else None
    m = CLOCK.fullmatch(text.rpartition(" ")[2])
    if both is not None:
        return both.time
    found = parse_time(f"{int(m[1]):02d}:{m[2]}:{m[3] or '00'}") if m is not None else None
    if found is None:
        raise Fault("domain", text=text[:60])
    return found


def formatted(value: Any, pattern: str) -> str:
    """A value in a format. Raises Fault for a format, or a value, that this does not know."""
    if len(pattern) > LONGEST:
        raise Fault("domain", text=pattern[:60])
    if value.__class__ is str:
        return str(value)
    if value is True or value is False:
        return "TRUE" if value else "FALSE"
    if isinstance(value, Date | DateTime | Time):
        return _moment(value, pattern)
    if value.__class__ is not Decimal:
        raise Fault("type", left=kind_of(value), wanted="number")
    if pattern in ("@", "General", ""):
        return number_text(value) if pattern else ""
    return _number(value, pattern)


def _number(value: Decimal, pattern: str) -> str:
    bare = re.sub(r'"[^"]*"|\\.', lambda m: "\x00" * len(m[0]), pattern)
    m = DIGITS.search(bare)
    if m is None or ";" in bare or "[" in bare or DIGITS.search(bare, m.end()):
        raise Fault("domain", text=pattern[:60])
    if bare.count("%") > 3 or len(format(value, "f")) > 2 * LONGEST:
        raise Fault("range")
    value = value.scaleb(2 * bare.count("%"))
    whole, _, part = m[0].partition(".")
    grouped = "," in whole.rstrip(",")
    value = value.scaleb(-3 * (len(whole) - len(whole.rstrip(","))))
    rounded = round_to(value, len(part), decimal.ROUND_HALF_UP)
    digits = format(abs(rounded), "f")
    integer, _, fraction = digits.partition(".")
    integer = integer.lstrip("0").rjust(whole.count("0"), "0")
    if grouped:
        integer = re.sub(r"(?<=\d)(?=(?:\d{3})+$)", ",", integer)
    fraction = fraction.ljust(len(part), "0")
    while fraction and part[len(fraction) - 1] == "#" and fraction[-1] == "0":
        fraction = fraction[:-1]
    made = integer + ("." + fraction if "." in m[0] else "")
    sign = "-" if rounded < 0 else ""
    return sign + _words(pattern[: m.start()]) + made + _words(pattern[m.end() :])


def _words(text: str) -> str:
    """Plain words of a format without their quotes and backslashes."""
    return re.sub(r'"([^"]*)"|\\(.)', lambda m: m[1] if m[1] is not None else m[2], text)


def _moment(value: Date | DateTime | Time, pattern: str) -> str:
    day = value if isinstance(value, Date) else value.date if isinstance(value, DateTime) else None
    time = value if isinstance(value, Time) else value.time if isinstance(value, DateTime) else Time(0)
    made: list[str] = []
    pieces = DATE_PIECE.findall(pattern)
    clock = False
    for at, piece in enumerate(pieces):
        key = piece.lower()
        if key in ("m", "mm") and (clock or _seconds_follow(pieces[at + 1 :])):
            made.append(_padded(time.minute, key))
        elif key in ("h", "hh", "s", "ss"):
            made.append(_padded(time.hour if key[0] == "h" else time.second, key))
        elif key in ("yyyy", "yy", "m", "mm", "d", "dd"):
            if day is None:
                raise Fault("domain", text=pattern[:60])
            made.append(_of_day(day, key))
        elif piece[0] == '"' and len(piece) > 1:
            made.append(piece[1:-1])
        elif piece[0] == "\\" and len(piece) > 1:
            made.append(piece[1])
        elif piece.isascii() and piece.isalpha():
            raise Fault("domain", text=pattern[:60])
        else:
            made.append(piece)
        clock = key[0] == "h" or (clock and not key.isalpha())
    return "".join(made)


def _seconds_follow(pieces: list[str]) -> bool:
    """Whether the next letters are seconds: m means minutes then."""
    return next((p.lower()[0] == "s" for p in pieces if p.isascii() and p.isalpha()), False)


def _padded(number: int, key: str) -> str:
    return f"{number:0{len(key)}d}"


def _of_day(day: Date, key: str) -> str:
    if key[0] == "y":
        return f"{day.year:04d}" if len(key) == 4 else f"{day.year % 100:02d}"
    return _padded(day.month if key[0] == "m" else day.day, key)
