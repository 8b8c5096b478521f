"""One row of an uploaded list through the evaluator of its forms: typed values, and every finding at its cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from app.services.imports_columns import Column, Matched
from app.services.sheets import Cell, Formula, Row, TooLong
from app.services.sheets_writer import ACTIVE as COMPUTED
from forms import Answers, Field, Form, Lookup, assess
from forms.fields.choice import Choice
from forms.fields.codes import CreditCode
from forms.fields.dates import Date
from forms.fields.number import Number
from forms.fields.text import LongText, Text
from forms.raw import SHORT, half_width, is_empty, shift, shown, trim
from rules import Invalid, Problem
from rules.figures import plain

Level = Literal["error", "known", "warning", "repair", "skip"]
Fate = Literal["good", "bad", "known", "empty"]
STORED = 200  # characters of a cell repeated in a report
ACTIVE = ("=", "+", "-", "@")


class Unreadable:
    """Stands in the answers for a cell no field may read, so that it counts as wrong there and not as empty."""


UNREADABLE = Unreadable()


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found at one cell, or in one row when `column` is None.

    level   error rejects the row; known leaves it out because it is there already; warning keeps the text as text;
            repair takes `clean` instead; skip is an empty row
    stored  what the cell holds, shortened, without characters that do harm
    """

    row: int
    column: Column | None
    problem: Problem
    level: Level
    stored: str | None = None
    clean: str | None = None

    def to_json(self) -> dict[str, Any]:
        column = self.column
        return {
            "row": self.row,
            "column": column.heading if column else None,
            "cell": f"{column.letter}{self.row}" if column else None,
            "code": self.problem.code,
            "params": dict(self.problem.params),
            "level": self.level,
            "stored": self.stored,
            "clean": self.clean,
        }


@dataclass(slots=True)
class Checked:
    """A row as it was found. `values` are typed, by field key; `answers` one a form, in the order of the forms.

    `stored` are the answers of the first form as they are kept, once they are known.
    """

    row: Row
    answers: tuple[Answers, ...] = ()
    stored: Mapping[str, Any] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    empty: bool = False

    @property
    def number(self) -> int:
        return self.row.number

    @property
    def fate(self) -> Fate:
        if self.empty:
            return "empty"
        levels = {finding.level for finding in self.findings}
        return "bad" if "error" in levels else "known" if "known" in levels else "good"

    def add(self, problem: Problem, column: Column | None, level: Level = "error") -> None:
        """A finding at a cell of this row."""
        stored = cell_text(self.row.cell(column.place)) if column else None
        self.findings.append(Finding(self.number, column, problem, level, stored))


