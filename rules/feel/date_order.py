"""Texts that are dates in another order than year, month, day: what they may mean."""

from __future__ import annotations

import re
from collections.abc import Iterable

from .temporal import date_text
from .values import Date, OutOfRange

_PARTS = re.compile(r"\s*(\d{1,4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,4})\s*日?\s*\Z", re.ASCII)


def reordered(text: str) -> tuple[Date, ...]:
    """The dates a text may mean, none where it is no date in any order; 03/04/2024 may mean two."""
    m = _PARTS.match(text)
    if m is None:
        return ()
    first, second, last = m.groups()
    year, rest = (first, (second, last)) if len(first) == 4 else (last, (second, first))
    if len(year) != 4:
        return ()
    found = []
    for month, day in (rest, rest[::-1]):
        try:
            found.append(Date(int(year), int(month), int(day)))
        except OutOfRange:
            continue
    # Written with the year first, the usual order is meant where it is a date at all.
    return tuple(dict.fromkeys(found[:1] if len(first) == 4 else found))


def either(dates: Iterable[Date]) -> dict[str, str]:
    """The dates as a label, between them the word for or."""
    texts = [date_text(day) for day in dates]
    return {"zh-CN": " 或 ".join(texts), "en": " or ".join(texts)}
