"""Finds what is wrong with the shape of a flow: Steps nobody reaches, ways that end nowhere, loops without a person.

It reads the body as written, and only the parts of it that are well formed, so that one typing mistake does not
hide the other findings.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rules import Problem
from rules.problem import pointer
from workflows.model import START

PEOPLE = ("approval", "handle")


@dataclass(frozen=True, slots=True)
class Node:
    """One Step as written: its place in the body, its type, and the body itself."""

    at: int
    id: str
    type: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Arrow:
    """One Route as written."""

    at: int
    source: str
    target: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Outline:
    """The well-formed parts of a body: Steps and Routes with their places."""

    nodes: tuple[Node, ...]
    arrows: tuple[Arrow, ...]
    known: Mapping[str, Node]

    def out_of(self, step: str) -> list[Arrow]:
        """The Routes that leave a Step, in the order written."""
        return [arrow for arrow in self.arrows if arrow.source == step]

    def after(self, *, through_people: bool = True) -> dict[str, set[str]]:
        """Which Steps directly follow each; rejects that take a Route of their own count as ways out."""
        found: dict[str, set[str]] = {step: set() for step in self.known}
        for arrow in self.arrows:
            if arrow.source in found and arrow.target in found:
                found[arrow.source].add(arrow.target)
        for node in self.nodes:
            reject = node.body.get("on_reject")
            if isinstance(reject, Mapping) and reject.get("do") == "route" and reject.get("to") in found:
                found[node.id].add(str(reject["to"]))
            if node.type in PEOPLE and not through_people:
                found[node.id] = set()
        return found


def outline(body: Mapping[str, Any]) -> Outline:
    """What can be read of a body, whatever else is wrong with it."""
    nodes = tuple(
        Node(at, step["id"], step["type"], step)
        for at, step in enumerate(_items(body, "steps"))
        if isinstance(step, Mapping) and isinstance(step.get("id"), str) and isinstance(step.get("type"), str)
    )
    arrows = tuple(
        Arrow(at, route["from"], route["to"], route)
        for at, route in enumerate(_items(body, "routes"))
        if isinstance(route, Mapping) and isinstance(route.get("from"), str) and isinstance(route.get("to"), str)
    )
    known: dict[str, Node] = {}
    for node in nodes:
        known.setdefault(node.id, node)
    return Outline(nodes, arrows, known)


def _items(body: Mapping[str, Any], name: str) -> Sequence[Any]:
    value = body.get(name)
    return value if isinstance(value, list) else ()


def structure_problems(plan: Outline) -> Iterator[Problem]:
    """Every finding about the shape (L1, L2, L9 of `approval.md` §3)."""
    yield from _step_ids(plan)
    yield from _ends_of_the_flow(plan)
    yield from _route_ends(plan)
    yield from _ways_out(plan)
    yield from _connected(plan)
    yield from _loops(plan)
    yield from _targets(plan)


def _step_ids(plan: Outline) -> Iterator[Problem]:
    for node in plan.nodes:
        at = pointer("steps", node.at, "id")
        if plan.known[node.id] is not node:
            yield Problem("flow.step.duplicate", at, {"step": node.id})
        elif node.id == START and node.type != "start":
            yield Problem("flow.step.reserved", at, {"step": node.id})


def _ends_of_the_flow(plan: Outline) -> Iterator[Problem]:
    starts = [node for node in plan.nodes if node.type == "start"]
    if not starts:
        yield Problem("flow.start.missing", "/steps")
    for node in starts[1:]:
        yield Problem("flow.start.many", pointer("steps", node.at), {"step": node.id})
    if not any(node.type == "end" for node in plan.nodes):
        yield Problem("flow.end.missing", "/steps")


def _route_ends(plan: Outline) -> Iterator[Problem]:
    for arrow in plan.arrows:
        for name, step in (("from", arrow.source), ("to", arrow.target)):
            if step not in plan.known:
                yield Problem("flow.route.unknown_step", pointer("routes", arrow.at, name), {"step": step})
        if arrow.source in plan.known and plan.known[arrow.source].type == "end":
            yield Problem("flow.route.from_end", pointer("routes", arrow.at, "from"), {"step": arrow.source})
        if arrow.target in plan.known and plan.known[arrow.target].type == "start":
            yield Problem("flow.route.into_start", pointer("routes", arrow.at, "to"), {"step": arrow.target})


def _ways_out(plan: Outline) -> Iterator[Problem]:
    for node in plan.known.values():
        ways = plan.out_of(node.id)
        if node.type == "end":
            continue
        if not ways:
            yield Problem("flow.route.missing", pointer("steps", node.at), {"step": node.id})
        elif node.type == "choice":
            yield from _choice(node, ways)
        else:
            yield from _single(node, ways)


def _single(node: Node, ways: Sequence[Arrow]) -> Iterator[Problem]:
    """Only a choice branches, so that every flow can be drawn as a tree."""
    for extra in ways[1:]:
        yield Problem("flow.route.not_choice", pointer("routes", extra.at), {"step": node.id})
    if "when" in ways[0].body:
        yield Problem("flow.route.when_not_choice", pointer("routes", ways[0].at, "when"), {"step": node.id})


def _choice(node: Node, ways: Sequence[Arrow]) -> Iterator[Problem]:
    defaults = [way for way in ways if way.body.get("default") is True]
    if not defaults:
        yield Problem("flow.choice.default_missing", pointer("steps", node.at), {"step": node.id})
    for extra in defaults[1:]:
        yield Problem("flow.choice.default_many", pointer("routes", extra.at, "default"), {"step": node.id})
    orders: set[int] = set()
    for way in ways:
        order = way.body.get("order")
        if isinstance(order, int) and order in orders:
            yield Problem("flow.route.order_twice", pointer("routes", way.at, "order"), {"order": order})
        if isinstance(order, int):
            orders.add(order)
        if way.body.get("default") is True and "when" in way.body:
            yield Problem("flow.route.when_on_default", pointer("routes", way.at, "when"), {"step": node.id})
        elif way.body.get("default") is not True and "when" not in way.body:
            yield Problem("flow.route.when_missing", pointer("routes", way.at), {"step": node.id})


def _connected(plan: Outline) -> Iterator[Problem]:
    """Each Step can be reached from the start, and an end can be reached from each."""
    after = plan.after()
    reached = spread(after, [node.id for node in plan.known.values() if node.type == "start"])
    before: dict[str, set[str]] = {step: set() for step in after}
    for step, targets in after.items():
        for target in targets:
            before[target].add(step)
    ending = spread(before, [node.id for node in plan.known.values() if node.type == "end"])
    for node in plan.known.values():
        if node.id not in reached and node.type != "start":
            yield Problem("flow.step.unreachable", pointer("steps", node.at), {"step": node.id})
        if node.id not in ending and plan.out_of(node.id):
            yield Problem("flow.step.no_end", pointer("steps", node.at), {"step": node.id})


def spread(after: Mapping[str, Collection[str]], origins: Collection[str]) -> set[str]:
    """Every Step that can be reached from the origins, the origins included."""
    reached = set(origins)
    waiting = list(origins)
    while waiting:
        for target in after.get(waiting.pop(), ()):
            if target not in reached:
                reached.add(target)
                waiting.append(target)
    return reached


def _loops(plan: Outline) -> Iterator[Problem]:
    """A loop in which nobody is asked would run for ever; each is told once, at its first Step as written."""
    after = plan.after(through_people=False)
    told: set[str] = set()
    for node in plan.known.values():
        if node.id in told or node.id not in spread(after, after[node.id]):
            continue
        ahead = spread(after, after[node.id])
        loop = [other for other in plan.known if other in ahead and node.id in spread(after, after[other])]
        told.update(loop)
        yield Problem("flow.loop.no_person", pointer("steps", node.at), {"steps": ", ".join(loop)})


def _targets(plan: Outline) -> Iterator[Problem]:
    """A return leads to the applicant or to an earlier Step with people in it, never forward (W12)."""
    after = plan.after()
    for node in plan.known.values():
        reject = node.body.get("on_reject")
        if isinstance(reject, Mapping) and reject.get("do") in ("return", "route"):
            at = pointer("steps", node.at, "on_reject", "to")
            target = reject.get("to")
            if not isinstance(target, str):
                yield Problem("flow.on_reject.to_missing", pointer("steps", node.at, "on_reject"), {"step": node.id})
            elif target not in plan.known and target != START:
                yield Problem("flow.step.unknown", at, {"step": target})
            elif reject["do"] == "return" and not _may_return(plan, after, node.id, target):
                yield Problem("flow.return.target", at, {"step": node.id, "target": target})
            elif reject["do"] == "route" and (target == START or plan.known[target].type == "start"):
                yield Problem("flow.route.into_start", at, {"step": target})
        yield from _offered(plan, after, node)


def _offered(plan: Outline, after: Mapping[str, set[str]], node: Node) -> Iterator[Problem]:
    acts = node.body.get("acts")
    rule = acts.get("return") if isinstance(acts, Mapping) else None
    targets = rule.get("targets") if isinstance(rule, Mapping) else None
    if not isinstance(targets, list):
        return
    for index, target in enumerate(targets):
        at = pointer("steps", node.at, "acts", "return", "targets", index)
        if not isinstance(target, str):
            continue
        if target not in plan.known and target != START:
            yield Problem("flow.step.unknown", at, {"step": target})
        elif not _may_return(plan, after, node.id, target):
            yield Problem("flow.return.target", at, {"step": node.id, "target": target})


def _may_return(plan: Outline, after: Mapping[str, set[str]], step: str, target: str) -> bool:
    if target == START or plan.known[target].type == "start":
        return True
    earlier = target != step and step in spread(after, after[target])
    return earlier and plan.known[target].type in PEOPLE
