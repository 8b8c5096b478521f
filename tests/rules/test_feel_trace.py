"""The recording form of a formula: the same value and causes as the other forms, and what each part came to."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rules import Cause, Formula, Invalid, Scope, ScopeEntry, compile_formula, compile_unary
from rules.feel import Part
from rules.feel.printing import print_feel
from rules.feel.values import Function
from tests.rules import conformance, trees
from tests.rules.hostile import HOSTILE
from tests.rules.test_feel_formulas import fact, table
from tests.rules.test_feel_plain import SCOPE, conditions, facts, numbers
from tests.shared import shared_path

NOW = datetime(2026, 1, 15, 8, 30, tzinfo=UTC)


values_of_trees = st.fixed_dictionaries(
    {"a": st.one_of(st.none(), st.integers(-3, 3)), "b": st.just([1, None, "x"])}
)


def shown(value: Any) -> Any:
    """A value with functions made comparable."""
    if isinstance(value, Function):
        return ("function", value.params, value.name)
    if isinstance(value, list):
        return [shown(item) for item in value]
    return {key: shown(item) for key, item in value.items()} if isinstance(value, dict) else value


def same(formula: Formula, values: Any) -> Part:
    outcome, part = formula.evaluate(values, NOW), formula.trace(values, NOW)
    assert shown(part.value) == shown(outcome.value)
    assert part.causes == outcome.causes
    assert part.span[0] <= part.span[1] <= len(formula.text)
    json.dumps(part.to_json())
    return part


def test_every_conformance_case_gives_the_same() -> None:
    document = json.loads(shared_path("tck/feel_cases.json").read_text(encoding="utf-8"))
    traced = 0
    for case in document["cases"]:
        definitions = document["types"].get(case["model"], {})
        named = conformance.types_of({"model": case["model"], "types": definitions}).named
        values = {name: conformance.value_of(value) for name, value in case["context"].items()}
        parts = set().union(*map(conformance.members, values.values())) if values else set()
        scope = Scope({n: ScopeEntry() for n in values}, closed=False, named=named, members=parts)
        try:
            formula = compile_formula(case["expr"], scope)
        except Invalid:
            continue
        same(formula, values)
        traced += 1
    assert traced > 2400


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.one_of(numbers, conditions), facts)
def test_random_formulas_give_the_same(text: str, values: dict[str, Any]) -> None:
    same(compile_formula(text, SCOPE), values)


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(trees.trees, values_of_trees)
def test_random_trees_give_the_same(tree: Any, values: dict[str, Any]) -> None:
    same(compile_formula(print_feel(tree, trees.SCOPE), trees.SCOPE), values)


def test_no_null_with_its_causes_is_left_inside_a_range() -> None:
    formula = compile_formula("(= [a])", Scope.open(["a"]))
    found = formula.evaluate({"a": None}, NOW).value
    assert (found.low, found.high) == ([None], [None])


def test_formulas_of_the_table_give_the_same() -> None:
    for formula, given_facts, value in table():
        values = {name: fact(x) for name, x in json.loads(given_facts).items()}
        try:
            compiled = compile_formula(formula, Scope.open(values))
        except Invalid:
            assert value.startswith("!")
            continue
        same(compiled, values)


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_hostile_formulas_end_alike(name: str) -> None:
    try:
        formula = compile_formula(HOSTILE[name], Scope.open())
    except Invalid:
        return
    same(formula, {})


def test_parts_have_their_text_and_value() -> None:
    text = "if debt / assets > 0.7 then 0 else 100 * (1 - debt / assets)"
    formula = compile_formula(text, Scope.any_of(["debt", "assets"]))
    part = same(formula, {"debt": Decimal(30), "assets": Decimal(120)})
    condition, then, otherwise = part.children
    assert (part.kind, condition.text, condition.value) == ("if", "debt / assets > 0.7", False)
    assert condition.children[0].value == Decimal("0.25")
    assert [child.text for child in condition.children[0].children] == ["debt", "assets"]
    assert (then.text, then.value) == ("0", 0)
    assert otherwise.value == 75


def test_a_branch_not_taken_has_no_value() -> None:
    part = same(compile_formula("if a > 1 then a / 0 else a", Scope.any_of(["a"])), {"a": 1})
    taken = part.children[1]
    assert (taken.times, taken.outcomes, taken.causes) == (0, (), ())
    assert taken.to_json() == {
        "span": [14, 19], "text": "a / 0", "kind": "chain", "times": 0,
        "children": [
            {"span": [14, 15], "text": "a", "kind": "name", "times": 0},
            {"span": [18, 19], "text": "0", "kind": "literal", "value": "0"},
        ],
    }  # fmt: skip


def test_causes_stand_where_they_arose() -> None:
    part = same(compile_formula("[1, a / b][2] = null or true", Scope.any_of(["a", "b"])), {"a": 1, "b": 0})
    division = part.children[0].children[0].children[0].children[1]
    assert division.text == "a / b"
    assert division.causes == (Cause("zero_division", "b", (4, 9), {"field": "b"}),)
    assert part.causes == ()


def test_loops_keep_the_first_values_and_count_the_rest() -> None:
    part = same(compile_formula("for i in 1..20 return i * i", Scope.any_of([])), {})
    body = part.children[-1]
    assert body.text == "i * i"
    assert body.times == 20
    assert [outcome.value for outcome in body.outcomes] == [1, 4, 9, 16, 25]
    assert body.to_json()["values"] == ["1", "4", "9", "16", "25"]


def test_cells_are_traced_too() -> None:
    formula = compile_unary("[30..50), > 90", Scope.any_of([]), expect="number")
    part = same(formula, {"?": Decimal(95)})
    assert [child.text for child in part.children] == ["[30..50)", "> 90"]
    assert part.value is True


def test_temporals_and_ranges_are_text_in_json() -> None:
    part = same(compile_formula('{d: @"2024-01-31", r: [1..2], f: function(x) x}', Scope.any_of([])), {})
    assert part.to_json()["value"] == {"d": "2024-01-31", "r": "[1..2]", "f": "function(x)"}
    assert json.loads(json.dumps(part.to_json(), sort_keys=True)) == part.to_json()
