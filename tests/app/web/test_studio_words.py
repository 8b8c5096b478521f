"""Formulas, flows and changes in words; what cannot be said in words is shown as written."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from app import gallery, kinds
from app.edge.locale import speaking
from app.kinds.changes import changes
from app.web import change_words
from app.web.flow_tree import Item, tree_of
from app.web.formula_words import say
from app.web.studio_flow_words import duration_words, interval_words

LABELS: dict[str, Any] = {
    "limit": {"zh-CN": "申请额度", "en": "Limit"}, "kind": {"zh-CN": "担保方式", "en": "Kind"},
    "kind=deposit": {"zh-CN": "保证金", "en": "Deposit"}, "rows": {"zh-CN": "明细", "en": "Rows"},
    "rows.amount": {"zh-CN": "明细金额", "en": "Row amount"},
}  # fmt: skip

FORMULAS: list[tuple[str, str | None, str | None]] = [
    ("limit >= 1000000", "申请额度 ≥ 1,000,000", "Limit ≥ 1,000,000"),
    ("limit > 0.05 * limit and limit != null", "申请额度 > 0.05 × 申请额度，且 申请额度 ≠ 空",
     "Limit > 0.05 × Limit and Limit ≠ empty"),
    ("kind = \"deposit\" or kind = \"other\"", "担保方式 = “保证金”，或 担保方式 = “other”",
     "Kind = “Deposit” or Kind = “other”"),
    ("kind in (\"deposit\", \"x\")", "担保方式 为 “保证金”、“x” 之一", "Kind is one of “Deposit”, “x”"),
    ("kind in [\"deposit\"]", "担保方式 为 “保证金” 之一", "Kind is one of “Deposit”"),
    ("limit in [1..5]", "申请额度 在 1 至 5 之间（含）", "Limit is between 1 and 5, both included"),
    ("limit in (1..5]", "1 < 申请额度 ≤ 5", "1 < Limit ≤ 5"),
    ("limit in (> 5)", "申请额度 > 5", "Limit > 5"),
    ("limit between 1 and 5", "申请额度 在 1 至 5 之间（含）", "Limit is between 1 and 5, both included"),
    ("(limit > 1 or limit < 0) and true", "（申请额度 > 1，或 申请额度 < 0），且 是",
     "(Limit > 1 or Limit < 0) and yes"),
    ("(limit + 1) * 2 - -limit", "（申请额度 + 1） × 2 − −申请额度", "(Limit + 1) × 2 − −Limit"),
    ("if count(rows) = 0 then 0 else sum(rows.amount)", "若 明细的行数 = 0，则 0，否则 明细金额合计",
     "if number of rows of Rows = 0 then 0, otherwise sum of Row amount"),
    ("customer.current_limit > 3", "客户现有额度 > 3", "customer's present limit > 3"),
    ("thing.other = 1", "thing的other = 1", "other of thing = 1"),
    ("grade = \"A\"", "等级 = “A”", "Grade = “A”"),
    ("some r in rows satisfies r.amount > 3", None, None),
    ("limit instance of number", None, None),
    ("limit >", None, None),
    ("replace(kind, \"a\", \"b\") = \"x\"", None, None),
    (" + ".join(["limit"] * 300), None, None),
]  # fmt: skip


@pytest.fixture
def speaker(app: Flask) -> Iterator[Flask]:
    with app.test_request_context("/"):
        yield app


@pytest.mark.parametrize(("formula", "zh", "en"), FORMULAS, ids=[case[0][:40] for case in FORMULAS])
def test_formulas_in_words(speaker: Flask, formula: str, zh: str | None, en: str | None) -> None:
    with speaking("zh-CN"):
        assert say(formula, LABELS) == zh
    with speaking("en"):
        found = say(formula, LABELS)
        assert (found.lower() if found else found) == (en.lower() if en else en)


def ids(items: tuple[Item, ...]) -> list[Any]:
    return [
        f"→{item.step.id}" if item.jump else [item.step.id, *(ids(branch.items) for branch in item.branches)]
        if item.branches else item.step.id
        for item in items
    ]


def flow(steps: list[tuple[str, str]], routes: list[tuple[str, str, str | None]]) -> Any:
    more = {"approval": {"assign": [{"by": "superior"}], "on_empty": ["flow_admin"], "on_reject": {"do": "end"}}}
    choices = {name for name, kind in steps if kind == "choice"}
    return kinds.KINDS["flow"].compile({
        "steps": [{"id": name, "type": kind, **more.get(kind, {})} for name, kind in steps],
        "routes": [
            {"from": a, "to": b, **({"when": w} if w else {"default": True} if a in choices else {}), "order": n}
            for n, (a, b, w) in enumerate(routes)
        ],
    })


def test_the_tree_of_the_gallery() -> None:
    made = kinds.KINDS["flow"].compile(gallery.read("flows/credit_approval")["body"])
    assert ids(tree_of(made)) == [
        "start", "rate", ["gate", [], ["sales", "finance", ["choice", ["risk"], []]]], "tell", "done"
    ]  # fmt: skip


def test_branches_that_end_apart_and_ways_that_lead_back() -> None:
    steps = [("start", "start"), ("c", "choice"), ("a", "approval"), ("b", "approval"), ("e1", "end"), ("e2", "end")]
    routes = [("start", "c", None), ("c", "a", "x > 1"), ("c", "b", None), ("a", "e1", None), ("b", "e2", None)]
    apart = flow(steps, routes)
    assert ids(tree_of(apart)) == ["start", ["c", ["a", "e1"], ["b", "e2"]]]
    back = flow(
        [("start", "start"), ("a", "approval"), ("c", "choice"), ("e", "end")],
        [("start", "a", None), ("a", "c", None), ("c", "a", "again"), ("c", "e", None)],
    )
    assert ids(tree_of(back)) == ["start", "a", ["c", ["→a"], []], "e"]


def test_six_choices_inside_each_other() -> None:
    steps, routes = [("start", "start"), ("end", "end")], [("start", "c1", None)]
    for n in range(1, 7):
        steps += [(f"c{n}", "choice"), (f"a{n}", "approval")]
        following = f"c{n + 1}" if n < 6 else "end"
        routes += [(f"c{n}", f"a{n}", "x > 1"), (f"c{n}", "end", None), (f"a{n}", following, None)]
    assert str(ids(tree_of(flow(steps, routes)))).count("c") == 6  # type: ignore[arg-type]


@pytest.mark.parametrize(("path", "change", "zh", "en"), [
    ("scorecards/customer_rating", lambda b: b["factors"][1]["bands"]["cuts"][1].update(edge="0.50"),
     "指标「资产负债率」 › 档位「第 2 项」：分界由 0.55 改为 0.50",
     "Factor Liabilities / assets › Band no. 2: edge changed from 0.55 to 0.50"),
    ("scorecards/customer_rating", lambda b: b["variants"][0]["weights"].update(FIN="25"),
     "权重方案「通用」 › 权重：财务健康度由 30 改为 25",
     "set of weights General › weights: Financial health changed from 30 to 25"),
    ("scorecards/customer_rating", lambda b: b["knockouts"].pop(0),
     "删除否决规则「在列失信被执行人」", "knock-out On the list of dishonest judgment debtors removed"),
    ("forms/credit_request", lambda b: b["sections"][0]["fields"][3].update(max=365),
     "分组「申请信息」 › 字段「账期」：最大值由 180 改为 365",
     "section Request › field Payment days: maximum changed from 180 to 365"),
    ("forms/credit_request", lambda b: b["sections"][0]["fields"][4].update(required=False),
     "分组「申请信息」 › 字段「申请理由」：必填由 是 改为 否",
     "section Request › field Reason: required changed from Yes to No"),
    ("forms/credit_request", lambda b: b["sections"][2]["fields"].append(b["sections"][0]["fields"].pop(4)),
     "字段「申请理由」从 分组「申请信息」 移到 分组「审核意见」",
     "field Reason moved from section Request to section Opinions"),
    ("forms/credit_request", lambda b: b["rules"][1].update(when="limit > 5000000"),
     "规则「第 2 项」：条件由 “申请额度 > 3,000,000” 改为 “申请额度 > 5,000,000”",
     "rule no. 2: condition changed from “Requested limit > 3,000,000” to “Requested limit > 5,000,000”"),
    ("flows/credit_approval", lambda b: b["steps"][6]["quorum"].update(rule="any"),
     "环节「风控委员会评审」 › 通过方式：规则由 全部同意 改为 任一人同意",
     "Step Risk committee › quorum: rule changed from all to any"),
    ("flows/credit_approval", lambda b: b["steps"][4]["fields"].update(limit="edit"),
     "环节「财务审核」 › 字段：新增limit 可填", "Step Finance review › fields: limit added, may fill"),
    ("policies/customer_credit", lambda b: b["grades"]["A"].update(auto_up_to="300000"),
     "等级 › A：自动审批上限由 （无） 改为 300,000", "Grades › A: automatic up to changed from nothing to 300,000"),
    ("policies/customer_credit", lambda b: b["tiers"].pop(3),
     "删除审批层级「财务总监」", "tier Finance director removed"),
])  # fmt: skip
def test_changes_in_words(speaker: Flask, path: str, change: Any, zh: str, en: str) -> None:
    old = gallery.read(path)["body"]
    new = copy.deepcopy(old)
    change(new)
    labels = change_words.labels_of(new)
    with speaking("zh-CN"):
        assert [line.words for line in change_words.lines(changes(old, new), labels)] == [zh]
    with speaking("en"):
        found = [line.words for line in change_words.lines(changes(old, new), labels)]
        assert [line.lower() for line in found] == [en.lower()]


def test_durations_and_intervals(speaker: Flask) -> None:
    with speaking("zh-CN"):
        assert [duration_words(text) for text in ("PT8H", "P2D", "P1DT2H30M", "PT15M", "?")] == [
            "8 小时", "2 天", "1 天2 小时30 分钟", "15 分钟", "?"
        ]  # fmt: skip
        assert [interval_words(text) for text in ("12m", "30d", "event", None)] == ["12 个月", "30 天", "有事件时", ""]


def test_texts_are_compared_line_by_line() -> None:
    found = change_words.difference("a\nb\nc\nd\ne\nf\ng\nh\n", "a\nb\nc\nd\nE\nf\ng\nh\n", around=1)
    assert [(line.old, line.new, line.sign, line.text) for line in found] == [
        (None, None, "…", ""), (4, 4, " ", "d"), (5, None, "−", "e"), (None, 5, "+", "E"), (6, 6, " ", "f")
    ]  # fmt: skip
    assert change_words.difference("a\n", "a\n") == []
