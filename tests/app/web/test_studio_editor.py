"""Typing a Definition as JSON: whatever is wrong is told at its place in both languages, and nothing typed is lost."""

from __future__ import annotations

import io
import json
import re
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app import gallery
from app.services import definitions, documents
from rules import Invalid
from tests.app.web.test_studio import english, post, text
from tests.builders import House

FORM = "/studio/form/credit_request"


def draft(house: House, kind: str = "form", key: str = "credit_request") -> int:
    """An open draft; returns its row version."""
    with house.work("zhoumin") as work:
        return definitions.restore(work, definitions.find(work.session, kind, key)).row_version


def sent(body: str, row_version: int = 1, **more: str) -> dict[str, Any]:
    return {"title_zh": "授信申请", "title_en": "", "layout": "", "body": body, "row_version": row_version, **more}


def typed_in(answer: TestResponse, name: str = "body") -> str:
    html = answer.get_data(as_text=True)
    found = re.search(rf'<textarea[^>]*name="{name}"[^>]*>\n?(.*?)</textarea>', html, re.DOTALL)
    assert found
    return unescape(found[1]).removeprefix("\n")


def findings(answer: TestResponse) -> str:
    html = answer.get_data(as_text=True)
    return unescape(html[html.index('<div id="problems"') :].split("</ol>")[0])


BODY = json.dumps(gallery.read("forms/credit_request")["body"], ensure_ascii=False)
DEEP = "[" * 5000
DOCUMENT, TEXT, NOTHING = "kept as a document", "kept as typed", "kept on the page only"
BAD = [
    # what is typed, what is told in Chinese, in English, how it is kept
    ('{"sections": [}', "不是合法的 JSON", "is not valid JSON", TEXT),
    ('{"sections": [],}', "前面多了一个逗号", "remove the comma", TEXT),
    ("还没想好：先写个大概 <b>&", "不是合法的 JSON", "is not valid JSON", TEXT),
    ("", "内容为空", "The text is empty", TEXT),
    ("[]", "最外层必须是一个 JSON 对象", "must be one JSON object", TEXT),
    ('{"a": NaN}', "“NaN”不是数字", "“NaN” is not a number", TEXT),
    ('{"a": Infinity}', "“Infinity”不是数字", "“Infinity” is not a number", TEXT),
    ('{"a": 1e400}', "小数“1e400”请写成带引号的文本", "Write the fraction “1e400” as text", TEXT),
    ('{"a": 0.1}', "小数“0.1”请写成带引号的文本", "Write the fraction “0.1” as text", TEXT),
    ('{"a": ' + "9" * 400 + "}", "过大", "is too large", TEXT),
    ('{"a": 1, "a": 2}', "出现了两次", "stands twice", TEXT),
    ('{"a": "\\ud83d"}', "无法保存的字符", "cannot be stored", TEXT),
    ('{"a": "\\u0000"}', "无法保存的字符", "cannot be stored", TEXT),
    ('{"a": ' + DEEP, "嵌套层数过多", "Nested too deep", TEXT),
    ('{"a": "' + "长" * 1_700_000 + '"}', "内容超过 1024 KB", "larger than 1024 KB", NOTHING),  # 5 MB
    ('{"surprise": 1}', "surprise", "surprise", DOCUMENT),
    ('{"sections": "none"}', "类型", "", DOCUMENT),
    ('{"sections": [{"key": 7, "fields": []}]}', "", "", DOCUMENT),
    (BODY.replace('"limit > 1000000"', '"limit >"'), "/rules/0/when", "/rules/0/when", DOCUMENT),
    (BODY.replace('"type": "money"', '"type": "moneyy"'), "moneyy", "moneyy", DOCUMENT),
    (BODY.replace('"min": 0', '"min": "x"'), "", "", DOCUMENT),
]  # fmt: skip


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize(("typed", "zh", "en", "kept"), BAD, ids=[ascii(case[0][:24]) for case in BAD])
def test_bad_input_is_told_and_nothing_is_lost(
    house: House, typed: str, zh: str, en: str, kept: str, language: str
) -> None:
    client = house.client("zhoumin")
    if language == "en":
        english(client)
    row_version = draft(house)
    answer = post(client, FORM + "/2/edit", sent(typed, row_version, title_zh="改过的名称"))
    if kept == NOTHING:
        assert answer.status_code == 422
        with house.work() as work:
            row = definitions.find(work.session, "form", "credit_request")
            assert (row.title["zh-CN"], row.unread) == ("授信申请", {})
    else:
        assert answer.status_code == 303
        answer = client.get(answer.location)
    if kept == DOCUMENT:
        assert json.loads(typed_in(answer)) == json.loads(typed)
    else:
        assert typed_in(answer) == typed
    assert (en if language == "en" else zh) in findings(answer)
    assert 'value="改过的名称"' in answer.get_data(as_text=True)
    live = post(client, FORM + "/2/check", sent(typed, row_version))
    assert live.status_code == 200
    assert (en if language == "en" else zh) in findings(live)


