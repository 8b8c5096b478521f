"""A formula as a sentence: the names by their labels, the operators in words; the text itself where words fail."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from app.edge.locale import format_number, has_text, label, t
from rules import Formula, Invalid, Scope, compile_formula
from rules.feel import syntax as tree

Labels = Mapping[str, Any]

SIGNS = {
    ">=": "≥", "<=": "≤", ">": ">", "<": "<", "=": "=", "!=": "≠",
    "+": "+", "-": "−", "*": "×", "/": "÷", "**": "^",
}  # fmt: skip
CALLS = ("count", "sum", "min", "max", "abs", "floor", "ceiling", "not", "string", "number", "date", "contains")
MOST = 400  # a sentence longer than this helps nobody


class _NoWords(Exception):
    """A construct that no sentence is kept for."""


def say(formula: Formula | str | None, labels: Labels) -> str | None:
    """The formula in the reader's language, or None where only its text says what it means."""
    if formula is None:
        return None
    try:
        made = compile_formula(formula, Scope.open(labels)) if isinstance(formula, str) else formula
        words = _say(made.tree, labels)
    except (_NoWords, Invalid, RecursionError):
        return None
    return words if len(words) <= MOST else None


def name_words(name: str, labels: Labels) -> str:
    """A name as the reader knows it: its label, or what the product calls it, or the name."""
    if labels.get(name):
        return label(labels[name])
    return t(f"studio.fact.{name}") if has_text(f"studio.fact.{name}") else name


def _say(node: tree.Node, labels: Labels) -> str:
    found = _SAY.get(type(node))
    if found is None:
        raise _NoWords
    return found(node, labels)


def _literal(node: tree.Literal, _labels: Labels) -> str:
    match node.value:
        case None:
            return t("studio.words.null")
        case bool():
            return t("ui.yes" if node.value else "ui.no")
        case Decimal():
            return format_number(node.value)
        case str():
            return t("studio.words.text", text=node.value)
    raise _NoWords


def _path(node: tree.Path, labels: Labels) -> str:
    if isinstance(node.source, tree.Name):
        whole = f"{node.source.name}.{node.name}"
        if whole in labels or has_text(f"studio.fact.{whole}"):
            return name_words(whole, labels)
    return t("studio.words.of", whole=_say(node.source, labels), part=name_words(node.name, labels))


def _chain(node: tree.Chain, labels: Labels) -> str:
    sums = all(op in "+-" for op, _ in node.rest)
    parts = [_term(node.first, sums, labels)]
    for op, right in node.rest:
        parts += [SIGNS[op], _term(right, sums, labels)]
    return " ".join(parts)


def _term(node: tree.Node, sums: bool, labels: Labels) -> str:
    """A product needs no brackets inside a sum."""
    product = isinstance(node, tree.Chain) and all(op in "*/" for op, _ in node.rest)
    return _say(node, labels) if sums and product else _inner(node, labels)


def _inner(node: tree.Node, labels: Labels) -> str:
    """A part of a larger expression, in brackets where it could be read another way."""
    words = _say(node, labels)
    bare = tree.Literal | tree.Name | tree.Path | tree.Call | tree.Negation
    return words if isinstance(node, bare) else t("studio.words.brackets", inner=words)


def _comparison(node: tree.Comparison, labels: Labels) -> str:
    left, right = _value_of(node.left, node.right, labels), _value_of(node.right, node.left, labels)
    return f"{left or _side(node.left, labels)} {SIGNS[node.op]} {right or _side(node.right, labels)}"


def _value_of(literal: tree.Node, name: tree.Node, labels: Labels) -> str | None:
    """A code compared with a name, by the label the code has there: the label of ``name=code``."""
    if not isinstance(literal, tree.Literal) or not isinstance(name, tree.Name | tree.Path):
        return None
    known = labels.get(f"{name.name}={literal.value}")
    return t("studio.words.text", text=label(known)) if known else None


def _side(node: tree.Node, labels: Labels) -> str:
    return _say(node, labels) if isinstance(node, tree.Chain) else _inner(node, labels)


def _logic(node: tree.Logic, labels: Labels) -> str:
    parts = []
    for item in node.items:
        mixed = isinstance(item, tree.Logic | tree.If)
        parts.append(_inner(item, labels) if mixed else _say(item, labels))
    return t(f"studio.words.{node.op}").join(parts)


def _list(items: tuple[tree.Node, ...], labels: Labels) -> str:
    return t("list.between").join(_say(item, labels) for item in items)


def _in(node: tree.In, labels: Labels) -> str:
    value = _inner(node.value, labels)
    tests = node.tests[0].items if len(node.tests) == 1 and isinstance(node.tests[0], tree.ListNode) else node.tests
    if all(isinstance(test, tree.Literal) for test in tests):
        options = [_value_of(test, node.value, labels) or _say(test, labels) for test in tests]
        return t("studio.words.one_of", value=value, options=options)
    if len(tests) == 1 and isinstance(tests[0], tree.RangeNode):
        return _range(value, tests[0], labels)
    raise _NoWords


def _range(value: str, node: tree.RangeNode, labels: Labels) -> str:
    low = _say(node.low, labels)
    if node.op is not None or node.high is None:
        return f"{value} {SIGNS[node.op or '=']} {low}"
    if node.low_closed and node.high_closed:
        return t("studio.words.between", value=value, low=low, high=_say(node.high, labels))
    before, after = SIGNS["<=" if node.low_closed else "<"], SIGNS["<=" if node.high_closed else "<"]
    return f"{low} {before} {value} {after} {_say(node.high, labels)}"


def _between(node: tree.Between, labels: Labels) -> str:
    value, low, high = (_say(each, labels) for each in (node.value, node.low, node.high))
    return t("studio.words.between", value=value, low=low, high=high)


def _if(node: tree.If, labels: Labels) -> str:
    condition, then, otherwise = (_say(each, labels) for each in (node.condition, node.then, node.otherwise))
    return t("studio.words.if", condition=condition, then=then, otherwise=otherwise)


def _call(node: tree.Call, labels: Labels) -> str:
    if not isinstance(node.function, tree.Name) or node.named is not None or node.function.name not in CALLS:
        raise _NoWords
    name = node.function.name
    arguments = _list(node.arguments, labels)
    return t(f"studio.words.call.{name}", arguments=arguments)


_SAY: dict[type, Callable[[Any, Labels], str]] = {
    tree.Literal: _literal,
    tree.Name: lambda node, labels: name_words(node.name, labels),
    tree.Path: _path,
    tree.Chain: _chain,
    tree.Negation: lambda node, labels: "−" + _inner(node.operand, labels),
    tree.Comparison: _comparison,
    tree.Logic: _logic,
    tree.In: _in,
    tree.Between: _between,
    tree.If: _if,
    tree.Call: _call,
    tree.ListNode: lambda node, labels: _list(node.items, labels),
}
