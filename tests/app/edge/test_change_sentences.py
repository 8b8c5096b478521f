"""Each difference of two versions as one sentence in both languages."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from app import gallery
from app.edge import change_sentences
from app.edge.locale import speaking
from app.kinds.changes import changes


@pytest.fixture
def speaker(app: Flask) -> Iterator[Flask]:
    with app.test_request_context("/"):
        yield app


@pytest.mark.parametrize(("path", "change", "zh", "en"), [
    ("scorecards/customer_rating", lambda b: b["factors"][1]["bands"]["cuts"][1].update(edge="0.50"),
     "指标「资产负债率」 › 档位「第 2 项」：分界由 0.55 改为 0.50",
     "Factor Liabilities / assets › Band no. 2: edge changed from 0.55 to 0.50"),
    ("scorecards/customer_rating", lambda b: b["factors"][1]["bands"]["cuts"][0].update(note={"zh-CN": "很轻"}),
     "指标「资产负债率」 › 档位「第 1 项」：说明由 “负债轻” 改为 “很轻”",
     "Factor Liabilities / assets › Band no. 1: note changed from “Light debt” to “很轻”"),
    ("scorecards/customer_rating", lambda b: b["factors"][1]["bands"].pop("otherwise_note"),
     "指标「资产负债率」：取消其余取值的说明（原为 “过高，提示风控”）",
     "Factor Liabilities / assets: note on all other values removed (was “Too high: tell risk control”)"),
    ("scorecards/customer_rating", lambda b: b["factors"][0].update(missing_note={"zh-CN": "没有", "en": "None"}),
     "指标「经营现金流/销售收入」：新增缺失时的说明 “没有”",
     "Factor Operating cash flow / sales: note on missing values added, “None”"),
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
    labels = change_sentences.labels_of(new)
    with speaking("zh-CN"):
        assert [line.words for line in change_sentences.lines(changes(old, new), labels)] == [zh]
    with speaking("en"):
        found = [line.words for line in change_sentences.lines(changes(old, new), labels)]
        assert [line.lower() for line in found] == [en.lower()]
