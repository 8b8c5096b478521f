"""Bands: how the value of one Factor becomes Points between 0 and 100."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise
from typing import Any, Literal, NamedTuple

from rules.figures import HUNDRED, ZERO, plain
from rules.problem import Problem, pointer

Match = Literal["gte", "lte"]


class Placed(NamedTuple):
    """Where a value fell: its Points, and the band's place in the written order (None where bands have no rows)."""

    points: Decimal
    band: int | None


@dataclass(frozen=True, slots=True)
class StepBands:
    """Ordered cuts: for `gte` the first edge with value >= edge wins, for `lte` the first with value <= edge.

    Where none does, `otherwise` holds.

    `edges` and `points` are in the written order (falling for gte, rising for lte); the last entry of `points`
    belongs to `otherwise`.
    """

    match: Match
    edges: tuple[Decimal, ...]
    points: tuple[Decimal, ...]
    _rising: tuple[Decimal, ...] = field(init=False, repr=False)
    _limits: tuple[dict[str, str | None], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        rising = self.edges if self.match == "lte" else self.edges[::-1]
        object.__setattr__(self, "_rising", rising)
        edges = [None, *(plain(edge) for edge in self.edges), None]
        low, high = ("from", "to") if self.match == "lte" else ("to", "from")
        empty: dict[str, str | None] = {"match": self.match, "from": None, "to": None}
        limits = tuple(empty | {low: a, high: b} for a, b in pairwise(edges))
        object.__setattr__(self, "_limits", limits)

    def place(self, value: Decimal) -> Placed:
        """Points and band of a number; binary search over the exact decimals."""
        if self.match == "lte":
            index = bisect_left(self._rising, value)
        else:
            index = len(self._rising) - bisect_right(self._rising, value)
        return Placed(self.points[index], index)

    def limits(self, band: int) -> dict[str, str | None]:
        """The band as data: `from` and `to` (None: open end); `match` says which of the two is inclusive."""
        return dict(self._limits[band])


@dataclass(frozen=True, slots=True)
class IdentityBands:
    """The value is the Points, held between 0 and 100."""

    def place(self, value: Decimal) -> Placed:
        """The number itself, clamped."""
        return Placed(min(max(value, ZERO), HUNDRED), None)


@dataclass(frozen=True, slots=True)
class LinearBands:
    """A straight line between two points (value, Points); beyond either end the Points of that end."""

    low: tuple[Decimal, Decimal]
    high: tuple[Decimal, Decimal]

    def place(self, value: Decimal) -> Placed:
        """Points on the line; call under the 34-digit context, as `rate` does."""
        (x0, y0), (x1, y1) = self.low, self.high
        if value <= x0:
            return Placed(y0, None)
        if value >= x1:
            return Placed(y1, None)
        return Placed(y0 + (y1 - y0) * (value - x0) / (x1 - x0), None)


@dataclass(frozen=True, slots=True)
class SetBands:
    """Points by value; the last entry of `points` belongs to `otherwise`."""

    values: tuple[str, ...]
    points: tuple[Decimal, ...]
    _index: Mapping[str, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_index", {value: index for index, value in enumerate(self.values)})

    def place(self, value: str) -> Placed:
        """Points of a text; a text that is not listed earns `otherwise`."""
        index = self._index.get(value, len(self.values))
        return Placed(self.points[index], index)


Bands = StepBands | IdentityBands | LinearBands | SetBands


def read_bands(body: Mapping[str, Any], direction: str | None) -> tuple[Bands, list[Problem]]:
    """The Bands of one Factor and what is wrong with them; paths start inside `bands`."""
    match body["kind"]:
        case "steps":
            return _read_steps(body, direction)
        case "set":
            return _read_set(body)
        case "linear":
            return _read_linear(body, direction)
        case _:
            return IdentityBands(), []


def read_points(text: str, path: str, problems: list[Problem]) -> Decimal:
    """Points as written; outside 0 to 100 is a Problem."""
    points = Decimal(text)
    if not ZERO <= points <= HUNDRED:
        problems.append(Problem("band.points_range", path, {"points": plain(points)}))
    return points


def _otherwise(body: Mapping[str, Any], problems: list[Problem]) -> Decimal:
    """Without `otherwise` the values no band names would earn nothing at all: a gap."""
    if body.get("otherwise") is None:
        rows = body.get("cuts") or body.get("values") or []
        edge = rows[-1].get("edge", rows[-1].get("value")) if rows else None
        open_low = body.get("match") == "gte"
        params = {"from": None if open_low else edge, "to": edge if open_low else None}
        problems.append(Problem("band.gap", "", params))
        return ZERO
    return read_points(body["otherwise"], "/otherwise", problems)


def _read_steps(body: Mapping[str, Any], direction: str | None) -> tuple[StepBands, list[Problem]]:
    problems: list[Problem] = []
    match: Match = body["match"]
    edges = tuple(Decimal(cut["edge"]) for cut in body["cuts"])
    points = [read_points(cut["points"], pointer("cuts", i, "points"), problems) for i, cut in enumerate(body["cuts"])]
    points.append(_otherwise(body, problems))
    for index in range(1, len(edges)):
        near, far = edges[index], edges[index - 1]
        if near == far or (near > far) == (match == "gte"):
            low, high = (near, far) if near <= far else (far, near)
            code = "band.overlap" if near == far else "band.order"
            params = {"from": plain(low), "to": plain(high), "edge": plain(near), "previous": plain(far)}
            problems.append(Problem(code, pointer("cuts", index, "edge"), params))
    if not problems and direction is not None:
        problems += _monotone(points if (match == "gte") == (direction == "higher") else points[::-1], direction)
    return StepBands(match, edges, tuple(points)), problems


def _monotone(best_first: list[Decimal], direction: str) -> Iterator[Problem]:
    """A better value earning fewer Points is allowed, but is said."""
    if any(b > a for a, b in pairwise(best_first)):
        yield Problem("band.not_monotone", "", {"direction": direction}, severity="warning")


def _read_set(body: Mapping[str, Any]) -> tuple[SetBands, list[Problem]]:
    problems: list[Problem] = []
    values = tuple(row["value"] for row in body["values"])
    rows = enumerate(body["values"])
    points = [read_points(row["points"], pointer("values", i, "points"), problems) for i, row in rows]
    points.append(_otherwise(body, problems))
    for index, value in enumerate(values):
        if value in values[:index]:
            problems.append(Problem("band.value_twice", pointer("values", index, "value"), {"value": value}))
    return SetBands(values, tuple(points)), problems


def _read_linear(body: Mapping[str, Any], direction: str | None) -> tuple[LinearBands, list[Problem]]:
    problems: list[Problem] = []
    ends = []
    for name in ("from", "to"):
        end = body[name]
        ends.append((Decimal(end["value"]), read_points(end["points"], f"/{name}/points", problems)))
    low, high = sorted(ends)
    if low[0] == high[0]:
        problems.append(Problem("band.linear_empty", "/to/value", {"value": plain(low[0])}))
    elif direction is not None:
        problems += _monotone([high[1], low[1]] if direction == "higher" else [low[1], high[1]], direction)
    return LinearBands(low, high), problems
