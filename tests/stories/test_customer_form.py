"""An admin with no code builds the customer form of the worked example from an empty page, by mouse and by keys alone.

It is published, sales fills it in, and the same faults get the same Problems on the page, by the API and in a sheet.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from tests.stories import place
from tests.stories.conftest import SignIn
from tests.stories.customer_form import build, intended
from tests.stories.form_hands import ByKeys, ByMouse, Hand
from tests.stories.gates import watched
from tests.stories.hands import standing
from tests.stories.place import Place

pytestmark = pytest.mark.browser

# A customer as nobody may file it: too short, check characters wrong, nothing chosen, born tomorrow, too long to wait.
FAULTS = {
    "name": "甲", "credit_code": "91310000MA1FL3XK2X", "founded_on": "2999-01-01", "registered_capital": "50000",
    "employees": "1e3", "payment_days": "90", "contact_email": "nobody@", "region": "31",
}  # fmt: skip


# What fourteen fields with two rules and a check may cost; a designer that asks for more has become clumsier.
MOST = {ByMouse: (120, 200), ByKeys: (850, 0)}
FOUND = {
    "name": "text.too_short", "credit_code": "credit_code.check_digit", "industry": "field.required",
    "founded_on": "date.future", "employees": "number.exponent", "currency": "field.required",
    "payment_days": "check.failed", "contact_phone": "field.required", "contact_email": "email.invalid",
}  # fmt: skip


@pytest.fixture
def empty(unpublished: Path, tmp_path: Path) -> Iterator[Place]:
    """An instance of its own, in which no Definition is published."""
    with place.serving(unpublished, tmp_path / "home") as running:
        yield running


@pytest.mark.parametrize("hands", [ByMouse, ByKeys])
def test_the_customer_form_from_an_empty_page_to_its_first_faults(
    empty: Place, sign_in: SignIn, tmp_path: Path, hands: type[Hand]
) -> None:
    admin = sign_in(empty, "zhoumin")
    admin.context.grant_permissions(["clipboard-read", "clipboard-write"])
    messages = watched(admin)
    hand = hands(admin)
    begin(hand)
    build(hand, intended())
    publish(hand)
    assert messages == []
    assert stored(empty) == intended()
    most_keys, most_clicks = MOST[hands]
    assert hand.keys <= most_keys, "strokes that move and choose"
    assert hand.clicks <= most_clicks

    sales = sign_in(empty, "lina")
    told = on_the_page(hands(sales), FAULTS)
    answered = by_the_api(empty, sales, FAULTS)
    assert told == {(key, message) for key, _, message in answered}
    sheet = in_a_sheet(empty, sign_in(empty, "sunli"), FAULTS, tmp_path)
    assert sheet == answered
    assert {key: code for key, code, _ in answered} == FOUND


def begin(hand: Hand) -> None:
    """A new draft that starts from nothing."""
    hand.page.goto("/studio/new?kind=form")
    hand.choose("select[name=start]", "empty/form")
    hand.write("input[name=key]", "customer")
    hand.write("input[name=title_zh]", "客户档案")
    hand.write("input[name=title_en]", "Customer file")
    hand.press("form[data-guard] button[type=submit], main form button[type=submit]")
    hand.page.wait_for_url(re.compile("/design$"))
    hand.page.wait_for_selector(".form-canvas")


def publish(hand: Hand) -> None:
    page = hand.page
    hand.key("Control+s")
    standing(page, "saved")
    problems = page.locator("#design-actions button[aria-expanded]")
    expect(problems).to_have_text("没有问题", timeout=20_000)
    hand.press("a[data-saved-first]")
    page.wait_for_url(re.compile("/publish$"))
    hand.press("button:has-text('发布 v1')")
    page.wait_for_url(lambda url: not url.endswith("/publish"))
    expect(page.locator("main")).to_contain_text("已发布")


def stored(at: Place) -> dict[str, Any]:
    connection = sqlite3.connect(at.home / "credence.db")
    query = "SELECT body FROM definitions WHERE kind = 'form' AND key = 'customer' AND status = 'published'"
    (body,) = connection.execute(query).fetchone()
    connection.close()
    found: dict[str, Any] = json.loads(body)
    return found


def on_the_page(hand: Hand, answers: dict[str, str]) -> set[tuple[str, str]]:
    """What a person is told at which field."""
    page = hand.page
    page.goto("/customers/new")
    for key, value in answers.items():
        control = f"#part-{key} :is(input:not([type=hidden]), select, textarea)"
        if page.locator(control).first.evaluate("it => it.tagName") == "SELECT":
            hand.choose(control, value)
        else:
            hand.write(control, value)
    with page.expect_response(lambda answer: answer.request.method == "POST" and answer.url.endswith("/new")):
        hand.key("Control+s")
    expect(page.locator(".error-summary")).to_be_focused()
    found = page.evaluate(
        "[...document.querySelectorAll('.field.has-errors')].flatMap("
        "each => [...each.querySelectorAll('.errors li')].map(one => [each.id.slice(5), one.innerText]))"
    )
    return {(key, message) for key, message in found}


def by_the_api(at: Place, page: Page, answers: dict[str, str]) -> set[tuple[str, str, str]]:
    """(key, code, message) of what a program is told that sends the same."""
    request = Request(
        f"{at.address}/api/v1/customers/ERP-1", json.dumps(answers).encode(), method="PUT",
        headers={"Authorization": f"Bearer {token_of(page)}", "Content-Type": "application/json",
                 "Accept-Language": "zh-CN"},
    )  # fmt: skip
    with pytest.raises(HTTPError) as refused:
        urlopen(request, timeout=20)
    assert refused.value.code == 422
    problems = json.load(refused.value)["problems"]
    return {(each["path"].strip("/"), each["code"], each["message"]) for each in problems}


def token_of(page: Page) -> str:
    """A token for the API, made on the person's own page."""
    page.goto("/me/tokens")
    page.fill("input[name=name]", "ERP")
    page.locator("input[name=scopes][value='customer.write'], select[name=scopes]").first.check()
    page.locator("main form button[type=submit]").last.click()
    return page.locator(".notice code, .notice pre").first.inner_text().strip()


def in_a_sheet(at: Place, page: Page, answers: dict[str, str], folder: Path) -> set[tuple[str, str, str]]:
    """(key, code, message) of what a row of a workbook is told that says the same."""
    labels = {each["key"]: each["label"]["zh-CN"] for s in intended()["sections"] for each in s["fields"]}
    asked = [key for key in labels if key != "capital_in_wan"]
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append([labels[key] for key in asked])
    sheet.append([answers.get(key) for key in asked])
    book.save(folder / "customers.xlsx")
    page.goto("/imports")
    page.set_input_files("#file-customers", folder / "customers.xlsx")
    page.locator("form:has(#file-customers) button[type=submit]").click()
    page.wait_for_url(re.compile("/imports/.+"))
    page.select_option("select[name=level]", "error")
    page.wait_for_url(re.compile("level=error"))
    rows = page.locator("table.rows tbody tr")
    expect(rows.first).to_be_visible(timeout=20_000)
    shown = {(row.locator("td").nth(1).inner_text(), row.locator("td").nth(4).inner_text()) for row in rows.all()}
    connection = sqlite3.connect(at.home / "credence.db")
    (report,) = connection.execute("SELECT report FROM uploads ORDER BY rowid DESC LIMIT 1").fetchone()
    connection.close()
    codes = {each["column"]: each["code"] for each in json.loads(report)["findings"] if each["level"] == "error"}
    return {(next(k for k in asked if labels[k] == column), codes[column], words) for column, words in shown}
