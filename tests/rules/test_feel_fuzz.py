"""Random text, random pieces and broken formulas: each is read or refused with its places, and none raises."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st

from rules import Formula, Invalid, Problem, Scope, ScopeEntry, compile_formula, compile_unary
from rules.feel import syntax
from rules.feel.functions import ROWS
from rules.feel.printing import print_feel
from tests.proofs import SLICES, Proof
from tests.rules import trees

NOW = datetime(2026, 1, 15, 8, 30, tzinfo=UTC)
CLOSED = Scope(
    {
        "a": ScopeEntry("number", unit="%"), "b": ScopeEntry("string", allowed=("x", "y")), "d": ScopeEntry("date"),
        "f": ScopeEntry("boolean"), "l": ScopeEntry("list<context<n: number, `k 1`: string>>"), "x": ScopeEntry(),
        "debt ratio": ScopeEntry("number", unit="万元"), "资产负债率": ScopeEntry("number", nullable=False),
    }
)  # fmt: skip
FACTS: dict[str, Any] = {
    "a": Decimal(3), "b": "x", "f": True, "l": [{"n": Decimal(1), "k 1": "u"}, None], "x": {"y": [Decimal(1), None]},
}  # fmt: skip
PIECES = {
    "feel": [
        "a", "b", "d", "f", "l", "x", "debt ratio", "资产负债率", "1", "2.5", "-3", ".5", "1E3", '"x"', '"', "\\",
        "true", "null", '@"2024-02-29"', '@"P1D"', "@", "(", ")", "[", "]", "{", "}", "{a: 1}", ",", ";", ":", ".",
        "..", "+", "-", "*", "/", "**", "=", "!=", "<", "<=", ">", ">=", " and ", " or ", " in ", " between ", "if ",
        " then ", " else ", "for i in ", " return ", "some ", "every ", " satisfies ", " instance of ", "number",
        "list<number>", "function(", "external {", "sum(", "date(", "sort(", "matches(", "item", "partial", "?",
        "not(", "`", "//", "/*", "*/", "\n", " ", "IF(", "\u3000", "\u202e", "\0", "𠮷", "é",
    ],
    "excel": [
        "a", "b", "d", "f", "l", "x", "debt ratio", "资产负债率", "1", "0.5", "50%", '"x"', '"', "“", "”", "TRUE",
        "A1", "$B$2:C3", "Sheet1!A1", "=", "<>", "＜", "≥", "&", "+", "－", "×", "/", "^", "%", "(", "）", "（", ",",
        "；", "{", "[", "`", ".", " ", "\n", "SUM(", "IF（", "IFERROR(", "COUNTIF(", "TEXT(", "DATEDIF(", "RAND(",
        "NA()", "for", "@", "\u3000", "\0", "𠮷",
    ],
}  # fmt: skip
with Path(__file__).with_name("formulas.csv").open(encoding="utf-8", newline="") as table:
    GOOD = [row[0] for row in csv.reader(table, delimiter=";", quoting=csv.QUOTE_NONE)][1::7]


def read(text: str, scope: Scope, dialect: str, unary: bool = False) -> Formula | tuple[Problem, ...]:
    try:
        return compile_unary(text, scope) if unary else compile_formula(text, scope, dialect)
    except Invalid as error:
        return error.problems


def tried(text: str, dialect: str = "feel") -> None:
    """Read in an open and a closed scope; what can be evaluated is, traced and shown; what is wrong has its places."""
    for scope in (Scope.open(), CLOSED):
        made = read(text, scope, dialect)
        found = made.warnings if isinstance(made, Formula) else made
        assert isinstance(made, Formula) or made
        for problem in found:
            assert problem.span is not None
            assert 0 <= problem.span[0] <= problem.span[1] <= len(text)
        if isinstance(made, Formula):
            outcome = made.evaluate(FACTS, NOW)
            assert made.trace(FACTS, NOW).outcomes[0].causes == outcome.causes
            assert made.shown("feel") is not None
            made.shown("excel")
    if dialect == "feel":
        cell = read(text, CLOSED, dialect, unary=True)
        if isinstance(cell, Formula):
            cell.evaluate({**FACTS, "?": Decimal(1)}, NOW)


def searched(proof: Proof, strategy: trees.Strategy, examples: int, dialect: str) -> None:
    @proof.over(examples, strategy)
    def each(text: str) -> None:
        tried(text, dialect)


@pytest.mark.parametrize("examples", SLICES)
@pytest.mark.parametrize("dialect", ["feel", "excel"])
def test_random_text(dialect: str, examples: int, proof: Proof) -> None:
    searched(proof, st.text(max_size=60), examples, dialect)


@pytest.mark.parametrize("examples", SLICES)
@pytest.mark.parametrize("dialect", ["feel", "excel"])
def test_random_pieces(dialect: str, examples: int, proof: Proof) -> None:
    searched(proof, st.lists(st.sampled_from(PIECES[dialect]), max_size=16).map("".join), examples, dialect)


@pytest.mark.parametrize("examples", SLICES)
@pytest.mark.parametrize("dialect", ["feel", "excel"])
def test_broken_formulas(dialect: str, examples: int, proof: Proof) -> None:
    """A good formula with a stretch cut out, doubled, or replaced by a piece."""
    cuts = st.tuples(
        st.sampled_from(GOOD), st.integers(0, 60), st.integers(0, 8), st.sampled_from(["", "twice", *PIECES[dialect]])
    )

    def broken(cut: tuple[str, int, int, str]) -> str:
        text, at, size, put = cut
        return text[:at] + (text[at : at + size] * 2 if put == "twice" else put) + text[at + size :]

    searched(proof, cuts.map(broken), examples, dialect)


def calls(inner: trees.Strategy) -> trees.Strategy:
    """Any function with any arguments, right or wrong, beside every other construct."""
    functions = st.sampled_from(sorted(ROWS)).map(lambda name: syntax.Name(trees.AT, name))
    called = trees.node(syntax.Call, functions, trees.several(inner, 0))
    return st.one_of(trees.extend(inner), called, called)


known = st.one_of(
    st.one_of(trees.numbers, trees.texts, trees.temporals, st.booleans()).map(lambda v: syntax.Literal(trees.AT, v)),
    st.sampled_from(["a", "b", "l", "x"]).map(lambda name: syntax.Name(trees.AT, name)),
)


@pytest.mark.parametrize("examples", SLICES)
def test_no_null_is_silent(examples: int, proof: Proof) -> None:
    """Where nobody wrote a null and no Fact holds one, each null that results has its causes."""
    scope = Scope.open(["a", "b", "l", "x"])
    facts = {**FACTS, "l": [Decimal(1), "y"], "x": {"y": Decimal(2)}}

    @proof.over(examples, st.recursive(known, calls, max_leaves=6))
    def told(tree: Any) -> None:
        formula = read(print_feel(tree, scope), scope, "feel")
        if isinstance(formula, Formula):
            outcome = formula.evaluate(facts, NOW)
            assert outcome.value is not None or outcome.causes
