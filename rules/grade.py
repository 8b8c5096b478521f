"""The ladder of Grades: which letter a Score earns, and which of several letters is the worst."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from rules.figures import HUNDRED, ZERO, plain
from rules.problem import Problem, pointer


@dataclass(frozen=True, slots=True)
class Grade:
    """One letter. `minimum` is the lowest Score that earns it (inclusive); None: no Score earns it by itself."""

    key: str
    minimum: Decimal | None
    label: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Ladder:
    """Grades from best to worst."""

    grades: tuple[Grade, ...]
    _cuts: tuple[Decimal, ...] = field(init=False, repr=False)
    _by_cut: tuple[str, ...] = field(init=False, repr=False)
    _ranks: Mapping[str, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        rising = [g for g in reversed(self.grades) if g.minimum is not None]
        object.__setattr__(self, "_cuts", tuple(g.minimum for g in rising))
        object.__setattr__(self, "_by_cut", (self.grades[-1].key, *(g.key for g in rising)))
        object.__setattr__(self, "_ranks", {g.key: rank for rank, g in enumerate(self.grades)})

    @property
    def keys(self) -> tuple[str, ...]:
        """The letters from best to worst."""
        return tuple(g.key for g in self.grades)

    def of(self, total: Decimal) -> str:
        """The letter `total` earns; a total exactly on a cut earns the better one."""
        return self._by_cut[bisect_right(self._cuts, total)]

    def rank(self, key: str) -> int:
        """0 for the best letter, rising; KeyError for a letter that is not on the ladder."""
        return self._ranks[key]

    def worst(self, keys: Iterable[str]) -> str:
        """The lowest of `keys`, which must not be empty."""
        return max(keys, key=self.rank)

    def minimum(self, key: str) -> Decimal | None:
        """The lowest Score that earns `key`."""
        return self.grades[self.rank(key)].minimum


def read_ladder(body: Sequence[Mapping[str, Any]]) -> tuple[Ladder, list[Problem]]:
    """The ladder of a Scorecard body and what is wrong with it; paths start at /grades."""
    problems: list[Problem] = []
    grades = tuple(
        Grade(g["key"], None if g["min"] is None else Decimal(g["min"]), g.get("label", {})) for g in body
    )
    previous: Grade | None = None
    for index, grade in enumerate(grades):
        at = pointer("grades", index, "min")
        if grade.minimum is None:
            if index < len(grades) - 1:
                problems.append(Problem("grade.cut_missing", at, {"grade": grade.key}))
            continue
        if not ZERO <= grade.minimum <= HUNDRED:
            problems.append(Problem("grade.cut_range", at, {"grade": grade.key, "cut": plain(grade.minimum)}))
        if previous is not None and previous.minimum is not None and grade.minimum >= previous.minimum:
            params = {
                "grade": grade.key, "cut": plain(grade.minimum),
                "above": previous.key, "above_cut": plain(previous.minimum),
            }
            problems.append(Problem("grade.order", at, params))
        previous = grade
    last = grades[-1]
    if last.minimum is not None and last.minimum > ZERO:
        params = {"grade": last.key, "cut": plain(last.minimum)}
        problems.append(Problem("grade.gap", pointer("grades", len(grades) - 1, "min"), params))
    return Ladder(grades), problems
