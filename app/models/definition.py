"""Definitions: everything admins author, as JSON documents with one lifecycle."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Id, Json, UtcTime, new_id

DRAFT, PUBLISHED, RETIRED = "draft", "published", "retired"


class Definition(Base):
    """One version of one document. Only a draft's body changes; the database itself refuses anything else (trigger).

    `unread` holds the text of a draft's body or layout as typed while no document can be read of it, by that name; the
    column of the same name then holds what could be read last.
    """

    __tablename__ = "definitions"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(String(20))
    key: Mapped[str] = mapped_column(String(60))
    version: Mapped[int] = mapped_column(Integer)
    status: Mapped[str] = mapped_column(String(10), default=DRAFT)
    title: Mapped[dict[str, str]] = mapped_column(Json())
    body: Mapped[dict[str, Any]] = mapped_column(Json())
    layout: Mapped[dict[str, Any]] = mapped_column(Json(), default=dict)
    unread: Mapped[dict[str, str]] = mapped_column(Json(), default=dict, server_default="{}")
    fingerprint: Mapped[str | None] = mapped_column(String(71))
    links: Mapped[dict[str, Any]] = mapped_column(Json(), default=dict)  # pinned at publishing: place -> version
    based_on: Mapped[int | None] = mapped_column(Integer)
    authors: Mapped[list[str]] = mapped_column(Json(), default=list)  # ids of all who wrote in this version
    row_version: Mapped[int] = mapped_column(Integer, default=1)
    created_by: Mapped[str] = mapped_column(String(32))
    created_at: Mapped[datetime] = mapped_column(UtcTime())
    saved_by: Mapped[str] = mapped_column(String(32))
    saved_at: Mapped[datetime] = mapped_column(UtcTime())
    published_by: Mapped[str | None] = mapped_column(String(32))
    published_at: Mapped[datetime | None] = mapped_column(UtcTime())
    retired_at: Mapped[datetime | None] = mapped_column(UtcTime())

    __table_args__ = (
        UniqueConstraint("kind", "key", "version"),
        Index(
            "uq_definitions_one_published",
            "kind",
            "key",
            unique=True,
            sqlite_where=text("status = 'published'"),
            postgresql_where=text("status = 'published'"),
        ),
    )
    __mapper_args__ = {"version_id_col": row_version}


class DefinitionUse(Base):
    """A published Definition named by another: the link that publishing checked and pinned."""

    __tablename__ = "definition_uses"
    __silent__ = True  # written together with the publication that is recorded

    user_id: Mapped[str] = mapped_column(ForeignKey("definitions.id"), primary_key=True)
    used_id: Mapped[str] = mapped_column(ForeignKey("definitions.id"), primary_key=True, index=True)
