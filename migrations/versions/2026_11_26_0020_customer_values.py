"""What customers' files say to the fields by which formulas tell who reaches them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app import db

revision = "0020_customer_values"
down_revision = "0019_field_sets"


def upgrade() -> None:
    op.create_table(
        "customer_values",
        sa.Column("customer_id", sa.String(length=32), nullable=False),
        sa.Column("projection_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("text", sa.String(length=200), nullable=True),
        sa.Column("number", db.Money(), nullable=True),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_customer_values_customer_id")),
        sa.ForeignKeyConstraint(
            ["projection_id"], ["projections.id"], name=op.f("fk_customer_values_projection_id")
        ),
        sa.PrimaryKeyConstraint("customer_id", "projection_id", "place", name=op.f("pk_customer_values")),
    )
    op.create_index("ix_customer_values_text", "customer_values", ["projection_id", "text", "customer_id"])
    op.create_index("ix_customer_values_number", "customer_values", ["projection_id", "number", "customer_id"])


def downgrade() -> None:
    op.drop_table("customer_values")
