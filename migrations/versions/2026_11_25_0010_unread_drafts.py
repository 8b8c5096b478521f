"""What was typed into a draft and no document can be read of; published versions keep it empty."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app import db
from migrations import guards

revision = "0010_unread_drafts"
down_revision = "0009_guards"


def upgrade() -> None:
    op.add_column("definitions", sa.Column("unread", db.Json(), nullable=False, server_default="{}"))
    for statement in guards.renew_definitions(op.get_bind().dialect.name, (*guards.FROZEN, "unread")):
        op.execute(statement)


def downgrade() -> None:
    for statement in guards.renew_definitions(op.get_bind().dialect.name, guards.FROZEN):
        op.execute(statement)
    op.drop_column("definitions", "unread")
