"""The tree of a formula: one frozen class a construct, each with its span in code points."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from .types import Type

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Literal:
    """null, boolean, number, string or a temporal value."""

    span: Span
    value: Any


@dataclass(frozen=True, slots=True)
class Name:
    span: Span
    name: str


@dataclass(frozen=True, slots=True)
class Chain:
    """Operators of one rank from left to right: ``a + b - c``. Flat, so that a long sum is no deep tree."""

    span: Span
    first: Node
    rest: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class Negation:
    span: Span
    operand: Node


@dataclass(frozen=True, slots=True)
class Comparison:
    span: Span
    op: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Logic:
    """``and`` or ``or`` over two or more conditions."""

    span: Span
    op: str
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Between:
    span: Span
    value: Node
    low: Node
    high: Node


@dataclass(frozen=True, slots=True)
class In:
    span: Span
    value: Node
    tests: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class InstanceOf:
    span: Span
    value: Node
    type: Type


@dataclass(frozen=True, slots=True)
class If:
    span: Span
    condition: Node
    then: Node
    otherwise: Node


@dataclass(frozen=True, slots=True)
class Iterator:
    """``name in source`` or ``name in low..high``."""

    span: Span
    name: str
    source: Node
    high: Node | None = None


@dataclass(frozen=True, slots=True)
class For:
    span: Span
    iterators: tuple[Iterator, ...]
    body: Node


@dataclass(frozen=True, slots=True)
class Quantified:
    """``some … satisfies`` or ``every … satisfies``."""

    span: Span
    kind: str
    iterators: tuple[Iterator, ...]
    condition: Node


@dataclass(frozen=True, slots=True)
class Filter:
    span: Span
    source: Node
    condition: Node


@dataclass(frozen=True, slots=True)
class Path:
    span: Span
    source: Node
    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """``named`` is set where the arguments carry parameter names."""

    span: Span
    function: Node
    arguments: tuple[Node, ...]
    named: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class ListNode:
    span: Span
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class ContextNode:
    span: Span
    entries: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class RangeNode:
    """``[low..high]``; with ``op`` the range of a comparison, where ``low`` is its operand and ``high`` None."""

    span: Span
    low: Node
    low_closed: bool
    high: Node | None
    high_closed: bool
    op: str | None = None


@dataclass(frozen=True, slots=True)
class FunctionNode:
    span: Span
    params: tuple[tuple[str, Type], ...]
    body: Node
    external: bool = False


@dataclass(frozen=True, slots=True)
class UnaryTests:
    """Tests over the value ``?``: any of them holds, or none where negated; no tests: always true."""

    span: Span
    tests: tuple[Node, ...]
    negated: bool = False


Node = (
    Literal | Name | Chain | Negation | Comparison | Logic | Between | In | InstanceOf | If | For | Quantified
    | Filter | Path | Call | ListNode | ContextNode | RangeNode | FunctionNode | UnaryTests
)


_BELOW: dict[type, Callable[[Any], tuple[Node, ...]]] = {
    Chain: lambda n: (n.first, *(operand for _, operand in n.rest)),
    Negation: lambda n: (n.operand,),
    Comparison: lambda n: (n.left, n.right),
    Logic: lambda n: n.items,
    Between: lambda n: (n.value, n.low, n.high),
    In: lambda n: (n.value, *n.tests),
    InstanceOf: lambda n: (n.value,),
    If: lambda n: (n.condition, n.then, n.otherwise),
    For: lambda n: (*sources(n), n.body),
    Quantified: lambda n: (*sources(n), n.condition),
    Filter: lambda n: (n.source, n.condition),
    Path: lambda n: (n.source,),
    Call: lambda n: (n.function, *n.arguments),
    ListNode: lambda n: n.items,
    ContextNode: lambda n: tuple(value for _, value in n.entries),
    RangeNode: lambda n: (n.low,) if n.high is None else (n.low, n.high),
    FunctionNode: lambda n: () if n.external else (n.body,),
    UnaryTests: lambda n: n.tests,
}


def children(node: Node) -> tuple[Node, ...]:
    """The nodes right below a node, in the order of the text."""
    below = _BELOW.get(node.__class__)
    return below(node) if below is not None else ()


def sources(node: For | Quantified) -> tuple[Node, ...]:
    """What a loop goes over: a list each, or the two ends of ``low..high``."""
    ends = (end for iterator in node.iterators for end in (iterator.source, iterator.high))
    return tuple(end for end in ends if end is not None)


def walk(node: Node) -> Iterable[Node]:
    """A node and all below it, outermost first."""
    stack = [node]
    while stack:
        item = stack.pop()
        yield item
        stack.extend(reversed(children(item)))


def mentions(node: Node, name: str) -> bool:
    return any(isinstance(item, Name) and item.name == name for item in walk(node))


_FOREIGN = re.compile(r'\b(class|method signature|document|model)\s*:\s*"([^"]*)"')


def foreign_name(node: FunctionNode) -> str:
    """What an external function calls: class and method, or document and model, of its description."""
    text = str(node.body.value) if isinstance(node.body, Literal) else ""
    return ".".join(found for _, found in _FOREIGN.findall(text)[:2])[:120]


def bare(node: Node) -> Node:
    """The node inside ``blank as zero(…)`` or ``blank as text(…)``: what people wrote, and what a sentence names."""
    while isinstance(node, Call) and isinstance(node.function, Name) and len(node.arguments) == 1:
        if node.function.name not in ("blank as zero", "blank as text"):
            break
        node = node.arguments[0]
    return node
