"""Demo data taken away for good: a few customers at a time, with everything about them; the ledger keeps what it says.

Rows go, entries stay: each customer's own chain ends with the entry that says so, and its personal values can be read
by nobody any more. What is about customers that were never demo data is left alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, select, update

from app.access import Conflict, Right, require
from app.models.case import Case, CaseEvent, CreditRequest, Decision, Notice, Task
from app.models.credit import CreditLimit, ExposureItem, FxRate, Rating
from app.models.customer import Customer, CustomerValue, Evidence, Occurrence
from app.models.demo import REMOVAL, DemoCustomer
from app.models.file import FileHolder, FileUpload, StoredFile
from app.models.job import Job
from app.models.ledger import CustomerKey
from app.models.record import Record, RecordUnique, RecordValue
from app.services import jobs
from app.services.portfolio import SOURCE
from app.work import SYSTEM_SUBJECT, Subject, Verb, Work
from rules import Invalid, Problem

SERIES = "demo:"  # of the jobs that load a demo
SILENT = {"synchronize_session": False}


@dataclass(frozen=True, slots=True)
class Removed:
    """What one transaction took away; `contents` are hashes of files that no row knows any more."""

    customers: int = 0
    cases: int = 0
    records: int = 0
    files: int = 0
    contents: tuple[str, ...] = ()

    def totals(self, before: Mapping[str, int] | None = None) -> dict[str, int]:
        """Counts, on top of those of earlier transactions."""
        names = ("customers", "cases", "records", "files")
        return {name: getattr(self, name) + (before or {}).get(name, 0) for name in names}


def start(work: Work, typed: str, words: Sequence[str]) -> Job:
    """Queue the removal. Invalid where none of `words` was typed; Conflict while a demo loads, or where none is."""
    if work.actor.viewer is not None:
        require(work.actor.viewer, Right.DATA_REMOVE)
    confirm(typed, words)
    loading = select(Job.id).where(Job.unique_key.startswith(SERIES, autoescape=True), Job.status.not_in(jobs.FINAL))
    if work.session.scalar(loading.limit(1)) is not None:
        raise Conflict("demo.still_loading")
    if not count(work):
        raise Conflict("demo.none")
    return jobs.queue_single(work, REMOVAL, recorded=True)


def confirm(typed: str, words: Sequence[str]) -> None:
    """Invalid unless one of `words` was typed: the same phrase in each language."""
    if " ".join(typed.split()).casefold() not in words:
        raise Invalid([Problem("demo.not_typed", "/typed", {"words": " / ".join(words)})])


def again(work: Work) -> Job | None:
    """A removal that was queued and is not done: due now, where no process is at it."""
    job = work.session.scalar(select(Job).where(Job.name == REMOVAL, Job.status.not_in(jobs.FINAL)).limit(1))
    if job is not None and job.status != "running":
        job.due_at, job.max_attempts = work.now, max(job.max_attempts, job.attempt + 1)
    return job


def count(work: Work) -> int:
    """Demo customers that are still there."""
    query = select(func.count()).select_from(Customer).join(DemoCustomer, DemoCustomer.customer_id == Customer.id)
    return work.session.scalar(query) or 0


def remove(work: Work, most: int) -> Removed:
    """Take away up to `most` demo customers with everything about them; each has its last entry."""
    query = select(Customer.id, Customer.number, Customer.name)
    rows = work.session.execute(
        query.join(DemoCustomer, DemoCustomer.customer_id == Customer.id).order_by(Customer.number).limit(most)
    ).all()
    if not rows:
        return Removed()
    ids = [row.id for row in rows]
    cases, requests, records = (_of(work, model, ids) for model in (Case, CreditRequest, Record))
    contents = _let_go_of_files(work, [*ids, *requests, *records])
    for model, column, keys in (
        (Notice, Notice.case_id, cases), (Decision, Decision.case_id, cases), (Task, Task.case_id, cases),
        (CaseEvent, CaseEvent.case_id, cases), (CreditLimit, CreditLimit.customer_id, ids), (Case, Case.id, cases),
        (CreditRequest, CreditRequest.id, requests), (Rating, Rating.customer_id, ids),
        (ExposureItem, ExposureItem.customer_id, ids), (Evidence, Evidence.customer_id, ids),
        (Occurrence, Occurrence.customer_id, ids), (CustomerValue, CustomerValue.customer_id, ids),
        (RecordValue, RecordValue.record_id, records),
        (RecordUnique, RecordUnique.record_id, records), (Record, Record.id, records), (Customer, Customer.id, ids),
    ):  # fmt: skip
        if keys:
            work.session.execute(delete(model).where(column.in_(keys)).execution_options(**SILENT))
    _forget_keys(work, [*ids, *requests, *records])
    for row in rows:
        detail = {"name": row.name, "number": row.number, "source": "demo"}
        work.record(Verb.CUSTOMER_REMOVED, Subject("customer", row.id), detail)
    return Removed(len(ids), len(cases), len(records), len(contents), contents)


def finish(work: Work, totals: Mapping[str, int]) -> None:
    """The made exchange rates go last, and one entry says what went in all."""
    work.session.execute(delete(FxRate).where(FxRate.source == SOURCE).execution_options(**SILENT))
    work.record(Verb.DEMO_REMOVED, SYSTEM_SUBJECT, totals)


def _of(work: Work, model: Any, customers: Sequence[str]) -> list[str]:
    return list(work.session.scalars(select(model.id).where(model.customer_id.in_(customers))))


def _let_go_of_files(work: Work, subjects: Sequence[str]) -> tuple[str, ...]:
    """Files that only these held are known no more; one that somebody has sent in and not attached yet stays theirs."""
    held = FileHolder.subject_id.in_(subjects)
    hashes = list(work.session.scalars(select(FileHolder.hash).where(held).distinct()))
    if not hashes:
        return ()
    work.session.execute(delete(FileHolder).where(held).execution_options(**SILENT))
    others = set(work.session.scalars(select(FileHolder.hash).where(FileHolder.hash.in_(hashes))))
    waiting = FileUpload.attached_at.is_(None)
    others |= set(work.session.scalars(select(FileUpload.hash).where(FileUpload.hash.in_(hashes), waiting)))
    gone = tuple(sorted(set(hashes) - others))
    for model in (FileUpload, StoredFile):
        work.session.execute(delete(model).where(model.hash.in_(gone)).execution_options(**SILENT))
    for hash in gone:
        work.record(Verb.FILE_FORGOTTEN, Subject("file", hash), {"sha256": hash, "days": 0})
    return gone


def _forget_keys(work: Work, owners: Sequence[str]) -> None:
    mine = CustomerKey.customer_id.in_(owners)
    destroyed = update(CustomerKey).where(mine).values(wrapped=None, destroyed_at=work.now)
    work.session.execute(destroyed.execution_options(**SILENT))
