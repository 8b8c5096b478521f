"""What a formula may name: one entry a Fact, and the index the parser matches names with."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .types import ANY, Type, UnknownType, type_of_text

CHUNK = re.compile(r"\w+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class ScopeEntry:
    """One Fact as formulas see it.

    type      text of a FEEL type, e.g. ``number``, ``list<context<amount: number>>``
    nullable  False where the Fact is always known
    unit      key of its unit, e.g. ``万元``; labels: {"zh-CN": …, "en": …}
    allowed   its possible values, where it has no others
    choices   values worth offering to who writes a formula, each with its labels, as far as it has any
    origin    where it comes from: a Form field, the customer, Evidence, behaviour, an earlier node
    """

    type: str = "any"
    nullable: bool = True
    unit: str | None = None
    allowed: tuple[Any, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    origin: str = ""
    choices: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def name_parts(name: str) -> tuple[str, ...]:
    """A name as the words and marks it is matched by; blanks between them do not count."""
    return tuple(CHUNK.findall(name))


def _longest(entry: tuple[tuple[str, ...], str]) -> int:
    return -len(entry[0])


class NameIndex:
    """Known names by their first word, longest first."""

    __slots__ = ("by_first",)

    def __init__(self, names: Iterable[str] = ()) -> None:
        self.by_first: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for name in names:
            parts = name_parts(name)
            if parts:
                self.by_first.setdefault(parts[0], []).append((parts, name))
        for entries in self.by_first.values():
            entries.sort(key=_longest)

    def add(self, name: str) -> None:
        parts = name_parts(name)
        if parts:
            entries = self.by_first.setdefault(parts[0], [])
            entries.append((parts, name))
            entries.sort(key=_longest)

    def remove(self, name: str) -> None:
        parts = name_parts(name)
        if parts:
            self.by_first[parts[0]].remove((parts, name))


class Scope:
    """The names a formula may use. An open scope takes any name; what it does not know is null at run time.

    `named` are types of the Definition, usable in ``instance of`` and as parameter types; `members` are names with
    blanks or marks that may follow a dot.
    Raises UnknownType where an entry's type text names no type.
    """

    __slots__ = ("_extra", "_members", "closed", "entries", "index", "named", "types")

    def __init__(
        self,
        entries: Mapping[str, ScopeEntry],
        closed: bool = True,
        named: Mapping[str, Type] | None = None,
        members: Iterable[str] = (),
    ) -> None:
        self.entries = dict(entries)
        self.closed = closed
        self.named = dict(named or {})
        self.types = {name: _typed(name, entry.type, self.named) for name, entry in self.entries.items()}
        self.index = NameIndex(self.entries)
        self._extra = frozenset(members)
        self._members: frozenset[str] | None = None

    @classmethod
    def any_of(cls, names: Iterable[str]) -> Scope:
        """A closed scope of these names, each of any type."""
        return cls({name: ScopeEntry() for name in names})

    @classmethod
    def open(cls, names: Iterable[str] = ()) -> Scope:
        """A scope that takes unknown names; `names` are those with blanks or marks in them."""
        return cls({name: ScopeEntry() for name in names}, closed=False)

    @property
    def members(self) -> frozenset[str]:
        """Names of parts of the Facts that hold a blank or a mark, for paths."""
        if self._members is None:
            found: set[str] = set(self._extra)
            for declared in (*self.types.values(), *self.named.values()):
                _collect(declared, found)
            self._members = frozenset(found)
        return self._members


def _typed(name: str, text: str, named: Mapping[str, Type]) -> Type:
    if text in ("any", "null"):  # a formula found to give nothing but null may be given a value later
        return ANY
    try:
        return type_of_text(text, named)
    except UnknownType as error:
        raise UnknownType(error.args[0], f"{name}: {text}") from None


def _collect(declared: Type, found: set[str], depth: int = 0) -> None:
    if depth > 32:
        return
    if declared.item is not None:
        _collect(declared.item, found, depth + 1)
    for name, inner in declared.fields or ():
        if len(name_parts(name)) > 1:
            found.add(name)
        _collect(inner, found, depth + 1)
