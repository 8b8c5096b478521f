"""Tasks picked for one common approval, and which of them must be looked at one by one, each with its reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from app import kinds
from app.models.case import Case, Task
from app.models.definition import Definition
from app.queries.scope import tasks_of
from app.work import Reading
from workflows import Flow
from workflows.model import Approval
from workflows.state import OPEN

MOST = 100
ALONE = ("knocked_out", "rule_hit", "low_coverage")  # flags that nobody approves unread


@dataclass(frozen=True, slots=True)
class Picked:
    """One picked task; `alone` is the code of the sentence why it is not approved with the others, or None."""

    id: str
    version: int
    customer: str
    number: str
    amount: Decimal
    grade: str | None
    alone: str | None


def sort_out(reading: Reading, picked: Sequence[tuple[str, int]]) -> tuple[Picked, ...]:
    """The picked tasks in the order picked, at most `MOST`; tasks of others are left out as if there were none."""
    wanted = dict(picked[:MOST])
    query: Any = select(Task, Case.flow_id).join(Case, Case.id == Task.case_id).where(Task.id.in_(wanted))
    rows = {row.id: (row, flow_id) for row, flow_id in reading.session.execute(tasks_of(query, reading.viewer))}
    ids = {flow_id for _, flow_id in rows.values()}
    flows: dict[str, Flow] = {
        each.id: kinds.compiled(each.kind, each.fingerprint or "", each.body)
        for each in reading.session.scalars(select(Definition).where(Definition.id.in_(ids)))
    }
    found = []
    for task_id, version in wanted.items():
        if task_id not in rows:
            continue
        row, flow_id = rows[task_id]
        alone = _alone(row, flows[flow_id], version, reading.viewer.id)
        found.append(Picked(row.id, version, row.customer_name, row.number, row.amount, row.grade, alone))
    return tuple(found)


def _alone(row: Task, flow: Flow, version: int, me: str) -> str | None:
    step = flow.people_step(row.step)
    if row.status not in OPEN or row.row_version != version or row.claimed_by not in (None, me):
        return "inbox.alone.changed"
    flag = next((each for each in ALONE if each in row.flags), None)
    if flag is not None:
        return f"inbox.alone.{flag}"
    if not isinstance(step, Approval) or not step.acts.batch or step.signature:
        return "inbox.alone.step"
    if "edit" in step.fields.values():
        return "inbox.alone.fields"
    return "inbox.alone.comment" if step.acts.approve_comment == "required" else None
