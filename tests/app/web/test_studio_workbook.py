"""A scorecard taken along as a workbook and brought back through its pages: looked at first, then kept as a draft."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from html import unescape
from typing import Any

import openpyxl
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.models.definition import Definition
from app.services import definitions, people
from tests.builders import House, csrf_of

BOOK = "/studio/scorecard/customer_rating/1/workbook"
Edit = Callable[[openpyxl.Workbook], None]


def edited(client: FlaskClient, edit: Edit | None = None, place: str = BOOK) -> bytes:
    answer = client.get(place)
    assert answer.status_code == 200
    kind, key = place.split("/")[2:4]
    assert answer.headers["Content-Disposition"].startswith(f"attachment; filename={kind}.{key}.v")
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    if edit is not None:
        edit(book)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def bring(client: FlaskClient, content: bytes, place: str = BOOK, name: str = "改好.xlsx") -> TestResponse:
    token = csrf_of(client.get(place + "/bring").get_data(as_text=True))
    answer = client.post(place + "/bring", data={"csrf_token": token, "file": (io.BytesIO(content), name)})
    answer.request.environ["wsgi.input"].close()  # the test client writes a large upload to a file of its own
    return answer


def keep(client: FlaskClient, shown: str, place: str = BOOK, **more: str) -> TestResponse:
    found = re.search(r'<textarea name="text"[^>]*>\n?(.*?)</textarea>', shown, re.S)
    version = re.search(r'name="row_version" value="(\d+)"', shown)
    assert found is not None
    assert version is not None
    form = {"csrf_token": csrf_of(shown), "text": unescape(found[1]), "row_version": version[1], **more}
    return client.post(place + "/keep", data=form)


def heavier(book: openpyxl.Workbook) -> None:
    book["指标"]["E2"], book["指标"]["E3"] = 25, 25


def versions(house: House) -> list[tuple[int, str, Any]]:
    with house.work() as work:
        query = select(Definition).where(Definition.kind == "scorecard", Definition.key == "customer_rating")
        rows = work.session.scalars(query.order_by(Definition.version))
        return [(row.version, row.status, row.body["factors"][0]["weight"]) for row in rows]


def test_from_workbook_to_draft(house: House) -> None:
    client = house.client("zhoumin")
    answer = bring(client, edited(client, heavier))
    shown = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "相对本版本的改动" in shown
    assert "经营现金流/销售收入" in shown
    assert [row[:2] for row in versions(house)] == [(1, "published")], "nothing is kept before it was looked at"
    kept = keep(client, shown)
    assert kept.location == "/studio/scorecard/customer_rating/2/design"
    assert versions(house) == [(1, "published", "30"), (2, "draft", "25")]
    again = keep(client, shown)
    assert again.status_code == 409, "one draft at a time"
    assert versions(house)[1][2] == "25"


def test_into_the_draft_that_is_open(house: House) -> None:
    client = house.client("zhoumin")
    keep(client, bring(client, edited(client, heavier)).get_data(as_text=True))
    draft = BOOK.replace("/1/", "/2/")

    def back(book: openpyxl.Workbook) -> None:
        book["指标"]["E2"] = 26

    shown = bring(client, edited(client, back, draft), draft).get_data(as_text=True)
    assert "权重合计" in shown or "100" in shown, "a weight that no longer adds up is told, with its cell"
    assert keep(client, shown, draft).status_code == 303
    stale = keep(client, shown, draft, row_version="1")
    assert stale.status_code == 409
    assert 'name="text"' in stale.get_data(as_text=True), "what was brought is still there"
    assert versions(house)[1] == (2, "draft", "26")


def test_faults_are_named_by_cell_and_nothing_is_kept(house: House) -> None:
    client = house.client("zhoumin")

    def spoil(book: openpyxl.Workbook) -> None:
        book["指标"]["E2"] = "三十"
        book["档位"]["A2"] = "NOBODY"

    answer = bring(client, edited(client, spoil))
    shown = answer.get_data(as_text=True)
    assert answer.status_code == 422
    cells = re.findall(r'<td class="keep">([^<]*)</td><td class="keep mono">([^<]*)</td>', shown)
    assert cells == [("指标", "E2"), ("档位", "A2")]
    assert 'name="text"' not in shown
    assert len(versions(house)) == 1


def test_unchanged_is_said(house: House) -> None:
    client = house.client("zhoumin")
    assert "与本版本完全一致" in bring(client, edited(client)).get_data(as_text=True)


@pytest.mark.parametrize(("content", "words"), [
    (b"", "请选择要导回的 Excel 文件"), (b"PK\x03\x04broken", "文件"), (b"x" * (5 * 1024 * 1024 + 1), "超过 5 MB"),
    (b"a,b\n1,2\n", "请从本页下载"),
], ids=["none", "broken", "large", "csv"])  # fmt: skip
def test_what_is_no_workbook_of_ours(house: House, content: bytes, words: str) -> None:
    answer = bring(house.client("zhoumin"), content, name="x.csv" if b"," in content[:4] else "x.xlsx")
    assert answer.status_code == 422
    assert words in answer.get_data(as_text=True)


def test_what_is_kept_is_a_document(house: House) -> None:
    client = house.client("zhoumin")
    shown = bring(client, edited(client, heavier)).get_data(as_text=True)
    for text in ("", "[]", "{", '{"facts": 1e999}', "x" * 2_000_000):
        assert keep(client, shown, text=text).status_code in (413, 422)
    assert len(versions(house)) == 1


def test_an_auditor_takes_it_along_and_brings_nothing(house: House) -> None:
    auditor = house.client("hanxue")
    assert auditor.get(BOOK).status_code == 200
    assert auditor.get(BOOK + "/bring").status_code == 403
    assert house.client("lina").get(BOOK).status_code == 403
    assert auditor.get(BOOK.replace("/1/", "/99/")).status_code == 404


TABLE = "/studio/table/payment_terms/1/workbook"


def longer(book: openpyxl.Workbook) -> None:
    book["行"]["E2"] = 75


def terms(house: House) -> list[tuple[int, str, Any]]:
    with house.work() as work:
        query = select(Definition).where(Definition.kind == "table", Definition.key == "payment_terms")
        rows = work.session.scalars(query.order_by(Definition.version))
        return [(row.version, row.status, row.body["rows"][0]["then"][0]) for row in rows]


def test_a_table_from_workbook_to_draft(house: House) -> None:
    client = house.client("zhoumin")
    page = client.get("/studio/table/payment_terms").get_data(as_text=True)
    assert TABLE in page
    assert "下载 Excel" in page
    shown = bring(client, edited(client, longer, TABLE), TABLE).get_data(as_text=True)
    assert "第 1 行" in shown
    cells = re.findall(r'<td class="keep">([^<]*)</td><td class="keep mono">([^<]*)</td>', shown)
    assert cells == [("行", "E2")], "75 days are not allowed, and the finding's own word of the cell is its text"
    assert terms(house) == [(1, "published", "90")]
    assert keep(client, shown, TABLE).location.startswith("/studio/table/payment_terms/2/")
    assert terms(house) == [(1, "published", "90"), (2, "draft", "75")]
    draft = TABLE.replace("/1/", "/2/")
    shown = bring(client, edited(client, longer, draft), draft).get_data(as_text=True)
    assert "与本版本完全一致" in shown
    stale = keep(client, shown, draft, row_version="99")
    assert stale.status_code == 409
    assert 'name="text"' in stale.get_data(as_text=True), "what was brought is still there"


def test_a_table_is_told_its_faults_by_cell_in_both_languages(house: House) -> None:
    client = house.client("zhoumin")

    def spoil(book: openpyxl.Workbook) -> None:
        book["行"]["A3"] = None
        book["条件列"]["D2"] = "=1+1"

    def cells(answer: TestResponse) -> list[tuple[str, str]]:
        assert answer.status_code == 422
        html = answer.get_data(as_text=True)
        return re.findall(r'<td class="keep">([^<]*)</td><td class="keep mono">([^<]*)</td>', html)

    content = edited(client, spoil, TABLE)
    assert cells(bring(client, content, TABLE)) == [("条件列", "D2"), ("行", "A3")]
    with house.work("zhoumin") as work:
        people.set_locale(work, "en")
    answer = bring(client, content, TABLE)
    assert cells(answer) == [("条件列", "D2"), ("行", "A3")], "pages are called as in the file"
    assert "This cell must be filled in" in answer.get_data(as_text=True)
    english = edited(client, None, TABLE)
    assert "Inputs" in openpyxl.load_workbook(io.BytesIO(english)).sheetnames
    assert "nothing would change" in bring(client, english, TABLE).get_data(as_text=True)


def test_a_gap_that_a_table_would_have_is_told_with_its_place(house: House) -> None:
    client = house.client("zhoumin")

    def open_a_gap(book: openpyxl.Workbook) -> None:
        book["行"].delete_rows(3)
        book["行"]["B2"] = "nobody_knows("

    answer = bring(client, edited(client, open_a_gap, TABLE), TABLE)
    html = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert ("行", "B2") in re.findall(r'<td class="keep">([^<]*)</td><td class="keep mono">([^<]*)</td>', html)


def test_a_book_of_the_other_kind_is_refused(house: House) -> None:
    client = house.client("zhoumin")
    answer = bring(client, edited(client, None, BOOK), TABLE)
    assert answer.status_code == 422
    assert "缺少工作表「行」" in answer.get_data(as_text=True)


def test_a_draft_without_a_shape_says_so(house: House) -> None:
    client = house.client("zhoumin")
    keep(client, bring(client, edited(client, longer, TABLE), TABLE).get_data(as_text=True), TABLE)
    with house.work("zhoumin") as work:
        row = definitions.find(work.session, "table", "payment_terms", 2)
        definitions.save(work, row, row.row_version, body={**row.body, "rows": [{"id": "x"}]})
    answer = client.get(TABLE.replace("/1/", "/2/"))
    assert answer.status_code == 409
    assert "结构还不完整" in answer.get_data(as_text=True)
