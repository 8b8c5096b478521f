"""Browsers on a served Credence. One model is built once and copied for each story that changes anything."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser import FLAGS, chromium
from tests.once import once
from tests.stories import place
from tests.stories.gates import watched
from tests.stories.place import Place


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = chromium()
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def lived_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """People, published Definitions, a rated portfolio and sixty cases."""
    return once(tmp_path_factory, "lived-in", partial(place.build, definitions=True, cases=True))


@pytest.fixture(scope="session")
def unpublished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """People and customers; no Definition is published yet."""
    return once(tmp_path_factory, "unpublished", partial(place.build, definitions=False, cases=False))


@pytest.fixture(scope="module")
def demo(lived_in: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """The lived-in demo, served for the stories of one module."""
    with place.serving(lived_in, tmp_path_factory.mktemp("demo") / "home") as running:
        yield running


@pytest.fixture(scope="module")
def fresh(unpublished: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """An instance whose Definitions are still to be published."""
    with place.serving(unpublished, tmp_path_factory.mktemp("fresh") / "home") as running:
        yield running


SignIn = Callable[..., Page]
FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed:
        item.stash[FAILED] = True
    return report


@pytest.fixture
def sign_in(browser: Browser, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[SignIn]:
    """``sign_in(place, "lina", width=390)``: a page in which this person is signed in, in a browser of their own."""
    contexts: list[BrowserContext] = []

    def enter(at: Place, username: str, *, width: int = 1440, height: int = 900, locale: str = "zh-CN") -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height}, base_url=at.address, locale=locale, accept_downloads=True
        )
        contexts.append(context)
        context.set_default_timeout(12_000)
        page = context.new_page()
        page.goto("/sign-in")
        page.fill("input[name=username]", username)
        page.fill("input[name=password]", at.passwords[username])
        page.press("input[name=password]", "Enter")
        page.wait_for_url(lambda url: "/sign-in" not in url)
        return page

    yield enter
    for number, context in enumerate(contexts):
        for page in context.pages if request.node.stash.get(FAILED, False) else ():
            page.screenshot(path=tmp_path / f"last-seen-{number}.png")  # for whoever must find out what went wrong
        context.close()


@pytest.fixture
def page(demo: Place, sign_in: SignIn) -> Iterator[Page]:
    """The business admin on the lived-in demo, whose browser has nothing to complain of in the end."""
    opened = sign_in(demo, "zhoumin")
    messages = watched(opened)
    yield opened
    assert messages == []
