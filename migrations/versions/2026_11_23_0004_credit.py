"""Ratings, credit limits, open items and exchange rates."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app import db

revision = "0004_credit"
down_revision = "0003_customer"


def upgrade() -> None:
    op.create_table(
        "fx_rates",
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("rate", db.Points(), nullable=False),
        sa.Column("source", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("currency", "day", name=op.f("pk_fx_rates")),
    )
    op.create_table(
        "exposure_items",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("customer_id", sa.String(length=32), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("category", sa.String(length=30), nullable=False),
        sa.Column("document", sa.String(length=40), nullable=False),
        sa.Column("amount", db.Money(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount_cny", db.Money(), nullable=False),
        sa.Column("rate", db.Points(), nullable=True),
        sa.Column("rate_on", sa.Date(), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("ships_on", sa.Date(), nullable=True),
        sa.Column("imported_at", db.UtcTime(), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_exposure_items_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exposure_items")),
        sa.UniqueConstraint("source", "category", "document", name=op.f("uq_exposure_items_source_category_document")),
    )
    op.create_index(
        "ix_exposure_items_customer_open", "exposure_items", ["customer_id", "open", "category"], unique=False
    )
    op.create_table(
        "ratings",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("customer_id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=True),
        sa.Column("scorecard_id", sa.String(length=32), nullable=False),
        sa.Column("policy_id", sa.String(length=32), nullable=False),
        sa.Column("variant", sa.String(length=20), nullable=False),
        sa.Column("rated_at", db.UtcTime(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("facts", db.Json(), nullable=False),
        sa.Column("sources", db.Json(), nullable=False),
        sa.Column("score", db.Points(), nullable=True),
        sa.Column("coverage", db.Points(), nullable=False),
        sa.Column("model_grade", sa.String(length=10), nullable=True),
        sa.Column("grade", sa.String(length=10), nullable=True),
        sa.Column("decision", sa.String(length=12), nullable=False),
        sa.Column("outcome", db.Json(), nullable=False),
        sa.Column("trace", db.Json(), nullable=False),
        sa.Column("previous_id", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_ratings_customer_id")),
        sa.ForeignKeyConstraint(["policy_id"], ["definitions.id"], name=op.f("fk_ratings_policy_id")),
        sa.ForeignKeyConstraint(["scorecard_id"], ["definitions.id"], name=op.f("fk_ratings_scorecard_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ratings")),
    )
    op.create_index(op.f("ix_ratings_case_id"), "ratings", ["case_id"], unique=False)
    op.create_index("ix_ratings_customer_rated_at", "ratings", ["customer_id", "rated_at"], unique=False)
    op.create_table(
        "credit_limits",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("customer_id", sa.String(length=32), nullable=False),
        sa.Column("segment", sa.String(length=20), nullable=False),
        sa.Column("amount", db.Money(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("payment_days", sa.Integer(), nullable=True),
        sa.Column("payment_mode", sa.String(length=20), nullable=False),
        sa.Column("conditions", db.Json(), nullable=False),
        sa.Column("valid_from", db.UtcTime(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("ended_at", db.UtcTime(), nullable=True),
        sa.Column("case_id", sa.String(length=32), nullable=True),
        sa.Column("rating_id", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_credit_limits_customer_id")),
        sa.ForeignKeyConstraint(["rating_id"], ["ratings.id"], name=op.f("fk_credit_limits_rating_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_limits")),
        sa.UniqueConstraint("case_id", name=op.f("uq_credit_limits_case_id")),
    )
    op.create_index("ix_credit_limits_customer_from", "credit_limits", ["customer_id", "valid_from"], unique=False)
    op.create_index(
        "uq_credit_limits_one_in_force",
        "credit_limits",
        ["customer_id", "segment"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("credit_limits")
    op.drop_table("ratings")
    op.drop_table("exposure_items")
    op.drop_table("fx_rates")
