"""`flask demo`: an organisation, published Definitions, a rated portfolio and sixty cases, all through the services."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cli.demo_cases import open_cases
from app.edge.runtime import Runtime, runtime
from app.edge.transaction import begin_work
from app.gallery.portfolio import DEMO_SEED
from app.jobs import load_handlers
from app.jobs.embedded import claim, perform
from app.models.job import Job
from app.models.people import User
from app.services import furnish, jobs, ledger
from app.services.passwords import hasher
from app.work import SYSTEM
from migrations.run import migrate

Say = Callable[[str], None]
CUSTOMERS = 2000
DAYS = 30  # the demo begins this long ago, so that cases have ages and the trail has a past


class DemoClock:
    """Time of the demo's past: stands until it is moved, and never passes the present."""

    def __init__(self, instance: Runtime) -> None:
        self._present = instance.clock
        self.now = instance.clock() - timedelta(days=DAYS)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **delta: float) -> None:
        self.now = min(self.now + timedelta(**delta), self._present())


def is_empty(instance: Runtime) -> bool:
    """True when nobody works here yet."""
    with Session(instance.database.read) as session:
        return session.scalar(select(User.id).limit(1)) is None


def password_file(instance: Runtime) -> Path:
    return instance.settings.home / "demo-users.txt"


def load(instance: Runtime, say: Say, customers: int = CUSTOMERS) -> None:
    """Fill an empty database; every step goes through the services, so that the trail tells it all."""
    clock = DemoClock(instance)
    past = replace(instance, clock=clock)
    make = hasher(instance.settings.argon2_memory_kib, instance.settings.argon2_rounds).one_time
    say("Demo: people, posts and departments")
    with begin_work(past, SYSTEM, "demo") as work:
        passwords = furnish.people_and_posts(work, make)
    _keep(password_file(instance), passwords)
    clock.forward(hours=1)
    say("Demo: form, scorecard, policy and flow published")
    with begin_work(past, SYSTEM, "demo") as work:
        furnish.published_gallery(work)
    clock.forward(hours=1)
    arguments = {"seed": DEMO_SEED, "customers": customers, "today": instance.clock().date().isoformat()}
    _run(past, "demo.portfolio", arguments, "Demo: customers, evidence and open items", say)
    clock.forward(hours=1)
    _run(past, "ratings.portfolio", {}, "Demo: customers rated", say)
    clock.forward(hours=20)
    say("Demo: credit requests on their way")
    counts = open_cases(past, clock.forward)
    say("  " + ", ".join(f"{status} {count}" for status, count in sorted(counts.items())))
    ledger.sequence(instance.database)
    ledger.sign(instance.database, instance.keys, instance.settings.origin, instance.clock())
    say("\nDemo users (one-time passwords, to be changed at the first sign-in):")
    for line in password_file(instance).read_text(encoding="utf-8").splitlines():
        say("  " + line)


def _run(instance: Runtime, name: str, arguments: dict[str, Any], what: str, say: Say) -> None:
    """Queue one job and run it here, telling how far it came."""
    load_handlers()
    with begin_work(instance, SYSTEM, "demo") as work:
        job_id = jobs.queue(work, name, arguments, unique_key=f"demo:{name}").id
    with _told(instance, job_id, what, say):
        while (run := claim(instance)) is not None:
            perform(run)
    with begin_work(instance, SYSTEM) as work:
        job = work.session.get(Job, job_id)
        if job is None or job.status != "done":
            raise click.ClickException(f"{name} did not finish: {job.error if job else 'no job'}")


@contextmanager
def _told(instance: Runtime, job_id: str, what: str, say: Say) -> Iterator[None]:
    stop = threading.Event()

    def watch() -> None:
        last = -1
        while not stop.wait(1.0):
            with begin_work(instance, SYSTEM) as work:
                job = work.session.get(Job, job_id)
                if job is not None and job.total and job.progress != last:
                    last = job.progress
                    say(f"{what}: {job.progress} of {job.total}")

    watcher = threading.Thread(target=watch, daemon=True)
    say(what)
    watcher.start()
    try:
        yield
    finally:
        stop.set()
        watcher.join()


def _keep(path: Path, passwords: dict[str, str]) -> None:
    """Readable by the owner only."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        for username, password in passwords.items():
            file.write(f"{username:12} {password}\n")


@click.command("demo")
@click.option("--customers", default=CUSTOMERS, show_default=True, help="customers of the made portfolio")
@with_appcontext
def demo_command(customers: int) -> None:
    """Load the demo data into an empty database."""
    instance = runtime()
    migrate(instance.database.write)
    if not is_empty(instance):
        raise click.ClickException("The database holds people already; the demo loads into an empty one only.")
    load(instance, click.echo, customers)


commands = [demo_command]
