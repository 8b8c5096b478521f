"""Warnings about what can be computed: a divisor that may be zero, a name never used, a list for one value, dates."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .advice_conditions import ConditionAdvice
from .functions import ROWS
from .functions.table import Row, Unmatched, arrange
from .intervals import NOT_NEGATIVE
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
    Iterator,
    Literal,
    Logic,
    Name,
    Negation,
    Node,
    Path,
    Quantified,
    bare,
    mentions,
    walk,
)
from .types import ANY, kind_label

DIVIDING = {"modulo": 1, "MOD": 1, "QUOTIENT": 1}
"""Functions that divide, and which argument they divide by."""
FROM_TEXT = frozenset({"date", "date and time", "DATEVALUE"})


class Advice(ConditionAdvice):
    """Walks a tree once."""

    def visit(self, node: Node) -> None:
        method = METHODS.get(node.__class__)
        if method is not None:
            method(self, node)
        else:
            self.below(node)

    # ------------------------------------------------------------------ divisors
    def chain(self, node: Chain) -> None:
        self.below(node)
        for op, operand in node.rest:
            if op == "/":
                self.divisor(operand)

    def divisor(self, node: Node) -> None:
        node = bare(node)
        if self.types.get(id(node), ANY).kind not in ("any", "null", "number") or self.not_zero(node):
            return
        parts = [node, *(part for part in walk(node) if isinstance(part, Name | Path))]
        if not any(self.seen(part) for part in parts):
            self.report("rules.maybe_zero", node, name=self.source(node))

    def not_zero(self, node: Node) -> bool:
        node = bare(node)
        match node:
            case Literal():
                return bool(node.value)
            case Negation():
                return self.not_zero(node.operand)
            case If():
                return self.not_zero(node.then) and self.not_zero(node.otherwise)
            case Chain() if node.rest[0][0] in ("*", "/", "**"):
                # A quotient whose divisor is zero has no value, which is told there.
                factors = [node.first, *(x for op, x in node.rest if op == "*")]
                return all(map(self.not_zero, factors))
            case Chain() if all(op == "+" for op, _ in node.rest):
                parts = [node.first, *(x for _, x in node.rest)]
                return all(map(self.not_negative, parts)) and any(map(self.not_zero, parts))
            case Call(function=Name(name="max" | "MAX")):
                return any(self.not_negative(x) and self.not_zero(x) for x in node.arguments)
            case Call(function=Name(name="get or else" | "IFERROR" | "IFNA")):
                return all(map(self.not_zero, node.arguments))
            case Call(function=Name(name="exp" | "EXP")):
                return True
            case Call(function=Name(name="duration"), arguments=(Literal(),)):
                return True  # written out: its author sees what it is
        return False

    def not_negative(self, node: Node) -> bool:
        node = bare(node)
        if isinstance(node, Literal):
            return node.value.__class__ not in (str, bool) and node.value is not None and node.value >= 0
        return isinstance(node, Call) and isinstance(node.function, Name) and node.function.name in NOT_NEGATIVE

    # ------------------------------------------------------------------ names of the formula itself
    def loop(self, node: For | Quantified) -> None:
        body = node.body if isinstance(node, For) else node.condition
        names = [iterator.name for iterator in node.iterators]
        with self.having(bound=[*names, "partial"]):
            self.below(node)
        for at, iterator in enumerate(node.iterators):
            later = [end for other in node.iterators[at + 1 :] for end in (other.source, other.high) if end is not None]
            if not any(mentions(part, iterator.name) for part in (body, *later)):
                self.unused(iterator, iterator.name)

    def unused(self, node: Node | Iterator, name: str) -> None:
        self.report("feel.unused", node, name=name)

    def path(self, node: Path) -> None:
        """`{…}.key`: entries that neither the key nor another entry uses."""
        self.visit(node.source)
        if not isinstance(node.source, ContextNode):
            return
        entries = node.source.entries
        for at, (key, value) in enumerate(entries):
            users = (other for _, other in entries[at + 1 :])
            if key != node.name and not any(mentions(other, key) for other in users):
                self.unused(value, key)

    def context(self, node: ContextNode) -> None:
        with self.having(bound=[key for key, _ in node.entries]):
            self.below(node)

    def definition(self, node: FunctionNode) -> None:
        with self.having(bound=[name for name, _ in node.params]):
            self.below(node)

    def filter(self, node: Filter) -> None:
        self.visit(node.source)
        source = self.types.get(id(node.source), ANY)
        item = (source.item or ANY) if source.kind == "list" else source
        with self.having(bound=["item", *(name for name, _ in item.fields or ())]):
            self.constant(node.condition)
            self.visit(node.condition)

    # ------------------------------------------------------------------ calls
    def call(self, node: Call) -> None:
        self.below(node)
        callee = node.function
        row = ROWS.get(callee.name) if isinstance(callee, Name) and callee.name not in self.bound else None
        if row is None or (isinstance(callee, Name) and callee.name in self.scope.entries):
            return
        at = DIVIDING.get(row.name)
        if at is not None and node.named is None and len(node.arguments) > at:
            self.divisor(node.arguments[at])
        self.lists(node, row)
        if row.name in FROM_TEXT and len(node.arguments) == 1:
            given = node.arguments[0]
            if not isinstance(given, Literal) and self.types.get(id(given), ANY).kind == "string":
                self.report("rules.date_text", given, name=self.source(bare(given)))

    def lists(self, node: Call, row: Row) -> None:
        """A list given to a parameter that takes one value: only a list of one has a value there."""
        try:
            order = arrange(row, len(node.arguments), node.named)
        except Unmatched:
            return
        if node.named is None and row.params and row.params[-1].variadic and len(node.arguments) != 1:
            return
        for param, index in zip(row.params, order, strict=True):
            if index is None or param.kind in ("any", "list", "function"):
                continue
            if self.types.get(id(node.arguments[index]), ANY).kind == "list":
                argument = node.arguments[index]
                self.report("feel.list_given", argument, text=self.source(argument), wanted=kind_label(param.kind))


METHODS: dict[type, Callable[[Advice, Any], None]] = {
    Chain: Advice.chain,
    If: Advice.conditional,
    Logic: Advice.logic,
    Comparison: Advice.comparison,
    Between: Advice.ranged,
    In: Advice.ranged,
    For: Advice.loop,
    Quantified: Advice.loop,
    Path: Advice.path,
    ContextNode: Advice.context,
    FunctionNode: Advice.definition,
    Filter: Advice.filter,
    Call: Advice.call,
}
