"""`flask demo`: an organisation, published Definitions, a rated portfolio and sixty cases, all through the services.

The work is a chain of jobs (`app/jobs/demo.py`): a load that was broken off goes on where it was.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from unicodedata import east_asian_width

import click
from flask.cli import with_appcontext
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import gallery
from app.access import Conflict
from app.edge.locale import LANGUAGES, translate
from app.edge.runtime import Runtime, runtime
from app.edge.transaction import begin_work
from app.jobs import demo, load_handlers
from app.jobs.embedded import claim, perform
from app.jobs.run import Run
from app.models.case import Case
from app.models.demo import REMOVAL
from app.models.job import Job
from app.models.people import User
from app.services import demo_data, furnish, ledger
from app.services.jobs import SINGLE
from app.services.passwords import hasher
from app.work import SYSTEM
from migrations.run import migrate
from rules import Invalid

Say = Callable[[str], None]
CUSTOMERS = 2000


def both(key: str, **params: object) -> str:
    """A sentence in both languages on one line: nobody is signed in here."""
    return f"{translate('zh-CN', key, params)} {translate('en', key, params)}"


def is_empty(instance: Runtime) -> bool:
    """True when nobody works here yet."""
    with Session(instance.database.read) as session:
        return session.scalar(select(User.id).limit(1)) is None


def is_unfinished(instance: Runtime) -> bool:
    """True when a load was broken off."""
    with Session(instance.database.read) as session:
        return demo.unfinished(session)


def password_file(instance: Runtime) -> Path:
    return instance.settings.home / "demo-users.txt"


def load(instance: Runtime, say: Say, customers: int = CUSTOMERS) -> None:
    """Fill an empty database, or finish the load another process began; everything by the services."""
    load_handlers()
    with _alone(instance.settings.home):
        if is_empty(instance):
            _begin(instance, say, customers)
        else:
            say(both("demo.resumed"))
            with begin_work(instance, SYSTEM, "demo") as work:
                demo.resume(work)
        demo.run_stages(instance, lambda run: _told(instance, run, say))
        _check(instance)
    with Session(instance.database.read) as session:
        counts = dict(session.execute(select(Case.status, func.count()).group_by(Case.status)).all())
    say("  " + " · ".join(f"{both(f'flow.status.{status}')} {count}" for status, count in sorted(counts.items())))
    ledger.sequence(instance.database)
    ledger.sign(instance.database, instance.keys, instance.settings.origin, instance.clock())


def _begin(instance: Runtime, say: Say, customers: int) -> None:
    """People and the first stage in one transaction. Passwords are on disk before it commits: none is ever lost."""
    say(both("demo.people"))
    now = instance.clock()
    past = replace(instance, clock=lambda: now - timedelta(days=demo.DAYS))
    make = hasher(instance.settings.argon2_memory_kib, instance.settings.argon2_rounds).one_time
    with begin_work(past, SYSTEM, "demo") as work:
        passwords = furnish.people_and_posts(work, make)
        demo.begin(work, customers, now)
        _keep(password_file(instance), table(passwords))


def _check(instance: Runtime) -> None:
    with Session(instance.database.read) as session:
        left = [job for job in demo.stages(session).values() if job.status != "done"]
    if left:
        job = left[0]
        raise click.ClickException(both("demo.broken_off", stage=job.name, error=job.error or job.status))


@contextmanager
def _told(instance: Runtime, run: Run, say: Say) -> Iterator[None]:
    """Say once a second how far a stage is."""
    stop, what = threading.Event(), both(f"job.name.{run.name}")

    def watch() -> None:
        last = 0
        while not stop.wait(1.0):
            with Session(instance.database.read) as session:
                row = session.execute(select(Job.progress, Job.total).where(Job.id == run.job_id)).one()
            if row.total and row.progress != last:
                last = row.progress
                say(f"{what}: {row.progress}/{row.total}")

    watcher = threading.Thread(target=watch, daemon=True)
    say(what)
    watcher.start()
    try:
        yield
    finally:
        stop.set()
        watcher.join()


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """Keep a second load out as long as this process lives; the system itself forgets the lock of a killed one."""
    with (home / "demo.lock").open("w") as file:
        try:
            import fcntl
        except ImportError:  # Windows: the port says as much
            yield
            return
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise click.ClickException(both("demo.loading_elsewhere", home=str(home))) from None
        yield


def table(passwords: Mapping[str, str]) -> str:
    """Who can sign in, as what, with which one-time password: one line each, aligned also with Chinese names."""
    house = gallery.read("organisation")
    known = {each["username"]: each for each in house["users"]}
    posts = {each["key"]: f"{each['label']['zh-CN']} {each['label']['en']}" for each in house["posts"]}
    rows = [tuple(both(f"demo.column.{name}") for name in ("username", "name", "password", "roles"))]
    for username, password in passwords.items():
        person = known[username]
        acts = [both(f"role.{role}") for role in person["roles"]] + [posts[key] for key in person.get("posts", ())]
        rows.append((username, person["name"], password, " · ".join(acts)))
    widths = [max(_width(row[place]) for row in rows) for place in range(3)]
    return "\n".join(_line(row, widths) for row in rows)


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    padded = [text + " " * (width - _width(text)) for text, width in zip(row, widths, strict=False)]
    return "  ".join([*padded, row[-1]])


def _width(text: str) -> int:
    """Columns on a terminal."""
    return sum(2 if east_asian_width(each) in "WF" else 1 for each in text)


def _keep(path: Path, text: str) -> None:
    """On the disk, and readable by the owner only."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())


