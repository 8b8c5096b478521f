"""`flask dmn`: DMN models become drafts, Definitions become DMN 1.5; what is not carried is said line by line."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from contextlib import AbstractContextManager
from pathlib import Path

import click
from flask.cli import with_appcontext
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access import Conflict, Forbidden, Missing
from app.edge.locale import LANGUAGES, language, problem_text, speaking, t
from app.edge.runtime import Runtime, runtime
from app.edge.transaction import begin_work
from app.models.people import User
from app.services import definitions, dmn
from app.services.viewers import viewer_of
from app.work import SYSTEM, Actor
from rules import Invalid, Problem

LANGUAGE = click.option("--lang", type=click.Choice(list(LANGUAGES)), help="language of messages")


@click.group("dmn")
def dmn_group() -> None:
    """Decision models of others: DMN 1.1 to 1.5 in, DMN 1.5 out."""


@dmn_group.command("import")
@click.option("--with", "others", multiple=True, type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="a model that FILE imports; may be given several times")  # fmt: skip
@click.option("--dry-run", is_flag=True, help="say what would be done; nothing is stored")
@click.option("--as", "username", default=None, help="user name of the person who imports (default: the system)")
@LANGUAGE
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_appcontext
def import_command(others: tuple[Path, ...], dry_run: bool, username: str | None, lang: str | None, file: Path) -> None:
    """Make drafts of the decision tables of FILE, or of the scorecard it holds.

    Everything that is not carried is listed with its place. All drafts are made, or none; the exit status is 1 where
    nothing could be made.
    """
    with _speaking(lang):
        try:
            _import([file, *others], dry_run, username)
        except Invalid as error:
            _tell(error.problems)
            sys.exit(1)
        except (Conflict, Forbidden, Missing) as error:
            raise click.ClickException(_refused(error)) from error


def _import(files: list[Path], dry_run: bool, username: str | None) -> None:
    if any(path.stat().st_size > dmn.LARGEST_MIB << 20 for path in files):
        raise Invalid([Problem("dmn.file_too_large", params={"max": dmn.LARGEST_MIB})])
    found = dmn.examine([path.read_bytes() for path in files])
    click.echo(t("dmn.read", name=found.name, version=found.version, decisions=found.decisions))
    _tell((*found.problems, *found.left))
    if not found.proposals:
        click.echo(t("dmn.no_drafts"), err=True)
        sys.exit(1)
    if dry_run:
        for each in found.proposals:
            click.echo(
                t("dmn.would_make", kind=t(f"studio.kind.{each.draft.kind}"), key=each.key, name=each.draft.name)
            )
            _tell(each.draft.problems)
        return
    instance = runtime()
    with begin_work(instance, _actor(instance, username), "dmn") as work:
        rows = [(row.kind, row.key, row.version) for row in dmn.take(work, found.proposals)]
    for (kind, key, version), each in zip(rows, found.proposals, strict=True):
        click.echo(t("dmn.made", kind=t(f"studio.kind.{kind}"), key=key, version=version, name=each.draft.name))
        _tell(each.draft.problems)


@dmn_group.command("export")
@click.option("--version", type=int, default=None, help="version of the definition (default: the newest)")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="file to write (default: KIND.KEY.dmn)")
@LANGUAGE
@click.argument("kind", type=click.Choice(list(dmn.KINDS)))
@click.argument("key")
@with_appcontext
def export_command(version: int | None, out: Path | None, lang: str | None, kind: str, key: str) -> None:
    """Write the definition KEY of a KIND as DMN 1.5; what DMN has no place for is listed."""
    with _speaking(lang):
        try:
            with Session(runtime().database.read) as session:
                row = definitions.find(session, kind, key, version)
                content, problems = dmn.write(kind, key, row.title, row.body)
        except Invalid as error:
            _tell(error.problems)
            sys.exit(1)
        except Missing as error:
            raise click.ClickException(_refused(error)) from error
        path = out or Path(f"{kind}.{key}.dmn")
        path.write_bytes(content)
        _tell(problems)
        click.echo(t("dmn.written", file=path.name, version=row.version))


def _speaking(tag: str | None) -> AbstractContextManager[None]:
    return speaking(tag or language())


def _tell(problems: Iterable[Problem]) -> None:
    """Errors first, each with its place; errors go to the other stream."""
    for problem in sorted(problems, key=lambda each: each.severity != "error"):
        level = t("dmn.level.error") if problem.severity == "error" else t("dmn.level.note")
        place = f"{problem.path}: " if problem.path else ""
        click.echo(f"[{level}] {place}{problem_text(problem)}", err=problem.severity == "error")


def _refused(error: Conflict | Forbidden | Missing) -> str:
    if isinstance(error, Forbidden):
        return problem_text(Problem("access.forbidden", params={"right": t(f"right.{error.right.value}")}))
    if isinstance(error, Missing):
        return t("access.missing", what=t(f"subject.{error.what}"))
    return problem_text(Problem(error.code, params=error.params))


def _actor(instance: Runtime, username: str | None) -> Actor:
    if username is None:
        return SYSTEM
    with Session(instance.database.read) as session:
        user_id = session.scalar(select(User.id).where(User.username == username))
        return Actor.of(viewer_of(session, user_id or ""))


commands: list[click.Command] = [dmn_group]
