"""Coded texts with a form of their own: unified social credit code, e-mail address, telephone number."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from rules import Problem

from .. import controls
from ..credit_code import ALPHABET, CREDIT_CODE, ORGANISATION
from ..raw import half_width, shown
from .field import At, Column, Hint, Setup
from .text import Text
from .web import render

_EMAIL = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]{0,61}[A-Za-z0-9]"
)
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_LANDLINE = re.compile(r"(010|02[0-9]|0[3-9][0-9]{2})-?([2-9][0-9]{6,7})(?:-([0-9]{1,6}))?")
_SERVICE = re.compile(r"([48]00)-?([0-9]{3})-?([0-9]{4})")
_ABROAD = re.compile(r"\+[1-9][0-9]{6,14}")
# The kinds of numbers a field may be narrowed to, and what is said of one it leaves out.
_KINDS: Mapping[str, tuple[re.Pattern[str], str]] = {
    "mobile": (_MOBILE, "phone.not_mobile"), "landline": (_LANDLINE, "phone.not_landline"),
    "service": (_SERVICE, "phone.not_service"), "abroad": (_ABROAD, "phone.not_abroad"),
}  # fmt: skip
# A country code as people dial it: 0049 for +49.
_DIALLED = re.compile(r"00([1-9][0-9]{6,14})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Coded(Text):
    """A text whose form is laid down elsewhere, so that its setup has no limits of its own."""

    own: ClassVar[dict[str, Any]] = {}
    hint: ClassVar[str | None] = None
    attributes: ClassVar[Mapping[str, str]] = {}

    @classmethod
    def own_values(cls, setup: Setup, problems: list[Problem]) -> dict[str, Any]:
        return {}

    def hints(self) -> tuple[Hint, ...]:
        return () if self.hint is None else (Hint(self.hint, {}),)

    def control(self, locale: str) -> Any:
        return controls.Control(**render(self, locale, **self.attributes))


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditCode(Coded):
    """A unified social credit code 统一社会信用代码: 18 capitals and digits, both check characters verified."""

    type: ClassVar[str] = "credit_code"
    hint: ClassVar[str | None] = "hint.credit_code"
    attributes: ClassVar[Mapping[str, str]] = {"autocapitalize": "characters", "spellcheck": "false"}

    max_length: int = 40

    def tidy(self, text: str) -> str:
        return half_width(text).replace(" ", "").upper()

    def limits(self, value: Any, at: At) -> Iterator[Problem]:
        if len(value) != 18:
            yield self.problem("credit_code.length", length=len(value))
            return
        for position, character in enumerate(value, start=1):
            if character not in ALPHABET:
                yield self.problem("credit_code.character", position=position, character=character)
                return
        expected = CREDIT_CODE.of(value[:17])
        if value[17] != expected:
            yield self.problem("credit_code.check_digit", expected=expected, found=value[17])
            return
        expected = ORGANISATION.of(value[8:16])
        if value[16] != expected:
            yield self.problem("credit_code.organisation", expected=expected, found=value[16])

    def json_schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": f"^[{ALPHABET}]{{18}}$"}

    def excel(self, locale: str = "zh-CN") -> Column:
        return Column(self.key, self.header(locale), width=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Email(Coded):
    """An e-mail address of ASCII letters; the domain is kept in lower case."""

    type: ClassVar[str] = "email"
    attributes: ClassVar[Mapping[str, str]] = {"inputmode": "email", "autocomplete": "off"}

    max_length: int = 254

    def tidy(self, text: str) -> str:
        name, at, domain = half_width(text).rpartition("@")
        return name + at + domain.lower()

    def limits(self, value: Any, at: At) -> Iterator[Problem]:
        local = value.rpartition("@")[0]
        if len(value) > self.max_length or len(local) > 64 or not _EMAIL.fullmatch(value):
            yield self.problem("email.invalid", value=shown(value, 60))

    def json_schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "email", "maxLength": self.max_length}


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone(Coded):
    """A telephone number: mainland mobile, landline with area code, 400/800, or +country code; `kinds` narrows that."""

    type: ClassVar[str] = "phone"
    hint: ClassVar[str | None] = "hint.phone"
    attributes: ClassVar[Mapping[str, str]] = {"inputmode": "tel", "autocomplete": "off"}
    own: ClassVar[dict[str, Any]] = {
        "kinds": {"type": "array", "items": {"enum": list(_KINDS)}, "minItems": 1, "uniqueItems": True}
    }

    kinds: tuple[str, ...] = tuple(_KINDS)
    max_length: int = 40

    @classmethod
    def own_values(cls, setup: Setup, problems: list[Problem]) -> dict[str, Any]:
        return {"kinds": tuple(setup.get("kinds", _KINDS))}

    def tidy(self, text: str) -> str:
        text = half_width(text).replace("—", "-").replace("转", "-")
        digits = "".join(c for c in text if c not in " ()")
        bare = digits.replace("-", "")
        for prefix in ("+86", "0086"):
            if bare.startswith(prefix) and _MOBILE.fullmatch(bare[len(prefix):]):
                return bare[len(prefix):]
        if _MOBILE.fullmatch(bare) or _ABROAD.fullmatch(bare):
            return bare
        if found := _DIALLED.fullmatch(bare):
            return f"+{found[1]}"
        if found := _SERVICE.fullmatch(digits):
            return "-".join(found.groups())
        if found := _LANDLINE.fullmatch(digits):
            return "-".join(part for part in found.groups() if part)
        return digits

    def limits(self, value: Any, at: At) -> Iterator[Problem]:
        found = next((kind for kind, (form, _) in _KINDS.items() if form.fullmatch(value)), None)
        if found is None:
            yield self.problem("phone.invalid", value=shown(value))
        elif found not in self.kinds:
            yield self.problem(_KINDS[found][1], value=shown(value))

    def json_schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": "^[+0-9-]{5,40}$"}
