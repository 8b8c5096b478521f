"""Golden paths: whole journeys as text files, compared to the letter."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.workflows.story import HERE, play

PATHS = sorted((HERE / "paths").glob("*.path"))


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_path(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert play(text) == text


def test_there_are_paths() -> None:
    assert len(PATHS) >= 20
