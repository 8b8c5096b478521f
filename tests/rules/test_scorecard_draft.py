"""A Scorecard being written is looked through however unfinished it is; nothing is told of what was filled in."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from app import gallery
from rules import Invalid, compile_scorecard
from rules.schema import schema_problems
from rules.scorecard_compile import SCHEMA
from rules.scorecard_draft import HOLE, draft_problems

Body = dict[str, Any]


def card() -> Body:
    return copy.deepcopy(gallery.read("scorecards/customer_rating")["body"])


def told(change: Callable[[Body], object]) -> list[tuple[str, str]]:
    body = card()
    change(body)
    return [(problem.code, problem.path) for problem in draft_problems(body)]


def new_factor(body: Body) -> None:
    """As a designer adds one: nothing is filled in yet."""
    bands = {"kind": "steps", "match": "gte", "cuts": []}
    body["factors"].append(
        {"key": "x", "dimension": "FIN", "label": {"zh-CN": "新"}, "weight": "", "value": "", "bands": bands}
    )


def light_factor(body: Body) -> None:
    new_factor(body)
    body["factors"][0]["weight"] = "20"


def small_table() -> Body:
    return {
        "hit_policy": "U", "inputs": [{"key": "a", "value": "1 + 1", "type": "number"}],
        "outputs": [{"key": "out", "type": "number"}],
        "rows": [{"id": "r", "when": ["> 1"], "then": ["1"]}, {"id": "s", "when": ["<= 1, null"], "then": ["2"]}],
    }  # fmt: skip


CASES: list[tuple[Callable[[Body], object], list[tuple[str, str]]]] = [
    (lambda body: None, []),
    (new_factor, [("schema.too_short", "/factors/15/bands/cuts"), ("schema.too_short", "/factors/15/value"),
                  ("schema.pattern", "/factors/15/weight")]),
    (light_factor, [("schema.too_short", "/factors/15/bands/cuts"), ("schema.too_short", "/factors/15/value"),
                    ("schema.pattern", "/factors/15/weight"), ("weights.sum", "/dimensions/0")]),
    (lambda body: (body["knockouts"][0].update(when=""), body["factors"][1].update(value="FIN_DEBTT * 2", key="d")),
     [("schema.too_short", "/knockouts/0/when"), ("feel.unknown_name_near", "/factors/1/value")]),
    (lambda body: (body["grades"][2].update(min=""), body["factors"][3]["bands"]["cuts"][0].update(edge="0.06")),
     [("schema.pattern", "/grades/2/min"), ("band.overlap", "/factors/3/bands/cuts/1/edge")]),
    (lambda body: body["factors"][3]["bands"]["cuts"][0].update(edge="x"),
     [("schema.pattern", "/factors/3/bands/cuts/0/edge")]),
    (lambda body: body.pop("rounding"), [("schema.required", "")]),
    (lambda body: (body.update(surprise=1), body["dimensions"][0].update(weight="x")),
     [("schema.pattern", "/dimensions/0/weight"), ("schema.unknown_member", "/surprise"),
      ("weights.sum", "/dimensions")]),
    (lambda body: body.update(factors=[]), [("schema.too_short", "/factors")]),
    (lambda body: body.update(dimensions=[]), [("schema.too_short", "/dimensions")]),
    (lambda body: body.update(grades=[], knockouts=[]), [("schema.too_short", "/grades")]),
    (lambda body: body["facts"].__setitem__(0, {"key": "", "type": "number"}),
     [("schema.pattern", "/facts/0/key"), ("schema.too_short", "/facts/0/key"),
      ("feel.unknown_name", "/factors/0/value")]),
    (lambda body: (body["formulas"].append({"key": "f", "text": ""}), body["factors"][0].update(weight="20")),
     [("schema.too_short", "/formulas/0/text"), ("weights.sum", "/dimensions/0")]),
    (lambda body: (body["factors"][0].update(bands={"kind": "set", "values": [], "otherwise": "0"}),
                   body["factors"][1].update(weight="20")),
     [("schema.too_short", "/factors/0/bands/values"), ("weights.sum", "/dimensions/0")]),
    (lambda body: body.update(tables=5), [("schema.type", "/tables")]),
    (lambda body: body.update(tables=[5]), [("schema.type", "/tables/0")]),
    (lambda body: body.update(tables=[{"key": "t", "label": {"zh-CN": "x"}}]), [("schema.required", "/tables/0")]),
    (lambda body: body.update(tables=[{"key": "t", "label": {"zh-CN": "x"}, "table": 5}]),
     [("schema.type", "/tables/0/table")]),
    (lambda body: body.update(tables=[{"key": "t", "label": 5, "table": small_table()}]),
     [("schema.type", "/tables/0/label"), ("scorecard.unused", "/tables/0")]),
    (lambda body: body.update(tables=[{"key": "t", "label": {"zh-CN": "x"}, "odd": 1, "table": small_table()}]),
     [("schema.unknown_member", "/tables/0/odd"), ("scorecard.unused", "/tables/0")]),
    (lambda body: body.update(facts=[{"key": f"x{at}", "type": "number"} for at in range(20_000)]),
     [("schema.too_large", "/facts/7004")]),
]  # fmt: skip


@pytest.mark.parametrize(("change", "wanted"), CASES, ids=range(len(CASES)))
def test_what_stands_beside_a_fault_of_shape_is_told_too(
    change: Callable[[Body], object], wanted: list[tuple[str, str]]
) -> None:
    assert sorted(told(change)) == sorted(wanted)


def places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    yield path
    if isinstance(value, dict):
        for name, item in value.items():
            yield from places(item, (*path, name))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from places(item, (*path, index))


def small_whole() -> Body:
    """A part of the ready-made Scorecard without findings, of every kind of member."""
    whole = card()
    whole["factors"] = [{**factor, "weight": "100"} for factor in whole["factors"][:13:12]]
    keys = {factor["dimension"] for factor in whole["factors"]}
    whole["dimensions"] = [{**each, "weight": "50"} for each in whole["dimensions"] if each["key"] in keys]
    whole["variants"] = [{**whole["variants"][0], "weights": dict.fromkeys(keys, "50")}]
    names = {factor["value"] for factor in whole["factors"]} | {"dishonest_active"}
    whole["facts"] = [fact for fact in whole["facts"] if fact["key"] in names]
    first = whole["factors"][0]
    whole["formulas"] = [{"key": "half", "text": f"{first['value']} / 2"}, {"key": "twice", "text": "half * 2"}]
    first.update(key="first", value="twice")
    whole["tables"] = [{"key": "t", "label": {"zh-CN": "表"}, "table": small_table()}]
    whole["factors"][1].update(key="second", value="t")
    whole["knockouts"], whole["examples"] = whole["knockouts"][:1], []
    return whole


def test_the_small_whole_has_no_findings() -> None:
    assert draft_problems(small_whole()) == []


@pytest.mark.parametrize("member", sorted(small_whole()))
@pytest.mark.parametrize("broken", ["", None, 7, [], {"key": ["x"]}], ids=repr)
def test_no_break_at_any_place_is_too_much(broken: Any, member: str) -> None:
    """Each place of the body in turn holds what cannot stand there: the fault is told, nothing of our own making."""
    whole = small_whole()
    for path in places(whole[member], (member,)):
        body = copy.deepcopy(whole)
        inner: Any = body
        for part in path[:-1]:
            inner = inner[part]
        inner[path[-1]] = broken
        found = draft_problems(body)
        shape = schema_problems(SCHEMA, body)
        inside = path[2:3] == ("table",)  # whose shape is looked at with its table, and more of it is told
        of_shape = [problem for problem in found if problem.code.startswith("schema.")]
        assert all(problem in of_shape for problem in shape) if inside else of_shape == shape, path
        assert not any(HOLE in str(dict(problem.params)) + problem.path for problem in found), path
        if not shape:
            try:
                wanted = list(compile_scorecard(body).warnings)
            except Invalid as invalid:
                wanted = list(invalid.problems)
            assert all(problem in found for problem in wanted) if inside else found == wanted, path


def planted() -> Body:
    """The small whole with a fault of meaning in each of its parts, of no fault of shape."""
    body = small_whole()
    body["formulas"].append({"key": "third", "text": "FIN_OCF_SALES + ghost"})
    body["factors"][0]["weight"] = "90"
    cuts = body["factors"][1]["bands"]["cuts"]
    cuts[1]["edge"] = cuts[0]["edge"]
    body["dimensions"][1]["weight"] = "40"
    body["knockouts"].append({**copy.deepcopy(body["knockouts"][0]), "id": "K2", "when": "phantom = true"})
    body["grades"][1]["min"] = body["grades"][0]["min"]
    body["variants"][0]["weights"]["CON"] = "60"
    body["tables"][0]["table"]["rows"][1]["when"] = ["<= 0, null"]
    return body


FORMULA, KNOCKOUT = "feel.unknown_name /formulas/2/text", "feel.unknown_name /knockouts/1/when"
GAP, ORDER, OVERLAP = (
    "table.gap /tables/0/table/rows",
    "grade.order /grades/1/min",
    "band.overlap /factors/1/bands/cuts/1/edge",
)
SUM, FIN, VARIANT = "weights.sum /dimensions", "weights.sum /dimensions/0", "weights.sum /variants/0/weights"
PLANTED = {FORMULA, KNOCKOUT, GAP, ORDER, OVERLAP, SUM, FIN, VARIANT}
NAME = "feel.unknown_name"
BESIDE: list[tuple[str, set[str], set[str]]] = [
    # what is broken: the planted findings that can then not be told, and those that follow from the break
    ("default_variant", set(), {"scorecard.default_variant /default_variant"}),
    ("dimensions", {SUM, FIN}, set()),
    ("dimensions/0(/key)?", {FIN},
     {"scorecard.unknown_dimension /variants/0/weights/FIN", "scorecard.unknown_dimension /factors/0/dimension"}),
    ("dimensions/1(/key)?", set(),
     {"scorecard.unknown_dimension /variants/0/weights/CON", "scorecard.unknown_dimension /factors/1/dimension"}),
    ("factors", {OVERLAP, FIN}, set()),
    ("factors/0(/dimension)?", {FIN}, set()),
    ("factors/1/weight", set(), {"weights.sum /dimensions/1"}),
    ("factors/1(/value|/bands.*)?", {OVERLAP}, set()),
    ("facts", set(), {f"{NAME} /formulas/0/text", f"{NAME} /knockouts/0/when"}),
    ("facts/0(/key)?", set(), {f"{NAME} /formulas/0/text"}),
    ("facts/2(/key)?", set(), {f"{NAME} /knockouts/0/when"}),
    ("formulas", {FORMULA}, {f"{NAME} /factors/0/value"}),
    ("formulas/0(/key)?", set(), {f"{NAME} /formulas/1/text"}),
    ("formulas/1(/key)?", set(), {f"{NAME} /factors/0/value"}),
    ("formulas/2.*", {FORMULA}, set()),
    ("grades.*", {ORDER}, set()),
    ("knockouts|knockouts/1.*", {KNOCKOUT}, set()),
    ("tables/0/key", set(), {f"{NAME} /factors/1/value"}),
    ("tables|tables/0|tables/0/table", PLANTED, set()),  # a table that is none: its names would be missed everywhere
    ("variants|variants/0|variants/0/weights.*", {VARIANT}, set()),
]  # fmt: skip


def test_the_planted_faults_are_found() -> None:
    assert {f"{problem.code} {problem.path}" for problem in draft_problems(planted())} == PLANTED


@pytest.mark.parametrize("member", sorted(set(small_whole()) - {"examples"}))
def test_a_break_at_any_place_hides_nothing_that_stands_elsewhere(member: str) -> None:
    tried = 0
    for path in places(planted()[member], (member,)):
        if path[2:3] == ("table",) and len(path) > 3:
            continue  # the tests of a table's own drafts
        for broken in ("", None, 7, [], {"key": ["x"]}):
            body = planted()
            inner: Any = body
            for part in path[:-1]:
                inner = inner[part]
            inner[path[-1]] = broken
            if not schema_problems(SCHEMA, body):
                continue
            where = "/".join(map(str, path))
            gone, new = next((row[1:] for row in BESIDE if re.fullmatch(row[0], where)), (set(), set()))
            found = {f"{each.code} {each.path}" for each in draft_problems(body) if not each.code.startswith("schema.")}
            assert found == (PLANTED - gone) | new, (where, broken)
            tried += 1
    assert tried
