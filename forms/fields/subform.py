"""Repeating rows inside a Form; each row keeps its `row_id` for ever, so that edits are reported per row."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, ClassVar

from wtforms import FormField, HiddenField

from rules import Invalid, Problem
from rules.problem import pointer

from .. import controls
from ..label import is_english, say
from ..raw import is_empty, shown
from .field import At, Column, Field, Setup
from .web import render

ROW_ID = re.compile(r"[A-Za-z0-9_-]{1,40}")
_OWN_ID = re.compile(r"r([0-9]{1,9})")
MOST_ROWS = 200

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subform(Field):
    """Rows of the same columns. A typed row is a mapping of ``row_id`` and each column's typed value."""

    type: ClassVar[str] = "subform"
    feel: ClassVar[str] = "list"
    empty: ClassVar[Any] = ()
    needs: ClassVar[tuple[str, ...]] = ("fields",)
    own: ClassVar[dict[str, Any]] = {
        "fields": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/column"}},
        "min_rows": {"type": "integer", "minimum": 0, "maximum": MOST_ROWS},
        "max_rows": {"type": "integer", "minimum": 1, "maximum": MOST_ROWS},
    }

    columns: tuple[Field, ...] = ()
    min_rows: int = 0
    max_rows: int = 50

    @classmethod
    def build(cls, setup: Setup, problems: list[Problem], columns: tuple[Field, ...] = ()) -> Subform:
        made: Subform = super(Subform, cls).build(setup, problems)
        if made.min_rows > made.max_rows:
            params = {"low": str(made.min_rows), "high": str(made.max_rows)}
            problems.append(Problem("form.bounds", "/min_rows", params))
        return replace(made, columns=tuple(c for c in columns if c.has_value))

    @property
    def feel_type(self) -> str:
        members = ", ".join(f"{c.key}: {c.feel_type}" for c in self.columns)
        return f"list<context<row_id: string, {members}>>"

    def column(self, key: str) -> Field | None:
        return next((c for c in self.columns if c.key == key), None)

    def parse(self, raw: object, at: At) -> tuple[Row, ...]:
        if not isinstance(raw, list | tuple):
            raise self.refuse("subform.type")
        if len(raw) > MOST_ROWS:
            raise self.refuse("subform.too_many", max=self.max_rows, count=len(raw))
        before = {row["row_id"]: row for row in at.before or ()}
        problems: list[Problem] = []
        ids = self.row_ids(raw, before, problems)
        rows = [self.parse_row(row, id, index, at, before, problems)
                for index, (row, id) in enumerate(zip(raw, ids, strict=True))]
        if problems:
            raise Invalid(problems)
        return tuple(rows)

    def row_ids(self, raw: Sequence[object], before: Mapping[str, Row], problems: list[Problem]) -> list[str]:
        """The id of each row: its own, or the next free r1, r2 … so that the same input gives the same ids."""
        ids: list[str] = []
        given: set[str] = set()
        for index, row in enumerate(raw):
            id = row.get("row_id") if isinstance(row, Mapping) else None
            if is_empty(id):
                ids.append("")
                continue
            if not isinstance(id, str) or not ROW_ID.fullmatch(id):
                problems.append(self.problem("subform.row_id", pointer(index, "row_id")))
            elif id in given:
                problems.append(self.problem("subform.row_id_repeated", pointer(index, "row_id"), row=index + 1))
            else:
                given.add(id)
            ids.append(str(id)[:40])
        own = [_OWN_ID.fullmatch(id) for id in (*given, *before)]
        last = max((int(found[1]) for found in own if found), default=0)
        for index, id in enumerate(ids):
            if not id:
                last += 1
                ids[index] = f"r{last}"
        return ids

    def parse_row(
        self, raw: object, id: str, index: int, at: At, before: Mapping[str, Row], problems: list[Problem]
    ) -> Row:
        if not isinstance(raw, Mapping):
            problems.append(self.problem("subform.row_type", pointer(index), row=index + 1))
            return {"row_id": id}
        known = {"row_id", *(c.key for c in self.columns)}
        for key in [k for k in raw if k not in known][:50]:
            name = shown(key, 64)
            problems.append(Problem("field.unknown", pointer(index, name), {"key": name}))
        old = before.get(id, {})
        row: dict[str, Any] = {"row_id": id}
        for column in self.columns:
            was = old.get(column.key, column.empty)
            row[column.key] = was
            if column.key not in raw or (column.compute is not None and column.mode == "always"):
                continue
            try:
                row[column.key] = column.read(raw[column.key], replace(at, before=was))
            except Invalid as invalid:
                problems.extend(self.in_row(p, index, column.key) for p in invalid.problems)
        return MappingProxyType(row)

    def restore(self, value: Any, copied: Any, at: At) -> Any:
        if not isinstance(value, list | tuple):
            return super(Subform, self).restore(value, copied, at)
        beside = copied if isinstance(copied, Mapping) else {}
        rows: list[Row] = []
        for raw in value:
            if not isinstance(raw, Mapping) or not isinstance(raw.get("row_id"), str):
                continue
            inner = beside.get(raw["row_id"])
            inner = inner if isinstance(inner, Mapping) else {}
            row = {c.key: c.restore(raw.get(c.key), inner.get(c.key), at) for c in self.columns}
            rows.append(MappingProxyType({"row_id": raw["row_id"], **row}))
        return tuple(rows)

    def packed(self, value: Any) -> Mapping[str, Any] | None:
        kept: dict[str, Any] = {}
        for row in value:
            cells = {c.key: c.packed(row[c.key]) for c in self.columns}
            if any(cell is not None for cell in cells.values()):
                kept[row["row_id"]] = {key: cell for key, cell in cells.items() if cell is not None}
        return kept or None

    def simple(self, value: Any) -> Any:
        return tuple({"row_id": row["row_id"], **{c.key: c.simple(row[c.key]) for c in self.columns}} for row in value)

    def in_row(self, problem: Problem, index: int, key: str) -> Problem:
        """A column's Problem at its place in the rows, its label saying which row as a reader counts."""
        label = problem.params.get("label") or {}
        named = {
            "zh-CN": f"{say(self.label, 'zh-CN')}第 {index + 1} 行 · {say(label, 'zh-CN')}",
            "en": f"{say(self.label, 'en')}, row {index + 1} · {say(label, 'en')}",
        }
        params = {**problem.params, "label": named}
        return Problem(problem.code, pointer(index, key) + problem.path, params, problem.span, problem.severity)

    def limits(self, value: Any, at: At) -> Iterator[Problem]:
        if len(value) > self.max_rows:
            yield self.problem("subform.too_many", max=self.max_rows, count=len(value))

    def short(self, value: Any) -> Iterator[Problem]:
        """Too few rows: asked only where required answers are."""
        if len(value) < self.min_rows:
            yield self.problem("subform.too_few", min=self.min_rows, count=len(value))

    def fact(self, value: Any) -> Any:
        return [self.row_fact(row) for row in value]

    def row_fact(self, row: Row) -> dict[str, Any]:
        return {"row_id": row["row_id"], **{c.key: c.fact(row[c.key]) for c in self.columns}}

    def to_json(self, value: Any) -> Any:
        return [{"row_id": row["row_id"], **{c.key: c.to_json(row[c.key]) for c in self.columns}} for row in value]

    def masked(self, stored: Any) -> Any:
        if not isinstance(stored, list):
            return stored
        by_key = {column.key: column for column in self.columns}
        return [
            {name: by_key[name].masked(cell) if name in by_key else cell for name, cell in row.items()}
            if isinstance(row, dict) else row for row in stored
        ]  # fmt: skip

    def show(self, value: Any, locale: str) -> str:
        between, after, last = ("; ", ": ", " / ") if is_english(locale) else ("；", "：", " / ")
        return last.join(
            between.join(
                f"{say(c.label, locale)}{after}{c.display(row[c.key], locale)}"
                for c in self.columns
                if not c.is_empty(row[c.key])
            )
            for row in value
        )

    def control(self, locale: str) -> Any:
        members = {"row_id": HiddenField(), **{c.key: c.control(locale) for c in self.columns}}
        row_form = type("RowForm", (controls.PageForm,), members)
        wiring = render(self, locale)
        kept = {name: wiring[name] for name in ("label", "description", "key", "render_kw")}
        return controls.Rows(FormField(row_form), max_entries=MOST_ROWS, **kept)

    def json_schema(self) -> dict[str, Any]:
        columns = {c.key: nullable(c) for c in self.columns}
        row_id = {"type": "string", "pattern": f"^{ROW_ID.pattern}$"}
        row = {"type": "object", "properties": {"row_id": row_id, **columns}, "additionalProperties": False}
        return {"type": "array", "maxItems": self.max_rows, "items": row}

    def excel(self, locale: str = "zh-CN") -> Column:
        return Column(self.key, self.header(locale), width=40)


def nullable(field: Field, locale: str = "zh-CN") -> dict[str, Any]:
    """JSON Schema of a field's answer, null included, with its words."""
    schema: dict[str, Any] = {"title": say(field.label, locale)}
    if field.help:
        schema["description"] = say(field.help, locale)
    if field.compute is not None and field.mode == "always":
        schema["readOnly"] = True
    value = field.json_schema()
    return {**schema, **value} if field.empty == () else {**schema, "anyOf": [value, {"type": "null"}]}
