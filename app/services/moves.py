"""Writes down what the machine said: one Move becomes case events, tasks, decisions, notices and ledger entries."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

import workflows
from app import kinds
from app.access import Missing
from app.db import new_id
from app.models.case import Case, CaseEvent, CreditRequest, Decision, Notice, Task
from app.models.credit import Rating
from app.models.customer import Customer
from app.models.definition import Definition
from app.models.people import Post, User
from app.services import definitions
from app.services.directory import Organisation
from app.services.ratings import Model
from app.work import SYSTEM, Subject, Verb, Work
from credit.tier import NONE
from forms import Form
from workflows import Flow, Move, State
from workflows import events as ev
from workflows.state import OPEN


@dataclass(slots=True)
class Context:
    """Everything one act on a case needs, loaded once."""

    work: Work
    case: Case
    request: CreditRequest
    customer: Customer
    flow: Flow
    model: Model
    people: Organisation
    facts: Mapping[str, Any]
    pins: tuple[Mapping[str, Any], ...]

    def name(self, user_id: str) -> str:
        user = self.work.session.get(User, user_id)
        return user.name if user is not None else user_id

    def label(self, step: str) -> Mapping[str, str]:
        return dict(self.flow.steps[step].label)


def store(context: Context, move: Move) -> None:
    """Rows and entries of one Move. The case's version makes two moves at once impossible."""
    work, case, state = context.work, context.case, move.state
    first = state.events - len(move.events) + 1
    for offset, event in enumerate(move.events):
        payload = workflows.event_to_json(event)
        row = CaseEvent(case_id=case.id, seq=first + offset, type=payload["event"], payload=payload, at=work.now)
        work.session.add(row)
    case.state, case.status, case.round, case.changed_at = state.to_json(), state.status, state.round, work.now
    context.request.status = state.status
    if state.is_final:
        case.closed_at, context.request.open_key = work.now, None
    for event in move.events:
        keep = _KEEP.get(type(event))
        if keep is not None:
            keep(context, state, event)
    _sync_tasks(context, state, move.events)
    work.session.flush()


def replay(session: Session, case_id: str) -> State:
    """The state from nothing but the stored events."""
    case = session.get(Case, case_id)
    flow_row = session.get(Definition, case.flow_id) if case is not None else None
    if flow_row is None:
        raise Missing("case", case_id)
    rows = session.scalars(select(CaseEvent.payload).where(CaseEvent.case_id == case_id).order_by(CaseEvent.seq))
    return workflows.replay(definitions.compiled(flow_row), [workflows.event_from_json(row) for row in rows])


def _sync_tasks(context: Context, state: State, events: tuple[ev.Event, ...]) -> None:
    """Task rows repeat the machine's tasks: those opened now are new, those touched now are brought up to date."""
    session, case = context.work.session, context.case
    opened = {event.task for event in events if isinstance(event, ev.TaskOpened)}
    touched = {event.task for event in events if isinstance(event, _TOUCHING)}
    rows = {row.key: row for row in session.scalars(select(Task).where(Task.case_id == case.id))}
    for key in sorted(opened | touched, key=lambda k: int(k[1:])):
        task = state.task(key)
        if task is None:
            continue
        row = rows.get(key)
        if row is None:
            row = _new_task(context, state, task)
            session.add(row)
        row.status, row.claimed_by = task.status, task.claimed_by
        if not task.is_open and row.closed_at is None:
            row.closed_at = context.work.now
        row.decided_by, row.answer = task.by, task.answer
    for row in rows.values():
        if row.status in OPEN and row.amount != case.amount:
            row.amount = case.amount  # an approver asked for less: the colleagues' cards say so too


_TOUCHING = (ev.DecisionMade, ev.TaskClosed, ev.TaskClaimed, ev.TaskReleased)


def _new_task(context: Context, state: State, task: workflows.Task) -> Task:
    case, customer = context.case, context.customer
    rated = _rated(context)
    return Task(
        id=new_id(),
        case_id=case.id,
        key=task.id,
        step=task.step,
        round=task.round,
        assignee_id=task.assignee,
        group_post=task.group,
        group_within=task.within,
        status=task.status,
        why=dict(task.why),
        opened_at=context.work.now,
        applicant_id=case.applicant_id,
        customer_id=customer.id,
        customer_name=customer.name,
        number=case.number,
        kind=str(context.request.answers.get("request_kind") or "new"),
        step_label=dict(context.label(task.step)),
        amount=case.amount,
        grade=case.grade,
        grade_before=case.grade_before,
        score=rated.score if rated else None,
        flags=_flags(context, state, rated),
    )


