"""Formulas as sentences; what cannot be said in words is left to its text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from app.edge.formula_words import say
from app.edge.locale import speaking

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
