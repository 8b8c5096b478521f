"""The plain form of a formula over known scalars: Python's own operators, for Facts that are all there.

Where a Fact is missing or of another type, or an operator fails, the function gives up and the full form, which
knows nulls and causes, computes the value again. Both give the same value.
"""

from __future__ import annotations

import ast
import decimal
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from .functions import ROWS
from .functions.number import MODES
from .numbers import ZERO, round_to
from .python_code import assemble, load, walrus
from .scope import Scope
from .syntax import Between, Call, Chain, Comparison, If, In, ListNode, Literal, Logic, Name, Negation, Node, RangeNode
from .types import Type

SLOW = object()
"""What the plain form returns where it gives up."""
LONGEST = 24
PLAIN = ("number", "string", "boolean")
ARITHMETIC: dict[str, ast.operator] = {"+": ast.Add(), "-": ast.Sub(), "*": ast.Mult(), "/": ast.Div()}
COMPARISON: dict[str, ast.cmpop] = {
    "=": ast.Eq(),
    "!=": ast.NotEq(),
    "<": ast.Lt(),
    "<=": ast.LtE(),
    ">": ast.Gt(),
    ">=": ast.GtE(),
}


WRAPPERS = frozenset({"blank as zero", "blank as text"})
"""Where every Fact is there, these change nothing."""
ROUNDING = {
    **MODES, "ROUND": decimal.ROUND_HALF_UP, "ROUNDUP": decimal.ROUND_UP, "ROUNDDOWN": decimal.ROUND_DOWN,
    "TRUNC": decimal.ROUND_DOWN, "INT": decimal.ROUND_FLOOR,
}  # fmt: skip


def spread(arguments: tuple[Node, ...]) -> tuple[Node, ...]:
    """The values of ``f(a, b)``, ``f([a, b])`` and ``f(without blanks(a, b))``."""
    only = arguments[0] if len(arguments) == 1 else None
    if isinstance(only, ListNode):
        return only.items
    if isinstance(only, Call) and isinstance(only.function, Name) and only.function.name == "without blanks":
        return only.arguments
    return arguments


class NotPlain(Exception):
    """The tree holds what plain operators cannot do."""


