"""Machine work: jobs queued in the business transaction, and timers that queue jobs when they are due."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Id, Json, UtcTime, new_id


class Job(Base):
    """One piece of machine work. `attempt` is the fence: effect and "done" commit only while it still matches."""

    __tablename__ = "jobs"
    __silent__ = True  # what a job does is recorded by the services it calls

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(60))
    arguments: Mapped[dict[str, Any]] = mapped_column(Json(), default=dict)
    status: Mapped[str] = mapped_column(String(10), default="queued")  # queued, running, done, failed, dead, cancelled
    priority: Mapped[int] = mapped_column(Integer, default=5)
    unique_key: Mapped[str | None] = mapped_column(String(120), unique=True)
    attempt: Mapped[int] = mapped_column(Integer, default=0)
    max_attempts: Mapped[int] = mapped_column(Integer, default=5)
    due_at: Mapped[datetime] = mapped_column(UtcTime())
    lease_until: Mapped[datetime | None] = mapped_column(UtcTime())
    worker: Mapped[str | None] = mapped_column(String(80))
    progress: Mapped[int] = mapped_column(Integer, default=0)
    total: Mapped[int | None] = mapped_column(Integer)
    result: Mapped[dict[str, Any]] = mapped_column(Json(), default=dict)
    error: Mapped[str | None] = mapped_column(String(2000))
    cancel_asked: Mapped[bool] = mapped_column(default=False)
    queued_by: Mapped[str] = mapped_column(String(32))
    queued_at: Mapped[datetime] = mapped_column(UtcTime())
    started_at: Mapped[datetime | None] = mapped_column(UtcTime())
    finished_at: Mapped[datetime | None] = mapped_column(UtcTime())

    __table_args__ = (
        Index("ix_jobs_status_due", "status", "priority", "due_at"),
        Index("ix_jobs_queued_at", "queued_at", "id"),
    )


class Timer(Base):
    """A row that queues a job once its time has come; each occurrence has its own key and fires once."""

    __tablename__ = "timers"
    __silent__ = True

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(80))
    occurrence: Mapped[str] = mapped_column(String(40))
    arguments: Mapped[dict[str, Any]] = mapped_column(Json(), default=dict)
    due_at: Mapped[datetime] = mapped_column(UtcTime())
    status: Mapped[str] = mapped_column(String(10), default="waiting")  # waiting, fired, cancelled
    every_seconds: Mapped[int | None] = mapped_column(Integer)
    row_version: Mapped[int] = mapped_column(Integer, default=1)

    __table_args__ = (
        UniqueConstraint("name", "subject", "occurrence"),
        Index("ix_timers_status_due", "status", "due_at"),
    )


class Lease(Base):
    """Who leads, until when: the ticker's seat on SQLite and the visible holder on PostgreSQL."""

    __tablename__ = "leases"
    __silent__ = True

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    holder: Mapped[str] = mapped_column(String(80))
    until: Mapped[datetime] = mapped_column(UtcTime())
