"""How fast the inbox page is with 100,000 tasks in the table: p50 and p95 of the page, and how often it asks.

Rows are copied in bulk from one real task in a database of its own, half of them open, shared out over people and
posts; the page is then asked for as a browser does, with the busiest person signed in.

    python -m bench.inbox [--tasks 100000] [--pages 60] [--database postgresql+psycopg://…]
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from statistics import quantiles

from flask.testing import FlaskClient
from sqlalchemy import event, insert, text

from app import create_app
from app.db import new_id, open_database
from app.edge.runtime import EXTENSION
from app.models.case import Task
from app.work import Subject, Verb
from config import Settings
from migrations.run import migrate
from tests.app.desk import apply_for, bring, task_for
from tests.builders import Clock, House

CHUNK = 5_000
PAGES = {
    "first page": "/inbox",
    "by amount": "/inbox?sort=-amount",
    "flagged, 1m and more": "/inbox?flagged=1&low=100",
    "search": "/inbox?q=蓝海",
    "second page": "",
}


def fill(house: House, case_id: str, count: int) -> None:
    """`count` more tasks: half decided, a tenth of the open ones the busy person's own, the rest two posts'."""
    base = task_for(house, case_id)
    common = {column.key: getattr(base, column.key) for column in Task.__table__.columns}
    rng = random.Random(7)
    start = datetime.now(UTC) - timedelta(days=300)
    people = [house.ids[name] for name in ("sunli", "hejing", "zhaolei", "wangqiang", "gaoyuan")]

    def row(n: int) -> dict[str, object]:
        opened = start + timedelta(seconds=n * 250)
        made = {**common, "id": new_id(), "key": f"b{n}", "number": f"B{n:08}", "opened_at": opened}
        made |= {"amount": Decimal(rng.randint(1, 900)) * 10_000, "flags": ["over_formula"] if n % 5 == 0 else []}
        if n % 2:
            return {**made, "status": "decided", "assignee_id": rng.choice(people), "decided_by": rng.choice(people),
                    "answer": "approve", "closed_at": opened + timedelta(hours=5)}
        if n % 20 == 0:
            return {**made, "assignee_id": house.ids["sunli"]}
        post = rng.choice(("finance_reviewer", "risk_head"))
        return {**made, "assignee_id": None, "group_post": post, "group_within": None}

    for first in range(0, count, CHUNK):
        with house.work() as work:
            work.session.execute(insert(Task), [row(n) for n in range(first, min(first + CHUNK, count))])
            work.record(Verb.TASK_OPENED, Subject("case", case_id))


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


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    options.add_argument("--tasks", type=int, default=100_000)
    options.add_argument("--pages", type=int, default=60)
    options.add_argument("--database", default="", help="an empty database; default: SQLite in a temporary folder")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        settings = Settings(home=home, database=given.database, argon2_memory_kib=64, argon2_rounds=1, jobs="off")
        database = open_database(settings.database_url)
        migrate(database.write)
        database.dispose()
        app = create_app(settings, Clock(datetime.now(UTC)))
        house = House.furnish(app)
        case_id = apply_for(house, bring(house))
        began = time.perf_counter()
        fill(house, case_id, given.tasks)
        print(f"{given.tasks} tasks stored in {time.perf_counter() - began:.1f} s")
        engine = app.extensions[EXTENSION].database.read
        with app.extensions[EXTENSION].database.write.connect() as connection:
            connection.execute(text("ANALYZE"))
            connection.commit()
        said = [0]

        def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
            said[0] += statement.lstrip().upper().startswith(("SELECT", "WITH"))

        event.listen(engine, "before_cursor_execute", note)
        client = house.client("sunli")
        first = client.get("/inbox").get_data(as_text=True)
        PAGES["second page"] = first.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
        print(f"{'page':24}{'p50 ms':>9}{'p95 ms':>9}{'cpu ms':>9}{'queries':>9}")
        for name, address in PAGES.items():
            middle, high, busy, count = measure(client, address, given.pages, lambda: said[0])
            print(f"{name:24}{middle:9.1f}{high:9.1f}{busy:9.1f}{count:9}")


if __name__ == "__main__":
    main()
