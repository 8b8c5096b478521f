"""Uploaded lists on their way in, kept as checked, and which of their columns answer which field."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Id, Json, UtcTime, new_id


class Upload(Base):
    """One file with the result of checking it. Importing moves it from checked to imported, once.

    The rows are not kept beside the file: checking again by the same form version as of `at` gives the same ones.
    `forgotten_at` says when the time of the file was over: then `content` is empty and `report` holds counts alone.
    """

    __tablename__ = "uploads"
    __silent__ = True  # checking changes no business row; importing is recorded

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(String(20))  # customers, items, records; form: a form was made of it
    book: Mapped[str | None] = mapped_column(String(60))  # key of the form whose records these are
    filename: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    report: Mapped[dict[str, Any]] = mapped_column(Json(), default=dict, deferred=True)
    form_id: Mapped[str | None] = mapped_column(ForeignKey("definitions.id"))  # the version it is checked against
    # matching: a person says which column is which; checking, checked, refused, importing, imported, and undoing and
    # undone: an import was stopped and what it had written is, or was, taken back
    status: Mapped[str] = mapped_column(String(10), default="checked")
    mapping: Mapped[dict[str, Any] | None] = mapped_column(Json())  # the columns as a person chose them
    rows: Mapped[int | None] = mapped_column(Integer)
    good: Mapped[int | None] = mapped_column(Integer)
    bad: Mapped[int | None] = mapped_column(Integer)
    known: Mapped[int | None] = mapped_column(Integer)  # there already when it was checked
    stored: Mapped[int | None] = mapped_column(Integer)  # rows taken over
    job_id: Mapped[str | None] = mapped_column(String(32))
    by: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime] = mapped_column(UtcTime())
    imported_at: Mapped[datetime | None] = mapped_column(UtcTime())
    imported_by: Mapped[str | None] = mapped_column(String(32))
    forgotten_at: Mapped[datetime | None] = mapped_column(UtcTime())
    row_version: Mapped[int] = mapped_column(Integer, default=1)

    __table_args__ = (Index("ix_uploads_at", "at", "id"), Index("ix_uploads_sha256", "sha256"))
    __mapper_args__ = {"version_id_col": row_version}


class ImportMapping(Base):
    """Which heading of a list answers which field, as somebody chose it: used again for a list with these headings.

    `columns` holds by heading the field's reference (its id, which outlives a renaming), or null where it is left out.
    """

    __tablename__ = "import_mappings"
    __silent__ = True  # a convenience about no business fact; every import says in its entry how it read its columns

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    target: Mapped[str] = mapped_column(String(80))  # which list: customers, items, records/<book>
    heads: Mapped[str] = mapped_column(String(64))  # SHA-256 of the headings, whatever their order
    columns: Mapped[dict[str, Any]] = mapped_column(Json())
    by: Mapped[str] = mapped_column(String(32))
    used_at: Mapped[datetime] = mapped_column(UtcTime())

    __table_args__ = (UniqueConstraint("target", "heads"),)


class ImportRow(Base):
    """What an import under way has written, so that stopping it can take that back; gone once it has ended.

    `before` holds what stood there, null where the row is new; `version` is what the import left: who changed it since
    keeps what they wrote.
    """

    __tablename__ = "import_rows"
    __silent__ = True  # follows from the rows, whose changes are recorded

    upload_id: Mapped[str] = mapped_column(ForeignKey("uploads.id", ondelete="CASCADE"), primary_key=True)
    row_id: Mapped[str] = mapped_column(Id, primary_key=True)
    version: Mapped[int] = mapped_column(Integer)
    before: Mapped[dict[str, Any] | None] = mapped_column(Json())
