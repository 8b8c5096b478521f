"""Static checks of a decision table: gaps, overlaps, rows that can never be hit, duplicates, examples that fail."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from rules.feel.functions.text import text_of
from rules.feel.operate import same
from rules.feel.trace import json_value
from rules.figures import read_decimal
from rules.problem import Problem, Severity
from rules.table import DecisionTable
from rules.table_cover import Box, Search, TooLarge, holding, sharing, widened, witness
from rules.table_grid import Grid, grid
from rules.table_index import rows_of
from rules.table_parts import Input, Row
from rules.table_spans import common, single

MOST = 20
"""Findings of one kind that are told; how many more there are is told with them."""
GAPS = 8
CLOSED = frozenset({"U", "F", "A", "P", "C+", "C<", "C>"})
"""Policies that have no result where no row is hit; a list may be empty."""


def static_problems(table: DecisionTable) -> list[Problem]:
    """Every finding about the rows together; paths start at the table's body."""
    found = _Checks(table)
    problems = [*found.unread(), *found.refused(), *found.pairs()]
    try:
        problems += found.hidden()
        problems += found.gaps()
    except TooLarge:
        problems.append(Problem("table.too_large", "/rows", {"rows": len(table.rows)}, severity="warning"))
    return _told(problems)


def _told(problems: Sequence[Problem]) -> list[Problem]:
    """The first findings of each code, then how many more of it there are."""
    out: list[Problem] = []
    counts: dict[str, int] = {}
    for problem in problems:
        counts[problem.code] = counts.get(problem.code, 0) + 1
        if counts[problem.code] <= MOST:
            out.append(problem)
    for code, count in counts.items():
        if count > MOST:
            out.append(Problem("table.more", "/rows", {"count": count - MOST, "of": code}, severity="warning"))
    return out


