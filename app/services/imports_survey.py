"""A whole uploaded list, checked: the same walk over its rows for the preview, the taking over and the result file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any, Protocol

from sqlalchemy.orm import Session

from app import gallery
from app.access import Missing, Viewer
from app.models.definition import Definition
from app.models.upload import Upload
from app.services import books, customer_files, definitions, sheets
from app.services.books import Shelf
from app.services.imports_columns import Matched, match
from app.services.imports_customers import Customers
from app.services.imports_items import Items
from app.services.imports_records import Records
from app.services.imports_rows import Checked, RowCheck, fields_of
from app.services.lookups import Lookups
from app.work import Work
from forms import Field, Form, compile_form
from rules import Invalid
from rules.problem import errors

CUSTOMERS, ITEMS, RECORDS = "customers", "items", "records"
KINDS = (CUSTOMERS, ITEMS)  # lists of the house; those of records are of one book each
BATCH = 500
MOST_FINDINGS = 2000


@dataclass(frozen=True, slots=True)
class Kind:
    """What a list holds: its forms (for customers and records first the published one, whose version stays pinned),
    headings, and the book its rows go into."""

    key: str
    forms: tuple[Form, ...]
    document: Mapping[str, Any]
    form_row: Definition | None = None
    shelf: Shelf | None = None

    @property
    def fields(self) -> dict[str, Field]:
        """Every field a column can answer; what identifies a row stands first."""
        return fields_of(self.forms[::-1])


def kind_of(session: Session, key: str, form_id: str | None = None, book: str | None = None) -> Kind:
    """The kind of list called `key`, with the form version `form_id` or the one in force."""
    if key not in (*KINDS, RECORDS):
        raise Missing("upload", key)
    document = gallery.read(f"imports/{key}")
    own = compile_form(document["body"])
    if key == ITEMS:
        return Kind(key, (own,), document)
    if form_id is not None:
        found = session.get(Definition, form_id)
        if found is None:
            raise Missing("definition", form_id)
        row, form = found, definitions.compiled(found)
    elif key == CUSTOMERS:
        row, form = customer_files.form_in_force(session)
    else:
        shelf = books.find(session, book or "")
        row, form = shelf.row, shelf.form
    return Kind(key, (form, own), document, row, books.shelf_of(row) if key == RECORDS else None)


def kind_of_upload(session: Session, row: Upload) -> Kind:
    """What an uploaded list was checked as."""
    return kind_of(session, row.kind, row.form_id, row.book)


class Taker(Protocol):
    """What is particular to one kind of list."""

    def once(self, row: Checked) -> None: ...
    def meet(self, session: Session, viewer: Viewer | None, rows: Sequence[Checked]) -> None: ...
    def store(self, work: Work, rows: Sequence[Checked]) -> tuple[int, int]: ...


@dataclass(frozen=True, slots=True)
class Walk:
    """The rows of one opened file in order, a batch at a time, checked but not yet met with what is on file."""

    book: sheets.Book
    matched: Matched
    check: RowCheck
    taker: Taker

    def batches(self, size: int = BATCH) -> Iterator[list[Checked]]:
        rows = iter(self.book.rows(self.matched.sheet, self.matched.header))
        while found := [self.check.check(row) for row in islice(rows, size)]:
            for row in found:
                self.taker.once(row)
            yield found

    def count(self) -> int:
        """How many rows stand below the header."""
        return sum(1 for _ in self.book.rows(self.matched.sheet, self.matched.header))


@contextmanager
def walking(
    session: Session, viewer: Viewer | None, kind: Kind, content: bytes, filename: str, now: datetime
) -> Iterator[Walk]:
    """Open a file as a list of `kind`; `now` carries the business zone. Invalid when no row of it can be read."""
    with sheets.opened(content, filename) as book:
        matched = match(book, kind.fields, kind.document["aliases"])
        if errors(matched.problems):
            raise Invalid(matched.problems)
        codes = frozenset(kind.document["codes"])
        check = RowCheck(kind.forms, matched, codes, book.typed, now, Lookups(session, viewer))
        yield Walk(book, matched, check, _taker(kind, matched, now))


def _taker(kind: Kind, matched: Matched, now: datetime) -> Taker:
    if kind.shelf is not None:
        return Records(kind.shelf, matched.known)
    return Customers(kind.forms[0], matched.known) if kind.key == CUSTOMERS else Items(matched.known, now.date())


@dataclass(slots=True)
class Report:
    """What a survey found: how many rows of each fate, findings of each level, and the findings as far as they fit."""

    matched: Matched
    hidden: tuple[str, ...]
    fates: Counter[str] = field(default_factory=Counter)
    levels: Counter[str] = field(default_factory=Counter)
    findings: list[dict[str, Any]] = field(default_factory=list)

    @property
    def rows(self) -> int:
        return self.fates.total()

    def add(self, rows: Sequence[Checked]) -> None:
        for row in rows:
            self.fates[row.fate] += 1
            for finding in row.findings:
                self.levels[finding.level] += 1
                if len(self.findings) < MOST_FINDINGS:
                    self.findings.append(finding.to_json())

    def to_json(self) -> dict[str, Any]:
        """As it is kept with the upload."""
        return {
            "sheet": self.matched.name,
            "header": self.matched.header,
            "hidden": list(self.hidden),
            "columns": [
                {"letter": column.letter, "heading": column.heading, "key": column.key}
                for column in self.matched.columns
            ],
            "file": [problem.to_json() for problem in self.matched.problems],
            "fates": dict(sorted(self.fates.items())),
            "levels": dict(sorted(self.levels.items())),
            "findings": self.findings,
            "left_out": self.levels.total() - len(self.findings),
        }


def survey(session: Session, viewer: Viewer | None, walk: Walk) -> Iterator[Report]:
    """The report as it grows, batch by batch; the last one is whole."""
    report = Report(walk.matched, walk.book.hidden)
    for rows in walk.batches():
        walk.taker.meet(session, viewer, rows)
        report.add(rows)
        yield report
    if not report.rows:
        yield report
