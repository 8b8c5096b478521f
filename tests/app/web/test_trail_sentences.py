"""Every entry reads as one sentence in both languages, whatever its body holds or lacks."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app import create_app
from app.edge import sentences
from app.edge.locale import LANGUAGES, catalogue, speaking
from app.queries.trail import EntryRow
from app.work import Subject, Verb
from config import Settings

SEALED = {"commitment": "aa", "cipher": "bb"}


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    app = create_app(Settings(home=tmp_path_factory.mktemp("home"), jobs="off"))
    app.testing = True
    return app


CASE = Subject("case", "k1")


def entry(verb: str, members: dict[str, Any], subject: Subject = CASE) -> EntryRow:
    return EntryRow(
        1, 0, subject, 1, datetime(2026, 1, 5, tzinfo=UTC), "u1", "李娜", verb, "c1", "k1", b"{}", bytes(32), bytes(32),
        members,
    )  # fmt: skip


def said(app: Flask, row: EntryRow, tag: str = "zh-CN") -> str:
    with app.app_context(), speaking(tag):
        return sentences.sentence(row)


STEP = {"zh-CN": "财务审核", "en": "Finance review"}
SENTENCES = [
    ("decision.made",
     {"decider_name": "孙丽", "step_label": STEP, "answer": "approve", "customer": "某公司", "number": "SX1"},
     "孙丽在「财务审核」同意了客户「某公司」的申请 SX1",
     "孙丽 approved request SX1 of the customer “某公司” at “Finance review”"),
    ("case.routed", {"number": "SX1", "to_label": {"zh-CN": "风控委员会评审", "en": "Risk committee"}},
     "申请 SX1 按条件流转到「风控委员会评审」", "Request SX1 was routed by condition to “Risk committee”"),
    ("case.told", {"number": "SX1", "to": ["李娜", "钱芳"]}, "申请 SX1 已抄送：李娜、钱芳",
     "Request SX1 was copied to 李娜, 钱芳"),
    ("credit_request.submitted", {"by": "李娜", "customer": "某公司", "number": "SX1", "amount": "2340000"},
     "李娜提交了客户「某公司」的授信申请 SX1，申请额度 ¥2,340,000.00",
     "李娜 submitted credit request SX1 of the customer “某公司” over CN¥2,340,000.00"),
    ("answers.changed", {"by": "李娜", "number": "SX1", "changed": ["reason"]}, "李娜修改了申请 SX1 的填报内容：理由",
     "李娜 changed the answers of request SX1: reason"),
    ("case.failed",
     {"number": "SX1", "step_label": STEP, "code": "assign.nobody",
      "params": {"step": STEP, "tried": [{"zh-CN": "销售总监", "en": "Head of sales"}, "gone"]}},
     "申请 SX1 无法继续：环节「财务审核」找不到审批人，已尝试：销售总监、gone。请流程管理员补齐岗位人员后重试",
     "Request SX1 cannot go on: Nobody could be found for step “Finance review”; tried: Head of sales, gone. "
     "A flow admin should fill the posts and retry"),
    ("user.roles_changed", {"by": "陈安", "name": "何平", "roles": ["manager:all"]},
     "陈安将用户「何平」的角色定为：管理层（全部）",
     "陈安 set the roles of the user “何平” to: Manager (All)"),
]  # fmt: skip


@pytest.mark.parametrize(("verb", "detail", "zh", "en"), SENTENCES)
def test_what_happened(bare: Flask, verb: str, detail: dict[str, Any], zh: str, en: str) -> None:
    row = entry(verb, {"detail": detail, "actor": "u1"})
    assert said(bare, row) == zh
    assert said(bare, row, "en") == en


@pytest.mark.parametrize("tag", LANGUAGES)
@pytest.mark.parametrize("verb", list(Verb))
def test_no_entry_is_too_poor_for_its_sentence(bare: Flask, verb: Verb, tag: str) -> None:
    text = said(bare, entry(verb.value, {"detail": {}}), tag)
    assert text
    assert "{" not in text


@pytest.mark.parametrize("tag", LANGUAGES)
def test_every_variant_is_reached_by_a_verb(tag: str) -> None:
    verbs = {verb.value for verb in Verb}
    keys = [key.removeprefix("verb.") for key in catalogue(tag) if key.startswith("verb.")]
    assert [key for key in keys if key not in verbs and key.rsplit(".", 1)[0] not in verbs] == []


json = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=8) | st.just(SEALED) | st.just({"erased": True}),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
MEMBERS = (
    "by", "name", "number", "customer", "amount", "currency", "step_label", "title", "roles", "fields", "changed", "to",
    "problems", "code", "params", "answer", "why", "kind", "source", "post", "for_name", "holders", "grade", "label",
    "as_of", "status", "version", "by_version", "valid_to", "verdict",
)  # fmt: skip
PART = st.dictionaries(st.sampled_from(MEMBERS), json, max_size=6) | json


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from([*Verb, "unheard.of"]),
    st.fixed_dictionaries(dict.fromkeys(("detail", "before", "after"), PART)),
    st.sampled_from(sorted(LANGUAGES)),
)
def test_nothing_that_somebody_wrote_into_a_row_breaks_a_page(
    bare: Flask, verb: str, members: dict[str, Any], tag: str
) -> None:
    row = entry(str(verb), {"v": 1, **members}, Subject("definition", "flow/x"))
    with bare.app_context(), speaking(tag):
        for text in (
            sentences.sentence(row), sentences.subject_words(row), sentences.actor_words(row), sentences.role_words(row)
        ):
            assert isinstance(text, str)
        for change in sentences.changes(row):
            assert isinstance(change.words, str)


@pytest.mark.parametrize(("tag", "words"), [("zh-CN", ("草稿", "已发布")), ("en", ("Draft", "Published"))])
def test_the_status_of_a_version_is_told_in_words(bare: Flask, tag: str, words: tuple[str, str]) -> None:
    row = entry("definition.published", {"detail": {}, "before": {"v12": "draft"}, "after": {"v12": "published"}})
    with bare.app_context(), speaking(tag):
        (change,) = sentences.changes(row)
    assert (change.words, change.before, change.after) == ("v12", *words)


def test_sealed_values_are_told_as_such(bare: Flask) -> None:
    row = entry("customer.changed", {"detail": {}, "after": {"contact_email": SEALED, "name": {"erased": True}}})
    with bare.app_context(), speaking("zh-CN"):
        assert [change.after for change in sentences.changes(row)] == ["已加密", "已销毁"]
        opened = sentences.changes(row, lambda customer, field, _sealed: f"{customer}/{field}")
        assert [change.after for change in opened] == ["c1/contact_email", "已销毁"]
        erased = sentences.changes(row, lambda *_: None)
        assert erased[0].after == "已销毁"


def test_an_unreadable_body_says_so(bare: Flask) -> None:
    assert "无法读取" in said(bare, entry("case.opened", {}))
    assert said(bare, entry("made.up", {"detail": {}})) == "未知事件：made.up"
