"""Lists that people upload: checked and previewed, then taken over once, all good rows or none."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from app.access import Conflict, Forbidden, Grant, Missing, Right, Role, Scope, Viewer, require
from app.db import new_id
from app.models.job import Job
from app.models.people import User
from app.models.upload import Upload
from app.queries.scope import reach
from app.queries.uploads import in_scope
from app.services import definitions, imports_memory, imports_undo, jobs
from app.services.imports_columns import Matched
from app.services.imports_rows import Checked
from app.services.imports_survey import (
    BATCH,
    CUSTOMERS,
    ITEMS,
    Kind,
    Report,
    Taker,
    Unmatched,
    kind_of,
    kind_of_upload,
    survey,
    walking,
)
from app.work import SYSTEM, Reading, Road, Subject, Verb, Work
from forms.raw import shown
from rules import Invalid, Problem

MOST_AT_ONCE = 2000  # rows; more are a job
LARGEST_AT_ONCE = 512 * 1024  # bytes; larger files are read by a job
RESTING = ("matching", "checked", "refused", "imported", "undone", "proposed", "started")  # no job is at it
CHECK, TAKE = "imports.check", "imports.take"
# Whoever sits at the machine's command line imports as the system, over all customers.
SYSTEM_VIEWER = Viewer(SYSTEM.id, SYSTEM.name, SYSTEM.id, "zh-CN", (Grant(Role.RISK, Scope.ALL),))
SYSTEM_IMPORTER = replace(SYSTEM, viewer=SYSTEM_VIEWER)


def subject(upload: Upload) -> Subject:
    return Subject("upload", upload.id)


@dataclass(frozen=True, slots=True)
class Examined:
    """A file as it came in; `report` is None where a job must look at it, or a person must say what its columns are.

    unmatched  what that person is told
    given      which column is which, where it was said already, as it is kept
    asking     whether there is anybody to ask
    """

    kind: Kind
    filename: str
    content: bytes
    report: Report | None
    at: datetime
    unmatched: Mapping[str, Any] | None = None
    given: Mapping[str, Any] | None = None
    asking: bool = False


def may_import(viewer: Viewer, kind: Kind) -> None:
    """Raises Forbidden, or Missing for a book this person may not read."""
    if kind.shelf is None:
        require(viewer, Right.CUSTOMER_IMPORT)
    elif reach(viewer, kind.shelf.book, "read") is None:
        raise Missing("book", kind.shelf.key)
    elif reach(viewer, kind.shelf.book, "write") is None:
        raise Forbidden(Right.RECORD_WRITE)


def examine(
    view: Reading, kind_key: str, filename: str, content: bytes, book: str | None = None, *, asking: bool = False,
) -> Examined:  # fmt: skip
    """Look at a file without keeping it. Raises Invalid when no row can be read: sheet.…, import.no_header,
    import.column_missing, import.column_twice; where a person can be asked, the last three are a question."""
    kind = kind_of(view.session, kind_key, book=book)
    may_import(view.viewer, kind)
    name = shown(filename.replace("\\", "/").rpartition("/")[2], 200).strip() or "-"
    return look(view, kind, name, content, view.now, asking=asking)


def look(
    view: Reading, kind: Kind, name: str, content: bytes, at: datetime, *, asking: bool = False,
    given: Mapping[str, Any] | None = None,
) -> Examined:  # fmt: skip
    """A file of this kind as it was at this time, with its columns as given; a large one is left to a job."""
    found = Examined(kind, name, content, None, at, given=given, asking=asking)
    if len(content) > LARGEST_AT_ONCE:
        return found
    session, now = view.session, at.astimezone(view.zone)
    try:
        with walking(
            session, view.viewer, kind, content, name, now, given=kind.given(given), asking=asking
        ) as walk:
            if walk.count() > MOST_AT_ONCE:
                return found
            *_, report = survey(session, view.viewer, walk)
    except Unmatched as unmatched:
        return replace(found, unmatched=unmatched.report)
    return replace(found, report=report)


def keep(work: Work, found: Examined) -> Upload:
    """Keep an examined file with its report, or have a job make the report, or wait for what a person says."""
    may_import(work.viewer, found.kind)
    row = Upload(
        id=new_id(),
        kind=found.kind.key,
        book=found.kind.shelf.key if found.kind.shelf else None,
        filename=found.filename,
        sha256=hashlib.sha256(found.content).hexdigest(),
        content=found.content,
        report={},
        form_id=found.kind.form_row.id if found.kind.form_row else None,
        status="checking",
        by=work.actor.id,
        at=found.at,
    )
    work.session.add(row)
    work.session.flush()
    note(work, row, found)
    return row


def note(work: Work, row: Upload, found: Examined) -> None:
    """Write down how far looking at a file has come."""
    row.status, row.mapping = "checking", dict(found.given) if found.given is not None else None
    if found.unmatched is not None:
        ask(row, found.unmatched)
    elif found.report is not None:
        settle(work, row, found.kind, found.report)
    else:
        arguments = {"upload": row.id, "by": work.actor.id, "asking": found.asking}
        row.job_id = jobs.queue(work, CHECK, arguments).id


def ask(row: Upload, report: Mapping[str, Any]) -> None:
    """The file waits for a person who says which column is which."""
    row.report, row.status = dict(report), "matching"
    row.rows = row.good = row.bad = row.known = None


def settle(work: Work, row: Upload, kind: Kind, report: Report) -> None:
    """Write down what was found; the file waits for a person's decision, its columns pinned as they were read."""
    row.report, row.status, row.mapping = report.to_json(), "checked", pinned(kind, report.matched)
    if report.matched.by == "memory":
        imports_memory.used(work, kind.target, row.mapping["heads"])
    row.rows, row.good = report.rows, report.fates["good"]
    row.bad, row.known = report.fates["bad"], report.fates["known"]


