"""One function for a whole Scorecard: what `rate` computes when every Fact is there, without a step in between.

It gives up, and the careful way rates instead, where a Fact is missing or odd or an operator fails. Both ways do the
same operations on the same numbers in the same order, so that no digit can differ.
"""

from __future__ import annotations

import ast
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from rules.bands import IdentityBands, SetBands, StepBands
from rules.feel import Scope, ScopeEntry
from rules.feel.fast import PLAIN, SLOW, NotPlain, Plain
from rules.feel.python_code import assemble, load
from rules.feel.syntax import Name, Node, Path
from rules.figures import HUNDRED, ZERO
from rules.results import Condition, DimensionResult, FactorResult, Outline, open_twin
from rules.score import Score
from rules.scorecard import COVERAGE, Derived, Factor, Scorecard, Variant
from rules.table import LISTS, DecisionTable
from rules.table_quick import quick
from rules.trace import Told, Trace
from rules.trace_plan import tree_function


class Plan(NamedTuple):
    """The functions of one Scorecard and variant, without and with the Trace; figures that hold when all is known.

    conditions  of each knock-out what it is when false and when true
    """

    variant: Variant
    quick: Callable[[Mapping[str, Any]], Any]
    full: Callable[[Mapping[str, Any]], Any]
    told: Told
    coverage: Decimal
    present: Decimal
    conditions: tuple[tuple[Condition, Condition], ...]


UNMADE: Any = object()
OPEN: dict[type, Any] = {cls: open_twin(cls) for cls in (Score, Outline, Trace)}


def plan_of(scorecard: Scorecard, variant: str | None) -> Plan | None:
    """The plan, made once; None where a formula needs more than plain operators. Call it under the numbers' context.

    Raises Invalid for a variant the Scorecard does not have.
    """
    found: Plan | None = scorecard.plans.get(variant, UNMADE)
    if found is UNMADE:
        weights = scorecard.variant(variant)
        try:
            found = _Writer(scorecard, weights).plan()
        except NotPlain:
            found = None
        scorecard.plans[variant] = found
    return found


def odd_or(value: Any) -> Any:
    """A Fact no formula reads, as `rate` would keep it; one it would refuse raises ArithmeticError."""
    if value.__class__ is int:
        return Decimal(value)
    if value.__class__ is float or (value.__class__ is Decimal and not value.is_finite()):
        raise ArithmeticError
    return value


def decimals(values: tuple[Any, ...]) -> tuple[Decimal, ...]:
    """Numbers of which one is no Decimal, as formulas see them; raises ArithmeticError where one is no number."""
    if any(value.__class__ not in (int, Decimal) or (value.__class__ is Decimal and not value.is_finite())
           for value in values):  # fmt: skip
        raise ArithmeticError
    return tuple([Decimal(value) if value.__class__ is int else value for value in values])


