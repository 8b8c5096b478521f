"""Ready-made Definitions and demo data: used by the gallery page, the demo and the tests alike."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
FOLDERS = {  # in order of dependence
    "forms": "form", "tables": "table", "scorecards": "scorecard", "policies": "policy", "flows": "flow",
}  # fmt: skip


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


def empty(kind: str) -> dict[str, Any]:
    """The smallest body of a kind that compiles: what an author starts from."""
    return read(f"empty/{kind}")
