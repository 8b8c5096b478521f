"""Ageing of receivables: buckets by days past due, what is overdue and how old, and the days sales stay unpaid."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from credit.exposure import Category, ExposureItem, in_currency
from credit.money import to_minor_units
from credit.rates import Rate, Rates

ZERO = Decimal(0)


class Bucket(StrEnum):
    """Ages of a receivable in days past due, both ends inclusive."""

    CURRENT = "current"
    D1_30 = "1-30"
    D31_60 = "31-60"
    D61_90 = "61-90"
    OVER_90 = ">90"


_UPPER = ((0, Bucket.CURRENT), (30, Bucket.D1_30), (60, Bucket.D31_60), (90, Bucket.D61_90))


@dataclass(frozen=True, slots=True)
class Ageing:
    """Receivables of one customer in one currency on one day; all None where an exchange rate was missing.

    buckets           amount a bucket, at the currency's places; credits stand in the bucket of their own due date
    total             sum of the buckets
    overdue           sum of the buckets past due
    oldest_dpd        days past due of the oldest debit item, 0 when none is overdue
    oldest_document   its invoice number, None when none is overdue
    """

    buckets: Mapping[Bucket, Decimal] | None
    total: Decimal | None
    overdue: Decimal | None
    oldest_dpd: int
    oldest_document: str | None
    currency: str
    as_of: date
    rates: tuple[Rate, ...] = ()
    missing: tuple[str, ...] = ()


def days_past_due(item: ExposureItem, as_of: date, grace_days: int = 0) -> int:
    """Days after the due date and the grace days, 0 on the last day of grace and before; an item without a due date is
    due on its own date."""
    due = item.due_on if item.due_on is not None else item.dated_on
    return max(0, (as_of - due).days - grace_days)


def bucket(days: int) -> Bucket:
    """The bucket of an item `days` past due."""
    return next((name for upper, name in _UPPER if days <= upper), Bucket.OVER_90)


def ageing(items: Iterable[ExposureItem], rates: Rates, currency: str, as_of: date, grace_days: int = 0) -> Ageing:
    """The ageing of the receivables among `items`, in `currency` by the rates of `as_of`'s month."""
    receivables = [item for item in items if item.category is Category.OPEN_RECEIVABLE]
    converted, used, missing = in_currency(receivables, rates, currency, as_of)
    late = [
        (days_past_due(item, as_of, grace_days), item.document)
        for item in receivables
        if item.amount > 0 and days_past_due(item, as_of, grace_days) > 0
    ]
    oldest, document = min(late, key=lambda pair: (-pair[0], pair[1])) if late else (0, None)
    if missing:
        return Ageing(None, None, None, oldest, document, currency, as_of, used, missing)
    buckets = dict.fromkeys(Bucket, to_minor_units(ZERO, currency))
    for item, _ in converted:
        buckets[bucket(days_past_due(item, as_of, grace_days))] += item.amount
    total = sum(buckets.values(), ZERO)
    return Ageing(buckets, total, total - buckets[Bucket.CURRENT], oldest, document, currency, as_of, used)


def overdue_share(
    items: Iterable[ExposureItem],
    rates: Rates,
    currency: str,
    as_of: date,
    *,
    beyond_days: int = 0,
    smallest: Decimal = ZERO,
) -> Decimal | None:
    """Share of the receivable more than `beyond_days` past due, 4 places, half up; items below `smallest` are left out
    of both sides. 0 without receivables; None where a rate was missing."""
    receivables = [item for item in items if item.category is Category.OPEN_RECEIVABLE]
    converted, _, missing = in_currency(receivables, rates, currency, as_of)
    if missing:
        return None
    counted = [item for item, _ in converted if abs(item.amount) >= smallest]
    total = sum((item.amount for item in counted), ZERO)
    late = sum((item.amount for item in counted if days_past_due(item, as_of) > beyond_days), ZERO)
    if total <= 0:
        return Decimal("0.0000")
    return (max(late, ZERO) / total).quantize(Decimal("0.0001"), ROUND_HALF_UP)


def dso(receivable: Decimal, credit_sales: Decimal, days: int) -> Decimal | None:
    """Days sales outstanding: receivable / credit sales of the last `days` days x `days`, 1 place, half up; None
    without sales. With receivables not yet due only, it is the best possible DSO."""
    if credit_sales <= 0 or days <= 0:
        return None
    return (receivable / credit_sales * days).quantize(Decimal("0.1"), ROUND_HALF_UP)


def average_days_delinquent(receivable: Decimal, current: Decimal, credit_sales: Decimal, days: int) -> Decimal | None:
    """DSO less best possible DSO: the days that late payment alone adds; `current` is what is not yet due."""
    actual, best = dso(receivable, credit_sales, days), dso(current, credit_sales, days)
    return None if actual is None or best is None else actual - best
