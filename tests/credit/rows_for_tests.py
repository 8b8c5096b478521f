"""Hand-made rows of one customer for the tests of this package."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from credit.rates import Rates
from credit.rows import CustomerRows, Feed, FeedName

AS_OF = date(2025, 6, 30)
FEEDS: Mapping[FeedName, Feed] = dict.fromkeys(
    ("registry", "court", "news", "contracts", "trade"), Feed(date(2015, 1, 1), AS_OF)
)
D = Decimal


class Profile(NamedTuple):
    founded_on: date | None = date(2010, 3, 1)
    customer_since: date | None = date(2018, 1, 1)
    top1_share: Decimal | None = D("0.6")


class Statement(NamedTuple):
    fiscal_year: int = 2024
    published_on: date = date(2025, 4, 1)
    revenue: Decimal | None = D("1000")
    net_profit: Decimal | None = D("70")
    operating_cash_flow: Decimal | None = D("80")
    total_assets: Decimal | None = D("2000")
    current_assets: Decimal | None = D("900")
    total_liabilities: Decimal | None = D("900")
    current_liabilities: Decimal | None = D("500")
    tangible_net_worth: Decimal | None = D("1000.005")


class Order(NamedTuple):
    order_id: str = "SO1"
    order_date: date = date(2025, 1, 10)
    promised_date: date = date(2025, 2, 10)
    currency: str = "CNY"
    amount: Decimal = D("100.00")
    cancelled_amount: Decimal = D("0.00")
    status: str = "delivered"


class Delivery(NamedTuple):
    delivery_id: str = "DN1"
    order_id: str = "SO1"
    delivered_on: date = date(2025, 2, 10)
    accepted_on: date | None = date(2025, 2, 12)
    amount: Decimal = D("100.00")


class Invoice(NamedTuple):
    invoice_id: str = "IV1"
    order_id: str | None = "SO1"
    delivery_id: str | None = "DN1"
    invoice_date: date = date(2025, 2, 15)
    due_date: date = date(2025, 3, 17)
    currency: str = "CNY"
    amount: Decimal = D("100.00")


class Receipt(NamedTuple):
    receipt_id: str = "RC1"
    invoice_id: str = "IV1"
    received_on: date = date(2025, 3, 17)
    amount: Decimal = D("100.00")
    method: str = "电汇"


class Event(NamedTuple):
    event_type: str
    event_date: date = date(2025, 1, 1)
    amount_cny: Decimal | None = None


class Score(NamedTuple):
    as_of: date
    score: Decimal
    provider: str = "甲"


class MonthRate(NamedTuple):
    month: date
    currency: str
    rate_to_cny: Decimal


def customer(**given: Any) -> CustomerRows:
    """A customer every feed has watched for ten years, with the rows given and no others."""
    return CustomerRows(**{"profile": Profile(), "feeds": FEEDS, **given})


def usd_rates(*months: tuple[int, int, str]) -> Rates:
    """Rates of USD for (year, month, rate) triples."""
    return Rates([MonthRate(date(y, m, 1), "USD", D(rate)) for y, m, rate in months], source="test")
