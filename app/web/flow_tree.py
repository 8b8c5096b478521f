"""A flow as a tree of lines to draw: Steps one below the other, branches of a choice side by side until they meet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from workflows import Flow
from workflows.model import Choice, Route, Step


@dataclass(frozen=True, slots=True)
class Branch:
    """One way out of a choice: its condition (None for the default), and what is passed before the ways meet."""

    route: Route
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """A Step, with its branches where it is a choice; or, where `jump` is set, "go on at this Step" drawn elsewhere."""

    step: Step
    branches: tuple[Branch, ...] = ()
    jump: bool = False


def tree_of(flow: Flow) -> tuple[Item, ...]:
    """Every Step of the flow exactly once, from the start; Steps reached again are jumps."""
    return tuple(_line(flow, flow.start.id, None, _meeting(flow), set()))


def _meeting(flow: Flow) -> dict[str, frozenset[str]]:
    """For each Step, the Steps that every way from it to an end passes (itself included)."""
    steps = [key for key in flow.steps if key in flow.routes]
    after = {key: [route.target for route in flow.routes[key]] for key in steps}
    whole = frozenset(steps)
    passed = {key: frozenset({key}) if not after[key] else whole for key in steps}
    changed = True
    while changed:
        changed = False
        for key in reversed(steps):
            if not after[key]:
                continue
            common = frozenset.intersection(*(passed[target] for target in after[key])) | {key}
            if common != passed[key]:
                passed[key], changed = common, True
    return passed


def _nearest(flow: Flow, step: str, passed: dict[str, frozenset[str]]) -> str | None:
    """Where all ways out of a choice meet again."""
    common = frozenset.intersection(*(passed[route.target] for route in flow.routes[step])) - {step}
    return max(common, key=lambda key: (len(passed[key]), key), default=None)


def _line(
    flow: Flow, step: str | None, until: str | None, passed: dict[str, frozenset[str]], seen: set[str]
) -> Iterator[Item]:
    while step is not None and step != until:
        here = flow.steps[step]
        if step in seen:
            yield Item(here, jump=True)
            return
        seen.add(step)
        routes = flow.routes.get(step, ())
        if isinstance(here, Choice):
            meet = _nearest(flow, step, passed)
            # Where this choice meets only outside of what is being drawn, its branches end there too.
            branches = tuple(
                Branch(route, tuple(_line(flow, route.target, meet or until, passed, seen))) for route in routes
            )
            yield Item(here, branches)
            step = meet
        else:
            yield Item(here)
            step = routes[-1].target if routes else None
