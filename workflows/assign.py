"""Finds the people of a Step when it opens, and never the applicant: posts, superiors, committees, fallbacks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Protocol

from workflows.model import (
    Approval,
    Assign,
    ByCommittee,
    ByDepartmentHead,
    ByField,
    ByPost,
    BySuperior,
    ByTier,
    ByUser,
    Handle,
    OnSelf,
)
from workflows.quorum import ANY_ONE, Quorum
from workflows.state import Member

FLOW_ADMIN = "flow_admin"
AUTO = "auto"
MAX_LEVELS = 20


class Directory(Protocol):
    """Who is who at this moment. User and department ids are opaque; nobody inactive is ever returned as a holder."""

    def active(self, user: str) -> bool:
        """Whether the user may work at all."""

    def holders(self, post: str, within: str | None = None) -> tuple[str, ...]:
        """Holders of a post, () where the post is unknown.

        ``within`` is a department id and keeps those who hold the post in that department, in one above it or in one
        below it: the line of departments the applicant belongs to.
        """

    def committee(self, key: str) -> tuple[str, ...]:
        """Members of a committee, in their order."""

    def superior(self, user: str, level: int = 1) -> str | None:
        """The superior of a user, ``level`` steps up; None above the top."""

    def department(self, user: str) -> str | None:
        """The user's department."""

    def department_head(self, user: str) -> str | None:
        """The head of the user's department."""

    def tiers(self) -> tuple[str, ...]:
        """The approval tiers of the policy, lowest first."""

    def tier_posts(self, tier: str) -> tuple[str, ...]:
        """The posts of a tier, a holder of each of which must approve; () for ``auto`` and for unknown tiers."""


@dataclass(frozen=True, slots=True)
class Context:
    """What an assignment may look at: the Case's people, its facts, and the organisation as it is now.

    excluded  people who may not decide this Case: applicant, salesperson of the customer, those who worked on it
    """

    applicant: str
    excluded: frozenset[str]
    facts: Mapping[str, Any]
    directory: Directory

    @property
    def tier(self) -> str | None:
        """The Case's tier as rated, None while unknown."""
        tier = self.facts.get("tier")
        return tier if isinstance(tier, str) else None


@dataclass(frozen=True, slots=True)
class Seats:
    """The people found: seats with the quorum that holds among them. No seats at all: pass without anybody."""

    members: tuple[Member, ...]
    quorum: Quorum


@dataclass(frozen=True, slots=True)
class Nobody:
    """Nobody could be found, not even at the end of the fallbacks; a code with params for the Case's failure."""

    code: str
    params: Mapping[str, Any]


