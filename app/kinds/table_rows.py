"""Rows of decision tables by the keys of their columns: a column that moved or came is no change of every row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

ANYTHING = ("-", "")


class Column(str):
    """The key of a column, and which one it is."""

    __slots__ = ("number",)
    number: int

    def __new__(cls, key: str, number: int) -> Column:
        made = super().__new__(cls, key)
        made.number = number
        return made


def by_column(body: Mapping[str, Any], other: Mapping[str, Any]) -> Mapping[str, Any]:
    """The body with each row's cells under the keys of their columns, for a table and for those in a scorecard.

    A cell that admits anything says nothing in a column the other body does not have. What is not formed as a table
    stays as it is.
    """
    if "rows" in body:
        return _table(body, other)
    tables = body.get("tables")
    if not isinstance(tables, list):
        return body
    others = {each.get("key"): each.get("table") for each in _mappings(other.get("tables"))}
    return {**body, "tables": [_node(each, others) for each in tables]}


def _node(node: Any, others: Mapping[Any, Any]) -> Any:
    if not isinstance(node, Mapping) or not isinstance(node.get("table"), Mapping):
        return node
    other = others.get(node.get("key"))
    return {**node, "table": _table(node["table"], other if isinstance(other, Mapping) else {})}


def _table(body: Mapping[str, Any], other: Mapping[str, Any]) -> Mapping[str, Any]:
    columns = {member: _keys(body, part) for member, part in (("when", "inputs"), ("then", "outputs"))}
    kept = set(_keys(other, "inputs") or ())
    rows = body.get("rows")
    if not isinstance(rows, list):
        return body
    return {**body, "rows": [_row(row, columns, kept) for row in rows]}


def _row(row: Any, columns: Mapping[str, list[str] | None], kept: set[str]) -> Any:
    if not isinstance(row, Mapping):
        return row
    made = dict(row)
    for member, keys in columns.items():
        cells = row.get(member)
        if keys is None or not isinstance(cells, list) or len(cells) != len(keys):
            continue
        pairs = [(Column(key, at), cell) for at, (key, cell) in enumerate(zip(keys, cells, strict=True))]
        made[member] = {
            key: cell for key, cell in pairs if member == "then" or key in kept or cell not in ANYTHING
        }  # fmt: skip
    return made


def _keys(body: Mapping[str, Any], part: str) -> list[str] | None:
    """The keys of the columns, None where two are alike or one has none."""
    found = [each.get("key") for each in _mappings(body.get(part))]
    sound = all(isinstance(key, str) for key in found) and len(set(map(str, found))) == len(found)
    return [str(key) for key in found] if sound else None


def _mappings(value: Any) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []
