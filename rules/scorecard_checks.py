"""Static checks of a Scorecard that need more than one of its parts: order of formulas, cycles, examples."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from rules.figures import plain
from rules.problem import Invalid, Problem, pointer
from rules.rating import rate
from rules.score import Score
from rules.scorecard import Derived, Factor, Knockout, Scorecard
from rules.table import DecisionTable


def in_order(formulas: Sequence[Derived], tables: Sequence[Derived]) -> tuple[tuple[Derived, ...], list[Problem]]:
    """Formulas and tables in the order they are worked out, and what uses itself or what is written later.

    Each list keeps its written order; a table stands before the first formula that needs it.
    """
    known = {derived.key for derived in (*formulas, *tables)}
    uses = {d.key: sorted(n for n in d.formula.names if n in known) for d in (*formulas, *tables)}
    problems = [*_order_problems(formulas, uses), *_order_problems(tables, uses)]
    left, out, done = [list(formulas), list(tables)], list[Derived](), set[str]()
    while not problems and any(left):
        ready = next((each for each in left if each and done.issuperset(uses[each[0].key])), None)
        if ready is None:  # a formula needs a table that needs a formula behind it
            stuck = next(each[0] for each in left if each)
            later = next(name for name in uses[stuck.key] if name not in done)
            problems.append(Problem("scorecard.later_formula", _text_of(stuck), {"formula": stuck.key, "later": later}))
        else:
            out.append(ready.pop(0))
            done.add(out[-1].key)
    return tuple(out), problems


def unused(formulas: Sequence[Derived], factors: Sequence[Factor], knockouts: Sequence[Knockout]) -> Iterator[Problem]:
    """Formulas and tables that no Factor, no rule and no other formula uses: worked out for nobody."""
    used = {name for each in formulas for name in each.formula.names}
    used |= {name for factor in factors for name in factor.names} | {name for rule in knockouts for name in rule.names}
    for derived in formulas:
        if derived.key not in used:
            params = {"formula": derived.key}
            yield Problem("scorecard.unused", derived.path, params, severity="warning")


def _text_of(derived: Derived) -> str:
    return derived.path if isinstance(derived.formula, DecisionTable) else f"{derived.path}/text"


def _order_problems(nodes: Sequence[Derived], uses: dict[str, list[str]]) -> Iterator[Problem]:
    place = {derived.key: index for index, derived in enumerate(nodes)}
    for derived in nodes:
        at = _text_of(derived)
        circle = _circle(derived.key, uses)
        if circle:
            yield Problem("scorecard.cycle", at, {"formula": derived.key, "chain": " → ".join(circle)})
            continue
        for name in uses[derived.key]:
            if place.get(name, -1) > place[derived.key]:
                yield Problem("scorecard.later_formula", at, {"formula": derived.key, "later": name})


def _circle(start: str, uses: dict[str, list[str]]) -> list[str]:
    """The shortest way from `start` back to itself, as names, or nothing."""
    ways: list[list[str]] = [[start]]
    seen: set[str] = set()
    while ways:
        way = ways.pop(0)
        for name in uses[way[-1]]:
            if name == start:
                return [*way, start]
            if name not in seen:
                seen.add(name)
                ways.append([*way, name])
    return []


def example_problems(scorecard: Scorecard) -> list[Problem]:
    """Every example that does not come out as its author wrote."""
    problems: list[Problem] = []
    for index, example in enumerate(scorecard.examples):
        at = pointer("examples", index)
        try:
            score = rate(scorecard, example.facts, example.now, example.variant, trace=False)
        except Invalid as invalid:
            problems += [Problem(p.code, at, {**p.params, "example": example.name}, p.span) for p in invalid.problems]
            continue
        for member, wanted, found in _differences(score, example.expect):
            params = {"example": example.name, "member": member, "expected": _show(wanted), "found": _show(found)}
            problems.append(Problem("scorecard.example", f"{at}/expect/{member}", params))
    return problems


def _differences(score: Score, expect: dict[str, Any] | Any) -> Iterator[tuple[str, Any, Any]]:
    """(member, expected, found) of each expectation not met; numbers compare by value, not by spelling."""
    found = {
        "total": score.total,
        "grade": score.final_grade,
        "model_grade": score.model_grade,
        "coverage_percent": score.coverage_percent,
        "hits": [hit.id for hit in score.hits],
    }
    points = {factor.key: factor.points for factor in score.factors}
    for member in sorted(expect):
        if member == "points":
            for key in sorted(expect["points"]):
                wanted = _number(expect["points"][key])
                if key not in points or points[key] != wanted:
                    yield f"points{pointer(key)}", wanted, points.get(key)
            continue
        wanted = _number(expect[member]) if member in ("total", "coverage_percent") else expect[member]
        if wanted != found[member]:
            yield member, wanted, found[member]


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _show(value: object) -> str | None:
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, list):
        return ", ".join(value)
    return None if value is None else str(value)
