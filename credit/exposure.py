"""Exposure: what a customer could cost us, item by item and stage by stage, and what is left of its limit.

Each amount stands in one stage only and moves on: ordered, delivered, invoiced, and where the policy says so a bill of
exchange until it clears. Whatever was cancelled or paid is in none. The sum over an order's life therefore never
exceeds what was ordered less what was cancelled.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from credit.money import to_minor_units
from credit.rates import Conversion, Rate, RateMissing, Rates
from credit.rows import CustomerRows, DeliveryRow, InvoiceRow, OrderRow, ReceiptRow

ZERO = Decimal(0)
ENDED = frozenset({"cancelled", "closed", "held"})
"""Order statuses under which nothing more ships; a held order reserves nothing until it is released."""


class Category(StrEnum):
    """The stages of exposure, in the order an amount passes through them."""

    OPEN_ORDER = "open_order"
    DELIVERED_NOT_INVOICED = "delivered_not_invoiced"
    OPEN_RECEIVABLE = "open_receivable"
    SPECIAL_LIABILITY = "special_liability"


@dataclass(frozen=True, slots=True)
class ExposureItem:
    """One open amount of one document.

    document   number of the order, delivery, invoice or receipt the amount stands on now
    order      number of the order it came from, None where there was none
    amount     in `currency`; below 0 for a credit balance
    dated_on   the document's date
    due_on     the day it must be paid; receivables and bills only
    ships_on   the day an open order is to ship
    """

    category: Category
    document: str
    order: str | None
    amount: Decimal
    currency: str
    dated_on: date
    due_on: date | None = None
    ships_on: date | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.amount, Decimal):
            raise TypeError(f"amount of {self.document} must be Decimal, not {type(self.amount).__name__}")


@dataclass(frozen=True, slots=True)
class BillPolicy:
    """Bills of exchange still at risk: receipts by these methods count until `days` after they were received."""

    methods: frozenset[str]
    days: int


@dataclass(frozen=True, slots=True)
class Exposure:
    """The sum of items in one currency.

    by_category   amount for every category at the currency's places, 0 where empty; None where a rate was missing
    total         sum of the categories; None, never a lower guess, where a rate was missing
    rates         the exchange rates used
    missing       currencies without a rate near enough
    """

    by_category: Mapping[Category, Decimal | None]
    total: Decimal | None
    currency: str
    as_of: date
    rates: tuple[Rate, ...] = ()
    missing: tuple[str, ...] = ()


def open_items(
    rows: CustomerRows,
    as_of: date,
    *,
    bills: BillPolicy | None = None,
    prepaid: Mapping[str, Decimal] | None = None,
) -> tuple[ExposureItem, ...]:
    """Every amount open on `as_of`, in the documents' currencies, ordered by category and document.

    An order's open part is its amount less what was cancelled, delivered, billed ahead of delivery, and `prepaid`
    (order number → advance payment not yet cleared against an invoice). A delivery's open part is what its own
    invoices, and then invoices billed ahead for its order, do not cover. An invoice stays open less its receipts; more
    than it asks for leaves a credit. `bills` None treats a bill of exchange as money on the day it was received.
    Statuses and cancellations count as the rows have them now; documents dated after `as_of` do not exist yet.
    """
    invoices = [row for row in rows.invoices if row.invoice_date <= as_of]
    receipts = [row for row in rows.receipts if row.received_on <= as_of]
    billed: dict[str, Decimal] = defaultdict(Decimal)
    ahead: dict[str, Decimal] = defaultdict(Decimal)
    for invoice in invoices:
        if invoice.amount > 0:  # a credit note lowers the receivable, it does not undo the billing
            if invoice.delivery_id is not None:
                billed[invoice.delivery_id] += invoice.amount
            elif invoice.order_id is not None:
                ahead[invoice.order_id] += invoice.amount
    orders = {row.order_id: row for row in rows.orders if row.order_date <= as_of}
    deliveries = [row for row in rows.deliveries if row.delivered_on <= as_of and row.order_id in orders]
    shipped: dict[str, Decimal] = defaultdict(Decimal)
    for delivery in deliveries:
        shipped[delivery.order_id] += delivery.amount
    items = _delivered(deliveries, orders, billed, ahead)
    items += _ordered(orders.values(), shipped, ahead, prepaid or {})
    items += _receivable(invoices, receipts)
    if bills is not None:
        items += _bills(invoices, receipts, as_of, bills)
    stages = tuple(Category)
    return tuple(sorted(items, key=lambda item: (stages.index(item.category), item.document)))


def _delivered(
    deliveries: Iterable[DeliveryRow],
    orders: Mapping[str, OrderRow],
    billed: Mapping[str, Decimal],
    ahead: dict[str, Decimal],
) -> list[ExposureItem]:
    """Open parts of deliveries, the oldest covered first; `ahead` keeps what is left for undelivered parts."""
    items = []
    for row in sorted(deliveries, key=lambda d: (d.delivered_on, d.delivery_id)):
        left = row.amount - billed.get(row.delivery_id, ZERO)
        if left > 0 and row.order_id in ahead:
            covered = min(left, ahead[row.order_id])
            ahead[row.order_id] -= covered
            left -= covered
        if left > 0:
            currency = orders[row.order_id].currency
            items.append(
                ExposureItem(
                    Category.DELIVERED_NOT_INVOICED, row.delivery_id, row.order_id, left, currency, row.delivered_on
                )
            )
    return items


def _ordered(
    orders: Iterable[OrderRow],
    shipped: Mapping[str, Decimal],
    ahead: Mapping[str, Decimal],
    prepaid: Mapping[str, Decimal],
) -> list[ExposureItem]:
    items = []
    for row in orders:
        if row.status in ENDED:
            continue
        number = row.order_id
        left = row.amount - row.cancelled_amount - shipped.get(number, ZERO)
        left -= ahead.get(number, ZERO) + prepaid.get(number, ZERO)
        if left > 0:
            items.append(
                ExposureItem(
                    Category.OPEN_ORDER, number, number, left, row.currency, row.order_date, ships_on=row.promised_date
                )
            )
    return items


def _receivable(invoices: Iterable[InvoiceRow], receipts: Iterable[ReceiptRow]) -> list[ExposureItem]:
    paid: dict[str, Decimal] = defaultdict(Decimal)
    for receipt in receipts:
        paid[receipt.invoice_id] += receipt.amount
    items = []
    for row in invoices:
        left = row.amount - paid.get(row.invoice_id, ZERO)
        if left:
            items.append(
                ExposureItem(
                    Category.OPEN_RECEIVABLE,
                    row.invoice_id,
                    row.order_id,
                    left,
                    row.currency,
                    row.invoice_date,
                    due_on=row.due_date,
                )
            )
    return items


def _bills(
    invoices: Iterable[InvoiceRow], receipts: Iterable[ReceiptRow], as_of: date, bills: BillPolicy
) -> list[ExposureItem]:
    by_number = {row.invoice_id: row for row in invoices}
    items = []
    for row in receipts:
        clears_on = row.received_on + timedelta(days=bills.days)
        invoice = by_number.get(row.invoice_id)
        if row.method in bills.methods and row.amount > 0 and clears_on > as_of and invoice is not None:
            items.append(
                ExposureItem(
                    Category.SPECIAL_LIABILITY,
                    row.receipt_id,
                    invoice.order_id,
                    row.amount,
                    invoice.currency,
                    row.received_on,
                    due_on=clears_on,
                )
            )
    return items


def within_horizon(items: Iterable[ExposureItem], as_of: date, days: int) -> tuple[ExposureItem, ...]:
    """Items without the open orders that ship after `as_of` + `days`; an open order without a day stays."""
    last = as_of + timedelta(days=days)
    return tuple(
        item
        for item in items
        if item.category is not Category.OPEN_ORDER or item.ships_on is None or item.ships_on <= last
    )


def exposure(items: Iterable[ExposureItem], rates: Rates, currency: str, as_of: date) -> Exposure:
    """Items summed per category in `currency` by the rates of `as_of`'s month; each item is rounded first."""
    converted, used, missing = in_currency(items, rates, currency, as_of)
    sums: dict[Category, Decimal | None] = dict.fromkeys(Category, to_minor_units(ZERO, currency))
    for item, known in converted:
        so_far = sums[item.category]
        sums[item.category] = so_far + item.amount if known and so_far is not None else None
    amounts = [amount for amount in sums.values() if amount is not None]
    total = sum(amounts, ZERO) if len(amounts) == len(sums) else None
    return Exposure(sums, total, currency, as_of, used, missing)


