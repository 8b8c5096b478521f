"""Sees to it that no Case is approved below its tier (W24): who has approved, and who must still be asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from workflows.assign import AUTO, Context, Directory, Nobody, Seats, eligible
from workflows.quorum import Quorum
from workflows.state import Member, Task

Approvals = tuple[tuple[str, frozenset[str]], ...]
"""Who approved, with the tier posts held at that moment."""


def posts_held(user: str, directory: Directory) -> tuple[str, ...]:
    """The posts of all tiers that a user holds now, in the order of the tiers."""
    posts = dict.fromkeys(post for tier in directory.tiers() for post in directory.tier_posts(tier))
    return tuple(post for post in posts if user in directory.holders(post))


def standing(tasks: Iterable[Task]) -> Approvals:
    """The approvals that neither a return nor a material change has taken away."""
    found: dict[str, frozenset[str]] = {}
    for task in tasks:
        if task.stands and task.by is not None:
            found[task.by] = found.get(task.by, frozenset()) | frozenset(task.authority)
    return tuple(found.items())


@dataclass(frozen=True, slots=True)
class Covered:
    """The approvals suffice for the tier."""

    tier: str | None


def needed(context: Context, approvals: Approvals) -> Covered | Seats | Nobody:
    """Whether the approvals suffice for the Case's tier, else the seats that must still approve, one for each post.

    A tier of several posts needs as many people: who holds two posts counts for one of them. An unknown tier is
    never taken for a low one: only the highest will do.
    """
    if context.tier == AUTO:
        return Covered(AUTO)
    ladder = _ladder(context)
    if not ladder:
        return Nobody("authority.nobody", {"tier": context.tier})
    for tier in ladder:
        posts = context.directory.tier_posts(tier)
        if posts and len(matched(posts, approvals)) == len(posts):
            return Covered(context.tier)
    for tier in ladder:
        seats = _seats(tier, context, approvals)
        if seats:
            return Seats(seats, Quorum("all"))
    return Nobody("authority.nobody", {"tier": context.tier})


def _ladder(context: Context) -> tuple[str, ...]:
    """The Case's tier and those above it, lowest first."""
    tiers = context.directory.tiers()
    if context.tier in tiers:
        return tiers[tiers.index(context.tier) :]
    if context.tier is not None:
        return ()  # a tier the policy does not know is a fault of the definitions, and nobody can cover it
    held = [tier for tier in tiers if context.directory.tier_posts(tier)]
    return tuple(held[-1:])


def _seats(tier: str, context: Context, approvals: Approvals) -> tuple[Member, ...]:
    """A seat for each post of the tier that nobody has approved for; () where one of them has nobody to ask.

    Whose approval counts for which post is chosen so that the tier can be filled: who holds two posts counts for the
    one that has nobody else.
    """
    posts = context.directory.tier_posts(tier)
    counted = frozenset(matched(posts, approvals).values())
    people = {
        post: frozenset(eligible(post, None, context)) - counted
        | {user for user, held in approvals if user in counted and post in held}
        for post in posts
    }
    filled = _match(posts, people, matched(posts, approvals))
    if not posts or len(filled) < len(posts):
        return ()
    barred = tuple(sorted(counted))
    return tuple(
        Member(group=post, why={"by": "authority", "tier": tier, "post": post}, barred=barred)
        for post in posts
        if filled[post] not in counted
    )


def matched(posts: Iterable[str], approvals: Approvals) -> dict[str, str]:
    """Post → who approved for it, each person for one post at most, as many posts as can be."""
    posts = list(posts)
    return _match(posts, {post: frozenset(user for user, held in approvals if post in held) for post in posts}, {})


def _match(
    posts: Iterable[str], people: Mapping[str, frozenset[str]], begin: Mapping[str, str]
) -> dict[str, str]:
    """A largest assignment of distinct people to posts, grown from ``begin`` by augmenting paths.

    Nobody once assigned drops out, so approvals already counted stay counted. A tier has a handful of posts.
    """
    taken: dict[str, str] = {person: post for post, person in begin.items()}

    def seat(post: str, tried: set[str]) -> bool:
        for person in sorted(people[post]):
            if person in tried:
                continue
            tried.add(person)
            if person not in taken or seat(taken[person], tried):
                taken[person] = post
                return True
        return False

    for post in posts:
        if post not in begin:
            seat(post, set())
    return {post: person for person, post in taken.items()}
