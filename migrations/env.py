"""Runs migrations on the connection `migrations.run.migrate` hands over; there is no other way in."""

from __future__ import annotations

from alembic import context

from app.db import Base
from app.models import __all__ as _nouns  # noqa: F401  every table known

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    transactional_ddl=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
