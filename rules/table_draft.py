"""What can be said of a decision table still being written: a cell with a fault does not silence the rows around it.

`compile_table` stops at the first floor that is broken. Here each part with a fault is filled in with something that
says nothing, and the table is looked through again: gaps, overlaps and hidden rows are told of all that can be read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rules.feel import Scope
from rules.problem import Invalid, Problem, errors
from rules.table import DecisionTable
from rules.table_compile import compile_table

HOLE = "\u25a1"  # stands for a key that is none; a letter of no formula
CELL = "? = ?"  # a test whose values nobody can know: its row hides no gap and overlaps with nothing
ENTRY = "if today() = today() then null else null"  # a decision nobody can know before it is evaluated
ROUNDS = 4
Item = dict[str, Any]
Body = Mapping[str, Any]
Repair = Callable[[Body, Sequence[Problem]], tuple[Item, set[str]] | None]
Parts = Sequence[str]


def draft_problems(body: Body, scope: Scope | None = None) -> list[Problem]:
    """Every finding about `body`, warnings among them, however unfinished it is; paths start at the body."""
    return looked_through(body, lambda now: _compiled(now, scope), repaired)


def looked_through(body: Body, find: Callable[[Body], list[Problem]], repair: Repair) -> list[Problem]:
    """The findings of `find(body)`, and of the body as `repair(body, errors)` makes it until nothing is in the way.

    What is found in a part that was filled in is left out: its own fault has been told.
    """
    told: dict[tuple[str, str], Problem] = {}
    silent: set[str] = set()
    for _ in range(ROUNDS):
        found = [each for each in find(body) if not _inside(each, silent) and HOLE not in str(dict(each.params))]
        told |= {_same(each): each for each in found}
        fixed = repair(body, errors(found))
        if fixed is None:
            break
        body, more = fixed
        silent |= more
    return list(told.values())


def _same(found: Problem) -> tuple[str, str]:
    """What makes a finding the one of an earlier round: its place and the name it names; of a gap, all it tells."""
    if found.code == "table.gap":
        return found.code, str(found.params)
    return found.code, f"{found.path} {found.span} {found.params.get('name')}"


def readable(body: Body, scope: Scope | None = None) -> DecisionTable | None:
    """The table as far as it can be read, to be shown but never to decide: parts with a fault say nothing in it."""
    now: Body = {**body, "examples": []}
    for _ in range(ROUNDS):
        try:
            return compile_table(now, scope, analyse=False)
        except Invalid as invalid:
            fixed = repaired(now, invalid.problems)
        if fixed is None:
            return None
        now = fixed[0]
    return None


def _compiled(body: Body, scope: Scope | None) -> list[Problem]:
    try:
        return list(compile_table(body, scope).warnings)
    except Invalid as invalid:
        return list(invalid.problems)


def _inside(problem: Problem, silent: set[str]) -> bool:
    """`code` or `/place` of the silent ones; a place holds all that is inside it."""
    return problem.code in silent or any(problem.path == at or problem.path.startswith(at + "/") for at in silent)


def repaired(body: Body, found: Sequence[Problem]) -> tuple[Item, set[str]] | None:
    """The body without the faults found in its parts, and what is to be said no more; None where nothing was filled in.

    Rows against each other are no fault of a part: what contradicts itself is left as it is.
    """
    work = _Repair(body)
    for problem in found:
        work.mend(problem, problem.path.split("/")[1:])
    return (work.body, work.silent) if work.silent else None


AGAINST = frozenset({"table.overlap", "table.unequal", "table.duplicate", "table.example", "schema.too_large"})
EMPTY = frozenset({"table.cell_not_allowed", "table.empty_cell"})
"""Told together with the rows against each other: nothing more is behind them."""


class _Repair:
    def __init__(self, body: Body) -> None:
        self.body: Item = dict(body)
        self.silent: set[str] = set()

    def mend(self, problem: Problem, parts: Parts) -> None:
        if problem.code in AGAINST | EMPTY:
            return
        if parts[:1] == ["facts"]:
            self.fact(parts, problem)
        elif parts[:1] in (["inputs"], ["outputs"]):
            self.column(parts, problem)
        elif parts[:1] == ["rows"]:
            self.row(parts, problem)
        elif parts[:1] == ["examples"]:
            self.drop("examples")
        elif parts[:1] == ["hit_policy"]:
            self.fill("hit_policy", "C")
        elif parts and parts[0] in self.body:
            self.drop(parts[0])

    def fill(self, member: str, value: Any) -> None:
        self.body[member] = value
        self.body.pop("examples", None)
        self.silent.add(f"/{member}")

    def drop(self, member: str) -> None:
        if self.body.pop(member, None) is not None:
            self.silent.add(f"/{member}")
        self.body.pop("examples", None)

    def item(self, parts: Parts) -> tuple[Item, int] | None:
        """A copy of the item of a list, put in its place, and its number; None where there is none to mend."""
        listed = self.body.get(parts[0])
        if len(parts) < 2 or not parts[1].isdigit() or not isinstance(listed, list):
            return None
        at = int(parts[1])
        if at >= len(listed) or not isinstance(listed[at], Mapping):
            return None
        made = dict(listed[at])
        self.body[parts[0]] = [*listed[:at], made, *listed[at + 1 :]]
        self.body.pop("examples", None)  # of an unfinished table they say nothing
        return made, at

    def fact(self, parts: Parts, problem: Problem) -> None:
        found = self.item(parts)
        if found is None:
            return
        item, at = found
        member = parts[2] if len(parts) > 2 else str(problem.params.get("name", "key"))
        if member == "key":
            item["key"] = f"{HOLE}{at}"
        else:
            item.pop(member, None)
        self.silent.add(f"/facts/{at}/{member}")

    def column(self, parts: Parts, problem: Problem) -> None:
        """An input or an output; what it may be is unknown once its allowed values are, and so are gaps."""
        found = self.item(parts)
        if found is None:
            if problem.code == "table.no_output_order":
                self.fill("hit_policy", "C")
                self.silent.add("table.no_output_order")
            return
        item, at = found
        member = parts[2] if len(parts) > 2 else str(problem.params.get("name", "key"))
        if problem.code == "table.aggregate_type":
            self.fill("hit_policy", "C")
        elif member == "key":
            item["key"] = f"{HOLE}{at}"
        elif member == "value":
            item["value"] = "null"
            item.pop("dialect", None)
        elif member == "default":
            item["default"] = "null"
        else:
            item.pop(member, None)
        if parts[0] == "inputs" and member == "allowed":
            self.silent |= {"table.gap", "table.cell_not_allowed"}
        self.silent.add(f"/{parts[0]}/{at}/{member}")

    def row(self, parts: Parts, problem: Problem) -> None:
        found = self.item(parts)
        if found is None:
            return
        row, at = found
        member = parts[2] if len(parts) > 2 else str(problem.params.get("name", "id"))
        at_member = f"/rows/{at}/{member}"
        if member == "id":
            row["id"] = f"{HOLE}{at}"
        elif member in ("when", "then"):
            self.cells(row, member, parts[3:], at_member)
        else:
            row.pop(member, None)
        self.silent.add(at_member if len(parts) < 4 else f"{at_member}/{parts[3]}")

    def cells(self, row: Item, member: str, at: Parts, place: str) -> None:
        """One cell, or where their number is wrong all of them."""
        hole = CELL if member == "when" else ENTRY
        columns = self.body.get("inputs" if member == "when" else "outputs")
        cells = row.get(member)
        if at and at[0].isdigit() and isinstance(cells, list) and int(at[0]) < len(cells):
            row[member] = [hole if each == int(at[0]) else cell for each, cell in enumerate(cells)]
        else:
            row[member] = [hole] * (len(columns) if isinstance(columns, list) else 1)
            self.silent.add(place)
