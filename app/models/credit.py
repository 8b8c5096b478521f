"""How much: ratings, credit limits, and the open items that make up exposure."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Boolean, Date, ForeignKey, Index, Integer, String, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Id, Json, Money, Points, UtcTime, new_id


class Rating(Base):
    """Score, grade and why, for one customer at one time. Never changed: a re-rating is a new row."""

    __tablename__ = "ratings"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id"))
    case_id: Mapped[str | None] = mapped_column(String(32), index=True)
    scorecard_id: Mapped[str] = mapped_column(ForeignKey("definitions.id"))
    policy_id: Mapped[str] = mapped_column(ForeignKey("definitions.id"))
    variant: Mapped[str] = mapped_column(String(20))
    rated_at: Mapped[datetime] = mapped_column(UtcTime())
    as_of: Mapped[date] = mapped_column(Date)
    facts: Mapped[dict[str, Any]] = mapped_column(Json())
    sources: Mapped[dict[str, Any]] = mapped_column(Json(), default=dict)  # fact -> {source, as_of, stale}
    score: Mapped[Decimal | None] = mapped_column(Points())
    coverage: Mapped[Decimal] = mapped_column(Points())
    model_grade: Mapped[str | None] = mapped_column(String(10))
    grade: Mapped[str | None] = mapped_column(String(10))
    decision: Mapped[str] = mapped_column(String(12))  # automatic, manual, blocked
    outcome: Mapped[dict[str, Any]] = mapped_column(Json())  # every number of the assessment, decimal strings
    trace: Mapped[dict[str, Any]] = mapped_column(Json())
    previous_id: Mapped[str | None] = mapped_column(String(32))

    __table_args__ = (Index("ix_ratings_customer_rated_at", "customer_id", "rated_at"),)


class CreditLimit(Base):
    """An approved amount with its validity. A new limit ends its predecessor at the same instant.

    `expired`: it ended because `valid_to`, the last day it could be used, had passed.
    """

    __tablename__ = "credit_limits"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id"))
    segment: Mapped[str] = mapped_column(String(20), default="MAIN")
    amount: Mapped[Decimal] = mapped_column(Money())
    currency: Mapped[str] = mapped_column(String(3))
    payment_days: Mapped[int | None] = mapped_column(Integer)
    payment_mode: Mapped[str] = mapped_column(String(20))
    conditions: Mapped[dict[str, Any]] = mapped_column(Json(), default=dict)
    valid_from: Mapped[datetime] = mapped_column(UtcTime())
    valid_to: Mapped[date] = mapped_column(Date)
    ended_at: Mapped[datetime | None] = mapped_column(UtcTime())
    expired: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    case_id: Mapped[str | None] = mapped_column(String(32), unique=True)
    rating_id: Mapped[str | None] = mapped_column(ForeignKey("ratings.id"))

    __table_args__ = (
        Index(
            "uq_credit_limits_one_in_force",
            "customer_id",
            "segment",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_credit_limits_customer_from", "customer_id", "valid_from"),
    )


class ExposureItem(Base):
    """One open document of one customer: an order, a delivery not invoiced, a receivable."""

    __tablename__ = "exposure_items"
    __silent__ = True  # imported in bulk; the import itself is recorded

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id"))
    source: Mapped[str] = mapped_column(String(40))
    category: Mapped[str] = mapped_column(String(30))
    document: Mapped[str] = mapped_column(String(40))
    amount: Mapped[Decimal] = mapped_column(Money())
    currency: Mapped[str] = mapped_column(String(3))
    amount_cny: Mapped[Decimal] = mapped_column(Money())
    rate: Mapped[Decimal | None] = mapped_column(Points())  # the exchange rate used, where one was
    rate_on: Mapped[date | None] = mapped_column(Date)  # the month it is of, by its first day
    issued_on: Mapped[date] = mapped_column(Date)
    due_on: Mapped[date | None] = mapped_column(Date)
    ships_on: Mapped[date | None] = mapped_column(Date)
    imported_at: Mapped[datetime] = mapped_column(UtcTime())
    open: Mapped[bool] = mapped_column(Boolean, default=True)

    __table_args__ = (
        UniqueConstraint("source", "category", "document"),
        Index("ix_exposure_items_customer_open", "customer_id", "open", "category"),
    )


class FxRate(Base):
    """What one unit of a currency was worth in CNY from a day on; conversions name rate and day."""

    __tablename__ = "fx_rates"
    __silent__ = True

    currency: Mapped[str] = mapped_column(String(3), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    rate: Mapped[Decimal] = mapped_column(Points())
    source: Mapped[str] = mapped_column(String(60))
