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
        "sure": ScopeEntry("number", nullable=False),
    }
)


def found(text: str, expect: str | None = None, dialect: str = "feel") -> list[Problem]:
    try:
        return list(compile_formula(text, SCOPE, dialect, expect).warnings)
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
        ("revenu + asset + flor(1)",
         ["feel.unknown_name_near", "feel.unknown_name_near", "feel.unknown_function_near"]),
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
        ("abs(grade)", ["feel.argument_type"]),
        ("sum([revenue, grade])", ["feel.item_type"]),
        ("sum(revenue, [revenue])", ["feel.item_type"]),
        ("sum([revenue, null])", []),
        ("mean(orders.amount)", []),
        ("all([true, revenue > 1])", []),
        ("string join([grade, revenue])", ["feel.item_type"]),
        ("sqrt(grade)", ["feel.argument_type"]),
        ("sqrt()", ["feel.arguments"]),
        ("substring(grade)", ["feel.arguments"]),
        ("substring(text: grade, start position: 1)", ["feel.unknown_parameter"]),
        ("revenue(1)", ["feel.not_a_function"]),
        ("count(for i in orders return i.amount) + i", ["feel.unknown_name"]),
        ("count(for i in orders return i.amount) + count(partial)", ["feel.unknown_name"]),
        ("if some o in orders satisfies o.amount > 1 then o else 1", ["feel.unknown_name"]),
        ("count(orders[amount > 1]) + amount", ["feel.unknown_name_near"]),
        ("{a: 1, b: a}.b + a", ["feel.unknown_name"]),
        ("(function(q) q)(1) + q", ["feel.unknown_name"]),
        ("[1, grade][anything > 1]", []),
        ("[{a: 1}, revenue][b = 1]", []),
        ("every i in orders, j in [i.amount] satisfies j > i.amount", []),
        ("(function(a) a)(1, 2)", ["feel.arguments"]),
        ("matches(grade, \"(?=a)\")", ["feel.pattern"]),
        ("matches(grade, \"(a)\\1\")", ["feel.pattern"]),
        ("date(\"2024-02-30\")", ["feel.temporal"]),
        ("date(\"31/12/2024\")", ["feel.date_order"]),
        ("date and time(\"2024-31-12\")", ["feel.date_order"]),
        ("date(grade)", ["rules.date_text"]),
        ("grade = \"D\"", ["feel.never_this_value"]),
        ("grade in (\"A\", \"X\")", ["feel.never_this_value"]),
        ("1 = 1", ["feel.constant_condition"]),
        ("revenue / assets", ["rules.maybe_zero"]),
        ("if assets != 0 then revenue / assets else null", []),
        ("revenue / 0", ["rules.maybe_zero"]),
        ("for i in \"a\"..\"b\" return i", ["feel.type"]),
        ("@\"x\" + revenu + {a: 1, a: 2}.a",
         ["feel.temporal", "feel.unknown_name_near", "feel.duplicate_key"]),
        ("1 instance of money and revenu = 1", ["feel.unknown_type", "feel.unknown_name_near"]),
        ("1 instance of list<money> and revenu = 1", ["feel.unknown_type"]),
        ("9" * 45 + " + revenu", ["rules.limit", "feel.unknown_name_near"]),
        ("{f: function(x) external {java: {class: \"a.B\", method signature: \"c(int)\"}}, r: f(1)}.r",
         ["dmn.external_function"]),
    ],
)
def test_findings(text: str, codes: list[str]) -> None:
    assert [p.code for p in found(text)] == codes


