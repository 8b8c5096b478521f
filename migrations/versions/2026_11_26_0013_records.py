"""Records of admin-defined forms, the values their lists are sorted by, and saved views of lists."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app import db

revision = "0013_records"
down_revision = "0012_forgotten_uploads"


def upgrade() -> None:
    op.create_table(
        "records",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("book", sa.String(length=60), nullable=False),
        sa.Column("form_id", sa.String(length=32), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("sort_title", sa.String(length=400), nullable=False),
        sa.Column("customer_id", sa.String(length=32), nullable=True),
        sa.Column("owner_id", sa.String(length=32), nullable=True),
        sa.Column("department_id", sa.String(length=32), nullable=True),
        sa.Column("answers", db.Json(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("created_at", db.UtcTime(), nullable=False),
        sa.Column("changed_at", db.UtcTime(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_records_customer_id")),
        sa.ForeignKeyConstraint(["department_id"], ["departments.id"], name=op.f("fk_records_department_id")),
        sa.ForeignKeyConstraint(["form_id"], ["definitions.id"], name=op.f("fk_records_form_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_records_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_records")),
    )
    op.create_index("ix_records_book_changed", "records", ["book", "status", "changed_at", "id"])
    op.create_index("ix_records_book_title", "records", ["book", "status", "sort_title", "id"])
    op.create_index("ix_records_book_owner", "records", ["book", "owner_id"])
    op.create_index("ix_records_customer", "records", ["customer_id", "book"])
    op.create_table(
        "projections",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("book", sa.String(length=60), nullable=False),
        sa.Column("field", sa.String(length=32), nullable=False),
        sa.Column("sort", sa.String(length=10), nullable=False),
        sa.Column("built", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_projections")),
        sa.UniqueConstraint("book", "field", "sort", name=op.f("uq_projections_book_field_sort")),
    )
    op.create_table(
        "record_values",
        sa.Column("record_id", sa.String(length=32), nullable=False),
        sa.Column("projection_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("text", sa.String(length=200), nullable=True),
        sa.Column("number", db.Money(), nullable=True),
        sa.ForeignKeyConstraint(["projection_id"], ["projections.id"], name=op.f("fk_record_values_projection_id")),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], name=op.f("fk_record_values_record_id")),
        sa.PrimaryKeyConstraint("record_id", "projection_id", "place", name=op.f("pk_record_values")),
    )
    op.create_index("ix_record_values_text", "record_values", ["projection_id", "text", "record_id"])
    op.create_index("ix_record_values_number", "record_values", ["projection_id", "number", "record_id"])
    op.create_table(
        "record_uniques",
        sa.Column("projection_id", sa.Integer(), nullable=False),
        sa.Column("scope", sa.String(length=32), nullable=False),
        sa.Column("value", sa.String(length=200), nullable=False),
        sa.Column("record_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["projection_id"], ["projections.id"], name=op.f("fk_record_uniques_projection_id")),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], name=op.f("fk_record_uniques_record_id")),
        sa.PrimaryKeyConstraint("projection_id", "scope", "value", name=op.f("pk_record_uniques")),
    )
    op.create_index(op.f("ix_record_uniques_record_id"), "record_uniques", ["record_id"])
    op.create_table(
        "saved_views",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.Column("place", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("query", db.Json(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_saved_views_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_views")),
        sa.UniqueConstraint("user_id", "place", "name", name=op.f("uq_saved_views_user_id_place_name")),
    )


def downgrade() -> None:
    for table in ("saved_views", "record_uniques", "record_values", "projections", "records"):
        op.drop_table(table)
