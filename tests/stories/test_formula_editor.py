"""A business admin writes a formula: wrong names are underlined and named, right ones are offered and taken by keys."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing

import pytest
from playwright.sync_api import Page, expect

from app import create_app
from app.edge.runtime import EXTENSION
from app.edge.transaction import begin_work
from app.services import definitions
from app.work import SYSTEM
from config import Settings
from tests.stories.conftest import SignIn
from tests.stories.gates import faults, in_language, watched
from tests.stories.hands import focused, new_draft, tab_to
from tests.stories.place import Place

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
    open_formula(page, "formula_keys")
    messages = watched(page)
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


def test_keys_alone_lead_through_calls_mends_and_dialects(demo: Place, sign_in: SignIn) -> None:
    page = sign_in(demo, "zhoumin")
    open_formula(page, "formula_strokes")
    messages = watched(page)
    keys, call = page.keyboard, page.locator(".cm-call")
    text = page.locator(EDITOR)

    keys.press("Backspace")
    keys.type("round half up(1.25")
    expect(call).to_contain_text("n：数字")
    assert call.locator("strong").inner_text() == "n"
    keys.type(", ")
    expect(call.locator("strong")).to_have_text("scale")
    assert faults(page, messages, "call") == []
    text.click()
    keys.press("Control+End")
    keys.press("Control+Shift+Space")
    expect(call).to_be_visible()
    keys.press("Escape")
    expect(call).to_have_count(0)
    keys.type("1")
    expect(page.locator(f"{EDITOR} .cm-lintRange-error")).to_be_attached()
    expect(call).to_have_count(0)
    keys.press("Control+Shift+Space")
    expect(call).to_be_visible()

    dot = page.locator(".cm-dot.is-error")
    expect(dot).to_have_attribute("aria-label", re.compile("第 1 行有错误："))
    assert faults(page, messages, "dot") == []
    text.click()
    keys.press("Control+End")
    keys.press("Alt+Enter")
    expect(text).to_have_text("round half up(1.25, 1)")
    expect(page.locator(".cm-dot")).to_have_count(0, timeout=20_000)
    keys.press("Control+z")
    expect(text).to_have_text("round half up(1.25, 1")
    keys.press("Control+Shift+z")
    expect(text).to_have_text("round half up(1.25, 1)")

    keys.press("Control+a")
    keys.insert_text('"𠮷" = "" or 近_12_月逾期次 > 1')
    fix = page.locator(".design-reads .errors button")
    expect(fix).to_have_text(f"改为「{FACT}」")
    keys.press("Escape")
    tab_to(page, ".design-reads .errors button")
    keys.press("Enter")
    expect(text).to_have_text(f'"𠮷" = "" or {FACT} > 1')
    assert focused(page, EDITOR)

    keys.press("Control+a")
    keys.insert_text("max（1.5，2）")
    expect(fix).to_have_text("改用公式的半角符号", timeout=20_000)
    keys.press("Alt+Enter")
    expect(text).to_have_text("max(1.5,2)")
    keys.press("Shift+Alt+f")
    expect(text).to_have_text("max(1.5, 2)")

    keys.press("Control+a")
    keys.insert_text("if 1.5 > 1 then 2 else 3")
    tab_to(page, ".design-switch button[aria-pressed=false]", "Shift+Tab")
    keys.press("Enter")
    expect(text).to_have_text("IF(1.5 > 1, 2, 3)")
    expect(page.locator(".design-switch [aria-pressed=true]")).to_have_text("Excel")
    keys.press("Control+z")
    expect(text).to_have_text("if 1.5 > 1 then 2 else 3")
    expect(page.locator(".design-switch [aria-pressed=true]")).to_have_text("FEEL")

    text.click()
    keys.press("Control+a")
    keys.insert_text(f"{FACT} * 2")
    page.get_by_role("button", name="Excel", exact=True).click()
    note = page.locator(".design-formula-note")
    expect(note).to_contain_text("Excel 把空白当作 0")
    expect(page.locator(".design-switch [aria-pressed=true]")).to_have_text("FEEL")
    assert faults(page, messages, "note") == []
    note.get_by_role("button", name="仍然换成 Excel").click()
    expect(page.locator(".design-switch [aria-pressed=true]")).to_have_text("Excel")
    keys.press("Control+s")
    expect(page.locator("[data-standing=saved]")).to_be_attached()
    page.reload()
    expect(page.locator(".design-switch [aria-pressed=true]")).to_have_text("Excel")
    expect(text).to_have_text(f"{FACT} * 2")


@pytest.fixture(scope="module")
def draft(demo: Place) -> str:
    """Where the next version of the demo's scorecard is designed."""
    instance = create_app(Settings(home=demo.home, jobs="off")).extensions[EXTENSION]
    with begin_work(instance, SYSTEM) as work:
        row = definitions.restore(work, definitions.find(work.session, "scorecard", "customer_rating"))
        address = f"/studio/scorecard/customer_rating/{row.version}/design"
    instance.database.dispose()
    return address


