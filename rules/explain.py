"""Explains a rating: rows for display, what changed between two ratings, and what would lift the Grade."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import combinations
from typing import Any

from rules.bands import IdentityBands, LinearBands, StepBands
from rules.feel.cause import Cause
from rules.figures import plain
from rules.rating import rate
from rules.score import Score
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
class TableRow:
    """What one decision table decided; values as JSON, as in the Trace.

    inputs   what each input was, by key
    rows     (id, index from 0) of the rows that decided; unknown: those that could not be told
    default  whether the defaults hold because no row was hit
    """

    table: str
    label: Mapping[str, str]
    value: Any
    inputs: Mapping[str, Any]
    rows: tuple[tuple[str, int], ...]
    unknown: tuple[tuple[str, int], ...]
    default: bool
    causes: tuple[Mapping[str, Any], ...]


def tables(trace: Trace | Mapping[str, Any], scorecard: Scorecard | None = None) -> tuple[TableRow, ...]:
    """The decision tables of a Trace, fresh or stored, in the order they were worked out."""
    if isinstance(trace, Trace):
        scorecard = scorecard or trace.scorecard
        trace = trace.to_json()
    labels = {} if scorecard is None else {each.key: each.label for each in scorecard.formulas}

    def named(node: Mapping[str, Any], member: str) -> tuple[tuple[str, int], ...]:
        return tuple((row["id"], row["index"]) for row in node.get(member, ()))

    return tuple(
        TableRow(
            node["id"], labels.get(node["id"], {}), node["value"], node.get("inputs", {}), named(node, "rows"),
            named(node, "unknown"), node.get("default", False), tuple(node.get("causes", ())),
        )
        for node in trace["children"] if node["kind"] == "table"
    )  # fmt: skip


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


# Bands crossed, and the moves that cross them.
Way = tuple[int, tuple[Move, ...]]

# Dimensions and total are rounded, each in steps declared by the Scorecard: a gain may look this much too small.
SLACK = Decimal(2)


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

    Cheapest is the fewest Bands crossed, then the least gain in points of the total. Every way is proved by a full
    rating with the moved values, knock-outs and ceilings included. Factors marked as not movable, unknown values and
    value sets are left out. Empty for the best Grade and for a customer without a Score.
    """
    before = rate(scorecard, facts, now, variant, absent=absent, trace=False)
    if before.final_grade is None or scorecard.ladder.rank(before.final_grade) == 0:
        return ()
    worth = _worth(before)
    choices = {
        factor.key: tuple(_better(factor, result.value, result.points))
        for factor, result in zip(scorecard.factors, before.factors, strict=True)
        if factor.movable and factor.key in worth and result.known and result.points is not None
        and isinstance(result.value, Decimal)
    }

    def proved(ways: Iterable[Way]) -> Iterator[Lift]:
        """The first of `ways`, cheapest first, that lifts the Grade."""
        for bands, moves in ways:
            values = {move.factor: move.to for move in moves}
            after = rate(scorecard, facts, now, variant, absent=absent, trace=False, values=values)
            if after.total is not None and after.final_grade is not None and _better_grade(scorecard, before, after):
                yield Lift(moves, after.total, after.final_grade, bands)
                return

    found = [lift for options in choices.values() for lift in proved((bands, (move,)) for bands, move in options)]
    if not found and before.final_grade == before.model_grade:
        # Below a ceiling more points change nothing; and only pairs that can reach the next cut are worth a rating.
        cut = scorecard.ladder.minimum(scorecard.ladder.keys[scorecard.ladder.rank(before.final_grade) - 1])
        missing = (cut or Decimal(0)) - (before.total or Decimal(0)) - SLACK
        for left, right in combinations([key for key, options in choices.items() if options], 2):
            ways = [(i + j, (a, b)) for i, a in choices[left] for j, b in choices[right]]
            ways = [way for way in ways if _gain(way[1], worth) >= missing]
            found += proved(sorted(ways, key=lambda way: (way[0], _gain(way[1], worth))))
    found.sort(key=lambda lift: (lift.bands, _gain(lift.moves, worth), [m.factor for m in lift.moves]))
    return tuple(found[:most])


def _worth(score: Score) -> dict[str, Decimal]:
    """What one point of a Factor adds to the total, for Factors that count at all."""
    counted: dict[str, Decimal] = {}
    for factor in score.factors:
        if factor.points is not None:
            counted[factor.dimension] = counted.get(factor.dimension, Decimal(0)) + factor.weight
    shares = {d.key: d.weight / score.weight_present for d in score.dimensions if d.contribution is not None}
    return {
        f.key: shares[f.dimension] * f.weight / counted[f.dimension]
        for f in score.factors if f.points is not None and f.weight and f.dimension in shares
    }


def _gain(moves: tuple[Move, ...], worth: Mapping[str, Decimal]) -> Decimal:
    """Points of the total won, before rounding."""
    return sum((move.gain * worth[move.factor] for move in moves), Decimal(0))


def _better_grade(scorecard: Scorecard, before: Score, after: Score) -> bool:
    rank = scorecard.ladder.rank
    return rank(str(after.final_grade)) < rank(str(before.final_grade))


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
