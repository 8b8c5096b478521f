"""The Trace of one rating: a tree that explains each number from the total down to the Facts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, getcontext, setcontext
from typing import Any, NamedTuple

from rules.bands import StepBands
from rules.feel.cause import Cause
from rules.feel.functions.text import text_of
from rules.feel.numbers import CONTEXT
from rules.feel.types import kind_of
from rules.figures import fixed, plain
from rules.results import Condition, DimensionResult, FactorResult, Outline
from rules.scorecard import Derived, Factor, Knockout, Scorecard
from rules.table import DecisionTable, TableResult


class Told(NamedTuple):
    """How a Trace is told where every Fact is there, so that only figures differ from one customer to the next.

    names  of the values, in their order
    tree   the function of (values, factors, dimensions, truth of the conditions, outline) that makes the tree
    """

    names: tuple[str, ...]
    tree: Callable[[tuple[Any, ...], Any, Any, Any, Outline], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Trace:
    """Everything needed to say why a Score is what it is; `to_json` is the stored form.

    `kept` holds Facts, formulas and Factor values as they were used: by name, or in the order of `told.names`.
    """

    scorecard: Scorecard
    outline: Outline
    factors: tuple[FactorResult, ...]
    dimensions: tuple[DimensionResult, ...]
    conditions: tuple[Condition, ...]
    kept: Mapping[str, Any] | tuple[Any, ...] = field(repr=False, compare=False)
    formula_causes: Mapping[str, tuple[Cause, ...]]
    told: Told | None = field(repr=False, compare=False)
    tables: Mapping[str, TableResult] = field(repr=False, compare=False)

    @property
    def values(self) -> Mapping[str, Any]:
        """Facts, formulas, Factor values and coverage by name."""
        return dict(zip(self.told.names, self.kept, strict=True)) if self.told is not None else self.kept  # type: ignore[return-value]

    def to_json(self) -> dict[str, Any]:
        """A tree of nodes {kind, id, path, value, …, children}; decimals as text, members that say nothing left out.

        share         points of the total this Factor could earn here; contribution what it did earn; lost the rest
        contribution  of a dimension: weight × points / weight present

        Each call makes a tree of its own, which the caller may change.
        """
        before = getcontext()
        setcontext(CONTEXT)
        try:
            if self.told is not None:
                return self.told.tree(self.kept, self.factors, self.dimensions, self.conditions, self.outline)  # type: ignore[arg-type]
            return self._root()
        finally:
            setcontext(before)

    def _root(self) -> dict[str, Any]:
        outline = self.outline
        cards = self.scorecard
        node: dict[str, Any] = {
            "kind": "score",
            "variant": outline.variant,
            "value": None if outline.total is None else plain_places(outline.total),
            "weighted_sum": plain_places(outline.weighted_sum),
            "weight_present": plain(outline.weight_present),
            "coverage_percent": percent(outline.coverage_percent),
            "model_grade": outline.model_grade,
            "final_grade": outline.final_grade,
            "alert": outline.alert,
        }
        # Most values are told several times, as a result and as inputs: each is turned into text once.
        texts = {name: json_value(value) for name, value in self.values.items()}
        formulas = [self._formula(derived, texts) for derived in cards.formulas]
        dimensions = [self._dimension(index, texts) for index in range(len(self.dimensions))]
        conditions = [self._condition(k, c, texts) for k, c in zip(cards.knockouts, self.conditions, strict=True)]
        node["children"] = [*formulas, *dimensions, *conditions]
        return node

    def _formula(self, derived: Derived, texts: Mapping[str, Any]) -> dict[str, Any]:
        node = {"kind": "formula", "id": derived.key, "path": derived.path, "value": texts[derived.key]}
        if isinstance(derived.formula, DecisionTable):
            made = self.tables.get(derived.key)  # none where a what-if value stands in for it
            node |= {"kind": "table"} | (derived.formula.told(made) if made is not None else {})
        else:
            node["inputs"] = _inputs(derived.formula.names, texts)
        return _with_causes(node, self.formula_causes.get(derived.key, ()))

    def _dimension(self, index: int, texts: Mapping[str, Any]) -> dict[str, Any]:
        dimension, result = self.scorecard.dimensions[index], self.dimensions[index]
        own = [
            (factor, earned) for factor, earned in zip(self.scorecard.factors, self.factors, strict=True)
            if factor.dimension == dimension.key
        ]
        counted = sum((earned.weight for _, earned in own if earned.points is not None), Decimal(0))
        # What one percent of this dimension's counted weight is worth in the total.
        worth = result.weight / self.outline.weight_present / counted if result.contribution is not None else None
        node: dict[str, Any] = {
            "kind": "dimension", "id": dimension.key, "path": dimension.path,
            "value": None if result.points is None else plain_places(result.points),
            "weight": plain(result.weight),
        }
        if result.contribution is not None:
            node["contribution"] = fixed(result.contribution)
        node["children"] = [self._factor(factor, earned, worth, texts) for factor, earned in own]
        return node

    def _factor(
        self, factor: Factor, earned: FactorResult, worth: Decimal | None, texts: Mapping[str, Any]
    ) -> dict[str, Any]:
        node: dict[str, Any] = {
            "kind": "factor", "id": factor.key, "path": factor.path, "value": json_value(earned.value),
        }
        if factor.formula is not None:
            node["inputs"] = _inputs(factor.names, texts)
        if earned.band is not None:
            node["band"] = {"index": earned.band}
            if isinstance(factor.bands, StepBands):
                node["band"] |= factor.bands.limits(earned.band)
        node["points"] = None if earned.points is None else plain(earned.points)
        node["weight"] = plain(factor.weight)
        if worth is not None and earned.points is not None:
            point = worth * earned.weight
            share, contribution = 100 * point, earned.points * point
            node |= {"share": fixed(share), "contribution": fixed(contribution), "lost": fixed(share - contribution)}
        return _with_causes(node, earned.causes)

    def _condition(self, knockout: Knockout, condition: Condition, texts: Mapping[str, Any]) -> dict[str, Any]:
        node: dict[str, Any] = {
            "kind": knockout.effect, "id": knockout.id, "path": knockout.path, "value": condition.result,
            "inputs": _inputs(knockout.names, texts),
        }
        if knockout.grade is not None:
            node["grade"] = knockout.grade
        if condition.unknown:
            node["unknown"] = list(condition.unknown)
        return _with_causes(node, condition.causes)


def _inputs(names: Iterable[str], texts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: texts.get(name) for name in sorted(names)}


def plain_places(value: Decimal) -> str:
    """A rounded figure with the places it was rounded to: 84.80 stays 84.80."""
    return format(value, "f")


def percent(value: Decimal) -> str:
    """Coverage for people and files: two places, half up."""
    return fixed(value)


def json_value(value: Any) -> Any:
    """A value as JSON: decimals as plain text, dates and times as their text, lists and contexts inside out."""
    if value.__class__ is Decimal:
        return plain(value)
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, (list, tuple)):
        return [json_value(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): json_value(item) for key, item in value.items()}
    return str(value) if kind_of(value) == "null" else text_of(value)


def _with_causes(node: dict[str, Any], causes: tuple[Cause, ...]) -> dict[str, Any]:
    if causes:
        node["causes"] = [{k: v for k, v in cause.to_json().items() if v not in ({}, None)} for cause in causes]
    return node
