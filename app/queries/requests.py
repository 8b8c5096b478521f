"""Credit requests with their progress, as those who wrote them and those who answer for them follow them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from app.access import Missing, Right, require
from app.models.case import OPEN_STATUSES, Case, CreditRequest, Task
from app.models.customer import Customer
from app.models.people import Post, User
from app.queries.keyset import Place, Sorting, walk
from app.queries.scope import requests_in_scope
from app.work import Reading
from workflows import State

STATUSES = ("draft", "running", "returned", "approved", "rejected", "withdrawn", "voided", "error")
WAITING = ("open", "claimed")


@dataclass(frozen=True, slots=True)
class Waiting:
    """A task that holds a request up: its Step, and who is asked: a person, or a post nobody of which has taken it."""

    step: Mapping[str, str]
    person: str | None
    post: Mapping[str, str] | None
    since: datetime


@dataclass(frozen=True, slots=True)
class RequestLine:
    """One request in a list; a draft has no number and perhaps no customer yet."""

    id: str
    number: str | None
    status: str
    customer_id: str | None
    customer: str | None
    amount: Decimal | None
    applicant_id: str
    applicant: str
    case_id: str | None
    round: int | None
    grade_before: str | None
    grade: str | None
    changed_at: datetime
    submitted_at: datetime | None
    moved_at: datetime | None
    closed_at: datetime | None
    waiting: tuple[Waiting, ...] = ()

    @property
    def since(self) -> datetime:
        """When it came to stand where it stands."""
        return self.waiting[0].since if self.waiting else self.closed_at or self.moved_at or self.changed_at


@dataclass(frozen=True, slots=True)
class RequestPage:
    rows: tuple[RequestLine, ...]
    previous: str | None
    next: str | None


@dataclass(frozen=True, slots=True)
class RequestFile:
    """One request for its page; `answers` in their stored form.

    `marked_fields` are those a return has asked the applicant to put right, as long as it has not come again.
    """

    id: str
    number: str | None
    status: str
    flow_key: str
    form_id: str
    answers: Mapping[str, Any]
    sent: Mapping[str, Any] | None
    customer_id: str | None
    applicant_id: str
    case_id: str | None
    row_version: int
    changed_at: datetime
    marked_fields: tuple[str, ...] = ()

    @property
    def open(self) -> bool:
        """Whether its applicant may still write in it."""
        return self.status in ("draft", "returned")


def page(
    reading: Reading, place: Place, *, status: str = "", mine: bool = False, customer_id: str = "", search: str = ""
) -> RequestPage:
    """Requests in reach, the last changed first: two statements besides looking up where to go on."""
    require(reading.viewer, Right.REQUEST_READ)
    applicant = aliased(User)
    query: Any = (
        select(
            CreditRequest.id, CreditRequest.number, CreditRequest.status, CreditRequest.customer_id, Customer.name,
            CreditRequest.amount, CreditRequest.applicant_id, applicant.name, CreditRequest.case_id, Case.round,
            Case.grade_before, Case.grade, CreditRequest.changed_at, CreditRequest.submitted_at,
            Case.changed_at.label("moved_at"), Case.closed_at,
        )
        .join(applicant, applicant.id == CreditRequest.applicant_id)
        .join(Customer, Customer.id == CreditRequest.customer_id, isouter=True)
        .join(Case, Case.id == CreditRequest.case_id, isouter=True)
    )
    query = requests_in_scope(query, reading.viewer)
    if status in STATUSES:
        query = query.where(CreditRequest.status == status)
    if mine:
        query = query.where(CreditRequest.applicant_id == reading.viewer.id)
    if customer_id:
        query = query.where(CreditRequest.customer_id == customer_id)
    if text := search.strip()[:60]:
        query = query.where(
            CreditRequest.number.istartswith(text, autoescape=True)
            | Customer.name.icontains(text, autoescape=True)
            | Customer.sort_name.icontains(text.lower(), autoescape=True)
        )
    found = walk(reading.session, query, Sorting(CreditRequest.changed_at, CreditRequest.id, descending=True), place)
    rows = [RequestLine(*row) for row in found.rows]
    held = waiting(reading, [row.case_id for row in rows if row.case_id and row.status in OPEN_STATUSES])
    lines = tuple(replace(row, waiting=held.get(row.case_id or "", ())) for row in rows)
    return RequestPage(lines, found.previous, found.next)


def waiting(reading: Reading, case_ids: Iterable[str]) -> dict[str, tuple[Waiting, ...]]:
    """The open tasks of these cases, the oldest first."""
    wanted = list(case_ids)
    if not wanted:
        return {}
    person = aliased(User)
    query = (
        select(Task.case_id, Task.step_label, person.name, Post.label, Task.opened_at)
        .join(person, person.id == func.coalesce(Task.claimed_by, Task.assignee_id), isouter=True)
        .join(Post, Post.key == Task.group_post, isouter=True)
        .where(Task.case_id.in_(wanted), Task.status.in_(WAITING))
        .order_by(Task.opened_at, Task.id)
    )
    found: dict[str, list[Waiting]] = {}
    for case_id, step, name, post, since in reading.session.execute(query):
        found.setdefault(case_id, []).append(Waiting(step, name, post, since))
    return {case_id: tuple(tasks) for case_id, tasks in found.items()}


def file(reading: Reading, request_id: str) -> RequestFile:
    """One request in reach; anyone else's is Missing."""
    require(reading.viewer, Right.REQUEST_READ)
    query: Any = select(
        CreditRequest.id, CreditRequest.number, CreditRequest.status, CreditRequest.flow_key, CreditRequest.form_id,
        CreditRequest.answers, CreditRequest.sent, CreditRequest.customer_id, CreditRequest.applicant_id,
        CreditRequest.case_id, CreditRequest.row_version, CreditRequest.changed_at,
    ).where(CreditRequest.id == request_id)
    row = reading.session.execute(requests_in_scope(query, reading.viewer)).one_or_none()
    if row is None:
        raise Missing("credit_request", request_id)
    found = RequestFile(*row)
    return replace(found, marked_fields=marked_fields(reading.session, found.status, found.case_id))


def marked_fields(session: Session, status: str, case_id: str | None) -> tuple[str, ...]:
    """The fields the applicant of a returned request is asked to put right; () while nothing is asked."""
    if status != "returned" or case_id is None:
        return ()
    wanted = State.from_json(session.scalars(select(Case.state).where(Case.id == case_id)).one()).correction
    return wanted.fields if wanted is not None else ()


def open_request(reading: Reading, customer_id: str) -> RequestLine | None:
    """The request of this customer that still runs and that this person may see; None when there is none."""
    found = page(reading, Place(), customer_id=customer_id)
    return next((row for row in found.rows if row.status in OPEN_STATUSES), None)
