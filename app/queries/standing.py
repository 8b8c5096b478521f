"""A customer's credit as an ERP asks for it: grade, limit, exposure by category, what is left, and on which terms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import func, or_, select

from app.access import Missing, Right, require
from app.models.credit import ExposureItem
from app.models.customer import Customer
from app.queries.exposure import standing_limit
from app.queries.scope import customers_in_scope
from app.work import Reading
from credit.exposure import Category


@dataclass(frozen=True, slots=True)
class Standing:
    """Amounts in CNY. `limit` None: there is none; 0 is a limit. `headroom` may be below 0. A limit that has `expired`
    is told until another one comes, and counts as 0."""

    id: str
    number: str
    name: str
    grade: str | None
    score: Decimal | None
    rated_at: datetime | None
    currency: str
    limit: Decimal | None
    expired: bool
    exposure: Decimal
    exposure_by_category: Mapping[str, Decimal]
    overdue: Decimal
    headroom: Decimal | None
    payment_days: int | None
    payment_mode: str | None
    valid_from: datetime | None
    valid_to: date | None
    exposure_as_of: datetime | None


def find(reading: Reading, key: str, right: Right = Right.CUSTOMER_READ) -> str:
    """The id of the customer with this number or id; somebody else's is Missing."""
    require(reading.viewer, right)
    query = select(Customer.id).where(or_(Customer.number == key, Customer.id == key))
    found = reading.session.scalar(customers_in_scope(query, reading.viewer, right))
    if found is None:
        raise Missing("customer", key)
    return found


def of(reading: Reading, customer_id: str) -> Standing:
    """Where this customer stands today, from open items as they were last told; `customer_id` comes from `find`."""
    customer = reading.session.get_one(Customer, customer_id)
    limit = standing_limit(reading, customer_id)
    rows = reading.session.execute(
        select(ExposureItem.category, func.sum(ExposureItem.amount_cny), func.max(ExposureItem.imported_at))
        .where(ExposureItem.customer_id == customer_id, ExposureItem.open.is_(True))
        .group_by(ExposureItem.category)
    ).all()
    by_category = {category.value: Decimal(0) for category in Category}
    by_category |= {row[0]: row[1] for row in rows}
    total = sum(by_category.values(), Decimal(0))
    usable = None if limit is None else Decimal(0) if limit.expired else limit.amount
    return Standing(
        id=customer.id,
        number=customer.number,
        name=customer.name,
        grade=customer.grade,
        score=customer.score,
        rated_at=customer.rated_at,
        currency=limit.currency if limit is not None else "CNY",
        limit=limit.amount if limit is not None else None,
        expired=limit is not None and limit.expired,
        exposure=total,
        exposure_by_category=by_category,
        overdue=customer.overdue or Decimal(0),
        headroom=None if usable is None else usable - total,
        payment_days=limit.payment_days if limit is not None else None,
        payment_mode=limit.payment_mode if limit is not None else None,
        valid_from=limit.valid_from if limit is not None else None,
        valid_to=limit.valid_to if limit is not None else None,
        exposure_as_of=max((row[2] for row in rows), default=None),
    )
