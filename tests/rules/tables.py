"""Builds decision tables for tests, and evaluates them the slow way: row by row, cell by cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from rules import DecisionTable, Invalid, Scope, ScopeEntry, compile_table, compile_unary
from rules.problem import Problem

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def body(
    rows: Sequence[tuple[Sequence[str], Sequence[str]]],
    types: Sequence[str] = ("number",),
    policy: str = "U",
    outputs: Sequence[Mapping[str, Any]] = ({"key": "out"},),
    allowed: Mapping[int, Sequence[str]] | None = None,
    **more: Any,
) -> dict[str, Any]:
    """A table over the Facts x1, x2, … of these types, its rows r1, r2, …."""
    facts = [{"key": f"x{at}", "type": kind} for at, kind in enumerate(types, 1)]
    inputs: list[dict[str, Any]] = [{"key": f["key"], "value": f["key"], "type": f["type"]} for f in facts]
    for at, texts in (allowed or {}).items():
        inputs[at]["allowed"] = list(texts)
    made = [{"id": f"r{at}", "when": list(when), "then": list(then)} for at, (when, then) in enumerate(rows, 1)]
    return {"facts": facts, "hit_policy": policy, "inputs": inputs, "outputs": list(outputs), "rows": made, **more}


def table(*args: Any, analyse: bool = False, **more: Any) -> DecisionTable:
    """The compiled table of `body(…)`, by default without looking at its rows together."""
    return compile_table(body(*args, **more), analyse=analyse)


def problems(made: Mapping[str, Any]) -> list[Problem]:
    """All findings about a body, warnings too."""
    try:
        return list(compile_table(made).warnings)
    except Invalid as invalid:
        return list(invalid.problems)


def naive(made: Mapping[str, Any], facts: Mapping[str, Any]) -> tuple[list[int], list[int]]:
    """(rows hit, rows unknown) by evaluating every cell of every row as a formula; no index, no short way."""
    scope = Scope({f["key"]: ScopeEntry(f["type"]) for f in made["facts"]})
    hits, unknown = [], []
    for at, row in enumerate(made["rows"]):
        held = [_cell(text, each, scope, facts) for text, each in zip(row["when"], made["inputs"], strict=True)]
        if False in held:
            continue
        (unknown if None in held else hits).append(at)
    return hits, unknown


def _cell(text: str, each: Mapping[str, Any], scope: Scope, facts: Mapping[str, Any]) -> bool | None:
    value = facts.get(each["value"])
    plain = text.strip()
    if plain in ("-", ""):
        return True
    if value is None and "?" not in plain:
        if plain == "null":
            return True
        return False if plain == "not(null)" else None
    tests = compile_unary(text, scope, each["type"])
    found = tests.evaluate({**facts, "?": value}, NOW).value
    if found is True:
        return True
    unknown = [name for name in tests.names if ({**facts, "?": value}).get(name) is None]
    return None if unknown or found is None else False
