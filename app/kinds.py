"""The registry of kinds of Definition: adding one is one entry here.

For each kind: how a body becomes a compiled object (or Invalid with every problem), and which other Definitions a
body names, so that publishing can check the links and pin what it found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import credit
import forms
import rules
import workflows
from ledger import canonical

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Link:
    """`place` is the JSON Pointer in the body that names the Definition `kind`/`key`."""

    kind: str
    key: str
    place: str


@dataclass(frozen=True, slots=True)
class Kind:
    key: str
    compile: Callable[[Body], Any]
    links: Callable[[Body], Iterable[Link]]
    check_links: Callable[[Any, Mapping[str, Any]], Iterable[rules.Problem]]


def _no_links(_body: Body) -> Iterable[Link]:
    return ()


def _nothing_to_check(_compiled: Any, _others: Mapping[str, Any]) -> Iterable[rules.Problem]:
    return ()


def _policy_links(body: Body) -> Iterable[Link]:
    scorecard = body.get("scorecard")
    if isinstance(scorecard, Mapping) and isinstance(scorecard.get("key"), str):
        yield Link("scorecard", scorecard["key"], "/scorecard")


def _check_policy(policy: Any, others: Mapping[str, Any]) -> Iterable[rules.Problem]:
    return credit.check_against(policy, others["/scorecard"])


def _flow_links(body: Body) -> Iterable[Link]:
    form = body.get("form")
    if isinstance(form, Mapping) and isinstance(form.get("key"), str):
        yield Link("form", form["key"], "/form")
    for index, step in enumerate(body.get("steps") or ()):
        if isinstance(step, Mapping) and step.get("type") == "rate":
            for name in ("scorecard", "policy"):
                if isinstance(step.get(name), str):
                    yield Link(name, step[name], f"/steps/{index}/{name}")


KINDS: Mapping[str, Kind] = {
    kind.key: kind
    for kind in (
        Kind("form", forms.compile_form, _no_links, _nothing_to_check),
        Kind("scorecard", rules.compile_scorecard, _no_links, _nothing_to_check),
        Kind("flow", workflows.compile_flow, _flow_links, _nothing_to_check),
        Kind("policy", credit.compile_policy, _policy_links, _check_policy),
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


_CACHE: dict[tuple[str, str], Any] = {}
_CACHE_SIZE = 512
