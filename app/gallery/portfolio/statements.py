"""Yearly statements of one customer: three fiscal years, weaker ones before a default, about 6 % missing.

Debt ratio is normal around 0.52 less 0.1 a step of quality, margin around 5 % plus 3 points a step; in the 420 days
before a default margin, cash flow, growth and liquidity fall and debt rises.
"""

from __future__ import annotations

from datetime import date

from app.gallery.portfolio.book import Book
from app.gallery.portfolio.chance import clamp, money
from app.gallery.portfolio.profile import Profile
from app.gallery.portfolio.rows import Statement

FISCAL_YEARS = (2022, 2023, 2024)
NEAR_DEFAULT_DAYS = 420


def add_statements(book: Book, who: Profile) -> None:
    """Draw the statements `who` publishes, three to six months after each year's end."""
    rng, q = book.rng, who.quality
    revenue = who.monthly * 12 * rng.uniform(4, 14)
    debt = clamp(0.52 - 0.1 * q + rng.gauss(0, 0.08), 0.1, 0.93)
    margin = 0.05 + 0.03 * q + rng.gauss(0, 0.015)
    turnover = rng.uniform(0.7, 1.8)
    for year in FISCAL_YEARS:
        published = date(year + 1, rng.randint(3, 6), rng.randint(1, 28))
        near = who.failure is not None and (who.failure.day - date(year, 12, 31)).days < NEAR_DEFAULT_DAYS
        if year <= who.founded_on.year or who.gone_by(published) or rng.random() < 0.06:
            continue
        growth = rng.gauss(0.06 + 0.04 * q, 0.08) - (0.15 if near else 0)
        revenue *= 1 + clamp(growth, -0.5, 0.8)
        m = margin + rng.gauss(0, 0.012) - (0.07 if near else 0)
        d = clamp(debt + rng.gauss(0, 0.03) + (0.13 if near else 0), 0.05, 1.15)
        assets = revenue / turnover
        liabilities = assets * d
        short = liabilities * rng.uniform(0.65, 0.95)
        current = short * clamp(rng.gauss(1.45 + 0.25 * q - (0.35 if near else 0), 0.2), 0.4, 4)
        profit = revenue * m
        equity = assets - liabilities
        book.statements.append(
            Statement(
                customer_id=who.customer_id,
                fiscal_year=year,
                published_on=published,
                revenue=money(revenue),
                net_profit=money(profit),
                ebit=money(profit * 1.28 + revenue * 0.01),
                operating_cash_flow=money(revenue * (m + rng.gauss(0.015, 0.03) - (0.04 if near else 0))),
                total_assets=money(assets),
                current_assets=money(min(current, assets * 0.95)),
                total_liabilities=money(liabilities),
                current_liabilities=money(short),
                retained_earnings=money(equity * rng.uniform(0.2, 0.7)),
                tangible_net_worth=money(equity * rng.uniform(0.86, 1.0)),
            )
        )
