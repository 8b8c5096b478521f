"""Whether a draft has the shape its designer draws: what JSON editing or an import left otherwise is mended as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.web import form_shape
from rules import Problem, scorecard_compile, table_compile
from rules.problem import pointer
from rules.schema import schema_problems

SCHEMAS = {"scorecard": scorecard_compile.SCHEMA, "table": table_compile.SCHEMA}
# Members no part of a designer can do without; others may be missing while one writes.
NEEDED = frozenset({
    "inputs", "outputs", "rows", "when", "then", "table", "facts", "expect", "dimensions", "factors", "grades", "bands",
    "cuts", "values", "from", "to", "kind", "rounding", "weights",
})  # fmt: skip


def misshapen(kind: str, body: Mapping[str, Any]) -> list[Problem]:
    """Members of another type than they must be, and missing ones that hold others; a null is only not filled in."""
    if kind == "form":
        return form_shape.misshapen(body)
    schema = SCHEMAS.get(kind)
    if schema is None:
        return []
    found = [each for each in schema_problems(schema, body) if _stands_in_the_way(each, body)]
    if kind == "scorecard" and not found:
        for at, item in enumerate(body.get("tables") or ()):
            if isinstance(item, Mapping) and isinstance(item.get("table"), Mapping):
                found += [each.under(pointer("tables", at, "table")) for each in misshapen("table", item["table"])]
    return found


def _stands_in_the_way(problem: Problem, body: Mapping[str, Any]) -> bool:
    if problem.code == "schema.required":
        return problem.params["name"] in NEEDED
    return problem.code in ("schema.too_large", "schema.float") or (
        problem.code == "schema.type" and value_at(body, problem.path) is not None
    )


def value_at(body: Any, path: str) -> Any:
    """What stands at a JSON Pointer, None where nothing does."""
    for part in path.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(body, list):
            body = body[int(name)] if name.isdigit() and int(name) < len(body) else None
        else:
            body = body.get(name) if isinstance(body, Mapping) else None
    return body
