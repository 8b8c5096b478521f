"""What only the server can say of a decision table in a designer: types, cells in words, what its examples come to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from app.kinds.scopes import scope
from app.web.table_words import cause_words, cell_words, entry_words, formula_words, output_words, unit_words
from rules import DecisionTable, Invalid, compile_table
from rules.facts import read_facts
from rules.feel.trace import json_value
from rules.feel.types import type_text
from rules.problem import Problem
from rules.table_cells import ANY_TIME
from rules.table_draft import CELL, ENTRY, readable
from rules.table_parts import Place

Body = Mapping[str, Any]
LONGEST = 200  # a sentence that is longer explains nothing
AGAINST = ("table.overlap", "table.unequal", "table.duplicate", "table.unreachable")


def table_words(body: Body) -> dict[str, Any]:
    """Of a table alone: `tables` by place, `formulas` in words by place, `outcomes` of the examples in order."""
    made = readable(body)
    return {**_words({"/body": made}), "outcomes": _outcomes(body)}


def card_tables(body: Body) -> dict[str, Any]:
    """`tables` and `formulas` of the tables within a scorecard, each as far as it can be read."""
    listed = body.get("tables")
    items = listed if isinstance(listed, list) else []
    known = scope("scorecard", body) if items else None
    found = {
        f"/body/tables/{at}/table": readable(item["table"], known)
        for at, item in enumerate(items)
        if isinstance(item, Mapping) and isinstance(item.get("table"), Mapping)
    }
    return _words(found)


def _words(found: Mapping[str, DecisionTable | None]) -> dict[str, Any]:
    tables = {place: _table(made) for place, made in found.items() if made is not None}
    formulas: dict[str, str] = {}
    for place, made in found.items():
        for at, each in enumerate(made.inputs if made is not None else ()):
            labels = {key: fact.label for key, fact in made.facts.items() if fact.label} if made is not None else {}
            words = formula_words(each, labels)
            if words is not None and words.words:
                formulas[f"{place}/inputs/{at}/value"] = words.words
    return {"tables": tables, "formulas": formulas}


def _table(made: DecisionTable) -> dict[str, Any]:
    """The types of the columns, and what their cells say where that is not written in them already."""
    labels = {each.key: each.label for each in (*made.inputs, *made.outputs) if each.label}
    whens = [[row.when[at] for row in made.rows] for at in range(len(made.inputs))]
    thens = [[row.then[at] for row in made.rows] for at in range(len(made.outputs))]
    return {
        "inputs": [
            _column(place, ((cell.text, cell_words(cell, place, labels).words) for cell in cells if cell.text != CELL))
            for place, cells in zip(made.inputs, whens, strict=True)
        ],
        "outputs": [
            _column(place, ((one.text, entry_words(one, place, labels).words) for one in cells if one.text != ENTRY))
            for place, cells in zip(made.outputs, thens, strict=True)
        ],
    }


def _column(place: Place, said: Iterable[tuple[str, str]]) -> dict[str, Any]:
    cells = {text: words for text, words in said if words and words != text and len(words) <= LONGEST}
    kind = None if place.type is None else type_text(place.type)
    return {"type": kind, "unit": place.unit, "unit_words": unit_words(place.unit), "said": cells}


def _outcomes(body: Body) -> list[dict[str, Any] | None]:
    """What each example comes to as the draft stands; null where it cannot be worked through."""
    listed = body.get("examples")
    items = [each if isinstance(each, Mapping) else {} for each in listed] if isinstance(listed, list) else []
    try:
        made = compile_table({**body, "examples": []}, analyse=False) if items else None
    except Invalid:
        made = None
    return [None if made is None else _outcome(made, item) for item in items]


def _outcome(table: DecisionTable, item: Mapping[str, Any]) -> dict[str, Any] | None:
    try:
        values, found = read_facts(table.facts, item["facts"], "")
        now = datetime.fromisoformat(item["now"]).astimezone(UTC) if item.get("now") else ANY_TIME
    except (KeyError, TypeError, AttributeError, ValueError, OverflowError):
        return None  # its own Problem says what is wrong with it
    if found:
        return None
    result = table.decide(values, now)
    expect = item.get("expect")
    wanted = expect.get("value") if isinstance(expect, Mapping) else None
    return {
        "rows": [table.rows[at].id for at in result.rows], "numbers": [at + 1 for at in result.rows],
        "value": json_value(result.value), "words": [list(pair) for pair in output_words(table, result.value)],
        "expected": [] if wanted is None else [list(pair) for pair in output_words(table, wanted)],
        "causes": [cause_words(cause, table.facts) for cause in result.causes],
    }  # fmt: skip


def beside(problem: Problem) -> dict[str, Any]:
    """What a finding about rows carries beside its sentence: the other rows, or the cells of a row for a gap."""
    if problem.code == "table.gap":
        return {"cells": list(problem.params["cells"])}
    if problem.code in AGAINST:
        return {"others": [int(number) - 1 for number in re.findall(r"\d+", str(problem.params["by"]))]}
    return {}
