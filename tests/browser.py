"""Which Chromium the journeys drive: Debian's shell without windows, half as heavy, or the whole browser."""

from __future__ import annotations

import os
import shutil

import pytest

PROGRAMS = ("chromium-headless-shell", "chromium")
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--no-first-run",
)  # fmt: skip


def chromium() -> str:
    """The program to start; without one the test is skipped, in CI it fails."""
    found = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if found is None:
        reason = "Chromium is not installed: `make browser` installs it from Debian's packages"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return found
