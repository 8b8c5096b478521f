"""Whether another record holds a value that a form wants unique: what the evaluator asks on every road."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, select, text
from sqlalchemy.orm import Session

from app.db import json_text
from app.models.case import CreditRequest
from app.models.customer import Customer
from app.models.definition import Definition
from app.services.customers import UNIQUE
from app.work import Reading, Work
from forms import Form

Taken = Callable[[str, Any], bool]
# How the stored form of an answer becomes the value of a column.
TYPED: Mapping[type, Callable[[Any], Any]] = {date: date.fromisoformat, Decimal: Decimal, int: int, str: str}


def of_requests(
    where: Work | Reading, form: Form, form_id: str, *, own_id: str | None = None, customer_id: Any = None
) -> Taken:
    """For answers of a credit request: other requests sent in by any version of this form count, drafts do not.

    A field that is unique within the customer is compared with requests for `customer_id` only.
    """
    session = where.session
    key_of = select(Definition.key).where(Definition.id == form_id).scalar_subquery()
    versions = select(Definition.id).where(Definition.kind == "form", Definition.key == key_of)

    def taken(key: str, value: Any) -> bool:
        if not _comparable(value):
            return False
        _take_turns(where, f"request/{key}")
        query = select(CreditRequest.id).where(
            CreditRequest.form_id.in_(versions),
            CreditRequest.status != "draft",
            json_text(session, CreditRequest.answers, key) == str(value),
        )
        if form.fields[key].unique == "customer":
            query = query.where(CreditRequest.customer_id == customer_id)
        return _found(session, query, CreditRequest.id, own_id)

    return taken


def of_customers(where: Work | Reading, *, own_id: str | None = None) -> Taken:
    """For the file of a customer; a code or number is left to the file's writer, who says whose it is."""
    session = where.session

    def taken(key: str, value: Any) -> bool:
        if key in UNIQUE or not _comparable(value):
            return False
        _take_turns(where, f"customer/{key}")
        return _found(session, select(Customer.id).where(_holds(session, key, value)), Customer.id, own_id)

    return taken


def _holds(session: Session, key: str, value: Any) -> ColumnElement[bool]:
    column = Customer.__table__.c.get(key)
    if column is None:
        return json_text(session, Customer.answers, key) == str(value)
    same: ColumnElement[bool] = column == TYPED[column.type.python_type](value)
    return same


def _comparable(value: Any) -> bool:
    """Texts and numbers; of a list or a yes nobody can say that it is somebody else's."""
    return isinstance(value, str | int) and not isinstance(value, bool)


def _take_turns(where: Work | Reading, place: str) -> None:
    """Two who send the same value at one time are looked at one after the other; SQLite has one writer anyway."""
    if isinstance(where, Work) and where.session.get_bind().dialect.name == "postgresql":
        where.session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:place, 0))"), {"place": place})


def _found(session: Session, query: Select[str], column: Any, own_id: str | None) -> bool:
    if own_id is not None:
        query = query.where(column != own_id)
    return session.scalar(query.limit(1)) is not None
