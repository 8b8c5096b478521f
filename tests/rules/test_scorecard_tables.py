"""Decision tables as nodes of a Scorecard: order, names, what they rate, the tree, and the one function."""

from __future__ import annotations

from decimal import Decimal, localcontext
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules import Invalid, Scorecard, compile_scorecard, explain, rate, rate_many
from rules.feel.numbers import CONTEXT
from rules.plan import plan_of
from rules.problem import Problem
from rules.rating import careful
from tests.rules.cards import NOW, factor, label, small_body

FACTS = [
    {"key": "grade", "type": "string"}, {"key": "a", "type": "number"}, {"key": "b", "type": "number"},
    {"key": "flag", "type": "boolean"},
]  # fmt: skip


def column(value: str, kind: str = "number", **more: Any) -> dict[str, Any]:
    return {"key": value, "value": value, "type": kind, **more}


def rows(*lines: tuple[list[str], list[str]]) -> list[dict[str, Any]]:
    return [{"id": f"r{at}", "when": when, "then": then} for at, (when, then) in enumerate(lines, 1)]


TERMS: dict[str, Any] = {
    "hit_policy": "U", "inputs": [column("grade", "string", allowed=['"A"', '"B"']), column("double")],
    "outputs": [{"key": "points", "type": "number"}, {"key": "mode", "type": "string"}],
    "rows": rows((['"A"', "-"], ["90", '"open"']), (['"B"', ">= 10"], ["40", '"open"']),
                 (['"B"', "< 10"], ["10", '"prepay"'])),
}  # fmt: skip
BONUS: dict[str, Any] = {
    "hit_policy": "C+", "inputs": [column("b"), column("flag", "boolean")],
    "outputs": [{"key": "bonus", "type": "number", "default": "0"}],
    "rows": rows((["> 0", "-"], ["1.5"]), (["> 5", "true"], ["2"])),
}  # fmt: skip


def body(**changes: Any) -> dict[str, Any]:
    """Formula → table → formula → factor, a table used as it stands, and a condition on a table."""
    points = {"kind": "identity"}
    made = small_body(
        facts=FACTS,
        formulas=[{"key": "double", "text": "a * 2", "type": "number"},
                  {"key": "earned", "text": "terms.points + bonus", "type": "number"}],
        tables=[{"key": "terms", "label": label("Terms"), "table": TERMS}, {"key": "bonus", "table": BONUS}],
        factors=[factor("x", "X", value="earned", bands=points), factor("y", "Y", value="bonus")],
        knockouts=[{"id": "K1", "effect": "ceiling", "grade": "C", "when": 'terms.mode = "prepay"',
                    "label": label("K1")}],
    )  # fmt: skip
    return {**made, **changes}


def card(**changes: Any) -> Scorecard:
    return compile_scorecard(body(**changes))


def problems(**changes: Any) -> tuple[Problem, ...]:
    with pytest.raises(Invalid) as caught:
        card(**changes)
    return caught.value.problems


KNOWN = {"grade": "B", "a": Decimal(3), "b": Decimal(6), "flag": True}


def test_tables_stand_where_they_are_needed() -> None:
    assert [each.key for each in card().formulas] == ["double", "terms", "bonus", "earned"]
    assert card().indicators() == {"grade", "a", "b", "flag"}


def test_a_rating_by_tables() -> None:
    score = rate(card(), KNOWN, NOW)
    assert [(each.key, each.value, each.points) for each in score.factors] == [
        ("x", Decimal("13.5"), Decimal("13.5")), ("y", Decimal("3.5"), Decimal(0)),
    ]  # fmt: skip
    assert [hit.id for hit in score.hits] == ["K1"]


def test_the_tree_names_rows_and_inputs() -> None:
    trace = rate(card(), KNOWN, NOW).trace
    assert trace is not None
    terms, bonus = trace.to_json()["children"][1:3]
    assert terms == {
        "kind": "table", "id": "terms", "path": "/tables/0", "value": {"points": "10", "mode": "prepay"},
        "inputs": {"grade": "B", "double": "6"}, "rows": [{"id": "r3", "index": 2}],
    }  # fmt: skip
    assert bonus["rows"] == [{"id": "r1", "index": 0}, {"id": "r2", "index": 1}]
    assert bonus["inputs"] == {"b": "6", "flag": True}