UNITS = [
    "revenue + 资产负债率", "revenue > 资产负债率", "min(revenue, 资产负债率)", "sum([revenue, 资产负债率])",
    "if listed then revenue else 资产负债率", "revenue * 2 > 资产负债率", "revenue / 2 + 资产负债率",
    "2 * revenue - 资产负债率", "-revenue < 资产负债率", "abs(revenue) > 资产负债率",
    "revenue between 1 and 资产负债率",
    "revenue in [资产负债率..9]", "revenue in (> 资产负债率)", "get or else(revenue, 资产负债率)",
    "for r in [revenue] return r + 资产负债率", "{r: revenue, s: r + 资产负债率}.s",
    "[revenue][item > 资产负债率]", "round half up(revenue, 2) = 资产负债率", "revenue in (1, 资产负债率)",
    "(function(x) revenue + 资产负债率)(1)", "count([{revenue: 1}]) + (revenue + 资产负债率)",
    "[function(revenue) 1, revenue + 资产负债率]", "sum(for revenue in [1] return revenue) + (revenue + 资产负债率)",
]  # fmt: skip
ONE_UNIT = [
    "revenue + assets", "revenue * 资产负债率", "revenue / assets > 资产负债率", "revenue + 1", "revenue > 100",
    "for 资产负债率 in [revenue] return 资产负债率 + revenue", "(function(revenue) revenue + 资产负债率)(1)",
    "orders[amount > revenue]", "[{revenue: 1}, 5][revenue > 资产负债率]",
    "count([revenue, 资产负债率])", "string(revenue) + string(资产负债率)",
    "{revenue: 1, r: revenue + 资产负债率}.r", "if listed then revenue else 0", "revenue * assets > 资产负债率",
]  # fmt: skip


@pytest.mark.parametrize("text", UNITS)
def test_units_are_not_mixed(text: str) -> None:
    (problem,) = [p for p in found(text) if p.severity == "error"]
    assert problem.code == "feel.unit"
    assert {problem.params["left"], problem.params["right"]} == {"万元", "%"}


@pytest.mark.parametrize("text", ONE_UNIT)
def test_what_has_one_unit_is_no_finding(text: str) -> None:
    assert [p.code for p in found(text) if p.severity == "error"] == []