class Plain:
    """Builds the plain expression; each method gives it with its kind, "null" for a literal null."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.facts: dict[str, tuple[str, str]] = {}
        self.names: dict[str, Any] = {}
        self.count = 0

    def fresh(self, letter: str) -> str:
        self.count += 1
        return f"{letter}{self.count}"

    def build(self, node: Node) -> tuple[ast.expr, str]:
        method = METHODS.get(node.__class__)
        if method is None:
            raise NotPlain
        return method(self, node)

    def of(self, node: Node, kind: str) -> ast.expr:
        made, found = self.build(node)
        if found != kind:
            raise NotPlain
        return made

    def constant(self, value: Any) -> ast.expr:
        name = self.fresh("k")
        self.names[name] = value
        return load(name)

    def helper(self, name: str, value: Any) -> ast.expr:
        self.names[name] = value
        return load(name)

    def literal(self, node: Literal) -> tuple[ast.expr, str]:
        value = node.value
        if value is None:
            return ast.Constant(None), "null"
        if value is True or value is False:
            return ast.Constant(value), "boolean"
        if value.__class__ is str:
            return ast.Constant(value), "string"
        if value.__class__ is Decimal:
            return self.constant(value), "number"
        raise NotPlain

    def name(self, node: Name) -> tuple[ast.expr, str]:
        declared = self.scope.types.get(node.name)
        if declared is None or declared.kind not in PLAIN:
            raise NotPlain
        if node.name not in self.facts:
            self.facts[node.name] = (self.fresh("f"), declared.kind)
        return load(self.facts[node.name][0]), declared.kind

    def chain(self, node: Chain) -> tuple[ast.expr, str]:
        if len(node.rest) > LONGEST:
            raise NotPlain
        made = self.of(node.first, "number")
        for op, operand in node.rest:
            if op not in ARITHMETIC:
                raise NotPlain
            made = ast.BinOp(made, ARITHMETIC[op], self.of(operand, "number"))
        return made, "number"

    def negation(self, node: Negation) -> tuple[ast.expr, str]:
        return ast.UnaryOp(ast.USub(), self.of(node.operand, "number")), "number"

    def comparison(self, node: Comparison) -> tuple[ast.expr, str]:
        left, kind = self.build(node.left)
        ordered = node.op not in ("=", "!=")
        if kind == "null" or (ordered and kind == "boolean"):
            raise NotPlain
        return ast.Compare(left, [COMPARISON[node.op]], [self.of(node.right, kind)]), "boolean"

    def logic(self, node: Logic) -> tuple[ast.expr, str]:
        op: ast.boolop = ast.And() if node.op == "and" else ast.Or()
        return ast.BoolOp(op, [self.of(item, "boolean") for item in node.items]), "boolean"

    def between(self, node: Between) -> tuple[ast.expr, str]:
        value, low, high = (self.of(x, "number") for x in (node.value, node.low, node.high))
        return ast.Compare(low, [ast.LtE(), ast.LtE()], [value, high]), "boolean"

    def membership(self, node: In) -> tuple[ast.expr, str]:
        value, kind = self.build(node.value)
        if kind not in ("number", "string"):
            raise NotPlain
        name = self.fresh("v")
        tests = [self.test(load(name), test, kind) for test in node.tests]
        bound = ast.Compare(walrus(name, value), [ast.Is()], [ast.Constant(None)])
        return ast.BoolOp(ast.Or(), [bound, *tests]), "boolean"

    def test(self, value: ast.expr, test: Node, kind: str) -> ast.expr:
        if isinstance(test, RangeNode):
            low = self.of(test.low, kind)
            if test.op is not None:
                return ast.Compare(value, [COMPARISON[test.op]], [low])
            if test.high is None or kind != "number":
                raise NotPlain
            below: ast.cmpop = ast.LtE() if test.low_closed else ast.Lt()
            above: ast.cmpop = ast.LtE() if test.high_closed else ast.Lt()
            return ast.Compare(low, [below, above], [value, self.of(test.high, kind)])
        if isinstance(test, ListNode):
            if not test.items:
                return ast.Constant(False)
            if any(isinstance(item, ListNode) for item in test.items):
                raise NotPlain  # a list inside a list is a value to be equal to, no further test
            return ast.BoolOp(ast.Or(), [ast.Constant(False), *(self.test(value, x, kind) for x in test.items)])
        return ast.Compare(value, [ast.Eq()], [self.of(test, kind)])

    def conditional(self, node: If) -> tuple[ast.expr, str]:
        condition = self.of(node.condition, "boolean")
        then, first = self.build(node.then)
        otherwise, second = self.build(node.otherwise)
        kind = first if first == second else "null" if "null" in (first, second) else "any"
        return ast.IfExp(condition, then, otherwise), kind

    def call(self, node: Call) -> tuple[ast.expr, str]:
        callee = node.function
        if not isinstance(callee, Name) or node.named is not None or callee.name in self.scope.entries:
            raise NotPlain
        name, arguments = callee.name, node.arguments
        if name in WRAPPERS and len(arguments) == 1:
            made, kind = self.build(arguments[0])
            if kind not in PLAIN:
                raise NotPlain  # a null that is written, not a Fact that is missing
            return made, kind
        if name in ("min", "max", "MIN", "MAX") and arguments:
            inner = spread(arguments)
            if len(inner) < 2:
                raise NotPlain
            chosen = self.helper(name.lower(), min if name.lower() == "min" else max)
            return ast.Call(chosen, [self.of(x, "number") for x in inner], []), "number"
        if name == "SUM" and 0 < len(inner := spread(arguments)) <= LONGEST:
            made = self.constant(ZERO)
            for item in inner:
                made = ast.BinOp(made, ast.Add(), self.of(item, "number"))
            return made, "number"
        if name == "lower case" and len(arguments) == 1:
            return ast.Call(self.helper("lower", str.lower), [self.of(arguments[0], "string")], []), "string"
        if name in ("abs", "ABS") and len(arguments) == 1:
            return ast.Call(self.helper("abs", abs), [self.of(arguments[0], "number")], []), "number"
        if name == "not" and len(arguments) == 1:
            return ast.UnaryOp(ast.Not(), self.of(arguments[0], "boolean")), "boolean"
        if name in ROUNDING and ROWS[name].least <= len(arguments) <= min(2, ROWS[name].most):
            return self.rounded(name, arguments)
        raise NotPlain

    def rounded(self, name: str, arguments: tuple[Node, ...]) -> tuple[ast.expr, str]:
        scale = 0
        if len(arguments) == 2:
            given = arguments[1]
            if not isinstance(given, Literal) or given.value.__class__ is not Decimal or not 0 <= given.value <= 30:
                raise NotPlain
            scale = int(given.value)
        value = self.of(arguments[0], "number")
        made = ast.Call(
            self.helper("round_to", round_to), [value, ast.Constant(scale), ast.Constant(ROUNDING[name])], []
        )
        return made, "number"

    def prologue(self) -> list[ast.stmt]:
        """Reads each Fact; gives up where one is not of its declared type."""
        made: list[ast.stmt] = []
        give_up: list[ast.stmt] = [ast.Return(self.helper("SLOW", SLOW))]
        for fact, (name, kind) in self.facts.items():
            found = ast.Subscript(load("facts"), ast.Constant(fact), ast.Load())
            made.append(ast.Assign([ast.Name(name, ast.Store())], found))
            wanted = self.helper(*{"number": ("Decimal", Decimal), "string": ("str", str)}.get(kind, ("bool", bool)))
            odd: ast.expr = ast.Compare(ast.Attribute(load(name), "__class__", ast.Load()), [ast.IsNot()], [wanted])
            if kind == "number":
                finite = ast.Call(ast.Attribute(load(name), "is_finite", ast.Load()), [], [])
                odd = ast.BoolOp(ast.Or(), [odd, ast.UnaryOp(ast.Not(), finite)])
            made.append(ast.If(odd, list(give_up), []))
        return made


METHODS: dict[type, Callable[[Plain, Any], tuple[ast.expr, str]]] = {
    Literal: Plain.literal,
    Name: Plain.name,
    Chain: Plain.chain,
    Negation: Plain.negation,
    Comparison: Plain.comparison,
    Logic: Plain.logic,
    Between: Plain.between,
    In: Plain.membership,
    If: Plain.conditional,
    Call: Plain.call,
}


def generate_fast(tree: Node, scope: Scope, types: Mapping[int, Type]) -> Callable[[Mapping[str, Any]], Any] | None:
    """A function of the Facts, or None where the tree holds what plain operators cannot do."""
    if types[id(tree)].kind not in (*PLAIN, "any", "null"):
        return None
    plain = Plain(scope)
    try:
        value, _ = plain.build(tree)
    except NotPlain:
        return None
    return assemble(["facts"], [*plain.prologue(), ast.Return(value)], plain.names)
