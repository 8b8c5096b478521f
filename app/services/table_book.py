"""A decision table as a workbook: what it asks, what it decides, its rows; by itself, or among others in a scorecard.

Its examples are not in the book: whoever brings it back keeps them from the version it is laid over.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from app.services import workbook_layout
from app.services.workbook_layout import (
    FACTS,
    LOOSE,
    NAMES,
    NOTE,
    Cells,
    Column,
    Sheet,
    Words,
    facts_lines,
    keyed_head,
    page_name,
    spread,
)
from rules.schema import schema_problems
from rules.table_compile import SCHEMA

Body = Mapping[str, Any]

SETTINGS = (Column("hit_policy", "hit_policy", True, 22), Column("row_unknown", "row_unknown", width=26))
PLACES: Mapping[str, tuple[Column, ...]] = {
    "inputs": (
        Column("key", required=True), *LOOSE, Column("value", required=True, width=36), Column("dialect", "dialect"),
        Column("type"), Column("unit_text"), Column("allowed", width=36),
    ),
    "outputs": (
        Column("key", required=True), *LOOSE, Column("type"), Column("dialect", "dialect"), Column("unit_text"),
        Column("allowed", width=36), Column("fallback", width=24),
    ),
    "texts": (Column("side", "side", True), Column("place", required=True), Column("said", required=True), *NAMES),
}  # fmt: skip
"""Pages of the columns of a table: its inputs, its outputs, and what people call the texts in them."""

PAGES: Mapping[str, tuple[Column, ...]] = {"table": SETTINGS, **PLACES, "rows": (), "facts": FACTS}
"""Pages of a table by itself; the columns of its rows are those `row_columns` names."""

OWNER = Column("table", required=True)
WITHIN: Mapping[str, tuple[Column, ...]] = {
    "tables": (Column("key", required=True), *LOOSE, *SETTINGS, Column("sheet", required=True, width=28)),
    **{f"table_{page}": (OWNER, *columns) for page, columns in PLACES.items()},
}
"""Pages of all tables of a scorecard; the rows of each have a page of their own, named beside its key."""

NOTES = tuple(f"book.note.{name}" for name in ("edit_table", "cells", "columns", "left_table", "back"))
_UNFIT = re.compile(r"[\[\]:*?/\\']")


def fits(body: Body) -> bool:
    """Whether a draft has the shape its pages need: each row with a cell for each input and output."""
    if schema_problems(SCHEMA, body):
        return False
    sizes = {(len(row["when"]), len(row["then"])) for row in body["rows"]}
    return sizes <= {(len(body["inputs"]), len(body["outputs"]))}


def write(body: Body, place: Mapping[str, Any], locale: str, words: Words) -> bytes:
    """The workbook of a table by itself. `place` as for a scorecard."""
    filled = {
        "table": [_settings(body)], **_place_lines(body), "rows": row_lines(body), "facts": facts_lines(body),
    }  # fmt: skip
    columns = {**PAGES, "rows": row_columns(body, locale)}
    sheets = (Sheet(page_name(page, words), columns[page], filled[page]) for page in PAGES)
    return workbook_layout.write(place, NOTES, sheets, words)


def sheets_within(body: Body, locale: str, words: Words) -> Iterator[Sheet]:
    """The pages of a scorecard's tables; none where it has no table."""
    tables = body.get("tables") or ()
    if not tables:
        return
    names = sheet_names((each["key"] for each in tables), {page_name(page, words) for page in WITHIN}, words)
    heads = [spread({**each, **_settings(each["table"])}) | {"sheet": names[each["key"]]} for each in tables]
    yield Sheet(page_name("tables", words), WITHIN["tables"], heads)
    for page in PLACES:
        lines = [{"table": each["key"], **line} for each in tables for line in _place_lines(each["table"])[page]]
        yield Sheet(page_name(f"table_{page}", words), WITHIN[f"table_{page}"], lines)
    for each in tables:
        yield Sheet(names[each["key"]], row_columns(each["table"], locale), row_lines(each["table"]))


def sheet_names(keys: Iterable[str], taken: set[str], words: Words) -> dict[str, str]:
    """A name for the page of each table's rows: short enough, without what a page may not be called, and its own."""
    found: dict[str, str] = {}
    used = {name.lower() for name in taken}
    for key in keys:
        stem = _UNFIT.sub(" ", words["book.page.rows_of"].format(key=key))[:27].strip()
        name, count = stem, 2
        while name.lower() in used:
            name, count = f"{stem} {count}", count + 1
        used.add(name.lower())
        found[key] = name
    return found


def _settings(table: Body) -> Cells:
    return {"hit_policy": table["hit_policy"], "row_unknown": table.get("on_unknown")}


def _place_lines(table: Body) -> dict[str, list[Cells]]:
    sides = {"inputs": "input", "outputs": "output"}
    found = {page: [_place(each) for each in table[page]] for page in sides}
    found["texts"] = [
        {"side": side, "place": each["key"], "said": text, "name_zh": names["zh-CN"], "name_en": names.get("en")}
        for page, side in sides.items() for each in table[page] for text, names in (each.get("labels") or {}).items()
    ]  # fmt: skip
    return found


def _place(item: Mapping[str, Any]) -> Cells:
    """An input or output; its allowed values one a line."""
    allowed = item.get("allowed")
    return spread(item) | {"allowed": "\n".join(allowed) if allowed else None, "fallback": item.get("default")}


def row_columns(table: Body, locale: str) -> tuple[Column, ...]:
    """The id of a row, a column for each input and output, and the note."""
    conditions = (
        Column(f"when {at}", width=22, head=keyed_head(each, locale)) for at, each in enumerate(table["inputs"])
    )
    results = (
        Column(f"then {at}", required=True, width=18, head=keyed_head(each, locale))
        for at, each in enumerate(table["outputs"])
    )
    return (Column("id", required=True), *conditions, *results, *NOTE)


def row_lines(table: Body) -> Iterator[Cells]:
    for row in table["rows"]:
        cells = {f"{side} {at}": text for side in ("when", "then") for at, text in enumerate(row[side])}
        yield {**cells, "id": row["id"], **workbook_layout.note_cells("note", row.get("note"))}
