"""What holds for every test: the long mark, and failures of browser tests told without reading syntax trees."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest
from hypothesis import settings

# The default run tries the same examples each time; `make long` looks for new ones.
settings.register_profile("seeded", derandomize=True, print_blob=True)
settings.register_profile("searching", print_blob=True)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--rewrite", action="store_true", help="write golden files anew instead of failing")
    parser.addoption("--run-long", action="store_true", help="run the larger proofs whole")


def pytest_configure(config: pytest.Config) -> None:
    settings.load_profile("searching" if config.getoption("--run-long") else "seeded")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--run-long"):
        chosen = [item for item in items if item.get_closest_marker("long") is None]
        config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
        items[:] = chosen
    # The browser's journeys are few and long: begun last, they would leave all workers but one idle.
    items.sort(key=lambda item: item.get_closest_marker("browser") is None)


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