def _rated(context: Context) -> Any:
    """What the rating of this case says, whatever the customer's file says by now; None while it has none."""
    query = select(Rating.score, Rating.coverage, Rating.grade, Rating.model_grade)
    return context.work.session.execute(query.where(Rating.id == context.case.rating_id)).one_or_none()


def _flags(context: Context, state: State, rated: Any) -> list[str]:
    """What an approver should see before opening the item, the gravest first."""
    case, found = context.case, []
    if rated is not None and case.tier == NONE:
        found.append("knocked_out")
    elif rated is not None and rated.grade != rated.model_grade:
        found.append("rule_hit")
    if rated is not None and rated.coverage < context.model.policy.coverage_minimum:
        found.append("low_coverage")
    proposed = state.rated.get("proposed_limit")
    if isinstance(proposed, Decimal) and case.amount > proposed:
        found.append("over_formula")
    if case.round > 1:
        found.append("returned")
    return found


def _record(context: Context, verb: Verb, detail: Mapping[str, Any], **more: Any) -> None:
    case = context.case
    base = {"number": case.number, "customer_id": case.customer_id, "customer": context.customer.name}
    context.work.record(verb, Subject("case", case.id), {**base, **detail}, **more)


def _opened(context: Context, _state: State, event: ev.CaseOpened) -> None:
    detail = {"amount": _plain(context.case.amount), "currency": context.case.currency, "title": context.case.title}
    _record(context, Verb.CASE_OPENED, detail, after={"status": "running"}, definitions=context.pins)


def _route(context: Context, _state: State, event: ev.RouteTaken) -> None:
    conditions = [
        {"target": c.target, "when": c.when, "value": c.value, "causes": [dict(cause) for cause in c.causes]}
        for c in event.conditions
    ]
    if not conditions:
        return  # the only way on: nothing was decided, and the next entry shows where the case stands
    detail = {"from": event.source, "to": event.target, "to_label": context.label(event.target)}
    _record(context, Verb.CASE_ROUTED, {**detail, "conditions": conditions}, actor=SYSTEM)


def _task_opened(context: Context, _state: State, event: ev.TaskOpened) -> None:
    detail: dict[str, Any] = {"task": event.task, "step": event.step, "step_label": context.label(event.step)}
    if event.assignee is not None:
        detail |= {"for": event.assignee, "for_name": context.name(event.assignee)}
    else:
        detail |= {"post": event.group}
    _record(context, Verb.TASK_OPENED, {**detail, "why": dict(event.why)}, actor=SYSTEM)


def _named(context: Context, state: State, key: str) -> dict[str, Any]:
    """A task as an entry names it: its key and, so that a sentence can say where, its step."""
    task = state.task(key)
    return {"task": key} if task is None else {"task": key, "step": task.step, "step_label": context.label(task.step)}


def _claimed(context: Context, state: State, event: ev.TaskClaimed | ev.TaskReleased) -> None:
    verb = Verb.TASK_CLAIMED if isinstance(event, ev.TaskClaimed) else Verb.TASK_RELEASED
    _record(context, verb, _named(context, state, event.task))


def _decided(context: Context, state: State, event: ev.DecisionMade) -> None:
    task = state.task(event.task)
    step = task.step if task is not None else ""
    answers_hash = kinds.fingerprint(context.request.answers)
    detail = {
        "task": event.task,
        "step": step,
        "step_label": context.label(step),
        "answer": event.answer,
        "comment": event.comment,
        "answers": answers_hash,
        "decider": event.by,
        "decider_name": context.name(event.by),
    }
    if event.auto:
        _record(context, Verb.DECISION_AUTO_MADE, {**detail, "same_as": event.same_as}, actor=SYSTEM)
        return
    _record(context, Verb.DECISION_MADE, detail, reason=event.comment)
    row = context.work.session.scalar(
        select(Task).where(Task.case_id == context.case.id, Task.key == event.task)
    )
    if row is not None:
        context.work.session.add(
            Decision(
                id=new_id(),
                case_id=context.case.id,
                task_id=row.id,
                actor_id=event.by,
                answer=event.answer,
                comment=event.comment or "",
                answers_hash=answers_hash,
                at=context.work.now,
            )
        )


def _task_closed(context: Context, state: State, event: ev.TaskClosed) -> None:
    detail = {**_named(context, state, event.task), "status": event.status}
    _record(context, Verb.TASK_NOT_REQUIRED, detail, actor=SYSTEM)


def _form(context: Context) -> Form:
    found: Form = definitions.compiled(context.work.session.get_one(Definition, context.case.form_id))
    return found