ADVICE = [
    ("revenue / assets", "rules.maybe_zero", "assets"),
    ("revenue / (assets - 1)", "rules.maybe_zero", "assets - 1"),
    ("revenue / sum(orders.amount)", "rules.maybe_zero", "sum(orders.amount)"),
    ("modulo(revenue, assets)", "rules.maybe_zero", "assets"),
    ("revenue / (sure * 0)", "rules.maybe_zero", "sure * 0"),
    ("revenue / -assets", "rules.maybe_zero", "-assets"),
    ("orders[amount / revenue > 1]", "rules.maybe_zero", "revenue"),
    ("if revenue > 3 then 1 else 2", "rules.maybe_null", "revenue"),
    ("if listed then 1 else 2", "rules.maybe_null", "listed"),
    ("if not(listed) then 1 else 2", "rules.maybe_null", "listed"),
    ("if sure > 1 and starts with(grade, \"A\") then 1 else 2", "rules.maybe_null", "grade"),
    ("if revenue between 1 and 2 or revenue > 5 then 1 else 2", "rules.maybe_null", "revenue"),
    ("1 = 1", "feel.constant_condition", "1 = 1"),
    ("1 > 2", "feel.constant_condition", "1 > 2"),
    ("null < revenue", "feel.constant_condition", "null < revenue"),
    ("revenue >= revenue", "feel.constant_condition", "revenue >= revenue"),
    ("revenue > 5 and revenue < 3", "feel.constant_condition", "revenue < 3"),
    ("revenue > 5 and 5 >= revenue", "feel.constant_condition", "5 >= revenue"),
    ("revenue = 5 and revenue = 6", "feel.constant_condition", "revenue = 6"),
    ("revenue in [1..2] and revenue between 3 and 4", "feel.constant_condition", "revenue between 3 and 4"),
    ("revenue > 5 or revenue <= 5", "feel.constant_condition", "revenue <= 5"),
    ("revenue < 3 or revenue in [3..7) or revenue >= 7", "feel.constant_condition", "revenue >= 7"),
    ("revenue < 3 or revenue >= 3 or revenue > 9", "feel.constant_condition", "revenue >= 3"),
    ("revenue <= 5 or revenue in (2..8) or revenue > 7", "feel.constant_condition", "revenue > 7"),
    ("revenue > 7 or revenue < 9", "feel.constant_condition", "revenue < 9"),
    ("since < @\"2024-01-01\" and since > @\"2024-02-01\"", "feel.constant_condition", "since > @\"2024-02-01\""),
    ("count(orders) >= 0", "feel.constant_condition", "count(orders) >= 0"),
    ("abs(revenue) < 0", "feel.constant_condition", "abs(revenue) < 0"),
    ("abs(revenue) = -1", "feel.constant_condition", "abs(revenue) = -1"),
    ("revenue between 5 and 3", "feel.constant_condition", "revenue between 5 and 3"),
    ("revenue in (5..5)", "feel.constant_condition", "revenue in (5..5)"),
    ("revenue in []", "feel.constant_condition", "revenue in []"),
    ("revenue > 1 and true", "feel.constant_condition", "true"),
    ("if false then 1 else 2", "feel.constant_condition", "false"),
    ("orders[true]", "feel.constant_condition", "true"),
    ("grade = \"D\"", "feel.never_this_value", "\"D\""),
    ("\"D\" != grade", "feel.never_this_value", "\"D\""),
    ("grade in (\"A\", \"X\")", "feel.never_this_value", "\"X\""),
    ("grade in [\"A\", \"X\"]", "feel.never_this_value", "\"X\""),
    ("for i in orders return 1", "feel.unused", "i in orders"),
    ("some i in orders, j in [1] satisfies j > 0", "feel.unused", "i in orders"),
    ("{x: 1, r: 2}.r", "feel.unused", "1"),
    ("upper case([grade])", "feel.list_given", "[grade]"),
    ("sqrt(orders.amount)", "feel.list_given", "orders.amount"),
    ("date(grade)", "rules.date_text", "grade"),
]
QUIET = [
    "revenue / 2", "revenue / (1 + count(orders))", "revenue / max(1, assets)", "revenue / (2 * exp(assets))",
    "revenue / get or else(3, 4)", "revenue / (if listed = true then 1 else 2)",
    "duration(\"P1D\") / duration(\"PT1H\")",
    "if assets != 0 then revenue / assets else null", "if assets != sure then revenue / (assets - sure) else 0",
    "assets != 0 and revenue / assets > 1", "assets = 0 or revenue / assets > 1",
    "if revenue != null and revenue > 3 then 1 else 2", "if sure > 3 then 1 else 2",
    "if is defined(revenue) then (if revenue > 3 then 1 else 2) else 0", "if get or else(revenue, 0) > 3 then 1 else 2",
    "if grade = \"A\" then 1 else 2", "if count(orders) > 1 then 1 else 2",
    "for revenue in [1] return if revenue > 1 then 1 else 2", "revenue > 5 or revenue < 3", "grade = \"A\"",
    "revenue >= 3 and revenue <= 3", "revenue < 3 or revenue in [4..7) or revenue >= 7",
    "revenue in [1..3] or revenue > 3", "revenue < 3 or revenue in (3..7) or revenue > 7",
    "revenue <= 3 or revenue in [5..9] or revenue in (3..4)",
    "revenue > 3 and assets < 3", "revenue < 3 or revenue > 3", "abs(revenue) > 1",
    "count(orders) > 0",
    "for i in orders, j in [i] return j", "{x: 1, y: x, r: y}.r", "for i in orders return sum(partial) + i.amount",
    "abs(orders[1].amount)", "max(orders.amount)", "min(orders.amount, 1)", "date(\"2024-01-31\")",
    "list replace(orders, function(item, newItem) item.amount > 1, null)",
]  # fmt: skip


@pytest.mark.parametrize(("text", "code", "place"), ADVICE)
def test_advice(text: str, code: str, place: str) -> None:
    (problem,) = found(text)
    assert (problem.code, problem.severity) == (code, "warning")
    assert problem.span is not None
    assert text[slice(*problem.span)] == place


@pytest.mark.parametrize("text", QUIET)
def test_no_advice(text: str) -> None:
    assert found(text) == []


def test_advice_waits_for_errors() -> None:
    assert [p.code for p in found("revenue / assets + grade")] == ["feel.type"]


@pytest.mark.parametrize(
    ("text", "near"),
    [("31/12/2024", "2024-12-31"), ("03/04/2024", "2024-04-03 or 2024-03-04"), ("2024-31-12", "2024-12-31"),
     ("2024/1/31", "2024-01-31"), ("2024年1月31日", "2024-01-31"), ("12.31.2024", "2024-12-31"),
     ("04/04/2024", "2024-04-04")],
)
def test_the_order_of_a_date_text(text: str, near: str) -> None:
    (problem,) = found(f'date("{text}")')
    assert (problem.code, problem.params["near"]["en"]) == ("feel.date_order", near)
    again = [p.code for p in found(f'DATEVALUE("{text}")', dialect="excel")]
    assert again == ([] if text in ("2024/1/31", "2024年1月31日") else ["feel.date_order"])


