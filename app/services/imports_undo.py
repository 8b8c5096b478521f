"""An import that is stopped: what its job had written is taken back, row by row, unless somebody touched it since."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, func, insert, select, tuple_
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.access import Conflict, Missing
from app.models.credit import ExposureItem
from app.models.upload import ImportRow
from app.services import customers, limits, records
from app.work import Work
from rules import Invalid

ITEM_COLUMNS = (
    "customer_id", "amount", "currency", "amount_cny", "rate", "rate_on", "issued_on", "due_on", "ships_on",
    "imported_at", "open",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Written:
    """One row an import wrote: its id, the version it left, and what stood there before, None where it is new."""

    id: str
    version: int
    before: Mapping[str, Any] | None = None


def note(work: Work, upload_id: str, written: Iterable[Written]) -> None:
    """Remember what a batch wrote, in the transaction that wrote it."""
    rows = [
        {"upload_id": upload_id, "row_id": each.id, "version": each.version, "before": each.before} for each in written
    ]
    if rows:
        work.session.execute(insert(ImportRow), rows)


def left(session: Session, upload_id: str) -> int:
    """How many rows could still be taken back."""
    return session.scalar(select(func.count()).where(ImportRow.upload_id == upload_id)) or 0


def clear(work: Work, upload_id: str) -> None:
    """The import is whole: nothing of it is taken back any more."""
    work.session.execute(delete(ImportRow).where(ImportRow.upload_id == upload_id))


def take_back(work: Work, upload_id: str, kind: str, book: str | None, most: int) -> tuple[int, int]:
    """Take the next rows back, the last written first; returns how many were taken back and how many stay.

    A row stays that somebody changed since, or that others refer to by now.
    """
    query = select(ImportRow).where(ImportRow.upload_id == upload_id).order_by(ImportRow.row_id.desc()).limit(most)
    rows = list(work.session.scalars(query))
    act = {"customers": _customer, "records": _record(book or ""), "items": _item}[kind]
    taken = 0
    touched: set[str] = set()
    for row in rows:
        try:
            with work.session.begin_nested():
                touched |= act(work, row)
            taken += 1
        except (Missing, Conflict, Invalid, IntegrityError):
            continue
    if touched:
        work.session.flush()
        limits.refresh_exposure(work, sorted(touched))
    ids = [row.row_id for row in rows]
    work.session.execute(delete(ImportRow).where(ImportRow.upload_id == upload_id, ImportRow.row_id.in_(ids)))
    return taken, len(rows) - taken


def _customer(work: Work, row: ImportRow) -> set[str]:
    customers.withdraw(work, row.row_id, row.version)
    return set()


def _record(book: str) -> Callable[[Work, ImportRow], set[str]]:
    def act(work: Work, row: ImportRow) -> set[str]:
        if row.before is None:
            records.withdraw(work, book, row.row_id, row.version)
        else:
            records.change(work, book, row.row_id, row.version, row.before["answers"], row.before["accepted"])
        return set()

    return act


# open items, which have no versions: the moment they were written tells whether they are still as they were left ------


def items_before(session: Session, keys: Sequence[tuple[str, str, str]]) -> dict[tuple[str, str, str], dict[str, Any]]:
    """What stands under these sources, categories and documents, as it is put back."""
    found = _items(session, keys)
    return {key: {name: _told(getattr(row, name)) for name in ITEM_COLUMNS} for key, row in found.items()}


def items_written(
    session: Session, keys: Sequence[tuple[str, str, str]], before: Mapping[tuple[str, str, str], dict[str, Any]]
) -> list[Written]:
    """The rows under these keys, each with what stood there and when it was written."""
    out = []
    for key, row in _items(session, keys).items():
        now = {name: _told(getattr(row, name)) for name in ITEM_COLUMNS}
        if now != before.get(key):
            out.append(Written(row.id, 0, {"at": now["imported_at"], "row": before.get(key)}))
    return out


def _items(session: Session, keys: Sequence[tuple[str, str, str]]) -> dict[tuple[str, str, str], ExposureItem]:
    place = tuple_(ExposureItem.source, ExposureItem.category, ExposureItem.document)
    rows = session.scalars(select(ExposureItem).where(place.in_(keys))).all() if keys else []
    return {(row.source, row.category, row.document): row for row in rows}


def _item(work: Work, row: ImportRow) -> set[str]:
    item, told = work.session.get(ExposureItem, row.row_id), row.before or {}
    if item is None or item.imported_at.isoformat() != told["at"]:
        raise Missing("exposure_item", row.row_id)
    touched = {item.customer_id}
    if told["row"] is None:
        work.session.delete(item)
    else:
        for name, value in told["row"].items():
            setattr(item, name, _read(name, value))
        touched.add(item.customer_id)
    work.session.flush()
    return touched


def _told(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if isinstance(value, date) else value


def _read(name: str, value: Any) -> Any:
    if value is None or name in ("customer_id", "currency", "open"):
        return value
    if name == "imported_at":
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if name.endswith("_on") else Decimal(value)
