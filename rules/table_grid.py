"""A decision table as boxes: each input cut into segments at the edges its cells name, each row a set of them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rules.table import DecisionTable
from rules.table_cells import Cell
from rules.table_cover import Box
from rules.table_parts import Input
from rules.table_spans import FULL, KINDS, TRUTH, Edge, Spans, common, joined, sample, tests, value_of


@dataclass(frozen=True, slots=True)
class Axis:
    """One input: `edges` between its segments; behind the last segment one more bit stands for the unknown.

    kind    of the values; None where they have no order, or where no cell could be read as values
    domain  the segments a value that is allowed may lie in
    """

    kind: str | None
    edges: tuple[Edge, ...]
    domain: int
    allowed: Spans

    @property
    def unknown(self) -> int:
        """The bit of the unknown."""
        return 1 << len(self.edges) + 1

    def bits(self, spans: Spans) -> int:
        """The segments of spans whose edges are all known."""
        found = 0
        for low, high in spans:
            start = 0 if low is None else bisect_left(self.edges, low) + 1
            end = len(self.edges) + 1 if high is None else bisect_left(self.edges, high) + 1
            found |= (1 << end) - (1 << start)
        return found

    def spans(self, bits: int) -> Spans:
        """The values of some segments."""
        ends: list[Edge | None] = [None, *self.edges, None]
        found = joined((ends[at], ends[at + 1]) for at in range(len(ends) - 1) if bits >> at & 1)
        return common(found, self.allowed)

    def cell(self, bits: int) -> str:
        """The segments as a cell would say it, `-` for all that may occur."""
        if self.kind is None or bits & self.domain == self.domain:
            return "-"
        return tests(self.kind, self.spans(bits))

    def example(self, bits: int) -> Any:
        """A value of these segments; None where none can be named."""
        if self.kind is None:
            return None
        key = sample(self.kind, self.spans(bits & self.domain))
        return None if key is None else value_of(self.kind, key)


@dataclass(frozen=True, slots=True)
class Grid:
    """The axes of a table and its rows as boxes.

    boxes  by row; where a cell could not be read as values the box is all of that axis: what the row may at most hit
    whole  by row, whether all its cells could be read
    space  everything that may occur, the unknown left out
    """

    axes: tuple[Axis, ...]
    boxes: tuple[Box, ...]
    whole: tuple[bool, ...]
    space: Box


def grid(table: DecisionTable) -> Grid:
    """The boxes of a table; of one without rows too."""
    axes, masks, known = [], [], []
    for at, place in enumerate(table.inputs):
        axis, bits, read = _axis(place, [row.when[at] for row in table.rows])
        axes.append(axis)
        masks.append(bits)
        known.append(read)
    boxes = tuple(tuple(column[row] for column in masks) for row in range(len(table.rows)))
    whole = tuple(all(column[row] for column in known) for row in range(len(table.rows)))
    return Grid(tuple(axes), boxes, whole, tuple(axis.domain for axis in axes))


def _axis(place: Input, cells: Sequence[Cell]) -> tuple[Axis, list[int], list[bool]]:
    kind = place.kind if place.kind in KINDS else None
    domain = TRUTH if kind == "boolean" else FULL
    tested = place.allowed.tests if place.allowed is not None else ()
    if kind is not None and tested and all(cell.spans is not None for cell in tested):
        domain = common(domain, joined(span for cell in tested for span in cell.spans or ()))
    read = {cell: cell.spans for cell in cells if cell.spans is not None}
    edges = sorted({edge for spans in (domain, *read.values()) for span in spans for edge in span if edge is not None})
    axis = Axis(kind, tuple(edges), 0, domain)
    axis = Axis(kind, tuple(edges), axis.bits(domain), domain)
    everything = (axis.unknown << 1) - 1
    bits = {}
    for cell in set(cells):
        spans = read.get(cell)
        if spans is None:
            # The cell `null` of an input without a known order is read all the same.
            bits[cell] = everything
        else:
            bits[cell] = axis.bits(spans) & (axis.domain | axis.unknown) | (axis.unknown if cell.null is True else 0)
    return axis, [bits[cell] for cell in cells], [cell in read for cell in cells]
