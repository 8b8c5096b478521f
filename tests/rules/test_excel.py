"""The Excel dialect: what it writes into the tree, what it refuses, and how it stands beside FEEL."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rules import Cause, Formula, Invalid, Limits, Problem, Scope, ScopeEntry, compile_formula
from rules.feel import Shown
from rules.feel.excel import parse_excel
from rules.feel.excel_print import NoEquivalent, print_excel
from rules.feel.functions import ROWS
from rules.feel.limits import LIMITS
from rules.feel.printing import print_feel, without_spans
from tests.rules import trees

NOW = datetime(2026, 1, 15, 8, 30, tzinfo=UTC)
SCOPE = Scope(
    {
        "a": ScopeEntry("number"), "b": ScopeEntry("number", nullable=False), "s": ScopeEntry("string"),
        "d": ScopeEntry("date"), "e": ScopeEntry("date"), "f": ScopeEntry("boolean"), "x": ScopeEntry(),
        "l": ScopeEntry("list<number>"), "debt ratio": ScopeEntry("number", unit="%"),
        "注册资本（万元）": ScopeEntry("number", unit="万元"),
    }
)  # fmt: skip
EXCEL = sorted(name for name, row in ROWS.items() if row.dialect == "excel")


def compiled(text: str, scope: Scope, limits: Limits = LIMITS) -> Formula | tuple[Problem, ...]:
    """The formula, or what is wrong with it."""
    try:
        return compile_formula(text, scope, "excel", limits=limits)
    except Invalid as error:
        return error.problems


@pytest.mark.parametrize(
    ("text", "feel"),
    [
        ("=a+1", "blank as zero(a) + 1"),
        ("b+1", "b + 1"),
        ("a&s", "CONCAT(blank as text(a), blank as text(s))"),
        ('s="ABC"', 'lower case(blank as text(s)) = lower case("ABC")'),
        ("a<>b", "blank as zero(a) != b"),
        ('a=""', 'excel compare(a, "=", "")'),
        ("f=TRUE", "f = true"),
        ("d-e", "excel minus(d, e)"),
        ("d+30", "excel plus(d, 30)"),
        ("x-1", "excel minus(blank as zero(x), 1)"),
        ("SUM(a,b)", "SUM(without blanks(a, b))"),
        ("SUM(1,2)", "SUM(1, 2)"),
        ("AVERAGE(l)", "AVERAGE(without blanks(l))"),
        ("MAX(d,e)", "MAX(d, e)"),
        ("ROUND(a,2)", "ROUND(blank as zero(a), 2)"),
        ("YEAR(d)", "YEAR(d)"),
        ("LEFT(s)", "LEFT(blank as text(s))"),
        ("5%", "5 / 100"),
        ("2^3", "2 ** 3"),
        ("IF(f,1)", "if f then 1 else false"),
        ('IFS(f,1,b>2,2)', "if f then 1 else if b > 2 then 2 else NA()"),
        ("AND(f,b>1)", "f and b > 1"),
        ("OR(f,b>1)", "f or b > 1"),
        ("IFERROR(1/b,0)", "IFERROR(1 / b, 0)"),
        ("IF(f,a,b)+1", "blank as zero(if f then a else b) + 1"),
        ("注册资本（万元）*2", "blank as zero(注册资本（万元）) * 2"),
        ("string length(s)", "string length(s)"),
    ],
)
def test_what_is_lowered_can_be_seen(text: str, feel: str) -> None:
    formula = compile_formula(text, SCOPE, "excel")
    assert formula.shown("feel") == Shown(feel, True)
    assert formula.shown("excel") == Shown(text, True)


@pytest.mark.parametrize(
    ("feel", "excel", "exact"),
    [
        ("a + b * 2", "a + b * 2", False),
        ("b * 2", "b * 2", True),
        ("if b > 1 then 2 else 3", "IF(b > 1, 2, 3)", True),
        ("b > 1 and f", "AND(b > 1, f)", True),
        ("round half up(b, 2)", "ROUND(b, 2)", False),
        ("sum([b, 2])", "SUM(b, 2)", False),
        ("b between 1 and 3", "AND(b >= 1, b <= 3)", False),
        ("b in (1, [3..5), > 9)", "OR(b = 1, AND(b >= 3, b < 5), b > 9)", False),
        ('s in ("A", "B")', 'OR(s = "A", s = "B")', False),
        ('"x" + s', '"x" & s', False),
        ("get or else(a, 0)", "IF(ISBLANK(a), 0, a)", False),
        ("is defined(a)", "NOT(ISBLANK(a))", False),
        ('@"2026-01-31"', "DATE(2026, 1, 31)", False),
        ("date(2026, 1, 31)", "DATE(2026, 1, 31)", False),
        ("floor(b)", "INT(b)", False),
        ("ceiling(b)", "CEILING(b, 1)", False),
        ("debt ratio / 100", "debt ratio / 100", False),
        ("IF(f, 1, 2)", "IF(f, 1, 2)", True),
        ("SUM(1, 2)", "SUM(1, 2)", True),
        ("-b ** 2", "-b ^ 2", True),
    ],
)
def test_feel_shown_as_excel(feel: str, excel: str, exact: bool) -> None:
    found = compile_formula(feel, SCOPE).shown("excel")
    assert found is not None
    assert (found.text, found.exact, bool(found.differs)) == (excel, exact, not exact)


@pytest.mark.parametrize(
    "feel",
    ["null", "if f then 1 else null", "[1, 2]", "{a: 1}", "for i in l return i", "some i in l satisfies i > 1", "l[1]",
     "function(x) x", "a instance of number", '@"P1D"', "[1..3]", "l[item > 1]", "(b + 1) between 1 and 2",
     "sort(l)"],
)  # fmt: skip
def test_what_excel_has_no_words_for(feel: str) -> None:
    assert compile_formula(feel, SCOPE).shown("excel") is None


@pytest.mark.parametrize(
    ("excel", "feel", "facts"),
    [
        ("ROUND(a*1.5,1)", "round half up(a * 1.5, 1)", {"a": "2.05"}),
        ("IF(a>b,a,b)", "if a > b then a else b", {"a": "3", "b": "2"}),
        ("SUM(l)", "sum(l)", {"l": ["1", "2.5"]}),
        ("AVERAGE(l)", "mean(l)", {"l": ["1", "2.5"]}),
        ("MAX(l)-MIN(l)", "max(l) - min(l)", {"l": ["1", "2.5"]}),
        ("MEDIAN(l)", "median(l)", {"l": ["3", "1", "2"]}),
        ("MOD(a,b)", "modulo(a, b)", {"a": "-7", "b": "3"}),
        ("INT(a)", "floor(a)", {"a": "-1.5"}),
        ("AND(a>1,OR(b>1,f))", "a > 1 and (b > 1 or f)", {"a": "2", "b": "0", "f": True}),
        ('s="AA"', 's = "AA"', {"s": "AA"}),
        ("s&s", "s + s", {"s": "ab"}),
        ("LEN(s)", "string length(s)", {"s": "信用"}),
        ("MID(s,2,2)", "substring(s, 2, 2)", {"s": "abcd"}),
        ("a^2-b%", "a ** 2 - b / 100", {"a": "3", "b": "50"}),
        ("AND(a>=30,a<50)", "a in [30..50)", {"a": "30"}),
        ("DATEDIF(d,e,\"M\")", "years and months duration(d, e).years * 12 + years and months duration(d, e).months",
         {"d": date(2024, 1, 31), "e": date(2026, 1, 30)}),
        ("d<e", "d < e", {"d": date(2024, 1, 31), "e": date(2026, 1, 30)}),
        ("1/a", "1 / a", {"a": "0"}),
    ],
)  # fmt: skip
def test_pairs_mean_the_same(excel: str, feel: str, facts: dict[str, Any]) -> None:
    def read(value: Any) -> Any:
        if isinstance(value, list):
            return [read(x) for x in value]
        try:
            return Decimal(value) if isinstance(value, str) else value
        except ArithmeticError:
            return value

    values = {name: read(value) for name, value in facts.items()}
    one, other = compile_formula(excel, SCOPE, "excel"), compile_formula(feel, SCOPE)
    first, second = one.evaluate(values, NOW), other.evaluate(values, NOW)
    assert first.value == second.value
    assert [c.code for c in first.causes] == [c.code for c in second.causes]


@pytest.mark.parametrize("code", ["stale", "refused", "disputed"])
@pytest.mark.parametrize(
    "text", ["a+1", "SUM(a,1)", "ISBLANK(a)", 'a=""', "a&1", "IFERROR(a,0)", "COUNT(a)", "a>0", "ISNUMBER(a)"]
)
def test_what_may_not_be_used_is_no_blank(text: str, code: str) -> None:
    """Only what was never given counts as 0 or empty; what is out of date or contested stays unknown."""
    outcome = compile_formula(text, SCOPE, "excel").evaluate({"a": Cause(code, params={"as_of": "2025"})}, NOW)
    assert outcome.value is None
    assert [c.code for c in outcome.causes] == [code]


def test_units_and_divisors_are_checked_through_what_is_lowered() -> None:
    with pytest.raises(Invalid) as caught:
        compile_formula("debt ratio + 注册资本（万元）", SCOPE, "excel")
    assert [p.code for p in caught.value.problems] == ["feel.unit"]
    (warning,) = compile_formula("1 / a", SCOPE, "excel").warnings
    assert (warning.code, warning.params["name"], warning.span) == ("rules.maybe_zero", "a", (4, 5))


def test_all_cell_references_are_found_at_once() -> None:
    with pytest.raises(Invalid) as caught:
        compile_formula("SUM(A1:B2) + $C$3 * Sheet1!D4", SCOPE, "excel")
    assert [(p.code, p.params["text"], p.span) for p in caught.value.problems] == [
        ("excel.cell_reference", "A1:B2", (4, 9)),
        ("excel.cell_reference", "$C$3", (13, 17)),
        ("excel.cell_reference", "Sheet1!D4", (20, 29)),
    ]


def test_spans_count_the_text_as_typed() -> None:
    text = "＝IF（注册资本（万元）＞１，2，3）"
    with pytest.raises(Invalid) as caught:
        compile_formula(text, SCOPE, "excel")
    (problem,) = caught.value.problems
    assert text[slice(*problem.span)] == "１"  # type: ignore[misc]  # the span is set
    part = compile_formula("IF（a＞1，a，0）", SCOPE, "excel").trace({"a": Decimal(3)}, NOW)
    assert [child.text for child in part.children] == ["a＞1", "a", "0"]


@pytest.mark.parametrize("name", EXCEL)
def test_each_function_says_what_it_does(name: str) -> None:
    row = ROWS[name]
    assert row.group in ("logic", "numbers", "text", "dates", "lookup")
    assert set(row.differs) in (set(), {"zh-CN", "en"})
    assert all(row.differs.values())
    assert name == name.upper()
    for example in row.examples:
        if not any(mark in f"{example.text}{example.value}" for mark in ("[", '@"', "null")):
            both = f"{example.text} = {example.value}"
            assert compile_formula(both, Scope.any_of([]), "excel").evaluate({}, NOW).value is True


def test_the_functions_of_the_specification_are_all_there() -> None:
    names = """IF IFS SWITCH CHOOSE AND OR NOT XOR TRUE FALSE IFERROR IFNA ISBLANK ISNUMBER ISTEXT ISEMPTY
    SUM AVERAGE MIN MAX COUNT COUNTA COUNTIF SUMIF AVERAGEIF SUMPRODUCT PRODUCT MEDIAN LARGE SMALL RANK STDEV.S STDEV.P
    VAR.S ABS SIGN ROUND ROUNDUP ROUNDDOWN MROUND INT TRUNC CEILING FLOOR MOD QUOTIENT POWER SQRT EXP LN LOG LOG10
    CONCATENATE CONCAT TEXTJOIN LEFT RIGHT MID LEN TRIM UPPER LOWER PROPER SUBSTITUTE REPLACE FIND SEARCH EXACT REPT
    TEXT VALUE SPLIT TODAY NOW DATE TIME YEAR MONTH DAY HOUR MINUTE SECOND WEEKDAY WEEKNUM DATEVALUE DATEDIF DAYS EDATE
    EOMONTH NETWORKDAYS WORKDAY LOOKUP INDEX MATCH UNIQUE"""
    assert set(re.split(r"\s+", names)) <= set(EXCEL)


def test_upper_case_functions_may_stand_in_feel() -> None:
    scope = Scope.any_of(["l", "a"])
    assert print_feel(compile_formula('IF(SUM(l) > 2, "x", upper case("y"))', scope).tree) == (
        'if SUM(l) > 2 then "x" else upper case("y")'
    )
    outcome = compile_formula("SUM(1, a)", scope).evaluate({}, NOW)
    assert [c.code for c in outcome.causes] == ["missing"]
    own = compile_formula("{IF: function(x) x * 2, r: IF(4)}.r", Scope.any_of([]))
    assert own.evaluate({}, NOW).value == 8


def test_a_fact_may_have_the_name_of_a_function() -> None:
    scope = Scope({"SUM": ScopeEntry("number"), "A1": ScopeEntry("number")})
    values = {"SUM": Decimal(4), "A1": Decimal(3)}
    assert compile_formula("SUM(SUM, 1) + A1", scope, "excel").evaluate(values, NOW).value == 8


# ---------------------------------------------------------------------- properties
numbers = st.sampled_from(["a", "b", "debt ratio", "1", "2.5", "50%", "x", "SUM(l)", "`a`"])
texts = st.sampled_from(["s", '"x"', '"a""b"', "x", "LEFT(s, 2)", "“y”"])
dates = st.sampled_from(["d", "e", "TODAY()", "DATE(2026, 1, 31)"])


def grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    two = st.tuples(inner, inner)
    return st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*", "/", "^", "＋", "×"]), inner).map(" ".join),
        two.map(lambda t: f"IF({t[0]} > {t[1]}, {t[0]}, {t[1]})"),
        two.map(lambda t: f"MAX（{t[0]}；{t[1]}）"),
        two.map(lambda t: f"IFERROR({t[0]} / {t[1]}, {t[1]})"),
        inner.map(lambda t: f"-({t})"),
        inner.map(lambda t: f"({t})%"),
        inner.map(lambda t: f"ROUND({t}, 1)"),
    )


formulas = st.one_of(
    st.recursive(numbers, grown, max_leaves=8),
    st.tuples(texts, st.sampled_from(["&", "=", "<>", "<", "≥"]), texts).map(" ".join),
    st.tuples(dates, st.sampled_from(["-", "<", "="]), dates).map(" ".join),
    st.tuples(dates, st.sampled_from(["+ a", "- 1", "+ x"])).map(" ".join),
    st.tuples(numbers, texts).map(lambda t: f'IFS({t[0]} = "", {t[1]}, {t[0]} > 1, "k", TRUE, {t[0]} & {t[1]})'),
)
values = st.fixed_dictionaries(
    {},
    optional={
        "a": st.integers(-9, 9), "b": st.integers(-3, 3), "s": st.sampled_from(["x", "X", "", "ab"]),
        "x": st.one_of(st.integers(-2, 2), st.just("x"), st.none()), "l": st.lists(st.integers(0, 9), max_size=3),
        "d": st.dates(), "debt ratio": st.decimals(0, 1, places=2),
    },
)  # fmt: skip


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(formulas, values)
def test_text_of_a_tree_reads_as_the_tree(text: str, facts: dict[str, Any]) -> None:
    formula = compiled(text, SCOPE)
    if not isinstance(formula, Formula):
        assert {p.code for p in formula} <= {"feel.type", "feel.unit", "rules.maybe_zero", "feel.argument_type"}
        return
    feel = formula.shown("feel")
    excel = print_excel(formula.tree, SCOPE)
    assert feel is not None
    assert without_spans(parse_excel(excel, SCOPE)) == without_spans(formula.tree), excel
    first = formula.evaluate(facts, NOW)
    again = compile_formula(feel.text, SCOPE).evaluate(facts, NOW)
    assert first.value == again.value
    assert [c.code for c in first.causes] == [c.code for c in again.causes]
    assert formula.trace(facts, NOW).outcomes == (first,)
    assert replace(formula, _fast=None).evaluate(facts, NOW) == first


@pytest.mark.parametrize(
    ("text", "plain"),
    [("IF(a > 1, a * 2, b%)", True), ("SUM(a, b) - MAX(a, b)", True), ("ROUND(a / b, 2)", True), ('s = "ABC"', True),
     ("INT(a) + TRUNC(b) + ABS(a)", True), ("a & s", False), ("IFERROR(a / b, 0)", False), ("d - e", False),
     ("SUM(l)", False)],
)  # fmt: skip
def test_simple_formulas_have_a_plain_form(text: str, plain: bool) -> None:
    formula = compile_formula(text, SCOPE, "excel")
    assert (formula._fast is not None) is plain
    facts = {"a": Decimal("7.5"), "b": Decimal(-3), "s": "abc", "l": [1], "d": date(2026, 1, 2), "e": date(2026, 1, 1)}
    assert formula.evaluate(facts, NOW) == replace(formula, _fast=None).evaluate(facts, NOW)


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(trees.trees)
def test_any_tree_prints_or_has_no_equivalent(tree: Any) -> None:
    try:
        text = print_excel(tree, trees.SCOPE)
    except NoEquivalent:
        return
    formula = compiled(text, trees.SCOPE)
    assert isinstance(formula, Formula) or all(p.code.startswith(("feel.", "excel.", "rules.")) for p in formula)


def test_random_text_never_breaks_the_reader() -> None:
    pieces = [
        *("a", "b", "s", "x", "l", "SUM(", "IF（", "）", ")", "(", ",", "；", "%", "&", "^", "=", "<>", "＝", '"', "“"),
        *("”", "1", "0.5", "A1", "$", "!", ":", "{", "[", "`", ".", " ", "\n", "TRUE", "for", "@", "\\", "''", "≥"),
    ]
    r = random.Random(5)
    for _ in range(4_000):
        text = "".join(r.choice(pieces) for _ in range(r.randint(1, 14)))
        formula = compiled(text, SCOPE)
        if isinstance(formula, Formula):
            formula.evaluate({}, NOW)
        else:
            assert all(p.span is not None and 0 <= p.span[0] <= p.span[1] <= len(text) for p in formula), text
