"""Ageing: bucket edges, grace, credits, the oldest item, the overdue share, and days sales outstanding."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit.ageing import Bucket, ageing, average_days_delinquent, bucket, dso, overdue_share
from credit.exposure import Category, ExposureItem
from credit.rates import Rates
from tests.credit.rows_for_tests import AS_OF, usd_rates


def item(number: str, amount: str, days_late: int, currency: str = "CNY") -> ExposureItem:
    due = AS_OF - timedelta(days=days_late)
    return ExposureItem(
        Category.OPEN_RECEIVABLE, number, None, D(amount), currency, due - timedelta(days=30), due_on=due
    )


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (0, "current"), (1, "1-30"), (30, "1-30"), (31, "31-60"), (60, "31-60"), (61, "61-90"), (90, "61-90"),
        (91, ">90"),
    ],
)
def test_bucket_edges(days: int, expected: str) -> None:
    assert bucket(days) == expected
    found = ageing([item("IV1", "5.00", days)], Rates(), "CNY", AS_OF)
    assert found.buckets is not None
    assert found.buckets[Bucket(expected)] == D("5.00")
    assert found.oldest_dpd == days


def test_a_customer() -> None:
    items = [
        item("IV1", "100", -5), item("IV2", "40", 12), item("IV3", "60", 12), item("IV4", "-10", 40),
        ExposureItem(Category.OPEN_ORDER, "SO1", None, D(999), "CNY", AS_OF),
    ]
    found = ageing(items, Rates(), "CNY", AS_OF)
    assert found.buckets == {
        Bucket.CURRENT: D(100), Bucket.D1_30: D(100), Bucket.D31_60: D(-10), Bucket.D61_90: D(0), Bucket.OVER_90: D(0),
    }
    assert (found.total, found.overdue) == (D("190.00"), D("90.00"))
    assert (found.oldest_dpd, found.oldest_document) == (12, "IV2")  # a credit is not late


def test_grace_days_move_every_edge() -> None:
    found = ageing([item("IV1", "1", 5), item("IV2", "2", 6)], Rates(), "CNY", AS_OF, grace_days=5)
    assert (found.overdue, found.oldest_dpd, found.oldest_document) == (D("2.00"), 1, "IV2")


def test_an_item_without_a_due_date_is_due_on_its_own_date() -> None:
    open_item = ExposureItem(Category.OPEN_RECEIVABLE, "IV1", None, D(1), "CNY", AS_OF - timedelta(days=45))
    assert ageing([open_item], Rates(), "CNY", AS_OF).oldest_dpd == 45


def test_currencies_and_a_missing_rate() -> None:
    found = ageing([item("IV1", "10", 3, "USD")], usd_rates((2025, 6, "7.2")), "CNY", AS_OF)
    assert found.overdue == D("72.00")
    assert [rate.currency for rate in found.rates] == ["USD"]
    unknown = ageing([item("IV1", "10", 3, "EUR"), item("IV2", "1", 9)], Rates(), "CNY", AS_OF)
    assert (unknown.buckets, unknown.total, unknown.overdue) == (None, None, None)
    assert (unknown.oldest_dpd, unknown.oldest_document, unknown.missing) == (9, "IV2", ("EUR",))
    assert overdue_share([item("IV1", "10", 3, "EUR")], Rates(), "CNY", AS_OF) is None


def test_nothing_open() -> None:
    found = ageing([], Rates(), "CNY", AS_OF)
    assert (found.total, found.overdue, found.oldest_dpd, found.oldest_document) == (D(0), D(0), 0, None)
    assert overdue_share([], Rates(), "CNY", AS_OF) == D(0)


@given(st.lists(st.tuples(st.integers(-10_000, 10_000), st.integers(-100, 400)), max_size=20))
def test_buckets_add_up(parts: list[tuple[int, int]]) -> None:
    items = [item(f"IV{n}", f"{cents / 100:.2f}", late) for n, (cents, late) in enumerate(parts)]
    found = ageing(items, Rates(), "CNY", AS_OF)
    assert found.buckets is not None
    assert found.total == sum(found.buckets.values()) == sum((i.amount for i in items), D(0))


def test_the_overdue_share_of_the_worked_order_check() -> None:
    items = [item("IV1", "220000", 12), item("IV2", "3380000", -20)]
    assert overdue_share(items, Rates(), "CNY", AS_OF) == D("0.0611")
    assert overdue_share(items, Rates(), "CNY", AS_OF, beyond_days=12) == D(0)
    assert overdue_share(items, Rates(), "CNY", AS_OF, beyond_days=11) == D("0.0611")
    assert overdue_share(items, Rates(), "CNY", AS_OF, smallest=D("220000.01")) == D(0)


def test_days_sales_outstanding() -> None:
    assert dso(D("3600000"), D("7200000"), 90) == D("45.0")
    assert dso(D("3600000"), D(0), 90) is None
    assert dso(D(1), D(1), 0) is None
    assert average_days_delinquent(D("3600000"), D("3380000"), D("7200000"), 90) == D("2.7")  # 45.0 - 42.3
    assert average_days_delinquent(D(1), D(1), D(0), 90) is None
