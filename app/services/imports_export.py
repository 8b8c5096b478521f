"""What people download for a list: the empty sheet to fill in, and their own file with the result beside each row."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from app.services.imports import get
from app.services.imports_columns import LOCALES
from app.services.imports_rows import Checked
from app.services.imports_survey import CUSTOMERS, Kind, Walk, kind_of, kind_of_upload, walking
from app.services.sheets import column_name
from app.services.sheets_writer import Writer
from app.work import Reading
from forms import Field
from forms.fields.choice import Choice
from forms.fields.dates import Date
from forms.fields.number import Number
from forms.files import Filed
from forms.label import say as say_label
from rules import Problem

Say = Callable[[Problem], str]
Head = Callable[..., str]
ROOM = 1000  # rows of an empty sheet that offer their choices


def template(view: Reading, kind_key: str, locale: str, say: Head, book: str | None = None) -> bytes:
    """An empty list generated from the form in force: headings, choices to pick from, and what each column means."""
    kind = kind_of(view.session, kind_key, book=book)
    fields = [field for field in kind.fields.values() if not isinstance(field, Filed)]
    writer = Writer()
    columns = [field.excel(locale) for field in fields]
    title = title_of(kind, locale)
    page = writer.sheet(title, [column.width for column in columns])
    options = writer.sheet(say("import.template.options"))
    notes = writer.sheet(say("import.template.notes"), [28, 10, 24, 70])
    options.hide()
    page.freeze_panes(1, 0)
    for place, column in enumerate(columns):
        page.set_column(place, place, column.width, writer.book.add_format({"num_format": column.number_format}))
    for place, field in enumerate(fields):
        page.write_string(0, place, columns[place].header + ("*" if field.required else ""), writer.head)
        _offer(page, place, field, options, locale)
    _options(options, fields, locale)
    _notes(writer, notes, fields, locale, say)
    page.activate()
    return writer.bytes()


def title_of(kind: Kind, locale: str) -> str:
    """What a list of this kind is called: the book's own title for its records."""
    return say_label(kind.shelf.title if kind.shelf is not None else kind.document["title"], locale)


def _words(field: Field, locale: str) -> list[str]:
    """The options as a sheet offers them: currencies by their code, others by their name."""
    if not isinstance(field, Choice) or field.type != "choice":
        return []
    words = [option.code if field.key == "currency" else option.label.get(locale, option.label["zh-CN"])
             for option in field.options if not option.retired]  # fmt: skip
    return [str(word) for word in words]


def _offer(page: Any, place: int, field: Field, options: Any, locale: str) -> None:
    """Only choices and days are offered; what is typed against them is refused by the import, with its reason."""
    words = _words(field, locale)
    if words:
        letters = column_name(place)
        source = f"='{options.get_name()}'!${letters}$1:${letters}${len(words)}"
        page.data_validation(1, place, ROOM, place, {"validate": "list", "source": source, "error_type": "warning"})


def _options(page: Any, fields: list[Field], locale: str) -> None:
    columns = [_words(field, locale) for field in fields]
    for row in range(max(len(words) for words in columns)):  # row by row: a page of constant memory never goes back
        for place, words in enumerate(columns):
            if row < len(words):
                page.write_string(row, place, words[row])


def _notes(writer: Writer, page: Any, fields: list[Field], locale: str, say: Head) -> None:
    heads = ("import.template.column", "import.template.required", "import.template.kind", "import.template.help")
    writer.row(page, 0, [say(head) for head in heads], writer.head)
    page.freeze_panes(1, 0)
    for number, field in enumerate(fields, 1):
        need = say("import.template.yes") if field.required else ""
        hints = [say(hint.code, **hint.params) for hint in field.hints()]
        help_text = (field.help or {}).get(locale) or (field.help or {}).get("zh-CN", "")
        meaning = " ".join(part for part in (help_text, *hints) if part)
        row = [field.header(locale), need, say(f"import.kind_of_cell.{_kind(field)}"), meaning]
        writer.row(page, number, row, writer.wrap)


def _kind(field: Field) -> str:
    if isinstance(field, Choice):
        return "choice"
    if isinstance(field, Date):
        return "date"
    return "number" if isinstance(field, Number) else "text"


def result(view: Reading, upload_id: str, say: Say, head: Head) -> bytes:
    """The file as it was sent, with the fate of each row and every finding in words beside it."""
    row = get(view.session, view.viewer, upload_id, whole=True)
    kind = kind_of_upload(view.session, row)
    now = row.at.astimezone(view.zone)
    writer = Writer()
    given = kind.given(row.mapping)
    with walking(view.session, view.viewer, kind, row.content, row.filename, now, given=given) as walk:
        _result(writer, walk, view, kind, row.at if row.status == "imported" else None, say, head)
    return writer.bytes()


def _result(
    writer: Writer, walk: Walk, view: Reading, kind: Kind, checked_at: datetime | None, say: Say, head: Head
) -> None:
    columns = walk.matched.columns
    last = max(column.place for column in columns) + 1
    page = writer.sheet(walk.matched.name or title_of(kind, LOCALES[0]), [18] * last + [10, 60])
    page.freeze_panes(1, 0)
    headings: list[str | None] = [None] * last
    for column in columns:
        headings[column.place] = column.heading
    writer.row(page, 0, [*headings, head("import.result"), head("import.reason")], writer.head)
    for number, checked in enumerate(_met(walk, view), 1):
        cells = [checked.row.cell(place) for place in range(last)]
        fate = _fate(checked, checked_at, kind.key == CUSTOMERS)
        writer.row(page, number, [*cells, head(f"import.fate.{fate}")])
        writer.cell(page, number, last + 1, "" if fate == "taken" else reasons(checked, say), writer.wrap)


def _fate(checked: Checked, checked_at: datetime | None, customers: bool) -> str:
    """Once a list was taken over, its own customers are on file: those are not known from before."""
    if checked_at is None or checked.fate in ("bad", "empty"):
        return checked.fate
    if not customers:
        return "taken"
    since = next((f.problem.params.get("since") for f in checked.findings if f.level == "known"), None)
    return "taken" if since is not None and datetime.fromisoformat(since) >= checked_at else checked.fate


def _met(walk: Walk, view: Reading) -> Iterator[Checked]:
    for batch in walk.batches():
        walk.taker.meet(view.session, view.viewer, batch)
        yield from batch


def reasons(checked: Checked, say: Say) -> str:
    """Every finding of a row in words, each with its column."""
    parts = []
    for finding in checked.findings:
        where = f"{finding.column.heading}: " if finding.column else ""
        parts.append(where + say(finding.problem))
    return "\n".join(parts)
