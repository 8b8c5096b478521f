"""Take over a whole portfolio: customers, evidence computed from their histories, what happened to them, open items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import insert

from app.db import new_id
from app.gallery.portfolio.rows import Customer as Row
from app.gallery.portfolio.rows import RiskEvent
from app.models.credit import FxRate
from app.models.customer import Customer, Evidence, Occurrence
from app.services import limits
from app.services.customers import PERSONAL, sort_name
from app.work import Personal, Subject, Verb, Work
from credit.exposure import ExposureItem, in_currency, open_items
from credit.rates import Rates
from credit.rows import CustomerRows
from credit.signals import Signal, signals_for

SOURCE = "portfolio"
# How long what a source said may be used, in days from the day it speaks of.
LIFE = {"statement": 730, "bureau": 200}
USUAL_LIFE = 120


def store_customers(
    work: Work,
    rows: Sequence[Row],
    histories: Mapping[str, CustomerRows],
    rates: Rates,
    as_of: date,
    owners: Sequence[tuple[str, str | None]],
    events: Mapping[str, Sequence[RiskEvent]],
) -> int:
    """One chunk of customers with everything known of them on `as_of`; `owners` are (user, department) in turn."""
    customers, evidence, occurrences, items = [], [], [], []
    for number, row in enumerate(rows):
        owner, department = owners[number % len(owners)]
        made = _customer(work, row, owner, department)
        customers.append(made)
        signals = signals_for(histories[row.customer_id], as_of, rates)
        stored = _evidence(work, made["id"], signals, as_of)
        evidence += stored
        occurrences += [_occurrence(made["id"], event) for event in events.get(row.customer_id, ())]
        items += _items(made["id"], histories[row.customer_id], rates, as_of)
        _record(work, made, row, stored, as_of)
    work.session.execute(insert(Customer), customers)
    work.session.execute(insert(Evidence), evidence)
    if occurrences:
        work.session.execute(insert(Occurrence), occurrences)
    limits.replace_items(work, SOURCE, items, [each["id"] for each in customers])
    return len(customers)


def _customer(work: Work, row: Row, owner: str, department: str | None) -> dict[str, Any]:
    return {
        "id": new_id(),
        "number": row.customer_id,
        "name": row.name,
        "sort_name": sort_name(row.name),
        "credit_code": row.credit_code,
        "industry_code": row.industry_code,
        "industry": row.industry,
        "variant": row.model_variant,
        "province": row.province,
        "city": row.city,
        "founded_on": row.founded_on,
        "registered_capital": row.registered_capital_cny,
        "employees": row.employees,
        "legal_representative": row.legal_representative,
        "contact_email": row.contact_email,
        "registration_status": row.registration_status,
        "currency": row.currency,
        "payment_days": row.payment_days,
        "customer_since": row.customer_since,
        "segment": row.segment,
        "source": SOURCE,
        "owner_id": owner,
        "department_id": department,
        "created_at": work.now,
        "changed_at": work.now,
        "row_version": 1,
    }


def _evidence(work: Work, customer_id: str, signals: Mapping[str, Signal], as_of: date) -> list[dict[str, Any]]:
    """Signals grouped by the source that knows them; an unknown one is kept as null with its reason."""
    by_source: dict[str, dict[str, Signal]] = {}
    for name, signal in signals.items():
        by_source.setdefault(signal.source, {})[name] = signal
    return [
        {
            "id": new_id(),
            "customer_id": customer_id,
            "kind": source,
            "source": SOURCE,
            "as_of": as_of,
            "fetched_at": work.now,
            "expires_on": as_of + timedelta(days=LIFE.get(source, USUAL_LIFE)),
            "facts": {name: _fact(signal.value) for name, signal in found.items()},
            "detail": {
                name: {
                    "as_of": signal.as_of.isoformat() if signal.as_of else None,
                    "document": signal.document,
                    "reason": signal.reason,
                    "params": dict(signal.params),
                    "rates": [
                        {"currency": r.currency, "month": r.month.isoformat(), "rate": format(r.rate, "f")}
                        for r in signal.rates
                    ],
                }
                for name, signal in found.items()
            },
        }
        for source, found in sorted(by_source.items())
    ]


def _fact(value: Decimal | bool | str | None) -> Any:
    return format(value, "f") if isinstance(value, Decimal) else value


def _occurrence(customer_id: str, event: RiskEvent) -> dict[str, Any]:
    return {
        "id": new_id(),
        "customer_id": customer_id,
        "external_id": event.event_id,
        "day": event.event_date,
        "kind": event.event_type,
        "severity": event.severity,
        "amount": event.amount_cny,
        "source": event.source,
        "description": event.description,
    }


def _items(customer_id: str, history: CustomerRows, rates: Rates, as_of: date) -> list[dict[str, Any]]:
    found = open_items(history, as_of)
    converted, _used, _missing = in_currency(found, rates, "CNY", as_of)
    pairs = zip(found, converted, strict=True)
    return [_item(customer_id, item, in_cny.amount) for item, (in_cny, known) in pairs if known]


def _item(customer_id: str, item: ExposureItem, amount_cny: Decimal) -> dict[str, Any]:
    return {
        "customer_id": customer_id,
        "category": item.category.value,
        "document": item.document,
        "amount": item.amount,
        "currency": item.currency,
        "amount_cny": amount_cny,
        "issued_on": item.dated_on,
        "due_on": item.due_on,
        "ships_on": item.ships_on,
    }


def _record(work: Work, made: Mapping[str, Any], row: Row, stored: Sequence[Mapping[str, Any]], as_of: date) -> None:
    subject = Subject("customer", made["id"])
    after = {
        name: Personal(made["id"], name, str(made[name])) if name in PERSONAL else made[name]
        for name in ("name", "number", "credit_code", "industry", "currency", "payment_days", *sorted(PERSONAL))
    }
    detail = {"name": row.name, "number": row.customer_id, "source": SOURCE}
    work.record(Verb.CUSTOMER_CREATED, subject, detail, after=after)
    facts = sorted(name for each in stored for name in each["facts"])
    detail = {"name": row.name, "kind": "signals", "source": SOURCE, "as_of": as_of.isoformat(), "facts": facts}
    work.record(Verb.EVIDENCE_STORED, subject, detail)


def store_rates(work: Work, rates: Sequence[Mapping[str, Any]]) -> None:
    """Exchange rates by month; a rate already known stays."""
    known = {(row.currency, row.day) for row in work.session.query(FxRate)}
    new = [rate for rate in rates if (rate["currency"], rate["day"]) not in known]
    if new:
        work.session.execute(insert(FxRate), new)
