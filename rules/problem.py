"""What a person can put right: one finding as data, and the exception that carries all of them.

A Problem never holds a sentence. Codes and params leave the engines; the edge's catalogue turns them
into the reader's language. Every engine that checks anything raises `Invalid` with every Problem it
found, never only the first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding.

    code      dotted name of the sentence in the catalogue, e.g. ``field.required``
    path      JSON Pointer (RFC 6901) to the place in the document or the answers, "" for the whole
    params    JSON-safe values for the sentence
    span      (start, end) in code points inside the text at ``path``, for formulas
    severity  an error blocks; a warning is shown and may be accepted
    """

    code: str
    path: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    span: tuple[int, int] | None = None
    severity: Severity = "error"

    def under(self, prefix: str) -> Problem:
        """The same finding seen from an enclosing document: ``path`` gains ``prefix`` in front."""
        return Problem(self.code, prefix + self.path, self.params, self.span, self.severity)

    def to_json(self) -> dict[str, Any]:
        out: dict[str, Any] = {"code": self.code, "path": self.path, "params": dict(self.params)}
        if self.span is not None:
            out["span"] = list(self.span)
        if self.severity != "error":
            out["severity"] = self.severity
        return out


class Invalid(Exception):
    """Input that cannot be accepted; ``problems`` names everything that is wrong with it."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("; ".join(f"{p.code} at {p.path or '/'}" for p in self.problems))


def errors(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Only the findings that block."""
    return tuple(p for p in problems if p.severity == "error")


def pointer(*parts: str | int) -> str:
    """A JSON Pointer from its parts, escaped as RFC 6901 asks."""
    return "".join("/" + str(p).replace("~", "~0").replace("/", "~1") for p in parts)