def reason(why: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Why a Task is somebody's, as the code of a sentence (``flow.why.…``) with its params.

    Of a seat taken for somebody else, ``person`` is a user id and ``instead_of`` a reason of its own.
    """
    by = str(why["by"])
    suffix = "_within" if by == "post" and "within" in why else ""
    return f"flow.why.{by}{suffix}", {name: value for name, value in why.items() if name != "by"}


def excluded_people(applicant: str, makers: frozenset[str], facts: Mapping[str, Any]) -> dict[str, str]:
    """Who may not decide a Case, with the reason (W22, T43)."""
    people = dict.fromkeys(makers, "maker")
    customer = facts.get("customer")
    owner = customer.get("owner") if isinstance(customer, Mapping) else None
    if isinstance(owner, str):
        people[owner] = "customer_owner"
    people[applicant] = "applicant"
    return people


def eligible(group: str, within: str | None, context: Context) -> tuple[str, ...]:
    """The people of a group who may decide this Case."""
    holders = context.directory.holders(group, within)
    return tuple(user for user in holders if user not in context.excluded and context.directory.active(user))


def seats_of(step: Approval | Handle, context: Context, on_self: OnSelf) -> Seats | Nobody:
    """The seats of a Step as it opens, by its assignment, else by its fallbacks in order (W4, W22, W23)."""
    deciding = isinstance(step, Approval)
    if not deciding:
        context = replace(context, excluded=frozenset())
    found = [member for assign in step.assign for member in _resolve(assign, context, step.quorum)]
    members: list[Member] = []
    for member in found:
        kept = _without_self(member, context, on_self)
        if isinstance(kept, Nobody):
            return kept
        members += kept
    members = list(_distinct(members))
    if members and len(members) >= (step.quorum.count or 1):
        return Seats(tuple(_weighed(member, step, context) for member in members), step.quorum)
    return _fallback(step, context)


def _fallback(step: Approval | Handle, context: Context) -> Seats | Nobody:
    """The first fallback that has somebody; one person of it is enough, whatever the Step's own quorum."""
    for ref in step.on_empty:
        if ref == "pass":
            return Seats((), ANY_ONE)
        why = {"by": "fallback", "ref": ref}
        members = tuple(_distinct([m for m in people_of(ref, context, why) if _usable(m, context)]))
        if members:
            return Seats(members, ANY_ONE)
    return Nobody("assign.nobody", {"step": step.id, "tried": ", ".join(step.on_empty)})


def people_of(ref: str, context: Context, why: Mapping[str, Any]) -> list[Member]:
    """The seats a short reference names: ``post:x``, ``user:ID``, ``committee:x``, superior, department_head …"""
    kind, _, name = ref.partition(":")
    directory = context.directory
    if kind == "post":
        return [Member(group=name, why=why)]
    if kind == FLOW_ADMIN:
        return [Member(group=FLOW_ADMIN, why=why)]
    if kind == "committee":
        return [Member(user=user, why=why) for user in directory.committee(name)]
    if kind == "user":
        one: str | None = name
    elif kind == "applicant":
        one = context.applicant
    elif kind == "superior":
        one = directory.superior(context.applicant)
    else:
        one = directory.department_head(context.applicant)
    return [Member(user=one, why=why)] if one is not None else []


def _usable(member: Member, context: Context) -> bool:
    """Whether somebody who may decide can sit there."""
    if member.group is not None:
        return any(user not in member.barred for user in eligible(member.group, member.within, context))
    return member.user is not None and member.user not in context.excluded and context.directory.active(member.user)


def _resolve(assign: Assign, context: Context, quorum: Quorum) -> Iterator[Member]:
    """The seats one assignment gives, before anybody is excluded."""
    directory, applicant = context.directory, context.applicant
    match assign:
        case ByUser(user):
            yield from _person(user, {"by": "user"}, context)
        case ByPost():
            yield from _post(assign, context, quorum)
        case BySuperior(level):
            yield from _person(directory.superior(applicant, level), {"by": "superior", "level": level}, context)
        case ByDepartmentHead():
            yield from _person(directory.department_head(applicant), {"by": "department_head"}, context)
        case ByCommittee(key):
            for user in directory.committee(key):
                yield from _person(user, {"by": "committee", "committee": key}, context)
        case ByTier():
            for post in directory.tier_posts(context.tier) if context.tier else ():
                why = {"by": "tier", "tier": context.tier, "post": post}
                yield from _group(post, None, why, context, quorum)
        case ByField(field):
            value = context.facts.get(field)
            for user in value if isinstance(value, (list, tuple)) else (value,):
                yield from _person(user if isinstance(user, str) else None, {"by": "field", "field": field}, context)


def _person(user: str | None, why: Mapping[str, Any], context: Context) -> Iterator[Member]:
    if user is not None and context.directory.active(user):
        yield Member(user=user, why=why)


def _post(assign: ByPost, context: Context, quorum: Quorum) -> Iterator[Member]:
    why: dict[str, Any] = {"by": "post", "post": assign.post}
    department = None
    if assign.within is not None:
        why["within"] = assign.within
        department = context.directory.department(context.applicant)
        if department is None:
            return
    yield from _group(assign.post, department, why, context, quorum)


def _group(
    post: str, within: str | None, why: Mapping[str, Any], context: Context, quorum: Quorum
) -> Iterator[Member]:
    """One seat for the whole post where the first Decision settles it (W5), else one for each holder."""
    if quorum.one_row_serves:
        if context.directory.holders(post, within):
            yield Member(group=post, within=within, why=why)
        return
    for user in context.directory.holders(post, within):
        yield from _person(user, why, context)


def _without_self(member: Member, context: Context, on_self: OnSelf) -> list[Member] | Nobody:
    """The seat, or who takes it where only somebody excluded would sit there (W22). Never nobody at all by mistake."""
    if _usable(member, context):
        return [member]
    if member.group is not None and not context.directory.holders(member.group, member.within):
        return []
    person = member.user or next(iter(context.directory.holders(member.group or "", member.within)))
    why = {"by": "on_self", "policy": on_self, "person": person, "instead_of": dict(member.why)}
    if on_self == "block":
        return Nobody("assign.self_blocked", {"person": person})
    if on_self == "flow_admin":
        return [found for found in people_of(FLOW_ADMIN, context, why) if _usable(found, context)]
    if on_self == "skip_if_others":
        return []
    superior = _superior_above(person, context)
    return [Member(user=superior, why=why)] if superior is not None else []


def _superior_above(person: str, context: Context) -> str | None:
    """The nearest superior who may decide."""
    for level in range(1, MAX_LEVELS + 1):
        superior = context.directory.superior(person, level)
        if superior is None:
            return None
        if superior not in context.excluded and context.directory.active(superior):
            return superior
    return None


def _distinct(members: list[Member]) -> Iterator[Member]:
    """Each person and each group once, in order: two assignments that name the same person give one seat."""
    seen: set[tuple[str | None, str | None, str | None]] = set()
    for member in members:
        key = (member.user, member.group, member.within)
        if key not in seen:
            seen.add(key)
            yield member


def _weighed(member: Member, step: Approval | Handle, context: Context) -> Member:
    """The seat with its weight and veto as the quorum declares them; without weights every seat weighs the same."""
    if not isinstance(step, Approval):
        return member
    veto = any(_is(ref, member, context) for ref in step.veto)
    if not step.weights:
        return replace(member, veto=veto)
    weight = next((Decimal(w.weight) for w in step.weights if _is(w.of, member, context)), Decimal(0))
    return replace(member, veto=veto, weight=weight)


def _is(ref: str, member: Member, context: Context) -> bool:
    """Whether a seat is the user, or belongs to the post, a reference names."""
    kind, _, name = ref.partition(":")
    if kind == "user":
        return member.user == name
    return member.group == name or (member.user is not None and member.user in context.directory.holders(name))