def pinned(kind: Kind, matched: Matched) -> dict[str, Any]:
    """The columns of a file as they are kept with it: by place the reference of a field."""
    known = {str(each.place): kind.references[each.key] for each in matched.columns if each.key is not None}
    shifts = {str(each.place): each.shift for each in matched.columns if each.key is not None and each.shift}
    return {"sheet": matched.sheet, "header": matched.header, "columns": known, "shifts": shifts, "by": matched.by,
            "heads": matched.heads}  # fmt: skip


def refuse(row: Upload, problems: Sequence[Problem]) -> None:
    """A file that no row can be read of, found out by a job."""
    row.report, row.status = {"file": [problem.to_json() for problem in problems]}, "refused"
    row.rows = row.good = row.bad = row.known = 0


def get(session: Session, viewer: Viewer | None, upload_id: str, *, whole: bool = False) -> Upload:
    """An upload this person may see, with its content where `whole`; Conflict where that is no longer kept."""
    query = in_scope(select(Upload).where(Upload.id == upload_id), viewer).options(undefer(Upload.report))
    row = session.scalar(query.options(undefer(Upload.content)) if whole else query)
    if row is None:
        raise Missing("upload", upload_id)
    if whole and row.forgotten_at is not None:
        raise _gone(row)
    return row


def _gone(row: Upload) -> Conflict:
    return Conflict("import.gone", at=row.forgotten_at)


@dataclass(frozen=True, slots=True)
class Ready:
    """The rows of a small file, checked again by the version it was previewed with."""

    kind: Kind
    taker: Taker
    rows: list[Checked]


def prepare(view: Reading, upload_id: str) -> Ready | None:
    """Read a small file outside the transaction that takes it over; None for one that a job takes over."""
    row = get(view.session, view.viewer, upload_id, whole=True)
    if row.status != "checked" or (row.rows or 0) > MOST_AT_ONCE:
        return None
    kind = kind_of_upload(view.session, row)
    now = row.at.astimezone(view.zone)
    with walking(
        view.session, view.viewer, kind, row.content, row.filename, now, given=kind.given(row.mapping)
    ) as walk:
        return Ready(kind, walk.taker, [checked for batch in walk.batches() for checked in batch])


