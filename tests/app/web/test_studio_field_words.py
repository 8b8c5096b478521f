"""What a field asks for, in the studio's words."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from app.web.studio_words import field_notes, form_labels
from tests.forms.build import form_of, setup

DEPENDING = [{"code": "nb", "label": {"zh-CN": "宁波"}, "parents": ["a"]}]


@pytest.mark.parametrize(
    ("type", "members", "words"),
    [
        ("date", {"min": "2020-01-01", "max": "today"}, ["不早于 2020-01-01", "不晚于 当天"]),
        ("datetime", {"min": "2020-01-01T09:00", "max": "now"}, ["不早于 2020-01-01 09:00", "不晚于 现在"]),
        ("date_range", {"open_end": True, "max_days": 90}, ["结束可不填", "最长 90 天"]),
        ("tags", {"options": ["A"], "free": False}, ["选项：A", "只能从列表选"]),
        ("choice", {"depends_on": "above", "options": DEPENDING}, ["选项随「字段above」变化"]),
        ("address", {"level": "city", "detail": "none"}, ["到市级", "不填详细地址"]),
        ("phone", {"kinds": ["mobile", "landline"]}, ["可填：手机、座机"]),
        ("bank_account", {}, ["阅读时只显示首尾各四位"]),
        ("serial", {}, ["格式 HT{yyyy}{mm}-{n:4}", "每月重新计数"]),
        ("user", {"multiple": True, "max_items": 5, "within": "candidate.id = y"}, ["最多 5 个", "可选范围"]),
        ("rating", {}, ["显示「字段customer」当前的等级和总分"]),
    ],
)
def test_notes(app: Flask, type: str, members: dict[str, Any], words: list[str]) -> None:
    form = form_of(setup(type, **members), setup("lookup", "customer"), setup("choice", "above"), setup("text", "y"))
    with app.test_request_context("/", headers={"Accept-Language": "zh-CN"}):
        notes = field_notes(form.fields["x"], form_labels(form))
    for each in words:
        assert any(each in note for note in notes), (each, notes)
