"""Explains a rating: rows for display, what changed between two ratings, and what would lift the Grade."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import combinations
from typing import Any

from rules.bands import IdentityBands, LinearBands, StepBands
from rules.feel.cause import Cause
from rules.figures import plain
from rules.rating import Score, rate
from rules.scorecard import Factor, Scorecard
from rules.trace import Trace


@dataclass(frozen=True, slots=True)
class Row:
    """One Factor as a line of a report; figures are decimal text as in the Trace.

    band          None, or {"index", "match", "from", "to"} for steps, {"index"} for value sets
    share         points of the total this Factor could earn; contribution: did earn; lost: the difference
    label         {"zh-CN", "en"}; empty where no Scorecard was given
    """

    factor: str
    dimension: str
    label: Mapping[str, str]
    value: Any
    unit: str | None
    band: Mapping[str, Any] | None
    points: str | None
    weight: str
    share: str | None
    contribution: str | None
    lost: str | None
    causes: tuple[Mapping[str, Any], ...]


def rows(trace: Trace | Mapping[str, Any], scorecard: Scorecard | None = None) -> tuple[Row, ...]:
    """The Factors of a Trace, fresh or stored, in their order; labels and units come from the Scorecard."""
    if isinstance(trace, Trace):
        scorecard = scorecard or trace.scorecard
        trace = trace.to_json()
    factors = {} if scorecard is None else {f.key: f for f in scorecard.factors}
    out = []
    for dimension in trace["children"]:
        if dimension["kind"] != "dimension":
            continue
        for node in dimension["children"]:
            factor = factors.get(node["id"])
            out.append(Row(
                factor=node["id"], dimension=dimension["id"], label=factor.label if factor else {},
                value=node["value"], unit=factor.unit if factor else None, band=node.get("band"),
                points=node["points"], weight=node["weight"], share=node.get("share"),
                contribution=node.get("contribution"), lost=node.get("lost"), causes=tuple(node.get("causes", ())),
            ))
    return tuple(out)


@dataclass(frozen=True, slots=True)
class Delta:
    """What one Factor changed in the total between two ratings; `change` in points of the total, decimal text."""

    factor: str
    before: Any
    after: Any
    points_before: str | None
    points_after: str | None
    change: str


def deltas(before: Trace | Mapping[str, Any], after: Trace | Mapping[str, Any]) -> tuple[Delta, ...]:
    """Factors whose contribution differs, the largest weighted change first."""
    old = {row.factor: row for row in rows(before)}
    found = []
    for row in rows(after):
        was = old.get(row.factor)
        change = Decimal(row.contribution or 0) - Decimal((was.contribution if was else None) or 0)
        if change:
            before_value, before_points = (was.value, was.points) if was else (None, None)
            delta = Delta(row.factor, before_value, row.value, before_points, row.points, plain(change))
            found.append((change, delta))
    return tuple(delta for _, delta in sorted(found, key=lambda pair: (-abs(pair[0]), pair[1].factor)))


@dataclass(frozen=True, slots=True)
class Move:
    """One Factor moved to a better value; `gain` in points of the Factor."""

    factor: str
    value: Decimal
    to: Decimal
    points: Decimal
    to_points: Decimal

    @property
    def gain(self) -> Decimal:
        """Points of the Factor won by this move."""
        return self.to_points - self.points


@dataclass(frozen=True, slots=True)
class Lift:
    """Moves that together lift the Grade, the outcome if they are made, and how many Bands they cross."""

    moves: tuple[Move, ...]
    total: Decimal
    grade: str
    bands: int


def lifts(
    scorecard: Scorecard, facts: Mapping[str, Any], now: datetime, variant: str | None = None,
    *, absent: Mapping[str, Cause] | None = None, most: int = 5,
) -> tuple[Lift, ...]:
    """The cheapest ways to a better final Grade: single Factors first, pairs only where no single one suffices.

    Cheapest is the fewest Bands crossed, then the least gain in weighted points. Every way is proved by a full rating
    with the moved values, knock-outs and ceilings included. Factors marked as not movable, unknown values and value
    sets are left out. Empty for the best Grade and for a customer without a Score.
    """
    now_score = rate(scorecard, facts, now, variant, absent=absent, trace=False)
    if now_score.final_grade is None or scorecard.ladder.rank(now_score.final_grade) == 0:
        return ()
    weights = scorecard.variant(variant).weights
    choices = {
        factor.key: list(_better(factor, result.value, result.points))
        for factor, result in zip(scorecard.factors, now_score.factors, strict=True)
        if factor.movable and result.known and result.points is not None
        and weights[factor.dimension] and factor.weight and isinstance(result.value, Decimal)
    }

    def tried(moves: tuple[Move, ...], bands: int) -> Lift | None:
        values = {move.factor: move.to for move in moves}
        score = rate(scorecard, facts, now, variant, absent=absent, trace=False, values=values)
        if not _lifted(scorecard, now_score, score):
            return None
        return Lift(moves, score.total or Decimal(0), score.final_grade or "", bands)

    cost = {f.key: f.weight * weights[f.dimension] for f in scorecard.factors}
    found = [lift for options in choices.values() for lift in _first(options, tried)]
    if not found:
        for left, right in combinations([key for key, options in choices.items() if options], 2):
            pairs = [((a, b), i + j) for i, a in choices[left] for j, b in choices[right]]
            pairs.sort(key=lambda pair: (pair[1], _gain(pair[0], cost)))
            found += _first([(bands, moves) for moves, bands in pairs], tried)
    found.sort(key=lambda lift: (lift.bands, _gain(lift.moves, cost), [m.factor for m in lift.moves]))
    return tuple(found[:most])


def _first(options: list[Any], tried: Any) -> Iterator[Lift]:
    """The cheapest of `options` that lifts, if any; the options come cheapest first."""
    for bands, moves in options:
        lift = tried(moves if isinstance(moves, tuple) else (moves,), bands)
        if lift is not None:
            yield lift
            return


def _gain(moves: tuple[Move, ...], cost: Mapping[str, Decimal]) -> Decimal:
    return sum((move.gain * cost[move.factor] for move in moves), Decimal(0))


def _lifted(scorecard: Scorecard, before: Score, after: Score) -> bool:
    if after.final_grade is None or before.final_grade is None:
        return False
    return scorecard.ladder.rank(after.final_grade) < scorecard.ladder.rank(before.final_grade)


def _better(factor: Factor, value: Decimal, points: Decimal) -> Iterator[tuple[int, Move]]:
    """Values that earn more Points, the nearest first, each with how many Bands away it is."""
    match factor.bands:
        case StepBands(edges=edges, points=earned):
            here = factor.bands.place(value).band or 0
            for distance, band in enumerate(range(min(here, len(edges)) - 1, -1, -1), start=1):
                if earned[band] > points:
                    yield distance, Move(factor.key, value, edges[band], points, earned[band])
        case IdentityBands():
            # Whole points, in steps of five: a list of every single point would say nothing more.
            start = int(points) // 5 * 5 + 5
            for distance, target in enumerate(range(start, 101, 5), start=1):
                yield distance, Move(factor.key, value, Decimal(target), points, Decimal(target))
        case LinearBands(low=low, high=high):
            best = max(low, high, key=lambda end: end[1])
            if best[1] > points:
                yield 1, Move(factor.key, value, best[0], points, best[1])
        case _:
            return
