"""Compiles boxed expressions: each formula by the language, each box around it by the language's own operations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..feel import loops
from ..feel.cause import Cause, Null, is_null
from ..feel.formula import Formula, compile_formula
from ..feel.functions import ROWS
from ..feel.limits import LIMITS, Limits
from ..feel.operate import not_boolean
from ..feel.run import Place, Run
from ..feel.scope import Scope, ScopeEntry
from ..feel.values import Function
from ..problem import Invalid, errors
from .expressions import (
    Child,
    Conditional,
    Context,
    DecisionTable,
    Entry,
    Expression,
    Filter,
    FunctionDefinition,
    Invocation,
    ListExpression,
    LiteralExpression,
    Loop,
    Relation,
    Variable,
    tag,
)
from .items import Types, Wanted, fit
from .names import Evaluator, Names, Visible, broken
from .sift import Findings
from .tables import compile_rules

MOST_WORK = 1_000_000
"""What compiling one model may cost: names of scopes laid out, and 100 and the known members for each formula."""
ANYTHING = ScopeEntry()


class Boxes:
    """The expressions of one model; findings gather while it compiles.

    members  names that may follow a dot or stand in a filter; mentioned: names the formulas compiled so far read
    """

    def __init__(self, types: Types, members: frozenset[str], findings: Findings, limits: Limits = LIMITS) -> None:
        self.types = types
        self.members = members
        self.findings = findings
        self.limits = limits
        self.places: list[Place] = []
        self.mentioned: set[str] = set()
        self.work = 0
        self._scopes: dict[frozenset[str], Scope] = {}

    def place(self, label: str, op: str = "") -> int:
        self.places.append(Place((0, 0), label, op))
        return len(self.places) - 1

    def affords(self, formulas: int, path: str, names: int = 0) -> bool:
        """Whether so many more formulas and names may be compiled; a finding where the model is too large for that."""
        each = 100 + len(self.members) + len(self.types.named)
        before, self.work = self.work, self.work + formulas * each + names
        if before <= MOST_WORK < self.work:
            self.findings.error("dmn.too_large", path)
        return self.work <= MOST_WORK

    def scope(self, visible: Visible) -> Scope:
        names = visible.names | self.members if visible.of_items else visible.names
        if names not in self._scopes:
            self.work += len(names)
            entries = dict.fromkeys(names, ANYTHING)
            self._scopes[names] = Scope(entries, closed=False, named=self.types.named, members=self.members)
        return self._scopes[names]

    # ------------------------------------------------------------------ any expression
    def expression(self, value: Expression | None, visible: Visible, path: str) -> Evaluator:
        """The evaluator of an expression, its value fitted to the type it declares. `path` is that of its parent."""
        if value is None:
            self.findings.error("dmn.no_logic", path)
            return broken(path, visible.owner)
        at = f"{path}/{tag(value)}"
        if isinstance(value, FunctionDefinition):
            return self.function(value, visible, at)
        made = METHODS[type(value)](self, value, visible, at)
        return self.typed(made, value.type_ref, visible.owner, at)

    def typed(self, made: Evaluator, ref: str | None, name: str, path: str) -> Evaluator:
        wanted = self.types.wanted(ref, path)
        if wanted is None:
            return made
        return lambda run, names: fit(run, wanted, made(run, names), name)

    def child(self, value: Child, visible: Visible, path: str) -> Evaluator:
        made = self.expression(value.value, visible, path)
        return self.typed(made, value.type_ref, visible.owner, path)

    # ------------------------------------------------------------------ formulas
    def literal(self, value: LiteralExpression, visible: Visible, path: str) -> Evaluator:
        formula = self.formula(value, visible, path)
        if formula is None:
            return broken(path, visible.owner)
        if visible.of_items or visible.names.issuperset(formula.names):
            return formula.within
        # A name that is not there must stay so, even where a later entry of a context has it when a function runs.
        known = {name for name in formula.names if name in visible.names}
        return lambda run, names: formula.within(run, {name: names.get(name, ...) for name in known})

    def formula(self, value: LiteralExpression, visible: Visible, path: str) -> Formula | None:
        """The formula of a literal expression; None, with a finding, where it has none that can be read."""
        if value.language is not None:
            self.findings.error("dmn.language", path, language=value.language[:80])
            return None
        if any(each.name == "importedValues" for each in value.about.kept):
            self.findings.error("dmn.imported_values", path)
            return None
        if value.text is None or not value.text.strip():
            self.findings.error("dmn.no_logic", path)
            return None
        if not self.affords(1, path):
            return None
        try:
            formula = compile_formula(value.text, self.scope(visible), limits=self.limits)
        except Invalid as invalid:
            for problem in invalid.problems:
                self.findings.add(problem.under(path))
            return None
        self.examine(formula, visible, path)
        return formula

    def examine(self, formula: Formula, visible: Visible, path: str) -> None:
        """What a formula says of itself: the checker's findings, names that are not there, functions in Java."""
        self.mentioned.update(formula.names)
        for problem in errors(formula.warnings):
            self.findings.add(problem.under(path))
        for name in formula.names:
            if name not in visible.names and name not in ROWS and not visible.of_items:
                self.findings.warning("dmn.unknown_name", path, name=name[:80])

    # ------------------------------------------------------------------ contexts, lists, relations
    def context(self, value: Context, visible: Visible, path: str) -> Evaluator:
        """Entries in order, each seen by the next, a function also by itself; one without a name is the result."""
        made: list[tuple[str | None, Evaluator, bool]] = []
        # Entries share one frame, unless one hides an outer name that an earlier function still means.
        names = [entry.variable.name for entry in value.entries if entry.variable is not None]
        hides = len(set(names)) < len(names) or not visible.names.isdisjoint(names) or visible.of_items
        for index, entry in enumerate(value.entries, 1):
            name = entry.variable.name if entry.variable is not None else None
            own = isinstance(entry.value, FunctionDefinition) and name is not None
            inner = visible.plus(name) if own and name is not None else visible
            at = f"{path}/contextEntry[{name or index}]"
            made.append((name, self.entry(entry, inner, at), own))
            if name is None:
                break
            if not self.affords(0, at, names=len(visible.names)):
                return broken(path, visible.owner)
            visible = visible.plus(name)
        return lambda run, names: _context(run, names, made, hides)

    def entry(self, entry: Entry, visible: Visible, path: str) -> Evaluator:
        owner = visible.owner if entry.variable is None else entry.variable.name
        made = self.expression(entry.value, visible.of(owner), path)
        return self.typed(made, entry.variable.type_ref if entry.variable is not None else None, owner, path)

    def list(self, value: ListExpression, visible: Visible, path: str) -> Evaluator:
        made = [self.expression(item, visible, f"{path}[{index}]") for index, item in enumerate(value.items, 1)]
        return lambda run, names: run.items([each(run, names) for each in made])

    def relation(self, value: Relation, visible: Visible, path: str) -> Evaluator:
        rows: list[list[tuple[str, Evaluator]]] = []
        for number, row in enumerate(value.rows, 1):
            cells = []
            if len(row.items) != len(value.columns):
                params = {"wanted": len(value.columns), "given": len(row.items)}
                self.findings.error("dmn.cells", f"{path}/row[{number}]", **params)
            for column, item in zip(value.columns, row.items, strict=False):
                at = f"{path}/row[{number}]"
                made = self.typed(self.expression(item, visible, at), column.type_ref, column.name, at)
                cells.append((column.name, made))
            rows.append(cells)
        return lambda run, names: run.items([{name: each(run, names) for name, each in cells} for cells in rows])

    # ------------------------------------------------------------------ functions
    def function(self, value: FunctionDefinition, visible: Visible, path: str, ref: str | None = None) -> Evaluator:
        """A function value; `ref` is the type its variable declares: of the function, or only of its result."""
        params = [self.parameter(each, path) for each in value.parameters]
        names = tuple(each.name for each in value.parameters)
        own = self.result(ref, path)
        result = self.result(value.type_ref, path) or own
        if value.kind != "FEEL":
            code = "dmn.pmml_function" if value.kind == "PMML" else "dmn.external_function"
            self.findings.error(code, path, name=_foreign_name(value) or visible.owner)
            body: Evaluator = _foreign(visible.owner)
        else:
            body = self.expression(value.body, visible.plus(*names), path)
        types = tuple(None if each is None else each.type for each in params)
        outcome = None if result is None else result.type
        owner = visible.owner

        def define(run: Run, outer: Names) -> Function:
            def call(*arguments: Any) -> Any:
                fitted = [
                    fit(run, wanted, argument, name)
                    for wanted, argument, name in zip(params, arguments, names, strict=True)
                ]
                found = body(run, outer.plus(dict(zip(names, fitted, strict=True))))
                return fit(run, result, found, owner)

            return Function(names, types, call, "", outcome)

        return define

    def parameter(self, value: Variable, path: str) -> Wanted | None:
        return self.types.wanted(value.type_ref, f"{path}/formalParameter[{value.name}]")

    def result(self, ref: str | None, path: str) -> Wanted | None:
        """The type of a function's result, from its own type or the type of its result."""
        wanted = self.types.wanted(ref, path)
        if wanted is None or wanted.type.kind != "function":
            return wanted
        item = wanted.type.item
        return None if item is None or item.kind == "any" else Wanted(item)

    def invocation(self, value: Invocation, visible: Visible, path: str) -> Evaluator:
        function = self.expression(value.function, visible, path)
        names: list[str] = []
        given: list[Evaluator] = []
        for each in value.bindings:
            name = each.parameter.name
            at = f"{path}/binding[{name}]"
            made = self.expression(each.value, visible, at)
            names.append(name)
            given.append(self.typed(made, each.parameter.type_ref, name, at))
        label = value.function.text if isinstance(value.function, LiteralExpression) else None
        n = self.place((label or visible.owner).strip()[:60], "()")
        return lambda run, seen: loops.called(
            run, n, function(run, seen), tuple(each(run, seen) for each in given), tuple(names) or None
        )

    # ------------------------------------------------------------------ conditions and loops
    def conditional(self, value: Conditional, visible: Visible, path: str) -> Evaluator:
        condition = self.child(value.condition, visible, f"{path}/if")
        then = self.child(value.then, visible, f"{path}/then")
        otherwise = self.child(value.otherwise, visible, f"{path}/else")
        n = self.place(visible.owner, "if")

        def choose(run: Run, names: Names) -> Any:
            found = condition(run, names)
            if found is True:
                return then(run, names)
            if found is False or is_null(found):
                return otherwise(run, names)
            return not_boolean(run, n, found)

        return choose

    def filter(self, value: Filter, visible: Visible, path: str) -> Evaluator:
        source = self.child(value.source, visible, f"{path}/in")
        match = self.child(value.match, visible.plus("item").within_items(), f"{path}/match")
        n = self.place(visible.owner, "[]")

        def chosen(run: Run, names: Names) -> Any:
            def holds(item: Any) -> Any:
                inner = names.plus({"item": item})
                return match(run, inner.plus(item) if item.__class__ is dict else inner)

            return loops.filtered(run, n, source(run, names), holds)

        return chosen

    def loop(self, value: Loop, visible: Visible, path: str) -> Evaluator:
        source = self.child(value.source, visible, f"{path}/in")
        before, self.mentioned = self.mentioned, set()
        at = f"{path}/{'return' if value.kind == 'for' else 'satisfies'}"
        inner = visible.plus(value.variable)
        body = self.child(value.body, inner.plus("partial") if value.kind == "for" else inner, at)
        partial = "partial" in self.mentioned
        self.mentioned |= before
        n = self.place(visible.owner, value.kind)
        name = value.variable
        if value.kind == "for":
            return lambda run, names: loops.loop(
                run,
                n,
                (lambda: source(run, names),),
                lambda so_far, item: body(run, names.plus({"partial": so_far, name: item})),
                partial,
            )
        every = value.kind == "every"
        return lambda run, names: loops.quantified(
            run, n, every, (lambda: source(run, names),), lambda item: body(run, names.plus({name: item}))
        )

    def table(self, value: DecisionTable, visible: Visible, path: str) -> Evaluator:
        return compile_rules(self, value, visible, path)


