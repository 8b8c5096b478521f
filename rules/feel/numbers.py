"""Numbers of the language: 34 significant digits, half even, the exponents of decimal128."""

from __future__ import annotations

import decimal
from decimal import Decimal

CONTEXT = decimal.Context(
    prec=34,
    rounding=decimal.ROUND_HALF_EVEN,
    Emin=-6143,
    Emax=6144,
    capitals=1,
    clamp=0,
    flags=[],
    traps=[decimal.InvalidOperation, decimal.DivisionByZero, decimal.Overflow],
)
"""DMN 1.5, 10.3.2.3.1: IEEE 754-2008 decimal128. Never used for a value that is only passed on."""

WIDE = decimal.Context(prec=6300, Emin=-999999, Emax=999999, traps=[decimal.InvalidOperation])

ZERO = Decimal(0)
ONE = Decimal(1)


def number_text(value: Decimal) -> str:
    """The number as people write it: no exponent, no zeros at the end, no minus zero."""
    if not value:
        return "0"
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text


def whole(value: Decimal) -> int:
    """The integer part, towards zero."""
    return int(value)


def round_to(value: Decimal, scale: int, mode: str) -> Decimal:
    """`value` with `scale` decimals (negative: tens, hundreds); a scale finer than the value changes nothing."""
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and -scale <= exponent:
        return value
    return CONTEXT.plus(value.quantize(Decimal(1).scaleb(-scale, WIDE), rounding=mode, context=WIDE))
