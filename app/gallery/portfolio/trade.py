"""Orders, deliveries, invoices and payments of one customer over the months of trade.

Orders of a month are Poisson; an amount is the monthly purchase over the frequency, log-normal (sigma 0.35), with a
small trend and a yearly season. 12 % of the deliveries are split in two. Payment is due date + habit + normal noise of
four days + up to about 97 days at full stress. Nothing is paid from the day of default, nothing ships once the
account is frozen 5 to 40 days before it.
"""

from __future__ import annotations

import math
from datetime import date, timedelta
from typing import NamedTuple

from app.gallery.portfolio.book import Book
from app.gallery.portfolio.chance import END, MONTHS, clamp, fen, money, month_start, poisson
from app.gallery.portfolio.profile import Profile
from app.gallery.portfolio.rows import Delivery, Invoice, Order, Receipt

METHODS = ("电汇", "银行承兑汇票", "商业承兑汇票")


class _Habits(NamedTuple):
    """frequency: orders a month; trend: monthly growth; late: usual days beyond terms; grudge: share of orders
    cancelled in whole or part; freeze: the last day on which orders are taken and goods ship."""

    frequency: float
    trend: float
    late: float
    grudge: float
    freeze: date


def add_trade(book: Book, who: Profile) -> None:
    """Draw every order of `who` and what becomes of it."""
    habits = _habits(book, who)
    for month in range(who.active_from, MONTHS):
        first = month_start(month)
        for _ in range(poisson(book.rng, habits.frequency)):
            day = first + timedelta(days=book.rng.randint(0, 27))
            if day <= min(habits.freeze, END):
                _order(book, who, habits, month, day)


def _habits(book: Book, who: Profile) -> _Habits:
    rng, q = book.rng, who.quality
    return _Habits(
        frequency=rng.choice([0.4, 0.6, 0.8, 1.0, 1.3]),
        trend=rng.gauss(0.004, 0.008),
        late=clamp(3 - 4 * q + rng.gauss(0, 3), -6, 30),
        grudge=clamp(0.03 - 0.015 * q, 0.004, 0.12),
        freeze=who.failure.day - timedelta(days=rng.randint(5, 40)) if who.failure else END + timedelta(days=1),
    )


def _order(book: Book, who: Profile, habits: _Habits, month: int, day: date) -> None:
    rng = book.rng
    stress = who.stress(day)
    season = 1 + 0.12 * math.sin(2 * math.pi * (month % 12) / 12)
    usual = who.monthly / habits.frequency * math.exp(habits.trend * month + rng.gauss(0, 0.35))
    amount = round(usual * season * (1 + 0.3 * stress) / book.rates_by_month[month][who.currency], 2)
    promised = day + timedelta(days=rng.randint(5, 40))
    cancelled = 0.0
    if rng.random() < habits.grudge + 0.15 * stress:
        cancelled = amount if rng.random() < 0.3 else round(amount * rng.uniform(0.05, 0.5), 2)
    shipped_on = promised + timedelta(days=max(-4, round(rng.gauss(1, 3))))
    if cancelled == amount:
        status = "cancelled"
    elif shipped_on > min(habits.freeze, END):
        status = "open" if shipped_on > END and not who.failure else "held"
    else:
        status = "partly_cancelled" if cancelled else "delivered"
    order_id = f"SO{len(book.orders) + 1:07d}"
    book.orders.append(
        Order(order_id, who.customer_id, day, promised, who.currency, money(amount), money(cancelled), status)
    )
    if status in ("delivered", "partly_cancelled"):
        _deliver(book, who, habits, order_id, round((amount - cancelled) * 100), shipped_on, stress)


def _deliver(
    book: Book, who: Profile, habits: _Habits, order_id: str, cents: int, shipped_on: date, stress: float
) -> None:
    rng, cid = book.rng, who.customer_id
    for k, part in enumerate([cents] if rng.random() < 0.88 else [cents // 2, cents - cents // 2]):
        day = shipped_on + timedelta(days=k * rng.randint(3, 12))
        if day > END or who.gone_by(day):
            continue
        late = rng.random() < clamp(0.05 - 0.02 * who.quality + 0.25 * stress, 0.005, 0.6)
        accepted = day + timedelta(days=rng.randint(8, 25) if late else rng.randint(0, 5))
        delivery_id = f"DN{len(book.deliveries) + 1:07d}"
        book.deliveries.append(
            Delivery(delivery_id, order_id, cid, day, accepted if accepted <= END else None, fen(part))
        )
        invoiced = day + timedelta(days=rng.randint(0, 6))
        if invoiced > END or who.gone_by(invoiced):
            continue
        due = invoiced + timedelta(days=who.terms)
        invoice_id = f"IV{len(book.invoices) + 1:07d}"
        book.invoices.append(Invoice(invoice_id, order_id, delivery_id, cid, invoiced, due, who.currency, fen(part)))
        _pay(book, who, habits, invoice_id, part, due)


def _pay(book: Book, who: Profile, habits: _Habits, invoice_id: str, cents: int, due: date) -> None:
    rng = book.rng
    stress = who.stress(due)
    late = habits.late + rng.gauss(0, 4) + 75 * stress * rng.uniform(0.5, 1.3)
    paid_on = due + timedelta(days=round(late))
    parts = [cents]
    if rng.random() < 0.08 + 0.3 * stress:
        cut = round(cents * rng.uniform(0.3, 0.8))
        parts = [cut, cents - cut]
    for k, part in enumerate(parts):
        day = paid_on + timedelta(days=k * rng.randint(5, 30))
        if day > END or part <= 0 or (who.failure and day >= who.failure.day):
            continue
        method = rng.choices(METHODS, [70, 22, 8 + 20 * stress])[0]
        receipt_id = f"RC{len(book.receipts) + 1:07d}"
        book.receipts.append(
            Receipt(receipt_id, invoice_id, who.customer_id, day, who.currency, fen(part), method)
        )
