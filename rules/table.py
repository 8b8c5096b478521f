"""The decision table, compiled: which rows the Facts hit, and what those rows decide together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import reduce
from typing import Any, Literal

from rules.feel import Outcome
from rules.feel.cause import MOST, Cause
from rules.feel.numbers import CONTEXT, ZERO
from rules.feel.operate import order_key, same
from rules.feel.run import Moment
from rules.feel.trace import json_value
from rules.problem import Problem
from rules.table_cells import ANY_TIME
from rules.table_index import Column, rows_of
from rules.table_parts import Input, Labels, Output, Row

HitPolicy = Literal["U", "F", "A", "P", "R", "O", "C", "C+", "C<", "C>", "C#"]
LISTS = frozenset({"R", "O", "C"})
"""Policies whose result is a list."""
AGGREGATES = frozenset({"C+", "C<", "C>", "C#"})


@dataclass(frozen=True, slots=True)
class TableResult:
    """What a table decided.

    value    as formulas see it: a value, a context of several outputs, or a list; null has causes
    inputs   what each input was, null with its causes
    rows     the rows that decided, in the order of the result; for several_rows and unequal_rows those in conflict
    unknown  rows that could not be told to be hit or not
    default  whether the defaults hold because no row was hit
    """

    value: Any
    causes: tuple[Cause, ...]
    inputs: tuple[Outcome, ...]
    rows: tuple[int, ...] = ()
    unknown: tuple[int, ...] = ()
    default: bool = False


@dataclass(frozen=True, slots=True)
class TableExample:
    """Facts whose decision the author wrote down; `expect` as in the body."""

    name: str
    facts: Mapping[str, Any]
    now: datetime
    expect: Mapping[str, Any]
    path: str


@dataclass(frozen=True, slots=True)
class DecisionTable:
    """A table without errors; `warnings` are findings its author may accept.

    strict  a row that cannot be told leaves the result unknown where it could change it (`on_unknown` stop)
    label   what sentences call the table
    """

    key: str
    label: Labels
    hit_policy: HitPolicy
    strict: bool
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    rows: tuple[Row, ...]
    columns: tuple[Column, ...]
    order: tuple[int, ...]
    names: tuple[str, ...]
    """Facts it reads."""
    examples: tuple[TableExample, ...] = ()
    warnings: tuple[Problem, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)

    def evaluate(self, facts: Mapping[str, Any], now: datetime) -> Outcome:
        """The result for these Facts at a moment (aware), as a formula gives its own."""
        made = self.decide(facts, now)
        return Outcome(made.value, made.causes)

    def decide(self, facts: Mapping[str, Any], now: Moment) -> TableResult:
        """The result, and the rows and inputs that made it."""
        return _Run(self, facts, now, tuple([each.read(facts, now) for each in self.inputs])).result()

    def together(self, rows: Sequence[int]) -> TableResult:
        """What rows decide that are hit together, the only ones; outputs must be constants."""
        run = _Run(self, {}, ANY_TIME, ())
        run.hits = list(rows[:1] if self.hit_policy == "F" else rows)
        return run.decided() if rows else run.without()

    def refused_by(self, row: int, made: TableResult, facts: Mapping[str, Any], now: Moment) -> tuple[int, ...]:
        """The columns whose cells the inputs of a result do not meet for certain: why a row was not hit."""
        run = _Run(self, facts, now, made.inputs)
        return tuple(at for at in range(len(self.columns)) if run.refuses(row, at))

    def told(self, made: TableResult) -> dict[str, Any]:
        """What a result came from, as data: {inputs, rows: [{id, index}], unknown, default}; index from 0."""
        pairs = zip(self.inputs, made.inputs, strict=True)
        node: dict[str, Any] = {
            "inputs": {place.key: json_value(seen.value) for place, seen in pairs},
            "rows": [{"id": self.rows[at].id, "index": at} for at in made.rows],
        }
        if made.unknown:
            node["unknown"] = [{"id": self.rows[at].id, "index": at} for at in made.unknown]
        if made.default:
            node["default"] = True
        return node

    def trace(self, made: TableResult) -> dict[str, Any]:
        """A result by itself as data: its value, what it came from, and the causes of a null."""
        node = {"value": json_value(made.value), **self.told(made)}
        if made.causes:
            node["causes"] = [{k: v for k, v in each.to_json().items() if v not in ({}, None)} for each in made.causes]
        return node


@dataclass(frozen=True, slots=True)
class _Unknown:
    """A row that is neither hit nor not hit: why, and the columns that are so only because their input is unknown."""

    row: int
    causes: tuple[Cause, ...]
    columns: tuple[int, ...]
    settled: bool


class _Run:
    """One decision: the inputs, the rows they meet, and the outputs of those that are needed."""

    def __init__(
        self, table: DecisionTable, facts: Mapping[str, Any], now: Moment, inputs: tuple[Outcome, ...]
    ) -> None:
        self.table = table
        self.facts = facts
        self.now = now
        self.inputs = inputs
        self.hits: list[int] = []
        self.unknown: list[_Unknown] = []

    def result(self) -> TableResult:
        table = self.table
        if table.strict:
            # What should not be there at all stops the table, whatever a row would make of it.
            faults = [c for seen in self.inputs if seen.value is None for c in seen.causes if not c.absent]
            if faults:
                return self.null(faults)
        self.match()
        open_rows = [each for each in self.unknown if not self.settled(each)] if table.strict else []
        if open_rows and (not self.hits or table.hit_policy not in ("U", "A")) and not self.outdone(open_rows):
            return self.null([cause for each in open_rows for cause in each.causes])
        if not self.hits:
            return self.without()
        return self.decided()

    # ------------------------------------------------------------------ rows
    def match(self) -> None:
        """Sorts the rows into hit, unknown and the rest; under F no row behind the first hit is looked at."""
        table = self.table
        sure = maybe = (1 << len(table.rows)) - 1
        for at in table.order:
            column, value = table.columns[at], self.inputs[at].value
            if value is None:
                sure, maybe = sure & column.held, maybe & ~column.refused
            else:
                found = column.of(value)
                sure, maybe = sure & found & ~column.open, maybe & found
            if not maybe:
                return
        for row in rows_of(maybe):
            if sure >> row & 1 or self.asked(row):
                self.hits.append(row)
                if table.hit_policy == "F":
                    return

    def asked(self, row: int) -> bool:
        """Whether a row is hit of which the index alone cannot tell; notes an unknown one."""
        causes: list[Cause] = []
        columns: list[int] = []
        told = True
        for at, column in enumerate(self.table.columns):
            seen = self.inputs[at]
            if column.open >> row & 1:
                held, why = self.tested(row, at)
                if held is False:
                    return False
                told = told and held is True
                causes += why
            elif seen.value is None and not column.held >> row & 1:
                columns.append(at)
                causes += self.missing(at)
        if told and not columns:
            return True
        self.unknown.append(_Unknown(row, _once(causes), tuple(columns), told))
        return False

    def tested(self, row: int, at: int) -> tuple[bool | None, Sequence[Cause]]:
        """A cell evaluated. False while something it reads is unknown counts as unknown: null = 1 is false in FEEL."""
        tests = self.table.rows[row].when[at].tests
        value, causes = tests.evaluate({**self.facts, "?": self.inputs[at].value}, self.now)
        if value is True:
            return True, ()
        missing = [name for name in tests.names if name != "?" and _absent(self.facts.get(name))]
        unknown = "?" in tests.names and self.inputs[at].value is None
        if value is False and not missing and not unknown:
            return False, ()
        found = [cause for cause in causes if cause.field != "?"]
        found += self.missing(at) if unknown else ()
        told = {cause.field for cause in found}
        return None, [*found, *(Cause("missing", name) for name in missing if name not in told)]

    def refuses(self, row: int, at: int) -> bool:
        """Whether a cell is not met for certain."""
        column, value = self.table.columns[at], self.inputs[at].value
        if column.open >> row & 1:
            return self.tested(row, at)[0] is False
        if value is None:
            return bool(column.refused >> row & 1)
        return not column.of(value) >> row & 1

    def missing(self, at: int) -> tuple[Cause, ...]:
        """Why an input is unknown; a null its author wrote has no reason of its own."""
        return self.inputs[at].causes or (Cause("missing", self.table.inputs[at].key),)

    def settled(self, unknown: _Unknown) -> bool:
        """Whether a hit row says itself, by `null`, what holds where those inputs are unknown."""
        if not unknown.settled:
            return False
        columns = [self.table.columns[at].named for at in unknown.columns]
        return any(all(named >> row & 1 for named in columns) for row in self.hits)

    def outdone(self, unknown: Sequence[_Unknown]) -> bool:
        """Under P: whether none of these rows could decide instead of the best that is hit."""
        if self.table.hit_policy != "P" or not self.hits:
            return False
        best = min(self.ranked(row) for row in self.hits)
        constant = all(entry.formula is None for each in unknown for entry in self.table.rows[each.row].then)
        return constant and all(self.ranked(each.row) >= best for each in unknown)

    # ------------------------------------------------------------------ outputs
    def outputs(self, row: int) -> tuple[Outcome, ...]:
        pairs = zip(self.table.outputs, self.table.rows[row].then, strict=True)
        return tuple([output.of(entry, self.facts, self.now) for output, entry in pairs])

    def ranked(self, row: int) -> tuple[int, ...]:
        """The row's outputs by their places among the allowed values."""
        pairs = zip(self.table.outputs, self.outputs(row), strict=True)
        return tuple([output.rank(seen.value) for output, seen in pairs])

    def whole(self, found: Sequence[Outcome]) -> tuple[Any, tuple[Cause, ...]]:
        """One row's outputs as one value: the only one, or a context by key."""
        causes = tuple([cause for seen in found for cause in seen.causes])
        if len(found) == 1:
            return found[0].value, causes
        if self.table.strict and any(not cause.absent for cause in causes):
            return None, causes  # inside a context a fault could pass for an absence
        pairs = zip(self.table.outputs, found, strict=True)
        return {output.key: seen.value for output, seen in pairs}, causes

    def decided(self) -> TableResult:
        """What the hit rows make together."""
        policy = self.table.hit_policy
        if policy == "U" and len(self.hits) > 1:
            return self.conflict("several_rows", self.hits)
        if policy == "A":
            return self.agreed()
        rows = sorted(self.hits, key=self.ranked) if policy in ("P", "O") else self.hits
        if policy in ("U", "F", "P"):
            return self.made(*self.whole(self.outputs(rows[0])), (rows[0],))
        if policy == "C#":
            return self.made(Decimal(len(rows)), (), tuple(rows))
        found = [self.whole(self.outputs(row)) for row in rows]
        causes = _once([cause for _, why in found for cause in why])
        values = [value for value, _ in found]
        if policy in LISTS:
            return self.made(values, causes, tuple(rows))
        return self.made(*self.aggregate(values, causes), tuple(rows))

    def agreed(self) -> TableResult:
        found = [self.whole(self.outputs(row)) for row in self.hits]
        if any(same(found[0][0], value) is not True for value, _ in found[1:]):
            return self.conflict("unequal_rows", self.hits)
        return self.made(*found[0], tuple(self.hits))

    def aggregate(self, values: list[Any], causes: tuple[Cause, ...]) -> tuple[Any, tuple[Cause, ...]]:
        """Sum, least or greatest; unknown where one of them is."""
        output = self.table.outputs[0]
        if any(value is None for value in values):
            return None, causes or (Cause("missing", output.key),)
        try:
            if self.table.hit_policy == "C+":
                return reduce(CONTEXT.add, values, ZERO), ()
            return (min if self.table.hit_policy == "C<" else max)(values, key=order_key), ()
        except (TypeError, ArithmeticError):
            return None, (Cause("domain", output.key, None, {"field": output.label or output.key}),)

    def without(self) -> TableResult:
        """No row is hit: the defaults, an empty list or number, else null."""
        policy = self.table.hit_policy
        cause = Cause("no_row", self.table.key or None, None, {"table": self.table.label})
        if any(output.default is not None for output in self.table.outputs):
            given = [(output, output.default) for output in self.table.outputs]
            value, causes = self.whole([
                output.of(default, self.facts, self.now) if default is not None else Outcome(None, (cause,))
                for output, default in given
            ])  # fmt: skip
            return self.made([value] if policy in LISTS else value, causes, (), default=True)
        if policy in LISTS or policy == "C#":
            return self.made([] if policy in LISTS else ZERO, (), ())
        return self.null([cause])

    # ------------------------------------------------------------------ results
    def made(self, value: Any, causes: tuple[Cause, ...], rows: tuple[int, ...], default: bool = False) -> TableResult:
        unknown = tuple([each.row for each in self.unknown])
        return TableResult(value, causes, self.inputs, rows, unknown, default)

    def null(self, causes: Iterable[Cause], rows: Sequence[int] = ()) -> TableResult:
        return self.made(None, _once(causes), tuple(rows))

    def conflict(self, code: str, rows: Sequence[int]) -> TableResult:
        params = {
            "table": self.table.label, "rows": ", ".join(str(row + 1) for row in rows),
            "ids": ", ".join(self.table.rows[row].id for row in rows),
        }  # fmt: skip
        return self.null([Cause(code, self.table.key or None, None, params)], rows)


def _absent(fact: Any) -> bool:
    return fact is None or isinstance(fact, Cause)


def _once(causes: Iterable[Cause]) -> tuple[Cause, ...]:
    """Each cause once, and not more than a reader can use."""
    found: list[Cause] = []
    for cause in causes:
        if cause not in found:
            found.append(cause)
    return tuple(found[:MOST])
