"""The examples of docs/api.md do what they say."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from tests.app.api.conftest import Callers

EXAMPLE = re.compile(r"<!-- as (\w+) -->\n```http\n(\w+) /api/v1(\S+)\n(.*?)→ (\d+)\n(.*?)```", re.DOTALL)


def fits(wanted: Any, found: Any) -> bool:
    """Whether everything an example shows is in the answer; "…" is any value."""
    if wanted == "…":
        return found is not None
    if isinstance(wanted, dict):
        return isinstance(found, dict) and all(
            name in found and fits(each, found[name]) for name, each in wanted.items()
        )
    if isinstance(wanted, list):
        return len(wanted) == len(found) and all(fits(*pair) for pair in zip(wanted, found, strict=True))
    return bool(wanted == found)


def test_every_example(caller: Callers) -> None:
    text = (Path(__file__).parents[3] / "docs" / "api.md").read_text(encoding="utf-8")
    examples = EXAMPLE.findall(text)
    assert len(examples) == text.count("```http")
    for name, method, path, sent, status, answer in examples:
        head, _, body = ("\n" + sent).partition("\n\n")
        headers = dict(line.split(": ", 1) for line in head.split("\n") if line)
        got = caller(name)(method, path, raw=body.strip().encode() or None, key=headers.pop("Idempotency-Key", None))
        assert got.status_code == int(status), (path, got.get_data(as_text=True))
        wanted = json.loads(answer)
        assert fits(wanted, got.get_json()), (path, wanted, got.get_json())
