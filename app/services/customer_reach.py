"""What customers' files say to the fields by which a formula tells who reaches them, kept beside every file."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from app.access import CUSTOMER_ACTS, Right
from app.db import insert_into
from app.models.customer import Customer, CustomerValue
from app.models.definition import Definition
from app.models.record import CUSTOMERS, Projection
from app.queries.scope import by_customer_formula, customers_in_scope
from app.services import jobs
from app.services.customer_answers import FORM, stored
from app.services.definition_checks import compiled, published
from app.work import Work
from forms import Answers, Form
from forms.book import projection
from rules import Invalid, Problem

BUILD = "customers.project"  # the job that writes what older files say to a field that a formula asks for now
FOUND = "customers reached by"  # in the notes of a session, for its one transaction
Asked = tuple[Form, dict[str, Projection]]


def prepare(work: Work, row: Definition) -> None:
    """What a customer form that is published now needs for its formulas; older files get their values by a job.

    Until it is done a formula finds only the customers whose values are written.
    """
    work.session.info.pop(FOUND, None)
    form: Form = compiled(row)
    if row.key != FORM or form.access is None or not form.access.projected:
        return
    total = work.session.scalar(select(func.count()).select_from(Customer)) or 0
    for key, sort in form.access.projected.items():
        values = {"book": CUSTOMERS, "field": form.access.ids[key], "sort": sort, "built": total == 0}
        work.session.execute(insert_into(work.session, Projection).values(**values).on_conflict_do_nothing())
    if total:
        jobs.queue(work, BUILD, total=total, unique_key=f"{BUILD}/{row.id}")


def write(work: Work, rows: Sequence[Customer], *, fresh: bool = False) -> None:
    """Keep what these files say now; `fresh` ones had no values before."""
    if not rows:
        return
    if not fresh:  # also while no formula asks: what is kept would be old by the time one does
        ids = [row.id for row in rows]
        work.session.execute(delete(CustomerValue).where(CustomerValue.customer_id.in_(ids)))
    asked = _asked(work.session)
    if asked is not None:
        work.session.execute(insert(CustomerValue), [line for row in rows for line in _values(work, asked, row)])


def write_new(work: Work, ids: Collection[str]) -> None:
    """The same for customers that were stored at one go."""
    if _asked(work.session) is not None:
        write(work, work.session.scalars(select(Customer).where(Customer.id.in_(ids))).all(), fresh=True)


def write_again(work: Work, after: str, most: int) -> list[str]:
    """Write the values of the next `most` customers behind the id `after` anew; returns their ids."""
    query = select(Customer).where(Customer.id > after).order_by(Customer.id).limit(most).with_for_update()
    rows = work.session.scalars(query).all()
    write(work, rows)
    return [row.id for row in rows]


def built(work: Work) -> None:
    """Every customer has its values."""
    asked = _asked(work.session)
    for row in asked[1].values() if asked is not None else ():
        row.built = True


def stay_within(work: Work, row: Customer, right: Right) -> None:
    """Nobody writes a customer that a formula would then put out of their own reach."""
    if work.actor.viewer is None or right not in CUSTOMER_ACTS or not by_customer_formula(work.viewer, right):
        return
    query = customers_in_scope(select(Customer.id).where(Customer.id == row.id), work.viewer, right)
    if work.session.scalar(query) is None:
        raise Invalid([Problem("customer.out_of_reach")])


def _asked(session: Session) -> Asked | None:
    """The customer form in force with what its formulas of access ask for; None where they ask for nothing."""
    if FOUND not in session.info:
        session.info[FOUND] = _found(session)
    found: Asked | None = session.info[FOUND]
    return found


def _found(session: Session) -> Asked | None:
    row = published(session, "form", FORM)
    form: Form | None = None if row is None else compiled(row)
    if form is None or form.access is None or not form.access.projected:
        return None
    access = form.access
    wanted = {(access.ids[key], str(sort)): key for key, sort in access.projected.items()}
    rows = session.scalars(select(Projection).where(Projection.book == CUSTOMERS))
    return form, {wanted[row.field, row.sort]: row for row in rows if (row.field, row.sort) in wanted}


def _values(work: Work, asked: Asked, row: Customer) -> list[dict[str, Any]]:
    """One line of nothing where a field is empty, so that what is empty differs from what is not written yet."""
    form, known = asked
    answers = Answers.from_json(form, stored(form, row), work.zone).to_json()
    out: list[dict[str, Any]] = []
    for key, what in known.items():
        found = list(projection(form.fields[key], answers.get(key)))
        for place, value in enumerate(found or (None,)):
            cell = {"text": None, "number": None, what.sort: value}
            out.append({"customer_id": row.id, "projection_id": what.id, "place": place, **cell})
    return out