def in_currency(
    items: Iterable[ExposureItem], rates: Rates, currency: str, as_of: date
) -> tuple[list[tuple[ExposureItem, bool]], tuple[Rate, ...], tuple[str, ...]]:
    """Each item in `currency`, rounded to its places, and whether its rate was known (else the item stays as it was);
    then the rates used, and the currencies without a rate."""
    convert = Conversion(rates, currency)
    out: list[tuple[ExposureItem, bool]] = []
    missing: set[str] = set()
    for item in items:
        try:
            amount = to_minor_units(convert(item.amount, item.currency, as_of), currency)
        except RateMissing as gap:
            missing.add(gap.currency)
            out.append((item, False))
        else:
            out.append((replace(item, amount=amount, currency=currency), True))
    return out, convert.used, tuple(sorted(missing))


def headroom(limit: Decimal | None, used: Exposure) -> Decimal | None:
    """limit - exposure; below 0 when over the limit, None when either is unknown. A limit of 0 is a limit."""
    if limit is None or used.total is None:
        return None
    return to_minor_units(limit - used.total, used.currency)


def utilisation(limit: Decimal | None, used: Exposure) -> Decimal | None:
    """exposure / limit, 4 places, half up (1.1063 is 110.63 %); None when either is unknown or the limit is 0."""
    if limit is None or used.total is None or limit <= 0:
        return None
    return (used.total / limit).quantize(Decimal("0.0001"), ROUND_HALF_UP)
