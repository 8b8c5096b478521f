"""Serial numbers for what was on file before its form asked for one: all at once, by a job, on somebody's word."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from app.access import Right, require
from app.models.customer import Customer
from app.models.job import Job
from app.models.record import KEPT, Record
from app.services import books, customer_files, customers, jobs, records, serials
from app.services.told import altered
from app.work import Work
from forms import Answers, Form, assess
from forms.fields import Serial
from forms.stored import NOWHERE

NUMBER = "records.number"  # the job; of customers, where it names no book


def asks(form: Form) -> bool:
    """Whether a form has serial numbers to give."""
    return any(isinstance(field, Serial) for field in form.asked)


def start(work: Work, book: str | None) -> Job:
    """Number every kept record of a book, or with None every customer, that lacks a number; one job at a time."""
    require(work.viewer, Right.DEFINITION_PUBLISH)
    if book is not None:
        books.open_to(work.session, work.viewer, book)
    arguments = {"by": work.actor.id, **({"book": book} if book is not None else {})}
    return jobs.queue_single(work, NUMBER, arguments, recorded=True)


def some_records(work: Work, book: str, after: str, most: int) -> tuple[list[str], int]:
    """Number the next `most` kept records behind the id `after`; returns their ids, and how many were given one."""
    shelf = books.find(work.session, book)
    query = select(Record).where(Record.book == book, Record.status == KEPT, Record.id > after)
    rows = work.session.scalars(query.order_by(Record.id).limit(most).with_for_update()).all()
    count = 0
    for row in rows:
        answers = _numbered(work, book, shelf.form, row.answers)
        count += answers is not None and records.restate(work, shelf, row, answers)
    return [row.id for row in rows], count


def some_customers(work: Work, after: str, most: int) -> tuple[list[str], int]:
    """The same for customers."""
    asked = customer_files.form_in_force(work.session)
    query = select(Customer).where(Customer.id > after).order_by(Customer.id).limit(most).with_for_update()
    rows, count = work.session.scalars(query).all(), 0
    for row in rows:
        answers = _numbered(work, customer_files.FORM, asked[1], customer_files.stored(asked[1], row))
        if answers is not None:
            given = {f.key: answers.values[f.key] for f in asked[1].asked if isinstance(f, Serial)}
            values = {"answers": {**row.answers, **given}}
            count += customers.change(work, row, values, row.row_version, asked, right=Right.DEFINITION_PUBLISH)
    return [row.id for row in rows], count


def _numbered(work: Work, form_key: str, form: Form, stored: Mapping[str, Any]) -> Answers | None:
    """The answers with the numbers they lack; None where they lack none, or would lose something under this form.

    A field that is hidden as the answers stand gets none, as when they are sent in.
    """
    answers = Answers.from_json(form, stored, work.zone)
    lacking = [f.key for f in form.asked if isinstance(f, Serial) and answers.typed[f.key] is None]
    kept = answers.to_json()
    if not lacking or altered(form, stored, kept):
        return None
    hidden = assess(form, {}, now=work.local, lookups=NOWHERE, stored=stored).answers.hidden
    if hidden.issuperset(lacking):
        return None
    return serials.number(work, form_key, replace(answers, hidden=hidden))
