"""Files that people attach: contents known by their hash, who sent them in, which records hold them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app import db

revision = "0015_files"
down_revision = "0014_serials"


def upgrade() -> None:
    op.create_table(
        "files",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("type", sa.String(length=100), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("stored_at", db.UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_files")),
    )
    op.create_table(
        "file_uploads",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("by", sa.String(length=32), nullable=False),
        sa.Column("at", db.UtcTime(), nullable=False),
        sa.Column("attached_at", db.UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(["hash"], ["files.hash"], name=op.f("fk_file_uploads_hash_files")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file_uploads")),
    )
    op.create_index("ix_file_uploads_by", "file_uploads", ["by", "hash"])
    op.create_index("ix_file_uploads_hash", "file_uploads", ["hash"])
    op.create_index("ix_file_uploads_waiting", "file_uploads", ["attached_at", "at"])
    op.create_table(
        "file_holders",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("subject_type", sa.String(length=20), nullable=False),
        sa.Column("subject_id", sa.String(length=32), nullable=False),
        sa.Column("by", sa.String(length=32), nullable=False),
        sa.Column("at", db.UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["hash"], ["files.hash"], name=op.f("fk_file_holders_hash_files")),
        sa.PrimaryKeyConstraint("hash", "subject_type", "subject_id", name=op.f("pk_file_holders")),
    )


def downgrade() -> None:
    op.drop_table("file_holders")
    op.drop_table("file_uploads")
    op.drop_table("files")
