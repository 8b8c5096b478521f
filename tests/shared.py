"""Where the data and cases beside the checkout are, for tests that need them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("CREDENCE_SHARED", ROOT.parent / "shared"))


def shared_path(name: str) -> Path:
    """The file or folder `name` beside the checkout; skips with the reason where it is absent, fails in CI."""
    path = SHARED / name
    if not path.exists():
        reason = f"{name} is not beside the checkout; set CREDENCE_SHARED to the folder that holds it"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason, allow_module_level=True)
    return path