def test_tables_are_explained_from_a_fresh_and_a_stored_trace() -> None:
    trace = rate(CARD, KNOWN, NOW).trace
    assert trace is not None
    terms, bonus = explain.tables(trace)
    assert (terms.table, terms.label, terms.rows, terms.unknown) == ("terms", label("Terms"), (("r3", 2),), ())
    assert (bonus.inputs, bonus.value, bonus.default) == ({"b": "6", "flag": True}, "3.5", False)
    stored = explain.tables(trace.to_json())
    assert [(each.table, each.label) for each in stored] == [("terms", {}), ("bonus", {})]
    assert [each.rows for each in stored] == [terms.rows, bonus.rows]
    nothing = explain.tables(rate(CARD, {"grade": "B"}, NOW).trace or {})
    assert [each.causes[0]["field"] for each in nothing] == ["a", "b"]


def test_an_unknown_fact_makes_a_table_unknown_and_lowers_coverage() -> None:
    score = rate(card(), {"grade": "B", "b": Decimal(0), "flag": False}, NOW)
    assert score.trace is not None
    terms = score.trace.to_json()["children"][1]
    assert (terms["value"], [row["id"] for row in terms["unknown"]]) == (None, ["r2", "r3"])
    assert [cause["field"] for cause in terms["causes"]] == ["a"]
    assert score.coverage_percent == 40
    assert [cause.field for cause in score.factors[0].causes] == ["a"]
    assert [each.id for each in score.unknown] == ["K1"]


def test_the_default_of_a_table_is_told() -> None:
    score = rate(card(), {**KNOWN, "b": Decimal(-1)}, NOW)
    assert score.trace is not None
    bonus = score.trace.to_json()["children"][2]
    assert (bonus["value"], bonus["rows"], bonus["default"]) == ("0", [], True)


def test_a_fault_of_a_table_stops_the_rating_and_names_it() -> None:
    with pytest.raises(Invalid) as caught:
        rate(card(), {**KNOWN, "grade": "Z"}, NOW)
    (first, *_) = caught.value.problems
    assert (first.code, first.params["cause"], first.params["field"]) == ("rating.fault", "not_allowed", "grade")


def test_a_hidden_overlap_stops_the_rating_and_names_the_rows() -> None:
    made = card(tables=tables({"rows": rows((["-", "? > b"], ["1", '"a"']), (["-", "? > 1"], ["2", '"b"']))}))
    with pytest.raises(Invalid) as caught:
        rate(made, {**KNOWN, "b": Decimal(2)}, NOW)
    assert caught.value.problems[0].params["cause"] == "several_rows"
    assert caught.value.problems[0].params["values"]["rows"] == "1, 2"


