"""The two dialects side by side: a formula shown in the other one means the same, and every text reads back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume
from hypothesis import strategies as st

from rules import Formula, Invalid, Scope, ScopeEntry, compile_formula
from rules.feel import syntax
from rules.feel.excel import parse_excel
from rules.feel.functions import INDEX, ROWS
from rules.feel.parse import parse
from rules.feel.printing import print_feel, without_spans
from rules.feel.values import Function
from tests.proofs import SLICES, Proof
from tests.rules import trees

NOW = datetime(2026, 1, 15, 8, 30, tzinfo=UTC)
SURE = Scope(
    {
        "a": ScopeEntry("number", nullable=False), "b": ScopeEntry("number", nullable=False),
        "f": ScopeEntry("boolean", nullable=False), "l": ScopeEntry("list<number>", nullable=False),
        "debt ratio": ScopeEntry("number", nullable=False), "s": ScopeEntry("string", nullable=False),
    }
)  # fmt: skip
FACTS: dict[str, Any] = {
    "a": Decimal("7.5"), "b": Decimal(-2), "f": True, "l": [Decimal(3), Decimal(1)], "debt ratio": Decimal("0.4"),
    "s": "Ab c",
}  # fmt: skip
names = st.sampled_from(["a", "b", "f", "l", "debt ratio"]).map(lambda name: syntax.Name(trees.AT, name))
leaves = st.one_of(names, st.sampled_from([True, False, *map(Decimal, ("0", "1", "2.5", "100"))]).map(
    lambda value: syntax.Literal(trees.AT, value)))  # fmt: skip
SHARED = (
    "abs", "sum", "min", "max", "mean", "median", "product", "count", "sqrt", "modulo", "round half up", "round up",
    "round down", "not", "floor", "ceiling", "get or else", "is defined", "any", "all",
)  # fmt: skip


def feel_trees(inner: trees.Strategy) -> trees.Strategy:
    functions = st.sampled_from(SHARED).map(lambda name: syntax.Name(trees.AT, name))
    lists = trees.node(syntax.ListNode, trees.several(inner))
    ranges = st.tuples(inner, st.booleans(), inner, st.booleans()).map(lambda t: syntax.RangeNode(trees.AT, *t))
    return st.one_of(
        *(
            trees.node(syntax.Chain, inner, trees.several(st.tuples(st.sampled_from(ops), inner)))
            for ops in (["+", "-"], ["*", "/"], ["**"])
        ),
        trees.node(syntax.Negation, inner),
        trees.node(syntax.Comparison, st.sampled_from(["=", "!=", "<", "<=", ">", ">="]), inner, inner),
        trees.node(syntax.Logic, st.sampled_from(["and", "or"]), trees.several(inner, 2)),
        trees.node(syntax.Between, inner, inner, inner),
        trees.node(syntax.In, inner, trees.several(st.one_of(inner, ranges, trees.compared(inner)))),
        trees.node(syntax.If, inner, inner, inner),
        trees.node(syntax.Call, functions, trees.several(st.one_of(inner, lists))),
    )


def read(text: str, dialect: str) -> Formula:
    """The formula; examples that are none are passed over."""
    try:
        return compile_formula(text, SURE, dialect)
    except Invalid:
        assume(False)
        raise


@pytest.mark.parametrize("examples", SLICES)
def test_feel_shown_as_excel_means_the_same(examples: int, proof: Proof) -> None:
    """Where every Fact is there and no text is compared, which is all the dialects differ in."""

    @proof.over(examples, st.recursive(leaves, feel_trees, max_leaves=7))
    def same(tree: Any) -> None:
        formula = read(print_feel(tree, SURE), "feel")
        shown = formula.shown("excel")
        if shown is None:
            return
        first = formula.evaluate(FACTS, NOW)
        try:
            second = compile_formula(shown.text, SURE, "excel").evaluate(FACTS, NOW)
        except Invalid:  # Excel's functions know better what they take
            assert first.causes, shown.text
            return
        assert first.value == second.value, shown.text
        assert bool(first.causes) == bool(second.causes)


def excel_texts(inner: trees.Strategy) -> trees.Strategy:
    """Any Excel function with as many arguments as it may have, between the operators of the dialect."""

    def called(name: str) -> trees.Strategy:
        row = ROWS[name]
        most = min(row.most, row.least + 2)
        return st.lists(inner, min_size=row.least, max_size=most).map(lambda given: f"{name}({', '.join(given)})")

    functions = st.sampled_from(sorted(name for name, row in ROWS.items() if row.dialect == "excel")).flatmap(called)
    operators = st.sampled_from(["+", "-", "*", "/", "^", "&", "=", "<>", "<", ">="])
    return st.one_of(
        functions,
        functions,
        st.tuples(inner, operators, inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        inner.map(lambda text: f"-{text}"),
        inner.map(lambda text: f"({text})%"),
    )


excel_leaves = st.sampled_from(["a", "b", "s", "f", "l", "debt ratio", "1", "2.5", "50%", '"x"', '"2026/1/31"', "TRUE"])


@pytest.mark.parametrize("examples", SLICES)
def test_excel_text_reads_back_in_both_dialects(examples: int, proof: Proof) -> None:
    """The canonical text of an Excel formula, and its FEEL text, are the same tree and have the same value."""

    @proof.over(examples, st.recursive(excel_leaves, excel_texts, max_leaves=6))
    def same(text: str) -> None:
        formula = read(text, "excel")
        again = parse_excel(formula.canonical(), SURE)
        assert without_spans(again) == without_spans(formula.tree), formula.canonical()
        feel = formula.shown("feel")
        assert feel is not None
        assert without_spans(parse(feel.text, SURE, INDEX)) == without_spans(formula.tree), feel.text
        first = formula.evaluate(FACTS, NOW)
        assert first == compile_formula(feel.text, SURE).evaluate(FACTS, NOW) or first.causes
        assert first == replace(formula, _fast=None).evaluate(FACTS, NOW)
        assert not isinstance(first.value, Function)


PAIRS = [
    ("ROUNDUP(a, 0)", "round up(a, 0)"), ("ROUNDDOWN(a, 0)", "round down(a, 0)"), ("INT(a)", "floor(a)"),
    ("ABS(b)", "abs(b)"), ("SQRT(a)", "sqrt(a)"), ("MOD(a, b)", "modulo(a, b)"), ("a ^ 2", "a ** 2"),
    ("SUM(l)", "sum(l)"), ("SUM(a, b)", "sum(a, b)"), ("AVERAGE(l)", "mean(l)"), ("MAX(a, b)", "max(a, b)"),
    ("MIN(l)", "min(l)"), ("MEDIAN(l)", "median(l)"), ("COUNT(l)", "count(l)"), ("PRODUCT(l)", "product(l)"),
    ("STDEV.S(l)", "stddev(l)"), ("IF(a > b, a, b)", "if a > b then a else b"),
    ("IFS(a < b, 1, f, 2)", "if a < b then 1 else if f then 2 else 3"), ("AND(f, a > 1)", "f and a > 1"),
    ("OR(a < 1, b < 1)", "a < 1 or b < 1"), ("NOT(f)", "not(f)"), ("a & s", "string(a) + s"),
    ("LEN(s)", "string length(s)"), ("UPPER(s)", "upper case(s)"), ("LOWER(s)", "lower case(s)"),
    ("LEFT(s, 2)", "substring(s, 1, 2)"), ("RIGHT(s, 2)", "substring(s, -2)"), ("MID(s, 2, 2)", "substring(s, 2, 2)"),
    ('SUBSTITUTE(s, "b", "x")', 'replace(s, "b", "x")'), ('ISNUMBER(FIND("b", s))', 'contains(s, "b")'),
    ('TEXTJOIN("-", TRUE, "a", "b")', 'string join(["a", "b"], "-")'), ("LARGE(l, 1)", "max(l)"),
    ("SMALL(l, 1)", "min(l)"), ("INDEX(l, 2)", "l[2]"), ("UNIQUE(l)", "distinct values(l)"),
    ("ISNUMBER(MATCH(b, l, 0))", "b in l"), ("DATE(2026, 1, 31)", '@"2026-01-31"'),
    ("YEAR(TODAY())", "today().year"), ("EDATE(DATE(2026, 1, 31), 1)", '@"2026-01-31" + @"P1M"'),
    ("DATE(2026, 1, 31) + 1", '@"2026-01-31" + @"P1D"'), ("DATE(2026, 3, 1) - DATE(2026, 2, 1)", "28"),
    ("EOMONTH(DATE(2026, 2, 3), 0)", 'last day of month(@"2026-02-03")'), ("LN(a)", "log(a)"), ("EXP(b)", "exp(b)"),
    ("IFERROR(a / 0, b)", "get or else(a / 0, b)"), ("50% * a", "a / 2"), ("-b ^ 2", "-b ** 2"),
]  # fmt: skip


@pytest.mark.parametrize(("excel", "feel"), PAIRS)
def test_pairs(excel: str, feel: str) -> None:
    one, other = compile_formula(excel, SURE, "excel"), compile_formula(feel, SURE)
    found = one.evaluate(FACTS, NOW)
    assert found.value == other.evaluate(FACTS, NOW).value
    assert found.value is not None


@pytest.mark.parametrize(
    "text",
    [
        "(if f then f else l) >= (if f then f else l)", "median(median(0, 0, 1), if true then l else 0)",
        "count(not(2.5), not(2.5))", "count([a, b])", "f or f between f and f", "(f between true and f) = true",

        "a in [1..(if f then 2 else s)]", "sum(a, if f then b else s)", "min(s, s)", "max(f, f)",
        "a in (if f then l else 1)", "(a + 1) between 1 and 2", "(a + 1) in [1..2]", "{x: a}.x",
        "is defined(a / b)", "abs(n: a)", "floor(a, 1)", "substring(s, a)", "a in (= l)",
        '@"P1M"', '@"10:00:00.5"', '@"10:00:00Z"',
    ],
)  # fmt: skip
def test_what_excel_would_answer_otherwise_is_not_shown(text: str) -> None:
    assert compile_formula(text, SURE).shown("excel") is None


@pytest.mark.parametrize(
    ("feel", "excel"),
    [
        ("f = f", "f = f"), ("f != true", "f <> TRUE"), ("(if f then 1 else a) > 2", "IF(f, 1, a) > 2"),
        ("count(l)", "COUNTA(l)"), ("sum([a, b])", "SUM(a, b)"),
        ("max(a, if f then b else 1)", "MAX(a, IF(f, b, 1))"), ("a in (1, 2)", "OR(a = 1, a = 2)"),
        ("a in (> 1)", "a > 1"), ("a in (!= 1)", "a <> 1"), ("a in [1..2)", "AND(a >= 1, a < 2)"), ("a in 1", "a = 1"),
        ("a in l", "ISNUMBER(MATCH(a, l, 0))"), ("a in [1, 2]", "OR(a = 1, a = 2)"),
        ("a between 1 and 2", "AND(a >= 1, a <= 2)"), ("ceiling(a)", "CEILING(a, 1)"),
        ("date(2026, 1, 2)", "DATE(2026, 1, 2)"),
        ('contains(s, "b")', 'ISNUMBER(FIND("b", s))'), ("substring(s, 1, 2)", "MID(s, 1, 2)"),
        ("get or else(a, 0)", "IF(ISBLANK(a), 0, a)"),
        ("get or else(a / b, 0)", "IF(ISBLANK(a / b), 0, IFERROR(a / b, 0))"),
        ("is defined(a)", "NOT(ISBLANK(a))"), ("floor(a)", "INT(a)"),
        ('@"2026-01-02"', "DATE(2026, 1, 2)"), ('@"10:30:05"', "TIME(10, 30, 5)"), ("5 / 100", "5%"),
    ],
)  # fmt: skip
def test_feel_as_excel(feel: str, excel: str) -> None:
    shown = compile_formula(feel, SURE).shown("excel")
    assert shown is not None
    assert shown.text == excel
