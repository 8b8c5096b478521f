"""Runs one conformance case: typed values in, declared types applied, typed values out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from rules import Invalid, Scope, ScopeEntry, compile_formula
from rules.dmn.expressions import Conditions, Variable
from rules.dmn.items import Types, fit
from rules.dmn.sift import Findings
from rules.dmn.tree import FunctionItem, Item
from rules.feel.convert import release
from rules.feel.run import Run
from rules.feel.scope import name_parts
from rules.feel.temporal import parse_date, parse_date_time, parse_duration, parse_time, temporal_text
from rules.feel.values import Date, DateTime, DayDuration, Function, MonthDuration, Time

NOW = datetime(2026, 1, 15, 8, 30, tzinfo=UTC)
TYPES: dict[str, Types] = {}
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


def item(name: str, definition: Mapping[str, Any]) -> Item:
    """An item definition of a case as the importer reads one."""
    function = definition.get("function")
    allowed = definition.get("allowed")
    return Item(
        name,
        type_ref=definition.get("base"),
        allowed=None if allowed is None else Conditions(allowed),
        components=tuple(item(part, inner) for part, inner in definition.get("components", {}).items()),
        function=None if function is None else FunctionItem(parameters(function["params"]), function["returns"]),
        collection=bool(definition.get("list")),
    )


def parameters(types: Mapping[str, str | None]) -> tuple[Variable, ...]:
    return tuple(Variable(name, ref) for name, ref in types.items())


def types_of(case: Mapping[str, Any]) -> Types:
    """The types of a case's model, made once."""
    definitions = case.get("types") or {}
    key = json.dumps(definitions, sort_keys=True)
    if key not in TYPES:
        TYPES[key] = Types((item(n, d) for n, d in definitions.items()), {}, Findings())
    return TYPES[key]


def members(value: Any) -> set[str]:
    """Keys with blanks or marks anywhere in a value."""
    if isinstance(value, dict):
        inner = set().union(*map(members, value.values())) if value else set()
        return inner | {key for key in value if len(name_parts(key)) > 1}
    return set().union(*map(members, value)) if isinstance(value, list) and value else set()


def recursive(expression: str, case: Mapping[str, Any]) -> str:
    """A business knowledge model may call itself by its name: as the entry of a context it is in its own reach."""
    name = case.get("name")
    if not case.get("function") or not name or name not in expression:
        return expression
    return f"{{{json.dumps(name)}: {expression}}}.`{name}`"


def evaluate(expression: str, context: dict[str, Any], case: dict[str, Any]) -> Any:
    """The value of a case's expression, fitted to its declared type; null where it is no formula."""
    types = types_of(case)
    facts = {name: value_of(value) for name, value in context.items()}
    entries = {name: ScopeEntry() for name in facts}
    parts = set().union(*map(members, facts.values())) if facts else set()
    scope = Scope(entries, closed=False, named=types.named, members=parts)
    try:
        formula = compile_formula(recursive(expression, case), scope)
    except Invalid:
        return None
    value = formula.evaluate(facts, NOW).value
    if isinstance(value, Function) and case.get("function"):
        wanted = [types.wanted(ref, "") for ref in case["function"].values()]
        value = replace(value, types=tuple(None if each is None else each.type for each in wanted))
    return release(fit(Run((), formula.limits, NOW), types.wanted(case.get("type_ref"), ""), value, ""))


def typed(value: Any) -> dict[str, Any] | None:
    """The typed form of values the scorer does not know."""
    kinds = {Date: "date", Time: "time", DateTime: "date-time", DayDuration: "duration", MonthDuration: "duration"}
    kind = kinds.get(type(value))
    return {"t": kind, "v": temporal_text(value)} if kind else None
