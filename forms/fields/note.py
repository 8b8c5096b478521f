"""Words on the page between fields: shown, never answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from .. import controls
from ..label import Label, say
from .field import LABEL, At, Field


@dataclass(frozen=True, slots=True, kw_only=True)
class Note(Field):
    """A heading and plain text; it has no value and no place in answers, schema or worksheet."""

    type: ClassVar[str] = "note"
    has_value: ClassVar[bool] = False
    needs: ClassVar[tuple[str, ...]] = ("text",)
    own: ClassVar[dict[str, Any]] = {"text": LABEL}

    text: Label

    def parse(self, raw: object, at: At) -> Any:
        raise self.refuse("field.unknown", key=self.key)

    def control(self, locale: str) -> Any:
        return controls.Words(label=say(self.label, locale), description=say(self.text, locale), kind=self.type)

    def json_schema(self) -> dict[str, Any]:
        return {"not": {}}
