"""Units of the parts of a formula: amounts of different units are neither added nor compared."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from .operators import OPEN
from .scope import Scope
from .syntax import (
    Between,
    Call,
    Chain,
    Comparison,
    ContextNode,
    Filter,
    For,
    FunctionNode,
    If,
    In,
    ListNode,
    Literal,
    Name,
    Negation,
    Node,
    Quantified,
    RangeNode,
    children,
)
from .types import ANY, Type

FIRST = frozenset(
    {
        "abs", "ABS", "decimal", "floor", "ceiling", "round up", "round down", "round half up", "round half down",
        "ROUND", "ROUNDUP", "ROUNDDOWN", "INT", "TRUNC", "MROUND", "CEILING", "FLOOR", "blank as zero", "sort",
        "reverse", "distinct values", "UNIQUE", "LARGE", "SMALL",
    }
)  # fmt: skip
"""Functions whose value has the unit of the first argument."""
ALL = frozenset(
    {
        "min", "max", "sum", "mean", "median", "stddev", "MIN", "MAX", "SUM", "AVERAGE", "MEDIAN", "STDEV.S", "STDEV.P",
        "get or else", "IFERROR", "IFNA", "without blanks", "excel plus", "excel minus", "append", "concatenate",
    }
)  # fmt: skip
"""Functions whose arguments, and items of a list among them, must have one unit: that of the value."""
Report = Callable[..., None]


class Units:
    """Walks a tree once. A unit is known of Facts that declare one, and of what is made of them; else it is None."""

    def __init__(self, scope: Scope, types: Mapping[int, Type], report: Report) -> None:
        self.scope = scope
        self.types = types
        self.report = report
        self.bound: list[Mapping[str, str | None]] = []
        self.items: list[Type] = []

    def of(self, node: Node) -> str | None:
        method = METHODS.get(node.__class__)
        if method is not None:
            return method(self, node)
        for child in children(node):
            self.of(child)
        return None

    def one(self, nodes: Iterable[Node]) -> str | None:
        """The unit the nodes have in common; reports the first that has another."""
        found: str | None = None
        for node in nodes:
            unit = self.of(node)
            if unit is not None and found is not None and unit != found:
                self.report("feel.unit", node, left=found, right=unit)
            found = found or unit
        return found

    def name(self, node: Name) -> str | None:
        for names in reversed(self.bound):
            if node.name in names:
                return names[node.name]
        entry = self.scope.entries.get(node.name)
        return entry.unit if entry is not None else None

    def negation(self, node: Negation) -> str | None:
        return self.of(node.operand)

    def chain(self, node: Chain) -> str | None:
        """A sum has the unit of its parts; a product only where all but one of its parts are plain numbers."""
        parts = (node.first, *(operand for _, operand in node.rest))
        ops = {op for op, _ in node.rest}
        if ops <= {"+", "-"}:
            return self.one(parts)
        units = [self.of(part) for part in parts]
        plain = all(isinstance(part, Literal) for part in parts[1:])
        if plain and ops <= {"*", "/"}:
            return units[0]
        known = [unit for unit in units if unit is not None]
        others = sum(isinstance(part, Literal) for part in parts)
        return known[0] if len(known) == 1 and others == len(parts) - 1 and ops == {"*"} else None

    def compared(self, node: Comparison | Between) -> None:
        self.one(children(node))

    def membership(self, node: In) -> None:
        self.one((node.value, *(end for test in node.tests for end in _ends(test))))

    def range(self, node: RangeNode) -> str | None:
        return self.one(children(node))

    def items_of(self, node: ListNode) -> str | None:
        """A list may hold values of several units; it has one where they agree."""
        found = {self.of(item) for item in node.items}
        return found.pop() if len(found) == 1 else None

    def conditional(self, node: If) -> str | None:
        self.of(node.condition)
        return self.one((node.then, node.otherwise))

    def call(self, node: Call) -> str | None:
        name = node.function.name if isinstance(node.function, Name) else ""
        if name in ALL:
            spread = (x for given in node.arguments for x in (given.items if isinstance(given, ListNode) else (given,)))
            return self.one(spread)
        units = [self.of(argument) for argument in node.arguments]
        if not isinstance(node.function, Name):
            self.of(node.function)
        return units[0] if name in FIRST and units else None

    def filter(self, node: Filter) -> str | None:
        """Inside the condition the keys of the item come first; where they are not known, no name has a unit."""
        unit = self.of(node.source)
        source = self.types.get(id(node.source), ANY)
        item = (source.item or ANY) if source.kind == "list" else source
        if item.kind in OPEN or (item.kind == "context" and item.fields is None):
            return unit
        self.bound.append({"item": unit, **{key: None for key, _ in item.fields or ()}})
        self.of(node.condition)
        self.bound.pop()
        return unit

    def loop(self, node: For | Quantified) -> str | None:
        names: dict[str, str | None] = {"partial": None} if isinstance(node, For) else {}
        self.bound.append(names)
        for iterator in node.iterators:
            ends = (iterator.source,) if iterator.high is None else (iterator.source, iterator.high)
            names[iterator.name] = self.one(ends)
        found = self.of(node.body if isinstance(node, For) else node.condition)
        self.bound.pop()
        return found if isinstance(node, For) else None

    def context(self, node: ContextNode) -> None:
        names: dict[str, str | None] = {}
        self.bound.append(names)
        for key, value in node.entries:
            names[key] = self.of(value)
        self.bound.pop()

    def definition(self, node: FunctionNode) -> None:
        self.bound.append({name: None for name, _ in node.params})
        for child in children(node):
            self.of(child)
        self.bound.pop()


def _ends(test: Node) -> tuple[Node, ...]:
    """The values a test compares with."""
    return children(test) if isinstance(test, RangeNode | ListNode) else (test,)


METHODS: dict[type, Callable[[Units, Any], str | None]] = {
    Name: Units.name,
    Negation: Units.negation,
    Chain: Units.chain,
    Comparison: Units.compared,
    Between: Units.compared,
    In: Units.membership,
    RangeNode: Units.range,
    ListNode: Units.items_of,
    If: Units.conditional,
    Call: Units.call,
    Filter: Units.filter,
    For: Units.loop,
    Quantified: Units.loop,
    ContextNode: Units.context,
    FunctionNode: Units.definition,
}