def take(work: Work, upload_id: str, ready: Ready | None, *, good_only: bool) -> Upload:
    """Take the good rows over, once. With bad rows nothing is taken unless `good_only` is asked for.

    Small files are taken over in this transaction, whole or not at all; large ones by a job, a batch at a time.
    """
    row = get(work.session, work.viewer, upload_id)
    may_import(work.viewer, kind_of_upload(work.session, row))
    if row.status != "checked":
        raise _settled(work.session, row)
    if row.forgotten_at is not None:
        raise _gone(row)
    if row.bad and not good_only:
        raise Invalid([Problem("import.has_errors", "", {"bad": row.bad, "good": row.good})])
    if not row.good:
        raise Invalid([Problem("import.nothing_good")])
    row.imported_by = work.actor.id
    if (row.rows or 0) > MOST_AT_ONCE:
        row.status, row.stored = "importing", 0
        arguments = {"upload": row.id, "by": work.actor.id}
        row.job_id = jobs.queue(work, TAKE, arguments, unique_key=f"{TAKE}:{row.id}", total=row.rows).id
        return row
    if ready is None:
        raise Conflict("import.busy")
    stored = 0
    for start in range(0, len(ready.rows), BATCH):
        stored += store(work, row, ready.kind, ready.taker, ready.rows[start : start + BATCH])
    finish(work, row, ready.kind, stored)
    return row


def store(work: Work, row: Upload, kind: Kind, taker: Taker, batch: Sequence[Checked]) -> int:
    """Take one batch over in this transaction; returns how many rows that were."""
    viewer = work.actor.viewer
    work.road = Road.IMPORT
    taker.meet(work.session, viewer, batch)
    stored, refused = taker.store(work, batch)
    if row.job_id is not None and row.status == "importing":
        imports_undo.note(work, row.id, taker.written)
    if kind.key == ITEMS and stored:
        whose = {each.values.get("customer_id") for each in batch if each.fate == "good"}
        detail = {
            "file": row.filename, "sha256": row.sha256, "rows": stored, "customers": len(whose),
            "refused": refused + sum(each.fate == "bad" for each in batch), **read_as(row),
        }
        work.record(Verb.ITEMS_IMPORTED, subject(row), detail)
    return stored


def finish(work: Work, row: Upload, kind: Kind, stored: int) -> None:
    """The whole list is taken over. Customers and records are summed up; open items were told batch by batch."""
    imports_undo.clear(work, row.id)
    row.status, row.stored, row.imported_at = "imported", stored, work.now
    if kind.key == CUSTOMERS:
        detail = {
            "file": row.filename, "sha256": row.sha256, "rows": row.rows, "created": stored, "changed": 0,
            "refused": row.bad, "known": row.known, **read_as(row),
        }
        pins = (definitions.pin(kind.form_row),) if kind.form_row else ()
        work.record(Verb.CUSTOMERS_IMPORTED, subject(row), detail, definitions=pins)
    elif kind.shelf is not None:
        told: dict[str, Any] = {
            "book": kind.shelf.key, "book_title": dict(kind.shelf.title), "file": row.filename, "sha256": row.sha256,
            "rows": row.rows, "stored": stored, "refused": row.bad, "known": row.known,
            **read_as(row),
        }
        work.record(Verb.RECORDS_IMPORTED, subject(row), told, definitions=(definitions.pin(kind.shelf.row),))


