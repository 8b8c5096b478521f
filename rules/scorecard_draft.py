"""What can be said of a Scorecard still being written: beside the faults of its shape, all that stands next to them.

`compile_scorecard` stops at the first floor: a body whose shape is broken is not looked into. An author who has just
added an empty Factor still wants to know that the weights do not add up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from rules import table_draft
from rules.problem import Invalid, Problem
from rules.schema import schema_problems
from rules.scorecard_compile import SCHEMA, compile_scorecard
from rules.table_draft import HOLE, looked_through

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
        return looked_through(body, _compiled, _tables_repaired)
    silent: Silent = set()
    filled = _filled(body, found, silent)
    if filled is None or schema_problems(SCHEMA, filled):
        return found
    hidden = tuple(silent)
    beside = looked_through(filled, _compiled, _tables_repaired)
    return [*found, *(p for p in beside if not _inside(p.path, hidden) and p.code not in silent)]


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
        if problem.code == "schema.too_large":
            return None
        if parts[:1] == ["tables"]:
            continue
        name = parts[0] if parts else str(problem.params.get("name", ""))
        where = faults.setdefault(name, {})
        if len(parts) > 1 and parts[1].isdigit():
            member = parts[2] if len(parts) > 2 else str(problem.params.get("name", ""))
            where.setdefault(int(parts[1]), set()).add(member)
    in_tables = [problem for problem in found if problem.path.startswith("/tables")]
    if in_tables:
        mended = _tables_filled(made, in_tables, silent)
        if mended is None:
            return None
        made = mended
    for name, items in faults.items():
        fill = _FILL.get(name)
        if fill is None:
            made.pop(name, None)
            continue
        value = made.get(name)
        if name == "rounding":
            made[name] = {"dimension": None, "total": None}
        elif not isinstance(value, list) or not value:
            silent.add(f"/{name}")
            silent |= _FOLLOWS.get(name, set())
            made[name] = _instead(name, made)
        else:
            whole = [item if isinstance(item, dict) or name == "facts" else {} for item in value]
            made[name] = [
                fill(item, index, items[index], silent) if index in items else item for index, item in enumerate(whole)
            ]
    return made


def _tables_filled(body: Item, found: list[Problem], silent: Silent) -> Item | None:
    """The tables without faults of shape; None where one is no table at all."""
    tables = body.get("tables")
    if not isinstance(tables, list) or not all(isinstance(each, dict) for each in tables):
        return None
    made = list(tables)
    for problem in found:
        parts = problem.path.split("/")[2:]
        if not parts:
            return None
        at = int(parts[0])
        member = parts[1] if len(parts) > 1 else str(problem.params.get("name", ""))
        if member == "key":
            made[at] = {**made[at], "key": f"{HOLE}table{at}"}
        elif member != "table":
            made[at] = {name: value for name, value in made[at].items() if name != member}
        elif not isinstance(made[at].get("table"), dict):
            return None
    mended = _tables_repaired({**body, "tables": made}, found)
    if mended is None:
        return {**body, "tables": made}
    silent |= mended[1]
    return mended[0]


def _tables_repaired(body: Mapping[str, Any], found: Sequence[Problem]) -> tuple[Item, set[str]] | None:
    """The body with its tables repaired as far as `found` names faults in them."""
    inner: dict[int, list[Problem]] = {}
    for problem in found:
        parts = problem.path.split("/")[1:]
        if parts[:1] == ["tables"] and parts[2:3] == ["table"]:
            path = "".join(f"/{part}" for part in parts[3:])
            inner.setdefault(int(parts[1]), []).append(replace(problem, path=path))
    tables, silent = list(body.get("tables", ())), set[str]()
    for at, problems in inner.items():
        mended = table_draft.repaired(tables[at]["table"], problems)
        if mended is not None:
            tables[at] = {**tables[at], "table": mended[0]}
            silent |= {f"/tables/{at}/table{each}" if each.startswith("/") else each for each in mended[1]}
    return ({**body, "tables": tables, "examples": []}, silent) if silent else None


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


_FOLLOWS: Mapping[str, Silent] = {"grades": {"knockout.unknown_grade"}, "dimensions": {"scorecard.unknown_dimension"}}
"""What would be found elsewhere only because a whole list is missing."""

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
    silent |= {f"/formulas/{index}", "scorecard.factor_type"}  # of what it will be, nothing is known
    return _kept(item, members, {"key": f"{HOLE}formula{index}", "text": NOTHING})


def _dimension(item: Item, index: int, members: set[str], silent: Silent) -> Item:
    return _kept(item, members, {"key": f"{HOLE}{index}", "label": {"zh-CN": HOLE}, "weight": "0"})


def _variant(item: Item, index: int, members: set[str], silent: Silent) -> Item:
    if {"", "weights"} & members:
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
    if {"", "dimension"} & members:
        silent |= {f"{at}/dimension", "scorecard.dimension_empty"}
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
    if {"", "key"} & members:
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
