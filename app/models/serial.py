"""Serial numbers of forms: how far each counter got, and every number that was ever given."""

from __future__ import annotations

from sqlalchemy import Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class SerialCounter(Base):
    """The last count of one field in one period, taken inside the transaction using it: gaps may be, repeats never."""

    __tablename__ = "serial_counters"
    __silent__ = True

    form: Mapped[str] = mapped_column(String(60), primary_key=True)  # key of the Form, whatever its version
    field: Mapped[str] = mapped_column(String(32), primary_key=True)  # id of the field, whatever its key
    period: Mapped[str] = mapped_column(String(10), primary_key=True)  # 2026-11, empty where counting never starts anew
    value: Mapped[int] = mapped_column(Integer)


class SerialNumber(Base):
    """A number that was given, so that no later pattern of the field can spell it again."""

    __tablename__ = "serial_numbers"
    __silent__ = True

    form: Mapped[str] = mapped_column(String(60), primary_key=True)
    field: Mapped[str] = mapped_column(String(32), primary_key=True)
    text: Mapped[str] = mapped_column(String(120), primary_key=True)
