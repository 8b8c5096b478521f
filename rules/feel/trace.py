"""The second compile of a formula: the same tree, with each part's value recorded at its span."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from .cause import Cause, Null, Stop
from .compile import Generator, finish
from .convert import release
from .functions.text import text_of
from .limits import LIMITS, Limits, Pay, budget
from .numbers import number_text
from .python_code import load
from .run import Place, Run
from .scope import Scope
from .syntax import Literal, Node, Span
from .types import Type
from .values import Range

KEPT = 5
"""Values kept of a part that is evaluated again and again, as in a loop; how often it was is counted."""


class Outcome(NamedTuple):
    """The value of an evaluation; where it is null, or holds nulls, the causes of those."""

    value: Any
    causes: tuple[Cause, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a formula with what it came to.

    span      in code points of the formula; text: the formula there; kind: its construct, such as "comparison"
    outcomes  its first values, at most 5; empty where it was not evaluated, as the branch not taken
    times     how often it was evaluated
    """

    span: Span
    text: str
    kind: str
    outcomes: tuple[Outcome, ...]
    times: int
    children: tuple[Part, ...]

    @property
    def value(self) -> Any:
        """The value of the first evaluation."""
        return self.outcomes[0].value if self.outcomes else None

    @property
    def causes(self) -> tuple[Cause, ...]:
        """The causes of a null of the first evaluation."""
        return self.outcomes[0].causes if self.outcomes else ()

    def to_json(self) -> dict[str, Any]:
        """A tree of {span, text, kind, value, causes, times, values, children}; members that say nothing left out."""
        out: dict[str, Any] = {"span": list(self.span), "text": self.text, "kind": self.kind}
        if self.times:
            out["value"] = json_value(self.value)
        if self.causes:
            out["causes"] = [cause.to_json() for cause in self.causes]
        if self.times != 1:
            out["times"] = self.times
        if self.times > 1:
            out["values"] = [json_value(outcome.value) for outcome in self.outcomes]
        if self.children:
            out["children"] = [child.to_json() for child in self.children]
        return out


def json_value(value: Any) -> Any:
    """A value as JSON: numbers as plain text, temporals, ranges and functions as their text."""
    if value is None or value.__class__ in (bool, str):
        return value
    if value.__class__ is Decimal:
        return number_text(value)
    if value.__class__ is list:
        return [json_value(item) for item in value]
    if value.__class__ is dict:
        return {key: json_value(item) for key, item in value.items()}
    return text_of(value)


def causes_of(value: Any, pay: Pay | None = None) -> tuple[Cause, ...]:
    """The causes of the nulls in a result, each once; going through it is paid for. Raises Stop."""
    found: list[Cause] = []
    pay = pay or budget(LIMITS.fuel)
    stack = [value]
    while stack:
        pay(1)
        item = stack.pop()
        if item.__class__ is Null:
            found.extend(c for c in item.causes if c not in found)
        elif item.__class__ is list:
            stack.extend(reversed(item))
        elif item.__class__ is dict:
            stack.extend(reversed(item.values()))
        elif item.__class__ is Range:
            stack.extend((item.high, item.low))
        if len(found) > 64:
            break
    return tuple(found)


class Record(Run):
    """An evaluation that keeps what each part came to."""

    __slots__ = ("seen", "times")

    def __init__(self, places: tuple[Place, ...], limits: Limits, now: datetime, parts: int) -> None:
        super().__init__(places, limits, now)
        self.seen: list[list[Any]] = [[] for _ in range(parts)]
        self.times = [0] * parts


def record(run: Record, index: int, value: Any) -> Any:
    """Notes the value of a part and hands it on."""
    run.times[index] += 1
    if run.times[index] <= KEPT:
        run.seen[index].append(value)
    return value


@dataclass(slots=True)
class Branch:
    """A node of the tree as it was compiled; `index` is None for a literal, which needs no recording."""

    node: Node
    index: int | None
    children: list[Branch]


class Tracer(Generator):
    """Builds the same expression with each part wrapped in a note of its value."""

    def __init__(self, text: str, scope: Scope, types: Mapping[int, Type]) -> None:
        super().__init__(text, scope, types)
        self.count = 0
        self.open: list[Branch] = []

    def build(self, node: Node) -> ast.expr:
        index = None
        if not isinstance(node, Literal):
            index, self.count = self.count, self.count + 1
        branch = Branch(node, index, [])
        if self.open:
            self.open[-1].children.append(branch)
        self.open.append(branch)
        made = super().build(node)
        if len(self.open) > 1:
            self.open.pop()
        if index is None:
            return made
        self.used["record"] = record
        return ast.Call(load("record"), [load("run"), ast.Constant(index), made], [])


@dataclass(frozen=True, slots=True, eq=False)
class Traced:
    """A formula compiled to record."""

    text: str
    root: Branch
    parts: int
    places: tuple[Place, ...]
    limits: Limits
    function: Callable[..., Any]

    def run(self, facts: Mapping[str, Any], now: datetime, stopped: Callable[[Stop | None], Outcome]) -> Part:
        """The tree of values; call it under the context of numbers. `stopped` says what a limit makes of the whole."""
        run = Record(self.places, self.limits, now, self.parts)
        try:
            value = self.function(run, facts)
            whole = Outcome(release(value, run.spend), causes_of(value, run.spend))
        except Stop as stop:
            whole = stopped(stop)
        except RecursionError:
            whole = stopped(None)
        return self.part(self.root, run, budget(self.limits.fuel), whole)

    def part(self, branch: Branch, run: Record, pay: Pay, whole: Outcome | None = None) -> Part:
        node = branch.node
        text = self.text[node.span[0] : node.span[1]]
        in_order = sorted(branch.children, key=lambda child: child.node.span)
        children = tuple(self.part(child, run, pay) for child in in_order)
        kind = node.__class__.__name__.removesuffix("Node").lower()
        if whole is not None:
            return Part(node.span, text, kind, (whole,), 1, children)
        if isinstance(node, Literal):
            return Part(node.span, text, kind, (Outcome(node.value),), 1, children)
        index = branch.index or 0
        outcomes = tuple(_outcome(value, pay) for value in run.seen[index])
        return Part(node.span, text, kind, outcomes, run.times[index], children)


def _outcome(value: Any, pay: Pay) -> Outcome:
    """What a part came to; where all the parts together are more than can be kept, it is left out."""
    try:
        return Outcome(release(value, pay), causes_of(value, pay))
    except Stop:
        return Outcome(None)


def compile_traced(text: str, tree: Node, scope: Scope, types: Mapping[int, Type], limits: Limits) -> Traced:
    """The tree of a formula compiled to record the value of each part."""
    maker = Tracer(text, scope, types)
    function, places, _ = finish(maker, tree)
    return Traced(text, maker.open[0], maker.count, places, limits, function)
