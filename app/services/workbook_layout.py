"""What a definition's workbook is made of: pages with columns, cells by their column's kind, choices in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from app.services.sheets_writer import Writer

Words = Mapping[str, str]
"""The sentences of one language by their keys."""

Cells = dict[str, Any]
"""One row: values under the keys of their columns."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a page. `kind`: ``text``, ``number``, or the name of a list of `CHOICES`.

    head  what stands above it where that is no word of the catalogue: the name of a variant, of an input …
    """

    key: str
    kind: str = "text"
    required: bool = False
    width: int = 16
    head: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page to be written."""

    title: str
    columns: Sequence[Column]
    lines: Iterable[Cells]


CHOICES: Mapping[str, tuple[str, ...]] = {
    "type": ("number", "string", "boolean", "date", "date and time", "any"),
    "dialect": ("feel", "excel"),
    "unit": ("ratio", "percent", "days", "count", "years", "amount", "score"),
    "direction": ("higher", "lower"),
    "bands": ("steps", "set", "linear", "identity"),
    "match": ("gte", "lte"),
    "effect": ("knock_out", "ceiling", "manual"),
    "on_unknown": ("manual", "name"),
    "yes_no": ("yes", "no"),
    "hit_policy": ("U", "F", "A", "P", "R", "O", "C", "C+", "C<", "C>", "C#"),
    "row_unknown": ("stop", "skip"),
    "side": ("input", "output"),
}
_POLICIES = {"C+": "Csum", "C<": "Cleast", "C>": "Cgreatest", "C#": "Cnumber"}

NAMES = (Column("name_zh", required=True, width=26), Column("name_en", width=30))
LOOSE = (Column("name_zh", width=26), Column("name_en", width=30))
NOTE = (Column("note_zh", width=26), Column("note_en", width=26))
FACTS = (Column("key", required=True), *LOOSE, Column("type", "type"), Column("unit_text"))


def page_name(page: str, words: Words) -> str:
    return words[f"book.page.{page}"]


def heading(column: Column, words: Words) -> str:
    return (column.head or words[f"book.column.{column.key}"]) + ("*" if column.required else "")


def choice_words(kind: str, code: str, words: Words) -> str:
    if kind == "hit_policy":
        return words[f"studio.table.policy.{_POLICIES.get(code, code)}"]
    return words[f"book.{kind}.{code.replace(' ', '_')}"]


def keyed_head(item: Mapping[str, Any], locale: str) -> str:
    """Over a column that belongs to an item: its name, and its key in brackets for the way back."""
    names = item.get("label") or {}
    return f"{names.get(locale) or names.get('zh-CN') or ''} [{item['key']}]".strip()


def spread(item: Mapping[str, Any]) -> Cells:
    """The members of an item as cells: its label, unit and note in columns of their own."""
    found: Cells = dict(item)
    names, unit = found.pop("label", None) or {}, found.get("unit")
    told = note_cells("note", found.pop("note", None))
    return found | {"name_zh": names.get("zh-CN"), "name_en": names.get("en"), "unit_text": unit, **told}


def note_cells(name: str, note: Mapping[str, str] | None) -> Cells:
    return {f"{name}_zh": (note or {}).get("zh-CN"), f"{name}_en": (note or {}).get("en")}


def facts_lines(body: Mapping[str, Any]) -> Iterable[Cells]:
    return (spread({"key": item} if isinstance(item, str) else item) for item in body.get("facts", ()))


def write(place: Mapping[str, Any], notes: Sequence[str], sheets: Iterable[Sheet], words: Words) -> bytes:
    """A workbook. `place`: title, key, version and fingerprint, told on the first page above the sentences `notes`."""
    writer = Writer()
    about = writer.sheet(words["book.page.about"], [18, 90])
    told = ("title", "key", "version", "fingerprint")
    for number, name in enumerate(told):
        writer.row(about, number, [words[f"book.about.{name}"], place[name]])
    for number, note in enumerate(notes, len(told) + 1):
        writer.cell(about, number, 1, words[note], writer.wrap)
    for sheet in sheets:
        _page(writer, sheet, words)
    return writer.bytes()


def _page(writer: Writer, sheet: Sheet, words: Words) -> None:
    page = writer.sheet(sheet.title, [column.width for column in sheet.columns])
    page.freeze_panes(1, 1)
    writer.row(page, 0, [heading(column, words) for column in sheet.columns], writer.head)
    for place, column in enumerate(sheet.columns):
        if column.kind in CHOICES:
            offered = [choice_words(column.kind, code, words) for code in CHOICES[column.kind]]
            rule = {"validate": "list", "source": offered, "error_type": "warning"}
            page.data_validation(1, place, 2000, place, rule)
    for number, line in enumerate(sheet.lines, 1):
        for place, column in enumerate(sheet.columns):
            writer.cell(page, number, place, _cell(line.get(column.key), column.kind, words))


def _cell(value: Any, kind: str, words: Words) -> Any:
    if value is None or isinstance(value, Decimal):
        return value
    if kind in CHOICES:
        return choice_words(kind, str(value), words)
    return Decimal(value) if kind == "number" else str(value)
