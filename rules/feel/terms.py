"""Parses what stands between operators: literals, names, brackets, paths, filters and calls."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from ..problem import Problem
from .forms import FORMS, form
from .limits import Limits
from .scope import NameIndex, Scope, name_parts
from .syntax import (
    Call,
    ContextNode,
    Filter,
    InstanceOf,
    ListNode,
    Literal,
    Name,
    Node,
    Path,
    RangeNode,
)
from .temporal import parse_temporal
from .tokens import KEYWORDS, WORD, Broken, Scanner
from .types import ANY, Type, UnknownType, read_type

N = TypeVar("N")
COMPARISONS = frozenset({"=", "!=", "<", "<=", ">", ">="})
BRACKETS = frozenset('([]{"@')
PROPERTIES = ("time offset", "start included", "end included")
CONSTANTS = {"true": True, "false": False, "null": None}
ARGUMENT = re.compile(rf"({WORD.pattern}(?:\s+{WORD.pattern})*)\s*:")
KEY = re.compile(r'[^:,{}\[\]()"`]+?(?=\s*:)')


class Terms(ABC):
    """The scanner, the names in reach, and the counters every part of the parser shares."""

    reads: type[Scanner] = Scanner

    def __init__(self, text: str, scope: Scope, limits: Limits, functions: NameIndex) -> None:
        self.scan = self.reads(text, limits)
        self.scope = scope
        self.limits = limits
        self.functions = functions
        self.locals = NameIndex()
        self.members = NameIndex((*PROPERTIES, *scope.members))
        self.depth = 0
        self.nodes = 0
        self.heights: dict[int, int] = {}
        self.filters = 0

    @abstractmethod
    def expression(self, rank: int = 0) -> Node:
        """The expression that stands here, up to an operator of a lower rank."""

    @abstractmethod
    def special(self, word: str, start: int) -> Node | None:
        """The form that begins with this keyword, if it is one."""

    def node(self, cls: Callable[..., N], start: int, *parts: Any, children: Iterable[Node]) -> N:
        """A node that spans from `start` to the last piece read; counts nodes and height."""
        made = cls((start, max(start, self.scan.end)), *parts)
        self.nodes += 1
        if self.nodes > self.limits.nodes:
            self.scan.limit("nodes", self.limits.nodes, (start, self.scan.end))
        height = 1 + max((self.heights[id(child)] for child in children), default=0)
        if height > self.limits.depth:
            self.scan.limit("depth", self.limits.depth, (start, self.scan.end))
        self.heights[id(made)] = height
        return made

    def enter(self) -> None:
        self.depth += 1
        if self.depth > self.limits.depth:
            self.scan.limit("depth", self.limits.depth, (self.scan.at, self.scan.at + 1))

    # ------------------------------------------------------------------ terms with what follows them
    def postfix(self, endpoint: bool = False) -> Node:
        """A term, its paths, filters and calls, then `instance of`."""
        start = self.scan.at
        node = self.primary()
        while True:
            mark = self.scan.peek()
            if mark == ".":
                self.scan.move(self.scan.at + 1)
                node = self.node(Path, start, node, self.member(), children=(node,))
            elif mark == "[" and not (endpoint and self.closes()):
                node = self.filtered(start, node)
            elif mark == "(":
                node = self.call(start, node)
            elif mark == "instance":
                self.scan.move(self.scan.at + len("instance"))
                self.scan.need("of")
                node = self.node(InstanceOf, start, node, self.type(), children=(node,))
            else:
                return node

    def closes(self) -> bool:
        """Whether the bracket `[` here ends a range, as in ``[1..3[``: nothing that could be a filter follows."""
        rest = self.scan.text[self.scan.at + 1 :].lstrip()
        if not rest or rest[0] in "),]}=!<>*/+:" or rest[:2] == "..":
            return True
        m = WORD.match(rest)
        return m is not None and m[0] in ("and", "or", "then", "else", "return", "satisfies", "instance", "in")

    def filtered(self, start: int, source: Node) -> Node:
        self.scan.need("[")
        self.filters += 1
        condition = self.expression()
        self.filters -= 1
        self.scan.need("]")
        return self.node(Filter, start, source, condition, children=(source, condition))

    def call(self, start: int, function: Node) -> Node:
        self.scan.need("(")
        arguments: list[Node] = []
        names: list[str] = []
        while not self.scan.take(")"):
            if arguments:
                self.scan.need(",")
            m = ARGUMENT.match(self.scan.text, self.scan.at)
            if m is not None and m[1] not in KEYWORDS:
                names.append(" ".join(m[1].split()))
                self.scan.move(m.end())
            elif names:
                self.scan.fail("name:")
            arguments.append(self.expression())
            if names and len(names) != len(arguments):
                self.scan.fail(",")
        named = tuple(names) if names else None
        if isinstance(function, Name) and function.name in FORMS and named is None and self.free(function.name):
            made = form(self, start, function.name, tuple(arguments))
            if made is not None:
                return made
        return self.node(Call, start, function, tuple(arguments), named, children=(function, *arguments))

    def free(self, name: str) -> bool:
        """Whether a name of one word means the function of that name: no Fact and no variable has it."""
        local = any(known == name for _, known in self.locals.by_first.get(name, ()))
        return not local and name not in self.scope.entries

    def member(self) -> str:
        """The name after a dot."""
        quoted = self.scan.quoted_name()
        if quoted is not None:
            return quoted
        known = self.scan.known(self.members)
        if known is not None:
            self.scan.move(known[1])
            return known[0]
        name = self.scan.words()
        if name is None:
            m = WORD.match(self.scan.text, self.scan.at)
            if m is None:
                self.scan.fail("name")
            name = m[0]
            self.scan.move(m.end())
        return name

    def type(self) -> Type:
        try:
            found, at = read_type(self.scan.text, self.scan.at, self.scope.named)
        except UnknownType as error:
            at, text = error.args
            span = (at, at + len(text))
            if at != self.scan.at or WORD.fullmatch(text) is None:  # inside a type: what follows cannot be told apart
                raise Broken(Problem("feel.unknown_type", params={"name": text}, span=span)) from None
            self.scan.note("feel.unknown_type", span, name=text)
            found, at = ANY, span[1]
        self.scan.move(at)
        return found

    # ------------------------------------------------------------------ terms
    def primary(self) -> Node:
        start = self.scan.at
        mark = self.scan.peek()
        name = self.name() if mark not in BRACKETS else None
        if name is not None:
            return self.node(Name, start, name, children=())
        if mark in CONSTANTS:
            self.scan.take(mark)
            return self.literal(start, CONSTANTS[mark])
        if mark in KEYWORDS:
            form = self.special(mark, start)
            if form is not None:
                return form
            self.scan.fail("value")
        opened = {"(": self.parenthesis, "[": self.bracket, "]": self.bracket, "{": self.context}.get(mark)
        if opened is not None:
            return opened(start)
        return self.scalar(start)

    def literal(self, start: int, value: Any) -> Node:
        return self.node(Literal, start, value, children=())

    def scalar(self, start: int) -> Node:
        number = self.scan.number()
        if number is not None:
            return self.literal(start, number)
        text = self.scan.string()
        if text is not None:
            return self.literal(start, text)
        if self.scan.take("@"):
            text = self.scan.string()
            if text is None:
                self.scan.fail('"')
            value = parse_temporal(text)
            if value is None:
                self.scan.note("feel.temporal", (start, self.scan.end), text=text[:60])
            return self.literal(start, value)
        words = self.scan.words()
        if words is None:
            self.scan.fail("value")
        return self.node(Name, start, words, children=())

    def name(self) -> str | None:
        """A known or quoted name; the longest wins, then the nearest."""
        quoted = self.scan.quoted_name()
        if quoted is not None:
            return quoted
        found: tuple[str, int] | None = None
        indexes = [self.locals, self.scope.index] + ([self.members] if self.filters else [])
        for index in indexes:
            known = self.scan.known(index)
            if known is not None and known[0] not in KEYWORDS and (found is None or known[1] > found[1]):
                found = known
        built_in = self.built_in()
        if built_in is not None and (found is None or built_in[1] > found[1]):
            found = built_in
        if found is None:
            return None
        self.scan.move(found[1])
        return found[0]

    def built_in(self) -> tuple[str, int] | None:
        """A built-in function of several words, only where it is called: `date and time` may also be two names."""
        known = self.scan.known(self.functions)
        if known is None or len(name_parts(known[0])) == 1:
            return None
        return known if self.scan.text[known[1] :].lstrip().startswith("(") else None

    def parenthesis(self, start: int) -> Node:
        """`(expression)`, `(low..high)` or the range of a comparison `(< 10)`."""
        self.scan.need("(")
        if self.scan.peek() in COMPARISONS:
            node = self.compared(start)
            self.scan.need(")")
            return node
        inner = self.expression()
        if self.scan.peek() == "..":
            return self.range(start, inner, False)
        self.scan.need(")")
        return inner

    def compared(self, start: int) -> Node:
        op = self.scan.peek()
        self.scan.take(op)
        operand = self.expression(4)
        return self.node(RangeNode, start, operand, False, None, False, op, children=(operand,))

    def range(self, start: int, low: Node, closed: bool) -> Node:
        self.scan.need("..")
        self.enter()
        high = self.endpoint()
        self.depth -= 1
        ends = self.scan.peek()
        if ends not in (")", "]", "["):
            self.scan.fail("]")
        self.scan.take(ends)
        return self.node(RangeNode, start, low, closed, high, ends == "]", children=(low, high))

    @abstractmethod
    def endpoint(self) -> Node:
        """The upper end of a range, where `[` may close it."""

    def bracket(self, start: int) -> Node:
        """A list, or a range that begins with `[` or `]`."""
        closed = self.scan.peek() == "["
        self.scan.take(self.scan.peek())
        items: list[Node] = []
        if closed and self.scan.take("]"):
            return self.node(ListNode, start, (), children=())
        while True:
            compared = self.scan.peek() in COMPARISONS
            item = self.compared(self.scan.at) if compared else self.expression()
            if not items and self.scan.peek() == "..":
                return self.range(start, item, closed)
            items.append(item)
            if not closed:
                self.scan.fail("..")
            if self.scan.take("]"):
                return self.node(ListNode, start, tuple(items), children=items)
            self.scan.need(",")

    def context(self, start: int) -> Node:
        self.scan.need("{")
        entries: list[tuple[str, Node]] = []
        names: list[str] = []
        while not self.scan.take("}"):
            if entries:
                self.scan.need(",")
            at = self.scan.at
            key = self.key()
            if any(key == before for before, _ in entries):
                self.scan.note("feel.duplicate_key", (at, self.scan.end), key=key)
            self.scan.need(":")
            self.locals.add(key)
            names.append(key)
            if len(name_parts(key)) > 1:
                self.members.add(key)
            entries.append((key, self.expression()))
        for name in names:
            self.locals.remove(name)
        children = [value for _, value in entries]
        return self.node(ContextNode, start, tuple(entries), children=children)

    def key(self) -> str:
        text = self.scan.string()
        if text is None:
            text = self.scan.quoted_name()
        if text is not None:
            return text
        m = KEY.match(self.scan.text, self.scan.at)
        if m is None:
            self.scan.fail("name:")
        self.scan.move(m.end())
        return " ".join(m[0].split())
