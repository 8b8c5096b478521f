"""Files on pages: sent in with and without script, attached on every road, and read only where their record is."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.edge.runtime import EXTENSION
from app.models.customer import Customer
from app.models.file import FileUpload
from app.models.ledger import Entry
from app.models.record import Record
from app.services import imports, records, trails
from app.work import Subject
from tests.app.desk import answer, apply_for, bring, case_of, task_for
from tests.app.services.filed import EICAR, PDF, ask, image, permit, put, scan_command, setup
from tests.app.services.test_imports import text as sheet_text
from tests.app.web.desk_browser import post, text
from tests.builders import House, csrf_of

VISIT = {"visited_on": "2025-12-20", "met": "王总", "impression": "good", "report": "生产正常"}


def send(client: FlaskClient, content: bytes, name: str, **headers: str) -> TestResponse:
    token = csrf_of(text(client.get("/me")))
    return client.post(
        "/files", data={"file": (io.BytesIO(content), name)},
        headers={"X-CSRF-Token": token, "Accept": "application/json", **headers},
    )  # fmt: skip


def entries(house: House, verb: str) -> list[dict[str, Any]]:
    with house.work() as work:
        rows = work.session.scalars(select(Entry).where(Entry.verb == verb).order_by(Entry.id))
        return [json.loads(row.body) for row in rows]


def visit(house: House, customer: str, by: str = "lina", **more: Any) -> str:
    with house.work(by) as work:
        return records.create(work, "site_visits", {**VISIT, "customer": customer, **more}).id


def status(house: House, who: str, hash: str, tail: str = "") -> int:
    return house.client(who).get(f"/files/{hash}{tail}", buffered=True).status_code


def test_a_file_is_sent_in_and_its_reference_comes_back(house: House) -> None:
    client = house.client("lina")
    answer_ = send(client, image(), "照片.png")
    assert answer_.status_code == 201
    reference = answer_.get_json()
    assert (reference["name"], reference["type"], reference["width"]) == ("照片.png", "image/png", 60)
    assert send(client, image(), "照片.png").get_json() == reference, "sent twice, it is one file"
    with house.work() as work:
        assert len(work.session.scalars(select(FileUpload)).all()) == 1


def test_what_is_refused_says_why_in_the_readers_language(house: House) -> None:
    client = house.client("lina")
    answer_ = send(client, b"<html></html>", "报告.pdf")
    assert answer_.status_code == 422
    (problem,) = answer_.get_json()["problems"]
    assert problem["code"] == "file.unlike"
    assert "与扩展名不符" in problem["message"]
    assert send(client, PDF, "").status_code == 422
    assert client.post("/files", data={"file": (io.BytesIO(PDF), "a.pdf")}).status_code == 403, "no token"
    assert house.app.test_client().post("/files").status_code in (303, 403)


def test_a_scanner_of_the_settings_is_asked(house: House, tmp_path: Path) -> None:
    settings = replace(house.instance.settings, file_scan=scan_command(tmp_path))
    house.app.extensions[EXTENSION] = house.instance = replace(house.instance, settings=settings)
    answer_ = send(house.client("lina"), EICAR, "文本.txt")
    assert answer_.get_json()["problems"][0]["code"] == "file.infected"


def test_without_script_files_go_with_the_form_and_none_is_lost(house: House) -> None:
    ask(house, "site_visits", setup("attachment", "papers", "f_80", types=["pdf"]), setup("image", "photos", "f_81"))
    customer = bring(house, owner="lina")
    client = house.client("lina")
    page = text(client.get("/books/site_visits/new"))
    assert 'enctype="multipart/form-data"' in page
    assert 'name="papers$files"' in page
    typed = [("customer", customer), *VISIT.items()]
    sent = [("papers$files", (io.BytesIO(PDF), "合同.pdf")), ("papers$files", (io.BytesIO(b"MZ"), "坏.pdf"))]
    refused = post(client, "/books/site_visits/new", typed=[*typed, *sent])  # type: ignore[list-item]
    html = text(refused)
    assert refused.status_code == 422
    assert "“坏.pdf”的内容与扩展名不符" in html
    assert 'aria-label="合同.pdf"' in html, "what was good stays attached"
    with house.work() as work:
        hash = work.session.scalars(select(FileUpload.hash)).one()
    photo = ("photos$files", (io.BytesIO(image()), "现场.png"))
    done = post(client, "/books/site_visits/new", typed=[*typed, ("papers", hash), photo])  # type: ignore[list-item]
    assert done.status_code == 303, text(done)
    page = text(client.get(done.location))
    assert f'href="/files/{hash}" download>合同.pdf</a>' in page
    assert "/small" in page, "images are shown small"
    assert "李娜添加了文件" in page
    assert "合同.pdf" in page


def test_an_unticked_file_goes_and_the_history_names_it(house: House) -> None:
    ask(house, "site_visits", setup("attachment", "papers", "f_80"))
    file = put(house, "lina")
    record_id = visit(house, bring(house, owner="lina"), papers=[file.hash])
    client = house.client("lina")
    address = f"/books/site_visits/{record_id}"
    edit = text(client.get(address + "/edit"))
    assert f'value="{file.hash}"' in edit
    assert f'<a href="/files/{file.hash}">合同.pdf</a>' in edit
    with house.work() as work:
        stored = work.session.get_one(Record, record_id).answers
        typed = [("customer", stored["customer"]), *VISIT.items(), ("papers", "")]
    assert post(client, address + "/edit", typed=typed).status_code == 303
    page = text(client.get(address))
    assert "李娜移除了文件 合同.pdf" in page
    assert status(house, "wangqiang", file.hash) == 404, "no record holds it any more"


def test_downloads_are_attachments_that_can_do_nothing(house: House) -> None:
    file = put(house, "lina", image(), '照"片 1.png')
    answer_ = house.client("lina").get(f"/files/{file.hash}", buffered=True)
    assert answer_.status_code == 200
    assert answer_.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''%E7%85%A7%22")
    assert answer_.headers["X-Content-Type-Options"] == "nosniff"
    assert answer_.headers["Content-Security-Policy"] == "default-src 'none'; sandbox; frame-ancestors 'none'"
    assert answer_.headers["Cache-Control"] == "no-store"
    assert len(answer_.data) == file.size == int(answer_.headers["Content-Length"])
    small = house.client("lina").get(f"/files/{file.hash}/small")
    assert small.data[:3] == b"\xff\xd8\xff"
    assert small.headers["Content-Type"] == "image/jpeg"
    paper = put(house, "lina")
    assert status(house, "lina", paper.hash, "/small") == 404, "only images have a small picture"


def test_somebody_elses_file_and_none_at_all_are_told_apart_by_nothing(house: House) -> None:
    file = put(house, "lina")
    other = house.client("zhangwei")
    mine, none = other.get(f"/files/{file.hash}"), other.get("/files/" + "0" * 64)
    assert mine.status_code == none.status_code == 404
    for odd in ("x", "0" * 63, "..%2f..%2fcredence.db", "A" * 64):
        assert other.get(f"/files/{odd}").status_code == 404


def test_a_lost_content_is_told_as_such(house: House) -> None:
    file = put(house, "lina")
    (house.instance.settings.files / file.hash[:2] / file.hash[2:]).unlink()
    answer_ = house.client("lina").get(f"/files/{file.hash}")
    assert answer_.status_code == 422
    assert "存储中没有该文件" in text(answer_)


def test_files_of_a_record_are_read_where_the_record_is(house: House) -> None:
    ask(house, "site_visits", setup("attachment", "papers", "f_80"))
    file = put(house, "lina")
    visit(house, bring(house, owner="lina"), papers=[file.hash])
    for who, wanted in (("lina", 200), ("wangqiang", 200), ("sunli", 200), ("zhangwei", 404), ("chenan", 404)):
        assert status(house, who, file.hash) == wanted, who


def test_a_field_hidden_from_a_role_hides_its_files(house: House) -> None:
    access = [
        {"role": "sales", "read": "tree", "write": "tree"},
        {"role": "finance", "read": "all", "hidden": ["papers"]},
    ]
    ask(house, "site_visits", setup("attachment", "papers", "f_80"), access=access)
    file = put(house, "lina")
    visit(house, bring(house, owner="lina"), papers=[file.hash])
    assert status(house, "lina", file.hash) == 200
    assert status(house, "sunli", file.hash) == 404


def test_files_of_a_customer_are_read_where_the_customer_is(house: House) -> None:
    ask(house, "customer", setup("attachment", "licence", "f_80"), setup("image", "id_card", "f_81", personal=True))
    paper, card = put(house, "lina"), put(house, "lina", image(), "身份证.png")
    typed = [
        ("name", "上海宏远国际贸易有限公司"), ("credit_code", "91440300MA5AL62RXF"), ("industry", "F51"),
        ("currency", "CNY"), ("licence", paper.hash), ("id_card", card.hash),
    ]  # fmt: skip
    client = house.client("lina")
    done = post(client, "/customers/new", typed=typed)
    assert done.status_code == 303, text(done)
    with house.work() as work:
        row = work.session.scalars(select(Customer).where(Customer.name == typed[0][1])).one()
        assert row.answers["licence"][0]["hash"] == paper.hash
    evidence = text(client.get(f"/customers/{row.id}/evidence"))
    assert f"/files/{paper.hash}" in evidence
    assert f"/files/{card.hash}/small" not in evidence, "personal images are not drawn on pages"
    for who, wanted in (("lina", 200), ("sunli", 200), ("zhangwei", 404), ("chenan", 404)):
        assert status(house, who, paper.hash) == wanted, who
        assert status(house, who, card.hash) == wanted, who
    read = entries(house, "file.read")
    assert [entry["detail"]["field"] for entry in read] == ["id_card", "id_card"], "only personal ones are recorded"
    assert {entry["detail"]["sha256"] for entry in read} == {card.hash}
    assert status(house, "lina", card.hash, "/small") == 404


def test_files_of_a_request_follow_its_steps(house: House) -> None:
    ask(house, "credit_request", setup("attachment", "papers", "f_80"), setup("attachment", "memo", "f_81"))
    permit(house, start={"memo": "hidden"}, finance={"memo": "edit"})
    customer = bring(house, owner="lina")
    paper, memo = put(house, "lina"), put(house, "sunli", image(), "备忘.png")
    case_id = apply_for(house, customer, papers=[paper.hash])
    assert answer(house, case_id, "wangqiang") == "running"
    client = house.client("lina")
    page = text(client.get(f"/requests/{case_of(house, case_id).request_id}"))
    assert f"/files/{paper.hash}" in page
    task = task_for(house, case_id, "sunli")
    done = post(house.client("sunli"), f"/inbox/tasks/{task.id}", f"/inbox/tasks/{task.id}/decide", [
        ("version", str(task.row_version)), ("answer", "approve"), ("a-memo", memo.hash),
    ])  # fmt: skip
    assert done.status_code == 303, text(done)[:2000]
    for who, file, wanted in (
        ("lina", paper, 200), ("sunli", paper, 200), ("zhangwei", paper, 404), ("sunli", memo, 200),
        ("lina", memo, 404), ("wangqiang", paper, 200),
    ):  # fmt: skip
        assert status(house, who, file.hash) == wanted, (who, file.name)


@pytest.mark.parametrize("taken", ["unattached", "attached"])
def test_nobody_attaches_what_is_not_theirs(house: House, taken: str) -> None:
    ask(house, "site_visits", setup("attachment", "papers", "f_80"))
    file = put(house, "lina")
    customer = bring(house, owner="lina")
    if taken == "attached":
        visit(house, customer, papers=[file.hash])
    client = house.client("wangqiang")
    typed = [("customer", customer), *VISIT.items(), ("papers", file.hash)]
    refused = post(client, "/books/site_visits/new", typed=typed)
    assert refused.status_code == 422
    assert "不在您上传的文件中" in text(refused)


def test_a_signature_is_bound_by_the_server_and_required_where_the_form_says_so(house: House) -> None:
    ask(house, "site_visits", setup("signature", "signed", "f_80", required=True))
    customer = bring(house, owner="lina")
    client = house.client("lina")
    typed = [("customer", customer), *VISIT.items()]
    assert "「字段signed」必填" in text(post(client, "/books/site_visits/new", typed=[*typed, ("signed", "")]))
    done = post(client, "/books/site_visits/new", typed=[*typed, ("signed", "李娜")])
    assert done.status_code == 303
    with house.work() as work:
        signed = work.session.scalars(select(Record)).one().answers["signed"]
    assert (signed["typed"], signed["user"], signed["name"]) == ("李娜", house.ids["lina"], "李娜")
    assert signed["at"].startswith("2026-01-05T09:00:00+08:00")
    assert signed["digest"].startswith("sha256:")
    assert "李娜 2026-01-05 09:00" in text(client.get(done.location))
    changed = [("report", "生产停顿") if name == "report" else (name, value) for name, value in typed]
    stale = post(client, done.location + "/edit", typed=[*changed, ("signed", "=")])
    assert stale.status_code == 422
    assert "请重新签名" in text(stale)
    assert post(client, done.location + "/edit", typed=[*changed, ("signed", "李娜")]).status_code == 303


def test_a_missing_signature_stops_the_decision(house: House) -> None:
    ask(house, "credit_request", setup("signature", "signed", "f_80", required=True))
    permit(house, start={"signed": "hidden"}, sales={"signed": "edit"})
    case_id = apply_for(house, bring(house, owner="lina"))
    task = task_for(house, case_id, "wangqiang")
    typed = [("version", str(task.row_version)), ("answer", "approve")]
    client, page, address = house.client("wangqiang"), f"/inbox/tasks/{task.id}", f"/inbox/tasks/{task.id}/decide"
    assert 'data-sign="draw"' in text(client.get(page))
    refused = post(client, page, address, [*typed, ("a-signed", "")])
    assert refused.status_code == 422
    assert "「字段signed」必填" in text(refused)
    assert task_for(house, case_id, "wangqiang").status in ("open", "claimed")
    drawn = ("a-signed$files", (io.BytesIO(image()), "signature.png"))
    done = post(client, page, address, [*typed, drawn])  # type: ignore[list-item]
    assert done.status_code == 303, text(done)[:2000]


def test_a_trail_file_of_a_case_names_its_files_by_hash(house: House) -> None:
    ask(house, "credit_request", setup("attachment", "papers", "f_80"))
    paper = put(house, "lina")
    case_id = apply_for(house, bring(house, owner="lina"), papers=[paper.hash])
    with house.work() as work:
        dossier = trails.find(work.session, None, "case", case_id)
        rows = work.session.scalars(select(Entry).where(Entry.verb == "files.changed")).all()
    (entry,) = rows
    assert Subject(entry.subject_type, entry.subject_id) in dossier.subjects
    told = json.loads(entry.body)["detail"]["added"]
    assert told == [{"hash": paper.hash, "name": "合同.pdf"}]



def test_a_list_brings_no_files_in(house: House) -> None:
    ask(house, "customer", setup("attachment", "licence", "f_80"))
    head = ("客户名称", "统一社会信用代码", "所属行业", "结算币种", "字段licence")
    content = sheet_text(("华东精工有限公司", "91440300MA5AL62RXF", "批发业", "CNY", "执照.pdf"), head=head)
    with house.reading("sunli") as view:
        found = imports.examine(view, "customers", "名单.csv", content)
    assert found.report is not None
    assert [(p.code, p.params["heading"]) for p in found.report.matched.problems] == [
        ("import.column_of_files", "字段licence")
    ]
