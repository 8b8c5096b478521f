"""How fast the board is with 100,000 customers: added up by the database, against fetching the rows and adding here.

    python -m bench.board [--customers 100000] [--database postgresql+psycopg://…]
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from statistics import median

from sqlalchemy import insert, select

from app import create_app
from app.db import new_id
from app.edge.runtime import EXTENSION, Runtime
from app.edge.transaction import begin_work
from app.models.customer import Customer
from app.models.people import User
from app.queries import board, board_cases
from app.services import furnish
from app.services.passwords import hasher
from app.work import SYSTEM, SYSTEM_SUBJECT, Reading, Verb
from config import Settings
from migrations.run import migrate
from tests.builders import House

GRADES = ("AAA", "AA", "A", "BBB", "BB", "B", "CCC", "CC", "C", "D")
CHUNK = 5_000
ROUNDS = 9


def filled(instance: Runtime, customers: int) -> None:
    rng = random.Random(3)
    with begin_work(instance, SYSTEM) as work:
        furnish.people_and_posts(work, hasher(64, 1).one_time, keep_passwords=True)
        owners = work.session.execute(select(User.id, User.department_id)).all()
        for start in range(0, customers, CHUNK):
            rows = []
            for n in range(start, min(start + CHUNK, customers)):
                rank, owner = rng.randrange(len(GRADES)), owners[n % len(owners)]
                exposure = Decimal(rng.randint(0, 10**10)).scaleb(-2)
                rows.append({
                    "id": new_id(), "number": f"N{n:07}", "name": f"客户{n}", "sort_name": f"kehu{n:07}",
                    "industry_code": f"C{n % 40}", "industry": f"行业{n % 40}", "grade": GRADES[rank],
                    "grade_rank": rank, "limit_amount": exposure + 1 if n % 3 else None, "exposure": exposure,
                    "overdue": exposure * (n % 5 == 0), "owner_id": owner.id, "department_id": owner.department_id,
                    "source": "bench", "currency": "CNY", "answers": {}, "created_at": work.now,
                    "changed_at": work.now, "row_version": 1,
                })  # fmt: skip
            work.session.execute(insert(Customer), rows)
        work.record(Verb.CUSTOMERS_IMPORTED, SYSTEM_SUBJECT, {"rows": customers})


def by_rows(view: Reading) -> Decimal:
    """The naive way: every row as an object, added up in Python."""
    rows = view.session.execute(select(Customer.grade, Customer.limit_amount, Customer.exposure, Customer.overdue))
    return sum((row.exposure or Decimal(0) for row in rows), Decimal(0))


def timed(what: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Median seconds."""
    took = []
    for _ in range(rounds):
        start = time.perf_counter()
        what()
        took.append(time.perf_counter() - start)
    return median(took)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--database", default="")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            home=Path(folder), database=asked.database, argon2_memory_kib=64, argon2_rounds=1, jobs="off"
        )
        instance: Runtime = (app := create_app(settings)).extensions[EXTENSION]
        migrate(instance.database.write)
        filled(instance, asked.customers)
        house = House.found(app, {})
        with house.reading("heping") as view:
            figures = timed(lambda: board.portfolio(view))
            cases = timed(lambda: board_cases.overview(view))
            rows = timed(lambda: by_rows(view), 3)
            if by_rows(view) != board.portfolio(view).total.exposure:
                raise SystemExit("the figures are not the sum of the rows")
        instance.database.dispose()
    print(f"board: {asked.customers} customers in {figures * 1000:.0f} ms, cases in {cases * 1000:.0f} ms")
    print(f"board: fetching the rows and adding here {rows * 1000:.0f} ms, ratio rows / board {rows / figures:.1f}")


if __name__ == "__main__":
    main()
