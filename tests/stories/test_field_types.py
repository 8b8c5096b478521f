"""The page helps to fill in fields: places inside places, people by typing, options that follow another answer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from app import create_app
from app.edge.runtime import EXTENSION
from app.edge.transaction import begin_work
from app.work import SYSTEM
from config import Settings
from tests.app.web.test_field_types import widened
from tests.stories import place
from tests.stories.conftest import SignIn
from tests.stories.gates import faults, watched
from tests.stories.hands import pick
from tests.stories.place import Place

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def wide(lived_in: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """The lived-in demo, whose requests ask for fields of every type."""
    home = tmp_path_factory.mktemp("wide") / "home"
    with place.serving(lived_in, home) as running:
        app = create_app(Settings(home=home, argon2_memory_kib=64, argon2_rounds=1, jobs="off"))
        instance = app.extensions[EXTENSION]
        with begin_work(instance, SYSTEM) as work:
            widened(work)
        instance.database.dispose()
        yield running


@pytest.mark.parametrize("width", [1440, 390])
def test_the_page_helps_and_the_server_judges(wide: Place, sign_in: SignIn, width: int) -> None:
    page = sign_in(wide, "lina", width=width)
    messages = watched(page)
    page.goto("/requests/new")
    # An address: each list is filled with what lies inside the one before, and emptied when that changes.
    page.select_option("#delivery", label="江苏省")
    page.select_option("#delivery-1", label="苏州市")
    page.select_option("#delivery", label="浙江省")
    expect(page.locator("#delivery-2")).to_be_hidden()
    page.select_option("#delivery-1", label="宁波市")
    page.select_option("#delivery-2", label="鄞州区")
    page.fill("#delivery-line", "学士路1号")
    # People: one replaces another, several stand side by side, what was taken can be unticked.
    pick(page, "#keeper", "周敏")
    pick(page, "#keeper", "wangq")
    expect(page.locator("#part-keeper .picked")).to_have_text([" 王强"])
    pick(page, "#helpers", "lina")
    pick(page, "#helpers", "孙")
    expect(page.locator("#part-helpers .picked")).to_have_count(2)
    page.locator("#part-helpers .picked input").first.uncheck()
    # Options follow another answer.
    page.select_option("#area", "e")
    expect(page.locator("#office option:not([hidden])")).to_have_text(["", "宁波"])
    page.select_option("#office", "nb")
    page.select_option("#area", "s")
    expect(page.locator("#part-office")).to_contain_text("现在不能选“宁波”")
    expect(page.locator("#office option:not([hidden])")).to_have_text(["", "宁波", "广州"])
    page.select_option("#office", "gz")
    expect(page.locator("#part-office")).not_to_contain_text("现在不能选")
    page.fill("#validity", "2026-03-31")
    page.fill("#validity-end", "2026-01-01")
    page.fill("#account", "6222021001116245702")
    expect(page.locator("#part-validity")).to_contain_text("早于开始日期")
    assert faults(page, messages, "/requests/new") == []
    page.set_viewport_size({"width": width, "height": 900})
    page.click("button[data-save]")
    page.wait_for_url("**/requests/new")
    expect(page.locator(".error-summary")).to_contain_text("早于开始日期")
    # After the refusal all of it stands as it was chosen, by name.
    expect(page.locator("#delivery-2")).to_have_value("330212")
    expect(page.locator("#part-keeper .picked")).to_have_text([" 王强"])
    expect(page.locator("#part-helpers .picked")).to_have_count(1)


def test_a_server_that_is_away_leaves_what_was_typed(wide: Place, sign_in: SignIn) -> None:
    page = sign_in(wide, "lina")
    page.goto("/requests/new")
    page.route("**/pick?*", lambda route: route.abort())
    page.locator("#keeper").press_sequentially("王强")
    expect(page.locator("#keeper-found")).to_have_text("没有匹配的结果")
    page.keyboard.press("Escape")
    expect(page.locator("#keeper-found")).to_be_hidden()
    expect(page.locator("#keeper")).to_have_value("王强")
