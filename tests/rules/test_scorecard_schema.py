"""The JSON Schemas of Scorecard, DecisionTable and Policy: sound, closed everywhere, each violation told once."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from rules.schema import MAX_PROBLEMS, schema_problems

SCHEMAS = [("rules", "scorecard.schema.json"), ("rules", "table.schema.json"), ("credit", "policy.schema.json")]


def parts(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, dict):
        return [value, *(part for child in value.values() for part in parts(child))]
    return [part for child in value for part in parts(child)] if isinstance(value, list) else []


@pytest.mark.parametrize(("package", "name"), SCHEMAS)
def test_schemas_are_valid_and_closed(package: str, name: str) -> None:
    schema = json.loads(resources.files(package).joinpath(name).read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    objects = [part for part in parts(schema) if isinstance(part.get("properties"), dict)]
    assert len(objects) > 5
    assert all(part["additionalProperties"] is False for part in objects)


def told(schema: dict[str, Any], body: Any) -> list[tuple[str, str, dict[str, Any]]]:
    return [(p.code, p.path, dict(p.params)) for p in schema_problems(Draft202012Validator(schema), body)]


@pytest.mark.parametrize(
    ("schema", "body", "expected"),
    [
        ({"type": ["string", "null"]}, 3, ("schema.type", "", {"expected": "string, null"})),
        ({"const": "a"}, "b", ("schema.choice", "", {"options": "a"})),
        ({"oneOf": [{"type": "null"}, {"type": "object"}]}, 3, ("schema.type", "", {"expected": "null, object"})),
        ({"oneOf": [{"type": "null"}, {"type": "object", "required": ["x"]}]}, {},
         ("schema.required", "", {"name": "x"})),
        ({"items": {"minimum": 3}}, [4, 2], ("schema.range", "/1", {"limit": 3})),
        ({"propertyNames": {"pattern": "^[a-z]$"}}, {"B": 1}, ("schema.pattern", "", {"value": "B"})),
        ({"uniqueItems": True}, [1, 1], ("schema.invalid", "", {"keyword": "uniqueItems"})),
        ({"minProperties": 1}, {}, ("schema.too_short", "", {"min": 1})),
        ({}, {"a/b": [0.5]}, ("schema.float", "/a~1b/0", {})),
        ({}, {"\ud800": 1}, ("schema.character", "/\\ud800", {})),
        ({"type": "string"}, 2.5, ("schema.float", "", {})),
    ],
)
def test_each_violation_is_told_once(schema: dict[str, Any], body: Any, expected: tuple[str, str, Any]) -> None:
    assert told(schema, body) == [expected]


def test_no_flood_of_problems() -> None:
    assert len(told({"items": {"type": "string"}}, list(range(5000)))) == MAX_PROBLEMS
    assert len(told({}, [0.5] * 5000)) == MAX_PROBLEMS
