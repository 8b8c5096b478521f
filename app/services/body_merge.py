"""Lays an edited body over the one it came from, so that what means the same is still written the same."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

_NUMBER = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,12})?")


def merged(base: Any, made: Any) -> Any:
    """`made`, with everything that means the same as in `base` written as `base` writes it."""
    if _canonical(base) == _canonical(made):
        return base
    if isinstance(base, Mapping) and isinstance(made, Mapping):
        more = (key for key in made if key not in base and made[key] != _DEFAULTS.get(key, made))
        order = [*(key for key in base if key in made), *more]
        return {key: merged(base.get(key), made[key]) for key in order}
    if isinstance(base, list) and isinstance(made, list):
        known = {_key(item, number): item for number, item in enumerate(base)}
        return [merged(known.get(_key(item, number)), item) for number, item in enumerate(made)]
    return made


def _key(item: Any, number: int) -> Any:
    if isinstance(item, Mapping):
        return item.get("key", item.get("id", number))
    return item if isinstance(item, str) else number


_DEFAULTS: Mapping[str, Any] = {"missing": "absent", "movable": True, "dialect": "feel", "labels": {}}


def _canonical(value: Any) -> Any:
    if isinstance(value, Mapping):
        if "key" in value and not any(value[name] is not None for name in value if name != "key"):
            return value["key"]  # a fact without type or label may stand as its bare name
        return {
            key: _canonical(each) for key, each in value.items() if each is not None and each != _DEFAULTS.get(key)
        }
    if isinstance(value, list):
        return [_canonical(each) for each in value]
    if isinstance(value, str):
        bare = value.strip()  # a cell shows no space at its ends
        return Decimal(bare) if _NUMBER.fullmatch(bare) else bare
    return value

