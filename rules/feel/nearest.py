"""The known name that a mistyped one stands for: by edit distance, then by the initials of its pinyin."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from functools import lru_cache

_FIRST = (
    0xB0A1, 0xB0C5, 0xB2C1, 0xB4EE, 0xB6EA, 0xB7A2, 0xB8C1, 0xB9FE, 0xBBF7, 0xBFA6, 0xC0AC, 0xC2E8, 0xC4C3, 0xC5B6,
    0xC5BE, 0xC6DA, 0xC8BB, 0xC8F6, 0xCBFA, 0xCDDA, 0xCEF4, 0xD1B9, 0xD4D1,
)  # fmt: skip
_LETTERS = "abcdefghjklmnopqrstwxyz"
_LAST = 0xD7F9
"""GB 2312 orders its 3,755 commoner characters by pinyin: the code where the characters of each letter begin."""
SHORTEST = 2
COMPARED = 200
"""Names compared letter by letter for one suggestion: among more that look alike, none is the one that was meant."""


@lru_cache(maxsize=8192)
def _initial(char: str) -> str:
    if char.isascii():
        return char.lower() if char.isalnum() else ""
    try:
        code = int.from_bytes(char.encode("gb2312"), "big")
    except UnicodeEncodeError:
        return ""
    return _LETTERS[bisect_right(_FIRST, code) - 1] if _FIRST[0] <= code <= _LAST else ""


def initials(name: str) -> str:
    """资产负债率 → zcfzl; ASCII letters and digits as they are; characters without a known reading are left out."""
    return "".join(map(_initial, name))


def _shared(one: str, other: str) -> int:
    """How many letters two texts begin with alike."""
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def distance(one: str, other: str, most: int) -> int:
    """Insertions, deletions, changes and swaps of neighbours that turn one into the other; `most` + 1 where more."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    start = _shared(one, other)
    end = _shared(one[start:][::-1], other[start:][::-1])
    one, other = one[start : len(one) - end], other[start : len(other) - end]
    if not one or not other:
        return len(one) + len(other)
    far = most + 1
    size = len(other)
    above: list[int] = []
    before: list[int] = []
    row = [min(j, far) for j in range(size + 1)]
    for i, a in enumerate(one, 1):
        # What lies further than `most` off the diagonal cannot be on the way.
        first, last = max(1, i - most), min(size, i + most)
        above, before, row = before, row, [far] * (size + 1)
        row[0] = min(i, far)
        for j in range(first, last + 1):
            b = other[j - 1]
            cost = before[j - 1] + (a != b)
            if before[j] < cost:
                cost = before[j] + 1
            if row[j - 1] < cost:
                cost = min(cost, row[j - 1] + 1)
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b and above[j - 2] < cost:
                cost = above[j - 2] + 1
            row[j] = cost
        if min(row[first - 1 : last + 1]) > most:
            return far
    return min(row[-1], far)


def _most(name: str) -> int:
    """How many edits may lie between: one in three letters, one in four Chinese characters, which say more."""
    return min(3, max(1, len(name) // (3 if name.isascii() else 4)))


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The name of `known` that `name` most likely means; None where none is near."""
    if len(name) < SHORTEST:
        return None
    low, most = name.lower(), _most(name)
    letters = set(low)
    names = list(known)
    found: list[str] = []
    compared = 0
    for other in names:
        there = other.lower()
        # Each letter the other name lacks costs an edit at least, which spares nearly all of the comparing.
        if abs(len(there) - len(low)) > most or len(letters.difference(there)) > most:
            continue
        compared += 1
        if compared > COMPARED:
            break
        apart = distance(low, there, most)
        if apart <= most and apart < len(low):
            found = [*found, other] if apart == most and found else [other]
            most = apart
    # Of names equally near the one that also has the same case, then the first in order.
    return min(found, key=lambda other: (distance(name, other, 8), other)) if found else _by_sound(name, names)


def _by_sound(name: str, names: list[str]) -> str | None:
    """The shortest name whose initials are those of `name`, or begin with them."""
    wanted = initials(name)
    if len(wanted) < SHORTEST:
        return None
    same = [other for other in names if not other.isascii() and initials(other).startswith(wanted)]
    return min(same, key=lambda other: (len(other), other), default=None)
