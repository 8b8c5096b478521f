"""What can be said of a Scorecard still being written: beside the faults of its shape, all that stands next to them.

`compile_scorecard` stops at the first floor: a body whose shape is broken is not looked into. An author who has just
added an empty Factor still wants to know that the weights do not add up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from rules.problem import Invalid, Problem
from rules.schema import schema_problems
from rules.scorecard_compile import SCHEMA, compile_scorecard

HOLE = "\u25a1"  # stands for a key that is none; a letter of no formula
NOTHING = "null"  # a formula that fits every place
Silent = set[str]
Item = dict[str, Any]


def draft_problems(body: Mapping[str, Any]) -> list[Problem]:
    """Every finding about `body`, warnings among them, however unfinished it is.

    Parts with a fault of shape are filled in with something harmless, and what is then found in these is left out:
    the fault itself is told.
    """
    found = schema_problems(SCHEMA, body)
    if not found:
        return _compiled(body)
    silent: Silent = set()
    filled = _filled(body, found, silent)
    if filled is None or schema_problems(SCHEMA, filled):
        return found
    hidden = tuple(silent)
    beside = (p for p in _compiled(filled) if not _inside(p.path, hidden) and p.code not in silent)
    return [*found, *(p for p in beside if HOLE not in str(dict(p.params)))]


def _compiled(body: Mapping[str, Any]) -> list[Problem]:
    try:
        return list(compile_scorecard(body).warnings)
    except Invalid as invalid:
        return list(invalid.problems)


def _inside(path: str, places: tuple[str, ...]) -> bool:
    return any(path == place or path.startswith(place + "/") for place in places)


def _filled(body: Mapping[str, Any], found: list[Problem], silent: Silent) -> Item | None:
    """A copy without the faults, or None where too little is there to be looked at."""
    made: Item = {**body, "examples": []}  # an example of an unfinished Scorecard says nothing
    faults: dict[str, dict[int, set[str]]] = {}
    for problem in found:
        parts = problem.path.split("/")[1:]
        if problem.code == "schema.too_large" or (parts and parts[0] == "tables"):
            return None
        name = parts[0] if parts else str(problem.params.get("name", ""))
        where = faults.setdefault(name, {})
        if len(parts) > 1 and parts[1].isdigit():
            member = parts[2] if len(parts) > 2 else str(problem.params.get("name", ""))
            where.setdefault(int(parts[1]), set()).add(member)
    for name, items in faults.items():
        fill = _FILL.get(name)
        if fill is None:
            made.pop(name, None)
            continue
        value = made.get(name)
        listed = isinstance(value, list) and all(isinstance(each, dict) or name == "facts" for each in value)
        if name == "rounding":
            made[name] = {"dimension": None, "total": None}
        elif not listed or not value:
            silent.add(f"/{name}")
            made[name] = _instead(name, made)
        else:
            made[name] = [
                fill(item, index, items[index], silent) if index in items else item for index, item in enumerate(value)
            ]
    return made


def _instead(name: str, body: Item) -> list[Any]:
    """A list that holds nothing yet."""
    if name == "facts":
        return [HOLE]
    if name == "grades":
        return [{"key": HOLE, "min": "0"}]
    if name == "dimensions":
        keys = dict.fromkeys(f["dimension"] for f in _items(body, "factors") if isinstance(f.get("dimension"), str))
        return [{"key": key, "label": {"zh-CN": HOLE}, "weight": "0"} for key in keys] or [_DIMENSION]
    if name == "factors":
        keys = dict.fromkeys(d["key"] for d in _items(body, "dimensions") if isinstance(d.get("key"), str))
        return [_factor(HOLE + key, key) for key in keys] or [_factor(HOLE, HOLE)]
    return []


def _items(body: Item, name: str) -> list[Item]:
    value = body.get(name)
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


_DIMENSION: Item = {"key": HOLE, "label": {"zh-CN": HOLE}, "weight": "100"}


def _factor(key: str, dimension: str) -> Item:
    return {"key": key, "dimension": dimension, "label": {"zh-CN": HOLE}, "weight": "100", "value": NOTHING,
            "bands": {"kind": "identity"}}  # fmt: skip


def _kept(item: Item, members: set[str], whole: Item) -> Item:
    """The members of `whole` that are needed, with those of `item` that have no fault."""
    return {**whole, **{name: value for name, value in item.items() if name not in members and "" not in members}}


def _fact(item: Any, index: int, members: set[str], silent: Silent) -> Any:
    return f"{HOLE}{index}" if not isinstance(item, dict) else _kept(item, members, {"key": f"{HOLE}{index}"})


def _formula(item: Item, index: int, members: set[str], silent: Silent) -> Item:
    silent.add(f"/formulas/{index}")
    return _kept(item, members, {"key": f"{HOLE}formula{index}", "text": NOTHING})


def _dimension(item: Item, index: int, members: set[str], silent: Silent) -> Item:
    return _kept(item, members, {"key": f"{HOLE}{index}", "label": {"zh-CN": HOLE}, "weight": "0"})


def _variant(item: Item, index: int, members: set[str], silent: Silent) -> Item:
    if "weights" in members:
        silent.add(f"/variants/{index}/weights")
    return _kept(item, members, {"key": f"{HOLE}{index}", "weights": {}})


def _weighed(item: Item, index: int, members: set[str], silent: Silent) -> Item:
    """A Factor; its weight, missing, counts as nothing, so that the sum tells what is missing of it."""
    at = f"/factors/{index}"
    silent.update(f"{at}/{member}" for member in members - {"weight", ""})
    whole = _factor(f"{HOLE}{index}", HOLE) | {"weight": "0"}
    made = _kept(item, members, whole)
    if {"bands", "value"} & members:
        silent.update((f"{at}/bands", f"{at}/value", f"{at}/direction"))
        made["bands"] = made["bands"] if "bands" not in members else _bands(item.get("bands"))
    if "dimension" in members:
        silent.add(f"{at}/dimension")
    return made


def _bands(written: Any) -> Item:
    """Bands that ask for a value of the same type as the ones written."""
    if isinstance(written, dict) and written.get("kind") == "set":
        return {"kind": "set", "values": [{"value": HOLE, "points": "0"}], "otherwise": "0"}
    return {"kind": "identity"}


def _knockout(item: Item, index: int, members: set[str], silent: Silent) -> Item:
    silent.add(f"/knockouts/{index}")
    whole = {"id": f"{HOLE}{index}", "effect": "manual", "when": NOTHING, "label": {"zh-CN": HOLE}}
    return _kept(item, members, whole)


def _grade(item: Item, index: int, members: set[str], silent: Silent) -> Item:
    silent.add("/grades")
    if "key" in members:
        silent.add("knockout.unknown_grade")
    return _kept(item, members, {"key": f"{HOLE}{index}", "min": None})


_FILL: Mapping[str, Callable[[Any, int, set[str], Silent], Any]] = {
    "facts": _fact,
    "formulas": _formula,
    "dimensions": _dimension,
    "variants": _variant,
    "factors": _weighed,
    "knockouts": _knockout,
    "grades": _grade,
    "rounding": lambda item, _index, _members, _silent: item,
}
