"""Bodies of decision tables that are refused, and why: all problems at once, each at its place."""

from __future__ import annotations

import copy
from decimal import Decimal
from typing import Any

import pytest

from rules import Invalid, Scope, ScopeEntry, compile_table
from rules.feel.temporal import parse_temporal
from rules.table_checks import meets
from rules.table_compile import result_type
from tests.rules.tables import body, problems, table

SOUND = body(
    [(['"A"', "-"], ["60"]), (['"B"', ">= 5000"], ["30"]), (['"B"', "< 5000"], ["0"])],
    ("string", "number"), "U", [{"key": "days", "type": "number", "allowed": ["0", "30", "60"]}],
    {0: ['"A"', '"B"']},
)  # fmt: skip

REFUSED: list[tuple[str, dict[str, Any], list[tuple[str, str]]]] = [
    ("a policy nobody knows", {"hit_policy": "X"}, [("schema.choice", "/hit_policy")]),
    ("no inputs", {"inputs": []}, [("schema.too_short", "/inputs")]),
    ("a member nobody knows", {"rows": [{"id": "a", "when": ["-", "-"], "then": ["0"], "otherwise": "0"}]},
     [("schema.unknown_member", "/rows/0/otherwise")]),
    ("ids that stand twice", {"rows": [{"id": "a", "when": ['"A"', "-"], "then": ["0"]},
                                       {"id": "a", "when": ['"B"', "-"], "then": ["0"]}]},
     [("table.key_twice", "/rows/1/id")]),
    ("too few and too many cells", {"rows": [{"id": "a", "when": ["-"], "then": ["0", "1"]}]},
     [("table.width", "/rows/0/when"), ("table.width", "/rows/0/then")]),
    ("text without quotation marks", {"rows": [{"id": "a", "when": ["A", "-"], "then": ["0"]}]},
     [("table.unquoted", "/rows/0/when/0")]),
    ("a cell of another type", {"rows": [{"id": "a", "when": ["5", '> "x"'], "then": ["0"]}]},
     [("table.cell_type", "/rows/0/when/0"), ("table.cell_type", "/rows/0/when/1")]),
    ("a cell that cannot be read", {"rows": [{"id": "a", "when": ['"A', "[1.."], "then": ["0"]}]},
     [("feel.syntax", "/rows/0/when/0"), ("feel.syntax", "/rows/0/when/1")]),
    ("an output of another type", {"rows": [{"id": "a", "when": ["-", "-"], "then": ['"x"']}]},
     [("table.cell_type", "/rows/0/then/0")]),
    ("a formula of another type", {"rows": [{"id": "a", "when": ["-", "-"], "then": ['"x" + x1']}]},
     [("feel.expected", "/rows/0/then/0")]),
    ("an output that is not allowed", {"rows": [{"id": "a", "when": ["-", "-"], "then": ["45"]}]},
     [("table.not_allowed", "/rows/0/then/0")]),
    ("a value in a cell that is not allowed", {"rows": [{"id": "a", "when": ['"A", "Z"', "-"], "then": ["0"]}]},
     [("table.cell_not_allowed", "/rows/0/when/0")]),
    ("a range the wrong way round", {"rows": [{"id": "a", "when": ["-", "[9..1]"], "then": ["0"]}]},
     [("table.empty_cell", "/rows/0/when/1")]),
    ("an unknown type", {"outputs": [{"key": "days", "type": "numbre"}]}, [("feel.unknown_type", "/outputs/0/type")]),
    ("an input that is another type", {"inputs": [{"key": "a", "value": "x1", "type": "number"},
                                                  {"key": "b", "value": "x2"}], "rows": []},
     [("table.input_type", "/inputs/0/type")]),
    ("an unknown name", {"inputs": [{"key": "a", "value": "x1"}, {"key": "b", "value": "x2 + y"}], "rows": []},
     [("feel.unknown_name", "/inputs/1/value")]),
    ("priority without an order", {"hit_policy": "P", "outputs": [{"key": "days"}]},
     [("table.no_output_order", "/outputs")]),
    ("priority with a range as its order", {"hit_policy": "O", "outputs": [{"key": "days", "allowed": ["[0..60]"]}]},
     [("table.no_output_order", "/outputs")]),
    ("a sum of two outputs", {"hit_policy": "C+", "outputs": [{"key": "a"}, {"key": "b"}], "rows": []},
     [("table.aggregate_outputs", "/hit_policy")]),
    ("a sum of texts", {"hit_policy": "C+", "outputs": [{"key": "a", "type": "string"}], "rows": []},
     [("table.aggregate_type", "/outputs/0/type")]),
    ("a fact in an example that is none", {"examples": [{"name": "e", "facts": {"z": "1"}, "expect": {"value": "1"}}]},
     [("fact.unknown", "/examples/0/facts/z")]),
    ("examples that come out otherwise", {"examples": [
        {"name": "e", "facts": {"x1": "A"}, "expect": {"value": "30", "rows": ["r2"]}},
        {"name": "f", "facts": {"x1": "B", "x2": "5000"}, "expect": {"value": 30, "rows": ["r2"]}},
        {"name": "g", "facts": {"x1": "B"}, "expect": {"value": None, "rows": []}}]},
     [("table.example", "/examples/0/expect/value"), ("table.example_rows", "/examples/0/expect/rows")]),
    ("an example at no time", {"examples": [
        {"name": "e", "now": "2026-13-01T00:00:00Z", "facts": {}, "expect": {"rows": []}}]},
     [("fact.not_a_date", "/examples/0/now")]),
]  # fmt: skip


