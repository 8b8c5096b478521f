"""Exposure: every amount in one stage only, moved on by each document, in one currency, against a limit."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit.exposure import (
    BillPolicy,
    Category,
    Exposure,
    ExposureItem,
    exposure,
    headroom,
    open_items,
    utilisation,
    within_horizon,
)
from credit.rates import Rate, Rates
from credit.rows import CustomerRows
from tests.credit.rows_for_tests import AS_OF, Delivery, Invoice, Order, Receipt, customer, usd_rates

ORDER, DELIVERED, RECEIVABLE, SPECIAL = Category
ONE_DAY = timedelta(days=1)


def stages(rows: CustomerRows, as_of: date = AS_OF, **more: object) -> dict[Category, D]:
    """Sum by category of what is open, without the empty ones."""
    out: dict[Category, D] = {}
    for item in open_items(rows, as_of, **more):  # type: ignore[arg-type]
        out[item.category] = out.get(item.category, D(0)) + item.amount
    return out


def test_an_amount_moves_from_stage_to_stage() -> None:
    rows = customer(
        orders=[Order(order_date=date(2025, 1, 10))],
        deliveries=[Delivery(delivered_on=date(2025, 2, 10))],
        invoices=[Invoice(invoice_date=date(2025, 2, 15))],
        receipts=[
            Receipt(received_on=date(2025, 3, 17), amount=D(40)),
            Receipt("RC2", received_on=date(2025, 3, 20), amount=D(60)),
        ],
    )
    assert stages(rows, date(2025, 1, 9)) == {}
    assert stages(rows, date(2025, 1, 10)) == stages(rows, date(2025, 2, 9)) == {ORDER: D(100)}
    assert stages(rows, date(2025, 2, 10)) == stages(rows, date(2025, 2, 14)) == {DELIVERED: D(100)}
    assert stages(rows, date(2025, 2, 15)) == {RECEIVABLE: D(100)}
    assert stages(rows, date(2025, 3, 17)) == {RECEIVABLE: D(60)}
    assert stages(rows, date(2025, 3, 20)) == {}


def test_items_carry_their_document_and_days() -> None:
    rows = customer(
        orders=[Order(amount=D(150), promised_date=date(2025, 7, 9))],
        deliveries=[Delivery("DN1", amount=D(60)), Delivery("DN2", amount=D(40))],
        invoices=[Invoice(amount=D(60))],
    )
    assert open_items(rows, AS_OF) == (
        ExposureItem(ORDER, "SO1", "SO1", D(50), "CNY", date(2025, 1, 10), ships_on=date(2025, 7, 9)),
        ExposureItem(DELIVERED, "DN2", "SO1", D(40), "CNY", date(2025, 2, 10)),
        ExposureItem(RECEIVABLE, "IV1", "SO1", D(60), "CNY", date(2025, 2, 15), due_on=date(2025, 3, 17)),
    )


@pytest.mark.parametrize("status", ["cancelled", "closed", "held"])
def test_an_ended_order_reserves_nothing_but_what_left_the_house_stays(status: str) -> None:
    rows = customer(orders=[Order(status=status)], deliveries=[Delivery(amount=D(30))])
    assert stages(rows) == {DELIVERED: D(30)}


def test_cancelled_and_prepaid_parts_are_no_exposure() -> None:
    order = Order(cancelled_amount=D(30))
    assert stages(customer(orders=[order])) == {ORDER: D(70)}
    assert stages(customer(orders=[order]), prepaid={"SO1": D(50)}) == {ORDER: D(20)}
    assert stages(customer(orders=[order]), prepaid={"SO1": D(70)}) == {}
    assert stages(customer(orders=[order]), prepaid={"SO1": D(99), "SO2": D(1)}) == {}


def test_billing_ahead_covers_deliveries_first_and_then_the_open_order() -> None:
    ahead = Invoice(delivery_id=None, amount=D(60))
    assert stages(customer(orders=[Order()], invoices=[ahead])) == {ORDER: D(40), RECEIVABLE: D(60)}
    part = customer(orders=[Order()], invoices=[ahead], deliveries=[Delivery(amount=D(50))])
    assert stages(part) == {ORDER: D(40), RECEIVABLE: D(60)}
    more = customer(orders=[Order()], invoices=[ahead], deliveries=[Delivery(amount=D(80))])
    assert stages(more) == {ORDER: D(20), DELIVERED: D(20), RECEIVABLE: D(60)}


def test_delivering_more_than_ordered_is_exposure_of_what_was_delivered() -> None:
    rows = customer(orders=[Order()], deliveries=[Delivery(amount=D(130))])
    assert stages(rows) == {DELIVERED: D(130)}


def test_credits_lower_the_receivable_and_bring_nothing_back() -> None:
    credit = Invoice("IV2", amount=D(-10))
    rows = customer(orders=[Order()], deliveries=[Delivery()], invoices=[Invoice(), credit])
    assert stages(rows) == {RECEIVABLE: D(90)}
    overpaid = customer(
        orders=[Order()], deliveries=[Delivery()], invoices=[Invoice()], receipts=[Receipt(amount=D(101))]
    )
    assert stages(overpaid) == {RECEIVABLE: D(-1)}


def test_an_invoice_without_an_order_is_a_receivable() -> None:
    assert stages(customer(invoices=[Invoice(order_id=None, delivery_id=None)])) == {RECEIVABLE: D(100)}


def test_a_bill_stays_exposure_until_it_clears_where_the_policy_says_so() -> None:
    rows = customer(
        orders=[Order()],
        deliveries=[Delivery()],
        invoices=[Invoice()],
        receipts=[
            Receipt(received_on=date(2025, 3, 17), amount=D(70), method="商业承兑汇票"),
            Receipt("RC2", received_on=date(2025, 3, 17), amount=D(30)),
        ],
    )
    bills = BillPolicy(frozenset({"商业承兑汇票"}), 90)
    assert stages(rows, date(2025, 3, 17)) == {}
    assert stages(rows, date(2025, 3, 17), bills=bills) == {SPECIAL: D(70)}
    assert stages(rows, date(2025, 6, 14), bills=bills) == {SPECIAL: D(70)}
    assert stages(rows, date(2025, 6, 15), bills=bills) == {}
    assert stages(rows, date(2025, 3, 16), bills=bills) == {RECEIVABLE: D(100)}


# ---------------------------------------------------------------------------------------- never counted twice
amounts = st.integers(0, 10_000).map(lambda cents: D(cents) / 100)
days = st.integers(0, 120).map(lambda n: date(2025, 1, 1) + timedelta(days=n))


@st.composite
def lives(draw: st.DrawFn) -> tuple[CustomerRows, D, D]:
    """An order and what became of it: rows, net ordered amount, and what was paid by the end. No more is delivered
    than ordered, billed than delivered or ordered, paid than billed."""
    net = draw(st.integers(1, 50_000))
    cancelled = draw(st.integers(0, 5_000))
    order = Order(order_date=date(2025, 1, 1), amount=D(net + cancelled) / 100, cancelled_amount=D(cancelled) / 100)
    deliveries, invoices, receipts = [], [], []
    left, paid = net, 0
    ahead = draw(st.integers(0, net)) if draw(st.booleans()) else 0
    if ahead:
        day = draw(days)
        invoices.append(Invoice("IV0", "SO1", None, day, day, amount=D(ahead) / 100))
    for n in range(draw(st.integers(0, 3))):
        part = draw(st.integers(0, left))
        left -= part
        day = draw(days)
        deliveries.append(Delivery(f"DN{n}", "SO1", day, None, D(part) / 100))
        own = draw(st.integers(0, max(0, part - ahead)))
        if own:
            billed = day + timedelta(days=draw(st.integers(0, 30)))
            invoices.append(Invoice(f"IV{n + 1}", "SO1", f"DN{n}", billed, billed, amount=D(own) / 100))
    for invoice in invoices:
        part = draw(st.integers(0, int(invoice.amount * 100)))
        day = invoice.invoice_date + timedelta(days=draw(st.integers(0, 60)))
        receipts.append(Receipt(f"RC{invoice.invoice_id}", invoice.invoice_id, day, D(part) / 100, "票"))
        paid += part
    rows = customer(orders=[order], deliveries=deliveries, invoices=invoices, receipts=receipts)
    return rows, D(net) / 100, D(paid) / 100


@given(lives(), st.booleans())
def test_the_sum_over_an_orders_life_never_exceeds_and_never_grows(life: tuple[CustomerRows, D, D], bill: bool) -> None:
    rows, net, paid = life
    bills = BillPolicy(frozenset({"票"}), 30) if bill else None
    marks = {row.delivered_on for row in rows.deliveries} | {row.invoice_date for row in rows.invoices}
    marks |= {row.received_on + timedelta(days=n) for row in rows.receipts for n in (0, 30)}
    before = net
    for day in sorted({date(2025, 1, 1), *marks, date(2026, 1, 1)}):
        total = sum(stages(rows, day, bills=bills).values(), D(0))
        assert total <= before
        before = total
    assert before == net - paid  # nothing is lost on the way either


@given(lives())
def test_the_order_of_rows_changes_nothing(life: tuple[CustomerRows, D, D]) -> None:
    rows, _, _ = life
    turned = customer(
        orders=rows.orders[::-1],
        deliveries=rows.deliveries[::-1],
        invoices=rows.invoices[::-1],
        receipts=rows.receipts[::-1],
    )
    assert open_items(rows, AS_OF) == open_items(turned, AS_OF)


@given(st.lists(st.tuples(st.sampled_from(list(Category)), amounts), max_size=12))
def test_categories_add_up_to_the_total(parts: list[tuple[Category, D]]) -> None:
    items = [ExposureItem(category, f"X{n}", None, a, "USD", AS_OF) for n, (category, a) in enumerate(parts)]
    found = exposure(items, usd_rates((2025, 6, "7.1817")), "CNY", AS_OF)
    assert sum(amount or D(0) for amount in found.by_category.values()) == found.total


# ---------------------------------------------------------------------------------------- one currency, one limit
def worked_items(new_order: bool = True) -> list[ExposureItem]:
    """The open items of the order check on 华东精工."""

    def item(category: Category, number: str, amount: str, ships_in: int | None = None) -> ExposureItem:
        ships_on = None if ships_in is None else AS_OF + timedelta(days=ships_in)
        return ExposureItem(category, number, None, D(amount), "CNY", AS_OF, ships_on=ships_on)

    return [
        item(RECEIVABLE, "IV1", "3600000"),
        item(DELIVERED, "DN1", "700000"),
        item(ORDER, "SO1", "1200000", 30),
        item(ORDER, "SO2", "900000", 75),
        *([item(ORDER, "SO3", "1300000", 20)] if new_order else []),
    ]


def test_the_worked_order_check() -> None:
    limit = D("6960000")
    static = exposure(worked_items(), Rates(), "CNY", AS_OF)
    assert static.total == D("7700000.00")
    assert static.by_category == {ORDER: D(3400000), DELIVERED: D(700000), RECEIVABLE: D(3600000), SPECIAL: D(0)}
    assert (headroom(limit, static), utilisation(limit, static)) == (D("-740000.00"), D("1.1063"))
    dynamic = exposure(within_horizon(worked_items(), AS_OF, 60), Rates(), "CNY", AS_OF)
    assert (dynamic.total, utilisation(limit, dynamic)) == (D("6800000.00"), D("0.9770"))


def test_horizon_edges() -> None:
    def order(ships_on: date | None) -> ExposureItem:
        return ExposureItem(ORDER, "SO1", None, D(1), "CNY", AS_OF, ships_on=ships_on)

    last = AS_OF + timedelta(days=60)
    assert within_horizon([order(last), order(None), order(AS_OF - ONE_DAY)], AS_OF, 60) == (
        order(last), order(None), order(AS_OF - ONE_DAY),
    )
    assert within_horizon([order(last + ONE_DAY)], AS_OF, 60) == ()
    bill = ExposureItem(SPECIAL, "RC1", None, D(1), "CNY", AS_OF, ships_on=last + ONE_DAY)
    assert within_horizon([bill], AS_OF, 60) == (bill,)


def test_rates_are_those_of_the_day_and_kept() -> None:
    items = [ExposureItem(RECEIVABLE, "IV1", None, D("10.00"), "USD", date(2024, 1, 1))]
    rates = usd_rates((2024, 1, "6.5"), (2025, 4, "7.1234"))
    found = exposure(items, rates, "CNY", AS_OF)
    assert found.total == D("71.23")
    assert found.rates == (Rate("USD", date(2025, 4, 1), D("7.1234"), "test"),)
    back = exposure([ExposureItem(RECEIVABLE, "IV1", None, D("71.23"), "CNY", AS_OF)], rates, "USD", AS_OF)
    assert back.total == D("10.00")


def test_a_missing_rate_makes_the_sum_unknown_and_says_which() -> None:
    items = [
        ExposureItem(RECEIVABLE, "IV1", None, D("10"), "EUR", AS_OF),
        ExposureItem(ORDER, "SO1", None, D("10"), "CNY", AS_OF),
    ]
    found = exposure(items, usd_rates((2025, 3, "7")), "CNY", AS_OF)
    assert (found.total, found.missing) == (None, ("EUR",))
    assert found.by_category == {ORDER: D(10), DELIVERED: D(0), RECEIVABLE: None, SPECIAL: D(0)}
    assert headroom(D(100), found) is None
    assert utilisation(D(100), found) is None
    too_old = exposure([ExposureItem(ORDER, "SO1", None, D(1), "USD", AS_OF)], usd_rates((2025, 3, "7")), "CNY", AS_OF)
    assert too_old.missing == ("USD",)


def test_a_currency_without_cents_has_none() -> None:
    found = exposure([ExposureItem(ORDER, "SO1", None, D("10.5"), "JPY", AS_OF)], Rates(), "JPY", AS_OF)
    assert str(found.total) == "11"


@pytest.mark.parametrize(
    ("limit", "left", "used"),
    [(D(200), "100.00", "0.5000"), (D(100), "0.00", "1.0000"), (D(0), "-100.00", None), (None, None, None)],
)
def test_headroom_and_utilisation(limit: D | None, left: str | None, used: str | None) -> None:
    found = exposure([ExposureItem(ORDER, "SO1", None, D(100), "CNY", AS_OF)], Rates(), "CNY", AS_OF)
    assert headroom(limit, found) == (None if left is None else D(left))
    assert utilisation(limit, found) == (None if used is None else D(used))


def test_nothing_open_is_zero_and_a_float_is_refused() -> None:
    nothing = exposure([], Rates(), "CNY", AS_OF)
    assert nothing == Exposure(dict.fromkeys(Category, D(0)), D(0), "CNY", AS_OF)
    with pytest.raises(TypeError, match="Decimal"):
        ExposureItem(ORDER, "SO1", None, 1.5, "CNY", AS_OF)  # type: ignore[arg-type]
