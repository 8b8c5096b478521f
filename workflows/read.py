"""Builds the frozen Steps and Routes of a flow from a body already found to be well formed."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from rules import Formula
from workflows.model import (
    START,
    Acts,
    Approval,
    Assign,
    ByCommittee,
    ByDepartmentHead,
    ByField,
    ByPost,
    BySuperior,
    ByTier,
    ByUser,
    Cc,
    Choice,
    End,
    Flow,
    Handle,
    Label,
    Limit,
    OnReject,
    Rate,
    ReturnRule,
    Route,
    Settings,
    Start,
    Step,
    WeightOf,
)
from workflows.quorum import DEFAULT_THRESHOLD, Quorum

Body = Mapping[str, Any]


def read_flow(body: Body, formulas: Mapping[str, Formula]) -> Flow:
    """The Flow of a body without problems; ``formulas`` are its compiled formulas by JSON Pointer."""
    steps: dict[str, Step] = {}
    places: dict[str, str] = {}
    first = next(str(step["id"]) for step in body["steps"] if step["type"] == "start")
    for index, raw in enumerate(body["steps"]):
        steps[raw["id"]] = _READERS[raw["type"]](raw, first)
        places[raw["id"]] = f"/steps/{index}"
    for index, raw in enumerate(body["steps"]):
        if raw["type"] == "end" and "apply" in raw and raw.get("result", "approved") == "approved":
            derived = _authority(raw)
            steps[derived.id] = derived
            places[derived.id] = f"/steps/{index}"
    return Flow(steps, _routes(body, formulas), _settings(body, formulas), body.get("form", {}), places)


def _label(raw: Body, name: str = "label") -> Label:
    """A Step without a label is called by its id: nothing on a page is ever nameless."""
    found: Label = raw.get(name) or raw.get("label") or {"zh-CN": raw["id"], "en": raw["id"]}
    return found


def _routes(body: Body, formulas: Mapping[str, Formula]) -> dict[str, tuple[Route, ...]]:
    found: dict[str, list[tuple[bool, int, int, Route]]] = {raw["id"]: [] for raw in body["steps"]}
    for index, raw in enumerate(body["routes"]):
        when = formulas.get(f"/routes/{index}/when")
        order = int(raw.get("order", index))
        route = Route(raw["from"], raw["to"], order, when, raw.get("label", {}))
        found[raw["from"]].append((when is None, order, index, route))
    return {step: tuple(way[-1] for way in sorted(ways, key=lambda way: way[:3])) for step, ways in found.items()}


def _settings(body: Body, formulas: Mapping[str, Formula]) -> Settings:
    raw = {name: value for name, value in body.get("settings", {}).items() if name != "title"}
    return Settings(**raw, title=formulas.get("/settings/title"))


def _start(raw: Body, _first: str) -> Step:
    return Start(raw["id"], _label(raw), raw.get("fields", {}))


def _approval(raw: Body, first: str) -> Step:
    quorum = raw.get("quorum", {"rule": "any"})
    return Approval(
        id=raw["id"],
        label=_label(raw),
        assign=_assign(raw),
        on_empty=tuple(raw["on_empty"]),
        on_reject=_on_reject(raw["on_reject"], first),
        quorum=read_quorum(quorum),
        decision=raw.get("decision", True),
        on_self=raw.get("on_self"),
        dedupe=raw.get("dedupe"),
        signature=raw.get("signature", False),
        veto=tuple(quorum.get("veto", ())),
        weights=tuple(WeightOf(entry["of"], entry["weight"]) for entry in quorum.get("weights", ())),
        acts=_acts(raw, first),
        fields=raw.get("fields", {}),
        limits=_limits(raw),
    )


def _handle(raw: Body, first: str) -> Step:
    # The flow admin is the last resort of a Step that names none: a Case never stops in silence (W23).
    fallback = tuple(raw.get("on_empty", ("flow_admin",)))
    quorum = read_quorum(raw.get("quorum", {"rule": "any"}))
    return Handle(
        raw["id"], _label(raw), _assign(raw), fallback, quorum, _acts(raw, first), raw.get("fields", {}), _limits(raw)
    )


def _cc(raw: Body, _first: str) -> Step:
    return Cc(raw["id"], _label(raw), tuple(raw["to"]))


def _choice(raw: Body, _first: str) -> Step:
    return Choice(raw["id"], _label(raw))


def _rate(raw: Body, _first: str) -> Step:
    return Rate(
        raw["id"], _label(raw), tuple(raw["into"]), raw.get("scorecard"), raw.get("scorecard_by"), raw.get("policy")
    )


def _end(raw: Body, _first: str) -> Step:
    return End(raw["id"], _label(raw), raw.get("apply"), raw.get("result", "approved"))


_READERS = {
    "start": _start,
    "approval": _approval,
    "handle": _handle,
    "cc": _cc,
    "choice": _choice,
    "rate": _rate,
    "end": _end,
}


def _authority(raw: Body) -> Approval:
    """The Step that opens before an end with ``apply`` for the holders of the Case's tier (W24)."""
    return Approval(
        id=f"{raw['id']}.authority",
        label=_label(raw, "authority_label"),
        assign=(ByTier(),),
        on_empty=(),
        on_reject=OnReject("end"),
        quorum=Quorum("all"),
        dedupe="none",
        acts=Acts(reject_comment="required"),
        authority=True,
    )


