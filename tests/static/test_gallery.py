"""Layouts, macros and islands in a real browser: accessible, inside the policy, and patient with people."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

from tests.browser import FLAGS, chromium
from tests.static.gallery import ROOT, Gallery, gallery

pytestmark = pytest.mark.browser

AXE = ROOT / "static" / "node_modules" / "axe-core" / "axe.min.js"
PAGES = ("inbox", "task", "customers", "form", "reports", "signin", "paper", "nothing")
WIDTHS = (1440, 1024, 390)
RULES = '{runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}'


@pytest.fixture(scope="module")
def server() -> Iterator[Gallery]:
    """The gallery over freshly built files."""
    subprocess.run(["node", "build.mjs"], cwd=ROOT / "static", check=True)
    with gallery() as running:
        yield running


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


def launch(playwright: Playwright, *options: str) -> Browser:
    return playwright.chromium.launch(executable_path=chromium(), args=[*FLAGS, *options])


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    with launch(playwright) as running:
        yield running


@pytest.fixture(scope="module")
def large(playwright: Playwright) -> Iterator[Browser]:
    """A browser whose reader has set the text to twice its size."""
    with launch(playwright, "--blink-settings=defaultFontSize=32") as running:
        yield running


@contextmanager
def opened(browser: Browser, address: str, width: int = 1440, allowed: str = "(?!)", **more: Any) -> Iterator[Page]:
    """A page that must end without a word on the console; `allowed` is what the browser itself says of a 4xx answer."""
    context = browser.new_context(viewport={"width": width, "height": 860}, **more)
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(address)
    page.wait_for_load_state("networkidle")
    yield page
    context.close()
    assert [each for each in said if not re.search(allowed, each)] == []


def arrived(page: Page, server: Gallery, many: int, seconds: int = 10) -> None:
    """Stay until that many decisions came in: a browser sends six at a time, and none once it is closed."""
    for _ in range(seconds * 20):
        if len(server.decided) >= many:
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"{len(server.decided)} of {many} decisions came in {seconds} seconds")


def axe(page: Page) -> list[str]:
    """Faults that axe finds, one line each."""
    found = page.evaluate(f"{AXE.read_text(encoding='utf-8')}; axe.run(document, {RULES})")
    return [f"{v['id']}: {[n['target'] for n in v['nodes']]}" for v in found["violations"]]


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


@pytest.mark.parametrize("locale", ["zh-CN", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_each_page_is_accessible_and_fits(server: Gallery, browser: Browser, name: str, locale: str) -> None:
    with opened(browser, f"{server.address}/{locale}/{name}", allowed="404" if name == "nothing" else "(?!)") as page:
        assert page.locator("html").get_attribute("lang") == locale
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 860})
            page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
            assert fits(page), width
            if width != 1024:
                assert axe(page) == [], width


@pytest.mark.parametrize("name", ["inbox", "customers", "form"])
def test_text_at_200_percent_loses_nothing(server: Gallery, large: Browser, name: str) -> None:
    with opened(large, f"{server.address}/zh-CN/{name}") as page:
        assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "28px"
        assert fits(page)
        assert axe(page) == []


def test_targets_on_a_phone_are_large(server: Gallery, browser: Browser) -> None:
    with opened(browser, f"{server.address}/zh-CN/task", 390) as page:
        small = page.evaluate(
            "[...document.querySelectorAll('.btn, .side-item, .top-button, .tabs a')]"
            ".filter(e => e.getClientRects().length)"
            ".filter(e => e.getBoundingClientRect().height < 44).map(e => e.outerHTML)"
        )
        assert small == []
        bar = page.locator(".decision-bar").bounding_box()
        assert bar is not None
        assert bar["y"] + bar["height"] <= 860 - 50


def test_menus_and_dialogs_open_by_keyboard_and_give_focus_back(server: Gallery, browser: Browser) -> None:
    with opened(browser, f"{server.address}/zh-CN/form") as page:
        person = page.locator("summary.person")
        person.focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name="退出登录")).to_be_visible()
        assert axe(page) == []
        page.keyboard.press("Escape")
        expect(person).to_be_focused()
        page.keyboard.press("?")
        expect(page.locator("dialog#keys")).to_be_visible()
        assert axe(page) == []
        page.keyboard.press("Escape")
        expect(person).to_be_focused()


def test_single_keys_rest_in_fields_and_can_be_turned_off(server: Gallery, browser: Browser) -> None:
    with opened(browser, f"{server.address}/zh-CN/inbox") as page:
        page.keyboard.press("/")
        search = page.locator("#search")
        expect(search).to_be_focused()
        page.keyboard.type("ja?/")
        expect(search).to_have_value("ja?/")
        expect(page.locator("dialog#keys")).to_be_hidden()
        page.locator("h1").click()
        page.keyboard.press("?")
        page.get_by_label("关闭单键快捷键").check()
        page.keyboard.press("Escape")
        page.keyboard.press("/")
        expect(search).not_to_be_focused()
        page.reload()
        page.wait_for_load_state("networkidle")
        page.keyboard.press("?")
        expect(page.locator("dialog#keys")).to_be_hidden()


def test_g_and_a_letter_go_to_a_page(server: Gallery, browser: Browser) -> None:
    with opened(browser, f"{server.address}/en/form") as page:
        page.locator("h1").click()
        page.keyboard.press("g")
        page.keyboard.press("c")
        page.wait_for_url("**/en/customers")


def test_errors_take_focus_and_are_tied_to_their_fields(server: Gallery, browser: Browser) -> None:
    with opened(browser, f"{server.address}/zh-CN/form") as page:
        expect(page.locator(".error-summary")).to_be_focused()
        limit = page.locator("#limit")
        expect(limit).to_have_attribute("aria-invalid", "true")
        expect(limit).to_have_attribute("aria-describedby", "limit-help limit-errors")
        page.get_by_role("link", name="「申请额度」必填").click()
        expect(limit).to_be_focused()


def test_a_double_click_acts_once(server: Gallery, browser: Browser) -> None:
    server.decided.clear()
    with opened(browser, f"{server.address}/zh-CN/form") as page:
        page.evaluate("const b = document.querySelector('.form-foot button'); b.click(); b.click(); b.click();")
        page.wait_for_url("**/decide/form")
    assert [task for task, _ in server.decided] == ["form"]


def test_an_act_that_cannot_be_taken_back_asks_first(server: Gallery, browser: Browser) -> None:
    server.decided.clear()
    with opened(browser, f"{server.address}/zh-CN/form") as page:
        page.locator(".head-actions summary").click()
        page.locator(".head-actions").get_by_role("button", name="删除").click()
        box = page.locator("dialog#sure")
        expect(box).to_be_visible()
        assert axe(page) == []
        box.get_by_role("button", name="取消").click()
        expect(box).to_be_hidden()
        assert server.decided == []
        page.locator(".head-actions summary").click()
        page.locator(".head-actions").get_by_role("button", name="删除").click()
        box.get_by_role("button", name="删除").click()
        page.wait_for_url("**/decide/delete")
    assert [task for task, _ in server.decided] == ["delete"]


def row(page: Page, task: str) -> Any:
    return page.locator(f"tr[data-task={task}]")


def shows(page: Page, task: str) -> None:
    expect(page.locator(f"#preview form[data-decide={task}]")).to_be_visible()


def test_rows_are_chosen_and_picked_by_key(server: Gallery, browser: Browser) -> None:
    with opened(browser, f"{server.address}/zh-CN/inbox") as page:
        shows(page, "t0")
        page.keyboard.press("j")
        page.keyboard.press("j")
        expect(row(page, "t2")).to_have_attribute("aria-current", "true")
        shows(page, "t2")
        page.keyboard.press("x")
        page.keyboard.press("j")
        page.keyboard.press("j")
        page.keyboard.press("Shift+X")
        picked = page.locator("tbody .pick input:checked")
        expect(picked).to_have_count(2)  # t3 was stopped by a knock-out and is never picked
        expect(page.locator("[data-picked-count]")).to_have_text("（2）")
        expect(page.locator("[data-needs-picked]")).to_be_enabled()
        page.keyboard.press("k")
        shows(page, "t3")
        page.keyboard.press("o")
        page.wait_for_url("**/task?id=t3")


def test_a_decision_waits_and_can_be_undone(server: Gallery, browser: Browser) -> None:
    server.decided.clear()
    with opened(browser, f"{server.address}/zh-CN/inbox") as page:
        shows(page, "t0")
        page.locator("#comment-t0").fill("同意，注意回款")
        page.locator("h1").click()
        page.keyboard.press("a")
        expect(row(page, "t0")).to_be_hidden()
        shows(page, "t1")
        page.get_by_role("button", name="撤销").click()
        expect(row(page, "t0")).to_be_visible()
        shows(page, "t0")
        expect(page.locator("#comment-t0")).to_have_value("同意，注意回款")
    assert server.decided == []


def test_leaving_the_page_sends_what_waits(server: Gallery, browser: Browser) -> None:
    server.decided.clear()
    with opened(browser, f"{server.address}/zh-CN/inbox") as page:
        shows(page, "t0")
        page.keyboard.press("a")
        shows(page, "t1")
        page.keyboard.press("a")
        shows(page, "t2")
        page.goto(f"{server.address}/zh-CN/form")
        arrived(page, server, 2)
    assert sorted(task for task, _ in server.decided) == ["t0", "t1"]
    assert server.decided[0][1]["answer"] == ["approve"]
    assert server.decided[0][1]["csrf_token"] == ["token"]


def test_rejecting_asks_for_a_reason(server: Gallery, browser: Browser) -> None:
    server.decided.clear()
    with opened(browser, f"{server.address}/zh-CN/inbox") as page:
        shows(page, "t0")
        page.keyboard.press("d")
        expect(page.locator("#comment-t0")).to_be_focused()
        expect(row(page, "t0")).to_be_visible()
        page.keyboard.type("逾期未清")
        page.get_by_role("button", name="拒绝").click()
        expect(row(page, "t0")).to_be_hidden()
        page.goto("about:blank")
        arrived(page, server, 1)
    (task, body), = server.decided
    assert (task, body["answer"], body["comment"]) == ("t0", ["reject"], ["逾期未清"])


def test_a_stale_answer_keeps_what_was_typed(server: Gallery, browser: Browser) -> None:
    server.decided.clear()
    server.stale.add("t0")
    try:
        with opened(browser, f"{server.address}/zh-CN/inbox", allowed="409") as page:
            page.clock.install()
            page.reload()
            page.clock.run_for(500)
            shows(page, "t0")
            page.locator("#comment-t0").fill("请补充担保")
            page.get_by_role("button", name="退回").click()
            page.clock.run_for(5100)
            expect(page.locator("#toasts")).to_contain_text("王敏已于 09:12 同意")
            page.clock.run_for(500)
            shows(page, "t0")
            expect(page.locator("#comment-t0")).to_have_value("请补充担保")
            expect(page.locator("#preview .notice-warn")).to_contain_text("王敏已于 09:12 同意")
            assert axe(page) == []
    finally:
        server.stale.clear()


def test_ten_tasks_by_keyboard(server: Gallery, browser: Browser) -> None:
    server.decided.clear()
    with opened(browser, f"{server.address}/zh-CN/inbox") as page:
        for n in range(10):
            shows(page, f"t{n}")
            page.keyboard.press("a")
        expect(page.locator("#preview")).to_contain_text("本页已全部处理")
        page.goto("about:blank")
        arrived(page, server, 10)
    assert sorted(task for task, _ in server.decided) == [f"t{n}" for n in range(10)]


def test_without_a_pane_a_row_opens_its_page(server: Gallery, browser: Browser) -> None:
    with opened(browser, f"{server.address}/zh-CN/inbox", 390) as page:
        expect(page.locator("#preview")).to_be_hidden()
        row(page, "t1").locator(".row-link").click()
        page.wait_for_url("**/task?id=t1")


def test_charts_answer_the_pointer_inside_the_policy_and_have_a_table(server: Gallery, browser: Browser) -> None:
    with opened(browser, f"{server.address}/en/customers") as page:
        charts = page.locator("figure[data-chart] .chart svg")
        expect(charts).to_have_count(5)
        for n in range(5):
            charts.nth(n).hover()
            box = charts.nth(n).bounding_box()
            assert box is not None
            page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + box["height"] * 0.6)
            page.wait_for_timeout(60)
        button = page.get_by_role("button", name="Show table 应收账龄")
        button.click()
        expect(page.get_by_role("cell", name="1620")).to_be_visible()
        assert axe(page) == []
        page.get_by_role("button", name="Show chart 应收账龄").click()
        expect(charts.nth(2)).to_be_visible()


def test_pages_work_without_script(server: Gallery, browser: Browser) -> None:
    server.decided.clear()
    with opened(browser, f"{server.address}/zh-CN/customers", java_script_enabled=False) as page:
        expect(page.get_by_role("cell", name="1620")).to_be_visible()
        page.goto(f"{server.address}/zh-CN/task")
        page.locator("#comment-t1").fill("好")
        page.get_by_role("button", name="同意").click()
        page.wait_for_url("**/decide/t1")
    assert [(task, body["answer"]) for task, body in server.decided] == [("t1", ["approve"])]
