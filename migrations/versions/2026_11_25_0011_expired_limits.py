"""Limits that ended because their last day had passed are told from those that another one replaced."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011_expired_limits"
down_revision = "0010_unread_drafts"


def upgrade() -> None:
    op.add_column("credit_limits", sa.Column("expired", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column("credit_limits", "expired")
