"""What only an owner of the database can do: switch the guards off and change rows that are kept."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import text

from app.db import Database
from migrations.guards import INSERT_ONLY

GUARDED = (*INSERT_ONLY, "definitions")


def as_owner(database: Database, *statements: str) -> None:
    """Run statements with triggers and foreign keys out of the way."""
    if database.is_sqlite:
        with database.write.connect() as connection:
            connection.exec_driver_sql("ROLLBACK")
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            for statement in (*_sqlite_triggers(), *statements):
                connection.exec_driver_sql(statement)
            connection.exec_driver_sql("PRAGMA foreign_keys=ON")
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        return
    with database.write.begin() as connection:
        for table in GUARDED:
            connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))
        for statement in statements:
            connection.exec_driver_sql(statement)


def _sqlite_triggers() -> Iterable[str]:
    for table in GUARDED:
        for act in ("update", "delete", "replace"):
            yield f"DROP TRIGGER IF EXISTS {table}_no_{act}"