def stop(work: Work, upload_id: str) -> Upload:
    """Stop taking a list over: its job takes back what it has written, or a new one does where that ended."""
    row = get(work.session, work.viewer, upload_id)
    may_import(work.viewer, kind_of_upload(work.session, row))
    if row.status != "importing":
        raise _settled(work.session, row)
    row.status = "undoing"
    if work.session.scalar(select(Job.status).where(Job.id == row.job_id)) in jobs.FINAL:
        arguments = {"upload": row.id, "by": work.actor.id}
        row.job_id = jobs.queue(work, TAKE, arguments, unique_key=f"{TAKE}:{row.id}:undo", total=row.rows).id
    return row


def undone(work: Work, row: Upload, taken_back: int, kept: int) -> None:
    """Everything that could be is taken back; what somebody has touched since stays, and is counted."""
    row.status, row.stored = "undone", kept
    detail = {"file": row.filename, "sha256": row.sha256, "taken_back": taken_back, "kept": kept}
    if row.book is not None:
        detail["book"] = row.book
    work.record(Verb.IMPORT_UNDONE, subject(row), detail)


def read_as(row: Upload) -> dict[str, Any]:
    """How the columns of a list were read, for its entry: field by heading, those left out, and who said so."""
    columns = row.report.get("columns", [])
    read = {each["heading"]: each["key"] for each in columns if each["key"] is not None}
    left = [each["heading"] for each in columns if each["key"] is None]
    return {"columns": read, "left_out": left, "matched_by": row.report.get("by", "headings")}


def discard(work: Work, upload_id: str) -> None:
    """Throw away a file that was not taken over; an imported one stays as what the ledger names."""
    row = get(work.session, work.viewer, upload_id)
    waiting = row.status in ("matching", "checked", "refused", "undone")
    if not waiting and not (row.status == "checking" and _given_up(work.session, row)):
        raise _settled(work.session, row)
    work.session.delete(row)


def forget(work: Work, days: int, most: int) -> int:
    """Delete the content of files that came in more than `days` ago, up to `most` of them; returns how many.

    What a job is at work on waits. Row, counts and entries stay; of the findings, which repeat cells, the numbers do.
    """
    open_jobs = select(Job.id).where(Job.status.not_in(jobs.FINAL))
    idle = Upload.status.in_(RESTING) | Upload.job_id.is_(None)
    query = (
        select(Upload)
        .where(
            Upload.forgotten_at.is_(None),
            Upload.at < work.now - timedelta(days=days),
            idle | Upload.job_id.not_in(open_jobs),
        )
        .options(undefer(Upload.report))
        .order_by(Upload.at, Upload.id)
        .limit(most)
    )
    rows = work.session.scalars(query).all()
    for row in rows:
        row.content, row.report = b"", _counts(row.report)
        row.forgotten_at = work.now
        work.record(Verb.UPLOAD_FORGOTTEN, subject(row), {"file": row.filename, "sha256": row.sha256, "days": days})
    return len(rows)


def _counts(report: Mapping[str, Any]) -> dict[str, Any]:
    """A report without what it repeats of the file's cells."""
    if "findings" not in report:
        return {name: told for name, told in report.items() if name != "table"}
    return {**report, "table": [], "findings": [], "left_out": sum(report.get("levels", {}).values())}


def _given_up(session: Session, row: Upload) -> bool:
    """Whether the job that should look at this file has stopped for good."""
    return session.scalar(select(Job.status).where(Job.id == row.job_id)) in ("dead", "cancelled")


def _settled(session: Session, row: Upload) -> Conflict:
    """Who was first, and when."""
    if row.status == "checking":
        return Conflict("import.busy")
    name = session.scalar(select(User.name).where(User.id == row.imported_by)) or row.imported_by or row.by
    if row.status == "undone":
        return Conflict("import.undone")
    if row.status in ("importing", "undoing"):
        started = session.scalar(select(Job.queued_at).where(Job.id == row.job_id)) if row.job_id else None
        return Conflict("import.under_way", by=name, at=started or row.at)
    if row.status == "refused":
        return Conflict("import.refused")
    if row.status == "matching":
        return Conflict("import.matching")
    return Conflict("import.done", by=name, at=row.imported_at)
