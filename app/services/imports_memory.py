"""What people said about the columns of lists: remembered by list and headings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access import Missing
from app.db import insert_into, new_id
from app.models.people import User
from app.models.upload import ImportMapping
from app.services.imports_columns import LONGEST_HEADING, digest
from app.services.imports_rows import cell_text
from app.services.sheets import Book
from app.work import Work

LONGEST_LINE = 80  # letters of how a row begins
MOST = 50  # choices kept for one list; the one unused for longest goes first
SHEETS, ROWS, TEXT = 10, 16, LONGEST_HEADING  # how much of a file is kept for a person who says what its columns are


@dataclass(frozen=True, slots=True)
class Remembered:
    """One choice: how many columns of which headings it matches, whose it is, and when it was used last."""

    id: str
    columns: Mapping[str, str | None]
    by: str
    used_at: datetime


def recall(session: Session, target: str, keys: Mapping[str, str]) -> dict[str, dict[str, str | None]]:
    """The choices for one list: by the digest of a set of headings, key by heading. `keys` are by reference.

    A field that is gone leaves its column out; a renamed one is found by its id.
    """
    return {
        row.heads: {name: keys.get(told or "") for name, told in row.columns.items()}
        for row in _rows(session, target)
    }


def words(session: Session, target: str, keys: Mapping[str, str]) -> dict[str, str]:
    """What single headings were last said to mean, for a list whose headings as a whole are new."""
    found: dict[str, str] = {}
    for row in _rows(session, target):  # the newest first
        for name, told in row.columns.items():
            if told in keys:
                found.setdefault(name, keys[told])
    return found


def _rows(session: Session, target: str) -> list[ImportMapping]:
    query = select(ImportMapping).where(ImportMapping.target == target)
    return list(session.scalars(query.order_by(ImportMapping.used_at.desc(), ImportMapping.id)))


def remember(work: Work, target: str, columns: Mapping[str, str | None]) -> None:
    """Keep a choice, reference by heading; the same headings have one choice, the last."""
    values = {"columns": dict(columns), "by": work.actor.id, "used_at": work.now}
    heads = digest(columns)
    statement = insert_into(work.session, ImportMapping).values(id=new_id(), target=target, heads=heads, **values)
    place = [ImportMapping.target, ImportMapping.heads]
    work.session.execute(statement.on_conflict_do_update(index_elements=place, set_=values))
    for row in _rows(work.session, target)[MOST:]:
        work.session.delete(row)


def used(work: Work, target: str, heads: str) -> None:
    """Note that a choice served again."""
    query = select(ImportMapping).where(ImportMapping.target == target, ImportMapping.heads == heads)
    row = work.session.scalar(query)
    if row is not None:
        row.used_at = work.now


def forget(work: Work, mapping_id: str, target: str) -> None:
    """Drop one choice of a list."""
    row = work.session.get(ImportMapping, mapping_id)
    if row is None or row.target != target:
        raise Missing("import_mapping", mapping_id)
    work.session.delete(row)


def lines(session: Session, target: str) -> list[Remembered]:
    """The choices of one list, the last used first."""
    query = select(ImportMapping, User.name).outerjoin(User, User.id == ImportMapping.by)
    query = query.where(ImportMapping.target == target).order_by(ImportMapping.used_at.desc(), ImportMapping.id)
    return [
        Remembered(row.id, row.columns, name or row.by, row.used_at) for row, name in session.execute(query)
    ]


def table(book: Book) -> list[dict[str, Any]]:
    """The first rows of each visible sheet as short texts: what a person sees who says what the columns are."""
    return [
        {
            "sheet": sheet,
            "name": name,
            "rows": [[row.number, [_text(cell) for cell in row.cells]] for row in book.peek(sheet, ROWS)],
        }
        for sheet, name in list(book.sheets.items())[:SHEETS]
    ]


def heads(pages: Iterable[Mapping[str, Any]]) -> tuple[tuple[int, str, int, str], ...]:
    """Rows of a `table` that could hold the headings: sheet, its name, row number, how the row begins."""
    return tuple(
        (page["sheet"], page["name"], number, _beginning([cell for cell in cells if cell]))
        for page in pages
        for number, cells in page["rows"]
    )


def _beginning(cells: Sequence[str]) -> str:
    """The first cells as a line; a cell is not cut in two, unless it is the only one that would stand there."""
    line = ""
    for cell in cells:
        longer = f"{line} · {cell}" if line else cell
        if len(longer) > LONGEST_LINE:
            return f"{line} · …" if line else f"{longer[:LONGEST_LINE]}…"
        line = longer
    return line



def _text(cell: Any) -> str | None:
    text = cell_text(cell)
    return None if text is None else text[:TEXT]
