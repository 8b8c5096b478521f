"""A scorecard as a workbook: which pages and columns it has, and the rows of each.

What a page of rows cannot hold (rounding, examples) is not in the book: whoever brings it back keeps these from the
version it is laid over. Its decision tables have pages as those of a table by itself (`table_book`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from app.services import table_book, workbook_layout
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
    note_cells,
    page_name,
    spread,
)
from rules.schema import schema_problems
from rules.scorecard_compile import SCHEMA

PAGES: Mapping[str, tuple[Column, ...]] = {
    "dimensions": (Column("key", required=True), *NAMES, Column("weight", "number", True)),
    "variants": (Column("key", required=True), *LOOSE, Column("default", "yes_no")),
    "factors": (
        Column("key", required=True), Column("dimension", required=True), *NAMES, Column("weight", "number", True),
        Column("value", required=True, width=40), Column("dialect", "dialect"), Column("bands", "bands", True),
        Column("match", "match"), Column("otherwise", "number"), Column("missing", "number"),
        Column("unit", "unit"), Column("direction", "direction"), Column("movable", "yes_no"), Column("source"),
        *NOTE, Column("otherwise_note_zh", width=26), Column("otherwise_note_en", width=26),
        Column("missing_note_zh", width=26), Column("missing_note_en", width=26),
    ),
    "bands": (Column("factor", required=True), Column("edge"), Column("points", "number", True), *NOTE),
    "knockouts": (
        Column("id", required=True), *NAMES, Column("when", required=True, width=48), Column("dialect", "dialect"),
        Column("effect", "effect", True), Column("grade"), Column("on_unknown", "on_unknown"),
    ),
    "grades": (Column("key", required=True), Column("min", "number"), *LOOSE),
    "formulas": (
        Column("key", required=True), *LOOSE, Column("text", required=True, width=60), Column("dialect", "dialect"),
        Column("type", "type"), Column("unit_text"),
    ),
    "facts": FACTS,
}  # fmt: skip
NOTES = tuple(f"book.note.{name}" for name in ("edit", "bands", "formulas", "left", "back"))


def fits(body: Mapping[str, Any]) -> bool:
    """Whether a draft has the shape its pages need: one that is broken is mended where it is written."""
    return not schema_problems(SCHEMA, body) and all(table_book.fits(each["table"]) for each in body.get("tables", ()))


def lines(page: str, body: Mapping[str, Any]) -> Iterator[Cells]:
    """The rows of one page, each cell under its column's key; weights of a variant under ``[key]``."""
    if page == "bands":
        for factor in body.get("factors", ()):
            yield from _band_lines(factor)
    elif page == "facts":
        yield from facts_lines(body)
    else:
        put = _PUT.get(page, _as_is)
        yield from (put(spread(item), body) for item in body.get(page, ()))


def _as_is(item: Cells, _body: Mapping[str, Any]) -> Cells:
    return item


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
        **note_cells("otherwise_note", bands.get("otherwise_note")),
        **note_cells("missing_note", item.get("missing_note")),
    }


_PUT = {"dimensions": _dimension, "variants": _variant, "factors": _factor}


def _band_lines(factor: Mapping[str, Any]) -> Iterator[Cells]:
    bands = factor["bands"]
    rows: Sequence[Mapping[str, Any]] = bands.get("cuts") or bands.get("values") or ()
    if bands["kind"] == "linear":
        rows = (bands["from"], bands["to"])
    for row in rows:
        place = row["edge"] if "edge" in row else row["value"]
        exact = Decimal(place) if bands["kind"] != "set" else place
        told = note_cells("note", row.get("note"))
        yield {"factor": factor["key"], "edge": exact, "points": row["points"], **told}


def write(body: Mapping[str, Any], place: Mapping[str, Any], locale: str, words: Words) -> bytes:
    """The workbook of a body. `place`: kind, key, version, title and fingerprint, told on the first page."""
    sheets = [Sheet(page_name(page, words), columns(page, body, locale), lines(page, body)) for page in PAGES]
    return workbook_layout.write(place, NOTES, [*sheets, *table_book.sheets_within(body, locale, words)], words)


def columns(page: str, body: Mapping[str, Any], locale: str) -> tuple[Column, ...]:
    """Those of the page; beside the weights of the dimensions those of each variant."""
    if page != "dimensions":
        return PAGES[page]
    variants = (
        Column(f"[{each['key']}]", "number", head=keyed_head(each, locale)) for each in body.get("variants", ())
    )
    return (*PAGES[page], *variants)
