"""The limits in force with what stands open against each: the rows behind the board's utilisation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from app.access import Right, require
from app.models.credit import CreditLimit
from app.models.customer import Customer
from app.queries.customers import UNRATED, utilisation
from app.queries.keyset import Place, Sorting, Walk, walk
from app.queries.scope import customers_in_scope
from app.work import Reading


@dataclass(frozen=True, slots=True)
class LimitRow:
    """A customer with a limit; amounts in CNY. `headroom` is below 0 where the limit is exceeded."""

    id: str
    name: str
    grade: str | None
    limit: Decimal
    exposure: Decimal | None
    overdue: Decimal | None
    valid_to: date | None

    @property
    def utilisation(self) -> Decimal | None:
        return utilisation(self.limit, self.exposure)

    @property
    def headroom(self) -> Decimal | None:
        return None if self.exposure is None else self.limit - self.exposure


def limits(reading: Reading, grade: str, place: Place, *, over: bool = False) -> tuple[tuple[LimitRow, ...], Walk]:
    """Customers with a limit, the largest exposure first; `over` keeps those above it."""
    require(reading.viewer, Right.BOARD_READ)
    in_force = (
        (CreditLimit.customer_id == Customer.id)
        & (CreditLimit.segment == "MAIN")
        & CreditLimit.ended_at.is_(None)
    )
    query: Any = (
        select(Customer.id, Customer.name, Customer.grade, Customer.limit_amount, Customer.exposure, Customer.overdue,
               CreditLimit.valid_to)
        .join(CreditLimit, in_force, isouter=True)
        .where(Customer.limit_amount.is_not(None))
    )  # fmt: skip
    if grade:
        query = query.where(Customer.grade.is_(None) if grade == UNRATED else Customer.grade == grade)
    if over:
        query = query.where(Customer.exposure > Customer.limit_amount)
    query = customers_in_scope(query, reading.viewer)
    found = walk(reading.session, query, Sorting(Customer.exposure, Customer.id, True), place)
    return tuple(LimitRow(*row) for row in found.rows), found
