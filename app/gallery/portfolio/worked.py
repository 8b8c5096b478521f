"""The customers of the worked example, as data: who they are, and the signals their rating starts from.

C1 to C4 are four companies: 华东精工, 蓝海物流, 恒通贸易, 新启科技. C5 is C1 after three breaches in 180 days, C4b is
C4 without growth on the service weights; each has a credit code of its own, so that all six can stand side by side,
and names the company it is another view of.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from app.gallery.portfolio.rows import Customer
from credit.signals import SIGNALS

Value = Decimal | bool | str | None


@dataclass(frozen=True, slots=True)
class Open:
    """What is open on the day: an invoice not yet due, goods delivered and not invoiced, and orders to ship, each as
    (amount, days until it ships); CNY."""

    receivable: Decimal
    delivered_not_invoiced: Decimal
    open_orders: tuple[tuple[Decimal, int], ...]


@dataclass(frozen=True, slots=True)
class WorkedCustomer:
    """One customer of the worked example.

    key       C1, C2, C3, C4, C5 or C4b
    same_as   the key of the customer it shows once more, or None
    as_of     the day its signals speak of
    customer  the file of the customer
    signals   every name of `SIGNALS` → value; None is unknown
    open      what is open where the order check of the example says so, else None
    """

    key: str
    same_as: str | None
    as_of: date
    customer: Customer
    signals: Mapping[str, Value]
    open: Open | None


@cache
def worked_customers() -> tuple[WorkedCustomer, ...]:
    """The six customers in the order of the worked example."""
    text = files(__package__).joinpath("worked.json").read_text(encoding="utf-8")
    document = json.loads(text)
    as_of = date.fromisoformat(document["as_of"])
    return tuple(_read(row, as_of) for row in document["customers"])


def _read(row: Mapping[str, Any], as_of: date) -> WorkedCustomer:
    signals = {name: _value(name, row["signals"][name]) for name in SIGNALS}
    customer = Customer(
        customer_id=row["id"],
        name=row["name"],
        credit_code=row["credit_code"],
        industry_code=row["industry_code"],
        industry=row["industry"],
        model_variant=row["model_variant"],
        province=row["province"],
        city=row["city"],
        founded_on=date.fromisoformat(row["founded_on"]),
        registered_capital_cny=Decimal(row["registered_capital_cny"]),
        employees=row["employees"],
        legal_representative=row["legal_representative"],
        top1_share=Decimal(row["signals"]["STA_TOP1"]),
        parent_customer_id=None,
        customer_since=date.fromisoformat(row["customer_since"]),
        currency=row["currency"],
        payment_days=row["payment_days"],
        credit_limit=Decimal("0.00"),
        segment=row["segment"],
        contact_email=row["contact_email"],
        registration_status=row["signals"]["registration_status"],
    )
    return WorkedCustomer(row["id"], row["same_as"], as_of, customer, signals, _open(row.get("open")))


def _open(row: Mapping[str, Any] | None) -> Open | None:
    if row is None:
        return None
    orders = tuple((Decimal(order["amount"]), order["ships_in_days"]) for order in row["open_orders"])
    return Open(Decimal(row["receivable"]), Decimal(row["delivered_not_invoiced"]), orders)


def _value(name: str, raw: str | bool | None) -> Value:
    if raw is None or isinstance(raw, bool) or SIGNALS[name].type == "text":
        return raw
    return Decimal(raw)
