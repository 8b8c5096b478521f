"""The project's own files as the laws see them."""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ENGINES = ("forms", "rules", "workflows", "credit", "ledger")


@cache
def files(*suffixes: str) -> tuple[Path, ...]:
    """Files git tracks, or would track, that end like this; relative to the root."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout.splitlines()  # fmt: skip
    return tuple(Path(name) for name in sorted(set(listed)) if name.endswith(suffixes) and (ROOT / name).exists())


def product(*suffixes: str) -> tuple[Path, ...]:
    """What ships: no tests, no benchmarks, no generated migrations."""
    outside = {"tests", "bench", "migrations"}
    return tuple(path for path in files(*suffixes) if path.parts[0] not in outside)


def read(path: Path) -> str:
    return (ROOT / path).read_text(encoding="utf-8")
