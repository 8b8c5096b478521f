"""What an expression may see: names known when it is compiled, and their values when it runs, innermost first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..feel.cause import Cause, Null
from ..feel.run import Run


@dataclass(frozen=True, slots=True)
class Visible:
    """Names an expression may use; `owner` is the element a sentence calls it by.

    of_items  inside a filter, where the entries of each item have names that are known only then
    """

    names: frozenset[str]
    owner: str
    of_items: bool = False

    def plus(self, *names: str) -> Visible:
        return self if self.names.issuperset(names) else replace(self, names=self.names.union(names))

    def of(self, owner: str) -> Visible:
        return self if owner == self.owner else replace(self, owner=owner)

    def within_items(self) -> Visible:
        return replace(self, of_items=True)


class Names:
    """Values by name, in frames from the inside out; a frame never changes what an outer one holds."""

    __slots__ = ("frame", "outer")

    def __init__(self, frame: Mapping[str, Any], outer: Names | None = None) -> None:
        self.frame = frame
        self.outer = outer

    def plus(self, frame: Mapping[str, Any]) -> Names:
        return Names(frame, self)

    def get(self, name: str, default: Any = None, /) -> Any:
        seen: Names | None = self
        while seen is not None:
            if name in seen.frame:
                return seen.frame[name]
            seen = seen.outer
        return default


Evaluator = Callable[[Run, Names], Any]
"""Computes an expression; the run pays for it, the names are what it may see."""


def broken(path: str, name: str) -> Evaluator:
    """What an expression gives that cannot be compiled: null, with the place to look at."""
    null = Null((Cause("dmn.broken", name, None, {"field": name, "path": path}),))
    return lambda _run, _names: null