@pytest.mark.parametrize(
    ("text", "kind"),
    [("since + 1", "date"), ("1 + since", "date"), ("since - 1", "date"), ("since - since", "number"),
     ("NOW() + 1", "date and time"), ("revenue + 1", "number"), ("TIME(10, 0, 0) + 1", None),
     ("1 + TIME(10, 0, 0)", None), ("1 - since", None), ("since + since", None), ("since + listed", None)],
)  # fmt: skip
def test_days_added_in_excel(text: str, kind: str | None) -> None:
    if kind is None:
        assert [problem.code for problem in found(text, dialect="excel")] == ["feel.type"]
    else:
        assert compile_formula(text, SCOPE, "excel").type == kind


def test_a_date_text_that_iferror_may_catch_is_a_warning() -> None:
    for text, dialect, severity in (
        ('date("31/12/2024")', "feel", "error"), ('date("2024-02-30")', "feel", "error"),
        ('DATEVALUE("31/12/2024")', "excel", "warning"),
    ):  # fmt: skip
        assert [problem.severity for problem in found(text, dialect=dialect)] == [severity], text
    assert found('DATEVALUE("nonsense")', dialect="excel") == []


def test_spans_count_code_points() -> None:
    (problem,) = found("资产负债率 + (\n  资产负债 )")
    assert problem.code == "feel.unknown_name_near"
    assert problem.params == {"line": 2, "name": "资产负债", "near": "资产负债率"}
    assert problem.span == (12, 16)


@pytest.mark.parametrize(
    ("text", "expect", "fits"),
    [("revenue", "number", True), ("grade", "number", False), ("listed", "boolean", True), ("null", "number", True),
     ("if listed then 1 else null", "number", True), ("orders", "list<any>", True), ("1 > 2", "string", False),
     ("orders.amount", "number", True), ("orders.due", "number", False), ("[]", "number", True),
     ("revenue", "list<number>", True), ("grade", "list<number>", False), ("since", "date and time", True)],
)
def test_the_place_wants_a_type(text: str, expect: str, fits: bool) -> None:
    codes = [p.code for p in found(text, expect) if p.severity == "error"]
    assert codes == ([] if fits else ["feel.expected"])


@pytest.mark.parametrize(
    ("text", "kind"),
    [("revenue + 1", "number"), ("orders.amount", "list<number>"), ("orders[1]", "context<amount: number, due: date>"),
     ("since - since", "days and time duration"), ("{a: 1}", "context<a: number>"), ("[1..2]", "range<number>"),
     ("[1, 2]", "list<number>"), ("[1, \"x\"]", "list"), ("[1, 2, \"x\"]", "list"), ("[null, 1]", "list<number>"),
     ("[since, since]", "list<date>"), ("[[1], [2]]", "list<list<number>>"),
     ("if listed then 1 else \"x\"", "any"), ("for o in orders return o.due", "list<date>"),
     ("reverse(orders.due)", "list<date>"), ("reverse(revenue)", "list<number>"), ("distinct values([])", "list")],
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
             "xyzzyfoo(2)", "date(\"31/12/2024\")", "upper case([grade])", "for i in orders return 1", "date(grade)",
             "sum([grade])",
             "if listed then 1 else 2", "{f: function() external {java: {class: \"a\"}}, r: f()}.r"]
    seen = set()
    for text in texts:
        for problem in found(text) + found(text, "string"):
            seen.add(problem.code)
            assert sentences[problem.code].format_map(problem.params)
    assert len(seen) > 24
    for text in ["a", "a / 0", "1 + \"a\"", "exp(1E6000)", "[1][0]", "matches(\"a\", \"(?=a)\")", "sqrt(-1)",
                 "error(\"x\")", "for i in 1..99999 return i", "abs()", "not(1)", "-\"a\"", "1()", "min([])",
                 "(function() external {java: {class: \"a\"}})()"]:
        (cause,) = compile_formula(text, Scope.open()).evaluate({}, NOW).causes
        assert sentences[f"cause.{cause.code}"].format_map(cause.params)
