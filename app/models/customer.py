"""The customer file: who the enterprise is, what is known about it, and since when."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Date, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Id, Json, Money, Points, UtcTime, new_id


class Customer(Base):
    """The enterprise rated. The columns under "as it stands" repeat its current Rating and CreditLimit for lists."""

    __tablename__ = "customers"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    number: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    sort_name: Mapped[str] = mapped_column(String(400))  # pinyin, for sorting and for search by initials
    credit_code: Mapped[str | None] = mapped_column(String(18), unique=True)
    industry_code: Mapped[str | None] = mapped_column(String(10))
    industry: Mapped[str | None] = mapped_column(String(80))
    variant: Mapped[str | None] = mapped_column(String(20))
    province: Mapped[str | None] = mapped_column(String(40))
    city: Mapped[str | None] = mapped_column(String(40))
    founded_on: Mapped[date | None] = mapped_column(Date)
    registered_capital: Mapped[Decimal | None] = mapped_column(Money())
    employees: Mapped[int | None] = mapped_column(Integer)
    legal_representative: Mapped[str | None] = mapped_column(String(80))
    contact_email: Mapped[str | None] = mapped_column(String(200))
    registration_status: Mapped[str | None] = mapped_column(String(20))
    currency: Mapped[str] = mapped_column(String(3), default="CNY")
    payment_days: Mapped[int | None] = mapped_column(Integer)
    customer_since: Mapped[date | None] = mapped_column(Date)
    segment: Mapped[str | None] = mapped_column(String(40))
    note: Mapped[str | None] = mapped_column(Text)
    source: Mapped[str] = mapped_column(String(40))  # where this file came from: desk, import, portfolio, api …
    answers: Mapped[dict[str, Any]] = mapped_column(Json(), default=dict)
    owner_id: Mapped[str | None] = mapped_column(ForeignKey("users.id"), index=True)
    department_id: Mapped[str | None] = mapped_column(ForeignKey("departments.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcTime())
    changed_at: Mapped[datetime] = mapped_column(UtcTime())
    row_version: Mapped[int] = mapped_column(Integer, default=1)

    # as it stands
    rating_id: Mapped[str | None] = mapped_column(String(32))
    grade: Mapped[str | None] = mapped_column(String(10))
    grade_rank: Mapped[int | None] = mapped_column(Integer)
    score: Mapped[Decimal | None] = mapped_column(Points())
    coverage: Mapped[Decimal | None] = mapped_column(Points())
    rated_at: Mapped[datetime | None] = mapped_column(UtcTime())
    limit_amount: Mapped[Decimal | None] = mapped_column(Money())
    exposure: Mapped[Decimal | None] = mapped_column(Money())
    overdue: Mapped[Decimal | None] = mapped_column(Money())

    __table_args__ = (
        Index("ix_customers_sort_name_id", "sort_name", "id"),
        Index("ix_customers_grade_rank_id", "grade_rank", "id"),
        Index("ix_customers_score_id", "score", "id"),
        Index("ix_customers_exposure_id", "exposure", "id"),
        Index("ix_customers_owner_sort", "owner_id", "sort_name", "id"),
        Index("ix_customers_department_sort", "department_id", "sort_name", "id"),
    )
    __mapper_args__ = {"version_id_col": row_version}


class CustomerValue(Base):
    """What a customer's file says to a field by which a formula tells who reaches the customer (ADR 0014).

    Kept as the values of records are: several for a field of several values, one line of nothing for an empty one.
    """

    __tablename__ = "customer_values"
    __silent__ = True  # follows from the file, whose change is recorded

    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id"), primary_key=True)
    projection_id: Mapped[int] = mapped_column(ForeignKey("projections.id"), primary_key=True)
    place: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    text: Mapped[str | None] = mapped_column(String(200))
    number: Mapped[Decimal | None] = mapped_column(Money())

    __table_args__ = (
        Index("ix_customer_values_text", "projection_id", "text", "customer_id"),
        Index("ix_customer_values_number", "projection_id", "number", "customer_id"),
    )


class Evidence(Base):
    """One dated copy of what a source said: facts, source, as-of, expiry. Newer copies join, none is overwritten."""

    __tablename__ = "evidence"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id"))
    kind: Mapped[str] = mapped_column(String(30))  # statement, registry, court, behaviour, bureau, profile
    source: Mapped[str] = mapped_column(String(60))
    as_of: Mapped[date] = mapped_column(Date)
    fetched_at: Mapped[datetime] = mapped_column(UtcTime())
    expires_on: Mapped[date | None] = mapped_column(Date)
    facts: Mapped[dict[str, Any]] = mapped_column(Json())  # name -> decimal string, whole number, boolean, text or null
    detail: Mapped[dict[str, Any]] = mapped_column(Json(), default=dict)  # reasons of nulls, raw figures for display

    __table_args__ = (Index("ix_evidence_customer_kind_as_of", "customer_id", "kind", "as_of"),)


class Occurrence(Base):
    """Something that happened to a customer on a day: a suit, a breach, a registry change, news."""

    __tablename__ = "occurrences"
    __silent__ = True  # imported in bulk; the import itself is recorded

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id"))
    external_id: Mapped[str] = mapped_column(String(40), unique=True)
    day: Mapped[date] = mapped_column(Date)
    kind: Mapped[str] = mapped_column(String(40))
    severity: Mapped[str] = mapped_column(String(10))
    amount: Mapped[Decimal | None] = mapped_column(Money())
    source: Mapped[str] = mapped_column(String(60))
    description: Mapped[str] = mapped_column(String(400))

    __table_args__ = (Index("ix_occurrences_customer_day", "customer_id", "day"),)
