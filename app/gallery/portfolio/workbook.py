"""Write the faulty import sheet as an Excel workbook, and what a reader of it must report as JSON."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

from app.gallery.portfolio.sheet import HEADERS, HIDDEN_TITLE, NOTES, NOTES_TITLE, REQUIRED, ROWS, TITLE, Cell, Sheet

WORKBOOK_NAME, EXPECTED_NAME = "customers_import_bad.xlsx", "customers_import_bad.expected.json"
_STAMP = datetime(2026, 1, 1)  # noqa: DTZ001 - workbooks keep their times without a zone


def write_sheet(sheet: Sheet, folder: Path) -> tuple[Path, Path]:
    """Write workbook and expected list into `folder` (made if absent); returns both paths."""
    folder.mkdir(parents=True, exist_ok=True)
    workbook, listing = folder / WORKBOOK_NAME, folder / EXPECTED_NAME
    workbook.write_bytes(workbook_bytes(sheet))
    listing.write_text(expected_text(sheet), encoding="utf-8", newline="\n")
    return workbook, listing


def workbook_bytes(sheet: Sheet) -> bytes:
    """The .xlsx file; formula cells have no cached value, every time inside is fixed."""
    book = Workbook()
    page = book.worksheets[0]
    page.title = TITLE
    _fill(page, sheet.rows)
    for cell in page[1]:
        cell.font = Font(bold=True)
    for cells in page.iter_rows(min_row=2):
        for cell in cells:
            if cell.value == "#REF!":
                cell.data_type = "s"  # otherwise stored as an error value, not as the text a person typed
    notes = book.create_sheet(NOTES_TITLE)
    for line in NOTES:
        notes.append([line])
    hidden = book.create_sheet(HIDDEN_TITLE)
    _fill(hidden, sheet.hidden)
    hidden.sheet_state = "hidden"
    book.properties.creator, book.properties.created = "sample", _STAMP
    raw = io.BytesIO()
    book.save(raw)
    return _with_fixed_times(raw)


def _fill(page: Worksheet, rows: Sequence[Sequence[Cell]]) -> None:
    page.append(list(HEADERS))
    for row in rows:
        page.append(list(row))


def _with_fixed_times(raw: io.BytesIO) -> bytes:
    """The same archive with every time set to one day, so that the file is repeatable."""
    out = io.BytesIO()
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for item in source.infolist():
            data = source.read(item.filename)
            if item.filename == "docProps/core.xml":
                data = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>2026-01-01T00:00:00Z", data)
            info = zipfile.ZipInfo(item.filename, (2026, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(info, data)
    return out.getvalue()


def expected(sheet: Sheet) -> dict[str, Any]:
    """What a reader must find: counts, rejected rows, and every issue."""
    rejected = sorted({issue.row for issue in sheet.issues if issue.level == "error"})
    levels = {level: sum(i.level == level for i in sheet.issues) for level in ("error", "repair", "warning", "skip")}
    return {
        "workbook": WORKBOOK_NAME,
        "sheet": TITLE,
        "header_row": 1,
        "first_data_row": 2,
        "last_data_row": ROWS + 1,
        "hidden_sheets_not_to_import": [HIDDEN_TITLE],
        "levels": {
            "error": "row is rejected",
            "repair": "value is normalised to clean_value, row is accepted",
            "warning": "row is accepted, text must stay text on export",
            "skip": "row is ignored without an error",
        },
        "required_columns": list(REQUIRED),
        "duplicates": "the first row with a value is accepted, each later one is an error",
        "counts": {
            "data_rows": ROWS,
            **levels,
            "rejected_rows": len(rejected),
            "skipped_rows": levels["skip"],
            "accepted_rows": ROWS - len(rejected) - levels["skip"],
        },
        "rejected_excel_rows": rejected,
        "issues": [issue.to_json() for issue in sheet.issues],
    }


def expected_text(sheet: Sheet) -> str:
    """`expected` as JSON text with LF line ends."""
    return json.dumps(expected(sheet), ensure_ascii=False, indent=1) + "\n"
