"""The language as a table: formula, Facts, value, cause or Problem; and the example of every built-in function."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from rules import Invalid, Scope, compile_formula
from rules.feel.compile import WIDTH
from rules.feel.functions import ROWS
from rules.feel.functions.table import GROUPS, Example
from rules.feel.temporal import parse_temporal
from rules.feel.types import LABELS

NOW = datetime(2026, 1, 15, 8, 30, tzinfo=UTC)


def table(source: str = "formulas.csv") -> list[tuple[str, str, str]]:
    with Path(__file__).with_name(source).open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file, delimiter=";", quoting=csv.QUOTE_NONE)
        next(rows)
        return [_row(row) for row in rows]


def _row(row: list[str]) -> tuple[str, str, str]:
    """Formulas may hold the delimiter: the last two columns are the Facts and the value."""
    at = next(i for i, cell in enumerate(row) if i and cell.startswith("{") and json_or_none(cell) is not None)
    return ";".join(row[:at]), row[at], ";".join(row[at + 1 :])


def json_or_none(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def fact(value: Any) -> Any:
    """Facts in the table: numbers as text, dates after an at sign, text in quotes."""
    if isinstance(value, list):
        return [fact(x) for x in value]
    if isinstance(value, dict):
        return {key: fact(x) for key, x in value.items()}
    if not isinstance(value, str):
        return value
    if value.startswith('"'):
        return json.loads(value)
    if value.startswith("@"):
        return parse_temporal(value[1:])
    try:
        return Decimal(value)
    except ArithmeticError:
        return value


def expected(text: str) -> Any:
    if text.startswith("@"):
        return parse_temporal(text[1:])
    return json.loads(text, parse_float=Decimal, parse_int=Decimal)


@pytest.mark.parametrize(("formula", "facts", "value"), table())
def test_formula(formula: str, facts: str, value: str) -> None:
    given = {name: fact(x) for name, x in json.loads(facts).items()}
    closed = Scope.any_of(given)
    if value.startswith("!"):
        with pytest.raises(Invalid) as caught:
            compile_formula(formula, closed)
        assert caught.value.problems[0].code == value[1:]
        assert all(p.span is not None and 0 <= p.span[0] <= p.span[1] for p in caught.value.problems)
        return
    outcome = compile_formula(formula, Scope.open(given)).evaluate(given, NOW)
    if value.startswith("?"):
        code, _, field = value[1:].partition(" ")
        assert outcome.value is None
        assert outcome.causes[0].code == code
        assert not field or outcome.causes[0].field == field
        return
    assert outcome.causes == ()
    assert outcome.value == expected(value)


@pytest.mark.parametrize("count", [1, 2, *(WIDTH + more for more in (-1, 0, 1, 2)), 2 * WIDTH + 1, 300])
def test_long_chains_mean_what_short_ones_do(count: int) -> None:
    """Beyond a width they are built in parts: sums from left to right, and what decides wherever it stands."""
    scope, names = Scope.any_of(["a"]), [f"a = {at}" for at in range(count)]
    either, every = (compile_formula(f" {op} ".join(names), scope) for op in ("or", "and"))
    for found in {0, 1, count // 2, count - 1, count}:
        assert either.evaluate({"a": Decimal(found)}, NOW).value is (found < count)
        assert every.evaluate({"a": Decimal(found)}, NOW).value is (count == 1 and found == 0)
    positive = compile_formula(" and ".join(["a > 0"] * count), scope)
    assert positive.evaluate({"a": Decimal(1)}, NOW).value is True
    assert positive.evaluate({}, NOW).value is None
    chain = compile_formula(" - ".join(["a", *map(str, range(1, count))]), scope)
    assert chain.evaluate({"a": Decimal(7)}, NOW).value == 7 - sum(range(1, count))


EXAMPLES = [(row.name, example) for row in ROWS.values() for example in row.examples]


@pytest.mark.parametrize(("name", "example"), EXAMPLES)
def test_example_of_a_function_holds(name: str, example: Example) -> None:
    """Both sides of each example, called as the help shows it."""
    scope = Scope.any_of([])
    found = compile_formula(example.text, scope).evaluate({}, NOW)
    wanted = compile_formula(example.value, scope).evaluate({}, NOW)
    assert found.value == wanted.value
    assert type(found.value) is type(wanted.value)
    assert wanted.causes == ()


@pytest.mark.parametrize("name", sorted(ROWS))
def test_each_function_has_its_help(name: str) -> None:
    row = ROWS[name]
    assert set(row.help) == {"zh-CN", "en"}
    assert all(row.help.values())
    assert row.signature.startswith(name + "(")
    assert row.examples
    assert row.dialect in ("feel", "excel")
    assert row.group in GROUPS
    assert all(param.kind in LABELS for param in row.params)
    assert row.result in LABELS
    mentioned = any(f"{name}(" in example.text for example in row.examples)
    assert mentioned
