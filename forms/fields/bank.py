"""Bank data: account numbers, masked for readers, and the clearing codes of banks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from stdnum import luhn
from stdnum.iso7064 import mod_11_10

from rules import Problem

from ..raw import half_width, shown
from .codes import Coded
from .field import At, Column, Setup

_DIGITS = re.compile(r"[0-9]{6,32}")
_CARD = re.compile(r"62[0-9]{14,17}")
STARS = "****"


def grouped_digits(text: str) -> str:
    """Digits in fours, as cards print them."""
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


@dataclass(frozen=True, slots=True, kw_only=True)
class BankAccount(Coded):
    """A bank account or card number; readers see its first and last four digits unless `mask` is false.

    `kind` says whose check holds: a card's digits add up (Luhn, ISO/IEC 7812-1), an account's have no common check;
    without it whatever looks like a UnionPay card (62, 16 to 19 digits) is checked as one.
    """

    type: ClassVar[str] = "bank_account"
    hint: ClassVar[str | None] = "hint.bank_account"
    attributes: ClassVar[Mapping[str, str]] = {"inputmode": "numeric", "autocomplete": "off", "spellcheck": "false"}
    own: ClassVar[dict[str, Any]] = {"kind": {"enum": ["card", "account"]}, "mask": {"type": "boolean"}}

    kind: str | None = None
    mask: bool = True
    max_length: int = 60

    @classmethod
    def own_values(cls, setup: Setup, problems: list[Problem]) -> dict[str, Any]:
        return {}

    def tidy(self, text: str) -> str:
        return re.sub(r"[ \-]", "", half_width(text))

    def parse(self, raw: object, at: At) -> Any:
        """What readers were shown of the number that stands there, in a list say, means that number, unchanged."""
        if isinstance(raw, str) and STARS in raw[: self.max_length + 1]:
            if isinstance(at.before, str) and self.tidy(raw) == self.tidy(self.masked(at.before)):
                return at.before
            raise self.refuse("bank_account.masked", value=shown(raw, 60))
        return Coded.parse(self, raw, at)

    def masked(self, stored: Any) -> Any:
        return self.show(stored, "zh-CN") if self.mask and isinstance(stored, str) and stored else stored

    def limits(self, value: Any, at: At) -> Iterator[Problem]:
        if not _DIGITS.fullmatch(value):
            yield self.problem("bank_account.digits", value=shown(value))
            return
        card = self.kind == "card" or (self.kind is None and _CARD.fullmatch(value))
        if card and not (12 <= len(value) <= 19 and luhn.is_valid(value)):
            yield self.problem("bank_account.card", value=grouped_digits(value))

    def show(self, value: Any, locale: str) -> str:
        if not self.mask or len(value) < 10:
            return grouped_digits(value) if not self.mask else "****" + value[-2:]
        return f"{value[:4]} **** **** {value[-4:]}"

    def json_schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": "^[0-9]{6,32}$"}

    def excel(self, locale: str = "zh-CN") -> Column:
        return Column(self.key, self.header(locale), width=26)


@dataclass(frozen=True, slots=True, kw_only=True)
class BankCode(Coded):
    """A bank's twelve digits in the national payment system (CNAPS 联行号); the last checks them (ISO 7064, 11,10)."""

    type: ClassVar[str] = "bank_code"
    hint: ClassVar[str | None] = "hint.bank_code"
    attributes: ClassVar[Mapping[str, str]] = {"inputmode": "numeric", "autocomplete": "off"}

    max_length: int = 40

    def tidy(self, text: str) -> str:
        return re.sub(r"[ \-]", "", half_width(text))

    def limits(self, value: Any, at: At) -> Iterator[Problem]:
        if not re.fullmatch("[0-9]{12}", value):
            yield self.problem("bank_code.digits", value=shown(value))
        elif not mod_11_10.is_valid(value):
            expected = mod_11_10.calc_check_digit(value[:-1])
            yield self.problem("bank_code.check_digit", expected=expected, found=value[-1])

    def json_schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": "^[0-9]{12}$"}
