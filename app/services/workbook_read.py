"""A workbook brought back, whatever it describes: pages by their names, cells by their columns, faults by cell."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any

from app.services.body_merge import merged
from app.services.imports_columns import folded
from app.services.sheets import Book, Cell, Formula, Row, TooLong, column_name
from app.services.sheets_writer import ACTIVE
from app.services.workbook_layout import CHOICES, Column, choice_words, heading, page_name
from forms.raw import shown
from rules import Invalid, Problem

Catalogues = Mapping[str, Mapping[str, str]]
"""Sentences by language: headings and choices are read in any of them."""

_NUMBER = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,12})?")


@dataclass(frozen=True, slots=True)
class Place:
    """A cell as the person sees it: the page's name, and letters with the row's number."""

    page: str
    cell: str


@dataclass(slots=True)
class Line:
    """One row: each cell's value under its column's key, and where it stands."""

    page: str
    row: Row
    letters: Mapping[str, str]
    values: dict[str, Any] = field(default_factory=dict)

    def at(self, key: str) -> Place:
        return Place(self.page, f"{self.letters.get(key, 'A')}{self.row.number}")

    def where(self, key: str) -> dict[str, Any]:
        """The cell as params of a problem."""
        at = self.at(key)
        return {"page": at.page, "cell": at.cell}

    def members(self, *keys: str) -> dict[str, Any]:
        """Those of the cells that hold something."""
        return {key: self.values[key] for key in keys if self.values.get(key) is not None}

    def named(self, **members: Any) -> dict[str, Any]:
        """An item of a body: its key, label and unit before `members`."""
        made = {"key": self.values["key"]} if "key" in self.values else {}
        label, unit = self.label("name"), self.values.get("unit_text")
        return {**made, **({"label": label} if label else {}), **members, **({"unit": unit} if unit else {})}

    def label(self, name: str) -> dict[str, str]:
        """The words of two columns; without Chinese ones there is no label."""
        found = {"zh-CN": self.values.get(f"{name}_zh"), "en": self.values.get(f"{name}_en")}
        return {tag: text for tag, text in found.items() if text} if found["zh-CN"] else {}


@dataclass(slots=True)
class Brought:
    """What a workbook holds: a body laid over the one it came from, places of its parts, and what cannot be read."""

    body: dict[str, Any] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def place(self, path: str) -> Place | None:
        """The cell of a JSON path, or of the nearest part around it."""
        while path:
            if path in self.places:
                return self.places[path]
            path = path.rpartition("/")[0]
        return None


class BookReader(ABC):
    """One reading of one workbook. A kind of definition says which pages there are and makes a body of their lines."""

    def __init__(self, book: Book, base: Mapping[str, Any], catalogues: Catalogues) -> None:
        self.book, self.base, self.catalogues = book, base, catalogues
        self.words = next(iter(catalogues.values()))
        self.found = Brought()
        self.whole = True

    @abstractmethod
    def pages(self) -> Mapping[str, Sequence[Column]]:
        """The pages that must be there, with their columns."""

    @abstractmethod
    def body(self, lines: Mapping[str, list[Line]]) -> dict[str, Any]:
        """What the lines of the pages say; members that are not of the book are left to the base."""

    def keyed(self, page: str, text: str) -> Column | None:
        """The column of a heading that is no word of the catalogue, if this page has such ones."""
        return None

    def read(self) -> Brought:
        pages = self.pages()
        by_page = {page: number for page in pages if (number := self.sheet(self.titles(page))) is not None}
        if not by_page:
            raise Invalid([Problem("book.not_ours", "", {"pages": [page_name(page, self.words) for page in pages]})])
        lines: dict[str, list[Line]] = {}
        for page, columns in pages.items():
            if page not in by_page:
                self.fault("book.page_missing", {"page": page_name(page, self.words)})
                self.whole = False
            elif columns:
                lines[page] = self.lines(by_page[page], columns, partial(self.keyed, page))
        if self.whole:  # also with faults in cells, so that all are told at once
            made = self.body(lines)
            failed = any(problem.severity == "error" for problem in self.found.problems)
            self.found.body = {} if failed or not self.whole else merged(self.base, {**self.base, **made})
        return self.found

    def fault(self, code: str, params: Mapping[str, Any], severity: Any = "error") -> None:
        self.found.problems.append(Problem(code, "", dict(params), severity=severity))

    # pages -> lines ---------------------------------------------------------------------------------------------------

    def titles(self, page: str) -> set[str]:
        """What a page may be called."""
        return {page, *(page_name(page, words) for words in self.catalogues.values())}

    def sheet(self, titles: set[str]) -> int | None:
        """The number of the sheet with one of these names."""
        wanted = {folded(title) for title in titles}
        return next((number for number, name in self.book.sheets.items() if folded(name) in wanted), None)

    def lines(
        self, sheet: int, columns: Sequence[Column], keyed: Callable[[str], Column | None]
    ) -> list[Line]:
        """The rows of a sheet. `keyed` knows the headings that are no words of the catalogue."""
        title = self.book.sheets[sheet]
        head = next(iter(self.book.peek(sheet)), None)
        if head is None:
            self.fault("book.no_heading", {"page": title})
            self.whole = False
            return []
        places = self._columns(head, columns, title, keyed)
        letters = {key: column_name(place) for key, (place, _) in places.items()}
        lines = []
        for row in self.book.rows(sheet, head.number):
            if not any(cell not in (None, "") for cell in row.cells):
                continue
            line = Line(title, row, letters)
            for key, (place, column) in places.items():
                line.values[key] = self._value(row.cell(place), column, line)
            self._chinese(line)
            lines.append(line)
        return lines

    def _columns(
        self, head: Row, columns: Sequence[Column], title: str, keyed: Callable[[str], Column | None]
    ) -> dict[str, tuple[int, Column]]:
        known = {folded(column.key): column for column in columns if not column.head}
        for words in self.catalogues.values():
            known |= {folded(heading(column, words)): column for column in columns if not column.head}
        found: dict[str, tuple[int, Column]] = {}
        for place, cell in enumerate(head.cells):
            text = shown(cell, 300) if isinstance(cell, str | int | float) else ""
            column = known.get(folded(text)) or keyed(text)
            where = {"page": title, "cell": f"{column_name(place)}{head.number}", "heading": text[:80]}
            if column is None:
                if text:
                    self.fault("book.column_unknown", where, "warning")
            elif column.key in found:
                self.fault("book.column_twice", where)
            else:
                found[column.key] = (place, column)
        for column in columns:  # also what may be empty: without its column nobody knows whether it was meant to go
            if column.key not in found:
                self.fault("book.column_missing", {"page": title, "column": heading(column, self.words)})
                self.whole = False
        return found

    def _chinese(self, line: Line) -> None:
        """A name or note in English alone: the Chinese one is what everything is called by."""
        for key in line.values:
            name = key.removesuffix("_en")
            if key != name and line.values[key] and not line.values.get(f"{name}_zh"):
                self.fault("book.name" if name == "name" else "book.note_chinese", line.where(f"{name}_zh"))

    def twice(self, lines: Sequence[Line], key: str) -> None:
        seen: dict[str, Line] = {}
        for line in lines:
            value = line.values.get(key)
            if value is not None and value in seen:
                self.fault("book.twice", {**line.where(key), "value": value, "first": seen[value].at(key).cell})
            elif value is not None:
                seen[value] = line

    def mark(self, at: str, line: Line, key: str, renamed: Mapping[str, str]) -> None:
        """Where an item of the body and its members stand in the book."""
        self.found.places[at] = line.at(key)
        for name in line.values:
            self.found.places[f"{at}/{renamed.get(name, name)}"] = line.at(name)

    # cells ------------------------------------------------------------------------------------------------------------

    def _value(self, cell: Cell, column: Column, line: Line) -> Any:
        """A cell's value by its column's kind, None where it is empty or was not understood."""
        where = line.where(column.key)
        if isinstance(cell, Formula):
            self.fault("book.computed", {**where, "text": cell.text[:60]})
            return None
        if isinstance(cell, TooLong):
            self.fault("book.too_long", {**where, "length": cell.length})
            return None
        text = text_of(cell)
        if not text:
            if column.required:
                self.fault("book.required", where)
            return None
        if column.kind == "text":
            return text
        if column.kind == "number":
            number = number_of(cell, text)
            if number is None:
                self.fault("book.number", {**where, "text": text[:60]})
            return number
        return self._choice(text, column, where)

    def _choice(self, text: str, column: Column, where: Mapping[str, Any]) -> str | None:
        for code in CHOICES[column.kind]:
            spelled = {folded(choice_words(column.kind, code, words)) for words in self.catalogues.values()}
            if folded(text) in spelled | {folded(code)}:
                return code
        allowed = [choice_words(column.kind, code, self.words) for code in CHOICES[column.kind]]
        self.fault("book.choice", {**where, "text": text[:60], "allowed": allowed})
        return None


def text_of(cell: Cell) -> str:
    """What a cell reads as: whole numbers without a point, and text without the apostrophe that keeps it text."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float | int):
        return _plain(Decimal(repr(cell)))
    if isinstance(cell, date):
        return cell.isoformat()
    text = str(cell).strip()
    return text[1:] if text.startswith("'") and text[1:].startswith(ACTIVE) else text


def number_of(cell: Any, text: str) -> str | None:
    """Decimal text of a number cell, or of a text that is a number; ``40%`` is 0.4."""
    share = isinstance(cell, str) and text.endswith("%")
    try:
        value = Decimal(text.removesuffix("%").replace(",", "")) / (100 if share else 1)
    except InvalidOperation:
        return None
    plain = _plain(value) if value.is_finite() and abs(value) < Decimal("1e20") else ""
    return plain if _NUMBER.fullmatch(plain) else None


def _plain(value: Decimal) -> str:
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
