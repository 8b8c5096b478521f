"""Signals from trade: window edges, unpaid items, currencies, and the difference between nothing and unknown."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit.rates import Rate, Rates
from credit.rows import CustomerRows, Feed
from credit.signals import Signal, signals_for
from tests.credit.rows_for_tests import (
    AS_OF,
    FEEDS,
    Delivery,
    Event,
    Invoice,
    Order,
    Profile,
    Receipt,
    customer,
    usd_rates,
)

FIRST_IN, LAST_OUT = date(2024, 7, 1), date(2024, 6, 30)  # the 12 months that end on AS_OF
AFTER = AS_OF + timedelta(days=1)


def value(name: str, rows: CustomerRows, rates: Rates | None = None, as_of: date = AS_OF) -> Signal:
    return signals_for(rows, as_of, rates or Rates(), [name])[name]


# --------------------------------------------------------------------------------------------- fulfilment
@pytest.mark.parametrize(
    ("orders", "deliveries", "expected"),
    [
        ([Order()], [Delivery()], "1.0000"),
        ([Order(cancelled_amount=D("3.00"))], [Delivery(amount=D("97.00"))], "0.9700"),
        ([Order(cancelled_amount=D("100.00"), status="cancelled")], [], "0.0000"),
        ([Order(promised_date=FIRST_IN, cancelled_amount=D("50.00"))], [Delivery(amount=D("50.00"))], "0.5000"),
        ([Order(promised_date=LAST_OUT, cancelled_amount=D("50.00"))], [Delivery(amount=D("50.00"))], None),
        ([Order(promised_date=AS_OF, cancelled_amount=D("50.00"))], [Delivery(amount=D("50.00"))], "0.5000"),
        ([Order(promised_date=AFTER, cancelled_amount=D("50.00"))], [Delivery(amount=D("50.00"))], None),
        ([Order(status="held")], [], None),  # we hold it: neither kept nor broken
        ([Order(), Order("SO2")], [Delivery()], "1.0000"),  # SO2 is still to come
        ([Order()], [Delivery(delivered_on=AFTER)], None),
        ([Order()], [Delivery(order_id="SO9")], None),
        ([Order(cancelled_amount=D("1.00"))], [Delivery(amount=D("2.00"))], "0.6667"),
        ([], [], None),
    ],
)
def test_fulfilment(orders: list[Order], deliveries: list[Delivery], expected: str | None) -> None:
    found = value("TRX_FULFIL", customer(orders=orders, deliveries=deliveries))
    assert found.value == (None if expected is None else D(expected))
    assert found.reason == (None if expected else "signal.no_deliveries")


def test_fulfilment_weighs_currencies_by_the_rate_of_the_orders_month() -> None:
    orders = [
        Order("SO1", cancelled_amount=D("100.00"), status="cancelled"),
        Order("SO2", currency="USD", order_date=date(2025, 3, 5), promised_date=date(2025, 3, 20)),
    ]
    rows = customer(orders=orders, deliveries=[Delivery(order_id="SO2")])
    found = value("TRX_FULFIL", rows, usd_rates((2025, 3, "7"), (2025, 4, "9")))
    assert found.value == D("0.8750")  # 700 of 800
    assert found.rates == (Rate("USD", date(2025, 3, 1), D("7"), "test"),)


def test_no_rate_is_unknown_and_says_which() -> None:
    rows = customer(orders=[Order(currency="USD", cancelled_amount=D("1"))], deliveries=[Delivery()])
    found = value("TRX_FULFIL", rows)
    assert (found.value, found.reason) == (None, "signal.rate_missing")
    assert found.params == {"currency": "USD", "day": "2025-01-10"}


# --------------------------------------------------------------------------------------------- days beyond terms
DUE = date(2025, 3, 17)


@pytest.mark.parametrize(
    ("receipts", "expected"),
    [
        ([Receipt(received_on=DUE)], "0.00"),
        ([Receipt(received_on=DUE + timedelta(days=5))], "5.00"),
        ([Receipt(received_on=DUE - timedelta(days=4))], "-4.00"),
        ([Receipt(received_on=DUE, amount=D(25)), Receipt("RC2", "IV1", DUE + timedelta(days=8), D(75))], "6.00"),
        # half paid on the day, half still unpaid 105 days later
        ([Receipt(received_on=DUE, amount=D(50))], "52.50"),
        # nothing paid by the day of the question
        ([Receipt(received_on=AFTER)], "105.00"),
        ([], "105.00"),
    ],
)
def test_days_beyond_terms(receipts: list[Receipt], expected: str) -> None:
    found = value("TRX_DBT", customer(invoices=[Invoice()], receipts=receipts))
    assert found.value == D(expected)


@pytest.mark.parametrize(("received", "expected"), [(FIRST_IN, "12.00"), (LAST_OUT, None), (AS_OF, "12.00")])
def test_receipts_count_by_the_day_received(received: date, expected: str | None) -> None:
    due = received - timedelta(days=12)
    invoice = Invoice(invoice_date=due - timedelta(days=30), due_date=due)
    found = value("TRX_DBT", customer(invoices=[invoice], receipts=[Receipt(received_on=received)]))
    assert found.value == (None if expected is None else D(expected))
    assert found.reason == (None if expected else "signal.no_payments")


def test_what_is_not_yet_due_or_not_yet_posted_does_not_count() -> None:
    invoices = [Invoice("IV1", due_date=AS_OF), Invoice("IV2", due_date=AFTER), Invoice("IV3", invoice_date=AFTER)]
    assert value("TRX_DBT", customer(invoices=invoices)).reason == "signal.no_payments"


def test_an_old_unpaid_item_still_counts() -> None:
    old = Invoice(invoice_date=date(2020, 1, 1), due_date=AS_OF - timedelta(days=1000))
    assert value("TRX_DBT", customer(invoices=[old])).value == D("1000.00")


@given(st.integers(0, 105), st.integers(1, 99))
def test_leaving_part_unpaid_never_looks_better_than_paying_late(late: int, part: int) -> None:
    whole = customer(invoices=[Invoice()], receipts=[Receipt(received_on=DUE + timedelta(days=late))])
    half = customer(
        invoices=[Invoice()], receipts=[Receipt(received_on=DUE + timedelta(days=late), amount=D(part))]
    )
    paid, unpaid = value("TRX_DBT", whole).value, value("TRX_DBT", half).value
    assert isinstance(paid, D)
    assert isinstance(unpaid, D)
    assert unpaid >= paid


# --------------------------------------------------------------------------------------------- days past due
@pytest.mark.parametrize(
    ("due", "paid", "expected"),
    [
        (AS_OF, None, 0),
        (AS_OF - timedelta(days=1), None, 1),
        (AS_OF - timedelta(days=91), None, 91),
        (AS_OF - timedelta(days=91), AS_OF, 0),  # paid late is paid
        (AS_OF - timedelta(days=91), AFTER, 91),
        (AS_OF + timedelta(days=10), None, 0),
    ],
)
def test_oldest_unpaid_item(due: date, paid: date | None, expected: int) -> None:
    receipts = [] if paid is None else [Receipt(received_on=paid)]
    rows = customer(invoices=[Invoice(due_date=due, invoice_date=date(2025, 1, 1))], receipts=receipts)
    assert value("max_dpd", rows).value == D(expected)


def test_a_cent_unpaid_is_unpaid_and_too_much_paid_is_not() -> None:
    rows = customer(invoices=[Invoice()], receipts=[Receipt(amount=D("99.99"))])
    assert value("max_dpd", rows).value == D(105)
    assert value("max_dpd", customer(invoices=[Invoice()], receipts=[Receipt(amount=D("100.01"))])).value == D(0)
    assert value("max_dpd", customer()).value == D(0)  # our own books know of no item


# --------------------------------------------------------------------------------------------- delays and breaches
@pytest.mark.parametrize(
    ("delivered", "accepted", "late"),
    [
        (date(2025, 3, 1), date(2025, 3, 8), 0),
        (date(2025, 3, 1), date(2025, 3, 9), 1),
        (date(2025, 3, 1), None, 1),
        (AS_OF - timedelta(days=7), None, 0),
        (AS_OF - timedelta(days=8), None, 1),
        (AS_OF - timedelta(days=8), AFTER, 1),
        (FIRST_IN, date(2024, 8, 1), 1),
        (LAST_OUT, date(2024, 8, 1), None),
        (AFTER, None, None),
    ],
)
def test_late_acceptance(delivered: date, accepted: date | None, late: int | None) -> None:
    found = value("CON_DELAY", customer(deliveries=[Delivery(delivered_on=delivered, accepted_on=accepted)]))
    assert found.value == (None if late is None else D(late))


@pytest.mark.parametrize(
    ("day", "year", "half_year"),
    [
        (AS_OF, 1, 1),
        (AFTER, 0, 0),
        (AS_OF - timedelta(days=179), 1, 1),
        (AS_OF - timedelta(days=180), 1, 0),
        (FIRST_IN, 1, 0),
        (LAST_OUT, 0, 0),
    ],
)
def test_breaches(day: date, year: int, half_year: int) -> None:
    rows = customer(orders=[Order()], events=[Event("contract_breach", day), Event("news_negative", AS_OF)])
    assert value("CON_BREACH", rows).value == D(year)
    assert value("breaches_180d", rows).value == D(half_year)


def test_no_trade_no_merit() -> None:
    quiet = customer(orders=[Order(order_date=LAST_OUT)])
    assert value("CON_BREACH", quiet).reason == "signal.no_trade"
    assert value("breaches_180d", quiet).value == D(0)
    assert value("CON_BREACH", customer(events=[Event("contract_breach")])).value == D(1)
    for row in ({"receipts": [Receipt()]}, {"deliveries": [Delivery()]}, {"invoices": [Invoice()]}):
        assert value("CON_BREACH", customer(**row)).value == D(0)


# --------------------------------------------------------------------------------------------- purchase
@pytest.mark.parametrize(
    ("since", "expected"),
    [
        (date(2018, 1, 1), "100.00"),
        (None, "100.00"),
        (date(2024, 6, 30), "100.00"),
        (date(2024, 12, 31), "200.00"),  # six months
        (date(2024, 12, 30), "171.43"),  # the seventh has begun
        (date(2025, 6, 1), "400.00"),  # never less than three
    ],
)
def test_monthly_purchase(since: date | None, expected: str) -> None:
    orders = [
        Order("SO1", amount=D("1500.00"), cancelled_amount=D("400.00")),
        Order("SO2", order_date=FIRST_IN),
        Order("SO3", order_date=LAST_OUT),
        Order("SO4", order_date=AFTER),
    ]
    rows = customer(orders=orders, profile=Profile(customer_since=since))
    assert value("monthly_purchase", rows).value == D(expected)


def test_monthly_purchase_converts_and_is_unknown_without_orders_or_rate() -> None:
    rows = customer(orders=[Order(currency="USD", amount=D("12.00"))])
    assert value("monthly_purchase", rows, usd_rates((2025, 1, "7.1234"))).value == D("7.12")
    assert value("monthly_purchase", rows).reason == "signal.rate_missing"
    assert value("monthly_purchase", customer()).reason == "signal.no_orders"


# --------------------------------------------------------------------------------------------- sources
@pytest.mark.parametrize("name", ["TRX_FULFIL", "TRX_DBT", "max_dpd", "monthly_purchase"])
def test_without_our_trade_it_is_unknown(name: str) -> None:
    rows = customer(orders=[Order()], deliveries=[Delivery()], invoices=[Invoice()], feeds={})
    assert (value(name, rows).value, value(name, rows).reason) == (None, "signal.no_source")


def test_a_short_look_counts_what_it_found_and_calls_nothing_unknown() -> None:
    short = {**FEEDS, "contracts": Feed(date(2025, 3, 1), AS_OF)}
    found = value("CON_BREACH", customer(orders=[Order()], events=[Event("contract_breach", AS_OF)], feeds=short))
    assert (found.value, found.reason) == (D(1), "signal.at_least")
    nothing = value("CON_BREACH", customer(orders=[Order()], feeds=short))
    assert (nothing.value, nothing.reason, nothing.params) == (
        None, "signal.source_too_short", {"since": "2025-03-01"},
    )
    assert value("breaches_180d", customer(orders=[Order()], feeds={})).reason == "signal.no_source"


def test_a_new_customer_needs_no_look_before_it_came() -> None:
    came = date(2025, 3, 1)
    rows = customer(
        orders=[Order()], feeds={"contracts": Feed(came, AS_OF)}, profile=Profile(customer_since=came)
    )
    assert value("CON_BREACH", rows).value == D(0)


def test_a_feed_that_stopped_dates_the_signal() -> None:
    until = date(2025, 5, 31)
    stopped = {**FEEDS, "trade": Feed(date(2015, 1, 1), until), "contracts": Feed(date(2015, 1, 1), until)}
    rows = customer(orders=[Order()], deliveries=[Delivery()], invoices=[Invoice()], feeds=stopped)
    for name in ("TRX_FULFIL", "TRX_DBT", "max_dpd", "CON_BREACH", "CON_DELAY", "monthly_purchase"):
        assert value(name, rows).as_of == until
    long_ago = customer(orders=[Order()], feeds={"contracts": Feed(date(2015, 1, 1), LAST_OUT)})
    assert value("CON_BREACH", long_ago).reason == "signal.source_ended"
