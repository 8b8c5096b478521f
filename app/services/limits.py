"""Credit limits and open items: what is granted, and what stands open against it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import bindparam, case, delete, func, insert, select, update
from sqlalchemy.orm import Session

from app.db import new_id
from app.models.case import Case
from app.models.credit import CreditLimit, ExposureItem
from app.models.customer import Customer
from app.work import Subject, Verb, Work

MAIN = "MAIN"


def in_force(session: Session, customer_id: str, segment: str = MAIN) -> CreditLimit | None:
    return session.scalar(
        select(CreditLimit).where(
            CreditLimit.customer_id == customer_id, CreditLimit.segment == segment, CreditLimit.ended_at.is_(None)
        )
    )


def apply(
    work: Work,
    case_row: Case,
    customer: Customer,
    *,
    amount: Decimal,
    payment_days: int | None,
    payment_mode: str,
    months: int,
    definitions: tuple[Mapping[str, Any], ...],
) -> CreditLimit:
    """Put an approved limit into force: its predecessor ends at the same instant, so there is never none or two."""
    before = in_force(work.session, customer.id)
    if before is not None:
        before.ended_at = work.now
        work.session.flush()  # one limit in force: the old one leaves before the new one comes
    row = CreditLimit(
        id=new_id(),
        customer_id=customer.id,
        segment=MAIN,
        amount=amount,
        currency=case_row.currency,
        payment_days=payment_days,
        payment_mode=payment_mode,
        valid_from=work.now,
        valid_to=add_months(work.today, months),
        case_id=case_row.id,
        rating_id=case_row.rating_id,
    )
    work.session.add(row)
    customer.limit_amount = amount
    work.session.flush()
    work.record(
        Verb.LIMIT_CHANGED,
        Subject("customer", customer.id),
        {
            "name": customer.name,
            "case_id": case_row.id,
            "number": case_row.number,
            "limit_id": row.id,
            "currency": row.currency,
            "segment": row.segment,
        },
        before=None if before is None else _terms(before),
        after=_terms(row),
        definitions=definitions,
    )
    return row


def expire(work: Work, most: int) -> int:
    """End limits whose last day is over, up to `most` of them; returns how many that were.

    Such a limit counts as 0 from then on, until another one is approved. Asked again, it finds those still in force.
    """
    query = (
        select(CreditLimit, Customer.name, Case.number)
        .join(Customer, Customer.id == CreditLimit.customer_id)
        .join(Case, Case.id == CreditLimit.case_id, isouter=True)
        .where(CreditLimit.ended_at.is_(None), CreditLimit.valid_to < work.today)
        .order_by(CreditLimit.id)
        .limit(most)
        .with_for_update(of=CreditLimit)  # an approval that replaces one of them goes first, or waits
    )
    rows = work.session.execute(query).all()
    for row, name, number in rows:
        row.ended_at, row.expired = work.now, True
        detail = {
            "name": name, "case_id": row.case_id, "number": number, "limit_id": row.id, "currency": row.currency,
            "segment": row.segment,
        }  # fmt: skip
        before = _terms(row)
        work.record(
            Verb.LIMIT_EXPIRED, Subject("customer", row.customer_id), detail, before=before,
            after={**before, "amount": "0"},
        )  # fmt: skip
    main = [{"row_id": row.customer_id, "limit_amount": Decimal(0)} for row, *_ in rows if row.segment == MAIN]
    if main:
        work.session.execute(_GRANTED, main)
    return len(rows)


def _terms(row: CreditLimit) -> dict[str, Any]:
    return {
        "amount": format(row.amount.normalize(), "f"),
        "payment_days": row.payment_days,
        "payment_mode": row.payment_mode,
        "valid_to": row.valid_to.isoformat(),
    }


def add_months(day: date, months: int) -> date:
    """The same day of a later month, or its last day where that month is shorter."""
    count = day.year * 12 + day.month - 1 + months
    year, month = divmod(count, 12)
    last = (date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month + 1, min(day.day, last))


def replace_items(work: Work, source: str, rows: Sequence[Mapping[str, Any]], customer_ids: Sequence[str]) -> int:
    """Take over a source's open items for these customers: what it no longer lists is gone, what it lists stands.

    A row has customer_id, category, document, amount, currency, amount_cny, issued_on, due_on, ships_on.
    """
    for start in range(0, len(customer_ids), 500):
        some = customer_ids[start : start + 500]
        work.session.execute(
            delete(ExposureItem).where(ExposureItem.source == source, ExposureItem.customer_id.in_(some))
        )
    if rows:
        stamp = {"source": source, "imported_at": work.now, "open": True}
        work.session.execute(insert(ExposureItem), [{"id": new_id(), **stamp, **row} for row in rows])
    refresh_exposure(work, customer_ids)
    return len(rows)


# Plain SQL over the table: what lists repeat of limits and open items is no new version of the customer file.
_ONE = update(Customer.__table__).where(Customer.__table__.c.id == bindparam("row_id"))  # type: ignore[arg-type]
_STANDS = _ONE.values(exposure=bindparam("exposure"), overdue=bindparam("overdue"))
_GRANTED = _ONE.values(limit_amount=bindparam("limit_amount"))


def refresh_exposure(work: Work, customer_ids: Sequence[str]) -> None:
    """Recompute what customer lists show: exposure over all categories and receivables past due, in CNY."""
    today = work.today
    late = (ExposureItem.category == "open_receivable") & (ExposureItem.due_on < today)
    for start in range(0, len(customer_ids), 500):
        some = customer_ids[start : start + 500]
        sums = work.session.execute(
            select(
                ExposureItem.customer_id,
                func.sum(ExposureItem.amount_cny),
                func.sum(case((late, ExposureItem.amount_cny), else_=Decimal(0))),
            )
            .where(ExposureItem.customer_id.in_(some), ExposureItem.open.is_(True))
            .group_by(ExposureItem.customer_id)
        ).all()
        found = {row[0]: (row[1], row[2]) for row in sums}
        nothing = (Decimal(0), Decimal(0))
        work.session.execute(
            _STANDS,
            [
                {"row_id": each, "exposure": found.get(each, nothing)[0], "overdue": found.get(each, nothing)[1]}
                for each in some
            ],
        )


def totals(session: Session, customer_id: str) -> dict[str, Decimal]:
    """Exposure by category, in CNY."""
    rows = session.execute(
        select(ExposureItem.category, func.sum(ExposureItem.amount_cny))
        .where(ExposureItem.customer_id == customer_id, ExposureItem.open.is_(True))
        .group_by(ExposureItem.category)
    )
    return dict(rows.all())
