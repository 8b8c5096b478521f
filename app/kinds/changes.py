"""What differs between two bodies of one kind, item by item, and whether a difference loosens or tightens credit.

It reads bodies as written, broken drafts included, and misses nothing: what no table below knows is still a change.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from app.kinds.table_rows import Column, by_column
from rules.problem import pointer

Act = Literal["added", "removed", "changed", "reordered", "moved"]
Way = Literal["tightened", "loosened"]
Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One step from the whole to what changed: a member, or an item of a list (then `item` is that item)."""

    name: str
    item: Any = None
    index: int | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. `parts` lead to it from the outside in; `before` and `after` are None where absent.

    moved      an item taken from one list to another; `before` is what it stood in
    reordered  the same items in another order
    """

    act: Act
    parts: tuple[Part, ...]
    path: str
    before: Any = None
    after: Any = None
    way: Way | None = None


# By what an item of a list is known again; items of other lists are known by their number.
IDENTITY: Mapping[str, str] = {
    "sections": "key", "fields": "id", "options": "code", "rules": "id", "checks": "id", "removed": "id",
    "facts": "key", "formulas": "key", "dimensions": "key", "variants": "key", "factors": "key", "values": "value",
    "knockouts": "id", "grades": "key", "examples": "name", "steps": "id", "tiers": "key", "weights": "of",
    "tables": "key", "inputs": "key", "outputs": "key", "rows": "id", "access": "role",
}  # fmt: skip


def changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """Every difference from `old` to `new`, in the order of the new body; nothing for equal bodies."""
    found = _moved(list(_members(by_column(old, new), by_column(new, old), (), ())))
    return [replace(each, path=_place(each), way=way_of(each)) for each in found]


def _place(change: Change) -> str:
    """The path as the body has it: a cell by the number of its column."""
    steps, at = change.path.split("/"), 0
    for part in change.parts:
        at += 1 if part.index is None else 2
        if isinstance(part.name, Column):
            steps[at] = str(part.name.number)
    return "/".join(steps)


def is_label(value: object) -> bool:
    return isinstance(value, Mapping) and "zh-CN" in value and set(value) <= {"zh-CN", "en"}


def _members(old: Mapping[str, Any], new: Mapping[str, Any], parts: tuple[Part, ...], path: Path) -> Iterator[Change]:
    for name in [*new, *(name for name in old if name not in new)]:
        here, at = (*parts, Part(name)), (*path, name)
        if name not in old:
            yield from _whole("added", new[name], here, at)
        elif name not in new:
            yield from _whole("removed", old[name], here, at)
        else:
            yield from _values(old[name], new[name], here, at)


def _whole(act: Act, value: Any, parts: tuple[Part, ...], path: Path) -> Iterator[Change]:
    """A member that came or went: each item of a list of things by itself, everything else as one."""
    name = parts[-1].name
    if isinstance(value, list) and value and name in IDENTITY and all(isinstance(each, Mapping) for each in value):
        for index, item in enumerate(value):
            yield _item(act, item, index, parts, path)
    else:
        before, after = (None, value) if act == "added" else (value, None)
        yield Change(act, parts, pointer(*path), before, after)


def _item(act: Act, item: Any, index: int, parts: tuple[Part, ...], path: Path) -> Change:
    here = (*parts[:-1], Part(parts[-1].name, item, index))
    before, after = (None, item) if act == "added" else (item, None)
    return Change(act, here, pointer(*path, index), before, after)


def _values(old: Any, new: Any, parts: tuple[Part, ...], path: Path) -> Iterator[Change]:
    if _same(old, new):
        return
    if isinstance(old, Mapping) and isinstance(new, Mapping) and not (is_label(old) or is_label(new)):
        yield from _members(old, new, parts, path)
    elif isinstance(old, list) and isinstance(new, list) and _things(old) and _things(new):
        yield from _lists(old, new, parts, path)
    else:
        yield Change("changed", parts, pointer(*path), old, new)


def _same(old: Any, new: Any) -> bool:
    """Equal as JSON: true is not 1, the order of members means nothing."""
    return old is new or json.dumps(old, sort_keys=True) == json.dumps(new, sort_keys=True)


def _things(items: Sequence[Any]) -> bool:
    return all(isinstance(each, Mapping) for each in items)


def _known(items: Sequence[Any], name: str, other: Sequence[Any]) -> dict[Any, int]:
    """What each item is known by, and where it stands; a key that stands twice makes all known by number."""
    if name == "cuts":
        keys: list[Any] = [each.get("edge") for each in items] if len(items) != len(other) else []
    elif name == "routes":
        keys = [(each.get("from"), each.get("to")) for each in items]
        keys = [(key, keys[:index].count(key)) for index, key in enumerate(keys)]
    else:
        keys = [each.get(IDENTITY.get(name, "")) for each in items]
    try:
        sound = len(keys) == len(items) and None not in keys and len(set(keys)) == len(keys)
    except TypeError:  # a key that is a list or an object, in a broken draft
        sound = False
    return {key: index for index, key in enumerate(keys)} if sound else {index: index for index in range(len(items))}


def _lists(old: list[Any], new: list[Any], parts: tuple[Part, ...], path: Path) -> Iterator[Change]:
    name = parts[-1].name
    before, after = _known(old, name, new), _known(new, name, old)
    for key, index in after.items():
        if key not in before:
            yield _item("added", new[index], index, parts, path)
            continue
        here = (*parts[:-1], Part(name, new[index], index))
        yield from _values(old[before[key]], new[index], here, (*path, index))
    for key, index in before.items():
        if key not in after:
            yield _item("removed", old[index], index, parts, path)
    kept = [key for key in before if key in after]
    if kept != [key for key in after if key in before]:
        yield Change("reordered", parts, pointer(*path))


def _moved(found: list[Change]) -> list[Change]:
    """A field taken from one section to another is one move, and whatever changed in it, not a loss and a gain."""
    lost = {_id(each): each for each in found if each.act == "removed" and _id(each)}
    moved = {_id(each): lost[_id(each)] for each in found if each.act == "added" and _id(each) in lost}
    out: list[Change] = []
    for each in found:
        origin = moved.get(_id(each))
        if origin is None or each.act == "changed":
            out.append(each)
        elif each.act == "added":
            out.append(replace(each, act="moved", before=origin.parts))
            path = tuple(each.path.split("/")[1:])
            out += _members(origin.before, each.after, each.parts, path)
    return out


def _id(change: Change) -> str | None:
    last = change.parts[-1]
    known = last.name == "fields" and change.act in ("added", "removed") and isinstance(last.item, Mapping)
    return str(last.item["id"]) if known and "id" in last.item else None


# Which way a change goes: a higher figure, a later word of a list, or true loosens; with − the other way round.
_FIGURES: Mapping[str, int] = {
    "limit_multiplier": 1, "tnw_cap": 1, "payment_days": 1, "auto_up_to": 1, "minimum": 1, "safety_days": 1,
    "max": 1, "points": 1, "otherwise": 1, "level": -1, "min": -1, "coverage_minimum": -1, "pass": -1, "count": -1,
    "min_length": -1, "min_rows": -1,
}  # fmt: skip
_FLAGS: Mapping[str, int] = {
    "required": -1, "material": -1, "guarantee_wanted": -1, "freeze": -1, "decision": -1, "signature": -1,
    "batch": 1, "inclusive": 1,
}  # fmt: skip
_RANKED: Mapping[str, tuple[str, ...]] = {  # from tight to loose
    "effect": ("knock_out", "ceiling", "manual"),
    "on_unknown": ("stop", "manual", "skip", "name"),  # of tables the one pair, of knock-outs the other
    "severity": ("error", "warn"),
    "on_null": ("problem", "pass"),
    "comment": ("required", "optional", "off"),
    "dedupe": ("none", "consecutive", "all_later"),
    "rule": ("all", "any"),
    "mode": ("always", "default"),
    "payment_mode": ("prepay", "cod", "open_account"),
    **dict.fromkeys(("read", "write", "remove"), ("own", "department", "tree", "all")),
}
_PERMISSIONS = ("hidden", "read", "edit")
_GUARDS = ("checks", "knockouts", "veto")  # to lose one loosens
_DEFAULTS: Mapping[str, Any] = {"decision": True, "batch": True, "severity": "error", "on_null": "problem"}


def way_of(change: Change) -> Way | None:
    """Whether a change loosens or tightens; None where nobody can tell from the documents alone."""
    last = change.parts[-1]
    if change.act in ("added", "removed") and last.item is not None:
        guard = last.name in _GUARDS or (last.name == "steps" and last.item.get("type") == "approval")
        guard = guard or (last.name == "rules" and last.item.get("effect") in ("require", "lock"))
        return ("tightened" if change.act == "added" else "loosened") if guard else None
    if change.act not in ("added", "removed", "changed"):
        return None
    before = _DEFAULTS.get(last.name) if change.act == "added" else change.before
    after = _DEFAULTS.get(last.name) if change.act == "removed" else change.after
    lean = _lean(last.name, before, after, change.parts)
    return None if not lean else "loosened" if lean > 0 else "tightened"


def _lean(name: str, before: Any, after: Any, parts: tuple[Part, ...]) -> int:
    """Above 0 where the change loosens, below where it tightens."""
    if len(parts) > 1 and parts[-2].name == "fields" and (before in _PERMISSIONS or after in _PERMISSIONS):
        old, new = (_PERMISSIONS.index(each) if each in _PERMISSIONS else 1 for each in (before, after))
        return (new == 2) - (old == 2)
    if name in _FLAGS:
        return _FLAGS[name] * (bool(after) - bool(before))
    if name in _RANKED:
        order = _RANKED[name]
        return order.index(after) - order.index(before) if before in order and after in order else 0
    if name == "where":  # a condition of access
        return (after is None) - (before is None)
    if name in ("posts", "veto") and isinstance(before, list) and isinstance(after, list):
        return len(before) - len(after)
    factor = 1 if name == "step" and len(parts) > 1 and parts[-2].name == "over_limit" else _FIGURES.get(name, 0)
    if not factor:
        return 0
    # An absent bound is no bound: to gain a highest value tightens; only automatic approval is the other way round.
    bound = Decimal("-Infinity") if name in ("auto_up_to", "min", "payment_days") else Decimal("Infinity")
    low, high = (bound if each is None else _figure(each) for each in (before, after))
    return 0 if low is None or high is None else factor * ((high > low) - (high < low))


def _figure(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    try:
        found = Decimal(value)
    except InvalidOperation:
        return None
    return found if found.is_finite() else None
