"""Decides a table for a block of rows: each combination of what its cells can tell apart is decided once, exactly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rules.feel.fast import NotPlain
from rules.feel.syntax import Name
from rules.table import LISTS, DecisionTable
from rules.table_index import Column
from rules.table_parts import Input
from rules.table_quick import quick
from rules.whatif.columns import SHORT, Columns, Mask
from rules.whatif.numbers import UNIT, Number, Truth, Value, Words, either, place
from rules.whatif.walk import Walk

ONLY = ""
"""The key of the value of a table with one output."""
Regions = tuple[Any, Sequence[Any]]
"""For each row the number of its region, and a value from each region."""


def decided(table: DecisionTable, walk: Walk) -> Mapping[str, Value]:
    """What the table decides, by output, or under ONLY; NotPlain where a cell has to be evaluated or a list results."""
    found = quick(table)
    if found is None or table.hit_policy in LISTS:
        raise NotPlain
    doubt: Mask | None = None
    rows: Any = np.zeros(1, np.intp)
    combined: list[tuple[Any, ...]] = [()]
    for each, column in zip(table.inputs, table.columns, strict=True):
        value = walk.of(each.formula.tree if each.formula is not None else Name((0, 0), each.name or ""))
        (index, own), unsure = _regions(each, column, value, walk.columns)
        doubt = either(doubt, unsure)
        pairs = np.asarray(rows) * len(own) + index
        kept, rows = np.unique(pairs, return_inverse=True)
        combined = [(*combined[pair // len(own)], own[pair % len(own)]) for pair in kept.tolist()]
    results: list[Any] = []
    for values in combined:
        try:
            results.append(found.decide(values))
        except ArithmeticError:
            results.append(None)
    if table.hit_policy == "C#" or len(table.outputs) == 1:
        kind = "number" if table.hit_policy == "C#" else found.kinds[0]
        return {ONLY: _values(kind, results, rows, doubt, walk.columns)}
    return {
        output.key: _values(kind, [one and one[output.key] for one in results], rows, doubt, walk.columns)
        for output, kind in zip(table.outputs, found.kinds, strict=True)
    }


def _regions(given: Input, column: Column, value: Value, columns: Columns) -> tuple[Regions, Mask | None]:
    """Rows told apart no further than the cells of a column, and its allowed values, tell them."""
    seen = [column] if given.allowed is None else [column, given.allowed.column]
    if isinstance(value, Number) and given.kind == "number":
        keys = sorted({key for each in seen for key in each.keys})
        if any(len(key.as_tuple().digits) > SHORT for key in keys):
            raise NotPlain
        edges = np.array([float(key) for key in keys], np.float64)
        below, doubt = place(value._replace(gap=None), edges, "left")
        upto, _ = place(value._replace(gap=None), edges, "right")
        return (below + upto, _between(keys)), either(doubt, value.gap)
    if isinstance(value, Words) and given.kind == "string":
        found: dict[Any, int] = {}
        words, kept = columns.known_words(), []
        codes = np.zeros(len(words), np.intp)
        for code in np.unique(value.values).tolist():
            held = tuple(each.of(words[code]) for each in seen)
            if held not in found:
                found[held] = len(found)
                kept.append(words[code])
            codes[code] = found[held]
        return (codes[value.values], kept), either(value.doubt, value.gap)
    if isinstance(value, Truth) and given.kind == "boolean":
        return (np.asarray(value.values).astype(np.intp), (False, True)), either(value.doubt, value.hollow)
    raise NotPlain


def _between(keys: list[Decimal]) -> list[Decimal]:
    """A number below all keys, each key, and one from each gap above it."""
    if not keys:
        return [Decimal(0)]
    found = [keys[0] - 1]
    for low, high in pairwise(keys):
        found += [low, (low + high) / 2]
    return [*found, keys[-1], keys[-1] + 1]


def _values(kind: str, results: Sequence[Any], rows: NDArray[Any], doubt: Mask | None, columns: Columns) -> Value:
    """One output for all rows; where the table decides nothing, the exact function must say why."""
    if kind not in ("number", "string", "boolean"):
        raise NotPlain
    nothing = np.array([result is None for result in results])
    if nothing.any():
        doubt = either(doubt, nothing[rows])
    if kind == "string":
        return Words(np.array([columns.word(result or "") for result in results], np.int32)[rows], doubt)
    if kind == "boolean":
        return Truth(np.array([result is True for result in results])[rows], doubt)
    numbers = [Decimal(0) if result is None else result for result in results]
    floats = np.array([float(number) for number in numbers], np.float64)
    size = float(np.max(np.abs(floats)))
    long = any(len(number.as_tuple().digits) > SHORT for number in numbers)
    return Number(floats[rows], UNIT * size if long else None, size, doubt)
