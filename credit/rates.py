"""Exchange rates by month: the dated rate a conversion used, or the refusal when there is none near enough."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol


class MonthRateRow(Protocol):
    """CNY for one unit of `currency` in the month that begins on `month`."""

    @property
    def month(self) -> date: ...
    @property
    def currency(self) -> str: ...
    @property
    def rate_to_cny(self) -> Decimal: ...


@dataclass(frozen=True, slots=True, order=True)
class Rate:
    """One rate as used: units of the base currency for one of `currency`, its month and who published it."""

    currency: str
    month: date
    rate: Decimal
    source: str


class RateMissing(Exception):
    """No rate of `currency` for the month of `day`, nor for the few months before it."""

    def __init__(self, currency: str, day: date) -> None:
        self.currency, self.day = currency, day
        super().__init__(f"{currency} {day.isoformat()}")


class Rates:
    """A table of monthly rates into one base currency.

    A month without a rate uses the nearest earlier one, at most `reach` months back; a later rate is never used.
    """

    def __init__(
        self, rows: Iterable[MonthRateRow] = (), *, base: str = "CNY", source: str = "", reach: int = 2
    ) -> None:
        self.base = base
        self._reach = reach
        self._rates = {
            (row.currency, _month_number(row.month)): Rate(row.currency, row.month, row.rate_to_cny, source)
            for row in rows
        }

    def find(self, currency: str, day: date) -> Rate | None:
        """The rate of `currency` for `day`; None when there is none within reach. Not for the base currency."""
        month = _month_number(day)
        for back in range(self._reach + 1):
            rate = self._rates.get((currency, month - back))
            if rate is not None:
                return rate
        return None


class Conversion:
    """Turns amounts into one currency and remembers every rate it used, for the record beside the result."""

    def __init__(self, rates: Rates, currency: str | None = None) -> None:
        self.rates = rates
        self.currency = currency or rates.base
        self._used: set[Rate] = set()

    def __call__(self, amount: Decimal, currency: str, day: date) -> Decimal:
        """`amount` in the target currency by the rates of `day`'s month, unrounded; raises `RateMissing`."""
        if currency == self.currency:
            return amount
        if currency != self.rates.base:
            amount = amount * self._rate(currency, day)
        if self.currency != self.rates.base:
            amount = amount / self._rate(self.currency, day)
        return amount

    @property
    def used(self) -> tuple[Rate, ...]:
        """The rates used so far, by currency and month."""
        return tuple(sorted(self._used))

    def _rate(self, currency: str, day: date) -> Decimal:
        rate = self.rates.find(currency, day)
        if rate is None:
            raise RateMissing(currency, day)
        self._used.add(rate)
        return rate.rate


def _month_number(day: date) -> int:
    return day.year * 12 + day.month
