"""Take over a whole portfolio: customers, evidence computed from their histories, what happened to them, open items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from app.db import new_id
from app.gallery.portfolio.rows import Customer as Row
from app.gallery.portfolio.rows import RiskEvent
from app.gallery.portfolio.shift import later
from app.models.credit import ExposureItem, FxRate
from app.models.customer import Customer, Evidence, Occurrence
from app.models.demo import DemoCustomer
from app.services import customer_reach, limits
from app.services.customers import PERSONAL, sort_name
from app.work import Personal, Subject, Verb, Work
from credit.exposure import in_currency, open_items
from credit.rates import Rates
from credit.rows import CustomerRows
from credit.signals import Signal, signals_for
from rules import Invalid, Problem

SOURCE = "portfolio"
# How long what a source said may be used, in days from the day it speaks of.
LIFE = {"statement": 730, "bureau": 200}
USUAL_LIFE = 120


@dataclass(frozen=True, slots=True)
class Source:
    """A portfolio ready to be taken over.

    as_of   the portfolio's last day, on which signals and open items are computed
    months  how many months later every day is labelled when stored (0: as it is)
    stated  customer → signal → value that stands as stated, where the history only approaches it
    owners  (user, department) of the sales people who take turns in owning customers
    """

    histories: Mapping[str, CustomerRows]
    rates: Rates
    as_of: date
    owners: Sequence[tuple[str, str | None]]
    events: Mapping[str, Sequence[RiskEvent]]
    months: int = 0
    stated: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def labelled(self) -> date:
        return later(self.as_of, self.months)


def store_customers(work: Work, rows: Sequence[Row], source: Source) -> int:
    """One chunk of customers with everything known of them on the portfolio's last day; each is marked as demo data."""
    customers, evidence, occurrences, items = [], [], [], []
    for number, row in enumerate(rows):
        history = source.histories[row.customer_id]
        made = _customer(work, row, source, number)
        customers.append(made)
        signals = signals_for(history, source.as_of, source.rates)
        stated = source.stated.get(row.customer_id, {})
        signals = {name: replace(s, value=stated[name]) if name in stated else s for name, s in signals.items()}
        stored = _evidence(work, made["id"], signals, source)
        evidence += stored
        for event in source.events.get(row.customer_id, ()):
            occurrences.append(_occurrence(made["id"], event, source.months))
        items += _items(made["id"], history, source)
        _record(work, made, row, stored, source.labelled)
    work.session.execute(insert(Customer), customers)
    marks = [{"customer_id": each["id"], "at": work.now} for each in customers]
    work.session.execute(insert(DemoCustomer), marks)
    customer_reach.write_new(work, [each["id"] for each in customers])
    work.session.execute(insert(Evidence), evidence)
    if occurrences:
        work.session.execute(insert(Occurrence), occurrences)
    limits.replace_items(work, SOURCE, items, [each["id"] for each in customers])
    return len(customers)


def _customer(work: Work, row: Row, source: Source, number: int) -> dict[str, Any]:
    owner, department = source.owners[number % len(source.owners)]
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
        "founded_on": later(row.founded_on, source.months),
        "registered_capital": row.registered_capital_cny,
        "employees": row.employees,
        "legal_representative": row.legal_representative,
        "contact_email": row.contact_email,
        "registration_status": row.registration_status,
        "currency": row.currency,
        "payment_days": row.payment_days,
        "customer_since": later(row.customer_since, source.months),
        "segment": row.segment,
        "source": SOURCE,
        "owner_id": owner,
        "department_id": department,
        "created_at": work.now,
        "changed_at": work.now,
        "row_version": 1,
    }


def _evidence(work: Work, customer_id: str, signals: Mapping[str, Signal], source: Source) -> list[dict[str, Any]]:
    """Signals grouped by who knows them; an unknown one is kept as null with its reason."""
    by_kind: dict[str, dict[str, Signal]] = {}
    for name, signal in signals.items():
        by_kind.setdefault(signal.source, {})[name] = signal
    as_of = source.labelled
    return [
        {
            "id": new_id(),
            "customer_id": customer_id,
            "kind": kind,
            "source": SOURCE,
            "as_of": as_of,
            "fetched_at": work.now,
            "expires_on": as_of + timedelta(days=LIFE.get(kind, USUAL_LIFE)),
            "facts": {name: _fact(signal.value) for name, signal in found.items()},
            "detail": {name: _detail(signal, source.months) for name, signal in found.items()},
        }
        for kind, found in sorted(by_kind.items())
    ]


