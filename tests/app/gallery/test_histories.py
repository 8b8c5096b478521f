"""The made portfolio through the engines: fast, plausible, and no customer exposed for more than it ordered."""

from __future__ import annotations

import time
from datetime import date
from decimal import Decimal as D

import pytest

from app.gallery.portfolio import Portfolio, make
from app.gallery.portfolio.histories import histories, rate_table
from credit.ageing import ageing
from credit.exposure import BillPolicy, exposure, open_items
from credit.signals import signals_for

LAST_DAY = date(2025, 12, 31)


@pytest.fixture(scope="module")
def portfolio() -> Portfolio:
    return make(7, 400)


def test_all_signals_of_a_whole_portfolio_in_seconds(demo: Portfolio) -> None:
    begun = time.process_time()
    rows, rates = histories(demo), rate_table(demo)
    found = [signals_for(customer, LAST_DAY, rates) for customer in rows.values()]
    assert time.process_time() - begun < 8
    assert len(found) == 2000
    late = {c.customer_id: D(f["max_dpd"].value or 0) for c, f in zip(demo.customers, found, strict=True)}
    defaulted = [late[t.customer_id] for t in demo.truth if t.defaulted]
    others = [late[t.customer_id] for t in demo.truth if not t.defaulted]
    assert sum(d > 90 for d in defaulted) > 20
    assert sum(d > 90 for d in others) / len(others) < 0.05


def test_every_row_lands_with_its_customer(portfolio: Portfolio) -> None:
    rows = histories(portfolio)
    assert list(rows) == [c.customer_id for c in portfolio.customers]
    for name in ("orders", "deliveries", "invoices", "receipts", "events", "scores", "statements"):
        assert sum(len(getattr(r, name)) for r in rows.values()) == len(getattr(portfolio, name)), name


def test_the_registration_status_of_earlier_days_is_known(portfolio: Portfolio) -> None:
    rates = rate_table(portfolio)
    gone = [c for c in portfolio.customers if c.registration_status != "存续"]
    assert gone
    for customer in gone:
        rows = histories(portfolio)[customer.customer_id]
        spell = max(rows.statuses, key=lambda s: s.since)
        assert signals_for(rows, spell.since, rates, ["registration_status"])["registration_status"].value != "存续"
        before = signals_for(rows, date(2023, 1, 1), rates, ["registration_status"])["registration_status"]
        assert before.value in ("存续", None)


@pytest.mark.parametrize("as_of", [date(2023, 6, 30), date(2024, 2, 29), date(2025, 9, 15), LAST_DAY])
def test_no_customer_is_exposed_for_more_than_it_ordered(portfolio: Portfolio, as_of: date) -> None:
    rates = rate_table(portfolio)
    bills = BillPolicy(frozenset({"商业承兑汇票", "银行承兑汇票"}), 180)
    for rows in histories(portfolio).values():
        ordered = sum((o.amount - o.cancelled_amount for o in rows.orders if o.order_date <= as_of), D(0))
        paid = sum((r.amount for r in rows.receipts if r.received_on <= as_of), D(0))
        with_bills = sum((item.amount for item in open_items(rows, as_of, bills=bills)), D(0))
        items = open_items(rows, as_of)
        assert sum((item.amount for item in items), D(0)) <= ordered - paid
        assert with_bills <= ordered
        currency = rows.orders[0].currency if rows.orders else "CNY"
        in_own = exposure(items, rates, currency, as_of)
        assert in_own.total == sum((item.amount for item in items), D(0))
        aged = ageing(items, rates, currency, as_of)
        assert aged.oldest_dpd == signals_for(rows, as_of, rates, ["max_dpd"])["max_dpd"].value


def test_the_order_of_rows_changes_no_signal(portfolio: Portfolio) -> None:
    rates = rate_table(portfolio)
    backwards = Portfolio(
        portfolio.seed, portfolio.first_day, portfolio.last_day,
        *(getattr(portfolio, name)[::-1] for name in Portfolio.__slots__[3:]),
    )
    turned = histories(backwards)
    for customer, rows in histories(portfolio).items():
        assert signals_for(rows, LAST_DAY, rates) == signals_for(turned[customer], LAST_DAY, rates)
