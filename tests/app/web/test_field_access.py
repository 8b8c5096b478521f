"""Hidden, locked and masked fields of a book on each road: page, API, export, history, search, lookup."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from app.access import Right
from app.models.ledger import Entry
from app.models.record import Record
from app.services import books, definitions, field_history, live_values, picks, records, tokens
from app.services.field_history import History
from app.services.lookups import Lookups
from forms import Answers
from rules import Invalid
from tests.app.services.test_imports import report, take
from tests.app.services.test_imports_records import upload
from tests.app.web.desk_browser import post
from tests.builders import House

SECRET, ACCOUNT = "绝密内容", "6222021001116245702"
MASK = "6222 **** **** 5702"
FIELDS: list[dict[str, Any]] = [
    {"id": "f_01", "key": "name", "type": "text", "label": {"zh-CN": "名称"}, "required": True, "unique": "form"},
    {"id": "f_02", "key": "secret", "type": "text", "label": {"zh-CN": "保密栏"}},
    {"id": "f_03", "key": "fixed", "type": "text", "label": {"zh-CN": "锁定栏"}},
    {"id": "f_04", "key": "account", "type": "bank_account", "label": {"zh-CN": "账号"}},
]
BOOK = {
    "columns": ["name", "secret", "fixed", "account"], "filters": ["secret", "fixed"], "key": "name",
    "access": [
        {"role": "sales", "read": "all", "write": "all"},
        {"role": "finance", "read": "all", "write": "all", "hidden": ["secret"], "locked": ["fixed", "account"]},
    ],
}  # fmt: skip
RAW = {"name": "甲", "secret": SECRET, "fixed": "不可改", "account": ACCOUNT}


@pytest.fixture
def kept(house: House) -> str:
    body = {"sections": [{"key": "main", "title": {"zh-CN": "记录"}, "fields": FIELDS}], "book": BOOK}
    other = {
        "sections": [{"key": "main", "title": {"zh-CN": "引用"}, "fields": [
            {"id": "f_01", "key": "note", "type": "text", "label": {"zh-CN": "备注"}},
            {"id": "f_02", "key": "whose", "type": "lookup", "label": {"zh-CN": "账户"},
             "source": {"of": {"form": "accounts"}, "copy": ["name"], "live": ["secret", "fixed", "account"]}}]}],
        "book": {"columns": ["note", "whose"]},
    }  # fmt: skip
    with house.work() as work:
        for key, each in (("accounts", body), ("links", other)):
            row = definitions.draft(work, "form", key, {"zh-CN": key}, each)
            definitions.publish(work, row, row.row_version)
    with house.work("lina") as work:
        return records.create(work, "accounts", RAW).id


def api(house: House, by: str, path: str) -> str:
    with house.work(by) as work:
        rights = [right for right in Right if work.viewer.may(right) and right is not Right.SELF]
        token = tokens.create_token(work, "test", [right.value for right in rights], tokens.DAYS[0])[0]
    answer = house.app.test_client(use_cookies=False).get(
        f"/api/v1{path}", headers={"Authorization": f"Bearer {token}"}
    )
    return answer.get_data(as_text=True).encode().decode("unicode_escape", "ignore") + answer.get_data(as_text=True)


def page(house: House, by: str, path: str) -> str:
    return house.client(by).get(path).get_data(as_text=True)


def sheet(house: House, by: str, path: str) -> str:
    answer = house.client(by).get(path)
    return str(list(load_workbook(io.BytesIO(answer.data)).active.iter_rows(values_only=True)))


ROADS: dict[str, Callable[[House, str, str], str]] = {
    "page": lambda house, by, id: page(house, by, f"/books/accounts/{id}"),
    "list": lambda house, by, id: page(house, by, "/books/accounts"),
    "form": lambda house, by, id: page(house, by, f"/books/accounts/{id}/edit"),
    "history": lambda house, by, id: page(house, by, f"/books/accounts/{id}/history"),
    "history export": lambda house, by, id: sheet(house, by, f"/books/accounts/{id}/history.xlsx"),
    "export": lambda house, by, id: page(house, by, "/books/accounts/export.csv"),
    "workbook": lambda house, by, id: sheet(house, by, "/books/accounts/export.xlsx"),
    "api": lambda house, by, id: api(house, by, f"/books/accounts/records/{id}"),
    "api list": lambda house, by, id: api(house, by, "/books/accounts/records"),
    "api history": lambda house, by, id: api(house, by, f"/books/accounts/records/{id}/history"),
}


@pytest.mark.parametrize("road", ROADS)
def test_what_is_hidden_leaves_each_road_and_what_is_masked_stays_masked(house: House, kept: str, road: str) -> None:
    seen, unseen = ROADS[road](house, "lina", kept), ROADS[road](house, "sunli", kept)
    assert SECRET in seen, "the road tells it to whoever may see it"
    assert SECRET not in unseen
    assert "不可改" in unseen, "what is locked is read"
    assert "保密栏" not in unseen, "not even what it is called"
    assert ACCOUNT not in unseen.replace(" ", ""), "who may not write the account sees it masked"


def test_neither_order_nor_filters_nor_search_tell_what_is_hidden(house: House, kept: str) -> None:
    for path in (f"/books/accounts?f.secret={SECRET}x", "/books/accounts?sort=secret&way=down"):
        html = page(house, "sunli", path)
        assert "甲" in html, "the filter is none for this person"
        assert 'href="/books/accounts?sort=secret' not in html
    assert "record.not_sortable" in api(house, "sunli", "/books/accounts/records?sort=secret")
    assert "record.not_a_filter" in api(house, "sunli", '/books/accounts/records?where={"secret":"x"}')
    assert "甲" not in page(house, "sunli", f"/books/accounts?q={SECRET}").partition('id="records"')[2]


def test_lookups_show_live_values_as_their_reader_may_see_them(house: House, kept: str) -> None:
    with house.work("lina") as work:
        link = records.create(work, "links", {"note": "引用甲", "whose": kept}).id
        stored = work.session.get_one(Record, link).answers
    assert SECRET not in json.dumps(stored, ensure_ascii=False), "a live value is never stored"
    seen, unseen = (page(house, by, f"/books/links/{link}") for by in ("lina", "sunli"))
    assert SECRET in seen
    assert SECRET not in unseen
    assert "不可改" in unseen
    assert MASK in unseen
    with house.work("lina") as work:
        records.change(work, "accounts", kept, 1, {"secret": "新的内容"})
    assert "新的内容" in page(house, "lina", f"/books/links/{link}"), "as it is now"
    told = api(house, "sunli", f"/books/links/records/{link}")
    assert "不可改" in told
    assert "新的内容" not in told
    with house.reading("sunli") as view:
        form = books.find(view.session, "links").form
        typed = Answers.from_json(form, stored).typed
        assert live_values.told(view, form, typed, form.fields) == {"whose": {"fixed": "不可改", "account": MASK}}
        found = Lookups(view.session, view.viewer).find("form:accounts", kept)
        assert found is not None
        assert "secret" not in found
        assert [each.name for each in picks.offered(view, "form:accounts", SECRET)] == []


@pytest.mark.parametrize(("key", "value"), [("secret", "x"), ("fixed", "x"), ("account", "6222021001116245710")])
def test_what_may_not_be_written_is_refused_on_each_road(house: House, kept: str, key: str, value: str) -> None:
    with pytest.raises(Invalid) as caught, house.work("sunli") as work:
        records.change(work, "accounts", kept, 1, {key: value})
    assert [(p.code, p.path) for p in caught.value.problems] == [("field.not_editable", f"/{key}")]
    client = house.client("sunli")
    answer = post(client, f"/books/accounts/{kept}/edit", typed={"name": "乙", key: value})
    assert answer.status_code in (303, 422)
    with house.work() as work:
        assert work.session.get_one(Record, kept).answers[key] == RAW[key]


def test_masked_numbers_come_back_in_as_they_are(house: House, kept: str) -> None:
    """An export of whoever may write the account holds it whole; what readers see of it means the one on file."""
    whole = sheet(house, "lina", "/books/accounts/export.xlsx")
    assert "6222 0210 0111 6245 702" in whole
    with house.work() as work:
        query = select(Entry.body).where(Entry.verb == "records.exported").order_by(Entry.id.desc())
        detail = json.loads(work.session.scalars(query).first() or b"")["detail"]
    assert detail["whole"] == ["account"], "that it went out is told"
    with house.work("lina") as work:
        assert not records.change(work, "accounts", kept, 1, {"account": "6222 0210 0111 6245 702"})
        assert not records.change(work, "accounts", kept, 1, {"account": MASK})
        assert not records.change(work, "accounts", kept, 1, {"account": MASK.replace(" ", "")})
    for other in ("6222 **** **** 9999", "****02"):
        with pytest.raises(Invalid) as caught, house.work("lina") as work:
            records.change(work, "accounts", kept, 1, {"account": other})
        assert [p.code for p in caught.value.problems] == ["bank_account.masked"]
    with pytest.raises(Invalid), house.work("lina") as work:
        records.create(work, "accounts", {"name": "乙", "account": MASK})


def test_a_field_that_was_hidden_when_it_was_asked_stays_hidden_in_the_history(house: House, kept: str) -> None:
    fields = [each for each in FIELDS if each["key"] != "secret"]
    gone = {"id": "f_02", "key": "secret", "type": "text", "last_version": 1, "label": {"zh-CN": "保密栏"}}
    access = [{**each, "hidden": []} for each in BOOK["access"]]  # type: ignore[union-attr]
    body = {
        "sections": [{"key": "main", "title": {"zh-CN": "记录"}, "fields": fields}], "removed": [gone],
        "book": {**BOOK, "columns": ["name", "fixed"], "filters": ["fixed"], "access": access},
    }  # fmt: skip
    with house.work() as work:
        row = definitions.draft(work, "form", "accounts", {"zh-CN": "账户"}, body)
        definitions.publish(work, row, row.row_version)
    for by, sees in (("lina", True), ("sunli", False)):
        with house.reading(by) as view:
            here = History(view, field_history.of_record(view, "accounts", kept), lambda *_: None)
            values = [change.after.value for _, change in here.everything()]
        assert (SECRET in values) is sees, by


def test_what_names_a_record_is_hidden_from_nobody(house: House) -> None:
    access = [{"role": "sales", "read": "all", "hidden": ["name"]}]
    body = {"sections": [{"key": "main", "title": {"zh-CN": "记录"}, "fields": FIELDS}],
            "book": {"columns": ["name"], "access": access}}  # fmt: skip
    with pytest.raises(Invalid) as caught, house.work() as work:
        row = definitions.draft(work, "form", "accounts", {"zh-CN": "账户"}, body)
        definitions.publish(work, row, row.row_version)
    assert ("form.book_name_hidden", "/book/access/0/hidden") in {(p.code, p.path) for p in caught.value.problems}


def test_a_sheet_with_accounts_goes_out_and_comes_back_in(house: House, kept: str) -> None:
    """Whoever may write the accounts changes others; the numbers stay. A masked sheet is refused by its cells."""
    with house.work("lina") as work:
        records.create(work, "accounts", {**RAW, "name": "乙"})
    lines = list(csv.reader(io.StringIO(house.client("lina").get("/books/accounts/export.csv").text.lstrip("\ufeff"))))
    place = lines[0].index("锁定栏")
    for line in lines[1:]:
        line[place] = "改过"
    uploaded = upload(house, written(lines), "lina", "accounts")
    assert report(house, uploaded)["fates"] == {"good": 2}
    take(house, uploaded, by="lina")
    with house.work() as work:
        found = [row.answers for row in work.session.scalars(select(Record).where(Record.book == "accounts"))]
    assert [(each["account"], each["fixed"]) for each in found] == [(ACCOUNT, "改过")] * 2
    masked = [*lines[:1], *([cell if cell != lines[1][3] else MASK for cell in line] for line in lines[1:])]
    refused = report(house, upload(house, written(masked), "lina", "accounts"))
    assert refused["fates"] == {"bad": 2}
    assert {(each["code"], each["row"]) for each in refused["findings"]} == {
        ("bank_account.masked", 2), ("bank_account.masked", 3),
    }  # fmt: skip


def written(lines: list[list[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(lines)
    return out.getvalue().encode()
