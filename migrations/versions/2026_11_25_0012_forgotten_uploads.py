"""When the content of an uploaded list was deleted because its time was over."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app import db

revision = "0012_forgotten_uploads"
down_revision = "0011_expired_limits"


def upgrade() -> None:
    op.add_column("uploads", sa.Column("forgotten_at", db.UtcTime(), nullable=True))


def downgrade() -> None:
    op.drop_column("uploads", "forgotten_at")
