"""The Grade of each customer of some Columns under a Scorecard, its total and where its values fall in the Bands.

By floats where they are sure, exactly where not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rules.bands import IdentityBands, LinearBands, SetBands, StepBands
from rules.batch import rate_chunk
from rules.feel.fast import PLAIN, NotPlain
from rules.feel.syntax import Name
from rules.figures import ZERO, Rounding
from rules.parcel import Given
from rules.problem import Invalid, Problem
from rules.scorecard import COVERAGE, Factor, Scorecard, Variant
from rules.table import DecisionTable
from rules.whatif.columns import SHORT, Columns, Mask
from rules.whatif.numbers import (
    UNIT,
    Number,
    Truth,
    Value,
    Words,
    add,
    divide,
    either,
    literal,
    off,
    place,
    rounded,
    settled,
    times,
)
from rules.whatif.tables import decided
from rules.whatif.walk import Walk

BLOCK = 16_384
"""Rows evaluated at once: enough that walking the trees costs little, few enough that memory stays small."""
FEW = 16
UNGRADED, FAILED = -1, -2
MISSING = -1
Rows = slice | NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Grades:
    """What each customer would be graded.

    keys    letters from best to worst
    codes   for each customer the place in `keys`; UNGRADED without a Score, FAILED where `rate` would refuse
    totals  nearest floats, for sums over many customers only; not a number without a Score and for who failed
    places  for each Factor the place of the Band in the written order, 0 for Bands without rows; MISSING where the
            value is unknown, FAILED where `rate` would refuse
    exact   how many customers the exact function rated, because floats could have missed the Grade or a Band
    failed  the problems of those that failed, by row
    """

    keys: tuple[str, ...]
    codes: NDArray[np.int16]
    totals: NDArray[np.float64]
    places: Mapping[str, NDArray[np.int16]]
    exact: int
    failed: Mapping[int, tuple[Problem, ...]]

    def of(self, row: int) -> str | None:
        """The letter of one customer; None without a Grade."""
        code = int(self.codes[row])
        return self.keys[code] if code >= 0 else None


def grades(scorecard: Scorecard, columns: Columns, now: datetime, block: int = BLOCK) -> Grades:
    """The final Grade of every row, the same as `rate` gives it.

    A variant the Scorecard does not have counts as its default. Formulas that plain operators cannot compute
    (dates, lists, …), and tables with such cells, make every row an exact one: right, but as slow as `rate`.
    """
    codes, totals = np.full(len(columns), FAILED, np.int16), np.full(len(columns), np.nan)
    places = {factor.key: np.full(len(columns), FAILED, np.int16) for factor in scorecard.factors}
    exact: list[int] = []
    for variant, rows, numbers in _parts(scorecard, columns, block):
        try:
            with np.errstate(all="ignore"):  # what is divided by zero or overflows is in doubt, and said so
                found = _Block(scorecard, variant, columns, rows, len(numbers)).grades()
        except NotPlain:
            exact += numbers.tolist()
            continue
        codes[rows], totals[rows] = found.codes, found.totals
        for key, place_ in found.places.items():
            places[key][rows] = place_
        if found.doubt is not None:
            exact += numbers[np.broadcast_to(found.doubt, len(numbers))].tolist()
    made = Grades(scorecard.ladder.keys, codes, totals, places, len(exact), {})
    return replace(made, failed=_exactly(scorecard, columns, now, exact, made))


def _parts(scorecard: Scorecard, columns: Columns, block: int) -> Iterator[tuple[Variant, Rows, NDArray[np.intp]]]:
    """Blocks of rows with the same weights: as a slice where all rows have them; and the numbers of the rows."""
    default, count = scorecard.variant(None), len(columns)
    if columns.variants is None:
        by_variant = {default.key: np.arange(count)}
    else:
        kept = [default.key if key not in scorecard.variants else str(key) for key in columns.variants]
        places = {key: number for number, key in enumerate(scorecard.variants)}
        which = np.fromiter((places[key] for key in kept), np.int16, count)
        by_variant = {key: np.flatnonzero(which == number) for key, number in places.items()}
    for key, numbers in by_variant.items():
        for start in range(0, len(numbers), block):
            part = numbers[start : start + block]
            whole = len(numbers) == count
            yield scorecard.variants[key], slice(start, start + len(part)) if whole else part, part


def _exactly(
    scorecard: Scorecard, columns: Columns, now: datetime, rows: list[int], made: Grades
) -> dict[int, tuple[Problem, ...]]:
    """Rates these rows with the exact function and writes them into `made`; problems of those that fail."""
    failed: dict[int, tuple[Problem, ...]] = {}
    rank = scorecard.ladder.rank
    for start in range(0, len(rows), FEW):
        given, asked = [], []
        for row in rows[start : start + FEW]:
            try:
                facts = columns.exact(row, scorecard.facts)
            except Invalid as invalid:
                _fail(made, failed, row, invalid)
                continue
            variant = columns.variants[row] if columns.variants is not None else None
            given.append(Given(facts, variant if variant in scorecard.variants else None))
            asked.append(row)
        for row, score in zip(asked, rate_chunk(scorecard, given, now), strict=True):
            if isinstance(score, Invalid):
                _fail(made, failed, row, score)
                continue
            made.codes[row] = UNGRADED if score.final_grade is None else rank(score.final_grade)
            made.totals[row] = np.nan if score.total is None else float(score.total)
            for factor in score.factors:
                made.places[factor.key][row] = (factor.band or 0) if factor.known else MISSING
    return failed


def _fail(made: Grades, failed: dict[int, tuple[Problem, ...]], row: int, invalid: Invalid) -> None:
    failed[row] = invalid.problems
    made.codes[row], made.totals[row] = FAILED, np.nan
    for places in made.places.values():
        places[row] = FAILED


class _Found(NamedTuple):
    """One block by floats: as in `Grades`, and the rows the exact function must say."""

    codes: NDArray[np.int16]
    totals: Any
    places: Mapping[str, Any]
    doubt: Mask | None


def nearest(numbers: tuple[Decimal, ...]) -> Any:
    """An array of constants that floats keep in order; NotPlain for longer ones."""
    if any(len(number.as_tuple().digits) > SHORT for number in numbers):
        raise NotPlain
    return np.array([float(number) for number in numbers], np.float64)


class _Block:
    """One block of rows with one set of weights."""

    def __init__(self, scorecard: Scorecard, variant: Variant, columns: Columns, rows: Rows, count: int) -> None:
        self.scorecard = scorecard
        self.variant = variant
        self.columns = columns
        self.rows = rows
        self.count = count
        self.doubt: Mask | None = None
        self.places: dict[str, Any] = {}
        names = {*scorecard.facts, *(derived.key for derived in scorecard.formulas)}
        self.walk = Walk(columns, self.fact, names)

    def fact(self, name: str) -> Value:
        declared = self.scorecard.facts.get(name)
        if declared is None or declared.type not in PLAIN:
            raise NotPlain
        column = self.columns.column(name, declared.type)
        gap, odd = (None if mask is None else self.some(mask[self.rows]) for mask in (column.gap, column.odd))
        values = column.values[self.rows]
        if declared.type == "number":
            return Number(values, None, column.size, odd, gap)
        if declared.type == "string":
            return Words(values, odd, gap)
        return Truth(values, odd, gap)

    def some(self, mask: Mask) -> Mask | None:
        return mask if mask.any() else None

    def grades(self) -> _Found:
        """Grades, totals and Bands of the block."""
        for fact in self.scorecard.facts:
            self.odd(fact)
        for derived in self.scorecard.formulas:
            if isinstance(derived.formula, DecisionTable):
                for output, value in decided(derived.formula, self.walk).items():
                    self.walk.know(derived.key, output, value)
                continue
            value = self.walk.of(derived.formula.tree)
            self.walk.known[derived.key] = settled(value) if isinstance(value, Number) else value
        total, scored = self.total()
        index, doubt = place(total, nearest(self.scorecard.ladder._cuts), "right")
        self.doubt = either(self.doubt, doubt if scored is None or doubt is None else doubt & scored)
        ranks = np.array([self.scorecard.ladder.rank(key) for key in self.scorecard.ladder._by_cut], np.int16)
        final: Any = np.broadcast_to(ranks[index], self.count)
        knocked: Any = np.False_
        if scored is not None:
            final = np.where(scored, final, UNGRADED)
        for knockout in self.scorecard.knockouts:
            found = self.walk.truth(knockout.when.tree)
            self.doubt = either(self.doubt, found.doubt)
            if knockout.grade is not None:
                worst = np.maximum(final, self.scorecard.ladder.rank(knockout.grade))
                final = np.where(found.values, worst, final)
            if knockout.effect == "knock_out":
                knocked = knocked | found.values
        if scored is not None:
            final = np.where(scored | knocked, final, UNGRADED)
        codes = np.asarray(np.broadcast_to(final, self.count), np.int16)
        totals = total.values if scored is None else np.where(scored, total.values, np.nan)
        return _Found(codes, totals, self.places, self.doubt)

    def odd(self, fact: str) -> None:
        """`rate` looks at every Fact, also at those no formula reads: floats and what is no number are refused."""
        declared = self.scorecard.facts[fact]
        plain = declared.type in PLAIN
        mask = self.columns.column(fact, declared.type).odd if plain else self.columns.strange(fact, declared)
        if mask is not None:
            self.doubt = either(self.doubt, self.some(mask[self.rows]))

    # ------------------------------------------------------------------ parts of the Scorecard
    def points(self, factor: Factor) -> tuple[Number, Mask | None]:
        """The Points, and where the value is missing."""
        tree = factor.formula.tree if factor.formula is not None else Name((0, 0), factor.name or "")
        value = self.walk.of(tree)
        self.walk.known.setdefault(factor.key, value)
        bands = factor.bands
        gap = None if isinstance(value, Truth) else value.gap
        index: Any = 0
        if isinstance(bands, SetBands):
            if not isinstance(value, Words):
                raise NotPlain
            table = np.full(len(self.columns.words) + len(bands.values), len(bands.values), np.int32)
            for index, text in enumerate(bands.values):
                table[self.columns.word(text)] = index
            index = table[value.values]
            found = self.table(bands.points, index)._replace(doubt=value.doubt)
        elif not isinstance(value, Number):
            raise NotPlain
        else:
            bare = value._replace(gap=None)
            if isinstance(bands, StepBands):
                index, doubt = place(bare, nearest(bands._rising), "left" if bands.match == "lte" else "right")
                index = index if bands.match == "lte" else len(bands.edges) - index
                found = self.table(bands.points, index)._replace(doubt=doubt)
            else:
                found = self.clamped(bare) if isinstance(bands, IdentityBands) else self.line(bands, bare)
        self.places[factor.key] = index if gap is None else np.where(gap, MISSING, index)
        rounding = self.scorecard.rounding.points
        found = found if rounding is None else rounded(found, rounding)
        self.doubt = either(self.doubt, found.doubt)
        found = found._replace(doubt=None)
        if gap is not None and factor.missing_points is not None:
            missing = literal(factor.missing_points)
            error = None if found.error is None else np.where(gap, off(missing), found.error)
            found = Number(np.where(gap, missing.values, found.values), error, 100.0)
        return found, gap

    def table(self, points: tuple[Decimal, ...], index: Any) -> Number:
        long = any(len(each.as_tuple().digits) > SHORT for each in points)
        return Number(np.array([float(each) for each in points])[index], 100 * UNIT if long else None, 100.0)

    def clamped(self, value: Number) -> Number:
        return value._replace(values=np.clip(value.values, 0.0, 100.0), size=100.0)

    def line(self, bands: LinearBands, value: Number) -> Number:
        """A straight line is continuous: an error of the value is an error of the Points, at the ends as well."""
        (x0, y0), (x1, y1) = ((float(x), float(y)) for x, y in (bands.low, bands.high))
        share = np.clip((value.values - x0) / (x1 - x0), 0.0, 1.0)
        steep = abs(y1 - y0) / (x1 - x0)
        around = off(value) + UNIT * (abs(x0) + abs(x1))
        return Number(y0 + (y1 - y0) * share, steep * around + 8 * 100 * UNIT, 100.0, value.doubt)

    def total(self) -> tuple[Number, Mask | None]:
        """The total, and where there is one (None: everywhere)."""
        zero = literal(ZERO)
        earned = {dimension.key: zero for dimension in self.scorecard.dimensions}
        counted = dict(earned)
        gaps: list[Mask | None] = []
        for factor in self.scorecard.factors:
            points, gap = self.points(factor)
            key, weight = factor.dimension, literal(factor.weight)
            if gap is not None and factor.missing_points is None:
                weight = times(weight, Number(np.where(gap, 0.0, 1.0), None, 1.0))
            counted[key] = add(counted[key], weight)
            earned[key] = add(earned[key], times(weight, points))
            gaps.append(gap)
        whole = present = zero
        for dimension in self.scorecard.dimensions:
            key, weight = dimension.key, literal(self.variant.weights[dimension.key])
            mean, there = self.mean(earned[key], counted[key], self.scorecard.rounding.dimension)
            if not weight.values or there is False:
                continue
            share = weight if there is None else times(weight, Number(np.where(there, 1.0, 0.0), None, 1.0))
            whole, present = add(whole, times(share, mean)), add(present, share)
        self.walk.known[COVERAGE] = self.coverage(gaps)
        total, scored = self.mean(whole, present, self.scorecard.rounding.total)
        return total, np.zeros(self.count, np.bool_) if scored is False else scored

    def coverage(self, gaps: list[Mask | None]) -> Number:
        """Σ W·w of what is known, in percent: whole numbers of its last decimal, which floats add without error."""
        parts = [self.variant.weights[factor.dimension] * factor.weight for factor in self.scorecard.factors]
        places = max(0, *(-int(part.as_tuple().exponent) for part in parts))
        counts = [int(part.scaleb(places)) for part in parts]
        if sum(counts) >= 10**SHORT:
            raise NotPlain
        known: Any = np.float64(0)
        for count, gap in zip(counts, gaps, strict=True):
            known = known + (float(count) if gap is None else np.where(gap, 0.0, float(count)))
        return Number(known / 10.0 ** (places + 2), None, 101.0)

    def mean(self, whole: Number, weight: Number, rounding: Rounding | None) -> tuple[Number, Any]:
        """Σ w·x / Σ w, rounded; and where there is any weight: None for everywhere, False for nowhere."""
        there = weight.values > 0
        if np.all(there):
            where = None
        elif not np.any(there):
            return Number(0.0, None, 0.0), False
        else:
            values = np.where(there, weight.values, 1.0)
            where, weight = there, weight._replace(values=values, size=max(weight.size or 0.0, 1.0))
        found = divide(whole, weight)._replace(size=100.0)
        if where is not None:
            found = found._replace(values=np.where(where, found.values, 0.0))
        return (found if rounding is None else rounded(found, rounding)), where
