"""What the checker finds: every problem at once, at its place, with the nearest name and in both languages."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from rules import Invalid, Problem, Scope, ScopeEntry, compile_formula, compile_unary
from tests.shared import ROOT

NOW = datetime(2026, 1, 15, tzinfo=UTC)
SCOPE = Scope(
    {
        "revenue": ScopeEntry("number", unit="万元"),
        "assets": ScopeEntry("number", unit="万元"),
        "资产负债率": ScopeEntry("number", unit="%"),
        "grade": ScopeEntry("string", allowed=("A", "B", "C")),
        "since": ScopeEntry("date"),
        "listed": ScopeEntry("boolean"),
        "orders": ScopeEntry("list<context<amount: number, due: date>>"),
        "count": ScopeEntry("number"),
    }
)


def found(text: str, expect: str | None = None) -> list[Problem]:
    try:
        return list(compile_formula(text, SCOPE, expect=expect).warnings)
    except Invalid as error:
        return list(error.problems)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("revenue / 2 > 3 and listed", []),
        ("sum(orders[amount > 10].amount) + count", []),
        ("count(orders) * count", []),
        ("orders[due < since][1].amount", []),
        ("since + duration(\"P1M\") > since", []),
        ("get or else(revenue, 0) + 1", []),
        ("revenu + 1", ["feel.unknown_name_near"]),
        ("qqqqqq + 1", ["feel.unknown_name"]),
        ("revenu + asset + foo(1)", ["feel.unknown_name_near", "feel.unknown_name_near", "feel.unknown_function_near"]),
        ("revenue + grade", ["feel.type"]),
        ("grade > 3", ["feel.type"]),
        ("listed < listed", ["feel.type"]),
        ("-since", ["feel.type"]),
        ("since - grade", ["feel.type"]),
        ("revenue = grade", ["feel.type"]),
        ("revenue in (\"A\", 1)", ["feel.type"]),
        ("revenue in [1..\"b\"]", ["feel.type"]),
        ("grade between 1 and 3", ["feel.type"]),
        ("revenue and listed", ["feel.condition"]),
        ("if revenue then 1 else 2", ["feel.condition"]),
        ("some o in orders satisfies o.amount", ["feel.condition"]),
        ("orders[\"x\"]", ["feel.condition"]),
        ("orders[amout > 1]", ["feel.unknown_name_near"]),
        ("orders.amout", ["feel.unknown_member_near"]),
        ("since.hour", ["feel.unknown_member"]),
        ("revenue + 资产负债率", ["feel.unit"]),
        ("revenue > 资产负债率", ["feel.unit"]),
        ("revenue + assets - revenue", []),
        ("revenue * 资产负债率", []),
        ("abs(grade)", []),
        ("sqrt(grade)", ["feel.argument_type"]),
        ("sqrt()", ["feel.arguments"]),
        ("substring(grade)", ["feel.arguments"]),
        ("substring(text: grade, start position: 1)", ["feel.unknown_parameter"]),
        ("revenue(1)", ["feel.not_a_function"]),
        ("(function(a) a)(1, 2)", ["feel.arguments"]),
        ("matches(grade, \"(?=a)\")", ["feel.pattern"]),
        ("matches(grade, \"(a)\\1\")", ["feel.pattern"]),
        ("date(\"2024-13-01\")", ["feel.temporal"]),
        ("grade = \"D\"", ["feel.never_this_value"]),
        ("grade in (\"A\", \"X\")", ["feel.never_this_value"]),
        ("1 = 1", ["feel.constant_condition"]),
        ("revenue / assets", ["rules.maybe_zero"]),
        ("if assets != 0 then revenue / assets else null", []),
        ("revenue / 0", ["rules.maybe_zero"]),
        ("for i in \"a\"..\"b\" return i", ["feel.type"]),
    ],
)
def test_findings(text: str, codes: list[str]) -> None:
    assert [p.code for p in found(text)] == codes


def test_spans_count_code_points() -> None:
    (problem,) = found("资产负债率 + (\n  资产负债 )")
    assert problem.code == "feel.unknown_name_near"
    assert problem.params == {"line": 2, "name": "资产负债", "near": "资产负债率"}
    assert problem.span == (12, 16)


@pytest.mark.parametrize(
    ("text", "expect", "fits"),
    [("revenue", "number", True), ("grade", "number", False), ("listed", "boolean", True), ("null", "number", True),
     ("if listed then 1 else null", "number", True), ("orders", "list<any>", True), ("1 > 2", "string", False)],
)
def test_the_place_wants_a_type(text: str, expect: str, fits: bool) -> None:
    codes = [p.code for p in found(text, expect) if p.severity == "error"]
    assert codes == ([] if fits else ["feel.expected"])


@pytest.mark.parametrize(
    ("text", "kind"),
    [("revenue + 1", "number"), ("orders.amount", "list<number>"), ("orders[1]", "context<amount: number, due: date>"),
     ("since - since", "days and time duration"), ("{a: 1}", "context<a: number>"), ("[1..2]", "range<number>"),
     ("if listed then 1 else \"x\"", "any"), ("for o in orders return o.due", "list<date>")],
)
def test_types(text: str, kind: str) -> None:
    assert compile_formula(text, SCOPE).type == kind


def test_names_are_the_facts_it_reads() -> None:
    formula = compile_formula("for revenue in orders return revenue.amount + count", SCOPE)
    assert formula.names == ("orders", "count")


def test_other_dialects_are_refused() -> None:
    with pytest.raises(Invalid) as caught:
        compile_formula("1", SCOPE, dialect="sql")
    assert caught.value.problems[0].code == "rules.dialect"


@pytest.mark.parametrize(
    ("text", "value", "holds"),
    [("-", "5", True), ("5", "5", True), ("[30..50)", "30", True), ("[30..50)", "50", False), ("> 90", "91", True),
     ("1, 2, 3", "2", True), ("not(1, 2)", "2", False), ("not(1, 2)", "3", True), ("? > 3 and ? < 6", "5", True),
     ("< 3, > 6", "5", False), ("[1, 2]", "2", True),
     ("limit * 2", "6", True), ("> limit", "4", True), ("null", "1", False),
     ("list contains([1, 2], ?)", "2", True)],
)
def test_cells(text: str, value: str, holds: bool) -> None:
    formula = compile_unary(text, Scope({"limit": ScopeEntry("number")}), expect="number")
    assert formula.evaluate({"?": Decimal(value), "limit": Decimal(3)}, NOW).value is holds


def test_cells_over_text_truth_and_nothing() -> None:
    def cell(text: str, value: Any) -> Any:
        return compile_unary(text, Scope.any_of([])).evaluate({"?": value}, NOW).value

    assert cell('"A", "B"', "B") is True
    assert cell('not("A")', "B") is True
    assert cell("true", True) is True
    assert cell("false", True) is False
    assert cell("-", None) is True
    assert cell("> 3", None) is None
    assert cell("null", None) is True


def test_a_cell_of_another_type_is_found() -> None:
    with pytest.raises(Invalid) as caught:
        compile_unary('"A"', Scope.any_of([]), expect="number")
    assert caught.value.problems[0].code == "feel.type"


def test_every_code_has_a_sentence_in_both_languages() -> None:
    source = "\n".join(p.read_text(encoding="utf-8") for p in sorted((ROOT / "rules" / "feel").rglob("*.py")))
    codes = set(re.findall(r'"((?:feel|rules|excel)\.[a-z_]+)"', source))
    codes |= {f"{code}_near" for code in re.findall(r'self\.unknown\("([a-z_.]+)"', source)}
    faults = re.findall(r'(?:fault\(run, n|Fault\(|_null\()(?:, )?"([a-z_.]+)"', source)
    codes |= {f"cause.{code}" for code in (*faults, "stale", "refused", "disputed", "missing", "limit", "raised")}
    for folder in ("zh_Hans_CN", "en"):
        texts = [p.read_text(encoding="utf-8") for p in (ROOT / "app" / "locale" / folder).glob("*.po")]
        known = set(re.findall(r'^msgid "([^"]+)"', "\n".join(texts), re.MULTILINE))
        assert codes - known == set(), folder


def catalogue(folder: str) -> dict[str, str]:
    text = Path(ROOT / "app" / "locale" / folder / "rules.po").read_text(encoding="utf-8")
    pairs = re.findall(r'^msgid "([^"]+)"\nmsgstr "(.*)"$', text, re.MULTILINE)
    return {key: value.replace('\\"', '"') for key, value in pairs}


@pytest.mark.parametrize("folder", ["zh_Hans_CN", "en"])
def test_params_fill_the_sentences(folder: str) -> None:
    """Each finding of this file's formulas, and each cause, has what its sentence names."""
    sentences = catalogue(folder)
    texts = ["revenu", "qq", "1 + \"a\"", "revenue + 资产负债率", "abs()", "sqrt(grade)", "1 = 1", "(", "@\"x\"",
             "{a: 1, a: 1}", "1 instance of x", "foo(1)", "orders.amout", "listed.x", "if 1 then 1 else 1",
             "revenue / 0", "matches(grade, \"(?=a)\")", "abs(m: 1)", "grade = \"D\"", "revenue(1)", "9" * 50,
             "xyzzyfoo(2)"]
    seen = set()
    for text in texts:
        for problem in found(text) + found(text, "string"):
            seen.add(problem.code)
            assert sentences[problem.code].format_map(problem.params)
    assert len(seen) > 18
    for text in ["a", "a / 0", "1 + \"a\"", "exp(1E6000)", "[1][0]", "matches(\"a\", \"(?=a)\")", "sqrt(-1)",
                 "error(\"x\")", "for i in 1..99999 return i", "abs()", "not(1)", "-\"a\"", "1()", "min([])"]:
        (cause,) = compile_formula(text, Scope.open()).evaluate({}, NOW).causes
        assert sentences[f"cause.{cause.code}"].format_map(cause.params)
