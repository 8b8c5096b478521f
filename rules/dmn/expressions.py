"""Boxed expressions as frozen types, with what any element of a DMN model carries, and walks through them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from .xml import Element


@dataclass(frozen=True, slots=True)
class About:
    """What any element may carry beside its meaning; `kept` are standard parts that evaluation does not need."""

    id: str | None = None
    label: str | None = None
    kept: tuple[Element, ...] = ()


NOTHING = About()


@dataclass(frozen=True, slots=True)
class Variable:
    """A named value: the variable of an element, a parameter, a column."""

    name: str
    type_ref: str | None = None
    about: About = NOTHING


@dataclass(frozen=True, slots=True)
class Conditions:
    """Unary tests; `language` is None for FEEL."""

    text: str
    type_ref: str | None = None
    language: str | None = None
    about: About = NOTHING


# ---------------------------------------------------------------------- expressions
@dataclass(frozen=True, slots=True)
class LiteralExpression:
    """A formula; `language` is None for FEEL, `text` None where there is none."""

    text: str | None
    type_ref: str | None = None
    language: str | None = None
    about: About = NOTHING


@dataclass(frozen=True, slots=True)
class Child:
    """An expression in a part of another one, such as the condition of a conditional."""

    value: Expression | None
    type_ref: str | None = None
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a context; without a variable it is the result."""

    variable: Variable | None
    value: Expression | None
    about: About = NOTHING


@dataclass(frozen=True, slots=True)
class Context:
    entries: tuple[Entry, ...]
    type_ref: str | None = None
    about: About = NOTHING


@dataclass(frozen=True, slots=True)
class ListExpression:
    items: tuple[Expression, ...]
    type_ref: str | None = None
    about: About = NOTHING


@dataclass(frozen=True, slots=True)
class Relation:
    """A list of contexts written as a table."""

    columns: tuple[Variable, ...]
    rows: tuple[ListExpression, ...]
    type_ref: str | None = None
    about: About = NOTHING


@dataclass(frozen=True, slots=True)
class Binding:
    parameter: Variable
    value: Expression | None


@dataclass(frozen=True, slots=True)
class Invocation:
    """A call by parameter names."""

    function: Expression | None
    bindings: tuple[Binding, ...]
    type_ref: str | None = None
    about: About = NOTHING


@dataclass(frozen=True, slots=True)
class FunctionDefinition:
    """A function; `kind` is FEEL, Java or PMML."""

    parameters: tuple[Variable, ...]
    body: Expression | None
    kind: str = "FEEL"
    type_ref: str | None = None
    about: About = NOTHING


@dataclass(frozen=True, slots=True)
class Conditional:
    condition: Child
    then: Child
    otherwise: Child
    type_ref: str | None = None
    about: About = NOTHING


@dataclass(frozen=True, slots=True)
class Filter:
    source: Child
    match: Child
    type_ref: str | None = None
    about: About = NOTHING


@dataclass(frozen=True, slots=True)
class Loop:
    """`for`, `some` or `every`: one variable over a source."""

    kind: Literal["for", "some", "every"]
    variable: str
    source: Child
    body: Child
    type_ref: str | None = None
    about: About = NOTHING


@dataclass(frozen=True, slots=True)
class InputClause:
    expression: LiteralExpression
    values: Conditions | None = None
    about: About = NOTHING


@dataclass(frozen=True, slots=True)
class OutputClause:
    name: str | None = None
    type_ref: str | None = None
    values: Conditions | None = None
    default: LiteralExpression | None = None
    about: About = NOTHING


@dataclass(frozen=True, slots=True)
class Rule:
    tests: tuple[Conditions, ...]
    entries: tuple[LiteralExpression, ...]
    annotations: tuple[str | None, ...] = ()
    about: About = NOTHING


@dataclass(frozen=True, slots=True)
class DecisionTable:
    """A table; `hit_policy` and `aggregation` as the standard writes them, in capitals."""

    inputs: tuple[InputClause, ...]
    outputs: tuple[OutputClause, ...]
    rules: tuple[Rule, ...]
    hit_policy: str = "UNIQUE"
    aggregation: str | None = None
    annotations: tuple[str | None, ...] = ()
    orientation: str | None = None
    output_label: str | None = None
    type_ref: str | None = None
    about: About = NOTHING


Expression = (
    LiteralExpression
    | Context
    | ListExpression
    | Relation
    | Invocation
    | FunctionDefinition
    | Conditional
    | Filter
    | Loop
    | DecisionTable
)


def parts(value: Expression) -> Iterator[tuple[str, Expression]]:
    """The expressions right inside one, each with its step of the path."""
    match value:
        case Context(entries):
            yield from ((f"/contextEntry[{_named(e, i)}]", e.value) for i, e in enumerate(entries, 1) if e.value)
        case ListExpression(items):
            yield from _numbered(items)
        case Relation(_, rows):
            yield from ((f"/row[{i}]{at}", e) for i, row in enumerate(rows, 1) for at, e in parts(row))
        case Invocation(function, bindings):
            if function is not None:
                yield f"/{tag(function)}", function
            yield from ((f"/binding[{b.parameter.name}]", b.value) for b in bindings if b.value)
        case FunctionDefinition(_, body) if body is not None:
            yield f"/{tag(body)}", body
        case Conditional(condition, then, otherwise):
            yield from _children(("if", condition), ("then", then), ("else", otherwise))
        case Filter(source, match):
            yield from _children(("in", source), ("match", match))
        case Loop(kind, _, source, body):
            yield from _children(("in", source), ("return" if kind == "for" else "satisfies", body))


def _named(entry: Entry, index: int) -> str:
    return entry.variable.name if entry.variable is not None else str(index)


def _numbered(items: tuple[Expression, ...]) -> Iterator[tuple[str, Expression]]:
    yield from ((f"/{tag(item)}[{index}]", item) for index, item in enumerate(items, 1))


def _children(*found: tuple[str, Child]) -> Iterator[tuple[str, Expression]]:
    yield from ((f"/{name}", child.value) for name, child in found if child.value is not None)


TAGS: dict[type, str] = {
    LiteralExpression: "literalExpression",
    Context: "context",
    ListExpression: "list",
    Relation: "relation",
    Invocation: "invocation",
    FunctionDefinition: "functionDefinition",
    Conditional: "conditional",
    Filter: "filter",
    DecisionTable: "decisionTable",
}


def tag(value: Expression) -> str:
    """The element that writes an expression."""
    return value.kind if isinstance(value, Loop) else TAGS[type(value)]


def all_within(value: Expression, path: str = "") -> Iterator[tuple[str, Expression]]:
    """An expression and all inside it, each with its path."""
    yield path, value
    for at, inner in parts(value):
        yield from all_within(inner, path + at)


def inner_names(value: Expression | None) -> Iterator[str]:
    """Names of entries, columns and outputs inside an expression."""
    for _, each in () if value is None else all_within(value):
        if isinstance(each, Context):
            yield from (entry.variable.name for entry in each.entries if entry.variable is not None)
        elif isinstance(each, Relation):
            yield from (column.name for column in each.columns)
        elif isinstance(each, DecisionTable):
            yield from (output.name for output in each.outputs if output.name is not None)
