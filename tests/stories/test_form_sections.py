"""Sections of a form: ordered by mouse and by keys, folded, behind tabs; fields go from one to another."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.stories.gates import faults, watched
from tests.stories.hands import focused, new_draft, tab_to
from tests.stories.test_form_designer import drag, names

pytestmark = pytest.mark.browser


def heads(page: Page) -> list[str]:
    return page.locator(".form-section-head .name").all_inner_texts()


def add(page: Page, typed: str, title: str) -> None:
    """What is looked up by `typed`, added behind what is chosen and named at once."""
    page.keyboard.press("Control+Enter")
    assert focused(page, ".form-palette input")
    page.keyboard.insert_text(typed)
    page.keyboard.press("Enter")
    expect(page.locator(".form-properties input").first).to_be_focused()
    page.keyboard.insert_text(title)
    page.keyboard.press("Escape")
    assert focused(page, "[data-stop]")


def three_sections(page: Page, key: str) -> None:
    new_draft(page, key, "三个分组", "empty/form")
    page.locator("[data-stop][tabindex='0']").focus()
    for typed, title in (
        ("jine", "注册资本"), ("section", "结算条件"), ("整数", "账期"), ("分组", "联系方式"), ("phone", "电话"),
    ):  # fmt: skip
        add(page, typed, title)
    assert heads(page) == ["基本信息", "结算条件", "联系方式"]
    assert names(page) == ["名称", "注册资本", "账期", "电话"]


def test_sections_are_ordered_by_mouse_and_by_keys(page: Page) -> None:
    three_sections(page, "ordered")
    head = page.locator(".form-section-head")
    drag(page, head.nth(2), head.nth(0), 0.2)
    assert heads(page) == ["联系方式", "基本信息", "结算条件"]
    page.keyboard.press("Control+z")
    assert heads(page) == ["基本信息", "结算条件", "联系方式"]
    page.keyboard.press("Control+Shift+z")
    assert heads(page) == ["联系方式", "基本信息", "结算条件"]
    drag(page, head.nth(0), head.nth(2), 0.9)
    assert heads(page) == ["基本信息", "结算条件", "联系方式"]
    assert names(page) == ["名称", "注册资本", "账期", "电话"], "their fields go with them"

    page.locator("[data-stop][data-place='/body/sections/1']").focus()
    page.locator("[data-stop][data-place='/body/sections/1']").click()
    page.keyboard.press("Alt+ArrowUp")
    assert heads(page) == ["结算条件", "基本信息", "联系方式"]
    assert focused(page, "[data-place='/body/sections/0']")
    told = page.locator("#design-standing .visually-hidden[role=status]")
    expect(told).to_contain_text("第 1")
    page.keyboard.press("Alt+ArrowUp")
    assert heads(page) == ["结算条件", "基本信息", "联系方式"], "there is no place above the first"
    page.keyboard.press("Delete")
    assert heads(page) == ["基本信息", "联系方式"]
    page.keyboard.press("Control+z")
    assert heads(page) == ["结算条件", "基本信息", "联系方式"]
    assert names(page) == ["账期", "名称", "注册资本", "电话"]


def test_fields_go_from_section_to_section(page: Page) -> None:
    three_sections(page, "wandering")
    item = page.locator(".form-item")
    drag(page, item.nth(1), item.nth(2), 0.9)
    lists = page.locator(".form-fields")
    expect(lists.nth(0).locator(".form-item")).to_have_count(1)
    expect(lists.nth(1)).to_contain_text("注册资本")
    page.keyboard.press("Control+z")
    expect(lists.nth(0)).to_contain_text("注册资本")
    page.locator("[data-stop][data-place='/body/sections/0/fields/1']").click()
    page.keyboard.press("Alt+ArrowDown")
    expect(lists.nth(1)).to_contain_text("注册资本")
    assert focused(page, "[data-place='/body/sections/1/fields/0']")
    page.keyboard.press("Enter")
    tab_to(page, "select[data-place='/body/sections/1/fields']")
    page.keyboard.press("ArrowDown")
    expect(lists.nth(2)).to_contain_text("注册资本")
    assert focused(page, "select[data-place='/body/sections/2/fields']"), "the hands stay where they were"
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    assert names(page) == ["名称", "注册资本", "账期", "电话"]
    expect(lists.nth(0).locator(".form-item")).to_have_count(2)


def test_folds_tabs_and_columns_are_what_people_see(page: Page) -> None:
    three_sections(page, "arranged")
    messages = watched(page)
    page.locator("[data-stop][data-place='/body/sections/0']").click()
    page.get_by_label("列数").select_option("3")
    page.locator("[data-stop][data-place='/body/sections/1']").click()
    page.get_by_label("折叠").select_option("true")
    page.get_by_role("button", name="预览").click()
    sheet = page.locator(".form-sheet")
    fold = sheet.locator("details.form-fold")
    expect(fold.locator("summary")).to_have_text("结算条件")
    expect(fold).not_to_have_attribute("open", "")
    expect(sheet.locator(".form-grid.is-3")).to_have_count(1)
    page.get_by_role("button", name="设置").click()
    page.get_by_label("分组排列").select_option("tabs")
    page.get_by_role("button", name="预览").click()
    tabs = sheet.get_by_role("tab")
    expect(tabs).to_have_text(["基本信息", "结算条件", "联系方式"])
    expect(sheet.get_by_role("tabpanel")).to_have_count(1)
    tabs.first.focus()
    page.keyboard.press("ArrowRight")
    expect(sheet.get_by_role("tabpanel")).to_contain_text("账期")
    sheet.get_by_role("tabpanel").locator("input:not([type=hidden])").fill("一点五")
    page.keyboard.press("Tab")
    expect(sheet.get_by_role("tabpanel")).to_contain_text("账期")
    expect(tabs.nth(1)).to_have_attribute("aria-selected", "true")
    assert faults(page, messages, "tabs") == []
