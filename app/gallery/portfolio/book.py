"""The lists a portfolio grows in while it is made, and the running numbers of its documents."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from app.gallery.portfolio.chance import END, START
from app.gallery.portfolio.rows import (
    Customer,
    Delivery,
    ExternalScore,
    FxRate,
    Invoice,
    Order,
    Receipt,
    RiskEvent,
    Statement,
    Truth,
)


@dataclass(slots=True)
class Book:
    """Rows in the order they were drawn; `rates_by_month` holds CNY per unit as drawn, before rounding."""

    rng: random.Random
    rates_by_month: list[dict[str, float]] = field(default_factory=list)
    customers: list[Customer] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)
    invoices: list[Invoice] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)
    events: list[RiskEvent] = field(default_factory=list)
    scores: list[ExternalScore] = field(default_factory=list)
    truth: list[Truth] = field(default_factory=list)
    rates: list[FxRate] = field(default_factory=list)

    def event(
        self, customer_id: str, day: date, kind: str, severity: str, amount: Decimal | None, source: str, text: str
    ) -> None:
        """Record an event, unless it falls outside the days of trade."""
        if START <= day <= END:
            number = f"EV{len(self.events) + 1:07d}"
            self.events.append(RiskEvent(number, customer_id, day, kind, severity, amount, source, text))
