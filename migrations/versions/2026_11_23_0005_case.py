"""Requests, cases, tasks, decisions and notices."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app import db

revision = "0005_case"
down_revision = "0004_credit"


def upgrade() -> None:
    op.create_table(
        "counters",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_counters")),
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("actor_id", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("request_hash", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("answer", db.Json(), nullable=False),
        sa.Column("at", db.UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("actor_id", "key", name=op.f("pk_idempotency_keys")),
    )
    op.create_index(op.f("ix_idempotency_keys_at"), "idempotency_keys", ["at"], unique=False)
    op.create_table(
        "credit_requests",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.String(length=30), nullable=True),
        sa.Column("customer_id", sa.String(length=32), nullable=True),
        sa.Column("flow_key", sa.String(length=60), nullable=False),
        sa.Column("form_id", sa.String(length=32), nullable=False),
        sa.Column("answers", db.Json(), nullable=False),
        sa.Column("sent", db.Json(), nullable=True),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("open_key", sa.String(length=60), nullable=True),
        sa.Column("applicant_id", sa.String(length=32), nullable=False),
        sa.Column("department_id", sa.String(length=32), nullable=True),
        sa.Column("amount", db.Money(), nullable=True),
        sa.Column("case_id", sa.String(length=32), nullable=True),
        sa.Column("created_at", db.UtcTime(), nullable=False),
        sa.Column("changed_at", db.UtcTime(), nullable=False),
        sa.Column("submitted_at", db.UtcTime(), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["applicant_id"], ["users.id"], name=op.f("fk_credit_requests_applicant_id")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_credit_requests_customer_id")),
        sa.ForeignKeyConstraint(["form_id"], ["definitions.id"], name=op.f("fk_credit_requests_form_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_requests")),
        sa.UniqueConstraint("number", name=op.f("uq_credit_requests_number")),
        sa.UniqueConstraint("open_key", name=op.f("uq_credit_requests_open_key")),
    )
    op.create_index(
        "ix_credit_requests_applicant_changed", "credit_requests", ["applicant_id", "changed_at", "id"], unique=False
    )
    op.create_index(op.f("ix_credit_requests_case_id"), "credit_requests", ["case_id"], unique=False)
    op.create_index(op.f("ix_credit_requests_customer_id"), "credit_requests", ["customer_id"], unique=False)
    op.create_index("ix_credit_requests_status_changed", "credit_requests", ["status", "changed_at"], unique=False)
    op.create_table(
        "cases",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.String(length=30), nullable=False),
        sa.Column("request_id", sa.String(length=32), nullable=False),
        sa.Column("customer_id", sa.String(length=32), nullable=False),
        sa.Column("applicant_id", sa.String(length=32), nullable=False),
        sa.Column("department_id", sa.String(length=32), nullable=True),
        sa.Column("flow_id", sa.String(length=32), nullable=False),
        sa.Column("form_id", sa.String(length=32), nullable=False),
        sa.Column("scorecard_id", sa.String(length=32), nullable=False),
        sa.Column("policy_id", sa.String(length=32), nullable=False),
        sa.Column("rating_id", sa.String(length=32), nullable=True),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("state", db.Json(), nullable=False),
        sa.Column("amount", db.Money(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("grade", sa.String(length=10), nullable=True),
        sa.Column("grade_before", sa.String(length=10), nullable=True),
        sa.Column("tier", sa.String(length=40), nullable=True),
        sa.Column("seen", db.Json(), nullable=False),
        sa.Column("opened_at", db.UtcTime(), nullable=False),
        sa.Column("changed_at", db.UtcTime(), nullable=False),
        sa.Column("closed_at", db.UtcTime(), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["applicant_id"], ["users.id"], name=op.f("fk_cases_applicant_id")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_cases_customer_id")),
        sa.ForeignKeyConstraint(["flow_id"], ["definitions.id"], name=op.f("fk_cases_flow_id")),
        sa.ForeignKeyConstraint(["form_id"], ["definitions.id"], name=op.f("fk_cases_form_id")),
        sa.ForeignKeyConstraint(["policy_id"], ["definitions.id"], name=op.f("fk_cases_policy_id")),
        sa.ForeignKeyConstraint(["request_id"], ["credit_requests.id"], name=op.f("fk_cases_request_id")),
        sa.ForeignKeyConstraint(["scorecard_id"], ["definitions.id"], name=op.f("fk_cases_scorecard_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
        sa.UniqueConstraint("number", name=op.f("uq_cases_number")),
    )
    op.create_index("ix_cases_applicant_opened", "cases", ["applicant_id", "opened_at"], unique=False)
    op.create_index(op.f("ix_cases_customer_id"), "cases", ["customer_id"], unique=False)
    op.create_index("ix_cases_status_opened", "cases", ["status", "opened_at"], unique=False)
    op.create_table(
        "case_events",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("payload", db.Json(), nullable=False),
        sa.Column("at", db.UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_events_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_events")),
        sa.UniqueConstraint("case_id", "seq", name=op.f("uq_case_events_case_id_seq")),
    )
    op.create_table(
        "notices",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("step", sa.String(length=60), nullable=False),
        sa.Column("at", db.UtcTime(), nullable=False),
        sa.Column("read_at", db.UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_notices_case_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_notices_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
    )
    op.create_index("ix_notices_user_at", "notices", ["user_id", "at", "id"], unique=False)
    op.create_table(
        "tasks",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=12), nullable=False),
        sa.Column("step", sa.String(length=60), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("assignee_id", sa.String(length=32), nullable=True),
        sa.Column("group_post", sa.String(length=60), nullable=True),
        sa.Column("group_within", sa.String(length=32), nullable=True),
        sa.Column("claimed_by", sa.String(length=32), nullable=True),
        sa.Column("status", sa.String(length=14), nullable=False),
        sa.Column("why", db.Json(), nullable=False),
        sa.Column("opened_at", db.UtcTime(), nullable=False),
        sa.Column("due_at", db.UtcTime(), nullable=True),
        sa.Column("closed_at", db.UtcTime(), nullable=True),
        sa.Column("decided_by", sa.String(length=32), nullable=True),
        sa.Column("answer", sa.String(length=10), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("applicant_id", sa.String(length=32), nullable=False),
        sa.Column("customer_id", sa.String(length=32), nullable=False),
        sa.Column("customer_name", sa.String(length=200), nullable=False),
        sa.Column("number", sa.String(length=30), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("step_label", db.Json(), nullable=False),
        sa.Column("amount", db.Money(), nullable=False),
        sa.Column("grade", sa.String(length=10), nullable=True),
        sa.Column("grade_before", sa.String(length=10), nullable=True),
        sa.Column("score", db.Points(), nullable=True),
        sa.Column("flags", db.Json(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_tasks_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tasks")),
        sa.UniqueConstraint("case_id", "key", name=op.f("uq_tasks_case_id_key")),
    )
    op.create_index("ix_tasks_assignee_inbox", "tasks", ["assignee_id", "status", "opened_at", "id"], unique=False)
    op.create_index("ix_tasks_decided_by_closed", "tasks", ["decided_by", "closed_at"], unique=False)
    op.create_index("ix_tasks_group_inbox", "tasks", ["group_post", "status", "opened_at", "id"], unique=False)
    op.create_table(
        "decisions",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("task_id", sa.String(length=32), nullable=False),
        sa.Column("actor_id", sa.String(length=32), nullable=False),
        sa.Column("answer", sa.String(length=10), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("answers_hash", sa.String(length=71), nullable=False),
        sa.Column("at", db.UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_decisions_case_id")),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name=op.f("fk_decisions_task_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
    )
    op.create_index(op.f("ix_decisions_case_id"), "decisions", ["case_id"], unique=False)
    op.create_index(op.f("ix_decisions_task_id"), "decisions", ["task_id"], unique=False)


def downgrade() -> None:
    op.drop_table("decisions")
    op.drop_table("tasks")
    op.drop_table("notices")
    op.drop_table("case_events")
    op.drop_table("cases")
    op.drop_table("credit_requests")
    op.drop_table("idempotency_keys")
    op.drop_table("counters")
