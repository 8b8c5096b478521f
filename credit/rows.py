"""The rows of one customer's history as this package reads them: protocols any table, file or tuple can satisfy.

Amounts are Decimal in the row's own currency unless a name ends in ``_cny``; statements are in CNY. Dates are business
dates. Rows dated after the day a question is asked about are ignored, so one set of rows answers for any earlier day.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal, Protocol

FeedName = Literal["registry", "court", "news", "contracts", "trade"]
"""registry: business register; court: suits, enforcement, lists; news: press; contracts: our own contract desk's
breaches; trade: our own orders, deliveries, invoices and receipts."""


class ProfileRow(Protocol):
    """The customer itself; `top1_share` is the largest holder's share, 0 to 1."""

    @property
    def founded_on(self) -> date | None: ...
    @property
    def customer_since(self) -> date | None: ...
    @property
    def top1_share(self) -> Decimal | None: ...


class StatementRow(Protocol):
    """A yearly statement in CNY whose year ends on 31 December; it counts from `published_on` on."""

    @property
    def fiscal_year(self) -> int: ...
    @property
    def published_on(self) -> date: ...
    @property
    def revenue(self) -> Decimal | None: ...
    @property
    def net_profit(self) -> Decimal | None: ...
    @property
    def operating_cash_flow(self) -> Decimal | None: ...
    @property
    def total_assets(self) -> Decimal | None: ...
    @property
    def current_assets(self) -> Decimal | None: ...
    @property
    def total_liabilities(self) -> Decimal | None: ...
    @property
    def current_liabilities(self) -> Decimal | None: ...
    @property
    def tangible_net_worth(self) -> Decimal | None: ...


class OrderRow(Protocol):
    """A sales order; `cancelled_amount` is the part the customer took back. Status closed, cancelled or held means
    nothing more will ship."""

    @property
    def order_id(self) -> str: ...
    @property
    def order_date(self) -> date: ...
    @property
    def promised_date(self) -> date: ...
    @property
    def currency(self) -> str: ...
    @property
    def amount(self) -> Decimal: ...
    @property
    def cancelled_amount(self) -> Decimal: ...
    @property
    def status(self) -> str: ...


class DeliveryRow(Protocol):
    """Goods delivered on an order, in its currency, net of returns; `accepted_on` None is not yet accepted."""

    @property
    def delivery_id(self) -> str: ...
    @property
    def order_id(self) -> str: ...
    @property
    def delivered_on(self) -> date: ...
    @property
    def accepted_on(self) -> date | None: ...
    @property
    def amount(self) -> Decimal: ...


class InvoiceRow(Protocol):
    """A posted invoice; without `delivery_id` it bills its order ahead of delivery. A negative amount is a credit."""

    @property
    def invoice_id(self) -> str: ...
    @property
    def order_id(self) -> str | None: ...
    @property
    def delivery_id(self) -> str | None: ...
    @property
    def invoice_date(self) -> date: ...
    @property
    def due_date(self) -> date: ...
    @property
    def currency(self) -> str: ...
    @property
    def amount(self) -> Decimal: ...


class ReceiptRow(Protocol):
    """A payment cleared against one invoice, in that invoice's currency."""

    @property
    def receipt_id(self) -> str: ...
    @property
    def invoice_id(self) -> str: ...
    @property
    def received_on(self) -> date: ...
    @property
    def amount(self) -> Decimal: ...
    @property
    def method(self) -> str: ...


class EventRow(Protocol):
    """Something reported about the customer; `amount_cny` where the event has one."""

    @property
    def event_date(self) -> date: ...
    @property
    def event_type(self) -> str: ...
    @property
    def amount_cny(self) -> Decimal | None: ...


class ScoreRow(Protocol):
    """A bureau's score, 0 to 100."""

    @property
    def as_of(self) -> date: ...
    @property
    def score(self) -> Decimal: ...
    @property
    def provider(self) -> str: ...


@dataclass(frozen=True, slots=True)
class StatusSpell:
    """The registration status the customer has held from `since` on."""

    status: str
    since: date


@dataclass(frozen=True, slots=True)
class Feed:
    """How far one source has looked: it reports everything from `since` and was last read on `until` (inclusive).

    A customer without a feed is not clean but unknown; within a feed, no row means nothing happened.
    """

    since: date
    until: date


@dataclass(frozen=True, slots=True)
class CustomerRows:
    """Everything known about one customer, rows in any order."""

    profile: ProfileRow
    statements: Sequence[StatementRow] = ()
    orders: Sequence[OrderRow] = ()
    deliveries: Sequence[DeliveryRow] = ()
    invoices: Sequence[InvoiceRow] = ()
    receipts: Sequence[ReceiptRow] = ()
    events: Sequence[EventRow] = ()
    scores: Sequence[ScoreRow] = ()
    statuses: Sequence[StatusSpell] = ()
    feeds: Mapping[FeedName, Feed] = field(default_factory=dict)
