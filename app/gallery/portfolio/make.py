"""Make a portfolio of invented customers and their trade from a seed: the same seed and size, the same rows.

4 % of the customers default, weak ones first but not only; 5 to 11 months before, payment gets later, breaches, suits
and bad news grow, more orders are cancelled. 9 % of the others pass through five months of stress without default.
"""

from __future__ import annotations

import math
import random
from datetime import date, timedelta
from decimal import Decimal

from app.gallery.portfolio import codes, words
from app.gallery.portfolio.book import Book
from app.gallery.portfolio.chance import END, MONTHS, START, clamp, money, month_index, month_start
from app.gallery.portfolio.events import add_ending, add_events, add_scores
from app.gallery.portfolio.profile import Failure, Profile
from app.gallery.portfolio.rows import Customer, FxRate, Portfolio, Truth
from app.gallery.portfolio.statements import add_statements
from app.gallery.portfolio.trade import add_trade

DEMO_SEED = 20240601
DEFAULT_SHARE = 0.04


def make(seed: int = DEMO_SEED, customers: int = 2000) -> Portfolio:
    """A portfolio of `customers` customers with trade from 2023-01-01 to 2025-12-31."""
    if customers < 1:
        raise ValueError("a portfolio needs at least one customer")
    rng = random.Random(seed)
    book = Book(rng)
    _rates(book)
    quality = [rng.gauss(0, 1) for _ in range(customers)]
    ranked = sorted(range(customers), key=lambda i: quality[i] + rng.gauss(0, 0.75))
    defaulters = set(ranked[: round(customers * DEFAULT_SHARE)])
    groups = _groups(rng, customers)
    bosses = {g: words.person(rng) for g in sorted(set(groups)) if g}
    names: set[str] = set()
    used: set[str] = set()
    for i in range(customers):
        _customer(book, i, quality[i], i in defaulters, groups[i], bosses.get(groups[i]), names, used)
    return Portfolio(
        seed=seed,
        first_day=START,
        last_day=END,
        customers=tuple(book.customers),
        statements=tuple(book.statements),
        orders=tuple(book.orders),
        deliveries=tuple(book.deliveries),
        invoices=tuple(book.invoices),
        receipts=tuple(sorted(book.receipts, key=lambda r: (r.received_on, r.receipt_id))),
        events=tuple(sorted(book.events, key=lambda e: (e.event_date, e.event_id))),
        scores=tuple(book.scores),
        truth=tuple(book.truth),
        rates=tuple(book.rates),
    )


def _rates(book: Book) -> None:
    """Monthly rates: a log-normal walk of 0.8 % a month held between 6.3 and 8.6."""
    current = {"USD": 6.95, "EUR": 7.55}
    for month in range(MONTHS):
        current = {k: clamp(v * math.exp(book.rng.gauss(0, 0.008)), 6.3, 8.6) for k, v in current.items()}
        book.rates_by_month.append({"CNY": 1.0, **current})
        book.rates += [FxRate(month_start(month), cur, Decimal(f"{rate:.4f}")) for cur, rate in current.items()]


def _groups(rng: random.Random, customers: int) -> list[str]:
    """A hidden group for 3 % of the customers, "" for the others."""
    last = max(1, customers // 120)
    return [f"G{rng.randint(1, last):03d}" if rng.random() < 0.03 else "" for _ in range(customers)]


def _customer(
    book: Book, i: int, quality: float, bad: bool, group: str, boss: str | None, names: set[str], used: set[str]
) -> None:
    rng = book.rng
    industry = rng.choice(words.INDUSTRIES)
    city = rng.choice(words.CITIES)
    name = words.company(rng, city, industry.words, None, names)
    code = codes.random_code(rng, city.district)
    while code in used:
        code = codes.random_code(rng, city.district)
    used.add(code)
    who, since, parent = _profile(rng, i, quality, bad, industry.monthly_median)
    add_trade(book, who)
    add_statements(book, who)
    add_events(book, who)
    add_scores(book, who)
    reason, status = add_ending(book, who)
    stretch = clamp(1 + 0.2 * quality, 0.4, 1.6)
    limit = math.floor(who.monthly * (who.terms + 15) / 30 * stretch / 10000) * 10000
    book.customers.append(
        Customer(
            customer_id=who.customer_id,
            name=name,
            credit_code=code,
            industry_code=industry.code,
            industry=industry.name,
            model_variant=industry.variant,
            province=city.province,
            city=city.name,
            founded_on=who.founded_on,
            registered_capital_cny=money(rng.choice([50, 100, 200, 500, 1000, 2000, 5000]) * 10000),
            employees=int(clamp(rng.lognormvariate(3.8, 1), 3, 6000)),
            legal_representative=boss or words.person(rng),
            top1_share=Decimal(f"{clamp(rng.betavariate(4, 2.6), 0.08, 1):.4f}"),
            parent_customer_id=parent,
            customer_since=since,
            currency=who.currency,
            payment_days=who.terms,
            credit_limit=money(limit / book.rates_by_month[0][who.currency]),
            segment=rng.choice(words.SEGMENTS),
            contact_email=f"ap{i + 1:05d}@example.com",
            registration_status=status,
        )
    )
    stress_start = month_start(who.failure.stress_from) if who.failure else None
    alarm_start = month_start(who.alarm) if who.alarm is not None else None
    book.truth.append(
        Truth(who.customer_id, bad, who.default_day, reason, stress_start, alarm_start, group or None)
    )


def _profile(
    rng: random.Random, i: int, quality: float, bad: bool, median: int
) -> tuple[Profile, date, str | None]:
    """The hidden state of customer `i`, the day it became a customer, and its parent's id."""
    age = clamp(rng.lognormvariate(2.0, 0.7) + quality, 0.4, 38)
    founded = START - timedelta(days=int(age * 365))
    if rng.random() < 0.05:  # founded inside the days of trade
        founded = START + timedelta(days=rng.randint(0, 640))
    since = max(founded + timedelta(days=60), START - timedelta(days=rng.randint(30, 2600)))
    currency = rng.choices(["CNY", "USD", "EUR"], [90, 7, 3])[0]
    monthly = median * rng.lognormvariate(0, 0.8)
    terms = rng.choice([30, 30, 45, 60, 60, 90] if quality > -0.5 else [15, 30, 30, 45, 60])
    parent = f"C{rng.randint(1, i):05d}" if i > 50 and rng.random() < 0.06 else None
    active_from = 0 if since <= START else month_index(since)
    failure, alarm = None, None
    if bad:
        month = rng.randint(max(12, active_from + 9), MONTHS - 1)
        day = month_start(month) + timedelta(days=rng.randint(0, 27))
        failure = Failure(day, month - rng.randint(5, 11))
    elif rng.random() < 0.09:
        alarm = rng.randint(max(4, active_from), MONTHS - 8)
    who = Profile(f"C{i + 1:05d}", quality, currency, monthly, terms, founded, active_from, failure, alarm)
    return who, since, parent
