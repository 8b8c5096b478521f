"""What people and the application may ask of a running Case, and how the machine refuses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from workflows.state import Answer


@dataclass(frozen=True, slots=True)
class Decide:
    """Answer a Task.

    return_to  Step id, or ``start`` for the applicant; needed with ``return``
    resubmit   how the Case comes again after a return; None for what the Step declares
    changed    material fields the person changed while deciding
    marked     with ``return``: fields to be put right, each writable where the Case goes back to (W13)
    """

    task: str
    by: str
    answer: Answer
    comment: str | None = None
    return_to: str | None = None
    resubmit: Literal["replay", "direct"] | None = None
    changed: tuple[str, ...] = ()
    marked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Claim:
    """Take a group's Task for oneself."""

    task: str
    by: str


@dataclass(frozen=True, slots=True)
class Unclaim:
    """Give a claimed Task back to its group."""

    task: str
    by: str


@dataclass(frozen=True, slots=True)
class Resubmit:
    """Send a returned Case in again; ``resubmit`` None keeps what the return asked for."""

    by: str
    changed: tuple[str, ...] = ()
    resubmit: Literal["replay", "direct"] | None = None


@dataclass(frozen=True, slots=True)
class Withdraw:
    """The applicant takes the Case back."""

    by: str


@dataclass(frozen=True, slots=True)
class Rated:
    """The rating a rate Step waits for: one value, None where unknown, for each name of its ``into``."""

    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Void:
    """A flow admin declares the Case void; history stays."""

    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Retry:
    """A flow admin lets a Case try again that is in error, or has Tasks nobody can answer any more."""

    by: str


Kind = Literal["conflict", "forbidden", "invalid"]
Act = Decide | Claim | Unclaim | Resubmit | Withdraw | Rated | Void | Retry


class Refused(Exception):
    """An act the machine does not carry out; nothing has changed.

    kind    conflict: somebody was faster, or the Case has moved on (409) · forbidden: not this person (403)
            · invalid: something in the act must be put right (422)
    code    dotted name of the sentence in the catalogue; ``params`` are JSON-safe
    """

    # Not a frozen dataclass: context managers write the traceback onto the exceptions that pass through them.
    def __init__(self, kind: Kind, code: str, params: Mapping[str, Any] | None = None) -> None:
        self.kind: Kind = kind
        self.code = code
        self.params: Mapping[str, Any] = params if params is not None else {}
        super().__init__(f"{code} {dict(self.params)}")
