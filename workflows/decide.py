"""Answers a Task: who may, what it takes, and what follows from it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from workflows import events as ev
from workflows import walk
from workflows.acts import Decide, Refused
from workflows.authority import posts_held
from workflows.model import START, Approval, Flow, Handle
from workflows.state import OPEN, Run, State, Task
from workflows.turn import Turn


def open_task(state: State, id: str) -> Task:
    """The Task, if it can still be answered; else Refused with who was faster, or why it is closed."""
    task = state.task(id)
    if task is None:
        raise Refused("invalid", "task.unknown", {"task": id})
    if task.status in OPEN:
        return task
    if task.by is not None and task.decided_at is not None:
        params = {"by": task.by, "answer": task.answer, "at": task.decided_at.isoformat(), "auto": task.auto}
        raise Refused("conflict", "task.already_decided", params)
    raise Refused("conflict", "task.closed", {"status": task.status, **_settled_by(state, task)})


def _settled_by(state: State, task: Task) -> dict[str, object]:
    """Whose answer settled the Step a Task belonged to, where somebody's did."""
    answered = [t for t in state.tasks_of(state.run_of(task)) if t.decided_at is not None]
    if not answered:
        return {}
    last = max(answered, key=lambda t: (t.decided_at is not None and t.decided_at, t.id))
    return {"by": last.by, "answer": last.answer, "at": last.decided_at.isoformat() if last.decided_at else None}


def sits_there(turn: Turn, task: Task, by: str) -> None:
    """Refuse whoever the Task is not for, and whoever may not decide this Case (W22, T43)."""
    step = turn.flow.people_step(task.step)
    reason = turn.excluded().get(by) if isinstance(step, Approval) else None
    run = turn.state.run_of(task)
    if reason is None and by in run.members[task.member].barred:
        reason = "counted"
    if reason is None and any(other.by == by and other.id != task.id for other in turn.state.tasks_of(run)):
        reason = "twice"
    if not _is_for(turn, task, by):
        raise Refused("forbidden", "task.not_yours", {"task": task.id})
    if reason is not None:
        raise Refused("forbidden", "duties.conflict", {"reason": reason})


def refuse_if_claimed(turn: Turn, task: Task, by: str) -> None:
    """Refuse whoever comes second to a claimed Task; a claim ends with the claimer's right to it."""
    if task.claimed_by not in (None, by) and _is_for(turn, task, str(task.claimed_by)):
        raise Refused("conflict", "task.claimed_by_other", {"by": task.claimed_by})


def unanswerable(turn: Turn) -> tuple[Task, ...]:
    """Open Tasks that nobody can answer any more, since people left or changed posts after they were opened."""
    return tuple(task for task in turn.state.open_tasks if not any(_able(turn, task)))


def _able(turn: Turn, task: Task) -> Iterator[str]:
    people = (task.assignee,) if task.group is None else turn.directory.holders(task.group, task.within)
    for user in people:
        try:
            sits_there(turn, task, str(user))
        except Refused:
            continue
        yield str(user)


def _is_for(turn: Turn, task: Task, by: str) -> bool:
    if not turn.directory.active(by):
        return False
    if task.group is None:
        return task.assignee == by
    return by in turn.directory.holders(task.group, task.within)


def decide(turn: Turn, action: Decide) -> None:
    """Carry out an answer, or refuse it and change nothing."""
    state = turn.state
    task = open_task(state, action.task)
    refuse_if_claimed(turn, task, action.by)
    sits_there(turn, task, action.by)
    run = state.run_of(task)
    step = turn.flow.people_step(task.step)
    _check_answer(step, action)
    comment = (action.comment or "").strip() or None
    _check_comment(step, action, comment)
    target, resubmit = _check_return(turn, run, step, action) if action.answer == "return" else (None, None)
    turn.emit(
        ev.DecisionMade(
            task.id,
            action.by,
            action.answer,
            turn.now,
            comment,
            posts_held(action.by, turn.directory) if action.answer == "approve" else (),
            action.changed,
        )
    )
    if target is not None and resubmit is not None:
        walk.close_siblings(turn, run)
        turn.emit(ev.StepLeft(run.step, run.round, "returned", turn.now))
        walk.send_back(turn, run, target, resubmit, action.by, "return", action.marked)
        return
    following = walk.after_answer(turn, run)
    if following is not None:
        walk.go(turn, following)


def answers_of(step: Approval | Handle) -> tuple[str, ...]:
    """The answers a Step offers."""
    returning = ("return",) if step.acts.returning is not None else ()
    if isinstance(step, Handle):
        return ("done", *returning)
    abstain = ("abstain",) if step.quorum.abstain else ()
    return ("approve", "reject", *abstain, *returning)


def _check_answer(step: Approval | Handle, action: Decide) -> None:
    allowed = answers_of(step)
    if action.answer not in allowed:
        raise Refused("invalid", "decide.answer", {"allowed": list(allowed)})
    if action.answer != "return" and (action.return_to is not None or action.resubmit is not None or action.marked):
        raise Refused("invalid", "decide.return_only", {})


def _check_comment(step: Approval | Handle, action: Decide, comment: str | None) -> None:
    rules = {"approve": step.acts.approve_comment, "reject": step.acts.reject_comment, "return": "required"}
    if rules.get(action.answer) == "required" and comment is None:
        raise Refused("invalid", f"{action.answer}.comment_required", {})
    if rules.get(action.answer) == "off" and comment is not None:
        raise Refused("invalid", "decide.comment_off", {})


def _check_return(
    turn: Turn, run: Run, step: Approval | Handle, action: Decide
) -> tuple[str, Literal["replay", "direct"]]:
    allowed = return_targets(turn.flow, turn.state, run)
    target = turn.flow.start.id if action.return_to in (None, START) else action.return_to
    if target not in allowed or target is None:
        raise Refused("invalid", "return.target", {"allowed": list(allowed)})
    rule = step.acts.returning.resubmit if step.acts.returning is not None else "replay"
    choices = ("replay", "direct") if rule == "approver_chooses" else (rule,)
    resubmit = action.resubmit or ("replay" if rule == "approver_chooses" else rule)
    if resubmit not in choices:
        raise Refused("invalid", "return.resubmit", {"allowed": list(choices)})
    # To ask for a correction where nobody can write would leave the next person helpless.
    locked = [name for name in action.marked if turn.flow.permission(target, name) != "edit"]
    if locked:
        raise Refused("invalid", "return.marked", {"fields": locked, "step": target})
    return target, "direct" if resubmit == "direct" else "replay"


def return_targets(flow: Flow, state: State, run: Run) -> tuple[str, ...]:
    """Where a Case may be sent back to from a Step: the applicant, and earlier Steps with people in them (W12)."""
    step = flow.people_step(run.step)
    rule = step.acts.returning
    if rule is None:
        return ()
    passed = [
        earlier.step
        for earlier in state.runs
        if earlier.kind in ("approval", "handle")
        and earlier.status == "passed"
        and earlier.members
        and not earlier.superseded
        and earlier.step != run.step
    ]
    earlier_steps = tuple(dict.fromkeys(passed))
    begin = flow.start.id
    if rule.targets == "start":
        return (begin,)
    if rule.targets == "previous":
        return earlier_steps[-1:] or (begin,)
    if rule.targets == "earlier":
        return (begin, *earlier_steps)
    return tuple(target for target in rule.targets if target == begin or target in earlier_steps)
