"""Definitions and the links between them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app import db

revision = "0002_definition"
down_revision = "0001_people"


def upgrade() -> None:
    op.create_table(
        "definitions",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("title", db.Json(), nullable=False),
        sa.Column("body", db.Json(), nullable=False),
        sa.Column("layout", db.Json(), nullable=False),
        sa.Column("fingerprint", sa.String(length=71), nullable=True),
        sa.Column("links", db.Json(), nullable=False),
        sa.Column("based_on", sa.Integer(), nullable=True),
        sa.Column("authors", db.Json(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.String(length=32), nullable=False),
        sa.Column("created_at", db.UtcTime(), nullable=False),
        sa.Column("saved_by", sa.String(length=32), nullable=False),
        sa.Column("saved_at", db.UtcTime(), nullable=False),
        sa.Column("published_by", sa.String(length=32), nullable=True),
        sa.Column("published_at", db.UtcTime(), nullable=True),
        sa.Column("retired_at", db.UtcTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_definitions")),
        sa.UniqueConstraint("kind", "key", "version", name=op.f("uq_definitions_kind_key_version")),
    )
    op.create_index(
        "uq_definitions_one_published",
        "definitions",
        ["kind", "key"],
        unique=True,
        sqlite_where=sa.text("status = 'published'"),
        postgresql_where=sa.text("status = 'published'"),
    )
    op.create_table(
        "definition_uses",
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.Column("used_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["used_id"], ["definitions.id"], name=op.f("fk_definition_uses_used_id")),
        sa.ForeignKeyConstraint(["user_id"], ["definitions.id"], name=op.f("fk_definition_uses_user_id")),
        sa.PrimaryKeyConstraint("user_id", "used_id", name=op.f("pk_definition_uses")),
    )
    op.create_index(op.f("ix_definition_uses_used_id"), "definition_uses", ["used_id"], unique=False)


def downgrade() -> None:
    op.drop_table("definition_uses")
    op.drop_table("definitions")
