"""What measurements of pages share: a furnished house on an empty database, and pages asked for again and again."""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles

from flask.testing import FlaskClient
from sqlalchemy import event, text

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
    return found


@contextmanager
def furnished(database: str) -> Iterator[House]:
    """The demo's people and Definitions in a database of their own, gone afterwards where it is SQLite."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder), database=database, argon2_memory_kib=64, argon2_rounds=1, jobs="off")
        opened = open_database(settings.database_url)
        migrate(opened.write)
        opened.dispose()
        yield House.furnish(create_app(settings, Clock(datetime.now(UTC))))


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


def measure(client: FlaskClient, address: str, times: int, asked: Callable[[], int]) -> tuple[float, float, float, int]:
    """p50, p95 and mean processor time in milliseconds, and how many questions one page asks."""
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
    return cuts[9], cuts[18], (time.process_time() - busy) * 1000 / times, (asked() - before) // times


def show(house: House, username: str, pages: Mapping[str, str], times: int) -> None:
    """A line for each page, as this person gets it."""
    asked, client = counting(house), house.client(username)
    print(f"{'page':28}{'p50 ms':>9}{'p95 ms':>9}{'cpu ms':>9}{'queries':>9}")
    for name, address in pages.items():
        middle, high, busy, count = measure(client, address, times, asked)
        print(f"{name:28}{middle:9.1f}{high:9.1f}{busy:9.1f}{count:9}", flush=True)
