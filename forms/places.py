"""The administrative divisions of China (GB/T 2260): provinces, their cities, their districts, by code and by name.

The table is python-stdnum's, which also knows until when a division existed; what it lacks is listed here.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from stdnum import numdb

# Divisions the table has not got yet or got wrong; None takes out what has ended. A test says when one can go.
AMENDED: Mapping[str, str | None] = MappingProxyType({
    "330113": "临平区", "330114": "钱塘区",
    "232761": "加格达奇区", "232762": "松岭区", "232763": "新林区", "232764": "呼中区",
    "422900": None, "422921": None, "429001": None,
    "810000": "香港特别行政区", "820000": "澳门特别行政区",
})  # fmt: skip
# Headings of the code table between a province or city and its districts: nobody writes them in an address.
_HEADING = re.compile(r"市辖区|县|省直辖县级行政单位|自治区直辖县级行政单位")
_NAMED = re.compile(r"(?:\[([0-9]{4})?-([0-9]{4})?\])?(.+)")
_SHORT = re.compile(r"(.{2,}?)(?:特别行政区|(?:壮族|回族|维吾尔)?自治区|省|市|地区|盟)")


@dataclass(frozen=True, slots=True)
class Place:
    """One division: six digits, its name, and the code it lies in (empty for a province)."""

    code: str
    name: str
    inside: str


@cache
def places() -> Mapping[str, Place]:
    """Every division of today by its code, headings left out."""
    names: dict[str, str | None] = {**dict(_of_today()), **AMENDED}
    found: dict[str, Place] = {}
    for code, name in sorted(names.items()):
        if name is not None and not _HEADING.fullmatch(name):
            above = (f"{code[:4]}00", f"{code[:2]}0000")
            inside = next((each for each in above if each != code and each in found), "")
            found[code] = Place(code, name, inside)
    return MappingProxyType(found)


def _of_today() -> Iterator[tuple[str, str]]:
    """(code, name) of the table's entries that have not ended."""
    for _, province, _, head, inner in numdb.get("cn/loc").prefixes:
        yield from _not_ended(f"{province}0000", head["province"])
        for _, rest, _, entry, _ in inner:
            if rest != "0000":
                yield from _not_ended(province + rest, entry["county"])


def _not_ended(code: str, names: str) -> Iterator[tuple[str, str]]:
    """The name among ``[-2002]鄞县,[2002-]鄞州区`` that holds today."""
    for text in names.split(","):
        found = _NAMED.fullmatch(text)
        if found is not None and found[2] is None:
            yield code, found[3]


@cache
def inside(code: str = "") -> tuple[Place, ...]:
    """The divisions of one division, in the order of their codes; the provinces without a code."""
    return tuple(place for place in places().values() if place.inside == code)


def way(code: str) -> tuple[Place, ...]:
    """A division and those around it, the province first; empty for a code of nothing."""
    found: list[Place] = []
    place = places().get(code)
    while place is not None:
        found.insert(0, place)
        place = places().get(place.inside)
    return tuple(found)


@cache
def _reached(code: str) -> tuple[tuple[str, Place, bool], ...]:
    """(name, place, whether written in full) of all that an address may name next.

    Below: its divisions, by full name and by the name without 省 or 市; and what lies deeper where the full name is
    the only one of its kind.
    """
    near = inside(code)
    names = [(place.name, place, True) for place in near]
    names += [(found[1], place, False) for place in near if (found := _SHORT.fullmatch(place.name))]
    if code and code[2:] != "0000":
        return tuple(names)
    deeper = [place for place in places().values() if place.inside != code and place.code.startswith(code[:2])]
    count = Counter(place.name for place in deeper)
    names += [(place.name, place, True) for place in deeper if count[place.name] == 1 and place.code != code]
    return tuple(names)


def located(text: str, code: str = "") -> tuple[str, str]:
    """The division at the beginning of an address inside `code`, and what follows it: ``("330212", "学士路1号")``.

    A short name (浙江, 宁波) counts only where a full one follows; without any the code given comes back.
    """
    best = (code, text)
    for name, place, full in _reached(code):
        if not text.startswith(name):
            continue
        found = located(text[len(name):].lstrip(), place.code)
        if not full and found[0] == place.code:
            continue
        if len(found[1]) < len(best[1]):
            best = found
    return best
