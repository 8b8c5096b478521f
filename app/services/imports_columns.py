"""Which column of an uploaded list answers which field: headings in either language, with the unit they are in."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log10
from typing import Any

from app.services.sheets import Book, Cell, Row, column_name
from forms import Field
from forms.fields.money import SIGNS, UNITS, Money
from forms.fields.number import Number
from forms.files import Filed
from forms.raw import half_width, shown, trim
from rules import Problem

LOCALES = ("zh-CN", "en")
LONGEST_HEADING = 60
_UNSURE = frozenset({
    "import.no_header", "import.column_missing", "import.column_twice", "import.column_unit", "import.column_unknown",
})  # fmt: skip
_WITH_UNIT = re.compile(r"(.+?)\(([^()]*)\)")
_TENS: Mapping[str, int] = {"": 0, "千": 3, **{word: round(log10(factor)) for word, factor in UNITS}}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the file. `key` is the field it answers, None when nobody knows it.

    place   counted from 0; `letter` is what the worksheet shows
    shift   the power of ten its numbers are written in: 4 for 万元
    """

    place: int
    heading: str
    key: str | None
    shift: int = 0

    @property
    def letter(self) -> str:
        return column_name(self.place)


@dataclass(frozen=True, slots=True)
class Given:
    """Which column answers which field, as a person says; `columns` by place, a column not named is left out.

    shifts  the powers of ten their numbers are written in, where that is known; else headings tell it
    """

    sheet: int
    header: int
    columns: Mapping[int, str | None]
    shifts: Mapping[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Matched:
    """The sheet that will be imported, its header, and what is wrong with its columns.

    Errors mean that no row can be read; warnings name columns that are left out.
    by  who says which column is which: ``headings``, ``memory`` (somebody chose it before), ``person``
    """

    sheet: int
    name: str
    header: int
    columns: tuple[Column, ...]
    problems: tuple[Problem, ...]
    by: str = "headings"
    heads: str = ""  # digest of the headings

    @property
    def known(self) -> dict[str, Column]:
        return {column.key: column for column in self.columns if column.key is not None}

    @property
    def unsure(self) -> bool:
        """Whether a person should say which column is which: something is missing, double, or known to nobody."""
        return any(each.code in _UNSURE for each in self.problems)


def folded(text: str) -> str:
    """A heading as headings are compared: one width, no space, no mark of a required column."""
    return re.sub(r"[\s*:_]", "", half_width(trim(text))).casefold()


def words_of(fields: Mapping[str, Field], aliases: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Every heading that names a field, folded → its key. Where two fields claim a word the first has it."""
    words: dict[str, str] = {}
    for key, field in fields.items():
        for word in (*(field.header(each) for each in LOCALES), *(field.excel(each).header for each in LOCALES)):
            words.setdefault(folded(word), key)
    for key, field in fields.items():
        for word in (field.key, *aliases.get(key, ())):
            words.setdefault(folded(word), key)
    return words


def unit_shift(field: Field, unit: str) -> int | None:
    """The power of ten a heading's unit stands for; None when the unit does not belong to this field."""
    if isinstance(field, Money):
        for sign in sorted(SIGNS.get(field.currency, (field.currency,)), key=len, reverse=True):
            if folded(sign) in unit:
                unit = unit.replace(folded(sign), "", 1)
                break
        return _TENS.get(unit)
    if isinstance(field, Number) and field.unit:
        return 0 if unit in {folded(word) for word in field.unit.values()} else None
    return 0 if unit == "%" and field.type == "percent" else None


def recognise(heading: str, fields: Mapping[str, Field], words: Mapping[str, str]) -> tuple[str, int] | None:
    """The field a heading names and the power of ten of its unit, or None."""
    text = folded(heading)
    if text in words:
        return words[text], 0
    found = _WITH_UNIT.fullmatch(text)
    if found is None or found[1] not in words:
        return None
    key = words[found[1]]
    shift = unit_shift(fields[key], found[2])
    return None if shift is None else (key, shift)


def named(row: Row) -> dict[int, str]:
    """Headings of a row by place as choices are remembered: folded, the second of a word numbered."""
    seen: dict[str, int] = {}
    names = {}
    for place, cell in enumerate(row.cells):
        word = folded(heading_of(cell))
        if word:
            seen[word] = seen.get(word, 0) + 1
            names[place] = word if seen[word] == 1 else f"{word}#{seen[word]}"
    return names


def digest(names: Iterable[str]) -> str:
    """One name for a set of headings, whatever their order."""
    return hashlib.sha256("\n".join(sorted(names)).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Reader:
    """What a list may hold: fields its columns can answer, other words for them, fields that fill themselves, and what
    people chose before: by the digest of a set of headings, the key by heading, None for one left out."""

    fields: Mapping[str, Field]
    aliases: Mapping[str, Sequence[str]]
    filled: Mapping[str, Field]
    memory: Mapping[str, Mapping[str, str | None]]

    def match(self, book: Book, given: Given | None = None) -> Matched:
        """The visible sheet and row whose headings name most fields, or whom a person chose, with every problem."""
        if given is not None:
            rows = (row for row in book.rows(given.sheet, given.header - 1) if row.number == given.header)
            row = next(rows, Row(given.header, ()))
            name = book.sheets.get(given.sheet, "")
            return self._matched(given.sheet, name, row, given.columns, "person", given.shifts)
        words = words_of(self.fields, self.aliases)
        best: tuple[int, int, str, Row] | None = None
        for sheet, name in book.sheets.items():
            for row in book.peek(sheet):
                names = named(row)
                chosen = self.memory.get(digest(names.values())) if names else None
                if chosen is not None:
                    keys = {place: chosen.get(word) for place, word in names.items()}
                    return self._matched(sheet, name, row, keys, "memory")
                found = {hit[0] for cell in row.cells if (hit := recognise(heading_of(cell), self.fields, words))}
                if best is None or len(found) > best[0]:
                    best = (len(found), sheet, name, row)
        if best is None or best[0] == 0:
            wanted = [dict(field.label) for field in self.fields.values() if field.required]
            return Matched(0, "", 0, (), (Problem("import.no_header", "", {"columns": wanted}),))
        _, sheet, name, row = best
        return self._matched(sheet, name, row, None, "headings")

    def recognised(self, row: Row) -> dict[int, str]:
        """The fields that the headings of a row name, by place; the first column of a field has it."""
        words = words_of(self.fields, self.aliases)
        found: dict[int, str] = {}
        for place, cell in enumerate(row.cells):
            hit = recognise(heading_of(cell), self.fields, words)
            if hit is not None and hit[0] not in found.values() and not isinstance(self.fields[hit[0]], Filed):
                found[place] = hit[0]
        return found

    def _matched(
        self, sheet: int, name: str, row: Row, chosen: Mapping[int, str | None] | None, by: str,
        shifts: Mapping[int, int] | None = None,
    ) -> Matched:  # fmt: skip
        words, own = words_of(self.fields, self.aliases), words_of(self.filled, {})
        columns: list[Column] = []
        problems: list[Problem] = []
        taken: dict[str, Column] = {}
        for place in range(max([len(row.cells), *(each + 1 for each in chosen or ())])):
            heading = heading_of(row.cell(place))
            key, shift = self._hit(place, heading, chosen, words)
            shift = shift if shifts is None else shifts.get(place, 0)
            if not heading and key is None:
                continue
            column = Column(place, heading or column_name(place), key, shift or 0)
            where = {"sheet": name, "cell": f"{column.letter}{row.number}", "heading": column.heading}
            told = self._fault(column, shift, taken, where, chosen is not None, own)
            if told is not None:
                problems.append(told)
                column = Column(place, column.heading, None)
            elif key is not None:
                taken[key] = column
            columns.append(column)
        problems += self._missing(name, row, taken)
        return Matched(sheet, name, row.number, tuple(columns), tuple(problems), by, digest(named(row).values()))

    def _hit(
        self, place: int, heading: str, chosen: Mapping[int, str | None] | None, words: Mapping[str, str]
    ) -> tuple[str | None, int | None]:
        if chosen is None:
            return recognise(heading, self.fields, words) or (None, 0)
        key = chosen.get(place)
        return (key, shift_of(heading, self.fields[key])) if key is not None and key in self.fields else (None, 0)

    def _fault(
        self, column: Column, shift: int | None, taken: Mapping[str, Column], where: Mapping[str, Any], chosen: bool,
        own: Mapping[str, str],
    ) -> Problem | None:  # fmt: skip
        """What keeps a column out, if anything does."""
        if column.key is None:
            if folded(column.heading) in own:
                return Problem("import.column_filled", "", where, severity="warning")
            code = "import.column_left_out" if chosen else "import.column_unknown"
            return Problem(code, "", where, severity="warning")
        if column.key in taken:
            return Problem("import.column_twice", "", {**where, "first": taken[column.key].heading})
        if isinstance(self.fields[column.key], Filed):
            return Problem("import.column_of_files", "", where, severity="warning")
        if shift is None:
            return Problem("import.column_unit", "", {**where, "column": dict(self.fields[column.key].label)})
        return None

    def _missing(self, name: str, row: Row, taken: Mapping[str, Column]) -> Iterator[Problem]:
        for key, field in self.fields.items():
            if field.required and isinstance(field, Filed):
                yield Problem("import.files_required", "", {"sheet": name, "column": dict(field.label)})
            elif field.required and field.compute is None and key not in taken:
                params = {"sheet": name, "row": row.number, "column": dict(field.label)}
                yield Problem("import.column_missing", "", params)


def shift_of(heading: str, field: Field) -> int | None:
    """The power of ten of a column whose field a person chose; None where its unit is another currency's."""
    found = _WITH_UNIT.fullmatch(folded(heading))
    if found is None or not isinstance(field, Number):
        return 0
    shift = unit_shift(field, found[2])
    if shift is None and isinstance(field, Money):
        others = (sign for currency, signs in SIGNS.items() if currency != field.currency for sign in signs)
        return None if any(folded(sign) in found[2] for sign in others) else 0
    return shift or 0


def heading_of(cell: Cell) -> str:
    """A cell of the header as text; one that holds neither text nor number names nothing."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return trim(shown(cell, LONGEST_HEADING)) if isinstance(cell, str | int | float) else ""
