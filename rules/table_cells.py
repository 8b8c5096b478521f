"""Reads the cells of a decision table: what each test admits, as a set of values where that can be known."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache, reduce
from typing import Any

from rules.feel import Formula, Limits, Scope, compile_formula, compile_unary
from rules.feel.check import check
from rules.feel.functions import INDEX
from rules.feel.limits import LIMITS
from rules.feel.numbers import CONTEXT
from rules.feel.parse import parse
from rules.feel.printing import inner_nodes
from rules.feel.syntax import (
    Between,
    Comparison,
    In,
    ListNode,
    Literal,
    Logic,
    Name,
    Negation,
    Node,
    RangeNode,
    UnaryTests,
)
from rules.feel.tokens import Broken
from rules.feel.types import ANY, Type, kind_label, kind_of, type_of_text
from rules.feel.values import DateTime, Range
from rules.problem import Invalid, Problem, errors
from rules.table_spans import EMPTY, FULL, KINDS, Spans, between, common, complement, edge, joined, key_of, only

# Constants are worked out when the table is compiled; none of them may read the moment.
ANY_TIME = datetime(2026, 1, 1, tzinfo=UTC)
MOMENTS = frozenset({"now", "today"})
TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "!=": "!="}
CONDITIONS = (Comparison, Between, In, Logic)
NOTHING = Scope({})
BARE = re.compile(r"\s*,\s*")


@dataclass(frozen=True, slots=True)
class Cell:
    """One test of a row.

    any    anything meets it, the unknown too
    null   an unknown value: True meets it, False does not, None cannot be told
    spans  the values that meet it; None where only evaluating can tell
    made   the compiled tests
    """

    text: str
    any: bool
    null: bool | None
    spans: Spans | None
    made: Callable[[], Formula]

    @property
    def tests(self) -> Formula:
        """The cell as a formula over ``?``, compiled when it is first needed."""
        return self.made()


class NotConstant(Exception):
    """A part of a cell whose value is known only with the Facts."""


def constant(node: Node, text: str) -> Any:
    """The value of a node that reads neither Facts nor the moment and does not fail; raises NotConstant for others."""
    if isinstance(node, Literal):
        return node.value
    if isinstance(node, Negation) and isinstance(node.operand, Literal) and isinstance(node.operand.value, Decimal):
        return CONTEXT.minus(node.operand.value)
    if any(isinstance(x, Name) and x.name in MOMENTS for x in inner_nodes(node)):
        raise NotConstant
    value = _worked_out(text[node.span[0] : node.span[1]])
    if value is None:
        raise NotConstant
    return value


@lru_cache(maxsize=1024)
def _worked_out(text: str) -> Any:
    try:
        return compile_formula(text, NOTHING).evaluate({}, ANY_TIME).value
    except Invalid:
        return None


def read_cell(text: str, scope: Scope, kind: str, limits: Limits = LIMITS) -> tuple[Cell | None, list[Problem]]:
    """The cell over an input of a type, and what is wrong with it; None where it cannot be used."""
    try:
        tree = parse(text, scope, INDEX, limits, unary=True)
    except Broken as broken:
        return None, list(broken.problems)
    subject = ANY if kind == "any" else type_of_text(kind)
    _, problems, _ = check(text, tree, scope, None, subject)
    problems = [said(problem, text, subject) for problem in problems]
    if errors(problems):
        if scope.closed:
            return None, problems
        problems = [problem for problem in problems if problem.severity == "warning"]
    if not isinstance(tree, UnaryTests):
        raise TypeError(tree)
    made = lru_cache(maxsize=1)(lambda: compile_unary(text, scope, None if kind == "any" else kind, limits))
    if not tree.tests and not tree.negated:
        return Cell(text, True, True, FULL, made), problems
    null = any(map(_is_null, tree.tests)) or None
    cell = Cell(text, False, null if not tree.negated else (False if null else None), None, made)
    if kind in KINDS:
        try:
            spans = joined(span for test in tree.tests for span in _test(test, text, kind))
            return replace(cell, spans=complement(spans) if tree.negated else spans), problems
        except NotConstant:
            pass
    return cell, problems


def plain_literal(text: str) -> tuple[Any] | None:
    """The value of a text that is one literal, wrapped; None for any other text."""
    try:
        tree = parse(text, NOTHING, INDEX)
    except Broken:
        return None
    inner = tree.operand if isinstance(tree, Negation) else tree
    if not isinstance(inner, Literal) or (inner is not tree and kind_of(inner.value) != "number"):
        return None
    return (constant(tree, text),)


def settled(formula: Formula) -> tuple[Any] | None:
    """The value of a formula that reads neither Facts nor the moment and does not fail, wrapped; else None."""
    if formula.names or any(isinstance(x, Name) and x.name in MOMENTS for x in inner_nodes(formula.tree)):
        return None
    value = formula.evaluate({}, ANY_TIME).value
    return None if value is None else (value,)


def kinds_named(texts: Iterable[str], scope: Scope, limits: Limits = LIMITS) -> set[str]:
    """The kinds of the values that cells name plainly, for an input nobody declared a type of."""
    found = set()
    for text in set(texts):
        try:
            tree = parse(text, scope, INDEX, limits, unary=True)
        except Broken:
            continue
        found |= {kind_of(node.value) for test in getattr(tree, "tests", ()) for node in _ends(test)}
    return found - {"null"}


def _ends(node: Node) -> list[Literal]:
    nodes = (node.low, node.high) if isinstance(node, RangeNode) else (node,)
    return [each for each in nodes if isinstance(each, Literal)]


def said(problem: Problem, text: str, subject: Type | None) -> Problem:
    """Two findings everybody meets, in words of a table: text without quotation marks, a value of another type."""
    textual = subject is None or subject.kind in ("string", "any")
    if textual and problem.code.startswith("feel.unknown_name") and problem.params["name"] in BARE.split(text.strip()):
        return replace(problem, code="table.unquoted", params={"text": problem.params["name"]})
    if subject is not None and problem.code == "feel.type" and problem.params["op"] == "in":
        params = {"cell": text[:60], "wanted": kind_label(subject.kind), "given": problem.params["right"]}
        return replace(problem, code="table.cell_type", params=params)
    return problem


def _test(node: Node, text: str, kind: str, listed: bool = False) -> Spans:
    """The values one test, or one item of a list, admits; raises NotConstant where that depends on more than ``?``."""
    if isinstance(node, RangeNode):
        return _range(node, text, kind)
    if isinstance(node, ListNode):  # a list within a list is an item no input equals
        return EMPTY if listed else joined(span for item in node.items for span in _test(item, text, kind, True))
    # Over a truth value, and in a list, a condition is compared with it, not taken for itself: left to evaluation.
    if kind != "boolean" and not listed and isinstance(node, CONDITIONS):
        return _condition(node, text, kind)
    return _admitted(constant(node, text), kind, listed)


def _range(node: RangeNode, text: str, kind: str) -> Spans:
    low = _key(constant(node.low, text), kind)
    if node.high is not None:
        high = _key(constant(node.high, text), kind)
        return between(edge(low, not node.low_closed), edge(high, node.high_closed))
    return _compared(node.op or "=", low)


def _compared(op: str, key: Any) -> Spans:
    """The values that stand in this relation to a key."""
    match op:
        case "=":
            return only(key)
        case "!=":
            return complement(only(key))
        case "<" | "<=":
            return ((None, edge(key, op == "<=")),)
        case _:
            return ((edge(key, op == ">"), None),)


def _condition(node: Node, text: str, kind: str) -> Spans:
    """The values for which a condition over ``?`` is true."""
    if isinstance(node, Logic):
        found = [_condition(item, text, kind) for item in node.items]
        if node.op == "or":
            return joined(span for spans in found for span in spans)
        return reduce(common, found)
    if isinstance(node, Comparison) and _subject(node.left):
        return _compared(node.op, _key(constant(node.right, text), kind))
    if isinstance(node, Comparison) and _subject(node.right):
        return _compared(TURNED[node.op], _key(constant(node.left, text), kind))
    if isinstance(node, Between) and _subject(node.value):
        low, high = (_key(constant(end, text), kind) for end in (node.low, node.high))
        return between(edge(low, False), edge(high, True))
    if isinstance(node, In) and _subject(node.value) and all(map(_plain, node.tests)):
        return joined(span for test in node.tests for span in _test(test, text, kind))
    raise NotConstant


def _subject(node: Node) -> bool:
    return isinstance(node, Name) and node.name == "?"


def _plain(test: Node) -> bool:
    """Whether a test behind ``? in`` is told by its values: null meets null there, and a condition is a truth value."""
    return not _is_null(test) and not isinstance(test, CONDITIONS)


def _is_null(node: Node) -> bool:
    items = node.items if isinstance(node, ListNode) else (node,)
    return any(isinstance(item, Literal) and item.value is None for item in items)


def _admitted(value: Any, kind: str, listed: bool = False) -> Spans:
    """The values a constant stands for: itself, the items of a list, what lies in a range; null for none of them."""
    if value is None:
        return EMPTY
    if isinstance(value, list):
        return EMPTY if listed else joined(span for item in value for span in _admitted(item, kind, True))
    if isinstance(value, Range):
        if value.op in ("=", "!="):
            return _compared(value.op, _key(value.low, kind))
        low = None if value.low is None else edge(_key(value.low, kind), not value.low_closed)
        return between(low, None if value.high is None else edge(_key(value.high, kind), value.high_closed))
    return only(_key(value, kind))


def _key(value: Any, kind: str) -> Any:
    """What a constant of the input's kind is ordered by; another kind, or a local moment, is left to evaluation."""
    if kind_of(value) != kind or (isinstance(value, DateTime) and value.time.local):
        raise NotConstant
    return key_of(value)
