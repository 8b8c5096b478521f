"""What people do on many pages: go by Tab, begin a draft, pick a name from what is offered."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

READY = {"scorecard": "[role=treeitem]", "form": ".form-canvas", "table": ".design-middle .design-grid [data-active]"}
"""What stands in the designer of a kind once it can be worked with."""


def focused(page: Page, selector: str) -> bool:
    return bool(page.evaluate("selector => document.activeElement?.matches(selector) ?? false", selector))


def tab_to(page: Page, selector: str, key: str = "Tab", limit: int = 60) -> None:
    """Press Tab until the focus stands on what is looked for."""
    for _ in range(limit):
        if focused(page, selector):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{limit} times {key} never came to {selector}")


def new_draft(page: Page, key: str, title: str, start: str = "empty/scorecard") -> None:
    """A draft of one's own of what the studio offers to start from, open in its designer."""
    first, last = start.split("/")
    kind = last if first == "empty" else first
    page.goto(f"/studio/new?kind={kind}")
    page.select_option("select[name=start]", start)
    page.fill("input[name=key]", key)
    page.fill("input[name=title_zh]", title)
    page.press("input[name=title_zh]", "Enter")
    page.wait_for_url(re.compile("/design$"))
    page.wait_for_selector(READY[kind])


def standing(page: Page, kind: str) -> None:
    expect(page.locator(f"[data-standing={kind}]")).to_be_attached()


def pick(page: Page, box: str, typed: str) -> None:
    """Type part of a name, go down to the first that is offered, take it."""
    page.locator(box).press_sequentially(typed)
    expect(page.locator(f"{box}-found [role=option]").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator(f"{box}-found")).to_be_hidden()
