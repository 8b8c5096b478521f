"""DMN in the studio: a look before anything is stored, drafts that keep what was typed, and a file to take along."""

from __future__ import annotations

import io
import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.models.definition import Definition
from app.services import definitions, dmn
from rules.dmn import compile_drg, evaluate, read_dmn
from tests.app.web.test_studio import english, post, text
from tests.builders import House, csrf_of

MODELS = Path(__file__).parents[2] / "rules" / "dmn"
CARD = "/studio/scorecard/customer_rating/1/dmn"


def send(client: FlaskClient, content: bytes | None, name: str = "model.dmn", **more: Any) -> TestResponse:
    data: dict[str, Any] = {"csrf_token": csrf_of(client.get("/studio/dmn").get_data(as_text=True)), **more}
    if content is not None:
        data["file"] = (io.BytesIO(content), name)
    return client.post("/studio/dmn", data=data, content_type="multipart/form-data")


def model(name: str) -> bytes:
    return (MODELS / f"{name}.dmn").read_bytes()


def fields(html: str) -> dict[str, str]:
    """What the page's form of proposals would send as it stands."""
    found = {
        name: unescape(value)
        for name, value in re.findall(r'name="((?:kind|key|title)_[0-9]+)" value="([^"]*)"', html)
    }
    texts = re.findall(r'<textarea name="(text_[0-9]+)"[^>]*>\n?(.*?)</textarea>', html, re.DOTALL)
    picks = dict.fromkeys(re.findall(r'name="(pick_[0-9]+)" value="1" checked', html), "1")
    return {**found, **{name: unescape(value) for name, value in texts}, **picks}


def drafts(house: House) -> list[tuple[str, str]]:
    with house.work() as work:
        rows = work.session.scalars(select(Definition).where(Definition.status == "draft"))
        return sorted((row.kind, row.key) for row in rows)


def test_a_model_is_looked_at_before_anything_is_stored(house: House) -> None:
    client = house.client("zhoumin")
    answer = send(client, model("hit_policies"))
    html = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "已读取「Hit policies」（DMN 1.5，16 个决策）" in html
    assert "「Table in a function」未生成草稿：它的逻辑是上下文，不是决策表" in html
    assert "/definitions/itemDefinition[tMode]" in html
    assert len([name for name in fields(html) if name.startswith("text_")]) == 16
    assert drafts(house) == []


def test_picked_proposals_become_drafts(house: House) -> None:
    client = house.client("zhoumin")
    form = fields(send(client, model("hit_policies")).get_data(as_text=True))
    kept = {name: value for name, value in form.items() if not name.startswith("pick_")}
    answer = post(client, "/studio/dmn/keep", {**kept, "pick_1": "1", "key_1": "first_hit", "title_1": "首行"})
    assert answer.status_code == 303
    assert answer.location == "/studio/table/first_hit/1/edit"
    assert drafts(house) == [("table", "first_hit")]
    with house.work() as work:
        row = definitions.find(work.session, "table", "first_hit")
        assert (row.title, row.body["hit_policy"], row.created_by) == ({"zh-CN": "首行"}, "F", row.saved_by)
    answer = post(client, "/studio/dmn/keep", {**kept, "pick_4": "1", "pick_5": "1"})
    assert (answer.status_code, answer.location) == (303, "/studio?kind=table")
    assert len(drafts(house)) == 3


