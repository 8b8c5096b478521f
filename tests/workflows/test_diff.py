"""Two versions compared: each change has its line, its place and its flag."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from tests.workflows.story import load
from tests.workflows.test_words import sentences
from workflows import compile_flow, diff

Body = dict[str, Any]
Edit = Callable[[Body], Any]


def changed(edit: Edit) -> list[tuple[str, str]]:
    old = load("credit_approval")
    new = copy.deepcopy(old)
    edit(new)
    lines = diff(compile_flow(old), compile_flow(new))
    chinese = sentences("zh_Hans_CN")
    for line in lines:
        assert chinese[line.code].format(**line.params), "every line can be said"
        assert line.path.startswith(("/steps", "/routes", "/settings", "/form"))
    return [(line.code.removeprefix("flow.diff."), line.flag) for line in lines]


def step(body: Body, id: str) -> Body:
    return next(one for one in body["steps"] if one["id"] == id)


def put(id: str, **members: Any) -> Edit:
    return lambda body: step(body, id).update(members)


def when(text: str) -> Edit:
    return lambda body: body["routes"][6].update(when=text)


def without_risk(body: Body) -> None:
    body["steps"] = [one for one in body["steps"] if one["id"] not in ("risk", "choice")]
    body["routes"] = [r for r in body["routes"] if not {r["from"], r["to"]} & {"risk", "choice"}]
    body["routes"].append({"from": "finance", "to": "tell"})


CONDITION = 'limit >= 1000000 or grade in ("BB","B","C") or limit > proposed_limit'


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (lambda body: None, []),
        (when(CONDITION.replace("1000000", "3000000")), [("threshold", "loosened")]),
        (when(CONDITION.replace("1000000", "500000")), [("threshold", "tightened")]),
        (when(CONDITION.replace('"BB",', "")), [("condition", "loosened")]),
        (put("risk", quorum={"rule": "ratio", "pass": "0.5"}), [("quorum", "loosened")]),
        (put("finance", quorum={"rule": "all"}), [("quorum", "tightened")]),
        (put("risk", quorum={"rule": "all", "wait_for_all": True}), [("quorum", "neutral")]),
        (put("finance", fields={"*": "edit"}), [("permission", "loosened")]),
        (put("finance", fields={"*": "read"}), [("permission", "tightened")]),
        (put("sales", assign=[{"by": "post", "post": "sales_head"}]), [("assign", "loosened")]),
        (put("sales", on_empty=["flow_admin"]), [("on_empty", "loosened")]),
        (put("finance", on_reject={"do": "end"}), [("on_reject", "loosened")]),
        (put("sales", label={"zh-CN": "主管", "en": "Head"}), [("label", "neutral")]),
        (put("sales", signature=True), [("setting_of_step", "tightened")]),
        (put("sales", decision=False), [("setting_of_step", "loosened")]),
        (put("sales", acts={"reject": {"comment": "off"}}), [("comment", "loosened")]),
        (put("sales", on_self="block"), [("setting_of_step", "loosened")]),
        (put("tell", to=["applicant"]), [("setting_of_step", "neutral")]),
        (put("done", apply="temporary_limit"), [("setting_of_step", "loosened")]),
        (put("finance", limits=[]), [("limit_removed", "loosened"), ("limit_removed", "loosened")]),
        (
            lambda body: step(body, "finance")["limits"].append({"after": "PT40H", "do": "approve"}),
            [("limit_added", "loosened")],
        ),
        (
            lambda body: step(body, "finance")["limits"].append({"after": "PT40H", "do": "remind"}),
            [("limit_added", "tightened")],
        ),
        (lambda body: body["settings"].update(dedupe="all_later"), [("setting", "loosened")]),
        (lambda body: body["settings"].update(on_self="block"), [("setting", "tightened")]),
        (lambda body: body["settings"].update(title="customer.name"), [("setting", "neutral")]),
        (lambda body: body["form"].update(key="other_form"), [("setting", "neutral")]),
        (lambda body: body["form"].update(version=8), []),
        (
            without_risk,
            [
                ("step_removed", "neutral"),
                ("step_removed", "loosened"),
                ("route_added", "loosened"),
                ("route_removed", "loosened"),
                ("route_removed", "loosened"),
                ("route_removed", "loosened"),
                ("route_removed", "loosened"),
            ],
        ),
    ],
)
def test_change(edit: Edit, expected: list[tuple[str, str]]) -> None:
    assert changed(edit) == expected


def test_a_step_added_makes_it_stricter() -> None:
    def add(body: Body) -> None:
        body["steps"].append({**copy.deepcopy(step(body, "sales")), "id": "second"})
        body["routes"][5] = {"from": "finance", "to": "second"}
        body["routes"].append({"from": "second", "to": "choice"})

    assert ("step_added", "tightened") in changed(add)


def test_what_cannot_be_compared_counts_as_looser() -> None:
    lines = diff(compile_flow(load("plain")), compile_flow(load("sequence")))
    assert {line.flag for line in lines} >= {"loosened", "tightened"}
    removed = [line.params["step"] for line in lines if line.code == "flow.diff.step_removed"]
    assert removed == ["begin", "boss", "head", "chief"]
