"""The written contract equals the code, and the schema of answers describes what is stored."""

from __future__ import annotations

import json
from importlib.resources import files
from time import process_time
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from forms import FIELD_TYPES, compile_form, form_schema, to_json_schema
from forms.__main__ import schema_text
from forms.schema import _validator
from tests.forms.build import PDF, PNG, SILENT, answer, form_of, setup

GOOD: dict[str, Any] = {
    "text": "a",
    "long_text": "a\nb",
    "number": "1.5",
    "integer": 3,
    "money": "12.5万",
    "percent": "12.5%",
    "date": "2025年1月1日",
    "yes_no": "是",
    "choice": "甲",
    "multi_choice": ["a", "b"],
    "credit_code": "91440300MA5AL62RXF",
    "email": "a@example.com",
    "phone": "13800138000",
    "lookup": "C1",
    "subform": [{"amount": "5"}],
    "datetime": "2025-01-31 08:30",
    "date_range": "2025-01-01 至 2025-03-31",
    "tags": "进口;重点",
    "address": "浙江省宁波市鄞州区学士路1号",
    "bank_account": "1001 0212 0902 5588 123",
    "bank_code": "102100099996",
    "user": "U1",
    "department": "D1",
    "attachment": [PDF, PNG],
    "image": [PNG],
    "signature": "王敏",
}


def test_the_file_is_what_the_code_says() -> None:
    written = files("forms").joinpath("form.schema.json").read_text(encoding="utf-8")
    assert written == schema_text(), "run: python -m forms > forms/form.schema.json"


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(form_schema())


@pytest.mark.parametrize("type", [t for t in FIELD_TYPES if t not in (*SILENT, "serial")])
def test_stored_answers_satisfy_the_schema_of_answers(type: str) -> None:
    form = form_of(setup(type, "x", required=True), setup("text", "y"), setup("note", "n"))
    schema = to_json_schema(form)
    Draft202012Validator.check_schema(schema)
    judge = Draft202012Validator(schema)
    stored = json.loads(json.dumps(answer(form, {"x": GOOD[type]}).to_json()))
    assert list(judge.iter_errors(stored)) == []
    assert schema["required"] == ["x"]
    assert "n" not in schema["properties"]
    assert not judge.is_valid({**stored, "z": 1})
    assert not judge.is_valid({**stored, "x": {"a": 1}})


def test_computed_fields_are_read_only_and_rules_do_not_make_required() -> None:
    form = form_of(
        setup("number", "a", required=True),
        setup("number", "b", compute="a + 1"),
        rules=[{"id": "r1", "effect": "show", "target": "a", "when": "1 = 1"}],
    )
    schema = to_json_schema(form, "en")
    assert schema["properties"]["b"]["readOnly"] is True
    assert schema["required"] == []
    assert schema["properties"]["a"]["title"] == "Field a"


@pytest.mark.parametrize("type", list(FIELD_TYPES))
@pytest.mark.parametrize("locale", ["zh_Hans_CN", "en"])
def test_every_type_has_a_column_and_hints(type: str, locale: str) -> None:
    field = form_of(setup(type), setup("lookup", "customer")).fields["x"]
    column = field.excel(locale)
    assert column.key == "x"
    assert column.header.startswith("字段x" if locale == "zh_Hans_CN" else "Field x")
    assert all(hint.code.startswith("hint.") for hint in field.hints())


def test_looking_an_alternative_up_finds_what_asking_all_of_them_finds() -> None:
    """The written schema, read by any validator, and our quicker reading of it agree on every kind of wrong field."""
    label = {"zh-CN": "项"}
    wrong = [
        {"id": f"f_{at}", "key": f"k_{at}", "type": name, "label": label, "odd": 1, "required": "yes", "min": {}}
        for at, name in enumerate([*FIELD_TYPES, "no_such_type"])
    ]
    body = {"sections": [{"key": "s", "fields": [*wrong, {"id": "f"}, 3, {"type": 3}]}], "rules": [{"when": ""}]}
    plain = Draft202012Validator(form_schema())

    def told(found: Any) -> set[tuple[Any, ...]]:
        return {(tuple(each.absolute_path), each.validator, each.message) for each in found}

    assert told(_validator().iter_errors(body)) == told(plain.iter_errors(body))


def test_the_largest_form_compiles_while_somebody_types() -> None:
    """300 fields and 100 rules in 0.1 s of processor time on the machine this was written on."""
    fields = [
        {"id": f"f_{at}", "key": f"field_{at}", "type": "text", "label": {"zh-CN": f"字段{at}"}} for at in range(300)
    ]
    rules = [
        {"id": f"r{at}", "effect": "require", "target": f"field_{at}", "when": f"field_{at + 100} != null"}
        for at in range(100)
    ]
    body = {"sections": [{"key": "all", "fields": fields}], "rules": rules}
    compile_form(body)
    began = process_time()
    assert len(compile_form(body).rules) == 100
    assert process_time() - began < 1
