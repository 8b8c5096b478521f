"""Numbers people type: exact decimals with a scale, and whole numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

from rules import Problem
from rules.figures import plain

from .. import controls
from ..label import say
from ..raw import EXACT, SHORT, from_cell_number, half_width, places, shown, trim
from .field import DECIMAL, At, Column, Field, Hint, Setup
from .web import render

MOST_DIGITS = 40
_PLAIN = re.compile(r"([+-]?)(?:([0-9]+)(\.[0-9]+)?|(\.[0-9]+))")
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_EXPONENT = re.compile(r"[+-]?[0-9.,]+[eE][+-]?[0-9]+")

ROUNDING = {"half_up": "ROUND_HALF_UP", "half_even": "ROUND_HALF_EVEN", "down": "ROUND_DOWN", "up": "ROUND_UP"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Number(Field):
    """An exact decimal with at most `scale` places; more places are a Problem, never rounded away.

    `rounding` is for computed fields only, whose formulas may yield more places than the scale holds.
    """

    type: ClassVar[str] = "number"
    feel: ClassVar[str] = "number"
    own: ClassVar[dict[str, Any]] = {
        "min": DECIMAL,
        "max": DECIMAL,
        "step": DECIMAL,
        "scale": {"type": "integer", "minimum": 0, "maximum": 12},
        "unit": {"$ref": "#/$defs/label"},
        "rounding": {"enum": list(ROUNDING)},
    }

    min: Decimal | None = None
    max: Decimal | None = None
    step: Decimal | None = None
    scale: int = 6
    unit: Any = None
    rounding: str | None = None

    @classmethod
    def own_values(cls, setup: Setup, problems: list[Problem]) -> dict[str, Any]:
        values = {name: Decimal(str(setup[name])) for name in ("min", "max", "step") if name in setup}
        if "min" in values and "max" in values and values["min"] > values["max"]:
            params = {"low": plain(values["min"]), "high": plain(values["max"])}
            problems.append(Problem("form.bounds", "/min", params))
        if "step" in values and values["step"] <= 0:
            problems.append(Problem("form.step", "/step"))
        if "rounding" in setup and "compute" not in setup:
            problems.append(Problem("form.rounding_input", "/rounding"))
        return values

    def parse(self, raw: object, at: At) -> Any:
        if isinstance(raw, bool):
            raise self.refuse("number.type")
        if isinstance(raw, float):
            raise self.refuse("number.float")
        if isinstance(raw, int):
            # A whole number of any size is turned into digits only after its size is known to be bearable.
            if raw.bit_length() > 4 * MOST_DIGITS:
                raise self.refuse("number.digits", max=MOST_DIGITS)
            return self.fit(Decimal(raw))
        if isinstance(raw, Decimal):
            if not raw.is_finite():
                raise self.refuse("number.invalid", value=shown(raw))
            return self.fit(raw)
        if not isinstance(raw, str):
            raise self.refuse("number.type")
        return self.fit(self.parse_text(half_width(trim(raw[: SHORT + 1])), shown(raw)))

    def parse_text(self, text: str, said: str) -> Decimal:
        """A number in half-width text, thousands separators allowed where they stand right."""
        if len(text) > SHORT:
            raise self.refuse("number.digits", max=MOST_DIGITS)
        if _EXPONENT.fullmatch(text):
            raise self.refuse("number.exponent", value=said)
        if "," in text:
            if not _GROUPED.fullmatch(text):
                separators = not text.strip("+-0123456789.,")
                raise self.refuse("number.separator" if separators else "number.invalid", value=said)
            text = text.replace(",", "")
        if not _PLAIN.fullmatch(text):
            raise self.refuse("number.invalid", value=said)
        if len(text) > 2 * MOST_DIGITS:
            raise self.refuse("number.digits", max=MOST_DIGITS)
        return Decimal(text)

    def fit(self, number: Decimal) -> Any:
        """`number` under the bounds every number keeps: 40 digits and the field's scale."""
        if number.adjusted() >= MOST_DIGITS or -int(number.as_tuple().exponent) > 2 * MOST_DIGITS:
            raise self.refuse("number.digits", max=MOST_DIGITS)
        text = plain(number)
        if sum(c.isdigit() for c in text) > MOST_DIGITS:
            raise self.refuse("number.digits", max=MOST_DIGITS)
        if places(number) > self.scale:
            raise self.refuse("number.places", scale=self.scale, value=text)
        return Decimal(text)

    def rounded(self, number: Decimal) -> Decimal:
        """A computed number at the field's scale, where the setup declares how it is rounded."""
        if self.rounding is None or not number.is_finite() or number.adjusted() > MOST_DIGITS:
            return number
        step = Decimal(1).scaleb(-self.scale)
        return number.quantize(step, rounding=ROUNDING[self.rounding])

    def from_cell(self, cell: object) -> object:
        return from_cell_number(cell) if isinstance(cell, float) else cell

    def limits(self, value: Any, at: At) -> Iterator[Problem]:
        number = Decimal(value)
        if self.min is not None and number < self.min:
            yield self.problem("number.min", min=self.edge(self.min), value=self.edge(number))
        if self.max is not None and number > self.max:
            yield self.problem("number.max", max=self.edge(self.max), value=self.edge(number))
        if self.step is not None:
            above = EXACT.subtract(number, self.min or Decimal(0))
            if EXACT.remainder(above, self.step):
                yield self.problem("number.step", step=self.edge(self.step), value=self.edge(number))

    def edge(self, number: Decimal) -> str:
        """A limit or value as the messages print it."""
        return grouped(number)

    def show(self, value: Any, locale: str) -> str:
        return f"{grouped(Decimal(value))} {say(self.unit, locale)}".strip()

    def write(self, value: Any) -> str:
        return plain(Decimal(value))

    def to_json(self, value: Any) -> Any:
        return None if value is None else plain(value)

    def hints(self) -> tuple[Hint, ...]:
        if self.min is not None and self.max is not None:
            return (Hint("hint.between", {"min": self.edge(self.min), "max": self.edge(self.max)}),)
        if self.min is not None:
            return (Hint("hint.at_least", {"min": self.edge(self.min)}),)
        return (Hint("hint.at_most", {"max": self.edge(self.max)}),) if self.max is not None else ()

    def control(self, locale: str) -> Any:
        return controls.Control(**render(self, locale, inputmode="decimal"))

    def json_schema(self) -> dict[str, Any]:
        decimals = rf"(\.[0-9]{{1,{self.scale}}})?" if self.scale else ""
        return {"type": ["string", "integer"], "pattern": rf"^-?[0-9]{{1,{MOST_DIGITS}}}{decimals}$"}

    def excel(self, locale: str = "zh-CN") -> Column:
        code = "#,##0" + ("." + "#" * self.scale if self.scale else "")
        return Column(self.key, self.header(locale), "number", code, 16)


