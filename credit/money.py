"""Money: exact decimal amounts of one currency, read from text, rounded down to a step, and printed plainly."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import MAX_EMAX, MIN_EMIN, ROUND_HALF_UP, Context, Decimal, InvalidOperation

from rules.figures import plain, read_decimal
from rules.problem import Invalid, Problem

# ISO 4217 minor units where they are not 2; a currency that is not listed has two decimal places.
PLACES = {"JPY": 0, "KRW": 0, "VND": 0, "CLP": 0, "ISK": 0, "BHD": 3, "KWD": 3, "OMR": 3, "JOD": 3, "TND": 3}

# Wide enough that no amount we accept is rounded by the arithmetic itself.
_EXACT = Context(prec=200, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[InvalidOperation])


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount in one currency (ISO 4217). Amounts of different currencies do not add: `money.currency_mixed`."""

    currency: str
    amount: Decimal

    def __add__(self, other: Money) -> Money:
        return Money(self.same_currency(other), _EXACT.add(self.amount, other.amount))

    def __sub__(self, other: Money) -> Money:
        return Money(self.same_currency(other), _EXACT.subtract(self.amount, other.amount))

    def same_currency(self, other: Money) -> str:
        """The currency both share; Invalid otherwise."""
        if self.currency != other.currency:
            params = {"left": self.currency, "right": other.currency}
            raise Invalid([Problem("money.currency_mixed", "", params)])
        return self.currency

    def __str__(self) -> str:
        return f"{self.currency} {plain(self.amount)}"


def parse_amount(raw: object, path: str = "") -> Decimal:
    """The amount a decimal text, an integer or a Decimal stands for.

    Raises Invalid `money.float_given` for a float, `money.not_an_amount` for anything else that is no plain decimal
    of at most 20 whole and 12 decimal digits.
    """
    if isinstance(raw, float):
        raise Invalid([Problem("money.float_given", path)])
    if isinstance(raw, Decimal) and raw.is_finite():
        text = plain(raw)
    elif isinstance(raw, int) and not isinstance(raw, bool):
        text = str(raw) if abs(raw) < 10**20 else ""
    else:
        text = raw if isinstance(raw, str) else ""
    amount = read_decimal(text)
    if amount is None:
        raise Invalid([Problem("money.not_an_amount", path, {"value": str(raw)[:40]})])
    return amount


def floor_to(amount: Decimal, step: Decimal) -> Decimal:
    """The largest multiple of `step` (above 0) that does not exceed `amount`; -1 floors to -10,000, not to 0."""
    quotient = _EXACT.divide_int(amount, step)
    multiple = _EXACT.multiply(quotient, step)
    return multiple if multiple <= amount else _EXACT.subtract(multiple, step)


def steps_above(amount: Decimal, limit: Decimal, step: Decimal) -> int | None:
    """How many steps of `step` × `limit` are started above `limit`: 0 at or below it, None where `limit` is 0.

    1,000 over a limit of 10,000 with steps of 20 % is one started step; exactly 20 % is one, a cent more is two.
    """
    if amount <= limit:
        return 0
    if limit <= 0:
        return None
    width = _EXACT.multiply(limit, step)
    over = _EXACT.subtract(amount, limit)
    whole = _EXACT.divide_int(over, width)
    return int(whole) + (1 if _EXACT.multiply(whole, width) < over else 0)


def to_minor_units(amount: Decimal, currency: str) -> Decimal:
    """The amount rounded half up to the currency's places: CNY 2, JPY 0."""
    step = Decimal(1).scaleb(-PLACES.get(currency, 2))
    return amount.quantize(step, rounding=ROUND_HALF_UP, context=_EXACT)
