"""The description of the API: an OpenAPI 3 document, and the same as a page for people."""

from __future__ import annotations

from copy import deepcopy
from functools import cache
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, render_template, url_for
from flask_smorest import Api

from app.api import fields
from app.api.noun import IdConverter, KeyConverter, KindConverter
from app.api.schemas.problems import RefusalSchema
from app.edge.errors import MEDIA_TYPE
from app.edge.locale import catalogue, language
from app.edge.pages import PUBLIC, access
from app.kinds import KINDS

EXTENSION = "credence.api"
METHODS = ("get", "post", "put", "patch", "delete")
REFUSALS = ("401", "403", "404", "409", "413", "415", "422")

blueprint = Blueprint("api_docs", __name__, url_prefix="/api/v1")


class Description(Api):  # type: ignore[misc]
    """flask-smorest without its own pages and error answers: the edge answers errors, for every road alike."""

    ERROR_SCHEMA = RefusalSchema
    DEFAULT_ERROR_RESPONSE_NAME = None

    def _register_error_handlers(self) -> None:
        return

    def _register_responses(self) -> None:
        return

    def _register_doc_blueprint(self) -> None:
        return


def describe(app: Any) -> Description:
    """The collector that blueprints of nouns register with."""
    app.url_map.converters |= {"id": IdConverter, "key": KeyConverter, "kind": KindConverter}
    made = Description(
        app,
        spec_kwargs={
            "title": "Credence 信衡 API", "version": "1", "openapi_version": "3.0.3",
            "info": {"description": "api.doc.intro"},
            "security": [{"token": []}],
        },
    )  # fmt: skip
    made.register_converter(IdConverter, lambda _: {"type": "string", "pattern": "^[0-9a-f]{32}$"})
    made.register_converter(KindConverter, lambda _: {"type": "string", "enum": list(KINDS)})
    made.register_converter(KeyConverter, lambda _: {"type": "string", "minLength": 1, "maxLength": 60})
    for field, kind, form in (
        (fields.Text, "string", None), (fields.Choice, "string", None), (fields.Whole, "integer", None),
        (fields.Flag, "boolean", None), (fields.Number, "string", "decimal"), (fields.Money, "string", "decimal"),
        (fields.Day, "string", "date"), (fields.Moment, "string", "date-time"), (fields.Document, "object", None),
        (fields.Amounts, "object", None), (fields.Anything, None, None),
    ):  # fmt: skip
        made.register_field(field, kind, form)
    made.spec.components.security_scheme(
        "token", {"type": "http", "scheme": "bearer", "description": "api.doc.token"}
    )
    made.spec.components.schema("Refusal", schema=RefusalSchema)
    refused = {"description": "api.doc.refused", "content": {MEDIA_TYPE: {"schema": RefusalSchema}}}
    made.spec.components.response("Refused", refused)
    app.extensions[EXTENSION] = made
    return made


def document(tag: str) -> dict[str, Any]:
    """The OpenAPI document with its words in a language (zh-CN or en)."""
    made = current_app.extensions[EXTENSION]
    if tag not in made.__dict__.setdefault("documents", {}):
        made.documents[tag] = _finished(made.spec.to_dict(), tag)
    found: dict[str, Any] = made.documents[tag]
    return found


def _finished(spec: dict[str, Any], tag: str) -> dict[str, Any]:
    found: dict[str, Any] = _spoken(deepcopy(spec), tag)
    for _, _, operation in operations(found):
        for kept in operation.pop("x-parameters", ()):
            operation.setdefault("parameters", []).append(kept)
        for status in REFUSALS:
            operation["responses"][status] = {"$ref": "#/components/responses/Refused"}
    return found


def _spoken(value: Any, tag: str) -> Any:
    """Keys of the catalogue become sentences wherever the document speaks to a reader."""
    if isinstance(value, dict):
        return {
            name: catalogue(tag)[each] if name in ("summary", "description") and _is_key(each) else _spoken(each, tag)
            for name, each in value.items()
        }
    return [_spoken(each, tag) for each in value] if isinstance(value, list) else value


@cache
def _is_key(text: Any) -> bool:
    return isinstance(text, str) and text.startswith("api.")


def operations(spec: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    """(method, path, operation) in the order of the document."""
    return [
        (method, path, item[method]) for path, item in spec["paths"].items() for method in METHODS if method in item
    ]


def _parameters(spec: dict[str, Any], path: str, operation: dict[str, Any]) -> list[dict[str, Any]]:
    """What stands in the address and the headers, in the order people fill it in."""
    return [*spec["paths"][path].get("parameters", ()), *operation.get("parameters", ())]


@blueprint.get("/openapi.json")
@access(PUBLIC)
def openapi() -> Response:
    return jsonify(document(language()))


@blueprint.get("/docs")
@access(PUBLIC)
def docs() -> str:
    """The same for people, made here: no script or style of another host."""
    spec = document(language())
    groups: dict[str, list[Any]] = {tag["name"]: [] for tag in spec["tags"]}
    for method, path, operation in operations(spec):
        shown = {**operation, "parameters": _parameters(spec, path, operation)}
        groups[operation["tags"][0]].append((method, path, shown, _body(spec, operation), _answer(spec, operation)))
    tags = {tag["name"]: tag["description"] for tag in spec["tags"]}
    return render_template(
        "api/docs.html", groups=groups, tags=tags, title=spec["info"]["title"], source=url_for("api_docs.openapi")
    )


def _schema(spec: dict[str, Any], content: dict[str, Any]) -> list[dict[str, Any]]:
    """The members of a body, each with its type as one word, inner objects one level deep."""
    kinds = content.get("content", {})
    found: dict[str, Any] = kinds.get("application/json") or kinds.get("multipart/form-data") or {}
    schema = found.get("schema", {})
    return _members(spec, schema, "", 0)


def _members(spec: dict[str, Any], schema: dict[str, Any], before: str, depth: int) -> list[dict[str, Any]]:
    schema = _resolved(spec, schema)
    rows = []
    for name, member in schema.get("properties", {}).items():
        inner = _resolved(spec, member)
        many = inner.get("type") == "array"
        whole = _resolved(spec, inner["items"]) if many else inner
        rows.append(
            {
                "name": before + name + ("[]" if many else ""),
                "type": whole.get("format") or whole.get("type") or "any",
                "required": name in schema.get("required", ()),
                "choices": whole.get("enum", ()),
                "limits": {key: whole[key] for key in ("minLength", "maxLength", "minimum", "maximum") if key in whole},
            }
        )
        if depth < 2:
            rows += _members(spec, whole, f"{before}{name}{'[]' if many else ''}.", depth + 1)
    return rows


def _resolved(spec: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    while True:
        if "$ref" in schema:
            schema = spec["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
        elif len(schema.get("allOf", ())) == 1:
            schema = schema["allOf"][0]
        else:
            return schema


def _body(spec: dict[str, Any], operation: dict[str, Any]) -> list[dict[str, Any]]:
    return _schema(spec, operation.get("requestBody", {}))


def _answer(spec: dict[str, Any], operation: dict[str, Any]) -> list[dict[str, Any]]:
    good = next(code for code in operation["responses"] if code.startswith("2"))
    return _schema(spec, operation["responses"][good])
