"""Everything that can be wrong with a flow, one fault at a time, at its place; and several at once."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from rules import Invalid, Problem, Scope, ScopeEntry
from tests.shared import ROOT
from tests.workflows.story import HERE, load
from workflows import compile_flow
from workflows.model import Approval, ByPost, End, Rate

Body = dict[str, Any]


def good() -> Body:
    """start → ask → which → (more →) end: nothing wrong with it."""
    return {
        "steps": [
            {"id": "start", "type": "start"},
            _approval("ask"),
            {"id": "which", "type": "choice"},
            _approval("more"),
            {"id": "end", "type": "end"},
        ],
        "routes": [
            {"from": "start", "to": "ask"},
            {"from": "ask", "to": "which"},
            {"from": "which", "to": "more", "order": 1, "when": "limit > 100"},
            {"from": "which", "to": "end", "order": 2, "default": True},
            {"from": "more", "to": "end"},
        ],
    }


def _approval(id: str) -> Body:
    return {
        "id": id,
        "type": "approval",
        "assign": [{"by": "superior"}],
        "on_empty": ["flow_admin"],
        "on_reject": {"do": "end"},
    }


def problems(body: Any, scope: Scope | None = None) -> list[Problem]:
    with pytest.raises(Invalid) as caught:
        compile_flow(body, scope)
    return list(caught.value.problems)


def found(body: Any) -> set[tuple[str, str]]:
    return {(problem.code, problem.path) for problem in problems(body)}


def step(body: Body, id: str) -> Body:
    return next(step for step in body["steps"] if step["id"] == id)


Fault = Callable[[Body], Any]


def put(id: str, **members: Any) -> Fault:
    return lambda body: step(body, id).update(members)


def rename(old: str, new: str) -> Fault:
    return lambda body: step(body, old).update(id=new)


def drop(id: str, member: str) -> Fault:
    return lambda body: step(body, id).pop(member)


def route(index: int, **members: Any) -> Fault:
    return lambda body: body["routes"][index].update(members)


def add_step(**members: Any) -> Fault:
    return lambda body: body["steps"].append(members)


def add_route(**members: Any) -> Fault:
    return lambda body: body["routes"].append({("from" if k == "source" else k): v for k, v in members.items()})


def both(*faults: Fault) -> Fault:
    return lambda body: [fault(body) for fault in faults]


FAULTS: list[tuple[str, str, Fault]] = [
    ("flow.step.duplicate", "/steps/5/id", add_step(id="ask", type="cc", to=["applicant"])),
    ("flow.step.reserved", "/steps/4/id", both(rename("start", "begin"), rename("end", "start"))),
    ("flow.start.missing", "/steps", lambda b: b["steps"].pop(0)),
    ("flow.start.many", "/steps/5", add_step(id="begin", type="start")),
    ("flow.end.missing", "/steps", lambda b: b["steps"].pop()),
    ("flow.route.unknown_step", "/routes/4/to", route(4, to="nowhere")),
    ("flow.route.unknown_step", "/routes/4/from", lambda b: b["routes"][4].update({"from": "nowhere"})),
    ("flow.route.from_end", "/routes/5/from", add_route(source="end", to="ask")),
    ("flow.route.into_start", "/routes/5/to", add_route(source="more", to="start")),
    ("flow.route.missing", "/steps/3", lambda b: b["routes"].pop()),
    ("flow.route.not_choice", "/routes/5", add_route(source="ask", to="end")),
    ("flow.route.when_not_choice", "/routes/4/when", route(4, when="limit > 1")),
    ("flow.choice.default_missing", "/steps/2", lambda b: b["routes"].pop(3)),
    ("flow.choice.default_many", "/routes/5/default", add_route(source="which", to="end", default=True)),
    ("flow.route.order_twice", "/routes/3/order", route(3, order=1)),
    ("flow.route.when_on_default", "/routes/3/when", route(3, when="limit > 1")),
    ("flow.route.when_missing", "/routes/2", lambda b: b["routes"][2].pop("when")),
    ("flow.step.unreachable", "/steps/5", both(add_step(**_approval("lost")), add_route(source="lost", to="end"))),
    ("flow.step.no_end", "/steps/3", route(4, to="more")),
    ("flow.approval.on_reject_missing", "/steps/1", drop("ask", "on_reject")),
    ("flow.approval.on_empty_missing", "/steps/1", drop("ask", "on_empty")),
    ("flow.on_empty.pass", "/steps/1/on_empty/1", put("ask", on_empty=["superior", "pass"])),
    ("flow.on_reject.to_missing", "/steps/1/on_reject", put("ask", on_reject={"do": "return"})),
    ("flow.step.unknown", "/steps/1/on_reject/to", put("ask", on_reject={"do": "return", "to": "gone"})),
    ("flow.return.target", "/steps/1/on_reject/to", put("ask", on_reject={"do": "return", "to": "more"})),
    ("flow.return.target", "/steps/1/on_reject/to", put("ask", on_reject={"do": "return", "to": "ask"})),
    ("flow.return.target", "/steps/3/on_reject/to", put("more", on_reject={"do": "return", "to": "which"})),
    ("flow.route.into_start", "/steps/1/on_reject/to", put("ask", on_reject={"do": "route", "to": "start"})),
    ("flow.step.unknown", "/steps/3/acts/return/targets/1", put("more", acts={"return": {"targets": ["ask", "x"]}})),
    ("flow.return.target", "/steps/1/acts/return/targets/0", put("ask", acts={"return": {"targets": ["more"]}})),
    ("flow.quorum.option", "/steps/1/quorum/count", put("ask", quorum={"rule": "any", "count": 2})),
    ("flow.quorum.option", "/steps/1/quorum/pass", put("ask", quorum={"rule": "all", "pass": "0.5"})),
    ("flow.quorum.ratio_missing", "/steps/1/quorum", put("ask", quorum={"rule": "ratio"})),
    ("flow.quorum.count_missing", "/steps/1/quorum", put("ask", quorum={"rule": "count"})),
    (
        "flow.quorum.reject_when",
        "/steps/1/quorum/reject_when",
        put("ask", quorum={"rule": "all", "reject_when": "all"}),
    ),
    ("flow.quorum.wait_any", "/steps/1/quorum/wait_for_all", put("ask", quorum={"rule": "any", "wait_for_all": True})),
    ("flow.quorum.pass_range", "/steps/1/quorum/pass", put("ask", quorum={"rule": "ratio", "pass": "1.1"})),
    ("flow.quorum.pass_range", "/steps/1/quorum/pass", put("ask", quorum={"rule": "ratio", "pass": "0"})),
    (
        "flow.quorum.pass_range",
        "/steps/1/quorum/pass",
        put("ask", quorum={"rule": "weight", "pass": "100", "inclusive": False}),
    ),
    ("schema.choice", "/steps/5/type", add_step(id="wait", type="delay")),
    ("schema.unknown_member", "/steps/1/colour", put("ask", colour="red")),
    ("schema.unknown_member", "/extra", lambda b: b.update(extra=1)),
    ("schema.pattern", "/steps/1/on_empty/0", put("ask", on_empty=["somebody"])),
    ("schema.choice", "/settings/dedupe", lambda b: b.update(settings={"dedupe": "sometimes"})),
    ("schema.float", "/steps/1/quorum/count", put("ask", quorum={"rule": "count", "count": 2.5})),
    ("schema.required", "/steps/1", drop("ask", "assign")),
    ("schema.type", "/routes", lambda b: b.update(routes="none")),
]


@pytest.mark.parametrize(("code", "path", "fault"), FAULTS, ids=[f"{code} {path}" for code, path, _ in FAULTS])
def test_fault(code: str, path: str, fault: Fault) -> None:
    body = good()
    fault(body)
    assert (code, path) in found(body)


def test_nothing_wrong() -> None:
    flow = compile_flow(good())
    assert list(flow.steps) == ["start", "ask", "which", "more", "end"]
    assert [route.target for route in flow.routes["which"]] == ["more", "end"]


def test_all_at_once() -> None:
    body = good()
    drop("ask", "on_reject")(body)
    put("more", on_empty=["pass"], colour="red")(body)
    route(2, when="limit >")(body)
    route(4, to="nowhere")(body)
    assert {
        ("flow.approval.on_reject_missing", "/steps/1"),
        ("flow.on_empty.pass", "/steps/3/on_empty/0"),
        ("schema.unknown_member", "/steps/3/colour"),
        ("flow.route.unknown_step", "/routes/4/to"),
    } <= found(body)
    assert any(problem.path == "/routes/2/when" and problem.span is not None for problem in problems(body))


@pytest.mark.parametrize("body", [None, [], "flow", 7, {}, {"steps": {}, "routes": []}, {"steps": [1], "routes": [2]}])
def test_not_a_flow_at_all(body: Any) -> None:
    assert problems(body)


def test_a_loop_needs_a_person() -> None:
    body = good()
    body["steps"] += [{"id": "again", "type": "choice"}, {"id": "note", "type": "cc", "to": ["applicant"]}]
    body["routes"][4]["to"] = "again"
    body["routes"] += [
        {"from": "again", "to": "note", "when": "limit > 1", "order": 1},
        {"from": "again", "to": "end", "default": True},
        {"from": "note", "to": "again"},
    ]
    loops = [problem for problem in problems(body) if problem.code == "flow.loop.no_person"]
    assert [(problem.path, problem.params["steps"]) for problem in loops] == [("/steps/5", "again, note")]
    body["routes"][-1]["to"] = "ask"
    assert compile_flow(body), "with a person in the loop it may be"


def test_conditions_know_the_names_of_the_form_and_of_the_rating() -> None:
    body = good()
    scope = Scope.any_of(["limit"])
    assert compile_flow(body, scope)
    body["routes"][2]["when"] = "limt > 100"
    assert [problem.path for problem in problems(body, scope)] == ["/routes/2/when"]
    body["routes"][2]["when"] = "limit + 1"
    typed = Scope({"limit": ScopeEntry("number")})
    assert [problem.path for problem in problems(body, typed)] == ["/routes/2/when"], "no condition at all"
    body["routes"][2]["when"] = 'grade = "B"'
    assert problems(body, scope)
    body["steps"].append({"id": "rate", "type": "rate", "into": ["grade"]})
    body["routes"][0]["to"] = "rate"
    body["routes"].append({"from": "rate", "to": "ask"})
    assert compile_flow(body, scope)


def test_a_pass_is_for_steps_that_decide_nothing() -> None:
    body = good()
    put("ask", decision=False, on_empty=["pass"])(body)
    assert compile_flow(body)


@pytest.mark.parametrize("path", sorted((HERE / "flows").glob("*.json")), ids=lambda path: path.stem)
def test_flows_of_the_tests(path: Any) -> None:
    assert compile_flow(json.loads(path.read_text(encoding="utf-8"))["body"])


def test_the_gallery() -> None:
    document = json.loads((ROOT / "app/gallery/flows/credit_approval.json").read_text(encoding="utf-8"))
    assert set(document) == {"kind", "key", "title", "body", "layout"}
    flow = compile_flow(document["body"])
    for one in flow.steps.values():
        assert set(one.label) == {"zh-CN", "en"}, one.id
        assert one.label["zh-CN"] != one.id
    finance = flow.steps["finance"]
    assert isinstance(finance, Approval)
    assert finance.assign == (ByPost("finance_reviewer", "applicant_dept_tree"),)
    assert [limit.after for limit in finance.limits] == ["PT8H", "PT16H"]
    assert flow.permission("finance", "finance_opinion") == "edit"
    assert flow.permission("finance", "limit") == "read"
    assert flow.permission("start", "finance_opinion") == "hidden"
    assert flow.permission("tell", "limit") == "read"
    rate, end, guard = flow.steps["rate"], flow.steps["done"], flow.steps["done.authority"]
    assert isinstance(rate, Rate)
    assert "tier" in rate.into
    assert isinstance(end, End)
    assert end.apply == "credit_limit"
    assert isinstance(guard, Approval)
    assert guard.authority


def test_the_quorums_to_come_are_already_understood() -> None:
    body = copy.deepcopy(load("credit_approval"))
    step(body, "finance")["quorum"] = {
        "rule": "ratio", "order": "parallel", "pass": "0.6", "inclusive": True, "reject_when": "unreachable",
        "wait_for_all": False,
    }  # fmt: skip
    step(body, "risk")["quorum"] = {
        "rule": "weight", "order": "parallel", "pass": "50", "inclusive": False, "wait_for_all": True,
        "veto": ["post:risk_head"],
    }  # fmt: skip
    assert compile_flow(body)


def test_a_step_that_no_tier_guards() -> None:
    body = good()
    step(body, "end").update(apply="credit_limit", result="rejected")
    assert "end.authority" not in compile_flow(body).steps
