"""The library of fields that forms of the house share."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app import db

revision = "0019_field_sets"
down_revision = "0018_demo_marks"


def upgrade() -> None:
    op.create_table(
        "field_sets",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", db.Json(), nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("body", db.Json(), nullable=False),
        sa.Column("form", sa.String(length=60), nullable=False),
        sa.Column("kept_by", sa.String(length=32), nullable=False),
        sa.Column("kept_at", db.UtcTime(), nullable=False),
        sa.Column("ended_at", db.UtcTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_field_sets")),
    )
    op.create_index("ix_field_sets_ended_at", "field_sets", ["ended_at", "kept_at"])


def downgrade() -> None:
    op.drop_table("field_sets")
