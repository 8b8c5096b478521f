"""Scorecards for tests: the one of the gallery, and a small one that each test bends to its point."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from rules import Invalid, Scorecard, compile_scorecard

NOW = datetime(2026, 1, 31, 8, 0, tzinfo=UTC)
GALLERY = Path(__file__).resolve().parents[2] / "app" / "gallery"


def gallery_body() -> dict[str, Any]:
    """A fresh copy of the body of the gallery's Scorecard."""
    text = (GALLERY / "scorecards" / "customer_rating.json").read_text(encoding="utf-8")
    body: dict[str, Any] = json.loads(text)["body"]
    return body


@cache
def gallery_card() -> Scorecard:
    """The gallery's Scorecard, compiled once."""
    return compile_scorecard(gallery_body())


def label(text: str) -> dict[str, str]:
    return {"zh-CN": text, "en": text}


def factor(key: str, dimension: str, weight: str = "100", **changes: Any) -> dict[str, Any]:
    """A Factor with the bands >= 10 -> 100, >= 5 -> 50, else 0."""
    out: dict[str, Any] = {
        "key": key, "dimension": dimension, "label": label(key), "weight": weight, "value": key, "direction": "higher",
        "bands": {
            "kind": "steps", "match": "gte", "otherwise": "0",
            "cuts": [{"edge": "10", "points": "100"}, {"edge": "5", "points": "50"}],
        },
    }
    out.update(changes)
    return out


SMALL: dict[str, Any] = {
    "facts": ["a", "b", {"key": "flag", "type": "boolean"}, {"key": "debt", "type": "number"},
              {"key": "assets", "type": "number"}],
    "formulas": [],
    "dimensions": [
        {"key": "X", "label": label("X"), "weight": "60"},
        {"key": "Y", "label": label("Y"), "weight": "40"},
    ],
    "factors": [factor("a", "X"), factor("b", "Y")],
    "knockouts": [],
    "grades": [{"key": "A", "min": "70"}, {"key": "B", "min": "40"}, {"key": "C", "min": "0"},
        {"key": "D", "min": None}],
    "rounding": {"points": None, "dimension": {"places": 2, "mode": "half_up"}, "total": {"places": 2,
        "mode": "half_up"}},
    "alert_below": "70",
}


def small_body(**changes: Any) -> dict[str, Any]:
    """A copy of SMALL with members replaced."""
    return {**copy.deepcopy(SMALL), **changes}


def small_card(**changes: Any) -> Scorecard:
    """SMALL with members replaced, compiled."""
    return compile_scorecard(small_body(**changes))


def put(body: Any, path: str, value: Any) -> Any:
    """`body` with `value` at a JSON Pointer; the value `...` removes what is there, `-` as last part appends."""
    parts = path.strip("/").split("/")
    owner = body
    for part in parts[:-1]:
        owner = owner[int(part)] if isinstance(owner, list) else owner[part]
    last: Any = parts[-1]
    if isinstance(owner, list) and last == "-":
        owner.append(value)
        return body
    if isinstance(owner, list):
        last = int(last)
    if value is ...:
        del owner[last]
    else:
        owner[last] = value
    return body


def found(action: Any, *arguments: Any) -> list[tuple[str, str]]:
    """(code, path) of every Problem `action` raises; fails where it accepts."""
    try:
        action(*arguments)
    except Invalid as invalid:
        return [(p.code, p.path) for p in invalid.problems]
    raise AssertionError("accepted")


def D(text: str) -> Decimal:
    return Decimal(text)
