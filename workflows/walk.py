"""Moves a Case from Step to Step: enters each, takes the Routes, and stops where somebody has to act."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Literal

from workflows import events as ev
from workflows.assign import Nobody, Seats, eligible, people_of, seats_of
from workflows.authority import Covered, needed, posts_held, standing
from workflows.model import KIND, Approval, Cc, Choice, End, Flow, Handle, Rate, Route, Start
from workflows.quorum import ANY_ONE, Ballot, Outcome, Verdict, tally
from workflows.state import Answer, Member, Run, RunStatus, Task
from workflows.turn import Turn

_VERDICTS: dict[Answer | None, Verdict | None] = {
    None: None, "approve": "approve", "done": "approve", "reject": "reject", "abstain": "abstain", "return": None,
}  # fmt: skip


def go(turn: Turn, step: str, *, returned_to: bool = False) -> None:
    """Enter a Step and go on until somebody is waited for or the Case is over."""
    at: str | None = step
    while at is not None:
        at = _enter(turn, at, returned_to)
        returned_to = False


def pass_on(turn: Turn, run: Run) -> None:
    """Leave a Step that is done and go on after it."""
    go(turn, _leave_by(turn, run))


def _enter(turn: Turn, id: str, returned_to: bool) -> str | None:
    """Enter one Step; where the Case goes next, or None where it stops."""
    step = turn.flow.steps[id]
    guard = turn.flow.authority_before(id)
    if guard is not None and not isinstance(needed(turn.context(), standing(turn.state.tasks)), Covered):
        return _ask(turn, guard, then=id)
    match step:
        case Approval() | Handle():
            return _ask(turn, step, returned_to=returned_to)
        case End():
            _end(turn, step)
            return None
        case Rate():
            _stand(turn, id)
            turn.emit(
                ev.RatingWanted(id, step.into, turn.now, step.scorecard, step.scorecard_by, step.policy)
            )
            return None
        case Cc():
            run = _stand(turn, id)
            turn.emit(_told(turn, step))
            return _leave_by(turn, run)
        case Start() | Choice():
            return _leave_by(turn, _stand(turn, id))


def _stand(
    turn: Turn, id: str, seats: Seats | None = None, returned_to: bool = False, then: str | None = None
) -> Run:
    step = turn.flow.steps[id]
    kind = "authority" if isinstance(step, Approval) and step.authority else KIND[type(step)]
    members, quorum = (seats.members, seats.quorum) if seats is not None else ((), None)
    entry = turn.state.entries(id) + 1
    turn.emit(ev.StepEntered(id, kind, entry, turn.now, members, quorum, returned_to, then))
    return turn.state.runs[-1]


def _told(turn: Turn, step: Cc) -> ev.Told:
    context = turn.context()
    found = [member for ref in step.to for member in people_of(ref, context, {})]
    users = dict.fromkeys(m.user for m in found if m.user is not None and turn.directory.active(m.user))
    posts = dict.fromkeys(m.group for m in found if m.group is not None)
    return ev.Told(step.id, turn.now, tuple(users), tuple(posts))


def _end(turn: Turn, step: End) -> None:
    _leave(turn, _stand(turn, step.id), "passed")
    if step.result == "rejected":
        turn.emit(ev.CaseRejected(step.id, turn.now))
        return
    tier = turn.context().tier if step.apply is not None else None
    turn.emit(ev.CaseApproved(step.id, turn.now, step.apply, tier))


# Steps with people


def _ask(
    turn: Turn, step: Approval | Handle, *, returned_to: bool = False, then: str | None = None
) -> str | None:
    seats = _find_seats(turn, step)
    if isinstance(seats, Nobody):
        # Trying again begins at the Step the authority stands before: by then it may not be needed any more.
        turn.emit(ev.CaseFailed(then or step.id, seats.code, turn.now, {"step": step.id, **seats.params}))
        return None
    run = _stand(turn, step.id, seats, returned_to, then)
    if not seats.members:
        return _leave_by(turn, run)
    for index in range(len(seats.members)):
        if _outcome(turn, run) != "open":
            break
        _open(turn, step, run, index)
        if seats.quorum.order == "sequential" and turn.state.tasks[-1].is_open:
            break
    return after_answer(turn, run)


def _find_seats(turn: Turn, step: Approval | Handle) -> Seats | Nobody:
    """Who is asked at a Step, as the Case and the organisation stand now."""
    context = turn.context()
    if isinstance(step, Approval) and step.authority:
        found = needed(context, standing(turn.state.tasks))
        return Seats((), ANY_ONE) if isinstance(found, Covered) else found
    own = step.on_self if isinstance(step, Approval) else None
    return seats_of(step, context, own or turn.flow.settings.on_self)


def _open(turn: Turn, step: Approval | Handle, run: Run, index: int) -> None:
    """Open the Task of one seat; where the same person has just approved, answer it by rule at once (W21)."""
    seat = run.members[index]
    task = f"t{len(turn.state.tasks) + 1}"
    turn.emit(
        ev.TaskOpened(task, run.step, run.round, index, turn.now, seat.user, seat.group, seat.within, seat.why)
    )
    earlier = _same_approver(turn, step, run, seat)
    if earlier is not None and earlier.by is not None:
        authority = posts_held(earlier.by, turn.directory)
        turn.emit(
            ev.DecisionMade(
                task, earlier.by, "approve", turn.now, authority=authority, auto=True, same_as=earlier.id
            )
        )


def _same_approver(turn: Turn, step: Approval | Handle, run: Run, seat: Member) -> Task | None:
    """The approval that makes asking again idle: never across a return, a material change, or an input that is due."""
    rule = (step.dedupe if isinstance(step, Approval) else None) or turn.flow.settings.dedupe
    if not isinstance(step, Approval) or rule == "none" or run.returned_to:
        return None
    if step.signature or step.acts.approve_comment == "required":
        return None
    if seat.why.get("by") in ("on_self", "fallback"):
        # They sit here for somebody else; passing this seat by rule would leave it without anybody at all.
        return None
    person = seat.user
    if seat.group is not None:
        # A group is only one person's when nobody else of it could answer.
        able = eligible(seat.group, seat.within, turn.context())
        person = able[0] if len(able) == 1 else None
    if person is None or person in turn.excluded():
        return None
    asked = [r for r in turn.state.runs if r.kind in ("approval", "handle", "authority") and r != run]
    if rule == "consecutive":
        asked = asked[-1:]
    places = {(r.step, r.round) for r in asked if r.lap == turn.state.round}
    for task in reversed(turn.state.tasks):
        if task.by == person and task.stands and (task.step, task.round) in places:
            return task
    return None


def _outcome(turn: Turn, run: Run) -> Outcome:
    """What the answers so far make of a Step; a seat without a Task has not been heard."""
    answers = {task.member: task.answer for task in turn.state.tasks_of(run)}
    ballots = [
        Ballot(_VERDICTS[answers.get(index)], member.weight, member.veto) for index, member in enumerate(run.members)
    ]
    return tally(run.quorum or ANY_ONE, ballots)


def after_answer(turn: Turn, run: Run) -> str | None:
    """Count, and leave the Step where it is settled; where the Case goes next, or None where it waits or is over."""
    step = turn.flow.people_step(run.step)
    outcome = _outcome(turn, run)
    while outcome == "open" and not any(task.is_open for task in turn.state.tasks_of(run)):
        _open(turn, step, run, len(turn.state.tasks_of(run)))
        outcome = _outcome(turn, run)
    if outcome == "open":
        return None
    close_siblings(turn, run)
    if outcome == "passed":
        return _leave_by(turn, run)
    return _rejected(turn, run, step)


def close_siblings(turn: Turn, run: Run) -> None:
    """Tasks still open when a Step closes are not needed any more; they are never deleted (W8)."""
    for task in turn.state.tasks_of(run):
        if task.is_open:
            turn.emit(ev.TaskClosed(task.id, "not_required", turn.now))


def _rejected(turn: Turn, run: Run, step: Approval | Handle) -> str | None:
    _leave(turn, run, "rejected")
    answered = [task for task in turn.state.tasks_of(run) if task.answer is not None]
    # Where everybody abstained nobody rejected: the last answer settled it.
    rejects = [task for task in answered if task.answer == "reject"] or answered
    last = max(rejects, key=lambda task: (task.decided_at or turn.now, len(task.id), task.id))
    reject = step.on_reject if isinstance(step, Approval) else None
    if reject is None or reject.do == "end" or reject.to is None:
        turn.emit(ev.CaseRejected(run.step, turn.now, last.by))
        return None
    if reject.do == "route":
        turn.emit(ev.RouteTaken(run.step, reject.to, turn.now))
        return reject.to
    return send_back(turn, run, reject.to, reject.resubmit, last.by or "", "reject")


def send_back(
    turn: Turn,
    run: Run,
    target: str,
    resubmit: Literal["replay", "direct"],
    by: str,
    reason: Literal["return", "reject"],
    marked: tuple[str, ...] = (),
) -> str | None:
    """Return the Case to an earlier Step or to the applicant; what was decided since then counts no more."""
    state = turn.state
    to_applicant = target == turn.flow.start.id
    since = max((i for i, earlier in enumerate(state.runs) if earlier.step == target), default=0)
    places = {(earlier.step, earlier.round) for earlier in state.runs[since:]}
    gone = [
        task.id
        for task in state.tasks
        if task.answer is not None and not task.superseded and (task.step, task.round) in places
    ]
    turn.emit(
        ev.CaseReturned(by, run.step, target, resubmit, reason, turn.now, to_applicant, tuple(gone), marked)
    )
    if to_applicant:
        return None
    go(turn, target, returned_to=True)
    return None


def cancel_open(turn: Turn) -> None:
    """Close every Step of a Case that ends before its time."""
    for run in turn.state.open_runs:
        cancel(turn, run)


def cancel(turn: Turn, run: Run) -> None:
    """Leave a Step unfinished, its open Tasks cancelled."""
    for task in turn.state.tasks_of(run):
        if task.is_open:
            turn.emit(ev.TaskClosed(task.id, "cancelled", turn.now))
    _leave(turn, run, "cancelled")


# Routes


def _leave(turn: Turn, run: Run, outcome: RunStatus) -> None:
    turn.emit(ev.StepLeft(run.step, run.round, outcome, turn.now))


def _leave_by(turn: Turn, run: Run) -> str:
    """Leave a Step that is done; the id of the Step that follows."""
    _leave(turn, run, "passed")
    if run.then is not None:
        return run.then
    detour = turn.state.detour
    if detour is not None and detour.target == run.step:
        turn.emit(ev.RouteTaken(run.step, detour.back_to, turn.now, direct=True))
        return detour.back_to
    route, conditions = choose(turn.flow, run.step, turn.facts, turn.now)
    turn.emit(ev.RouteTaken(run.step, route.target, turn.now, conditions))
    return route.target


def choose(
    flow: Flow, step: str, facts: Mapping[str, Any], now: datetime
) -> tuple[Route, tuple[ev.Condition, ...]]:
    """The first Route whose condition is true, else the default; with every condition looked at (W2)."""
    looked_at: list[ev.Condition] = []
    for route, condition in _weigh(flow, step, facts, now):
        if condition is None:
            return route, tuple(looked_at)
        looked_at.append(condition)
        if condition.value is True:
            return route, tuple(looked_at)
    raise ValueError(f"no default route from {step}")


def _weigh(
    flow: Flow, step: str, facts: Mapping[str, Any], now: datetime
) -> Iterator[tuple[Route, ev.Condition | None]]:
    """Each Route with the value of its condition; None for the default one."""
    for route in flow.routes[step]:
        if route.when is None:
            yield route, None
            continue
        outcome = route.when.evaluate(facts, now)
        value = outcome.value if isinstance(outcome.value, bool) else None
        causes = tuple({"code": c.code, "field": c.field} for c in outcome.causes)
        yield route, ev.Condition(route.target, route.when.text, value, causes if value is None else ())
