"""Turns the body of a flow Definition into a Flow, or tells everything that is wrong with it, each at its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from rules import Formula, Invalid, Problem, Scope, compile_formula
from rules.problem import pointer
from rules.schema import load_schema, schema_problems
from workflows.model import Flow
from workflows.read import read_flow
from workflows.structure import Node, Outline, outline, structure_problems


@cache
def _schema() -> Draft202012Validator:
    return load_schema("workflows", "flow.schema.json")


def compile_flow(body: Mapping[str, Any], scope: Scope | None = None) -> Flow:
    """The Flow of a body; raises Invalid with every Problem at its JSON Pointer.

    ``scope`` names and types what the conditions may use (the fields of the Form and the customer's facts; what the
    rate Steps bring is added). Without it any name is accepted, and an unknown one is null at run time.
    """
    problems = schema_problems(_schema(), body)
    if not isinstance(body, Mapping):
        raise Invalid(problems)
    plan = outline(body)
    problems += structure_problems(plan)
    for node in plan.known.values():
        problems += _decision_problems(node)
        problems += _quorum_problems(node)
    formulas, faults = _formulas(body, _with_rated(scope, plan))
    problems += faults
    if problems:
        raise Invalid(problems)
    return read_flow(body, formulas)


def _with_rated(scope: Scope | None, plan: Outline) -> Scope:
    if scope is None:
        return Scope.open()
    brought = [node.body.get("into") for node in plan.nodes if node.type == "rate"]
    names = [name for into in brought if isinstance(into, list) for name in into]
    added = Scope.any_of([name for name in names if isinstance(name, str) and name not in scope.entries])
    return Scope({**scope.entries, **added.entries}, scope.closed, scope.named)


def _formulas(body: Mapping[str, Any], scope: Scope) -> tuple[dict[str, Formula], list[Problem]]:
    """Every formula of the body by its place, and what is wrong with those that do not compile (L2, L11)."""
    texts: list[tuple[str, object, str]] = []
    settings = body.get("settings")
    if isinstance(settings, Mapping) and "title" in settings:
        texts.append(("/settings/title", settings["title"], "string"))
    routes = body.get("routes")
    for index, route in enumerate(routes if isinstance(routes, list) else ()):
        if isinstance(route, Mapping) and "when" in route:
            texts.append((pointer("routes", index, "when"), route["when"], "boolean"))
    formulas: dict[str, Formula] = {}
    problems: list[Problem] = []
    for at, text, expected in texts:
        if not isinstance(text, str) or not text:
            continue  # the schema has told it already
        try:
            formulas[at] = compile_formula(text, scope, expect=expected)
        except Invalid as invalid:
            problems += [problem.under(at) for problem in invalid.problems]
    return formulas, problems


def _decision_problems(node: Node) -> Iterator[Problem]:
    """What a Step at which people decide must not leave open (L6, W9, W23)."""
    if node.type != "approval":
        return
    at = pointer("steps", node.at)
    if "on_reject" not in node.body:
        yield Problem("flow.approval.on_reject_missing", at, {"step": node.id})
    decision = node.body.get("decision", True) is not False
    if "on_empty" not in node.body:
        yield Problem("flow.approval.on_empty_missing", at, {"step": node.id})
    elif decision and isinstance(node.body["on_empty"], list) and "pass" in node.body["on_empty"]:
        index = node.body["on_empty"].index("pass")
        yield Problem("flow.on_empty.pass", pointer("steps", node.at, "on_empty", index), {"step": node.id})


_RULES_WITH = {
    "pass": ("ratio", "weight"),
    "inclusive": ("ratio", "weight"),
    "count": ("count",),
    "reject_count": ("count",),
    "weights": ("weight",),
}
_REJECTS = {
    "any": ("first", "all"),
    "all": ("first",),
    "ratio": ("unreachable",),
    "count": ("unreachable",),
    "weight": ("unreachable",),
}


def _quorum_problems(node: Node) -> Iterator[Problem]:
    quorum = node.body.get("quorum")
    if not isinstance(quorum, Mapping) or quorum.get("rule") not in _REJECTS:
        return
    rule = str(quorum["rule"])
    at = pointer("steps", node.at, "quorum")
    for option, rules in _RULES_WITH.items():
        if option in quorum and rule not in rules:
            yield Problem("flow.quorum.option", at + pointer(option), {"option": option, "rule": rule})
    if rule == "ratio" and "pass" not in quorum:
        yield Problem("flow.quorum.ratio_missing", at, {"step": node.id})
    if rule == "count" and "count" not in quorum:
        yield Problem("flow.quorum.count_missing", at, {"step": node.id})
    if "reject_when" in quorum and quorum["reject_when"] not in _REJECTS[rule]:
        params = {"rule": rule, "allowed": ", ".join(_REJECTS[rule])}
        yield Problem("flow.quorum.reject_when", at + "/reject_when", params)
    if rule == "any" and quorum.get("wait_for_all") is True and quorum.get("reject_when", "first") == "first":
        yield Problem("flow.quorum.wait_any", at + "/wait_for_all", {"step": node.id})
    yield from _reachable_pass(quorum, rule, at)


def _reachable_pass(quorum: Mapping[str, Any], rule: str, at: str) -> Iterator[Problem]:
    """A share nobody can reach, or everybody reaches with nothing, is a slip of the pen."""
    text = quorum.get("pass")
    if rule not in ("ratio", "weight") or not isinstance(text, str) or _schema_refuses(text):
        return
    whole = Decimal(1) if rule == "ratio" else Decimal(100)
    share = Decimal(text)
    strictly_above = quorum.get("inclusive", rule != "weight") is False
    if share > whole or (share == whole and strictly_above) or (share == 0 and not strictly_above):
        yield Problem("flow.quorum.pass_range", at + "/pass", {"max": str(whole)})


def _schema_refuses(text: str) -> bool:
    digits = text.replace(".", "", 1)
    return not (digits.isascii() and digits.isdigit())
