"""What a decision table decides: tables.csv as the truth about hit policies, cells, unknown values and faults."""

from __future__ import annotations

import csv
import json
from dataclasses import FrozenInstanceError
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from rules import Cause, compile_table
from rules.feel.temporal import parse_temporal
from rules.feel.trace import json_value
from rules.table_quick import quick
from tests.rules.tables import NOW, body, table

LINES = (Path(__file__).parent / "tables.csv").read_text("utf-8").splitlines()
CASES = list(csv.DictReader(LINES, delimiter="|", quoting=csv.QUOTE_NONE))


def fact(text: str) -> Any:
    if text.startswith("@"):
        return parse_temporal(text[1:])
    if text[0] in '"[' or text in ("true", "false"):
        return json.loads(text)
    return Decimal(text)


def facts(text: str) -> dict[str, Any]:
    if "[" in text:
        name, _, value = text.partition(" = ")
        return {name: fact(value)}
    pairs = (each.partition(" = ") for each in text.split(", ") if each)
    return {name: fact(value) for name, _, value in pairs}


def read(case: dict[str, str]) -> dict[str, Any]:
    """The body a line stands for: rows behind ¦, cells before → behind commas where there are several inputs."""
    types = case["types"].split(", ")
    rows = []
    for line in case["rows"].split("¦"):
        when, _, then = line.strip(" ").partition("→") if "→" in line else ("", "", line)
        cells = [when.strip()] if len(types) == 1 else [each.strip() for each in when.split(", ")]
        rows.append((cells, [then.strip()]))
    more = json.loads(case["more"] or "{}")
    allowed = {int(at): texts for at, texts in more.pop("allowed", {}).items()}
    extra = more.pop("facts", [])
    if case["unknown"]:
        more["on_unknown"] = case["unknown"]
    made = body(rows, types, case["policy"], more.pop("outputs", ({"key": "out"},)), allowed, **more)
    return {**made, "facts": [*made["facts"], *extra]}


def numbers(text: str) -> tuple[int, ...]:
    return tuple(int(each) - 1 for each in text.split(", ") if each)


@pytest.mark.parametrize("case", CASES, ids=[case["what"] for case in CASES])
def test_cases(case: dict[str, str]) -> None:
    compiled = compile_table(read(case), analyse=False)
    made = compiled.decide(facts(case["facts"]), NOW)
    wanted = case["value"]
    found = json_value(made.value)
    assert (json.dumps(found).replace('"', "") if not isinstance(found, str) else found) == wanted
    assert (made.rows, made.unknown) == (numbers(case["hit"]), numbers(case["open"]))
    assert sorted({cause.code for cause in made.causes}) == sorted(filter(None, case["causes"].split(", ")))
    assert compiled.evaluate(facts(case["facts"]), NOW) == (made.value, made.causes)


def test_a_cause_given_as_a_fact_is_the_cause_of_the_result() -> None:
    stale = Cause("stale", "x1", None, {"field": "x1", "as_of": "2025-01-01"})
    compiled = table([(["> 5"], ["1"])])
    assert [cause.code for cause in compiled.evaluate({"x1": stale}, NOW).causes] == ["stale"]


def test_conflicts_name_the_rows_by_number_and_id() -> None:
    cause = table([(["> 5"], ["1"]), (["-"], ["2"])]).evaluate({"x1": Decimal(7)}, NOW).causes[0]
    assert cause.code == "several_rows"
    assert (cause.params["rows"], cause.params["ids"]) == ("1, 2", "r1, r2")


def test_causes_hold_no_values_of_the_facts() -> None:
    """Names of fields may be shown to anyone, what they hold may not (R95)."""
    compiled = table([(["> 5"], ["1"])], allowed={0: ["[0..10]"]})
    for given in (Decimal(99_887), "secret", Decimal(-7)):
        outcome = compiled.evaluate({"x1": given}, NOW)
        assert outcome.value is None
        assert str(given) not in json.dumps([cause.to_json() for cause in outcome.causes])


def test_several_outputs_are_a_context() -> None:
    outputs = ({"key": "days", "type": "number"}, {"key": "mode", "type": "string"})
    made = table([(["> 5", "-"], ["60", '"open"']), (["<= 5", "-"], ["0", "x2"])], ("number", "any"), outputs=outputs)
    assert made.evaluate({"x1": Decimal(7)}, NOW).value == {"days": Decimal(60), "mode": "open"}
    for absent in (None, Cause("stale", "x2")):
        half = made.evaluate({"x1": Decimal(3), "x2": absent}, NOW)
        assert half.value == {"days": Decimal(0), "mode": None}
        assert [cause.field for cause in half.causes] == ["x2"]


def test_a_fault_of_one_output_is_one_of_the_whole_where_dmn_would_pass_it_by() -> None:
    outputs = ({"key": "days", "type": "number"}, {"key": "mode", "type": "string"})
    for mode, value in (("stop", None), ("skip", {"days": Decimal(0), "mode": None})):
        made = table([(["-", "-"], ["0", "x2"])], ("number", "any"), outputs=outputs, on_unknown=mode)
        found = made.evaluate({"x1": Decimal(3), "x2": Decimal(3)}, NOW)
        assert found.value == value
        assert [cause.code for cause in found.causes] == ["type"]


