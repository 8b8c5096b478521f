"""Customers as an ERP sends them: created or replaced by the number they have there, through the published form."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from app.access import Missing, Right, require
from app.models.customer import Customer
from app.queries.scope import customers_in_scope
from app.services import customer_files
from app.work import Work
from forms import Form
from forms.files import Filed
from rules import Invalid, Problem

NUMBER = re.compile(r"[0-9A-Za-z\u4e00-\u9fff._-]{1,40}")
OURS = re.compile(r"[0-9a-f]{32}")  # reads as an id of ours: it would name two customers


def put(work: Work, number: str, answers: Mapping[str, Any]) -> tuple[str, bool]:
    """Create the customer `number`, or replace what its file says; returns (id, whether it is new).

    A member that is absent is emptied, since the sender tells the whole. Raises Invalid, Conflict for a credit code of
    another customer, and Missing where the number belongs to a customer outside the caller's data.
    """
    require(work.viewer, Right.CUSTOMER_WRITE)
    if not NUMBER.fullmatch(number) or OURS.fullmatch(number):
        raise Invalid([Problem("customer.number_form", "", {"number": number[:40]})])
    row = work.session.scalar(select(Customer).where(Customer.number == number))
    if row is None:
        return customer_files.register(work, answers, source="api", number=number).id, True
    mine = customers_in_scope(select(Customer.id).where(Customer.id == row.id), work.viewer, Right.CUSTOMER_WRITE)
    if work.session.scalar(mine) is None:
        raise Missing("customer", number)
    _, form = customer_files.form_in_force(work.session)
    customer_files.update(work, row.id, row.row_version, {**_emptied(form), **answers})
    return row.id, False


def _emptied(form: Form) -> dict[str, None]:
    """Every field a sender may fill, empty; what the form computes itself is left alone, and so are files.

    An ERP has none of the papers people attach: what it leaves out must not take them away.
    """
    return {field.key: None for field in form.asked if field.compute is None and not isinstance(field, Filed)}
