"""Prints a tree as canonical FEEL text: reading the text again gives the same tree."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields, is_dataclass, replace
from decimal import Decimal
from typing import Any

from .functions import ROWS
from .scope import Scope, name_parts
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
)
from .syntax import Iterator as IteratorNode
from .temporal import temporal_text
from .terms import BRACKETS, PROPERTIES
from .tokens import KEYWORDS, WORD
from .types import Type

CHAIN_RANKS = {"+": 4, "-": 4, "*": 5, "/": 5, "**": 6}
LOGIC_RANKS = {"or": 1, "and": 2}
COMPARED, OPERAND, UNARY, TERM = 3, 4, 7, 8
"""Ranks of the parser; a part of a lower rank than its place wants stands in parentheses."""
ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
PLACES = 20
"""Numbers with more decimals, or with zeros written by an exponent, keep their exponent."""


def number_literal(value: Decimal) -> str:
    """A number with exactly its digits."""
    exponent = value.as_tuple().exponent
    plain = isinstance(exponent, int) and -PLACES <= exponent <= 0
    return format(value, "f") if plain else str(value)


def text_literal(value: str) -> str:
    return '"' + "".join(ESCAPES.get(c, c) for c in value) + '"'


def without_spans(tree: Any) -> Any:
    """The tree with every span (0, 0): two texts of one meaning have equal trees then."""
    if isinstance(tree, tuple):
        return tuple(without_spans(item) for item in tree)
    if not is_dataclass(tree) or isinstance(tree, type) or not hasattr(tree, "span"):
        return tree
    changes = {f.name: without_spans(getattr(tree, f.name)) for f in fields(tree) if f.name != "span"}
    return replace(tree, span=(0, 0), **changes)


def inner_nodes(node: Any) -> Iterator[Any]:
    """A node and all below it, iterators included."""
    stack = [node]
    while stack:
        item = stack.pop()
        if isinstance(item, tuple):
            stack.extend(item)
        elif hasattr(item, "span"):
            yield item
            stack.extend(getattr(item, f.name) for f in fields(item) if f.name != "span")


def bound_names(tree: Node) -> set[str]:
    """Names the formula itself gives: iterators, parameters, keys."""
    found: set[str] = set()
    for node in inner_nodes(tree):
        if isinstance(node, IteratorNode):
            found.add(node.name)
        elif isinstance(node, FunctionNode):
            found.update(name for name, _ in node.params)
        elif isinstance(node, ContextNode):
            found.update(key for key, _ in node.entries)
    return found


def _joined(names: Iterable[str]) -> list[tuple[str, ...]]:
    return [parts for parts in map(name_parts, names) if len(parts) > 1]


def _goes_on(part: str) -> bool:
    """Whether a part of a longer name can also stand behind a shorter one: a mark or a keyword, never another word."""
    return part in KEYWORDS or WORD.fullmatch(part) is None


def type_literal(found: Type) -> str:
    """The type as `instance of` and parameters write it, functions with their parameters."""
    if found.kind == "null":
        return "Null"
    if found.kind in ("list", "range") and found.item is not None:
        return f"{found.kind}<{type_literal(found.item)}>"
    if found.kind == "context" and found.fields is not None:
        return "context<" + ", ".join(f"{name}: {type_literal(t)}" for name, t in found.fields) + ">"
    if found.kind == "function" and found.params is not None and found.item is not None:
        return f"function<{', '.join(map(type_literal, found.params))}> -> {type_literal(found.item)}"
    return found.kind


class Printer:
    """Prints the nodes of one tree; `scope` says which names can stand without backticks."""

    def __init__(self, tree: Node, scope: Scope | None = None) -> None:
        self.known = scope.entries if scope is not None else {}
        declared = [*self.known, *(scope.members if scope is not None else ()), *PROPERTIES]
        own = _joined([*declared, *bound_names(tree)])
        self.longer = {False: own, True: [*own, *_joined(ROWS)]}
        self.first = {called: {p[0] for p in longer if _goes_on(p[1])} for called, longer in self.longer.items()}

    # ------------------------------------------------------------------ names
    def name(self, name: str, called: bool = False) -> str:
        """A name bare where nothing else can be read there, else in backticks."""
        if called and name in ROWS and name_parts(name)[0] not in self.first[False]:
            return name
        parts = name_parts(name)
        open_to = not called
        if len(parts) == 1:
            bare = WORD.fullmatch(name) is not None and name not in KEYWORDS and parts[0] not in self.first[open_to]
            return name if bare else f"`{name}`"
        plain = bool(parts) and parts[0] not in BRACKETS and parts[0] != "-"
        longer = [p for p in self.longer[open_to] if p[: len(parts)] == parts and p != parts]
        bare = name in self.known and plain and not any(_goes_on(p[len(parts)]) for p in longer)
        return name if bare or "`" in name else f"`{name}`"

    def binder(self, name: str) -> str:
        """The name of an iterator or parameter, read up to a keyword."""
        words = name.split(" ")
        return name if all(WORD.fullmatch(w) and w not in KEYWORDS for w in words) else f"`{name}`"

    def member(self, name: str) -> str:
        parts = name_parts(name)
        single = len(parts) == 1 and WORD.fullmatch(name) and name not in KEYWORDS
        bare = (single and parts[0] not in self.first[False]) or name in PROPERTIES
        return name if bare else f"`{name}`"

    # ------------------------------------------------------------------ nodes
    def text(self, node: Node, rank: int = 0) -> str:
        """The node where its place wants at least this rank."""
        made, own = METHODS[node.__class__](self, node)
        return made if own >= rank else f"({made})"

    def list(self, nodes: Iterable[Node]) -> str:
        return ", ".join(self.text(node) for node in nodes)

    def literal(self, node: Literal) -> tuple[str, int]:
        value = node.value
        if value is None:
            return "null", TERM
        if value is True or value is False:
            return ("true" if value else "false"), TERM
        if value.__class__ is Decimal:
            return number_literal(value), TERM
        if value.__class__ is str:
            return text_literal(value), TERM
        return f'@"{temporal_text(value)}"', TERM

    def variable(self, node: Name) -> tuple[str, int]:
        return self.name(node.name), TERM

    def chain(self, node: Chain) -> tuple[str, int]:
        rank = CHAIN_RANKS[node.rest[0][0]]
        rest = (f" {op} {self.text(operand, rank + 1)}" for op, operand in node.rest)
        return self.text(node.first, rank + 1) + "".join(rest), rank

    def negation(self, node: Negation) -> tuple[str, int]:
        return "-" + self.text(node.operand, TERM), UNARY

    def comparison(self, node: Comparison) -> tuple[str, int]:
        return f"{self.text(node.left, OPERAND)} {node.op} {self.text(node.right, OPERAND)}", COMPARED

    def logic(self, node: Logic) -> tuple[str, int]:
        rank = LOGIC_RANKS[node.op]
        return f" {node.op} ".join(self.text(item, rank + 1) for item in node.items), rank

    def between(self, node: Between) -> tuple[str, int]:
        value, low, high = (self.text(x, OPERAND) for x in (node.value, node.low, node.high))
        return f"{value} between {low} and {high}", COMPARED

    def membership(self, node: In) -> tuple[str, int]:
        only = node.tests[0]
        simple = len(node.tests) == 1 and (isinstance(only, ListNode) or (isinstance(only, RangeNode) and not only.op))
        tests = self.text(only) if simple else f"({self.tests(node.tests)})"
        return f"{self.text(node.value, OPERAND)} in {tests}", COMPARED

    def tests(self, tests: tuple[Node, ...]) -> str:
        """Tests between commas; a comparison such as ``< 5`` needs no parentheses here."""
        return ", ".join(
            f"{t.op} {self.text(t.low, OPERAND)}" if isinstance(t, RangeNode) and t.op else self.text(t) for t in tests
        )

    def instance_of(self, node: InstanceOf) -> tuple[str, int]:
        # A type may end in "and", so that `x instance of date and y` is kept apart by parentheses.
        return f"{self.text(node.value, TERM)} instance of {type_literal(node.type)}", 0

    def conditional(self, node: If) -> tuple[str, int]:
        condition, then, otherwise = (self.text(x) for x in (node.condition, node.then, node.otherwise))
        return f"if {condition} then {then} else {otherwise}", 0

    def iterators(self, found: tuple[IteratorNode, ...]) -> str:
        return ", ".join(
            f"{self.binder(i.name)} in {self.text(i.source)}" + (f"..{self.text(i.high)}" if i.high else "")
            for i in found
        )

    def loop(self, node: For) -> tuple[str, int]:
        return f"for {self.iterators(node.iterators)} return {self.text(node.body)}", 0

    def quantifier(self, node: Quantified) -> tuple[str, int]:
        return f"{node.kind} {self.iterators(node.iterators)} satisfies {self.text(node.condition)}", 0

    def filter(self, node: Filter) -> tuple[str, int]:
        return f"{self.text(node.source, TERM)}[{self.text(node.condition)}]", TERM

    def path(self, node: Path) -> tuple[str, int]:
        source = self.text(node.source, TERM)
        if isinstance(node.source, Literal) and node.source.value.__class__ is Decimal:
            source = f"({source})"
        return f"{source}.{self.member(node.name)}", TERM

    def call(self, node: Call) -> tuple[str, int]:
        callee = node.function
        function = self.name(callee.name, called=True) if isinstance(callee, Name) else self.text(callee, TERM)
        if node.named is None:
            return f"{function}({self.list(node.arguments)})", TERM
        pairs = zip(node.named, node.arguments, strict=True)
        return f"{function}({', '.join(f'{name}: {self.text(value)}' for name, value in pairs)})", TERM

    def items(self, node: ListNode) -> tuple[str, int]:
        return f"[{self.list(node.items)}]", TERM

    def context(self, node: ContextNode) -> tuple[str, int]:
        entries = (f"{self.key(key)}: {self.text(value)}" for key, value in node.entries)
        return "{" + ", ".join(entries) + "}", TERM

    def key(self, key: str) -> str:
        bare = all(WORD.fullmatch(word) for word in key.split(" "))
        return key if bare else text_literal(key)

    def range(self, node: RangeNode) -> tuple[str, int]:
        if node.high is None:
            return f"({node.op} {self.text(node.low, OPERAND)})", TERM
        low, high = self.endpoint(node.low), self.endpoint(node.high)
        return f"{'[' if node.low_closed else '('}{low}..{high}{']' if node.high_closed else ')'}", TERM

    def endpoint(self, node: Node) -> str:
        return self.text(node, UNARY if isinstance(node, Literal | Name | Negation | Call) else TERM + 1)

    def definition(self, node: FunctionNode) -> tuple[str, int]:
        params = ", ".join(
            self.binder(name) + ("" if t.kind == "any" else f": {type_literal(t)}") for name, t in node.params
        )
        body = str(node.body.value) if node.external and isinstance(node.body, Literal) else self.text(node.body)
        return f"function({params}) {'external ' if node.external else ''}{body}", 0

    def unary(self, node: UnaryTests) -> tuple[str, int]:
        if not node.tests:
            return "-", 0
        if node.negated:
            return f"not({self.tests(node.tests)})", 0
        made = self.tests(node.tests)
        # Tests that begin with a call of `not` must not read as `not(…)` around all of them.
        if made.startswith("not"):
            made = f"({self.text(node.tests[0])})" + "".join(", " + self.tests((t,)) for t in node.tests[1:])
        return made, 0


METHODS: dict[type, Callable[[Printer, Any], tuple[str, int]]] = {
    Literal: Printer.literal,
    Name: Printer.variable,
    Chain: Printer.chain,
    Negation: Printer.negation,
    Comparison: Printer.comparison,
    Logic: Printer.logic,
    Between: Printer.between,
    In: Printer.membership,
    InstanceOf: Printer.instance_of,
    If: Printer.conditional,
    For: Printer.loop,
    Quantified: Printer.quantifier,
    Filter: Printer.filter,
    Path: Printer.path,
    Call: Printer.call,
    ListNode: Printer.items,
    ContextNode: Printer.context,
    RangeNode: Printer.range,
    FunctionNode: Printer.definition,
    UnaryTests: Printer.unary,
}


def print_feel(tree: Node, scope: Scope | None = None) -> str:
    """The canonical FEEL text of a tree; with the scope it was read in, names of several words stay bare."""
    return Printer(tree, scope).text(tree)


__all__ = ["inner_nodes", "number_literal", "print_feel", "text_literal", "without_spans"]
