"""Ready-made Definitions and demo data: used by the gallery page, the demo and the tests alike."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
FOLDERS = {  # in order of dependence
    "forms": "form", "tables": "table", "scorecards": "scorecard", "policies": "policy", "flows": "flow",
}  # fmt: skip
STARTERS = "starters"  # further forms, each taken by itself: what nobody uses would only fill the lists
_DAY = re.compile(r"today(?:([+-][0-9]{1,5}))?")


@dataclass(frozen=True, slots=True)
class Shelf:
    """A group of the gallery: what it is for, and its Definitions by ``kind/key``, each with its use in a line."""

    key: str
    title: dict[str, str]
    use: dict[str, str]
    items: dict[str, dict[str, str]]


@cache
def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def read(name: str) -> dict[str, Any]:
    """A fresh copy of one document, e.g. ``read("scorecards/customer_rating")``."""
    found: dict[str, Any] = json.loads(_text(HERE / f"{name}.json"))
    return found


def definitions() -> Iterator[dict[str, Any]]:
    """Every ready-made Definition as an envelope {kind, key, title, body, layout}; what others name comes first."""
    for folder in FOLDERS:
        for path in sorted((HERE / folder).glob("*.json")):
            yield read(f"{folder}/{path.stem}")


def starters() -> Iterator[dict[str, Any]]:
    """Ready-made forms that an admin takes one at a time."""
    for path in sorted((HERE / STARTERS).glob("*.json")):
        yield read(f"{STARTERS}/{path.stem}")


def shelves() -> tuple[Shelf, ...]:
    """All that is ready-made, in groups, each once."""
    groups: list[dict[str, Any]] = json.loads(_text(HERE / "catalogue.json"))
    return tuple(Shelf(**group) for group in groups)


def sample(key: str, today: date) -> dict[str, Any]:
    """Answers to a ready-made form as a person would type them, or {}; ``today+30`` in them is a day seen from `today`.

    References to records and files are left out: they are of the house.
    """
    path = HERE / "samples" / f"{key}.json"
    found: dict[str, Any] = _dated(json.loads(_text(path)), today) if path.is_file() else {}
    return found


def _dated(value: Any, today: date) -> Any:
    if isinstance(value, dict):
        return {name: _dated(each, today) for name, each in value.items()}
    if isinstance(value, list):
        return [_dated(each, today) for each in value]
    found = _DAY.fullmatch(value) if isinstance(value, str) else None
    return value if found is None else (today + timedelta(days=int(found[1] or 0))).isoformat()


def empty(kind: str) -> dict[str, Any]:
    """The smallest body of a kind that compiles: what an author starts from."""
    return read(f"empty/{kind}")
