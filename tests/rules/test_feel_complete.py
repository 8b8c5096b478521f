"""Completion, the call around the cursor, and the review of a text as it is written."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules import Scope, ScopeEntry, compile_formula
from rules.feel.complete import completions, within
from rules.feel.constructs import CONSTRUCTS, constructs
from rules.feel.functions import ROWS
from rules.feel.functions.table import Example
from rules.feel.nearest import distance, initials, nearest
from rules.feel.review import review

NOW = datetime(2026, 1, 15, tzinfo=UTC)
SCOPE = Scope(
    {
        "revenue": ScopeEntry("number", unit="万元", labels={"zh-CN": "营业收入", "en": "Sales"}),
        "资产负债率": ScopeEntry("number", unit="%"),
        "grade": ScopeEntry("string", allowed=("A", "AA", "B")),
        "since": ScopeEntry("date"),
        "orders": ScopeEntry("list<context<amount: number, due day: date>>"),
        "debt ratio": ScopeEntry("number"),
        "debt": ScopeEntry("number"),
        "customer": ScopeEntry("context<name: string, owner: context<id: string>>"),
        "profit/sales": ScopeEntry("number"),
        "sector": ScopeEntry("string", choices={
            "01": {"zh-CN": "制造业", "en": "Manufacturing"}, "02": {"zh-CN": "农业", "en": "Farming"},
        }),
    }
)


def offered(text: str, dialect: str = "feel") -> tuple[str, list[str]]:
    """What is replaced, and what is put there; the cursor stands at the bar."""
    at = text.index("|")
    whole = text[:at] + text[at + 1 :]
    found = completions(whole, at, SCOPE, dialect)
    return whole[slice(*found.span)], [each.text for each in found.items]


@pytest.mark.parametrize(
    ("text", "replaced", "first"),
    [
        ("rev|", "rev", ["revenue", "reverse("]),
        ("1 + Rev|", "Rev", ["revenue", "reverse("]),
        ("yysr|", "yysr", ["revenue"]),
        ("sal|", "sal", ["revenue"]),
        ("营业|", "营业", ["revenue"]),
        ("zcf|", "zcf", ["资产负债率"]),
        ("负债|", "负债", ["资产负债率"]),
        ("1 + debt r|", "debt r", ["`debt ratio`"]),
        ("prof|", "prof", ["profit/sales"]),
        ("orders.|", "", ["amount", "`due day`"]),
        ("orders[1].due|", "due", ["`due day`"]),
        ("sum(orders.am|", "am", ["amount"]),
        ("since.mo|", "mo", ["month"]),
        ("customer.owner.|", "", ["id"]),
        ("for o in orders return o.|", "", ["amount", "`due day`"]),
        ("some ord in orders satisfies ord|", "ord", ["ord", "orders"]),
        ('grade = "|', '"', ['"A"', '"AA"', '"B"']),
        ('grade in ("A", "|', '"', ['"A"', '"AA"', '"B"']),
        ('grade != "a|"', '"a', ['"A"', '"AA"']),
        ('revenue = "|', '"', []),
        ("grade = |", "", ['"A"', '"AA"', '"B"', "revenue"]),
        ("grade in (|", "", ['"A"', '"AA"', '"B"', "revenue"]),
        ('grade in ("A", |', "", ['"A"', '"AA"', '"B"', "revenue"]),
        ("grade = a|", "a", ['"A"', '"AA"', "append("]),
        ("sector = zzy|", "zzy", ['"01"']),
        ('sector = "农|"', '"农', ['"02"']),
        ('sector in ("farm|', '"farm', ['"02"']),
        ("date and t|", "date and t", ["date and time("]),
        ("subs|", "subs", ["substring(", "substring before(", "substring after(", "SUBSTITUTE("]),
        ("sat|", "sat", ["satisfies"]),
        ("1.|", "", []),
        ("nothing.|", "", []),
        ('"text|', '"text', []),
    ],
)
def test_completion(text: str, replaced: str, first: list[str]) -> None:
    found, items = offered(text)
    assert found == replaced
    assert items[: len(first)] == first
    assert bool(items) == bool(first)


def test_excel_offers_its_own_functions_first() -> None:
    replaced, items = offered("=SU|", "excel")
    assert replaced == "SU"
    assert items[:3] == ["SUM(", "SUMIF(", "SUMPRODUCT("]
    assert "sum(" in items
    assert offered("=prof|", "excel")[1] == ["profit/sales"]
    assert offered("=sat|", "excel")[1] == []


def test_a_completion_says_what_it_is() -> None:
    (name,) = completions("yys", 3, SCOPE).items
    assert (name.kind, name.name, name.type, name.detail) == ("name", "revenue", "number", "万元")
    assert name.label["en"] == "Sales"
    function = completions("substring", 9, SCOPE).items[0]
    assert (function.kind, function.detail) == ("function", "substring(string, start position, [length])")
    assert function.label == ROWS["substring"].help


@pytest.mark.parametrize(
    ("text", "function", "argument"),
    [
        ("substring(|", "substring", 0),
        ("substring(grade, |", "substring", 1),
        ('substring("a,b(", 1, |', "substring", 2),
        ("sum([1, 2], max(3, |", "max", 1),
        ("sum([1, |", "sum", 0),
        ("date and time(|", "date and time", 0),
        ("1 + (2 * |", None, 0),
        ("sum(1)|", None, 0),
        ("years and months duration(since, |", "years and months duration", 1),
        ("sum(x, (1 + |", "sum", 1),
    ],
)
def test_the_call_around(text: str, function: str | None, argument: int) -> None:
    found = within(text.replace("|", ""), text.index("|"))
    assert (found.row.name if found else None) == function
    assert found is None or found.argument == argument


def test_the_call_around_in_excel() -> None:
    found = within('IF（LEFT(grade；1)="A"；', 22, "excel")
    assert found is not None
    assert (found.row.name, found.argument) == ("IF", 1)


def test_a_review_of_sound_text() -> None:
    found = review("IF(revenue>1；1；2)", SCOPE, "excel", expect="number", at=3)
    assert found.problems == ()
    assert (found.type, found.names) == ("number", ("revenue",))
    assert found.canonical == "IF(revenue > 1, 1, 2)"
    assert found.other is not None
    assert found.other.text == "if blank as zero(revenue) > 1 then 1 else 2"
    assert found.completions is not None
    assert found.within is not None
    assert review("revenue   *2", SCOPE).canonical == "revenue * 2"


def test_a_review_of_broken_text() -> None:
    found = review("revenu + (", SCOPE, at=6)
    assert [p.code for p in found.problems] == ["feel.syntax"]
    assert (found.type, found.canonical, found.other) == ("", None, None)
    assert found.completions is not None
    assert [each.text for each in found.completions.items] == ["revenue"]


def test_a_review_of_a_cell() -> None:
    assert review("[30..50), > 90", SCOPE, expect="number", unary=True).problems == ()
    (problem,) = review('"A"', SCOPE, expect="number", unary=True).problems
    assert problem.code == "feel.type"


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from("revn.资 \"`([{,;:)]}\\/1ad|()=（；"), max_size=24), st.integers(-2, 30))
def test_any_text_can_be_completed(text: str, at: int) -> None:
    for dialect in ("feel", "excel"):
        found = completions(text, at, SCOPE, dialect)
        assert 0 <= found.span[0] <= found.span[1] <= len(text)
        within(text, at, dialect)


WAYS = [(each.key, dialect, example) for each in CONSTRUCTS for dialect in each.dialects for example in each.examples]


@pytest.mark.parametrize(("key", "dialect", "example"), WAYS)
def test_example_of_a_way_to_write_holds(key: str, dialect: str, example: Example) -> None:
    found, wanted = (compile_formula(side, Scope.any_of([]), dialect).evaluate({}, NOW) for side in example)
    assert found.value == wanted.value
    assert type(found.value) is type(wanted.value)


def test_ways_to_write_are_told_in_both_languages() -> None:
    assert len({each.key for each in CONSTRUCTS}) == len(CONSTRUCTS)
    for each in CONSTRUCTS:
        assert set(each.form) == set(each.help) == {"zh-CN", "en"}
        assert all((*each.form.values(), *each.help.values()))
        assert each.dialects
    assert {each.key for each in constructs("excel")} >= {"arithmetic", "percent", "power_excel"}


# ---------------------------------------------------------------------- the nearest name
NAMES = ["资产负债率", "注册资本", "营业收入", "净利润", "逾期天数", "revenue", "total_assets", "SUM", "sum"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("资产负债", "资产负债率"), ("资产负责率", "资产负债率"), ("资负产债率", "资产负债率"), ("zcfzl", "资产负债率"),
        ("yysr", "营业收入"), ("jlr", "净利润"), ("yqts", "逾期天数"), ("zcf", "资产负债率"), ("注册资金", "注册资本"),
        ("revenu", "revenue"), ("reveune", "revenue"), ("Revenue", "revenue"), ("total_asset", "total_assets"),
        ("Sum", "sum"), ("SUm", "SUM"), ("profit", None), ("净", None), ("x", None), ("应收账款", None), ("", None),
    ],
)  # fmt: skip
def test_the_nearest_name(typed: str, meant: str | None) -> None:
    assert nearest(typed, NAMES) == meant


def test_initials_of_names() -> None:
    assert initials("第一大股东持股比例") == "dydgdcgbl"
    assert initials("EBITDA 利润率2") == "ebitdalrl2"
    assert initials("𠮷鑫é") == ""


def slow(a: str, b: str) -> int:
    """Optimal string alignment by the book."""
    table = [[i + j if not i or not j else 0 for j in range(len(b) + 1)] for i in range(len(a) + 1)]
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            best = min(table[i - 1][j] + 1, table[i][j - 1] + 1, table[i - 1][j - 1] + (a[i - 1] != b[j - 1]))
            if i > 1 and j > 1 and a[i - 1] == b[j - 2] and a[i - 2] == b[j - 1]:
                best = min(best, table[i - 2][j - 2] + 1)
            table[i][j] = best
    return table[-1][-1]


@settings(max_examples=500, deadline=None)
@given(st.text("abc", max_size=8), st.text("abc", max_size=8), st.integers(0, 5))
def test_distances(one: str, other: str, most: int) -> None:
    assert distance(one, other, most) == min(slow(one, other), most + 1)
