"""The pages of Start from Excel: a file chosen, its columns settled, a draft made, its rows offered."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.app.desk import bring
from tests.app.services.test_form_start import workbook
from tests.builders import House, csrf_of


def send(browser: FlaskClient, content: bytes, name: str = "合同.xlsx") -> Any:
    token = csrf_of(browser.get("/studio/start").get_data(as_text=True))
    data = {"csrf_token": token, "file": (io.BytesIO(content), name)}
    return browser.post("/studio/start", data=data, content_type="multipart/form-data")


def controls(page: str) -> dict[str, str]:
    """What the page's form would send back as it stands."""
    form = page[page.index('name="title_zh"') - 200 :]
    found: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and value and ('type="checkbox"' not in tag or " checked" in tag):
            found[name[1]] = value[1]
    for name, options in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', form, re.DOTALL):
        found[name] = re.findall(r'<option value="([^"]*)" selected', options)[0]
    return found


@pytest.mark.parametrize("tag", ["zh-CN", "en"])
def test_from_file_to_draft_to_rows(house: House, tag: str) -> None:
    bring(house, "C2", owner="lina")
    browser = house.client("zhoumin")
    token = csrf_of(browser.get("/studio").get_data(as_text=True))
    browser.post("/language", data={"csrf_token": token, "lang": tag})
    assert 'href="/studio/start"' in browser.get("/studio").get_data(as_text=True)
    answer = send(browser, workbook())
    assert answer.status_code == 303
    address = answer.headers["Location"]
    page = browser.get(address).get_data(as_text=True)
    for words in {
        "zh-CN": ("40 个单元格中 39 个", "F12 “待定”", "金额（CNY）", "表头在第 4 行"),
        "en": ("39 of 40 cells", "F12 “待定”", "Money (CNY)", "Headings stand in row 4"),
    }[tag]:
        assert words in page
    sent = controls(page)
    assert (sent["title_zh"], sent["key_2"], sent["type_2"]) == ("2025 年合同台账", "he_tong_bian_hao", "text")
    head = {"csrf_token": csrf_of(page), "head": "0/4", "book": "1"}
    looked = browser.post(address, data={**sent, **head, "act": "look", "type_2": "integer", "label_2": "<i>号"})
    told = looked.get_data(as_text=True)
    assert {"zh-CN": "40 个单元格中 0 个", "en": "0 of 40 cells"}[tag] in told
    assert "&lt;i&gt;号" in told
    refused = browser.post(address, data={**sent, **head, "act": "create", "key_2": "1 2"})
    assert refused.status_code == 422
    assert 'href="#label_2"' in refused.get_data(as_text=True), "the problem leads to its column"
    taken = browser.post(address, data={**sent, **head, "act": "create", "key": ""})
    assert taken.status_code == 422
    done = browser.post(address, data={**sent, **head, "act": "create", "key": "contract_book"})
    assert done.status_code == 303
    assert done.headers["Location"].endswith("/studio/form/contract_book/1/design")
    assert browser.get(done.headers["Location"]).status_code == 200
    listed = browser.get("/studio/start").get_data(as_text=True)
    assert "contract_book" in listed
    published = browser.post(
        "/studio/form/contract_book/1/publish",
        data={"csrf_token": head["csrf_token"], "row_version": "1", "warnings_read": "1"}, follow_redirects=True,
    )  # fmt: skip
    assert {"zh-CN": "可由有权登记的人", "en": "can be imported from"}[tag] in published.get_data(as_text=True)
    lina = house.client("lina")
    page = lina.get("/books/contract_book/import").get_data(as_text=True)
    assert "合同.xlsx" in page
    token = csrf_of(page)
    preview = lina.post("/books/contract_book/import/source", data={"csrf_token": token})
    assert preview.status_code == 303
    page = lina.get(preview.headers["Location"]).get_data(as_text=True)
    assert "39" in page
    assert '<a href="/books/contract_book">2025 年合同台账</a>' in page, "a book is called by its title"
    assert "2025 年合同台账" in lina.get("/imports").get_data(as_text=True)
    take = preview.headers["Location"] + "/take"
    assert lina.post(take, data={"csrf_token": token, "good_only": "yes"}).status_code == 303
    assert "/import/source" not in lina.get("/books/contract_book/import").get_data(as_text=True)
    assert lina.post("/books/contract_book/import/source", data={"csrf_token": token}).status_code == 409


def test_refusals_and_who_may(house: House) -> None:
    browser = house.client("zhoumin")
    page = send(browser, "此致敬礼".encode(), "<b>x.csv")
    assert page.status_code == 422
    assert "没有找到表格" in page.get_data(as_text=True)
    assert "<b>x" not in page.get_data(as_text=True)
    token = csrf_of(browser.get("/studio/start").get_data(as_text=True))
    assert browser.post("/studio/start", data={"csrf_token": token}).status_code == 422
    address = send(browser, b"name,size\na,1\n", "x.csv").headers["Location"]
    assert browser.get(address + "?head=0/99").status_code == 200
    assert house.client("lina").get(address).status_code == 403
    assert house.client("sunli").get("/imports").get_data(as_text=True).count("x.csv") == 0
    assert browser.post(address + "/discard", data={"csrf_token": token}).status_code == 303
    assert browser.get(address).status_code == 404
