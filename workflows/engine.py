"""The machine: `(flow, state, act) → Move(state, events)`. It changes nothing outside and knows no clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from workflows import events as ev
from workflows import walk
from workflows.acts import Act, Claim, Decide, Rated, Refused, Resubmit, Retry, Unclaim, Void, Withdraw
from workflows.assign import FLOW_ADMIN, Directory
from workflows.decide import decide, open_task, refuse_if_claimed, sits_there, unanswerable
from workflows.model import Flow, Rate
from workflows.state import State, Task
from workflows.turn import Turn
from workflows.wire import plain_facts


@dataclass(frozen=True, slots=True)
class Move:
    """What an act did: the State after it, and the events that led there, in order."""

    state: State
    events: tuple[ev.Event, ...]


def start(flow: Flow, *, applicant: str, facts: Mapping[str, Any], directory: Directory, now: datetime) -> Move:
    """Open a Case and go as far as it goes without anybody.

    ``facts`` are what formulas see: the Form's answers under their keys, and ``customer`` as a record whose ``owner``
    is the salesperson's user id. ``now`` is aware.
    """
    turn = Turn(flow, None, facts, directory, _aware(now))
    turn.emit(ev.CaseOpened(applicant, now))
    walk.go(turn, flow.start.id)
    return Move(turn.state, tuple(turn.events))


def act(
    flow: Flow, state: State, action: Act, *, facts: Mapping[str, Any], directory: Directory, now: datetime
) -> Move:
    """Carry out one act, or raise Refused and change nothing."""
    turn = Turn(flow, state, facts, directory, _aware(now))
    if state.is_final:
        raise _too_late(state, action)
    _ACTS[type(action)](turn, action)
    return Move(turn.state, tuple(turn.events))


def stuck(
    flow: Flow, state: State, *, facts: Mapping[str, Any], directory: Directory, now: datetime
) -> tuple[Task, ...]:
    """Open Tasks that nobody can answer any more as the organisation stands now; `Retry` finds new people for them."""
    return () if state.is_final else unanswerable(Turn(flow, state, facts, directory, _aware(now)))


def _aware(now: datetime) -> datetime:
    if now.utcoffset() is None:
        raise ValueError("now must be an aware datetime")
    return now


def _too_late(state: State, action: Act) -> Refused:
    """A click on a Task that was answered tells who was faster; any other act, that the Case is over."""
    if isinstance(action, (Decide, Claim, Unclaim)):
        open_task(state, action.task)
    return Refused("conflict", "case.final", {"status": state.status})


def _claim(turn: Turn, action: Claim) -> None:
    task = open_task(turn.state, action.task)
    if task.group is None:
        raise Refused("invalid", "task.not_claimable", {"task": task.id})
    if task.claimed_by == action.by:
        return
    refuse_if_claimed(turn, task, action.by)
    sits_there(turn, task, action.by)
    turn.emit(ev.TaskClaimed(task.id, action.by, turn.now))


def _unclaim(turn: Turn, action: Unclaim) -> None:
    task = open_task(turn.state, action.task)
    if task.claimed_by is None:
        raise Refused("conflict", "task.not_claimed", {"task": task.id})
    if task.claimed_by != action.by:
        raise Refused("conflict", "task.claimed_by_other", {"by": task.claimed_by})
    turn.emit(ev.TaskReleased(task.id, action.by, turn.now))


def _resubmit(turn: Turn, action: Resubmit) -> None:
    state = turn.state
    if action.by != state.applicant:
        raise Refused("forbidden", "case.not_applicant", {})
    if state.status != "returned":
        raise Refused("conflict", "case.not_returned", {"status": state.status})
    direct = state.detour is not None and action.resubmit != "replay"
    if action.resubmit == "direct" and state.detour is None:
        raise Refused("invalid", "return.resubmit", {"allowed": ["replay"]})
    if direct and action.changed:
        raise Refused("invalid", "return.material_changed", {"fields": list(action.changed)})
    back_to = state.detour.back_to if state.detour is not None else None
    turn.emit(ev.CaseResubmitted(action.by, "direct" if direct else "replay", turn.now, action.changed))
    if direct and back_to is not None:
        turn.emit(ev.RouteTaken(turn.flow.start.id, back_to, turn.now, direct=True))
        walk.go(turn, back_to)
    else:
        walk.go(turn, turn.flow.start.id)


def _withdraw(turn: Turn, action: Withdraw) -> None:
    state, rule = turn.state, turn.flow.settings.withdraw
    if action.by != state.applicant:
        raise Refused("forbidden", "case.not_applicant", {})
    if rule == "never":
        raise Refused("forbidden", "withdraw.never", {})
    # A Case that lies with its applicant again waits for nobody else: taking it back undoes no one's work.
    decided = [task for task in state.tasks if task.answer is not None and not task.superseded]
    if rule == "before_first_decision" and decided and state.status != "returned":
        first = decided[0]
        params = {"by": first.by, "step": first.step, "at": _text(first.decided_at)}
        raise Refused("conflict", "withdraw.too_late", params)
    walk.cancel_open(turn)
    turn.emit(ev.CaseWithdrawn(action.by, turn.now))


def _text(moment: datetime | None) -> str:
    return moment.isoformat() if moment is not None else ""


def _rated(turn: Turn, action: Rated) -> None:
    run = next((run for run in turn.state.open_runs if run.kind == "rate"), None)
    if run is None:
        raise Refused("conflict", "rating.not_wanted", {})
    step = turn.flow.steps[run.step]
    wanted = step.into if isinstance(step, Rate) else ()
    missing = [name for name in wanted if name not in action.values]
    unknown = sorted(set(action.values) - set(wanted))
    if missing or unknown:
        raise Refused("invalid", "rating.names", {"missing": missing, "unknown": unknown})
    turn.emit(ev.CaseRated(run.step, plain_facts(action.values), turn.now))
    walk.pass_on(turn, run)


def _void(turn: Turn, action: Void) -> None:
    _flow_admin(turn, action.by)
    if not action.reason.strip():
        raise Refused("invalid", "void.reason_required", {})
    walk.cancel_open(turn)
    turn.emit(ev.CaseVoided(action.by, action.reason, turn.now))


def _retry(turn: Turn, action: Retry) -> None:
    """Enter the failed Step again, or the Steps whose Tasks nobody can answer any more."""
    _flow_admin(turn, action.by)
    state = turn.state
    lost = unanswerable(turn)
    if state.failure is None and not lost:
        raise Refused("conflict", "case.not_failed", {"status": state.status})
    turn.emit(ev.CaseRetried(action.by, turn.now))
    if state.failure is not None:
        walk.go(turn, state.failure.step)
    for run in {id(run): run for run in map(state.run_of, lost)}.values():
        walk.cancel(turn, run)
        walk.go(turn, run.then or run.step)


def _flow_admin(turn: Turn, by: str) -> None:
    if by not in turn.directory.holders(FLOW_ADMIN):
        raise Refused("forbidden", "case.not_flow_admin", {})


_ACTS: dict[type, Callable[[Turn, Any], None]] = {
    Decide: decide,
    Claim: _claim,
    Unclaim: _unclaim,
    Resubmit: _resubmit,
    Withdraw: _withdraw,
    Rated: _rated,
    Void: _void,
    Retry: _retry,
}
