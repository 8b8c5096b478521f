"""The studio as a browser meets it: lists and read views, who may do what, lifecycle by pages, the gallery."""

from __future__ import annotations

import json
from html import escape
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, select
from werkzeug.test import TestResponse

from app import gallery
from app.models.definition import Definition
from app.models.ledger import Entry
from app.models.people import Post, PostHolder
from app.services import customer_files, definitions, records
from app.services import gallery as installs
from app.services.gallery import everything
from app.work import Subject, Verb
from rules import Invalid
from tests.app.statements import statements
from tests.builders import House, csrf_of

CUSTOMER = {"name": "宁波蓝海物流有限公司", "credit_code": "91330200MA2LHWL03A", "industry": "G54", "currency": "CNY"}
FLOW = "/studio/flow/credit_approval"
FORM = "/studio/form/credit_request"


def post(client: FlaskClient, address: str, data: dict[str, Any] | None = None, page: str = "/me") -> TestResponse:
    html = client.get(page).get_data(as_text=True)
    return client.post(address, data={**(data or {}), "csrf_token": csrf_of(html)})


def text(client: FlaskClient, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, answer.get_data(as_text=True)[:800]
    return answer.get_data(as_text=True)


def english(client: FlaskClient) -> FlaskClient:
    assert post(client, "/language", {"lang": "en", "next": "/studio"}).status_code in (302, 303)
    return client


PAGES = [
    "/studio/table/payment_terms", "/studio/table/payment_terms/1/print", "/studio/table/payment_terms/1/json",
    "/studio", "/studio/publications", "/studio/gallery", "/studio/new", "/studio/import", FORM, FORM + "/versions",
    FORM + "/1", FORM + "/1/json", FORM + "/1/print", FORM + "/compare", "/studio/scorecard/customer_rating",
    "/studio/policy/customer_credit", FLOW, FLOW + "/1/print", "/studio?kind=flow&status=draft&q=x",
]  # fmt: skip


def test_every_page_speaks_both_languages(house: House) -> None:
    client = house.client("zhoumin")
    for address in PAGES:
        assert 'lang="zh-CN"' in text(client, address)
    english(client)
    for address in PAGES:
        html = text(client, address)
        assert 'lang="en"' in html
        assert "studio." not in html.replace("studio.css", "").replace("studio.js", "").split("<main")[1]


def test_the_list_filters_and_finds(house: House) -> None:
    client = house.client("zhoumin")
    html = text(client, "/studio")
    assert [html.index(title) for title in ("授信审批", "授信申请", "客户档案")] == sorted(
        html.index(title) for title in ("授信审批", "授信申请", "客户档案")
    )
    assert "客户档案" not in text(client, "/studio?q=授信")
    assert "客户档案" not in text(client, "/studio?q=Credit+approval")
    assert "授信审批" in text(client, "/studio?q=credit_appr")
    assert "授信申请" not in text(client, "/studio?kind=flow")
    assert "没有符合条件" in text(client, "/studio?status=draft")
    assert "没有符合条件" in text(client, "/studio?q=%25")
    assert text(client, "/studio?kind=poem&status=lost&after=x")


def test_the_list_costs_the_same_however_long(house: House) -> None:
    client = house.client("zhoumin")
    with statements(house.instance.database.read) as few:
        text(client, "/studio")
    with house.work("zhoumin") as work:
        for number in range(70):
            definitions.draft(work, "form", f"extra_{number:02d}", {"zh-CN": f"表单{number}"}, gallery.empty("form"))
    with statements(house.instance.database.read) as many:
        html = text(client, "/studio")
    assert len(many) == len(few)
    assert not any('"body"' in each or "definitions.body" in each for each in many)
    assert html.count('scope="row"') == 50
    following = html.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    rest = text(client, following)
    assert "表单69" in rest
    assert "企业客户信用评级" in rest


def test_a_form_reads_like_a_form(house: House) -> None:
    html = text(house.client("zhoumin"), FORM)
    for words in ("申请信息", "申请额度", "必填", "不小于 0.01 CNY", "0 至 50 行", "选项：新增额度、提高额度、到期续期",
                  "申请额度 &gt; 3,000,000", "「担保明细」必填", "担保合计 ≤ 申请额度 × 2", "担保方式 ≠ “保证金”",
                  "若 申请类型 = “提高额度”，则", "审批流", "授信审批"):  # fmt: skip
        assert words in html, words


def test_a_scorecard_reads_like_a_scorecard(house: House) -> None:
    html = text(house.client("zhoumin"), "/studio/scorecard/customer_rating")
    for words in ("财务健康度", "制造业", "40% &lt; 取值 ≤ 55%", "80 分", "≥ 10 年", "流动比率", "≥ 2<",
                  "不计分，权重由其他指标分摊",
                  "触发否决与等级上限", "在列失信被执行人 = 是", "直接评为", "登记状态 为 “注销”、", "grade-1", "90",
                  "负债轻", "过高，提示风控", "报表缺失时", "取最近一期年报", "C1 华东精工", "84.80"):  # fmt: skip
        assert words in html, words


def test_a_policy_reads_like_a_policy(house: House) -> None:
    html = text(house.client("zhoumin"), "/studio/policy/customer_credit")
    for words in ("优惠 2%", "货到付款", "月均采购额 × （账期 + 安全天数） ÷ 30", "中的较小者",
                  "信用经理 和 财务复核", "每超出 20%，审批层级升一级",
                  "授信委员会", "12 个月", "冻结赊账"):  # fmt: skip
        assert words in html, words
    order = [html.index(f">{grade}</span>") for grade in ("AAA", "AA", "A", "BBB", "BB", "B", "C", "D")]
    assert order == sorted(order)


def test_a_flow_reads_as_a_tree(house: House) -> None:
    html = text(house.client("zhoumin"), FLOW)
    for words in ("申请人的直接上级", "岗位「财务复核」（申请人所在部门条线内）", "审批层级 = “系统自动”",
                  "工作时间 8 小时后催办",
                  "「授信委员会」全体成员", "全部同意才通过", "可填：财务意见；其余只读", "退回给申请人，逐级重新审批",
                  "申请额度 ≥ 1,000,000，或 等级 为 “BB”、“B”、“C” 之一，或 申请额度 &gt; 建议额度",
                  "审批层级确认"):  # fmt: skip
        assert words in html, words
    steps = ("start", "rate", "gate", "sales", "finance", "choice", "risk")
    places = [html.index(f'id="step-{step}"') for step in steps]
    assert places == sorted(places)
    assert html.count('id="step-tell"') == 1


@pytest.mark.parametrize(("username", "reads", "writes"), [
    ("zhoumin", True, True), ("hanxue", True, False), ("lina", False, False), ("chenan", False, False),
])  # fmt: skip
def test_rights(house: House, username: str, reads: bool, writes: bool) -> None:
    client = house.client(username)
    for address in ("/studio", FORM, FORM + "/versions", "/studio/publications", FORM + "/1/export"):
        assert client.get(address).status_code == (200 if reads else 403)
    for address in ("/studio/gallery", "/studio/new", "/studio/import"):
        assert client.get(address).status_code == (200 if writes else 403)
    for address in (FORM + "/1/draft", FORM + "/1/retire", "/studio/gallery/publish-all"):
        assert (post(client, address).status_code == 403) is (not writes)
    if reads and not writes:
        html = text(client, FORM).split("<main")[1]
        assert "新建草稿" not in html
        assert "/retire" not in html


def test_missing_ones_are_missing(house: House) -> None:
    client = house.client("zhoumin")
    for address in ("/studio/form/nothing", FORM + "/9", FORM + "/9/json", "/studio/poem/x",
                    FORM + "/compare?from=7&to=8", "/studio/form/nothing/versions",
                    FORM + "/9/edit", "/studio/form/nothing/1/publish"):  # fmt: skip
        assert client.get(address).status_code == 404, address


def test_the_whole_life_by_pages(house: House) -> None:
    client = house.client("zhoumin")
    answer = post(client, FLOW + "/1/draft")
    assert (answer.status_code, answer.location) == (303, FLOW + "/2/edit")
    assert "继续编辑草稿 v2" in text(client, FLOW)
    again = post(client, FLOW + "/1/draft")
    assert again.status_code == 409
    assert "已有一份草稿 v2（周敏）" in again.get_data(as_text=True)
    with house.work() as work:
        row = definitions.find(work.session, "flow", "credit_approval")
        body, row_version = row.body, row.row_version
    body["routes"][6]["when"] = "limit >= 3000000"
    saved = post(client, FLOW + "/2/edit", {
        "title_zh": "授信审批", "title_en": "Credit approval", "body": json.dumps(body), "layout": "",
        "row_version": row_version,
    })  # fmt: skip
    assert saved.status_code == 303
    review = text(client, FLOW + "/2/publish")
    for words in ("替换生效中的 v1", "申请额度 ≥ 3,000,000", "以上提示我已阅读", "在途的审批单"):
        assert words in review, words
    row_version = row_version_of(house, "flow", "credit_approval")
    unread = post(client, FLOW + "/2/publish", {"row_version": row_version})
    assert unread.status_code == 422
    assert "请先阅读提示并勾选确认" in unread.get_data(as_text=True)
    done = post(client, FLOW + "/2/publish", {"row_version": row_version, "warnings_read": "1"})
    assert (done.status_code, done.location) == (303, FLOW + "/2")
    assert "这是已停用的版本；目前生效的是 v2" in text(client, FLOW + "/1")
    compared = text(client, FLOW + "/compare")
    assert "「是否需要风控评审 → 风控委员会评审」：条件由" in compared
    assert "is-removed" in compared
    log = text(client, "/studio/publications?kind=flow")
    assert log.index(FLOW + "/2") < log.index(FLOW + "/1")
    assert "与上一版比较" in log
    restored = post(client, FLOW + "/1/draft")
    assert restored.location == FLOW + "/3/edit"
    gone = post(client, FLOW + "/3/discard", {"row_version": row_version_of(house, "flow", "credit_approval")})
    assert (gone.status_code, gone.location) == (303, FLOW)
    assert post(client, FLOW + "/2/retire").status_code == 303
    assert "没有符合条件" not in text(client, "/studio?status=retired")


def row_version_of(house: House, kind: str, key: str) -> int:
    with house.work() as work:
        return definitions.find(work.session, kind, key).row_version


def test_what_is_used_is_not_retired(house: House) -> None:
    client = house.client("zhoumin")
    answer = post(client, FORM + "/1/retire")
    assert answer.status_code == 409
    assert "不能停用：授信审批正在使用它" in answer.get_data(as_text=True)
    english(client)
    assert "Credit approval use it" in post(client, FORM + "/1/retire").get_data(as_text=True)


def test_four_eyes_is_respected(house: House) -> None:
    object.__setattr__(house.instance.settings, "four_eyes", True)
    client = house.client("zhoumin")
    post(client, FORM + "/1/draft")
    with house.work("zhoumin") as work:
        row = definitions.find(work.session, "form", "credit_request")
        definitions.save(work, row, row.row_version, title={"zh-CN": "授信申请表"})
        row_version = row.row_version
    review = text(client, FORM + "/2/publish")
    assert "编写过 v2 的人不能发布它" in review
    assert "发布 v2</span>" not in review
    refused = post(client, FORM + "/2/publish", {"row_version": row_version})
    assert refused.status_code == 409
    assert "不能一次装入并发布" in text(client, "/studio/gallery")
    assert post(client, "/studio/gallery/publish-all").status_code == 409


def test_new_ones_start_from_nothing_or_from_the_gallery(house: House) -> None:
    client = house.client("zhoumin")
    for kind in ("form", "scorecard", "table", "policy", "flow"):
        answer = post(client, "/studio/new", {"start": f"empty/{kind}", "key": f"mine_{kind}", "title_zh": "我的"})
        page = "edit" if kind in ("policy", "flow") else "design"
        assert (answer.status_code, answer.location) == (303, f"/studio/{kind}/mine_{kind}/1/{page}"), kind
        assert text(client, f"/studio/{kind}/mine_{kind}")
    answer = post(client, "/studio/new", {"start": "flow/credit_approval", "key": "second_flow", "title_zh": "另一个"})
    assert answer.location == "/studio/flow/second_flow/1/edit"
    bad = post(client, "/studio/new", {"start": "empty/form", "key": "Bad Key", "title_zh": ""})
    assert bad.status_code == 422
    html = bad.get_data(as_text=True)
    assert "标识「Bad Key」不合要求" in html
    assert "请填写中文名称" in html
    assert 'value="Bad Key"' in html
    taken = post(client, "/studio/new", {"start": "empty/form", "key": "mine_form", "title_zh": "我的"})
    assert taken.status_code == 409
    assert "已有一份草稿 v1" in taken.get_data(as_text=True)
    assert post(client, "/studio/new", {"start": "empty/poem", "key": "aa", "title_zh": "x"}).status_code == 422
    assert post(client, "/studio/new", {"start": "form/poem", "key": "aa", "title_zh": "x"}).status_code == 404


def test_the_gallery_installs(house: House) -> None:
    client = house.client("zhoumin")
    html = text(client, "/studio/gallery")
    assert html.count("已生效 v1") == 9
    assert "装入并发布全部" not in html
    with house.work("zhoumin") as work:
        for kind, key in (("flow", "credit_approval"), ("form", "credit_request")):
            definitions.retire(work, definitions.find(work.session, kind, key))
        row = definitions.restore(work, definitions.find(work.session, "form", "customer"))
        body = dict(row.body)
        body["summary"] = body["summary"][:1]
        definitions.save(work, row, row.row_version, body=body)
        definitions.publish(work, row, row.row_version)
    html = text(client, "/studio/gallery")
    assert html.count("未装入") == 2 + len(list(gallery.starters()))
    assert "生效的 v2 与此不同" in html
    draft = post(client, "/studio/gallery/form/customer/draft")
    assert draft.location == "/studio/form/customer/3"
    done = post(client, "/studio/gallery/publish-all")
    assert done.status_code == 303
    assert "已装入并发布 2 份配置" in text(client, "/studio")
    with house.work() as work:
        assert definitions.published(work.session, "flow", "credit_approval").version == 2  # type: ignore[union-attr]
        assert definitions.published(work.session, "form", "customer").version == 2  # type: ignore[union-attr]


@pytest.mark.parametrize("envelope", list(everything()), ids=lambda each: f"{each['kind']}-{each['key']}")
def test_the_gallery_shows_each_before_it_is_taken(house: House, envelope: dict[str, Any]) -> None:
    client = house.client("zhoumin")
    address = f"/studio/gallery/{envelope['kind']}/{envelope['key']}"
    html = text(client, address)
    assert escape(envelope["title"]["zh-CN"]) in html
    assert ("填好的样子" in html) is (envelope["kind"] == "form")
    english(client)
    assert escape(envelope["title"]["en"]) in text(client, address)
    assert house.client("lina").get(address).status_code == 403


def test_a_starter_is_taken_under_a_key_that_is_free(house: House) -> None:
    client = house.client("zhoumin")
    address = "/studio/gallery/form/collections"
    done = post(client, f"{address}/draft", {"key": "collections"})
    assert (done.status_code, done.location) == (303, "/studio/form/collections/1")
    html = text(client, address)
    assert 'value="collections_2"' in html
    again = post(client, f"{address}/draft", {"key": "collections"})
    assert again.status_code == 409
    assert "标识「collections」已被使用，请另取一个，例如 collections_2" in again.text
    bad = post(client, f"{address}/draft", {"key": "Bad Key"})
    assert bad.status_code == 422
    assert 'value="Bad Key"' in bad.text
    assert post(client, f"{address}/draft", {"key": "collections_2"}).location == "/studio/form/collections_2/1"
    assert post(client, "/studio/gallery/form/nothing/draft", {"key": "nothing"}).status_code == 404
    with house.work("zhoumin") as work:
        row = definitions.find(work.session, "form", "collections")
        definitions.publish(work, row, row.row_version)
        created = work.session.scalars(select(Entry.verb).where(Entry.subject_id == "form/collections_2")).all()
    assert created == [Verb.DEFINITION_CREATED]
    assert post(client, f"{address}/draft", {"key": "collections_3"}).status_code == 303
    new = {"start": "form/collections", "key": "collections", "title_zh": "欠款催收"}
    taken = post(client, "/studio/new", new)
    assert (taken.status_code, 'value="欠款催收"' in taken.text) == (409, True)
    assert "另取一个，例如 collections_4" in taken.text
    assert post(client, "/studio/new", {**new, "key": "collections_4"}).location.endswith("/collections_4/1/design")
    for key, title in (("collections_3", "催收记录"), ("collections_4", "欠款催收")):
        with house.work("zhoumin") as work:
            row = definitions.find(work.session, "form", key)
            assert row.title["zh-CN"] == title
            assert row.body["book"]["facts"][0]["key"] == f"collection_contacts_3m_{key}", "the first has its own"
            assert definitions.check(work.session, "form", row.body, row.key) == []
            definitions.publish(work, row, row.row_version)
        assert title in text(house.client("lina"), "/books")


@pytest.mark.parametrize("envelope", list(gallery.starters()), ids=lambda each: each["key"])
def test_every_starter_is_published_and_filled(house: House, envelope: dict[str, Any]) -> None:
    key = envelope["key"]
    with house.work("zhoumin") as work:
        row = installs.install_draft(work, "form", key)
        assert definitions.check(work.session, "form", row.body, key) == []
        definitions.publish(work, row, row.row_version)
    with house.work("lina") as work:
        customer_id = customer_files.register(work, CUSTOMER).id
    with house.work("sunli") as work:
        raw = gallery.sample(key, work.today)
        if "customer" in envelope["body"]["book"]:
            raw["customer"] = customer_id
        raw |= {"keeper": "sunli"} if key == "write_off" else {}
        if key == "write_off":  # its evidence is a file, which has to be sent in first
            with pytest.raises(Invalid) as refused:
                records.create(work, key, raw)
            assert [(each.code, each.path) for each in refused.value.problems] == [("field.required", "/evidence")]
            return
        warned = ["raise", "half", "need"]
        made = records.create(work, key, raw, warned)
        assert made.title
        place = f"/books/{key}/{made.id}"
    client = house.client("sunli")
    assert envelope["title"]["zh-CN"] in text(client, f"/books/{key}")
    assert text(client, place)


def test_the_gallery_says_what_stands_in_the_way(house: House) -> None:
    from sqlalchemy import select


    with house.work("zhoumin") as work:
        definitions.retire(work, definitions.find(work.session, "flow", "credit_approval"))
    with house.work() as work:
        post_id = work.session.scalar(select(Post.id).where(Post.key == "finance_reviewer"))
        work.session.execute(delete(PostHolder).where(PostHolder.post_id == post_id))
        work.session.execute(delete(Post).where(Post.id == post_id))
        work.record(Verb.POST_CHANGED, Subject("post", str(post_id)))
    answer = post(house.client("zhoumin"), "/studio/gallery/publish-all")
    assert answer.status_code == 422
    assert "没有岗位「finance_reviewer」" in answer.get_data(as_text=True)


def test_what_is_exported_comes_in_again(house: House) -> None:
    client = house.client("zhoumin")
    answer = client.get(FLOW + "/1/export")
    assert answer.headers["Content-Disposition"] == "attachment; filename=flow.credit_approval.v1.json"
    envelope = json.loads(answer.data)
    assert envelope["body"] == gallery.read("flows/credit_approval")["body"]
    imported = post(client, "/studio/import", {"text": answer.get_data(as_text=True)})
    assert (imported.status_code, imported.location) == (303, FLOW + "/2")
    with house.work() as work:
        query = select(Definition).where(Definition.kind == "flow").order_by(Definition.version)
        rows = work.session.scalars(query).all()
        assert rows[1].body == rows[0].body
        assert rows[1].layout == rows[0].layout
