"""The public Polish companies as customers: their ratios as evidence, and their financial dimension rated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import insert, select

from app.db import new_id
from app.gallery.companies import SOURCE as FILE
from app.gallery.companies import Company
from app.models.customer import Customer, Evidence
from app.services import customer_reach, ratings
from app.services.customers import sort_name
from app.work import Subject, Verb, Work
from credit.signals import Signal

SOURCE = "companies"
CURRENCY = "PLN"
VARIANT = "STD"


def store(work: Work, companies: Sequence[Company], as_of: date) -> dict[str, int]:
    """One chunk: customers that are not there yet, nobody's own, with one copy of evidence each, and rated.

    Returns counts: stored, there already, rated, failed.
    """
    numbers = [company.company_id for company in companies]
    there = set(work.session.scalars(select(Customer.number).where(Customer.number.in_(numbers))))
    new = [company for company in companies if company.company_id not in there]
    counts = {"stored": len(new), "there": len(companies) - len(new), "rated": 0, "failed": 0}
    if not new:
        return counts
    rows = [_customer(work, company) for company in new]
    evidence = [_evidence(work, row["id"], company, as_of) for row, company in zip(rows, new, strict=True)]
    work.session.execute(insert(Customer), rows)
    work.session.execute(insert(Evidence), evidence)
    customer_reach.write_new(work, [row["id"] for row in rows])
    for row, copy in zip(rows, evidence, strict=True):
        subject = Subject("customer", row["id"])
        detail = {"name": row["name"], "number": row["number"], "source": SOURCE}
        work.record(Verb.CUSTOMER_CREATED, subject, detail, after={"name": row["name"], "currency": CURRENCY})
        stamp = {"name": row["name"], "kind": "statement", "source": FILE, "as_of": as_of.isoformat()}
        work.record(Verb.EVIDENCE_STORED, subject, stamp | {"facts": sorted(copy["facts"])})
    ids = [row["id"] for row in rows]
    customers = work.session.scalars(select(Customer).where(Customer.id.in_(ids)).order_by(Customer.id)).all()
    rated = ratings.rate_many(work, customers, ratings.model_in_force(work.session))
    counts["failed"] = sum(1 for each in rated if each.problems)
    counts["rated"] = len(rated) - counts["failed"]
    return counts


def _customer(work: Work, company: Company) -> dict[str, Any]:
    """Marked by its source and named by its row: the file names no company. Nobody owns it, so only those see it
    whose data permission is everything."""
    name = f"Polish company {company.company_id}"
    return {
        "id": new_id(),
        "number": company.company_id,
        "name": name,
        "sort_name": sort_name(name),
        "variant": VARIANT,
        "currency": CURRENCY,
        "source": SOURCE,
        "answers": {},
        "created_at": work.now,
        "changed_at": work.now,
        "row_version": 1,
    }


def _evidence(work: Work, customer_id: str, company: Company, as_of: date) -> dict[str, Any]:
    return {
        "id": new_id(),
        "customer_id": customer_id,
        "kind": "statement",
        "source": FILE,
        "as_of": as_of,
        "fetched_at": work.now,
        "expires_on": None,
        "facts": {name: _fact(signal.value) for name, signal in company.signals.items()},
        "detail": {name: _detail(signal) for name, signal in company.signals.items()},
    }


def _detail(signal: Signal) -> Mapping[str, Any]:
    return {
        "as_of": signal.as_of.isoformat() if signal.as_of else None,
        "document": signal.document,
        "reason": signal.reason,
        "params": dict(signal.params),
        "rates": [],
    }


def _fact(value: Decimal | bool | str | None) -> Any:
    return format(value, "f") if isinstance(value, Decimal) else value
