"""Reads boxed expressions, variables and what any element may carry."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from .expressions import (
    NOTHING,
    About,
    Binding,
    Child,
    Conditional,
    Conditions,
    Context,
    DecisionTable,
    Entry,
    Expression,
    Filter,
    FunctionDefinition,
    InputClause,
    Invocation,
    ListExpression,
    LiteralExpression,
    Loop,
    OutputClause,
    Relation,
    Rule,
    Variable,
)
from .vocabulary import EXPRESSIONS, FEEL
from .xml import Element

NONE: frozenset[str] = frozenset()
ORIENTATION = "Rule-as-Row"


class BoxedReader:
    """`own` is the model's namespace, `imported` the name of each import by its namespace."""

    own: str
    imported: dict[str, str]

    def name(self, text: str | None) -> str:
        """A name with its blanks as single spaces, as formulas read it."""
        return " ".join((text or "").split())

    def type_ref(self, text: str, item: Element) -> str:
        """The name of a type; a prefix of DMN 1.1 is taken off, or becomes the name of its import."""
        prefix, colon, local = text.partition(":")
        space = item.prefixes.get(prefix) if colon else None
        if space is None:
            return text
        if self.imported.get(space):
            return f"{self.imported[space]}.{local}"
        return local if space in FEEL or space == self.own or space in self.imported else text

    def typed(self, item: Element) -> str | None:
        found = item.get("typeRef")
        return None if found is None else self.type_ref(found, item)

    def about(self, item: Element, used: frozenset[str] = NONE) -> About:
        kept = tuple(c for c in item.children if c.name not in used and c.name not in EXPRESSIONS)
        found = About(item.get("id"), item.get("label"), kept)
        return NOTHING if found == NOTHING else found

    def language(self, item: Element) -> str | None:
        found = item.get("expressionLanguage")
        return None if found is None or found in FEEL else found

    def text(self, item: Element | None) -> str | None:
        found = item.one("text") if item is not None else None
        return None if found is None else found.text

    def variable(self, item: Element) -> Variable:
        return Variable(self.name(item.get("name")), self.typed(item), self.about(item))

    def variable_of(self, item: Element) -> Variable | None:
        found = item.one("variable")
        return None if found is None else self.variable(found)

    def tests(self, item: Element | None) -> Conditions | None:
        if item is None:
            return None
        about = self.about(item, frozenset({"text"}))
        return Conditions(self.text(item) or "", self.typed(item), self.language(item), about)

    # ------------------------------------------------------------------ expressions
    def only(self, item: Element) -> Expression | None:
        """The expression right inside an element."""
        return next((self.expression(c) for c in item.children if c.name in EXPRESSIONS), None)

    def expression(self, item: Element) -> Expression:
        return _READERS[item.name](self, item)

    def literal(self, item: Element) -> LiteralExpression:
        about = self.about(item, frozenset({"text"}))
        return LiteralExpression(self.text(item), self.typed(item), self.language(item), about)

    def child(self, item: Element, name: str) -> Child:
        found = item.one(name)
        return Child(None) if found is None else Child(self.only(found), self.typed(found), found.get("id"))

    def context(self, item: Element) -> Context:
        entries = tuple(
            Entry(self.variable_of(each), self.only(each), self.about(each, frozenset({"variable"})))
            for each in item.all("contextEntry")
        )
        return Context(entries, self.typed(item), self.about(item, frozenset({"contextEntry"})))

    def list(self, item: Element) -> ListExpression:
        items = tuple(self.expression(each) for each in item.children if each.name in EXPRESSIONS)
        return ListExpression(items, self.typed(item), self.about(item))

    def relation(self, item: Element) -> Relation:
        columns = tuple(map(self.variable, item.all("column")))
        rows = tuple(map(self.list, item.all("row")))
        return Relation(columns, rows, self.typed(item), self.about(item, frozenset({"column", "row"})))

    def invocation(self, item: Element) -> Invocation:
        bindings = tuple(
            Binding(self.variable(parameter), self.only(each))
            for each in item.all("binding")
            for parameter in each.all("parameter")
        )
        return Invocation(self.only(item), bindings, self.typed(item), self.about(item, frozenset({"binding"})))

    def function(self, item: Element) -> FunctionDefinition:
        parameters = tuple(map(self.variable, item.all("formalParameter")))
        about = self.about(item, frozenset({"formalParameter"}))
        return FunctionDefinition(parameters, self.only(item), item.get("kind") or "FEEL", self.typed(item), about)

    def conditional(self, item: Element) -> Conditional:
        condition, then, otherwise = (self.child(item, name) for name in ("if", "then", "else"))
        about = self.about(item, frozenset({"if", "then", "else"}))
        return Conditional(condition, then, otherwise, self.typed(item), about)

    def filter(self, item: Element) -> Filter:
        about = self.about(item, frozenset({"in", "match"}))
        return Filter(self.child(item, "in"), self.child(item, "match"), self.typed(item), about)

    def loop(self, item: Element) -> Loop:
        kinds: Mapping[str, Literal["for", "some", "every"]] = {"for": "for", "some": "some", "every": "every"}
        body = "return" if item.name == "for" else "satisfies"
        return Loop(
            kinds[item.name],
            self.name(item.get("iteratorVariable")),
            self.child(item, "in"),
            self.child(item, body),
            self.typed(item),
            self.about(item, frozenset({"in", body})),
        )

    # ------------------------------------------------------------------ decision tables
    def table(self, item: Element) -> DecisionTable:
        orientation = item.get("preferredOrientation")
        return DecisionTable(
            inputs=tuple(map(self.input_clause, item.all("input"))),
            outputs=tuple(map(self.output_clause, item.all("output"))),
            rules=tuple(map(self.rule, item.all("rule"))),
            hit_policy=item.get("hitPolicy") or "UNIQUE",
            aggregation=item.get("aggregation"),
            annotations=tuple(each.get("name") for each in item.all("annotation")),
            orientation=None if orientation == ORIENTATION else orientation,
            output_label=item.get("outputLabel"),
            type_ref=self.typed(item),
            about=self.about(item, frozenset({"input", "output", "annotation", "rule"})),
        )

    def input_clause(self, item: Element) -> InputClause:
        expression = item.one("inputExpression")
        return InputClause(
            LiteralExpression(None) if expression is None else self.literal(expression),
            self.tests(item.one("inputValues")),
            self.about(item, frozenset({"inputExpression", "inputValues"})),
        )

    def output_clause(self, item: Element) -> OutputClause:
        default, name = item.one("defaultOutputEntry"), item.get("name")
        return OutputClause(
            None if name is None else self.name(name),
            self.typed(item),
            self.tests(item.one("outputValues")),
            None if default is None else self.literal(default),
            self.about(item, frozenset({"outputValues", "defaultOutputEntry"})),
        )

    def rule(self, item: Element) -> Rule:
        return Rule(
            tuple(tests for tests in map(self.tests, item.all("inputEntry")) if tests is not None),
            tuple(map(self.literal, item.all("outputEntry"))),
            tuple(map(self.text, item.all("annotationEntry"))),
            self.about(item, frozenset({"inputEntry", "outputEntry", "annotationEntry"})),
        )


_READERS: Mapping[str, Callable[[BoxedReader, Element], Expression]] = {
    "literalExpression": BoxedReader.literal,
    "context": BoxedReader.context,
    "list": BoxedReader.list,
    "relation": BoxedReader.relation,
    "invocation": BoxedReader.invocation,
    "functionDefinition": BoxedReader.function,
    "conditional": BoxedReader.conditional,
    "filter": BoxedReader.filter,
    "for": BoxedReader.loop,
    "some": BoxedReader.loop,
    "every": BoxedReader.loop,
    "decisionTable": BoxedReader.table,
}
