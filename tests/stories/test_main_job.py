"""The main job, by the people who do it, each in a browser of their own, from publishing to a verified trail."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.shared import ROOT
from tests.stories.conftest import SignIn
from tests.stories.place import Place

pytestmark = pytest.mark.browser


def open_task(page: Page, number: str) -> None:
    """From the inbox to the page of the task of this request."""
    page.goto("/inbox")
    row = page.locator("tbody tr", has_text=number).first
    href = row.locator("a").first.get_attribute("href")
    assert href is not None
    page.goto(href)


def decide(page: Page, answer: str, comment: str = "") -> None:
    """Answer the task whose page is open, as a person without hurry would: type, click, confirm."""
    if comment:
        page.fill("textarea[name=comment]", comment)
    page.locator(f".decision-bar button[name=answer][value={answer}]").first.click()
    if answer == "approve":
        say_yes(page)
    page.wait_for_load_state("networkidle")


def say_yes(page: Page) -> None:
    """Confirm in the dialog that asks."""
    with page.expect_navigation():
        page.locator("dialog[open] button[value=confirm]").click()


def verify(bundle: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ledger", "verify", str(bundle), "--lang", "en", *options]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def submit_request(page: Page, customer: str, limit: str) -> str:
    """New request for a customer found by name; returns its number."""
    page.goto("/requests/new")
    page.fill("input[name=customer_search]", customer)
    page.locator("label", has_text=customer).first.click()
    page.select_option("select[name=request_kind]", "new")
    page.fill("input[name=limit]", limit)
    page.fill("input[name=term_days]", "15")
    page.fill("textarea[name=reason]", "年度框架合同签订，申请首次赊销额度")
    page.locator("button[name=action][value=submit]").click()
    page.wait_for_url(lambda url: "/requests/new" not in url)
    return page.locator("main").inner_text().split("SX", 1)[1][:10]


def test_from_publishing_to_a_verified_trail(fresh: Place, sign_in: SignIn, tmp_path: Path) -> None:
    admin = sign_in(fresh, "zhoumin")
    admin.goto("/studio/gallery")
    admin.locator("form[action$='publish-all'] button, button[formaction$='publish-all']").first.click()
    say_yes(admin)
    admin.goto("/studio/flow/credit_approval")
    expect(admin.locator("main")).to_contain_text("已发布")

    sales = sign_in(fresh, "lina")
    number = "SX" + submit_request(sales, "蓝海物流", "200000")
    expect(sales.locator("main")).to_contain_text("56.05")

    superior = sign_in(fresh, "wangqiang")
    open_task(superior, number)
    decide(superior, "approve", "老客户，同意。")

    finance = sign_in(fresh, "sunli")
    open_task(finance, number)
    decide(finance, "return", "请说明担保安排。")

    sales.goto("/requests")
    sales.locator("tbody tr", has_text=number).first.locator("a").first.click()
    sales.wait_for_load_state("networkidle")
    expect(sales.locator("main")).to_contain_text("请说明担保安排。")
    sales.fill("textarea[name=reason]", "由实际控制人提供连带责任保证，已取得书面承诺")
    sales.locator("button[name=action][value=submit]").click()
    sales.wait_for_load_state("networkidle")

    for who in ("wangqiang", "sunli", "zhenghua", "wutong"):
        page = superior if who == "wangqiang" else finance if who == "sunli" else sign_in(fresh, who)
        open_task(page, number)
        decide(page, "approve", "同意。")

    sales.goto("/customers")
    sales.fill("input[name=q]", "蓝海物流")
    sales.press("input[name=q]", "Enter")
    sales.wait_for_load_state("networkidle")
    expect(sales.locator("tbody tr", has_text="蓝海物流").first).to_contain_text("20")

    auditor = sign_in(fresh, "hanxue")
    case_id = _value(fresh, "SELECT id FROM cases WHERE number = ?", number)
    auditor.goto(f"/trail/subjects/case/{case_id}")
    expect(auditor.locator("main")).to_contain_text("王强")
    with auditor.expect_download() as caught:
        auditor.locator("[data-dialog=export]").first.click()
        auditor.locator("dialog[open] form[action*='/trail/exports/'] button[type=submit]").click()
    bundle = tmp_path / "trail.zip"
    caught.value.save_as(bundle)
    good = verify(bundle)
    assert good.returncode == 0, good.stdout + good.stderr
    assert good.stdout.strip().splitlines()[-1].startswith("intact")

    _one_byte_changed(bundle, tmp_path / "changed.zip")
    bad = verify(tmp_path / "changed.zip")
    assert bad.returncode == 1, bad.stdout
    assert "tampered" in bad.stdout


def _value(at: Place, query: str, *values: str) -> str:
    with sqlite3.connect(at.home / "credence.db") as connection:
        found: str = connection.execute(query, values).fetchone()[0]
    connection.close()
    return found


def _one_byte_changed(source: Path, target: Path) -> None:
    """The same archive with one letter of one entry changed."""
    import zipfile

    with zipfile.ZipFile(source) as before, zipfile.ZipFile(target, "w") as after:
        for item in before.infolist():
            content = before.read(item)
            if item.filename == "entries.jsonl":
                place = content.index(b'"approve"') + 1
                content = content[:place] + b"A" + content[place + 1 :]
            after.writestr(item, content)


def test_a_row_changed_by_a_superuser_is_named(demo: Place, sign_in: SignIn) -> None:
    with sqlite3.connect(demo.home / "credence.db") as connection:
        connection.execute("DROP TRIGGER entries_no_update")
        row, body = connection.execute("SELECT id, body FROM entries WHERE verb = 'decision.made' LIMIT 1").fetchone()
        changed = body.replace(b'"approve"', b'"reject!"').replace(b'"reject"', b'"approve"')
        connection.execute("UPDATE entries SET body = ? WHERE id = ?", (changed, row))
    connection.close()
    auditor = sign_in(demo, "hanxue")
    auditor.goto("/trail/verify")
    auditor.locator("form[action$='/trail/verify'] button[type=submit]").first.click()
    auditor.wait_for_load_state("networkidle")
    expect(auditor.locator("main")).to_contain_text("被改动过")
    index = _value(demo, "SELECT idx FROM leaves WHERE entry_id = ?", str(row))
    expect(auditor.locator("main")).to_contain_text(str(index))


def test_two_browsers_decide_one_task_once(demo: Place, sign_in: SignIn) -> None:
    """The same person in two browsers, the same open task: one effect, and the second is told who did what."""
    first, second = sign_in(demo, "wangqiang"), sign_in(demo, "wangqiang")
    first.goto("/inbox")
    href = first.locator("tbody tr a").first.get_attribute("href")
    assert href is not None
    for page in (first, second):
        page.goto(href)
    decide(first, "approve", "同意。")
    decide(second, "reject", "两个浏览器同时处理。")
    expect(second.locator("body")).to_contain_text("王强")
    expect(second.locator("textarea[name=comment], .typed, main").first).to_contain_text("")
    task_id = href.rstrip("/").rsplit("/", 1)[-1].split("?")[0]
    with sqlite3.connect(demo.home / "credence.db") as connection:
        count = connection.execute("SELECT count(*) FROM decisions WHERE task_id = ?", (task_id,)).fetchone()[0]
    connection.close()
    assert count == 1


def test_what_one_may_not_open_is_said_plainly(demo: Place, sign_in: SignIn) -> None:
    page = sign_in(demo, "lina")
    answer = page.goto("/studio")
    assert answer is not None
    assert answer.status == 403
    expect(page.locator("main")).to_contain_text("权限")
    answer = page.goto("/customers/" + "0" * 32)
    assert answer is not None
    assert answer.status == 404
