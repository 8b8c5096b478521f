"""Large uploaded lists: checked and taken over in batches, with progress, from where a lost process left off."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from app.gallery.companies import read_companies
from app.jobs.run import Run, handler
from app.models.upload import Upload
from app.services import imports, imports_companies, imports_undo
from app.services.imports_survey import BATCH, Kind, Report, Unmatched, kind_of_upload, survey, walking
from app.services.viewers import viewer_of
from app.work import SYSTEM, Actor
from rules import Invalid, Problem

COMPANIES = "imports.companies"
CHUNK = 250
TELL = 4  # batches between two reports of progress while checking


@handler(imports.CHECK)
def check(run: Run) -> None:
    """Read a file and keep the report; a file no row can be read of is refused with its problems."""
    actor = _actor(run)
    with run.chunk(actor=actor) as chunk:
        row = imports.get(chunk.work.session, actor.viewer, str(run.arguments["upload"]), whole=True)
        kind = kind_of_upload(chunk.work.session, row)
        now = row.at.astimezone(chunk.work.zone)
    report: Report | None = None
    problems: tuple[Problem, ...] = ()
    question: Mapping[str, Any] | None = None
    try:
        with (
            Session(run.instance.database.read) as session,
            walking(
                session, actor.viewer, kind, row.content, row.filename, now, given=kind.given(row.mapping),
                asking=bool(run.arguments.get("asking")),
            ) as walk,
        ):
            total = walk.count()
            for number, report in enumerate(survey(session, actor.viewer, walk)):
                if number % TELL == 0:
                    session.rollback()  # an old snapshot would keep the write-ahead log from being cut
                    with run.chunk() as chunk:
                        chunk.progress, chunk.total = report.rows, total
    except Unmatched as unmatched:
        question = unmatched.report
    except Invalid as invalid:
        problems = invalid.problems
    with run.chunk(actor=actor) as chunk:
        row = imports.get(chunk.work.session, actor.viewer, str(run.arguments["upload"]))
        if question is not None:
            imports.ask(row, question)
        elif report is None or problems:
            imports.refuse(row, problems)
        else:
            imports.settle(chunk.work, row, kind, report)
            chunk.progress = chunk.total = report.rows
        chunk.last = True


@handler(imports.TAKE)
def take(run: Run) -> None:
    """Take the good rows over, a batch a transaction; `progress` counts rows, so a batch is never done twice.

    Somebody who stops it finds everything as it was: what was written is taken back, from the last row on.
    """
    actor = _actor(run)
    with run.chunk(actor=actor) as chunk:
        row = imports.get(chunk.work.session, actor.viewer, str(run.arguments["upload"]), whole=True)
        kind = kind_of_upload(chunk.work.session, row)
        now = row.at.astimezone(chunk.work.zone)
    if row.status == "undoing" or not _take(run, actor, row, kind, now):
        _undo(run, actor, row.id)


def _take(run: Run, actor: Actor, row: Upload, kind: Kind, now: datetime) -> bool:
    """Whether the whole list was taken over; not where somebody stopped it."""
    place = 0
    with (
        Session(run.instance.database.read) as session,
        walking(
            session, actor.viewer, kind, row.content, row.filename, now, given=kind.given(row.mapping)
        ) as walk,
    ):
        for batch in walk.batches(BATCH):
            session.rollback()
            place += len(batch)
            with run.chunk(actor=actor) as chunk:
                row = imports.get(chunk.work.session, actor.viewer, row.id)
                if row.status == "undoing":
                    return False
                if chunk.job.progress >= place:
                    continue  # a process before this one came that far
                row.stored = (row.stored or 0) + imports.store(chunk.work, row, kind, walk.taker, batch)
                chunk.progress, chunk.result = place, {"stored": row.stored}
    with run.chunk(actor=actor) as chunk:
        row = imports.get(chunk.work.session, actor.viewer, row.id)
        if row.status == "undoing":
            return False
        imports.finish(chunk.work, row, kind, row.stored or 0)
        chunk.last = True
    return True


def _undo(run: Run, actor: Actor, upload_id: str) -> None:
    """Take back what was written, a few hundred rows a transaction; `progress` counts what is still there."""
    ended = False
    while not ended:
        with run.chunk(actor=actor) as chunk:
            row = imports.get(chunk.work.session, actor.viewer, upload_id)
            told = dict(chunk.job.result)
            taken, kept = imports_undo.take_back(chunk.work, row.id, row.kind, row.book, BATCH)
            told["taken_back"] = told.get("taken_back", 0) + taken
            told["kept"] = told.get("kept", 0) + kept
            left = imports_undo.left(chunk.work.session, row.id)
            chunk.progress, chunk.result = left, told
            row.stored = left + told["kept"]
            if not left:
                imports.undone(chunk.work, row, told["taken_back"], told["kept"])
                chunk.last = ended = True


def _actor(run: Run) -> Actor:
    """The person who asked for it, with the rights they have now."""
    with run.chunk() as chunk:
        by = str(run.arguments["by"])
        return imports.SYSTEM_IMPORTER if by == SYSTEM.id else Actor.of(viewer_of(chunk.work.session, by))


@handler(COMPANIES)
def take_companies(run: Run) -> None:
    """The Polish companies of one file, stored and rated chunk by chunk; `progress` counts rows of the file."""
    as_of = date.fromisoformat(str(run.arguments["as_of"]))
    companies = read_companies(Path(str(run.arguments["path"])), as_of)
    for start in range(0, len(companies), CHUNK):
        some = companies[start : start + CHUNK]
        with run.chunk() as chunk:
            if chunk.job.progress >= start + len(some):
                continue  # a process before this one came that far
            so_far = dict(chunk.job.result)
            counts = imports_companies.store(chunk.work, some, as_of)
            chunk.result = {name: so_far.get(name, 0) + count for name, count in counts.items()}
            chunk.progress, chunk.total = start + len(some), len(companies)
            chunk.last = start + len(some) == len(companies)
