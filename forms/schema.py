"""The written contract of a form body: JSON Schema 2020-12 put together from what each field type declares."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import islice
from typing import Any

from jsonschema import Draft202012Validator, validators
from jsonschema.exceptions import ValidationError

from rules import Problem
from rules.problem import pointer

from .access import SCHEMA as ACCESS
from .book import SCHEMA as BOOK
from .fields import FIELD_TYPES
from .raw import bad_character, shown

KEY = "^[A-Za-z][A-Za-z0-9_]{0,63}$"
ID = "^[a-z][a-z0-9_]{0,31}$"
FORMULA = {"type": "string", "minLength": 1, "maxLength": 4000}

# Types that stand in the Form itself only, never in the rows of a sub-form.
OUTER = ("subform", "serial", "attachment", "image", "signature", "rating", "note", "separator")

# A body is read as a tree before it is checked as one: these bound what a hostile document can cost.
MOST_NODES = 60_000
MOST_DEPTH = 12
MOST_TEXT = 20_000
MOST_REPORTED = 200


def _object(required: list[str], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _by_type(names: list[str]) -> dict[str, Any]:
    """One field of any of the types `names`, each under its own fragment."""
    return {
        "type": "object",
        "properties": {"type": {"enum": names}},
        "required": ["type"],
        "allOf": [
            {
                "if": {"properties": {"type": {"const": name}}, "required": ["type"]},
                "then": {"$ref": f"#/$defs/type_{name}"},
            }
            for name in names
        ],
    }


@cache
def form_schema() -> dict[str, Any]:
    """The JSON Schema of a form body; `form.schema.json` beside this file is its written copy."""
    label = _object(["zh-CN"], **{
        "zh-CN": {"type": "string", "pattern": r"\S", "maxLength": 2000},
        "en": {"type": "string", "maxLength": 4000},
    })
    key = {"type": "string", "pattern": KEY}
    section = _object(
        ["key", "fields"],
        key=key, title={"$ref": "#/$defs/label"}, help={"$ref": "#/$defs/label"},
        columns={"type": "integer", "minimum": 1, "maximum": 4}, collapsed={"type": "boolean"},
        fields={"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/field"}},
    )
    rule = _object(
        ["id", "effect", "target", "when"],
        id={"type": "string", "pattern": ID},
        effect={"enum": ["show", "require", "lock", "options"]},
        target={"type": "string", "pattern": r"^[A-Za-z][A-Za-z0-9_]{0,63}(\.[A-Za-z][A-Za-z0-9_]{0,63})?$"},
        when=FORMULA, options={"type": "array", "minItems": 1, "items": {"type": "string"}, "uniqueItems": True},
    )
    check = _object(
        ["id", "formula", "message"],
        id={"type": "string", "pattern": ID}, formula=FORMULA, severity={"enum": ["error", "warn"]},
        on_null={"enum": ["pass", "problem"]}, message={"$ref": "#/$defs/label"}, field=key,
    )
    removed = _object(
        ["id", "key", "type", "last_version"],
        id={"type": "string", "pattern": ID}, key=key, type={"type": "string"}, label={"$ref": "#/$defs/label"},
        last_version={"type": "integer", "minimum": 1},
    )
    names = list(FIELD_TYPES)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Body of a Definition of kind form",
        **_object(
            ["sections"],
            sections={"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/section"}},
            rules={"type": "array", "items": {"$ref": "#/$defs/rule"}},
            checks={"type": "array", "items": {"$ref": "#/$defs/check"}},
            arrangement={"enum": ["stacked", "tabs"]},
            summary={"type": "array", "items": key, "maxItems": 20, "uniqueItems": True},
            removed={"type": "array", "items": {"$ref": "#/$defs/removed"}},
            book=dict(BOOK),
            access=dict(ACCESS),
        ),
        "$defs": {
            "label": label,
            "decimal": {"type": ["string", "integer"], "pattern": r"^-?[0-9]{1,40}(\.[0-9]{1,20})?$"},
            "section": section,
            "field": _by_type(names),
            "column": _by_type([n for n in names if n not in OUTER]),
            "rule": rule,
            "check": check,
            "removed": removed,
            **{f"type_{name}": cls.setup_schema() for name, cls in FIELD_TYPES.items()},
        },
    }


def _alternatives(validator: Any, branches: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
    """``allOf`` of alternatives by `type`: the one that is meant is looked up, not each of thirty asked in turn."""
    kind = instance.get("type") if isinstance(instance, Mapping) else None
    for index, branch in enumerate(branches):
        meant = branch.get("if", {}).get("properties", {}).get("type", {}).get("const")
        if meant is None:
            yield from validator.descend(instance, branch, schema_path=index)
        elif meant == kind:
            yield from validator.descend(instance, branch["then"], schema_path=index)


_Validator: Any = validators.extend(Draft202012Validator, {"allOf": _alternatives})  # type: ignore[no-untyped-call]


@cache
def _validator() -> Any:
    return _Validator(form_schema())


def shape_problems(body: object) -> tuple[Problem, ...]:
    """What keeps `body` from having the shape of a form: at most 200 Problems at their JSON Pointer paths."""
    if not isinstance(body, Mapping):
        return (Problem("form.not_object"),)
    found = tuple(islice(_tree_problems(body), MOST_REPORTED))
    if any(p.code == "form.too_large" for p in found) or len(found) == MOST_REPORTED:
        return found
    problems: dict[tuple[str, str, str], Problem] = {(p.code, p.path, ""): p for p in found}
    known = {p.path for p in found}
    for error in _validator().iter_errors(dict(body)):
        for problem in _translate(error):
            if problem.path not in known:
                problems.setdefault((problem.code, problem.path, str(problem.params)), problem)
        if len(problems) >= MOST_REPORTED:
            break
    return tuple(sorted(problems.values(), key=lambda p: (p.path, p.code)))


def _tree_problems(body: Mapping[str, Any]) -> Iterator[Problem]:
    """Values that are no decent JSON for us: floats, endless nesting, text no record may hold."""
    todo: list[tuple[Any, tuple[str | int, ...]]] = [(body, ())]
    seen = 0
    while todo:
        value, path = todo.pop()
        seen += 1
        if seen > MOST_NODES or len(path) > MOST_DEPTH:
            yield Problem("form.too_large", pointer(*path[:MOST_DEPTH]), {"nodes": MOST_NODES, "depth": MOST_DEPTH})
            return
        if isinstance(value, float):
            yield Problem("form.float", pointer(*path))
        elif isinstance(value, int) and value.bit_length() > 64:
            yield Problem("form.member_value", pointer(*path), {"allowed": "-2^63 … 2^63"})
        elif isinstance(value, str):
            bad = bad_character(value, lines=True) if len(value) <= MOST_TEXT else None
            if len(value) > MOST_TEXT:
                yield Problem("form.text_long", pointer(*path), {"max": MOST_TEXT})
            elif bad is not None:
                yield Problem("form.character", pointer(*path), {"position": bad[0], "character": bad[1]})
        elif isinstance(value, Mapping):
            for key, inner in value.items():
                if not isinstance(key, str) or len(key) > 64 or bad_character(key) is not None:
                    name = shown(key, 64)
                    yield Problem("form.member_unknown", pointer(*path, name), {"member": name})
                    continue
                todo.append((inner, (*path, key)))
        elif isinstance(value, list | tuple):
            todo.extend((inner, (*path, index)) for index, inner in enumerate(value))
        elif value is not None and not isinstance(value, bool | int):
            yield Problem("form.member_type", pointer(*path), {"expected": "JSON"})


def _translate(error: ValidationError) -> Iterator[Problem]:
    """A finding of jsonschema as Problems of ours; alternatives count as one wrong value."""
    path = pointer(*error.absolute_path)
    schema: Any = error.validator_value
    value: Any = error.instance
    match error.validator:
        case "required":
            for member in (m for m in schema if m not in value):
                code = "form.label_missing" if member in ("zh-CN", "label") else "form.member_missing"
                yield Problem(code, pointer(*error.absolute_path, member), {"member": member})
        case "additionalProperties":
            for member in (m for m in value if isinstance(m, str) and len(m) <= 64):
                if member not in _properties(error.schema):
                    yield Problem("form.member_unknown", pointer(*error.absolute_path, member), {"member": member})
        case "type":
            expected = schema if isinstance(schema, str) else ", ".join(schema)
            yield Problem("form.member_type", path, {"expected": expected})
        case "enum" if error.absolute_path and error.absolute_path[-1] == "type":
            yield Problem("form.type_unknown", path, {"type": str(value)[:64], "allowed": ", ".join(schema)})
        case "enum" | "const":
            allowed = ", ".join(map(str, schema)) if isinstance(schema, list) else str(schema)
            yield Problem("form.member_value", path, {"allowed": allowed})
        case "pattern" if schema == r"\S":
            yield Problem("form.label_missing", path, {"member": "zh-CN"})
        case "minItems" | "maxItems" | "minLength" | "maxLength" | "minimum" | "maximum":
            sign = "≥" if str(error.validator).startswith("min") else "≤"
            yield Problem("form.member_size", path, {"allowed": f"{sign} {schema}"})
        case "uniqueItems":
            yield Problem("form.member_repeated", path)
        case "oneOf":
            yield from _closest(error)
        case _:
            yield Problem("form.member_value", path, {"allowed": re.sub(r"\s+", " ", str(schema))[:200]})


def _properties(schema: Any) -> Mapping[str, Any]:
    found: Mapping[str, Any] = schema["properties"]
    return found


def _closest(error: ValidationError) -> Iterator[Problem]:
    """The findings of the alternative whose type fits, so that an option without a label is named as such."""
    wanted = "object" if isinstance(error.instance, Mapping) else "string"
    alternatives: Any = error.validator_value
    inner = [e for e in error.context or () if alternatives[e.schema_path[0]].get("type") == wanted]
    if not inner or not isinstance(error.instance, Mapping | str):
        yield Problem("form.member_type", pointer(*error.absolute_path), {"expected": "string, object"})
        return
    for cause in inner:
        yield from _translate(cause)
