"""How fast the inbox page is with 100,000 tasks in the table: p50 and p95 of the page, and how often it asks.

Rows are copied in bulk from one real task in a database of its own, half of them open, shared out over people and
posts; the page is then asked for as a browser does, with the busiest person signed in.

    python -m bench.inbox [--tasks 100000] [--pages 60] [--database postgresql+psycopg://…]
"""

from __future__ import annotations

import random
import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from sqlalchemy import insert

from app.db import new_id
from app.models.case import Task
from app.work import Subject, Verb
from bench import pages
from tests.app.desk import apply_for, bring, task_for
from tests.builders import House

CHUNK = 5_000
PAGES = {
    "first page": "/inbox",
    "by amount": "/inbox?sort=-amount",
    "flagged, 1m and more": "/inbox?flagged=1&low=100",
    "search": "/inbox?q=蓝海",
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


def main() -> None:
    given = pages.options(__doc__, "tasks", 100_000).parse_args()
    with pages.furnished(given.database) as house:
        case_id = apply_for(house, bring(house))
        began = time.perf_counter()
        fill(house, case_id, given.tasks)
        print(f"{given.tasks} tasks stored in {time.perf_counter() - began:.1f} s")
        pages.analyse(house)
        second = pages.following(house.client("sunli"), "/inbox")
        pages.show(house, "sunli", {**PAGES, "second page": second}, given.pages)


if __name__ == "__main__":
    main()
