"""Files people attach: what is known of each content, who sent it in, and which records hold it.

The contents themselves are no rows: they lie under CREDENCE_HOME/files by their hash.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Id, UtcTime, new_id


class StoredFile(Base):
    """One content, kept once however often it is sent in."""

    __tablename__ = "files"

    hash: Mapped[str] = mapped_column(String(64), primary_key=True)  # SHA-256
    size: Mapped[int] = mapped_column(BigInteger)
    type: Mapped[str] = mapped_column(String(100))  # media type by content
    width: Mapped[int | None] = mapped_column(Integer)
    height: Mapped[int | None] = mapped_column(Integer)
    stored_at: Mapped[datetime] = mapped_column(UtcTime())


class FileUpload(Base):
    """One person's sending in of a content, under the name it had there; only that person may attach it.

    `attached_at` says when it became part of a record; what never does is forgotten.
    """

    __tablename__ = "file_uploads"
    __silent__ = True  # the content's own entry says that it came; attaching is part of the record's entry

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    hash: Mapped[str] = mapped_column(ForeignKey("files.hash"))
    name: Mapped[str] = mapped_column(String(120))
    by: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime] = mapped_column(UtcTime())
    attached_at: Mapped[datetime | None] = mapped_column(UtcTime())

    __table_args__ = (
        Index("ix_file_uploads_by", "by", "hash"),
        Index("ix_file_uploads_hash", "hash"),
        Index("ix_file_uploads_waiting", "attached_at", "at"),
    )


class FileHolder(Base):
    """That a record holds, or once held, a content; the first such row tells where it was attached first."""

    __tablename__ = "file_holders"
    __silent__ = True  # follows from the record's answers, whose change is recorded

    hash: Mapped[str] = mapped_column(ForeignKey("files.hash"), primary_key=True)
    subject_type: Mapped[str] = mapped_column(String(20), primary_key=True)
    subject_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    by: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime] = mapped_column(UtcTime())
