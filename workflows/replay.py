"""Moves a State by one event. Nothing else does, so that the events alone rebuild any Case exactly."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from workflows import events as ev
from workflows.model import Flow
from workflows.state import Correction, Detour, Failure, Run, State, Status, Task


def replay(flow: Flow, events: Iterable[ev.Event]) -> State:
    """The State the events lead to, equal to the one the machine had. Raises ValueError on events of no such Case."""
    state: State | None = None
    for event in events:
        if isinstance(event, ev.StepEntered) and event.step not in flow.steps:
            raise ValueError(f"no step {event.step} in this flow")
        state = evolve(state, event)
    if state is None:
        raise ValueError("no events")
    return state


def evolve(state: State | None, event: ev.Event) -> State:
    """The State after one event."""
    if isinstance(event, ev.CaseOpened):
        if state is not None:
            raise ValueError("a case opens once")
        return State(event.applicant, event.at, events=1)
    if state is None:
        raise ValueError("a case begins by opening")
    moved = _MOVES[type(event)](state, event)
    return replace(moved, events=state.events + 1)


def _task_changed(state: State, id: str, **changes: Any) -> State:
    index = int(id[1:]) - 1
    tasks = state.tasks
    return replace(state, tasks=(*tasks[:index], replace(tasks[index], **changes), *tasks[index + 1 :]))


def _entered(state: State, event: ev.StepEntered) -> State:
    run = Run(
        step=event.step,
        kind=event.kind,
        round=event.round,
        lap=state.round,
        entered_at=event.at,
        members=event.members,
        quorum=event.quorum,
        returned_to=event.returned_to,
        then=event.then,
    )
    reached = state.detour is not None and state.detour.back_to == event.step
    return replace(state, runs=(*state.runs, run), detour=None if reached else state.detour)


def _left(state: State, event: ev.StepLeft) -> State:
    runs = tuple(
        replace(run, status=event.outcome, left_at=event.at)
        if (run.step, run.round) == (event.step, event.round)
        else run
        for run in state.runs
    )
    detour = state.detour
    if detour is not None and detour.target == event.step and event.outcome != "passed":
        detour = None
    wanted = state.correction
    if wanted is not None and wanted.step == event.step:
        wanted = None
    return replace(state, runs=runs, detour=detour, correction=wanted)


def _rated(state: State, event: ev.CaseRated) -> State:
    return replace(state, rated={**state.rated, **event.values})


def _opened(state: State, event: ev.TaskOpened) -> State:
    task = Task(
        id=event.task,
        step=event.step,
        round=event.round,
        member=event.member,
        lap=state.round,
        opened_at=event.at,
        assignee=event.assignee,
        group=event.group,
        within=event.within,
        why=event.why,
    )
    return replace(state, tasks=(*state.tasks, task))


def _claimed(state: State, event: ev.TaskClaimed) -> State:
    return _task_changed(state, event.task, status="claimed", claimed_by=event.by)


def _released(state: State, event: ev.TaskReleased) -> State:
    return _task_changed(state, event.task, status="open", claimed_by=None)


def _decided(state: State, event: ev.DecisionMade) -> State:
    if event.changed:
        # What was approved before is not what stands there now; nor may a direct return skip anybody.
        outdated = tuple(replace(t, outdated=True) if t.answer == "approve" else t for t in state.tasks)
        state = replace(state, tasks=outdated, detour=None)
    return _task_changed(
        state,
        event.task,
        status="returned" if event.answer == "return" else "decided",
        by=event.by,
        answer=event.answer,
        auto=event.auto,
        same_as=event.same_as,
        authority=event.authority,
        material=bool(event.changed),
        decided_at=event.at,
        claimed_by=None,
    )


def _closed(state: State, event: ev.TaskClosed) -> State:
    return _task_changed(state, event.task, status=event.status, claimed_by=None)


def _returned(state: State, event: ev.CaseReturned) -> State:
    gone = set(event.superseded)
    tasks = tuple(replace(task, superseded=True) if task.id in gone else task for task in state.tasks)
    # Whatever was done since the Case last stood at the target will be done again, or is skipped on purpose.
    since = max((i for i, run in enumerate(state.runs) if run.step == event.target), default=0)
    runs = tuple(replace(run, superseded=True) if i >= since else run for i, run in enumerate(state.runs))
    return replace(
        state,
        status="returned" if event.to_applicant else "running",
        round=state.round + 1,
        tasks=tasks,
        runs=runs,
        detour=Detour(event.target, event.source) if event.resubmit == "direct" else None,
        correction=Correction(event.target, event.marked) if event.marked else None,
    )


def _resubmitted(state: State, event: ev.CaseResubmitted) -> State:
    tasks = state.tasks
    if event.changed:
        tasks = tuple(replace(task, outdated=True) if task.answer == "approve" else task for task in tasks)
    detour = state.detour if event.resubmit == "direct" else None
    return replace(state, status="running", tasks=tasks, detour=detour, correction=None)


def _failed(state: State, event: ev.CaseFailed) -> State:
    return replace(state, status="error", failure=Failure(event.step, event.code, event.params))


def _retried(state: State, event: ev.CaseRetried) -> State:
    return replace(state, status="running", failure=None)


def _ends(status: Status) -> Callable[[State, Any], State]:
    def end(state: State, event: Any) -> State:
        return replace(state, status=status, ended_at=event.at, failure=None, detour=None, correction=None)

    return end


def _unchanged(state: State, event: object) -> State:
    return state


_MOVES: dict[type, Callable[[State, Any], State]] = {
    ev.StepEntered: _entered,
    ev.StepLeft: _left,
    ev.RatingWanted: _unchanged,
    ev.CaseRated: _rated,
    ev.RouteTaken: _unchanged,
    ev.TaskOpened: _opened,
    ev.TaskClaimed: _claimed,
    ev.TaskReleased: _released,
    ev.DecisionMade: _decided,
    ev.TaskClosed: _closed,
    ev.CaseReturned: _returned,
    ev.CaseResubmitted: _resubmitted,
    ev.Told: _unchanged,
    ev.CaseApproved: _ends("approved"),
    ev.CaseRejected: _ends("rejected"),
    ev.CaseWithdrawn: _ends("withdrawn"),
    ev.CaseVoided: _ends("voided"),
    ev.CaseFailed: _failed,
    ev.CaseRetried: _retried,
}
