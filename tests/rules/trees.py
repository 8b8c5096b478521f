"""Random trees of the formula language, of every construct, with names that are easily confused."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from rules import Scope
from rules.feel import syntax
from rules.feel.temporal import parse_temporal
from rules.feel.types import ANY, NAMES, type_of_text

NAMES_IN_SCOPE = [
    "a", "b", "debt", "ratio", "debt ratio", "debt-ratio", "time and place", "资产负债率", "注册资本（万元）", "if",
    "in stock", "date", "x.y", "sum", "1st",
]  # fmt: skip
SCOPE = Scope.open(NAMES_IN_SCOPE)
AT = (0, 0)
Strategy = st.SearchStrategy[Any]

plain_names = st.sampled_from(["x", "y", "item", "partial", "一", "é"])
odd_names = st.sampled_from(["a b", "then", "null", "?", "0", "STDEV"])
names = st.one_of(st.sampled_from(NAMES_IN_SCOPE), plain_names, odd_names)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
temporals = st.sampled_from(
    [
        parse_temporal(text)
        for text in ("2024-02-29", "-99999-01-01", "10:30:00", "10:30:00.5@Europe/Paris", "2024-01-01T00:00:00Z", "P1D",
                     "-PT0.001S", "P1Y2M", "-P13M", "23:59:59+08:00:01", "PT0S", "P0M", "2024-02-29T10:00:00-03:30")
    ]
)  # fmt: skip
numbers = st.one_of(
    st.integers(0, 10**6).map(Decimal),
    st.decimals(0, 10**6, allow_nan=False, allow_infinity=False, places=3),
    st.sampled_from([Decimal("1E+5"), Decimal("1E-30"), Decimal("0.10"), Decimal("0E-8"), Decimal("12E-3")]),
)
values = st.one_of(numbers, texts, temporals, st.sampled_from([True, False, None]))
literals = values.map(lambda value: syntax.Literal(AT, value))
types = st.one_of(
    st.sampled_from(sorted(NAMES)).map(lambda name: NAMES[name]),
    st.sampled_from(
        ["list<number>", "range<date>", "context<a: number, b: list<string>>", "function<number> -> Any"]
    ).map(type_of_text),
)
leaves = st.one_of(literals, names.map(lambda name: syntax.Name(AT, name)))


def node(cls: Callable[..., Any], *parts: Strategy) -> Strategy:
    return st.tuples(*parts).map(lambda values: cls(AT, *values))


def several(inner: Strategy, least: int = 1) -> Strategy:
    return st.lists(inner, min_size=least, max_size=3).map(tuple)


def compared(inner: Strategy) -> Strategy:
    """A range written as a comparison."""
    ops = st.sampled_from(["=", "!=", "<", "<=", ">", ">="])
    return st.tuples(ops, inner).map(lambda t: syntax.RangeNode(AT, t[1], False, None, False, t[0]))


def calls(inner: Strategy) -> Strategy:
    functions = st.sampled_from(["sum", "string length", "date and time", "date", "not", "if", "f", "STDEV.S", "a b"])
    callee = st.one_of(functions.map(lambda name: syntax.Name(AT, name)), inner)
    by_name = several(st.tuples(st.sampled_from(["n", "start position", "from"]), inner))
    return st.one_of(
        node(syntax.Call, callee, several(inner, 0)),
        st.tuples(callee, by_name).map(
            lambda t: syntax.Call(AT, t[0], tuple(v for _, v in t[1]), tuple(k for k, _ in t[1]))
        ),
    )


def unique(pairs: list[tuple[str, Any]]) -> tuple[tuple[str, Any], ...]:
    return tuple(dict(pairs).items())


def extend(inner: Strategy) -> Strategy:
    binders = st.one_of(plain_names, st.sampled_from(["a b", "debt ratio", "for", "k-1"]))
    keys = st.one_of(plain_names, st.sampled_from(["a b", "debt-ratio", 'q"', "in", "k:1", ""]))
    iterators = several(node(syntax.Iterator, binders, inner, st.one_of(st.none(), inner)))
    tests = st.one_of(inner, compared(inner))
    high = st.tuples(inner, st.booleans(), inner, st.booleans())
    params = st.lists(st.tuples(binders, st.one_of(st.just(ANY), types)), max_size=3).map(unique)
    return st.one_of(
        *(
            node(syntax.Chain, inner, several(st.tuples(st.sampled_from(ops), inner)))
            for ops in (["+", "-"], ["*", "/"], ["**"])
        ),
        node(syntax.Negation, inner),
        node(syntax.Comparison, st.sampled_from(["=", "!=", "<", "<=", ">", ">="]), inner, inner),
        node(syntax.Logic, st.sampled_from(["and", "or"]), several(inner, 2)),
        node(syntax.Between, inner, inner, inner),
        node(syntax.In, inner, several(tests)),
        node(syntax.InstanceOf, inner, types),
        node(syntax.If, inner, inner, inner),
        node(syntax.For, iterators, inner),
        node(syntax.Quantified, st.sampled_from(["some", "every"]), iterators, inner),
        node(syntax.Filter, inner, inner),
        node(syntax.Path, inner, st.one_of(names, st.just("time offset"))),
        calls(inner),
        node(syntax.ListNode, several(tests, 0)),
        node(syntax.ContextNode, st.lists(st.tuples(keys, inner), max_size=3).map(unique)),
        high.map(lambda t: syntax.RangeNode(AT, *t)),
        compared(inner),
        node(syntax.FunctionNode, params, inner),
    )


trees = st.recursive(leaves, extend, max_leaves=12)
cells = st.one_of(
    st.just(syntax.UnaryTests(AT, ())),
    node(syntax.UnaryTests, several(st.one_of(trees, compared(trees))), st.booleans()),
)
