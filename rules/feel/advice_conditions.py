"""Warnings about conditions: those always the same, Facts whose absence takes the other branch, values never had."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from .intervals import decided, verdict
from .operate import comparable, order_key, same
from .scope import Scope
from .syntax import (
    Between,
    Call,
    Chain,
    Comparison,
    If,
    In,
    ListNode,
    Literal,
    Logic,
    Name,
    Negation,
    Node,
    Path,
    bare,
    children,
    walk,
)
from .syntax import (
    Iterator as Binder,
)
from .types import Type

Report = Callable[..., None]
TOLERANT = frozenset(
    {
        "get or else", "is defined", "IFERROR", "IFNA", "ISBLANK", "ISEMPTY", "blank as zero", "blank as text",
        "without blanks", "is", "count", "list contains", "excel compare",
    }
)  # fmt: skip
"""Functions that say themselves what becomes of an unknown value."""
RESULT = {
    True: {"zh-CN": "总是成立", "en": "always true"},
    False: {"zh-CN": "永远不成立", "en": "never true"},
    None: {"zh-CN": "永远没有结果", "en": "never known"},
}


class ConditionAdvice(ABC):
    """What every part of the advice shares, and the conditions: `looked` are texts that conditions around ask about."""

    def __init__(
        self, scope: Scope, types: Mapping[int, Type], source: Callable[[Node], str], report: Report
    ) -> None:
        self.scope = scope
        self.types = types
        self.source = source
        self.tell = report
        self.looked: list[set[str]] = []
        self.bound: list[str] = []
        self.told: set[str] = set()

    def report(self, code: str, node: Node | Binder, **params: Any) -> None:
        self.tell(code, node, "warning", **params)

    @abstractmethod
    def visit(self, node: Node) -> None:
        """What may go wrong in a node and below it."""

    def below(self, node: Node) -> None:
        for child in children(node):
            self.visit(child)

    @contextmanager
    def having(self, looked: Iterable[str] = (), bound: Iterable[str] = ()) -> Iterator[None]:
        """Inside: these texts have been looked at, these names are the formula's own."""
        self.looked.append(set(looked))
        size = len(self.bound)
        self.bound.extend(bound)
        yield
        self.looked.pop()
        del self.bound[size:]

    def seen(self, node: Node) -> bool:
        text = self.source(node)
        return any(text in texts for texts in self.looked)

    # ------------------------------------------------------------------ conditions
    def conditional(self, node: If) -> None:
        self.constant(node.condition)
        self.visit(node.condition)
        self.unknown(node.condition)
        with self.having(self.texts(node.condition)):
            self.visit(node.then)
            self.visit(node.otherwise)

    def texts(self, node: Node) -> set[str]:
        """Names and paths a condition looks at, and the whole parts it compares."""
        found = {self.source(part) for part in walk(node) if isinstance(part, Name | Path)}
        for part in walk(node):
            if isinstance(part, Comparison):
                found |= {self.source(bare(part.left)), self.source(bare(part.right))}
        return found

    def unknown(self, condition: Node) -> None:
        """Facts whose absence makes the condition unknown, and thereby takes `else` without a word."""
        tested = {self.source(part) for part in _tested(condition)}
        for part in self.leaves(condition):
            text = self.source(part)
            known = text in tested or any(text in texts for texts in self.looked) or text in self.told
            if not known:
                self.told.add(text)
                self.report("rules.maybe_null", part, name=text)

    def leaves(self, node: Node) -> Iterator[Node]:
        """Nullable Facts that decide whether a condition is known."""
        match node:
            case Name():
                entry = self.scope.entries.get(node.name)
                if entry is not None and entry.nullable and node.name not in self.bound:
                    yield node
            case Path():
                if any(True for _ in self.leaves(node.source)):
                    yield node
            case Comparison(op="=" | "!="):
                return
            case Call():
                if isinstance(node.function, Name) and node.function.name not in TOLERANT:
                    for argument in node.arguments:
                        yield from self.leaves(argument)
            case Logic() | Comparison() | Between() | In() | Chain() | Negation():
                for child in children(node):
                    yield from self.leaves(child)

    def logic(self, node: Logic) -> None:
        """Left to right: what earlier conditions looked at is known to the later ones."""
        looked: set[str] = set()
        for item in node.items:
            self.constant(item)
            with self.having(looked):
                self.visit(item)
            looked |= self.texts(item)
        for item, result in decided(node, self.source):
            self.same(item, result)

    def same(self, node: Node, result: bool | None) -> None:
        self.report("feel.constant_condition", node, text=self.source(node), result=RESULT[result])

    def constant(self, node: Node) -> None:
        if isinstance(node, Literal) and node.value.__class__ is bool:
            self.same(node, node.value)

    def comparison(self, node: Comparison) -> None:
        self.below(node)
        left, right = bare(node.left), bare(node.right)
        nulls = [x for x in (left, right) if isinstance(x, Literal) and x.value is None]
        result: Any = verdict(node)
        if isinstance(left, Literal) and isinstance(right, Literal):
            self.same(node, _fixed(left, node.op, right))
        elif nulls and node.op not in ("=", "!="):
            self.same(node, None)
        elif result is not None or self.source(left) == self.source(right):
            result = node.op in ("=", "<=", ">=") if result is None else result
            self.same(node, result)
        else:
            self.allowed(node.left, node.right)
            self.allowed(node.right, node.left)

    def ranged(self, node: Between | In) -> None:
        self.below(node)
        tests = node.tests if isinstance(node, In) else ()
        empty = len(tests) == 1 and isinstance(tests[0], ListNode) and not tests[0].items
        if empty or verdict(node) is False:
            self.same(node, False)
        for test in tests:
            for value in test.items if isinstance(test, ListNode) else (test,):
                self.allowed(node.value, value)

    def allowed(self, name: Node, value: Node) -> None:
        """A text compared with a Fact that never has it."""
        name, value = _inner(name), _inner(value)
        if not (isinstance(name, Name) and isinstance(value, Literal) and isinstance(value.value, str)):
            return
        entry = self.scope.entries.get(name.name)
        if entry is not None and entry.allowed and name.name not in self.bound and value.value not in entry.allowed:
            self.report("feel.never_this_value", value, name=name.name, value=value.value)


def _inner(node: Node) -> Node:
    """A name or text inside what the Excel dialect writes around it."""
    node = bare(node)
    while isinstance(node, Call) and isinstance(node.function, Name) and node.function.name == "lower case":
        if len(node.arguments) != 1:
            break
        node = bare(node.arguments[0])
    return node


def _tested(condition: Node) -> Iterator[Node]:
    """Parts whose absence a condition asks about: `x = null`, `is defined(x)` and the like."""
    for part in walk(condition):
        if isinstance(part, Comparison) and part.op in ("=", "!="):
            for one, other in ((part.left, part.right), (part.right, part.left)):
                if isinstance(other, Literal) and other.value is None:
                    yield one
        elif isinstance(part, Call) and isinstance(part.function, Name) and part.function.name in TOLERANT:
            yield from part.arguments


def _fixed(left: Literal, op: str, right: Literal) -> bool | None:
    """What two written values come to beside each other; None where they have no answer."""
    if op in ("=", "!="):
        found = same(left.value, right.value)
        return None if found is None else found is (op == "=")
    if not comparable(left.value, right.value):
        return None
    a, b = order_key(left.value), order_key(right.value)
    return bool({"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}[op])
