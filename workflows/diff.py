"""Tells what changed between two flows, a line each, and whether it made approval stricter or easier.

What cannot be told for certain counts as loosened: a second pair of eyes costs little, a missed gap much (W34).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any, Literal

from workflows.lint import name_of
from workflows.model import (
    KIND,
    Approval,
    Cc,
    End,
    Flow,
    Handle,
    Limit,
    OnReject,
    Rate,
    ReturnRule,
    Route,
    Start,
    Step,
)
from workflows.quorum import Quorum
from workflows.wire import Data

Flag = Literal["tightened", "neutral", "loosened"]

_NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?![\w.])")
_TEN = 10
_RANKS: Mapping[str, tuple[str, ...]] = {
    "fields": ("hidden", "read", "edit"),
    "dedupe": ("none", "consecutive", "all_later"),
    "on_self": ("block", "superior", "flow_admin", "skip_if_others"),
    "withdraw": ("never", "before_first_decision", "any_time_before_end"),
    "comment": ("required", "optional", "off"),
}
"""Settings from the strictest to the loosest."""


@dataclass(frozen=True, slots=True)
class Change:
    """One line of a comparison: a code with params for the sentence, the place in the newer body, and the flag."""

    code: str
    path: str
    flag: Flag
    params: Data


def diff(before: Flow, after: Flow) -> tuple[Change, ...]:
    """Every change that has a meaning, in the order of the newer flow; layout has none (`approval.md` §4.3)."""
    changes: list[Change] = []
    old, new = _steps(before), _steps(after)
    for id, step in new.items():
        at = after.places[id]
        if id not in old:
            changes.append(Change("flow.diff.step_added", at, _worth(step, "tightened"), _named(step)))
        elif type(old[id]) is not type(step):
            kinds = {**_named(step), "before": KIND[type(old[id])]}
            changes.append(Change("flow.diff.step_kind", at, "loosened", kinds))
        else:
            changes += _step(old[id], step, at)
    for id, step in old.items():
        if id not in new:
            changes.append(Change("flow.diff.step_removed", "/steps", _worth(step, "loosened"), _named(step)))
    changes += _routes(before, after)
    changes += _settings(before, after)
    return tuple(changes)


def _steps(flow: Flow) -> dict[str, Step]:
    return {id: step for id, step in flow.steps.items() if not (isinstance(step, Approval) and step.authority)}


def _named(step: Step) -> dict[str, Any]:
    return {"step": step.id, "kind": KIND[type(step)], "label": dict(step.label)}


def _worth(step: Step, flag: Flag) -> Flag:
    """Only Steps at which somebody acts make a flow stricter by being there."""
    return flag if isinstance(step, (Approval, Handle)) else "neutral"


def _ranked(scale: str, before: str, after: str) -> Flag:
    ranks = _RANKS[scale]
    return "loosened" if ranks.index(after) > ranks.index(before) else "tightened"


def _step(old: Step, new: Step, at: str) -> Iterator[Change]:
    who = {"step": new.id}
    if old.label != new.label:
        yield Change("flow.diff.label", at, "neutral", {**who, "before": dict(old.label), "after": dict(new.label)})
    if isinstance(old, (Start, Approval, Handle)) and isinstance(new, (Start, Approval, Handle)):
        yield from _fields(old, new, at)
    if isinstance(old, (Approval, Handle)) and isinstance(new, (Approval, Handle)):
        yield from _people(old, new, at)
    if isinstance(old, Approval) and isinstance(new, Approval):
        yield from _decision(old, new, at)
    for kind, names in ((Cc, ("to",)), (Rate, ("into", "scorecard", "scorecard_by", "policy"))):
        if isinstance(new, kind):
            yield from _members(old, new, names, at, "neutral")
    if isinstance(new, End):
        yield from _members(old, new, ("apply", "result"), at, "loosened")


def _members(old: Step, new: Step, names: tuple[str, ...], at: str, flag: Flag) -> Iterator[Change]:
    for name in names:
        was, now = _plain(getattr(old, name)), _plain(getattr(new, name))
        if was != now:
            params = {"step": new.id, "what": name, "before": was, "after": now}
            yield Change("flow.diff.setting_of_step", f"{at}/{name}", flag, params)


def _plain(value: Any) -> Any:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else value


def _fields(old: Start | Approval | Handle, new: Start | Approval | Handle, at: str) -> Iterator[Change]:
    for name in sorted({*old.fields, *new.fields}):
        was = old.fields.get(name, old.fields.get("*", "read"))
        now = new.fields.get(name, new.fields.get("*", "read"))
        if was != now:
            params = {"step": new.id, "field": name, "before": was, "after": now}
            yield Change("flow.diff.permission", f"{at}/fields", _ranked("fields", was, now), params)


def _people(old: Approval | Handle, new: Approval | Handle, at: str) -> Iterator[Change]:
    who = {"step": new.id}
    was, now = [name_of(one) for one in old.assign], [name_of(one) for one in new.assign]
    if old.assign != new.assign:
        params = {**who, "before": ", ".join(was), "after": ", ".join(now)}
        yield Change("flow.diff.assign", f"{at}/assign", "loosened", params)
    if old.on_empty != new.on_empty:
        params = {**who, "before": ", ".join(old.on_empty), "after": ", ".join(new.on_empty)}
        yield Change("flow.diff.on_empty", f"{at}/on_empty", "loosened", params)
    if old.quorum != new.quorum:
        params = {**who, "before": _quorum_text(old.quorum), "after": _quorum_text(new.quorum)}
        yield Change("flow.diff.quorum", f"{at}/quorum", _weaker(old.quorum, new.quorum), params)
    for act, was_rule, now_rule in (
        ("approve", old.acts.approve_comment, new.acts.approve_comment),
        ("reject", old.acts.reject_comment, new.acts.reject_comment),
    ):
        if was_rule != now_rule:
            params = {**who, "act": act, "before": was_rule, "after": now_rule}
            yield Change("flow.diff.comment", f"{at}/acts/{act}", _ranked("comment", was_rule, now_rule), params)
    if old.acts.returning != new.acts.returning:
        params = {**who, "before": _return_text(old.acts.returning), "after": _return_text(new.acts.returning)}
        yield Change("flow.diff.return", f"{at}/acts/return", _return_flag(new.acts.returning), params)
    for name in ("transfer", "add_signer", "max_signers", "batch"):
        was_act, now_act = _plain(getattr(old.acts, name)), _plain(getattr(new.acts, name))
        if was_act != now_act:
            params = {**who, "what": name, "before": was_act, "after": now_act}
            yield Change("flow.diff.setting_of_step", f"{at}/acts", "loosened" if now_act else "tightened", params)
    yield from _limits(old.limits, new.limits, new.id, at)


def _decision(old: Approval, new: Approval, at: str) -> Iterator[Change]:
    who = {"step": new.id}
    if old.on_reject != new.on_reject:
        params = {**who, "before": _reject_text(old.on_reject), "after": _reject_text(new.on_reject)}
        yield Change("flow.diff.on_reject", f"{at}/on_reject", "loosened", params)
    for name in ("decision", "signature"):
        if getattr(old, name) != getattr(new, name):
            params = {**who, "what": name, "before": getattr(old, name), "after": getattr(new, name)}
            flag: Flag = "tightened" if getattr(new, name) else "loosened"
            yield Change("flow.diff.setting_of_step", f"{at}/{name}", flag, params)
    for name in ("on_self", "dedupe"):
        was, now = getattr(old, name), getattr(new, name)
        if was != now:
            flag = _ranked(name, was, now) if was and now else "loosened"
            params = {**who, "what": name, "before": was, "after": now}
            yield Change("flow.diff.setting_of_step", f"{at}/{name}", flag, params)
    for name in ("veto", "weights"):
        if getattr(old, name) != getattr(new, name):
            only_more = name == "veto" and set(old.veto) <= set(new.veto)
            yield Change(f"flow.diff.{name}", f"{at}/quorum/{name}", "tightened" if only_more else "loosened", who)


def _quorum_text(quorum: Quorum) -> str:
    """The members that differ from the plainest quorum, in a form that is the same in any language."""
    shown: list[str] = [quorum.rule]
    for member in fields(quorum):
        value = getattr(quorum, member.name)
        if member.name != "rule" and value != member.default:
            shown.append(f"{member.name} {value}")
    return ", ".join(shown)


def _weaker(old: Quorum, new: Quorum) -> Flag:
    was, now = _approvals_of_ten(old), _approvals_of_ten(new)
    if was != now:
        return "loosened" if now < was else "tightened"
    return "neutral" if (old.reject_when, old.abstain) == (new.reject_when, new.abstain) else "loosened"


def _approvals_of_ten(quorum: Quorum) -> Decimal:
    """How many of ten equal members must approve: a common measure for all rules."""
    if quorum.rule == "any":
        return Decimal(1)
    if quorum.rule == "count":
        return Decimal(quorum.count or 1)
    if quorum.rule == "all":
        return Decimal(_TEN)
    share = quorum.ratio if quorum.rule == "ratio" and quorum.ratio is not None else quorum.threshold / 100
    return share * _TEN + (0 if quorum.inclusive else Decimal("0.5"))


def _return_text(rule: ReturnRule | None) -> str:
    return "off" if rule is None else f"{_plain(rule.targets)}, {rule.resubmit}"


def _return_flag(after: ReturnRule | None) -> Flag:
    """A direct way back skips approvals; having no way back at all takes nothing from anybody."""
    return "loosened" if after is not None and after.resubmit != "replay" else "neutral"


def _reject_text(rule: OnReject) -> str:
    return rule.do if rule.to is None else f"{rule.do} {rule.to}, {rule.resubmit}"


def _limits(old: tuple[Limit, ...], new: tuple[Limit, ...], step: str, at: str) -> Iterator[Change]:
    for limit in new:
        if limit not in old:
            flag: Flag = "loosened" if limit.do == "approve" or len(new) <= len(old) else "tightened"
            yield Change("flow.diff.limit_added", f"{at}/limits", flag, {"step": step, **_limit_text(limit)})
    for limit in old:
        if limit not in new:
            flag = "tightened" if limit.do == "approve" else "loosened"
            yield Change("flow.diff.limit_removed", f"{at}/limits", flag, {"step": step, **_limit_text(limit)})


def _limit_text(limit: Limit) -> dict[str, Any]:
    return {"after": limit.after, "do": limit.do, "clock": limit.clock}


def _routes(before: Flow, after: Flow) -> Iterator[Change]:
    """Routes are the same where they lead from the same Step to the same Step."""
    was = {(r.source, r.target): r for ways in before.routes.values() for r in ways}
    now = {(r.source, r.target): r for ways in after.routes.values() for r in ways}
    for key, route in now.items():
        if key not in was:
            yield Change("flow.diff.route_added", "/routes", "loosened", _route(route))
        elif _when(was[key]) != _when(route):
            yield _condition(was[key], route, after)
    for key, route in was.items():
        if key not in now:
            yield Change("flow.diff.route_removed", "/routes", "loosened", _route(route))
    for id, ways in after.routes.items():
        old = [r.target for r in before.routes.get(id, ()) if (id, r.target) in now]
        new = [r.target for r in ways if (id, r.target) in was]
        if old != new:
            params = {"step": id, "before": ", ".join(old), "after": ", ".join(new)}
            yield Change("flow.diff.route_order", "/routes", "loosened", params)


def _route(route: Route) -> dict[str, Any]:
    return {"from": route.source, "to": route.target, "when": _when(route)}


def _when(route: Route) -> str:
    return route.when.text if route.when is not None else ""


def _condition(old: Route, new: Route, flow: Flow) -> Change:
    """A condition in which only one number moved is told as that number; a higher bar to people is a looser flow."""
    was, now = _NUMBER.findall(_when(old)), _NUMBER.findall(_when(new))
    moved = [(a, b) for a, b in zip(was, now, strict=False) if a != b]
    same_text = _NUMBER.sub("#", _when(old)) == _NUMBER.sub("#", _when(new))
    if not same_text or len(moved) != 1:
        params = {**_route(new), "before": _when(old), "after": _when(new)}
        return Change("flow.diff.condition", "/routes", "loosened", params)
    before, after = moved[0]
    raised = Decimal(after) > Decimal(before)
    leads_to_people = isinstance(flow.steps[new.target], (Approval, Handle))
    above = re.search(r">=?\s*" + re.escape(after), _when(new)) is not None
    below = re.search(r"<=?\s*" + re.escape(after), _when(new)) is not None
    stricter = leads_to_people and ((above and not raised) or (below and raised))
    params = {**_route(new), "before": before, "after": after}
    return Change("flow.diff.threshold", "/routes", "tightened" if stricter else "loosened", params)


def _settings(before: Flow, after: Flow) -> Iterator[Change]:
    old, new = before.settings, after.settings
    for name in ("dedupe", "on_self", "withdraw", "take_back", "calendar"):
        was, now = getattr(old, name), getattr(new, name)
        if was != now:
            flag: Flag = _ranked(name, was, now) if name in _RANKS else "neutral"
            params = {"what": name, "before": was, "after": now}
            yield Change("flow.diff.setting", f"/settings/{name}", flag, params)
    titles = [settings.title.text if settings.title is not None else "" for settings in (old, new)]
    if titles[0] != titles[1]:
        params = {"what": "title", "before": titles[0], "after": titles[1]}
        yield Change("flow.diff.setting", "/settings/title", "neutral", params)
    if dict(old.urge) != dict(new.urge):
        params = {"what": "urge", "before": str(dict(old.urge)), "after": str(dict(new.urge))}
        yield Change("flow.diff.setting", "/settings/urge", "neutral", params)
    if before.form.get("key") != after.form.get("key"):
        params = {"what": "form", "before": before.form.get("key"), "after": after.form.get("key")}
        yield Change("flow.diff.setting", "/form", "neutral", params)
