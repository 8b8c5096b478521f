"""The books that published Forms keep, and the fields by which their lists are sorted and found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.access import Forbidden, Missing, Viewer
from app.db import insert_into
from app.models.definition import PUBLISHED, Definition
from app.models.record import KEPT, Projection, Record
from app.queries.scope import RECORD_RIGHTS, reach, unseen
from app.services import jobs
from app.services.definition_checks import compiled, published
from app.work import Work
from forms import Form
from forms.book import Act, Book

BUILD = "records.project"  # the job that writes the values of a new projection for older records
# In the notes of a session, for its one transaction: the books it found and their projections. Lists of thousands of
# rows ask for them with every row.
FOUND, PROJECTED = "books found", "books projected"


@dataclass(frozen=True, slots=True)
class Shelf:
    """One book: the published version of its Form, and how that keeps records."""

    row: Definition
    form: Form
    book: Book

    @property
    def key(self) -> str:
        return self.row.key

    @property
    def title(self) -> Mapping[str, str]:
        return self.row.title


def shelf_of(row: Definition) -> Shelf | None:
    """The book a version of a Form keeps, None where it keeps none."""
    form: Form = compiled(row)
    return None if form.book is None else Shelf(row, form, form.book)


def find(session: Session, key: str) -> Shelf:
    """A book in force; Missing where the form is not published or keeps none."""
    known: dict[str, Shelf] = session.info.setdefault(FOUND, {})
    if key not in known:
        row = published(session, "form", key)
        found = None if row is None else shelf_of(row)
        if found is None:
            raise Missing("book", key)
        known[key] = found
    return known[key]


def open_to(session: Session, viewer: Viewer, key: str, act: Act = "read") -> Shelf:
    """A book this person may `act` in: Missing where they may not even read it, Forbidden where only the act is not."""
    found = find(session, key)
    if reach(viewer, found.book, "read") is None:
        raise Missing("book", key)
    if reach(viewer, found.book, act) is None:
        raise Forbidden(RECORD_RIGHTS[act])
    return found


def readable(session: Session, viewer: Viewer) -> list[Shelf]:
    """The books this person may read, by key."""
    query = select(Definition).where(Definition.kind == "form", Definition.status == PUBLISHED)
    rows = session.scalars(query.order_by(Definition.key))
    found = (shelf_of(row) for row in rows if row.body.get("book") is not None)
    return [each for each in found if each is not None and reach(viewer, each.book, "read") is not None]


def projections(session: Session, shelf: Shelf) -> dict[str, Projection]:
    """By field key, the projections of a book as far as they exist; a field that changed its sort has a new one."""
    held: dict[str, dict[str, Projection]] = session.info.setdefault(PROJECTED, {})
    if shelf.row.id not in held:
        held[shelf.row.id] = _projections(session, shelf)
    return held[shelf.row.id]


def _projections(session: Session, shelf: Shelf) -> dict[str, Projection]:
    wanted = {(shelf.form.fields[key].id, str(sort)): key for key, sort in shelf.book.projected.items()}
    rows = session.scalars(select(Projection).where(Projection.book == shelf.key))
    return {wanted[row.field, row.sort]: row for row in rows if (row.field, row.sort) in wanted}


def sortable(session: Session, viewer: Viewer, shelf: Shelf) -> dict[str, Projection]:
    """The projections that this person's lists may be sorted and narrowed by."""
    hidden = unseen(viewer, shelf.book)
    return {key: row for key, row in projections(session, shelf).items() if key not in hidden}


def prepare(work: Work, row: Definition) -> None:
    """What a Form that is published now needs for its book; older records get their new values by a job."""
    _forget(work.session)
    shelf = shelf_of(row)
    if shelf is None:
        return
    empty = work.session.scalar(select(Record.id).where(Record.book == shelf.key).limit(1)) is None
    known = _projections(work.session, shelf)
    fresh = [key for key in shelf.book.projected if key not in known]
    for key in fresh:
        values = {"book": shelf.key, "field": shelf.form.fields[key].id, "sort": shelf.book.projected[key]}
        statement = insert_into(work.session, Projection).values(**values, built=empty)
        work.session.execute(statement.on_conflict_do_nothing())
    if not empty:
        query = select(func.count()).select_from(Record).where(Record.book == shelf.key, Record.status == KEPT)
        total = work.session.scalar(query)
        jobs.queue(work, BUILD, {"book": shelf.key}, total=total, unique_key=f"{BUILD}/{row.id}")


def built(work: Work, key: str) -> None:
    """Every record of the book has its values: its lists may use all projections of the Form in force."""
    shelf = find(work.session, key)
    for row in projections(work.session, shelf).values():
        row.built = True


def _forget(session: Session) -> None:
    """What was found in this transaction is no longer so."""
    for notes in (FOUND, PROJECTED):
        session.info.pop(notes, None)
