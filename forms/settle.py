"""Steps 4 to 6 of the evaluation: computed values, visibility and hidden values, in dependency order, once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from dataclasses import field as member
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from rules import Cause, Formula, Invalid, Problem, to_python

from .fields import At, Field, Subform
from .fields.number import Number
from .model import Plan, Rule
from .raw import shown


@dataclass
class Settled:
    """Values and visibility after every formula had its turn. Keys inside rows are ``rows/row_id/column``."""

    values: dict[str, Any]
    hidden: set[str] = member(default_factory=set)
    cleared: dict[str, Any] = member(default_factory=dict)
    causes: dict[str, tuple[Cause, ...]] = member(default_factory=dict)
    problems: dict[str, list[Problem]] = member(default_factory=dict)


@dataclass
class Settling:
    """One pass over one set of fields: the Form's own, or one row's with the Form's facts around it."""

    fields: Mapping[str, Field]
    plan: Plan
    at: At
    rows: Mapping[str, Plan] = member(default_factory=dict)
    around: Mapping[str, Any] = member(default_factory=dict)

    def run(self, values: Mapping[str, Any]) -> Settled:
        """Each turn reads only what earlier turns settled, so one pass is enough: no second one can change it."""
        state = Settled(dict(values))
        facts: dict[str, Any] = {**self.around, **{k: self.fields[k].fact(v) for k, v in state.values.items()}}
        for turn in self.plan.order:
            field = self.fields[turn.key]
            if turn.do == "show":
                rules = self.plan.of("show", turn.key)
                if rules and not holds(rules, facts, self.at.now):
                    state.hidden.add(turn.key)
                continue
            if isinstance(field, Subform):
                self.settle_rows(field, state, facts)
            self.settle_value(field, state, facts)
            facts[turn.key] = field.fact(state.values[turn.key])
        return state

    def settle_value(self, field: Field, state: Settled, facts: Mapping[str, Any]) -> None:
        if field.key in state.hidden and field.on_hide == "clear":
            value = state.values[field.key]
            if not field.is_empty(value):
                state.cleared[field.key] = field.to_json(value)
            state.values[field.key] = field.empty
            return
        made = self.plan.computed.get(field.key)
        if made is None or (field.mode == "default" and not field.is_empty(state.values[field.key])):
            return
        outcome = made.evaluate(facts, self.at.now)
        if outcome.causes:
            state.causes[field.key] = tuple(outcome.causes)
        try:
            state.values[field.key] = fitted(field, outcome.value, self.at)
        except Invalid as invalid:
            state.values[field.key] = field.empty
            state.problems[field.key] = [unfit(field, invalid.problems)]

    def settle_rows(self, field: Subform, state: Settled, facts: Mapping[str, Any]) -> None:
        plan = self.rows.get(field.key)
        if plan is None or not (plan.computed or plan.rules):
            return
        columns = {c.key: c for c in field.columns}
        around = {key: value for key, value in facts.items() if key != field.key}
        settled: list[Mapping[str, Any]] = []
        for index, row in enumerate(state.values[field.key]):
            inner = Settling(columns, plan, replace(self.at, before=None), around=around)
            done = inner.run({key: row[key] for key in columns})
            place = f"{field.key}/{row['row_id']}"
            state.hidden.update(f"{place}/{key}" for key in done.hidden)
            state.cleared.update({f"{place}/{key}": value for key, value in done.cleared.items()})
            state.causes.update({f"{place}/{key}": causes for key, causes in done.causes.items()})
            for key, problems in done.problems.items():
                state.problems.setdefault(field.key, []).extend(field.in_row(p, index, key) for p in problems)
            settled.append(MappingProxyType({"row_id": row["row_id"], **done.values}))
        state.values[field.key] = tuple(settled)


def holds(rules: Iterable[Rule], facts: Mapping[str, Any], now: datetime) -> bool:
    """Whether any of `rules` is true; a condition that yields null is not."""
    return any(truth(rule.when, facts, now) is True for rule in rules)


def truth(formula: Formula, facts: Mapping[str, Any], now: datetime) -> bool | None:
    """A condition's value: true, false, or None for unknown."""
    value = formula.evaluate(facts, now).value
    return value if isinstance(value, bool) else None


def fitted(field: Field, value: Any, at: At) -> Any:
    """A computed `value` as this field's type; raises Invalid where it does not fit."""
    try:
        plain = to_python(value)
    except (ValueError, OverflowError):
        raise field.refuse("compute.unfit", value=shown(value)) from None
    if isinstance(field, Number) and isinstance(plain, int | Decimal) and not isinstance(plain, bool):
        plain = field.rounded(Decimal(plain))
    return field.read(plain, at)


def unfit(field: Field, problems: Iterable[Problem]) -> Problem:
    """One Problem for a computed value its own field cannot hold: the Definition is wrong, not the person."""
    first = next(iter(problems))
    said = first.params.get("value", "")
    return field.problem("compute.unfit", value=said if isinstance(said, str) else "", reason=first.code)
