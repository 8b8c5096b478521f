"""What holds for every test: the long mark, and failures of browser tests told without reading syntax trees."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterator, Sequence
from itertools import groupby
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.proofs import TOLD, Proof, Telling, drawn_seed

OTHERS = 8
"""Files of other tests between two of journeys."""

# The default run tries the same examples each time; `make long` looks for new ones.
# Neither asks how long an example took: a machine with other work to do is no fault.
PATIENT = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow], "print_blob": True}
settings.register_profile("seeded", derandomize=True, **PATIENT)
settings.register_profile("searching", **PATIENT)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--rewrite", action="store_true", help="write golden files anew instead of failing")
    parser.addoption("--run-long", action="store_true", help="run the larger proofs whole")


def pytest_configure(config: pytest.Config) -> None:
    settings.load_profile("searching" if config.getoption("--run-long") else "seeded")
    config.pluginmanager.register(Telling(config))


@pytest.fixture
def proof(request: pytest.FixtureRequest) -> Iterator[Proof]:
    """For a test that tries many examples; a long run tells how many it tried, of which seed."""
    made = Proof(drawn_seed(request.config))
    yield made
    if request.config.getoption("--run-long"):
        request.node.user_properties.append((TOLD, made.told()))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--run-long"):
        chosen = [item for item in items if item.get_closest_marker("long") is None]
        config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
        items[:] = chosen
    items[:] = woven(items)


def woven(items: Sequence[pytest.Item]) -> list[pytest.Item]:
    """Files of journeys through a browser among the others, the first at once.

    Journeys are few and long: begun last, they would leave all workers but one idle. They also wait a good part of
    their time: begun all at once, they would leave the processor idle.
    """
    files = [list(each) for _, each in groupby(items, key=lambda item: item.path)]
    journeys = [each for each in files if each[0].get_closest_marker("browser")]
    others = deque(each for each in files if not each[0].get_closest_marker("browser"))
    made: list[pytest.Item] = []
    for journey in journeys:
        made += journey
        for _ in range(min(OTHERS, len(others))):
            made += others.popleft()
    return made + [item for each in others for item in each]


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