def test_a_text_that_is_no_json_is_kept_shown_everywhere_as_such_and_not_published(house: House) -> None:
    client, reader = house.client("zhoumin"), house.client("hanxue")
    row_version = draft(house)
    whole = json.dumps(json.loads(BODY.replace("申请信息", "我改的分组")), ensure_ascii=False, indent=1)
    mine = whole[:-1] + ",}"
    assert post(client, FORM + "/2/edit", sent(mine, row_version, layout="[1,")).status_code == 303
    line = mine.count("\n") + 1
    with house.work() as work:
        row = definitions.find(work.session, "form", "credit_request")
        assert row.unread == {"body": mine, "layout": "[1,"}
        assert row.body == json.loads(BODY), "what could be read last stays beside it"
        row_version = row.row_version
        with pytest.raises(Invalid) as refused:
            definitions.publish(work, row, row_version)
        assert [each.code for each in refused.value.problems] == ["definition.json_comma", "definition.layout_unread"]
    edit = client.get(FORM + "/2/edit")
    assert (typed_in(edit), typed_in(edit, "layout")) == (mine, "[1,")
    assert f"第 {line} 行第 2 列：前面多了一个逗号" in findings(edit)
    assert "布局：" in findings(edit)
    jump = re.search(r'data-jump-start="(\d+)" data-jump-end="(\d+)"', edit.get_data(as_text=True))
    assert jump
    assert mine[int(jump[1]) : int(jump[2])] == "}"
    for address in ("/2", "/2/print", "/2/publish", "/compare?from=1&to=2"):
        assert "草稿里的文字还不是可读的 JSON" in client.get(FORM + address).get_data(as_text=True), address
    assert "我改的分组" in unescape(reader.get(FORM + "/2/json").get_data(as_text=True))
    assert "解决上面的问题后才能发布" in client.get(FORM + "/2/publish").get_data(as_text=True)
    assert "前面多了一个逗号" in post(client, FORM + "/2/publish", {"row_version": row_version}).get_data(as_text=True)
    assert client.get(FORM + "/2/export").status_code == 409
    assert "/2/export" not in client.get(FORM + "/2").get_data(as_text=True)
    assert "其中的文字还不是可读的 JSON" in reader.get("/trail?group=definition").get_data(as_text=True)
    assert post(client, FORM + "/2/edit", sent(whole, row_version)).status_code == 303
    with house.work() as work:
        row = definitions.find(work.session, "form", "credit_request")
        assert (row.unread, row.layout, row.body) == ({}, {}, json.loads(whole))
        definitions.publish(work, row, row.row_version)
    assert client.get(FORM + "/2/export").get_json()["body"] == json.loads(whole)


def test_findings_point_into_the_text(house: House) -> None:
    client = house.client("zhoumin")
    row_version = draft(house)
    body = documents.write(json.loads(BODY)).replace('"limit > 3000000"', '"𠮷 or limitt > 3"')
    live = post(client, FORM + "/2/check", sent(body.replace("\n", "\r\n"), row_version)).get_data(as_text=True)
    jumps = [(int(a), int(b)) for a, b in re.findall(r'data-jump-start="(\d+)" data-jump-end="(\d+)"', live)]
    units = body.encode("utf-16-le")
    marked = [units[2 * start : 2 * end].decode("utf-16-le") for start, end in jumps]
    assert "limitt" in marked
    line = body[: body.index("limitt")].count("\n") + 1
    assert f"第 {line} 行" in live


