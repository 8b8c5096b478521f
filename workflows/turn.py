"""One turn of the machine: the State as it moves, the events so far, and what may be looked at meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from workflows.assign import Context, Directory, excluded_people
from workflows.events import Event
from workflows.model import Flow
from workflows.replay import evolve
from workflows.state import State


@dataclass(slots=True)
class Turn:
    """The only thing that changes while the machine works; every change is an event applied by `replay.evolve`."""

    flow: Flow
    known: State | None
    given: Mapping[str, Any]
    directory: Directory
    now: datetime
    events: list[Event] = field(default_factory=list)

    @property
    def state(self) -> State:
        """The State so far."""
        if self.known is None:
            raise ValueError("the case is not open yet")
        return self.known

    @property
    def facts(self) -> dict[str, Any]:
        """What formulas see: the facts given with the act, and over them what was rated."""
        return {**self.given, **self.state.rated}

    def emit(self, event: Event) -> None:
        """Let an event happen."""
        self.known = evolve(self.known, event)
        self.events.append(event)

    def excluded(self) -> dict[str, str]:
        """Who may not decide this Case, with the reason."""
        return excluded_people(self.state.applicant, self.state.makers, self.facts)

    def context(self) -> Context:
        """What an assignment may look at now."""
        return Context(self.state.applicant, frozenset(self.excluded()), self.facts, self.directory)
