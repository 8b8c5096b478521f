"""Records as a worksheet: every field in its own column, typed, headed as the import of the book reads it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any

from sqlalchemy import select

from app.models.customer import Customer
from app.models.definition import Definition
from app.models.record import Record
from app.queries.records import RecordLine
from app.queries.scope import customers_in_scope, records_in_scope, unwritable
from app.services.books import Shelf
from app.services.definition_checks import compiled
from app.services.sheets_writer import Writer, safe_text
from app.work import Reading
from forms import Answers, Form
from forms.fields import Field, LookupField, Subform
from forms.fields.bank import BankAccount, grouped_digits
from forms.label import say

Rows = Iterable[RecordLine]
SOME = 500


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
    numbers = _Numbers(view)
    for row, whole in _with_whole(view, shelf, fields, rows):
        if row.form_id not in forms:
            forms[row.form_id] = compiled(view.session.get_one(Definition, row.form_id))
        form = forms[row.form_id]
        answers = Answers.from_json(form, row.answers, view.zone)
        mine = {each.id: each for each in form.asked}
        yield [*(_cell(mine.get(field.id), answers, numbers, locale, field.key in whole) for field in fields), row.id]


def masked(view: Reading, shelf: Shelf, hidden: frozenset[str]) -> frozenset[str]:
    """Masked fields of the sheet that this person may write: of records they may write, they stand in it whole."""
    writable = unwritable(view.viewer, shelf.book)
    fields = fields_of(shelf, hidden)
    return frozenset(f.key for f in fields if isinstance(f, BankAccount) and f.mask and f.key not in writable)


def _with_whole(
    view: Reading, shelf: Shelf, fields: list[Field], rows: Rows
) -> Iterator[tuple[RecordLine, frozenset[str]]]:
    """Each record with the masked fields that stand in its line whole, so that the sheet can come back in."""
    nothing: frozenset[str] = frozenset()
    whole = masked(view, shelf, nothing) & {field.key for field in fields}
    waiting = iter(rows)
    while some := list(islice(waiting, SOME)):
        writable: set[str] = set()
        if whole:
            query = select(Record.id).where(Record.id.in_([row.id for row in some]))
            query = records_in_scope(query, view.viewer, shelf.key, shelf.book, "write")
            writable = set(view.session.scalars(query))
        yield from ((row, whole if row.id in writable else nothing) for row in some)


class _Numbers:
    """The numbers of customers that lookups name, as far as the reader may see them; others go by their id."""

    def __init__(self, view: Reading) -> None:
        self._view = view
        self._known: dict[str, str] = {}

    def of(self, customer_id: str) -> str:
        if customer_id not in self._known:
            query = customers_in_scope(select(Customer.number).where(Customer.id == customer_id), self._view.viewer)
            self._known[customer_id] = self._view.session.scalar(query) or customer_id
        return self._known[customer_id]


def _cell(field: Field | None, answers: Answers, numbers: _Numbers, locale: str, whole: bool = False) -> Any:
    """One answer as its cell: typed where a worksheet knows the type, else as a person would type it."""
    if field is None:
        return None
    value = answers.typed.get(field.key)
    if field.is_empty(value):
        return None
    if whole and isinstance(field, BankAccount):
        return grouped_digits(str(value))  # in fours it is a text to every worksheet, and none of its digits is rounded
    if isinstance(field, LookupField):
        id = field.to_text(value)
        return numbers.of(id) if field.of == "customer" else id
    if isinstance(value, date | Decimal) and not isinstance(value, datetime):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if field.type in ("datetime", "date_range"):
        return field.to_text(value)  # as every reader of this file reads it, in whatever language
    return field.display(value, locale)
