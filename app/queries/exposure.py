"""What is granted and what stands open of one customer: limits, open items and their ages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select

from app.models.case import Case
from app.models.credit import CreditLimit, ExposureItem
from app.queries.keyset import Place, Sorting, walk
from app.work import Reading
from credit.ageing import Bucket, bucket
from credit.exposure import Category

ZERO = Decimal(0)
RECEIVABLE = Category.OPEN_RECEIVABLE.value
SOON = 30  # days before a limit's last one at which its owner is told (credit.md C29)


@dataclass(frozen=True, slots=True)
class LimitLine:
    """A limit of the customer's history; `ended_at` None is the one in force.

    expired  its last day is over and nothing replaced it before
    days     left until its last day, 0 on that day; None once it is over
    """

    id: str
    amount: Decimal
    currency: str
    payment_days: int | None
    payment_mode: str
    valid_from: datetime
    valid_to: date
    ended_at: datetime | None
    case_id: str | None
    case: str | None
    grade: str | None
    expired: bool
    days: int | None

    @property
    def soon(self) -> bool:
        """Whether it is time to ask for the next one."""
        return self.days is not None and self.days <= SOON


@dataclass(frozen=True, slots=True)
class ItemLine:
    """One open document; `days` past due, None for what is not due at all."""

    id: str
    category: str
    document: str
    amount: Decimal
    currency: str
    amount_cny: Decimal
    issued_on: date
    due_on: date | None
    ships_on: date | None
    days: int | None

    @property
    def bucket(self) -> Bucket | None:
        return None if self.days is None else bucket(self.days)


@dataclass(frozen=True, slots=True)
class ItemPage:
    rows: tuple[ItemLine, ...]
    previous: str | None
    next: str | None


@dataclass(frozen=True, slots=True)
class Ages:
    """Receivables in CNY by age, and by age for each month they were invoiced in, oldest month first."""

    buckets: Mapping[Bucket, Decimal]
    months: Mapping[str, Mapping[Bucket, Decimal]]

    @property
    def total(self) -> Decimal:
        return sum(self.buckets.values(), ZERO)


def limits(reading: Reading, customer_id: str, most: int = 60) -> tuple[LimitLine, ...]:
    """Limits of a customer this person has been let see, newest first."""
    query = (
        select(
            CreditLimit.id, CreditLimit.amount, CreditLimit.currency, CreditLimit.payment_days,
            CreditLimit.payment_mode, CreditLimit.valid_from, CreditLimit.valid_to, CreditLimit.ended_at,
            CreditLimit.case_id, Case.number, Case.grade, CreditLimit.expired,
        )
        .join(Case, Case.id == CreditLimit.case_id, isouter=True)
        .where(CreditLimit.customer_id == customer_id)
        .order_by(CreditLimit.valid_from.desc(), CreditLimit.id.desc())
        .limit(most)
    )
    return tuple(_limit(row, reading.today) for row in reading.session.execute(query))


def _limit(row: Any, today: date) -> LimitLine:
    *columns, ended_so = row
    left = (row.valid_to - today).days if row.ended_at is None else -1
    over = ended_so or (row.ended_at is None and left < 0)  # it is, before the job that ends it has run
    return LimitLine(*(*columns, over, left if left >= 0 else None))


def standing_limit(reading: Reading, customer_id: str) -> LimitLine | None:
    """The limit in force, or the one that expired last where none came after it; None where there is neither."""
    newest = next(iter(limits(reading, customer_id, 1)), None)
    return newest if newest is not None and (newest.ended_at is None or newest.expired) else None


def categories(reading: Reading, customer_id: str) -> dict[str, tuple[int, Decimal]]:
    """Stage of exposure → number of open documents and their sum in CNY; every stage is there."""
    query = (
        select(ExposureItem.category, func.count(), func.sum(ExposureItem.amount_cny))
        .where(ExposureItem.customer_id == customer_id, ExposureItem.open.is_(True))
        .group_by(ExposureItem.category)
    )
    found = {row[0]: (row[1], row[2]) for row in reading.session.execute(query)}
    return {each.value: found.get(each.value, (0, ZERO)) for each in Category}


def ages(reading: Reading, customer_id: str, months: int = 6) -> Ages:
    """Receivables by age; the chart shows the last `months` months with open invoices, older ones together first."""
    query = (
        select(ExposureItem.issued_on, ExposureItem.due_on, func.sum(ExposureItem.amount_cny))
        .where(
            ExposureItem.customer_id == customer_id,
            ExposureItem.open.is_(True),
            ExposureItem.category == RECEIVABLE,
        )
        .group_by(ExposureItem.issued_on, ExposureItem.due_on)
        .order_by(ExposureItem.issued_on)
    )
    total = dict.fromkeys(Bucket, ZERO)
    by_month: dict[str, dict[Bucket, Decimal]] = {}
    for issued, due, amount in reading.session.execute(query):
        age = bucket(max(0, (reading.today - (due or issued)).days))
        total[age] += amount
        month = by_month.setdefault(f"{issued:%Y-%m}", dict.fromkeys(Bucket, ZERO))
        month[age] += amount
    return Ages(total, _last(by_month, months))


def _last(by_month: Mapping[str, Mapping[Bucket, Decimal]], months: int) -> dict[str, Mapping[Bucket, Decimal]]:
    """The last months as they are; the ones before summed up under the key "" where there are any."""
    names = list(by_month)
    old, new = names[:-months], names[-months:]
    out: dict[str, Mapping[Bucket, Decimal]] = {}
    if old:
        out[""] = {each: sum((by_month[name][each] for name in old), ZERO) for each in Bucket}
    return {**out, **{name: by_month[name] for name in new}}


def items(
    reading: Reading, customer_id: str, place: Place, *, category: str = "", overdue: bool = False, limit: int = 50
) -> ItemPage:
    """Open documents, the earliest due first, those without a due date last."""
    query: Any = select(
        ExposureItem.id, ExposureItem.category, ExposureItem.document, ExposureItem.amount, ExposureItem.currency,
        ExposureItem.amount_cny, ExposureItem.issued_on, ExposureItem.due_on, ExposureItem.ships_on,
    ).where(ExposureItem.customer_id == customer_id, ExposureItem.open.is_(True))
    if category:
        query = query.where(ExposureItem.category == category)
    if overdue:
        query = query.where(ExposureItem.category == RECEIVABLE, ExposureItem.due_on < reading.today)
    found = walk(reading.session, query, Sorting(ExposureItem.due_on, ExposureItem.id), place, limit)
    return ItemPage(tuple(_item(row, reading.today) for row in found.rows), found.previous, found.next)


def _item(row: Sequence[Any], today: date) -> ItemLine:
    late = None if row[1] != RECEIVABLE else max(0, (today - (row[7] or row[6])).days)
    return ItemLine(*(*row, late))