def test_a_try_out_says_why_factors_have_no_value(demo: Place, draft: str, sign_in: SignIn) -> None:
    with closing(sqlite3.connect(demo.home / "credence.db")) as connection:
        query = "SELECT number FROM customers WHERE coverage IS NOT NULL ORDER BY coverage LIMIT 1"
        (number,) = connection.execute(query).fetchone()
    page = sign_in(demo, "zhoumin")
    page.goto(draft)
    messages = watched(page)
    page.fill("#try-customer", number)
    page.locator(".design-found button").first.click()
    unknown = page.locator(".design-unknown > li")
    expect(unknown.first.locator("small")).not_to_be_empty()
    for reason in unknown.locator("small").all():
        expect(reason).not_to_be_empty()
    assert faults(page, messages, "unknown") == []


def test_a_value_is_seen_for_a_customer_and_a_null_with_its_cause(demo: Place, draft: str, sign_in: SignIn) -> None:
    page = sign_in(demo, "zhoumin")
    page.goto(draft)
    messages = watched(page)
    page.locator(".design-tree .is-factor").nth(1).click()
    page.select_option("select[data-place$='/value']", "=")
    page.locator(".design-more > summary").click()
    page.fill("input[data-place$='/key']", "OWN")
    page.fill("#try-customer", "C1")
    page.locator(".design-found button").first.click()
    who = page.locator(".design-tried a").inner_text()
    keys, text, value = page.keyboard, page.locator(EDITOR), page.locator(".design-formula-value")
    text.click()
    keys.press("Control+a")
    keys.insert_text("if 1 > 2 then FIN_DEBT else 40 + 2")
    expect(value).to_have_text(f"{who}：42", timeout=20_000)

    card = page.locator(".cm-card")
    text.get_by_text("FIN_DEBT", exact=True).hover()
    expect(card).to_contain_text("资产负债率 · 数字 · 事实")
    expect(card.locator(".cm-card-value")).to_have_text(re.compile(rf"{who}：0\.\d+"))
    assert faults(page, messages, "card") == []
    page.mouse.move(2, 2)
    expect(card).to_have_count(0)

    text.click()
    keys.press("Control+Home")
    keys.press("Control+i")
    expect(card).to_contain_text(f"{who}：42")
    keys.press("Escape")
    expect(card).to_have_count(0)

    keys.press("Control+a")
    keys.insert_text("FIN_DEBT / (2 - 2)")
    expect(value).to_have_text(re.compile(f"{who}：空。除数.*为 0"), timeout=20_000)
    page.get_by_role("button", name="换一个").click()
    expect(value).to_have_count(0)


def test_without_the_server_nothing_is_lost(demo: Place, sign_in: SignIn) -> None:
    page = sign_in(demo, "zhoumin")
    open_formula(page, "formula_alone")
    keys, text, note = page.keyboard, page.locator(EDITOR), page.locator(".design-formula-note")
    keys.press("Backspace")
    page.route("**/studio/formula/check", lambda route: route.abort())
    keys.type("1 + ma")
    expect(note).to_contain_text("暂时得不到服务器的提示")
    assert written(page) == "1 + ma"
    page.get_by_role("button", name="Excel", exact=True).click()
    expect(page.locator(".design-switch [aria-pressed=true]")).to_have_text("FEEL")
    page.unroute("**/studio/formula/check")
    page.route("**/studio/formula/check", lambda route: route.fulfill(status=401, content_type="text/html", body="<p>"))
    text.click()
    keys.press("Control+End")
    keys.type("x")
    expect(note).to_contain_text("暂时得不到服务器的提示")
    page.unroute("**/studio/formula/check")
    keys.type("(1")
    expect(note).not_to_contain_text("暂时得不到服务器的提示")
    assert written(page) == "1 + max(1"


def test_the_editor_speaks_english(demo: Place, sign_in: SignIn) -> None:
    page = sign_in(demo, "zhoumin", locale="en-US")
    in_language(page, "en")
    new_draft(page, "formula_english", "Formulas")
    messages = watched(page)
    page.locator(".design-tree .is-factor").first.click()
    page.select_option("select[data-place$='/value']", "=")
    page.locator(EDITOR).click()
    keys = page.keyboard
    keys.press("Control+a")
    keys.insert_text("strin")
    keys.press("Control+Space")
    info = page.locator(".cm-completionInfo")
    expect(info).to_contain_text("string")
    assert info.locator("code").count() >= 2
    assert faults(page, messages, "info") == []
    page.locator(EDITOR).click()
    keys.press("Escape")
    keys.press("Control+a")
    keys.insert_text('string length("𠮷"')
    expect(page.locator(".design-reads .errors button")).to_have_text('Add ")"')
    expect(page.locator(".cm-dot.is-error")).to_have_attribute("aria-label", re.compile("Error in line 1:"))
    page.locator(EDITOR).get_by_text("string length").hover()
    expect(page.locator(".cm-card-example").first).to_contain_text("=")
    assert faults(page, messages, "english card") == []
