"""Beside the bands of a factor: how many customers fall into each, how many of them turned bad, and notes; by keys."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.stories.conftest import SignIn
from tests.stories.gates import in_language
from tests.stories.hands import new_draft, standing
from tests.stories.place import Place

pytestmark = pytest.mark.browser

SLOW = 30_000


def draft_of_the_gallery(page: Page, key: str, language: str = "zh-CN") -> None:
    in_language(page, language)
    new_draft(page, key, "样本", "scorecard/customer_rating")


def counts(page: Page) -> list[str]:
    """What stands in the two columns of counts, row by row, the rest and missing values included."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll('.design-bands tr:not(.is-empty)')].map(row =>
             [...row.querySelectorAll('td')].slice(-3, -1).map(cell => cell.innerText).join(' ')).filter(Boolean)"""
    )
    return found


def test_counts_follow_the_bands(demo: Place, sign_in: SignIn) -> None:
    page = sign_in(demo, "zhoumin")
    draft_of_the_gallery(page, "band_counts")
    page.locator(".design-tree .is-factor").nth(1).click()
    sample = page.locator(".design-sample")
    expect(sample).to_contain_text("户结果已知", timeout=SLOW)
    everybody = int(re.search(r"已评级客户 (\d+) 户", sample.inner_text()).group(1))  # type: ignore[union-attr]
    first = counts(page)
    assert len(first) == 6
    assert sum(int(each.split()[0]) for each in first) == everybody
    assert all(re.fullmatch(r"\d+ (—|\d+\.\d%)", each) for each in first), first
    sample.locator("summary").click()
    expect(sample).to_contain_text("逾期超过 90 天")

    page.locator(".design-bands tbody td").nth(1).click()
    page.keyboard.type("1%")
    page.keyboard.press("Enter")
    expect(page.locator(".design-bands tbody tr").first.locator("td").nth(3)).to_have_text("0", timeout=SLOW)
    moved = counts(page)
    assert sum(int(each.split()[0]) for each in moved) == everybody
    assert moved[2:] == first[2:]

    page.locator(".design-bands tbody td").nth(2).click()
    page.keyboard.type("110")
    page.keyboard.press("Enter")
    expect(page.locator(".design-bands")).to_contain_text("改正后再计数", timeout=SLOW)
    assert counts(page) == moved, "points move nobody: the counts stand"
    page.locator(".design-bands tbody td").nth(1).click()
    page.keyboard.type("2%")
    page.keyboard.press("Enter")
    expect(page.locator(".design-bands tbody tr").first.locator("td").nth(3)).to_have_text("—", timeout=SLOW)


def test_notes_are_typed_kept_and_read(demo: Place, sign_in: SignIn) -> None:
    page = sign_in(demo, "zhoumin")
    draft_of_the_gallery(page, "band_notes")
    page.locator(".design-tree .is-factor").nth(0).click()
    keys = page.keyboard
    page.locator(".design-bands tbody td").nth(2).click()
    keys.press("Tab")
    keys.type("现金充裕")
    keys.press("Enter")
    page.get_by_label("其余取值的说明").fill("入不敷出")
    page.get_by_label("缺失时的说明").fill("没有现金流量表")
    page.locator(".design-more summary").click()
    page.get_by_label("说明（中文）").fill("来自年度现金流量表")
    keys.press("Control+s")
    standing(page, "saved")
    page.goto(page.url.removesuffix("/design"))
    for words in ("现金充裕", "入不敷出", "没有现金流量表", "来自年度现金流量表"):
        expect(page.locator("main")).to_contain_text(words)


def test_the_mean_score_before_and_after(demo: Place, sign_in: SignIn) -> None:
    page = sign_in(demo, "zhoumin", locale="en")
    page.goto("/studio/scorecard/customer_rating/1")
    page.get_by_role("button", name=re.compile("^(新建草稿|New draft)")).or_(
        page.get_by_role("link", name=re.compile("^(新建草稿|New draft)"))
    ).first.click()
    page.wait_for_selector("[role=treeitem]", timeout=SLOW)
    page.locator(".design-tree .is-factor").nth(1).click()
    page.locator(".design-pane").last.get_by_role("button").first.click()
    mean = page.locator(".design-pane dl div").filter(has_text=re.compile("平均分|Mean score"))
    expect(mean).to_be_visible(timeout=SLOW)
    before, after = mean.locator("dd").inner_text().split(" → ")
    assert before == after
    page.locator(".design-bands tbody td").nth(2).click()
    page.keyboard.type("90")
    page.keyboard.press("Enter")
    expect(mean.locator("dd")).not_to_have_text(f"{before} → {after}", timeout=SLOW)
    assert mean.locator("dd").inner_text().startswith(before)
