"""The ledger: entries, leaves, tree and checkpoints."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app import db

revision = "0006_ledger"
down_revision = "0005_case"


def upgrade() -> None:
    op.create_table(
        "checkpoints",
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("root", sa.LargeBinary(length=32), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", db.UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_checkpoints")),
    )
    op.create_index(op.f("ix_checkpoints_at"), "checkpoints", ["at"], unique=False)
    op.create_table(
        "customer_keys",
        sa.Column("customer_id", sa.String(length=32), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=True),
        sa.Column("made_at", db.UtcTime(), nullable=False),
        sa.Column("destroyed_at", db.UtcTime(), nullable=True),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_customer_keys")),
    )
    op.create_table(
        "entries",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("subject_type", sa.String(length=20), nullable=False),
        sa.Column("subject_id", sa.String(length=64), nullable=False),
        sa.Column("subject_seq", sa.Integer(), nullable=False),
        sa.Column("ts", db.UtcTime(), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("actor_name", sa.String(length=120), nullable=False),
        sa.Column("verb", sa.String(length=40), nullable=False),
        sa.Column("customer_id", sa.String(length=32), nullable=True),
        sa.Column("case_id", sa.String(length=32), nullable=True),
        sa.Column("request_id", sa.String(length=40), nullable=True),
        sa.Column("prev_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("leaf_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entries")),
        sa.UniqueConstraint(
            "subject_type", "subject_id", "subject_seq", name=op.f("uq_entries_subject_type_subject_id_subject_seq")
        ),
    )
    op.create_index("ix_entries_actor", "entries", ["actor", "id"], unique=False)
    op.create_index("ix_entries_case", "entries", ["case_id", "id"], unique=False)
    op.create_index("ix_entries_customer", "entries", ["customer_id", "id"], unique=False)
    op.create_index("ix_entries_ts", "entries", ["ts", "id"], unique=False)
    op.create_index("ix_entries_verb", "entries", ["verb", "id"], unique=False)
    op.create_table(
        "tree_nodes",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("idx", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("level", "idx", name=op.f("pk_tree_nodes")),
    )
    op.create_table(
        "leaves",
        sa.Column("idx", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_leaves_entry_id")),
        sa.PrimaryKeyConstraint("idx", name=op.f("pk_leaves")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_leaves_entry_id")),
    )


def downgrade() -> None:
    op.drop_table("leaves")
    op.drop_table("tree_nodes")
    op.drop_table("entries")
    op.drop_table("customer_keys")
    op.drop_table("checkpoints")
