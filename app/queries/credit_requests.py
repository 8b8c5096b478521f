"""Credit requests in reach of a person: a list by the last change, and one with its answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, select

from app.access import Missing, Right, require
from app.models.case import Case, CreditRequest, Task
from app.models.customer import Customer
from app.models.definition import Definition
from app.models.people import User
from app.queries.keyset import Place, Sorting, walk
from app.queries.scope import requests_in_scope, tasks_of
from app.work import Reading


@dataclass(frozen=True, slots=True)
class RequestLine:
    """One request in the list; a draft has no number yet."""

    id: str
    number: str | None
    status: str
    customer_id: str | None
    customer: str | None
    amount: Decimal | None
    applicant: str
    case_id: str | None
    created_at: datetime
    changed_at: datetime
    submitted_at: datetime | None
    row_version: int


@dataclass(frozen=True, slots=True)
class RequestPage:
    rows: tuple[RequestLine, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class RequestDetail:
    """One request whole; to others than the applicant, the answers as they were sent.

    The flow is the one its case has pinned, None for a draft.
    """

    line: RequestLine
    flow_key: str
    answers: Mapping[str, Any]
    mine: bool
    form_row: Definition
    flow_row: Definition | None
    steps: tuple[str, ...]  # of the tasks the reader has or had in it


_LINE = (
    CreditRequest.id, CreditRequest.number, CreditRequest.status, CreditRequest.customer_id, Customer.name,
    CreditRequest.amount, User.name.label("applicant"), CreditRequest.case_id, CreditRequest.created_at,
    CreditRequest.changed_at, CreditRequest.submitted_at, CreditRequest.row_version,
)  # fmt: skip


def _lines() -> Select[Any]:
    query: Any = select(*_LINE).join(User, User.id == CreditRequest.applicant_id)
    joined: Select[Any] = query.join(Customer, Customer.id == CreditRequest.customer_id, isouter=True)
    return joined


def page(
    reading: Reading, place: Place, *, status: str = "", customer_id: str = "", mine: bool = False
) -> RequestPage:
    """Requests this person may read, the latest first; of drafts only their own."""
    require(reading.viewer, Right.REQUEST_READ)
    query = requests_in_scope(_lines(), reading.viewer)
    if status:
        query = query.where(CreditRequest.status == status)
    if customer_id:
        query = query.where(CreditRequest.customer_id == customer_id)
    if mine:
        query = query.where(CreditRequest.applicant_id == reading.viewer.id)
    found = walk(reading.session, query, Sorting(CreditRequest.id, CreditRequest.id, descending=True), place)
    return RequestPage(tuple(RequestLine(*row) for row in found.rows), found.next)


def line(reading: Reading, request_id: str) -> RequestLine:
    """One request as the list shows it, for whoever just acted on it."""
    row: Any = reading.session.execute(_lines().where(CreditRequest.id == request_id)).one()
    return RequestLine(*row)


def one(reading: Reading, request_id: str) -> RequestDetail:
    """A request in reach; anyone else's is Missing."""
    require(reading.viewer, Right.REQUEST_READ)
    query = requests_in_scope(select(CreditRequest).where(CreditRequest.id == request_id), reading.viewer)
    row = reading.session.scalar(query)
    if row is None:
        raise Missing("credit_request", request_id)
    mine = row.applicant_id == reading.viewer.id
    case = reading.session.get(Case, row.case_id) if row.case_id else None
    steps = tasks_of(select(Task.step).where(Task.case_id == row.case_id).distinct(), reading.viewer)
    return RequestDetail(
        line(reading, row.id),
        row.flow_key,
        row.answers if mine else row.sent or row.answers,
        mine,
        reading.session.get_one(Definition, row.form_id),
        reading.session.get_one(Definition, case.flow_id) if case is not None else None,
        tuple(reading.session.scalars(steps)) if case is not None else (),
    )
