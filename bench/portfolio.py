"""Rate 2,000 customers end to end (read, rate, store with trace, ledger) and say which share the engine has."""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import func, select

from app import create_app
from app.edge.runtime import EXTENSION, Runtime
from app.edge.transaction import begin_work
from app.jobs import demo, drain, load_handlers
from app.models.customer import Customer
from app.models.ledger import Entry
from app.services import evidence, furnish, jobs, ratings
from app.services.passwords import hasher
from app.work import SYSTEM
from config import Settings
from credit import assess_facts
from migrations.run import migrate

CUSTOMERS = 2000


def timed(what: Callable[[], object]) -> tuple[float, float]:
    """(wall seconds, processor seconds)."""
    wall, cpu = time.perf_counter(), time.process_time()
    what()
    return time.perf_counter() - wall, time.process_time() - cpu


def furnished(home: Path, customers: int) -> Runtime:
    app = create_app(Settings(home=home, argon2_memory_kib=64, argon2_rounds=1, jobs="off"))
    instance: Runtime = app.extensions[EXTENSION]
    migrate(instance.database.write)
    load_handlers()
    with begin_work(instance, SYSTEM) as work:
        furnish.people_and_posts(work, hasher(64, 1).one_time)
        demo.begin(work, customers, work.now, ("demo.gallery", "demo.portfolio"))
    demo.run_stages(instance)
    return instance


def engine_alone(instance: Runtime) -> Callable[[], object]:
    """The same customers through the engine only, facts read before."""
    with begin_work(instance, SYSTEM) as work:
        model = ratings.model_in_force(work.session)
        customers = work.session.execute(select(Customer.id, Customer.variant)).all()
        known = evidence.gather(work.session, [row.id for row in customers], work.now.date())
        now = work.now
    facts = [(ratings.typed_facts(model, known[row.id].facts)[0], row.variant) for row in customers if row.id in known]

    def run() -> None:
        for given, variant in facts:
            assess_facts(model.scorecard, model.policy, given, now, variant=variant)

    return run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=CUSTOMERS)
    customers = parser.parse_args().customers
    with tempfile.TemporaryDirectory() as folder:
        instance = furnished(Path(folder), customers)
        with begin_work(instance, SYSTEM) as work:
            jobs.queue(work, "ratings.portfolio")
        wall, cpu = timed(lambda: drain(instance))
        engine_wall, engine_cpu = timed(engine_alone(instance))
        with begin_work(instance, SYSTEM) as work:
            count = work.session.scalar(select(func.count()).select_from(Customer)) or 0
            entries = work.session.scalar(select(func.count()).select_from(Entry)) or 0
        instance.database.dispose()
    print(f"portfolio: {count} customers rated, stored and recorded in {wall:.2f} s ({cpu:.2f} s of processor)")
    print(f"portfolio: engine alone {engine_wall:.2f} s ({engine_cpu:.2f} s): {engine_cpu / cpu:.0%} of the whole")
    print(f"portfolio: {entries} entries in the ledger")


if __name__ == "__main__":
    main()
