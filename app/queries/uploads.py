"""Uploaded lists as pages show them: the recent ones, and one with what was found in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Select, and_, false, or_, select
from sqlalchemy.orm import aliased

from app.access import Forbidden, Missing, Right, Viewer
from app.models.definition import DRAFT, Definition
from app.models.job import Job
from app.models.people import User
from app.models.upload import Upload
from app.work import Reading

Query = TypeVar("Query", bound=Select[Any])
PAGE = 20
FINDINGS = 100
_COLUMNS = (
    Upload.id, Upload.kind, Upload.book, Upload.filename, Upload.status, Upload.at, Upload.rows, Upload.good,
    Upload.bad, Upload.known, Upload.stored, Upload.imported_at, Upload.job_id, Upload.by, Upload.sha256,
    Upload.row_version, Upload.forgotten_at,
)  # fmt: skip


def in_scope(query: Query, viewer: Viewer | None) -> Query:
    """Only uploads this person may reach: lists of the house with every customer in reach, else their own.

    A list of records may hold what a book hides from others, so that it is its sender's alone.
    """
    if viewer is None:
        return query
    query = query.where(Upload.kind != "form")  # what a form is made of is looked at in the studio
    mine = Upload.by == viewer.id
    if viewer.everybody(Right.CUSTOMER_IMPORT):
        return query.where(or_(mine, Upload.kind != "records"))
    return query.where(mine if may_upload(viewer) else false())


def may_upload(viewer: Viewer) -> bool:
    """Whether this person may send in lists of any kind."""
    return viewer.may(Right.CUSTOMER_IMPORT) or viewer.may(Right.RECORD_WRITE)


def _uploader(viewer: Viewer) -> None:
    if not may_upload(viewer):
        raise Forbidden(Right.CUSTOMER_IMPORT)


@dataclass(frozen=True, slots=True)
class UploadLine:
    """One uploaded list. Counts are of rows, None while it is being checked."""

    id: str
    kind: str
    book: str | None
    filename: str
    status: str
    at: datetime
    rows: int | None
    good: int | None
    bad: int | None
    known: int | None
    stored: int | None
    imported_at: datetime | None
    job_id: str | None
    by: str
    sha256: str
    row_version: int
    forgotten_at: datetime | None
    by_name: str | None
    taker_name: str | None
    book_title: Mapping[str, str] | None

    @property
    def under_way(self) -> bool:
        return self.status in ("checking", "importing", "undoing")


@dataclass(frozen=True, slots=True)
class UploadsPage:
    rows: tuple[UploadLine, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class UploadView:
    """One uploaded list with its report, how far its job is, and an earlier import of the very same file."""

    line: UploadLine
    report: Mapping[str, Any]
    progress: int
    total: int | None
    job_status: str | None
    earlier: UploadLine | None


def _lines() -> Select[Any]:
    taker = aliased(User)
    newest = select(Definition.title).where(Definition.kind == "form", Definition.key == Upload.book)
    newest = newest.where(Definition.status != DRAFT).order_by(Definition.version.desc()).limit(1)
    columns: tuple[Any, ...] = (
        *_COLUMNS, User.name.label("by_name"), taker.name.label("taker_name"),
        newest.correlate(Upload).scalar_subquery().label("book_title"),
    )  # fmt: skip
    return (
        select(*columns)
        .outerjoin(User, User.id == Upload.by)
        .outerjoin(taker, taker.id == Upload.imported_by)
    )


def uploads(view: Reading, after: str | None = None) -> UploadsPage:
    """The newest first, a page at a time."""
    _uploader(view.viewer)
    query = in_scope(_lines(), view.viewer).order_by(Upload.at.desc(), Upload.id.desc()).limit(PAGE + 1)
    if after:
        place = view.session.execute(select(Upload.at, Upload.id).where(Upload.id == after)).one_or_none()
        if place is not None:
            same = and_(Upload.at == place.at, Upload.id < place.id)
            query = query.where(or_(Upload.at < place.at, same))
    found = tuple(UploadLine(**row._mapping) for row in view.session.execute(query))
    more = len(found) > PAGE
    return UploadsPage(found[:PAGE], found[PAGE - 1].id if more else None)


def upload(view: Reading, upload_id: str) -> UploadView:
    """One uploaded list; Missing for another's."""
    _uploader(view.viewer)
    query = in_scope(_lines().add_columns(Upload.report), view.viewer).where(Upload.id == upload_id)
    row = view.session.execute(query).one_or_none()
    if row is None:
        raise Missing("upload", upload_id)
    members = dict(row._mapping)
    report = members.pop("report") or {}
    line = UploadLine(**members)
    job = None
    if line.job_id is not None:
        job = view.session.execute(
            select(Job.progress, Job.total, Job.status).where(Job.id == line.job_id)
        ).one_or_none()
    same = in_scope(_lines(), view.viewer).where(
        Upload.sha256 == line.sha256, Upload.kind == line.kind, Upload.book.is_not_distinct_from(line.book),
        Upload.status == "imported", Upload.id != line.id
    )
    earlier = view.session.execute(same.order_by(Upload.imported_at.desc()).limit(1)).one_or_none()
    return UploadView(
        line,
        report,
        job.progress if job else 0,
        job.total if job else None,
        job.status if job else None,
        UploadLine(**earlier._mapping) if earlier else None,
    )