def tables(terms: dict[str, Any] | None = None, bonus: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """Both tables with some members changed."""
    pairs = (("terms", TERMS, terms), ("bonus", BONUS, bonus))
    return [{"key": key, "table": {**table, **(changes or {})}} for key, table, changes in pairs]


GRADE = column("grade", "string")
REFUSED: list[tuple[str, dict[str, Any], list[tuple[str, str]]]] = [
    ("a key that is taken", {"tables": [{"key": "double", "table": TERMS}, {"key": "bonus", "table": BONUS}]},
     [("scorecard.name_taken", "/tables/0/key")]),
    ("a key twice", {"tables": [{"key": "bonus", "table": BONUS}, {"key": "bonus", "table": BONUS}]},
     [("scorecard.duplicate", "/tables/1/key")]),
    ("facts of its own", {"tables": tables({"facts": ["z"]})},
     [("scorecard.table_member", "/tables/0/table/facts")]),
    ("a cell of another type", {"tables": tables({"rows": rows((["A", "x"], ["1", "2"]))})},
     [("table.unquoted", "/tables/0/table/rows/0/when/0"), ("table.cell_type", "/tables/0/table/rows/0/then/1")]),
    ("a circle", {"formulas": [{"key": "double", "text": "bonus * a"}, {"key": "earned", "text": "1"}],
                  "tables": tables(None, {"inputs": [column("double"), column("flag", "boolean")]})},
     [("scorecard.cycle", "/formulas/0/text"), ("scorecard.cycle", "/tables/1")]),
    ("a later table", {"tables": tables({"inputs": [GRADE, column("bonus")]})},
     [("scorecard.later_formula", "/tables/0")]),
    ("a knot of order", {"formulas": [{"key": "double", "text": "bonus"}, {"key": "earned", "text": "1"}],
                         "tables": tables({"inputs": [GRADE, column("earned")]})},
     [("scorecard.later_formula", "/formulas/0/text")]),
    ("a context where points are needed",
     {"factors": [factor("x", "X", value="terms"), factor("y", "Y", value="bonus")]},
     [("scorecard.factor_type", "/factors/0/value")]),
    ("an output nobody gives", {"knockouts": [
        {"id": "K1", "effect": "manual", "when": "terms.days = 1", "label": label("K1")}]},
     [("feel.unknown_member", "/knockouts/0/when")]),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "expected"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_refused(changes: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    found = {(p.code, p.path) for p in problems(**changes) if p.severity == "error"}
    assert set(expected) <= found


def test_gaps_of_a_table_are_warnings_of_the_scorecard() -> None:
    found = card(tables=tables({"rows": TERMS["rows"][:2]})).warnings
    assert [(p.code, p.path, p.params["cells"]) for p in found] == [
        ("table.gap", "/tables/0/table/rows", ['"B"', "< 10"])
    ]


facts = st.fixed_dictionaries({
    "grade": st.sampled_from(("A", "B", "B", "Z", None)), "flag": st.sampled_from((True, False, None)),
    "a": st.sampled_from((None, Decimal(3), Decimal(5), Decimal("-1"), 7)),
    "b": st.sampled_from((None, Decimal(0), Decimal("5.5"), Decimal(11))),
})  # fmt: skip
CARD = card()


@settings(max_examples=300, deadline=None)
@given(facts)
def test_the_one_function_and_the_careful_way_agree(given: dict[str, Any]) -> None:
    outcomes: list[Any] = []
    with_plan = plan_of(CARD, None)
    assert with_plan is not None
    for planned in (True, False):
        try:
            with localcontext(CONTEXT):
                variant = CARD.variant(None)
                score = rate(CARD, given, NOW) if planned else careful(CARD, variant, given, NOW, True, {}, {})
            assert score.trace is not None
            outcomes.append((score.total, score.factors, score.hits, score.unknown, score.trace.to_json()))
        except Invalid as invalid:
            outcomes.append([(p.code, p.path, p.params) for p in invalid.problems])
    assert outcomes[0] == outcomes[1]
    if None not in given.values() and given["grade"] != "Z":
        assert list(outcomes[0][4]["children"][1]) == list(outcomes[1][4]["children"][1])


def test_the_plan_is_used_where_every_fact_is_there() -> None:
    plan = plan_of(CARD, None)
    assert plan is not None
    assert plan.quick(KNOWN)[3] == rate(CARD, KNOWN, NOW, trace=False).total


def test_many_customers_are_rated_by_tables_as_one_is() -> None:
    customers = [{**KNOWN, "a": Decimal(a), "grade": grade} for a in (1, 9) for grade in ("A", "B", "Z")]
    for customer, found in zip(customers, rate_many(CARD, customers, NOW), strict=True):
        if customer["grade"] == "Z":
            assert isinstance(found, Invalid)
        else:
            assert found == rate(CARD, customer, NOW, trace=False)


def test_what_if_grades_are_those_of_the_exact_function() -> None:
    whatif = pytest.importorskip("rules.whatif")
    customers = [{**KNOWN, "a": Decimal(a), "grade": grade} for a in (1, 9) for grade in ("A", "B")]
    columns = whatif.Columns(range(4), {name: [each[name] for each in customers] for name in KNOWN})
    grades = whatif.grades(CARD, columns, NOW)
    assert [grades.of(at) for at in range(4)] == [rate(CARD, each, NOW).final_grade for each in customers]
