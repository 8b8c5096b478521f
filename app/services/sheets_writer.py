"""Workbooks going out: typed cells, frozen head, and text that no spreadsheet program takes for a formula."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import xlsxwriter

from app.services.sheets import Cell, Formula, TooLong

# What a spreadsheet program may read as the beginning of something to compute (trust.md T49).
ACTIVE = ("=", "+", "-", "@", "\t", "\r", "\x00", "\uff1d", "\uff0b", "\uff0d", "\uff20")
LONGEST = 32_767
FIRST_DAY = date(1900, 3, 1)  # before it worksheets count days in two ways, or not at all
EXACT_DIGITS = 15  # more than these a worksheet would round
_HARMFUL = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")

OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
    "default_date_format": "yyyy-mm-dd",
    "remove_timezone": True,
}


def safe_text(text: str) -> str:
    """Text for a cell: an apostrophe before what could be computed, and no character a worksheet cannot hold."""
    escaped = "'" + text if text.startswith(ACTIVE) else text
    return _HARMFUL.sub("\ufffd", escaped)[:LONGEST]


class Writer:
    """One workbook in memory. `sheet` adds a page; `bytes` closes it."""

    def __init__(self) -> None:
        self._buffer = io.BytesIO()
        self.book = xlsxwriter.Workbook(self._buffer, OPTIONS)
        self.head = self.book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        self.wrap = self.book.add_format({"text_wrap": True, "valign": "top"})
        self.text = self.book.add_format({"num_format": "@"})
        self.day = self.book.add_format({"num_format": "yyyy-mm-dd"})
        self.moment = self.book.add_format({"num_format": "yyyy-mm-dd hh:mm"})

    def sheet(self, name: str, widths: Sequence[int] = ()) -> Any:
        """A page whose columns have these widths; the name is cut to what a workbook allows."""
        page = self.book.add_worksheet(re.sub(r"[\[\]:*?/\\']", " ", name)[:31] or None)
        for place, width in enumerate(widths):
            page.set_column(place, place, width)
        return page

    def row(self, page: Any, number: int, cells: Iterable[Cell | Decimal], form: Any = None) -> None:
        """Write cells by their type into row `number`, counted from 0."""
        for place, cell in enumerate(cells):
            self.cell(page, number, place, cell, form)

    def cell(self, page: Any, row: int, place: int, cell: Cell | Decimal, form: Any = None) -> None:
        if cell is None or cell == "":
            return
        if isinstance(cell, Formula | TooLong):
            cell = cell.text
        if isinstance(cell, bool):
            page.write_boolean(row, place, cell, form)
        elif isinstance(cell, date) and _day(cell) < FIRST_DAY:
            page.write_string(row, place, str(cell), form)
        elif isinstance(cell, datetime):
            page.write_datetime(row, place, cell, form or self.moment)
        elif isinstance(cell, date):
            page.write_datetime(row, place, cell, form or self.day)
        elif isinstance(cell, int | float | Decimal) and _exact(cell):
            page.write_number(row, place, cell, form)
        else:
            page.write_string(row, place, safe_text(str(cell)), form)

    def bytes(self) -> bytes:
        self.book.close()
        return self._buffer.getvalue()


def _day(moment: date) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def _exact(number: int | float | Decimal) -> bool:
    """Whether a worksheet, which counts in binary floating point, shows this number as it is."""
    if isinstance(number, float):
        return number == number and abs(number) < 1e300
    exact = Decimal(number).normalize()
    return len(exact.as_tuple().digits) <= EXACT_DIGITS and abs(exact) < Decimal("1e300")
