"""Approval tiers: who may say yes, from no person at all up to the general manager."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from credit.money import steps_above

AUTO = "auto"
NONE = "none"


@dataclass(frozen=True, slots=True)
class Tier:
    """One level of authority; its `posts` all take part. `auto` has none and needs none; `none` may approve nothing."""

    key: str
    posts: tuple[str, ...]
    label: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Tiers:
    """The tiers from lowest to highest; `none`, where present, stands last and outside the climb."""

    tiers: tuple[Tier, ...]

    def __contains__(self, key: str) -> bool:
        return any(tier.key == key for tier in self.tiers)

    def of(self, key: str) -> Tier:
        """The tier named `key`; KeyError for another name."""
        for tier in self.tiers:
            if tier.key == key:
                return tier
        raise KeyError(key)

    def climb(self, key: str, steps: int | None) -> str:
        """`steps` levels above `key`, never above the highest that can approve; None means straight to the top."""
        if key == NONE:
            return NONE
        ladder = [tier.key for tier in self.tiers if tier.key != NONE]
        place = len(ladder) - 1 if steps is None else min(ladder.index(key) + steps, len(ladder) - 1)
        return ladder[place]

    def rank(self, key: str) -> int:
        """0 for the lowest tier, rising in the written order."""
        return [tier.key for tier in self.tiers].index(key)


def over_limit_tier(
    tiers: Tiers, base: str, limit: Decimal, requested: Decimal, step: Decimal
) -> tuple[int | None, str]:
    """Steps above the formula limit, and the tier they lead to from `base`: one tier for each started step.

    Steps are None where the limit is 0 and something is asked for: no share of nothing can be named, the highest
    tier decides.
    """
    steps = steps_above(requested, limit, step)
    return steps, tiers.climb(base, steps)
