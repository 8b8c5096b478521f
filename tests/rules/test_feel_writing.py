"""What helps who writes a formula: what stands at a place, what puts a problem right, and a formula over lines."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules import Invalid, Problem, Scope, ScopeEntry, compile_formula
from rules.feel.functions import INDEX
from rules.feel.here import here
from rules.feel.layout import has_comment, laid_out
from rules.feel.mend import mends
from rules.feel.parse import parse
from rules.feel.printing import print_feel, without_spans
from rules.feel.review import formatted, review
from rules.feel.show import Shown, Unshown
from tests.proofs import SLICES, Proof
from tests.rules import trees

SCOPE = Scope(
    {
        "a": ScopeEntry("number"),
        "b": ScopeEntry("number", nullable=False),
        "revenue": ScopeEntry("number", unit="万元", labels={"zh-CN": "营业收入"}, origin="fact"),
        "𠮷率": ScopeEntry("number"),
        "debt ratio": ScopeEntry("number"),
        "grade": ScopeEntry("string"),
        "customer": ScopeEntry("context<name: string, due day: date>"),
        "orders": ScopeEntry("list<context<amount: number>>"),
    }
)


# ---------------------------------------------------------------------- what stands there
@pytest.mark.parametrize(
    ("text", "kind", "span", "type"),
    [
        ("1 + rev|enue", "name", "revenue", "number"),
        ("|revenue", "name", "revenue", "number"),
        ("revenue| + 1", "name", "revenue", "number"),
        ("𠮷率 + debt| ratio", "name", "debt ratio", "number"),
        ("𠮷|率", "name", "𠮷率", "number"),
        ("`debt ra|tio` + ", "name", "`debt ratio`", "number"),
        ("max(a, |b", "name", "b", "number"),
        ("ma|x(a", "function", "max", "item"),
        ("string len|gth (grade)", "function", "string length", "number"),
        ("customer.due d|ay", "member", "due day", "date"),
        ("customer.`due d|ay`", "member", "`due day`", "date"),
        ("for o in orders return o|.amount", "variable", "o", "context<amount: number>"),
        ("for o in orders return o.am|ount", "member", "amount", "number"),
        ("SU|M(a)", "function", "SUM", "number"),
    ],
)
def test_what_stands_at_a_place(text: str, kind: str, span: str, type: str) -> None:
    whole = text.replace("|", "")
    found = here(whole, text.index("|"), SCOPE)
    assert found is not None
    assert (found.kind, whole[slice(*found.span)], found.type) == (kind, span, type)


NOWHERE = ["|", "1 |+ a", '"rev|enue"', "nob|ody", "i|f a", "// rev|enue", '"a\\" rev|', "1.|5", "a.x|y", "ma|x + 1"]


@pytest.mark.parametrize("text", NOWHERE)
def test_where_nothing_known_stands(text: str) -> None:
    assert here(text.replace("|", ""), text.index("|"), SCOPE) is None


def test_what_stands_in_excel_text() -> None:
    text = "IF（a＞1；`debt ratio`；round(b, 1))"
    assert [getattr(here(text, at, SCOPE, "excel"), "name", None) for at in (1, 3, 9, 21)] == [
        "IF", "a", "debt ratio", "ROUND",
    ]  # fmt: skip
    found = here("revenue", 2, SCOPE, "excel")
    assert found is not None
    assert (found.unit, found.origin, found.nullable, found.label) == ("万元", "fact", True, {"zh-CN": "营业收入"})


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from("revn.资𠮷 \"`([{,;:)]}\\/1adx|=（；"), max_size=24), st.integers(-2, 30))
def test_any_text_can_be_asked_about(text: str, at: int) -> None:
    for dialect in ("feel", "excel"):
        found = here(text, at, SCOPE, dialect)
        assert found is None or (0 <= found.span[0] <= at <= found.span[1] <= len(text))
        review(text, SCOPE, dialect, at=at)


# ---------------------------------------------------------------------- what puts a problem right
def mended(text: str, dialect: str = "feel", unary: bool = False) -> list[str]:
    """The texts that follow from the changes offered."""
    try:
        compile_formula(text, SCOPE, dialect)
    except Invalid as invalid:
        found = [each for problem in invalid.problems for each in mends(problem, text, SCOPE, dialect, unary)]
        return [text[: each.span[0]] + each.text + text[each.span[1] :] for each in found]
    return []


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("revenu + 1", "revenue + 1"),
        ("𠮷率 + revenu", "𠮷率 + revenue"),
        ("𠮷 率 * 1", "𠮷率 * 1"),
        ("`revenu` + 1", "revenue + 1"),
        ("debt rati + 1", "debt ratio + 1"),
        ("maxx(a, b)", "max(a, b)"),
        ("revenu(1)", "revenue(1)"),
        ("customer.nam", "customer.name"),
        ("customer.due dya", "customer.`due day`"),
        ("customer.`due dya`", "customer.`due day`"),
        ("max（a，b）", "max(a,b)"),
        ("grade = “甲（乙）”", 'grade = "甲（乙）"'),
        ("grade = '甲'", 'grade = "甲"'),
        ('if grade ＝ "（" then a else b', 'if grade = "（" then a else b'),
        ("a ！= b", "a != b"),
        ("a ≥ b", "a >= b"),
        ("a == b", "a = b"),
        ("a <> b", "a != b"),
        ("a > 1 && b > 1 || false", "a > 1 and b > 1 or false"),
        ("a > 1&&b > 1", "a > 1 and b > 1"),
        ('grade = "甲', 'grade = "甲"'),
        ("`debt ratio", "`debt ratio`"),
        ("max(a, b", "max(a, b)"),
        ("max(a, b  ", "max(a, b)  "),
        ("sum([a, (b + 1", "sum([a, (b + 1)])"),
        ('if a > 1 then "x', 'if a > 1 then "x"'),
    ],
)
def test_a_problem_is_put_right_in_one_stroke(text: str, wanted: str) -> None:
    assert mended(text) == [wanted]


MEANT = ["a + ", "max(a, ", "a b", "nobody", "a + 万岁", "if a", "/* a", "1 + # 2", "a = = b", 'max("x" 1', ""]


@pytest.mark.parametrize("text", MEANT)
def test_only_its_author_knows(text: str) -> None:
    assert mended(text) == []


def test_mends_of_excel_text() -> None:
    assert mended("SUM(a；b", "excel") == ["SUM(a；b)"]
    assert mended("revenu*2", "excel") == ["revenue*2"]
    assert mended('IF(grade="x', "excel") == ['IF(grade="x")']
    assert mended("debt rati", "excel") == ["debt ratio"]


def test_mends_of_the_cell_of_a_table() -> None:
    (problem,) = review("［30..50)，> 90", SCOPE, expect="number", unary=True).problems
    (found,) = mends(problem, "［30..50)，> 90", SCOPE, unary=True)
    assert found.text == "[30..50),"


def test_nothing_is_offered_where_there_is_no_place_or_no_error() -> None:
    assert mends(Problem("feel.syntax"), "a", SCOPE) == ()
    assert mends(Problem("feel.syntax", span=(0, 1), severity="warning"), "（", SCOPE) == ()
    assert mends(Problem("rules.limit", span=(4000, 5000)), "(" * 5000, SCOPE) == ()


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from("revenu.a \"'`([{,;)]}\\/1＝（）；“”！=&|<>"), max_size=24))
def test_what_is_offered_is_inside_the_text(text: str) -> None:
    for dialect in ("feel", "excel"):
        found = review(text, SCOPE, dialect)
        assert len(found.mends) == len(found.problems)
        for each in (each for several in found.mends for each in several):
            assert 0 <= each.span[0] <= each.span[1] <= len(text)
            assert text[slice(*each.span)] != each.text


# ---------------------------------------------------------------------- the other dialect
def test_why_the_other_dialect_says_something_else() -> None:
    def differs(text: str) -> Any:
        other = review(text, SCOPE).other
        return other.differs if isinstance(other, Shown) else other

    assert differs("b * 2 > 1") == ()
    assert differs("a * 2 > 1") == ("blanks",)
    assert differs('grade = "x"') == ("blanks", "case")
    assert differs("b > 1 and b < 3") == ()
    assert differs("max(b, 1)") == ("null",)
    text = "1 + sum(for o in orders return o.amount)"
    other = review(text, SCOPE).other
    assert isinstance(other, Unshown)
    assert text[slice(*other.span)] == "for o in orders return o.amount"
    assert review("b // so", SCOPE).comments
    assert not review('"// so" + `// so`', Scope.open()).comments


# ---------------------------------------------------------------------- over several lines
LONG = (
    'if revenue > 1 and b < 3 and grade = "an and or then (x" then max(a, b, a * b, a + b + 100, revenue, 123456) '
    "else if a > 2 and string length(grade) > 12 then round half up(a / b, 2) else 0"
)


def test_a_long_formula_is_written_over_lines() -> None:
    assert formatted(LONG, SCOPE) == (
        'if revenue > 1 and b < 3 and grade = "an and or then (x"\n'
        "then max(a, b, a * b, a + b + 100, revenue, 123456)\n"
        "else if a > 2 and string length(grade) > 12\n"
        "then round half up(a / b, 2)\n"
        "else 0"
    )
    assert formatted("a   *2", SCOPE) == "a * 2"
    nested = f"IF(a>1,SUM({', '.join(['revenue'] * 9)}),MAX(a,b))"
    assert formatted(nested, SCOPE, "excel") == (
        "IF(\n  a > 1,\n  SUM(\n" + "    revenue,\n" * 8 + "    revenue\n  ),\n  MAX(a, b)\n)"
    )


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("if a > 1 then if b > 1 then max(a, b, a * b, a + b + 100, revenue, 123456, 1234567) else 12345 "
         "else if b > 3 then 4 else 5",
         ["if a > 1", "then if b > 1", "  then max(a, b, a * b, a + b + 100, revenue, 123456, 1234567)", "  else 12345",
          "else if b > 3 then 4 else 5"]),
        ("if if a > 1 then true else false then max(a, b, a * b, a + b + 100, revenue, 123456, 1234567, 123456789) "
         "else 0",
         ["if if a > 1 then true else false",
          "then max(a, b, a * b, a + b + 100, revenue, 123456, 1234567, 123456789)", "else 0"]),
        ("if some i in [1, 2, 3] satisfies i > a and revenue > 100000 "
         "then max(a, b, a * b, a + b + 100, revenue, 1234) else 0",
         ["if some i in [1, 2, 3] satisfies i > a and revenue > 100000",
          "then max(a, b, a * b, a + b + 100, revenue, 1234)", "else 0"]),
        ("for i in for j in [1, 2, 3, 4, 5, 6, 7] return j * 2 + revenue + a + b "
         "return max(a, b, a * b, a + b + 100, revenue, i)",
         ["for i in for j in [1, 2, 3, 4, 5, 6, 7] return j * 2 + revenue + a + b",
          "return max(a, b, a * b, a + b + 100, revenue, i)"]),
    ],
)  # fmt: skip
def test_what_stands_within_a_branch_is_broken_within_it(text: str, lines: list[str]) -> None:
    made = formatted(text, SCOPE)
    assert made is not None
    assert made.split("\n") == lines


def test_what_would_be_lost_stays() -> None:
    assert formatted("a   *2 // twice", SCOPE) is None
    assert has_comment("a /* b */")
    assert not has_comment('"/*" + `a//b`')
    with pytest.raises(Invalid):
        formatted("a +", SCOPE)


@pytest.mark.parametrize("examples", SLICES)
def test_lines_keep_the_meaning(examples: int, proof: Proof) -> None:
    """However narrow, the text reads back as the same tree."""

    @proof.over(examples, trees.trees, st.integers(4, 80))
    def same(tree: Any, width: int) -> None:
        text = print_feel(tree, trees.SCOPE)
        made = laid_out(text, width)
        assert without_spans(parse(made, trees.SCOPE, INDEX)) == without_spans(parse(text, trees.SCOPE, INDEX)), made
