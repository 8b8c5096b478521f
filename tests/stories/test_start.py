"""A workbook becomes a form: proposed, put right by hand, published; its rows come into the book by whoever may."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
import xlsxwriter
from playwright.sync_api import Page, expect

from tests.stories.conftest import SignIn
from tests.stories.gates import faults, in_language, watched
from tests.stories.place import Place

pytestmark = pytest.mark.browser

HEAD = ("设备编号", "供应商信用代码", "购入日期", "金额（元）", "状态", "存放处", "备注")
CODE = "91320500MA8M8NM83A"
ROWS = 12


def workbook(at: Path) -> Path:
    """A list as people keep it: days, money, a few states, codes, and cells left blank."""
    book = xlsxwriter.Workbook(at)
    page = book.add_worksheet("设备")
    day, money = book.add_format({"num_format": "yyyy-mm-dd"}), book.add_format({"num_format": "#,##0.00"})
    page.write_row(0, 0, HEAD)
    for row in range(1, ROWS + 1):
        page.write_row(row, 0, [f"SB-{row:03}", CODE])
        if row % 5:
            page.write_datetime(row, 2, date(2026, 1, 1) + timedelta(days=row), day)
        page.write_number(row, 3, 1234.5 * row, money)
        page.write_row(row, 4, [("在用", "闲置", "报废")[row % 3], ("一库", "二库")[row % 2], "借出" * (row == 7)])
    book.close()
    return at


def gates(page: Page, seen: list[str], name: str) -> list[str]:
    found = []
    for language in ("en", "zh-CN"):
        in_language(page, language)
        found += faults(page, seen, f"{name} {language}")
    return found


def test_a_workbook_becomes_a_form_and_its_rows_a_book(demo: Place, sign_in: SignIn, tmp_path: Path) -> None:
    page = sign_in(demo, "zhoumin")
    seen = watched(page)
    page.goto("/studio/start")
    found = gates(page, seen, "start")
    page.set_input_files("#file", workbook(tmp_path / "设备.xlsx"))
    page.get_by_role("button", name="上传并查看").click()
    page.wait_for_url(re.compile("/studio/start/."))
    found += gates(page, seen, "proposal")
    assert found == []
    types = [page.locator(f"[name=type_{place}]").input_value() for place in range(len(HEAD))]
    assert types[:5] == ["text", "credit_code", "date", "money.CNY", "choice"]
    page.set_viewport_size({"width": 390, "height": 844})
    for part in ("th", "#label_3", "[name=type_3]", "[for=required_3]", ".why"):
        box = page.locator("tr", has=page.locator("#label_3")).locator(part).bounding_box()
        assert box is not None
        assert (box["x"] >= 0, box["x"] + box["width"] <= 390) == (True, True), f"{part} is cut off on a phone"
    page.set_viewport_size({"width": 1440, "height": 900})
    page.fill("#key", "equipment")
    page.select_option("[name=type_5]", "text")
    page.get_by_role("button", name="按改动重新检查").click()
    expect(page.locator("[name=type_5]")).to_have_value("text")
    page.get_by_role("button", name="生成表单草稿").click()
    page.wait_for_url("**/studio/form/equipment/1/design")
    expect(page.locator(".form-item")).to_have_count(len(HEAD))
    expect(page.locator(".form-item", has_text="存放处")).to_contain_text("单行文本")
    page.goto("/studio/form/equipment/1/publish")
    page.get_by_role("button", name="发布 v1").click()
    expect(page.locator("main")).to_contain_text("“设备.xlsx”的各行可由有权登记的人")
    keeper = sign_in(demo, "sunli")
    keeper.goto("/books/equipment/import")
    keeper.get_by_role("button", name="检查并导入该文件的各行").click()
    keeper.wait_for_url(re.compile("/imports/."))
    keeper.get_by_role("button", name=f"导入全部 {ROWS} 行").click()
    expect(keeper.locator("main")).to_contain_text(f"导入了 {ROWS} 行", timeout=20_000)
    page.goto("/books/equipment")
    expect(page.locator("tbody tr")).to_have_count(ROWS)
    line = page.locator("tbody tr", has_text="SB-007")
    expect(line).to_contain_text("8,641.50")
    expect(line).to_contain_text("2026年1月8日")
    expect(page.locator("tbody tr", has_text="SB-005")).to_contain_text("报废")
    assert seen == []
