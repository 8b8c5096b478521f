"""The plain form and the full form of a formula give the same value; causes follow the value."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules import Cause, Scope, ScopeEntry, compile_formula, to_python
from rules.feel import syntax
from rules.feel.printing import print_feel
from rules.feel.values import DateTime
from tests.proofs import SLICES, Proof
from tests.rules import trees

NOW = datetime(2026, 1, 15, 8, 30, tzinfo=UTC)
NAMES = {"a": "number", "b": "number", "s": "string", "f": "boolean"}
SCOPE = Scope({name: ScopeEntry(kind) for name, kind in NAMES.items()})

numbers = st.recursive(
    st.sampled_from(["a", "b", "0", "1", "2.5", "-3", "1000000"]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*", "/"]), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        st.tuples(inner, inner).map(lambda t: f"min({t[0]}, {t[1]})"),
        st.tuples(inner, inner).map(lambda t: f"max([{t[0]}, {t[1]}])"),
        inner.map(lambda t: f"abs({t})"),
        inner.map(lambda t: f"-{t}"),
        st.tuples(inner, st.sampled_from(["0", "2"])).map(lambda t: f"round half up({t[0]}, {t[1]})"),
        inner.map(lambda t: f"floor({t})"),
        st.tuples(inner, inner, inner).map(lambda t: f"(if {t[0]} < {t[1]} then {t[2]} else {t[1]})"),
    ),
    max_leaves=8,
)
conditions = st.one_of(
    st.tuples(numbers, st.sampled_from(["=", "!=", "<", "<=", ">", ">="]), numbers).map(" ".join),
    st.tuples(numbers, numbers, numbers).map(lambda t: f"{t[0]} between {t[1]} and {t[2]}"),
    st.tuples(numbers, numbers).map(lambda t: f"{t[0]} in [{t[1]}..10)"),
    st.tuples(numbers, numbers).map(lambda t: f"{t[0]} in (< {t[1]}, 1, [2, 3])"),
    st.just('s in ("x", "y") and not(f)'),
    st.just('s = "x" or f'),
    st.just('if f then s != "y" else f'),
)
facts = st.fixed_dictionaries(
    {
        "a": st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-10**6, max_value=10**6),
        "b": st.one_of(st.none(), st.integers(-5, 5), st.decimals(-3, 3, places=1)),
        "s": st.one_of(st.none(), st.sampled_from(["x", "y"])),
        "f": st.one_of(st.none(), st.booleans()),
    }
)


@settings(max_examples=400, deadline=None)
@given(st.one_of(numbers, conditions), facts)
def test_plain_and_full_agree(text: str, values: dict[str, Any]) -> None:
    formula = compile_formula(text, SCOPE)
    assert formula._fast is not None
    quick, full = formula.evaluate(values, NOW), replace(formula, _fast=None).evaluate(values, NOW)
    assert quick == full
    assert (quick.value is None) == bool(quick.causes)


OPEN = Scope({name: ScopeEntry(kind) for name, kind in NAMES.items()}, closed=False)
leaves = st.one_of(
    st.sampled_from([None, True, False, Decimal(0), Decimal(1), Decimal("2.5"), "x", ""]).map(
        lambda value: syntax.Literal(trees.AT, value)
    ),
    st.sampled_from(sorted(NAMES)).map(lambda name: syntax.Name(trees.AT, name)),
)
CALLS = (
    "min", "max", "MIN", "MAX", "SUM", "abs", "ABS", "not", "lower case", "blank as zero", "blank as text",
    "without blanks", "round half up", "ROUND", "INT", "floor", "decimal", "TRUNC",
)  # fmt: skip


def grown(inner: trees.Strategy) -> trees.Strategy:
    """Whatever may have a plain form, with nulls, lists inside lists and values of the wrong type in it."""
    lists = trees.node(syntax.ListNode, trees.several(inner, 0))
    ranges = st.tuples(inner, st.booleans(), inner, st.booleans()).map(lambda t: syntax.RangeNode(trees.AT, *t))
    tests = st.one_of(inner, lists, ranges, trees.compared(inner))
    within = st.one_of(tests, trees.node(syntax.ListNode, trees.several(tests)))
    names = st.sampled_from(CALLS).map(lambda name: syntax.Name(trees.AT, name))
    return st.one_of(
        *(
            trees.node(syntax.Chain, inner, trees.several(st.tuples(st.sampled_from(ops), inner)))
            for ops in (["+", "-"], ["*", "/"])
        ),
        trees.node(syntax.Negation, inner),
        trees.node(syntax.Comparison, st.sampled_from(["=", "!=", "<", "<=", ">", ">="]), inner, inner),
        trees.node(syntax.Logic, st.sampled_from(["and", "or"]), trees.several(inner, 2)),
        trees.node(syntax.Between, inner, inner, inner),
        trees.node(syntax.In, inner, trees.several(within)),
        trees.node(syntax.If, inner, inner, inner),
        trees.node(syntax.Call, names, trees.several(st.one_of(inner, lists))),
    )


@pytest.mark.parametrize("examples", SLICES)
def test_random_trees_agree(examples: int, proof: Proof) -> None:
    """Where a tree has a plain form at all, wrong types and written nulls among it, both forms say the same."""

    @proof.over(examples, st.recursive(leaves, grown, max_leaves=7), facts)
    def agree(tree: Any, values: dict[str, Any]) -> None:
        formula = compile_formula(print_feel(tree, OPEN), OPEN)
        full = replace(formula, _fast=None).evaluate(values, NOW)
        quick = formula.evaluate(values, NOW)
        assert quick == full
        assert type(quick.value) is type(full.value)


@pytest.mark.parametrize(
    "text", ["a ** 2", "[a]", "s + s", "for i in 1..2 return a", "sum([a, b])", "a = null", "{x: a}"]
)
def test_what_has_no_plain_form(text: str) -> None:
    assert compile_formula(text, SCOPE)._fast is None


def test_the_plain_form_serves_facts_that_are_all_there() -> None:
    formula = compile_formula("if a / b > 2 then a else b", SCOPE)
    assert formula._fast is not None
    assert formula._fast({"a": Decimal(8), "b": Decimal(2)}) == Decimal(8)
    assert formula.evaluate({"a": 8, "b": Decimal(2)}, NOW).value == Decimal(8)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("if true then a else c", ["missing a"]),
        ("a + c", ["missing a", "missing c"]),
        ("a + a", ["missing a"]),
        ("get or else(a, null)", []),
        ("get or else(a, c)", ["missing c"]),
        ("[1, a, c]", ["missing a", "missing c"]),
        ("{x: a}.x", ["missing a"]),
        ("[a][1]", ["missing a"]),
        ("a or c", ["missing a", "missing c"]),
        ("sum([a, 1 / 0])", ["missing a", "zero_division 0"]),
        ("if a then 1 else null", []),
        ("null + 1", []),
        ("for i in [a] return i * 2", ["missing a"]),
        ("a.b.c", ["missing a"]),
        ('get value({b: 1}, "c")', ["missing c"]),
    ],
)
def test_only_causes_that_made_the_null(text: str, codes: list[str]) -> None:
    outcome = compile_formula(text, Scope.any_of(["a", "c"])).evaluate({}, NOW)
    assert [f"{c.code} {c.field}" for c in outcome.causes] == codes


def test_a_fact_may_say_why_it_is_absent() -> None:
    stale = Cause("stale", params={"as_of": "2024-12-31"})
    (cause,) = compile_formula("a * 2", SCOPE).evaluate({"a": stale}, NOW).causes
    assert cause.absent
    assert cause == Cause("stale", "a", (0, 1), {"field": "a", "as_of": "2024-12-31"})
    assert cause.to_json()["params"] == {"field": "a", "as_of": "2024-12-31"}


def test_same_text_facts_and_moment_give_the_same() -> None:
    text = '{n: now(), t: today(), v: for k in get entries(o) return string(k)}'
    values = {"o": {"b": Decimal(1), "a": [True, None]}}
    first, again = (compile_formula(text, Scope.any_of(["o"])).evaluate(values, NOW) for _ in range(2))
    assert first == again
    assert isinstance(first.value["n"], DateTime)
    assert to_python(first.value)["n"] == NOW


def test_python_values_come_in_and_go_out() -> None:
    moment = datetime(2025, 3, 1, 9, 0, tzinfo=UTC)
    values = {"d": moment.date(), "m": moment, "t": moment.time(), "p": moment - datetime(2025, 2, 1, tzinfo=UTC)}
    text = '[d, m, t, p, @"P1Y", @"99999-01-01", [1..2]]'
    outcome = compile_formula(text, Scope.any_of(values)).evaluate(values, NOW)
    assert to_python(outcome.value) == [*values.values(), "P1Y", "99999-01-01", "[1..2]"]
