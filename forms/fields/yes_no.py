"""A plain yes or no; unanswered is neither."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from .. import controls
from ..label import Label, say
from ..raw import SHORT, shown
from .choice import folded
from .field import LABEL, At, Column, Field
from .web import render

YES: Label = {"zh-CN": "是", "en": "Yes"}
NO: Label = {"zh-CN": "否", "en": "No"}
_TRUE = frozenset({"true", "yes", "y", "1", "是", "有", "对", "√", "✓"})
_FALSE = frozenset({"false", "no", "n", "0", "否", "无", "没有", "×", "✗"})


@dataclass(frozen=True, slots=True, kw_only=True)
class YesNo(Field):
    """true, false or unanswered."""

    type: ClassVar[str] = "yes_no"
    feel: ClassVar[str] = "boolean"
    own: ClassVar[dict[str, Any]] = {"yes": LABEL, "no": LABEL}

    yes: Label | None = None
    no: Label | None = None

    def parse(self, raw: object, at: At) -> bool:
        if isinstance(raw, bool):
            return raw
        if not isinstance(raw, str):
            raise self.refuse("yes_no.type")
        word = folded(raw) if len(raw) <= SHORT else ""
        if word in _TRUE or word in map(folded, (self.yes or YES).values()):
            return True
        if word in _FALSE or word in map(folded, (self.no or NO).values()):
            return False
        raise self.refuse("yes_no.invalid", value=shown(raw))

    def is_empty(self, value: Any) -> bool:
        return value is None

    def from_cell(self, cell: object) -> object:
        return bool(cell) if isinstance(cell, int | float) and cell in (0, 1) else cell

    def show(self, value: Any, locale: str) -> str:
        return say((self.yes or YES) if value else (self.no or NO), locale)

    def write(self, value: Any) -> str:
        return "true" if value else "false"

    def control(self, locale: str) -> Any:
        words = [("", ""), ("true", self.show(True, locale)), ("false", self.show(False, locale))]
        return controls.Options(choices=words, **render(self, locale))

    def json_schema(self) -> dict[str, Any]:
        return {"type": "boolean"}

    def excel(self, locale: str = "zh-CN") -> Column:
        words = (self.show(True, locale), self.show(False, locale))
        return Column(self.key, self.header(locale), "list", width=8, choices=words)
