"""What measurements of pages share: a furnished house on an empty database, and pages asked for again and again."""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles

from flask.testing import FlaskClient
from sqlalchemy import create_engine, event, make_url, text

from app import create_app
from app.db import open_database
from app.edge.runtime import EXTENSION
from config import Settings
from migrations.run import migrate
from tests.builders import Clock, House


def options(doc: str | None, rows: str, count: int) -> argparse.ArgumentParser:
    """Options of a measurement: how many `rows`, how often each page is asked for, in which database."""
    found = argparse.ArgumentParser(description=doc.splitlines()[0] if doc else None)
    found.add_argument(f"--{rows}", type=int, default=count)
    found.add_argument("--pages", type=int, default=60)
    found.add_argument("--database", default="", help="an empty database; default: SQLite in a temporary folder")
    found.add_argument("--home", type=Path, help="a folder kept: what was filled before is measured again")
    return found


@contextmanager
def furnished(database: str, home: Path | None = None) -> Iterator[House]:
    """The demo's people and Definitions in a database of their own, gone afterwards where it is SQLite.

    With a `home` both are kept, and used again the next time.
    """
    with tempfile.TemporaryDirectory() as folder:
        kept = home / "passwords.json" if home is not None else None
        settings = Settings(
            home=home or Path(folder), database=database, argon2_memory_kib=64, argon2_rounds=1, jobs="off"
        )
        settings.home.mkdir(parents=True, exist_ok=True)
        opened = open_database(settings.database_url)
        migrate(opened.write)
        opened.dispose()
        app = create_app(settings, Clock(datetime.now(UTC)))
        if kept is not None and kept.exists():
            yield House.found(app, json.loads(kept.read_text("utf-8")))
            return
        house = House.furnish(app)
        if kept is not None:
            kept.write_text(json.dumps(house.passwords), "utf-8")
        yield house


@contextmanager
def beside(database: str, name: str) -> Iterator[str]:
    """The address of a fresh PostgreSQL database next to this one, dropped afterwards; nothing where none is named."""
    if not database:
        yield ""
        return
    address = make_url(database)
    fresh = address.set(database=f"{address.database}_{name}")
    engine = create_engine(address, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(text(f'CREATE DATABASE "{fresh.database}" TEMPLATE template0'))
        try:
            yield fresh.render_as_string(hide_password=False)
        finally:
            with engine.connect() as connection:
                connection.execute(text(f'DROP DATABASE "{fresh.database}" WITH (FORCE)'))
    finally:
        engine.dispose()


def analyse(house: House) -> None:
    """Let the database know what it holds, as it would after a night."""
    with house.instance.database.write.connect() as connection:
        connection.execute(text("ANALYZE"))
        connection.commit()


def counting(house: House) -> Callable[[], int]:
    """How many questions the pages have asked the database so far."""
    said = [0]

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        said[0] += statement.lstrip().upper().startswith(("SELECT", "WITH"))

    event.listen(house.app.extensions[EXTENSION].database.read, "before_cursor_execute", note)
    return lambda: said[0]


def following(client: FlaskClient, address: str) -> str:
    """The address of the page after this one."""
    html = client.get(address).get_data(as_text=True)
    return html.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")


@dataclass(frozen=True, slots=True)
class Told:
    """One page asked for many times: milliseconds by the clock and of this processor, questions a page."""

    middle: float
    high: float
    worst: float
    busy: float
    queries: int


def measure(client: FlaskClient, address: str, times: int, asked: Callable[[], int]) -> Told:
    """Ask for a page `times` times, after once unmeasured."""
    client.get(address)
    spent = []
    before, busy = asked(), time.process_time()
    for _ in range(times):
        begin = time.perf_counter()
        answer = client.get(address)
        spent.append((time.perf_counter() - begin) * 1000)
        if answer.status_code != 200:
            raise SystemExit(f"{address}: {answer.status_code}")
    cuts = quantiles(spent, n=20)
    busy = (time.process_time() - busy) * 1000 / times
    return Told(cuts[9], cuts[18], max(spent), busy, (asked() - before) // times)


def show(house: House, username: str, pages: Mapping[str, str], times: int) -> None:
    """A line for each page, as this person gets it."""
    asked, client = counting(house), house.client(username)
    print(f"{'page':30}{'p50 ms':>9}{'p95 ms':>9}{'worst ms':>9}{'cpu ms':>9}{'queries':>9}")
    for name, address in pages.items():
        told = measure(client, address, times, asked)
        print(
            f"{name:30}{told.middle:9.1f}{told.high:9.1f}{told.worst:9.1f}{told.busy:9.1f}{told.queries:9}", flush=True
        )
