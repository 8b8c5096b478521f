"""A field under another key: its form means the same, whatever of it named the field."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from forms import compile_form
from forms.rename import rename
from tests.shared import ROOT

FORMS = sorted((ROOT / "app" / "gallery" / "forms").glob("*.json"))


def bodies() -> Iterator[tuple[str, dict[str, Any]]]:
    for file in FORMS:
        yield file.stem, json.loads(file.read_text("utf-8"))["body"]


def places(body: dict[str, Any]) -> Iterator[tuple[int, ...]]:
    for section, each in enumerate(body["sections"]):
        for index, field in enumerate(each["fields"]):
            yield section, index
            yield from ((section, index, column) for column in range(len(field.get("fields", ()))))


@pytest.mark.parametrize(("name", "body"), list(bodies()), ids=[file.stem for file in FORMS])
def test_each_field_of_the_gallery_can_be_renamed_and_back(name: str, body: dict[str, Any]) -> None:
    before = compile_form(body)
    for at in places(body):
        key = body["sections"][at[0]]["fields"][at[1]]
        key = (key["fields"][at[2]] if len(at) == 3 else key)["key"]
        made = rename(body, at, "renamed_for_now")
        after = compile_form(made)
        assert len(after.fields) == len(before.fields)
        assert rename(made, at, key) == body


def test_a_column_hides_a_field_of_its_name_in_its_rows() -> None:
    label = {"zh-CN": "某项"}
    number = {"type": "number", "label": label}
    rows = {"id": "f_02", "key": "rows", "type": "subform", "label": label, "fields": [
        {"id": "f_03", "key": "amount", **number}, {"id": "f_04", "key": "twice", **number, "compute": "amount * 2"}]}
    body = {
        "sections": [{"key": "s", "fields": [{"id": "f_01", "key": "amount", **number}, rows]}],
        "rules": [{"id": "r1", "effect": "show", "target": "rows.twice", "when": "amount > 1"},
                  {"id": "r2", "effect": "show", "target": "rows", "when": "amount > 1"}],
        "checks": [{"id": "c1", "formula": "sum(rows[amount > 1].amount) < amount", "message": label}],
        "summary": ["amount"],
    }  # fmt: skip
    outer = rename(body, (0, 0), "total")
    assert outer["sections"][0]["fields"][1] == rows
    assert [rule["when"] for rule in outer["rules"]] == ["amount > 1", "total > 1"]
    assert outer["checks"][0]["formula"] == "sum(rows[amount > 1].amount) < total"
    assert outer["summary"] == ["total"]
    inner = rename(body, (0, 1, 0), "sum_due")
    assert inner["sections"][0]["fields"][1]["fields"][1]["compute"] == "sum_due * 2"
    assert [rule["when"] for rule in inner["rules"]] == ["sum_due > 1", "amount > 1"]
    assert inner["checks"][0]["formula"] == "sum(rows[sum_due > 1].sum_due) < amount"
    assert inner["summary"] == ["amount"]


def test_what_cannot_be_read_stays_as_it_is() -> None:
    field = {"id": "f_01", "key": "a", "compute": "a +"}
    body = {"sections": [{"key": "s", "fields": [field, 3]}], "rules": "x", "checks": [7]}
    made = rename(body, (0, 0), "b")
    assert made == {**body, "sections": [{"key": "s", "fields": [{**field, "key": "b"}, 3]}]}
