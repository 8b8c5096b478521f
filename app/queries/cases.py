"""A case whole: its head, answers as the reader may see them, rating, way and history, and the task to be decided."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

import workflows
from app import kinds
from app.access import Missing, Right, Scope, Viewer
from app.models.case import Case, CreditRequest, Task
from app.models.credit import CreditLimit
from app.models.customer import Customer
from app.models.definition import Definition
from app.models.people import Department, User
from app.queries import progress
from app.queries.case_rating import RatingView, rating_of
from app.queries.case_task import TaskView, task_view
from app.queries.progress import ActView, Label, Reason, StopView
from app.queries.scope import cases_in_scope, tasks_of
from app.work import Reading
from credit import Policy
from forms import Answers, Field, Form
from forms.fields import Subform
from rules import Scorecard
from workflows import Directory, Flow, State
from workflows.assign import excluded_people

People = Callable[[Session, Mapping[str, tuple[str, ...]]], Directory]


@dataclass(frozen=True, slots=True)
class FieldView:
    """One answer. `text(locale)` is what a reader reads; of a subform, `rows(locale)` is the table under `columns`."""

    field: Field
    value: Any

    @property
    def label(self) -> Label:
        return self.field.label

    @property
    def is_table(self) -> bool:
        return isinstance(self.field, Subform)

    def text(self, locale: str) -> str:
        return self.field.display(self.value, locale)

    @property
    def columns(self) -> tuple[Label, ...]:
        return tuple(each.label for each in self.field.columns) if isinstance(self.field, Subform) else ()

    def rows(self, locale: str) -> tuple[tuple[str, ...], ...]:
        if not isinstance(self.field, Subform):
            return ()
        return tuple(tuple(c.display(row[c.key], locale) for c in self.field.columns) for row in self.value)


@dataclass(frozen=True, slots=True)
class SectionView:
    """A part of the form with the answers this reader may see; parts without any are left out."""

    title: Label | None
    fields: tuple[FieldView, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """Limit and exposure when the case was opened and now, in CNY; `headroom` is what the amount asked for leaves."""

    amount: Decimal
    limit_seen: Decimal | None
    exposure_seen: Decimal | None
    seen_at: datetime | None
    limit: Decimal | None
    exposure: Decimal | None
    overdue: Decimal | None

    @property
    def headroom(self) -> Decimal | None:
        return None if self.exposure is None else self.amount - self.exposure

    @property
    def moved(self) -> bool:
        """Whether either is no longer what the applicant saw."""
        return (self.limit, self.exposure) != (self.limit_seen, self.exposure_seen)


@dataclass(frozen=True, slots=True)
class CaseView:
    """Everything pages show of a case. `form` and `typed` are for controls of fields the reader may write."""

    id: str
    number: str
    title: str
    status: str
    round: int
    waiting: str | None
    request_id: str
    request_version: int
    customer_id: str
    customer: str
    customer_number: str
    industry: str | None
    applicant_id: str
    applicant: str
    department: Label | None
    kind: str
    amount: Decimal
    currency: str
    grade_before: str | None
    grade: str | None
    opened_at: datetime
    closed_at: datetime | None
    sections: tuple[SectionView, ...]
    rating: RatingView | None
    stops: tuple[StopView, ...]
    history: tuple[ActView, ...]
    standing: Standing
    failure: Reason | None
    form: Form
    typed: Mapping[str, Any]
    task: TaskView | None = None

    @property
    def ahead(self) -> tuple[StopView, ...]:
        return tuple(stop for stop in self.stops if stop.state in ("ahead", "stuck"))


@dataclass(frozen=True, slots=True)
class _Pinned:
    flow: Flow
    form: Form
    scorecard: Scorecard
    policy: Policy
    scorecard_title: Label
    scorecard_version: int

    @property
    def tiers(self) -> dict[str, tuple[str, ...]]:
        return {tier.key: tier.posts for tier in self.policy.tiers.tiers}

    @property
    def labels(self) -> dict[str, Label]:
        return {key: field.label for key, field in self.form.fields.items()}


def facts_of(answers: Answers, customer: Customer) -> dict[str, Any]:
    """What a flow's formulas see: the answers, and the customer as a record."""
    return {
        **answers.facts(),
        "customer": {
            "id": customer.id,
            "name": customer.name,
            "number": customer.number,
            "industry": customer.industry,
            "variant": customer.variant,
            "grade": customer.grade,
            "owner": customer.owner_id,
            "current_limit": customer.limit_amount,
            "exposure": customer.exposure,
        },
    }


