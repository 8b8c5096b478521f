"""Customers, evidence and occurrences."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app import db

revision = "0003_customer"
down_revision = "0002_definition"


def upgrade() -> None:
    op.create_table(
        "customers",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("sort_name", sa.String(length=400), nullable=False),
        sa.Column("credit_code", sa.String(length=18), nullable=True),
        sa.Column("industry_code", sa.String(length=10), nullable=True),
        sa.Column("industry", sa.String(length=80), nullable=True),
        sa.Column("variant", sa.String(length=20), nullable=True),
        sa.Column("province", sa.String(length=40), nullable=True),
        sa.Column("city", sa.String(length=40), nullable=True),
        sa.Column("founded_on", sa.Date(), nullable=True),
        sa.Column("registered_capital", db.Money(), nullable=True),
        sa.Column("employees", sa.Integer(), nullable=True),
        sa.Column("legal_representative", sa.String(length=80), nullable=True),
        sa.Column("contact_email", sa.String(length=200), nullable=True),
        sa.Column("registration_status", sa.String(length=20), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("payment_days", sa.Integer(), nullable=True),
        sa.Column("customer_since", sa.Date(), nullable=True),
        sa.Column("segment", sa.String(length=40), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("answers", db.Json(), nullable=False),
        sa.Column("owner_id", sa.String(length=32), nullable=True),
        sa.Column("department_id", sa.String(length=32), nullable=True),
        sa.Column("created_at", db.UtcTime(), nullable=False),
        sa.Column("changed_at", db.UtcTime(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("rating_id", sa.String(length=32), nullable=True),
        sa.Column("grade", sa.String(length=10), nullable=True),
        sa.Column("grade_rank", sa.Integer(), nullable=True),
        sa.Column("score", db.Points(), nullable=True),
        sa.Column("coverage", db.Points(), nullable=True),
        sa.Column("rated_at", db.UtcTime(), nullable=True),
        sa.Column("limit_amount", db.Money(), nullable=True),
        sa.Column("exposure", db.Money(), nullable=True),
        sa.Column("overdue", db.Money(), nullable=True),
        sa.ForeignKeyConstraint(["department_id"], ["departments.id"], name=op.f("fk_customers_department_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_customers_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customers")),
        sa.UniqueConstraint("credit_code", name=op.f("uq_customers_credit_code")),
        sa.UniqueConstraint("number", name=op.f("uq_customers_number")),
    )
    op.create_index(op.f("ix_customers_department_id"), "customers", ["department_id"], unique=False)
    op.create_index("ix_customers_department_sort", "customers", ["department_id", "sort_name", "id"], unique=False)
    op.create_index("ix_customers_exposure_id", "customers", ["exposure", "id"], unique=False)
    op.create_index("ix_customers_grade_rank_id", "customers", ["grade_rank", "id"], unique=False)
    op.create_index(op.f("ix_customers_owner_id"), "customers", ["owner_id"], unique=False)
    op.create_index("ix_customers_owner_sort", "customers", ["owner_id", "sort_name", "id"], unique=False)
    op.create_index("ix_customers_score_id", "customers", ["score", "id"], unique=False)
    op.create_index("ix_customers_sort_name_id", "customers", ["sort_name", "id"], unique=False)
    op.create_table(
        "evidence",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("customer_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("source", sa.String(length=60), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("fetched_at", db.UtcTime(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("facts", db.Json(), nullable=False),
        sa.Column("detail", db.Json(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_evidence_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
    )
    op.create_index("ix_evidence_customer_kind_as_of", "evidence", ["customer_id", "kind", "as_of"], unique=False)
    op.create_table(
        "occurrences",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("customer_id", sa.String(length=32), nullable=False),
        sa.Column("external_id", sa.String(length=40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("severity", sa.String(length=10), nullable=False),
        sa.Column("amount", db.Money(), nullable=True),
        sa.Column("source", sa.String(length=60), nullable=False),
        sa.Column("description", sa.String(length=400), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_occurrences_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_occurrences")),
        sa.UniqueConstraint("external_id", name=op.f("uq_occurrences_external_id")),
    )
    op.create_index("ix_occurrences_customer_day", "occurrences", ["customer_id", "day"], unique=False)


def downgrade() -> None:
    op.drop_table("occurrences")
    op.drop_table("evidence")
    op.drop_table("customers")
