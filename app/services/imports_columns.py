"""Which column of an uploaded list answers which field: headings in either language, with the unit they are in."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log10

from app.services.sheets import Book, Cell, Row, column_name
from forms import Field
from forms.fields.money import SIGNS, UNITS, Money
from forms.fields.number import Number
from forms.files import Filed
from forms.raw import half_width, shown, trim
from rules import Problem

LOCALES = ("zh-CN", "en")
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
class Matched:
    """The sheet that will be imported, its header, and what is wrong with its columns.

    Errors mean that no row can be read; warnings name columns that are left out.
    """

    sheet: int
    name: str
    header: int
    columns: tuple[Column, ...]
    problems: tuple[Problem, ...]

    @property
    def known(self) -> dict[str, Column]:
        return {column.key: column for column in self.columns if column.key is not None}


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


def match(book: Book, fields: Mapping[str, Field], aliases: Mapping[str, Sequence[str]]) -> Matched:
    """The visible sheet and row whose headings name most fields, with every problem of its columns."""
    words = words_of(fields, aliases)
    best: tuple[int, int, str, Row] | None = None
    for sheet, name in book.sheets.items():
        for row in book.peek(sheet):
            found = {hit[0] for cell in row.cells if isinstance(cell, str) and (hit := recognise(cell, fields, words))}
            if best is None or len(found) > best[0]:
                best = (len(found), sheet, name, row)
    if best is None or best[0] == 0:
        wanted = [dict(field.label) for field in fields.values() if field.required]
        return Matched(0, "", 0, (), (Problem("import.no_header", "", {"columns": wanted}),))
    _, sheet, name, row = best
    return _matched(sheet, name, row, fields, words)


def _matched(sheet: int, name: str, row: Row, fields: Mapping[str, Field], words: Mapping[str, str]) -> Matched:
    columns: list[Column] = []
    problems: list[Problem] = []
    taken: dict[str, Column] = {}
    for place, cell in enumerate(row.cells):
        heading = _heading(cell)
        if not heading:
            continue
        hit = recognise(heading, fields, words)
        column = Column(place, heading, *(hit or (None, 0)))
        where = {"sheet": name, "cell": f"{column.letter}{row.number}", "heading": heading}
        if hit is None:
            problems.append(Problem("import.column_unknown", "", where, severity="warning"))
        elif hit[0] in taken:
            problems.append(Problem("import.column_twice", "", {**where, "first": taken[hit[0]].heading}))
            column = Column(place, heading, None)
        elif isinstance(fields[hit[0]], Filed):
            problems.append(Problem("import.column_of_files", "", where, severity="warning"))
            column = Column(place, heading, None)
        else:
            taken[hit[0]] = column
        columns.append(column)
    for key, field in fields.items():
        if field.required and isinstance(field, Filed):
            problems.append(Problem("import.files_required", "", {"sheet": name, "column": dict(field.label)}))
        elif field.required and field.compute is None and key not in taken:
            params = {"sheet": name, "row": row.number, "column": dict(field.label)}
            problems.append(Problem("import.column_missing", "", params))
    return Matched(sheet, name, row.number, tuple(columns), tuple(problems))


def _heading(cell: Cell) -> str:
    return trim(shown(cell, 60)) if isinstance(cell, str | int | float) else ""