def test_formulas_as_inputs_and_outputs_in_both_dialects() -> None:
    made = compile_table({
        "facts": [{"key": "debt", "type": "number"}, {"key": "assets", "type": "number"}],
        "hit_policy": "F",
        "inputs": [{"key": "ratio", "value": "IF(assets=0;1;debt/assets)", "dialect": "excel", "type": "number"}],
        "outputs": [{"key": "days", "dialect": "excel", "type": "number"}],
        "rows": [
            {"id": "a", "when": ["> 0.7"], "then": ["0"]},
            {"id": "b", "when": ["-"], "then": ["ROUND(100*debt/assets;0)"]},
        ],
    })  # fmt: skip
    assert made.names == ("assets", "debt")
    assert made.evaluate({"debt": Decimal(9), "assets": Decimal(10)}, NOW).value == 0
    assert made.evaluate({"debt": Decimal(1), "assets": Decimal(8)}, NOW).value == 13


def test_the_moment_is_an_argument() -> None:
    made = table([(["< today()"], ["1"]), ([">= today()"], ["now()"])], ("date",))
    day = parse_temporal("2025-06-01")
    assert made.evaluate({"x1": day}, NOW).value == 1
    later = datetime.fromisoformat("2025-01-01T00:00:00+00:00")
    assert json_value(made.evaluate({"x1": day}, later).value).startswith("2025-01-01T")


def test_the_trace_names_rows_by_id_and_index_and_the_inputs_seen() -> None:
    made = table([(["> 5", "-"], ["1"]), (["-", '"A"'], ["2"])], ("number", "string"), "R", on_unknown="skip")
    found = made.trace(made.decide({"x2": "A"}, NOW))
    assert found == {
        "value": ["2"], "inputs": {"x1": None, "x2": "A"}, "rows": [{"id": "r2", "index": 1}],
        "unknown": [{"id": "r1", "index": 0}],
    }  # fmt: skip
    single = table([(["> 5"], ["1"])])
    assert single.trace(single.decide({}, NOW))["causes"] == [
        {"code": "missing", "params": {"field": "x1"}, "field": "x1"}
    ]


def test_a_compiled_table_is_frozen() -> None:
    made = table([(["-"], ["1"])])
    with pytest.raises(FrozenInstanceError):
        made.hit_policy = "F"  # type: ignore[misc]


def test_a_row_not_hit_names_the_cells_that_refuse() -> None:
    """An unknown value refuses only what says so; a cell that is evaluated refuses where it is false."""
    rows = [(["> 5", '"A"'], ["1"]), (["not(null)", "-"], ["2"]), (["? * 2 > 20", "-"], ["3"]), (["-", "-"], ["9"])]
    made = table(rows, ("number", "string"), "F")
    for given, wanted in (
        ({"x1": Decimal(3), "x2": "B"}, [(0, 1), (), (0,), ()]),
        ({"x1": Decimal(7), "x2": "B"}, [(1,), (), (0,), ()]),
        ({"x1": Decimal(11), "x2": "A"}, [(), (), (), ()]),
        ({"x2": "B"}, [(1,), (0,), (), ()]),
        ({}, [(), (0,), (), ()]),
    ):
        result = made.decide(given, NOW)
        assert [made.refused_by(row, result, given, NOW) for row in range(4)] == wanted, given


def test_a_table_of_constants_decides_over_bare_values() -> None:
    found = quick(table([(["> 5"], ["1"]), (["<= 5"], ["2"])]))
    assert found is not None
    assert (found.kinds, found.decide([Decimal(7)]), found.decide([Decimal(5)])) == (("number",), 1, 2)
    listed = quick(table([(["> 5"], ["1"]), (["> 3"], ["2"])], policy="R"))
    assert listed is not None
    first = listed.decide([Decimal(9)])
    first.append("changed")
    assert listed.decide([Decimal(9)]) == [1, 2]
    narrow = quick(table([(["> 5"], ["1"])], allowed={0: ["> 0"]}))
    assert narrow is not None
    for value in (Decimal(-1), Decimal(3)):  # one that is not allowed, and one no row is for
        with pytest.raises(ArithmeticError):
            narrow.decide([value])


@pytest.mark.parametrize(
    ("rows", "output", "kinds"),
    [
        ([(["> 5"], ["1"])], {"key": "out", "type": "number"}, ("number",)),
        ([(["> 5"], ["1"])], {"key": "out"}, ("number",)), ([(["> 5"], ["null"])], {"key": "out"}, ("any",)),
        ([(["> 5"], ["1"]), (["<= 5"], ['"a"'])], {"key": "out"}, ("any",)),
        ([(["> 5"], ["1"])], {"key": "out", "default": '"a"'}, ("any",)),
        ([(["> 5"], ["1"])], {"key": "out", "default": "2"}, ("number",)),
        ([(["> 5"], ["1"]), (["<= 5"], ["null"])], {"key": "out"}, ("number",)),
        ([(["> 5"], ["x1 + 1"])], {"key": "out"}, None), ([(["> 5"], ["1"])], {"key": "out", "default": "x1"}, None),
        ([(["? * 2 > 5"], ["1"])], {"key": "out"}, None),
    ],
)  # fmt: skip
def test_the_kinds_of_outputs_without_formulas(rows: Any, output: Any, kinds: tuple[str, ...] | None) -> None:
    found = quick(table(rows, outputs=[output]))
    assert (None if found is None else found.kinds) == kinds


def test_an_allowed_value_may_be_told_by_a_formula() -> None:
    made = table([(["-"], ["1"])], allowed={0: ["[1..3]", "? * 2 = 20"]})
    found = [made.decide({"x1": Decimal(value)}, NOW) for value in (2, 10, 11)]
    assert [each.value for each in found] == [1, 1, None]
    assert [cause.code for cause in found[2].causes] == ["not_allowed"]
    assert quick(made) is None
