"""The compiled Scorecard: Facts, formulas, Factors, dimensions, knock-outs and Grades, ready to rate with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from rules.bands import Bands
from rules.feel import Formula
from rules.figures import Rounding
from rules.grade import Ladder
from rules.problem import Invalid, Problem
from rules.table import DecisionTable

Effect = Literal["knock_out", "ceiling", "manual"]
Labels = Mapping[str, str]

COVERAGE = "coverage_percent"


@dataclass(frozen=True, slots=True)
class Fact:
    """A name the formulas may use; `type` is one of number, string, boolean, date, date and time, any."""

    key: str
    type: str = "any"
    unit: str | None = None
    label: Labels = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Derived:
    """A named formula, or decision table, over Facts and what is worked out before it."""

    key: str
    formula: Formula | DecisionTable
    path: str
    label: Labels


@dataclass(frozen=True, slots=True)
class Notes:
    """What its author tells people of one Factor; empty labels where there is nothing. No rating reads them.

    bands  of each Band in the written order, the last one of all other values; empty for Bands without rows
    """

    factor: Labels = field(default_factory=dict)
    bands: tuple[Labels, ...] = ()
    missing: Labels = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Factor:
    """One figure that earns Points. `name` is set where the value is a Fact or formula as it stands, else `formula` is.

    weight          share of the dimension, out of 100
    missing_points  Points for an absent value; None: the Factor then leaves the mean
    movable         False for what the customer cannot change, such as the founding year
    """

    key: str
    dimension: str
    label: Labels
    weight: Decimal
    name: str | None
    formula: Formula | None
    bands: Bands
    missing_points: Decimal | None
    unit: str | None
    direction: str | None
    source: str | None
    movable: bool
    path: str
    notes: Notes = field(default_factory=Notes)

    @property
    def names(self) -> tuple[str, ...]:
        """The Facts and formulas the value is made from, in a fixed order."""
        if self.formula is None:
            return (self.name,) if self.name is not None else ()
        return tuple(sorted(self.formula.names))


@dataclass(frozen=True, slots=True)
class Dimension:
    """A group of Factors; `label` in the languages it was written in."""

    key: str
    label: Labels
    path: str


@dataclass(frozen=True, slots=True)
class Variant:
    """Weights of the dimensions, out of 100, in the order of the Scorecard's dimensions."""

    key: str
    label: Labels
    weights: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class Knockout:
    """A condition applied after scoring.

    effect       knock_out forces `grade`; ceiling caps it at `grade`; manual only asks for a person
    on_unknown   what an unknown input does: manual asks for a person, name only names it
    """

    id: str
    effect: Effect
    grade: str | None
    when: Formula
    names: tuple[str, ...]
    on_unknown: Literal["manual", "name"]
    label: Labels
    path: str


@dataclass(frozen=True, slots=True)
class Example:
    """A customer whose outcome the author wrote down; `expect` holds decimal texts as in the body."""

    name: str
    variant: str | None
    facts: Mapping[str, Any]
    now: datetime
    expect: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Roundings:
    """Where figures are rounded; None leaves them as they fall, with 34 digits."""

    points: Rounding | None
    dimension: Rounding | None
    total: Rounding | None


@dataclass(frozen=True, slots=True)
class Scorecard:
    """A Scorecard without errors; `warnings` are findings its author may accept."""

    facts: Mapping[str, Fact]
    formulas: tuple[Derived, ...]
    dimensions: tuple[Dimension, ...]
    variants: Mapping[str, Variant]
    default_variant: str
    factors: tuple[Factor, ...]
    knockouts: tuple[Knockout, ...]
    ladder: Ladder
    rounding: Roundings
    alert_below: Decimal | None
    examples: tuple[Example, ...]
    warnings: tuple[Problem, ...] = ()
    source: str = field(default="", repr=False, compare=False)
    """The body it was compiled from, as JSON."""
    plans: dict[str | None, Any] = field(default_factory=dict, repr=False, compare=False)
    """Functions made of the whole Scorecard, by variant, at the first rating; see `rules.plan`."""

    def __reduce__(self) -> tuple[Any, ...]:
        """A Scorecard travels to another process as its body and is compiled there."""
        from rules.scorecard_compile import compiled_from

        return compiled_from, (self.source,)

    def variant(self, key: str | None) -> Variant:
        """The weights named `key`, the default ones for None; Invalid `scorecard.unknown_variant` for another name."""
        found = self.variants.get(self.default_variant if key is None else key)
        if found is None:
            params = {"variant": key, "known": ", ".join(self.variants)}
            raise Invalid([Problem("scorecard.unknown_variant", "/variant", params)])
        return found

    def indicators(self) -> frozenset[str]:
        """Facts that feed a Factor, directly or through formulas."""
        reach: set[str] = {name for factor in self.factors for name in factor.names}
        for derived in reversed(self.formulas):
            if derived.key in reach:
                reach |= set(derived.formula.names)
        return frozenset(reach & set(self.facts))
