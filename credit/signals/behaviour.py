"""Signals from our own trade with the customer: fulfilment, days beyond terms, delays, breaches, purchase.

Windows end on `as_of` (inclusive) and begin after the same day so many months earlier (exclusive). Amounts in several
currencies are weighed in CNY by the rate of each document's own month. A bill of exchange counts as paid on the day it
was received; whether it still counts as exposure is for `credit.exposure`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal

from credit.money import to_minor_units
from credit.rates import Conversion, RateMissing, Rates
from credit.rows import CustomerRows, InvoiceRow, ReceiptRow
from credit.signals.signal import DAY_PLACES, Signal, counted, months_before, ratio, unknown

WINDOW_MONTHS = 12
BREACH_DAYS = 180
LATE_ACCEPTANCE_DAYS = 7
SHORTEST_MONTHS = 3
ZERO = Decimal(0)


def trx_fulfil(rows: CustomerRows, as_of: date, rates: Rates) -> Signal:
    """TRX_FULFIL: delivered / (delivered + cancelled by the customer), by amount, of orders promised in 12 months.

    What is neither delivered nor cancelled on `as_of` is left out: it is not due, or we ourselves hold it. Unknown when
    nothing was delivered and nothing cancelled. 4 places, half to even.
    """
    feed = rows.feeds.get("trade")
    if feed is None:
        return unknown("trade", "signal.no_source")
    after = months_before(as_of, WINDOW_MONTHS)
    orders = {row.order_id: row for row in rows.orders if after < row.promised_date <= as_of}
    convert = Conversion(rates)
    delivered = cancelled = ZERO
    try:
        for order in orders.values():
            cancelled += convert(order.cancelled_amount, order.currency, order.order_date)
        for delivery in rows.deliveries:
            placed = orders.get(delivery.order_id)
            if placed is not None and delivery.delivered_on <= as_of:
                delivered += convert(delivery.amount, placed.currency, placed.order_date)
    except RateMissing as missing:
        return _no_rate(missing)
    if delivered + cancelled <= 0:
        return unknown("trade", "signal.no_deliveries")
    share = ratio(delivered / (delivered + cancelled))
    return Signal(share, min(as_of, feed.until), "trade", rates=convert.used)


def trx_dbt(rows: CustomerRows, as_of: date, rates: Rates) -> Signal:
    """TRX_DBT: amount-weighted days beyond terms, 12 months.

    Every receipt of the window counts with received_on - due_date (early is negative). What is unpaid and past due on
    `as_of` counts too, with the days it is late already, however old: not paying must never look better than paying
    late. What is unpaid and not yet due does not count. Unknown when there is neither. Days, 2 places, half to even.
    """
    feed = rows.feeds.get("trade")
    if feed is None:
        return unknown("trade", "signal.no_source")
    after = months_before(as_of, WINDOW_MONTHS)
    invoices = {row.invoice_id: row for row in rows.invoices if row.invoice_date <= as_of}
    convert = Conversion(rates)
    weight = weighted = ZERO
    try:
        for receipt in rows.receipts:
            invoice = invoices.get(receipt.invoice_id)
            if invoice is not None and receipt.amount > 0 and after < receipt.received_on <= as_of:
                amount = convert(receipt.amount, invoice.currency, invoice.invoice_date)
                weight += amount
                weighted += amount * (receipt.received_on - invoice.due_date).days
        for invoice, left in unpaid(invoices.values(), rows.receipts, as_of):
            if left > 0 and invoice.due_date < as_of:
                amount = convert(left, invoice.currency, invoice.invoice_date)
                weight += amount
                weighted += amount * (as_of - invoice.due_date).days
    except RateMissing as missing:
        return _no_rate(missing)
    if weight <= 0:
        return unknown("trade", "signal.no_payments")
    days = (weighted / weight).quantize(DAY_PLACES, ROUND_HALF_EVEN)
    return Signal(days, min(as_of, feed.until), "trade", rates=convert.used)


def max_dpd(rows: CustomerRows, as_of: date, rates: Rates) -> Signal:
    """max_dpd: days the oldest unpaid item is past due on `as_of`; 0 when nothing is overdue. What was paid late and
    is paid no longer counts."""
    feed = rows.feeds.get("trade")
    if feed is None:
        return unknown("trade", "signal.no_source")
    posted = [row for row in rows.invoices if row.invoice_date <= as_of]
    late = [(as_of - row.due_date).days for row, left in unpaid(posted, rows.receipts, as_of) if left > 0]
    return Signal(Decimal(max([0, *late])), min(as_of, feed.until), "trade")


def con_breach(rows: CustomerRows, as_of: date, rates: Rates) -> Signal:
    """CON_BREACH: contract breaches recorded in 12 months. None found is 0 only where there was trade to breach."""
    window = months_before(as_of, WINDOW_MONTHS)
    after = _since(rows, window, as_of)
    found = _breaches(rows, after, as_of)
    if not found and not _traded(rows, window, as_of):
        return unknown("contracts", "signal.no_trade")
    return counted(found, "contracts", rows.feeds.get("contracts"), after, as_of)


def breaches_180d(rows: CustomerRows, as_of: date, rates: Rates) -> Signal:
    """breaches_180d: contract breaches recorded in the 180 days that end with `as_of`."""
    after = _since(rows, as_of - timedelta(days=BREACH_DAYS), as_of)
    return counted(_breaches(rows, after, as_of), "contracts", rows.feeds.get("contracts"), after, as_of)


def con_delay(rows: CustomerRows, as_of: date, rates: Rates) -> Signal:
    """CON_DELAY: deliveries of 12 months accepted more than 7 days after delivery, or not accepted after so long.
    Unknown without any delivery in the window."""
    after = _since(rows, months_before(as_of, WINDOW_MONTHS), as_of)
    recent = [row for row in rows.deliveries if after < row.delivered_on <= as_of]
    if not recent:
        return unknown("trade", "signal.no_deliveries")
    late = 0
    for row in recent:
        accepted = row.accepted_on if row.accepted_on is not None and row.accepted_on <= as_of else as_of
        late += (accepted - row.delivered_on).days > LATE_ACCEPTANCE_DAYS
    return counted(late, "trade", rows.feeds.get("trade"), after, as_of)


def monthly_purchase(rows: CustomerRows, as_of: date, rates: Rates) -> Signal:
    """monthly_purchase: orders of 12 months less what was cancelled, CNY a month, 2 places.

    Divided by 12; by the months since the customer came where that is shorter, but by 3 at least, so that one first
    order is not taken for a habit. Unknown without an order in the window.
    """
    feed = rows.feeds.get("trade")
    if feed is None:
        return unknown("trade", "signal.no_source")
    after = months_before(as_of, WINDOW_MONTHS)
    orders = [row for row in rows.orders if after < row.order_date <= as_of]
    if not orders:
        return unknown("trade", "signal.no_orders")
    convert = Conversion(rates)
    try:
        total = sum((convert(o.amount - o.cancelled_amount, o.currency, o.order_date) for o in orders), ZERO)
    except RateMissing as missing:
        return _no_rate(missing)
    months = _months_of_trade(rows.profile.customer_since, as_of)
    return Signal(to_minor_units(total / months, "CNY"), min(as_of, feed.until), "trade", rates=convert.used)


def unpaid(
    invoices: Iterable[InvoiceRow], receipts: Iterable[ReceiptRow], as_of: date
) -> list[tuple[InvoiceRow, Decimal]]:
    """Each invoice with what is left of it on `as_of`, in its currency; below 0 when too much was paid."""
    paid: dict[str, Decimal] = {}
    for receipt in receipts:
        if receipt.received_on <= as_of:
            paid[receipt.invoice_id] = paid.get(receipt.invoice_id, ZERO) + receipt.amount
    return [(row, row.amount - paid.get(row.invoice_id, ZERO)) for row in invoices]


def _no_rate(missing: RateMissing) -> Signal:
    return unknown("trade", "signal.rate_missing", currency=missing.currency, day=missing.day.isoformat())


def _since(rows: CustomerRows, after: date, as_of: date) -> date:
    """`after`, or the day before the customer came: earlier than that there was nothing to see."""
    came = rows.profile.customer_since
    return after if came is None or came <= after else min(came, as_of) - timedelta(days=1)


def _breaches(rows: CustomerRows, after: date, as_of: date) -> int:
    return sum(1 for e in rows.events if e.event_type == "contract_breach" and after < e.event_date <= as_of)


def _traded(rows: CustomerRows, after: date, as_of: date) -> bool:
    """Whether an order, delivery, invoice or receipt is dated in the window."""
    return (
        any(after < row.order_date <= as_of for row in rows.orders)
        or any(after < row.delivered_on <= as_of for row in rows.deliveries)
        or any(after < row.received_on <= as_of for row in rows.receipts)
        or any(after < row.invoice_date <= as_of for row in rows.invoices)
    )


def _months_of_trade(came: date | None, as_of: date) -> int:
    if came is None:
        return WINDOW_MONTHS
    months = SHORTEST_MONTHS
    while months < WINDOW_MONTHS and months_before(as_of, months) >= came:
        months += 1
    return months
