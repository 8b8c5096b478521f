"""Failures of browser tests are reported without reading the source's syntax tree."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    # Playwright's greenlets upset the depth that CPython 3.11 counts while it builds a syntax tree. Pytest's own style
    # of traceback builds one, so that a single failing test would end the whole run with an internal error.
    if item.get_closest_marker("browser") is None:
        return (yield)
    option = item.config.option
    before, option.tbstyle = option.tbstyle, "native"
    try:
        return (yield)
    finally:
        option.tbstyle = before
