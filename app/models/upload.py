"""An uploaded list on its way in: kept as checked, so that what was previewed is exactly what is imported."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, LargeBinary, String
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
    kind: Mapped[str] = mapped_column(String(20))  # customers, items, records
    book: Mapped[str | None] = mapped_column(String(60))  # key of the form whose records these are
    filename: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    report: Mapped[dict[str, Any]] = mapped_column(Json(), default=dict, deferred=True)
    form_id: Mapped[str | None] = mapped_column(ForeignKey("definitions.id"))  # the version it is checked against
    status: Mapped[str] = mapped_column(String(10), default="checked")  # or checking, refused, importing, imported
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
