"""Projected texts stand in the order of their code points on PostgreSQL too, as they always did on SQLite.

A list is narrowed to texts that begin alike by a stretch of their index, which only this order keeps together. A search in the names of records reads their index alone, for Chinese too.
"""

from __future__ import annotations

from alembic import op

revision = "0021_texts_by_code_points"
down_revision = "0020_customer_values"


def upgrade() -> None:
    op.drop_index("ix_records_book_title", "records")
    op.create_index("ix_records_book_title", "records", ["book", "status", "sort_title", "title", "id"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute('ALTER TABLE record_values ALTER COLUMN text TYPE varchar(200) COLLATE "C"')


def downgrade() -> None:
    op.drop_index("ix_records_book_title", "records")
    op.create_index("ix_records_book_title", "records", ["book", "status", "sort_title", "id"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute('ALTER TABLE record_values ALTER COLUMN text TYPE varchar(200) COLLATE "default"')
