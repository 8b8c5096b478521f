"""What a page shows between its fields and nobody answers: notes, and lines that part one group from the next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from .. import controls
from ..label import Label, say
from .field import LABEL, At, Field


@dataclass(frozen=True, slots=True, kw_only=True)
class Silent(Field):
    """A field without a value: it has no place in answers, schema or worksheet."""

    has_value: ClassVar[bool] = False

    def parse(self, raw: object, at: At) -> Any:
        raise self.refuse("field.unknown", key=self.key)

    def words(self) -> Label | None:
        """What it says below its label."""
        return self.help

    def control(self, locale: str) -> Any:
        return controls.Words(label=say(self.label, locale), description=say(self.words(), locale), kind=self.type)

    def json_schema(self) -> dict[str, Any]:
        return {"not": {}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Note(Silent):
    """A heading and plain text."""

    type: ClassVar[str] = "note"
    needs: ClassVar[tuple[str, ...]] = ("text",)
    own: ClassVar[dict[str, Any]] = {"text": LABEL}

    text: Label

    def words(self) -> Label | None:
        return self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class Separator(Silent):
    """A line across the page with a heading."""

    type: ClassVar[str] = "separator"
