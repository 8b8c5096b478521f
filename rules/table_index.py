"""Finds the rows a value may hit without looking at each: by hash for single values, by halving for ranges."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from rules.table_cells import Cell
from rules.table_spans import INDEXED, Spans, key_of


@dataclass(frozen=True, slots=True)
class Column:
    """The cells of one input as sets of rows, one bit a row.

    points, keys, gaps  rows whose cell admits a key that some cell names, and those between two neighbours
    ranged              whether the gaps differ: then the right one is searched, else any of them will do
    held, refused       rows an unknown value meets, and those it does not meet for certain
    named               rows that name the unknown with `null`
    open                rows whose cell must be evaluated
    """

    points: Mapping[Any, int]
    keys: tuple[Any, ...]
    gaps: tuple[int, ...]
    ranged: bool
    held: int
    refused: int
    named: int
    open: int

    def of(self, value: Any) -> int:
        """The rows whose cell admits a value that is not null, or has to be asked."""
        if not self.keys:
            return self.gaps[0]
        key = key_of(value)
        found = self.points.get(key)
        if found is not None:
            return found
        return self.gaps[bisect_left(self.keys, key)] if self.ranged else self.gaps[0]


def column(kind: str, cells: Sequence[Cell]) -> Column:
    """The column of an input of a kind; cells of a kind without one order are all evaluated, but for `-`."""
    indexed = kind in INDEXED
    spans: list[Spans | None] = [cell.spans if indexed or cell.any else None for cell in cells]
    opened = _bits(at for at, each in enumerate(spans) if each is None)
    turns, now = _turns(spans)
    now |= opened
    points: dict[Any, int] = {}
    gaps = [now]
    keys = sorted({key for key, _ in turns})
    for key in keys:
        now ^= turns.get((key, 0), 0)
        points[key] = now
        now ^= turns.get((key, 1), 0)
        gaps.append(now)
    return Column(
        points, tuple(keys), tuple(gaps), len(set(gaps)) > 1,
        held=_bits(at for at, cell in enumerate(cells) if cell.null is True),
        refused=_bits(at for at, cell in enumerate(cells) if cell.null is False),
        named=_bits(at for at, cell in enumerate(cells) if cell.null is True and not cell.any),
        open=opened,
    )  # fmt: skip


def _turns(spans: Sequence[Spans | None]) -> tuple[dict[tuple[Any, int], int], int]:
    """At each edge the rows that begin or end there, and the rows that hold from below."""
    turns: dict[tuple[Any, int], int] = {}
    start = 0
    for at, each in enumerate(spans):
        for low, high in each or ():
            if low is None:
                start |= 1 << at
            else:
                turns[low] = turns.get(low, 0) ^ 1 << at
            if high is not None:
                turns[high] = turns.get(high, 0) ^ 1 << at
    return turns, start


def _bits(rows: Any) -> int:
    return reduce(or_, (1 << row for row in rows), 0)


def rows_of(bits: int) -> list[int]:
    """The numbers of the bits that are set, rising."""
    found = []
    while bits:
        low = bits & -bits
        found.append(low.bit_length() - 1)
        bits ^= low
    return found
