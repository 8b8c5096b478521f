"""A reference to a record of the world, with the values copied from it at the time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as member
from datetime import UTC, date
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Any, ClassVar

from rules.figures import plain

from .. import controls
from ..raw import SHORT, bad_character, trim
from .field import At, Field
from .web import render


@dataclass(frozen=True, slots=True)
class Reference:
    """The record a lookup points to: its id, the copied values, and when (UTC, ISO) they were copied."""

    id: str
    copied: Mapping[str, Any] = member(default_factory=lambda: MappingProxyType({}))
    as_of: str | None = None


def pack(value: Any) -> Any:
    """A copied value as JSON that remembers numbers and dates: ``{"number": "200000"}``."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, int | Decimal):
        return {"number": plain(Decimal(value))}
    return {"date": value.isoformat()} if isinstance(value, date) else str(value)


def unpack(value: Any) -> Any:
    """The value `pack` wrote; a packed value that is none of ours is null."""
    if not isinstance(value, Mapping):
        return value
    try:
        if isinstance(value.get("number"), str):
            return Decimal(value["number"])
        if isinstance(value.get("date"), str):
            return date.fromisoformat(value["date"][:10])
    except (ValueError, InvalidOperation):
        return None
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class LookupField(Field):
    """Picks a record of kind ``source.of`` and copies the values named in ``source.copy``.

    An id that does not exist and one the reader may not see give the same Problem.
    """

    type: ClassVar[str] = "lookup"
    feel: ClassVar[str] = "context"
    needs: ClassVar[tuple[str, ...]] = ("source",)
    own: ClassVar[dict[str, Any]] = {
        "source": {
            "type": "object",
            "properties": {
                "of": {"type": "string", "pattern": "^[a-z][a-z0-9_]{0,63}$"},
                "copy": {
                    "type": "array", "maxItems": 30, "uniqueItems": True,
                    "items": {"type": "string", "pattern": "^[A-Za-z][A-Za-z0-9_]{0,63}$"},
                },
            },
            "required": ["of"],
            "additionalProperties": False,
        }
    }

    source: Mapping[str, Any]

    @property
    def feel_type(self) -> str:
        members = "".join(f", {name}: any" for name in self.copy if name != "id")
        return f"context<id: string{members}>"

    @property
    def of(self) -> str:
        return str(self.source["of"])

    @property
    def copy(self) -> tuple[str, ...]:
        return tuple(self.source.get("copy", ()))

    def parse(self, raw: object, at: At) -> Reference:
        if isinstance(raw, Reference):
            return raw
        if not isinstance(raw, str):
            raise self.refuse("lookup.type")
        id = trim(raw[: SHORT + 1])
        if len(id) > SHORT or bad_character(id) is not None:
            raise self.refuse("lookup.not_found")
        record = at.lookups.find(self.of, id)
        if record is None:
            raise self.refuse("lookup.not_found")
        if isinstance(at.before, Reference) and at.before.id == id:
            return at.before
        copied = {name: record.get(name) for name in self.copy}
        as_of = at.now.astimezone(UTC).isoformat() if copied else None
        return Reference(id, MappingProxyType(copied), as_of)

    def stored(self, id: str, packed: object) -> Reference:
        """The reference a stored record holds; it is not looked up again, so it outlives what it points to."""
        if not isinstance(packed, Mapping):
            return Reference(id)
        copied = {name: unpack(packed.get(name)) for name in self.copy}
        return Reference(id, MappingProxyType(copied), packed.get("as_of"))

    def packed(self, value: Reference) -> dict[str, Any]:
        """The copied values as stored beside the id."""
        return {"as_of": value.as_of, **{name: pack(item) for name, item in value.copied.items()}}

    def from_cell(self, cell: object) -> object:
        return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else cell

    def fact(self, value: Any) -> Any:
        return None if value is None else {"id": value.id, **value.copied}

    def show(self, value: Any, locale: str) -> str:
        if isinstance(value, str):
            return value
        return str(value.copied.get("name") or value.id)

    def write(self, value: Any) -> str:
        return value if isinstance(value, str) else str(value.id)

    def to_json(self, value: Any) -> Any:
        return None if value is None else self.write(value)

    def control(self, locale: str) -> Any:
        return controls.Control(**render(self, locale, data_lookup=self.of))

    def json_schema(self) -> dict[str, Any]:
        return {"type": "string", "minLength": 1, "maxLength": SHORT}


