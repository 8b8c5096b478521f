"""Forms made from worksheets: the file is kept with the draft, and once that is published its rows can be imported."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased, undefer

from app.access import Conflict, Missing, Right, require
from app.db import new_id
from app.models.definition import Definition
from app.models.upload import Upload
from app.services import definitions, form_proposal, imports
from app.services.form_proposal import Pick, Proposal
from app.services.imports_survey import RECORDS, kind_of
from app.work import Reading, Work
from forms.raw import shown
from rules import Invalid, Problem

FORM = "form"  # the kind of these uploads
PROPOSED, STARTED = "proposed", "started"
LARGEST = 10 << 20  # bytes of a file that a form is made of: it is read while somebody waits


def keep(work: Work, filename: str, content: bytes) -> Upload:
    """Keep a file that a form is to be made of; it goes when the time of uploads is over, or is thrown away."""
    require(work.viewer, Right.DEFINITION_WRITE)
    name = shown(filename.replace("\\", "/").rpartition("/")[2], 200).strip() or "-"
    row = Upload(
        id=new_id(), kind=FORM, filename=name, sha256=hashlib.sha256(content).hexdigest(), content=content, report={},
        status=PROPOSED, by=work.actor.id, at=work.now,
    )  # fmt: skip
    work.session.add(row)
    work.session.flush()
    return row


def look(
    view: Reading, filename: str, content: bytes, head: tuple[int, int] | None = None,
    picks: Mapping[int, Pick] | None = None,
) -> Proposal:  # fmt: skip
    """What a file would become; Invalid where it is too large, no table, or cannot be read."""
    require(view.viewer, Right.DEFINITION_WRITE)
    if len(content) > LARGEST:
        raise Invalid([Problem("start.too_large", "", {"mib": LARGEST >> 20})])
    return form_proposal.propose(view, filename, content, head, picks)


def get(where: Work | Reading, upload_id: str, *, whole: bool = False) -> Upload:
    """A file of one's own that a form is to be made of; Conflict where its content is no longer kept."""
    query = select(Upload).where(Upload.id == upload_id, Upload.kind == FORM, Upload.by == where.viewer.id)
    row = where.session.scalar(query.options(undefer(Upload.content)) if whole else query)
    if row is None:
        raise Missing("upload", upload_id)
    if whole and row.forgotten_at is not None:
        raise Conflict("import.gone", at=row.forgotten_at)
    return row


def waiting(view: Reading, most: int = 10) -> list[Upload]:
    """The newest files of one's own that are still kept."""
    query = select(Upload).where(Upload.kind == FORM, Upload.by == view.viewer.id, Upload.forgotten_at.is_(None))
    return list(view.session.scalars(query.order_by(Upload.at.desc(), Upload.id.desc()).limit(most)))


def check(
    view: Reading, key: str, proposal: Proposal, title: str, *, book: bool
) -> tuple[dict[str, Any], list[Problem]]:
    """The body of the draft and everything that keeps it from being made."""
    if not proposal.used:
        return {}, [Problem("start.none_used")]
    body = form_proposal.body_of(proposal, title, book=book)
    found = definitions.check(view.session, "form", body, key)
    return body, [problem for problem in found if problem.severity == "error"]


def create(
    work: Work, upload_id: str, proposal: Proposal, key: str, title: Mapping[str, str], body: Mapping[str, Any]
) -> Definition:
    """The draft, with the file kept beside it; a file of several sheets stays for another form too."""
    row = get(work, upload_id, whole=True)
    draft = definitions.draft(work, "form", key, title, body)
    kept = row if row.status == PROPOSED else keep(work, row.filename, row.content)
    if kept is row and any(sheet != proposal.table.sheet for sheet, *_ in proposal.heads):
        keep(work, row.filename, row.content)
    kept.status, kept.book, kept.mapping = STARTED, key, form_proposal.mapping_of(proposal)
    return draft


def discard(work: Work, upload_id: str) -> None:
    """Throw a file away; the draft made of it stays."""
    work.session.delete(get(work, upload_id))


def source_of(session: Session, key: str) -> Upload | None:
    """The file a form was made of, while it is kept and nobody has taken its rows over."""
    other = aliased(Upload)
    taken = exists().where(
        other.kind == RECORDS, other.book == Upload.book, other.sha256 == Upload.sha256,
        other.status.in_(("importing", "imported")),
    )
    query = select(Upload).where(
        Upload.kind == FORM, Upload.status == STARTED, Upload.book == key, Upload.forgotten_at.is_(None), ~taken
    )
    return session.scalar(query.order_by(Upload.at.desc(), Upload.id.desc()).limit(1))


def rows_of(view: Reading, key: str) -> imports.Examined:
    """The rows of the file a book's form was made of, looked at as any list is, with its columns as they were said.

    A field that the form no longer has leaves its column out; whatever else is wrong is told as of every list.
    """
    kind = kind_of(view.session, RECORDS, book=key)
    imports.may_import(view.viewer, kind)
    source = source_of(view.session, key)
    if source is None:
        raise Conflict("start.no_source")
    content = view.session.scalar(select(Upload.content).where(Upload.id == source.id))
    return imports.look(view, kind, source.filename, content or b"", view.now, given=source.mapping)