def _assign(raw: Body) -> tuple[Assign, ...]:
    return tuple(_one_assign(entry) for entry in raw["assign"])


def _one_assign(entry: Body) -> Assign:
    match entry["by"]:
        case "user":
            return ByUser(entry["user"])
        case "post":
            return ByPost(entry["post"], entry.get("within"))
        case "superior":
            return BySuperior(entry.get("level", 1))
        case "department_head":
            return ByDepartmentHead()
        case "committee":
            return ByCommittee(entry["key"])
        case "tier":
            return ByTier()
        case _:
            return ByField(entry["field"])


def read_quorum(raw: Body) -> Quorum:
    """A Quorum from its body, defaults of the rule filled in."""
    rule = raw["rule"]
    passing = Decimal(raw["pass"]) if "pass" in raw else None
    unreachable = rule in ("ratio", "count", "weight")
    return Quorum(
        rule=rule,
        order=raw.get("order", "parallel"),
        reject_when=raw.get("reject_when", "unreachable" if unreachable else "first"),
        wait_for_all=raw.get("wait_for_all", False),
        ratio=passing if rule == "ratio" else None,
        count=raw.get("count"),
        reject_count=raw.get("reject_count"),
        threshold=passing if rule == "weight" and passing is not None else DEFAULT_THRESHOLD,
        # More than half of the weight is what "50" means by default; a ratio of 0.5 means half is enough.
        inclusive=raw.get("inclusive", rule != "weight"),
        abstain=raw.get("abstain", False),
    )


def _on_reject(raw: Body, first: str) -> OnReject:
    target = raw.get("to")
    return OnReject(raw["do"], first if target == START else target, raw.get("resubmit", "replay"))


def _acts(raw: Body, first: str) -> Acts:
    acts = raw.get("acts", {})
    signer = acts.get("add_signer", {})
    return Acts(
        approve_comment=acts.get("approve", {}).get("comment", "optional"),
        reject_comment=acts.get("reject", {}).get("comment", "optional"),
        returning=_return_rule(acts.get("return", {}), first),
        transfer=acts.get("transfer", {}).get("scope"),
        add_signer=tuple(signer.get("modes", ())),
        max_signers=signer.get("max_people"),
        batch=acts.get("batch", True),
    )


def _return_rule(raw: Any, first: str) -> ReturnRule | None:
    if raw is False:
        return None
    targets = raw.get("targets", "earlier")
    if isinstance(targets, list):
        targets = tuple(first if target == START else target for target in targets)
    return ReturnRule(targets, raw.get("resubmit", "replay"))


def _limits(raw: Body) -> tuple[Limit, ...]:
    return tuple(
        Limit(one["after"], one["do"], one.get("clock", "business"), one.get("to"), one.get("repeat"), one.get("max"))
        for one in raw.get("limits", ())
    )
