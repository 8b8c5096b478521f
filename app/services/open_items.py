"""Open items as an ERP sends them: each stands alone, the same document sent again replaces itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from app.access import Right, require
from app.db import new_id
from app.models.credit import ExposureItem, FxRate
from app.models.customer import Customer
from app.queries.scope import customers_in_scope
from app.services import limits
from app.work import SYSTEM_SUBJECT, Verb, Work
from credit.exposure import Category
from credit.money import to_minor_units
from credit.rates import Conversion, Rate, RateMissing, Rates
from rules import Problem

MOST = 1000
LARGEST = Decimal(10) ** 11  # so that a customer's sum stays within what the database adds up exactly
Outcome = Literal["created", "changed", "unchanged", "closed", "refused"]


@dataclass(frozen=True, slots=True)
class Item:
    """One open document. `amount` 0 closes it; below 0 it is a credit balance. `customer` is a number or an id."""

    source: str
    type: Category
    number: str
    customer: str
    amount: Decimal
    currency: str
    issued_on: date
    due_on: date | None = None
    ships_on: date | None = None

    @property
    def key(self) -> tuple[str, str, str]:
        return (self.source, self.type.value, self.number)


@dataclass(frozen=True, slots=True)
class Put:
    """What became of one item."""

    outcome: Outcome
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class _Rate:
    month: date
    currency: str
    rate_to_cny: Decimal


def put(work: Work, items: Sequence[Item | None], refused: int = 0, *, recorded: bool = True) -> list[Put]:
    """Take these items over, each for itself; a None is a place whose item was refused before it came here.

    Exposure and overdue of the customers touched are computed anew. `refused` counts further items for the record;
    `recorded` is false for a caller that records the whole list under its own name.
    """
    require(work.viewer, Right.CUSTOMER_IMPORT)
    whole = [item for item in items if item is not None]
    customers = _customers(work, {item.customer for item in whole})
    stored = _stored(work.session, whole)
    movable = _reachable(work, {row.customer_id for row in stored.values()})
    convert = Conversion(rates_of(work.session, {item.currency for item in whole}))
    touched: set[str] = set()
    seen: set[tuple[str, str, str]] = set()
    results = []
    for item in items:
        if item is None:
            results.append(Put("refused"))
            continue
        customer_id, problems = customers.get(item.customer), []
        if customer_id is None:
            problems.append(Problem("open_item.customer", "/customer", {"customer": item.customer}))
        if item.key in seen:
            problems.append(Problem("open_item.repeated", "/number", {"number": item.number}))
        amount_cny = _converted(work, item, convert, problems)
        row = stored.get(item.key)
        if row is not None and row.customer_id not in movable:
            problems.append(Problem("open_item.of_another", "/number", {"number": item.number}))
        seen.add(item.key)
        if problems or customer_id is None or amount_cny is None:
            results.append(Put("refused", tuple(problems)))
            continue
        touched |= {customer_id, *([row.customer_id] if row is not None else [])}
        rate = convert.rates.find(item.currency, work.today)
        results.append(Put(_store(work, item, row, customer_id, amount_cny, rate)))
    work.session.flush()
    changed = [result for result in results if result.outcome in ("created", "changed", "closed")]
    if changed:
        limits.refresh_exposure(work, sorted(touched))
        if recorded:
            _record(work, whole, len(changed), len(touched), sum(r.outcome == "refused" for r in results) + refused)
    return results


def _store(
    work: Work, item: Item, row: ExposureItem | None, customer_id: str, amount_cny: Decimal, rate: Rate | None
) -> Outcome:
    values = {
        "customer_id": customer_id,
        "amount": item.amount,
        "currency": item.currency,
        "amount_cny": amount_cny,
        "rate": rate.rate if rate else None,
        "rate_on": rate.month if rate else None,
        "issued_on": item.issued_on,
        "due_on": item.due_on,
        "ships_on": item.ships_on,
        "open": item.amount != 0,
    }
    if row is None:
        source, category, document = item.key
        named = {"source": source, "category": category, "document": document}
        work.session.add(ExposureItem(id=new_id(), imported_at=work.now, **named, **values))
        return "created" if values["open"] else "closed"
    if all(getattr(row, name) == value for name, value in values.items()):
        return "unchanged"
    was_open = row.open
    for name, value in {**values, "imported_at": work.now}.items():
        setattr(row, name, value)
    return "closed" if was_open and not row.open else "changed"


def _converted(work: Work, item: Item, convert: Conversion, problems: list[Problem]) -> Decimal | None:
    """The amount in CNY by today's rate, or a Problem."""
    if abs(item.amount) >= LARGEST:
        problems.append(Problem("open_item.too_large", "/amount", {"most": f"{LARGEST:f}"}))
        return None
    try:
        found = to_minor_units(convert(item.amount, item.currency, work.today), "CNY")
    except RateMissing:
        problems.append(Problem("open_item.rate_missing", "/currency", {"currency": item.currency}))
        return None
    if abs(found) >= LARGEST * 10:
        problems.append(Problem("open_item.too_large", "/amount", {"most": f"{LARGEST:f}"}))
        return None
    return found


def _customers(work: Work, named: set[str]) -> Mapping[str, str]:
    """Number or id, as the caller names them → id, of customers the caller may write open items for."""
    query: Any = select(Customer.number, Customer.id).where(Customer.number.in_(named) | Customer.id.in_(named))
    found: dict[str, str] = {}
    for number, customer_id in work.session.execute(customers_in_scope(query, work.viewer, Right.CUSTOMER_IMPORT)):
        found |= {customer_id: customer_id, number: customer_id}
    return found


def _reachable(work: Work, ids: set[str]) -> frozenset[str]:
    query = select(Customer.id).where(Customer.id.in_(ids))
    return frozenset(work.session.scalars(customers_in_scope(query, work.viewer, Right.CUSTOMER_IMPORT)))


def _stored(session: Session, items: Sequence[Item]) -> dict[tuple[str, str, str], ExposureItem]:
    here = tuple_(ExposureItem.source, ExposureItem.category, ExposureItem.document)
    keys = sorted({item.key for item in items})
    found: dict[tuple[str, str, str], ExposureItem] = {}
    for start in range(0, len(keys), 200):
        for row in session.scalars(select(ExposureItem).where(here.in_(keys[start : start + 200]))):
            found[row.source, row.category, row.document] = row
    return found


def rates_of(session: Session, currencies: set[str]) -> Rates:
    """The stored rates of these currencies into CNY."""
    rows = session.scalars(select(FxRate).where(FxRate.currency.in_(currencies)))
    return Rates([_Rate(row.day.replace(day=1), row.currency, row.rate) for row in rows])


def _record(work: Work, items: Sequence[Item], rows: int, customers: int, refused: int) -> None:
    sources = sorted({item.source for item in items})
    detail = {"file": ", ".join(sources)[:200], "rows": rows, "customers": customers, "refused": refused}
    work.record(Verb.ITEMS_IMPORTED, SYSTEM_SUBJECT, detail)
