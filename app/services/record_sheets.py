"""Records as a worksheet: every field in its own column, typed, headed as the import of the book reads it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from app.models.definition import Definition
from app.queries.records import RecordLine
from app.services.books import Shelf
from app.services.definition_checks import compiled
from app.services.sheets_writer import Writer, safe_text
from app.work import Reading
from forms import Answers, Form
from forms.fields import Field, LookupField, Subform
from forms.label import say

Rows = Iterable[RecordLine]


def fields_of(shelf: Shelf, hidden: frozenset[str]) -> list[Field]:
    """The columns of a book's sheet, in the order of its Form; rows of sub-forms have no room in one line."""
    return [f for f in shelf.form.asked if f.key not in hidden and not isinstance(f, Subform)]


def heads(fields: Iterable[Field], locale: str, identity: str) -> list[str]:
    """The headings; last the record's own id, by which an import finds it again where the book has no key."""
    return [*(field.excel(locale).header for field in fields), identity]


def workbook(
    view: Reading, shelf: Shelf, rows: Rows, locale: str, hidden: frozenset[str], identity: str
) -> bytes:
    """One sheet with a frozen head: figures as numbers, days as days, all else as text that nothing computes."""
    fields = fields_of(shelf, hidden)
    writer = Writer()
    columns = [field.excel(locale) for field in fields]
    page = writer.sheet(say(shelf.title, locale), [*(column.width for column in columns), 34])
    page.freeze_panes(1, 0)
    for place, column in enumerate(columns):
        page.set_column(place, place, column.width, writer.book.add_format({"num_format": column.number_format}))
    writer.row(page, 0, heads(fields, locale, identity), writer.head)
    for number, cells in enumerate(_lines(view, shelf, fields, rows, locale), 1):
        writer.row(page, number, cells)
    return writer.bytes()


def text(view: Reading, shelf: Shelf, rows: Rows, locale: str, hidden: frozenset[str], identity: str) -> bytes:
    """The same as CSV with a mark that spreadsheet programs know UTF-8 by."""
    fields = fields_of(shelf, hidden)
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([safe_text(head) for head in heads(fields, locale, identity)])
    for cells in _lines(view, shelf, fields, rows, locale):
        writer.writerow([_plain(cell) for cell in cells])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _plain(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, Decimal | int) and not isinstance(cell, bool):
        return str(cell)  # a figure of ours, -5 among them: no text that somebody typed
    return safe_text(cell.isoformat(sep=" ") if isinstance(cell, datetime) else str(cell))


def _lines(
    view: Reading, shelf: Shelf, fields: list[Field], rows: Rows, locale: str
) -> Iterator[list[Any]]:
    forms: dict[str, Form] = {shelf.row.id: shelf.form}
    for row in rows:
        if row.form_id not in forms:
            forms[row.form_id] = compiled(view.session.get_one(Definition, row.form_id))
        form = forms[row.form_id]
        answers = Answers.from_json(form, row.answers, view.zone)
        mine = {each.id: each for each in form.asked}
        yield [*(_cell(mine.get(field.id), answers, row, locale) for field in fields), row.id]


def _cell(field: Field | None, answers: Answers, row: RecordLine, locale: str) -> Any:
    """One answer as its cell: typed where a worksheet knows the type, else as a person would type it."""
    if field is None:
        return None
    value = answers.typed.get(field.key)
    if field.is_empty(value):
        return None
    if isinstance(field, LookupField):
        return row.customer_number if field.of == "customer" else field.to_text(value)
    if isinstance(value, date | Decimal) and not isinstance(value, datetime):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return field.display(value, locale)