def test_an_old_page_keeps_what_was_typed(house: House) -> None:
    client = house.client("zhoumin")
    row_version = draft(house)
    with house.work() as work:
        row = definitions.find(work.session, "form", "credit_request")
        definitions.save(work, row, row.row_version, title={"zh-CN": "别人改的"})
    mine = BODY.replace("申请信息", "我改的分组")
    stale = post(client, FORM + "/2/edit", sent(mine, row_version))
    html = stale.get_data(as_text=True)
    assert stale.status_code == 409
    assert "草稿 v2 已由系统于" in html
    assert "我改的分组" in typed_in(stale)
    assert f'name="row_version" value="{row_version}"' in html
    over = int(re.search(r'name="over" value="(\d+)"', html)[1])  # type: ignore[index]
    again = post(client, FORM + "/2/edit", sent(mine, row_version))
    assert again.status_code == 409
    done = post(client, FORM + "/2/edit", sent(mine, row_version, over=str(over)))
    assert done.status_code == 303
    assert "我改的分组" in typed_in(client.get(FORM + "/2/edit"))


def test_what_was_published_meanwhile_is_not_overwritten(house: House) -> None:
    client = house.client("zhoumin")
    row_version = draft(house)
    with house.work() as work:
        row = definitions.find(work.session, "form", "credit_request")
        definitions.save(work, row, row.row_version, title={"zh-CN": "新名称"})
        definitions.publish(work, row, row.row_version)
    answer = post(client, FORM + "/2/edit", sent(BODY, row_version))
    assert answer.status_code == 409
    assert "v2 已不是草稿" in answer.get_data(as_text=True)
    assert "用我的内容覆盖" not in answer.get_data(as_text=True)
    assert client.get(FORM + "/2/edit").status_code == 303
    published = post(client, FORM + "/2/publish", {"row_version": row_version})
    assert published.status_code == 409


@pytest.mark.parametrize(("field", "value", "told"), [
    ("title_zh", "", "请填写中文名称"),
    ("title_zh", "名" * 121, "名称最多 120 个字，现在有 121 个"),
    ("title_en", "a\tb", "名称含有换行或不可见的字符"),
    ("layout", '{"x": 1.5}', "布局：小数“1.5”"),
    ("layout", "nonsense", "布局：第 1 行第 1 列不是合法的 JSON"),
])  # fmt: skip
def test_titles_and_layout_are_checked_too(house: House, field: str, value: str, told: str) -> None:
    """A title that is none cannot be kept; a layout can, whatever it is."""
    client = house.client("zhoumin")
    answer = post(client, FORM + "/2/edit", sent(BODY, draft(house)) | {field: value})
    assert answer.status_code == (303 if field == "layout" else 422)
    if field == "layout":
        answer = client.get(answer.location)
        assert typed_in(answer, "layout") == value
        assert "<details class=\"mt-2\" open>" in answer.get_data(as_text=True)
    assert told in findings(answer)
    assert json.loads(typed_in(answer)) == json.loads(BODY)


def test_markup_in_a_definition_is_text(house: House) -> None:
    client = house.client("zhoumin")
    body = json.loads(BODY)
    body["sections"][0]["title"]["zh-CN"] = "</textarea><script>alert(1)</script>"
    row_version = draft(house)
    post(client, FORM + "/2/edit", sent(json.dumps(body), row_version, title_zh="<b>粗</b>"))
    for address in (FORM + "/2", FORM + "/2/edit", FORM + "/2/json", FORM + "/2/publish", FORM + "/compare", "/studio"):
        html = text(client, address)
        assert "<script>alert" not in html
        assert "<b>粗" not in html


def test_a_draft_that_cannot_be_shown_says_so(house: House) -> None:
    client = house.client("zhoumin")
    post(client, FORM + "/2/edit", sent('{"sections": 5}', draft(house)))
    html = text(client, FORM + "/2")
    assert "草稿还不能显示为可读的样子" in html
    review = text(client, FORM + "/2/publish")
    assert "解决上面的问题后才能发布" in review
    assert "data-jump-start" not in review
    assert post(client, FORM + "/2/publish", {"row_version": 2}).status_code == 422


