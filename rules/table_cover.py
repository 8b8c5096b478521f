"""Whether boxes cover a space, and where they do not: the geometry behind gaps, overlaps and hidden rows of a table."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import accumulate
from math import prod
from operator import xor

Box = tuple[int, ...]
"""A set of segments on each axis, one bit a segment."""

BUDGET = 400_000
"""Rows looked at in one search before it is given up; a table of 500 rows and six ranges needs a tenth."""


CORNERS, TURNS = 16, 48
STRIDE = (7, 11, 13, 17, 19, 23)
"""Places tried before a search: corners first, then some that are spread without any order."""


class TooLarge(Exception):
    """The search was given up."""


class Search:
    """Looks for places no box covers; `spent` counts the boxes looked at."""

    def __init__(self, budget: int = BUDGET) -> None:
        self.left = budget

    def hole(self, boxes: Sequence[tuple[Box, int]], space: Box, apart: Sequence[int]) -> Box | None:
        """A part of `space` that no box touches, None where they cover it all. Raises TooLarge.

        Each box comes with its number; `apart` holds by number the boxes it may share a place with, as bits.
        """
        todo = [(boxes, space)]
        while todo:
            boxes, space = todo.pop()
            clipped = self.clip(boxes, space)
            if clipped is None:
                continue
            inside, space = clipped
            if not inside:
                return space
            whole = _size(space)
            filled = sum(_size(box) for box, _ in inside)
            if filled >= whole and _disjoint(inside, apart):
                continue  # boxes that share nothing and fill as much as there is leave nothing
            parts = _halves(inside, space)
            if filled < whole:
                # Something is missing in a half that is not filled: no other place need be looked at.
                todo = [next((inside, part) for part in parts if self.filled(inside, part) < _size(part))]
            else:
                todo += [(inside, part) for part in parts]
        return None

    def filled(self, boxes: Iterable[tuple[Box, int]], space: Box) -> int:
        return sum(_size(tuple(map(int.__and__, box, space))) for box, _ in boxes)

    def clip(self, boxes: Iterable[tuple[Box, int]], space: Box) -> tuple[list[tuple[Box, int]], Box] | None:
        """The boxes as far as they reach into the space; None where they cover it.

        A box that fills all axes but one takes its part of that axis away for good.
        """
        while True:
            inside: list[tuple[Box, int]] = []
            rest = list(space)
            for box, number in boxes:
                cut = tuple(map(int.__and__, box, space))
                if not all(cut):
                    continue
                open_axes = [axis for axis, (part, all_) in enumerate(zip(cut, space, strict=True)) if part != all_]
                if not open_axes:
                    return None
                if len(open_axes) == 1:
                    rest[open_axes[0]] &= ~cut[open_axes[0]]
                else:
                    inside.append((cut, number))
                self.left -= 1
            if self.left < 0:
                raise TooLarge
            if not all(rest):
                return None
            if tuple(rest) == space:
                return inside, space
            boxes, space = inside, tuple(rest)


def _size(box: Box) -> int:
    return prod(part.bit_count() for part in box)


def _disjoint(boxes: Sequence[tuple[Box, int]], apart: Sequence[int]) -> bool:
    present = sum(1 << number for _, number in boxes)
    return not any(apart[number] & present for _, number in boxes)


def _halves(boxes: Sequence[tuple[Box, int]], space: Box) -> tuple[Box, Box]:
    """The space cut once across an axis, where the larger half holds the fewest boxes."""
    best: tuple[int, int, int, int] | None = None
    for axis, all_ in enumerate(space):
        if all_.bit_count() < 2:
            continue
        starts = sorted([(box[axis] & -box[axis]).bit_length() - 1 for box, _ in boxes])
        ends = sorted([box[axis].bit_length() for box, _ in boxes])
        first, last = (all_ & -all_).bit_length() - 1, all_.bit_length()
        for cut in {*starts, *ends}:
            if first < cut < last:
                below, above = bisect_left(starts, cut), len(ends) - bisect_left(ends, cut + 1)
                found = (max(below, above), below + above, axis, cut)
                best = found if best is None or found < best else best
    if best is None:  # every box fills each axis between its ends: cut where the space itself can be
        axis = max(range(len(space)), key=lambda at: space[at].bit_count())
        cut = (space[axis] & -space[axis]).bit_length()
    else:
        axis, cut = best[2], best[3]
    low = (1 << cut) - 1
    return tuple(
        (*space[:axis], part, *space[axis + 1 :]) for part in (space[axis] & low, space[axis] & ~low)
    )  # type: ignore[return-value]


def widened(hole: Box, boxes: Sequence[Box], space: Box) -> Box:
    """The hole grown along one axis after the other as far as no box is met."""
    grown = list(hole)
    for axis, all_ in enumerate(space):
        met = 0
        for box in boxes:
            if all(part & grown[at] for at, part in enumerate(box) if at != axis):
                met |= box[axis]
        grown[axis] = all_ & ~met
    return tuple(grown)


def holding(boxes: Sequence[Box], sizes: Sequence[int]) -> list[list[int]]:
    """For each axis and each of its segments the boxes that hold it, as bits."""
    out = []
    for axis, size in enumerate(sizes):
        turns = [0] * (size + 1)
        for number, box in enumerate(boxes):
            rest = box[axis]
            while rest:  # one run of segments after the other
                low = (rest & -rest).bit_length() - 1
                high = low + (~(rest >> low) & (rest >> low) + 1).bit_length() - 1
                turns[low] ^= 1 << number
                turns[high] ^= 1 << number
                rest &= ~((1 << high) - 1)
        out.append(list(accumulate(turns[:size], xor)))
    return out


def witness(space: Box, among: int, held: Sequence[Sequence[int]]) -> bool:
    """Whether a corner or another plain place of `space` lies in none of the boxes `among`: most holes are found so."""
    picks = [(part, (part & -part).bit_length() - 1, part.bit_length() - 1) for part in space]
    for turn in range(TURNS):
        here = among
        for axis, (part, low, high) in enumerate(picks):
            at = low if turn >> axis & 1 else high
            if turn >= CORNERS:
                at = low + (turn * STRIDE[axis % len(STRIDE)]) % (high - low + 1)
                if not part >> at & 1:
                    at = high
            here &= held[axis][at]
            if not here:
                return True
    return False


def sharing(boxes: Sequence[Box]) -> list[int]:
    """For each box the others it shares a place with, as bits."""
    found = [(1 << len(boxes)) - 1] * len(boxes)
    for axis in range(len(boxes[0]) if boxes else 0):
        masks = [box[axis] for box in boxes]
        reach = _reach(masks)
        found = [bits & reach[mask] for bits, mask in zip(found, masks, strict=True)]
    return [bits & ~(1 << at) for at, bits in enumerate(found)]


def _reach(masks: Sequence[int]) -> dict[int, int]:
    """For each distinct mask the numbers of the masks it meets, as bits."""
    numbers: dict[int, int] = {}
    for at, mask in enumerate(masks):
        numbers[mask] = numbers.get(mask, 0) | 1 << at
    plain = {mask for mask in numbers if mask and (mask + (mask & -mask)) & mask == 0}
    by_start = sorted((((mask & -mask).bit_length() - 1), mask) for mask in plain)
    by_end = sorted((mask.bit_length(), mask) for mask in plain)
    begin, end = [start for start, _ in by_start], [stop for stop, _ in by_end]
    from_start, to_end = [0], [0]
    for _, mask in reversed(by_start):
        from_start.append(from_start[-1] | numbers[mask])
    for _, mask in by_end:
        to_end.append(to_end[-1] | numbers[mask])
    every = from_start[-1]
    ragged = [mask for mask in numbers if mask not in plain]
    out = {}
    for mask in numbers:
        if mask in plain:
            later = from_start[len(begin) - bisect_left(begin, mask.bit_length())]
            earlier = to_end[bisect_left(end, (mask & -mask).bit_length())]
            met = every & ~later & ~earlier
        else:
            met = sum(numbers[other] for other in plain if other & mask)
        out[mask] = met | sum(numbers[other] for other in ragged if other & mask)
    return out
