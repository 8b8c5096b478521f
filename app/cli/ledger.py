"""`flask ledger`: verify where it lies, sign, show the public key, and write trail files, without the server."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import with_appcontext
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access import Conflict, Missing
from app.edge.locale import LANGUAGES, problem_text, speaking, t
from app.edge.runtime import Runtime, runtime
from app.edge.transaction import begin_work
from app.models.case import Case
from app.models.ledger import Checkpoint
from app.services import ledger, trails, verification
from app.services.trails import House
from app.web import trail_report
from app.work import SYSTEM
from ledger import Finding, Malformed, read_checkpoint
from rules import Invalid, Problem

SIZE = 1_000_000


@click.group("ledger")
def ledger_group() -> None:
    """The audit ledger: verify, sign, public-key, export."""


@ledger_group.command("verify")
@click.option("--anchored", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="a checkpoint kept elsewhere")  # fmt: skip
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
@with_appcontext
def verify_command(anchored: Path | None, lang: str) -> None:
    """Verify every row against every checkpoint. Exit code as `python -m ledger verify`: 0 intact, 1 tampered, …"""
    here = runtime()
    note = None if anchored is None else _text(anchored)
    report = verification.verify_database(here.database, here.keys, here.settings.origin, anchored=note)
    with speaking("en" if lang == "en" else "zh-CN"):
        covered = {"entries": report.entries, "subjects": report.subjects, "size": report.size}
        click.echo(t("trail.verify.covered", **covered))
        for finding in report.findings:
            click.echo(_line(finding, lang))
        if report.unlisted:
            click.echo(t("trail.verify.more", count=report.unlisted))
        click.echo(f"{report.verdict}: {t(f'ledger.verdict.{report.verdict}')}")
    raise SystemExit(report.exit_code)


def _line(finding: Finding, lang: str) -> str:
    line = f"[{finding.grade}] {finding.code}: {finding.sentence(lang)}"
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in line)


@ledger_group.command("sign")
@with_appcontext
def sign_command() -> None:
    """Give every entry its place, sign the head, and print the checkpoint: keep it where nobody here can reach it."""
    here = runtime()
    try:
        ledger.sequence(here.database, wait=True)
        head = ledger.sign(here.database, here.keys, here.settings.origin, here.clock())
    except Conflict as error:
        raise _refusal(error) from None
    if head is None:
        raise click.ClickException("The ledger holds no entries yet.")
    with Session(here.database.read) as session:
        note = session.scalar(select(Checkpoint.note).where(Checkpoint.size == head.size))
    click.echo(note, nl=False)


@ledger_group.command("public-key")
@with_appcontext
def public_key_command() -> None:
    """Print the public key that auditors are given."""
    here = runtime()
    click.echo(str(ledger.public_key(here.keys, here.settings.origin)))


@ledger_group.command("export")
@click.option("--case", "number", required=True, help="number of the request whose trail is wanted")
@click.option("--out", required=True, type=click.Path(dir_okay=False, writable=True, path_type=Path),
              help="the trail file to write (zip)")  # fmt: skip
@click.option("--anchored", multiple=True, type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="a checkpoint kept elsewhere, to which the file shall be linked; may be repeated")  # fmt: skip
@click.option("--lang", type=click.Choice(sorted(LANGUAGES)), default="zh-CN", show_default=True,
              help="language of the report")  # fmt: skip
@with_appcontext
def export_command(number: str, out: Path, anchored: tuple[Path, ...], lang: str) -> None:
    """Write the trail of one case. That it was exported becomes an entry."""
    here = runtime()
    linked = [_note(each) for each in anchored]
    try:
        with speaking(lang):
            content = _export(here, number, linked)
    except (Conflict, Invalid, Missing) as error:
        raise _refusal(error) from None
    out.write_bytes(content)
    click.echo(f"{out}: {len(content)} bytes. Verify it with: python -m ledger verify {out} --key PUBLIC_KEY_FILE")


def _export(here: Runtime, number: str, linked: list[str]) -> bytes:
    house = House(here.database, here.keys, here.settings.origin, here.clock())
    with begin_work(here, SYSTEM, "command line") as work:
        case_id = work.session.scalar(select(Case.id).where(Case.number == number))
        if case_id is None:
            raise Missing("case", number)
        dossier = trails.export(work, "case", case_id)
    return trails.build(house, None, dossier.subject, trail_report.renderer(house, t("trail.system")), linked)


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(SIZE).decode("utf-8")
    except (OSError, UnicodeDecodeError):
        raise click.ClickException(f"{path} cannot be read as text.") from None


def _note(path: Path) -> str:
    note = _text(path)
    try:
        read_checkpoint(note)
    except Malformed:
        raise click.ClickException(f"{path} is not a checkpoint.") from None
    return note


def _refusal(error: Conflict | Invalid | Missing) -> click.ClickException:
    if isinstance(error, Missing):
        return click.ClickException(t("access.missing", what=t(f"subject.{error.what}")))
    problems = error.problems if isinstance(error, Invalid) else [Problem(error.code, params=error.params)]
    return click.ClickException(" ".join(problem_text(each) for each in problems))


commands: list[click.Command] = [ledger_group]
