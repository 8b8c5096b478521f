"""Uploaded lists waiting to be imported."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app import db

revision = "0008_upload"
down_revision = "0007_job"


def upgrade() -> None:
    op.create_table(
        "uploads",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("filename", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("report", db.Json(), nullable=False),
        sa.Column("form_id", sa.String(length=32), nullable=True),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=True),
        sa.Column("good", sa.Integer(), nullable=True),
        sa.Column("bad", sa.Integer(), nullable=True),
        sa.Column("known", sa.Integer(), nullable=True),
        sa.Column("stored", sa.Integer(), nullable=True),
        sa.Column("job_id", sa.String(length=32), nullable=True),
        sa.Column("by", sa.String(length=32), nullable=False),
        sa.Column("at", db.UtcTime(), nullable=False),
        sa.Column("imported_at", db.UtcTime(), nullable=True),
        sa.Column("imported_by", sa.String(length=32), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["form_id"], ["definitions.id"], name=op.f("fk_uploads_form_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_uploads")),
    )
    op.create_index("ix_uploads_at", "uploads", ["at", "id"], unique=False)
    op.create_index("ix_uploads_sha256", "uploads", ["sha256"], unique=False)


def downgrade() -> None:
    op.drop_table("uploads")
