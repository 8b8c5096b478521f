"""Runs one conformance case: typed values in, declared types applied, typed values out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from rules import Invalid, Scope, ScopeEntry, compile_formula
from rules.feel.scope import name_parts
from rules.feel.temporal import parse_date, parse_date_time, parse_duration, parse_time, temporal_text
from rules.feel.types import ANY, NAMES, Type, coerce
from rules.feel.values import Date, DateTime, DayDuration, Function, MonthDuration, Time

NOW = datetime(2026, 1, 15, 8, 30, tzinfo=UTC)
READERS: dict[str, Any] = {
    "number": Decimal,
    "date": parse_date,
    "time": parse_time,
    "date-time": parse_date_time,
    "duration": parse_duration,
}


def value_of(entry: Any) -> Any:
    """A typed value as a value of the language; values of earlier steps are that already."""
    if not (isinstance(entry, dict) and isinstance(entry.get("t"), str) and set(entry) <= {"t", "v"}):
        return entry
    kind: str = entry["t"]
    v: Any = entry.get("v")
    if kind == "list":
        return [value_of(x) for x in v]
    if kind == "context":
        return {key: value_of(x) for key, x in v.items()}
    return READERS[kind](v) if kind in READERS else v


def named_type(name: str | None, definitions: Mapping[str, Any], depth: int = 0) -> Type:
    if name is None or depth > 16:
        return ANY
    if name in definitions:
        return defined_type(definitions[name], definitions, depth)
    return NAMES.get(name, ANY)


def defined_type(definition: Mapping[str, Any], definitions: Mapping[str, Any], depth: int = 0) -> Type:
    """An item definition as a type."""
    if "function" in definition:
        function = definition["function"]
        params = tuple(named_type(t, definitions, depth + 1) for t in function["params"].values())
        found = Type("function", item=named_type(function["returns"], definitions, depth + 1), params=params)
    elif "components" in definition:
        parts = definition["components"]
        found = Type("context", fields=tuple((k, defined_type(d, definitions, depth + 1)) for k, d in parts.items()))
    else:
        found = named_type(definition.get("base"), definitions, depth + 1)
    return Type("list", item=found) if definition.get("list") else found


def members(value: Any) -> set[str]:
    """Keys with blanks or marks anywhere in a value."""
    if isinstance(value, dict):
        inner = set().union(*map(members, value.values())) if value else set()
        return inner | {key for key in value if len(name_parts(key)) > 1}
    return set().union(*map(members, value)) if isinstance(value, list) and value else set()


def evaluate(expression: str, context: dict[str, Any], case: dict[str, Any]) -> Any:
    """The value of a case's expression, coerced to its declared type; null where it is no formula."""
    definitions = case.get("types", {})
    named = {name: defined_type(d, definitions) for name, d in definitions.items()}
    facts = {name: value_of(value) for name, value in context.items()}
    entries = {name: ScopeEntry() for name in facts}
    parts = set().union(*map(members, facts.values())) if facts else set()
    scope = Scope(entries, closed=False, named=named, members=parts)
    try:
        formula = compile_formula(expression, scope)
    except Invalid:
        return None
    value = formula.evaluate(facts, NOW).value
    if isinstance(value, Function) and case.get("function"):
        types = [named_type(t, definitions) for t in case["function"].values()]
        value = replace(value, types=tuple(None if t == ANY else t for t in types))
    wanted = named_type(case.get("type_ref"), definitions)
    return coerce(value, wanted)[0]


def typed(value: Any) -> dict[str, Any] | None:
    """The typed form of values the scorer does not know."""
    kinds = {Date: "date", Time: "time", DateTime: "date-time", DayDuration: "duration", MonthDuration: "duration"}
    kind = kinds.get(type(value))
    return {"t": kind, "v": temporal_text(value)} if kind else None
