"""Arrays that know how far they may be off: numbers with an error bound, truth values and words with rows in doubt.

Doubt means: the exact function must say. A bound is proved, not guessed: each operation adds what its rounding may
cost (N. J. Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., ch. 3), and comparisons of computed
numbers closer than the bound, or than 1e-9, are in doubt.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from rules.figures import Rounding
from rules.whatif.columns import SHORT, Codes, Floats, Mask

UNIT = 2.3e-16
"""Twice the unit roundoff of a double: pays for one rounding there and one at the 34th digit."""
NEAR = 1e-9
Bound = Any
"""A float that holds for every row, or an array with one for each."""


class Number(NamedTuple):
    """Numbers of a block of rows, or one for all; masks may be one truth value for all as well.

    error  bound of |values − exact|; where it is 0, and everywhere for None, the float nearest to a decimal of at
           most 15 digits
    size   bound of |values| over all rows, None where none is known
    slack  `slack_of` this number, kept where it is asked for often
    """

    values: Any
    error: Bound | None = None
    size: float | None = None
    doubt: Mask | None = None
    gap: Mask | None = None
    slack: Bound | None = None


class Truth(NamedTuple):
    """`hollow` rows are False here and false or null in FEEL, which is the same to whoever asks what is true."""

    values: Any
    doubt: Mask | None = None
    hollow: Mask | None = None


class Words(NamedTuple):
    """Texts as codes."""

    values: Codes | int
    doubt: Mask | None = None
    gap: Mask | None = None


Value = Number | Truth | Words


def either(*masks: Mask | None) -> Mask | None:
    """Rows that any of the masks names."""
    found: Mask | None = None
    for mask in masks:
        if mask is not None:
            found = mask if found is None else found | mask
    return found


def filled(number: Number) -> Number:
    """A number that is about to be computed with: where there is none, the exact function must say."""
    return number if number.gap is None else number._replace(doubt=either(number.doubt, number.gap), gap=None)


@lru_cache(maxsize=4096)
def literal(value: Decimal) -> Number:
    """A constant."""
    nearest = np.float64(value)  # one of NumPy's: divided by zero it is infinite, as an array is, and in doubt
    long = len(value.as_tuple().digits) > SHORT
    return Number(nearest, UNIT * abs(nearest) if long else None, float(abs(nearest)))


def size(number: Number) -> Bound:
    return np.abs(number.values) if number.size is None else number.size


def off(number: Number) -> Bound:
    """How far the float may be from the exact number."""
    own = UNIT * size(number)
    return own if number.error is None else number.error + own


def add(left: Number, right: Number, sign: int = 1) -> Number:
    left, right = filled(left), filled(right)
    values = left.values + right.values if sign > 0 else left.values - right.values
    whole = None if left.size is None or right.size is None else left.size + right.size
    error = off(left) + off(right) + UNIT * (np.abs(values) if whole is None else whole)
    return Number(values, error, whole, either(left.doubt, right.doubt))


def times(left: Number, right: Number) -> Number:
    left, right = filled(left), filled(right)
    values = left.values * right.values
    whole = None if left.size is None or right.size is None else left.size * right.size
    one, two = off(left), off(right)
    error = one * size(right) + two * size(left) + one * two + UNIT * (np.abs(values) if whole is None else whole)
    return Number(values, error, whole, either(left.doubt, right.doubt))


def divide(left: Number, right: Number) -> Number:
    left, right = filled(left), filled(right)
    values = left.values / right.values
    bound = off(right)
    least = np.abs(right.values) - bound
    whole = left.size / least if left.size is not None and not isinstance(least, np.ndarray) and least > 0 else None
    quotient = np.abs(values) if whole is None else whole
    error = (off(left) + quotient * bound) / least + UNIT * quotient
    zero = None if whole is not None else np.logical_not(least > 0)
    return Number(values, error, whole, either(left.doubt, right.doubt, zero))


def negative(number: Number) -> Number:
    return filled(number)._replace(values=-number.values)


def absolute(number: Number) -> Number:
    return filled(number)._replace(values=np.abs(number.values))


def furthest(numbers: list[Number], choose: Any) -> Number:
    """The smallest or largest of several, `choose` being np.minimum or np.maximum."""
    found = filled(numbers[0])
    for each in map(filled, numbers[1:]):
        error = None if found.error is None and each.error is None else np.maximum(off(found), off(each))
        whole = None if found.size is None or each.size is None else max(found.size, each.size)
        found = Number(choose(found.values, each.values), error, whole, either(found.doubt, each.doubt))
    return found


def rounded(number: Number, rounding: Rounding) -> Number:
    """As declared; a number beside the point where rounding turns may be one step off."""
    number = filled(number)
    scale = 10.0**rounding.places
    step = 1 / scale
    scaled = number.values * scale
    below = np.floor(scaled)
    rest = scaled - below
    slack = np.maximum(off(number) * scale * (1 + UNIT) + UNIT * np.abs(scaled), NEAR)
    match rounding.mode:
        case "half_up" | "half_even":
            # A decimal that stands on the turn stands a little beside it as a float: as good as on it here.
            values, turn = below + (rest >= 0.5 - NEAR), np.abs(rest - 0.5)
        case "floor":
            values, turn = below, np.minimum(rest, 1 - rest)
        case "ceiling":
            values, turn = below + (rest > 0), np.minimum(rest, 1 - rest)
        case "down":
            values, turn = np.trunc(scaled), np.minimum(rest, 1 - rest)
    unsure = np.logical_not(turn > slack)
    error = np.where(unsure, 1.5 * step + off(number), 0.0) if np.any(unsure) else None
    whole = None if number.size is None else number.size + step
    return Number(values / scale, error, whole, number.doubt)


def slack_of(number: Number) -> Bound:
    """How close to another number it may come before the exact function must say; -1 where it is as good as exact."""
    if number.error is None:
        return -1.0
    if number.slack is not None:
        return number.slack
    if not isinstance(number.error, np.ndarray):
        return max(number.error, NEAR) if number.error else -1.0
    return np.where(number.error == 0.0, -1.0, np.maximum(number.error, NEAR))


def settled(number: Number) -> Number:
    """A number that will be compared several times."""
    return number if number.error is None else number._replace(slack=slack_of(number))


def near(left: Number, right: Number) -> Any:
    """Rows in which two numbers are too close to say which is larger; None where floats say it surely."""
    if left.error is None and right.error is None:
        return None
    bound = slack_of(left) if right.error is None else slack_of(right) if left.error is None else None
    if bound is None:
        bound = np.maximum(off(left) + off(right), NEAR)
    return np.logical_not(np.abs(left.values - right.values) > bound)


COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip


def compare(op: str, left: Number, right: Number) -> Truth:
    """FEEL's comparison of numbers."""
    values = COMPARE[op](left.values, right.values)
    return with_gaps(op, Truth(values, near(left, right)), left, right)


