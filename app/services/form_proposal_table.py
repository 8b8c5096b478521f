"""A table inside a worksheet of any make: its row of headings, the columns below it, and what is not a row of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from app.services.imports_columns import folded, heading_of
from app.services.sheets import Book, Cell, Formula, Row, TooLong, column_name
from forms.raw import half_width, is_empty, trim
from rules import Invalid, Problem

HEAD_WITHIN = 16  # rows that hold anything, among which the headings stand
LOOKED_AT = 20_000  # rows a proposal is made of
LONGEST_HEAD = 60
TOTALS = re.compile(r"(合计|总计|小计|共计|total|sum|subtotal)[:：]?", re.IGNORECASE)
UNIT = re.compile(r"(?:金额)?单位[:：]\s*([^\s,，;；)）]+)|\bunit[:：]\s*(\S+)", re.IGNORECASE)
_WITH_UNIT = re.compile(r"(.+?)\s*[(（]([^()（）]{1,12})[)）]\s*\*?")
# What stands in brackets behind a heading and is a unit; anything else there belongs to the heading.
_UNITS = re.compile(
    r"(?:[千万亿]|百万|千万)?(?:元|圆|人民币|美元|欧元|港元|港币|日元|英镑|CNY|RMB|USD|EUR|HKD|JPY|GBP|US\$|HK\$|[¥$€£])"
    r"|[千万亿]|百万|千万|%|‰|[吨个天日月年人件台次套箱亩米岁家户份张]|小时|分钟|公里|平方米|立方米|工作日|m2|m3|㎡|kg|km|g|t|kwh|"
    r"days?|months?|years?|hours?|pcs", re.IGNORECASE,
)  # fmt: skip


@dataclass(slots=True)
class TableColumn:
    """One column: its heading, the unit in it, and its filled cells with their row numbers.

    heading  as it stands, with what stands in a merged cell above it; empty where there is none
    label    what the field may be called: the heading without its unit
    """

    place: int
    heading: str
    label: str
    unit: str
    cells: list[tuple[int, Cell]] = field(default_factory=list)

    @property
    def letter(self) -> str:
        return column_name(self.place)


@dataclass(frozen=True, slots=True)
class Table:
    """What was found on one sheet. `rows` counts filled rows below the header, as far as they were looked at.

    unit    of amounts, where a line above the header says it: 万元
    totals  numbers of rows that only add up others; `more` whether there are rows that were not looked at
    """

    sheet: int
    name: str
    header: int
    columns: tuple[TableColumn, ...]
    rows: int
    title: str
    unit: str
    totals: tuple[int, ...]
    more: bool


def table_of(book: Book, sheet: int | None = None, header: int | None = None) -> Table:
    """The table of a sheet, of its likeliest row of headings where none is told.

    Raises Invalid, start.no_table, where nothing looks like one: no visible sheet, no heading, or prose in one column.
    """
    best: tuple[int, int, Row] | None = None
    for each in [sheet] if sheet in book.sheets and sheet is not None else book.sheets:
        rows = book.peek(each, HEAD_WITHIN)
        chosen = [row for row in rows if row.number == header] if header is not None and each == sheet else []
        for row in chosen or rows[:HEAD_WITHIN]:
            score = 1_000_000 if chosen else _score(row, rows)
            if best is None or score > best[0]:
                best = (score, each, row)
    if best is None or best[0] <= 0:
        raise Invalid([Problem("start.no_table")])
    return _table(book, best[1], best[2])


def _score(row: Row, rows: Sequence[Row]) -> int:
    """How much like headings a row is: short texts over most of the table's width, no values among them."""
    texts = [heading_of(cell) for cell in row.cells if isinstance(cell, str)]
    heads = [folded(text) for text in texts if text and len(text) <= LONGEST_HEAD and not _like_value(text)]
    others = sum(not is_empty(cell) for cell in row.cells) - len(texts)
    widest = max(sum(not is_empty(cell) for cell in each.cells) for each in rows)
    if not heads or others > len(heads) or 2 * len(heads) < widest:
        return 0
    long = any(len(str(cell)) > LONGEST_HEAD for each in rows for cell in each.cells)
    if widest == 1 and (len(rows) < 3 or long):
        return 0
    groups = len(heads) >= 4 and 2 * len(set(heads)) <= len(heads)  # one word over several columns
    return 4 * (len(set(heads)) if groups else len(heads)) - 2 * others


