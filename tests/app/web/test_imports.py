"""The pages of imports: upload, preview, take over once, downloads, refusals, both languages."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import openpyxl
import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, func, select

from app.jobs import drain, load_handlers
from app.models.customer import Customer
from app.models.upload import Upload
from app.services import imports
from tests.app.services.test_imports import ITEM_HEAD, customer, item, text
from tests.builders import House, csrf_of
from tests.shared import shared_path


@pytest.fixture
def browser(house: House) -> FlaskClient:
    return house.client("sunli")


def send(browser: FlaskClient, content: bytes, name: str = "c.csv", kind: str = "customers") -> Any:
    token = csrf_of(browser.get("/imports").get_data(as_text=True))
    data = {"csrf_token": token, "kind": kind, "file": (io.BytesIO(content), name)}
    return browser.post("/imports", data=data, content_type="multipart/form-data")


def sent(browser: FlaskClient, content: bytes, name: str = "c.csv", kind: str = "customers") -> str:
    """The address of the upload's page."""
    answer = send(browser, content, name, kind)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return str(answer.headers["Location"])


def press(browser: FlaskClient, address: str, act: str, **values: str) -> Any:
    token = csrf_of(browser.get("/imports").get_data(as_text=True))
    return browser.post(f"{address}/{act}", data={"csrf_token": token, **values})


def speak(browser: FlaskClient, tag: str) -> None:
    token = csrf_of(browser.get("/imports").get_data(as_text=True))
    browser.post("/language", data={"csrf_token": token, "lang": tag})


def count(house: House, table: Any = Customer) -> int:
    with house.work() as work:
        return work.session.scalar(select(func.count()).select_from(table)) or 0


def names(browser: FlaskClient, address: str) -> list[tuple[Any, ...]]:
    """The rows of a downloaded workbook."""
    answer = browser.get(address)
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    page = openpyxl.load_workbook(io.BytesIO(answer.data)).worksheets[0]
    return [tuple(row) for row in page.iter_rows(values_only=True)]


@pytest.mark.parametrize("tag", ["zh-CN", "en"])
def test_an_empty_list_says_what_to_do(browser: FlaskClient, tag: str) -> None:
    speak(browser, tag)
    page = browser.get("/imports").get_data(as_text=True)
    assert {"zh-CN": "还没有上传过文件", "en": "No file has been uploaded yet"}[tag] in page
    assert page.count('type="file"') == 2
    assert "/imports/template-customers.xlsx" in page


@pytest.mark.parametrize("tag", ["zh-CN", "en"])
def test_the_faulty_sheet_from_upload_to_import(house: House, browser: FlaskClient, tag: str) -> None:
    speak(browser, tag)
    content = shared_path("data/customers_import_bad.xlsx").read_bytes()
    address = sent(browser, content, "客户.xlsx")
    page = browser.get(address).get_data(as_text=True)
    for words in ("K12", "12O000", "申请额度(元)", "历史数据", "149"):
        assert words in page
    assert {"zh-CN": "不是有效的数字", "en": "is not a"}[tag] in page
    errors = browser.get(address + "?level=error").get_data(as_text=True)
    assert errors.count("<tr>") == 51
    refused = press(browser, address, "take")
    assert refused.status_code == 422
    assert count(house) == 0
    done = press(browser, address, "take", good_only="yes")
    assert done.status_code == 303
    assert count(house) == 149
    page = browser.get(address).get_data(as_text=True)
    assert {"zh-CN": "已新建 149 户客户", "en": "149 customers were created"}[tag] in page
    again = press(browser, address, "take", good_only="yes")
    assert again.status_code == 409
    assert "孙" in again.get_data(as_text=True)  # who did it
    assert count(house) == 149
    second = browser.get(sent(browser, content, "客户.xlsx")).get_data(as_text=True)
    assert {"zh-CN": "同一份文件已由", "en": "The very same file"}[tag] in second
    rows = names(browser, address + "/result.xlsx")
    fates = [row[-2] for row in rows[1:]]
    assert fates.count({"zh-CN": "已导入", "en": "Imported"}[tag]) == 149
    assert rows[11][-1]
    assert any(row[13] == "'+1+2" for row in rows)