def test_a_form_that_would_break_the_flow_in_force(house: House) -> None:
    client = house.client("zhoumin")
    body = json.loads(BODY)
    body["sections"].pop()
    row_version = draft(house)
    answer = post(client, FORM + "/2/edit", sent(json.dumps(body), row_version))
    page = client.get(answer.location)
    told = findings(page)
    assert "正在使用的「授信审批」（v1）将无法工作" in told
    assert "表单里没有字段「finance_opinion」" in told
    assert "在「授信审批」中： /steps/0/fields/finance_opinion" in re.sub(r"<[^>]+>", "", told)
    refused = post(client, FORM + "/2/publish", {"row_version": row_version + 1})
    assert refused.status_code == 422
    assert "正在使用的「授信审批」" in refused.get_data(as_text=True)


def importing(client: FlaskClient, data: bytes) -> TestResponse:
    answer = post(client, "/studio/import", {"file": (io.BytesIO(data), "x.json")})
    answer.request.environ["wsgi.input"].close()  # the test client leaves what it sent in a temporary file
    return answer


ENVELOPE = {"kind": "form", "key": "imported", "title": {"zh-CN": "导入的"}, "body": gallery.empty("form")}
IMPORTS: list[tuple[bytes, int, str]] = [
    (json.dumps(ENVELOPE).encode(), 303, ""),
    (b"\xef\xbb\xbf" + json.dumps(ENVELOPE).encode(), 303, ""),
    (json.dumps(ENVELOPE | {"layout": {"a": 1}, "version": 9, "based_on": None}).encode(), 303, ""),
    (json.dumps(ENVELOPE).encode("utf-16"), 422, "不是 UTF-8 编码"),
    (b"", 422, "内容为空"),
    (b'{"kind": "form"', 422, "中断"),
    (b"{}", 422, "文件缺少「kind」"),
    (json.dumps(ENVELOPE | {"extra": 1}).encode(), 422, "不认识的成员「extra」"),
    (json.dumps(ENVELOPE | {"kind": "poem"}).encode(), 422, "没有「poem」这种配置"),
    (json.dumps(ENVELOPE | {"key": ["x"]}).encode(), 422, "「key」的类型不对"),
    (json.dumps(ENVELOPE | {"body": []}).encode(), 422, "「body」的类型不对"),
    (json.dumps(ENVELOPE | {"layout": []}).encode(), 422, "「layout」的类型不对"),
    (json.dumps(ENVELOPE | {"title": {"zh-CN": 5}}).encode(), 422, "请填写中文名称"),
    (json.dumps(ENVELOPE | {"fingerprint": "sha256:00"}).encode(), 422, "指纹与内容不符"),
    (b'{"a": "' + b"x" * 5_000_000 + b'"}', 422, "内容超过 1024 KB"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "status", "told"), IMPORTS, ids=[f"{i}" for i in range(len(IMPORTS))])
def test_files_are_imported_as_drafts_or_refused(house: House, data: bytes, status: int, told: str) -> None:
    client = house.client("zhoumin")
    answer = importing(client, data)
    assert answer.status_code == status, answer.get_data(as_text=True)[:2000]
    if status == 303:
        assert answer.location == "/studio/form/imported/1"
        assert importing(client, data).status_code == 409
    else:
        assert told in findings(answer)
        if data[:1] == b"{" and len(data) < documents.MAX_BYTES:
            assert typed_in(answer, "text") == data.decode()


def test_the_answer_of_a_check_is_a_part_and_stores_nothing(house: House) -> None:
    client = house.client("zhoumin")
    row_version = draft(house)
    answer = post(client, FORM + "/2/check", sent(BODY, row_version))
    assert "没有发现问题" in answer.get_data(as_text=True)
    assert "<html" not in answer.get_data(as_text=True)
    with house.work() as work:
        assert definitions.find(work.session, "form", "credit_request").row_version == row_version
    assert post(client, FORM + "/7/check", sent(BODY)).status_code == 404
    assert post(house.client("hanxue"), FORM + "/2/check", sent(BODY)).status_code == 403
