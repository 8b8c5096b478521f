"""A decision table tried with typed values: what is asked for, what it decides, and what each row made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.edge.locale import label, problem_text, t
from app.services.table_trial import Setting, Values
from app.web.table_words import cause_words, cell_words, output_words, unit_words, value_words
from rules import DecisionTable
from rules.facts import read_fact
from rules.table import TableResult

PREFIX = "try."
"""How the names of tried Facts begin in an address."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One Fact to be tried: what was typed for it, and what is wrong with that."""

    key: str
    words: str
    unit: str
    type: str
    value: str
    errors: tuple[str, ...] = ()
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class RowState:
    """What became of a row: hit; met, though another decides; unknown; missed. `why` says what was in the way."""

    state: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Trial:
    """A table tried with typed values; `result` is None while nothing was asked or something cannot be read."""

    asked: tuple[Asked, ...]
    result: TableResult | None = None
    outputs: tuple[tuple[str, str], ...] = ()
    causes: tuple[str, ...] = ()
    rows: tuple[RowState, ...] = ()

    @property
    def numbers(self) -> str:
        """The rows that decided, as people count them."""
        return ", ".join(str(row + 1) for row in self.result.rows) if self.result is not None else ""


def trial(setting: Setting, typed: Mapping[str, str], now: datetime, *, rows: bool = False) -> Trial:
    """What the table decides for the values typed by Fact; an empty one is unknown, without any nothing is decided.

    rows  whether it is also told what became of each row
    """
    table = setting.table
    asked, values = [], {}
    for key, fact in setting.facts.items():
        text = typed.get(key, "").strip()
        raw: Any = {"true": True, "false": False}.get(text, text) if fact.type in ("boolean", "any") else text
        value, problem = read_fact(fact, raw if text else None, "")
        values[key] = value
        errors = () if problem is None else (problem_text(problem),)
        options = _options(table, key, fact.type)
        asked.append(Asked(key, label(fact.label) or key, unit_words(fact.unit), fact.type, text, errors, options))
    if not typed or any(each.errors for each in asked):
        return Trial(tuple(asked))
    seen = setting.seen(values, now)
    result = table.decide(seen, now)
    causes = tuple(cause_words(cause, setting.facts) for cause in result.causes)
    states = tuple(_states(table, result, seen, now)) if rows else ()
    return Trial(tuple(asked), result, tuple(output_words(table, result.value)), causes, states)


def typed_in(values: Mapping[str, str]) -> dict[str, str]:
    """What an address asks to be tried, by Fact."""
    return {name.removeprefix(PREFIX): text for name, text in values.items() if name.startswith(PREFIX)}


def _states(table: DecisionTable, result: TableResult, facts: Values, now: datetime) -> list[RowState]:
    labels = {each.key: each.label for each in (*table.inputs, *table.outputs) if each.label}
    found = []
    for number, row in enumerate(table.rows):
        refused = table.refused_by(number, result, facts, now)
        if refused:
            why = [_refused(table.inputs[at], result.inputs[at].value, row.when[at], labels) for at in refused]
            found.append(RowState("missed", t("list.between").join(why)))
            continue
        if number in result.rows:
            found.append(RowState("hit"))
            continue
        pairs = zip(table.inputs, result.inputs, row.when, strict=True)
        open_ = [place for place, seen, cell in pairs if seen.value is None and not cell.any and cell.null is not True]
        named = t("list.between").join(label(each.label) or each.key for each in open_)
        found.append(RowState("unknown", t("trial.unknown", inputs=named)) if open_ else RowState("met"))
    return found


def _refused(place: Any, value: Any, cell: Any, labels: Mapping[str, Any]) -> str:
    wanted = cell_words(cell, place, labels)
    said = value_words(value, place) if value is not None else t("studio.table.unknown")
    return t("trial.refused", input=label(place.label) or place.key, value=said, wanted=wanted.words or wanted.source)


def _options(table: DecisionTable, key: str, kind: str) -> tuple[tuple[str, str], ...]:
    """What a Fact may be, where an input that takes it as it stands lists its texts, or it is a truth value."""
    unknown = ("", t("studio.table.unknown"))
    if kind == "boolean":
        return (unknown, ("true", t("ui.yes")), ("false", t("ui.no")))
    for place in table.inputs:
        order = place.allowed.order if place.allowed is not None and place.name == key else None
        if order and place.kind == "string":
            return (unknown, *((text, value_words(text, place)) for text in order))
    return ()
