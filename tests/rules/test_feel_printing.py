"""Printing: the text of a tree reads back as the same tree, and canonical text does not change again."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rules import Limits, Scope, ScopeEntry
from rules.feel.functions import INDEX, ROWS
from rules.feel.parse import parse
from rules.feel.printing import print_feel, without_spans
from rules.feel.tokens import Broken
from tests.proofs import SLICES, Proof
from tests.rules import conformance, trees
from tests.rules.test_feel_formulas import table
from tests.shared import shared_path

WIDE = Limits(text=200_000, nodes=20_000)


def again(tree: Any, scope: Scope, unary: bool = False) -> tuple[str, Any]:
    text = print_feel(tree, scope)
    return text, parse(text, scope, INDEX, WIDE, unary)


@pytest.mark.parametrize("examples", SLICES)
def test_text_of_a_tree_reads_as_the_tree(examples: int, proof: Proof) -> None:
    @proof.over(examples, trees.trees)
    def same(tree: Any) -> None:
        text, read = again(tree, trees.SCOPE)
        assert without_spans(read) == tree, text
        assert print_feel(read, trees.SCOPE) == text


@pytest.mark.parametrize("examples", SLICES)
def test_text_of_cell_tests_reads_as_the_tests(examples: int, proof: Proof) -> None:
    @proof.over(examples, trees.cells)
    def same(tree: Any) -> None:
        text, read = again(tree, trees.SCOPE, unary=True)
        assert without_spans(read) == tree, text


def test_every_conformance_expression_prints_and_reads_back() -> None:
    document = json.loads(shared_path("tck/feel_cases.json").read_text(encoding="utf-8"))
    read = 0
    for case in document["cases"]:
        definitions = document["types"].get(case["model"], {})
        named = conformance.types_of({"model": case["model"], "types": definitions}).named
        facts = {name: conformance.value_of(value) for name, value in case["context"].items()}
        parts = set().union(*map(conformance.members, facts.values())) if facts else set()
        names = {*facts, *(step["name"] for step in case["pre"])}
        scope = Scope({n: ScopeEntry() for n in names}, closed=False, named=named, members=parts)
        for expression in (case["expr"], *(step["expr"] for step in case["pre"])):
            try:
                tree = parse(expression, scope, INDEX)
            except Broken:
                continue
            text, found = again(tree, scope)
            assert without_spans(found) == without_spans(tree), (expression, text)
            read += 1
    assert read > 2500


def test_formulas_of_the_table_print_and_read_back() -> None:
    for formula, facts, value in table():
        scope = Scope.open(json.loads(facts))
        try:
            tree = parse(formula, scope, INDEX)
        except Broken:
            assert value.startswith("!")
            continue
        text, found = again(tree, scope)
        assert without_spans(found) == without_spans(tree), text


@pytest.mark.parametrize("name", sorted(ROWS))
def test_a_call_of_each_function_prints_bare(name: str) -> None:
    for example in ROWS[name].examples:
        tree = parse(example.text, Scope.any_of([]), INDEX)
        text, found = again(tree, Scope.any_of([]))
        assert without_spans(found) == without_spans(tree)
        assert "`" not in text


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("1+2*3", "1 + 2 * 3"),
        ("((1+2))*3", "(1 + 2) * 3"),
        ("- 3 ** 2", "-3 ** 2"),
        ("10-(3-2)", "10 - (3 - 2)"),
        ("debt ratio>0.70 and not ( a )", "debt ratio > 0.70 and not(a)"),
        ("debt - `ratio`", "debt - ratio"),
        ("if a then 1 else if b then 2 else 3", "if a then 1 else if b then 2 else 3"),
        ('a in ("A","B")', 'a in ("A", "B")'),
        ("a in [ 30 .. 50 )", "a in [30..50)"),
        ("a in <5", "a in (< 5)"),
        ("for i in 1..3, j in [1,2] return i*j", "for i in 1..3, j in [1, 2] return i * j"),
        ('{a : 1 , "b c": [ ]}', "{a: 1, b c: []}"),
        ('@"2024-01-01" - duration( "P1D" )', '@"2024-01-01" - duration("P1D")'),
        ("a[item>1].x", "a[item > 1].x"),
        ("(a instance of date) and b", "(a instance of date) and b"),
        ('substring(string:"abc",start position:2)', 'substring(string: "abc", start position: 2)'),
        ("  a  // a comment", "a"),
    ],
)
def test_canonical_text(text: str, canonical: str) -> None:
    scope = Scope.open(["a", "b", "debt", "ratio", "debt ratio"])
    assert print_feel(parse(text, scope, INDEX), scope) == canonical


def test_names_that_could_be_read_together_get_backticks() -> None:
    scope = Scope.open(["debt", "ratio", "debt-ratio"])
    tree = parse("`debt` - ratio", scope, INDEX)
    assert print_feel(tree, scope) == "`debt` - ratio"
    assert print_feel(parse("date and `time`(1)", scope, INDEX), scope) == "`date` and time(1)"
