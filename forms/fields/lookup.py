"""A reference to a record of the world, with the values copied from it at the time."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as member
from datetime import UTC, date
from decimal import Decimal, InvalidOperation
from functools import partial
from types import MappingProxyType
from typing import Any, ClassVar

from rules import Problem
from rules.figures import plain

from .. import composed
from ..label import Label, say
from ..raw import SHORT, bad_character, trim
from .field import At, Field, Lookup, Setup
from .web import render


@dataclass(frozen=True, slots=True)
class Reference:
    """The record a lookup points to: its id, the copied values, and when (UTC, ISO) they were copied."""

    id: str
    copied: Mapping[str, Any] = member(default_factory=lambda: MappingProxyType({}))
    as_of: str | None = None


# What stands in the empty box of a picker.
SEARCH: Label = {"zh-CN": "输入名称、拼音或编号查找", "en": "Type part of a name or a number"}


def pack(value: Any) -> Any:
    """A copied value as JSON that remembers numbers, dates and labels: ``{"number": "200000"}``."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, list | tuple):
        return [pack(item) for item in value]
    if isinstance(value, Mapping):
        return {"label": {str(key): str(item) for key, item in value.items()}}
    if isinstance(value, int | Decimal):
        return {"number": plain(Decimal(value))}
    return {"date": value.isoformat()} if isinstance(value, date) else str(value)


def unpack(value: Any) -> Any:
    """The value `pack` wrote; a packed value that is none of ours is null."""
    if isinstance(value, list):
        return [unpack(item) for item in value]
    if not isinstance(value, Mapping):
        return value
    try:
        if isinstance(value.get("label"), Mapping):
            return dict(value["label"])
        if isinstance(value.get("number"), str):
            return Decimal(value["number"])
        if isinstance(value.get("date"), str):
            return date.fromisoformat(value["date"][:10])
    except (ValueError, InvalidOperation):
        return None
    return None


def called(value: Reference) -> str | Label:
    """The copied name of the record, a label or a text; its number, or its id where neither was copied."""
    name = value.copied.get("name") or value.copied.get("number") or value.id
    return dict(name) if isinstance(name, Mapping) else str(name)


def name_of(value: Reference, locale: str) -> str:
    """The same for one reader."""
    name = called(value)
    return name if isinstance(name, str) else say(name, locale)


