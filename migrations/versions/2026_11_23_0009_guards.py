"""Triggers: insert-only tables, and published Definitions that never change."""

from __future__ import annotations

from alembic import op

from migrations import guards

revision = "0009_guards"
down_revision = "0008_upload"


def upgrade() -> None:
    for statement in guards.create(op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    for statement in guards.drop(op.get_bind().dialect.name):
        op.execute(statement)
