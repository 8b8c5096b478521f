"""Definitions of ours as DMN: read back and evaluated, they decide as ours do; what cannot be carried is named."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rules import Invalid, compile_scorecard, compile_table, rate
from rules.dmn import Model, compile_drg, evaluate, evaluate_all, export_scorecard, export_table, read_dmn, write_dmn
from rules.dmn.export import Export
from rules.dmn.vocabulary import TABLE
from rules.dmn.xml import Element, read_xml
from rules.feel.operate import same
from rules.feel.types import type_of_text
from rules.problem import errors
from tests.rules.cards import NOW as THEN
from tests.rules.cards import factor, label, small_body
from tests.rules.test_dmn_models import follows_schema
from tests.rules.test_scorecard_properties import FACTS, VARIANTS

NOW = datetime(2026, 1, 15, 8, 30, tzinfo=UTC)
SPACE = "urn:credence:test:export"
GALLERY = Path(__file__).parents[2] / "app/gallery/scorecards/customer_rating.json"

TERMS: dict[str, Any] = {
    "facts": [
        {"key": "grade", "type": "string", "label": {"zh-CN": "信用等级", "en": "Grade"}},
        {"key": "revenue", "type": "number", "unit": "万元", "label": {"zh-CN": "年收入", "en": "Revenue"}},
        {"key": "due dates", "type": "list<date>"},
        {"key": "净利润/收入", "type": "number"},
    ],
    "hit_policy": "F",
    "on_unknown": "stop",
    "inputs": [
        {"key": "grade", "label": {"zh-CN": "信用等级"}, "value": "grade", "type": "string", "allowed": ['"A"', '"B"']},
        {"key": "half", "value": "=revenue/2", "dialect": "excel", "type": "number"},
        {"key": "margin", "value": "`净利润/收入`"},
    ],
    "outputs": [
        {"key": "days", "type": "number", "unit": "天", "allowed": ["0", "30", "60", "90"], "default": "0"},
        {"key": "mode", "type": "string", "dialect": "excel", "default": '"pre" & "pay"'},
    ],
    "rows": [
        {"id": "best", "when": ['"A"', ">= 5000", "-"], "then": ["60", '"open"'], "note": {"zh-CN": "老客户"}},
        {"id": "dates", "when": ['"A"', "-", "count(due dates) > 2"], "then": ["count(due dates) * 30", '"open"']},
        {"id": "rest", "when": ['"B"', "[100..5000)", "not(< 0)"],
         "then": ["30", 'IF(revenue > 9000, "open", "part")']},
    ],
    "examples": [{"name": "x", "facts": {"grade": "A", "revenue": "20000"},
                  "expect": {"value": {"days": "60", "mode": "open"}}}],
}  # fmt: skip
TERMS_FACTS: list[dict[str, Any]] = [
    {"grade": "A", "revenue": 20_000, "due dates": [], "净利润/收入": 1},
    {"grade": "A", "revenue": 10, "due dates": [date(2026, 1, day) for day in (1, 2, 3)], "净利润/收入": 1},
    {"grade": "B", "revenue": 5_000, "due dates": [], "净利润/收入": Decimal("0.1")},
    {"grade": "B", "revenue": 9_998, "due dates": [], "净利润/收入": -1},
]


def read_back(made: Export) -> Model:
    """The model of an export as another program would read it; the tree is the same, and nothing in it is wrong."""
    reading = read_dmn(write_dmn(made.drg))
    assert reading.drg == made.drg
    assert reading.problems == ()
    model = compile_drg(reading.drg)
    assert errors(model.problems) == ()
    return model


def kinds(made: Export) -> list[tuple[str, str, Any]]:
    return [(p.code, p.path, p.params.get("key", p.params.get("name"))) for p in made.problems]


def gallery() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(GALLERY.read_text(encoding="utf-8"))["body"]
    return found


def test_a_table_decides_the_same_in_dmn() -> None:
    made = export_table(TERMS, "Terms", SPACE, {"zh-CN": "账期", "en": "Terms"})
    model, table = read_back(made), compile_table(TERMS)
    for facts in TERMS_FACTS:
        wanted = table.evaluate(facts, NOW)
        assert wanted.value is not None
        assert same(evaluate(model, "Terms", facts, NOW).value, wanted.value) is True


def test_what_a_table_cannot_carry_is_named() -> None:
    made = export_table(TERMS, "Terms", SPACE, {"zh-CN": "账期", "en": "Terms"})
    assert kinds(made) == [
        ("dmn.left_out", "", "labels"),
        ("dmn.left_out", "", "units"),
        ("dmn.left_out", "/examples", "examples"),
        ("dmn.left_out", "/on_unknown", "on_unknown"),
    ]
    assert {p.severity for p in made.problems} == {"warning"}


def test_what_only_our_language_has_is_named() -> None:
    body = TERMS | {
        "facts": ["if", "a（b）", "n"],
        "inputs": [{"key": "n", "value": "ROUND(`if`, 2) + get or else(`a（b）`, 0)"}],
        "outputs": [{"key": "x"}],
        "rows": [{"id": "r", "when": ["> ABS(n)"], "then": ["1"]}],
        "examples": [],
    }
    assert kinds(export_table(body, "T", SPACE)) == [
        ("dmn.odd_name", "/facts/1", "a（b）"),
        ("dmn.left_out", "/on_unknown", "on_unknown"),
        ("dmn.own_function", "/inputs/0/value", "get or else"),
        ("dmn.own_function", "/inputs/0/value", "ROUND"),
        ("dmn.backticks", "/inputs/0/value", None),
        ("dmn.own_function", "/rows/0/when/0", "ABS"),
    ]


def test_types_and_constants_of_every_kind_are_carried() -> None:
    nested = "list<context<a: number, b: list<date>>>"
    kinds_of = (
        nested, nested, "function<number> -> string", "range<number>", "list", "context", "list<range<date>>",
        "years and months duration", "any",
    )  # fmt: skip
    constants = (
        'date("2020-02-29")', "[1, [2]]", "{a: 1, b c: null}", "[1..3]", 'duration("P1Y")', "true", "null",
        '"a" + "b"', "1.50", "-1", '@"10:00:00"', "(< 3)",
    )  # fmt: skip
    body = {
        "facts": [{"key": f"f{n}", "type": kind} for n, kind in enumerate(kinds_of)],
        "hit_policy": "F",
        "on_unknown": "skip",
        "inputs": [{"key": "count", "value": "count(f0)", "type": "number"}],
        "outputs": [{"key": f"o{n}"} for n in range(len(constants))],
        "rows": [{"id": "only", "when": ["-"], "then": list(constants)}],
    }
    made = export_table(body, "T", SPACE)
    assert kinds(made) == [("dmn.left_out", f"/facts/{n}", "range_type") for n in (3, 6)]
    model, table = read_back(made), compile_table(body)
    facts = {"f0": [{"a": 1, "b": []}]}
    assert same(evaluate(model, "T", facts, NOW).value, table.evaluate(facts, NOW).value) is True
    types = {each.name: each.variable.type_ref for each in made.drg.inputs if each.variable is not None}
    assert types["f0"] == types["f1"]
    assert [types[f"f{n}"] for n in (2, 3, 5, 8)] == [None] * 4
    assert types["f7"] == "years and months duration"
    assert model.types.named[types["f0"] or ""] == type_of_text(nested)


def test_rows_keep_their_ids_and_notes() -> None:
    made = export_table(TERMS, "Terms", SPACE)
    expression = made.drg.decisions[0].expression
    assert getattr(expression, "annotations", None) == ("row", "note")
    assert [rule.annotations for rule in getattr(expression, "rules", ())] == [
        ("best", "老客户"), ("dates", None), ("rest", None),
    ]  # fmt: skip


@pytest.mark.parametrize("policy", ["U", "F", "A", "P", "R", "O", "C", "C+", "C<", "C>", "C#"])
def test_every_hit_policy_is_carried(policy: str) -> None:
    body = {
        "facts": [{"key": "n", "type": "number"}],
        "hit_policy": policy,
        "on_unknown": "skip",
        "inputs": [{"key": "n", "value": "n", "type": "number"}],
        "outputs": [{"key": "x", "type": "number", "allowed": ["3", "1", "2"]}],
        "rows": [
            {"id": "a", "when": ["> 1"], "then": ["1"]},
            {"id": "b", "when": ["[2..4]"], "then": ["2"]},
            {"id": "c", "when": ["4, 9"], "then": ["3"]},
        ],
    }
    made = export_table(body, "T", SPACE)
    model, table = read_back(made), compile_table(body, analyse=False)
    assert made.problems == ()
    for n in (0, 1, 2, 4, 9, None):
        wanted = table.evaluate({"n": n}, NOW)
        found = evaluate(model, "T", {"n": n}, NOW)
        assert same(found.value, wanted.value) is True, n
        assert [cause.code for cause in found.causes] == [cause.code for cause in wanted.causes]


def test_a_body_with_faults_is_refused_with_all_of_them() -> None:
    with pytest.raises(Invalid) as caught:
        export_table(TERMS | {"hit_policy": "X"}, "T", SPACE)
    assert [p.path for p in caught.value.problems] == ["/hit_policy"]
    with pytest.raises(Invalid):
        export_scorecard(gallery() | {"grades": []}, "Card", SPACE)


def test_the_gallery_scorecard_rates_the_same_in_dmn() -> None:
    body = gallery()
    model, card = read_back(export_scorecard(body, "客户评级", SPACE)), compile_scorecard(body)
    assert len(card.examples) > 3
    for example in card.examples:
        equal_rating(model, card, example.facts, example.variant, example.now)


def equal_rating(model: Model, card: Any, facts: Mapping[str, Any], variant: str | None, now: datetime) -> None:
    score = rate(card, facts, now, variant)
    inputs = {**facts, "Variant": variant} if len(card.variants) > 1 else dict(facts)
    found = {name: outcome.value for name, outcome in evaluate_all(model, inputs, now).items()}
    assert found["Score"] == score.total
    assert found["Model grade"] == score.model_grade
    assert found["Final grade"] == score.final_grade
    assert found["coverage_percent"] == score.coverage_percent
    assert [row["points"] for row in found["Factors"]] == [factor.points for factor in score.factors]
    assert [row["points"] for row in found["Dimensions"]] == [each.points for each in score.dimensions]
    hits = [row["id"] for row in found["Conditions"] if row["hit"] is True]
    assert hits == [hit.id for hit in score.hits]
    if card.alert_below is not None:
        assert found["Alert"] is score.alert


POINTS = st.decimals(0, 100, places=3)
EDGES = st.lists(st.decimals(-50, 50, places=2), min_size=1, max_size=4, unique=True)
ROUNDINGS = st.none() | st.fixed_dictionaries(
    {"places": st.integers(0, 4), "mode": st.sampled_from(["half_up", "half_even", "down", "floor", "ceiling"])}
)


@st.composite
def bands(draw: st.DrawFn) -> dict[str, Any]:
    kind = draw(st.sampled_from(["gte", "lte", "identity", "linear"]))
    if kind == "identity":
        return {"kind": "identity"}
    if kind == "linear":
        low, high = sorted(draw(st.lists(st.decimals(-50, 50, places=2), min_size=2, max_size=2, unique=True)))
        ends = {"from": low, "to": high}
        return {"kind": "linear"} | {n: {"value": str(v), "points": str(draw(POINTS))} for n, v in ends.items()}
    edges = sorted(draw(EDGES), reverse=kind == "gte")
    cuts = [{"edge": str(edge), "points": str(draw(POINTS))} for edge in edges]
    return {"kind": "steps", "match": kind, "cuts": cuts, "otherwise": str(draw(POINTS))}


@st.composite
def bodies(draw: st.DrawFn) -> dict[str, Any]:
    """Scorecards of three Factors in two dimensions, one of them over a formula, with a table and conditions."""
    missing = st.just("absent") | POINTS.map(lambda points: {"points": str(points)})
    share = draw(st.integers(0, 100))
    made = [
        factor("a", "X", str(share), bands=draw(bands()), missing=draw(missing)),
        factor("both", "X", str(100 - share), value="a + debt / 3", bands=draw(bands()), missing=draw(missing)),
        factor("tier", "Y", bands=draw(bands()), missing=draw(missing)),
    ]
    table = {
        "hit_policy": "F", "on_unknown": "skip",
        "inputs": [{"key": "b", "value": "b", "type": "number"}], "outputs": [{"key": "x", "type": "number"}],
        "rows": [{"id": "r", "when": ["> 10"], "then": ["b * 2"]}, {"id": "s", "when": ["-"], "then": ["7"]}],
    }  # fmt: skip
    knockouts = [
        {"id": "K1", "effect": "knock_out", "grade": "D", "when": "flag = true", "label": label("K1")},
        {"id": "K2", "effect": "ceiling", "grade": "C", "when": "twice > 40", "label": label("K2")},
        {"id": "K3", "effect": "manual", "when": "coverage_percent < 60", "label": label("K3")},
    ]
    weight = draw(st.integers(0, 100))
    variants = [{"key": "V1", "weights": {"X": str(weight), "Y": str(100 - weight)}}] if draw(st.booleans()) else []
    variants += [{"key": "V 2", "weights": {"X": "50", "Y": "50"}}] if variants and draw(st.booleans()) else []
    facts = [{"key": key, "type": "number"} for key in ("a", "b", "debt")] + [{"key": "flag", "type": "boolean"}]
    return small_body(
        facts=facts, factors=made, knockouts=knockouts, variants=variants,
        formulas=[{"key": "twice", "text": "b * 2", "type": "number"}], tables=[{"key": "tier", "table": table}],
        rounding={"points": draw(ROUNDINGS), "dimension": draw(ROUNDINGS), "total": draw(ROUNDINGS)},
    ) | ({"default_variant": "V1"} if variants else {})  # fmt: skip


VALUES = st.none() | st.decimals(-60, 60, places=2)
CUSTOMERS = st.fixed_dictionaries(
    {}, optional={"a": VALUES, "b": VALUES, "debt": VALUES, "flag": st.none() | st.booleans()}
)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(bodies(), st.lists(CUSTOMERS, min_size=1, max_size=4), st.data())
def test_random_scorecards_rate_the_same_in_dmn(
    body: dict[str, Any], customers: list[dict[str, Any]], data: st.DataObject
) -> None:
    card, model = compile_scorecard(body), read_back(export_scorecard(body, "Card", SPACE))
    for facts in customers:
        variant = data.draw(st.none() | st.sampled_from(sorted(card.variants)))
        equal_rating(model, card, facts, variant, THEN)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(FACTS, st.none() | VARIANTS)
def test_random_customers_rate_the_same_in_dmn(facts: dict[str, Any], variant: str | None) -> None:
    equal_rating(*both(), facts, variant, THEN)


@cache
def both() -> tuple[Model, Any]:
    """The gallery's Scorecard as DMN and as our own."""
    return read_back(export_scorecard(gallery(), "Card", SPACE)), compile_scorecard(gallery())