def with_gaps(op: str, found: Truth, left: Number | Words, right: Number | Words) -> Truth:
    """A comparison whose operands may be missing: then false or null, but where `!=` or two gaps could make it true."""
    doubt, gap = either(left.doubt, right.doubt), either(left.gap, right.gap)
    if gap is None:
        return found._replace(doubt=either(found.doubt, doubt))
    if op == "!=":
        return found._replace(doubt=either(found.doubt, doubt, gap))
    if op == "=" and left.gap is not None and right.gap is not None:
        doubt = either(doubt, left.gap & right.gap)
    close = None if found.doubt is None else found.doubt & np.logical_not(gap)
    return Truth(found.values & np.logical_not(gap), either(close, doubt), gap)


def both(left: Truth, right: Truth) -> Truth:
    """FEEL's `and`: what stands right of a false is not looked at."""
    values = left.values & right.values
    seen = left.values if left.hollow is None else left.values | left.hollow
    beside = None if right.doubt is None else right.doubt & seen
    hollow = either(left.hollow, right.hollow)
    return Truth(values, either(left.doubt, beside), hollow)


def any_of(left: Truth, right: Truth) -> Truth:
    """FEEL's `or`: what stands right of a true is not looked at."""
    values = left.values | right.values
    beside = None if right.doubt is None else right.doubt & np.logical_not(left.values)
    hollow = either(left.hollow, right.hollow)
    return Truth(values, either(left.doubt, beside), None if hollow is None else hollow & ~values)


def opposite(truth: Truth) -> Truth:
    """FEEL's `not`: of what is false or null only the exact function knows which."""
    return Truth(np.logical_not(truth.values), either(truth.doubt, truth.hollow))


def choose(condition: Truth, then: Value, otherwise: Value) -> Value:
    """FEEL's `if`; null takes `otherwise`, and the branch not taken is not looked at."""
    taken = condition.values
    sides = []
    if then.doubt is not None:
        sides.append(then.doubt & taken)
    if otherwise.doubt is not None:
        sides.append(otherwise.doubt & np.logical_not(taken))
    doubt = either(condition.doubt, *sides)
    values = np.where(taken, then.values, otherwise.values)
    if isinstance(then, Number) and isinstance(otherwise, Number):
        whole = None if then.size is None or otherwise.size is None else max(then.size, otherwise.size)
        error: Bound = None
        if then.error is not None or otherwise.error is not None:
            one, two = (0.0 if each.error is None else each.error for each in (then, otherwise))
            plain = not isinstance(one, np.ndarray) and not isinstance(two, np.ndarray)
            error = max(one, two) if plain else np.where(taken, one, two)
        return Number(values, error, whole, doubt, _side(taken, then.gap, otherwise.gap))
    if isinstance(then, Truth) and isinstance(otherwise, Truth):
        return Truth(values, doubt, _side(taken, then.hollow, otherwise.hollow))
    if isinstance(then, Words) and isinstance(otherwise, Words):
        return Words(values, doubt, _side(taken, then.gap, otherwise.gap))
    raise TypeError("branches of two kinds")


def _side(taken: Any, one: Mask | None, two: Mask | None) -> Mask | None:
    if one is None and two is None:
        return None
    no = np.False_
    return np.asarray(np.where(taken, no if one is None else one, no if two is None else two))


def place(number: Number, edges: Floats, side: str) -> tuple[Any, Mask | None]:
    """How many rising edges lie below each number (`left`), or below or on it (`right`); rows too close to one.

    The edges are floats nearest to decimals of at most 15 digits.
    """
    values = np.asarray(number.values)
    index = np.searchsorted(edges, values, "left" if side == "left" else "right")
    if number.error is None:
        return index, number.doubt
    ends = np.concatenate(([-np.inf], edges, [np.inf]))
    distance = np.minimum(values - ends[index], ends[index + 1] - values)
    return index, either(number.doubt, np.logical_not(distance > slack_of(number)))
