"""Formulas written to break the platform: each ends soon in a Problem or a cause, never in an exception."""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from rules import Invalid, Limits, Scope, compile_formula
from rules.feel.limits import CEILINGS

NOW = datetime(2026, 1, 15, tzinfo=UTC)
SECONDS = 10.0
"""Far above what any of them takes; a hang or an exponential reading would exceed it by orders of magnitude."""

HOSTILE = {
    "parentheses": "(" * 20_000 + "1" + ")" * 20_000,
    "sums": "1" + "+1" * 200_000,
    "conditionals": "if true then " * 10_000 + "1" + " else 2" * 10_000,
    "powers": "9**9**9**9**9**9",
    "long for": "for i in 1..100000000 return i",
    "long count": "count(for i in 1..100000000 return i)",
    "cube": "for i in 1..300, j in 1..300, k in 1..300 return i + j + k",
    "doubling": 'for i in 1..40 return if i = 1 then "aaaaaaaaaa" else partial[-1] + partial[-1]',
    "long text": '"' + "a" * 1_000_000 + '"',
    "huge exponent": "1E999999999",
    "long number": "9" * 100_000,
    "backtracking": 'matches("' + "a" * 26 + 'b", "^(a+)+$")',
    "big pattern": 'matches("aaa", "(a{1000}){1000}")',
    "recursion": "{f: function(n) f(n + 1), r: f(1)}.r",
    "recursion in sort": "{f: function(n) sort([1, 2], function(a, b) f(n + 1)), r: f(1)}.r",
    "recursion in loops": "{f: function(n) for i in [1] return some x in [1] satisfies [1][f(n + 1)] = 1, r: f(1)}.r",
    "contexts": "{a:" * 5_000 + "1" + "}" * 5_000,
    "deep value": "string(for i in 1..5000 return [partial[-1]])",
    "long list": "[" + "1," * 10_000 + "1]",
    "comparator": "sort(for i in 1..5000 return i, function(x, y) true)",
    "text end": '"abc',
    "comment end": "1 /* abc",
    "name end": "`abc",
    "nul": "1 + \0",
    "lone surrogate": '"\ud800"',
    "written surrogate": '"\\ud800"',
    "marks of direction": "a \u202e b",
    "minus": "-" * 5_000 + "1",
    "brackets": "[" * 20_000,
    "braces": "{" * 20_000,
    "calls": "f(" * 20_000,
    "tests": "1 in (" * 3_000,
    "tests again": "1 in (" * 60 + "1" + ") + 1" * 60,
    "ranges": "[1.." * 3_000,
    "paths": "a" + ".b" * 5_000,
    "filters": "a" + "[1]" * 5_000,
    "nested loops": "for a in 1..2 return " * 60 + "1",
    "replacing": 'replace("' + "a" * 3_000 + '", "a", "' + "b" * 900 + '")',
    "joining": 'string join(for i in 1..10000 return "' + "x" * 3_000 + '", "y")',
    "overflow": "exp(1E6000)",
    "far date": "date(999999999, 12, 31) + duration('P999999999D')",
    "long duration": 'duration("P9999999999999999D") * 1E30',
}
PRIVATE = ["x.__class__", "__import__", "__builtins__", "run.places", "facts", "adopt", "x.causes", "k1", "f1", "None"]
LIFTED = [None, *CEILINGS]


def end_of(text: str, limits: Limits) -> str:
    """The code of the Problem or the cause a formula ends in, "" where it has a value."""
    try:
        outcome = compile_formula(text, Scope.open(), limits=limits).evaluate({}, NOW)
    except Invalid as error:
        return error.problems[0].code
    return outcome.causes[0].code if outcome.causes else ""


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_it_ends_soon(name: str) -> None:
    started = time.perf_counter()
    code = end_of(HOSTILE[name], Limits())
    assert time.perf_counter() - started < SECONDS
    assert not code or code.startswith(("rules.", "feel.", "limit", "overflow", "range", "pattern", "missing"))


