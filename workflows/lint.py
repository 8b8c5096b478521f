"""Checks a compiled flow against today's people, before a Case gets stuck: who can be asked, and who cannot."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime

from rules import Problem
from rules.problem import pointer
from workflows.assign import AUTO, Directory
from workflows.model import (
    Approval,
    Assign,
    ByCommittee,
    ByField,
    ByPost,
    ByTier,
    ByUser,
    Cc,
    Choice,
    End,
    Flow,
    Handle,
    Rate,
    Step,
)

_ANY_MOMENT = datetime(2000, 1, 1, tzinfo=UTC)


def lint(flow: Flow, directory: Directory) -> tuple[Problem, ...]:
    """Every finding, in the order of the body: errors block publishing, warnings need a tick (L2, L7, L8, L16, W24)."""
    found: list[Problem] = []
    for step in flow.steps.values():
        if isinstance(step, Approval) and step.authority:
            continue
        at = flow.places[step.id]
        if step.label.get("zh-CN") == step.id:
            found.append(Problem("flow.lint.label", at, {"step": step.id}, severity="warning"))
        if isinstance(step, (Approval, Handle)):
            found += _people(step, at, directory)
        elif isinstance(step, Cc):
            found += _audience(step, at, directory)
        elif isinstance(step, Choice):
            found += _choice(flow, step, at)
        elif isinstance(step, End) and step.apply is not None and step.result == "approved":
            found += _tiers(flow, step, at, directory)
    return tuple(found)


def check_fields(flow: Flow, known: Collection[str]) -> tuple[Problem, ...]:
    """Fields the Steps name that the flow's Form does not have (L4); ``known`` are the Form's field keys.

    Conditions are not looked at here: `compile_flow` with a scope of the Form tells their unknown names.
    """
    found: list[Problem] = []
    for step in flow.steps.values():
        at = flow.places[step.id]
        for name in getattr(step, "fields", {}):
            if name != "*" and name not in known:
                found.append(Problem("flow.field.unknown", at + pointer("fields", name), {"field": name}))
        for index, assign in enumerate(getattr(step, "assign", ())):
            if isinstance(assign, ByField) and assign.field not in known:
                found.append(Problem("flow.field.unknown", f"{at}/assign/{index}/field", {"field": assign.field}))
    return tuple(found)


def _people(step: Approval | Handle, at: str, directory: Directory) -> Iterator[Problem]:
    known = [group for assign in step.assign if (group := _today(assign, directory)) is not None]
    open_ended = len(known) < len(step.assign)
    for index, assign in enumerate(step.assign):
        if _today(assign, directory) == ():
            yield Problem(
                "flow.lint.assign_empty", f"{at}/assign/{index}", {"step": step.id, "of": name_of(assign)},
                severity="warning",
            )  # fmt: skip
    people = sorted({user for group in known for user in group})
    need = step.quorum.count or 1
    enough = len(people) >= need or open_ended
    if not enough and people:
        yield Problem("flow.lint.quorum_short", at, {"step": step.id, "need": need, "have": len(people)})
    fallbacks = {ref: _fallback(ref, directory) for ref in step.on_empty}
    for index, (ref, users) in enumerate(fallbacks.items()):
        if users == ():
            yield Problem(
                "flow.lint.fallback_empty", f"{at}/on_empty/{index}", {"step": step.id, "of": ref}, severity="warning"
            )
    if not people and all(users == () for users in fallbacks.values()):
        # A superior or a form field may name somebody, or not: with no fallback behind it the Case could only fail.
        yield Problem("flow.lint.nobody", at, {"step": step.id})
    decisive = isinstance(step, Approval) and step.decision
    if decisive and not open_ended and len(people) == 1:
        yield Problem("flow.lint.single_person", at, {"step": step.id, "person": people[0]}, severity="warning")


def _today(assign: Assign, directory: Directory) -> tuple[str, ...] | None:
    """The active people an assignment gives whatever the Case, or None where it depends on the Case."""
    match assign:
        case ByUser(user):
            found: tuple[str, ...] = (user,)
        case ByPost(post, _):
            found = directory.holders(post)
        case ByCommittee(key):
            found = directory.committee(key)
        case _:
            return None
    return tuple(user for user in found if directory.active(user))


def _fallback(ref: str, directory: Directory) -> tuple[str, ...] | None:
    kind, _, name = ref.partition(":")
    if kind == "pass":
        return None
    if kind in ("superior", "department_head"):
        return None
    if kind == "user":
        return (name,) if directory.active(name) else ()
    if kind == "committee":
        return directory.committee(name)
    return directory.holders(name or kind)


def name_of(assign: Assign) -> str:
    """An assignment as a short reference, as fallbacks are written."""
    match assign:
        case ByUser(user):
            return f"user:{user}"
        case ByPost(post, _):
            return f"post:{post}"
        case ByCommittee(key):
            return f"committee:{key}"
        case ByTier():
            return "tier"
        case _:
            return type(assign).__name__.removeprefix("By").lower()


def _audience(step: Cc, at: str, directory: Directory) -> Iterator[Problem]:
    for index, ref in enumerate(step.to):
        if ref.partition(":")[1] and _fallback(ref, directory) == ():
            yield Problem("flow.lint.cc_empty", f"{at}/to/{index}", {"step": step.id, "of": ref}, severity="warning")


def _choice(flow: Flow, step: Choice, at: str) -> Iterator[Problem]:
    """A condition without any name in it is always the same: a Route never taken, or the rest never reached."""
    for route in flow.routes[step.id]:
        if route.when is not None and not route.when.names:
            value = route.when.evaluate({}, _ANY_MOMENT).value
            params = {"step": step.id, "when": route.when.text, "value": value if isinstance(value, bool) else None}
            yield Problem("flow.lint.condition_constant", at, params, severity="warning")


def _tiers(flow: Flow, end: End, at: str, directory: Directory) -> Iterator[Problem]:
    """Where approval by tier will add a Step of its own before this end, and where nobody could take it (W24)."""
    rated: set[str] = {name for step in flow.steps.values() if isinstance(step, Rate) for name in step.into}
    if "tier" not in rated:
        yield Problem("flow.lint.tier_unknown", at, {"step": end.id}, severity="warning")
    asked = {post for step in flow.steps.values() for post in _posts_asked(step)}
    covered: Mapping[str, bool] = {tier: _covers(tier, asked, directory) for tier in directory.tiers()}
    held = [tier for tier in directory.tiers() if directory.tier_posts(tier)]
    for tier in held:
        if not all(directory.holders(post) for post in directory.tier_posts(tier)):
            yield Problem("flow.lint.tier_nobody", at, {"step": end.id, "tier": tier})
    added = [tier for i, tier in enumerate(held) if not any(covered[higher] for higher in held[i:])]
    if added:
        params = {"step": end.id, "tiers": ", ".join(tier for tier in added if tier != AUTO)}
        yield Problem("flow.lint.tier_step", at, params, severity="warning")


def _covers(tier: str, asked: set[str], directory: Directory) -> bool:
    posts = directory.tier_posts(tier)
    return bool(posts) and asked.issuperset(posts)


def _posts_asked(step: Step) -> Iterator[str]:
    if isinstance(step, Approval):
        for assign in step.assign:
            if isinstance(assign, ByPost):
                yield assign.post
            elif isinstance(assign, ByCommittee):
                yield assign.key
