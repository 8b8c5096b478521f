"""The application on both databases: each test gets its own, copied from one that was migrated once."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import Dialect, event, make_url

from app import create_app
from app.db import Database, open_database
from app.edge.runtime import EXTENSION, Runtime, attach
from app.edge.transaction import begin_work
from app.services.keyring import open_keyring
from app.work import SYSTEM, Actor, Work
from config import Settings
from migrations.run import migrate
from tests.builders import Clock, House
from tests.once import root
from tests.postgres import server

WORKER = f"{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"  # two runs at once keep apart
MOST_LEFT = 16  # databases that wait to be dropped, some 10 MB each
_NUMBERS = count(1)
START = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)  # Monday 09:00 in Shanghai


class Compiled(BytecodeCache):
    """Templates compiled once for all the applications of a run: each test has an application of its own."""

    def __init__(self) -> None:
        self.made: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.made:
            bucket.bytecode_from_string(self.made[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.made[bucket.key] = bucket.bytecode_to_string()


COMPILED = Compiled()


@dataclass(frozen=True)
class Model:
    """A database to copy from: a file or a PostgreSQL database, its keys, and the people's passwords when furnished."""

    place: str
    home: Path
    passwords: dict[str, str]


def _settings(home: Path, url: str) -> Settings:
    return Settings(home=home, database=url, argon2_memory_kib=64, argon2_rounds=1, jobs="off")


def _address(server: str, name: str) -> str:
    return server.replace("postgresql://", "postgresql+psycopg://").rsplit("/", 1)[0] + "/" + name


def _make(place: str, url: str, home: Path, furnished: bool) -> Model:
    database = open_database(url)
    migrate(database.write)
    database.dispose()
    passwords: dict[str, str] = {}
    if furnished:
        made = create_app(_settings(home, url), Clock(START))
        passwords = House.furnish(made).passwords
        made.extensions[EXTENSION].database.dispose()
    return Model(place, home, passwords)


@pytest.fixture(scope="session")
def sqlite_models(tmp_path_factory: pytest.TempPathFactory) -> Callable[[bool], Model]:
    @cache
    def model(furnished: bool) -> Model:
        home = tmp_path_factory.mktemp("model")
        path = home / "model.db"
        found = _make(str(path), f"sqlite:///{path}", home, furnished)
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return found

    return model


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a PostgreSQL server where databases may be made and dropped."""
    with server(root(tmp_path_factory)) as address:
        yield address


@pytest.fixture(scope="session")
def postgres_models(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[bool], Model]]:
    """Migrated PostgreSQL databases to copy from; skips where no server answers, fails in CI."""
    try:
        admin = psycopg.connect(postgres, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError as error:
        reason = f"PostgreSQL does not let us in ({error}): `make services` installs it, or set CREDENCE_TEST_POSTGRES"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    names = {False: f"credence_empty_{WORKER}", True: f"credence_house_{WORKER}"}

    @cache
    def model(furnished: bool) -> Model:
        name = names[furnished]
        _drop(admin, name)
        admin.execute(f"CREATE DATABASE {name}")  # type: ignore[arg-type]
        return _make(name, _address(postgres, name), tmp_path_factory.mktemp("keys"), furnished)

    with closing(admin):
        yield model
        for name in names.values():
            _drop(admin, name)


def _drop(admin: psycopg.Connection, name: str) -> None:
    admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def left_databases(postgres: str) -> Iterator[Callable[[str], None]]:
    """Drops databases behind the back of the tests: each drop waits for a checkpoint, which the next test need not."""
    with ThreadPoolExecutor(1) as behind, closing(psycopg.connect(postgres, autocommit=True)) as admin:
        waiting: deque[Future[None]] = deque()

        def leave(name: str) -> None:
            waiting.append(behind.submit(_drop, admin, name))
            while len(waiting) > MOST_LEFT:
                waiting.popleft().result()

        yield leave
        for each in waiting:
            each.result()


@pytest.fixture(params=["sqlite", "postgresql"])
def copied(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, Model]]:
    """A database of this test's own, empty or, for tests that ask for `house`, furnished."""
    model: Model = request.getfixturevalue(POOLS[request.param])("house" in request.fixturenames)
    if model.passwords:
        shutil.copytree(model.home / "keys", tmp_path / "home" / "keys")
    if request.param == "sqlite":
        path = tmp_path / "credence.db"
        shutil.copy(model.place, path)
        yield f"sqlite:///{path}", model
        return
    leave: Callable[[str], None] = request.getfixturevalue("left_databases")
    name = f"credence_test_{WORKER}_{next(_NUMBERS)}"
    postgres: str = request.getfixturevalue("postgres")
    with closing(psycopg.connect(postgres, autocommit=True)) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE {model.place}")  # type: ignore[arg-type]
    yield _address(postgres, name), model
    leave(name)


POOLS = {"sqlite": "sqlite_models", "postgresql": "postgres_models"}


@pytest.fixture
def database_url(copied: tuple[str, Model]) -> str:
    return copied[0]


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still until it is moved: ``clock.forward(hours=1)``."""
    return Clock(START)


@pytest.fixture(scope="session")
def shared_app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """An application for one instance after another: to build its routes takes longer than most tests."""
    home = tmp_path_factory.mktemp("routes")
    made = create_app(_settings(home, f"sqlite:///{home}/none.db"))
    made.extensions[EXTENSION].database.dispose()
    return made


@pytest.fixture(scope="session")
def led_to() -> Iterator[Callable[[str], Database]]:
    """Engines led to the database at an address: one pair for each kind, which keeps what it compiled."""
    made: dict[str, Database] = {}
    places: dict[str, str] = {}

    def opened(url: str) -> Database:
        kind = make_url(url).get_backend_name()

        def lead(_dialect: Dialect, _record: object, arguments: list[Any], more: dict[str, Any]) -> None:
            if kind == "sqlite":
                arguments[0] = places[kind]
            else:
                more["dbname"] = places[kind]

        database = open_database(url)
        for engine in (database.write, database.read):
            event.listen(engine, "do_connect", lead, insert=True)
        return database

    def led(url: str) -> Database:
        address = make_url(url)
        kind = address.get_backend_name()
        places[kind] = address.database or ""
        if kind not in made:
            made[kind] = opened(url)
        here = made[kind]  # others to whoever keeps something by its engine, with all that these two have at hand
        return Database(here.write.execution_options(), here.read.execution_options())

    yield led
    for database in made.values():
        database.dispose()


@pytest.fixture
def own_app() -> None:
    """Asked for by tests that change the application itself: no other test may see it."""


@pytest.fixture
def app(request: pytest.FixtureRequest, database_url: str, tmp_path: Path, clock: Clock) -> Iterator[Flask]:
    """The application on this test's own database; built anew for tests that ask for `own_app`."""
    settings = _settings(tmp_path / "home", database_url)
    if "own_app" in request.fixturenames:
        made = create_app(settings, clock)
        made.jinja_env.bytecode_cache = COMPILED
    else:
        made = request.getfixturevalue("shared_app")
        settings.home.mkdir(exist_ok=True)
        database = request.getfixturevalue("led_to")(database_url)
        attach(made, Runtime(settings, database, open_keyring(settings.keys), clock))
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
def house(app: Flask, copied: tuple[str, Model]) -> House:
    """The demo organisation and published gallery in this test's database, and quick ways to act as its people."""
    return House.found(app, copied[1].passwords)
