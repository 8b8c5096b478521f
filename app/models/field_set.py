"""The library of fields: what admins keep of one form to use it in others."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Id, Json, UtcTime, new_id


class FieldSet(Base):
    """Some fields of a form, or a whole section, as they were when somebody kept them; forms get copies.

    `body` is a small form by itself: one section, and the rules and checks about its fields alone. A row never changes:
    keeping another under the same name ends this one, so that what was once offered can still be read.
    """

    __tablename__ = "field_sets"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    name: Mapped[dict[str, str]] = mapped_column(Json())
    whole: Mapped[bool] = mapped_column()  # a section of its own, else fields for a section that is there
    body: Mapped[dict[str, Any]] = mapped_column(Json())
    form: Mapped[str] = mapped_column(String(60))  # key of the form it was kept from
    kept_by: Mapped[str] = mapped_column(String(32))
    kept_at: Mapped[datetime] = mapped_column(UtcTime())
    ended_at: Mapped[datetime | None] = mapped_column(UtcTime())

    __table_args__ = (Index("ix_field_sets_ended_at", "ended_at", "kept_at"),)
