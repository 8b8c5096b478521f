"""A database of an earlier shape is brought to the newest one with every row it had, and back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from alembic import command
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.db import Database, open_database
from migrations.run import _config, is_current, migrate
from tests.app.conftest import WORKER, _address, _drop


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database without any table."""
    if request.param == "sqlite":
        database = open_database(f"sqlite:///{tmp_path / 'old.db'}")
        yield database
        database.dispose()
        return
    request.getfixturevalue("postgres_models")  # skips where no server answers
    server: str = request.getfixturevalue("postgres")
    name = f"credence_old_{WORKER}"
    with closing(psycopg.connect(server, autocommit=True)) as admin:
        _drop(admin, name)
        admin.execute(f"CREATE DATABASE {name}")  # type: ignore[arg-type]
        database = open_database(_address(server, name))
        yield database
        database.dispose()
        _drop(admin, name)


DEFINITION = text(
    "INSERT INTO definitions (id, kind, key, version, status, title, body, layout, links, authors, row_version, "
    "created_by, created_at, saved_by, saved_at) VALUES (:id, 'form', 'f', :version, :status, '{}', '{}', '{}', '{}', "
    "'[]', 1, 'u', '2026-01-05', 'u', '2026-01-05')"
)
TYPED = """'{"body"\\: "x"}'"""


def test_drafts_of_an_older_database_stay_and_published_versions_stay_guarded(empty: Database) -> None:
    migrate(empty.write, "0009_guards")
    assert not is_current(empty.write)
    with empty.write.begin() as connection:
        connection.execute(DEFINITION, {"id": "1", "version": 1, "status": "published"})
        connection.execute(DEFINITION, {"id": "2", "version": 2, "status": "draft"})
    migrate(empty.write)
    migrate(empty.write)
    assert is_current(empty.write)
    with empty.write.begin() as connection:
        rows = connection.execute(text("SELECT version, status, CAST(unread AS VARCHAR) FROM definitions ORDER BY 1"))
        assert [tuple(row) for row in rows] == [(1, "published", "{}"), (2, "draft", "{}")]
        connection.execute(text(f"UPDATE definitions SET unread = {TYPED} WHERE status = 'draft'"))
    for column in ("unread", "body"):
        statement = f"UPDATE definitions SET {column} = {TYPED} WHERE status = 'published'"
        with pytest.raises(DBAPIError, match="never changes"), empty.write.begin() as connection:
            connection.execute(text(statement))
    with empty.write.begin() as connection:
        command.downgrade(_config(connection), "0009_guards")
    with empty.write.begin() as connection:
        assert connection.scalar(text("SELECT count(*) FROM definitions")) == 2
    with pytest.raises(DBAPIError, match="never changes"), empty.write.begin() as connection:
        connection.execute(text(f"UPDATE definitions SET body = {TYPED} WHERE status = 'published'"))


LIMIT = text(
    "INSERT INTO credit_limits (id, customer_id, segment, amount, currency, payment_mode, conditions, valid_from, "
    "valid_to, ended_at) VALUES (:id, 'c', 'MAIN', 1, 'CNY', 'cod', '{}', '2025-01-05', '2026-01-05', :ended)"
)
CUSTOMER = text(
    "INSERT INTO customers (id, number, name, sort_name, currency, source, answers, created_at, changed_at, "
    "row_version) VALUES ('c', 'C', 'x', 'x', 'CNY', 'test', '{}', '2026-01-05', '2026-01-05', 1)"
)


def test_limits_ended_before_were_replaced_and_did_not_expire(empty: Database) -> None:
    migrate(empty.write, "0010_unread_drafts")
    with empty.write.begin() as connection:
        connection.execute(CUSTOMER)
        connection.execute(LIMIT, {"id": "1", "ended": "2025-06-01"})
        connection.execute(LIMIT, {"id": "2", "ended": None})
    migrate(empty.write)
    with empty.write.begin() as connection:
        assert connection.scalars(text("SELECT expired FROM credit_limits")).all() == [False, False]
        command.downgrade(_config(connection), "0010_unread_drafts")
    with empty.write.begin() as connection:
        assert connection.scalar(text("SELECT count(*) FROM credit_limits")) == 2


def test_uploads_of_an_older_database_are_still_kept(empty: Database) -> None:
    migrate(empty.write, "0011_expired_limits")
    with empty.write.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO uploads (id, kind, filename, sha256, content, report, status, by, at, row_version) "
                "VALUES ('u', 'items', 'a.csv', 'x', :content, '{}', 'checked', 'p', '2026-01-05', 1)"
            ),
            {"content": b"a,b"},
        )
    migrate(empty.write)
    with empty.write.begin() as connection:
        row = connection.execute(text("SELECT content, forgotten_at FROM uploads")).one()
        assert (bytes(row.content), row.forgotten_at) == (b"a,b", None)
        command.downgrade(_config(connection), "0011_expired_limits")
