"""Who decides: credit requests, their cases, the tasks people work on, and the decisions they give."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, BigId, Id, Json, Money, Points, UtcTime, new_id

OPEN_STATUSES = ("running", "returned", "error")


class Counter(Base):
    """The next running number of a series, taken inside the transaction using it: gaps may be, repeats never."""

    __tablename__ = "counters"
    __silent__ = True

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[int] = mapped_column(Integer, default=0)


class CreditRequest(Base):
    """What sales submits. Answers are checked against the pinned Form; after submission they live on with the Case."""

    __tablename__ = "credit_requests"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    number: Mapped[str | None] = mapped_column(String(30), unique=True)
    customer_id: Mapped[str | None] = mapped_column(ForeignKey("customers.id"), index=True)
    flow_key: Mapped[str] = mapped_column(String(60))
    form_id: Mapped[str] = mapped_column(ForeignKey("definitions.id"))
    answers: Mapped[dict[str, Any]] = mapped_column(Json())
    sent: Mapped[dict[str, Any] | None] = mapped_column(Json())  # the answers approvers decide on; None in a draft
    status: Mapped[str] = mapped_column(String(12), default="draft")  # draft, then as its Case
    open_key: Mapped[str | None] = mapped_column(String(60), unique=True)  # customer + segment while a case runs
    applicant_id: Mapped[str] = mapped_column(ForeignKey("users.id"))
    department_id: Mapped[str | None] = mapped_column(String(32))
    amount: Mapped[Decimal | None] = mapped_column(Money())
    case_id: Mapped[str | None] = mapped_column(String(32), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcTime())
    changed_at: Mapped[datetime] = mapped_column(UtcTime())
    submitted_at: Mapped[datetime | None] = mapped_column(UtcTime())
    row_version: Mapped[int] = mapped_column(Integer, default=1)

    __table_args__ = (
        Index("ix_credit_requests_applicant_changed", "applicant_id", "changed_at", "id"),
        Index("ix_credit_requests_status_changed", "status", "changed_at"),
    )
    __mapper_args__ = {"version_id_col": row_version}


class Case(Base):
    """One run of a Flow. `state` is what the machine says; replaying `case_events` gives it again, exactly."""

    __tablename__ = "cases"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    number: Mapped[str] = mapped_column(String(30), unique=True)
    request_id: Mapped[str] = mapped_column(ForeignKey("credit_requests.id"))
    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id"), index=True)
    applicant_id: Mapped[str] = mapped_column(ForeignKey("users.id"))
    department_id: Mapped[str | None] = mapped_column(String(32))
    flow_id: Mapped[str] = mapped_column(ForeignKey("definitions.id"))
    form_id: Mapped[str] = mapped_column(ForeignKey("definitions.id"))
    scorecard_id: Mapped[str] = mapped_column(ForeignKey("definitions.id"))
    policy_id: Mapped[str] = mapped_column(ForeignKey("definitions.id"))
    rating_id: Mapped[str | None] = mapped_column(String(32))
    title: Mapped[str] = mapped_column(String(300))
    status: Mapped[str] = mapped_column(String(12))
    round: Mapped[int] = mapped_column(Integer, default=1)
    state: Mapped[dict[str, Any]] = mapped_column(Json())
    amount: Mapped[Decimal] = mapped_column(Money())
    currency: Mapped[str] = mapped_column(String(3), default="CNY")
    grade: Mapped[str | None] = mapped_column(String(10))
    grade_before: Mapped[str | None] = mapped_column(String(10))
    tier: Mapped[str | None] = mapped_column(String(40))
    seen: Mapped[dict[str, Any]] = mapped_column(Json(), default=dict)  # limit and exposure as they were at opening
    opened_at: Mapped[datetime] = mapped_column(UtcTime())
    changed_at: Mapped[datetime] = mapped_column(UtcTime())
    closed_at: Mapped[datetime | None] = mapped_column(UtcTime())
    row_version: Mapped[int] = mapped_column(Integer, default=1)

    __table_args__ = (
        Index("ix_cases_status_opened", "status", "opened_at"),
        Index("ix_cases_applicant_opened", "applicant_id", "opened_at"),
    )
    __mapper_args__ = {"version_id_col": row_version}


class CaseEvent(Base):
    """What the machine said, in order. Insert-only (trigger)."""

    __tablename__ = "case_events"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"))
    seq: Mapped[int] = mapped_column(Integer)
    type: Mapped[str] = mapped_column(String(40))
    payload: Mapped[dict[str, Any]] = mapped_column(Json())
    at: Mapped[datetime] = mapped_column(UtcTime())

    __table_args__ = (UniqueConstraint("case_id", "seq"),)


class Task(Base):
    """One person's (or one group's) work in a Case.

    Columns below "card" repeat what the inbox shows, so that a list needs no join.
    """

    __tablename__ = "tasks"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"))
    key: Mapped[str] = mapped_column(String(12))  # the machine's own name: t1, t2 …
    step: Mapped[str] = mapped_column(String(60))
    round: Mapped[int] = mapped_column(Integer)
    assignee_id: Mapped[str | None] = mapped_column(String(32))
    group_post: Mapped[str | None] = mapped_column(String(60))
    group_within: Mapped[str | None] = mapped_column(String(32))  # department whose line narrows the group
    claimed_by: Mapped[str | None] = mapped_column(String(32))
    status: Mapped[str] = mapped_column(String(14))
    why: Mapped[dict[str, Any]] = mapped_column(Json())
    opened_at: Mapped[datetime] = mapped_column(UtcTime())
    due_at: Mapped[datetime | None] = mapped_column(UtcTime())
    closed_at: Mapped[datetime | None] = mapped_column(UtcTime())
    decided_by: Mapped[str | None] = mapped_column(String(32))
    answer: Mapped[str | None] = mapped_column(String(10))
    row_version: Mapped[int] = mapped_column(Integer, default=1)

    # card
    applicant_id: Mapped[str] = mapped_column(String(32))
    customer_id: Mapped[str] = mapped_column(String(32))
    customer_name: Mapped[str] = mapped_column(String(200))
    number: Mapped[str] = mapped_column(String(30))
    kind: Mapped[str] = mapped_column(String(20))
    step_label: Mapped[dict[str, str]] = mapped_column(Json())
    amount: Mapped[Decimal] = mapped_column(Money())
    grade: Mapped[str | None] = mapped_column(String(10))
    grade_before: Mapped[str | None] = mapped_column(String(10))
    score: Mapped[Decimal | None] = mapped_column(Points())
    flags: Mapped[list[str]] = mapped_column(Json(), default=list)

    __table_args__ = (
        UniqueConstraint("case_id", "key"),
        Index("ix_tasks_assignee_inbox", "assignee_id", "status", "opened_at", "id"),
        Index("ix_tasks_group_inbox", "group_post", "status", "opened_at", "id"),
        Index("ix_tasks_decided_by_closed", "decided_by", "closed_at"),
    )
    __mapper_args__ = {"version_id_col": row_version}


class Decision(Base):
    """An approver's answer, as given. Insert-only (trigger); one that no longer counts is superseded by an event."""

    __tablename__ = "decisions"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), index=True)
    task_id: Mapped[str] = mapped_column(ForeignKey("tasks.id"), index=True)
    actor_id: Mapped[str] = mapped_column(String(32))
    answer: Mapped[str] = mapped_column(String(10))
    comment: Mapped[str] = mapped_column(Text, default="")
    answers_hash: Mapped[str] = mapped_column(String(71))
    at: Mapped[datetime] = mapped_column(UtcTime())


class Notice(Base):
    """A copy for somebody's information: a cc of a case, read or unread."""

    __tablename__ = "notices"
    __silent__ = True  # the act that caused it is recorded (case.told)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"))
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"))
    step: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime] = mapped_column(UtcTime())
    read_at: Mapped[datetime | None] = mapped_column(UtcTime())

    __table_args__ = (Index("ix_notices_user_at", "user_id", "at", "id"),)


class IdempotencyKey(Base):
    """The answer already given to an act, kept at least a day: same key, same answer, never a second effect."""

    __tablename__ = "idempotency_keys"
    __silent__ = True

    actor_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    request_hash: Mapped[str] = mapped_column(String(64))
    status: Mapped[int] = mapped_column(Integer)
    answer: Mapped[dict[str, Any]] = mapped_column(Json())
    at: Mapped[datetime] = mapped_column(UtcTime(), index=True)