class _Checks:
    """The checks of one table over its boxes."""

    def __init__(self, table: DecisionTable) -> None:
        self.table = table
        self.grid: Grid = grid(table)
        self.apart = sharing(self.grid.boxes)
        self.held = holding(self.grid.boxes, [axis.unknown.bit_length() for axis in self.grid.axes])
        self.search = Search()
        self.dead = {row for row, box in enumerate(self.grid.boxes) if not all(box)}

    def at(self, row: int) -> str:
        return self.table.rows[row].path

    # ------------------------------------------------------------------ single rows
    def unread(self) -> Iterator[Problem]:
        """Cells that are formulas: what they admit is known only when they are evaluated."""
        for number, row in enumerate(self.table.rows):
            for at, cell in enumerate(row.when):
                if cell.spans is None:
                    params = {"row": number + 1, "cell": cell.text[:60], "input": self.named(at)}
                    yield Problem("table.not_analysed", f"{row.path}/when/{at}", params, severity="warning")

    def refused(self) -> Iterator[Problem]:
        """Cells no value can meet, and values named in a cell that are not allowed."""
        for number, row in enumerate(self.table.rows):
            for at, cell in enumerate(row.when):
                axis, allowed = self.grid.axes[at], self.table.inputs[at].allowed
                params = {"row": number + 1, "cell": cell.text[:60], "input": self.named(at)}
                named = [span for span in cell.spans or () if single((span,)) is not None]
                if allowed is not None and any(not common((span,), axis.allowed) for span in named):
                    params["allowed"] = allowed.text
                    yield Problem("table.cell_not_allowed", f"{row.path}/when/{at}", params)
                elif not self.grid.boxes[number][at]:
                    yield Problem("table.empty_cell", f"{row.path}/when/{at}", params)

    def named(self, at: int) -> Any:
        return self.table.inputs[at].label or self.table.inputs[at].key

    # ------------------------------------------------------------------ rows against each other
    def twins(self) -> dict[int, int]:
        """Rows with the same conditions as an earlier one, each with that one."""
        first: dict[Any, int] = {}
        out = {}
        for number, row in enumerate(self.table.rows):
            read = self.grid.whole[number]
            key = self.grid.boxes[number] if read else tuple(cell.text.strip() for cell in row.when)
            other = first.setdefault((read, key), number)
            if other != number:
                out[number] = other
        return out

    def pairs(self) -> Iterator[Problem]:
        """Rows that can be hit together where the hit policy does not allow it, and rows written twice."""
        policy, twins = self.table.hit_policy, self.twins()
        sure = sum(1 << row for row, whole in enumerate(self.grid.whole) if whole and row not in self.dead)
        for row in range(len(self.table.rows)):
            twin = twins.get(row)
            if policy not in ("F", "P") and twin is not None and row not in self.dead:
                equal = self.equal(row, twin)
                blocks = policy == "U" or (policy == "A" and equal is False)
                if blocks or equal:
                    yield self.finding("table.duplicate", row, [twin], "error" if blocks else "warning")
            if policy not in ("U", "A") or not sure >> row & 1:
                continue
            others = [each for each in rows_of(self.apart[row] & sure & ((1 << row) - 1)) if each != twin]
            if policy == "A":
                others = [each for each in others if self.equal(row, each) is False]
            if others:
                shared = tuple(map(int.__and__, self.grid.boxes[row], self.grid.boxes[others[0]]))
                code = "table.overlap" if policy == "U" else "table.unequal"
                yield self.finding(code, row, others, "error", example=self.told(shared))

    def equal(self, row: int, other: int) -> bool | None:
        """Whether two rows decide the same; None where that is known only when they are evaluated."""
        found: list[bool | None] = []
        for a, b in zip(self.table.rows[row].then, self.table.rows[other].then, strict=True):
            if a.formula is None and b.formula is None:
                found.append(same(a.value, b.value) is True)
            else:
                found.append(True if a.text == b.text else None)
        return False if False in found else (None if None in found else True)

    def finding(self, code: str, row: int, by: Sequence[int], severity: Severity, **params: Any) -> Problem:
        few = ", ".join(str(each + 1) for each in by[:5]) + (" …" if len(by) > 5 else "")
        said = {"row": row + 1, "id": self.table.rows[row].id, "by": few, **params}
        return Problem(code, self.at(row), said, severity=severity)

    # ------------------------------------------------------------------ cover
    def hidden(self) -> Iterator[Problem]:
        """Rows that never decide, under F and P, because others always stand before them."""
        if self.table.hit_policy not in ("F", "P"):
            return
        earlier = 0
        for row in self.in_order():
            before, space = self.apart[row] & earlier, self.decides(row, self.grid.boxes[row])
            earlier |= self.grid.whole[row] << row
            if not before or not all(space) or witness(space, before, self.held):
                continue
            rows = rows_of(before)
            if self.hole(rows, space) is None:
                yield self.finding("table.unreachable", row, self.needed(rows, space), "warning")

    def in_order(self) -> list[int]:
        """The rows from the one that decides before all others; under P those whose outputs are known."""
        rows = [(at, row) for at, row in enumerate(self.table.rows) if at not in self.dead]
        if self.table.hit_policy == "F":
            return [at for at, _ in rows]
        known = [(at, row) for at, row in rows if all(entry.formula is None for entry in row.then)]
        return [at for at, _ in sorted(known, key=lambda each: (self.ranked(each[1]), each[0]))]

    def ranked(self, row: Row) -> tuple[int, ...]:
        pairs = zip(self.table.outputs, row.then, strict=True)
        return tuple(output.rank(entry.value) for output, entry in pairs)

    def decides(self, row: int, box: Box) -> Box:
        """Where a row could decide. Where unknown rows stop the table, `-` decides nothing about the unknown."""
        if not self.table.strict:
            return box
        cells = zip(box, self.grid.axes, self.table.rows[row].when, strict=True)
        return tuple(part & ~axis.unknown if cell.any else part for part, axis, cell in cells)

    def hole(self, rows: Sequence[int], space: Box) -> Box | None:
        return self.search.hole([(self.grid.boxes[each], each) for each in rows], space, self.apart)

    def needed(self, rows: Sequence[int], space: Box) -> list[int]:
        """Of the rows that hide one, few that do so together."""
        for each in rows:
            if all(part & ~mask == 0 for part, mask in zip(space, self.grid.boxes[each], strict=True)):
                return [each]
        kept = list(rows)
        for each in rows if len(rows) <= MOST else ():
            fewer = [other for other in kept if other != each]
            if self.hole(fewer, space) is None:
                kept = fewer
        return kept

    def gaps(self) -> Iterator[Problem]:
        """Inputs no row is made for: an example each, and the cells a row for them would have."""
        table, space = self.table, self.grid.space
        if table.hit_policy not in CLOSED or all(out.default is not None for out in table.outputs) or not all(space):
            return
        boxes = list(self.grid.boxes)
        for _ in range(GAPS):
            numbered = [(box, at) for at, box in enumerate(boxes)]
            hole = self.search.hole(numbered, space, [*self.apart, *[0] * (len(boxes) - len(self.apart))])
            if hole is None:
                return
            grown = widened(hole, boxes, space)
            boxes.append(grown)
            params = {
                "example": self.told(grown),
                "inputs": {place.key: json_value(value) for place, value in self.values(grown)},
                "cells": [axis.cell(part) for axis, part in zip(self.grid.axes, grown, strict=True)],
            }
            yield Problem("table.gap", "/rows", params, severity="warning")

    # ------------------------------------------------------------------ told to people
    def values(self, box: Box) -> list[tuple[Input, Any]]:
        """A concrete value of each input; those no value can be named of are left out."""
        found = zip(self.table.inputs, self.grid.axes, box, strict=True)
        named = [(place, axis.example(part)) for place, axis, part in found]
        return [(place, value) for place, value in named if value is not None]

    def told(self, box: Box) -> dict[str, str]:
        """The example as text in each language: the inputs that matter, all of them where none does."""
        pairs = self.values(box)
        bound = zip(self.table.inputs, self.grid.axes, box, strict=True)
        narrow = {place.key for place, axis, part in bound if part & axis.domain != axis.domain}
        pairs = [pair for pair in pairs if pair[0].key in narrow] or pairs
        if not pairs:
            return {"zh-CN": "任何情况", "en": "anything"}
        return {
            tag: mark.join(f"{place.label.get(tag) or place.label.get('zh-CN') or place.key} = {text_of(value)}"
                           for place, value in pairs)
            for tag, mark in (("zh-CN", "，"), ("en", ", "))
        }  # fmt: skip


