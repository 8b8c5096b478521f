"""Sets of values as spans: union, rest and intersection by counting, the cell that tells them, the plainest value."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules import Scope, compile_unary, table_spans
from rules.feel.calendar import NANO
from rules.table_spans import Edge, Spans, between, common, complement, edge, joined, literal, sample, value_of
from tests.rules.tables import NOW

D = Decimal
KEYS: dict[str, list[Any]] = {
    "number": [D(n) / 2 for n in range(-5, 6)],
    "string": ["", "A", "A ", "A0", "AA", "B", "a", "other", "x"],
    "date": list(range(-2, 4)),
    "days and time duration": list(range(-2, 4)),
    "years and months duration": list(range(-2, 4)),
    "date and time": list(range(-2, 4)),
}


def holds(spans: Spans, key: Any) -> bool:
    return any(
        (low is None or low <= edge(key, False)) and (high is None or edge(key, True) <= high) for low, high in spans
    )


@st.composite
def some(draw: Any, kind: str) -> list[Any]:
    """Spans in any order, which may touch and overlap."""
    key = st.sampled_from(KEYS[kind])
    ends: list[Edge | None] = [
        None if draw(st.integers(0, 4)) == 0 else edge(draw(key), draw(st.booleans())) for _ in range(6)
    ]
    made = [between(low, high) for low, high in zip(ends[::2], ends[1::2], strict=True)]
    return [span for spans in made for span in spans]


@pytest.mark.parametrize("kind", KEYS)
def test_sets_are_those_of_their_values(kind: str) -> None:
    @settings(max_examples=60, deadline=None)
    @given(some(kind), some(kind))
    def same(first: list[Any], second: list[Any]) -> None:
        one, other = joined(first), joined(second)
        for key in KEYS[kind]:
            assert holds(one, key) == any(holds((span,), key) for span in first)
            assert holds(complement(one), key) != holds(one, key)
            assert holds(common(one, other), key) == (holds(one, key) and holds(other, key))
        assert complement(complement(one)) == one
        for (_, high), (low, _) in pairwise(one):
            assert high is not None
            assert low is not None
            assert high < low  # neither overlaps nor touches

    same()


@pytest.mark.parametrize("kind", KEYS)
def test_the_cell_of_spans_holds_their_values(kind: str) -> None:
    @settings(max_examples=40, deadline=None)
    @given(some(kind))
    def same(drawn: list[Any]) -> None:
        spans = joined(drawn)
        cell = table_spans.tests(kind, spans)
        if not spans:
            assert cell == "not(-)"  # of which no cell is made
            return
        formula = compile_unary(cell, Scope({}), kind)
        for key in KEYS[kind]:
            assert (formula.evaluate({"?": value_of(kind, key)}, NOW).value is True) == holds(spans, key), cell
        plain = sample(kind, spans)
        assert plain is None or holds(spans, plain), cell
        assert plain is not None or kind == "string"

    same()


def span(low: tuple[Any, int] | None, high: tuple[Any, int] | None) -> Spans:
    return ((low, high),)


@pytest.mark.parametrize(
    ("kind", "spans", "cell", "plain"),
    [
        ("number", span((D(5), 0), (D(5), 1)), "5", D(5)),
        ("number", span((D(5), 0), (D(9), 1)), "[5..9]", D(5)),
        ("number", span((D(5), 1), (D(9), 0)), "(5..9)", D(6)),
        ("number", span((D(5), 1), (D(6), 0)), "(5..6)", D("5.1")),
        ("number", span((D(5), 1), (D(6), 1)), "(5..6]", D(6)),
        ("number", span((D("0.05"), 1), (D("0.06"), 0)), "(0.05..0.06)", D("0.051")),
        ("number", span((D(-3), 1), None), "> -3", D(-2)),
        ("number", span((D(-3), 0), None), ">= -3", D(-3)),
        ("number", span(None, (D(4), 0)), "< 4", D(0)),
        ("number", span(None, (D(0), 0)), "< 0", D(-1)),
        ("number", span(None, (D(0), 1)), "<= 0", D(-1)),
        ("number", complement(span((D(5), 0), (D(5), 1))), "not(5)", D(0)),
        ("number", complement(span((D(0), 0), (D(0), 1))), "not(0)", D(-1)),
        ("number", complement(span((D(0), 0), (D(2), 1))), "< 0, > 2", D(-1)),
        ("number", span(None, None), "-", D(0)),
        ("string", span(("A", 0), ("A", 1)), '"A"', "A"),
        ("string", complement(span(("A", 0), ("A", 1))), 'not("A")', ""),
        ("string", span(("A", 1), None), '> "A"', "other"),
        ("string", span(("other", 1), None), '> "other"', "x"),
        ("string", span(("x", 1), ("x1", 0)), '("x".."x1")', "x "),
        ("string", span(None, ("", 0)), '< ""', None),
        ("boolean", span((1, 0), (2, 0)), "true", 1),
        ("boolean", span((0, 0), (1, 0)), "false", 0),
        ("boolean", span((0, 0), (2, 0)), "-", 0),
        ("date", span((1, 0), (2, 0)), '@"1970-01-02"', 1),
        ("date", span((0, 0), (3, 0)), '[@"1970-01-01"..@"1970-01-03"]', 0),
        ("date", span(None, (3, 0)), '<= @"1970-01-03"', 0),
        ("date", span(None, (0, 0)), '<= @"1969-12-31"', -1),
        ("date", span((3, 0), None), '>= @"1970-01-04"', 3),
    ],
)  # fmt: skip
def test_spans_as_their_author_would_write_them(kind: str, spans: Spans, cell: str, plain: Any) -> None:
    assert table_spans.tests(kind, spans) == cell
    assert sample(kind, spans) == plain


def test_the_plainest_value_of_several_spans_is_told() -> None:
    far, near = (D(7), 0), (D(-2), 0)
    assert sample("number", ((near, (D(-1), 1)), (far, None))) == D(-2)
    assert sample("string", ((("long", 0), ("long", 1)), (("so", 0), ("so", 1)))) == "so"
    assert sample("string", ()) is None


def test_literals_read_as_their_values() -> None:
    found = [literal(value_of(*each)) for each in (("boolean", 1), ("number", D("-1.50")), ("string", 'a"b'),
                                                   ("date and time", 61), ("days and time duration", 90 * NANO),
                                                   ("years and months duration", 14))]  # fmt: skip
    wanted = ["true", "-1.50", '"a\\"b"', '@"1970-01-01T00:01:01Z"', '@"PT1M30S"', '@"P1Y2M"']
    assert found == wanted
