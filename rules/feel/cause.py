"""Why a value is null: causes as data, the null that carries them, and the two ways an evaluation gives up."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

ABSENT = frozenset({"missing", "stale", "refused", "disputed"})
MOST = 16
"""A null names at most this many causes, so that a list of ten thousand gaps stays readable."""


@dataclass(frozen=True, slots=True)
class Cause:
    """One reason of a null.

    code    absent: missing, stale, refused, disputed; fault: zero_division, type, overflow, range, pattern,
            limit, domain, raised, rules.float_given
    field   the Fact or the part of the formula it concerns
    span    (start, end) in code points of the formula text
    params  JSON-safe values for the sentence
    """

    code: str
    field: str | None = None
    span: tuple[int, int] | None = None
    params: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    @property
    def absent(self) -> bool:
        """True for an absence (the Fact is not known), False for a fault (the formula cannot be computed)."""
        return self.code in ABSENT

    def to_json(self) -> dict[str, Any]:
        out: dict[str, Any] = {"code": self.code, "params": dict(self.params)}
        if self.field is not None:
            out["field"] = self.field
        if self.span is not None:
            out["span"] = list(self.span)
        return out


class Null:
    """A null with causes; a null its author wrote is None and has none."""

    __slots__ = ("causes",)

    def __init__(self, causes: tuple[Cause, ...]) -> None:
        self.causes = causes


class Fault(Exception):
    """Raised by a function of the language: this call is null, for this reason."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


class Stop(Exception):
    """The whole evaluation ends: a limit was reached."""

    def __init__(self, limit: str, most: int) -> None:
        super().__init__(limit)
        self.limit = limit
        self.most = most


def is_null(value: object) -> bool:
    return value is None or value.__class__ is Null


def join_nulls(*values: object) -> Null | None:
    """The null that results from these operands: their causes together, or plain null."""
    found: list[Cause] = []
    for value in values:
        if isinstance(value, Null):
            found.extend(c for c in value.causes if c not in found)
    return Null(tuple(found[:MOST])) if found else None
