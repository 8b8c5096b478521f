"""A scorecard's workbook brought back: every fault named by page and cell, what was not touched left to the letter."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from app.services.scorecard_book import PAGES
from app.services.sheets import opened
from app.services.table_book import PLACES, WITHIN
from app.services.table_book_read import read_table
from app.services.workbook_layout import Column
from app.services.workbook_read import BookReader, Brought, Catalogues, Line, number_of

_KEYED = re.compile(r".*\[([^\[\]]+)\]")
_ROWS = {"steps": "cuts", "set": "values"}  # the member of the bands that holds rows
_LISTS = ("dimensions", "variants", "factors", "knockouts", "grades", "formulas", "facts")
_RENAMED = {
    "name_zh": "label/zh-CN", "name_en": "label/en", "unit_text": "unit", "missing": "missing/points",
    "match": "bands/match", "otherwise": "bands/otherwise", "otherwise_note_zh": "bands/otherwise_note",
    "missing_note_zh": "missing_note", "note_zh": "note",
}  # fmt: skip


def read(content: bytes, filename: str, base: Mapping[str, Any], catalogues: Catalogues) -> Brought:
    """The body a workbook describes. Raises Invalid where the file is none (`sheets.opened`).

    With problems of severity error the body is not to be used: something in the book was not understood.
    """
    with opened(content, filename) as book:
        return _ScorecardReader(book, base, catalogues).read()


def _key(page: str) -> str:
    return "id" if page == "knockouts" else "key"


def _variant_column(text: str) -> Column | None:
    keyed = _KEYED.fullmatch(text)
    return None if keyed is None else Column(f"[{keyed[1]}]", "number")


class _ScorecardReader(BookReader):
    def pages(self) -> Mapping[str, Sequence[Column]]:
        """Those of tables too, where the base has tables or the book brings some."""
        tables = bool(self.base.get("tables")) or self.sheet(self.titles("tables")) is not None
        return {**PAGES, **WITHIN} if tables else PAGES

    def keyed(self, page: str, text: str) -> Column | None:
        return _variant_column(text) if page == "dimensions" else None

    def body(self, lines: Mapping[str, list[Line]]) -> dict[str, Any]:
        for page in _LISTS:
            self.twice(lines[page], _key(page))
            for number, line in enumerate(lines[page]):
                self.mark(f"/{page}/{number}", line, _key(page), _RENAMED)
        bands = self._bands(lines["bands"], {line.values["key"] for line in lines["factors"]})
        variants = [self._variant(line, lines["dimensions"]) for line in lines["variants"]]
        chosen = [line for line in lines["variants"] if line.values.get("default") == "yes"]
        for line in chosen[1:]:
            self.fault("book.two_defaults", {**line.where("default"), "first": chosen[0].at("default").cell})
        made: dict[str, Any] = {
            "dimensions": [line.named(weight=line.values["weight"]) for line in lines["dimensions"]],
            "variants": variants,
            "default_variant": chosen[0].values["key"] if chosen else self.base.get("default_variant"),
            "factors": [
                self._factor(number, line, bands.get(line.values["key"], []))
                for number, line in enumerate(lines["factors"])
            ],
            "knockouts": [self._knockout(line) for line in lines["knockouts"]],
            "grades": [line.named(min=line.values.get("min")) for line in lines["grades"]],
            "formulas": [line.named(**line.members("text", "dialect", "type")) for line in lines["formulas"]],
            "facts": [line.named(**line.members("type")) for line in lines["facts"]],
        }
        if "tables" in lines:
            made["tables"] = self._tables(lines)
        optional = {name for name in ("variants", "knockouts", "formulas", "default_variant") if not made[name]}
        return {name: value for name, value in made.items() if name not in optional or name in self.base}

    def _variant(self, line: Line, dimensions: list[Line]) -> dict[str, Any]:
        column = f"[{line.values['key']}]"
        weights = {row.values["key"]: row.values[column] for row in dimensions if row.values.get(column) is not None}
        return line.named(weights=weights)

    def _knockout(self, line: Line) -> dict[str, Any]:
        made = line.named(**line.members("effect", "grade", "when", "dialect", "on_unknown"))
        return {"id": line.values["id"], **made}

    def _bands(self, lines: list[Line], factors: set[str]) -> dict[str, list[Line]]:
        found: dict[str, list[Line]] = {}
        for line in lines:
            key = line.values["factor"]
            if key is not None and key not in factors:
                self.fault("book.factor_unknown", {**line.where("factor"), "text": str(key)[:60]})
            found.setdefault(key, []).append(line)
        return found

    def _factor(self, number: int, line: Line, rows: list[Line]) -> dict[str, Any]:
        values = line.values
        made = line.named(**line.members("dimension", "weight", "value", "dialect", "unit", "direction", "source"))
        made["bands"] = self._band(number, line, rows)
        made["missing"] = {"points": values["missing"]} if values.get("missing") is not None else "absent"
        if values.get("movable") == "no":
            made["movable"] = False
        notes = {"note": line.label("note"), "missing_note": line.label("missing_note")}
        return made | {name: note for name, note in notes.items() if note}

    def _band(self, number: int, line: Line, rows: list[Line]) -> dict[str, Any]:
        kind, key = line.values["bands"], line.values["key"]
        if kind is None:
            return {}
        self._mark_bands(number, kind, rows)
        found = [(self._edge(row, kind), row.values["points"]) for row in rows]
        if kind == "identity":
            if rows:
                self.fault("book.bands_none", {**rows[0].where("edge"), "factor": key})
            return {"kind": kind}
        if kind == "linear":
            if len(rows) != 2:
                self.fault("book.bands_two", {**line.where("bands"), "factor": key, "count": len(rows)})
                return {"kind": kind}
            for row in rows:
                if row.label("note"):
                    self.fault("book.note_unused", row.where("note_zh"))
            ends = [{"value": edge, "points": points} for edge, points in found]
            return {"kind": kind, "from": ends[0], "to": ends[1]}
        if not rows:
            self.fault("book.bands_missing", {**line.where("bands"), "factor": key})
        member = "edge" if kind == "steps" else "value"
        cuts = [
            {member: edge, "points": points} | ({"note": note} if (note := row.label("note")) else {})
            for (edge, points), row in zip(found, rows, strict=True)
        ]
        made = {"kind": kind, _ROWS[kind]: cuts}
        if kind == "steps" and line.values.get("match") is None:
            self.fault("book.required", line.where("match"))
        told = line.label("otherwise_note")
        return made | line.members("match", "otherwise") | ({"otherwise_note": told} if told else {})

    def _mark_bands(self, number: int, kind: str, rows: list[Line]) -> None:
        name = _ROWS.get(kind)
        for place, row in enumerate(rows):
            at = f"/factors/{number}/bands/" + (f"{name}/{place}" if name else ("from", "to")[min(place, 1)])
            self.found.places |= {at: row.at("edge"), f"{at}/points": row.at("points")}

    def _edge(self, row: Line, kind: str) -> str | None:
        text = row.values.get("edge")
        if text is None:
            self.fault("book.required", row.where("edge"))
            return None
        if kind == "set":
            return str(text)
        number = number_of(text, str(text))
        if number is None:
            self.fault("book.number", {**row.where("edge"), "text": str(text)[:60]})
        return number

    # decision tables --------------------------------------------------------------------------------------------------

    def _tables(self, lines: Mapping[str, list[Line]]) -> list[dict[str, Any]]:
        self.twice(lines["tables"], "key")
        self.twice(lines["tables"], "sheet")
        known = {line.values["key"] for line in lines["tables"]}
        for page in PLACES:
            for line in lines[f"table_{page}"]:
                if line.values.get("table") is not None and line.values["table"] not in known:
                    self.fault("book.table_unknown", {**line.where("table"), "text": str(line.values["table"])[:60]})
        found = []
        for number, line in enumerate(lines["tables"]):
            at = f"/tables/{number}"
            self.mark(at, line, "key", _RENAMED)
            sheet = self.sheet({str(line.values["sheet"])}) if line.values.get("sheet") is not None else None
            if sheet is None:
                if line.values.get("sheet") is not None:
                    self.fault("book.sheet_unknown", {**line.where("sheet"), "text": str(line.values["sheet"])[:60]})
                continue
            places = {
                page: [each for each in lines[f"table_{page}"] if each.values.get("table") == line.values["key"]]
                for page in PLACES
            }
            found.append(line.named(table=read_table(self, f"{at}/table", line, places, sheet)))
        return found
