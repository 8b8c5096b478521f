"""Draws and roundings the whole generator shares; the stream of random numbers is always an argument."""

from __future__ import annotations

import math
import random
from datetime import date
from decimal import Decimal

START, END = date(2023, 1, 1), date(2025, 12, 31)
"""The first and the last day of trade."""
MONTHS = 36


def month_start(index: int) -> date:
    """The first day of month `index`, counted from the month of `START`."""
    return date(START.year + index // 12, index % 12 + 1, 1)


def month_index(day: date) -> int:
    """How many months after `START` the month of `day` lies."""
    return (day.year - START.year) * 12 + day.month - 1


def clamp(value: float, low: float, high: float) -> float:
    """`value` held between `low` and `high`."""
    return max(low, min(high, value))


def poisson(rng: random.Random, mean: float) -> int:
    """A Poisson count by multiplying uniforms (Knuth), good for small means."""
    limit, n, product = math.exp(-mean), 0, rng.random()
    while product > limit:
        n += 1
        product *= rng.random()
    return n


def fen(cents: int) -> Decimal:
    """A two-place amount from whole cents."""
    return Decimal(cents).scaleb(-2)


def money(value: float) -> Decimal:
    """A drawn number made an amount of two places; from here on it is exact."""
    return fen(round(value * 100))
