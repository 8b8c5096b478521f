"""Addresses in China: a division by its code, its names as they were when it was chosen, and the line below."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from rules import Problem

from .. import composed
from ..label import Label, say
from ..places import inside, located, places, way
from ..raw import bad_character, is_empty, nfc, shown, trim
from .field import At, Column, Field, Hint
from .web import render

MOST = 200
_CODE = re.compile("[0-9]{6}")
LEVELS: tuple[Label, ...] = (
    {"zh-CN": "省级", "en": "Province"}, {"zh-CN": "市级", "en": "City"}, {"zh-CN": "区县", "en": "District"},
)  # fmt: skip
DETAIL: Label = {"zh-CN": "详细地址", "en": "Street and number"}
WHOLE: Label = {"zh-CN": "街道门牌，或一行写全地址", "en": "Street and number, or the whole address"}


def inside_pairs(code: str) -> list[tuple[str, str]]:
    """(code, name) of the divisions inside one, the provinces for the empty code: what a page offers next."""
    return [(place.code, place.name) for place in inside(code)]


def codes_to(code: str) -> list[str]:
    """The codes of a division and those around it, the province first."""
    return [place.code for place in way(code)]


@dataclass(frozen=True, slots=True)
class Address:
    """Six digits of the deepest division, the names from the province down as written at that time, and the rest."""

    code: str
    names: tuple[str, ...]
    detail: str = ""

    @property
    def text(self) -> str:
        return "".join(self.names) + self.detail


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressField(Field):
    """An address that names its district, or only what `level` asks for; `detail` false asks for no line below.

    One line of text is read as well: 浙江省宁波市鄞州区学士路1号.
    """

    type: ClassVar[str] = "address"
    feel: ClassVar[str] = "context"
    own: ClassVar[dict[str, Any]] = {
        "level": {"enum": ["province", "city", "district"]},
        "detail": {"enum": ["required", "optional", "none"]},
    }

    level: str = "district"
    detail: str = "optional"

    @property
    def feel_type(self) -> str:
        return "context<code: string, province: string, city: string, district: string, detail: string, text: string>"

    def read(self, raw: object, at: At) -> Address | None:
        blank = isinstance(raw, Mapping) and set(raw) <= {"code", "names", "detail"} and all(
            map(is_empty, (raw.get("code"), raw.get("detail")))
        )
        return None if blank or is_empty(raw) else self.parse(raw, at)

    def parse(self, raw: object, at: At) -> Address:
        if isinstance(raw, Address):
            return raw
        if isinstance(raw, str):
            return self.address("", self.line(raw), at)
        if not isinstance(raw, Mapping) or not set(raw) <= {"code", "names", "detail"}:
            raise self.refuse("address.type")
        code, detail = raw.get("code"), raw.get("detail")
        if not isinstance(code, str | None) or not isinstance(detail, str | None):
            raise self.refuse("address.type")
        code = trim(code or "")[:7]
        before = at.before
        if isinstance(before, Address) and before.code == code and self.line(detail or "") == before.detail:
            return before
        if code and code not in places():
            raise self.refuse("address.code", value=shown(code))
        return self.address(code, self.line(detail or ""), at)

    def line(self, raw: str) -> str:
        """A line of text made clean; raises Invalid."""
        text = re.sub(r"[\s,，]+", " ", trim(raw[: 4 * MOST]))
        if len(raw) > 4 * MOST:
            raise self.refuse("text.too_long", max=MOST, length=len(raw))
        bad = bad_character(text)
        if bad is not None:
            raise self.refuse("text.character", position=bad[0], character=bad[1])
        return nfc(trim(text))

    def address(self, code: str, line: str, at: At) -> Address:
        """The address of a division and the line below it, which may go on with divisions inside."""
        found, rest = located(line, code)
        if not found:
            raise self.refuse("address.no_place", value=shown(line))
        names = tuple(place.name for place in way(found))
        if isinstance(at.before, Address) and at.before.code == found:
            names = at.before.names
        return Address(found, names, trim(rest))

    def restore(self, value: Any, copied: Any, at: At) -> Any:
        """As it was written: divisions end and change their names, records do not."""
        if not isinstance(value, Mapping):
            return self.read(value, at)
        code, names, detail = value.get("code"), value.get("names"), value.get("detail", "")
        texts = [name for name in names if isinstance(name, str)] if isinstance(names, list | tuple) else []
        if not 0 < len(texts) <= 3 or not isinstance(code, str) or not _CODE.fullmatch(code):
            return self.read(value, at)
        return Address(code, tuple(texts), detail) if isinstance(detail, str) else self.read(value, at)

    def limits(self, value: Any, at: At) -> Iterator[Problem]:
        deep = len(value.names) - 1
        wanted = ("province", "city", "district").index(self.level)
        if deep < wanted and inside(value.code):
            yield self.problem("address.level", value=value.names[-1], wanted=dict(LEVELS[deep + 1]))
        if self.detail == "required" and not value.detail:
            yield self.problem("address.detail_missing")
        if self.detail == "none" and value.detail:
            yield self.problem("address.detail_unwanted", value=shown(value.detail))
        if len(value.detail) > MOST:
            yield self.problem("text.too_long", max=MOST, length=len(value.detail))

    def show(self, value: Any, locale: str) -> str:
        return str(value.text)

    def write(self, value: Any) -> str:
        return str(value.text)

    def to_json(self, value: Any) -> Any:
        return None if value is None else {"code": value.code, "names": list(value.names), "detail": value.detail}

    def fact(self, value: Any) -> Any:
        if value is None:
            return None
        province, city, district = (*value.names, None, None)[:3]
        if len(value.names) == 2 and not value.code.endswith("00"):
            # Districts of a municipality and counties a province governs itself have no city above them.
            city, district = None, city
        return {
            "code": value.code, "province": province, "city": city, "district": district,
            "detail": value.detail or None, "text": value.text,
        }  # fmt: skip

    def hints(self) -> tuple[Hint, ...]:
        return (Hint("hint.address", {}),)

    def control(self, locale: str) -> Any:
        return composed.Address(
            levels=[say(level, locale) for level in LEVELS], line=say(DETAIL, locale), hint=say(WHOLE, locale),
            within=inside_pairs, way=codes_to, **render(self, locale),
        )  # fmt: skip

    def json_schema(self) -> dict[str, Any]:
        name = {"type": "string", "minLength": 1}
        return {
            "type": "object",
            "properties": {
                "code": {"type": "string", "pattern": "^[0-9]{6}$"},
                "names": {"type": "array", "items": name, "minItems": 1, "maxItems": 3},
                "detail": {"type": "string", "maxLength": MOST},
            },
            "required": ["code", "names", "detail"],
            "additionalProperties": False,
        }

    def excel(self, locale: str = "zh-CN") -> Column:
        return Column(self.key, self.header(locale), width=40)

