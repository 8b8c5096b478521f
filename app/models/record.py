"""The records of admin-defined Forms that keep a book, and the values by which their lists are sorted and found."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Id, Json, Money, UtcTime, new_id

KEPT, REMOVED = "kept", "removed"
CUSTOMERS = "$customers"  # no key of a form can be this


class Record(Base):
    """One line of a book: the answers of its Form as stored, under the version that checked them last.

    A removed record leaves lists, Facts and uniqueness; its answers and its history stay, and it can come back.
    """

    __tablename__ = "records"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    book: Mapped[str] = mapped_column(String(60))  # key of the Form, whatever its version
    form_id: Mapped[str] = mapped_column(ForeignKey("definitions.id"))
    title: Mapped[str] = mapped_column(String(200))  # what the first column of the list says, for links and names
    sort_title: Mapped[str] = mapped_column(String(400))  # pinyin, for search
    customer_id: Mapped[str | None] = mapped_column(ForeignKey("customers.id"))
    owner_id: Mapped[str | None] = mapped_column(ForeignKey("users.id"))
    department_id: Mapped[str | None] = mapped_column(ForeignKey("departments.id"))
    answers: Mapped[dict[str, Any]] = mapped_column(Json())
    status: Mapped[str] = mapped_column(String(10), default=KEPT)
    source: Mapped[str] = mapped_column(String(40))
    created_at: Mapped[datetime] = mapped_column(UtcTime())
    changed_at: Mapped[datetime] = mapped_column(UtcTime())
    row_version: Mapped[int] = mapped_column(Integer, default=1)

    __table_args__ = (
        Index("ix_records_book_changed", "book", "status", "changed_at", "id"),
        Index("ix_records_book_title", "book", "status", "sort_title", "title", "id"),  # a search reads nothing else
        Index("ix_records_book_owner", "book", "owner_id"),
        Index("ix_records_customer", "customer_id", "book"),
    )
    __mapper_args__ = {"version_id_col": row_version}


class Projection(Base):
    """A field of a book by which lists sort and find: a small number that stands for (book, field id) in every value.

    `CUSTOMERS` in place of a book stands for the fields by which a formula tells who reaches a customer.

    `sort` is ``text`` or ``number``. While `built` is false its values are still being written for older records, and
    lists do without it.
    """

    __tablename__ = "projections"
    __silent__ = True  # follows from the published Form

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    book: Mapped[str] = mapped_column(String(60))
    field: Mapped[str] = mapped_column(String(32))
    sort: Mapped[str] = mapped_column(String(10))
    built: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (UniqueConstraint("book", "field", "sort"),)


class RecordValue(Base):
    """One projected value of a record; a field of several values has several, numbered from 0.

    A record without a value has one line that holds neither text nor number, so that a list sorted by the field has
    every record along one index.
    """

    __tablename__ = "record_values"
    __silent__ = True  # follows from the record, whose change is recorded

    record_id: Mapped[str] = mapped_column(ForeignKey("records.id"), primary_key=True)
    projection_id: Mapped[int] = mapped_column(ForeignKey("projections.id"), primary_key=True)
    place: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    # By code points in every database: what begins alike stands together, and lists go in one order everywhere.
    text: Mapped[str | None] = mapped_column(String(200).with_variant(String(200, collation="C"), "postgresql"))
    number: Mapped[Decimal | None] = mapped_column(Money())

    __table_args__ = (
        Index("ix_record_values_text", "projection_id", "text", "record_id"),
        Index("ix_record_values_number", "projection_id", "number", "record_id"),
    )


class RecordUnique(Base):
    """The hold a kept record has on a value that may be there once: in the book, or for one customer in it."""

    __tablename__ = "record_uniques"
    __silent__ = True  # follows from the record, whose change is recorded

    projection_id: Mapped[int] = mapped_column(ForeignKey("projections.id"), primary_key=True)
    scope: Mapped[str] = mapped_column(String(32), primary_key=True)  # id of the customer, or empty
    value: Mapped[str] = mapped_column(String(200), primary_key=True)
    record_id: Mapped[str] = mapped_column(ForeignKey("records.id"), index=True)


class SavedView(Base):
    """How one person likes to see a list: its filters and order under a name."""

    __tablename__ = "saved_views"
    __silent__ = True  # a convenience of one person, about no business fact

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"))
    place: Mapped[str] = mapped_column(String(80))  # which list: book/contracts
    name: Mapped[str] = mapped_column(String(60))
    query: Mapped[dict[str, Any]] = mapped_column(Json())

    __table_args__ = (UniqueConstraint("user_id", "place", "name"),)
