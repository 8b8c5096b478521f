"""The rows of a made portfolio: one typed tuple a file, its fields in the order of the CSV columns.

Amounts are Decimal with two places in the row's own currency; names ending in ``_cny`` and every amount of
`Statement` are in CNY. Dates are business dates. ``None`` is an empty cell.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple


class Customer(NamedTuple):
    """One customer as it stands on the last day (`registration_status` included: no input for earlier days)."""

    customer_id: str
    name: str
    credit_code: str
    industry_code: str
    industry: str
    model_variant: str
    province: str
    city: str
    founded_on: date
    registered_capital_cny: Decimal
    employees: int
    legal_representative: str
    top1_share: Decimal
    parent_customer_id: str | None
    customer_since: date
    currency: str
    payment_days: int
    credit_limit: Decimal
    segment: str
    contact_email: str
    registration_status: str


class Statement(NamedTuple):
    """The yearly statement of one customer; `published_on` is the first day anybody could know it."""

    customer_id: str
    fiscal_year: int
    published_on: date
    revenue: Decimal
    net_profit: Decimal
    ebit: Decimal
    operating_cash_flow: Decimal | None
    total_assets: Decimal
    current_assets: Decimal
    total_liabilities: Decimal
    current_liabilities: Decimal
    retained_earnings: Decimal
    tangible_net_worth: Decimal


class Order(NamedTuple):
    """A sales order; status is delivered, partly_cancelled, cancelled, open or held (stopped before shipping)."""

    order_id: str
    customer_id: str
    order_date: date
    promised_date: date
    currency: str
    amount: Decimal
    cancelled_amount: Decimal
    status: str


class Delivery(NamedTuple):
    """Goods of one order leaving the house; accepted more than 7 days later is a late acceptance."""

    delivery_id: str
    order_id: str
    customer_id: str
    delivered_on: date
    accepted_on: date | None
    amount: Decimal


class Invoice(NamedTuple):
    """The bill of one delivery."""

    invoice_id: str
    order_id: str
    delivery_id: str
    customer_id: str
    invoice_date: date
    due_date: date
    currency: str
    amount: Decimal


class Receipt(NamedTuple):
    """Money, or a bill of exchange, received against one invoice."""

    receipt_id: str
    invoice_id: str
    customer_id: str
    received_on: date
    currency: str
    amount: Decimal
    method: str


class RiskEvent(NamedTuple):
    """Something a registry, court, newspaper or our own contract desk reported about a customer."""

    event_id: str
    customer_id: str
    event_date: date
    event_type: str
    severity: str
    amount_cny: Decimal | None
    source: str
    description: str


class ExternalScore(NamedTuple):
    """A bureau's score from 0 to 100."""

    customer_id: str
    as_of: date
    score: Decimal
    provider: str


class Truth(NamedTuple):
    """The answer key: what happened to the customer in the end. Never an input of a model."""

    customer_id: str
    defaulted: bool
    default_date: date | None
    default_reason: str | None
    stress_start: date | None
    false_alarm_start: date | None
    hidden_group: str | None


class FxRate(NamedTuple):
    """CNY for one unit of `currency`, valid for the month that begins on `month`."""

    month: date
    currency: str
    rate_to_cny: Decimal


@dataclass(frozen=True, slots=True)
class Portfolio:
    """Every row of one made portfolio, and the days it speaks of (both inclusive)."""

    seed: int
    first_day: date
    last_day: date
    customers: tuple[Customer, ...]
    statements: tuple[Statement, ...]
    orders: tuple[Order, ...]
    deliveries: tuple[Delivery, ...]
    invoices: tuple[Invoice, ...]
    receipts: tuple[Receipt, ...]
    events: tuple[RiskEvent, ...]
    scores: tuple[ExternalScore, ...]
    truth: tuple[Truth, ...]
    rates: tuple[FxRate, ...]
