"""Writes boxed expressions, variables and what any element may carry as elements of DMN 1.5."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from .expressions import (
    About,
    Child,
    Conditional,
    Conditions,
    Context,
    DecisionTable,
    Expression,
    Filter,
    FunctionDefinition,
    Invocation,
    ListExpression,
    LiteralExpression,
    Loop,
    Relation,
    Rule,
    Variable,
    tag,
)
from .vocabulary import MODEL
from .xml import Element


def element(
    tag: str, about: About | None = None, children: Iterable[Element | None] = (), /, **attributes: str | None
) -> Element:
    """An element of the model; attributes and children that are None are left out."""
    own = {} if about is None else {"id": about.id, "label": about.label}
    found = {key: value for key, value in {**own, **attributes}.items() if value is not None}
    kept = () if about is None else about.kept
    return Element(tag, found, (*kept, *(child for child in children if child is not None)), space=MODEL)


def text(name: str, value: str | None) -> Element | None:
    return None if value is None else Element(name, text=value, space=MODEL)


def variable(name: str, value: Variable | None) -> Element | None:
    return None if value is None else element(name, value.about, name=value.name, typeRef=value.type_ref)


def tests(name: str, value: Conditions | None) -> Element | None:
    if value is None:
        return None
    inner = [text("text", value.text)]
    return element(name, value.about, inner, typeRef=value.type_ref, expressionLanguage=value.language)


def reference(name: str, href: str) -> Element:
    return element(name, href=href)


def expression(value: Expression | None, name: str | None = None) -> Element | None:
    """The element of an expression, under another name where its place asks for one."""
    if value is None:
        return None
    children, attributes = _WRITERS[type(value)](value)
    return element(name or tag(value), value.about, children, typeRef=value.type_ref, **attributes)


Parts = tuple[list[Element | None], Mapping[str, str | None]]


def _literal(value: LiteralExpression) -> Parts:
    return [text("text", value.text)], {"expressionLanguage": value.language}


def _child(name: str, value: Child) -> Element:
    return element(name, None, [expression(value.value)], id=value.id, typeRef=value.type_ref)


def _context(value: Context) -> Parts:
    return [
        element("contextEntry", e.about, [variable("variable", e.variable), expression(e.value)]) for e in value.entries
    ], {}


def _list(value: ListExpression) -> Parts:
    return [expression(item) for item in value.items], {}


def _relation(value: Relation) -> Parts:
    columns = [variable("column", column) for column in value.columns]
    return [*columns, *(expression(row, "row") for row in value.rows)], {}


def _invocation(value: Invocation) -> Parts:
    bindings = [
        element("binding", None, [variable("parameter", b.parameter), expression(b.value)]) for b in value.bindings
    ]
    return [expression(value.function), *bindings], {}


def _function(value: FunctionDefinition) -> Parts:
    parameters = [variable("formalParameter", each) for each in value.parameters]
    return [*parameters, expression(value.body)], {"kind": None if value.kind == "FEEL" else value.kind}


def _conditional(value: Conditional) -> Parts:
    return [_child("if", value.condition), _child("then", value.then), _child("else", value.otherwise)], {}


def _filter(value: Filter) -> Parts:
    return [_child("in", value.source), _child("match", value.match)], {}


def _loop(value: Loop) -> Parts:
    body = _child("return" if value.kind == "for" else "satisfies", value.body)
    return [_child("in", value.source), body], {"iteratorVariable": value.variable}


def _table(value: DecisionTable) -> Parts:
    inputs = [
        element("input", c.about, [expression(c.expression, "inputExpression"), tests("inputValues", c.values)])
        for c in value.inputs
    ]
    outputs = [
        element(
            "output",
            c.about,
            [tests("outputValues", c.values), expression(c.default, "defaultOutputEntry")],
            name=c.name,
            typeRef=c.type_ref,
        )
        for c in value.outputs
    ]
    annotations = [element("annotation", name=name) for name in value.annotations]
    attributes = {
        "hitPolicy": None if value.hit_policy == "UNIQUE" else value.hit_policy,
        "aggregation": value.aggregation,
        "preferredOrientation": value.orientation,
        "outputLabel": value.output_label,
    }
    return [*inputs, *outputs, *annotations, *map(_rule, value.rules)], attributes


def _rule(rule: Rule) -> Element:
    cells = [tests("inputEntry", each) for each in rule.tests]
    entries = [expression(each, "outputEntry") for each in rule.entries]
    notes = [element("annotationEntry", None, [text("text", each)]) for each in rule.annotations]
    return element("rule", rule.about, [*cells, *entries, *notes])


_WRITERS: Mapping[type, Callable[[Any], Parts]] = {
    LiteralExpression: _literal,
    Context: _context,
    ListExpression: _list,
    Relation: _relation,
    Invocation: _invocation,
    FunctionDefinition: _function,
    Conditional: _conditional,
    Filter: _filter,
    Loop: _loop,
    DecisionTable: _table,
}
