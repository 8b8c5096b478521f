"""Checks a Definition's body against its JSON Schema and tells every violation as a Problem at its place."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from importlib import resources
from itertools import islice
from typing import Any, cast

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from rules.problem import Problem, pointer

# A body is walked as a tree before it is checked as one: these bound what a hostile document can cost.
MAX_DEPTH = 32
MAX_NODES = 40_000
MAX_TEXT = 20_000
MAX_PROBLEMS = 200
# The largest whole number every JSON reader keeps exactly; canonical JSON refuses larger ones.
MAX_INTEGER = 2**53


def load_schema(package: str, name: str) -> Draft202012Validator:
    """The validator of the schema `name` shipped with `package`."""
    text = resources.files(package).joinpath(name).read_text(encoding="utf-8")
    return Draft202012Validator(json.loads(text))


def schema_problems(validator: Draft202012Validator, body: object) -> list[Problem]:
    """Every violation of the schema, in the order of the document, at most MAX_PROBLEMS.

    Floats are refused wherever they stand: a fraction is written as decimal text, or it would arrive already rounded.
    """
    found = list(islice(_hostile(body), MAX_PROBLEMS))
    if any(p.code == "schema.too_large" for p in found):
        return [p for p in found if p.code == "schema.too_large"]
    hostile = {p.path for p in found}
    for error in islice(validator.iter_errors(body), MAX_PROBLEMS):
        found += [p for p in _problems_of(error) if p.path not in hostile]
    unique = {(p.path, p.code, repr(sorted(p.params.items()))): p for p in found}
    return [unique[key] for key in sorted(unique)][:MAX_PROBLEMS]


def _hostile(body: object) -> Iterator[Problem]:
    """What no Definition may hold anywhere; a stack of our own, so that depth cannot exhaust Python's."""
    stack: list[tuple[object, tuple[str | int, ...]]] = [(body, ())]
    nodes = 0
    while stack:
        value, path = stack.pop()
        nodes += 1
        if len(path) > MAX_DEPTH or nodes > MAX_NODES:
            yield Problem("schema.too_large", pointer(*path[:3]), {"depth": MAX_DEPTH, "nodes": MAX_NODES})
            return
        if isinstance(value, float):
            yield Problem("schema.float", pointer(*path), {})
        elif isinstance(value, str):
            yield from _text_problems(value, path)
        elif isinstance(value, int) and not -MAX_INTEGER < value < MAX_INTEGER:
            yield Problem("schema.range", pointer(*path), {"limit": MAX_INTEGER})
        elif isinstance(value, Mapping):
            for key, child in value.items():
                name = str(key)[:80].encode("ascii", "backslashreplace").decode() if _unsound(str(key)) else str(key)
                if name != key:
                    yield Problem("schema.character", pointer(*path, name), {})
                stack.append((child, (*path, name)))
        elif isinstance(value, (list, tuple)):
            stack += [(child, (*path, index)) for index, child in enumerate(value)]


def _unsound(text: str) -> bool:
    """NUL can be stored by no database, a lone surrogate by no canonical document."""
    return "\x00" in text or any("\ud800" <= character <= "\udfff" for character in text)


def _text_problems(text: str, path: tuple[str | int, ...]) -> Iterator[Problem]:
    if len(text) > MAX_TEXT:
        yield Problem("schema.too_long", pointer(*path), {"max": MAX_TEXT})
    elif _unsound(text):
        yield Problem("schema.character", pointer(*path), {})


def _problems_of(error: ValidationError) -> Iterator[Problem]:
    """One violation; alternatives (`oneOf`, `anyOf`) are told by the branch that fits best."""
    at = pointer(*error.absolute_path)
    rule = str(error.validator)
    # Every error of iter_errors carries these; the stubs also know the unset state of one made by hand.
    wanted, value, schema = cast(Any, error.validator_value), cast(Any, error.instance), cast(Any, error.schema)
    if rule in ("oneOf", "anyOf") and error.context:
        yield from _best_branch(error)
    elif rule == "required":
        # jsonschema reports one missing member an error and names it only in the message: find it again.
        for name in wanted:
            if name not in value:
                yield Problem("schema.required", at, {"name": name})
    elif rule in ("additionalProperties", "unevaluatedProperties"):
        known = set(schema.get("properties", {}))
        for name in sorted(set(value) - known):
            yield Problem("schema.unknown_member", at + pointer(name), {"name": name})
    elif rule == "type":
        names = [wanted] if isinstance(wanted, str) else list(wanted)
        yield Problem("schema.type", at, {"expected": ", ".join(names)})
    elif rule in ("enum", "const"):
        options = wanted if rule == "enum" else [wanted]
        yield Problem("schema.choice", at, {"options": ", ".join(str(o) for o in options)})
    elif rule == "pattern":
        yield Problem("schema.pattern", at, {"value": str(value)[:80]})
    elif rule in ("minLength", "minItems", "minProperties"):
        yield Problem("schema.too_short", at, {"min": wanted})
    elif rule in ("maxLength", "maxItems", "maxProperties"):
        yield Problem("schema.too_long", at, {"max": wanted})
    elif rule in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"):
        yield Problem("schema.range", at, {"limit": wanted})
    elif rule == "propertyNames":
        yield Problem("schema.pattern", at, {"value": str(value)[:80]})
    else:
        yield Problem("schema.invalid", at, {"keyword": rule})


def _best_branch(error: ValidationError) -> Iterator[Problem]:
    """Of several shapes allowed, the one meant is the one whose constants match; else the one with fewest faults."""
    branches: dict[int, list[ValidationError]] = {}
    for child in error.context or ():
        branches.setdefault(int(child.relative_schema_path[0]), []).append(child)

    def misfit(children: list[ValidationError]) -> tuple[int, int]:
        wrong_kind = sum(c.validator == "const" or (c.validator == "type" and not c.relative_path) for c in children)
        return wrong_kind, len(children)

    chosen = min(branches.values(), key=misfit)
    if all(c.validator == "type" and not c.relative_path for children in branches.values() for c in children):
        names = sorted({str(c.validator_value) for children in branches.values() for c in children})
        yield Problem("schema.type", pointer(*error.absolute_path), {"expected": ", ".join(names)})
        return
    kinds = [c for children in branches.values() for c in children if c.validator == "const"]
    if len(kinds) >= len(branches) and misfit(chosen)[0]:
        options = sorted({str(c.validator_value) for c in kinds})
        yield Problem("schema.choice", pointer(*kinds[0].absolute_path), {"options": ", ".join(options)})
        return
    for child in chosen:
        yield from _problems_of(child)
