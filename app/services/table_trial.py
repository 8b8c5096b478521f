"""A decision table of a draft made ready to be tried, with nothing stored: alone, or where it stands in a scorecard."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import rules
from app.access import Right
from app.queries import customers
from app.services import effect, evidence
from app.services.evidence import NOTHING
from app.work import Reading
from rules import DecisionTable
from rules.problem import pointer
from rules.scorecard import Derived, Fact, Scorecard

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Setting:
    """A table and where it stands: the Facts it needs, and what its formulas see of them.

    A table alone sees its Facts; one within a scorecard also what is worked out before it.
    """

    table: DecisionTable
    facts: Mapping[str, Fact]
    seen: Callable[[Values, datetime], Values]


def alone(table: DecisionTable) -> Setting:
    return Setting(table, table.facts, lambda values, _now: values)


def setting(body: Mapping[str, Any], index: int | None) -> Setting | None:
    """The table that `body` is, or the one at `index` of the scorecard it is; None where there is none.

    Raises Invalid: what is to be mended first. Rows of a table alone may contradict each other; trying shows it.
    """
    if index is None:
        return alone(rules.compile_table({**body, "examples": []}, analyse=False))
    card = effect.compiled(body)
    at = pointer("tables", index)
    found = next((each for each in card.formulas if each.path == at), None)
    return None if found is None else _within(card, found)


def _within(card: Scorecard, wanted: Derived) -> Setting:
    before: list[Derived] = []
    names = set(wanted.formula.names)
    for each in reversed(card.formulas[: card.formulas.index(wanted)]):
        if each.key in names:
            before.insert(0, each)
            names |= set(each.formula.names)

    def seen(values: Values, now: datetime) -> Values:
        known = dict(values)
        for each in before:
            known[each.key] = each.formula.evaluate(known, now).value
        return known

    table = wanted.formula
    if not isinstance(table, DecisionTable):
        raise TypeError(wanted.key)
    return Setting(table, {key: fact for key, fact in card.facts.items() if key in names}, seen)


def facts_of(view: Reading, customer_id: str, wanted: Mapping[str, Fact]) -> dict[str, Any]:
    """What is known today of the Facts wanted about a customer, as stored. Raises Missing, Forbidden."""
    row = customers.file(view, customer_id, Right.RATING_READ)
    known = evidence.gather(view.session, [row.id], view.today, view.zone).get(row.id, NOTHING).facts
    return {key: known[key] for key in wanted if known.get(key) is not None}
