"""A compiled Form: sections, fields, rules, checks and the order in which its formulas settle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as member
from types import MappingProxyType
from typing import Any, Literal

from rules import Formula, Problem

from .access import Access
from .book import Book
from .fields import Field, Subform
from .label import Label

Effect = Literal["show", "require", "lock", "options"]


@dataclass(frozen=True, slots=True)
class Section:
    """A group of fields under one heading; `keys` are the fields in their written order.

    columns    how many fields stand beside each other where there is room, 1 to 4
    collapsed  whether it is folded up at first; None for one that cannot be folded
    """

    key: str
    title: Label | None
    help: Label | None
    keys: tuple[str, ...]
    columns: int = 1
    collapsed: bool | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """While `when` is true, `target` is shown, required, locked, or offers only `options`.

    The target is a field key, or ``rows.column`` with the condition judged in each row.
    """

    id: str
    effect: Effect
    target: str
    when: Formula
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Check:
    """A formula over the whole Form that must be true; `field` is the key where its message is shown, if any."""

    id: str
    formula: Formula
    severity: Literal["error", "warn"]
    on_null: Literal["pass", "problem"]
    message: Label
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Removed:
    """A field that older versions asked: its id is never given to another, its stored values stay readable."""

    id: str
    key: str
    type: str
    last_version: int
    label: Label | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """One move of the evaluation: settle whether `key` is shown, or what its value is."""

    do: Literal["show", "value"]
    key: str


@dataclass(frozen=True, slots=True)
class Plan:
    """The formulas over one set of fields (the Form's, or one sub-form's columns) and the order they settle in.

    `ranges` are conditions that whoever is chosen in a picker must meet, by the picker's key.
    """

    order: tuple[Turn, ...]
    computed: Mapping[str, Formula]
    rules: Mapping[tuple[Effect, str], tuple[Rule, ...]]
    ranges: Mapping[str, Formula] = member(default_factory=lambda: MappingProxyType({}))

    def of(self, effect: Effect, key: str) -> tuple[Rule, ...]:
        return self.rules.get((effect, key), ())


@dataclass(frozen=True, slots=True)
class Form:
    """What is asked, frozen: the same Form always checks the same way.

    fields   every field by key, in written order
    summary  keys of the fields that stand for an answered form in lists
    plan     formulas over the fields; `rows` the same for each sub-form's columns
    warnings findings of its formulas that do not block, at their places
    feeds    for each key, the keys its value or visibility depends on, directly or through others
    book     how its records are kept, None for a Form that other things are asked by
    access   who reaches what it is the file of, None where the roles alone say so
    tabs     sections stand behind tabs, one shown at a time, instead of one below the other
    """

    sections: tuple[Section, ...]
    fields: Mapping[str, Field]
    rules: tuple[Rule, ...]
    checks: tuple[Check, ...]
    summary: tuple[str, ...]
    removed: tuple[Removed, ...]
    plan: Plan
    rows: Mapping[str, Plan] = member(default_factory=lambda: MappingProxyType({}))
    warnings: tuple[Problem, ...] = ()
    feeds: Mapping[str, frozenset[str]] = member(default_factory=lambda: MappingProxyType({}))
    book: Book | None = None
    tabs: bool = False
    access: Access | None = None
    asked: tuple[Field, ...] = member(init=False, repr=False, compare=False)
    """The fields that hold answers: every field but notes."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "asked", tuple(f for f in self.fields.values() if f.has_value))

    @property
    def subforms(self) -> tuple[Subform, ...]:
        return tuple(f for f in self.fields.values() if isinstance(f, Subform))

    @property
    def personal(self) -> frozenset[str]:
        """Keys whose values are personal data (``rows.column`` inside a sub-form)."""
        inner = {f"{s.key}.{c.key}" for s in self.subforms for c in s.columns if c.personal}
        return frozenset(inner | {f.key for f in self.fields.values() if f.personal})

    @property
    def material(self) -> frozenset[str]:
        """Keys whose change voids approvals given before."""
        return frozenset(f.key for f in self.fields.values() if f.material)

    def field(self, key: str) -> Field | None:
        """A field by key, or a sub-form's column by ``rows.column``."""
        outer, _, inner = key.partition(".")
        found = self.fields.get(outer)
        if not inner:
            return found
        return found.column(inner) if isinstance(found, Subform) else None

    def changed(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> frozenset[str]:
        """Keys whose stored values differ between two `Answers.to_json()`."""
        return frozenset(f.key for f in self.asked if before.get(f.key) != after.get(f.key))