class _Writer(Plain):
    """Writes the statements of one Scorecard; formulas and Factors are variables of one function."""

    def __init__(self, scorecard: Scorecard, variant: Variant) -> None:
        super().__init__(Scope({key: ScopeEntry(fact.type) for key, fact in scorecard.facts.items()}))
        self.scorecard = scorecard
        self.variant = variant
        self.known: dict[str, tuple[str, str]] = {}
        self.outputs: dict[tuple[str, str], tuple[str, str]] = {}
        self.body: list[ast.stmt] = []
        self.shared: dict[str, str] = {}
        coverage = self.present = ZERO
        self.counted = dict.fromkeys(variant.weights, ZERO)
        for factor in scorecard.factors:
            self.counted[factor.dimension] += factor.weight
        for dimension in scorecard.dimensions:
            weight = variant.weights[dimension.key]
            coverage += weight * self.counted[dimension.key]
            if self.counted[dimension.key] and weight:
                self.present += weight
        self.coverage = coverage / HUNDRED

    # ------------------------------------------------------------------ pieces
    def constant(self, value: Any) -> ast.expr:
        """A number that occurs often is one object with one name: a function of few names is a faster one."""
        if value.__class__ is not Decimal:
            return super().constant(value)
        name = self.shared.get(str(value))
        if name is None:
            name = self.shared[str(value)] = self.fresh("k")
            self.names[name] = value
        return load(name)

    def build(self, node: Node) -> tuple[ast.expr, str]:
        if isinstance(node, Path) and isinstance(node.source, Name):
            if (node.source.name, node.name) not in self.outputs:
                raise NotPlain
            variable, kind = self.outputs[node.source.name, node.name]
            return ast.Subscript(load(variable), ast.Constant(node.name), ast.Load()), kind
        if isinstance(node, Name) and node.name in self.known:
            variable, kind = self.known[node.name]
            return load(variable), kind
        return super().build(node)

    def assign(self, value: ast.expr, letter: str = "d") -> str:
        variable = self.fresh(letter)
        self.body.append(ast.Assign([ast.Name(variable, ast.Store())], value))
        return variable

    def of_kind(self, node: Node, kinds: tuple[str, ...]) -> tuple[ast.expr, str]:
        made, kind = self.build(node)
        if kind not in kinds:
            raise NotPlain
        return made, kind

    def invoke(self, name: str, function: Any, *arguments: ast.expr) -> ast.expr:
        return ast.Call(self.helper(name, function), list(arguments), [])

    def record(self, name: str, cls: type, *parts: ast.expr) -> ast.expr:
        """A named tuple of these parts, made without the frame its own constructor would cost."""
        return self.invoke("record", tuple.__new__, self.helper(name, cls), ast.Tuple(list(parts), ast.Load()))

    def plus(self, first: ast.expr, second: ast.expr) -> ast.expr:
        return ast.BinOp(first, ast.Add(), second)

    def times(self, first: ast.expr, second: ast.expr) -> ast.expr:
        return ast.BinOp(first, ast.Mult(), second)

    # ------------------------------------------------------------------ parts of the Scorecard
    def derived(self, derived: Derived) -> None:
        if isinstance(derived.formula, DecisionTable):
            self.table(derived.key, derived.formula)
            return
        made, kind = self.of_kind(derived.formula.tree, PLAIN)
        self.known[derived.key] = (self.assign(made), kind)

    def table(self, key: str, table: DecisionTable) -> None:
        """What a table decides; of several outputs a path picks one."""
        found = quick(table)
        if found is None:
            raise NotPlain
        given = []
        for each in table.inputs:
            tree = each.formula.tree if each.formula is not None else Name((0, 0), each.name or "")
            given.append(self.of_kind(tree, (each.kind,))[0])
        made = self.assign(ast.Call(self.constant(found.decide), [ast.Tuple(given, ast.Load())], []))
        lists, several = table.hit_policy in LISTS, len(table.outputs) > 1
        kind = "number" if table.hit_policy == "C#" else "any" if lists or several else found.kinds[0]
        self.known[key] = (made, kind)
        if several and not lists:
            for output, of_output in zip(table.outputs, found.kinds, strict=True):
                self.outputs[key, output.key] = (made, of_output)

    def factor(self, factor: Factor) -> tuple[ast.expr, str]:
        """The FactorResult, and the variable of the Points."""
        bands = factor.bands
        wanted = ("string",) if isinstance(bands, SetBands) else ("number",)
        tree = factor.formula.tree if factor.formula is not None else Name((0, 0), factor.name or "")
        made, kind = self.of_kind(tree, wanted)
        value = made.id if isinstance(made, ast.Name) else self.assign(made)
        self.known.setdefault(factor.key, (value, kind))
        band: ast.expr
        if isinstance(bands, StepBands):
            edges, table = self.constant(bands._rising), self.constant(bands.points)
            index = self.invoke("bisect_left", bisect_left, edges, load(value))
            if bands.match == "gte":
                index = self.invoke("bisect_right", bisect_right, edges, load(value))
                index = ast.BinOp(ast.Constant(len(bands.edges)), ast.Sub(), index)
            at = self.assign(index)
            points, band = self.assign(ast.Subscript(table, load(at), ast.Load())), load(at)
        elif isinstance(bands, IdentityBands):
            inside = ast.Compare(self.constant(ZERO), [ast.LtE(), ast.LtE()], [load(value), self.constant(HUNDRED)])
            placed = ast.Call(self.constant(bands.place), [load(value)], [])
            clamped = ast.Subscript(placed, ast.Constant(0), ast.Load())
            points, band = self.assign(ast.IfExp(inside, load(value), clamped)), ast.Constant(None)
        else:
            pair = self.assign(ast.Call(self.constant(bands.place), [load(value)], []))
            points = self.assign(ast.Subscript(load(pair), ast.Constant(0), ast.Load()))
            band = ast.Subscript(load(pair), ast.Constant(1), ast.Load())
        rounding = self.scorecard.rounding.points
        if rounding is not None:
            points = self.assign(ast.Call(self.constant(rounding), [load(points)], []))
        parts = [
            ast.Constant(factor.key), ast.Constant(factor.dimension), load(value), load(points),
            self.constant(factor.weight), band, ast.Constant(True), ast.Tuple([], ast.Load()),
        ]  # fmt: skip
        return self.record("FactorResult", FactorResult, *parts), points

    def mean(self, points: Mapping[str, list[tuple[Factor, str]]]) -> tuple[list[ast.expr], str, ast.expr]:
        """DimensionResults, the variable of Σ W·D, and the total."""
        zero, present = self.constant(ZERO), self.constant(self.present)
        earned: list[tuple[str, str | None, Decimal]] = []
        weighted: ast.expr = zero
        for dimension in self.scorecard.dimensions:
            key, weight = dimension.key, self.variant.weights[dimension.key]
            whole: ast.expr = zero
            for factor, variable in points[key]:
                whole = self.plus(whole, self.times(self.constant(factor.weight), load(variable)))
            mean = None
            if self.counted[key]:
                share_of = ast.BinOp(whole, ast.Div(), self.constant(self.counted[key]))
                mean = self.assign(self.as_declared("dimension", share_of))
                if weight:
                    weighted = self.plus(weighted, self.times(self.constant(weight), load(mean)))
            earned.append((key, mean, weight))
        results: list[ast.expr] = []
        for key, mean, weight in earned:
            share: ast.expr = ast.Constant(None)
            if mean is not None and weight:
                share = ast.BinOp(self.times(self.constant(weight), load(mean)), ast.Div(), present)
            value = ast.Constant(None) if mean is None else load(mean)
            results.append(
                self.record("DimensionResult", DimensionResult, ast.Constant(key), value, self.constant(weight), share)
            )
        total = self.assign(weighted)
        if not self.present:
            return results, total, ast.Constant(None)
        return results, total, self.as_declared("total", ast.BinOp(load(total), ast.Div(), present))

    def as_declared(self, what: str, value: ast.expr) -> ast.expr:
        rounding = getattr(self.scorecard.rounding, what)
        return value if rounding is None else ast.Call(self.constant(rounding), [value], [])

    # ------------------------------------------------------------------ the function
    def prologue(self) -> list[ast.stmt]:
        """Reads each Fact; gives up where one is of another kind, but makes whole numbers Decimals.

        To ask a number whether it is finite is to ask whether it is a Decimal: nothing else can say.
        """
        made: list[ast.stmt] = []
        odd: list[ast.expr] = []
        numbers = [name for name, kind in self.facts.values() if kind == "number"]
        for fact, (name, kind) in self.facts.items():
            found = ast.Subscript(load("facts"), ast.Constant(fact), ast.Load())
            made.append(ast.Assign([ast.Name(name, ast.Store())], found))
            if kind != "number":
                wanted = self.helper(kind, str if kind == "string" else bool)
                odd.append(ast.Compare(ast.Attribute(load(name), "__class__", ast.Load()), [ast.IsNot()], [wanted]))
        if odd:
            made.append(ast.If(ast.BoolOp(ast.Or(), [ast.Constant(False), *odd]), self.give_up(), []))
        if numbers:
            asked = [ast.Call(ast.Attribute(load(name), "is_finite", ast.Load()), [], []) for name in numbers]
            finite = ast.BoolOp(ast.And(), [ast.Constant(True), *asked])
            target = ast.Tuple([ast.Name(name, ast.Store()) for name in numbers], ast.Store())
            read = self.invoke("decimals", decimals, ast.Tuple([load(name) for name in numbers], ast.Load()))
            not_asked = self.helper("AttributeError", AttributeError)
            handler = ast.ExceptHandler(not_asked, None, [ast.Assign([target], read)])
            made.append(ast.Try([ast.If(ast.UnaryOp(ast.Not(), finite), self.give_up(), [])], [handler], [], []))
        return made

    def give_up(self) -> list[ast.stmt]:
        return [ast.Return(self.helper("SLOW", SLOW))]

    def plan(self) -> Plan:
        """The two functions of the Facts and the one that tells the tree.

        The first two give a Score, or (FactorResults, DimensionResults, Σ W·D, total, truth of each condition, values)
        where there is more to judge, or SLOW.
        """
        card = self.scorecard
        for derived in card.formulas:
            self.derived(derived)
        results: list[ast.expr] = []
        points: dict[str, list[tuple[Factor, str]]] = {dimension.key: [] for dimension in card.dimensions}
        for factor in card.factors:
            result, variable = self.factor(factor)
            results.append(result)
            points[factor.dimension].append((factor, variable))
        dimensions, weighted, mean = self.mean(points)
        self.known[COVERAGE] = (self.assign(self.constant(self.coverage)), "number")
        truths = [self.assign(self.of_kind(k.when.tree, ("boolean",))[0]) for k in card.knockouts]
        unread = {fact: self.fresh("u") for fact in card.facts if fact not in self.facts}
        found = {
            "factors": self.assign(ast.Tuple(results, ast.Load())), "weighted": weighted,
            "dimensions": self.assign(ast.Tuple(dimensions, ast.Load())), "total": self.assign(mean),
        }  # fmt: skip
        values = self.values(unread)
        kinds = {name: self.kinds.get(name, "any") for name in values}
        told = Told(tuple(values), tree_function(card, self.variant, kinds, self.coverage, self.present, self.counted))
        conditions = tuple((Condition(k.id, False, (), ()), Condition(k.id, True, (), ())) for k in card.knockouts)
        start = [*self.prologue(), *self.unread(unread), *self.body]
        kept = ast.Tuple([load(variable) for variable in values.values()], ast.Load())
        quick, full = (
            assemble(["facts"], [*start, *self.answer(found, truths, told, seen)], self.names) for seen in (None, kept)
        )
        return Plan(self.variant, quick, full, told, self.coverage, self.present, conditions)

    @property
    def kinds(self) -> dict[str, str]:
        """The kind of each name that is read or computed."""
        read = {fact: kind for fact, (_, kind) in self.facts.items()}
        return read | {name: kind for name, (_, kind) in self.known.items() if name not in self.scorecard.facts}

    def answer(
        self, found: Mapping[str, str], truths: list[str], told: Told, kept: ast.expr | None
    ) -> list[ast.stmt]:
        """Returns the Score, traced where values are kept; its parts where a condition holds or nothing counts."""
        parts = [load(found[name]) for name in ("factors", "dimensions", "weighted", "total")]
        conditions: ast.expr = ast.Tuple([load(truth) for truth in truths], ast.Load())
        rest = ast.Return(ast.Tuple([*parts, conditions, kept or ast.Constant(None)], ast.Load()))
        if not self.present:
            return [rest]
        made: list[ast.stmt] = []
        if truths:
            made.append(ast.If(ast.BoolOp(ast.Or(), [ast.Constant(False), *map(load, truths)]), [rest], []))
        card, ladder, total = self.scorecard, self.scorecard.ladder, load(found["total"])
        place = self.invoke("bisect_right", bisect_right, self.constant(ladder._cuts), total)
        model = ast.Subscript(self.constant(ladder._by_cut), place, ast.Load())
        alert: ast.expr = ast.Constant(False)
        if card.alert_below is not None:
            alert = ast.Compare(total, [ast.Lt()], [self.constant(card.alert_below)])
        for name, value in (("model", model), ("alert", alert)):
            made.append(ast.Assign([ast.Name(name, ast.Store())], value))
        key = ast.Constant(self.variant.key)
        coverage, present = self.constant(self.coverage), self.constant(self.present)
        factors, dimensions, weighted = parts[:3]
        trace: ast.expr = ast.Constant(None)
        if kept is not None:
            outline = [key, total, weighted, present, coverage, load("model"), load("model"), load("alert")]
            made += self.closed("outline", Outline, outline)
            false = self.constant(tuple(Condition(k.id, False, (), ()) for k in card.knockouts))
            told_, none = self.constant(told), ast.Dict([], [])
            seen = [self.constant(card), load("outline"), factors, dimensions, false, kept, none, told_, none]
            made += self.closed("trace", Trace, seen)
            trace = load("trace")
        nothing, no = ast.Tuple([], ast.Load()), ast.Constant(False)
        score = [
            key, factors, dimensions, coverage, weighted, present, total, load("model"), nothing, nothing,
            load("model"), no, no, nothing, load("alert"), trace,
        ]  # fmt: skip
        return [*made, *self.closed("score", Score, score), ast.Return(load("score"))]

    def closed(self, name: str, cls: type, parts: list[ast.expr]) -> list[ast.stmt]:
        """Fills an object of a frozen class of these parts, in the order of its fields."""
        target = ast.Attribute(load(name), "__class__", ast.Store())
        return [
            ast.Assign([ast.Name(name, ast.Store())], self.invoke(f"Open{cls.__name__}", OPEN[cls], *parts)),
            ast.Assign([target], self.helper(cls.__name__, cls)),
        ]

    def unread(self, names: dict[str, str]) -> list[ast.stmt]:
        """Facts no formula reads are looked at all the same: `rate` refuses a float wherever it stands."""
        made: list[ast.stmt] = []
        for fact, variable in names.items():
            found = ast.Call(ast.Attribute(load("facts"), "get", ast.Load()), [ast.Constant(fact)], [])
            made.append(ast.Assign([ast.Name(variable, ast.Store())], self.invoke("odd_or", odd_or, found)))
        return made

    def values(self, unread: Mapping[str, str]) -> dict[str, str]:
        """The variables of Facts, formulas, Factors and coverage by name, in the order `rate` fills them in."""
        read = {fact: variable for fact, (variable, _) in self.facts.items()}
        pairs = {fact: read.get(fact) or unread[fact] for fact in self.scorecard.facts}
        return pairs | {key: variable for key, (variable, _) in self.known.items() if key not in self.scorecard.facts}


__all__ = ["SLOW", "Plan", "plan_of"]
