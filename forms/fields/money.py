"""Amounts of money in one declared currency, and percentages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

from rules.figures import plain

from .. import controls
from ..label import is_english
from ..raw import EXACT, SHORT, places, shift, trim
from .field import Column, Hint
from .number import Number, grouped
from .web import render

# Chinese units of amounts, longest first.
UNITS: tuple[tuple[str, int], ...] = (
    ("千万", 10**7), ("百万", 10**6), ("万亿", 10**12), ("亿", 10**8), ("万", 10**4),
)
# What people put before or after an amount, by currency; any other sign is another currency.
SIGNS: dict[str, tuple[str, ...]] = {
    "CNY": ("人民币", "元", "¥", "CN¥", "RMB", "CNY", "圆"),
    "USD": ("美元", "US$", "$", "USD"),
    "EUR": ("欧元", "€", "EUR"),
    "HKD": ("港元", "港币", "HK$", "HKD"),
    "JPY": ("日元", "JP¥", "JPY"),
    "GBP": ("英镑", "£", "GBP"),
}
SYMBOLS: dict[str, tuple[str, str]] = {
    "CNY": ("¥", "CN¥"), "USD": ("US$", "$"), "EUR": ("€", "€"), "HKD": ("HK$", "HK$"), "JPY": ("JP¥", "¥"),
    "GBP": ("£", "£"),
}
_PARTS = re.compile(r"([+-]?)([^0-9.,+-]*)([+-]?[0-9.,]+(?:[eE][+-]?[0-9]+)?)([^0-9.,]*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Money(Number):
    """An amount in `currency`; 12.5万, 1.2亿 and the currency's own sign are read, another currency's is refused."""

    type: ClassVar[str] = "money"
    needs: ClassVar[tuple[str, ...]] = ("currency",)
    own: ClassVar[dict[str, Any]] = {
        **{name: Number.own[name] for name in ("min", "max", "step", "rounding")},
        "scale": {"type": "integer", "minimum": 0, "maximum": 6},
        "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
    }

    currency: str = "CNY"
    scale: int = 2

    def parse_text(self, text: str, said: str) -> Decimal:
        if len(text) > SHORT:
            raise self.refuse("number.digits", max=40)
        parts = _PARTS.fullmatch(text)
        if parts is None:
            raise self.refuse("number.invalid", value=said)
        sign, before, digits, after = parts.groups()
        after, factor = self.unit_of(after.strip())
        for word in (before.strip(), after.strip()):
            self.check_sign(word, said)
        number = Number.parse_text(self, sign + digits, said)
        return EXACT.multiply(number, Decimal(factor))

    def unit_of(self, after: str) -> tuple[str, int]:
        """What follows the digits without its unit, and the unit's factor."""
        for word, factor in UNITS:
            if after.startswith(word):
                return after[len(word):], factor
        return after, 1

    def check_sign(self, word: str, said: str) -> None:
        if not word or word.upper() in SIGNS.get(self.currency, (self.currency,)):
            return
        foreign = any(word.upper() in signs for currency, signs in SIGNS.items() if currency != self.currency)
        raise self.refuse("money.currency" if foreign else "number.invalid", value=said, currency=self.currency)

    def show(self, value: Any, locale: str) -> str:
        chinese, english = SYMBOLS.get(self.currency, (f"{self.currency}\u00a0",) * 2)
        symbol = english if is_english(locale) else chinese
        # The value's own places win where it has more than the scale: an old record shows what it holds.
        amount = format(value.copy_abs(), f",.{max(self.scale, places(value))}f")
        return f"{'-' if value < 0 else ''}{symbol}{amount}"

    def edge(self, number: Decimal) -> str:
        return f"{grouped(number)} {self.currency}"

    def hints(self) -> tuple[Hint, ...]:
        example = (Hint("hint.money", {"currency": self.currency}),) if self.currency == "CNY" else ()
        return example + Number.hints(self)

    def excel(self, locale: str = "zh-CN") -> Column:
        code = "#,##0" + ("." + "0" * self.scale if self.scale else "")
        return Column(self.key, f"{self.header(locale)} ({self.currency})", "number", code, 18)


@dataclass(frozen=True, slots=True, kw_only=True)
class Percent(Number):
    """A share, kept as a fraction as in a worksheet: ``0.3`` is shown as 30%; "30%" and "0.3" are the same input.

    `scale` counts places of the percentage, limits are fractions.
    """

    type: ClassVar[str] = "percent"
    own: ClassVar[dict[str, Any]] = {
        **{name: Number.own[name] for name in ("min", "max", "step", "rounding")},
        "scale": {"type": "integer", "minimum": 0, "maximum": 8},
    }

    scale: int = 2

    def parse_text(self, text: str, said: str) -> Decimal:
        if text.endswith("%"):
            return EXACT.multiply(Number.parse_text(self, trim(text[:-1]), said), Decimal("0.01"))
        return Number.parse_text(self, text, said)

    def fit(self, number: Decimal) -> Any:
        return shift(Number.fit(self, shift(number, 2)), -2)

    def rounded(self, number: Decimal) -> Decimal:
        return shift(Number.rounded(self, shift(number, 2)), -2) if number.is_finite() else number

    def edge(self, number: Decimal) -> str:
        return f"{grouped(shift(number, 2))}%"

    def show(self, value: Any, locale: str) -> str:
        return self.edge(value)

    def write(self, value: Any) -> str:
        return f"{plain(shift(value, 2))}%"

    def hints(self) -> tuple[Hint, ...]:
        return (Hint("hint.percent", {}), *Number.hints(self))

    def control(self, locale: str) -> Any:
        return controls.Percent(**render(self, locale, inputmode="decimal"))

    def json_schema(self) -> dict[str, Any]:
        schema = Number.json_schema(self)
        schema["pattern"] = rf"^-?[0-9]{{1,40}}(\.[0-9]{{1,{self.scale + 2}}})?$"
        return schema

    def excel(self, locale: str = "zh-CN") -> Column:
        code = "0" + ("." + "#" * self.scale if self.scale else "") + "%"
        return Column(self.key, self.header(locale), "number", code, 12)