# ---------------------------------------------------------------------- examples
def example_problems(table: DecisionTable) -> list[Problem]:
    """Every example that does not come out as its author wrote."""
    problems = []
    numbers = {row.id: str(at) for at, row in enumerate(table.rows, 1)}
    for example in table.examples:
        made = table.decide(example.facts, example.now)
        rows = [table.rows[at].id for at in made.rows]
        for member, wanted in example.expect.items():
            if member == "rows":
                code, pair, met = "table.example_rows", (wanted, rows), rows == wanted
                expected, found = (", ".join(numbers.get(row, row) for row in each) or None for each in pair)
            else:
                code, met = "table.example", meets(made.value, wanted)
                expected, found = _apart(table, wanted, made.value)
            if not met:
                cause = made.causes[0].code if made.causes else None
                params = {"example": example.name, "expected": expected, "found": found, "cause": cause}
                problems.append(Problem(code, f"{example.path}/expect/{member}", params))
    return problems


def meets(found: Any, wanted: Any) -> bool:
    """Whether a result is what was written as JSON; numbers compare by value, not by spelling."""
    if isinstance(found, Decimal):
        if isinstance(wanted, int) and not isinstance(wanted, bool):
            return found == wanted
        return isinstance(wanted, str) and found == read_decimal(wanted)
    if isinstance(found, list) and isinstance(wanted, list):
        return len(found) == len(wanted) and all(map(meets, found, wanted))
    if isinstance(found, Mapping) and isinstance(wanted, Mapping):
        return found.keys() == wanted.keys() and all(meets(found[key], wanted[key]) for key in found)
    return bool(json_value(found) == wanted)


def _apart(table: DecisionTable, wanted: Any, found: Any) -> tuple[Any, Any]:
    """Two results as people read them; of two contexts only what is unlike, by the labels of the outputs."""
    if not (isinstance(wanted, Mapping) and isinstance(found, Mapping)):
        return _written(wanted), _written(json_value(found))
    labels = {output.key: output.label for output in table.outputs}
    met = {key for key in wanted.keys() & found.keys() if meets(found[key], wanted[key])}
    unlike = [key for key in dict.fromkeys((*labels, *wanted, *found)) if key not in met]

    def said(value: Mapping[str, Any], tag: str, mark: str) -> str:
        named = ((labels.get(key) or {}, key) for key in unlike)
        return mark.join(f"{name.get(tag) or name.get('zh-CN') or key} = {_written(value.get(key)) or '—'}"
                         for name, key in named)  # fmt: skip

    expected, told = ({"zh-CN": said(each, "zh-CN", "，"), "en": said(each, "en", ", ")}
                      for each in (wanted, json_value(found)))  # fmt: skip
    return expected, told


def _written(value: Any) -> str | None:
    if isinstance(value, str) or value is None:
        return value
    return json.dumps(value, ensure_ascii=False)