def test_what_a_scorecard_cannot_carry_is_named() -> None:
    assert kinds(export_scorecard(gallery(), "Card", SPACE)) == [
        ("dmn.left_out", "", "labels"),
        ("dmn.left_out", "", "units"),
        ("dmn.left_out", "/examples", "examples"),
        ("dmn.left_out", "", "faults"),
        ("dmn.left_out", "", "direction"),
        ("dmn.left_out", "", "notes"),
        ("dmn.left_out", "", "grade_labels"),
        ("dmn.left_out", "/knockouts", "manual"),
    ]


def test_names_of_the_scorecard_move_aside_for_facts() -> None:
    body = gallery()
    body["facts"] = [*body["facts"], {"key": "Score", "type": "number"}, {"key": "Factors", "type": "number"}]
    model = read_back(export_scorecard(body, "Card", SPACE))
    assert model.key("Score of the scorecard") is not None
    assert model.key("Score") is None


def test_only_elements_of_the_table_are_written() -> None:
    text = write_dmn(export_scorecard(gallery(), "Card", SPACE).drg)
    known = {name for shape in TABLE.values() for name in shape.children} | {"definitions"}

    def walk(item: Element) -> None:
        assert item.name in known
        for child in item.children:
            walk(child)

    walk(read_xml(text))


def test_every_element_is_drawn_above_what_it_needs() -> None:
    drg = export_scorecard(gallery(), "Card", SPACE).drg
    assert drg.layout is not None
    shapes = {each.attributes["dmnElementRef"]: each.children[0] for each in drg.layout.children[0].all("DMNShape")}
    edges = {each.attributes["dmnElementRef"] for each in drg.layout.children[0].all("DMNEdge")}
    corners = {(each.attributes["x"], each.attributes["y"]) for each in shapes.values()}
    assert len(corners) == len(drg.elements) == len(shapes)
    for decision in drg.decisions:
        for need in decision.requirements:
            assert need.about.id in edges
            below, above = shapes[need.href[1:]], shapes[decision.about.id or ""]
            assert int(below.attributes["y"]) > int(above.attributes["y"])


@pytest.mark.long
def test_exports_follow_the_published_schema(tmp_path: Path) -> None:
    follows_schema(write_dmn(export_scorecard(gallery(), "Card", SPACE).drg), tmp_path)
    follows_schema(write_dmn(export_table(TERMS, "Terms", SPACE).drg), tmp_path)
