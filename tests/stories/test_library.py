"""A form begun from the gallery and grown from the library, by keys; a section kept for others; the demo taken away."""

from __future__ import annotations

import re
import sqlite3

import pytest
from playwright.sync_api import Page, Route, expect

from tests.stories.conftest import SignIn
from tests.stories.gates import faults, watched
from tests.stories.hands import new_draft, tab_to
from tests.stories.place import Place
from tests.stories.test_form_designer import drag, names

pytestmark = pytest.mark.browser


def open_library(page: Page) -> None:
    page.wait_for_selector(".form-canvas")
    page.get_by_role("button", name="字段库", exact=True).click()
    expect(page.get_by_role("button", name=re.compile("^财务三表要点"))).to_be_visible()


def test_a_form_from_the_gallery_and_the_library(demo: Place, sign_in: SignIn) -> None:
    page = sign_in(demo, "zhoumin")
    seen = watched(page, spoken="status of 4")
    page.goto("/studio/gallery")
    page.get_by_role("link", name="催收记录", exact=True).click()
    expect(page.get_by_role("heading", name="填好的样子")).to_be_visible()
    page.fill("input[name=key]", "credit_request")
    page.press("input[name=key]", "Enter")
    expect(page.locator("#key-errors, .errors").first).to_contain_text("另取一个，例如 credit_request_2")
    page.fill("input[name=key]", "dunning")
    page.press("input[name=key]", "Enter")
    page.wait_for_url("**/studio/form/dunning/1")
    page.goto("/studio/form/dunning/1/design")
    open_library(page)
    sections = page.locator(".form-section")
    expect(sections).to_have_count(2)
    tab_to(page, ".form-set")
    figures = page.get_by_role("button", name=re.compile("^财务三表要点"))
    figures.focus()
    page.keyboard.press("Enter")
    expect(sections).to_have_count(3)
    expect(sections.nth(1)).to_contain_text("资产负债率")
    expect(page.locator(".form-canvas [data-stop]:focus")).to_contain_text("财务三表要点")
    page.get_by_role("button", name="存入选中的分组").click()
    expect(page.get_by_label("中文名称")).to_be_focused()
    page.get_by_label("中文名称").fill("报表要点")
    page.keyboard.press("Enter")
    own = page.get_by_role("region", name="本单位保存的")
    expect(own).to_contain_text("报表要点")
    page.get_by_role("button", name="存入选中的分组").click()
    page.get_by_label("中文名称").fill("报表要点")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("字段库里已有「报表要点」")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+z")
    expect(sections).to_have_count(2)
    page.goto("/studio/form/credit_request")
    page.get_by_role("button", name="新建草稿").click()
    page.wait_for_url(re.compile("/design$"))
    open_library(page)
    page.get_by_role("button", name=re.compile("^报表要点")).click()
    expect(page.locator(".form-section").nth(1)).to_contain_text("流动比率")
    own.get_by_role("button", name="从字段库移除「报表要点」").click()
    own.get_by_role("button", name="移除", exact=True).click()
    expect(own).to_contain_text("还没有保存过")
    expect(page.locator(".form-section").nth(1)).to_contain_text("流动比率")
    assert faults(page, seen, "library") == []


def test_sets_are_dragged_to_their_places_and_several_fields_kept_as_one(demo: Place, sign_in: SignIn) -> None:
    page = sign_in(demo, "zhoumin")
    seen = watched(page)
    page.goto("/studio/gallery/form/site_visits")
    page.fill("input[name=key]", "visits_two")
    page.press("input[name=key]", "Enter")
    page.wait_for_url("**/studio/form/visits_two/1")
    page.goto("/studio/form/visits_two/1/design")
    open_library(page)
    sections, fields = page.locator(".form-section"), page.locator(".form-item")
    expect(page.locator("[data-standing=saved]")).to_be_attached()
    before = names(page)
    page.locator("[data-set=figures]").scroll_into_view_if_needed()
    drag(page, page.locator("[data-set=figures]"), page.locator(".form-section-head").first, 0.1)
    expect(sections).to_have_count(2)
    expect(sections.first).to_contain_text("资产负债率")
    expect(page.locator(".form-canvas [data-stop]:focus")).to_contain_text("财务三表要点")
    page.keyboard.press("Control+z")
    expect(sections).to_have_count(1)
    page.locator("[data-set=contact]").scroll_into_view_if_needed()
    drag(page, page.locator("[data-set=contact]"), fields.first, 0.4)
    expect(fields).to_have_count(len(before) + 3)
    assert names(page)[:5] == ["联系人", "联系电话", "电子邮箱", *before[:2]], "in front, where no button puts it"
    assert page.locator(".form-sets > li").count() == page.locator(".form-set").count(), "what was dragged is back"
    ticks = page.locator(".form-pick input")
    ticks.nth(1).click()
    ticks.nth(3).click(modifiers=["Shift"])
    ticks.nth(2).click()
    page.locator(".form-canvas [data-stop][tabindex='0']").focus()
    page.keyboard.press("x")
    expect(page.locator(".form-item.is-picked")).to_have_count(3)
    page.get_by_role("button", name="存入勾选的 3 个字段").click()
    page.get_by_label("中文名称").fill("拜访时问的")
    page.keyboard.press("Enter")
    own = page.get_by_role("region", name="本单位保存的")
    expect(own).to_contain_text("3 个字段")
    expect(page.locator(".form-item.is-picked")).to_have_count(0)
    assert faults(page, seen, "library with ticks") == []
    page.get_by_role("button", name="字段类型").click()
    expect(ticks).to_have_count(0)


