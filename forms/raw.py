"""Raw input made clean before a field type reads it: spaces, widths, control characters, sizes."""

from __future__ import annotations

import re
import unicodedata
from decimal import Context, Decimal, Inexact, InvalidOperation, Overflow

from rules.figures import plain

# Text of anything but a text field is short; longer input is refused before any pattern sees it.
SHORT = 200

# Enough for 40 digits times 万 or 亿; an inexact result is an error, never a rounding.
EXACT = Context(prec=80, traps=[Inexact, InvalidOperation, Overflow])

_EDGE = "\u200b\u2060\ufeff"
_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0x2212: 0x2D, 0xFFE5: 0xA5}
_SURROGATE = re.compile("[\ud800-\udfff]")
# Control characters, and the invisible marks that turn text round and so make a record read as something else.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufffe\uffff]")
_BREAK = re.compile("[\t\n]")


def trim(text: str) -> str:
    """`text` without surrounding space of any width, joiners of zero width and byte order marks included."""
    while True:
        shorter = text.strip().strip(_EDGE)
        if shorter == text:
            return text
        text = shorter


def half_width(text: str) -> str:
    """Full-width letters, digits and signs as their ASCII twins; nothing else changes."""
    return text.translate(_WIDE)


def is_empty(raw: object) -> bool:
    """Whether `raw` answers nothing: null, blank text of any width, or an empty list."""
    if raw is None:
        return True
    if isinstance(raw, str):
        return not trim(raw)
    return isinstance(raw, list | tuple) and not raw


def bad_character(text: str, *, lines: bool = False) -> tuple[int, str] | None:
    """Place (from 1) and code point of the first character no record may hold, or None.

    With `lines` tabs and line ends are welcome.
    """
    found = _SURROGATE.search(text) or _CONTROL.search(text)
    if found is None and not lines:
        found = _BREAK.search(text)
    if found is None:
        return None
    return found.start() + 1, f"U+{ord(found.group()):04X}"


def shown(text: object, most: int = 40) -> str:
    """The beginning of a person's input as a message may repeat it: short, and without characters that do harm."""
    cut = str(text)[:most]
    return _BREAK.sub(" ", _CONTROL.sub("\ufffd", _SURROGATE.sub("\ufffd", cut)))


def unix_lines(text: str) -> str:
    """`text` with each line end as one newline, whatever the browser or workbook sent."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def nfc(text: str) -> str:
    """`text` in Unicode composed form, so that equal words are equal records."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def places(number: Decimal) -> int:
    """How many decimal places `number` really needs; trailing zeros do not count."""
    text = plain(number)
    return len(text) - text.index(".") - 1 if "." in text else 0


def shift(number: Decimal, by: int) -> Decimal:
    """`number` times ten to the power `by`, exactly: no context can round it."""
    sign, digits, exponent = number.as_tuple()
    return Decimal((sign, digits, int(exponent) + by))


def from_cell_number(cell: float) -> int | str:
    """A number of a workbook as the worksheet shows it: 15 significant digits, no exponent."""
    if cell != cell or cell in (float("inf"), float("-inf")):
        return str(cell)
    if cell.is_integer() and abs(cell) < 10**15:
        return int(cell)
    return plain(Decimal(format(cell, ".15g")))
