"""A scorecard's workbook brought back: every fault named by page and cell, what was not touched left to the letter."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from app.services.body_merge import merged
from app.services.imports_columns import folded
from app.services.scorecard_book import CHOICES, PAGES, Column, choice_words, heading, page_name
from app.services.sheets import Book, Cell, Formula, Row, TooLong, column_name, opened
from app.services.sheets_writer import ACTIVE
from forms.raw import shown
from rules import Invalid, Problem

Catalogues = Mapping[str, Mapping[str, str]]
"""Sentences by language: headings and choices are read in any of them."""

_KEYED = re.compile(r".*\[([^\[\]]+)\]")
_NUMBER = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,12})?")
_ROWS = {"steps": "cuts", "set": "values"}  # the member of the bands that holds rows


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


def read(content: bytes, filename: str, base: Mapping[str, Any], catalogues: Catalogues) -> Brought:
    """The body a workbook describes. Raises Invalid where the file is none (`sheets.opened`).

    With problems of severity error the body is not to be used: something in the book was not understood.
    """
    with opened(content, filename) as book:
        return _Reader(book, base, catalogues).read()


class _Reader:
    def __init__(self, book: Book, base: Mapping[str, Any], catalogues: Catalogues) -> None:
        self.book, self.base, self.catalogues = book, base, catalogues
        self.found = Brought()
        self.whole = True

    def read(self) -> Brought:
        names = self._names()
        if not any(folded(name) in names for name in self.book.sheets.values()):
            raise Invalid([Problem("book.not_ours", "", {"pages": self._titles()})])
        by_page = {names[folded(name)]: number for number, name in self.book.sheets.items() if folded(name) in names}
        pages: dict[str, list[Line]] = {}
        for page, columns in PAGES.items():
            if page not in by_page:
                self._fault("book.page_missing", {"page": page_name(page, self._first())})
                self.whole = False
                continue
            pages[page] = self._lines(by_page[page], columns, page)
        if self.whole:  # also with faults in cells, so that all are told at once
            made = self._body(pages)
            self.found.body = {} if self._failed() else merged(self.base, {**self.base, **made})
        return self.found

    def _first(self) -> Mapping[str, str]:
        return next(iter(self.catalogues.values()))

    def _titles(self) -> list[str]:
        return [page_name(page, self._first()) for page in PAGES]

    def _names(self) -> dict[str, str]:
        found = {folded(page): page for page in PAGES}
        for words in self.catalogues.values():
            found |= {folded(page_name(page, words)): page for page in PAGES}
        return found

    def _failed(self) -> bool:
        return any(problem.severity == "error" for problem in self.found.problems)

    def _fault(self, code: str, params: Mapping[str, Any], severity: Any = "error") -> None:
        self.found.problems.append(Problem(code, "", dict(params), severity=severity))

    # pages -> lines ---------------------------------------------------------------------------------------------------

    def _lines(self, sheet: int, columns: tuple[Column, ...], page: str) -> list[Line]:
        title = self.book.sheets[sheet]
        head = next(iter(self.book.peek(sheet)), None)
        if head is None:
            self._fault("book.no_heading", {"page": title})
            self.whole = False
            return []
        places = self._columns(head, columns, title, page)
        letters = {key: column_name(place) for key, (place, _) in places.items()}
        lines = []
        for row in self.book.rows(sheet, head.number):
            if not any(cell not in (None, "") for cell in row.cells):
                continue
            line = Line(title, row, letters)
            for key, (place, column) in places.items():
                line.values[key] = self._value(row.cell(place), column, line)
            lines.append(line)
        self._twice(lines, "id" if page == "knockouts" else "key")
        return lines

    def _columns(
        self, head: Row, columns: tuple[Column, ...], title: str, page: str
    ) -> dict[str, tuple[int, Column]]:
        known = {folded(column.key): column for column in columns}
        for words in self.catalogues.values():
            known |= {folded(heading(column, words)): column for column in columns}
        found: dict[str, tuple[int, Column]] = {}
        for place, cell in enumerate(head.cells):
            text = shown(cell, 80) if isinstance(cell, str | int | float) else ""
            column = known.get(folded(text))
            keyed = _KEYED.fullmatch(text)
            if column is None and page == "dimensions" and keyed is not None:
                column = Column(f"[{keyed[1]}]", "number")
            where = {"page": title, "cell": f"{column_name(place)}{head.number}", "heading": text}
            if column is None:
                if text:
                    self._fault("book.column_unknown", where, "warning")
            elif column.key in found:
                self._fault("book.column_twice", where)
            else:
                found[column.key] = (place, column)
        for column in columns:
            if column.required and column.key not in found:
                self._fault("book.column_missing", {"page": title, "column": heading(column, self._first())})
                self.whole = False
        return found

    def _twice(self, lines: list[Line], key: str) -> None:
        seen: dict[str, Line] = {}
        for line in lines:
            value = line.values.get(key)
            if value is not None and value in seen:
                where = {**_where(line, key), "value": value, "first": seen[value].at(key).cell}
                self._fault("book.twice", where)
            elif value is not None:
                seen[value] = line

    def _value(self, cell: Cell, column: Column, line: Line) -> Any:
        """A cell's value by its column's kind, None where it is empty or was not understood."""
        where = _where(line, column.key)
        if isinstance(cell, Formula):
            self._fault("book.computed", {**where, "text": cell.text[:60]})
            return None
        if isinstance(cell, TooLong):
            self._fault("book.too_long", {**where, "length": cell.length})
            return None
        text = _text(cell)
        if not text:
            if column.required:
                self._fault("book.required", where)
            return None
        if column.kind == "text":
            return text
        if column.kind == "number":
            number = _number(cell, text)
            if number is None:
                self._fault("book.number", {**where, "text": text[:60]})
            return number
        return self._choice(text, column, where)

    def _choice(self, text: str, column: Column, where: Mapping[str, Any]) -> str | None:
        for code in CHOICES[column.kind]:
            spelled = {folded(choice_words(column.kind, code, words)) for words in self.catalogues.values()}
            if folded(text) in spelled | {folded(code)}:
                return code
        allowed = [choice_words(column.kind, code, self._first()) for code in CHOICES[column.kind]]
        self._fault("book.choice", {**where, "text": text[:60], "allowed": allowed})
        return None

    # lines -> body ----------------------------------------------------------------------------------------------------

    def _body(self, pages: Mapping[str, list[Line]]) -> dict[str, Any]:
        bands = self._bands(pages["bands"], {line.values["key"] for line in pages["factors"]})
        variants = [self._variant(line, pages["dimensions"]) for line in pages["variants"]]
        chosen = [line for line in pages["variants"] if line.values.get("default") == "yes"]
        for line in chosen[1:]:
            self._fault("book.two_defaults", {**_where(line, "default"), "first": chosen[0].at("default").cell})
        made: dict[str, Any] = {
            "dimensions": [_named(line, weight=line.values["weight"]) for line in pages["dimensions"]],
            "variants": variants,
            "default_variant": chosen[0].values["key"] if chosen else self.base.get("default_variant"),
            "factors": [
                self._factor(number, line, bands.get(line.values["key"], []))
                for number, line in enumerate(pages["factors"])
            ],
            "knockouts": [self._knockout(line) for line in pages["knockouts"]],
            "grades": [_named(line, min=line.values.get("min")) for line in pages["grades"]],
            "formulas": [_named(line, **_members(line, "text", "dialect", "type")) for line in pages["formulas"]],
            "facts": [_named(line, **_members(line, "type")) for line in pages["facts"]],
        }
        for page in ("dimensions", "variants", "factors", "knockouts", "grades", "formulas", "facts"):
            self._mark(page, pages[page])
        self._check_names(pages)
        optional = {name for name in ("variants", "knockouts", "formulas", "default_variant") if not made[name]}
        return {name: value for name, value in made.items() if name not in optional or name in self.base}

    def _mark(self, page: str, lines: list[Line]) -> None:
        """Where each part of the body stands in the book."""
        renamed = {"name_zh": "label/zh-CN", "name_en": "label/en", "unit_text": "unit", "missing": "missing/points",
                   "match": "bands/match", "otherwise": "bands/otherwise"}  # fmt: skip
        for number, line in enumerate(lines):
            at = f"/{page}/{number}"
            self.found.places[at] = line.at("id" if page == "knockouts" else "key")
            for key in line.values:
                if not key.startswith("["):
                    self.found.places[f"{at}/{renamed.get(key, key)}"] = line.at(key)

    def _check_names(self, pages: Mapping[str, list[Line]]) -> None:
        """A name in English alone: the Chinese one is what everything is called by."""
        for lines in pages.values():
            for line in lines:
                if line.values.get("name_en") and not line.values.get("name_zh"):
                    self._fault("book.name", _where(line, "name_zh"))

    def _variant(self, line: Line, dimensions: list[Line]) -> dict[str, Any]:
        column = f"[{line.values['key']}]"
        weights = {row.values["key"]: row.values[column] for row in dimensions if row.values.get(column) is not None}
        return _named(line, weights=weights)

    def _knockout(self, line: Line) -> dict[str, Any]:
        made = _named(line, **_members(line, "effect", "grade", "when", "dialect", "on_unknown"))
        return {"id": line.values["id"], **made}

    def _bands(self, lines: list[Line], factors: set[str]) -> dict[str, list[Line]]:
        found: dict[str, list[Line]] = {}
        for line in lines:
            key = line.values["factor"]
            if key is not None and key not in factors:
                self._fault("book.factor_unknown", {**_where(line, "factor"), "text": str(key)[:60]})
            found.setdefault(key, []).append(line)
        return found

    def _factor(self, number: int, line: Line, rows: list[Line]) -> dict[str, Any]:
        values = line.values
        made = _named(line, **_members(line, "dimension", "weight", "value", "dialect", "unit", "direction", "source"))
        made["bands"] = self._band(number, line, rows)
        made["missing"] = {"points": values["missing"]} if values.get("missing") is not None else "absent"
        if values.get("movable") == "no":
            made["movable"] = False
        return made

    def _band(self, number: int, line: Line, rows: list[Line]) -> dict[str, Any]:
        kind, key = line.values["bands"], line.values["key"]
        if kind is None:
            return {}
        self._mark_bands(number, kind, rows)
        found = [(self._edge(row, kind), row.values["points"]) for row in rows]
        if kind == "identity":
            if rows:
                self._fault("book.bands_none", {**_where(rows[0], "edge"), "factor": key})
            return {"kind": kind}
        if kind == "linear":
            if len(rows) != 2:
                self._fault("book.bands_two", {**_where(line, "bands"), "factor": key, "count": len(rows)})
                return {"kind": kind}
            ends = [{"value": edge, "points": points} for edge, points in found]
            return {"kind": kind, "from": ends[0], "to": ends[1]}
        if not rows:
            self._fault("book.bands_missing", {**_where(line, "bands"), "factor": key})
        member = "edge" if kind == "steps" else "value"
        made = {"kind": kind, _ROWS[kind]: [{member: edge, "points": points} for edge, points in found]}
        if kind == "steps" and line.values.get("match") is None:
            self._fault("book.required", _where(line, "match"))
        return made | _members(line, "match", "otherwise")

    def _mark_bands(self, number: int, kind: str, rows: list[Line]) -> None:
        name = _ROWS.get(kind)
        for place, row in enumerate(rows):
            at = f"/factors/{number}/bands/" + (f"{name}/{place}" if name else ("from", "to")[min(place, 1)])
            self.found.places |= {at: row.at("edge"), f"{at}/points": row.at("points")}

    def _edge(self, row: Line, kind: str) -> str | None:
        text = row.values.get("edge")
        if text is None:
            self._fault("book.required", _where(row, "edge"))
            return None
        if kind == "set":
            return str(text)
        number = _number(text, str(text))
        if number is None:
            self._fault("book.number", {**_where(row, "edge"), "text": str(text)[:60]})
        return number


def _where(line: Line, key: str) -> dict[str, Any]:
    at = line.at(key)
    return {"page": at.page, "cell": at.cell}


def _members(line: Line, *keys: str) -> dict[str, Any]:
    return {key: line.values[key] for key in keys if line.values.get(key) is not None}


def _named(line: Line, **members: Any) -> dict[str, Any]:
    values = line.values
    made = {"key": values["key"]} if "key" in values else {}
    if values.get("name_zh"):
        made["label"] = {"zh-CN": values["name_zh"]} | ({"en": values["name_en"]} if values.get("name_en") else {})
    if values.get("unit_text"):
        members["unit"] = values["unit_text"]
    return {**made, **members}


def _text(cell: Cell) -> str:
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


def _number(cell: Any, text: str) -> str | None:
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
