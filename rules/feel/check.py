"""Checks a tree against its scope: names, functions, arguments, types and units, all findings at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ..problem import Problem, errors
from .advice import Advice
from .check_calls import CallChecks, Frame
from .check_units import Units
from .functions import ROWS
from .operators import OPEN, ORDERED, PROPERTIES, alike, arithmetic_type, merged
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
    InstanceOf,
    Iterator,
    ListNode,
    Literal,
    Logic,
    Name,
    Negation,
    Node,
    Path,
    Quantified,
    RangeNode,
    UnaryTests,
    foreign_name,
)
from .types import ANY, BOOLEAN, FUNCTION, Type, kind_label, type_of


class Checker(CallChecks):
    """Walks a tree once; `types` keeps the type of each node by its identity."""

    def visit(self, node: Node) -> Type:
        found = METHODS[node.__class__](self, node)
        self.types[id(node)] = found
        return found

    def literal(self, node: Literal) -> Type:
        return type_of(node.value)

    def name(self, node: Name) -> Type:
        name = node.name
        for frame in reversed(self.frames):
            if name in frame.names:
                return frame.names[name]
            if frame.item is not None:
                if frame.item.kind in OPEN or (frame.item.kind == "context" and frame.item.fields is None):
                    return ANY
                found = frame.item.field(name)
                if found is not None:
                    return found
        if name == "?" and self.subject is not None:
            return self.subject
        if name in self.scope.entries:
            return self.scope.types[name]
        if name in ROWS:
            return FUNCTION
        if self.scope.closed:
            self.unknown("feel.unknown_name", node, name, self.known())
        return ANY

    def known(self) -> list[str]:
        """The names in reach: variables of the formula, keys of filtered items, Facts."""
        own = [name for frame in self.frames for name in frame.names]
        keys = [key for frame in self.frames if frame.item is not None for key, _ in frame.item.fields or ()]
        return [*own, *keys, *self.scope.entries]

    def chain(self, node: Chain) -> Type:
        left = self.visit(node.first)
        for op, operand in node.rest:
            right = self.visit(operand)
            found = arithmetic_type(op, left, right)
            if found is None:
                self.mismatch(operand, op, left, right)
            left = found or ANY
        return left

    def negation(self, node: Negation) -> Type:
        found = self.visit(node.operand)
        if found.kind not in (*OPEN, "number", "days and time duration", "years and months duration"):
            self.mismatch(node, "-", found, found)
            return ANY
        return found

    def comparison(self, node: Comparison) -> Type:
        left, right = self.visit(node.left), self.visit(node.right)
        ordered = node.op not in ("=", "!=")
        for side in (left, right):
            if ordered and side.kind not in OPEN and side.kind not in ORDERED:
                self.mismatch(node, node.op, left, right)
                return BOOLEAN
        if not alike(left, right):
            self.mismatch(node, node.op, left, right)
        return BOOLEAN

    def logic(self, node: Logic) -> Type:
        for item in node.items:
            self.condition(item, node.op)
        return BOOLEAN

    def condition(self, node: Node, op: str) -> None:
        found = self.visit(node)
        if found.kind not in (*OPEN, "boolean"):
            self.report("feel.condition", node, op=op, given=kind_label(found.kind))

    def between(self, node: Between) -> Type:
        value, low, high = map(self.visit, (node.value, node.low, node.high))
        for end in (low, high):
            if not alike(value, end):
                self.mismatch(node, "between", value, end)
                break
        return BOOLEAN

    def membership(self, node: In) -> Type:
        value = self.visit(node.value)
        for test in node.tests:
            self.test(test, value, "in")
        return BOOLEAN

    def test(self, test: Node, value: Type, op: str) -> None:
        found = self.visit(test)
        inner = found.item if found.kind in ("range", "list") and found.item is not None else found
        if inner.kind in ("range", "list") and inner.item is not None:
            inner = inner.item
        if found.kind in ("range", "list") and inner is found:
            return
        if not alike(value, inner) and not alike(value, found) and not (op == "?" and found.kind == "boolean"):
            self.mismatch(test, "in", value, inner)

    def instance_of(self, node: InstanceOf) -> Type:
        self.visit(node.value)
        return BOOLEAN

    def conditional(self, node: If) -> Type:
        self.condition(node.condition, "if")
        return merged(self.visit(node.then), self.visit(node.otherwise))

    def iterators(self, found: tuple[Iterator, ...], op: str) -> Frame:
        frame = Frame()
        self.frames.append(frame)
        for iterator in found:
            source = self.visit(iterator.source)
            item = source
            if iterator.high is not None:
                high = self.visit(iterator.high)
                if source.kind not in (*OPEN, "number", "date") or not alike(source, high):
                    self.mismatch(iterator.source, op, source, high)
            elif source.kind in ("list", "range"):
                item = source.item or ANY
            frame.names[iterator.name] = item
        return frame

    def loop(self, node: For) -> Type:
        frame = self.iterators(node.iterators, "for")
        frame.names.setdefault("partial", Type("list"))
        body = self.visit(node.body)
        self.frames.pop()
        return Type("list", item=body)

    def quantifier(self, node: Quantified) -> Type:
        self.iterators(node.iterators, node.kind)
        self.condition(node.condition, node.kind)
        self.frames.pop()
        return BOOLEAN

    def filter(self, node: Filter) -> Type:
        source = self.visit(node.source)
        item = (source.item or ANY) if source.kind == "list" else source
        self.frames.append(Frame({"item": item}, item))
        condition = self.visit(node.condition)
        self.frames.pop()
        if condition.kind not in (*OPEN, "boolean", "number"):
            self.report("feel.condition", node.condition, op="[ ]", given=condition.kind)
        if condition.kind == "number":
            return item
        return Type("list", item=item) if condition.kind == "boolean" else ANY

    def path(self, node: Path) -> Type:
        source = self.visit(node.source)
        inside = source.item or ANY if source.kind == "list" else source
        found = self.member(node, inside)
        return Type("list", item=found) if source.kind == "list" else found

    def member(self, node: Path, source: Type) -> Type:
        if source.kind == "context" and source.fields is not None:
            found = source.field(node.name)
            known: Iterable[str] = (name for name, _ in source.fields)
        elif source.kind in PROPERTIES:
            found = PROPERTIES[source.kind].get(node.name)
            known = PROPERTIES[source.kind]
        else:
            return ANY
        if found is None:
            self.unknown("feel.unknown_member", node, node.name, known)
        return found or ANY

    def list(self, node: ListNode) -> Type:
        items = [self.visit(item) for item in node.items]
        if not items:
            return Type("list")
        found = items[0]
        for item in items[1:]:
            found = merged(found, item)
        return Type("list", item=None if found.kind in OPEN else found)

    def context(self, node: ContextNode) -> Type:
        frame = Frame()
        self.frames.append(frame)
        fields = []
        for key, value in node.entries:
            if isinstance(value, FunctionNode):
                frame.names[key] = FUNCTION
            found = self.visit(value)
            frame.names[key] = ANY if found.kind == "null" else found
            fields.append((key, frame.names[key]))
        self.frames.pop()
        return Type("context", fields=tuple(fields))

    def range(self, node: RangeNode) -> Type:
        low = self.visit(node.low)
        high = self.visit(node.high) if node.high is not None else low
        if not alike(low, high):
            self.mismatch(node, "..", low, high)
        ordered = node.op not in ("=", "!=")
        if ordered and low.kind not in OPEN and low.kind not in ORDERED:
            self.mismatch(node, node.op or "..", low, high)
        return Type("range", item=low if low.kind not in OPEN else None)

    def definition(self, node: FunctionNode) -> Type:
        self.frames.append(Frame(dict(node.params)))
        if node.external:
            self.report("dmn.external_function", node, name=foreign_name(node))
        result = self.visit(node.body) if not node.external else ANY
        self.frames.pop()
        return Type("function", item=result, params=tuple(t for _, t in node.params))

    def unary(self, node: UnaryTests) -> Type:
        subject = self.subject or ANY
        for test in node.tests:
            self.test(test, subject, "?")
        return BOOLEAN


METHODS: dict[type, Callable[[Checker, Any], Type]] = {
    Literal: Checker.literal,
    Name: Checker.name,
    Chain: Checker.chain,
    Negation: Checker.negation,
    Comparison: Checker.comparison,
    Logic: Checker.logic,
    Between: Checker.between,
    In: Checker.membership,
    InstanceOf: Checker.instance_of,
    If: Checker.conditional,
    For: Checker.loop,
    Quantified: Checker.quantifier,
    Filter: Checker.filter,
    Path: Checker.path,
    Call: Checker.call,
    ListNode: Checker.list,
    ContextNode: Checker.context,
    RangeNode: Checker.range,
    FunctionNode: Checker.definition,
    UnaryTests: Checker.unary,
}


def check(
    text: str, tree: Node, scope: Scope, wanted: Type | None, subject: Type | None
) -> tuple[Type, list[Problem], dict[int, Type]]:
    """(type of the result, findings, type of each node by identity).

    `wanted` is the type the place of the formula needs, `subject` that of ``?`` in the tests of a cell.
    """
    checker = Checker(text, scope, subject)
    found = checker.visit(tree)
    if wanted is not None and not _fits(found, wanted):
        checker.report("feel.expected", tree, wanted=kind_label(wanted.kind), given=kind_label(found.kind))
    elif wanted is not None and found.kind == "list" and wanted.kind not in ("list", *OPEN):
        wanted_here = kind_label(wanted.kind)
        checker.report("feel.list_given", tree, "warning", text=checker.source(tree), wanted=wanted_here)
    Units(scope, checker.types, checker.report).of(tree)
    if not errors(checker.problems):  # what is wrong comes first; advice about the rest of it would only mislead
        Advice(scope, checker.types, checker.source, checker.report).visit(tree)
    return found, checker.problems, checker.types


def _fits(found: Type, wanted: Type) -> bool:
    """Whether a result may be what its place wants; a list of one stands for its item, and a value for a list of it."""
    if found.kind == "list" and wanted.kind != "list":
        return found.item is None or _fits(found.item, wanted)
    if wanted.kind == "list" and found.kind not in ("list", *OPEN):
        return wanted.item is None or alike(found, wanted.item)
    return alike(found, wanted) or (found.kind == "date" and wanted.kind == "date and time")
