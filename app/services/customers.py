"""The customer file's writer: create and change, by page, API, import and demo alike."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from pypinyin import Style, lazy_pinyin
from sqlalchemy import select

from app.access import Conflict, Missing, Right, Scope, require
from app.db import new_id
from app.models.customer import Customer
from app.queries.scope import customers_in_scope
from app.work import Personal, Subject, Verb, Work

COLUMNS = (
    "number", "name", "credit_code", "industry_code", "industry", "variant", "province", "city", "founded_on",
    "registered_capital", "employees", "legal_representative", "contact_email", "registration_status", "currency",
    "payment_days", "customer_since", "segment", "note",
)  # fmt: skip
PERSONAL = frozenset({"legal_representative", "contact_email"})


def subject(customer: Customer) -> Subject:
    return Subject("customer", customer.id)


def sort_name(name: str) -> str:
    """Pinyin and its initials, so that lists sort as Chinese readers expect and 'szhr' finds 苏州恒瑞."""
    syllables = lazy_pinyin(name, style=Style.NORMAL)
    initials = "".join(s[:1] for s in syllables)
    return f"{' '.join(syllables)}|{initials}".lower()[:400]


def get(work: Work, customer_id: str, right: Right = Right.CUSTOMER_READ) -> Customer:
    """A customer the actor may reach with `right`; anyone else's is Missing."""
    query = select(Customer).where(Customer.id == customer_id)
    if work.actor.viewer is not None:
        query = customers_in_scope(query, work.viewer, right)
    row = work.session.scalar(query)
    if row is None:
        raise Missing("customer", customer_id)
    return row


def create(work: Work, values: Mapping[str, Any], *, source: str, owner_id: str | None = None,
           department_id: str | None = None, record: bool = True) -> Customer:
    """A new customer from checked values (keys of COLUMNS). A code or number taken is a Conflict naming whose."""
    viewer = work.actor.viewer
    if viewer is not None and source != "import":
        require(viewer, Right.CUSTOMER_WRITE)
    _unique(work, values, None)
    row = Customer(
        id=new_id(),
        source=source,
        sort_name=sort_name(values["name"]),
        created_at=work.now,
        changed_at=work.now,
        owner_id=owner_id or (viewer.id if viewer and viewer.scope(Right.CUSTOMER_WRITE) else None),
        department_id=department_id or (viewer.department_id if viewer else None),
        **{name: values.get(name) for name in COLUMNS if name in values},
    )
    work.session.add(row)
    work.session.flush()
    if record:
        work.record(Verb.CUSTOMER_CREATED, subject(row), {"name": row.name, "number": row.number, "source": source},
                    after=shown(row, values))
    return row


def change(work: Work, row: Customer, values: Mapping[str, Any], row_version: int) -> bool:
    """Apply checked values; True when something changed. Before and after go to the ledger, personal fields sealed."""
    if work.actor.viewer is not None:
        require(work.viewer, Right.CUSTOMER_WRITE)
    if row.row_version != row_version:
        raise Conflict("customer.changed", name=row.name, at=row.changed_at.isoformat())
    _unique(work, values, row.id)
    changed = {name: value for name, value in values.items() if name in COLUMNS and getattr(row, name) != value}
    if not changed:
        return False
    before = shown(row, changed)
    for name, value in changed.items():
        setattr(row, name, value)
    row.sort_name, row.changed_at = sort_name(row.name), work.now
    work.record(Verb.CUSTOMER_CHANGED, subject(row), {"name": row.name, "fields": sorted(changed)},
                before=before, after=shown(row, changed))
    return True


def shown(row: Customer, names: Mapping[str, Any] | tuple[str, ...]) -> dict[str, Any]:
    """Values as they stand in a ledger entry: decimals and dates as text, personal ones sealed."""
    out: dict[str, Any] = {}
    for name in names:
        if name not in COLUMNS:
            continue
        value = getattr(row, name)
        if value is None:
            out[name] = None
        elif name in PERSONAL:
            out[name] = Personal(row.id, name, str(value))
        elif isinstance(value, (Decimal, date)):
            out[name] = str(value)
        else:
            out[name] = value
    return out


def _unique(work: Work, values: Mapping[str, Any], own_id: str | None) -> None:
    for column in ("credit_code", "number"):
        value = values.get(column)
        if value is None:
            continue
        other = work.session.scalar(select(Customer).where(getattr(Customer, column) == value))
        if other is not None and other.id != own_id:
            viewer = work.actor.viewer
            seen = viewer is None or viewer.scope(Right.CUSTOMER_READ) == Scope.ALL or other.owner_id == viewer.id
            shown_name, shown_id = (other.name, other.id) if seen else ("", "")
            raise Conflict(f"customer.{column}_taken", value=value, name=shown_name, id=shown_id)
