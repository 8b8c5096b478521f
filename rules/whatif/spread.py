"""How the customers of some Columns spread over the Bands of each Factor, and how many of each Band turned bad."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rules.bands import SetBands, StepBands
from rules.scorecard import Factor, Scorecard
from rules.whatif.grading import FAILED, MISSING, Grades

GOOD, BAD, UNKNOWN = 0, 1, -1
Outcomes = NDArray[np.int8]
"""For each customer GOOD, BAD or UNKNOWN."""


@dataclass(frozen=True, slots=True)
class Count:
    """Some customers: all of them, those whose outcome is known, and the bad ones among these."""

    customers: int
    known: int
    bad: int


@dataclass(frozen=True, slots=True)
class Spread:
    """The customers of one Factor; those that cannot be rated are in none.

    bands    in the written order, the last for what no other names; a single one where Bands have no rows
    missing  customers whose value is unknown
    """

    bands: tuple[Count, ...]
    missing: Count


def spread(scorecard: Scorecard, grades: Grades, outcomes: Outcomes) -> Mapping[str, Spread]:
    """Every Factor's customers, as `grades` of this Scorecard placed them; `outcomes` are of the same customers."""
    return {factor.key: _spread(factor, grades.places[factor.key], outcomes) for factor in scorecard.factors}


def counted(outcomes: Outcomes) -> Count:
    """All customers of these outcomes."""
    return Count(len(outcomes), int(np.count_nonzero(outcomes != UNKNOWN)), int(np.count_nonzero(outcomes == BAD)))


def _spread(factor: Factor, places: NDArray[np.int16], outcomes: Outcomes) -> Spread:
    bands = factor.bands
    size = len(bands.points) if isinstance(bands, StepBands | SetBands) else 1
    shifted = places.astype(np.int32) - FAILED

    def count(chosen: Any) -> list[int]:
        return [int(each) for each in np.bincount(shifted[chosen], minlength=size - FAILED)]

    everybody, known, bad = count(slice(None)), count(outcomes != UNKNOWN), count(outcomes == BAD)
    found = [Count(*each) for each in zip(everybody, known, bad, strict=True)]
    return Spread(tuple(found[-FAILED:]), found[MISSING - FAILED])
