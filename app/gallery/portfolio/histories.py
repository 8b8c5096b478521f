"""A portfolio seen customer by customer, as `credit.signals` and `credit.exposure` read it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from app.gallery.portfolio.rows import Customer, Portfolio, RiskEvent
from credit.rates import Rates
from credit.rows import CustomerRows, Feed, FeedName, StatusSpell

FEEDS: tuple[FeedName, ...] = ("registry", "court", "news", "contracts", "trade")
RATE_SOURCE = "gallery"

R = TypeVar("R")


def histories(portfolio: Portfolio) -> dict[str, CustomerRows]:
    """Customer id → its rows. Every feed covers the days of trade; before them nothing is known."""
    statements = _grouped(portfolio.statements, lambda r: r.customer_id)
    orders = _grouped(portfolio.orders, lambda r: r.customer_id)
    deliveries = _grouped(portfolio.deliveries, lambda r: r.customer_id)
    invoices = _grouped(portfolio.invoices, lambda r: r.customer_id)
    receipts = _grouped(portfolio.receipts, lambda r: r.customer_id)
    events = _grouped(portfolio.events, lambda r: r.customer_id)
    scores = _grouped(portfolio.scores, lambda r: r.customer_id)
    feed = Feed(portfolio.first_day, portfolio.last_day)
    feeds: Mapping[FeedName, Feed] = dict.fromkeys(FEEDS, feed)
    return {
        customer.customer_id: CustomerRows(
            profile=customer,
            statements=statements.get(customer.customer_id, ()),
            orders=orders.get(customer.customer_id, ()),
            deliveries=deliveries.get(customer.customer_id, ()),
            invoices=invoices.get(customer.customer_id, ()),
            receipts=receipts.get(customer.customer_id, ()),
            events=events.get(customer.customer_id, ()),
            scores=scores.get(customer.customer_id, ()),
            statuses=_statuses(customer, events.get(customer.customer_id, ())),
            feeds=feeds,
        )
        for customer in portfolio.customers
    }


def rate_table(portfolio: Portfolio) -> Rates:
    """The portfolio's monthly rates."""
    return Rates(portfolio.rates, source=RATE_SOURCE)


def _grouped(rows: Iterable[R], key: Callable[[R], str]) -> dict[str, list[R]]:
    out: dict[str, list[R]] = defaultdict(list)
    for row in rows:
        out[key(row)].append(row)
    return out


def _statuses(customer: Customer, events: Iterable[RiskEvent]) -> tuple[StatusSpell, ...]:
    """存续 from the founding on, and the last day's status from the day it changed."""
    spells = [StatusSpell("存续", customer.founded_on)]
    spells += [
        StatusSpell(customer.registration_status, event.event_date)
        for event in events
        if event.event_type == "registration_status_change"
    ]
    return tuple(spells)
