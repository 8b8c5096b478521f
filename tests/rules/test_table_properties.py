"""The indexed evaluation of a table against the slow one, and its checks against counting, on random tables."""

from __future__ import annotations

from decimal import Decimal
from itertools import product
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.rules.tables import NOW, body, naive, problems, table

NUMBERS = ("0", "1", "2.5", "3", "-1", "10")
number = st.sampled_from(NUMBERS)
interval = st.tuples(st.sampled_from("[("), number, number, st.sampled_from("])")).map(
    lambda t: f"{t[0]}{t[1]}..{t[2]}{t[3]}"
)
number_cell = st.one_of(
    st.just("-"), number, st.just("null"), st.just("not(null)"),
    st.tuples(st.sampled_from(("<", "<=", ">", ">=", "=", "!=")), number).map(" ".join),
    interval,
    st.lists(number, min_size=2, max_size=3).map(", ".join),
    st.lists(number, min_size=1, max_size=2).map(lambda x: f"not({', '.join(x)})"),
    number.map(lambda x: f"? > {x} and ? < 3"), number.map(lambda x: f"? * 2 > {x}"), st.just("? > x2"),
    st.just("? between 0 and 2.5"), st.just("? in (1, [3..4])"),
)
text_cell = st.one_of(
    st.just("-"), st.just(""), st.just("null"), st.sampled_from(('"A"', '"B"', '"A", "C"', 'not("A", "B")')),
    st.sampled_from(('starts with(?, "A")', '? = "B"', '["A", "C"]', 'not(null)', '"A", null')),
)
truth_cell = st.sampled_from(("-", "true", "false", "null", "not(true)"))
TYPES = ("number", "number", "string", "boolean")
rows = st.lists(
    st.tuples(st.tuples(number_cell, number_cell, text_cell, truth_cell), st.tuples(st.sampled_from(NUMBERS))),
    min_size=1, max_size=8,
)
facts = st.fixed_dictionaries({
    "x1": st.one_of(st.none(), number.map(Decimal)), "x2": st.one_of(st.none(), number.map(Decimal)),
    "x3": st.sampled_from((None, "A", "B", "C", "AA", "")), "x4": st.sampled_from((None, True, False)),
})  # fmt: skip


def known(text: str) -> str:
    """Cells whose null the slow evaluation cannot tell by their text are left to the tests of single cases."""
    return text.replace('"A", null', "null")


@settings(max_examples=80, deadline=None)
@given(rows, st.lists(facts, min_size=1, max_size=6))
def test_the_index_hits_the_rows_the_slow_way_hits(drawn: Any, customers: list[dict[str, Any]]) -> None:
    made = body([(tuple(map(known, when)), then) for when, then in drawn], TYPES, "C", on_unknown="skip")
    compiled = table([(tuple(map(known, when)), then) for when, then in drawn], TYPES, "C", on_unknown="skip")
    for customer in customers:
        hits, unknown = naive(made, customer)
        found = compiled.decide(customer, NOW)
        assert (list(found.rows), list(found.unknown)) == (hits, unknown), customer
        assert found.value == [Decimal(drawn[row][1][0]) for row in hits]
        assert found.causes == ()


# ---------------------------------------------------------------------- checks
exact_number = st.one_of(
    st.just("-"), number, st.just("null"),
    st.tuples(st.sampled_from(("<", "<=", ">", ">=", "!=")), number).map(" ".join),
    interval,
    st.tuples(number, number).map(lambda t: f"not({t[0]}, {t[1]})"),
)
exact_text = st.sampled_from(("-", "-", '"A"', '"B"', '"A", "B"', 'not("A")', "null", '"C", null'))
exact_truth = st.sampled_from(("-", "-", "true", "false", "null"))
exact_rows = st.lists(
    st.tuples(st.tuples(exact_number, exact_text, exact_truth), st.tuples(st.sampled_from(("0", "1")))),
    min_size=1, max_size=7,
)
EXACT = ("number", "string", "boolean")
POINTS = [
    dict(zip(("x1", "x2", "x3"), values, strict=True))
    for values in product(
        [None, *map(Decimal, ("-2", "-1", "-0.5", "0", "0.5", "1", "2", "2.5", "2.7", "3", "5", "10", "11"))],
        [None, "A", "B", "C", "other"], [None, True, False],
    )
]  # fmt: skip
KNOWN = [point for point in POINTS if None not in point.values()]


def hits(drawn: Any, points: list[dict[str, Any]]) -> list[tuple[int, ...]]:
    compiled = table(drawn, EXACT, "C", on_unknown="skip")
    return [compiled.decide(point, NOW).rows for point in points]


def rows_told(found: list[Any], *codes: str) -> set[int]:
    return {p.params["row"] - 1 for p in found if p.code in codes}


@settings(max_examples=80, deadline=None)
@given(exact_rows)
def test_overlaps_and_gaps_are_those_that_occur(drawn: Any) -> None:
    found = problems(body(drawn, EXACT, "U"))
    empty = rows_told(found, "table.empty_cell")
    seen = hits(drawn, POINTS)
    later = {row for each in seen for row in each[1:]} | {
        at for at, (when, _) in enumerate(drawn) if at not in empty and when in [other for other, _ in drawn[:at]]
    }
    assert rows_told(found, "table.overlap", "table.duplicate") == later
    gaps = [p for p in found if p.code == "table.gap"]
    assert bool(gaps) == (() in hits(drawn, KNOWN))
    for gap in gaps:
        inputs = dict(gap.params["inputs"])
        point = {**inputs, "x1": Decimal(inputs["x1"])}
        assert hits(drawn, [point]) == [()]
        assert table([*drawn, (gap.params["cells"], ("9",))], EXACT, "C").decide(point, NOW).rows == (len(drawn),)


@settings(max_examples=80, deadline=None)
@given(exact_rows, st.sampled_from(("F", "P")), st.sampled_from(("stop", "skip")))
def test_rows_said_to_be_hidden_never_decide_and_all_others_do(drawn: Any, policy: str, unknown: str) -> None:
    outputs = [{"key": "out", "allowed": ["1", "0"]}]
    made = body(drawn, EXACT, policy, outputs, on_unknown=unknown)
    found = problems(made)
    compiled = table(drawn, EXACT, policy, outputs, on_unknown=unknown)
    deciding = {row for point in POINTS for row in compiled.decide(point, NOW).rows}
    never = set(range(len(drawn))) - deciding
    assert rows_told(found, "table.unreachable", "table.empty_cell") == never


@settings(max_examples=50, deadline=None)
@given(exact_rows)
def test_rows_told_to_be_unequal_are_those_that_disagree_somewhere(drawn: Any) -> None:
    found = problems(body(drawn, EXACT, "A"))
    compiled = table(drawn, EXACT, "A", on_unknown="skip")
    conflicts = [compiled.decide(point, NOW) for point in POINTS]
    assert bool([p for p in found if p.severity == "error" and p.code != "table.empty_cell"]) == any(
        cause.code == "unequal_rows" for each in conflicts for cause in each.causes
    )


@settings(max_examples=50, deadline=None)
@given(exact_rows, st.sampled_from(("U", "F", "A", "P", "R", "O", "C", "C+", "C<", "C>", "C#")))
def test_every_null_has_a_cause(drawn: Any, policy: str) -> None:
    outputs = [{"key": "out", "type": "number", "allowed": ["1", "0"]}]
    compiled = table(drawn, EXACT, policy, outputs)
    for point in POINTS:
        made = compiled.decide(point, NOW)
        assert (made.value is None) == bool(made.causes)
