"""What a rating found, piece by piece: Factors, dimensions, conditions, and the reasons a person has to decide."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, make_dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from rules.feel.cause import Cause
from rules.scorecard import Effect, Labels


class FactorResult(NamedTuple):
    """What one Factor earned.

    points  None: the value is unknown and no Points are declared for that
    band    place of the matching Band in the written order; None for unknown values and Bands without rows
    known   False where the value is absent, also where declared Points stand in for it
    """

    key: str
    dimension: str
    value: Any
    points: Decimal | None
    weight: Decimal
    band: int | None
    known: bool
    causes: tuple[Cause, ...] = ()


class DimensionResult(NamedTuple):
    """Weighted mean of a dimension, rounded; `contribution` is its share of the total, None where it has none."""

    key: str
    points: Decimal | None
    weight: Decimal
    contribution: Decimal | None


@dataclass(frozen=True, slots=True)
class Hit:
    """A knock-out, ceiling or manual condition that is true."""

    id: str
    effect: Effect
    grade: str | None
    label: Labels


@dataclass(frozen=True, slots=True)
class Unknown:
    """A condition that is not true while `fields`, which it reads, are unknown."""

    id: str
    fields: tuple[str, ...]
    forces_manual: bool


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a person has to decide; `code` is a sentence of the catalogue."""

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {"code": self.code, "params": dict(self.params)}


@dataclass(frozen=True, slots=True)
class Condition:
    """One knock-out as evaluated: True, False, or None for unknown."""

    id: str
    result: bool | None
    unknown: tuple[str, ...]
    causes: tuple[Cause, ...]


@dataclass(frozen=True, slots=True)
class Outline:
    """The figures at the top of a Trace."""

    variant: str
    total: Decimal | None
    weighted_sum: Decimal
    weight_present: Decimal
    coverage_percent: Decimal
    model_grade: str | None
    final_grade: str | None
    alert: bool


def open_twin(cls: type) -> Any:
    """A class with the fields of a frozen one, to be filled; giving the filled object `cls` as its class closes it.

    A frozen class of sixteen fields takes five times as long to fill.
    """
    return make_dataclass(f"_Open{cls.__name__}", [each.name for each in fields(cls)], slots=True)
