"""The tree of a formula: one frozen class a construct, each with its span in code points."""

from __future__ import annotations

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


def bare(node: Node) -> Node:
    """The node inside ``blank as zero(…)`` or ``blank as text(…)``: what people wrote, and what a sentence names."""
    while isinstance(node, Call) and isinstance(node.function, Name) and len(node.arguments) == 1:
        if node.function.name not in ("blank as zero", "blank as text"):
            break
        node = node.arguments[0]
    return node
