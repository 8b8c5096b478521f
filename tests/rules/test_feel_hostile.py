"""Formulas written to break the platform: each ends soon in a Problem or a cause, never in an exception."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from rules import Invalid, Limits, Scope, compile_formula
from rules.feel.limits import CEILINGS
from tests.proofs import Proof
from tests.rules.cage import Cage
from tests.rules.hostile import HOSTILE, HOSTILE_EXCEL

NOW = datetime(2026, 1, 15, tzinfo=UTC)
SOON, GROWTH = 0.1, 64
"""CPU seconds and MiB a formula may take (R82); a run beside others on a slow machine is given ten times the time."""
RUNS = [pytest.param(1, 10, id="slice"), pytest.param(20, 1, id="whole", marks=pytest.mark.long)]
ENDS = (
    "rules.", "feel.", "excel.", "limit", "overflow", "range", "pattern", "missing", "domain", "type", "zero_division",
    "not_found", "external",
)  # fmt: skip
PARSER = ("text", "nodes", "depth", "digits", "exponent", "string", "list", "recursion")
PRIVATE = ["x.__class__", "__import__", "__builtins__", "run.places", "facts", "adopt", "x.causes", "k1", "f1", "None"]

@pytest.fixture(scope="module")
def cage() -> Iterator[Cage]:
    made = Cage()
    yield made
    made.close()


@pytest.mark.parametrize(("runs", "slack"), RUNS)
@pytest.mark.parametrize("dialect", ["feel", "excel"])
def test_each_ends_soon_in_a_process_of_its_own(
    cage: Cage, dialect: str, runs: int, slack: int, proof: Proof
) -> None:
    late, proof.what = [], f"hostile formulas, {runs} times each,"
    for name, text in (HOSTILE if dialect == "feel" else HOSTILE_EXCEL).items():
        proof.tried += 1
        ended = cage.ask(text, dialect, runs)
        assert ended.code is not None, (name, ended.died)
        assert not ended.code or ended.code.startswith(ENDS), (name, ended.code)
        assert ended.growth <= GROWTH, (name, ended.growth)
        if ended.median > SOON * slack:
            late.append((name, ended.median))
    assert late == []


@pytest.mark.long
@pytest.mark.parametrize("lifted", PARSER)
def test_no_limit_alone_holds_the_rest_up(cage: Cage, lifted: str, proof: Proof) -> None:
    """Each limit of a text and its tree lifted as far as settings may: nothing dies, and nothing takes long."""
    proof.what = f"hostile formulas without the limit of {lifted}"
    for name, text in HOSTILE.items():
        proof.tried += 1
        ended = cage.ask(text, limits={lifted: CEILINGS[lifted]})
        assert ended.code is not None, (name, ended.died)
        assert ended.growth <= 4 * GROWTH, (name, ended.growth)


def test_all_limits_lifted_but_fuel(cage: Cage) -> None:
    for name, text in HOSTILE.items():
        ended = cage.ask(text, limits={limit: most for limit, most in CEILINGS.items() if limit != "fuel"})
        assert ended.code is not None, (name, ended.died)


def test_the_cage_tells_what_died(cage: Cage) -> None:
    """The caps hold: without limits on fuel a long loop is ended from outside, and the next formula runs."""
    lifted = {"fuel": CEILINGS["fuel"], "list": CEILINGS["list"], "nodes": CEILINGS["nodes"]}
    ended = cage.ask("count(for i in 1..1000000, j in 1..1000000 return i * j)", limits=lifted)
    assert ended.code in (None, "limit")
    assert cage.ask("1 + 1").code == ""


def test_settings_cannot_lift_a_limit_above_its_ceiling() -> None:
    for name, most in CEILINGS.items():
        assert getattr(Limits(**{name: 10**12}), name) == most


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
