"""History cannot be changed through the database either: every way around the triggers that was ever found is tried."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.edge.runtime import Runtime
from app.work import SYSTEM_SUBJECT, Verb
from migrations.guards import INSERT_ONLY


@pytest.fixture
def filled(work, instance: Runtime) -> Runtime:
    with work() as w:
        w.record(Verb.DEMO_LOADED, SYSTEM_SUBJECT, {"customers": 1})
    return instance


FORBIDDEN = [
    "UPDATE entries SET actor = 'mallory'",
    "DELETE FROM entries",
    "UPDATE leaves SET idx = 7",
    "DELETE FROM leaves",
    "DELETE FROM tree_nodes",
    "UPDATE tree_nodes SET hash = hash",
]


def _postgres_tree(instance: Runtime) -> None:
    if not instance.database.is_sqlite:
        from app.services import ledger

        ledger.sequence(instance.database)


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_rows_of_the_ledger_stay(filled: Runtime, statement: str) -> None:
    _postgres_tree(filled)
    with pytest.raises(DBAPIError, match="insert-only"), filled.database.write.begin() as connection:
        connection.execute(text(statement))


def test_replace_is_no_way_around(filled: Runtime) -> None:
    if not filled.database.is_sqlite:
        with pytest.raises(DBAPIError, match="insert-only"), filled.database.write.begin() as connection:
            connection.execute(
                text("INSERT INTO entries SELECT * FROM entries ON CONFLICT (id) DO UPDATE SET actor = 'mallory'")
            )
        return
    with pytest.raises(DBAPIError, match="insert-only"), filled.database.write.begin() as connection:
        connection.execute(text("REPLACE INTO entries SELECT * FROM entries"))


@pytest.mark.parametrize("table", sorted(INSERT_ONLY))
def test_truncate_and_replica_mode_are_no_way_around(filled: Runtime, table: str) -> None:
    if filled.database.is_sqlite:
        with filled.database.write.begin() as connection:
            names = connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all()
        assert {f"{table}_no_update", f"{table}_no_delete", f"{table}_no_replace"} <= set(names)
        return
    with pytest.raises(DBAPIError, match="insert-only"), filled.database.write.begin() as connection:
        connection.execute(text(f"TRUNCATE {table} CASCADE"))
    with filled.database.write.begin() as connection:
        always = connection.scalars(
            text("SELECT tgname FROM pg_trigger WHERE tgenabled = 'A' AND tgrelid = CAST(:t AS regclass)"), {"t": table}
        ).all()
    assert {f"{table}_keep", f"{table}_keep_all"} <= set(always)


def test_replica_mode_still_refuses(filled: Runtime) -> None:
    if filled.database.is_sqlite:
        with filled.database.write.begin() as connection:
            assert connection.scalar(text("PRAGMA recursive_triggers")) == 1
        return
    with pytest.raises(DBAPIError, match="insert-only"), filled.database.write.begin() as connection:
        connection.execute(text("SET session_replication_role = replica"))
        connection.execute(text("UPDATE entries SET actor = 'mallory'"))


def test_a_published_definition_never_changes(house) -> None:
    for statement in (
        "UPDATE definitions SET body = '{}' WHERE status = 'published'",
        "UPDATE definitions SET status = 'draft' WHERE status = 'published'",
        "UPDATE definitions SET version = 99 WHERE status = 'published'",
        """UPDATE definitions SET unread = '{"body": "x"}' WHERE status = 'published'""",
        "DELETE FROM definitions WHERE status = 'published'",
    ):
        with pytest.raises(DBAPIError, match="never changes"), house.instance.database.write.begin() as connection:
            connection.execute(text(statement))
