"""Turns a tree into Python `ast` nodes and a code object: names mangled, constants in a table, no builtins."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Any

from .compile_names import Frame, Names
from .functions import ROWS
from .functions.table import Unmatched, arrange, as_value
from .lazy import TESTS, lazy_call
from .operators import OPEN
from .python_code import assemble, is_, load, walrus
from .run import Place
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
    mentions,
)
from .types import Type

WIDTH = 8
"""Conditions joined in one nested expression; longer chains are joined in groups of this many."""


OPERATORS = {"+": "add", "-": "subtract", "*": "multiply", "/": "divide", "**": "power"}


class Generator(Names):
    """Builds the expression of one formula."""

    # ------------------------------------------------------------------ nodes
    def build(self, node: Node) -> ast.expr:
        return METHODS[node.__class__](self, node)

    def literal(self, node: Literal) -> ast.expr:
        return self.constant(node.value)

    def name(self, node: Name) -> ast.expr:
        return self.variable(node, node.name)

    def chain(self, node: Chain) -> ast.expr:
        if len(node.rest) > WIDTH:
            steps = [ast.Tuple([ast.Constant(op), self.place(node, x, op)], ast.Load()) for op, x in node.rest]
            values = [self.build(x) for x in (node.first, *(x for _, x in node.rest))]
            return self.call(
                "chained", None, load("run"), ast.Tuple(list(steps), ast.Load()), ast.Tuple(values, ast.Load())
            )
        made = self.build(node.first)
        for op, operand in node.rest:
            made = self.call(OPERATORS[op], self.place(node, operand, op), made, self.build(operand))
        return made

    def negation(self, node: Negation) -> ast.expr:
        return self.call("negate", self.place(node, node.operand, "-"), self.build(node.operand))

    def comparison(self, node: Comparison) -> ast.expr:
        at = self.place(node, node.left, node.op)
        left, right = self.build(node.left), self.build(node.right)
        if node.op in ("=", "!="):
            return self.call("equal" if node.op == "=" else "unequal", at, left, right)
        return self.call("compare", at, ast.Constant(node.op), left, right)

    def logic(self, node: Logic) -> ast.expr:
        return self._logic(node, list(node.items))

    def _logic(self, node: Logic, items: list[Node]) -> ast.expr:
        """Left to right; what decides ends it: `False if (a := …) is False else …`."""
        if len(items) > WIDTH:
            size = -(-len(items) // WIDTH)
            size = max(size, WIDTH)
            parts = [self._logic(node, items[at : at + size]) for at in range(0, len(items), size)]
        else:
            parts = [self.build(item) for item in items]
        decides = node.op == "or"
        names = [self.fresh() for _ in parts]
        joined = "disjunction" if decides else "conjunction"
        made = self.call(joined, self.place(node, None, node.op), *map(load, names))
        for name, part in zip(reversed(names), reversed(parts), strict=True):
            test = ast.Compare(walrus(name, part), [ast.Is()], [ast.Constant(decides)])
            made = ast.IfExp(test, ast.Constant(decides), made)
        return made

    def between(self, node: Between) -> ast.expr:
        values = (self.build(node.value), self.build(node.low), self.build(node.high))
        return self.call("between", self.place(node, node.value, "between"), *values)

    def membership(self, node: In) -> ast.expr:
        return self.call("member", self.place(node, node.value, "in"), *map(self.build, (node.value, *node.tests)))

    def instance_of(self, node: InstanceOf) -> ast.expr:
        return self.call("instance", None, load("run"), self.build(node.value), self.constant(node.type))

    def conditional(self, node: If) -> ast.expr:
        """`then if c is True else otherwise if c is False or null else the null of a wrong type`."""
        name = self.fresh()
        is_true = ast.Compare(walrus(name, self.build(node.condition)), [ast.Is()], [ast.Constant(True)])
        is_null = ast.Compare(ast.Attribute(load(name), "__class__", ast.Load()), [ast.Is()], [self.helper("Null")])
        other = ast.BoolOp(ast.Or(), [is_(name, False), is_(name, None), is_null])
        odd = self.call("not_boolean", self.place(node, node.condition, "if"), load(name))
        otherwise = ast.IfExp(other, self.build(node.otherwise), odd)
        return ast.IfExp(is_true, self.build(node.then), otherwise)

    def _sources(self, node: For | Quantified) -> tuple[ast.expr, list[str]]:
        """The iterators as functions of the variables before them; leaves one frame for the body."""
        made: list[ast.expr] = []
        params: list[str] = []
        frame = Frame({})
        self.frames.append(frame)
        for iterator in node.iterators:
            source = self.build(iterator.source)
            if iterator.high is not None:
                source = ast.Tuple([source, self.build(iterator.high)], ast.Load())
            made.append(self.function(list(params), source))
            params.append(self.fresh())
            frame.names[iterator.name] = params[-1]
        return ast.Tuple(made, ast.Load()), params

    def loop(self, node: For) -> ast.expr:
        sources, params = self._sources(node)
        partial = self.fresh()
        self.frames[-1].names.setdefault("partial", partial)
        body = self.build(node.body)
        uses = "partial" in self.frames.pop().used
        function = self.function([partial, *params], body)
        at = self.place(node, node.iterators[0].source, "for")
        return self.call("loop", at, sources, function, ast.Constant(uses))

    def quantifier(self, node: Quantified) -> ast.expr:
        sources, params = self._sources(node)
        function = self.function(params, self.build(node.condition))
        self.frames.pop()
        every = ast.Constant(node.kind == "every")
        return self.call("quantified", self.place(node, None, node.kind), every, sources, function)

    def filter(self, node: Filter) -> ast.expr:
        source = self.build(node.source)
        at = self.place(node, node.source, "[]")
        if isinstance(node.condition, Literal) or (
            isinstance(node.condition, Negation) and isinstance(node.condition.operand, Literal)
        ):
            return self.call("indexed", at, source, self.build(node.condition))
        item = self.fresh()
        self.frames.append(Frame({"item": item}, item))
        condition = self.build(node.condition)
        self.frames.pop()
        return self.call("filtered", at, source, self.function([item], condition))

    def path(self, node: Path) -> ast.expr:
        return self.call("path", self.place(node, node.source, "."), self.build(node.source), ast.Constant(node.name))

    def invocation(self, node: Call) -> ast.expr:
        callee = node.function
        if isinstance(callee, Name) and callee.name in ROWS and not self.local(callee.name):
            declared = self.scope.types.get(callee.name)
            if declared is None or declared.kind not in ("any", "function"):
                if callee.name in TESTS and node.named is None and len(node.arguments) == 2:
                    self.used[callee.name] = TESTS[callee.name]
                    return lazy_call(callee.name, node, self.build, self.fresh())
                return self.built_in(node, callee.name)
        arguments_ = ast.Tuple([self.build(x) for x in node.arguments], ast.Load())
        at = self.place(node, callee, "()")
        function = self.build(callee)
        if isinstance(callee, Name) and callee.name in ROWS:
            function = self.call("function_of", None, function, self.constant(as_value(ROWS[callee.name])))
        return self.call("called", at, function, arguments_, self._names(node))

    def _names(self, node: Call) -> ast.expr:
        if node.named is None:
            return ast.Constant(None)
        return ast.Tuple([ast.Constant(name) for name in node.named], ast.Load())

    def built_in(self, node: Call, name: str) -> ast.expr:
        arguments_ = ast.Tuple([self.build(x) for x in node.arguments], ast.Load())
        row = ROWS[name]
        label = node.arguments[0] if node.arguments else name
        at = self.place(node, label, name)
        try:
            order = arrange(row, len(node.arguments), node.named)
        except Unmatched:
            counts = {"wanted": len(row.params), "given": len(node.arguments)}
            given = [ast.keyword(name, ast.Constant(count)) for name, count in counts.items()]
            return ast.Call(self.helper("fault"), [load("run"), at, ast.Constant("domain")], given)
        placed = self.constant(None if node.named is None else order)
        return self.call("invoke", at, self.constant(row), arguments_, placed)

    def list(self, node: ListNode) -> ast.expr:
        return self.paid(ast.List([self.build(x) for x in node.items], ast.Load()))

    def paid(self, made: ast.expr) -> ast.expr:
        return self.call("paid", None, load("run"), made) if self.frames else made

    def context(self, node: ContextNode) -> ast.expr:
        """Entries in order, each seen by the next; a function also sees itself."""
        frame = Frame({})
        self.frames.append(frame)
        values: list[ast.expr] = []
        for key, value in node.entries:
            name = self.fresh()
            if isinstance(value, FunctionNode):
                frame.names[key] = name
            values.append(walrus(name, self.build(value)))
            frame.names[key] = name
        self.frames.pop()
        return self.paid(ast.Dict([ast.Constant(key) for key, _ in node.entries], values))

    def range(self, node: RangeNode) -> ast.expr:
        at = self.place(node, None, node.op or "..")
        low = self.build(node.low)
        if node.high is None:
            return self.call("comparison_range", at, ast.Constant(node.op), low)
        closed = (ast.Constant(node.low_closed), ast.Constant(node.high_closed))
        return self.call("make_range", at, low, closed[0], self.build(node.high), closed[1])

    def definition(self, node: FunctionNode) -> ast.expr:
        names = {name: self.fresh() for name, _ in node.params}
        self.frames.append(Frame(names))
        if node.external:
            value = self.call("foreign", self.place(node, None, "external"), ast.Constant(foreign_name(node)))
        else:
            value = self.build(node.body)
        body = self.function(list(names.values()), value)
        self.frames.pop()
        types = tuple(None if t.kind == "any" else t for _, t in node.params)
        params = tuple(name for name, _ in node.params)
        known = self.types.get(id(node))
        result = known.item if known is not None and known.item is not None and known.item.kind not in OPEN else None
        values = (self.constant(params), self.constant(types), self.constant(result))
        return self.call("define", None, *values, body)

    def unary(self, node: UnaryTests) -> ast.expr:
        if not node.tests:
            return ast.Constant(True)
        at = self.place(node, "?", "in")
        value = self.fact(node, "?")
        held = [
            self.call("tested", at, value, self.build(test), ast.Constant(mentions(test, "?"))) for test in node.tests
        ]
        made = held[0] if len(held) == 1 else self.call("disjunction", at, *held)
        return self.call("negated", at, made) if node.negated else made


METHODS: dict[type, Callable[[Generator, Any], ast.expr]] = {
    Literal: Generator.literal,
    Name: Generator.name,
    Chain: Generator.chain,
    Negation: Generator.negation,
    Comparison: Generator.comparison,
    Logic: Generator.logic,
    Between: Generator.between,
    In: Generator.membership,
    InstanceOf: Generator.instance_of,
    If: Generator.conditional,
    For: Generator.loop,
    Quantified: Generator.quantifier,
    Filter: Generator.filter,
    Path: Generator.path,
    Call: Generator.invocation,
    ListNode: Generator.list,
    ContextNode: Generator.context,
    RangeNode: Generator.range,
    FunctionNode: Generator.definition,
    UnaryTests: Generator.unary,
}


def generate(
    text: str, tree: Node, scope: Scope, types: Mapping[int, Type], adopted: bool = False
) -> tuple[Callable[..., Any], tuple[Place, ...], tuple[str, ...]]:
    """(function of run and facts, its places, the Facts it reads); `adopted`: these are values of the language."""
    return finish(Generator(text, scope, types), tree, adopted)


def finish(
    maker: Generator, tree: Node, adopted: bool = False
) -> tuple[Callable[..., Any], tuple[Place, ...], tuple[str, ...]]:
    """The function a generator makes of a tree, behind the reading of its Facts."""
    value = maker.build(tree)
    body: list[ast.stmt] = []
    for name, variable in maker.facts.items():
        absent: list[ast.expr] = [ast.Constant(...)] if adopted else []
        found = ast.Call(ast.Attribute(load("facts"), "get", ast.Load()), [ast.Constant(name), *absent], [])
        if adopted:
            maker.places.append(Place(maker.spans[name], name))
            read = maker.call("given", ast.Constant(len(maker.places) - 1), found, ast.Constant(name))
        else:
            read = maker.call("adopt", None, found, ast.Constant(name), maker.constant(maker.spans[name]))
        body.append(ast.Assign([ast.Name(variable, ast.Store())], read))
    body.append(ast.Return(value))
    function = assemble(["run", "facts"], body, {**maker.used, **maker.constants})
    return function, tuple(maker.places), tuple(maker.facts)