@dataclass(frozen=True, slots=True, kw_only=True)
class Integer(Number):
    """A whole number of at most 15 digits, the most that JSON carries exactly everywhere."""

    type: ClassVar[str] = "integer"
    digits: ClassVar[int] = 15
    own: ClassVar[dict[str, Any]] = {name: Number.own[name] for name in ("min", "max", "step", "unit", "rounding")}

    scale: int = 0

    def fit(self, number: Decimal) -> int:
        if places(number):
            raise self.refuse("number.not_whole", value=plain(number) if number.adjusted() < SHORT else "")
        if number.adjusted() >= self.digits:
            raise self.refuse("number.digits", max=self.digits)
        return int(number)

    def to_json(self, value: Any) -> Any:
        return value

    def control(self, locale: str) -> Any:
        return controls.Control(**render(self, locale, inputmode="numeric"))

    def json_schema(self) -> dict[str, Any]:
        schema: dict[str, Any] = {"type": "integer"}
        if self.min is not None:
            schema["minimum"] = int(self.min)
        if self.max is not None:
            schema["maximum"] = int(self.max)
        return schema

    def excel(self, locale: str = "zh-CN") -> Column:
        return Column(self.key, self.header(locale), "integer", "#,##0", 12)


def grouped(number: Decimal) -> str:
    """A number with thousands separators, without trailing zeros."""
    return format(Decimal(plain(number)), ",f")
