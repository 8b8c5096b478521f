"""What differs between two bodies: nothing missed, items known again, and which way a change goes."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import gallery
from app.kinds.changes import Change, changes

CARD = gallery.read("scorecards/customer_rating")["body"]
FORM = gallery.read("forms/credit_request")["body"]
REACHED = {**gallery.read("forms/customer")["body"], "access": [{"role": "sales", "read": "own"}]}
FLOW = gallery.read("flows/credit_approval")["body"]
POLICY = gallery.read("policies/customer_credit")["body"]


def apply(body: dict[str, Any], change: Callable[[dict[str, Any]], object]) -> list[Change]:
    new = copy.deepcopy(body)
    change(new)
    return changes(body, new)


def field(body: dict[str, Any], key: str) -> dict[str, Any]:
    found: dict[str, Any] = next(f for s in body["sections"] for f in s["fields"] if f["key"] == key)
    return found


def step(body: dict[str, Any], key: str) -> dict[str, Any]:
    found: dict[str, Any] = next(s for s in body["steps"] if s["id"] == key)
    return found


CASES: list[tuple[str, dict[str, Any], Callable[[dict[str, Any]], object], list[tuple[str, str, str | None]]]] = [
    ("weight", CARD, lambda b: b["dimensions"][0].update(weight="25"), [("changed", "/dimensions/0/weight", None)]),
    ("cut", CARD, lambda b: b["factors"][1]["bands"]["cuts"][1].update(edge="0.50"),
     [("changed", "/factors/1/bands/cuts/1/edge", None)]),
    ("points up", CARD, lambda b: b["factors"][1]["bands"]["cuts"][1].update(points="90"),
     [("changed", "/factors/1/bands/cuts/1/points", "loosened")]),
    ("a band more", CARD, lambda b: b["factors"][1]["bands"]["cuts"].insert(1, {"edge": "0.45", "points": "90"}),
     [("added", "/factors/1/bands/cuts/1", None)]),
    ("no knock-out", CARD, lambda b: b["knockouts"].pop(0), [("removed", "/knockouts/0", "loosened")]),
    ("knock-out weaker", CARD, lambda b: b["knockouts"][0].update(effect="ceiling"),
     [("changed", "/knockouts/0/effect", "loosened")]),
    ("grade line up", CARD, lambda b: b["grades"][0].update(min="95"), [("changed", "/grades/0/min", "tightened")]),
    ("required no more", FORM, lambda b: field(b, "reason").update(required=False),
     [("changed", "/sections/0/fields/4/required", "loosened")]),
    ("material no more", FORM, lambda b: field(b, "limit").pop("material"),
     [("removed", "/sections/0/fields/2/material", "loosened")]),
    ("a lower bound gone", FORM, lambda b: field(b, "limit").pop("min"),
     [("removed", "/sections/0/fields/2/min", "loosened")]),
    ("a check less", FORM, lambda b: b["checks"].pop(), [("removed", "/checks/1", "loosened")]),
    ("a check only warns", FORM, lambda b: b["checks"][0].update(severity="warn"),
     [("changed", "/checks/0/severity", "loosened")]),
    ("a role reaches more", REACHED, lambda b: b["access"][0].update(read="all"),
     [("changed", "/access/0/read", "loosened")]),
    ("a role reaches by a formula", REACHED, lambda b: b["access"][0].update(where="employees > 1"),
     [("added", "/access/0/where", "tightened")]),
    ("another formula", {**REACHED, "access": [{"role": "sales", "where": "x"}]},
     lambda b: b["access"][0].update(where="y"), [("changed", "/access/0/where", None)]),
    ("fields reordered", FORM, lambda b: b["sections"][0]["fields"].reverse(),
     [("reordered", "/sections/0/fields", None)]),
    ("a field moved", FORM, lambda b: b["sections"][2]["fields"].append(b["sections"][0]["fields"].pop(4)),
     [("moved", "/sections/2/fields/1", None)]),
    ("label", FORM, lambda b: b["sections"][0]["title"].update(en="X"), [("changed", "/sections/0/title", None)]),
    ("a new section", FORM, lambda b: b["sections"].append({"key": "x", "fields": []}),
     [("added", "/sections/3", None)]),
    ("an approval less", FLOW, lambda b: b["steps"].remove(step(b, "risk")), [("removed", "/steps/6", "loosened")]),
    ("quorum", FLOW, lambda b: step(b, "risk")["quorum"].update(rule="any"),
     [("changed", "/steps/6/quorum/rule", "loosened")]),
    ("edit right", FLOW, lambda b: step(b, "finance")["fields"].update(limit="edit"),
     [("added", "/steps/4/fields/limit", "loosened")]),
    ("edit right gone", FLOW, lambda b: step(b, "finance")["fields"].pop("finance_opinion"),
     [("removed", "/steps/4/fields/finance_opinion", "tightened")]),
    ("condition", FLOW, lambda b: b["routes"][6].update(when="limit >= 3000000"),
     [("changed", "/routes/6/when", None)]),
    ("routes turned", FLOW, lambda b: b["routes"].reverse(), [("reordered", "/routes", None)]),
    ("comment", FLOW, lambda b: step(b, "finance")["acts"]["reject"].update(comment="optional"),
     [("changed", "/steps/4/acts/reject/comment", "loosened")]),
    ("automatic", POLICY, lambda b: b["grades"]["A"].update(auto_up_to="300000"),
     [("changed", "/grades/A/auto_up_to", "loosened")]),
    ("automatic no more", POLICY, lambda b: b["grades"]["AA"].update(auto_up_to=None),
     [("changed", "/grades/AA/auto_up_to", "tightened")]),
    ("multiplier", POLICY, lambda b: b["grades"]["A"].update(limit_multiplier="0.9"),
     [("changed", "/grades/A/limit_multiplier", "tightened")]),
    ("tier posts", POLICY, lambda b: b["tiers"][2].update(posts=["credit_manager"]),
     [("changed", "/tiers/2/posts", "loosened")]),
    ("step", POLICY, lambda b: b["over_limit"].update(step="0.50"), [("changed", "/over_limit/step", "loosened")]),
    ("coverage", POLICY, lambda b: b.update(coverage_minimum="70"), [("changed", "/coverage_minimum", "loosened")]),
    ("same figure written otherwise", POLICY, lambda b: b.update(coverage_minimum="80.0"),
     [("changed", "/coverage_minimum", None)]),
]  # fmt: skip


@pytest.mark.parametrize(("body", "change", "found"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_changes(body: dict[str, Any], change: Callable[[dict[str, Any]], object], found: Any) -> None:
    assert [(each.act, each.path, each.way) for each in apply(body, change)] == found


@pytest.mark.parametrize("body", [CARD, FORM, FLOW, POLICY])
def test_equal_bodies_have_no_changes(body: dict[str, Any]) -> None:
    assert changes(body, json.loads(json.dumps(body))) == []


NAMES = ["id", "key", "fields", "rules", "min", "steps", "cuts", "routes", "from", "zh-CN"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from(["a", "b", "1", "edit", "read", "any"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=3),
    max_leaves=10,
)  # fmt: skip
MEMBERS = ["sections", "fields", "steps", "cuts", "routes", "min", "required"]
BODIES = st.dictionaries(st.sampled_from(MEMBERS), JSON, max_size=4)


@given(BODIES, BODIES)
def test_nothing_is_missed_and_no_draft_is_too_broken(old: dict[str, Any], new: dict[str, Any]) -> None:
    assert bool(changes(old, new)) == (json.dumps(old, sort_keys=True) != json.dumps(new, sort_keys=True))
