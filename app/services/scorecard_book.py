"""A scorecard as a workbook: which pages and columns it has, and how one is written for an analyst to edit.

What a page of rows cannot hold (decision tables, rounding, examples) is not in the book: whoever brings it back keeps
these from the version it is laid over.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from app.services.sheets_writer import Writer

Words = Mapping[str, str]
"""The sentences of one language by their keys."""

Cells = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a page. `kind`: ``text``, ``number``, or the name of a list of `CHOICES`."""

    key: str
    kind: str = "text"
    required: bool = False
    width: int = 16


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
}

_NAMES = (Column("name_zh", required=True, width=26), Column("name_en", width=30))
_LOOSE = (Column("name_zh", width=26), Column("name_en", width=30))
PAGES: Mapping[str, tuple[Column, ...]] = {
    "dimensions": (Column("key", required=True), *_NAMES, Column("weight", "number", True)),
    "variants": (Column("key", required=True), *_LOOSE, Column("default", "yes_no")),
    "factors": (
        Column("key", required=True), Column("dimension", required=True), *_NAMES, Column("weight", "number", True),
        Column("value", required=True, width=40), Column("dialect", "dialect"), Column("bands", "bands", True),
        Column("match", "match"), Column("otherwise", "number"), Column("missing", "number"),
        Column("unit", "unit"), Column("direction", "direction"), Column("movable", "yes_no"), Column("source"),
    ),
    "bands": (Column("factor", required=True), Column("edge"), Column("points", "number", True)),
    "knockouts": (
        Column("id", required=True), *_NAMES, Column("when", required=True, width=48), Column("dialect", "dialect"),
        Column("effect", "effect", True), Column("grade"), Column("on_unknown", "on_unknown"),
    ),
    "grades": (Column("key", required=True), Column("min", "number"), *_LOOSE),
    "formulas": (
        Column("key", required=True), *_LOOSE, Column("text", required=True, width=60), Column("dialect", "dialect"),
        Column("type", "type"), Column("unit_text"),
    ),
    "facts": (Column("key", required=True), *_LOOSE, Column("type", "type"), Column("unit_text")),
}  # fmt: skip


def page_name(page: str, words: Words) -> str:
    return words[f"book.page.{page}"]


def heading(column: Column, words: Words) -> str:
    return words[f"book.column.{column.key}"] + ("*" if column.required else "")


def choice_words(kind: str, code: str, words: Words) -> str:
    return words[f"book.{kind}.{code.replace(' ', '_')}"]


def variant_heading(variant: Mapping[str, Any], locale: str) -> str:
    """Over the weights of one variant: its name, and its key in brackets for the way back."""
    names = variant.get("label") or {}
    return f"{names.get(locale) or names.get('zh-CN') or ''} [{variant['key']}]".strip()


def lines(page: str, body: Mapping[str, Any]) -> Iterator[Cells]:
    """The rows of one page, each cell under its column's key; weights of a variant under ``[key]``."""
    if page == "bands":
        for factor in body.get("factors", ()):
            yield from _band_lines(factor)
        return
    for item in body.get(page, ()):
        found: Cells = {"key": item} if isinstance(item, str) else dict(item)
        names = found.pop("label", None) or {}
        yield _PUT.get(page, _as_is)(found, body) | {"name_zh": names.get("zh-CN"), "name_en": names.get("en")}


def _as_is(item: Cells, _body: Mapping[str, Any]) -> Cells:
    return item


def _with_unit(item: Cells, _body: Mapping[str, Any]) -> Cells:
    return {**item, "unit_text": item.get("unit")}


def _dimension(item: Cells, body: Mapping[str, Any]) -> Cells:
    return item | {f"[{each['key']}]": each["weights"].get(item["key"]) for each in body.get("variants", ())}


def _variant(item: Cells, body: Mapping[str, Any]) -> Cells:
    return item | {"default": "yes" if item["key"] == body.get("default_variant") else None}


def _factor(item: Cells, _body: Mapping[str, Any]) -> Cells:
    bands, missing = item["bands"], item.get("missing")
    return item | {
        "bands": bands["kind"],
        "match": bands.get("match"),
        "otherwise": bands.get("otherwise"),
        "missing": missing["points"] if isinstance(missing, Mapping) else None,
        "movable": "no" if item.get("movable") is False else None,
    }


_PUT = {"dimensions": _dimension, "variants": _variant, "factors": _factor, "formulas": _with_unit, "facts": _with_unit}


def _band_lines(factor: Mapping[str, Any]) -> Iterator[Cells]:
    bands = factor["bands"]
    rows: Sequence[Mapping[str, Any]] = bands.get("cuts") or bands.get("values") or ()
    if bands["kind"] == "linear":
        rows = (bands["from"], bands["to"])
    for row in rows:
        place = row["edge"] if "edge" in row else row["value"]
        exact = Decimal(place) if bands["kind"] != "set" else place
        yield {"factor": factor["key"], "edge": exact, "points": row["points"]}


def write(body: Mapping[str, Any], place: Mapping[str, Any], locale: str, words: Words) -> bytes:
    """The workbook of a body. `place`: kind, key, version, title and fingerprint, told on the first page."""
    writer = Writer()
    about = writer.sheet(words["book.page.about"], [18, 90])
    told = ("title", "key", "version", "fingerprint")
    for number, name in enumerate(told):
        writer.row(about, number, [words[f"book.about.{name}"], place[name]])
    for number, name in enumerate(("edit", "bands", "formulas", "left", "back"), len(told) + 1):
        writer.cell(about, number, 1, words[f"book.note.{name}"], writer.wrap)
    for page, columns in PAGES.items():
        _page(writer, page, columns, body, locale, words)
    return writer.bytes()


def _page(
    writer: Writer, page: str, columns: Sequence[Column], body: Mapping[str, Any], locale: str, words: Words
) -> None:
    keys = [column.key for column in columns]
    heads = [heading(column, words) for column in columns]
    if page == "dimensions":
        keys += [f"[{variant['key']}]" for variant in body.get("variants", ())]
        heads += [variant_heading(variant, locale) for variant in body.get("variants", ())]
    widths = [column.width for column in columns]
    sheet = writer.sheet(page_name(page, words), widths + [16] * (len(keys) - len(columns)))
    sheet.freeze_panes(1, 1)
    writer.row(sheet, 0, heads, writer.head)
    kinds = {column.key: column.kind for column in columns}
    for place, column in enumerate(columns):
        if column.kind in CHOICES:
            offered = [choice_words(column.kind, code, words) for code in CHOICES[column.kind]]
            rule = {"validate": "list", "source": offered, "error_type": "warning"}
            sheet.data_validation(1, place, 2000, place, rule)
    for number, line in enumerate(lines(page, body), 1):
        for place, key in enumerate(keys):
            writer.cell(sheet, number, place, _cell(line.get(key), kinds.get(key, "number"), words))


def _cell(value: Any, kind: str, words: Words) -> Any:
    if value is None or isinstance(value, Decimal):
        return value
    if kind in CHOICES:
        return choice_words(kind, str(value), words)
    return Decimal(value) if kind == "number" else str(value)