def test_the_library_that_cannot_be_fetched(demo: Place, sign_in: SignIn) -> None:
    page = sign_in(demo, "zhoumin")
    new_draft(page, "offline_form", "断网", "empty/form")
    page.route("**/design/library", lambda route: route.abort())
    page.get_by_role("button", name="字段库", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("取不到字段库")
    page.unroute("**/design/library")
    page.get_by_role("button", name="重试").click()
    expect(page.get_by_role("button", name=re.compile("^联系人"))).to_have_count(2)
    page.route("**/design/library/put", lambda route: route.abort())
    page.get_by_role("button", name=re.compile("^地址")).click()
    expect(page.get_by_role("alert")).to_contain_text("没有放入")


def test_the_impact_says_that_it_is_computed_and_when_it_fails(demo: Place, sign_in: SignIn) -> None:
    page = sign_in(demo, "zhoumin")
    page.goto("/studio/form/contracts")
    page.get_by_role("button", name="新建草稿").click()
    page.wait_for_selector(".form-canvas")
    page.route("**/design/impact", lambda route: route.abort())
    page.locator(".design-sections button", has_text="影响").click()
    expect(page.get_by_role("alert")).to_contain_text("影响没有算出")
    page.unroute("**/design/impact")
    told: list[bool] = []

    def answer(route: Route) -> None:
        told.append(page.get_by_text("正在计算影响").is_visible())
        route.continue_()

    page.route("**/design/impact", answer)
    page.get_by_role("button", name="重新计算").click()
    expect(page.locator("main")).to_contain_text("没有影响已有填报的改动")
    assert told == [True]
    page.route("**/publish?impact=1", lambda route: route.fulfill(status=500))
    page.goto("/studio/form/contracts/2/publish")
    part = page.locator("#form-impact")
    expect(part.get_by_role("alert")).to_contain_text("影响没有算出")
    expect(part.get_by_text("正在逐份试读")).to_be_hidden()
    page.unroute("**/publish?impact=1")
    part.get_by_role("link", name="重新计算").click()
    expect(part).to_contain_text("没有影响已有填报的改动")
    seen = watched(page)
    page.goto("/studio/form/contracts/2/publish")
    expect(part).to_contain_text("没有影响已有填报的改动")
    assert faults(page, seen, "before publishing") == []


def test_the_demo_is_taken_away_by_typing(demo: Place, sign_in: SignIn) -> None:
    page = sign_in(demo, "chenan")
    seen = watched(page, spoken="status of 4")
    page.goto("/admin/demo")
    page.get_by_role("button", name="清除全部演示数据").click()
    assert page.locator("#typed").evaluate("each => each.matches(':invalid')")
    page.fill("#typed", "好的")
    page.press("#typed", "Enter")
    expect(page.locator(".errors").first).to_contain_text("请一字不差地输入")
    page.fill("#typed", "删除演示数据")
    page.press("#typed", "Enter")
    page.wait_for_url(re.compile("/jobs/"))
    expect(page.locator("main")).to_contain_text("已完成", timeout=60_000)
    page.goto("/admin/demo")
    expect(page.locator("main")).to_contain_text("没有演示数据")
    assert faults(page, seen, "demo") == []
    connection = sqlite3.connect(demo.home / "credence.db")
    left = [connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("customers", "cases")]
    assert left == [0, 0]
    connection.close()
    lina = sign_in(demo, "lina")
    lina.goto("/customers")
    expect(lina.locator("main")).to_contain_text(re.compile("没有|还没有"))
    lina.goto("/inbox")
    lina.goto("/books/contracts")
    expect(lina.locator("main table tbody tr")).to_have_count(0)
