"""Counters of serial numbers in forms, and every number given."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014_serials"
down_revision = "0013_records"


def upgrade() -> None:
    op.create_table(
        "serial_counters",
        sa.Column("form", sa.String(length=60), nullable=False),
        sa.Column("field", sa.String(length=32), nullable=False),
        sa.Column("period", sa.String(length=10), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("form", "field", "period", name=op.f("pk_serial_counters")),
    )
    op.create_table(
        "serial_numbers",
        sa.Column("form", sa.String(length=60), nullable=False),
        sa.Column("field", sa.String(length=32), nullable=False),
        sa.Column("text", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("form", "field", "text", name=op.f("pk_serial_numbers")),
    )


def downgrade() -> None:
    op.drop_table("serial_numbers")
    op.drop_table("serial_counters")
