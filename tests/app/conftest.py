"""The application on both databases: each test gets its own, copied from one that was migrated once."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from app.db import open_database
from app.edge.runtime import EXTENSION, Runtime
from app.edge.transaction import begin_work
from app.work import SYSTEM, Actor, Work
from config import Settings
from migrations.run import migrate
from tests.builders import Clock, House

POSTGRES = os.environ.get("CREDENCE_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
START = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)  # Monday 09:00 in Shanghai


@pytest.fixture(scope="session")
def sqlite_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("model") / "model.db"
    database = open_database(f"sqlite:///{path}")
    migrate(database.write)
    with database.write.connect() as connection:
        connection.commit()
        connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # type: ignore[union-attr]
    database.dispose()
    return path


@pytest.fixture(scope="session")
def postgres_model() -> Iterator[str]:
    """Name of a migrated PostgreSQL database to copy from; skips where no server answers, fails in CI."""
    name = f"credence_model_{WORKER}"
    try:
        admin = psycopg.connect(POSTGRES, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError as error:
        reason = f"PostgreSQL does not answer ({error}): `make services`, or set CREDENCE_TEST_POSTGRES"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with closing(admin):
        admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")  # type: ignore[arg-type]
        admin.execute(f"CREATE DATABASE {name}")  # type: ignore[arg-type]
        database = open_database(_address(name))
        migrate(database.write)
        database.dispose()
        yield name
        admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")  # type: ignore[arg-type]


def _address(name: str) -> str:
    return POSTGRES.replace("postgresql://", "postgresql+psycopg://").rsplit("/", 1)[0] + "/" + name


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty, migrated database of this test's own."""
    if request.param == "sqlite":
        path = tmp_path / "credence.db"
        shutil.copy(request.getfixturevalue("sqlite_model"), path)
        yield f"sqlite:///{path}"
        return
    model, name = request.getfixturevalue("postgres_model"), f"credence_test_{WORKER}"
    with closing(psycopg.connect(POSTGRES, autocommit=True)) as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")  # type: ignore[arg-type]
        admin.execute(f"CREATE DATABASE {name} TEMPLATE {model}")  # type: ignore[arg-type]
        yield _address(name)
        admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")  # type: ignore[arg-type]


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still until it is moved: ``clock.forward(hours=1)``."""
    return Clock(START)


@pytest.fixture
def app(database_url: str, tmp_path: Path, clock: Clock) -> Iterator[Flask]:
    settings = Settings(
        home=tmp_path / "home", database=database_url, argon2_memory_kib=64, argon2_rounds=1, jobs="off"
    )
    made = create_app(settings, clock)
    made.testing = True
    yield made
    made.extensions[EXTENSION].database.dispose()


@pytest.fixture
def instance(app: Flask) -> Runtime:
    found: Runtime = app.extensions[EXTENSION]
    return found


@pytest.fixture
def work(instance: Runtime) -> Callable[..., AbstractContextManager[Work]]:
    """``with work() as w:`` or ``with work(actor) as w:``: a transaction outside any request."""

    def open_work(actor: Actor = SYSTEM) -> AbstractContextManager[Work]:
        return begin_work(instance, actor, "test")

    return open_work


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def house(app: Flask) -> House:
    """The demo organisation and published gallery in this test's database, and quick ways to act as its people."""
    return House.furnish(app)