def pairs_of(value: Any, locale: str = "zh-CN") -> list[tuple[str, str]]:
    """(id, name) of a picker's value, for its control."""
    references = value if isinstance(value, tuple) else (value,)
    return [(ref.id, name_of(ref, locale)) for ref in references if isinstance(ref, Reference)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Picked(Field):
    """What picks records of the world by id, and keeps what it copied from them at that time."""

    @property
    @abstractmethod
    def of(self) -> str:
        """The kind of records, as `Lookup.find` knows it."""

    @property
    def copy(self) -> tuple[str, ...]:
        return ()

    def reference(self, raw: object, at: At, before: Reference | None) -> Reference:
        """The record a person names; one named before is kept as it was, whatever became of it. Raises Invalid."""
        if isinstance(raw, Reference):
            return raw
        if not isinstance(raw, str):
            raise self.refuse("lookup.type")
        id = trim(raw[: SHORT + 1])
        if before is not None and before.id == id:
            return before
        if len(id) > SHORT or bad_character(id) is not None:
            raise self.refuse("lookup.not_found")
        record = at.lookups.find(self.of, id)
        if record is None:
            raise self.refuse("lookup.not_found")
        known = str(record.get("id", id))
        if before is not None and before.id == known:
            return before
        copied = {name: record.get(name) for name in self.copy}
        as_of = at.now.astimezone(UTC).isoformat() if copied else None
        return Reference(known, MappingProxyType(copied), as_of)

    def stored(self, id: str, packed: object) -> Reference:
        """The reference a stored record holds; it is not looked up again, so it outlives what it points to."""
        if not isinstance(packed, Mapping):
            return Reference(id)
        copied = {name: unpack(packed.get(name)) for name in self.copy}
        return Reference(id, MappingProxyType(copied), packed.get("as_of"))

    @staticmethod
    def beside(value: Reference) -> dict[str, Any] | None:
        """The copied values as stored beside the id; None where nothing was copied."""
        if not value.copied:
            return None
        return {"as_of": value.as_of, **{name: pack(item) for name, item in value.copied.items()}}

    def from_cell(self, cell: object) -> object:
        return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else cell


NAMES = {
    "type": "array", "maxItems": 30, "uniqueItems": True,
    "items": {"type": "string", "pattern": "^[A-Za-z][A-Za-z0-9_]{0,63}$"},
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class LookupField(Picked):
    """Picks a record of kind ``source.of`` and copies the values named in ``source.copy``.

    ``source.of`` is ``customer`` or ``{"form": key}``, the records of another form, which `Lookup.find` is asked for
    as ``form:key``. Values named in ``source.live`` are shown as they are now and never stored. An id that does not
    exist and one the reader may not see give the same Problem.
    """

    type: ClassVar[str] = "lookup"
    feel: ClassVar[str] = "context"
    needs: ClassVar[tuple[str, ...]] = ("source",)
    own: ClassVar[dict[str, Any]] = {
        "source": {
            "type": "object",
            "properties": {
                "of": {
                    "oneOf": [
                        {"type": "string", "pattern": "^[a-z][a-z0-9_]{0,63}$"},
                        {
                            "type": "object",
                            "properties": {"form": {"type": "string", "pattern": "^[a-z][a-z0-9_]{0,59}$"}},
                            "required": ["form"],
                            "additionalProperties": False,
                        },
                    ]
                },
                "copy": NAMES,
                "live": NAMES,
            },
            "required": ["of"],
            "additionalProperties": False,
        }
    }

    source: Mapping[str, Any]

    @classmethod
    def own_values(cls, setup: Setup, problems: list[Problem]) -> dict[str, Any]:
        source = setup["source"]
        for place, name in enumerate(source.get("live", ())):
            if name in source.get("copy", ()):
                problems.append(Problem("form.copied_and_live", f"/source/live/{place}", {"name": name}))
        return {}

    @property
    def feel_type(self) -> str:
        members = "".join(f", {name}: any" for name in self.copy if name != "id")
        return f"context<id: string{members}>"

    @property
    def of(self) -> str:
        of = self.source["of"]
        return f"form:{of['form']}" if isinstance(of, Mapping) else str(of)

    @property
    def copy(self) -> tuple[str, ...]:
        return tuple(self.source.get("copy", ()))

    def live(self, value: Reference | None, lookups: Lookup) -> Mapping[str, Any]:
        """The values shown as they are now; empty where there are none or the reader may not see the record."""
        names = self.source.get("live", ())
        record = lookups.find(self.of, value.id) if value is not None and names else None
        return {} if record is None else {name: record.get(name) for name in names}

    def parse(self, raw: object, at: At) -> Reference:
        return self.reference(raw, at, at.before if isinstance(at.before, Reference) else None)

    def restore(self, value: Any, copied: Any, at: At) -> Any:
        if isinstance(value, str) and value:
            return self.stored(value, copied)
        return self.read(value, at)

    def packed(self, value: Any) -> Mapping[str, Any] | None:
        return None if value is None else self.beside(value)

    def simple(self, value: Any) -> Any:
        return None if value is None else value.id

    def fact(self, value: Any) -> Any:
        return None if value is None else {"id": value.id, **value.copied}

    def show(self, value: Any, locale: str) -> str:
        return value if isinstance(value, str) else name_of(value, locale)

    def write(self, value: Any) -> str:
        return value if isinstance(value, str) else str(value.id)

    def to_json(self, value: Any) -> Any:
        return None if value is None else self.write(value)

    def control(self, locale: str) -> Any:
        named = partial(pairs_of, locale=locale)
        return composed.Picker(of=self.of, named=named, hint=say(SEARCH, locale), **render(self, locale))

    def json_schema(self) -> dict[str, Any]:
        return {"type": "string", "minLength": 1, "maxLength": SHORT}
