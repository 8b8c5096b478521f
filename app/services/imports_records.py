"""Records of a book from an uploaded list: which one a row is about, what it would change, and taking rows over."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access import Conflict, Viewer
from app.models.customer import Customer
from app.models.record import KEPT, Record, RecordUnique
from app.queries.scope import records_in_scope, unwritable
from app.services import books, records
from app.services.books import Shelf
from app.services.imports_columns import Column
from app.services.imports_first import First
from app.services.imports_rows import Checked
from app.services.imports_undo import Written
from app.services.record_values import hold_of
from app.work import Work
from forms import Field
from rules import Invalid, Problem

SOURCE = "import"
IDENTITY = "our_record_id"


class Records:
    """One file's records. `once` sees every row in order; `meet` and `store` see a few hundred at a time.

    A row is about the record of its identity, else about the one that holds its value of the book's key; without
    either it is a new one. Columns the file does not have keep their answers; an empty cell empties its answer.
    """

    def __init__(self, shelf: Shelf, columns: Mapping[str, Column]) -> None:
        self._shelf = shelf
        self._columns = columns
        self._once = [f for f in shelf.form.asked if f.unique and f.key in columns]
        self._first = First()
        self.written: list[Written] = []

    def once(self, row: Checked) -> None:
        """The first row with a value that may be there once has it, even if it is rejected."""
        for field in (*self._once, *([None] if IDENTITY in self._columns else [])):
            key = IDENTITY if field is None else field.key
            value = row.values.get(IDENTITY) if field is None else self._hold(row, field)
            if value is None:
                continue
            first = self._first.row(row.number, key, str(value))
            if first != row.number:
                params = {"value": row.values.get(key), "first": first, "column": self._columns[key].heading}
                row.add(Problem("import.value_repeated", "", params), self._columns[key])

    def _hold(self, row: Checked, field: Field) -> str | None:
        if field.unique == "customer" or not row.answers:
            return None  # which customer's, the book itself knows; it is asked when the row is taken over
        return hold_of(field, row.stored.get(field.key))

    def meet(self, session: Session, viewer: Viewer | None, rows: Sequence[Checked]) -> None:
        """What a row would do: enter, change, or nothing since the record says the same already."""
        waiting = [row for row in rows if row.fate == "good"]
        found = self._records(session, viewer, waiting)
        locked = unwritable(viewer, self._shelf.book) if viewer is not None else frozenset()
        for row in waiting:
            row.values["record"] = None
            identity = row.values.get(IDENTITY)
            record = found.get(identity or "") or found.get(self._key(row) or "")
            if identity is not None and record is None:
                row.add(Problem("import.record_unknown", "", {"value": identity}), self._columns[IDENTITY])
                continue
            changed = self._changed(row, record)
            for key in sorted(changed & locked):
                row.add(self._shelf.form.fields[key].problem("field.not_editable"), self._columns.get(key))
            if record is not None and not changed:
                params = {"title": record.title, "book": self._shelf.key, "record": record.id}
                row.add(Problem("import.record_same", "", params), None, "known")
            elif record is not None:
                row.values["record"] = (record.id, record.row_version)

    def _key(self, row: Checked) -> str | None:
        key = self._shelf.book.key
        if key is None or key not in self._columns:
            return None
        hold = hold_of(self._shelf.form.fields[key], row.stored.get(key))
        return None if hold is None else f"key:{hold}"

    def _changed(self, row: Checked, record: Record | None) -> set[str]:
        """Keys whose answers the row would change."""
        given = row.stored
        before = record.answers if record is not None else {}
        mine = (f for f in self._shelf.form.asked if f.key in self._columns)
        return {f.key for f in mine if (given.get(f.key) or None) != (before.get(f.key) or None)}

    def _records(self, session: Session, viewer: Viewer | None, rows: Sequence[Checked]) -> dict[str, Record]:
        """Kept records within reach, by id and by ``key:`` and their value of the book's key."""
        ids = {row.values[IDENTITY] for row in rows if row.values.get(IDENTITY)}
        keys = {each.removeprefix("key:") for row in rows if (each := self._key(row)) is not None}
        named = self._held(session, keys)
        if not ids and not named:
            return {}
        query = select(Record).where(Record.book == self._shelf.key, Record.status == KEPT)
        if viewer is not None:
            query = records_in_scope(query, viewer, self._shelf.key, self._shelf.book, "write")
        there = {row.id: row for row in session.scalars(query.where(Record.id.in_({*ids, *named.values()})))}
        by_key = {f"key:{value}": there[record_id] for value, record_id in named.items() if record_id in there}
        return {id: there[id] for id in ids if id in there} | by_key

    def _held(self, session: Session, keys: Collection[str]) -> dict[str, str]:
        """Which record holds which of these values of the book's key.

        Asked by itself: joined with the records, a planner may begin with all of a customer's, who has ever more.
        """
        known = books.projections(session, self._shelf).get(self._shelf.book.key or "")
        if not keys or known is None:
            return {}
        query = select(RecordUnique.value, RecordUnique.record_id).where(
            RecordUnique.projection_id == known.id, RecordUnique.value.in_(keys)
        )
        return {row.value: row.record_id for row in session.execute(query)}

    def store(self, work: Work, rows: Sequence[Checked]) -> tuple[int, int]:
        """Enter and change the good ones, each with its entry; returns how many, and how many the book refused.

        New ones are entered together; only where one of them is refused each goes by itself.
        """
        self.written = []
        good = [row for row in rows if row.fate == "good"]
        fresh = [row for row in good if row.values["record"] is None]
        named = {row.values.get(self._shelf.book.customer or "") for row in fresh}
        kept = work.session.scalars(select(Customer).where(Customer.id.in_(named))).all()  # held: each row asks for one
        count, refused = self._together(work, fresh), 0
        for row in good if not count else [row for row in good if row.values["record"] is not None]:
            try:
                with work.session.begin_nested():
                    self._store(work, row)
                count += 1
            except Invalid as invalid:
                refused += 1
                for problem in invalid.problems:
                    row.add(problem, self._columns.get(problem.path.removeprefix("/").partition("/")[0]))
            except Conflict as conflict:
                refused += 1
                row.add(Problem(conflict.code, params=conflict.params), None)
        del kept
        return count, refused

    def _together(self, work: Work, rows: Sequence[Checked]) -> int:
        """Enter new records at one go; 0 where the book refuses any of them, and none is entered then."""
        try:
            with work.session.begin_nested():
                sent = [self._sent(row) for row in rows]
                made = records.create_all(work, self._shelf.key, sent, source=SOURCE)
        except (Invalid, Conflict):
            return 0
        self.written += [Written(each.id, each.row_version) for each in made]
        return len(made)

    def _sent(self, row: Checked) -> tuple[dict[str, Any], list[str]]:
        """The raw answers of a row, and the checks its sender was shown."""
        answers = row.stored
        read = [f.problem.params["check"] for f in row.findings if f.level == "warning" and "check" in f.problem.params]
        return {key: answers.get(key) for key in self._columns if key in self._shelf.form.fields}, read

    def _store(self, work: Work, row: Checked) -> None:
        raw, read = self._sent(row)
        if row.values["record"] is None:
            [made] = records.create_all(work, self._shelf.key, [(raw, read)], source=SOURCE)
            self.written.append(Written(made.id, made.row_version))
            return
        record_id, version = row.values["record"]
        record = work.session.get(Record, record_id)
        answers = dict(record.answers) if record is not None else {}
        if records.change(work, self._shelf.key, record_id, version, raw, read) and record is not None:
            before = {key: answers.get(key) for key in raw}
            self.written.append(Written(record.id, record.row_version, {"answers": before, "accepted": read}))
