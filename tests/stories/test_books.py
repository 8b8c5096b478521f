"""A book from the desk: a record entered by keyboard, found, changed, removed with a reason, brought back, imported."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.stories import place
from tests.stories.conftest import SignIn
from tests.stories.gates import faults, in_language, watched
from tests.stories.place import Place

pytestmark = pytest.mark.browser

SHEET = """合同编号,客户,合同标的,合同金额,签订日期,状态
HT-导入-1,{customer},仓储服务,"120,000",2026-01-05,履行中
HT-导入-2,没有这家,仓储服务,很多,2026-01-05,履行中
"""


@pytest.fixture(scope="module")
def shelf(lived_in: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with place.serving(lived_in, tmp_path_factory.mktemp("books") / "home") as running:
        yield running


def test_a_record_from_the_first_key_to_the_last(shelf: Place, sign_in: SignIn) -> None:
    page = sign_in(shelf, "lina")
    messages = watched(page)
    page.goto("/books/contracts")
    page.keyboard.press("n")
    page.wait_for_url("**/books/contracts/new")
    page.locator("#contract_no").focus()
    page.keyboard.type("HT-键盘-1")
    page.keyboard.press("Tab")
    page.keyboard.type("华东")
    expect(page.locator("#customer-found [role=option]").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#part-customer .picked")).to_have_count(1)
    for box, said in (("#subject", "键盘登记的合同"), ("#amount", "12万"), ("#signed_on", "2026-01-05")):
        page.locator(box).focus()
        page.locator(box).fill(said)
    page.locator("#status").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Control+s")
    expect(page.locator("h1")).to_have_text("HT-键盘-1")
    expect(page.locator(".card").first).to_contain_text("¥120,000.00")
    # Changed, and the history says from what to what.
    page.keyboard.press("e")
    page.wait_for_url("**/edit")
    page.locator("#amount").fill("9万")
    page.keyboard.press("Control+s")
    expect(page.locator(".changed")).to_contain_text("¥120,000.00 → ¥90,000.00")
    # Removed with a reason, and back again.
    page.get_by_role("button", name="移除", exact=True).click()
    page.locator("#remove-reason").fill("登记错了")
    page.locator("#remove-record").get_by_role("button", name="移除").click()
    expect(page.locator("main")).to_contain_text("原因：登记错了")
    page.get_by_role("button", name="恢复").click()
    expect(page.get_by_role("button", name="移除", exact=True)).to_be_visible()
    # Found by its filters, kept as a view.
    page.goto("/books/contracts?f.amount.min=9%E4%B8%87&f.amount.max=9%E4%B8%87&q=%E9%94%AE%E7%9B%98")
    expect(page.locator("#records tbody tr")).to_have_count(1)
    page.get_by_role("button", name="保存当前视图").click()
    page.locator("#view-name").fill("九万的")
    page.keyboard.press("Enter")
    expect(page.locator(".chip")).to_contain_text("九万的")
    assert messages == []


def test_a_sheet_is_checked_before_it_is_taken(shelf: Place, sign_in: SignIn, tmp_path: Path) -> None:
    page = sign_in(shelf, "liuyang")
    messages = watched(page)
    page.goto("/customers?q=C1")
    number = page.locator("tbody tr td").first.inner_text()
    page.goto("/books/contracts/import")
    file = tmp_path / "合同.csv"
    file.write_text(SHEET.format(customer=number), "utf-8")
    page.set_input_files("input[type=file]", file)
    page.get_by_role("button", name="检查").click()
    page.wait_for_url("**/imports/*")
    for said in ("B3", "D3", "“很多”不是有效的数字"):
        expect(page.locator("main")).to_contain_text(said)
    page.get_by_role("button", name="只导入").or_(page.get_by_role("button", name="导入")).first.click()
    page.locator("dialog[open] button[value=confirm]").click()
    expect(page.locator("main")).to_contain_text("已导入 1 条记录")
    page.goto("/books/contracts?q=%E5%AF%BC%E5%85%A5")
    expect(page.locator("#records tbody tr")).to_have_count(1)
    assert messages == []


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_pages_pass_the_gates(shelf: Place, sign_in: SignIn, language: str) -> None:
    page = sign_in(shelf, "liuyang")
    messages = watched(page)
    in_language(page, language)
    page.goto("/books/contracts")
    one = page.locator("a.row-link").first.get_attribute("href") or ""
    found: list[str] = []
    for path in (
        "/books", "/books/contracts", "/books/contracts?f.status=running&sort=amount&way=down",
        "/books/contracts?q=zzzz",
        "/books/contracts?f.amount.min=x", "/books/contracts/new", "/books/contracts/import", one, f"{one}/edit",
        "/books/site_visits",
    ):  # fmt: skip
        answer = page.goto(path, wait_until="networkidle")
        assert answer is not None
        assert answer.status == 200, path
        found += faults(page, messages, path)
    assert found == []
