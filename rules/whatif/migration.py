"""What a draft of a Scorecard would change: who moves from which Grade to which, and who they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rules.scorecard import Scorecard
from rules.whatif.columns import Columns
from rules.whatif.grading import FAILED, UNGRADED, Grades, grades

Cell = tuple[str | None, str | None]
Key = str | None
HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Impact:
    """Two gradings of the same customers.

    rows, columns    labels of the matrix: letters before and after from best to worst, then "" for those without a
                     Grade, then None for those that cannot be rated, the last two only where there are any
    matrix           number of customers by (before, after); cells without customers are left out
    up, down         customers with a better or worse letter after; by the order of the ladder after, so that a letter
                     which only one of both ladders knows makes neither
    unchanged        customers with the same letter, or the same lack of one
    other            the rest: a Grade won or lost, or a letter the other ladder does not know
    exact            ratings that took the exact function, in both gradings together
    both             customers with a Score before and after
    means            mean of their Scores before and after, with two places; None where nobody has both
    """

    rows: tuple[Key, ...]
    columns: tuple[Key, ...]
    matrix: Mapping[Cell, int]
    up: int
    down: int
    unchanged: int
    other: int
    exact: int
    both: int
    means: tuple[Decimal, Decimal] | None
    before: Grades
    after: Grades
    _ids: Any = field(repr=False, compare=False)

    def ids(self, before: Key, after: Key) -> list[Any]:
        """The customers of one cell, in the order of the Columns."""
        one, two = _code(self.before, before), _code(self.after, after)
        return [self._ids[row] for row in np.flatnonzero((self.before.codes == one) & (self.after.codes == two))]


def impact(published: Scorecard, draft: Scorecard, columns: Columns, now: datetime) -> Impact:
    """The two Scorecards over the same customers, as of `now`."""
    return compare(grades(published, columns, now), grades(draft, columns, now), columns)


def compare(before: Grades, after: Grades, columns: Columns) -> Impact:
    """Two gradings of the customers of `columns`; that of a published Scorecard may be kept and compared again."""
    size = len(after.keys) + 2
    pairs = (before.codes.astype(np.int32) - FAILED) * size + (after.codes - FAILED)
    found, counts = np.unique(pairs, return_counts=True)
    matrix: dict[Cell, int] = {}
    moved = {"up": 0, "down": 0, "unchanged": 0, "other": 0}
    for pair, count in zip(found.tolist(), counts.tolist(), strict=True):
        one, two = _key(before, pair // size + FAILED), _key(after, pair % size + FAILED)
        matrix[one, two] = count
        moved[_way(one, two, after.keys)] += count
    scored = ~np.isnan(before.totals) & ~np.isnan(after.totals)
    both = int(np.count_nonzero(scored))
    means = (_mean(before.totals[scored]), _mean(after.totals[scored])) if both else None
    return Impact(
        rows=_labels(before), columns=_labels(after), matrix=matrix, **moved, exact=before.exact + after.exact,
        both=both, means=means, before=before, after=after, _ids=columns.ids,
    )  # fmt: skip


def _mean(totals: NDArray[np.float64]) -> Decimal:
    """To be read by people: of the sum over all, floats are off by far less than half a hundredth."""
    return Decimal(repr(float(np.mean(totals)))).quantize(HUNDREDTH, ROUND_HALF_UP)


def _way(before: Key, after: Key, keys: tuple[str, ...]) -> str:
    if before == after:
        return "unchanged"
    if before not in keys or after not in keys:
        return "other"
    return "up" if keys.index(str(after)) < keys.index(str(before)) else "down"


def _labels(found: Grades) -> tuple[Key, ...]:
    codes: NDArray[Any] = found.codes
    return (
        *found.keys, *([""] if np.any(codes == UNGRADED) else []), *([None] if np.any(codes == FAILED) else []),
    )  # fmt: skip


def _key(found: Grades, code: int) -> Key:
    return None if code == FAILED else "" if code == UNGRADED else found.keys[code]


def _code(found: Grades, key: Key) -> int:
    if key is None:
        return FAILED
    return UNGRADED if key == "" else found.keys.index(key)
