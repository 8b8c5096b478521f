"""A business admin builds a scorecard of twelve Factors from nothing by keys, and what befalls a draft meanwhile."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pytest
from playwright.sync_api import Page, expect

from tests.stories.conftest import SignIn
from tests.stories.gates import faults, in_language, watched
from tests.stories.hands import focused, new_draft, standing, tab_to
from tests.stories.place import Place

pytestmark = pytest.mark.browser

# Factors by dimension. Those called like a fact that published scorecards read take it over; the others are new facts.
FACTORS = {
    "财务状况": ["资产负债率", "流动比率", "净利润率", "经营现金流/销售收入"],
    "履约记录": ["12 个月订单履约率", "12 个月内合同违约次数", "近 12 月逾期次数", "回款率"],
    "经营稳定性": ["第一大股东持股比例", "纳税信用分", "在手订单月数"],
}
FRESH = ("近 12 月逾期次数", "回款率", "纳税信用分", "在手订单月数")
RISING = (("60", "100"), ("40", "70"), ("20", "40"))


def choose(page: Page, name: str) -> None:
    """Go to a node of the tree with the arrows; the focus stands in the tree before and after."""
    page.keyboard.press("Home")
    for _ in range(40):
        if page.locator("[role=treeitem][aria-selected=true] > .name").inner_text() == name:
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"{name} is not in the tree")


def back_to_tree(page: Page) -> None:
    tab_to(page, "[role=treeitem]", "Shift+Tab")


def name_all(page: Page, names: Iterable[str]) -> None:
    """One name after the other into the line that asks for them; then back in the tree."""
    line = page.locator(".design-new input")
    expect(line).to_be_focused()
    for name in names:
        page.keyboard.insert_text(name)
        page.keyboard.press("Enter")
        expect(line).to_have_value("")
    page.keyboard.press("Escape")
    expect(page.locator("[role=treeitem]:focus")).to_be_attached()


def test_twelve_factors_from_nothing(demo: Place, sign_in: SignIn) -> None:
    page = sign_in(demo, "zhoumin")
    new_draft(page, "twelve", "制造业客户评分卡")
    keys, button = page.keyboard, page.locator("#design-actions button[aria-expanded]")
    expect(button).to_have_text("没有问题")

    tab_to(page, "[role=treeitem]")
    tab_to(page, ".design-rail-actions button:nth-of-type(2)")
    keys.press("Enter")
    name_all(page, ("财务状况", "履约记录"))
    expect(button).to_have_text(re.compile(r"\d+ 个问题"))
    for dimension, names in FACTORS.items():
        choose(page, dimension)
        keys.press("Insert")
        name_all(page, names)
    expect(page.locator("[role=treeitem].is-factor")).to_have_count(12)

    for name in FRESH:
        choose(page, name)
        page.select_option("select[data-place$='/value']", "+")
        page.locator("[role=treeitem][tabindex='0']").focus()
    for names in FACTORS.values():
        for name in names:
            choose(page, name)
            tab_to(page, ".design-bands [data-active]")
            for edge, points in RISING:
                keys.type(edge)
                keys.press("Tab")
                keys.type(points)
                keys.press("Enter")
            back_to_tree(page)
    weights = {
        "财务状况": ["30", "30", "20", "20"],
        "履约记录": ["25", "25", "25", "25"],
        "经营稳定性": ["40", "20", "20", "20"],
    }
    for dimension, values in weights.items():
        choose(page, dimension)
        tab_to(page, ".design-middle .design-grid [data-active]")
        keys.press("Home")
        keys.press("ArrowRight")
        for value in values:
            keys.type(value)
            keys.press("Enter")
        back_to_tree(page)
    expect(page.locator(".design-total")).to_contain_text("100%")

    tab_to(page, ".design-sections button")
    keys.press("Enter")
    tab_to(page, ".design-middle .design-grid [data-active]")
    keys.press("ArrowRight")
    keys.type("40")
    keys.press("Enter")
    keys.type("35")
    expect(page.locator(".design-total")).to_contain_text("还差 25%")
    keys.press("Enter")
    keys.type("25")
    keys.press("Enter")
    expect(page.locator(".design-total")).not_to_contain_text("还差")
    expect(button).to_have_text("没有问题", timeout=20_000)

    keys.press("Control+s")
    standing(page, "saved")
    tab_to(page, "a[data-saved-first]", "Shift+Tab", 120)
    keys.press("Enter")
    page.wait_for_url(re.compile("/publish$"))
    page.get_by_role("button", name="发布 v1").click()
    page.wait_for_load_state("networkidle")
    expect(page.locator("main")).to_contain_text("已发布")
    expect(page.locator("main")).to_contain_text("近 12 月逾期次数")


def test_a_grid_is_worked_by_keys_as_a_spreadsheet(demo: Place, sign_in: SignIn) -> None:
    page = sign_in(demo, "zhoumin")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    new_draft(page, "grid_keys", "表格按键")
    keys, cells = page.keyboard, page.locator(".design-bands tbody td")

    def shown() -> list[str]:
        """Lower limit and points of each band, the cell stood on by what its field holds."""
        found: list[str] = page.evaluate(
            """() => [...document.querySelectorAll('.design-bands tbody tr:not(.is-empty)')].map(row =>
                 [...row.querySelectorAll('td')].filter((_, at) => at === 0 || at === 2)
                 .map(cell => cell.querySelector('input')?.value ?? cell.innerText).join(' '))"""
        )
        return found

    assert shown() == ["10 100", "3 60"]
    cells.first.click()
    page.evaluate("navigator.clipboard.writeText('20\\t\\t90\\n15\\t20\\t80\\n5\\t15\\t50\\n1\\t5\\t30\\n\\t1\\t5\\n')")
    keys.press("Control+v")
    assert shown() == ["20 90", "15 80", "5 50", "1 30"]
    expect(page.locator("tfoot input").first).to_have_value("5")
    keys.press("Control+z")
    assert shown() == ["10 100", "3 60"]
    assert focused(page, ".design-bands [data-active]")
    keys.press("Control+Shift+z")
    assert len(shown()) == 4
    keys.press("Control+Home")
    keys.press("ArrowRight")
    keys.press("ArrowRight")
    for _ in range(3):
        keys.press("Shift+ArrowDown")
    keys.press("Control+d")
    assert shown() == ["20 90", "15 90", "5 90", "1 90"]
    keys.press("Control+c")
    assert page.evaluate("navigator.clipboard.readText()") == "90\n90\n90\n90"
    keys.press("Control+z")
    keys.press("Escape")
    keys.press("Control+Home")
    keys.press("Alt+ArrowDown")
    assert shown() == ["15 80", "20 90", "5 50", "1 30"]
    expect(page.locator(".design-cover")).to_contain_text("重叠", timeout=20_000)
    keys.press("Alt+ArrowUp")
    expect(page.locator(".design-cover")).to_contain_text("区间连续，无重叠，无空缺", timeout=20_000)
    keys.type("77")
    keys.press("Escape")
    assert shown()[0] == "20 90", "Escape takes back what was typed"
    keys.press("F2")
    keys.press("Backspace")
    keys.type("5")
    keys.press("Enter")
    assert shown()[0] == "25 90"
    keys.press("Control+Delete")
    assert shown() == ["25 90", "5 50", "1 30"]
    keys.press("Control+Enter")
    assert len(shown()) == 4
    keys.press("Control+z")
    keys.press("Control+z")
    assert shown() == ["25 90", "15 80", "5 50", "1 30"]


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_part_of_the_designer_passes_the_gates(demo: Place, sign_in: SignIn, language: str) -> None:
    page = sign_in(demo, "zhoumin")
    messages = watched(page)
    in_language(page, language)
    new_draft(page, f"gates_{language[:2]}", "长" * 60, "scorecard/customer_rating")
    found = faults(page, messages, "factor")
    page.locator(".design-bands td").nth(4).click()
    page.locator(".design-more summary").click()
    found += faults(page, messages, "grid")
    page.locator(".design-tree .is-dimension").first.click()
    found += faults(page, messages, "dimension")
    for part in page.locator(".design-sections button").all():
        part.click()
        for block in page.locator(".design-block summary").all()[:2]:
            block.click()
        found += faults(page, messages, part.inner_text())
    page.locator(".design-tree .is-factor").first.click()
    page.select_option("select[data-place$='/value']", "=")
    page.locator(".design-reads [contenteditable]").first.click()
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    page.keyboard.insert_text("FIN_DEBTT + 𠮷")
    expect(page.locator("[role=treeitem][aria-selected=true] .design-dot")).to_be_visible(timeout=20_000)
    page.locator("#design-actions button[aria-expanded]").click()
    found += faults(page, messages, "problems")
    in_language(page, "zh-CN")
    assert found == []


def type_weight(page: Page, weight: str) -> None:
    field = page.locator("input[data-place='/body/factors/0/weight']")
    field.fill(weight)


def test_two_tabs_on_one_draft_lose_nothing(demo: Place, sign_in: SignIn) -> None:
    first = sign_in(demo, "zhoumin")
    new_draft(first, "two_tabs", "两个窗口")
    second = first.context.new_page()
    second.goto(first.url)
    second.wait_for_selector("[role=treeitem]")
    type_weight(first, "90")
    first.locator("input[data-place='/body/factors/0/label/zh-CN']").fill("年限")
    first.keyboard.press("Control+s")
    standing(first, "saved")

    type_weight(second, "80")
    second.locator("input[data-place='/body/factors/0/label/en']").fill("Age")
    second.keyboard.press("Control+s")
    dialog = second.locator("dialog.design-conflict")
    expect(dialog).to_be_visible()
    expect(dialog).to_contain_text("周敏")
    expect(dialog).to_contain_text("另有 1 处双方都改了")
    expect(dialog).to_contain_text("80")
    expect(dialog).to_contain_text("90")
    dialog.get_by_label(re.compile("对方的")).check()
    dialog.get_by_role("button", name="合并并保存").click()
    standing(second, "saved")
    values = [second.locator(f"input[data-place='/body/factors/0/{part}']").input_value()
              for part in ("weight", "label/zh-CN", "label/en")]  # fmt: skip
    assert values == ["90", "年限", "Age"]
    second.keyboard.press("Control+z")
    expect(second.locator("input[data-place='/body/factors/0/weight']")).to_have_value("80")
    second.keyboard.press("Control+Shift+z")
    expect(second.locator("input[data-place='/body/factors/0/weight']")).to_have_value("90")
    standing(second, "saved")

    third = first.context.new_page()
    third.goto(first.url)
    third.wait_for_selector("[role=treeitem]")
    type_weight(third, "100")
    standing(third, "waiting")
    expect(third.locator("[data-standing=saved]")).to_be_attached(timeout=15_000)  # by itself, some seconds later


def test_a_draft_published_elsewhere_keeps_what_was_typed(demo: Place, sign_in: SignIn) -> None:
    page = sign_in(demo, "zhoumin")
    new_draft(page, "closed_draft", "已在别处发布")
    other = page.context.new_page()
    other.goto(page.url.replace("/design", "/publish"))
    other.get_by_role("button", name="发布 v1").click()
    other.wait_for_load_state("networkidle")
    type_weight(page, "55")
    page.keyboard.press("Control+s")
    dialog = page.locator("dialog[open]")
    expect(dialog).to_contain_text("已不是草稿")
    with page.expect_download() as download:
        dialog.get_by_role("button", name="下载我的内容").click()
    assert '"55"' in download.value.path().read_text("utf-8")


def test_leaving_asks_and_a_narrow_window_reads(demo: Place, sign_in: SignIn) -> None:
    page = sign_in(demo, "zhoumin", width=1440)
    new_draft(page, "narrow", "窄屏")
    address = page.url
    asked: list[str] = []

    def ask(dialog: object) -> None:
        asked.append(dialog.type)  # type: ignore[attr-defined]
        dialog.accept()  # type: ignore[attr-defined]

    page.on("dialog", ask)
    type_weight(page, "60")
    page.goto("/studio")
    assert asked == ["beforeunload"]
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(address)
    page.wait_for_load_state("networkidle")
    expect(page.locator(".design")).to_be_hidden()
    expect(page.locator("main")).to_contain_text("屏幕宽度不足 1024 像素")
    expect(page.locator("main")).to_contain_text("成立年限")


def test_a_session_that_ends_loses_nothing(demo: Place, sign_in: SignIn) -> None:
    page = sign_in(demo, "zhoumin")
    new_draft(page, "session_ends", "登录失效")
    cookies = page.context.cookies()
    page.context.clear_cookies()
    type_weight(page, "70")
    page.keyboard.press("Control+s")
    standing(page, "signed_out")
    page.context.add_cookies(cookies)  # type: ignore[arg-type]
    page.keyboard.press("Control+s")
    standing(page, "saved")
