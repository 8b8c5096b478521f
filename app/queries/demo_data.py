"""How much of what stands here is demo data, for whoever may take it away."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.access import Right, require
from app.models.case import Case, CreditRequest
from app.models.customer import Customer
from app.models.demo import REMOVAL, DemoCustomer
from app.models.file import FileHolder
from app.models.job import Job
from app.models.ledger import Entry
from app.models.record import Record
from app.work import Reading, Verb

ENDED = ("done", "dead", "cancelled")


@dataclass(frozen=True, slots=True)
class DemoData:
    """What would go, and what would stay.

    later_*  of these how many came after the demo was loaded: people entered them about demo customers
    own      customers that are no demo data
    open_job a removal under way
    """

    customers: int
    cases: int
    drafts: int
    records: int
    files: int
    later_cases: int
    later_records: int
    own: int
    loaded_at: datetime | None
    open_job: str | None


def demo_data(view: Reading) -> DemoData:
    require(view.viewer, Right.DATA_REMOVE)
    session = view.session
    marked = Customer.id.in_(select(DemoCustomer.customer_id))
    customers = select(Customer.id).where(marked)
    loaded = session.scalar(select(func.max(Entry.ts)).where(Entry.verb == Verb.DEMO_LOADED))
    of = {each: each.customer_id.in_(customers) for each in (Case, CreditRequest, Record)}
    later = loaded is not None
    return DemoData(
        customers=_count(session, Customer, marked),
        cases=_count(session, Case, of[Case]),
        drafts=_count(session, CreditRequest, of[CreditRequest], CreditRequest.case_id.is_(None)),
        records=_count(session, Record, of[Record]),
        files=_files(session, customers),
        later_cases=_count(session, Case, of[Case], Case.opened_at > loaded) if later else 0,
        later_records=_count(session, Record, of[Record], Record.created_at > loaded) if later else 0,
        own=_count(session, Customer, ~marked),
        loaded_at=loaded,
        open_job=session.scalar(select(Job.id).where(Job.name == REMOVAL, Job.status.not_in(ENDED)).limit(1)),
    )


def _count(session: Session, model: Any, *where: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(model).where(*where)) or 0


def _files(session: Session, customers: Any) -> int:
    """Contents that records, requests and files of these customers hold."""
    subjects = customers.union_all(
        *(select(each.id).where(each.customer_id.in_(customers)) for each in (CreditRequest, Record))
    )
    held = FileHolder.subject_id.in_(subjects)
    return session.scalar(select(func.count(FileHolder.hash.distinct())).where(held)) or 0