def _detail(signal: Signal, months: int) -> dict[str, Any]:
    as_of, document = signal.as_of, signal.document
    if signal.source == "statement" and as_of is not None:
        years = (months + 6) // 12  # statements move by whole years: a year ends on 31 December
        as_of, document = as_of.replace(year=as_of.year + years), _years_later(document, years)
    elif as_of is not None:
        as_of = later(as_of, months)
    return {
        "as_of": as_of.isoformat() if as_of else None,
        "document": document,
        "reason": signal.reason,
        "params": dict(signal.params),
        "rates": [
            {"currency": rate.currency, "month": later(rate.month, months).isoformat(), "rate": format(rate.rate, "f")}
            for rate in signal.rates
        ],
    }


def _years_later(document: str, years: int) -> str:
    """A fiscal year named in a document, moved with its statement."""
    return str(int(document) + years) if document.isdecimal() and len(document) == 4 else document


def _fact(value: Decimal | bool | str | None) -> Any:
    return format(value, "f") if isinstance(value, Decimal) else value


def _occurrence(customer_id: str, event: RiskEvent, months: int) -> dict[str, Any]:
    return {
        "id": new_id(),
        "customer_id": customer_id,
        "external_id": event.event_id,
        "day": later(event.event_date, months),
        "kind": event.event_type,
        "severity": event.severity,
        "amount": event.amount_cny,
        "source": event.source,
        "description": event.description,
    }


def _items(customer_id: str, history: CustomerRows, source: Source) -> list[dict[str, Any]]:
    found = open_items(history, source.as_of)
    converted, _used, missing = in_currency(found, source.rates, "CNY", source.as_of)
    if missing:  # an exposure without these items would look smaller than it is
        day = source.as_of.isoformat()
        raise Invalid([Problem("signal.rate_missing", "", {"currency": each, "day": day}) for each in missing])
    return [
        {
            "customer_id": customer_id,
            "category": item.category.value,
            "document": item.document,
            "amount": item.amount,
            "currency": item.currency,
            "amount_cny": in_cny.amount,
            "issued_on": later(item.dated_on, source.months),
            "due_on": item.due_on and later(item.due_on, source.months),
            "ships_on": item.ships_on and later(item.ships_on, source.months),
        }
        for item, (in_cny, _known) in zip(found, converted, strict=True)
    ]


def labelled_day(session: Session) -> date | None:
    """The day the portfolio taken over speaks of."""
    return session.scalar(select(func.max(Evidence.as_of)).where(Evidence.source == SOURCE))


def roll_items(work: Work, customer_ids: Sequence[str], days: int) -> None:
    """Take over these customers' open items as the same list stands so many days later: orders go on, so do dues."""
    columns = (
        ExposureItem.customer_id, ExposureItem.category, ExposureItem.document, ExposureItem.amount,
        ExposureItem.currency, ExposureItem.amount_cny, ExposureItem.issued_on, ExposureItem.due_on,
        ExposureItem.ships_on,
    )  # fmt: skip
    query = select(*columns).where(ExposureItem.source == SOURCE, ExposureItem.customer_id.in_(customer_ids))
    later_by = timedelta(days=days)
    items = [
        {name: value + later_by if isinstance(value, date) else value for name, value in row._mapping.items()}
        for row in work.session.execute(query)
    ]
    limits.replace_items(work, SOURCE, items, customer_ids)


def _record(work: Work, made: Mapping[str, Any], row: Row, stored: Sequence[Mapping[str, Any]], as_of: date) -> None:
    subject = Subject("customer", made["id"])
    after = {
        name: Personal(made["id"], name, str(made[name])) if name in PERSONAL else made[name]
        for name in ("name", "number", "credit_code", "industry", "currency", "payment_days", *sorted(PERSONAL))
    }
    detail = {"name": row.name, "number": row.customer_id, "source": SOURCE}
    work.record(Verb.CUSTOMER_CREATED, subject, detail, after=after)
    facts = sorted(name for each in stored for name in each["facts"])
    stamp = {"name": row.name, "kind": "signals", "source": SOURCE, "as_of": as_of.isoformat(), "facts": facts}
    work.record(Verb.EVIDENCE_STORED, subject, stamp)


def store_rates(work: Work, rates: Sequence[Mapping[str, Any]]) -> None:
    """Exchange rates by month; a rate already known stays."""
    known = {(row.currency, row.day) for row in work.session.execute(select(FxRate.currency, FxRate.day))}
    new = [rate for rate in rates if (rate["currency"], rate["day"]) not in known]
    if new:
        work.session.execute(insert(FxRate), new)
