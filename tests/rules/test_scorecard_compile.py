"""Compiling a Scorecard: every kind of mistake at its place, all of them at once."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from rules import Invalid, compile_scorecard
from tests.rules.cards import factor, found, gallery_body, gallery_card, put, small_body, small_card

CUTS = "/factors/0/bands/cuts"
KNOCK = {"id": "K1", "effect": "knock_out", "grade": "D", "when": "flag = true", "label": {"zh-CN": "K1"}}

# path to change, value there (... removes), expected (code, path)
MISTAKES: list[tuple[str, Any, tuple[str, str]]] = [
    ("/dimensions/0/weight", "61", ("weights.sum", "/dimensions")),
    ("/factors/0/weight", "99.99", ("weights.sum", "/dimensions/0")),
    ("/factors/0/weight", "-1", ("schema.pattern", "/factors/0/weight")),
    ("/factors/0/dimension", "Z", ("scorecard.unknown_dimension", "/factors/0/dimension")),
    (f"{CUTS}/1/edge", "10", ("band.overlap", f"{CUTS}/1/edge")),
    (f"{CUTS}/1/edge", "11", ("band.order", f"{CUTS}/1/edge")),
    (f"{CUTS}/0/points", "101", ("band.points_range", f"{CUTS}/0/points")),
    (f"{CUTS}/0/points", "-1", ("band.points_range", f"{CUTS}/0/points")),
    (f"{CUTS}/0/points", 100, ("schema.type", f"{CUTS}/0/points")),
    (f"{CUTS}/0/points", 99.5, ("schema.float", f"{CUTS}/0/points")),
    (f"{CUTS}/0/points", "1e2", ("schema.pattern", f"{CUTS}/0/points")),
    (f"{CUTS}/0/points", "100\n", ("schema.pattern", f"{CUTS}/0/points")),
    ("/factors/0/bands/otherwise", ..., ("band.gap", "/factors/0/bands")),
    ("/factors/0/bands/otherwise", "200", ("band.points_range", "/factors/0/bands/otherwise")),
    ("/factors/0/bands/kind", "ladder", ("schema.choice", "/factors/0/bands/kind")),
    ("/factors/0/bands/extra", 1, ("schema.unknown_member", "/factors/0/bands/extra")),
    ("/factors/0/bands/cuts", [], ("schema.too_short", "/factors/0/bands/cuts")),
    ("/factors/0/bands", {"kind": "identity", "match": "gte"}, ("schema.unknown_member", "/factors/0/bands/match")),
    ("/factors/0/bands", {"kind": "linear", "from": {"value": "1", "points": "0"}, "to": {"value": "1", "points": "9"}},
     ("band.linear_empty", "/factors/0/bands/to/value")),
    ("/factors/0/missing", {"points": "120"}, ("band.points_range", "/factors/0/missing/points")),
    ("/factors/0/missing", "zero", ("schema.choice", "/factors/0/missing")),
    ("/factors/1/key", "a", ("scorecard.duplicate", "/factors/1/key")),
    ("/factors/0/key", "b", ("scorecard.name_taken", "/factors/0/key")),
    ("/factors/0/key", "coverage_percent", ("scorecard.name_taken", "/factors/0/key")),
    ("/factors/0/value", "flag", ("scorecard.factor_type", "/factors/0/value")),
    ("/factors/0/value", "a + 1", ("scorecard.name_taken", "/factors/0/key")),
    ("/factors/0", factor("f", "X", value="nobody + 1"), ("feel.unknown_name", "/factors/0/value")),
    ("/factors/0", factor("f", "X", value="a +"), ("feel.syntax", "/factors/0/value")),
    ("/factors/0", factor("f", "X", value='upper case("x")'), ("feel.expected", "/factors/0/value")),
    ("/factors/0", factor("f", "X", value="a", dialect="basic"), ("schema.choice", "/factors/0/dialect")),
    ("/factors/0/label", {"en": "only"}, ("schema.required", "/factors/0/label")),
    ("/factors/0/direction", "up", ("schema.choice", "/factors/0/direction")),
    ("/facts/-", "a", ("scorecard.duplicate", "/facts/5")),
    ("/facts/-", "coverage_percent", ("scorecard.reserved_name", "/facts/5")),
    ("/facts/-", {"key": "z", "type": "money"}, ("schema.choice", "/facts/5/type")),
    ("/formulas/-", {"key": "a", "text": "b"}, ("scorecard.name_taken", "/formulas/0/key")),
    ("/formulas/-", {"key": "f", "text": "f + 1"}, ("scorecard.cycle", "/formulas/0/text")),
    ("/formulas/-", {"key": "f", "text": "1 +"}, ("feel.syntax", "/formulas/0/text")),
    ("/grades/1/min", "70", ("grade.order", "/grades/1/min")),
    ("/grades/1/min", "80", ("grade.order", "/grades/1/min")),
    ("/grades/0/min", "100.5", ("grade.cut_range", "/grades/0/min")),
    ("/grades/1/min", None, ("grade.cut_missing", "/grades/1/min")),
    ("/grades/3", {"key": "A", "min": None}, ("scorecard.duplicate", "/grades/3/key")),
    ("/grades", [{"key": "A", "min": "70"}, {"key": "B", "min": "40"}], ("grade.gap", "/grades/1/min")),
    ("/grades", [], ("schema.too_short", "/grades")),
    ("/knockouts/-", {**KNOCK, "grade": "E"}, ("knockout.unknown_grade", "/knockouts/0/grade")),
    ("/knockouts/-", {**KNOCK, "grade": None}, ("knockout.grade_missing", "/knockouts/0")),
    ("/knockouts/-", {**KNOCK, "effect": "manual"}, ("knockout.grade_unwanted", "/knockouts/0/grade")),
    ("/knockouts/-", {**KNOCK, "when": "flagg = true"}, ("feel.unknown_name_near", "/knockouts/0/when")),
    ("/knockouts/-", {**KNOCK, "effect": "stop"}, ("schema.choice", "/knockouts/0/effect")),
    ("/variants", [{"key": "S", "weights": {"X": "50", "Y": "49"}}], ("weights.sum", "/variants/0/weights")),
    ("/variants", [{"key": "S", "weights": {"X": "100"}}], ("scorecard.weight_missing", "/variants/0/weights")),
    ("/variants", [{"key": "S", "weights": {"X": "60", "Y": "40", "Z": "0"}}],
     ("scorecard.unknown_dimension", "/variants/0/weights/Z")),
    ("/variants", [{"key": "S", "weights": {"X": "60", "Y": "40"}}], ("scorecard.default_variant", "/default_variant")),
    ("/rounding/total/places", 2.0, ("schema.float", "/rounding/total/places")),
    ("/rounding/total/places", 13, ("schema.range", "/rounding/total/places")),
    ("/rounding/total/mode", "bankers", ("schema.choice", "/rounding/total/mode")),
    ("/rounding/total", ..., ("schema.required", "/rounding")),
    ("/alert_below", float("nan"), ("schema.float", "/alert_below")),
    ("/alert_below", 10**400, ("schema.range", "/alert_below")),
    ("/weights", {}, ("schema.unknown_member", "/weights")),
    ("/a~1b", 1, ("schema.unknown_member", "/a~01b")),
    ("/factors", ..., ("schema.required", "")),
    ("/factors/0/label", {"zh-CN": "x" * 5_000_000}, ("schema.too_long", "/factors/0/label/zh-CN")),
    ("/factors/0/label", {"zh-CN": "a\x00"}, ("schema.character", "/factors/0/label/zh-CN")),
    ("/factors/0/label", {"zh-CN": "\udfff"}, ("schema.character", "/factors/0/label/zh-CN")),
]


@pytest.mark.parametrize(("path", "value", "expected"), MISTAKES, ids=[f"{m[0]}={str(m[1])[:30]!a}" for m in MISTAKES])
def test_a_mistake_is_named_at_its_place(path: str, value: Any, expected: tuple[str, str]) -> None:
    assert expected in found(compile_scorecard, put(small_body(), path, value))


@pytest.mark.parametrize("body", [None, [], "text", 3, {}, {"facts": []}, {1: 2}])
def test_what_is_no_body_at_all(body: Any) -> None:
    assert found(compile_scorecard, body)


def test_depth_and_size_are_bounded() -> None:
    deep: Any = []
    for _ in range(5000):
        deep = [deep]
    assert [code for code, _ in found(compile_scorecard, small_body(examples=deep))] == ["schema.too_large"]
    wide = small_body(examples=[0] * 200_000)
    assert [code for code, _ in found(compile_scorecard, wide)] == ["schema.too_large"]


def test_all_problems_come_at_once() -> None:
    body = small_body()
    put(body, "/dimensions/0/weight", "10")
    put(body, "/factors/0/weight", "10")
    put(body, "/factors/1", factor("f", "Y", value="unknown + 1"))
    put(body, "/grades/1/min", "90")
    codes = {code for code, _ in found(compile_scorecard, body)}
    assert codes == {"weights.sum", "feel.unknown_name", "grade.order"}


def test_a_formula_problem_keeps_its_span() -> None:
    with pytest.raises(Invalid) as caught:
        compile_scorecard(put(small_body(), "/factors/1", factor("f", "Y", value="a + nobody")))
    [problem] = caught.value.problems
    assert (problem.path, problem.span) == ("/factors/1/value", (4, 10))


def test_formulas_in_a_circle_and_out_of_order() -> None:
    circle = [{"key": "p", "text": "q + 1"}, {"key": "q", "text": "r"}, {"key": "r", "text": "p"}]
    with pytest.raises(Invalid) as caught:
        compile_scorecard(small_body(formulas=circle))
    assert [(p.code, p.params["chain"]) for p in caught.value.problems] == [
        ("scorecard.cycle", "p → q → r → p"), ("scorecard.cycle", "q → r → p → q"), ("scorecard.cycle",
            "r → p → q → r"),
    ]
    late = [{"key": "p", "text": "q + 1"}, {"key": "q", "text": "a"}]
    assert found(compile_scorecard, small_body(formulas=late)) == [("scorecard.later_formula", "/formulas/0/text")]


def test_warnings_of_a_formula_stand_at_its_text() -> None:
    body = small_body(factors=[factor("f", "X", value="debt / assets"), factor("b", "Y")])
    [warning] = compile_scorecard(body).warnings
    assert (warning.code, warning.path, warning.severity) == ("rules.maybe_zero", "/factors/0/value", "warning")


def test_a_formula_tells_later_ones_its_type() -> None:
    formulas = [{"key": "p", "text": "debt > 1"}, {"key": "q", "text": "p + 1"}]
    assert [path for _, path in found(compile_scorecard, small_body(formulas=formulas))] == ["/formulas/1/text"]


def test_a_formula_that_nobody_uses_is_told() -> None:
    used = [{"key": "p", "text": "debt + 1"}, {"key": "q", "text": "p + 1"}, {"key": "r", "text": "debt"}]
    rule = {"id": "K1", "effect": "manual", "when": "q > 1", "on_unknown": "name", "label": {"zh-CN": "K1"}}
    [warning] = compile_scorecard(small_body(formulas=used, knockouts=[rule])).warnings
    assert (warning.code, warning.path, warning.severity) == ("scorecard.unused", "/formulas/2", "warning")
    assert warning.params == {"formula": "r"}


def test_warnings_do_not_block() -> None:
    body = put(small_body(), "/factors/0/direction", "lower")
    [warning] = compile_scorecard(body).warnings
    assert (warning.code, warning.path, warning.severity) == ("band.not_monotone", "/factors/0/bands", "warning")


@pytest.mark.parametrize(
    ("expect", "member"),
    [({"total": "79.99"}, "total"), ({"grade": "B"}, "grade"), ({"model_grade": None}, "model_grade"),
     ({"coverage_percent": "60"}, "coverage_percent"), ({"points": {"b": "60"}}, "points/b"),
     ({"points": {"nobody": None}}, "points/nobody"), ({"hits": ["K9"]}, "hits")],
)
def test_an_example_that_comes_out_otherwise(expect: dict[str, Any], member: str) -> None:
    example = {"name": "E1", "facts": {"a": "10", "b": 5}, "expect": expect}
    with pytest.raises(Invalid) as caught:
        compile_scorecard(small_body(examples=[example]))
    [problem] = caught.value.problems
    assert (problem.code, problem.path) == ("scorecard.example", f"/examples/0/expect/{member}")
    assert problem.params["member"] == member


def test_what_an_example_wants_and_what_it_finds_are_told_as_text() -> None:
    wanted = {"total": "80.10", "grade": "B", "hits": ["K1", "K2"], "points": {"a": None, "z": "3"}}
    with pytest.raises(Invalid) as caught:
        compile_scorecard(small_body(examples=[{"name": "E", "facts": {"a": "10", "b": 5}, "expect": wanted}]))
    assert {p.params["member"]: (p.params["expected"], p.params["found"]) for p in caught.value.problems} == {
        "total": ("80.1", "80"), "grade": ("B", "A"), "hits": ("K1, K2", ""), "points/a": (None, "100"),
        "points/z": ("3", None),
    }  # fmt: skip


def test_a_scorecard_travels_to_another_process_as_its_body() -> None:
    card = gallery_card()
    again = pickle.loads(pickle.dumps(card))
    assert again is not card
    assert (again.source, again.factors) == (card.source, card.factors)


def test_an_example_that_comes_out_as_written() -> None:
    good = {"name": "E1", "facts": {"a": "10", "b": 5}, "now": "2026-01-31T00:00:00Z",
            "expect": {"total": "80", "grade": "A", "points": {"a": "100", "b": "50.0"}, "hits": []}}
    assert len(compile_scorecard(small_body(examples=[good])).examples) == 1


@pytest.mark.parametrize(
    ("change", "expected"),
    [({"facts": {"c": "1"}}, ("fact.unknown", "/examples/0/facts/c")),
     ({"facts": {"a": "ten"}}, ("fact.not_a_number", "/examples/0/facts/a")),
     ({"variant": "S"}, ("scorecard.unknown_variant", "/examples/0/variant")),
     ({"now": "2026-02-30T00:00:00Z"}, ("fact.not_a_date", "/examples/0/now")),
     ({"expect": {}}, ("schema.too_short", "/examples/0/expect"))],
)
def test_an_example_that_cannot_be_read(change: dict[str, Any], expected: tuple[str, str]) -> None:
    example = {"name": "E1", "facts": {"a": "10"}, "expect": {"total": "100"}, **change}
    assert expected in found(compile_scorecard, small_body(examples=[example]))


def test_a_fault_in_an_example_is_told_there() -> None:
    body = small_body(factors=[factor("a", "X", value="debt / assets"), factor("b", "Y")], facts=["b",
        "debt", "assets"])
    body["examples"] = [{"name": "E", "facts": {"debt": "1", "assets": "0"}, "expect": {"total": "0"}}]
    assert ("rating.fault", "/examples/0") in found(compile_scorecard, body)


def test_names_with_blanks_and_chinese() -> None:
    body = small_body(
        facts=["资产负债率", "order count", "净利润/收入"],
        factors=[factor("f1", "X", value="资产负债率"), factor("f2", "Y", value="order count + 1")],
    )
    card = compile_scorecard(body)
    assert (card.factors[0].name, card.facts["资产负债率"].type) == ("资产负债率", "number")
    assert card.factors[1].names == ("order count",)


def test_the_gallery_card_has_no_warning_and_knows_its_indicators() -> None:
    card = gallery_card()
    assert card.warnings == ()
    assert card.indicators() == {f.key for f in card.factors}
    assert list(card.variants) == ["STD", "MFG", "SVC"]
    assert card.ladder.keys == ("AAA", "AA", "A", "BBB", "BB", "B", "C", "D")
    assert [f.key for f in card.factors if not f.movable] == ["STA_YEARS"]


def test_every_label_of_the_gallery_card_speaks_both_languages() -> None:
    def labels(value: Any) -> list[dict[str, str]]:
        if isinstance(value, dict):
            own = [value["label"]] if "label" in value else []
            return own + [one for child in value.values() for one in labels(child)]
        return [one for child in value for one in labels(child)] if isinstance(value, list) else []

    every = labels(gallery_body())
    assert len(every) > 60
    assert all(set(one) == {"zh-CN", "en"} for one in every)


def test_changing_one_band_of_the_gallery_card_breaks_its_examples() -> None:
    body = put(gallery_body(), "/factors/1/bands/cuts/1/points", "81")
    assert ("scorecard.example", "/examples/0/expect/total") in found(compile_scorecard, body)




def test_a_formula_that_is_always_null_may_stand_before_others() -> None:
    """What it gives is of no type that could be declared; those that use it are checked as if it could be any."""
    made = small_card(formulas=[{"key": "f", "text": "null"}, {"key": "g", "text": "f + debt"}])
    assert [formula.key for formula in made.formulas] == ["f", "g"]
    assert [problem.code for problem in made.warnings if problem.severity == "error"] == []
