"""Writes the function that tells the tree of a rating in which every Fact is there: constant parts stand in its code.

`Trace._root` tells any rating; both make the same tree, member by member in the same order.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from rules.bands import SetBands, StepBands
from rules.feel.python_code import assemble, load
from rules.feel.syntax import If, Literal, Node
from rules.figures import HUNDRED, fixed, plain
from rules.results import Outline
from rules.scorecard import Derived, Dimension, Factor, Knockout, Scorecard, Variant
from rules.table import DecisionTable
from rules.table_cells import ANY_TIME
from rules.trace import json_value, percent, plain_places


class _Earned(NamedTuple):
    """What one Band of a Factor says in the tree, as text."""

    points: str
    band: dict[str, Any]
    contribution: str | None
    lost: str | None


def tree_function(
    scorecard: Scorecard, variant: Variant, known: Mapping[str, str], coverage: Decimal, present: Decimal,
    counted: Mapping[str, Decimal],
) -> Callable[[tuple[Any, ...], Any, Any, Any, Outline], dict[str, Any]]:
    """The function of (values in the order of `known`, factors, dimensions, conditions, outline); see `Told`.

    known                       kind of each value; "any" is told as `json_value` tells
    coverage, present, counted  coverage in percent, Σ W and Σ w by dimension: constant where all is known

    Make it and call it under the numbers' context.
    """
    return _Teller(scorecard, variant, known, present, counted).function(coverage)


def constants(node: Node) -> Iterable[Decimal] | None:
    """The numbers a conditional chooses from, None where it computes one."""
    if isinstance(node, Literal) and node.value.__class__ is Decimal:
        return (node.value,)
    if isinstance(node, If):
        then, otherwise = constants(node.then), constants(node.otherwise)
        return None if then is None or otherwise is None else (*then, *otherwise)
    return None


class _Teller:
    """Writes the statements; `texts` are the variables that hold a value as the tree shows it."""

    def __init__(
        self, scorecard: Scorecard, variant: Variant, known: Mapping[str, str], present: Decimal,
        counted: Mapping[str, Decimal],
    ) -> None:
        self.scorecard = scorecard
        self.weights = variant.weights
        self.variant = variant.key
        self.known = {name: (f"v{at}", kind) for at, (name, kind) in enumerate(known.items())}
        self.present = present
        self.counted = counted
        self.chosen = {
            derived.key: constants(derived.formula.tree) for derived in scorecard.formulas
            if not isinstance(derived.formula, DecisionTable)
        }  # fmt: skip
        self.names: dict[str, Any] = {"str": str, "plain": plain, "fixed": fixed, "json_value": json_value}
        self.texts: dict[str, str] = {}
        self.body: list[ast.stmt] = []

    # ------------------------------------------------------------------ pieces
    def constant(self, value: Any) -> ast.expr:
        name = f"k{len(self.names)}"
        self.names[name] = value
        return load(name)

    def call(self, name: str, *arguments: ast.expr) -> ast.expr:
        return ast.Call(load(name), list(arguments), [])

    def assign(self, value: ast.expr) -> str:
        name = f"t{len(self.body)}"
        self.body.append(ast.Assign([ast.Name(name, ast.Store())], value))
        return name

    def item(self, owner: str, *places: int) -> ast.expr:
        found = load(owner)
        for place in places:
            found = ast.Subscript(found, ast.Constant(place), ast.Load())
        return found

    def node(self, **members: ast.expr | str | bool | None) -> ast.expr:
        """A dictionary with these members; what is not yet an expression is a constant."""
        values = [each if isinstance(each, ast.expr) else ast.Constant(each) for each in members.values()]
        return ast.Dict([ast.Constant(key) for key in members], values)

    def number(self, value: ast.expr) -> str:
        """`plain` of a finite number, written out: most texts need no tidying, and a call costs as much as the text."""
        text = self.assign(self.call("str", value))
        ends = ast.Compare(ast.Subscript(load(text), ast.Constant(-1), ast.Load()), [ast.Eq()], [ast.Constant("0")])
        large = ast.Compare(ast.Constant("E"), [ast.In()], [load(text)])
        tidy = ast.Assign([ast.Name(text, ast.Store())], self.call("plain", value))
        self.body.append(ast.If(ast.BoolOp(ast.Or(), [ends, large]), [tidy], []))
        return text

    def places(self, value: ast.expr) -> ast.expr:
        """`plain_places` of a number, written out."""
        text = self.assign(self.call("str", value))
        self.names["plain_places"] = plain_places
        large = ast.Compare(ast.Constant("E"), [ast.In()], [load(text)])
        wide = ast.Assign([ast.Name(text, ast.Store())], self.call("plain_places", value))
        self.body.append(ast.If(large, [wide], []))
        return load(text)

    def text(self, name: str) -> ast.expr:
        """A value by name as the tree shows it; made once, where it is first told."""
        if name not in self.texts:
            variable, kind = self.known[name]
            chosen = self.chosen.get(name)
            if chosen is not None:
                table = self.constant({number: plain(number) for number in chosen})
                self.texts[name] = self.assign(ast.Subscript(table, load(variable), ast.Load()))
            elif kind == "number":
                self.texts[name] = self.number(load(variable))
            elif kind in ("string", "boolean"):
                self.texts[name] = variable
            else:
                self.texts[name] = self.assign(self.call("json_value", load(variable)))
        return load(self.texts[name])

    def inputs(self, names: Iterable[str]) -> ast.expr:
        found = sorted(names)
        return ast.Dict([ast.Constant(name) for name in found], [self.text(name) for name in found])

    # ------------------------------------------------------------------ nodes
    def formula(self, derived: Derived) -> ast.expr:
        if isinstance(derived.formula, DecisionTable):
            return self.table(derived, derived.formula)
        return self.node(
            kind="formula", id=derived.key, path=derived.path, value=self.text(derived.key),
            inputs=self.inputs(derived.formula.names),
        )  # fmt: skip

    def table(self, derived: Derived, table: DecisionTable) -> ast.expr:
        """The table is asked again which rows it hit: it reads neither the moment nor what is not known here."""
        given = [load(self.known[name][0]) for name in table.names]
        seen = ast.Dict([ast.Constant(name) for name in table.names], given)
        members = {"kind": "table", "id": derived.key, "path": derived.path}
        values: list[ast.expr] = [*map(ast.Constant, members.values()), self.text(derived.key)]
        told = ast.Call(self.constant(lambda facts: table.told(table.decide(facts, ANY_TIME))), [seen], [])
        return ast.Dict([*map(ast.Constant, members), ast.Constant("value"), None], [*values, told])

    def dimension(self, index: int, dimension: Dimension) -> ast.expr:
        weight = self.weights[dimension.key]
        own = [(at, factor) for at, factor in enumerate(self.scorecard.factors) if factor.dimension == dimension.key]
        earns = bool(own) and bool(self.counted[dimension.key])
        members: dict[str, Any] = {
            "kind": "dimension", "id": dimension.key, "path": dimension.path,
            "value": self.places(self.item("dimensions", index, 1)) if earns else None, "weight": plain(weight),
        }  # fmt: skip
        worth = None
        if earns and weight:
            worth = weight / self.present / self.counted[dimension.key]
            members["contribution"] = self.call("fixed", self.item("dimensions", index, 3))
        children = [self.factor(at, factor, worth) for at, factor in own]
        return self.node(**members, children=ast.List(children, ast.Load()))

    def factor(self, at: int, factor: Factor, worth: Decimal | None) -> ast.expr:
        members: dict[str, Any] = {
            "kind": "factor", "id": factor.key, "path": factor.path, "value": self.text(factor.name or factor.key),
        }  # fmt: skip
        if factor.formula is not None:
            members["inputs"] = self.inputs(factor.names)
        point = None if worth is None else worth * factor.weight
        bands = factor.bands
        if isinstance(bands, StepBands | SetBands):
            table = [self.earned(bands, band, point) for band in range(len(bands.points))]
            row = self.assign(ast.Subscript(self.constant(tuple(table)), self.item("factors", at, 5), ast.Load()))
            points, band, contribution, lost = (self.item(row, place) for place in range(4))
            members["band"] = ast.Call(ast.Attribute(band, "copy", ast.Load()), [], [])
        else:
            earned = self.item("factors", at, 3)
            points = load(self.number(earned))
            if point is not None:
                share = self.constant(HUNDRED * point)
                gained = self.assign(ast.BinOp(earned, ast.Mult(), self.constant(point)))
                contribution = self.call("fixed", load(gained))
                lost = self.call("fixed", ast.BinOp(share, ast.Sub(), load(gained)))
        members |= {"points": points, "weight": plain(factor.weight)}
        if point is not None:
            members |= {"share": fixed(HUNDRED * point), "contribution": contribution, "lost": lost}
        return self.node(**members)

    def earned(self, bands: StepBands | SetBands, band: int, point: Decimal | None) -> _Earned:
        rounding = self.scorecard.rounding.points
        points = bands.points[band] if rounding is None else rounding(bands.points[band])
        shown: dict[str, Any] = {"index": band}
        if isinstance(bands, StepBands):
            shown |= bands.limits(band)
        if point is None:
            return _Earned(plain(points), shown, None, None)
        share, contribution = HUNDRED * point, points * point
        return _Earned(plain(points), shown, fixed(contribution), fixed(share - contribution))

    def condition(self, at: int, knockout: Knockout) -> ast.expr:
        members: dict[str, Any] = {
            "kind": knockout.effect, "id": knockout.id, "path": knockout.path,
            "value": ast.Attribute(self.item("conditions", at), "result", ast.Load()),
            "inputs": self.inputs(knockout.names),
        }  # fmt: skip
        if knockout.grade is not None:
            members["grade"] = knockout.grade
        return self.node(**members)

    def outline(self, name: str) -> ast.expr:
        return ast.Attribute(load("outline"), name, ast.Load())

    def function(self, coverage: Decimal) -> Callable[..., dict[str, Any]]:
        targets: list[ast.expr] = [ast.Name(variable, ast.Store()) for variable, _ in self.known.values()]
        self.body.append(ast.Assign([ast.Tuple(targets, ast.Store())], load("values")))
        head = {
            "kind": "score", "variant": self.variant,
            "value": self.places(self.outline("total")) if self.present else None,
            "weighted_sum": self.places(self.outline("weighted_sum")), "weight_present": plain(self.present),
            "coverage_percent": percent(coverage), "model_grade": self.outline("model_grade"),
            "final_grade": self.outline("final_grade"), "alert": self.outline("alert"),
        }  # fmt: skip
        card = self.scorecard
        children = [self.formula(derived) for derived in card.formulas]
        children += [self.dimension(at, dimension) for at, dimension in enumerate(card.dimensions)]
        children += [self.condition(at, knockout) for at, knockout in enumerate(card.knockouts)]
        root = self.node(**head, children=ast.List(children, ast.Load()))
        params = ["values", "factors", "dimensions", "conditions", "outline"]
        return assemble(params, [*self.body, ast.Return(root)], self.names)


__all__ = ["tree_function"]
