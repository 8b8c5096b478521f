"""A business admin writes a formula: wrong names are underlined and named, right ones are offered and taken by keys."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.stories.conftest import SignIn
from tests.stories.place import Place
from tests.stories.test_designer import focused, new_draft
from tests.stories.test_gates import faults

pytestmark = pytest.mark.browser

FACT = "近_12_月逾期次数"
EDITOR = ".design-reads [contenteditable]"


def written(page: Page) -> str:
    """The text of the formula, as the draft holds it."""
    return "\n".join(page.locator(f"{EDITOR} .cm-line").all_inner_texts())


def stood(page: Page) -> None:
    """Enter takes an offer only once it could have been read: it begins a line within the first 75 ms."""
    page.wait_for_function("since => performance.now() - since > 100", arg=page.evaluate("performance.now()"))


def open_formula(page: Page, key: str) -> None:
    """A draft whose first factor reads a new fact with a Chinese name, by a formula of its own."""
    new_draft(page, key, "公式编辑")
    page.locator(".design-tree .is-factor").first.click()
    page.locator(".design-middle input").first.fill("近 12 月逾期次数")
    page.select_option("select[data-place$='/value']", "+")
    page.select_option("select[data-place$='/value']", "=")
    page.locator(EDITOR).click()
    expect(page.locator(EDITOR)).to_have_attribute("aria-label", "取值公式")
    page.keyboard.press("Control+a")


def test_a_formula_is_written_by_keys(demo: Place, sign_in: SignIn) -> None:
    page = sign_in(demo, "zhoumin")
    messages: list[str] = []
    page.on("console", lambda message: messages.append(message.text) if message.type == "error" else None)
    open_formula(page, "formula_keys")
    keys, offers = page.keyboard, page.locator(".cm-tooltip-autocomplete li")

    keys.insert_text('if "𠮷" = "a" then 近_12_月逾期次 else 0')
    wrong = page.locator(f"{EDITOR} .cm-lintRange-error")
    expect(wrong).to_have_text("近_12_月逾期次")
    findings = page.locator(".design-reads .errors")
    expect(findings).to_contain_text(f"您是指「{FACT}」吗")
    expect(page.locator(EDITOR)).to_have_attribute("aria-invalid", "true")
    described = page.locator(EDITOR).get_attribute("aria-describedby")
    assert described is not None
    assert page.locator(f"[id='{described}']").count() == 1
    wrong.hover()
    expect(page.locator(".cm-tooltip-lint")).to_contain_text(FACT)

    keys.press("Control+a")
    keys.press("Backspace")
    expect(page.locator(EDITOR)).to_have_text("")
    keys.insert_text("近")
    expect(offers.first).to_contain_text(FACT)
    expect(offers.first).to_contain_text("事实")
    assert faults(page, messages, "offers") == []
    page.locator(EDITOR).click()
    keys.press("Control+End")
    keys.press("Control+Space")
    expect(offers.first).to_have_attribute("aria-selected", "true")
    stood(page)
    keys.press("Enter")
    expect(page.locator(EDITOR)).to_have_text(FACT)
    expect(offers).to_have_count(0)

    keys.type(" + stri")
    expect(offers.filter(has_text="string length")).to_be_visible()
    keys.press("Escape")
    expect(offers).to_have_count(0)
    for _ in range(len(" + stri")):
        keys.press("Backspace")
    keys.press("Enter")
    keys.type("* 2")
    assert written(page) == f"{FACT}\n* 2", "Enter begins a line where nothing is offered"
    expect(findings).to_have_count(0, timeout=20_000)
    expect(page.locator(f"{EDITOR} .cm-lintRange")).to_have_count(0)
    assert faults(page, messages, "editor") == []

    page.locator(EDITOR).click()
    keys.press("Escape")
    keys.press("Tab")
    assert not focused(page, EDITOR)
    keys.press("Control+s")
    expect(page.locator("[data-standing=saved]")).to_be_attached()
    page.reload()
    expect(page.locator(EDITOR)).to_have_text(re.compile(re.escape(FACT)))
    assert written(page) == f"{FACT}\n* 2"


def test_undo_of_the_designer_is_undo_of_the_editor(demo: Place, sign_in: SignIn) -> None:
    page = sign_in(demo, "zhoumin")
    open_formula(page, "formula_undo")
    keys = page.keyboard
    keys.insert_text("1 + 2")
    page.locator("input[data-place$='/weight']").first.fill("90")
    page.locator(EDITOR).click()
    keys.press("Control+End")
    keys.type(" + 3")
    assert written(page) == "1 + 2 + 3"
    keys.press("Control+z")
    expect(page.locator(EDITOR)).to_have_text("1 + 2")
    assert focused(page, EDITOR)
    keys.press("Control+Shift+z")
    expect(page.locator(EDITOR)).to_have_text("1 + 2 + 3")
    keys.type("4")
    assert written(page) == "1 + 2 + 34", "the cursor goes behind what came back"


def test_a_narrow_window_has_a_plain_field(demo: Place, sign_in: SignIn) -> None:
    page = sign_in(demo, "zhoumin")
    open_formula(page, "formula_plain")
    page.keyboard.insert_text("1 + 2")
    page.set_viewport_size({"width": 900, "height": 900})
    expect(page.locator("textarea.design-formula")).to_have_value("1 + 2")
    page.set_viewport_size({"width": 1440, "height": 900})
    expect(page.locator(EDITOR)).to_have_text("1 + 2")
