"""The formulas of a Form compiled, and the one order in which values and visibility settle."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from rules import Formula, Invalid, Problem, Scope, ScopeEntry, compile_formula

from .fields import Field
from .model import Effect, Plan, Rule, Turn

Found = list[Problem]


def scope_of(fields: Iterable[Field], loose: Iterable[str] = ()) -> dict[str, ScopeEntry]:
    """Each answered field as formulas see it; `loose` are keys whose setup is broken and whose type is unknown."""
    entries = {key: ScopeEntry() for key in loose}
    for field in fields:
        if field.has_value:
            entries[field.key] = ScopeEntry(
                type=field.feel_type, allowed=field.allowed, labels=dict(field.label), origin="form",
                choices=field.choices,
            )  # fmt: skip
    return entries


def formula(
    text: str, scope: Mapping[str, ScopeEntry] | Scope, path: str, problems: Found, expect: str | None
) -> Formula | None:
    """A compiled formula, or None with its Problems, spans included, at `path`."""
    try:
        return compile_formula(text, scope if isinstance(scope, Scope) else Scope(scope), expect=expect)
    except Invalid as invalid:
        problems.extend(p.under(path) for p in invalid.problems)
        return None


def plan_of(
    fields: Sequence[Field],
    computed: Mapping[str, Formula],
    rules: Iterable[Rule],
    outer: Mapping[str, frozenset[str]],
    paths: Mapping[str, str],
    problems: Found,
) -> Plan:
    """Order everything that settles by what it reads; a cycle is a Problem that shows its path.

    `outer` adds what a field reads beside its own formula: a sub-form reads what its rows' formulas read.
    """
    by_target: dict[tuple[Effect, str], tuple[Rule, ...]] = {}
    for rule in rules:
        key = rule.target.partition(".")[2] or rule.target
        by_target[rule.effect, key] = (*by_target.get((rule.effect, key), ()), rule)
    keys = {f.key for f in fields if f.has_value}
    needs: dict[Turn, list[Turn]] = {}
    for field in fields:
        shows = by_target.get(("show", field.key), ())
        reads = {name for rule in shows for name in rule.when.names} & keys
        needs[Turn("show", field.key)] = [Turn("value", name) for name in sorted(reads)]
        if not field.has_value:
            continue
        own = set(computed[field.key].names) if field.key in computed else set()
        own = (own | outer.get(field.key, frozenset())) & keys
        # A kept value does not depend on whether it is shown, so its own show rule may read it.
        hide = [Turn("show", field.key)] if field.on_hide == "clear" and shows else []
        needs[Turn("value", field.key)] = [*hide, *(Turn("value", name) for name in sorted(own))]
    order = _sorted(needs, paths, problems)
    return Plan(order, MappingProxyType(dict(computed)), MappingProxyType(by_target))


def _sorted(needs: Mapping[Turn, Sequence[Turn]], paths: Mapping[str, str], problems: Found) -> tuple[Turn, ...]:
    """Depth-first order without recursion; each cycle is reported once, at the field where it was entered."""
    done: dict[Turn, bool] = {}
    order: list[Turn] = []
    for root in needs:
        if root in done:
            continue
        done[root] = False
        stack: list[tuple[Turn, Iterator[Turn]]] = [(root, iter(needs[root]))]
        while stack:
            turn, rest = stack[-1]
            following = next(rest, None)
            if following is None:
                done[turn] = True
                order.append(turn)
                stack.pop()
            elif following not in done:
                done[following] = False
                stack.append((following, iter(needs[following])))
            elif not done[following]:
                trail = [t for t, _ in stack]
                cycle = [*trail[trail.index(following):], following]
                names = [t.key for i, t in enumerate(cycle) if i == 0 or cycle[i - 1].key != t.key]
                path = " → ".join(names if len(names) > 1 else names * 2)
                problems.append(Problem("form.cycle", paths.get(following.key, ""), {"cycle": path}))
    return tuple(order)


def feeds_of(plan: Plan, reads: Mapping[str, Any]) -> Mapping[str, frozenset[str]]:
    """For each key, every key whose answer can reach it through formulas and show rules."""
    closed: dict[str, frozenset[str]] = {}
    for turn in plan.order:
        names = {name for rule in plan.of("show", turn.key) for name in rule.when.names}
        if turn.do == "value":
            names |= set(reads.get(turn.key, ()))
            names |= set(plan.computed[turn.key].names) if turn.key in plan.computed else set()
        inner = (closed.get(name, frozenset()) for name in names)
        closed[turn.key] = closed.get(turn.key, frozenset()).union(names, *inner)
    return MappingProxyType(closed)