@pytest.mark.parametrize("lifted", [name for name in LIFTED if name])
def test_no_limit_alone_holds_the_rest_up(lifted: str) -> None:
    limits = Limits(**{lifted: 10**9})
    assert getattr(limits, lifted) == CEILINGS[lifted]
    for name, text in HOSTILE.items():
        if lifted == "fuel" and name in ("nested loops", "cube", "recursion in sort", "comparator"):
            continue  # with fuel for minutes these only take minutes
        assert isinstance(end_of(text, limits), str), name


def test_all_limits_lifted_but_fuel() -> None:
    limits = Limits(**{name: 10**9 for name in CEILINGS if name != "fuel"})
    for name, text in HOSTILE.items():
        assert isinstance(end_of(text, limits), str), name


@pytest.mark.parametrize("name", ["parentheses", "sums", "conditionals", "brackets", "long number"])
def test_what_is_too_long_names_the_limit(name: str) -> None:
    with pytest.raises(Invalid) as caught:
        compile_formula(HOSTILE[name], Scope.open())
    (problem,) = caught.value.problems
    assert problem.code == "rules.limit"
    assert problem.params["max"] == 4_000
    assert problem.params["limit"]["en"]


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("(" * 100 + "1" + ")" * 100, "depth"),
        ("-" * 100 + "1", "depth"),
        ("a" + ".b" * 100, "depth"),
        ("1" + "+1" * 1_500, "nodes"),
        ("9" * 41, "digits"),
    ],
)
def test_limits_of_the_tree(text: str, limit: str) -> None:
    with pytest.raises(Invalid) as caught:
        compile_formula(text, Scope.open())
    assert caught.value.problems[0].params["name"] == limit


@pytest.mark.parametrize("name", PRIVATE)
def test_names_reach_only_facts(name: str) -> None:
    outcome = compile_formula(name, Scope.open()).evaluate({"x": Decimal(1)}, NOW)
    assert outcome.value is None
    assert outcome.causes[0].code in ("missing", "type")


def test_globals_hold_no_builtins() -> None:
    formula = compile_formula("sum(for i in [1] return i) + a", Scope.any_of(["a"]))
    table = formula._full.__globals__
    assert table["__builtins__"] == {}
    assert {getattr(value, "__name__", "") for value in table.values()} & {"eval", "exec", "open", "sys"} == set()


@pytest.mark.parametrize(
    ("value", "code"),
    [(1.5, "rules.float_given"), (Decimal("NaN"), "domain"), (Decimal("Infinity"), "domain"), (object(), "type")],
)
def test_facts_that_are_no_values(value: Any, code: str) -> None:
    for scope in (Scope.any_of(["a"]), Scope.open()):
        outcome = compile_formula("a + 1", scope).evaluate({"a": value}, NOW)
        assert outcome.value is None
        assert outcome.causes[0].code == code
        assert outcome.causes[0].field == "a"


def test_deep_facts_end_in_a_limit() -> None:
    value: Any = Decimal(1)
    for _ in range(5_000):
        value = [value]
    outcome = compile_formula("count(a)", Scope.any_of(["a"])).evaluate({"a": value}, NOW)
    assert outcome.causes[0].code == "limit"


def test_a_caller_deep_in_the_stack_gets_a_cause() -> None:
    formula = compile_formula("{f: function(n) if n = 0 then 0 else f(n - 1), r: f(50)}.r", Scope.open())

    def deeper(left: int) -> Any:
        return formula.evaluate({}, NOW) if left == 0 else deeper(left - 1)

    depth = 0
    frame = sys._getframe()
    while frame is not None:
        depth, frame = depth + 1, frame.f_back  # type: ignore[assignment]
    outcome = deeper(sys.getrecursionlimit() - depth - 60)
    assert outcome.causes[0].code == "limit"
