"""Into which book the records of an uploaded list go."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016_uploads_of_books"
down_revision = "0015_files"


def upgrade() -> None:
    op.add_column("uploads", sa.Column("book", sa.String(length=60), nullable=True))


def downgrade() -> None:
    op.drop_column("uploads", "book")