def view(reading: Reading, case_id: str, people: People) -> CaseView:
    """A case this person may see; anyone else's is Missing. `people` opens the directory for the case's tiers."""
    query = (
        select(Case, CreditRequest, Customer, User.name, Department.name)
        .join(CreditRequest, CreditRequest.id == Case.request_id)
        .join(Customer, Customer.id == Case.customer_id)
        .join(User, User.id == Case.applicant_id)
        .join(Department, Department.id == Case.department_id, isouter=True)
        .where(Case.id == case_id)
    )
    row = reading.session.execute(cases_in_scope(query, reading.viewer)).one_or_none()
    if row is None:
        raise Missing("case", case_id)
    return _seen(reading, row, people, None)


def by_number(reading: Reading, number: str) -> str | None:
    """The id of the case with this number, if this person may see it."""
    query = select(Case.id).where(Case.number == number.strip().upper())
    return reading.session.scalar(cases_in_scope(query, reading.viewer).limit(1))


def of_task(reading: Reading, task_id: str, people: People) -> CaseView:
    """The case of a task this person may see, with the task; anyone else's is Missing."""
    query = (
        select(Task, Case, CreditRequest, Customer, User.name, Department.name)
        .join(Case, Case.id == Task.case_id)
        .join(CreditRequest, CreditRequest.id == Case.request_id)
        .join(Customer, Customer.id == Case.customer_id)
        .join(User, User.id == Case.applicant_id)
        .join(Department, Department.id == Case.department_id, isouter=True)
        .where(Task.id == task_id)
    )
    row = reading.session.execute(tasks_of(query, reading.viewer)).one_or_none()
    if row is None:
        raise Missing("task", task_id)
    return _seen(reading, row[1:], people, row[0])


def _seen(reading: Reading, row: Sequence[Any], people: People, task: Task | None) -> CaseView:
    case, request, customer, applicant, department = row
    session, viewer = reading.session, reading.viewer
    pinned = _pinned(session, case)
    mine = _is_applicant(case, viewer)
    kept = request.answers if mine else request.sent or request.answers
    answers = Answers.from_json(pinned.form, kept, reading.zone)
    state, facts, directory = State.from_json(case.state), facts_of(answers, customer), people(session, pinned.tiers)
    stops = workflows.path(pinned.flow, state, facts=facts, directory=directory, now=reading.now)
    held = progress.groups(stops, directory)
    events = progress.happened(session, case.id)
    wanted = progress.actors(events) | {user for users in held.values() for user in users}
    wanted |= {seat.user for stop in stops for seat in stop.seats if seat.user}
    wanted |= {each for one in state.tasks for each in (one.by, one.claimed_by, one.why.get("person")) if each}
    tiers = {tier.key: tier.label for tier in pinned.policy.tiers.tiers}
    known = progress.names(session, wanted, tiers)
    excluded = frozenset(excluded_people(state.applicant, state.makers, facts))
    made = CaseView(
        id=case.id,
        number=case.number,
        title=case.title,
        status=case.status,
        round=case.round,
        waiting=state.waiting,
        request_id=request.id,
        request_version=request.row_version,
        customer_id=customer.id,
        customer=customer.name,
        customer_number=customer.number,
        industry=customer.industry,
        applicant_id=case.applicant_id,
        applicant=applicant,
        department=department,
        kind=str(request.answers.get("request_kind") or ""),
        amount=case.amount,
        currency=case.currency,
        grade_before=case.grade_before,
        grade=case.grade,
        opened_at=case.opened_at,
        closed_at=case.closed_at,
        sections=_sections(pinned, answers, _readable(session, case, pinned.flow, pinned.form, viewer)),
        rating=rating_of(
            session, case, pinned.scorecard, pinned.policy, pinned.scorecard_title, pinned.scorecard_version
        ),
        stops=progress.way(stops, held, known, excluded, viewer.id),
        history=progress.history(events, state, pinned.flow, known, pinned.labels),
        standing=_standing(session, case, customer),
        failure=None,
        form=pinned.form,
        typed=answers.typed,
    )
    made = replace(made, failure=_failure(made) if state.failure is not None else None)
    if task is None:
        return made
    return replace(made, task=task_view(task, pinned.flow, pinned.form, state, facts, directory, known, reading))


