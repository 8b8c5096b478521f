"""A business admin builds a small customer form from an empty page, by mouse and by keys alone, and publishes it."""

from __future__ import annotations

import json
import re
import sqlite3
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.stories.conftest import SignIn
from tests.stories.gates import faults, in_language, watched
from tests.stories.hands import focused, new_draft, standing, tab_to
from tests.stories.place import Place

pytestmark = pytest.mark.browser

FORMULA = ".form-properties [contenteditable][data-place$='/compute']"
TOTAL = "if count(shareholders) = 0 then 0 else sum(shareholders.paid_in)"


def names(page: Page) -> list[str]:
    return [text.split("*")[0] for text in page.locator(".form-item > .form-stop .name").all_inner_texts()]


def drag(page: Page, what: Locator, onto: Locator, height: float) -> None:
    """Press on one thing, move over another in steps, as a hand does, and let go."""
    start, goal = what.bounding_box(), onto.bounding_box()
    assert start is not None
    assert goal is not None
    x, y = start["x"] + start["width"] / 2, start["y"] + start["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 12, y + 6, steps=4)
    page.mouse.move(goal["x"] + goal["width"] / 2, goal["y"] + goal["height"] * height, steps=14)
    page.mouse.move(goal["x"] + goal["width"] / 2 + 3, goal["y"] + goal["height"] * height + 3, steps=3)
    page.mouse.up()


def stored(at: Place, key: str) -> dict[str, Any]:
    connection = sqlite3.connect(at.home / "credence.db")
    (body,) = connection.execute(
        "SELECT body FROM definitions WHERE kind = 'form' AND key = ? AND status = 'published'", (key,)
    ).fetchone()
    connection.close()
    found: dict[str, Any] = json.loads(body)
    return found


def named(page: Page, zh: str, en: str) -> None:
    """Words in both languages for what is chosen; leaving them suggests a key."""
    page.get_by_label("名称（中文）").fill(zh)
    page.get_by_label("名称（英文）").fill(en)
    page.get_by_label("名称（英文）").blur()
    key = page.locator(".form-properties input[data-place$='/key']")
    expect(key).to_have_value("_".join(en.lower().split()))


def publish(page: Page) -> None:
    expect(page.locator("#design-actions button[aria-expanded]")).to_have_text("没有问题", timeout=20_000)
    page.keyboard.press("Control+s")
    standing(page, "saved")
    page.locator("a[data-saved-first]").last.click()
    page.wait_for_url(re.compile("/publish$"))
    page.get_by_role("button", name="发布 v1").click()
    page.wait_for_load_state("networkidle")
    expect(page.locator("main")).to_contain_text("已发布")


def agrees(body: dict[str, Any]) -> None:
    """The form both ways of building lead to."""
    fields = body["sections"][0]["fields"]
    assert [(each["key"], each["type"]) for each in fields] == [
        ("name", "text"), ("kind", "choice"), ("shareholders", "subform"), ("paid_in_total", "money"),
    ]  # fmt: skip
    assert [(each["key"], each["type"]) for each in fields[2]["fields"]] == [("text", "text"), ("paid_in", "money")]
    assert fields[3]["compute"] == TOTAL
    assert fields[3]["mode"] == "always"
    assert body["rules"] == [{"id": "r01", "effect": "show", "target": "shareholders", "when": 'kind = "B"'}]
    assert len({each["id"] for each in (*fields, *fields[2]["fields"])}) == 6


def test_a_form_from_nothing_by_mouse(demo: Place, page: Page) -> None:
    new_draft(page, "by_mouse", "小客户表", "empty/form")
    palette = page.locator(".form-palette")
    palette.get_by_role("button", name="单选", exact=True).click()
    assert names(page) == ["名称", "单选"]
    named(page, "企业类型", "Kind")
    palette.get_by_role("button", name="明细表", exact=True).click()
    named(page, "股东", "Shareholders")
    drag(page, palette.locator("[data-type=money]"), page.locator(".form-fields.is-rows .form-item").last, 0.8)
    if names(page)[-1] != "金额":  # dropped before the column, so moved behind it
        drag(page, page.locator(".form-fields.is-rows .form-item").first, page.locator(".is-rows .form-item").last, 0.5)
    assert names(page) == ["名称", "企业类型", "股东", "单行文本", "金额"]
    page.locator(".form-fields.is-rows .form-item").last.click()
    named(page, "实缴出资", "Paid in")

    drag(page, palette.locator("[data-type=money]"), page.locator(".form-item").first, 0.9)
    at = names(page).index("金额")
    page.locator(".form-item").nth(at).click(position={"x": 20, "y": 12})
    named(page, "出资合计", "Paid in total")
    drag(page, page.locator(".form-item").nth(at), page.locator(".form-item", has=page.locator(".is-rows")).first, 0.97)
    assert names(page) == ["名称", "企业类型", "股东", "单行文本", "实缴出资", "出资合计"]
    page.locator(".form-part.is-computed > summary").click()
    page.locator(FORMULA).click()
    page.keyboard.insert_text(TOTAL)
    expect(page.locator(".form-part.is-computed .help").first).to_contain_text("即：", timeout=15_000)

    page.locator(".form-item", has_text="股东").first.click(position={"x": 20, "y": 12})
    page.get_by_role("button", name="添加规则").click()
    page.get_by_role("button", name="添加条件").click()
    page.get_by_label("条件 1 字段").select_option(label="企业类型")
    page.get_by_label("条件 1 值").select_option(label="选项2")
    publish(page)
    agrees(stored(demo, "by_mouse"))


def add_by_key(page: Page, type_: str) -> None:
    """To the palette, along it with the arrows, Enter."""
    if not focused(page, ".form-palette-types button"):
        page.keyboard.press("Insert")
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Home")
    for _ in range(60):
        if focused(page, f"[data-type={type_}]"):
            break
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")


def write(page: Page, zh: str, en: str) -> None:
    """Over the words a new field begins with, and back to the canvas."""
    expect(page.locator(".form-properties input").first).to_be_focused()
    for words in (zh, en):
        page.keyboard.press("Control+a")
        page.keyboard.insert_text(words)
        page.keyboard.press("Tab")
    expect(page.locator(".form-properties input[data-place$='/key']")).to_have_value("_".join(en.lower().split()))
    page.keyboard.press("Escape")
    assert focused(page, "[data-stop]")


def test_a_form_from_nothing_by_keys(demo: Place, page: Page) -> None:
    new_draft(page, "by_keys", "小客户表", "empty/form")
    keys, told = page.keyboard, page.locator("#design-standing .visually-hidden[role=status]")
    tab_to(page, ".form-palette-types button", limit=90)
    add_by_key(page, "choice")
    expect(told).to_contain_text("基本信息，第 2 项，共 2 项")
    write(page, "企业类型", "Kind")
    add_by_key(page, "subform")
    write(page, "股东", "Shareholders")
    keys.press("ArrowDown")
    add_by_key(page, "money")
    expect(told).to_contain_text("股东，第 2 项，共 2 项")
    write(page, "实缴出资", "Paid in")
    keys.press("Home")
    add_by_key(page, "money")
    write(page, "出资合计", "Paid in total")
    assert names(page)[-1] == "出资合计"
    keys.press("Alt+ArrowUp")
    expect(told).to_contain_text("第 3 项，共 4 项")
    keys.press("Alt+ArrowDown")
    expect(told).to_contain_text("第 4 项，共 4 项")
    keys.press("Control+d")
    expect(page.locator(".form-item")).to_have_count(7)
    keys.press("Delete")
    expect(page.locator(".form-item")).to_have_count(6)
    expect(page.locator("[data-stop]:focus")).to_contain_text("出资合计")
    assert names(page) == ["名称", "企业类型", "股东", "单行文本", "实缴出资", "出资合计"]

    keys.press("Control+z")
    expect(page.locator(".form-item")).to_have_count(7)
    keys.press("Control+Shift+z")
    expect(page.locator(".form-item")).to_have_count(6)
    tab_to(page, "[data-stop]")
    keys.press("End")

    tab_to(page, ".form-part.is-computed > summary")
    keys.press("Enter")
    tab_to(page, FORMULA)
    keys.insert_text(TOTAL)
    expect(page.locator(".form-part.is-computed .help").first).to_contain_text("即：", timeout=15_000)
    keys.press("Escape")
    keys.press("Escape")
    tab_to(page, "[data-stop]", "Shift+Tab")
    while not page.locator("[data-stop]:focus .name").inner_text().startswith("股东"):
        keys.press("ArrowUp")
    tab_to(page, ".form-rules button")
    keys.press("Enter")
    expect(page.locator(".design-block select").first).to_be_focused()
    tab_to(page, ".form-condition .actions button")
    keys.press("Enter")
    tab_to(page, "select[aria-label='条件 1 字段']", "Shift+Tab")
    keys.press("ArrowDown")
    expect(page.get_by_label("条件 1 字段")).to_have_value("kind")
    tab_to(page, "select[aria-label='条件 1 值']")
    keys.press("ArrowDown")
    expect(page.get_by_label("条件 1 值")).to_have_value("B")
    publish(page)
    agrees(stored(demo, "by_keys"))


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_each_part_passes_the_gates(demo: Place, sign_in: SignIn, language: str) -> None:
    """Of a draft of the credit request: every part of the designer, and the read view on narrow screens."""
    page = sign_in(demo, "zhoumin")
    messages = watched(page)
    in_language(page, language)
    page.goto("/studio/form/credit_request/1")
    draft = page.locator("form[action$='/draft'] button")
    if draft.count() > 0:
        draft.first.click()
        page.wait_for_url(re.compile("/design$"))
    page.goto("/studio/form/credit_request/2/design")
    page.wait_for_selector(".form-canvas")
    found = faults(page, messages, "canvas")
    for at in range(1, 8):
        page.locator(".design-sections button").nth(at).click()
        page.wait_for_load_state("networkidle")
        found += faults(page, messages, f"part {at}")
    page.set_viewport_size({"width": 390, "height": 844})
    expect(page.locator(".design-read table").first).to_be_visible()
    expect(page.locator("#design")).to_be_hidden()
    page.set_viewport_size({"width": 1440, "height": 900})
    in_language(page, "zh-CN")
    assert found == []
