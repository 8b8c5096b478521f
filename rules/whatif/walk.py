"""Evaluates a formula over a block of rows at once: the plain form of a tree, with arrays for values."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from decimal import Decimal
from typing import Any

import numpy as np

from rules.feel.fast import ARITHMETIC, LONGEST, ROUNDING, WRAPPERS, NotPlain, spread
from rules.feel.functions import ROWS
from rules.feel.syntax import (
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
    RangeNode,
)
from rules.figures import Mode, Rounding
from rules.whatif.columns import Columns
from rules.whatif.numbers import (
    Number,
    Truth,
    Value,
    Words,
    absolute,
    add,
    any_of,
    both,
    choose,
    compare,
    divide,
    either,
    furthest,
    literal,
    negative,
    opposite,
    rounded,
    times,
    with_gaps,
)

MODES: Mapping[str, Mode] = {
    "ROUND_HALF_UP": "half_up", "ROUND_HALF_EVEN": "half_even", "ROUND_DOWN": "down", "ROUND_FLOOR": "floor",
    "ROUND_CEILING": "ceiling",
}  # fmt: skip


class Walk:
    """The values of a block by name, and the formulas over them. Raises NotPlain for what has no plain form.

    fact   the values of a Fact
    names  what a formula may read; calling a name that hides a function is not plain
    """

    def __init__(self, columns: Columns, fact: Callable[[str], Value], names: Container[str]) -> None:
        self.columns = columns
        self.fact = fact
        self.names = names
        self.known: dict[str, Value] = {}
        self.parts: dict[tuple[str, str], Value] = {}

    def know(self, name: str, part: str, value: Value) -> None:
        """What a table decides; `part` is the output that a path names, or empty for the only one."""
        if part:
            self.parts[name, part] = value
        else:
            self.known[name] = value

    def of(self, node: Node) -> Value:
        method = METHODS.get(node.__class__)
        if method is None:
            raise NotPlain
        found: Value = method(self, node)
        return found

    def number(self, node: Node) -> Number:
        found = self.of(node)
        if not isinstance(found, Number):
            raise NotPlain
        return found

    def truth(self, node: Node) -> Truth:
        found = self.of(node)
        if not isinstance(found, Truth):
            raise NotPlain
        return found

    def literal(self, node: Literal) -> Value:
        value = node.value
        if value is True or value is False:
            return Truth(np.bool_(value))
        if value.__class__ is str:
            return Words(self.columns.word(value))
        if value.__class__ is Decimal:
            return literal(value)
        raise NotPlain

    def name(self, node: Name) -> Value:
        found = self.known.get(node.name)
        if found is None:
            found = self.known[node.name] = self.fact(node.name)
        return found

    def path(self, node: Path) -> Value:
        found = self.parts.get((node.source.name, node.name)) if isinstance(node.source, Name) else None
        if found is None:
            raise NotPlain
        return found

    def chain(self, node: Chain) -> Number:
        if len(node.rest) > LONGEST:
            raise NotPlain
        found = self.number(node.first)
        for op, operand in node.rest:
            if op not in ARITHMETIC:
                raise NotPlain
            right = self.number(operand)
            if op in "+-":
                found = add(found, right, 1 if op == "+" else -1)
            else:
                found = times(found, right) if op == "*" else divide(found, right)
        return found

    def negation(self, node: Negation) -> Number:
        return negative(self.number(node.operand))

    def comparison(self, node: Comparison) -> Truth:
        return self.compared(node.op, self.of(node.left), self.of(node.right))

    def compared(self, op: str, left: Value, right: Value) -> Truth:
        if isinstance(left, Number) and isinstance(right, Number):
            return compare(op, left, right)
        if op not in ("=", "!="):
            raise NotPlain  # codes of words have no order
        if isinstance(left, Words) and isinstance(right, Words):
            return with_gaps(op, Truth(self.alike(op, left, right)), left, right)
        if not isinstance(left, Truth) or not isinstance(right, Truth):
            raise NotPlain
        doubt = either(left.doubt, right.doubt)
        if op == "=" and right.hollow is None and np.all(right.values):
            return Truth(self.alike(op, left, right), doubt, left.hollow)
        # A hollow truth value is null or false: this comparison tells them apart.
        return Truth(self.alike(op, left, right), either(doubt, left.hollow, right.hollow))

    def alike(self, op: str, left: Words | Truth, right: Words | Truth) -> Any:
        return np.equal(left.values, right.values) if op == "=" else np.not_equal(left.values, right.values)

    def logic(self, node: Logic) -> Truth:
        found = self.truth(node.items[0])
        for item in node.items[1:]:
            found = (both if node.op == "and" else any_of)(found, self.truth(item))
        return found

    def between(self, node: Between) -> Truth:
        value = self.number(node.value)
        return both(compare("<=", self.number(node.low), value), compare("<=", value, self.number(node.high)))

    def membership(self, node: In) -> Truth:
        value = self.of(node.value)
        if isinstance(value, Truth):
            raise NotPlain
        found = Truth(np.False_)
        for test in node.tests:
            found = any_of(found, self.test(value, test))
        return found

    def test(self, value: Value, test: Node) -> Truth:
        if isinstance(test, RangeNode):
            low = self.of(test.low)
            if test.op is not None:
                return self.compared(test.op, value, low)
            if test.high is None or not isinstance(value, Number):
                raise NotPlain
            above = self.compared("<=" if test.low_closed else "<", low, value)
            return both(above, self.compared("<=" if test.high_closed else "<", value, self.of(test.high)))
        if isinstance(test, ListNode):
            found = Truth(np.False_)
            for item in test.items:
                found = any_of(found, self.test(value, item))
            return found
        return self.compared("=", value, self.of(test))

    def conditional(self, node: If) -> Value:
        condition, then, otherwise = self.truth(node.condition), self.of(node.then), self.of(node.otherwise)
        if then.__class__ is not otherwise.__class__:
            raise NotPlain
        return choose(condition, then, otherwise)

    def call(self, node: Call) -> Value:
        callee, arguments = node.function, node.arguments
        if not isinstance(callee, Name) or node.named is not None or callee.name in self.names:
            raise NotPlain
        name = callee.name
        if name in WRAPPERS and len(arguments) == 1:
            return self.without_gaps(self.of(arguments[0]))
        if name in ("min", "max", "MIN", "MAX") and arguments:
            inner = spread(arguments)
            if len(inner) < 2:
                raise NotPlain
            return furthest([self.number(each) for each in inner], np.minimum if name.lower() == "min" else np.maximum)
        if name == "SUM" and 0 < len(inner := spread(arguments)) <= LONGEST:
            found = literal(Decimal(0))
            for each in inner:
                found = add(found, self.number(each))
            return found
        if name == "lower case" and len(arguments) == 1:
            return self.lowered(self.of(arguments[0]))
        if name in ("abs", "ABS") and len(arguments) == 1:
            return absolute(self.number(arguments[0]))
        if name == "not" and len(arguments) == 1:
            return opposite(self.truth(arguments[0]))
        if name in ROUNDING and ROWS[name].least <= len(arguments) <= min(2, ROWS[name].most):
            return self.rounded(name, arguments)
        raise NotPlain

    def without_gaps(self, value: Value) -> Value:
        """Excel counts what is missing as 0 or an empty text: the exact function must say how."""
        if isinstance(value, Truth):
            return value._replace(doubt=either(value.doubt, value.hollow), hollow=None)
        return value._replace(doubt=either(value.doubt, value.gap), gap=None)

    def lowered(self, value: Value) -> Words:
        if not isinstance(value, Words):
            raise NotPlain
        return Words(self.columns.lower(value.values), either(value.doubt, value.gap))

    def rounded(self, name: str, arguments: tuple[Node, ...]) -> Number:
        places = 0
        if len(arguments) == 2:
            given = arguments[1]
            if not isinstance(given, Literal) or given.value.__class__ is not Decimal or not 0 <= given.value <= 12:
                raise NotPlain
            places = int(given.value)
        mode = MODES.get(ROUNDING[name])
        if mode is None:
            raise NotPlain
        return rounded(self.number(arguments[0]), Rounding(places, mode))


METHODS: dict[type, Callable[[Walk, Any], Any]] = {
    Literal: Walk.literal,
    Name: Walk.name,
    Path: Walk.path,
    Chain: Walk.chain,
    Negation: Walk.negation,
    Comparison: Walk.comparison,
    Logic: Walk.logic,
    Between: Walk.between,
    In: Walk.membership,
    If: Walk.conditional,
    Call: Walk.call,
}
