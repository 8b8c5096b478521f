"""Notes of Factors and Bands: kept for people, checked like other labels, and read by no rating."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from rules import compile_scorecard, rate
from rules.scorecard_draft import draft_problems
from tests.rules.cards import NOW, factor, gallery_body, small_body

NOTE = {"zh-CN": "负债轻", "en": "Light"}


def without_notes(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_notes(each) for key, each in value.items() if not key.endswith("note")}
    return [without_notes(each) for each in value] if isinstance(value, list) else value


def test_notes_change_no_result() -> None:
    body = gallery_body()
    bare = without_notes(body)
    assert bare != body
    told, plain = compile_scorecard(body), compile_scorecard(bare)
    for example in told.examples:
        one, other = (rate(card, example.facts, NOW, example.variant) for card in (told, plain))
        assert one.trace is not None
        assert other.trace is not None
        assert one.trace.to_json() == other.trace.to_json()
    assert [each.notes.factor for each in plain.factors] == [{} for _ in plain.factors]


def test_where_each_note_is_kept() -> None:
    body = small_body()
    bands = body["factors"][0]["bands"]
    bands["cuts"][1]["note"], bands["otherwise_note"] = NOTE, {"zh-CN": "其余"}
    body["factors"][0] |= {"note": {"zh-CN": "甲"}, "missing_note": {"zh-CN": "缺"}}
    values = [{"value": "x", "points": "1", "note": NOTE}, {"value": "y", "points": "2"}]
    body["facts"].append({"key": "s", "type": "string"})
    body["factors"][1] = factor("s", "Y", bands={"kind": "set", "values": values, "otherwise": "0"})
    one, two = compile_scorecard(body).factors
    assert one.notes.bands == ({}, NOTE, {"zh-CN": "其余"})
    assert (one.notes.factor, one.notes.missing) == ({"zh-CN": "甲"}, {"zh-CN": "缺"})
    assert two.notes.bands == (NOTE, {}, {})
    identity = small_body(factors=[factor("a", "X", bands={"kind": "identity"}, note=NOTE), factor("b", "Y")])
    assert compile_scorecard(identity).factors[0].notes.bands == ()


@pytest.mark.parametrize("note", [{}, {"en": "only"}, {"zh-CN": ""}, {"zh-CN": "x" * 201}, {"zh-CN": 1}, "x", None,
                                  {"zh-CN": "x", "fr": "y"}])  # fmt: skip
@pytest.mark.parametrize("place", ["note", "missing_note", "bands/otherwise_note", "bands/cuts/0/note"])
def test_what_is_no_note_is_told_where_it_stands(note: Any, place: str) -> None:
    body = small_body()
    *way, last = place.split("/")
    owner = body["factors"][0]
    for step in way:
        owner = owner[int(step)] if step.isdigit() else owner[step]
    owner[last] = copy.deepcopy(note)
    found = [problem.path for problem in draft_problems(body)]
    assert found
    assert all(path.startswith(f"/factors/0/{place}") or f"/factors/0/{place}".startswith(path) for path in found)