def introduce(instance: Runtime, say: Say, *, whole: bool) -> None:
    """Tell who can sign in, or where it stands."""
    path = password_file(instance)
    if not path.exists():
        return
    if whole:
        say("\n" + both("demo.users"))
        for line in path.read_text(encoding="utf-8").splitlines():
            say("  " + line)
    say(both("demo.users_where", path=str(path)))
    if whole:
        say(both("demo.first_steps"))


@click.group("demo", invoke_without_command=True)
@click.option("--customers", default=CUSTOMERS, show_default=True, help="customers of the made portfolio")
@click.pass_context
@with_appcontext
def demo_command(context: click.Context, customers: int) -> None:
    """Load the demo data into an empty database, or finish a load that was broken off."""
    if context.invoked_subcommand is not None:
        return
    instance = runtime()
    migrate(instance.database.write)
    if not is_empty(instance) and not is_unfinished(instance):
        raise click.ClickException(both("demo.not_empty"))
    load(instance, click.echo, customers)
    introduce(instance, click.echo, whole=True)


@demo_command.command("remove")
@click.option("--typed", help="the words that confirm it, instead of being asked for them")
@with_appcontext
def remove_command(typed: str | None) -> None:
    """Take all demo data away for good; customers of your own stay. Goes on where a removal was broken off."""
    instance = runtime()
    migrate(instance.database.write)
    load_handlers()
    try:
        with begin_work(instance, SYSTEM, "demo-remove") as work:
            click.echo(both("demo.remove_what", customers=demo_data.count(work)))
        phrases = [translate(each, "demo.phrase", {}) for each in LANGUAGES]
        asked = both("demo.page.type", words=" / ".join(phrases))
        job_id = _ask(instance, typed if typed is not None else click.prompt(asked), phrases)
    except Invalid as error:
        raise click.ClickException("; ".join(both(each.code, **each.params) for each in error.problems)) from None
    except Conflict as error:
        raise click.ClickException(both(error.code, **error.params)) from None
    while (run := claim(instance, series=f"{SINGLE}{REMOVAL}#")) is not None:
        perform(run)
    with Session(instance.database.read) as session:
        job = session.get_one(Job, job_id)
    if job.status == "running":
        raise click.ClickException(both("demo.removal_elsewhere"))
    if job.status != "done":
        raise click.ClickException(both("demo.removal_stopped", error=job.error or job.status))
    click.echo(both("demo.removed_done", **(job.result or {})))
    ledger.sequence(instance.database)
    ledger.sign(instance.database, instance.keys, instance.settings.origin, instance.clock())


def _ask(instance: Runtime, typed: str, phrases: Sequence[str]) -> str:
    """The job of this removal: a new one, or the one that was broken off and is due again."""
    with begin_work(instance, SYSTEM, "demo-remove") as work:
        demo_data.confirm(typed, phrases)
        return (demo_data.again(work) or demo_data.start(work, typed, phrases)).id


commands = [demo_command]
