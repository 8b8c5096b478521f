"""Holds answers against the OpenAPI document: what is described is what comes."""

from __future__ import annotations

import re
from copy import deepcopy
from typing import Any

from flask import Flask
from jsonschema import Draft202012Validator

METHODS = ("get", "post", "put", "patch", "delete")


class Described:
    """The document of an app, with a validator for each answer."""

    def __init__(self, app: Flask) -> None:
        self.spec: dict[str, Any] = app.test_client().get("/api/v1/openapi.json").get_json()
        self.schemas = _json_schema(self.spec["components"]["schemas"])
        self.paths = [
            (re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path)), item) for path, item in self.spec["paths"].items()
        ]

    def operations(self) -> list[tuple[str, str, dict[str, Any]]]:
        return [
            (method, path, {**item[method], "all": [*item.get("parameters", ()), *item[method].get("parameters", ())]})
            for path, item in self.spec["paths"].items()
            for method in METHODS
            if method in item
        ]

    def check(self, method: str, path: str, status: int, kind: str, body: Any) -> None:
        """Fails where an answer is not as described."""
        found = [item for pattern, item in self.paths if pattern.fullmatch(path)]
        # Of two paths that fit, the one without a parameter there is meant: it stands for itself.
        operation = next((item[method.lower()] for item in sorted(found, key=_open) if method.lower() in item), None)
        if operation is None:
            return
        assert str(status) in operation["responses"], f"{method} {path} answered {status}: {body}"
        response = operation["responses"][str(status)]
        if "$ref" in response:
            response = self.spec["components"]["responses"][response["$ref"].rsplit("/", 1)[-1]]
        assert kind in response["content"], (kind, path)
        schema = {**_json_schema(response["content"][kind]["schema"]), "components": {"schemas": self.schemas}}
        errors = [f"{each.json_path}: {each.message}" for each in Draft202012Validator(schema).iter_errors(body)]
        assert not errors, (method, path, errors[:5])


def _open(item: dict[str, Any]) -> int:
    return len(item.get("parameters", ()))


def _json_schema(schema: Any) -> Any:
    """OpenAPI 3.0 says `nullable` where JSON Schema says null."""
    if isinstance(schema, list):
        return [_json_schema(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    found = {name: _json_schema(each) for name, each in deepcopy(schema).items() if name != "nullable"}
    if schema.get("nullable") is True:
        return {"anyOf": [found, {"type": "null"}]}
    return found
