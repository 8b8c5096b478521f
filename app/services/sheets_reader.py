"""Read one uploaded list in a process of its own: run as a program, bytes in, one JSON line a row out.

It imports nothing of ours and sets its own limits before it looks at the first byte, so that a hostile file can only
hurt this process (trust.md T48). Formulas are reported as text and never computed; macros and links are not looked at.
"""

from __future__ import annotations

import csv
import io
import json
import re
import sys
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, NoReturn

ZIP = b"PK\x03\x04"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
WORKBOOK = "xl/workbook.xml"
SPECIAL = re.compile(rb"""<(?:[A-Za-z]+:)?f[\s/>]|\st=["']e["']""")  # a formula, or an error value
DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
PAGE = re.compile(r"\s*<(?:!doctype|html|head|body|table|meta|\?xml)", re.IGNORECASE)
SEPARATORS = ",;\t"
PIECE = 1 << 16


class Stop(Exception):
    """The file is refused: code and params of a Problem."""

    def __init__(self, code: str, **params: Any) -> None:
        self.code, self.params = code, params
        super().__init__(code)


class Out:
    """Writes lines, never more than the limits allow: small files can hold very large tables."""

    def __init__(self, limits: dict[str, int]) -> None:
        self.limits = limits
        self.left = limits["output_mib"] << 20
        self.rows = 0

    def line(self, value: Any) -> None:
        data = json.dumps(value, ensure_ascii=True, separators=(",", ":")).encode("ascii") + b"\n"
        self.left -= len(data)
        if self.left < 0:
            raise Stop("sheet.too_heavy")
        sys.stdout.buffer.write(data)

    def table(self, sheet: int, rows: Iterator[tuple[int, list[Any]]]) -> None:
        """The rows of one sheet; empty ones count only where something follows them."""
        blank: list[int] = []
        for number, cells in rows:
            while cells and cells[-1] is None:
                cells.pop()
            if not cells:
                if len(blank) <= self.limits["rows"]:
                    blank.append(number)
                continue
            if len(cells) > self.limits["columns"]:
                raise Stop("sheet.too_many_columns", max=self.limits["columns"], count=len(cells))
            self.rows += len(blank) + 1
            if self.rows > self.limits["rows"] + 1:
                raise Stop("sheet.too_many_rows", max=self.limits["rows"])
            for each in blank:
                self.line([sheet, each, []])
            blank.clear()
            self.line([sheet, number, [self.cell(cell) for cell in cells]])

    def cell(self, value: Any) -> Any:
        """A cell as JSON: text, number, truth and null as they are, the rest named by what it is."""
        if isinstance(value, str):
            most = self.limits["cell"]
            return value if len(value) <= most else {"long": len(value), "text": value[:80]}
        if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
            return str(value)
        if value is None or isinstance(value, (bool, int, float, dict)):
            return value
        if isinstance(value, datetime):
            return {"time": value.isoformat()}
        if isinstance(value, date):
            return {"date": value.isoformat()}
        if isinstance(value, (time, timedelta)):
            return str(value)
        return str(value)[:200]


def limit(limits: dict[str, int]) -> None:
    """Memory, processor time and files of this process, where the system can limit them."""
    try:
        import resource
    except ImportError:  # not on Windows; the parent's clock still ends us
        return
    memory = limits["memory_mib"] << 20
    for what, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, limits["seconds"]),
        (resource.RLIMIT_FSIZE, (limits["output_mib"] << 20) + PIECE),
        (resource.RLIMIT_CORE, 0),
    ):
        try:
            resource.setrlimit(what, (most, most))
        except (ValueError, OSError):
            continue  # lower already, or not for us to set


def read(content: bytes, name: str, out: Out) -> None:
    if content.startswith(ZIP):
        workbook(content, out)
    elif content.startswith(OLE):
        raise Stop("sheet.old_workbook")
    else:
        text = decoded(content)
        if PAGE.match(text):
            raise Stop("sheet.web_page")
        if name.lower().endswith((".xlsx", ".xlsm", ".xls", ".xlsb")):
            raise Stop("sheet.not_a_workbook")
        table(text, out)


# workbooks ------------------------------------------------------------------------------------------------------------


def workbook(content: bytes, out: Out) -> None:
    has_formulas = unpacked(content, out.limits)
    from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        meta = list(book.sheets_metadata)
    except CalamineError as error:
        raise Stop("sheet.damaged") from error
    shown = [m.visible == SheetVisibleEnum.Visible and m.typ == SheetTypeEnum.WorkSheet for m in meta]
    out.line({"sheets": [{"name": m.name[:100], "hidden": not seen} for m, seen in zip(meta, shown, strict=True)]})
    formulas = formulas_of(content) if has_formulas else {}
    for index, entry in enumerate(meta):
        if not shown[index]:
            continue
        try:
            page = book.get_sheet_by_name(entry.name)
            if page.total_width > 10 * out.limits["columns"]:
                raise Stop("sheet.too_many_columns", max=out.limits["columns"], count=page.total_width)
            out.table(index, rows_of(page, formulas.get(entry.name, {})))
        except CalamineError as error:
            raise Stop("sheet.damaged") from error


