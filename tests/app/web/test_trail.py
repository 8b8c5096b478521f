"""The auditor's pages: found, read, proved, exported and verified; and nothing for those who may not."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, select
from werkzeug.test import TestResponse

from app.access import Grant, Role, Scope
from app.jobs import drain, load_handlers
from app.models.customer import Customer
from app.models.job import Job
from app.models.ledger import Checkpoint, Entry
from app.queries import trail
from app.queries.trail import Filters
from app.services import customers, ledger, people, personal
from app.web import trail_verify
from app.work import SYSTEM_SUBJECT, Verb
from ledger import TrustedKey, verify_bundle
from tests.app.desk import answer, apply_for, bring
from tests.app.tamper import as_owner
from tests.builders import Clock, House, csrf_of


@pytest.fixture
def case_id(house: House, clock: Clock) -> str:
    """A case that finance returned with a question."""
    made = apply_for(house, bring(house))
    clock.forward(days=1)
    answer(house, made, "wangqiang", "approve", "同意 100%_")
    answer(house, made, "sunli", "return", "请补充担保材料", return_to="start")
    return made


@pytest.fixture
def auditor(house: House, request: pytest.FixtureRequest) -> FlaskClient:
    """Signed in after whatever the test needs has happened, or the session would be a day old."""
    if "case_id" in request.fixturenames:
        request.getfixturevalue("case_id")
    return house.client("hanxue")


def _text(response: TestResponse, status: int = 200) -> str:
    assert response.status_code == status, response.get_data(as_text=True)[:800]
    return unescape(response.get_data(as_text=True))


def _send(client: FlaskClient, page: str, address: str, **fields: object) -> TestResponse:
    token = csrf_of(client.get(page).get_data(as_text=True))
    return client.post(address, data={"csrf_token": token, **fields}, content_type="multipart/form-data")


def _settle(house: House) -> int:
    here = house.instance
    ledger.sequence(here.database, wait=True)
    head = ledger.sign(here.database, here.keys, here.settings.origin, here.clock())
    assert head is not None
    return head.size


@contextmanager
def _counting(house: House) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.lstrip().upper().startswith("SELECT"):
            seen.append(statement)

    engine = house.instance.database.read
    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def test_every_act_is_a_sentence(auditor: FlaskClient, case_id: str) -> None:
    page = _text(auditor.get("/trail"))
    assert "孙丽在「财务审核」退回了客户" in page
    assert "理由：请补充担保材料" in page
    assert "账本尚未签章" in page
    assert "style=" not in page


def test_in_english_too(auditor: FlaskClient, case_id: str) -> None:
    token = csrf_of(auditor.get("/trail").get_data(as_text=True))
    auditor.post("/language", data={"csrf_token": token, "lang": "en", "next": "/trail"})
    for address in ("/trail", f"/trail/subjects/case/{case_id}", "/trail/verify"):
        page = _text(auditor.get(address))
        assert "审计轨迹" not in page
    assert "returned request SX2026000001" in _text(auditor.get("/trail"))


FOUND: tuple[tuple[dict[str, str], str, str], ...] = (
    ({"subject": "SX2026000001"}, "退回了客户", "发布了"),
    ({"subject": "C2"}, "退回了客户", "发布了"),
    ({"subject": "credit_approval"}, "发布了审批流", "退回了客户"),
    ({"subject": "授信审批"}, "发布了审批流", "退回了客户"),
    ({"subject": "lina"}, "新建了用户「李娜」", "退回了客户"),
    ({"group": "decision"}, "退回了客户", "起草了授信申请"),
    ({"group": "case.opened"}, "进入审批", "退回了客户"),
    ({"actor": "孙丽"}, "退回了客户", "王强在"),
    ({"actor": "system"}, "发布了审批流", "退回了客户"),
    ({"text": "补充担保材料"}, "退回了客户", "起草了授信申请"),
    ({"text": "100%_"}, "王强在", "孙丽在"),
    ({"since": "2026-01-06"}, "退回了客户", "起草了授信申请"),
    ({"until": "2026-01-05"}, "起草了授信申请", "退回了客户"),
    ({"actor": "孙丽", "group": "decision", "subject": "SX2026000001"}, "退回了客户", "王强在"),
)


def test_filters(auditor: FlaskClient, case_id: str) -> None:
    for asked, there, absent in FOUND:
        page = _text(auditor.get("/trail", query_string=asked))
        assert there in page, asked
        assert absent not in page.split("<tbody>")[1], asked


ODD: tuple[dict[str, str], ...] = (
    {"since": "yesterday"}, {"text": "'; DROP TABLE entries; --"}, {"text": "\x01\ud7ff"}, {"subject": "x" * 5000},
    {"before": "9" * 18}, {"before": "x"}, {"after": "-1"}, {"group": "no.such"}, {"type": "case"}, {"text": '"\\'},
    {"actor": "%"}, {"subject": "\x1f"},
)  # fmt: skip


def test_odd_questions_are_answered(auditor: FlaskClient, case_id: str) -> None:
    for asked in ODD:
        _text(auditor.get("/trail", query_string=asked))


def test_a_list_without_rows_says_what_to_do(auditor: FlaskClient, case_id: str) -> None:
    page = _text(auditor.get("/trail?subject=nothing-like-this"))
    assert "没有符合条件的记录" in page
    assert "清除筛选" in page


def test_pages_join_without_gap_or_repeat(house: House, case_id: str) -> None:
    with house.reading("hanxue") as view:
        whole = [row.id for row in trail.entries(view, Filters(), limit=10_000).rows]
        seen, before = list[int](), None
        while True:
            page = trail.entries(view, Filters(), before=before, limit=7)
            seen += [row.id for row in page.rows]
            if page.older is None:
                break
            before = page.older
        assert seen == whole == sorted(whole, reverse=True)
        back = trail.entries(view, Filters(), after=page.newer, limit=7)
        assert [row.id for row in back.rows] == whole[whole.index(back.rows[-1].id) - 6 :][:7]
        assert back.older is not None
        first = trail.entries(view, Filters(), after=whole[7], limit=7)
        assert (first.rows[0].id, first.newer) == (whole[0], None)


def test_a_page_takes_a_handful_of_queries(house: House, auditor: FlaskClient, case_id: str) -> None:
    auditor.get("/trail")
    with _counting(house) as few:
        auditor.get("/trail?group=case")
    with _counting(house) as many:
        _text(auditor.get("/trail"))
    assert len(many) <= len(few) + 6
    assert len(many) <= 20, many


def test_an_entry_shows_its_bytes_and_its_proof(house: House, auditor: FlaskClient, case_id: str) -> None:
    with house.work() as work:
        row = work.session.scalars(select(Entry).where(Entry.verb == Verb.CASE_RETURNED.value)).one()
    assert "本条尚未签章" in _text(auditor.get(f"/trail/entries/{row.id}"))
    size = _settle(house)
    page = _text(auditor.get(f"/trail/entries/{row.id}"))
    assert f"本条在签章点 {size} 之内" in page
    assert row.body.decode() in page
    assert row.leaf_hash.hex() in page
    opened = re.search(r'href="(/trail/entries/\d+)"[^>]*>(?:<svg.*?</svg>)?<span>上一条', page)
    assert opened is not None
    _text(auditor.get(opened.group(1)))
    assert "找不到" in _text(auditor.get("/trail/entries/999999"), 404)


def test_an_altered_entry_is_seen_on_its_page(house: House, auditor: FlaskClient, case_id: str) -> None:
    _settle(house)
    with house.work() as work:
        entry_id = work.session.scalars(select(Entry.id).where(Entry.verb == Verb.CASE_RETURNED.value)).one()
    broken = "x'7b7d'" if house.instance.database.is_sqlite else "'\\x7b7d'"
    as_owner(house.instance.database, f"UPDATE entries SET body = {broken} WHERE id = {entry_id}")
    page = _text(auditor.get(f"/trail/entries/{entry_id}"))
    assert "不一致：记录已被改动" in page
    assert "这条记录的正文无法读取" in page
    assert "无法读取" in _text(auditor.get("/trail"))
    trail_of_case = _text(auditor.get(f"/trail/subjects/case/{case_id}"))
    assert trail_of_case.count("不一致：记录已被改动") == 1, "only the altered one is marked"


def test_pinned_versions_are_named(house: House, auditor: FlaskClient, case_id: str) -> None:
    with house.work() as work:
        entry_id = work.session.scalars(select(Entry.id).where(Entry.verb == Verb.CASE_OPENED.value)).one()
    page = _text(auditor.get(f"/trail/entries/{entry_id}"))
    assert "审批流「credit_approval」第 1 版" in page
    assert "/studio/flow/credit_approval/1" in page


def test_personal_values_open_for_who_may_see_them_only(house: House, auditor: FlaskClient) -> None:
    with house.work() as work:
        known = {"number": "P1", "name": "甲", "contact_email": "canary@example.com"}
        row = customers.create(work, known, source="desk")
    with house.work() as work:
        entry_id = work.session.scalars(select(Entry.id).where(Entry.subject_id == row.id)).one()
    assert "canary@example.com" in _text(auditor.get(f"/trail/entries/{entry_id}"))
    page = _text(auditor.get(f"/trail/subjects/customer/{row.id}"))
    assert "canary@example.com" not in page
    assert "已加密" in page
    with house.work() as work:
        personal.destroy_key(work, row.id, "保存期已满")
    assert "已销毁" in _text(auditor.get(f"/trail/entries/{entry_id}"))


def test_a_subject_says_what_its_export_holds(house: House, auditor: FlaskClient, case_id: str) -> None:
    page = _text(auditor.get(f"/trail/subjects/case/{case_id}"))
    assert "审批单「SX2026000001」" in page
    assert "文件将包含" in page
    assert "完整的链：审批单 1 个、授信申请 1 个、客户 1 个" in page or "完整的链：" in page
    assert "起草了授信申请" in page, "the request belongs to the case"
    assert "导出审计轨迹" not in _text(house.client("zhenghua").get(f"/trail/subjects/case/{case_id}"))
    assert "发布了" in _text(auditor.get("/trail/subjects/definition/flow/credit_approval"))
    _text(auditor.get("/trail/subjects/case/nothing"), 404)
    _text(auditor.get("/trail/subjects/no-such/kind"), 404)


def test_an_export_verifies_and_is_an_entry(house: House, auditor: FlaskClient, case_id: str) -> None:
    here = f"/trail/subjects/case/{case_id}"
    answered = _send(auditor, here, f"/trail/exports/case/{case_id}")
    assert answered.status_code == 200, answered.get_data(as_text=True)[:500]
    assert answered.headers["Content-Disposition"] == 'attachment; filename="trail-SX2026000001.zip"'
    key = ledger.public_key(house.instance.keys, house.instance.settings.origin)
    report = verify_bundle(io.BytesIO(answered.data), [TrustedKey(key)])
    assert (report.verdict, report.findings) == ("intact", [])
    with zipfile.ZipFile(io.BytesIO(answered.data)) as file:
        html = unescape(file.read("report.html").decode())
    assert "孙丽在「财务审核」退回了客户" in html
    assert "<script" not in html
    assert "http" not in html.replace("http-equiv", "")
    page = _text(auditor.get("/trail?group=trail"))
    assert "韩雪导出了审批单「SX2026000001」的审计轨迹" in page
    _text(_send(auditor, here, "/trail/exports/case/nothing"), 404)


def test_the_ledger_is_verified_on_the_page(house: House, auditor: FlaskClient, case_id: str) -> None:
    size = _settle(house)
    assert "账本尚未做过完整核验" in _text(auditor.get("/trail"))
    assert _send(auditor, "/trail/verify", "/trail/verify").status_code == 303
    page = _text(auditor.get("/trail/verify"))
    assert f"已验证至签章点 {size}" in page
    assert "没有发现任何改动" in page
    with house.work() as work:
        seq, entry_id = work.session.execute(
            select(Entry.subject_seq, Entry.id).where(Entry.verb == Verb.CASE_RETURNED.value)
        ).one()
    as_owner(house.instance.database, f"UPDATE entries SET actor = 'mallory' WHERE id = {entry_id}")
    _send(auditor, "/trail/verify", "/trail/verify")
    page = _text(auditor.get("/trail/verify"))
    assert "最近一次核验发现问题：被改动过" in page
    assert f"列 actor 与记录正文不符（审批单 SX2026000001 的第 {seq} 条）" in page
    assert "审批单「SX2026000001」</a>" in page
    assert f"/trail/subjects/case/{case_id}" in page
    old = re.findall(r"/trail/verify\?result=(\d+)", page)
    assert "没有发现任何改动" in _text(auditor.get(f"/trail/verify?result={old[-1]}"))
    _text(auditor.get(f"/trail/verify?result={entry_id}"), 404)


def test_a_checkpoint_kept_elsewhere_counts(house: House, auditor: FlaskClient, case_id: str) -> None:
    _settle(house)
    kept = auditor.get("/trail/checkpoint")
    assert kept.status_code == 200
    assert b"ledger" in auditor.get("/trail/public-key").data
    sent = (io.BytesIO(kept.data), "checkpoint.txt")
    assert _send(auditor, "/trail/verify", "/trail/verify", anchored=sent).status_code == 303
    assert "已与外部签章点比对" in _text(auditor.get("/trail/verify"))
    for odd in (b"\xff\xfe", b"\0", b"x" * (trail_verify.ANCHOR_BYTES + 1)):
        answered = _send(auditor, "/trail/verify", "/trail/verify", anchored=(io.BytesIO(odd), "x"))
        assert "签章点文件读不出来" in _text(answered, 422)
    _send(auditor, "/trail/verify", "/trail/verify", anchored=(io.BytesIO(b"no checkpoint"), "x"))
    assert "外部保存的签章点读不出来" in _text(auditor.get("/trail/verify"))


def test_before_the_first_checkpoint_there_is_none_to_keep(house: House, auditor: FlaskClient) -> None:
    _text(auditor.get("/trail/checkpoint"), 404)
    with house.work() as work:
        assert work.session.scalars(select(Checkpoint)).all() == []


def test_very_many_entries_are_verified_by_a_job(
    house: House, auditor: FlaskClient, case_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _settle(house)
    monkeypatch.setattr(trail_verify, "INLINE", 3)
    monkeypatch.setattr("app.jobs.verify.STEP", 1)
    monkeypatch.setattr("app.services.verification.BATCH", 20)
    assert "将作为后台作业进行" in _text(auditor.get("/trail/verify"))
    assert _send(auditor, "/trail/verify", "/trail/verify").status_code == 303
    assert "正在核验" in _text(auditor.get("/trail/verify"))
    load_handlers()
    drain(house.instance)
    page = _text(auditor.get("/trail/verify"))
    assert "没有发现任何改动" in page
    assert "正在核验" not in page
    assert "韩雪核验了审计账本" in _text(auditor.get("/trail"))
    with house.work() as work:
        job = work.session.scalars(select(Job).where(Job.name == "trail.verify")).one()
    assert (job.status, job.result["verdict"]) == ("done", "intact")
    assert job.progress >= (job.total or 0) > 0


def test_a_file_is_verified_on_the_page(house: House, auditor: FlaskClient, case_id: str) -> None:
    content = _send(auditor, f"/trail/subjects/case/{case_id}", f"/trail/exports/case/{case_id}").data

    def verify(data: bytes) -> str:
        return _text(_send(auditor, "/trail/verify", "/trail/verify/file", file=(io.BytesIO(data), "trail.zip")))

    assert "没有发现任何改动" in verify(content)
    assert "文件不是可读的 zip 包" in verify(content[: len(content) // 2])
    assert "文件不是可读的 zip 包" in verify(b"<script>alert(1)</script>")
    assert "请选择要核验的文件" in _text(_send(auditor, "/trail/verify", "/trail/verify/file"), 422)
    with house.work() as work:
        verified = work.session.scalars(select(Entry.id).where(Entry.verb == Verb.TRAIL_VERIFIED.value)).all()
    assert verified == [], "what somebody brings leaves no trace in the ledger"


@pytest.mark.parametrize("who", ["lina", "chenan"])
def test_others_stay_out(house: House, case_id: str, who: str) -> None:
    client = house.client(who)
    for address in ("", "/entries/1", f"/subjects/case/{case_id}", "/verify", "/checkpoint", "/public-key"):
        assert client.get(f"/trail{address}").status_code == 403


def test_risk_reads_and_neither_exports_nor_verifies(house: House, case_id: str) -> None:
    client = house.client("zhenghua")
    _text(client.get("/trail"))
    assert client.get("/trail/verify").status_code == 403
    assert _send(client, "/me", f"/trail/exports/case/{case_id}").status_code == 403


def test_a_narrow_reader_learns_no_name_of_what_is_out_of_reach(house: House, case_id: str) -> None:
    theirs = bring(house, "C1", owner="zhangwei", number="K-7")
    with house.work() as work:
        name = work.session.get_one(Customer, theirs).name
        people.set_roles(work, house.ids["lina"], [Grant(Role.RISK, Scope.OWN)])
    client = house.client("lina")
    for address in (f"/trail?customer={theirs}", f"/trail?type=customer&id={theirs}"):
        assert name not in _text(client.get(address))
    for address in (f"/trail/subjects/customer/{theirs}", f"/trail/subjects/customer/{theirs}?before=999999"):
        assert name not in _text(client.get(address), 404)


def test_a_damaged_tree_stops_exports_with_a_word(house: House, auditor: FlaskClient, case_id: str) -> None:
    _settle(house)
    as_owner(house.instance.database, "DELETE FROM tree_nodes")
    answered = _send(auditor, f"/trail/subjects/case/{case_id}", f"/trail/exports/case/{case_id}")
    assert "已停止签章；请立即核验账本" in _text(answered, 409)


def test_time_lines_for_other_pages(house: House, case_id: str) -> None:
    with house.reading("lina") as view:
        rows = trail.case_timeline(view, case_id)
        assert rows[0].verb == Verb.CASE_RETURNED.value
        assert Verb.DECISION_MADE.value in {row.verb for row in rows}
        customer_id = rows[0].customer_id
        assert customer_id is not None
        told = [row.verb for row in trail.customer_timeline(view, customer_id)]
        assert {"customer.created", "rating.made", "case.opened"} <= set(told)
    with house.reading("zhangwei") as view:
        assert trail.case_timeline(view, case_id) == ()
        assert trail.customer_timeline(view, customer_id) == ()


def test_a_text_search_over_a_long_ledger_says_where_it_stopped(
    house: House, auditor: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trail, "WINDOW", 5)
    with house.work() as work:
        work.record(Verb.DEMO_LOADED, SYSTEM_SUBJECT, {"customers": 4711})
    page = _text(auditor.get("/trail?text=4711"))
    assert "只查最近" in page
    assert "4,711" in page
