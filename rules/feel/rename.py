"""Where a name stands in a formula, exactly: through its tree, so that no text, member or variable is taken for it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from .functions import INDEX
from .parse import parse
from .scope import Scope
from .syntax import (
    Call,
    ContextNode,
    Filter,
    For,
    FunctionNode,
    If,
    ListNode,
    Name,
    Node,
    Path,
    Quantified,
    Span,
    children,
)

Locals = Mapping[str, bool]
"""Variables of the formula; True for one that stands for rows of the list in question."""


def places_of(
    text: str, name: str, rows: str | None = None, inside: bool = False, hidden_in: Collection[str] = ()
) -> list[Span]:
    """The spans of a Fact's `name` in a formula, or of the member `name` of the rows of the list `rows`.

    `inside` says the formula is judged in such a row, where members stand by their bare names before Facts do;
    `hidden_in` are lists whose rows have a member of the Fact's name. Raises Broken for a text that cannot be read.
    """
    tree = parse(text, Scope.open(), INDEX)
    return sorted(set(_Search(text, name, rows, hidden_in).walk(tree, {}, inside)))


def renamed(text: str, spans: list[Span], name: str) -> str:
    """The text with `name` at each of the spans, everything else as it was written."""
    for start, end in reversed(spans):
        text = text[:start] + name + text[end:]
    return text


class _Search:
    """One walk over a tree; `in_row` is true where bare names are members of a row first."""

    def __init__(self, text: str, name: str, rows: str | None, hidden_in: Collection[str]) -> None:
        self.text, self.name, self.rows = text, name, rows
        self.lists = frozenset(hidden_in) if rows is None else frozenset({rows})

    def walk(self, node: Node, known: Locals, in_row: bool) -> Iterator[Span]:
        match node:
            case Name() if node.name == self.name and node.name not in known:
                if (self.rows is not None) == in_row:
                    yield node.span
            case Path():
                yield from self.walk(node.source, known, in_row)
                if self.rows is not None and node.name == self.name and self.is_rows(node.source, known):
                    yield self.ending(node)
            case Filter():
                yield from self.walk(node.source, known, in_row)
                own = {**known, "item": True} if self.is_rows(node.source, known) else known
                yield from self.walk(node.condition, own, in_row or self.is_rows(node.source, known))
            case For() | Quantified():
                inner = dict(known)
                for iterator in node.iterators:
                    yield from self.walk(iterator.source, inner, in_row)
                    if iterator.high is not None:
                        yield from self.walk(iterator.high, inner, in_row)
                    inner[iterator.name] = self.is_rows(iterator.source, inner)
                yield from self.walk(node.body if isinstance(node, For) else node.condition, inner, in_row)
            case FunctionNode():
                yield from self.walk(node.body, {**known, **{name: False for name, _ in node.params}}, in_row)
            case ContextNode():
                inner = dict(known)
                for key, value in node.entries:
                    yield from self.walk(value, inner, in_row)
                    inner[key] = self.is_rows(value, inner)
            case Call():
                yield from self.call(node, known, in_row)
            case _:
                for child in children(node):
                    yield from self.walk(child, known, in_row)

    def call(self, node: Call, known: Locals, in_row: bool) -> Iterator[Span]:
        """A function given beside rows, as to `sort`, takes rows."""
        if not isinstance(node.function, Name):
            yield from self.walk(node.function, known, in_row)
        over_rows = any(self.is_rows(each, known) for each in node.arguments)
        for each in node.arguments:
            if over_rows and isinstance(each, FunctionNode):
                yield from self.walk(each.body, {**known, **{name: True for name, _ in each.params}}, in_row)
            else:
                yield from self.walk(each, known, in_row)

    def is_rows(self, node: Node, known: Locals) -> bool:
        """Whether a node stands for rows of the list, one or many."""
        match node:
            case Name():
                return known.get(node.name, node.name in self.lists)
            case Filter():
                return self.is_rows(node.source, known)
            case If():
                return self.is_rows(node.then, known) or self.is_rows(node.otherwise, known)
            case ListNode():
                return any(self.is_rows(each, known) for each in node.items)
            case For():
                inner = dict(known)
                for iterator in node.iterators:
                    inner[iterator.name] = self.is_rows(iterator.source, inner)
                return self.is_rows(node.body, inner)
            case Call():
                return any(self.is_rows(each, known) for each in node.arguments)
        return False

    def ending(self, node: Path) -> Span:
        """The member's own place at the end of a path, with its backticks where it has any."""
        end = node.span[1]
        start = end - len(self.name) - (2 if self.text[end - 1] == "`" else 0)
        return start, end
