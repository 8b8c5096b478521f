"""Tells what lies ahead of a Case, with names, and what lies behind it: the path as a page shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from workflows.assign import Context, Directory, Nobody, Seats, excluded_people, seats_of
from workflows.authority import Approvals, Covered, needed, posts_held, standing
from workflows.model import KIND, Approval, End, Flow, Handle, Label, Rate, Step
from workflows.quorum import Quorum
from workflows.state import Member, Run, State, Task
from workflows.walk import choose

StopState = Literal["done", "superseded", "cancelled", "now", "ahead", "stuck"]


@dataclass(frozen=True, slots=True)
class Stop:
    """One Step on the path of a Case.

    state    done · superseded (done, but a return made it count no more) · cancelled · now · ahead · stuck (nobody can
             be asked there)
    outcome  how a past entry ended: passed, rejected, returned, cancelled
    seats    who is or will be asked: users or groups, each with the reason
    tasks    the Tasks of a past or present entry
    certain  False where the way here hangs on something not known yet
    """

    step: str
    kind: str
    label: Label
    state: StopState
    round: int = 1
    outcome: str | None = None
    seats: tuple[Member, ...] = ()
    quorum: Quorum | None = None
    tasks: tuple[Task, ...] = ()
    certain: bool = True
    entered_at: datetime | None = None
    left_at: datetime | None = None
    problem: Mapping[str, Any] = field(default_factory=dict)


def path(
    flow: Flow, state: State, *, facts: Mapping[str, Any], directory: Directory, now: datetime
) -> tuple[Stop, ...]:
    """The whole path: every entry so far, then what is expected from here."""
    behind = tuple(_past(flow, state, run) for run in state.runs)
    return behind + predict(flow, state, facts=facts, directory=directory, now=now)


def predict(
    flow: Flow, state: State, *, facts: Mapping[str, Any], directory: Directory, now: datetime
) -> tuple[Stop, ...]:
    """The Steps expected after the present one, if everybody approves and nothing known changes.

    A Case that waits for its applicant is taken to be resubmitted as the return asked; one in error, to go on where
    it stopped. Empty once the Case is final.
    """
    if state.is_final:
        return ()
    facts = {**facts, **state.rated}
    context = Context(
        state.applicant, frozenset(excluded_people(state.applicant, state.makers, facts)), facts, directory
    )
    ahead = _Ahead(flow, context, now, standing(state.tasks))
    if state.failure is not None:
        return ahead.walk(state.failure.step)
    if state.status == "returned":
        back_to = state.detour.back_to if state.detour is not None else flow.start.id
        return ahead.walk(back_to)
    (run,) = state.open_runs
    ahead.suppose(run.members)
    ahead.certain = run.kind != "rate"
    if run.then is not None:
        return ahead.walk(run.then)
    if state.detour is not None and state.detour.target == run.step:
        return ahead.walk(state.detour.back_to)
    return ahead.after(run.step)


def foresee(
    flow: Flow, *, applicant: str, facts: Mapping[str, Any], directory: Directory, now: datetime
) -> tuple[Stop, ...]:
    """The path a Case would take if it were submitted now: nothing is opened."""
    excluded = frozenset(excluded_people(applicant, frozenset(), facts))
    return _Ahead(flow, Context(applicant, excluded, facts, directory), now, ()).walk(flow.start.id)


def _past(flow: Flow, state: State, run: Run) -> Stop:
    shown: StopState = "done"
    if run.status == "open":
        shown = "now"
    elif run.superseded:
        shown = "superseded"
    elif run.status == "cancelled":
        shown = "cancelled"
    return Stop(
        step=run.step,
        kind=run.kind,
        label=flow.steps[run.step].label,
        state=shown,
        round=run.round,
        outcome=None if run.status == "open" else run.status,
        seats=run.members,
        quorum=run.quorum,
        tasks=state.tasks_of(run),
        entered_at=run.entered_at,
        left_at=run.left_at,
    )


@dataclass(slots=True)
class _Ahead:
    """Walks on paper: supposes that everybody asked approves."""

    flow: Flow
    context: Context
    now: datetime
    approvals: Approvals
    certain: bool = True

    def walk(self, step: str) -> tuple[Stop, ...]:
        """The Stops from a Step on, that Step included."""
        stops: list[Stop] = []
        at: str | None = step
        seen: set[str] = set()
        while at is not None and at not in seen:
            seen.add(at)
            here = self.flow.steps[at]
            if (guard := self._authority(at)) is not None:
                stops.append(guard)
            stop = self._stop(here)
            stops.append(stop)
            if stop.state == "stuck" or isinstance(here, End):
                break
            at = self._next(here)
        return tuple(stops)

    def after(self, step: str) -> tuple[Stop, ...]:
        """The Stops that follow a Step."""
        following = self._next(self.flow.steps[step])
        return self.walk(following)

    def suppose(self, members: tuple[Member, ...]) -> None:
        """Count the people asked as if they approved; of a group, only the post itself is known."""
        added: list[tuple[str, frozenset[str]]] = []
        for member in members:
            if member.user is not None:
                added.append((member.user, frozenset(posts_held(member.user, self.context.directory))))
            elif member.group is not None:
                added.append((f"group:{member.group}", frozenset((member.group,))))
        self.approvals = (*self.approvals, *added)

    def _next(self, step: Step) -> str:
        if isinstance(step, Rate):
            self.certain = False
        route, conditions = choose(self.flow, step.id, self.context.facts, self.now)
        if any(condition.value is None for condition in conditions):
            self.certain = False
        return route.target

    def _stop(self, step: Step) -> Stop:
        if not isinstance(step, (Approval, Handle)):
            return Stop(step.id, KIND[type(step)], step.label, "ahead", certain=self.certain)
        own = step.on_self if isinstance(step, Approval) else None
        return self._asked(step, seats_of(step, self.context, own or self.flow.settings.on_self), KIND[type(step)])

    def _authority(self, step: str) -> Stop | None:
        """The authority Step that will open before a Step, once."""
        guard = self.flow.authority_before(step)
        if guard is None:
            return None
        found = needed(self.context, self.approvals)
        return None if isinstance(found, Covered) else self._asked(guard, found, "authority")

    def _asked(self, step: Approval | Handle, found: Seats | Nobody, kind: str) -> Stop:
        if isinstance(found, Nobody):
            problem = {"code": found.code, "params": {"step": step.id, **found.params}}
            return Stop(step.id, kind, step.label, "stuck", certain=self.certain, problem=problem)
        if isinstance(step, Approval):
            self.suppose(found.members)
        return Stop(
            step.id, kind, step.label, "ahead", seats=found.members, quorum=found.quorum, certain=self.certain
        )
