"""`flask import`: customers, open items and the public Polish companies, by the same services as the pages."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access import Conflict, Forbidden, Missing
from app.edge.locale import problem_text, t
from app.edge.runtime import Runtime, runtime
from app.edge.transaction import begin_reading, begin_work
from app.gallery.companies import read_companies
from app.jobs import load_handlers
from app.jobs.embedded import claim, perform
from app.jobs.imports import COMPANIES
from app.models.job import Job
from app.models.people import User
from app.models.upload import Upload
from app.services import imports, imports_export, jobs
from app.services.imports_survey import CUSTOMERS, ITEMS
from app.services.viewers import viewer_of
from app.work import SYSTEM, Actor
from rules import Invalid, Problem

MOST_TOLD = 50
ENDED = ("done", "dead", "cancelled")


@click.group("import")
def import_group() -> None:
    """Take over customers, open items, or the Polish companies."""


def _list_command(kind: str, what: str) -> click.Command:
    @click.option("--good-only", is_flag=True, help="import the good rows although others have errors")
    @click.option("--dry-run", is_flag=True, help="check only; nothing is imported")
    @click.option("--as", "username", default=None, help="user name of the person who imports (default: the system)")
    @click.option("--result", type=click.Path(dir_okay=False, path_type=Path), help="write the result as .xlsx")
    @click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
    @with_appcontext
    def command(good_only: bool, dry_run: bool, username: str | None, result: Path | None, file: Path) -> None:
        _import_list(kind, file, good_only=good_only, dry_run=dry_run, username=username, result=result)

    command.__doc__ = f"Check {what} of FILE (.xlsx or .csv) and import them; every faulty cell is listed.\n\n" + (
        "Nothing is imported when a row has errors, unless --good-only is given; the exit status is then 1."
    )
    return click.command(kind)(command)


def _import_list(
    kind: str, file: Path, *, good_only: bool, dry_run: bool, username: str | None, result: Path | None
) -> None:
    instance = runtime()
    load_handlers()
    actor = _actor(instance, username)
    try:
        upload_id = _keep(instance, actor, kind, file)
        row = _row(instance, upload_id)
        _tell(row)
        if result is not None:
            _write(instance, actor, upload_id, result)
        if row.status == "checked" and not dry_run:
            _take(instance, actor, upload_id, good_only)
            row = _row(instance, upload_id)
            click.echo(t(f"import.done_{kind}", count=row.stored or 0))
        elif dry_run:
            _discard(instance, actor, upload_id)
    except Invalid as error:
        for problem in error.problems:
            click.echo(problem_text(problem), err=True)
        sys.exit(1)
    except Conflict as error:
        raise click.ClickException(problem_text(Problem(error.code, params=error.params))) from error
    except Forbidden as error:
        right = t(f"right.{error.right.value}")
        raise click.ClickException(problem_text(Problem("access.forbidden", params={"right": right}))) from error
    if row.bad or row.status == "refused":
        sys.exit(1)


def _actor(instance: Runtime, username: str | None) -> Actor:
    if username is None:
        return imports.SYSTEM_IMPORTER
    with Session(instance.database.read) as session:
        user_id = session.scalar(select(User.id).where(User.username == username))
        try:
            return Actor.of(viewer_of(session, user_id or ""))
        except Missing as error:
            raise click.ClickException(t("access.missing", what=t("subject.user"))) from error


def _keep(instance: Runtime, actor: Actor, kind: str, file: Path) -> str:
    if actor.viewer is None:
        raise LookupError("an import needs a viewer")
    most = instance.settings.upload_mib
    if file.stat().st_size > most * 1024 * 1024:
        raise Invalid([Problem("import.file_too_large", "", {"mib": most})])
    with begin_reading(instance, actor.viewer) as view:
        found = imports.examine(view, kind, file.name, file.read_bytes())
    with begin_work(instance, actor, "import") as work:
        row = imports.keep(work, found)
    if row.job_id is not None:
        _run(instance, row.job_id)
    return row.id


def _row(instance: Runtime, upload_id: str) -> Upload:
    with Session(instance.database.read, expire_on_commit=False) as session:
        return imports.get(session, None, upload_id)


def _tell(row: Upload) -> None:
    """What was found, the errors before the repairs."""
    for problem in row.report.get("file", []):
        click.echo(_sentence(problem), err=True)
    order = ("error", "known", "warning", "repair", "skip")
    for finding in sorted(row.report.get("findings", []), key=lambda each: order.index(each["level"])):
        where = finding["cell"] or t("import.whole_row", row=finding["row"])
        column = f" {finding['column']}" if finding["column"] else ""
        level = t(f"import.level.{finding['level']}")
        click.echo(f"{where}{column} [{level}] {_sentence(finding)}", err=finding["level"] == "error")
    if row.report.get("left_out"):
        click.echo(t("import.left_out", count=row.report["left_out"]))
    if row.status != "refused":
        click.echo(t("import.summary", rows=row.rows, good=row.good, bad=row.bad, known=row.known))


def _sentence(finding: Mapping[str, Any]) -> str:
    return problem_text(Problem(finding["code"], params=finding["params"]))


def _write(instance: Runtime, actor: Actor, upload_id: str, result: Path) -> None:
    if actor.viewer is not None and _row(instance, upload_id).status == "checked":
        with begin_reading(instance, actor.viewer) as view:
            result.write_bytes(imports_export.result(view, upload_id, problem_text, t))


def _take(instance: Runtime, actor: Actor, upload_id: str, good_only: bool) -> None:
    if actor.viewer is None:
        raise LookupError("an import needs a viewer")
    with begin_reading(instance, actor.viewer) as view:
        ready = imports.prepare(view, upload_id)
    with begin_work(instance, actor, "import") as work:
        row = imports.take(work, upload_id, ready, good_only=good_only)
        job_id = row.job_id if row.status == "importing" else None
    if job_id is not None:
        _run(instance, job_id)


def _discard(instance: Runtime, actor: Actor, upload_id: str) -> None:
    with begin_work(instance, actor, "import") as work:
        imports.discard(work, upload_id)


@click.command("companies")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), default=None, help="day of the ratios (default: today)")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_appcontext
def companies_command(as_of: Any, file: Path) -> None:
    """Load the Polish companies of FILE (polish_companies_year1.csv.gz) and rate their financial dimension."""
    instance = runtime()
    load_handlers()
    day: date = as_of.date() if as_of is not None else instance.clock().date()
    try:
        read_companies(file, day)  # a file that cannot be read is told here, not by a job that fails again and again
    except Invalid as error:
        for problem in error.problems[:MOST_TOLD]:
            click.echo(problem_text(problem), err=True)
        sys.exit(1)
    with begin_work(instance, SYSTEM, "import") as work:
        arguments = {"path": str(file.absolute()), "as_of": day.isoformat()}
        job_id = jobs.queue(work, COMPANIES, arguments).id
    job = _run(instance, job_id)
    click.echo(t("import.companies_done", **{name: job.result.get(name, 0) for name in ("stored", "there", "rated")}))
    if job.result.get("failed"):
        click.echo(t("import.companies_failed", count=job.result["failed"]), err=True)
        sys.exit(1)


def _run(instance: Runtime, job_id: str) -> Job:
    """Run due jobs here until this one has ended, telling how far it is; a server may take it first."""
    with _progress(instance, job_id):
        while (job := _job(instance, job_id)).status not in ENDED:
            run = claim(instance)
            if run is None:
                if job.status == "failed":
                    break
                threading.Event().wait(0.2)  # somebody else is at it
                continue
            perform(run)
    if job.status != "done":
        raise click.ClickException(t("import.job_failed", error=job.error or job.status))
    return job


def _job(instance: Runtime, job_id: str) -> Job:
    with Session(instance.database.read, expire_on_commit=False) as session:
        return session.get_one(Job, job_id)


@contextmanager
def _progress(instance: Runtime, job_id: str) -> Iterator[None]:
    stop = threading.Event()

    def watch() -> None:
        last = 0
        while not stop.wait(1.0):
            job = _job(instance, job_id)
            if job.total and job.progress != last:
                last = job.progress
                print(f"{job.progress}/{job.total}", file=sys.stderr, flush=True)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        stop.set()
        watcher.join()


import_group.add_command(_list_command(CUSTOMERS, "the customers"))
import_group.add_command(_list_command(ITEMS, "the open items"))
import_group.add_command(companies_command)
commands: list[click.Command] = [import_group]