@dataclass(frozen=True, slots=True)
class RowCheck:
    """How the rows of one sheet are checked.

    forms  the definitions whose fields the columns answer; the same evaluator as for pages and the API
    codes  keys of choices that are written by their code: another word for it is repaired and said
    typed  whether cells know numbers from texts: in a text table a number as text is nothing to tell
    """

    forms: tuple[Form, ...]
    matched: Matched
    codes: frozenset[str]
    typed: bool
    now: datetime
    lookups: Lookup

    def check(self, row: Row) -> Checked:
        row = Row(row.number, tuple(unescaped(cell) for cell in row.cells))
        found = Checked(row)
        if all(is_empty(cell) for cell in row.cells):
            found.empty = True
            found.findings.append(Finding(row.number, None, Problem("import.row_empty"), "skip"))
            return found
        known = self.matched.known
        raw, instead = self._raw(row, known)
        spoiled: set[str] = set()
        made: list[Answers] = []
        for form in self.forms:
            mine = {key: value for key, value in raw.items() if key in form.fields}
            result = assess(form, mine, now=self.now, lookups=self.lookups)
            made.append(result.answers)
            found.values |= result.answers.values
            for problem in result.problems:
                key = problem.path.split("/")[1] if problem.path else ""
                if problem.severity == "error":
                    spoiled.add(key)
                told = instead.pop(key, None) or problem
                found.add(told, known.get(key), "error" if problem.severity == "error" else "warning")
        for key, told in instead.items():  # in a field the form hides: nobody may think it was read
            spoiled.add(key)
            found.add(told, known.get(key))
        found.answers, found.stored = tuple(made), made[0].to_json()
        for key, column in known.items():
            if key not in spoiled:
                self._notes(found, column, self._field(key))
        return found

    def _field(self, key: str) -> Field:
        for form in self.forms:
            if key in form.fields:
                return form.fields[key]
        raise LookupError(key)

    def _raw(self, row: Row, known: Mapping[str, Column]) -> tuple[dict[str, Any], dict[str, Problem]]:
        raw: dict[str, Any] = {}
        instead: dict[str, Problem] = {}
        for key, column in known.items():
            cell, asked = row.cell(column.place), self._field(key)
            if isinstance(cell, Formula | TooLong):
                raw[key], instead[key] = UNREADABLE, _refused(asked, cell)
            else:
                raw[key] = scaled(asked, asked.from_cell(cell), column.shift)
        return raw, instead

    def _notes(self, found: Checked, column: Column, asked: Field) -> None:
        """What was repaired in a good cell, and text that a worksheet would take for a formula."""
        cell, value = found.row.cell(column.place), found.values.get(asked.key)
        if is_empty(cell) or value is None:
            return
        if type(asked) in (Text, LongText) and isinstance(cell, str) and trim(cell).startswith(ACTIVE):
            found.add(asked.problem("import.formula_like"), column, "warning")
        clean = clean_text(asked, value, column.shift)
        code = self._repair(asked, cell, clean)
        if code is not None:
            found.add(asked.problem(code, clean=clean), column, "repair")
            found.findings[-1] = replace(found.findings[-1], clean=clean)

    def _repair(self, asked: Field, cell: Cell, clean: str) -> str | None:
        if isinstance(asked, Date) and isinstance(cell, int | float):
            return "import.repaired_serial"
        if not isinstance(cell, str):
            return None
        if cell == clean:  # right as it stands, but a worksheet that knows numbers holds it as text
            return "import.repaired_number_text" if self.typed and isinstance(asked, Number) else None
        text = trim(cell)
        if text != cell:
            return "import.repaired_space"
        if isinstance(asked, Choice):
            return "import.repaired_word" if asked.key in self.codes else None
        if half_width(text) != text and not isinstance(asked, Date):
            return "import.repaired_width" if half_width(text).upper() == clean or isinstance(asked, Number) else None
        return _spelling(asked, text, clean, self.typed)


def _spelling(asked: Field, text: str, clean: str, typed: bool) -> str | None:
    if isinstance(asked, Number):
        if "," in text:
            return "import.repaired_thousands"
        return "import.repaired_number_text" if typed or plain_text(text) != clean else None
    if isinstance(asked, Date):
        return "import.repaired_date"
    if isinstance(asked, CreditCode) and text.upper() == clean:
        return "import.repaired_case"
    return "import.repaired_spelling" if isinstance(asked, Text) else None


def plain_text(text: str) -> str:
    """A number's text without signs and zeros that mean nothing: 0050.10 and 50.1 are written alike."""
    try:
        return plain(Decimal(text))
    except ArithmeticError:
        return text


def _refused(asked: Field, cell: Formula | TooLong) -> Problem:
    if isinstance(cell, TooLong):
        return asked.problem("import.cell_too_long", length=cell.length)
    code = "import.formula" if cell.text.startswith("=") else "import.error_value"
    return asked.problem(code, text=shown(cell.text, 60))


def scaled(asked: Field, raw: object, power: int) -> object:
    """A number of a column in 万元 as yuan; text that names its own unit keeps it, and what is no number is judged
    by its field."""
    if not power or not isinstance(asked, Number) or is_empty(raw):
        return raw
    if isinstance(raw, int) and not isinstance(raw, bool):
        return shift(Decimal(raw), power)
    if isinstance(raw, str):
        try:
            return shift(Number.parse_text(asked, half_width(trim(raw[: SHORT + 1])), ""), power)
        except Invalid:
            return raw
    return raw


def unescaped(cell: Cell) -> Cell:
    """A text that we wrote with an apostrophe before it, since it begins like something to compute, as it was."""
    return cell[1:] if isinstance(cell, str) and cell.startswith("'") and cell.startswith(COMPUTED, 1) else cell


def clean_text(asked: Field, value: Any, power: int = 0) -> str:
    """A typed value as the column would write it."""
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return plain(shift(Decimal(value), -power))
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, str) else asked.to_text(value)


def cell_text(cell: Cell) -> str | None:
    """A cell as a report repeats it."""
    if cell is None:
        return None
    if isinstance(cell, Formula | TooLong):
        return shown(cell.text, STORED)
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return shown(cell, STORED)


def fields_of(forms: Sequence[Form]) -> dict[str, Field]:
    """The fields a column can answer: no rows within rows, and nothing a form computes or numbers itself."""
    return {
        item.key: item
        for form in forms
        for item in form.asked
        if item.type != "subform" and not item.assigned and not (item.compute is not None and item.mode == "always")
    }
