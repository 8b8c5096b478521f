"""Jobs, timers and the leader's lease."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app import db

revision = "0007_job"
down_revision = "0006_ledger"


def upgrade() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("arguments", db.Json(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("unique_key", sa.String(length=120), nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("max_attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", db.UtcTime(), nullable=False),
        sa.Column("lease_until", db.UtcTime(), nullable=True),
        sa.Column("worker", sa.String(length=80), nullable=True),
        sa.Column("progress", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("result", db.Json(), nullable=False),
        sa.Column("error", sa.String(length=2000), nullable=True),
        sa.Column("cancel_asked", sa.Boolean(), nullable=False),
        sa.Column("queued_by", sa.String(length=32), nullable=False),
        sa.Column("queued_at", db.UtcTime(), nullable=False),
        sa.Column("started_at", db.UtcTime(), nullable=True),
        sa.Column("finished_at", db.UtcTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
        sa.UniqueConstraint("unique_key", name=op.f("uq_jobs_unique_key")),
    )
    op.create_index("ix_jobs_queued_at", "jobs", ["queued_at", "id"], unique=False)
    op.create_index("ix_jobs_status_due", "jobs", ["status", "priority", "due_at"], unique=False)
    op.create_table(
        "leases",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("holder", sa.String(length=80), nullable=False),
        sa.Column("until", db.UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
    )
    op.create_table(
        "timers",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("occurrence", sa.String(length=40), nullable=False),
        sa.Column("arguments", db.Json(), nullable=False),
        sa.Column("due_at", db.UtcTime(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("every_seconds", sa.Integer(), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timers")),
        sa.UniqueConstraint("name", "subject", "occurrence", name=op.f("uq_timers_name_subject_occurrence")),
    )
    op.create_index("ix_timers_status_due", "timers", ["status", "due_at"], unique=False)


def downgrade() -> None:
    op.drop_table("timers")
    op.drop_table("leases")
    op.drop_table("jobs")