def _context(run: Run, names: Names, entries: list[tuple[str | None, Evaluator, bool]], hides: bool) -> Any:
    found: dict[str, Any] = {}
    frame: dict[str, Any] = {}
    inner = names.plus(frame)
    for index, (name, evaluator, own) in enumerate(entries):
        run.spend(2 + index if hides else 2)
        if name is None:
            return evaluator(run, inner)
        if hides:
            frame = {}
            inner, seen = inner.plus(frame), inner
        else:
            seen = inner
        frame[name] = found[name] = evaluator(run, inner if own else seen)
    return found


def _foreign_name(value: FunctionDefinition) -> str:
    """Class and method of a function in Java, document and model of one in PMML, as the author wrote them."""
    texts = {}
    if isinstance(value.body, Context):
        for entry in value.body.entries:
            if entry.variable is not None and isinstance(entry.value, LiteralExpression):
                texts[entry.variable.name] = (entry.value.text or "").strip().strip('"')
    parts = ("document", "model") if value.kind == "PMML" else ("class", "method signature")
    return ".".join(texts[part] for part in parts if texts.get(part))[:200]


def _foreign(name: str) -> Evaluator:
    null = Null((Cause("dmn.external", name, None, {"field": name}),))
    return lambda _run, _names: null


METHODS: Mapping[type, Callable[[Boxes, Any, Visible, str], Evaluator]] = {
    LiteralExpression: Boxes.literal,
    Context: Boxes.context,
    ListExpression: Boxes.list,
    Relation: Boxes.relation,
    Invocation: Boxes.invocation,
    Conditional: Boxes.conditional,
    Filter: Boxes.filter,
    Loop: Boxes.loop,
    DecisionTable: Boxes.table,
}