def test_the_sound_table_is_sound() -> None:
    assert compile_table(SOUND).warnings == ()


@pytest.mark.parametrize(("changes", "expected"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_refused(changes: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    made = {**copy.deepcopy(SOUND), **changes}
    with pytest.raises(Invalid) as caught:
        compile_table(made)
    assert sorted((p.code, p.path) for p in caught.value.problems if p.severity == "error") == sorted(expected)


def test_an_example_that_comes_out_otherwise_says_what_is_unlike_by_its_labels() -> None:
    outputs = [{"key": "days", "type": "number", "label": {"zh-CN": "账期", "en": "Term"}},
               {"key": "way", "type": "string", "label": {"zh-CN": "方式"}},
               {"key": "note", "type": "string"}]  # fmt: skip
    rows = [(['"A"'], ["60", '"now"', "null"]), (['"B"'], ["30", '"later"', '"x"'])]
    expect = {"value": {"days": 30, "way": "now", "note": None}, "rows": ["r1"]}
    example = {"name": "e", "facts": {"x1": "B"}, "expect": expect}
    made = body(rows, ("string",), "U", outputs, {0: ['"A"', '"B"']})
    with pytest.raises(Invalid) as caught:
        compile_table({**made, "examples": [example]})
    unlike, row = (dict(problem.params) for problem in caught.value.problems)
    assert unlike["expected"] == {"zh-CN": "方式 = now，note = —", "en": "方式 = now, note = —"}
    assert unlike["found"] == {"zh-CN": "方式 = later，note = x", "en": "方式 = later, note = x"}
    assert (row["expected"], row["found"]) == ("1", "2")


def test_all_problems_at_once() -> None:
    made = {**copy.deepcopy(SOUND), "hit_policy": "P", "outputs": [{"key": "days", "type": "number"}]}
    made["rows"][0]["when"] = ["A", '"five"']
    made["rows"][1]["then"] = ['"x"']
    made["inputs"][1]["value"] = "x2 +"
    assert {p.path for p in problems(made)} >= {
        "/outputs", "/rows/0/when/0", "/rows/0/when/1", "/rows/1/then/0", "/inputs/1/value",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "policy", "expected"),
    [
        ([(["[0..10]"], ["1"]), (["[10..20]"], ["2"])], "U",
         [("table.overlap", "/rows/1", {"row": 2, "by": "1", "example": {"zh-CN": "x1 = 10", "en": "x1 = 10"}})]),
        ([(["[0..10]"], ["1"]), (["[10..20]"], ["1"])], "A", []),
        ([(["[0..10]"], ["1"]), (["[10..20]"], ["2"])], "A", [("table.unequal", "/rows/1", {"row": 2, "by": "1"})]),
        ([(["5, 6"], ["1"]), (["6, 5"], ["1"])], "U", [("table.duplicate", "/rows/1", {"row": 2, "by": "1"})]),
        ([(["5, 6"], ["1"]), (["6, 5"], ["1"])], "R", [("table.duplicate", "/rows/1", {"row": 2, "by": "1"})]),
        ([(["5, 6"], ["1"]), (["6, 5"], ["2"])], "R", []),
        ([(["5"], ["x1 + 1"]), (["5"], ["x1 + 1"])], "R", [("table.duplicate", "/rows/1", {"row": 2, "by": "1"})]),
        ([(["5"], ["x1 + 1"]), (["5"], ["x1 + 2"])], "R", []),
        ([(["5"], ["x1 + 1"]), (["5"], ["3"])], "R", []),
        ([(["5"], ["3"]), (["5"], ["x1 + 1"])], "A", []),
        ([(["5"], ["3"]), (["5"], ["3.0"])], "A", [("table.duplicate", "/rows/1", {"row": 2, "by": "1"})]),
        ([(["? > x1"], ["1"]), (["? > x1"], ["1"])], "U",
         [("table.duplicate", "/rows/1", {"row": 2, "by": "1"}),
          ("table.not_analysed", "/rows/0/when/0", {"row": 1, "cell": "? > x1"}),
          ("table.not_analysed", "/rows/1/when/0", {"row": 2})]),
        ([(["> 5"], ["1"]), (["> 7"], ["2"]), (["<= 5"], ["2"])], "F",
         [("table.unreachable", "/rows/1", {"row": 2, "by": "1"})]),
        ([(["> 5"], ["1"]), (["<= 5"], ["2"]), (["[0..9]"], ["2"])], "F",
         [("table.unreachable", "/rows/2", {"row": 3, "by": "1, 2"})]),
        ([(["> 5"], ["1"]), (["<= 5"], ["2"]), (["-"], ["3"])], "F",
         [("table.unreachable", "/rows/2", {"row": 3, "by": "1, 2"})]),
        ([(["> 5"], ["1"]), (["<= 5"], ["2"]), (["null"], ["3"])], "F", []),
        ([(["not(5)"], ["1"])], "U",
         [("table.gap", "/rows", {"example": {"zh-CN": "x1 = 5", "en": "x1 = 5"}, "cells": ["5"]})]),
        ([(["> 5"], ["1"]), (["< 3"], ["1"])], "U", [("table.gap", "/rows", {"cells": ["[3..5]"]})]),
        ([(["> 5"], ["1"]), (["< 3"], ["1"])], "C", []),
        ([], "F", [("table.gap", "/rows", {"cells": ["-"]})]),
    ],
)  # fmt: skip
def test_rows_against_each_other(rows: Any, policy: str, expected: list[tuple[str, str, dict[str, Any]]]) -> None:
    output: dict[str, Any] = {"key": "out", "type": "number", "allowed": ["1", "2", "3"]}
    if "table.gap" not in {code for code, _, _ in expected}:
        output["default"] = "3"  # nothing is a gap then
    found = problems(body(rows, ("number",), policy, [output]))
    assert sorted((p.code, p.path) for p in found) == sorted((code, path) for code, path, _ in expected)
    for code, path, params in expected:
        told = next(p.params for p in found if (p.code, p.path) == (code, path))
        assert {name: told[name] for name in params} == params


def test_what_priority_hides() -> None:
    outputs = [{"key": "out", "allowed": ["2", "1"]}]
    found = problems(body([(["> 5"], ["1"]), (["> 3"], ["2"]), (["<= 3"], ["1"])], ("number",), "P", outputs))
    assert [(p.code, p.path, p.params["by"]) for p in found] == [("table.unreachable", "/rows/0", "2")]


def test_gaps_are_looked_for_among_allowed_values_only() -> None:
    rows = [(['"A"', ">= 50"], ["1"]), (['"B"', "-"], ["2"])]
    made = body(rows, ("string", "number"), "U", allowed={0: ['"A"', '"B"'], 1: ["[0..100]"]})
    (gap,) = problems(made)
    assert gap.params["cells"] == ['"A"', "[0..50)"]
    assert gap.params["example"]["zh-CN"] == "x1 = A，x2 = 0"
    assert gap.params["inputs"] == {"x1": "A", "x2": "0"}


def test_a_default_leaves_no_gap_and_a_partial_one_is_told() -> None:
    assert problems(body([(["> 5"], ["1"])], outputs=[{"key": "out", "default": "0"}])) == []
    found = problems(body([(["> 5"], ["1", "2"])], outputs=[{"key": "out", "default": "0"}, {"key": "more"}]))
    assert [(p.code, p.severity) for p in found] == [("table.default_partial", "warning"), ("table.gap", "warning")]


def test_whole_days_leave_no_gap_between_neighbours() -> None:
    rows = [(['<= @"2024-01-31"'], ["1"]), (['>= @"2024-02-01"'], ["2"])]
    assert problems(body(rows, ("date",))) == []
    (gap,) = problems(body([*rows[:1], (['>= @"2024-02-02"'], ["2"])], ("date",)))
    assert gap.params["cells"] == ['@"2024-02-01"']


def test_the_flood_is_dammed() -> None:
    found = problems(body([(["- "], [str(at)]) for at in range(60)], ("number",), "U"))
    assert [p.code for p in found].count("table.duplicate") == 20
    assert next(p.params["count"] for p in found if p.code == "table.more") == 39


def test_the_type_of_an_undeclared_input_is_that_of_its_cells() -> None:
    made = body([(['"A"'], ["1"]), (['not("A")'], ["2"])], ("any",))
    del made["inputs"][0]["type"]
    compiled = compile_table(made)
    assert (compiled.inputs[0].kind, compiled.warnings) == ("string", ())


def test_a_table_sees_the_names_around_it() -> None:
    scope = Scope({"grade": ScopeEntry("string", labels={"zh-CN": "等级"})})
    made = body([], ())
    made |= {"inputs": [{"key": "grade", "value": "grade"}], "rows": [{"id": "a", "when": ["-"], "then": ["grade"]}]}
    del made["facts"]
    compiled = compile_table(made, scope, key="terms", label={"zh-CN": "账期"})
    assert (compiled.inputs[0].label, compiled.names) == ({"zh-CN": "等级"}, ("grade",))
    assert (compiled.key, compiled.label) == ("terms", {"zh-CN": "账期"})


def test_an_open_scope_takes_names_it_does_not_know() -> None:
    made = body([(["> y"], ["z"])], ("number",))
    assert compile_table(made, Scope.open()).names == ("x1", "y", "z")


def test_names_are_those_of_inputs_cells_outputs_and_defaults() -> None:
    made = table([(["? > x2", "-"], ["x3"])], ("number", "number", "number"),
                 outputs=[{"key": "out", "default": "x3 * 2"}], inputs=[{"key": "a", "value": "x1 + 1"},
                                                                      {"key": "b", "value": "x1"}])  # fmt: skip
    assert made.names == ("x1", "x2", "x3")


@pytest.mark.parametrize(
    ("found", "wanted", "met"),
    [
        (Decimal("5.0"), 5, True), (Decimal(5), "5.00", True), (Decimal(5), 6, False), (Decimal(1), True, False),
        (Decimal(5), "five", False), (Decimal(5), None, False), ("A", "A", True), ("A", "B", False), (None, None, True),
        (None, "A", False), (True, True, True), (True, False, False), ([Decimal(1), "a"], ["1", "a"], True),
        ([Decimal(1)], ["1", "2"], False), ([Decimal(1)], ["2"], False), ([], [], True), ([Decimal(1)], "1", False),
        ({"a": Decimal(1)}, {"a": 1}, True), ({"a": Decimal(1)}, {"a": 2}, False), ({"a": None}, {"b": None}, False),
        ({"a": Decimal(1)}, ["1"], False), ("A", ["A"], False), (parse_temporal("2026-01-31"), "2026-01-31", True),
    ],
)  # fmt: skip
def test_what_an_example_expects(found: Any, wanted: Any, met: bool) -> None:
    assert meets(found, wanted) is met


@pytest.mark.parametrize(
    ("outputs", "policy", "wanted"),
    [
        ([{"key": "a", "type": "number"}], "U", "number"), ([{"key": "a"}], "F", "any"),
        ([{"key": "a", "type": "string"}], "C#", "number"), ([{"key": "a", "type": "string"}], "R", "list<string>"),
        ([{"key": "a", "type": "string"}, {"key": "b"}], "C", "list<context<a: string, b: any>>"),
        ([{"key": "a,b", "type": "string"}, {"key": "b"}], "U", "context"),
        ([{"key": "a", "type": "nope"}], "U", "any"), ([{"key": "a", "type": 7}], "U", "any"),
        ([{"type": "number"}], "U", "any"), ([5], "U", "any"), (5, "U", "any"),
        ([], "U", "any"), ([{"key": "a", "type": "number"}], 5, "any"), (None, "U", "any"),
    ],
)  # fmt: skip
def test_the_type_of_a_table_is_read_from_its_body_however_unfinished(outputs: Any, policy: Any, wanted: str) -> None:
    assert result_type({"outputs": outputs, "hit_policy": policy}) == wanted