def test_result_before_the_import_escapes_and_explains(browser: FlaskClient) -> None:
    rows = [customer(0, name="=1+1有限公司"), customer(1, code="123"), [None] * 5, customer(2)]
    address = sent(browser, text(*rows))
    found = names(browser, address + "/result.xlsx")
    assert found[0][-2:] == ("检查结果", "说明")
    assert found[1][1] == "'=1+1有限公司"
    assert [row[5] for row in found[1:]] == ["可导入", "有错误", "空行", "可导入"]
    assert "18 位" in found[2][-1]


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "c.xlsx", "文件是空的"),
        (b"<html><table>", "c.xlsx", "其实是网页"),
        (b"PK\x03\x04 nothing", "<b>c.xlsx", "已损坏"),
    ],
)
def test_files_that_cannot_be_read(house: House, browser: FlaskClient, content: bytes, name: str, words: str) -> None:
    answer = send(browser, content, name)
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert words in page
    assert "<b>c" not in page
    assert 'href="/imports" aria-current="page"' in page, "the menu still says where one is"
    assert count(house, Upload) == 0


@pytest.mark.parametrize("tag", ["zh-CN", "en"])
def test_columns_are_matched_on_a_page_of_their_own(house: House, browser: FlaskClient, tag: str) -> None:
    speak(browser, tag)
    head = ["客户代号", "企业全称", "信用代码", "行业门类名", "<b>货币"]
    address = sent(browser, text(customer(0), head=head))
    assert address.endswith("/columns")
    page = browser.get(address).get_data(as_text=True)
    assert {"zh-CN": "必填但尚未对应", "en": "Required and not matched yet"}[tag] in page
    assert "&lt;b&gt;货币" in page
    waiting = browser.get(address.removesuffix("/columns")).get_data(as_text=True)
    assert {"zh-CN": "待对应列", "en": "Columns to be matched"}[tag] in waiting
    said = {"head": "0/1", "c_0": "number", "c_1": "name", "c_2": "credit_code", "c_3": "industry", "remember": "1"}
    upload = address.removesuffix("/columns")
    refused = press(browser, upload, "columns", **said)
    assert refused.status_code == 422
    page = refused.get_data(as_text=True)
    assert '<option value="industry" selected>' in page, "what was chosen stays"
    done = press(browser, upload, "columns", **said, c_4="currency")
    assert done.status_code == 303
    page = browser.get(upload).get_data(as_text=True)
    assert {"zh-CN": "各列由人工对应", "en": "matched by hand"}[tag] in page
    again = sent(browser, text(customer(1), head=head))
    assert not again.endswith("/columns"), "the second time nobody is asked"
    assert {"zh-CN": "按以前记住的方式", "en": "as remembered"}[tag] in browser.get(again).get_data(as_text=True)
    page = browser.get(again + "/columns").get_data(as_text=True)
    assert "/forget" in page
    forget = page.split("/forget")[0].rpartition("/")[2]
    assert press(browser, again, f"columns/{forget}/forget").status_code == 303
    assert press(browser, again, f"columns/{forget}/forget").status_code == 404
    assert sent(browser, text(customer(2), head=head)).endswith("/columns")
    assert press(browser, upload, "take").status_code == 303
    assert browser.get(address).status_code == 409
    assert house.client("lina").get(again + "/columns").status_code == 404


@pytest.mark.parametrize("tag", ["zh-CN", "en"])
def test_an_import_under_way_is_stopped_on_its_page(
    house: House, browser: FlaskClient, monkeypatch: pytest.MonkeyPatch, tag: str
) -> None:
    load_handlers()
    monkeypatch.setattr(imports, "MOST_AT_ONCE", 2)
    speak(browser, tag)
    address = sent(browser, text(*(customer(n) for n in range(4))))
    drain(house.instance)
    assert press(browser, address, "stop").status_code == 409, "nothing is under way yet"
    assert press(browser, address, "take").status_code == 303
    page = browser.get(address).get_data(as_text=True)
    assert {"zh-CN": "停止并收回", "en": "Stop and take back"}[tag] in page
    assert press(browser, address, "stop").status_code == 303
    page = browser.get(address).get_data(as_text=True)
    assert {"zh-CN": "正在收回", "en": "Taking back"}[tag] in page
    drain(house.instance)
    page = browser.get(address).get_data(as_text=True)
    assert {"zh-CN": "全部收回", "en": "everything it had written was taken back"}[tag] in page
    assert count(house) == 0
    assert press(browser, address, "take", good_only="yes").status_code == 409
    assert press(browser, address, "discard").status_code == 303


def test_no_file_and_no_such_kind(browser: FlaskClient) -> None:
    token = csrf_of(browser.get("/imports").get_data(as_text=True))
    answer = browser.post("/imports", data={"csrf_token": token, "kind": "customers"})
    assert answer.status_code == 422
    assert "请选择要上传的文件" in answer.get_data(as_text=True)
    assert send(browser, b"x", "c.csv", "nothing").status_code == 404
    assert browser.get("/imports/template-nothing.xlsx").status_code == 404