def rows_of(page: Any, formulas: dict[int, dict[int, str]]) -> Iterator[tuple[int, list[Any]]]:
    last = 0
    before = [None] * page.start[1] if page.start is not None else []  # rows begin at the top, cells where some stand
    for last, values in enumerate(page.iter_rows(), 1):
        cells = before + [None if value == "" else value for value in values]
        yield last, with_formulas(cells, formulas.pop(last, {}))
    for number in sorted(formulas):  # rows below that hold nothing but formulas never computed
        if number > last:
            yield from ((gap, []) for gap in range(last + 1, number))
            yield number, with_formulas([], formulas[number])
            last = number


def with_formulas(cells: list[Any], found: dict[int, str]) -> list[Any]:
    for place, text in found.items():
        cells += [None] * (place - len(cells))
        cells[place - 1] = {"formula": text[:200]}
    return cells


def formulas_of(content: bytes) -> dict[str, dict[int, dict[int, str]]]:
    """sheet → row → column → formula text, read and never computed, or the error value the reader would drop."""
    import warnings

    from openpyxl import load_workbook

    warnings.simplefilter("ignore")
    found: dict[str, dict[int, dict[int, str]]] = {}
    book = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
    for page in book.worksheets:
        if page.sheet_state != "visible":
            continue
        page.reset_dimensions()
        rows = found.setdefault(page.title, {})
        for row in page.iter_rows():
            for cell in row:
                kind, value = getattr(cell, "data_type", None), cell.value
                if kind not in ("e", "f") or cell.row is None or cell.column is None:
                    continue
                text = value if isinstance(value, str) else str(getattr(value, "text", "") or "=")
                if kind == "f" and not text.startswith("="):
                    text = "=" + text
                rows.setdefault(cell.row, {})[cell.column] = text
    return found


def unpacked(content: bytes, limits: dict[str, int]) -> bool:
    """Unpack every part once, counting, before anything is parsed; tells whether a worksheet holds formulas or errors.

    Declared sizes are refused first; a part that lies about its size fails its checksum.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            names = {part.filename for part in parts}
            if WORKBOOK not in names:
                raise Stop("sheet.not_a_workbook")
            if len(parts) > limits["parts"] or len(names) < len(parts):
                raise Stop("sheet.damaged")
            left = limits["unpacked_mib"] << 20
            if sum(part.file_size for part in parts) > left:
                raise Stop("sheet.too_heavy")
            return sum(scanned(archive, part) for part in parts) > 0  # every part, also after the first formula
    except (Stop, MemoryError):
        raise
    except Exception as error:
        raise Stop("sheet.damaged") from error  # a bad archive may fail in any of a dozen ways


def scanned(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    """Whether this part is a worksheet with formulas; Stop for what no workbook of people holds."""
    readable = part.filename.lower().endswith((".xml", ".rels", ".vml"))
    is_sheet = readable and part.filename.startswith("xl/worksheets/")
    found, tail = False, b""
    with archive.open(part) as stream:
        while piece := stream.read(PIECE):
            if not readable:
                continue
            if not tail and piece[:2] in (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<"):
                raise Stop("sheet.damaged")  # office programs write UTF-8; another encoding hides what follows
            window = tail + piece
            if DOCTYPE.search(window):
                raise Stop("sheet.entities")
            found = found or (is_sheet and SPECIAL.search(window) is not None)
            tail = piece[-16:]
    return found


# text -----------------------------------------------------------------------------------------------------------------


def decoded(content: bytes) -> str:
    """UTF-8 with or without mark, UTF-16 with mark, else GB18030, as Excel writes it on Chinese machines."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        attempts: tuple[str, ...] = ("utf-16",)
    else:
        attempts = ("utf-8-sig", "gb18030")
    for encoding in attempts:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Stop("sheet.encoding")


def table(text: str, out: Out) -> None:
    csv.field_size_limit(1 << 30)
    out.line({"sheets": [{"name": "", "hidden": False}]})
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator_of(text), strict=True)
    try:
        out.table(0, ((number, [cell or None for cell in cells]) for number, cells in enumerate(reader, 1)))
    except csv.Error as error:
        raise Stop("sheet.csv_quotes", line=reader.line_num) from error


def separator_of(text: str) -> str:
    """The sign that separates most in the first line that holds anything."""
    start = len(text) - len(text.lstrip("\r\n ,;\t"))
    first = re.split(r"[\r\n]", text[start : start + PIECE], maxsplit=1)[0]
    outside = re.sub(r'"[^"]*"', "", first)
    return max(SEPARATORS, key=outside.count)


def main() -> NoReturn:
    limits: dict[str, int] = json.loads(sys.argv[1])
    limit(limits)
    try:
        out = Out(limits)
        read(sys.stdin.buffer.read(), sys.argv[2], out)
        last: dict[str, Any] = {"end": True}
    except Stop as stop:
        last = {"problem": stop.code, "params": stop.params}
    except MemoryError:
        last = {"problem": "sheet.too_heavy", "params": {}}
    except Exception as error:  # noqa: BLE001 - the parsers of a hostile file may raise anything; it is damaged
        last = {"problem": "sheet.damaged", "params": {}, "error": type(error).__name__}
    sys.stdout.buffer.write(json.dumps(last).encode("ascii") + b"\n")
    sys.stdout.buffer.flush()
    sys.exit(0)


if __name__ == "__main__":
    main()
