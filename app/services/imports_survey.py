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
from app.services import books, customer_files, definitions, imports_memory, sheets
from app.services.books import Shelf
from app.services.imports_columns import Given, Matched, Reader
from app.services.imports_customers import Customers
from app.services.imports_items import Items
from app.services.imports_records import Records
from app.services.imports_rows import Checked, RowCheck, fields_of
from app.services.imports_undo import Written
from app.services.lookups import Lookups, Remembering
from app.work import Work
from forms import Field, Form, compile_form
from forms.label import Label
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

    @property
    def filled(self) -> dict[str, Field]:
        """Fields a list shows and nobody fills in: computed ones and numbers given by the form."""
        mine = self.fields
        shown = (field for form in self.forms for field in form.asked if field.type != "subform")
        return {field.key: field for field in shown if field.key not in mine}

    @property
    def references(self) -> dict[str, str]:
        """By key how a field is remembered: by its id, which outlives a renaming; the house's own stand apart."""
        own = self.forms[-1].fields.values()
        published = self.forms[0].fields.values() if self.form_row is not None else ()
        return {**{field.key: field.id for field in published}, **{field.key: f"list.{field.id}" for field in own}}

    @property
    def target(self) -> str:
        """The list these rows go into, whatever the version of its form."""
        return f"{self.key}/{self.shelf.key}" if self.shelf is not None else self.key

    def reader(self, session: Session) -> Reader:
        """Who reads the columns of such a list, with what was chosen before."""
        keys = {reference: key for key, reference in self.references.items()}
        memory = imports_memory.recall(session, self.target, keys)
        return Reader(self.fields, self.document["aliases"], self.filled, memory)

    def given(self, mapping: Mapping[str, Any] | None) -> Given | None:
        """A choice of columns as it is kept with an upload."""
        if mapping is None:
            return None
        keys = {reference: key for key, reference in self.references.items()}
        columns = {int(place): keys.get(told or "") for place, told in mapping["columns"].items()}
        told = mapping.get("shifts")
        shifts = None if told is None else {int(place): power for place, power in told.items()}
        return Given(mapping["sheet"], mapping["header"], columns, shifts)


class Unmatched(Invalid):
    """Nobody knows what all columns mean; `report` is what a person needs to say it."""

    def __init__(self, matched: Matched, book: sheets.Book) -> None:
        super().__init__(matched.problems)
        self.report = {**told_columns(matched, {}), "hidden": list(book.hidden), "table": imports_memory.table(book)}


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

    written: list[Written]  # what the last `store` wrote

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
        return self.book.count(self.matched.sheet, self.matched.header)


@contextmanager
def walking(
    session: Session, viewer: Viewer | None, kind: Kind, content: bytes, filename: str, now: datetime, *,
    given: Given | None = None, asking: bool = False,
) -> Iterator[Walk]:  # fmt: skip
    """Open a file as a list of `kind`; `now` carries the business zone. Invalid when no row of it can be read.

    given   which column is which, where somebody said so
    asking  whether somebody can be asked: then Unmatched where a column is unknown, missing or double
    """
    with sheets.opened(content, filename) as book:
        matched = kind.reader(session).match(book, given)
        if asking and given is None and matched.unsure:
            raise Unmatched(matched, book)
        if errors(matched.problems):
            raise Invalid(matched.problems)
        codes = frozenset(kind.document["codes"])
        check = RowCheck(kind.forms, matched, codes, book.typed, now, Remembering(Lookups(session, viewer)))
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
    table: list[dict[str, Any]]
    labels: Mapping[str, Label]
    fates: Counter[str] = field(default_factory=Counter)
    levels: Counter[str] = field(default_factory=Counter)
    findings: list[dict[str, Any]] = field(default_factory=list)

    @property
    def rows(self) -> int:
        return self.fates.total()

    def add(self, rows: Sequence[Checked]) -> None:
        for row in rows:
            self.fates[row.fate] += 1
            for finding in sorted(row.findings, key=lambda each: -1 if each.column is None else each.column.place):
                self.levels[finding.level] += 1
                if len(self.findings) < MOST_FINDINGS:
                    self.findings.append(finding.to_json())

    def to_json(self) -> dict[str, Any]:
        """As it is kept with the upload."""
        return {
            **told_columns(self.matched, self.labels),
            "hidden": list(self.hidden),
            "table": self.table,
            "fates": dict(sorted(self.fates.items())),
            "levels": dict(sorted(self.levels.items())),
            "findings": self.findings,
            "left_out": self.levels.total() - len(self.findings),
        }


def survey(session: Session, viewer: Viewer | None, walk: Walk) -> Iterator[Report]:
    """The report as it grows, batch by batch; the last one is whole."""
    labels = {field.key: field.label for field in fields_of(walk.check.forms).values()}
    report = Report(walk.matched, walk.book.hidden, imports_memory.table(walk.book), labels)
    for rows in walk.batches():
        walk.taker.meet(session, viewer, rows)
        report.add(rows)
        yield report
    if not report.rows:
        yield report


def told_columns(matched: Matched, labels: Mapping[str, Label]) -> dict[str, Any]:
    """The columns of a file and what is wrong with them, as a report keeps it."""
    return {
        "sheet": matched.name,
        "header": matched.header,
        "by": matched.by,
        "columns": [
            {"letter": each.letter, "heading": each.heading, "key": each.key,
             "label": dict(labels.get(each.key or "", {}))}
            for each in matched.columns
        ],
        "file": [problem.to_json() for problem in matched.problems],
    }  # fmt: skip
