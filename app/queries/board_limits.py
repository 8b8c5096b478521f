"""The limits in force with what stands open against each: the rows behind the board's utilisation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, false, func, select
from sqlalchemy.orm import aliased

from app.access import Right, require
from app.models.credit import CreditLimit
from app.models.customer import Customer
from app.queries.customers import UNRATED, utilisation
from app.queries.keyset import Place, Sorting, Walk, walk
from app.queries.scope import customers_in_scope
from app.work import Reading


@dataclass(frozen=True, slots=True)
class LimitRow:
    """A customer with a limit; amounts in CNY. `headroom` is below 0 where the limit is exceeded.

    A limit that has `expired` counts as 0; `granted` is what it was.
    """

    id: str
    name: str
    grade: str | None
    limit: Decimal
    exposure: Decimal | None
    overdue: Decimal | None
    valid_to: date | None
    granted: Decimal | None
    expired: bool

    @property
    def utilisation(self) -> Decimal | None:
        return utilisation(self.limit, self.exposure)

    @property
    def headroom(self) -> Decimal | None:
        return None if self.exposure is None else self.limit - self.exposure


def _standing() -> ColumnElement[bool]:
    """The limit in force, or the one that expired where none came after it: at most one of a customer."""
    later = aliased(CreditLimit)
    newer = select(later.id).where(
        later.customer_id == CreditLimit.customer_id,
        later.segment == CreditLimit.segment,
        later.valid_from > CreditLimit.valid_from,
    )
    over = CreditLimit.expired & ~newer.exists()
    mine = (CreditLimit.customer_id == Customer.id) & (CreditLimit.segment == "MAIN")
    return mine & (CreditLimit.ended_at.is_(None) | over)


def _expired(reading: Reading) -> ColumnElement[bool]:
    """Of a standing limit: its last day is over, whether or not the job that ends it has run."""
    return CreditLimit.expired | (CreditLimit.valid_to < reading.today)


def expired_count(reading: Reading) -> int:
    """Customers whose limit has expired and was not renewed."""
    require(reading.viewer, Right.BOARD_READ)
    query: Any = select(func.count()).select_from(Customer).join(CreditLimit, _standing()).where(_expired(reading))
    return reading.session.scalar(customers_in_scope(query, reading.viewer)) or 0


def limits(
    reading: Reading, grade: str, place: Place, *, over: bool = False, expired: bool = False
) -> tuple[tuple[LimitRow, ...], Walk]:
    """Customers with a limit, the largest exposure first; `over` keeps those above it, `expired` those without term."""
    require(reading.viewer, Right.BOARD_READ)
    query: Any = (
        select(Customer.id, Customer.name, Customer.grade, Customer.limit_amount, Customer.exposure, Customer.overdue,
               CreditLimit.valid_to, CreditLimit.amount, func.coalesce(_expired(reading), false()))
        .join(CreditLimit, _standing(), isouter=True)
        .where(Customer.limit_amount.is_not(None))
    )  # fmt: skip
    if grade:
        query = query.where(Customer.grade.is_(None) if grade == UNRATED else Customer.grade == grade)
    if expired:
        query = query.where(_expired(reading))
    if over:
        query = query.where(Customer.exposure > Customer.limit_amount)
    query = customers_in_scope(query, reading.viewer)
    found = walk(reading.session, query, Sorting(Customer.exposure, Customer.id, True), place)
    return tuple(LimitRow(*row) for row in found.rows), found