def _is_applicant(case: Case, viewer: Viewer) -> bool:
    return case.applicant_id == viewer.id


def _failure(made: CaseView) -> Reason | None:
    return next((act.problem for act in reversed(made.history) if act.problem is not None), None)


def _pinned(session: Session, case: Case) -> _Pinned:
    """The Definitions of a case, compiled; their bodies were compiled in this process before, as a rule."""
    ids = (case.flow_id, case.form_id, case.scorecard_id, case.policy_id)
    rows = {row.id: row for row in session.scalars(select(Definition).where(Definition.id.in_(ids)))}
    made = {each: kinds.compiled(rows[each].kind, rows[each].fingerprint or "", rows[each].body) for each in ids}
    flow, form, scorecard, policy = (made[each] for each in ids)
    row = rows[case.scorecard_id]
    return _Pinned(flow, form, scorecard, policy, row.title, row.version)


def readable_fields(reading: Reading, case: Case, flow: Flow, form: Form) -> frozenset[str]:
    """The fields of a case's form that this person may read."""
    return _readable(reading.session, case, flow, form, reading.viewer)


def _readable(session: Session, case: Case, flow: Flow, form: Form, viewer: Viewer) -> frozenset[str]:
    """The fields this person may read: as their own steps allow; who only looks on with a narrow view, as applicants.

    An applicant never reads what the start step hides, whatever else they are told.
    """
    keys = form.fields
    steps: list[str] = []
    if not _is_applicant(case, viewer):
        query = tasks_of(select(Task.step).where(Task.case_id == case.id).distinct(), viewer)
        steps = [step for step in session.scalars(query) if step in flow.steps]
        if not steps and viewer.scope(Right.REQUEST_READ) is Scope.ALL:
            return frozenset(keys)
    steps = steps or [flow.start.id]
    return frozenset(key for key in keys if any(flow.permission(step, key) != "hidden" for step in steps))


def _sections(pinned: _Pinned, answers: Answers, readable: frozenset[str]) -> tuple[SectionView, ...]:
    found = []
    for section in pinned.form.sections:
        fields = []
        for key in section.keys:
            field = pinned.form.fields[key]
            if key in readable and field.has_value and not field.is_empty(answers.typed[key]):
                fields.append(FieldView(field, answers.typed[key]))
        if fields:
            found.append(SectionView(section.title, tuple(fields)))
    return tuple(found)


def _standing(session: Session, case: Case, customer: Customer) -> Standing:
    limit = session.scalar(
        select(CreditLimit.amount).where(
            CreditLimit.customer_id == customer.id, CreditLimit.segment == "MAIN", CreditLimit.ended_at.is_(None)
        )
    )
    seen = case.seen
    return Standing(
        amount=case.amount,
        limit_seen=_decimal(seen.get("limit")),
        exposure_seen=_decimal(seen.get("exposure")),
        seen_at=datetime.fromisoformat(seen["at"]) if "at" in seen else None,
        limit=limit,
        exposure=customer.exposure,
        overdue=customer.overdue,
    )


def _decimal(text: Any) -> Decimal | None:
    return None if text is None else Decimal(text)
