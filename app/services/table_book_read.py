"""A decision table's workbook brought back: by itself, or one of a scorecard's."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from app.services.sheets import opened
from app.services.table_book import PAGES, PLACES
from app.services.workbook_layout import NOTE, Column
from app.services.workbook_read import BookReader, Brought, Catalogues, Line

_SIDES = {"inputs": ("input", "when"), "outputs": ("output", "then")}
_RENAMED = {"name_zh": "label/zh-CN", "name_en": "label/en", "unit_text": "unit", "fallback": "default"}


def read(content: bytes, filename: str, base: Mapping[str, Any], catalogues: Catalogues) -> Brought:
    """The body of the table a workbook describes; as `scorecard_book_read.read`."""
    with opened(content, filename) as book:
        return _TableReader(book, base, catalogues).read()


class _TableReader(BookReader):
    def pages(self) -> Mapping[str, Sequence[Column]]:
        return PAGES

    def body(self, lines: Mapping[str, list[Line]]) -> dict[str, Any]:
        settings = lines["table"]
        if len(settings) != 1:
            self.fault("book.one_row", {"page": self.title("table"), "count": len(settings)})
        sheet = self.sheet(self.titles("rows"))
        if not settings or sheet is None:
            return {}
        self.twice(lines["facts"], "key")
        for number, line in enumerate(lines["facts"]):
            self.mark(f"/facts/{number}", line, "key", _RENAMED)
        facts = [line.named(**line.members("type")) for line in lines["facts"]]
        made = read_table(self, "", settings[0], {page: lines[page] for page in PLACES}, sheet)
        return made | ({"facts": facts} if facts or "facts" in self.base else {})

    def title(self, page: str) -> str:
        sheet = self.sheet(self.titles(page))
        return "" if sheet is None else self.book.sheets[sheet]


def read_table(
    reader: BookReader, at: str, settings: Line, places: Mapping[str, list[Line]], sheet: int
) -> dict[str, Any]:
    """A table's body, at the path `at`: of the row of its settings, those of its columns, and the sheet of its rows."""
    reader.mark(at, settings, "hit_policy", {"row_unknown": "on_unknown"})
    found: dict[str, list[str]] = {}
    made: dict[str, Any] = settings.members("hit_policy")
    if settings.values.get("row_unknown") is not None:
        made["on_unknown"] = settings.values["row_unknown"]
    for page, (side, _) in _SIDES.items():
        reader.twice(places[page], "key")
        texts = [line for line in places["texts"] if line.values.get("side") == side]
        found[page] = [line.values["key"] for line in places[page]]
        made[page] = [
            _place(reader, f"{at}/{page}/{number}", line, [each for each in texts if _of(each, line)])
            for number, line in enumerate(places[page])
        ]
        for line in texts:
            if line.values.get("place") is not None and line.values["place"] not in found[page]:
                reader.fault("book.place_unknown", {**line.where("place"), "text": str(line.values["place"])[:60]})
    made["rows"] = _rows(reader, at, found, sheet)
    return made


def _of(text: Line, place: Line) -> bool:
    return bool(text.values.get("place") == place.values["key"])


def _place(reader: BookReader, at: str, line: Line, texts: list[Line]) -> dict[str, Any]:
    """An input or an output with what people call its texts."""
    reader.mark(at, line, "key", _RENAMED)
    reader.twice(texts, "said")
    made = line.named(**line.members("value", "type", "dialect"))
    if line.values.get("fallback") is not None:
        made["default"] = line.values["fallback"]
    if line.values.get("allowed") is not None:
        made["allowed"] = [test for text in line.values["allowed"].split("\n") if (test := text.strip())]
    labels = {text.values["said"]: text.label("name") for text in texts if text.values.get("said") is not None}
    return made | ({"labels": labels} if labels else {})


def _rows(reader: BookReader, at: str, keys: Mapping[str, list[str]], sheet: int) -> list[dict[str, Any]]:
    columns = [Column("id", required=True), *_columns(keys), *NOTE]
    lines = reader.lines(sheet, columns, _known(columns))
    reader.twice(lines, "id")
    made = []
    for number, line in enumerate(lines):
        here = f"{at}/rows/{number}"
        reader.mark(here, line, "id", {"note_zh": "note", "note_en": "note/en"})
        row: dict[str, Any] = {"id": line.values.get("id")}
        for page, (_, side) in _SIDES.items():
            cells = [f"{side} {place}" for place in range(len(keys[page]))]
            row[side] = [line.values.get(cell) or "" for cell in cells]
            reader.found.places |= {f"{here}/{side}/{place}": line.at(cell) for place, cell in enumerate(cells)}
        note = line.label("note")
        made.append(row | ({"note": note} if note else {}))
    return made


def _columns(keys: Mapping[str, list[str]]) -> Iterator[Column]:
    """One for each input and output; `head` is what its heading has to end with."""
    for page, (_, side) in _SIDES.items():
        for place, key in enumerate(keys[page]):
            yield Column(f"{side} {place}", required=side == "then", head=f"[{key}]")


def _known(columns: Sequence[Column]) -> Callable[[str], Column | None]:
    """Knows headings by the key in brackets; of an input and an output of one key, the input stands first."""
    left = [column for column in columns if column.head]

    def find(text: str) -> Column | None:
        bare = text.removesuffix("*").rstrip()
        ends = [column for column in left if bare.endswith(column.head)]
        if not ends:
            return next((column for column in columns if column.head and bare.endswith(column.head)), None)
        best = max(ends, key=lambda column: len(column.head))
        left.remove(best)
        return best

    return find
