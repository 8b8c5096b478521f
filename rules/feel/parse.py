"""Parses operators and keyword forms: text and scope to a tree, with depth and size counted, or the first Problem."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from .limits import LIMITS, Limits
from .scope import NameIndex, Scope
from .syntax import (
    Between,
    Chain,
    Comparison,
    For,
    FunctionNode,
    If,
    In,
    Iterator,
    Literal,
    Logic,
    Negation,
    Node,
    Quantified,
    RangeNode,
    UnaryTests,
)
from .terms import COMPARISONS, Terms
from .tokens import WORD, Broken
from .types import ANY, Type

RANKS = {
    "or": 1, "and": 2,
    "=": 3, "!=": 3, "<": 3, "<=": 3, ">": 3, ">=": 3, "between": 3, "in": 3,
    "+": 4, "-": 4, "*": 5, "/": 5, "**": 6,
}  # fmt: skip
"""Higher binds tighter; then unary minus, `instance of`, and what follows a term (DMN 1.5, 10.3.1.2)."""
UNARY = 7
CONTINUES = frozenset({".", "[", "(", "*", "+", "-", "/", "**"})


class Parser(Terms):
    """Precedence climbing over the terms; `ranks` is the table of operators."""

    ranks: Mapping[str, int] = RANKS

    def expression(self, rank: int = 0, endpoint: bool = False) -> Node:
        self.enter()
        start = self.scan.at
        node = self.prefix(start, endpoint)
        while True:
            op = self.scan.peek()
            found = self.ranks.get(op)
            if found is None or found < rank:
                self.depth -= 1
                return node
            node = self.binary(start, node, op, found, endpoint)

    def whole(self, read: Callable[[], Node]) -> Node:
        """All of the text. Raises Broken with every Problem found on the way, and the tree where there is one."""
        try:
            node = read()
            if not self.scan.done:
                self.scan.fail("end")
        except Broken as broken:
            raise Broken(*self.scan.problems, *broken.problems) from None
        if self.scan.problems:
            raise Broken(*self.scan.problems, tree=node)
        return node

    def endpoint(self) -> Node:
        return self.expression(4, endpoint=True)

    def prefix(self, start: int, endpoint: bool) -> Node:
        if not self.scan.take("-"):
            return self.postfix(endpoint)
        operand = self.expression(UNARY, endpoint)
        return self.node(Negation, start, operand, children=(operand,))

    def binary(self, start: int, left: Node, op: str, rank: int, endpoint: bool) -> Node:
        if rank >= 4:
            return self.chain(start, left, rank, endpoint)
        if rank <= 2:
            items = [left]
            while self.scan.take(op):
                items.append(self.expression(rank + 1))
            return self.node(Logic, start, op, tuple(items), children=items)
        self.scan.take(op)
        if op == "in":
            node = self.membership(start, left)
        elif op == "between":
            low = self.expression(4)
            self.scan.need("and")
            high = self.expression(4)
            node = self.node(Between, start, left, low, high, children=(left, low, high))
        else:
            right = self.expression(4)
            node = self.node(Comparison, start, op, left, right, children=(left, right))
        if self.scan.peek() in COMPARISONS:
            self.scan.fail("and")
        return node

    def chain(self, start: int, first: Node, rank: int, endpoint: bool) -> Node:
        rest: list[tuple[str, Node]] = []
        while RANKS.get(op := self.scan.peek()) == rank:
            self.scan.take(op)
            rest.append((op, self.expression(rank + 1, endpoint)))
        return self.node(Chain, start, first, tuple(rest), children=(first, *(node for _, node in rest)))

    # ------------------------------------------------------------------ tests
    def membership(self, start: int, value: Node) -> Node:
        """What follows `in`: one test, or several in parentheses."""
        tests: tuple[Node, ...]
        if self.scan.peek() != "(":
            tests = (self.test(4),)
        else:
            at = self.scan.at
            tests = self.tests_in_parentheses()
            if len(tests) == 1 and self.scan.peek() in CONTINUES:
                self.scan.move(at)
                tests = (self.expression(4),)
        return self.node(In, start, value, tests, children=(value, *tests))

    def test(self, rank: int = 0) -> Node:
        if self.scan.peek() in COMPARISONS:
            return self.compared(self.scan.at)
        return self.expression(rank)

    def tests_in_parentheses(self) -> tuple[Node, ...]:
        start = self.scan.at
        self.scan.need("(")
        tests = [self.test()]
        if self.scan.peek() == ".." and not (isinstance(tests[0], RangeNode) and tests[0].op):
            return (self.range(start, tests[0], False),)
        while not self.scan.take(")"):
            self.scan.need(",")
            tests.append(self.test())
        return tuple(tests)

    def unary_tests(self) -> Node:
        """A whole cell: `-`, tests between commas, or `not(…)` around them."""
        start = self.scan.at
        if self.scan.text.strip() in ("-", ""):
            self.scan.move(len(self.scan.text))
            return self.node(UnaryTests, start, (), False, children=())
        if self.scan.take("not"):
            if self.scan.peek() == "(":
                tests = self.tests_in_parentheses()
                if self.scan.done:
                    return self.node(UnaryTests, start, tests, True, children=tests)
            self.scan.move(start)
        found = [self.test()]
        while self.scan.take(","):
            found.append(self.test())
        return self.node(UnaryTests, start, tuple(found), False, children=found)

    # ------------------------------------------------------------------ keyword forms
    def special(self, word: str, start: int) -> Node | None:
        form = {
            "if": self.conditional,
            "for": self.loop,
            "some": self.quantified,
            "every": self.quantified,
            "function": self.function,
        }.get(word)
        return form(start) if form is not None else None

    def conditional(self, start: int) -> Node:
        self.scan.need("if")
        condition = self.expression()
        self.scan.need("then")
        then = self.expression()
        self.scan.need("else")
        otherwise = self.expression()
        return self.node(If, start, condition, then, otherwise, children=(condition, then, otherwise))

    def loop(self, start: int) -> Node:
        self.scan.need("for")
        iterators = self.iterators()
        self.scan.need("return")
        self.locals.add("partial")
        body = self.expression()
        self.locals.remove("partial")
        self.leave(iterators)
        return self.node(For, start, iterators, body, children=(*_sources(iterators), body))

    def quantified(self, start: int) -> Node:
        kind = self.scan.peek()
        self.scan.take(kind)
        iterators = self.iterators()
        self.scan.need("satisfies")
        condition = self.expression()
        self.leave(iterators)
        return self.node(Quantified, start, kind, iterators, condition, children=(*_sources(iterators), condition))

    def iterators(self) -> tuple[Iterator, ...]:
        found: list[Iterator] = []
        while not found or self.scan.take(","):
            start = self.scan.at
            name = self.scan.quoted_name() or self.scan.words()
            if name is None:
                self.scan.fail("name")
            self.scan.need("in")
            source = self.expression()
            high = self.expression() if self.scan.take("..") else None
            found.append(Iterator((start, self.scan.end), name, source, high))
            self.locals.add(name)
        return tuple(found)

    def leave(self, iterators: tuple[Iterator, ...]) -> None:
        for iterator in iterators:
            self.locals.remove(iterator.name)

    def function(self, start: int) -> Node:
        """`function(a, b: number) expression`, or `… external {…}`, which is read and refused when called."""
        self.scan.need("function")
        self.scan.need("(")
        params: list[tuple[str, Type]] = []
        while not self.scan.take(")"):
            if params:
                self.scan.need(",")
            name = self.scan.quoted_name() or self.scan.words()
            if name is None:
                self.scan.fail("name")
            params.append((name, self.type() if self.scan.take(":") else ANY))
        for name, _ in params:
            self.locals.add(name)
        external = self.scan.take("external")
        body = self.foreign() if external else self.expression()
        for name, _ in params:
            self.locals.remove(name)
        return self.node(FunctionNode, start, tuple(params), body, external, children=(body,))

    def foreign(self) -> Node:
        """The description of a function outside the language; kept as text, never run."""
        start, level = self.scan.at, 0
        while not self.scan.done:
            mark = self.scan.peek()
            if mark == '"':
                self.scan.string()
                continue
            level += (mark == "{") - (mark == "}")
            m = WORD.match(self.scan.text, self.scan.at)
            self.scan.move(m.end() if m else self.scan.at + 1)
            if level <= 0:
                break
        return self.node(Literal, start, self.scan.text[start : self.scan.end], children=())


def _sources(iterators: tuple[Iterator, ...]) -> list[Node]:
    return [node for it in iterators for node in (it.source, it.high) if node is not None]


def parse(text: str, scope: Scope, functions: NameIndex, limits: Limits = LIMITS, unary: bool = False) -> Node:
    """The tree of a formula, or of unary tests. Raises Broken with the Problem that stops the reading."""
    parser = Parser(text, scope, limits, functions)
    if len(text) > limits.text:
        parser.scan.limit("text", limits.text, (limits.text, len(text)))
    return parser.whole(parser.unary_tests if unary else parser.expression)
