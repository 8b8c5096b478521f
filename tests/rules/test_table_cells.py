"""Cells of a table: the set of values read from each is the one its evaluation admits, or it is left to evaluation."""

from __future__ import annotations

from typing import Any

import pytest

from rules import Scope, ScopeEntry, compile_formula
from rules.feel.functions import INDEX
from rules.feel.parse import parse
from rules.table_cells import NotConstant, constant, kinds_named, plain_literal, read_cell, settled
from rules.table_spans import value_of
from tests.rules.tables import NOW
from tests.rules.test_table_spans import KEYS, D, holds

SCOPE = Scope({"x": ScopeEntry("number")})
VALUES = {**KEYS, "boolean": [0, 1]}
READ: dict[str, list[str]] = {
    "number": [
        "1", "-1", "1, 2", "not(1, 2)", "[1..2)", "(1..2]", "]1..2[", "> 1", ">= 1", "< 1", "<= -1", "= 1", "!= 1",
        "? > 1", "1 < ?", "1 >= ?", "1 > ?", "1 <= ?", "? = 1", "1 = ?", "1 != ?", "? != 1", "? between -1 and 1",
        "? > -1 and ? < 1", "? < -1 or ? > 1", "? > -1 and ? < 2 and ? != 1", "? < 0 or ? = 1 or ? > 2",
        "? > -1 and (? < 0 or ? > 1)", "? in (1, [1.5..2])", "? in [1, 2]", "? in (> 1, < -1)", "? in [[1, 2], 0]",
        "not(? > 1)", "[1, 2]", "[1, 2], [0]", "1 + 1", "-(1 + 1)", "not([1..2])", "[[1, 2], 0]", "[[1..2], 0]",
        "[> 1, 0]", "[1 + 1, 0]", "for i in 1..2 return i", "for i in 1..2 return [i]", "for i in 1..2 return [i..2]",
        "flatten([[1, 2], 0])", "concatenate([1], [[2]])", "[1..1 + 1]", 'range("[1..2)")', "[null, 1]",
        "(= 1)", "(!= 1)", "(> 1)", "(<= 1)", "[2..1]", "[1..1]", "(1..1)", "null", "1, null", "not(null)",
    ],
    "string": [
        '"A"', 'not("A", "B")', '? = "A"', '"A" < ?', '? in ("A", "B")', '? between "A" and "B"', '["A".."B")',
        'upper case("a")', 'split("A,B", ",")', '["A", "B"]', '"A" + "0"', '? = "A" or ? = "B"', '!= "A"',
    ],
    "boolean": ["true", "false", "not(true)", "true, false", "[true]", "[true, false]", "null"],
    "date": [
        '@"1970-01-02"', 'date("1970-01-02")', '> @"1970-01-01"', '? < @"1970-01-02"',
        '[@"1970-01-01"..@"1970-01-02"]', '@"1970-01-02" + @"P1D"', 'not(@"1970-01-01")',
    ],
    "date and time": [
        '@"1970-01-01T00:00:00Z"', '> @"1970-01-01T00:00:00Z"', '[@"1970-01-01T00:00:00Z"..@"1970-01-01T00:00:02Z")',
    ],
    "days and time duration": ['@"PT0S"', '> @"-PT0S"', '? <= duration("PT0S")'],
    "years and months duration": ['@"P1M"', '<= @"P0M"'],
}  # fmt: skip
LEFT: dict[str, list[str]] = {
    "number": [
        "? * 2 > 1", "x > ?", "? > x", "? > 1 and x > 1", "? in (null, 1)", "? in ([1, null])", "x in (1, 2)", "?",
        "? in [null, 1]", "[? > 1, 0]", "? in [? > 1, 0]", "x", "[x..2]", "[1..x]", "1/0", "x between 1 and 2",
        "? between x and 2", "? between 1 and x", "[x, 1]", "not(x)",
    ],
    "string": ['starts with(?, "A")', "string(x)"],
    "boolean": ["? = true", "? in (true, false)", "? and x > 1", "not(?)"],
    "date": ["today()", "> today()", "? < today()", "date(now())"],
    "date and time": ['> @"1970-01-01T00:00:00"', "now()", "< now()"],
    "time": ['@"10:00:00"'],
    "any": ["1", '"A"'],
}  # fmt: skip


def cells(table: dict[str, list[str]]) -> list[tuple[str, str]]:
    return [(kind, text) for kind, texts in table.items() for text in texts]


