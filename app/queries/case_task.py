"""The task of a case as one person's page shows it: what may be answered, where it may go back to, what to correct."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

import workflows
from app.access import Right
from app.models.case import Task
from app.queries.progress import Label, Names, Reason
from app.work import Reading
from forms import Form
from workflows import Decide, Directory, Flow, Refused, State
from workflows.model import Approval, Handle
from workflows.state import OPEN


@dataclass(frozen=True, slots=True)
class TaskView:
    """A task as the page of one person shows it.

    answers      what may be answered, () where this person cannot answer; `barred` says why not
    comment_for  answers that need an opinion; `comment_off` those that take none
    targets      (step, label) where it may be sent back to
    resubmit     ways of coming again to choose from, () where the step has fixed it
    markable     fields a return may ask to be put right: (key, label, the targets where they can be written)
    marked       fields this task's own return asked this person to put right
    ends         whether an approval by this person would end the case
    """

    id: str
    key: str
    version: int
    status: str
    step: str
    label: Label
    why: Reason
    opened_at: datetime
    due_at: datetime | None
    flags: tuple[str, ...]
    claimer: str | None
    mine: bool
    claimable: bool
    answers: tuple[str, ...] = ()
    barred: Reason | None = None
    comment_for: tuple[str, ...] = ()
    comment_off: tuple[str, ...] = ()
    targets: tuple[tuple[str, Label], ...] = ()
    resubmit: tuple[str, ...] = ()
    markable: tuple[tuple[str, Label, tuple[str, ...]], ...] = ()
    marked: tuple[str, ...] = ()
    editable: tuple[str, ...] = ()
    ends: bool = False
    decided_by: str | None = None
    answer: str | None = None
    closed_at: datetime | None = None


def markable(form: Form, flow: Flow, step: str) -> tuple[str, ...]:
    """Fields that people of a Step may mark when they return a case: those they read and somebody fills in (W13)."""
    return tuple(
        key
        for key, what in form.fields.items()
        if what.has_value and what.compute is None and key != "customer" and flow.permission(step, key) != "hidden"
    )


def task_view(
    row: Task, flow: Flow, form: Form, state: State, facts: Mapping[str, Any], directory: Directory, known: Names,
    reading: Reading,
) -> TaskView:
    """The task as this reader meets it; what may be answered is what the machine would take."""
    me, labels = reading.viewer.id, {key: each.label for key, each in form.fields.items()}
    step = flow.people_step(row.step)
    seen = TaskView(
        id=row.id,
        key=row.key,
        version=row.row_version,
        status=row.status,
        step=row.step,
        label=row.step_label,
        why=known.reason(row.why, labels),
        opened_at=row.opened_at,
        due_at=row.due_at,
        flags=tuple(row.flags),
        claimer=known.person(row.claimed_by),
        mine=row.claimed_by == me,
        claimable=False,
        decided_by=known.person(row.decided_by),
        answer=row.answer,
        closed_at=row.closed_at,
    )
    if row.status not in OPEN or not reading.viewer.may(Right.TASK_DECIDE):
        return seen
    yes: Literal["approve", "done"] = "done" if isinstance(step, Handle) else "approve"
    comment = None if _rule(step, yes) == "off" else "-"
    try:
        tried = workflows.act(
            flow, state, Decide(row.key, me, yes, comment), facts=facts, directory=directory, now=reading.now
        )
    except Refused as refused:
        return replace(seen, barred=_barred(refused, known))
    run = state.run_of(next(task for task in state.tasks if task.id == row.key))
    returning = step.acts.returning
    answers = workflows.answers_of(step)
    targets = workflows.return_targets(flow, state, run)
    wanted = state.correction
    return replace(
        seen,
        claimable=row.group_post is not None and row.status == "open",
        answers=answers,
        comment_for=tuple(each for each in answers if _rule(step, each) == "required"),
        comment_off=tuple(each for each in answers if _rule(step, each) == "off"),
        targets=tuple((each, flow.steps[each].label) for each in targets),
        markable=tuple(_markable(form, flow, row.step, targets)),
        marked=wanted.fields if wanted is not None and wanted.step == row.step else (),
        resubmit=("replay", "direct") if returning is not None and returning.resubmit == "approver_chooses" else (),
        editable=tuple(key for key in form.fields if flow.permission(row.step, key) == "edit"),
        ends=tried.state.status == "approved",
    )


def _markable(
    form: Form, flow: Flow, step: str, targets: Sequence[str]
) -> Iterator[tuple[str, Label, tuple[str, ...]]]:
    for key in markable(form, flow, step):
        places = tuple(each for each in targets if flow.permission(each, key) == "edit")
        if places:
            yield key, form.fields[key].label, places


def _rule(step: Approval | Handle, answer: str) -> str:
    """Whether an answer needs an opinion: required, optional or off."""
    rules = {"approve": step.acts.approve_comment, "reject": step.acts.reject_comment, "return": "required"}
    return rules.get(answer, "optional")


def _barred(refused: Refused, known: Names) -> Reason:
    params = dict(refused.params)
    if isinstance(params.get("by"), str):
        params["by"] = known.person(params["by"])
    return Reason(refused.code, params)
