"""The registry of kinds of Definition: adding one is one entry here.

For each kind: how a body becomes a compiled object (or Invalid with every problem), which other Definitions and posts
a body names, so that publishing can check and pin them, and what today's people make of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import credit
import forms
import rules
import workflows
from app.kinds import flows
from app.kinds.named import Body, Link, Named, policy_posts
from ledger import canonical

__all__ = ["KINDS", "Body", "Kind", "Link", "Named", "compiled", "fingerprint"]

Tiers = Mapping[str, tuple[str, ...]]
Organisation = Callable[[Tiers], workflows.Directory]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of Definition.

    check_links  (body, compiled, compiled Definitions by the place that names them): what does not fit between them
    posts        the posts a body names, each with its place
    lint         (compiled, linked, organisation): what would go wrong with the people there are now
    """

    key: str
    compile: Callable[[Body], Any]
    links: Callable[[Body], Iterable[Link]] = lambda _body: ()
    check_links: Callable[[Body, Any, Mapping[str, Any]], Iterable[rules.Problem]] = lambda _body, _made, _others: ()
    posts: Callable[[Body], Iterable[Named]] = lambda _body: ()
    lint: Callable[[Any, Mapping[str, Any], Organisation], Iterable[rules.Problem]] = lambda _made, _others, _people: ()


def _policy_links(body: Body) -> Iterable[Link]:
    scorecard = body.get("scorecard")
    if isinstance(scorecard, Mapping) and isinstance(scorecard.get("key"), str):
        yield Link("scorecard", scorecard["key"], "/scorecard")


def _check_policy(_body: Body, policy: Any, others: Mapping[str, Any]) -> Iterable[rules.Problem]:
    return credit.check_against(policy, others["/scorecard"])


def _lint_flow(flow: Any, others: Mapping[str, Any], organisation: Organisation) -> Iterable[rules.Problem]:
    tiers: dict[str, tuple[str, ...]] = {}
    for other in others.values():
        if isinstance(other, credit.Policy):
            tiers |= {tier.key: tier.posts for tier in other.tiers.tiers}
    return workflows.lint(flow, organisation(tiers))


KINDS: Mapping[str, Kind] = {
    kind.key: kind
    for kind in (
        Kind("form", forms.compile_form),
        Kind("scorecard", rules.compile_scorecard),
        Kind("table", rules.compile_table),
        Kind("policy", credit.compile_policy, _policy_links, _check_policy, policy_posts),
        Kind("flow", workflows.compile_flow, flows.links, flows.check_links, flows.posts, _lint_flow),
    )
}


def fingerprint(body: Body) -> str:
    """``sha256:`` and the hex digest of the canonical JSON (RFC 8785) of a body."""
    return canonical.fingerprint(body)


def compiled(kind: str, print_: str, body: Body) -> Any:
    """The compiled form of a published body: compiled once per process, found again by its fingerprint."""
    found = _CACHE.get((kind, print_))
    if found is None:
        found = KINDS[kind].compile(body)
        if len(_CACHE) >= _CACHE_SIZE:
            _CACHE.pop(next(iter(_CACHE)), None)
        _CACHE[kind, print_] = found
    return found


def known(kind: str, print_: str) -> Any | None:
    """The same where it was compiled before, else None: whoever has no body at hand need not read it."""
    return _CACHE.get((kind, print_))


_CACHE: dict[tuple[str, str], Any] = {}
_CACHE_SIZE = 512