@pytest.mark.parametrize(("kind", "text"), cells(READ))
def test_the_values_read_are_those_admitted(kind: str, text: str) -> None:
    cell, problems = read_cell(text, SCOPE, kind)
    assert cell is not None
    assert (cell.text, cell.any, problems) == (text, False, [])
    assert cell.spans is not None
    for key in VALUES[kind]:
        found = cell.tests.evaluate({"?": value_of(kind, key)}, NOW).value
        assert (found is True) == holds(cell.spans, key), key


@pytest.mark.parametrize(("kind", "text"), cells(LEFT))
def test_what_more_than_the_input_decides_is_left_to_evaluation(kind: str, text: str) -> None:
    cell, _ = read_cell(text, SCOPE, kind)
    assert cell is not None
    assert cell.spans is None


@pytest.mark.parametrize(
    ("text", "null"),
    [("1", None), ("null", True), ("1, null", True), ("[1, null]", True), ("not(null)", False), ("not(1, null)", False),
     ("not(1)", None), ("[[null], 1]", None), ("-", True), ("", True)],
)  # fmt: skip
def test_whether_an_unknown_value_meets_a_cell(text: str, null: bool | None) -> None:
    cell, _ = read_cell(text, SCOPE, "number")
    assert cell is not None
    assert cell.null is null
    assert cell.any == (text in ("-", ""))


def test_an_open_scope_takes_a_cell_with_errors_and_a_closed_one_does_not() -> None:
    for text, code in (("> y", "feel.unknown_name"), ('? = "A"', "feel.type"), ("A", "table.unquoted")):
        cell, problems = read_cell(text, SCOPE, "number" if code == "feel.type" else "any")
        assert (cell, [p.code for p in problems]) == (None, [code])
    cell, problems = read_cell('? = "A" or 1 = 1', Scope.open(), "number")
    assert cell is not None
    assert problems == []


def test_words_of_a_table_for_what_everybody_meets() -> None:
    """A text without quotation marks is told as such only where a text may stand, alone or between commas."""
    told = {
        ("string", "Gold"): "table.unquoted", ("any", "Gold"): "table.unquoted",
        ("string", '"A", Gold'): "table.unquoted",
        ("number", "Gold"): "feel.unknown_name", ("string", "? > Gold"): "feel.unknown_name",
        ("string", "5"): "table.cell_type", ("number", '> "A"'): "table.cell_type",
    }  # fmt: skip
    for (kind, text), code in told.items():
        _, problems = read_cell(text, SCOPE, kind)
        assert [p.code for p in problems] == [code], text
    (problem,) = read_cell("1, " * 40 + '"A"', SCOPE, "number")[1]
    assert problem.params["cell"] == ("1, " * 40)[:60]
    assert (problem.params["wanted"]["en"], problem.params["given"]["en"]) == ("number", "text")


@pytest.mark.parametrize(
    ("text", "value"),
    [("1", D(1)), ("-1.50", D("-1.50")), ('"a"', "a"), ("true", True), ("null", None)],
)
def test_plain_literals(text: str, value: Any) -> None:
    found = plain_literal(text)
    assert found == (value,)
    assert type(found[0]) is type(value)


@pytest.mark.parametrize("text", ["1 + 1", "-x", "x", '-"a"', "-true", "[1]", "1,", "", "-(1 + 1)", '-@"P1D"'])
def test_what_is_no_plain_literal(text: str) -> None:
    assert plain_literal(text) is None


def test_settled_formulas_read_nothing_and_do_not_fail() -> None:
    for text in ("x", "today()", "now()", "1/0"):
        assert settled(compile_formula(text, SCOPE)) is None, text
    assert settled(compile_formula("[1, 2]", SCOPE)) == ([D(1), D(2)],)


def test_kinds_are_those_of_the_values_named() -> None:
    assert kinds_named(["1, 2", '"A"', "-", "null", "[1..", "> x"], SCOPE) == {"number", "string"}
    assert kinds_named(['[@"1970-01-01"..x]', "not(true)"], SCOPE) == {"date", "boolean"}
    assert kinds_named(["1 + 1", "-"], SCOPE) == set()


@pytest.mark.parametrize(("text", "value"), [("-2", D(-2)), ("2 * 3", D(6)), ("null", None), ('"a"', "a")])
def test_constants_are_worked_out(text: str, value: Any) -> None:
    assert constant(parse(text, SCOPE, INDEX), text) == value


@pytest.mark.parametrize("text", ["x", "1/0", "today()", "now().year", "-x", "null + 1"])
def test_what_is_no_constant(text: str) -> None:
    with pytest.raises(NotConstant):
        constant(parse(text, SCOPE, INDEX), text)
