"""People and departments of the house: one or several, chosen out of a range, shown by name for ever."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

from rules import Invalid, Problem

from .. import composed
from ..label import listed, say
from ..raw import SHORT, is_empty, trim
from .field import At, Column
from .lookup import SEARCH, Picked, Reference, called, name_of, pairs_of
from .tags import SEPARATORS
from .web import render

MOST = 50
CANDIDATE = "candidate"  # the name a range's formula knows each choice by


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff(Picked):
    """What user and department pickers share. A typed value is a tuple of References, also of a single choice.

    within  a formula over the answers and ``candidate`` that must be true of whoever is chosen
    """

    feel: ClassVar[str] = "list"
    empty: ClassVar[Any] = ()
    candidate: ClassVar[str] = "context"
    own: ClassVar[dict[str, Any]] = {
        "multiple": {"type": "boolean"},
        "max_items": {"type": "integer", "minimum": 1, "maximum": MOST},
        "within": {"type": "string", "minLength": 1, "maxLength": 4000},
    }

    multiple: bool = False
    max_items: int = MOST
    within: str | None = None

    @property
    def feel_type(self) -> str:
        return "list<string>" if self.multiple else "string"

    def parse(self, raw: object, at: At) -> tuple[Reference, ...]:
        items = [raw] if isinstance(raw, str) else raw
        if not isinstance(items, list | tuple):
            raise self.refuse("lookup.type")
        if self.multiple:
            items = [part for item in items[: 10 * MOST] for part in self.parts(item)]
        given = [item for item in items if not is_empty(item)]
        if len(given) > (self.max_items if self.multiple else 1):
            raise self.refuse("staff.too_many", max=self.max_items if self.multiple else 1, count=len(given))
        before = {ref.id: ref for ref in at.before or ()}
        found: dict[str, Reference] = {}
        problems: list[Problem] = []
        for item in given:
            named = before.get(trim(item)) if isinstance(item, str) and len(item) <= SHORT else None
            try:
                ref = self.reference(item, at, named)
            except Invalid as invalid:
                problems.extend(invalid.problems[: 1 if not problems else 0])
                continue
            found.setdefault(ref.id, before.get(ref.id, ref))
        if problems:
            raise Invalid(problems)
        return tuple(found[id] for id in sorted(found))

    @staticmethod
    def parts(item: object) -> list[Any]:
        """One line of a page or cell may name several, as tags do."""
        return SEPARATORS.split(item) if isinstance(item, str) and len(item) <= MOST * SHORT else [item]

    def restore(self, value: Any, copied: Any, at: At) -> Any:
        ids = [value] if isinstance(value, str) else value
        if not isinstance(ids, list | tuple) or not all(isinstance(id, str) for id in ids):
            return self.read(value, at)
        beside = copied if isinstance(copied, Mapping) else {}
        return tuple(self.stored(id, beside.get(id)) for id in sorted(set(ids)) if id)

    def packed(self, value: Any) -> Mapping[str, Any] | None:
        kept = {ref.id: self.beside(ref) for ref in value}
        return {id: copied for id, copied in kept.items() if copied is not None} or None

    def limits(self, value: Any, at: At) -> Iterator[Problem]:
        before = {ref.id for ref in at.before or ()}
        for ref in value:
            if ref.id not in before and ref.copied.get("active") is False:
                yield self.problem("staff.left", name=called(ref))

    def outside(self, ref: Reference) -> Problem:
        """The Problem of a choice that the range leaves out."""
        return self.problem("staff.outside", name=called(ref))

    def simple(self, value: Any) -> Any:
        ids = tuple(ref.id for ref in value)
        return ids if self.multiple else next(iter(ids), None)

    def fact(self, value: Any) -> Any:
        found = self.simple(value)
        return list(found) if self.multiple else found

    def to_json(self, value: Any) -> Any:
        return self.fact(value)

    def show(self, value: Any, locale: str) -> str:
        return listed((name_of(ref, locale) for ref in value), locale)

    def write(self, value: Any) -> str:
        return ";".join(ref.id for ref in value)

    def control(self, locale: str) -> Any:
        named = partial(pairs_of, locale=locale)
        return composed.Picker(
            of=self.of, named=named, hint=say(SEARCH, locale), multiple=self.multiple, **render(self, locale)
        )

    def json_schema(self) -> dict[str, Any]:
        id = {"type": "string", "minLength": 1, "maxLength": SHORT}
        if self.multiple:
            return {"type": "array", "items": id, "maxItems": MOST, "uniqueItems": True}
        return {"anyOf": [id, {"type": "null"}]}

    def excel(self, locale: str = "zh-CN") -> Column:
        return Column(self.key, self.header(locale), width=24 if self.multiple else 16)


@dataclass(frozen=True, slots=True, kw_only=True)
class UserField(Staff):
    """People who can sign in. ``candidate`` has id, name, department (its key), departments (up to the root), posts."""

    type: ClassVar[str] = "user"
    candidate: ClassVar[str] = (
        "context<id: string, name: string, department: string, departments: list<string>, posts: list<string>>"
    )

    @property
    def of(self) -> str:
        return "user"

    @property
    def copy(self) -> tuple[str, ...]:
        return ("name", "department", "departments", "posts", "active")


@dataclass(frozen=True, slots=True, kw_only=True)
class DepartmentField(Staff):
    """Departments. ``candidate`` has id, key, name, departments (the keys from itself up to the root)."""

    type: ClassVar[str] = "department"
    candidate: ClassVar[str] = "context<id: string, key: string, name: any, departments: list<string>>"

    @property
    def of(self) -> str:
        return "department"

    @property
    def copy(self) -> tuple[str, ...]:
        return ("name", "key", "departments")