def _returned(context: Context, state: State, event: ev.CaseReturned) -> None:
    detail: dict[str, Any] = {
        "by_name": context.name(event.by),
        "from": event.source,
        "from_label": context.label(event.source),
        "to": event.target,
        "to_label": context.label(event.target),
        "resubmit": event.resubmit,
        "because": event.reason,
    }
    if event.marked:
        form = _form(context)
        labels = [dict(form.fields[key].label) for key in event.marked if key in form.fields]
        detail |= {"marked": list(event.marked), "marked_labels": labels}
    status = "returned" if event.to_applicant else "running"
    _record(context, Verb.CASE_RETURNED, detail, after={"status": status})
    for key in event.superseded:
        _record(context, Verb.DECISION_SUPERSEDED, _named(context, state, key), actor=SYSTEM)


def _resubmitted(context: Context, _state: State, event: ev.CaseResubmitted) -> None:
    detail = {"resubmit": event.resubmit, "changed": list(event.changed), "round": _state.round}
    _record(context, Verb.CASE_RESUBMITTED, detail, after={"status": "running"})


def _told(context: Context, _state: State, event: ev.Told) -> None:
    people = dict.fromkeys(event.users)
    for post in event.posts:
        people.update(dict.fromkeys(context.people.holders(post)))
    for user_id in people:
        context.work.session.add(
            Notice(id=new_id(), user_id=user_id, case_id=context.case.id, step=event.step, at=context.work.now)
        )
    detail = {"step_label": context.label(event.step), "to": [context.name(user_id) for user_id in people]}
    _record(context, Verb.CASE_TOLD, detail, actor=SYSTEM)


def _approved(context: Context, _state: State, event: ev.CaseApproved) -> None:
    detail = {"amount": _plain(context.case.amount), "currency": context.case.currency, "tier": event.tier}
    _record(context, Verb.CASE_APPROVED, detail, after={"status": "approved"}, definitions=context.pins)


def _rejected(context: Context, _state: State, event: ev.CaseRejected) -> None:
    detail = {"by_name": context.name(event.by) if event.by else None}
    _record(context, Verb.CASE_REJECTED, detail, after={"status": "rejected"}, definitions=context.pins)


def _withdrawn(context: Context, _state: State, _event: ev.CaseWithdrawn) -> None:
    _record(context, Verb.CASE_WITHDRAWN, {}, after={"status": "withdrawn"})


def _voided(context: Context, _state: State, event: ev.CaseVoided) -> None:
    _record(context, Verb.CASE_VOIDED, {}, after={"status": "voided"}, reason=event.reason)


def _failed(context: Context, _state: State, event: ev.CaseFailed) -> None:
    stuck = str(event.params.get("step", event.step))
    detail: dict[str, Any] = {"step": stuck, "step_label": context.label(stuck), "code": event.code}
    detail["params"] = _names(context, event.params) | {"step": context.label(stuck)}
    _record(context, Verb.CASE_FAILED, detail, after={"status": "error"}, actor=SYSTEM)


def _names(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Why a case cannot go on, with the names of that day for keys and ids: an entry is read without the database."""
    named = dict(params)
    if "tier" in named:
        labels = {tier.key: dict(tier.label) for tier in context.model.policy.tiers.tiers}
        named["tier"] = labels.get(named["tier"], named["tier"])
    if "person" in named:
        named["person"] = context.name(named["person"])
    if "tried" in named:
        keys = [each.rpartition(":")[2] for each in str(named["tried"]).split(", ")]
        rows = context.work.session.execute(select(Post.key, Post.label).where(Post.key.in_(keys)))
        posts = {key: dict(label) for key, label in rows}
        named["tried"] = [posts.get(key, key) for key in keys]
    return named


def _retried(context: Context, _state: State, _event: ev.CaseRetried) -> None:
    _record(context, Verb.CASE_RETRIED, {}, after={"status": "running"})


def _plain(amount: Decimal) -> str:
    return format(amount.normalize(), "f")


_KEEP: dict[type, Callable[[Context, State, Any], None]] = {
    ev.CaseOpened: _opened,
    ev.RouteTaken: _route,
    ev.TaskOpened: _task_opened,
    ev.TaskClaimed: _claimed,
    ev.TaskReleased: _claimed,
    ev.DecisionMade: _decided,
    ev.TaskClosed: _task_closed,
    ev.CaseReturned: _returned,
    ev.CaseResubmitted: _resubmitted,
    ev.Told: _told,
    ev.CaseApproved: _approved,
    ev.CaseRejected: _rejected,
    ev.CaseWithdrawn: _withdrawn,
    ev.CaseVoided: _voided,
    ev.CaseFailed: _failed,
    ev.CaseRetried: _retried,
}
