"""A decision table for inputs that are all there: rows from the index, and what they decide remembered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from rules.feel.types import kind_of
from rules.table import DecisionTable
from rules.table_index import rows_of

REMEMBERED = 4_096
"""Sets of rows whose result is kept; most tables have far fewer that occur together."""


class Quick(NamedTuple):
    """decide of (values of the inputs) gives the result, or raises ArithmeticError where that needs care.

    kinds  of the outputs, "any" where they are of several
    """

    decide: Callable[[Sequence[Any]], Any]
    kinds: tuple[str, ...]


def quick(table: DecisionTable) -> Quick | None:
    """None where a cell or an output has to be evaluated: what it makes is known only with the Facts."""
    entries = [entry for row in table.rows for entry in row.then]
    entries += [output.default for output in table.outputs if output.default is not None]
    opened = any(column.open for column in table.columns)
    opened = opened or any(each.allowed is not None and each.allowed.column.open for each in table.inputs)
    if opened or any(entry.formula is not None for entry in entries):
        return None
    columns, order, every = table.columns, table.order, (1 << len(table.rows)) - 1
    checked = [(at, each.allowed.column) for at, each in enumerate(table.inputs) if each.allowed is not None]

    @lru_cache(maxsize=REMEMBERED)
    def together(rows: int) -> Any:
        return table.together(rows_of(rows)).value

    def decide(values: Sequence[Any]) -> Any:
        for at, column in checked:
            if not column.of(values[at]):
                raise ArithmeticError
        rows = every
        for at in order:
            rows &= columns[at].of(values[at])
        found = together(rows)
        if found is None:
            raise ArithmeticError
        return found.copy() if found.__class__ in (dict, list) else found

    return Quick(decide, tuple(_kind(table, at) for at in range(len(table.outputs))))


def _kind(table: DecisionTable, at: int) -> str:
    """The kind of an output, by its values where it declares none."""
    output = table.outputs[at]
    values = [row.then[at].value for row in table.rows]
    values += [output.default.value] if output.default is not None else []
    kinds = {kind_of(value) for value in values if value is not None}
    return kinds.pop() if len(kinds) == 1 and output.kind in ("any", *kinds) else "any"