def _like_value(text: str) -> bool:
    """Whether a text is rather a value than a heading: a number, a day, an amount."""
    return re.fullmatch(r"[-+¥$€£]?[\d.,/:%-]+(?:年[\d月日]*|万?元|%)?", trim(text)) is not None


def _table(book: Book, sheet: int, head: Row) -> Table:
    above = [row for row in book.peek(sheet, HEAD_WITHIN) if row.number < head.number]
    columns = {each.place: each for each in _columns(above[-1] if above else None, head)}
    names = {folded(heading_of(cell)) for cell in head.cells} - {""}
    count, totals, more = 0, [], False
    for row in book.rows(sheet, head.number):
        filled = [(place, cell) for place, cell in enumerate(row.cells) if not is_empty(cell)]
        if not filled or {folded(heading_of(cell)) for _, cell in filled} == names:
            continue  # empty, or the headings once more, as printed lists repeat them
        first = filled[0][1]
        if isinstance(first, str) and TOTALS.fullmatch(trim(first)):
            totals.append(row.number)
            continue
        if count == LOOKED_AT:
            more = True
            break
        count += 1
        for place, cell in filled:
            columns.setdefault(place, TableColumn(place, "", "", "")).cells.append((row.number, cell))
    texts = [text for row in above for cell in row.cells if isinstance(cell, str) and (text := trim(cell))]
    units = [found[1] or found[2] for text in texts if (found := UNIT.search(text))]
    title = next((text for text in texts if not UNIT.search(text) and len(text) <= LONGEST_HEAD), "")
    kept = [columns[place] for place in sorted(columns) if columns[place].heading or columns[place].cells]
    return Table(
        sheet, book.sheets.get(sheet, ""), head.number, tuple(_distinct(kept)), count, title,
        units[0] if units else "", tuple(totals), more,
    )  # fmt: skip


def _columns(above: Row | None, head: Row) -> Iterator[TableColumn]:
    """The headings of a row; where it is empty below a merged cell, and where two are alike, with what stands above."""
    alike = [folded(heading_of(cell)) for cell in head.cells]
    groups = [heading_of(cell) for cell in above.cells] if above is not None else []
    if sum(bool(each) for each in groups) < 2:
        groups = []  # a title, not headings of groups
    group = ""
    for place in range(max(len(head.cells), len(groups))):
        own = heading_of(head.cell(place))
        group = (groups[place] if place < len(groups) else "") or (group if own else "")
        heading = own or (groups[place] if place < len(groups) else "")
        if own and group and alike.count(folded(own)) > 1:
            heading = f"{group} {own}"
        if not heading:
            continue
        found = _WITH_UNIT.fullmatch(heading)
        unit = found[2] if found and _UNITS.fullmatch(half_width(found[2])) else ""
        yield TableColumn(place, heading, trim(found[1] if found and unit else heading.rstrip("*＊ ")), unit)


def _distinct(columns: Sequence[TableColumn]) -> Iterator[TableColumn]:
    """Every label once: a second one is numbered, and a column without heading goes by its letter."""
    seen: dict[str, int] = {}
    for column in columns:
        label = column.label or column.letter
        number = seen[folded(label)] = seen.get(folded(label), 0) + 1
        column.label = label if number == 1 else f"{label} ({number})"
        yield column


def unreadable(cell: Cell) -> bool:
    """What no field may read: formulas, error values, texts longer than a cell."""
    return isinstance(cell, Formula | TooLong)


def text_of(cell: Cell) -> str:
    """A cell as a person reads it."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, Formula | TooLong):
        return cell.text
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    return cell.isoformat() if isinstance(cell, date) else str(cell)
