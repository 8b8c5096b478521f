"""The parts of a decision table: what a column looks at, what a row decides, which values either may have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rules.feel import Formula, Outcome
from rules.feel.cause import Cause, Null
from rules.feel.convert import adopt
from rules.feel.run import Moment, type_params
from rules.feel.types import Type, coerce, kind_of
from rules.table_cells import Cell
from rules.table_index import Column, rows_of
from rules.table_spans import key_of

Labels = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Allowed:
    """The values an input or output may have: unary tests; `order` gives each its place where all are single values."""

    tests: tuple[Cell, ...]
    column: Column
    order: Mapping[Any, int] | None

    @property
    def text(self) -> str:
        """The tests as one text."""
        return ", ".join(cell.text for cell in self.tests)

    def admits(self, value: Any, facts: Mapping[str, Any], now: Moment) -> bool:
        """Whether a value that is not null meets one of the tests."""
        found = self.column.of(value)
        if found & ~self.column.open:
            return True
        given = {**facts, "?": value}
        return any(self.tests[at].tests.evaluate(given, now).value is True for at in rows_of(found))


@dataclass(frozen=True, slots=True)
class Place:
    """What an input and an output have in common.

    type   as declared or as the formulas and cells say; None: any
    label  {"zh-CN", "en"}, empty where none was written; labels: of its texts, by the text
    """

    key: str
    label: Labels
    type: Type | None
    unit: str | None
    labels: Mapping[str, Labels]
    allowed: Allowed | None

    @property
    def kind(self) -> str:
        """The kind of its values, "any" where that is not known."""
        return "any" if self.type is None else self.type.kind

    def checked(self, value: Any, causes: tuple[Cause, ...], facts: Mapping[str, Any], now: Moment) -> Outcome:
        """The value; null with its causes where it is unknown, of another type or not allowed."""
        if value is None:
            return Outcome(None, causes)
        wanted = self.type
        if wanted is not None and (kind_of(value) != wanted.kind or wanted.item or wanted.fields):
            given, (value, fits) = kind_of(value), coerce(value, wanted)
            if not fits:
                params = {"op": self.label or self.key, "field": self.key, **type_params(given, wanted=wanted.kind)}
                return Outcome(None, (Cause("type", self.key, None, params),))
        if self.allowed is not None and not self.allowed.admits(value, facts, now):
            params = {"field": self.label or self.key, "allowed": self.allowed.text}
            return Outcome(None, (Cause("not_allowed", self.key, None, params),))
        return Outcome(value, causes)


@dataclass(frozen=True, slots=True)
class Input(Place):
    """What a column of tests looks at: the Fact `name` as it stands, else a formula."""

    name: str | None
    formula: Formula | None
    path: str

    @property
    def names(self) -> tuple[str, ...]:
        """The Facts it is made from."""
        return self.formula.names if self.formula is not None else (self.name or "",)

    def read(self, facts: Mapping[str, Any], now: Moment) -> Outcome:
        """The value for these Facts; null with its causes where it is unknown, of another type or not allowed."""
        if self.formula is not None:
            return self.checked(*self.formula.evaluate(facts, now), facts, now)
        name = self.name or ""
        value = adopt(facts.get(name), name)
        if value.__class__ is Null:
            return Outcome(None, value.causes)
        return self.checked(value, (), facts, now)


@dataclass(frozen=True, slots=True)
class Entry:
    """One output cell: a constant worked out before, else a formula."""

    text: str
    value: Any
    formula: Formula | None


@dataclass(frozen=True, slots=True)
class Output(Place):
    """One thing a row decides; `default` holds where no row is hit."""

    default: Entry | None
    path: str

    def of(self, entry: Entry, facts: Mapping[str, Any], now: Moment) -> Outcome:
        """The value of a cell; constants were checked when the table was compiled."""
        if entry.formula is None:
            return Outcome(entry.value)
        return self.checked(*entry.formula.evaluate(facts, now), facts, now)

    def rank(self, value: Any) -> int:
        """The place of a value among those allowed, 0 the best; the same for all where no order is declared."""
        order = self.allowed.order if self.allowed is not None else None
        if order is None or value is None:
            return 0 if order is None else len(order)
        return order.get(key_of(value), len(order))


@dataclass(frozen=True, slots=True)
class Row:
    """One row; `id` names it wherever it moves."""

    id: str
    when: tuple[Cell, ...]
    then: tuple[Entry, ...]
    note: Labels
    path: str

    def names(self) -> set[str]:
        """The Facts its cells read, but for the inputs themselves."""
        found = {name for cell in self.when if not cell.any and cell.spans is None for name in cell.tests.names}
        found |= {name for entry in self.then if entry.formula is not None for name in entry.formula.names}
        return found - {"?"}