def test_only_who_may_import_sees_any_of_it(house: House, browser: FlaskClient) -> None:
    address = sent(browser, text(customer(0)))
    lina = house.client("lina")
    html = lina.get("/imports").get_data(as_text=True)  # where her own lists of records would stand
    assert "c.csv" not in html
    assert 'type="file"' not in html
    for path in (address, address + "/result.xlsx"):
        assert lina.get(path).status_code == 404
    assert lina.get("/imports/template-items.xlsx").status_code == 403
    token = csrf_of(lina.get("/customers").get_data(as_text=True))
    for act in ("take", "discard"):
        assert lina.post(f"{address}/{act}", data={"csrf_token": token}).status_code == 404
    assert house.client("heping").get("/imports").status_code == 403
    assert house.client("liuyang").get(address).status_code == 200  # another importer over all customers
    assert browser.get("/imports/" + "0" * 32).status_code == 404


def test_items_and_discarding(house: House, browser: FlaskClient) -> None:
    press(browser, sent(browser, text(customer(0))), "take")
    address = sent(browser, text(item("R1"), item("R2", "nobody"), head=ITEM_HEAD), "i.csv", "items")
    assert "nobody" in browser.get(address).get_data(as_text=True)
    assert press(browser, address, "take", good_only="yes").status_code == 303
    other = sent(browser, text(item("R3"), head=ITEM_HEAD), "j.csv", "items")
    assert press(browser, other, "discard").status_code == 303
    assert browser.get(other).status_code == 404
    assert press(browser, address, "discard").status_code == 409


def test_a_large_list_shows_how_far_it_is(
    house: House, browser: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_handlers()
    monkeypatch.setattr(imports, "MOST_AT_ONCE", 2)
    address = sent(browser, text(*(customer(n) for n in range(4))))
    page = browser.get(address).get_data(as_text=True)
    assert "正在后台检查" in page
    assert "hx-get" in page
    assert "HX-Refresh" not in browser.get(address + "/progress").headers
    drain(house.instance)
    assert browser.get(address + "/progress").headers["HX-Refresh"] == "true"
    press(browser, address, "take")
    assert "正在后台导入" in browser.get(address).get_data(as_text=True)
    drain(house.instance)
    assert count(house) == 4


@pytest.mark.parametrize("tag", ["zh-CN", "en"])
@pytest.mark.parametrize("kind", ["customers", "items"])
def test_a_template_can_be_filled_in_and_sent_back(house: House, browser: FlaskClient, kind: str, tag: str) -> None:
    speak(browser, tag)
    answer = browser.get(f"/imports/template-{kind}.xlsx")
    assert unquote(answer.headers["Content-Disposition"]).endswith("xlsx")
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    assert [page.sheet_state for page in book.worksheets] == ["visible", "hidden", "visible"]
    page = book.worksheets[0]
    offered = {str(each.sqref): each.formula1 for each in page.data_validations.dataValidation}
    assert len(offered) == {"customers": 3, "items": 2}[kind]
    heads = [str(cell.value) for cell in page[1]]
    assert sum(head.endswith("*") for head in heads) == {"customers": 4, "items": 5}[kind]
    assert page.freeze_panes == "A2"
    assert len(list(book.worksheets[2].iter_rows())) == len(heads) + 1
    if kind == "customers":
        values = dict(zip(("number", "name", "code", "industry", "currency"), customer(0), strict=True))
        page.cell(2, 1).value = values["number"]
        for place, head in enumerate(heads, 1):
            for words, name in (("名称", "name"), ("name", "name"), ("信用代码", "code"), ("credit code", "code"),
                                ("行业", "industry"), ("Industry", "industry"), ("币种", "currency"),
                                ("currency", "currency")):  # fmt: skip
                if words in head:
                    page.cell(2, place).value = values[name]
        stream = io.BytesIO()
        book.save(stream)
        address = sent(browser, stream.getvalue(), "filled.xlsx")
        assert press(browser, address, "take").status_code == 303
        assert count(house) == 1


@pytest.fixture
def statements(house: House) -> Iterator[list[str]]:
    """Every statement sent to the database that reads."""
    told: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        told.append(statement)

    event.listen(house.instance.database.read, "before_cursor_execute", note)
    yield told
    event.remove(house.instance.database.read, "before_cursor_execute", note)


def test_the_list_asks_no_more_for_many_and_reads_no_report(browser: FlaskClient, statements: list[str]) -> None:
    sent(browser, text(customer(0)))
    statements.clear()
    browser.get("/imports")
    one = len(statements)
    for place in range(1, 4):
        sent(browser, text(customer(place)))
    statements.clear()
    browser.get("/imports")
    assert len(statements) == one
    assert not any("uploads.report" in each or "uploads.content" in each for each in statements)
