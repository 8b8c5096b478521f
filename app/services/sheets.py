"""Uploaded workbooks and text tables as rows of typed cells, read in a process with limits of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import IO, Any

from forms.raw import shown
from rules import Invalid, Problem

READER = Path(__file__).with_name("sheets_reader.py")
PEEK = 10  # the header stands within this many rows
SEATS = threading.BoundedSemaphore(2)  # each reader may take `memory_mib`


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may take. `seconds` of processor time; `cell` characters of one cell.

    `wall` by the clock stays below the lease of a job, which nobody renews while a file is read.
    """

    memory_mib: int = 1024
    seconds: int = 45
    wall: int = 50
    unpacked_mib: int = 256
    parts: int = 2000
    rows: int = 200_000
    columns: int = 300  # as many as a form has fields
    cell: int = 32_767
    output_mib: int = 512


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Formula:
    """A cell that would be computed, and never is, or the error value such a cell left behind (``#DIV/0!``)."""

    text: str


@dataclass(frozen=True, slots=True)
class TooLong:
    """A cell with more text than any workbook cell can hold: its length and how it begins."""

    length: int
    text: str


Cell = str | float | int | bool | date | datetime | Formula | TooLong | None


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number as the person sees it (from 1), and its cells without the empty ones at the end."""

    number: int
    cells: tuple[Cell, ...]

    def cell(self, place: int) -> Cell:
        return self.cells[place] if place < len(self.cells) else None


@dataclass(frozen=True, slots=True)
class Book:
    """A file that was read: names of its visible sheets by number, names of hidden ones, and its rows on disk.

    `typed` is true of workbooks, whose cells know numbers from texts.
    """

    sheets: dict[int, str]
    hidden: tuple[str, ...]
    typed: bool
    _lines: IO[bytes]

    def rows(self, sheet: int, after: int = 0) -> Iterator[Row]:
        """The rows of one sheet below row number `after`, empty ones between them included."""
        self._lines.seek(0)
        own = b"[%d," % sheet
        for line in self._lines:
            if line.startswith(own):
                _, number, cells = json.loads(line)
                if number > after:
                    yield Row(number, tuple(_cell(cell) for cell in cells))

    def peek(self, sheet: int, most: int = PEEK) -> list[Row]:
        """The first rows that hold anything."""
        rows = (row for row in self.rows(sheet) if any(cell is not None for cell in row.cells))
        return list(islice(rows, most))

    def count(self, sheet: int, after: int = 0) -> int:
        """How many rows of one sheet stand below row number `after`."""
        self._lines.seek(0)
        own = b"[%d," % sheet
        numbers = (line.split(b",", 2)[1] for line in self._lines if line.startswith(own))
        return sum(int(number) > after for number in numbers)


@contextmanager
def opened(content: bytes, filename: str, limits: Limits = LIMITS) -> Iterator[Book]:
    """Read a file of any origin. Raises Invalid: sheet.empty, .old_workbook, .web_page, .not_a_workbook, .damaged,
    .entities, .encoding, .csv_quotes, .too_heavy, .too_slow, .too_many_rows, .too_many_columns."""
    if not content.strip(b"\x00\r\n\t ,;\xef\xbb\xbf"):
        raise Invalid([Problem("sheet.empty")])
    with tempfile.TemporaryFile() as lines:
        _run(content, Path(filename).suffix[:10], limits, lines)
        yield _book(lines)


def _run(content: bytes, suffix: str, limits: Limits, lines: IO[bytes]) -> None:
    command = [sys.executable, "-I", "-X", "utf8", str(READER), json.dumps(asdict(limits)), "file" + suffix]
    with SEATS:
        try:
            done = subprocess.run(
                command, input=content, stdout=lines, stderr=subprocess.DEVNULL, env={}, timeout=limits.wall,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise Invalid([Problem("sheet.too_slow")]) from error
    if done.returncode != 0:  # ended by its limits
        raise Invalid([Problem("sheet.too_heavy")])


def _book(lines: IO[bytes]) -> Book:
    sheets: list[dict[str, Any]] = []
    last: dict[str, Any] = {}
    lines.seek(0)
    any_row = False
    for line in lines:
        if line.startswith(b"["):
            any_row = True
            continue
        last = json.loads(line)
        sheets = last.get("sheets", sheets)
    if "problem" in last:
        raise Invalid([Problem(last["problem"], "", last["params"])])
    if not any_row:
        raise Invalid([Problem("sheet.empty")])
    names = [shown(sheet["name"], 60) for sheet in sheets]
    hidden = [bool(sheet["hidden"]) for sheet in sheets]
    visible = {place: name for place, name in enumerate(names) if not hidden[place]}
    return Book(visible, tuple(n for n, h in zip(names, hidden, strict=True) if h), names != [""], lines)


def _cell(raw: Any) -> Cell:
    if not isinstance(raw, dict):
        found: Cell = raw
        return found
    if "formula" in raw:
        return Formula(raw["formula"])
    if "long" in raw:
        return TooLong(raw["long"], raw["text"])
    if "date" in raw:
        return date.fromisoformat(raw["date"])
    return datetime.fromisoformat(raw["time"])


def column_name(place: int) -> str:
    """The letters of a worksheet column, counted from 0: A, B … Z, AA."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
