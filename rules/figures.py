"""Decimal figures of a Scorecard: reading them from text, rounding them as declared, printing them plainly."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import Literal

from rules.feel.numbers import WIDE, number_text

Mode = Literal["half_up", "half_even", "down", "floor", "ceiling"]

_MODES: dict[str, str] = {
    "half_up": ROUND_HALF_UP,
    "half_even": ROUND_HALF_EVEN,
    "down": ROUND_DOWN,
    "floor": ROUND_FLOOR,
    "ceiling": ROUND_CEILING,
}

_STEPS = tuple(Decimal((0, (1,), -places)) for places in range(13))

# ASCII digits only: "１２" or "1e5" in a document would be read by Decimal() but surprise whoever wrote it.
DECIMAL_TEXT = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,12})?")

ZERO = Decimal(0)
HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Rounding:
    """Round to `places` decimal places (0 to 12) in `mode`; 84.805 to 2 places half up is 84.81."""

    places: int
    mode: Mode = "half_up"

    def __call__(self, value: Decimal) -> Decimal:
        """`value` with exactly `places` decimal places."""
        # The wide context: quantize signals where the result has more digits than the context, and must not here.
        return value.quantize(_STEPS[self.places], rounding=_MODES[self.mode], context=WIDE)


TWO_PLACES = Rounding(2)


def read_decimal(text: str) -> Decimal | None:
    """The number a plain decimal text stands for (at most 20 whole and 12 decimal digits), else None."""
    return Decimal(text) if DECIMAL_TEXT.fullmatch(text) else None


def plain(value: Decimal) -> str:
    """Digits without exponent or trailing zeros: 6960000, 0.45, 0."""
    text = str(value)
    # A Trace prints a hundred figures: only those with an exponent take the general way, which is five times slower.
    if "E" in text:
        return number_text(value)
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text if text != "-0" else "0"


def fixed(value: Decimal, places: int = 2) -> str:
    """Exactly `places` decimal places, half up: 84.80."""
    # str, not format: with up to 6 places it never writes an exponent, and takes a third of the time.
    rounded = value.quantize(_STEPS[places], ROUND_HALF_UP, WIDE)
    rounded = rounded if rounded else rounded.copy_abs()  # no minus zero
    return str(rounded) if places <= 6 else format(rounded, "f")