def test_all_drafts_or_none_and_nothing_typed_is_lost(house: House) -> None:
    client = house.client("zhoumin")
    form = fields(send(client, model("hit_policies")).get_data(as_text=True))
    with house.work("zhoumin") as work:
        definitions.draft(work, "table", "terms", {"zh-CN": "已有"}, {})
    answer = post(client, "/studio/dmn/keep", form)
    assert answer.status_code == 409
    html = answer.get_data(as_text=True)
    assert "周敏" in html
    assert fields(html) == form
    assert drafts(house) == [("table", "terms")]
    answer = post(client, "/studio/dmn/keep", {**form, "key_3": "Not A Key"})
    assert (answer.status_code, fields(answer.get_data(as_text=True))["key_3"]) == (422, "Not A Key")
    answer = post(client, "/studio/dmn/keep", {name: value for name, value in form.items() if "pick" not in name})
    assert (answer.status_code, "请至少选择一份草稿" in answer.get_data(as_text=True)) == (422, True)
    answer = post(client, "/studio/dmn/keep", {**form, "text_0": "{"})
    assert answer.status_code == 422
    assert drafts(house) == [("table", "terms")]


def test_what_cannot_be_read_is_said(house: House) -> None:
    client = house.client("zhoumin")
    tried: tuple[tuple[bytes | None, str], ...] = (
        (None, "请选择一个 DMN 文件"),
        (b"", "不是有效的 XML"),
        (b'<!DOCTYPE d [<!ENTITY a "b">]><d>&a;</d>', "DOCTYPE"),
        (model("services"), "没有可以生成草稿的决策表或评分卡"),
    )
    for content, words in tried:
        answer = send(client, content)
        assert answer.status_code == 422
        assert words in answer.get_data(as_text=True)


def test_a_large_file_is_not_read(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dmn, "LARGEST_MIB", 0)
    answer = send(house.client("zhoumin"), model("boxes"))
    assert (answer.status_code, "文件最大 0 MB" in answer.get_data(as_text=True)) == (422, True)


def test_models_it_imports_are_sent_beside(house: House) -> None:
    client = house.client("zhoumin")
    html = send(client, model("importing")).get_data(as_text=True)
    assert "未导入「lib」所引用的模型" in html
    others = (io.BytesIO(model("library")), "library.dmn")
    assert "未导入" not in send(client, model("importing"), others=others).get_data(as_text=True)


def test_a_scorecard_is_taken_along(house: House) -> None:
    client = house.client("zhoumin")
    assert f'href="{CARD}"' in text(client, "/studio/scorecard/customer_rating/1")
    html = text(client, CARD)
    assert "未带出：示例" in html
    answer = client.get(f"{CARD}/file")
    assert (answer.status_code, answer.mimetype) == (200, "application/xml")
    assert "scorecard.customer_rating.v1.dmn" in answer.headers["Content-Disposition"]
    compiled = compile_drg(read_dmn(answer.data).drg)
    with house.work() as work:
        assert evaluate(compiled, "Final grade", {}, work.now).value is None
    found = fields(send(client, answer.data).get_data(as_text=True))
    assert (found["kind_0"], found["key_0"]) == ("scorecard", "customer_rating")


def test_a_draft_with_errors_is_not_taken_along(house: House) -> None:
    client = house.client("zhoumin")
    with house.work("zhoumin") as work:
        definitions.draft(work, "table", "broken", {"zh-CN": "不完整"}, {"hit_policy": "U"})
    html = text(client, "/studio/table/broken/1/dmn", 422)
    assert "改正后才能导出" in html
    assert "/file\"" not in html
    assert client.get("/studio/table/broken/1/dmn/file").status_code == 422
    assert client.get("/studio/table/nowhere/1/dmn").status_code == 404


def test_pages_speak_both_languages(house: House) -> None:
    client = english(house.client("zhoumin"))
    assert "Import a DMN model" in text(client, "/studio/dmn")
    assert "Not carried: examples" in text(client, CARD)
    html = send(client, model("hit_policies")).get_data(as_text=True)
    assert "Drafts to be made" in html
    assert "dmn." not in html.split("<main")[1].replace(".dmn", "")


def test_who_may_read_takes_along_but_does_not_bring(house: House) -> None:
    client = house.client("hanxue")
    assert client.get(CARD).status_code == 200
    assert client.get("/studio/dmn").status_code == 403
    assert client.post("/studio/dmn/keep", data={}).status_code in (400, 403)
