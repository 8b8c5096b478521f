"""Static checks of a Scorecard that need more than one of its parts: order of formulas, cycles, examples."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from rules.figures import plain
from rules.problem import Invalid, Problem, pointer
from rules.rating import rate
from rules.score import Score
from rules.scorecard import Derived, Scorecard


def order_problems(formulas: Sequence[Derived]) -> list[Problem]:
    """Formulas that use themselves, directly or in a circle, or one that is written later."""
    place = {derived.key: index for index, derived in enumerate(formulas)}
    uses = {d.key: sorted(n for n in d.formula.names if n in place) for d in formulas}
    problems = []
    for derived in formulas:
        at = f"{derived.path}/text"
        circle = _circle(derived.key, uses)
        if circle:
            problems.append(Problem("scorecard.cycle", at, {"formula": derived.key, "chain": " → ".join(circle)}))
            continue
        for name in uses[derived.key]:
            if place[name] > place[derived.key]:
                problems.append(Problem("scorecard.later_formula", at, {"formula": derived.key, "later": name}))
    return problems


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
