"""The one evaluator: raw input of a page, the API or an import becomes Answers, or Invalid with every Problem.

The order is fixed (approval, order of evaluation): unknown keys · who may write · reading each value · computed
values, visibility and hidden values · required, limits and offered options of what is visible · unique · checks.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from dataclasses import field as member
from datetime import UTC, date, datetime, tzinfo
from types import MappingProxyType
from typing import Any, Literal

from rules import Cause, Invalid, Problem
from rules.problem import errors, pointer

from .fields import At, Field, Lookup, Subform
from .fields.choice import Choice
from .fields.people import CANDIDATE, Staff
from .fields.serial import Serial
from .fields.shown import RatingField
from .label import Label
from .model import Form, Plan
from .raw import shown
from .settle import Settled, Settling, holds, truth
from .stored import COPIED, pack_stored, read_stored

Purpose = Literal["submit", "draft"]
Taken = Callable[[str, Any], bool]

MOST_UNKNOWN = 50


@dataclass(frozen=True, slots=True)
class Answers:
    """Checked, typed values of one Form.

    typed     value by key as the field types hold it (a lookup is a Reference, a row a mapping)
    hidden    keys not shown; inside rows ``rows/row_id/column``
    cleared   stored form of what was emptied because it is hidden, so that nothing vanishes silently
    accepted  ids of warning checks a person has read and accepted
    causes    why a computed value is null
    carried   stored values under keys this Form no longer asks
    """

    form: Form
    typed: Mapping[str, Any]
    hidden: frozenset[str] = frozenset()
    cleared: Mapping[str, Any] = member(default_factory=dict)
    accepted: tuple[str, ...] = ()
    causes: Mapping[str, tuple[Cause, ...]] = member(default_factory=dict)
    carried: Mapping[str, Any] = member(default_factory=dict)

    @classmethod
    def from_json(cls, form: Form, stored: Mapping[str, Any], zone: tzinfo = UTC) -> Answers:
        """Stored answers typed again, unchecked: they were checked then. Moments are told in `zone`."""
        typed, carried = read_stored(form, stored, zone)
        return cls(form, MappingProxyType(typed), carried=MappingProxyType(carried))

    @property
    def values(self) -> Mapping[str, Any]:
        """Decimal, int, str, date, bool, tuple of codes, id of a lookup's record, tuple of rows; None when empty."""
        return MappingProxyType({key: self.form.fields[key].simple(value) for key, value in self.typed.items()})

    def to_json(self) -> dict[str, Any]:
        """The stored form: decimal strings, ISO dates, ids; values copied by lookups stand under ``$copied``."""
        return {**self.carried, **pack_stored(self.form, self.typed)}

    def facts(self) -> dict[str, Any]:
        """What formulas see of these answers."""
        return {key: self.form.fields[key].fact(value) for key, value in self.typed.items()}

    def display(self, key: str, locale: str = "zh-CN") -> str:
        """One answer as text for a reader."""
        return self.form.fields[key].display(self.typed[key], locale)


def numbered(answers: Answers, day: date, take: Callable[[Serial, date], str]) -> Answers:
    """The answers with every serial number they lack, at the moment of submission (step 10).

    `take` gives the next number of a field, the same never twice; a hidden field gets none.
    """
    typed = dict(answers.typed)
    for field in answers.form.asked:
        if isinstance(field, Serial) and typed[field.key] is None and field.key not in answers.hidden:
            typed[field.key] = take(field, day)
    return replace(answers, typed=MappingProxyType(typed))


@dataclass(frozen=True, slots=True)
class Assessment:
    """All that an evaluation found, good or bad: what a page needs to redraw itself while a person types.

    problems  in the order of the Form, warnings (not yet accepted) among them
    shown     what fields without a value show now, by key: {grade, score} of a rating
    names     of the records that were looked up, by id: also of those whose field could not be read
    required, locked, offered  keys as they stand now, rules included; inside rows ``rows/row_id/column``
    """

    answers: Answers
    problems: tuple[Problem, ...]
    required: frozenset[str]
    locked: frozenset[str]
    offered: Mapping[str, tuple[str, ...]]
    shown: Mapping[str, Mapping[str, Any]] = member(default_factory=dict)
    names: Mapping[str, str | Label] = member(default_factory=dict)


def check(
    form: Form, raw: object, *, now: datetime, lookups: Lookup, purpose: Purpose = "submit",
    stored: Mapping[str, Any] | None = None, writable: Collection[str] | None = None,
    accepted: Collection[str] = (), taken: Taken | None = None,
) -> Answers:
    """`raw` as Answers; raises Invalid with all Problems, paths ``/key`` or ``/rows/0/column``.

    stored    answers kept before (`Answers.to_json`); a key absent from `raw` keeps its stored value
    writable  keys the acting person may write now, None for all; a value equal to the stored one is no write
    accepted  ids of warning checks the person has ticked as read; one not ticked stands in the way of "submit"
    taken     whether another record already holds this value of a unique field: ``taken(key, stored form)``
    A draft is not asked for required answers, enough rows or cross-field checks. ``today`` is the day of `now`
    in the zone `now` carries.
    """
    found = assess(
        form, raw, now=now, lookups=lookups, purpose=purpose, stored=stored, writable=writable, accepted=accepted,
        taken=taken,
    )
    if found.problems:
        raise Invalid(found.problems)
    return found.answers


def assess(
    form: Form, raw: object, *, now: datetime, lookups: Lookup, purpose: Purpose = "submit",
    stored: Mapping[str, Any] | None = None, writable: Collection[str] | None = None,
    accepted: Collection[str] = (), taken: Taken | None = None,
) -> Assessment:
    """The same evaluation as `check`, reported whole and never raised: for live checks while a person types."""
    before, carried = read_stored(form, stored or {}, now.tzinfo or UTC)
    asked = _Heard(lookups)
    run = _Run(form, before, At(now, asked), purpose, writable, frozenset(accepted), taken)
    if isinstance(raw, Mapping):
        run.unknown(raw)
        run.read(raw)
    else:
        run.loose.append(Problem("answers.not_object"))
    run.settle()
    run.judge()
    run.cross_check()
    answers = Answers(
        form, MappingProxyType(run.state.values), frozenset(run.state.hidden), MappingProxyType(run.state.cleared),
        tuple(sorted(run.passed)), MappingProxyType(run.state.causes), MappingProxyType(carried),
    )
    return Assessment(
        answers, tuple(run.all_problems()), frozenset(run.required), frozenset(run.locked),
        MappingProxyType(run.offered), MappingProxyType(run.shown()), MappingProxyType(asked.names),
    )


@dataclass
class _Heard:
    """Lookups that remember what the records are called."""

    inner: Lookup
    names: dict[str, str | Label] = member(default_factory=dict)

    def find(self, of: str, id: str) -> Mapping[str, Any] | None:
        record = self.inner.find(of, id)
        if record is not None and isinstance(name := record.get("name"), str | Mapping):
            self.names[str(record.get("id", id))] = name
        return record


@dataclass
class _Run:
    """One evaluation under way."""

    form: Form
    before: Mapping[str, Any]
    at: At
    purpose: Purpose
    writable: Collection[str] | None
    accepted: frozenset[str]
    taken: Taken | None
    values: dict[str, Any] = member(default_factory=dict)
    given: set[str] = member(default_factory=set)
    loose: list[Problem] = member(default_factory=list)
    refused: dict[str, Problem] = member(default_factory=dict)
    unread: dict[str, tuple[Problem, ...]] = member(default_factory=dict)
    judged: dict[str, list[Problem]] = member(default_factory=dict)
    state: Settled = member(default_factory=lambda: Settled({}))
    facts: Mapping[str, Any] = member(default_factory=dict)  # of the settled values
    required: set[str] = member(default_factory=set)
    locked: set[str] = member(default_factory=set)
    offered: dict[str, tuple[str, ...]] = member(default_factory=dict)
    passed: set[str] = member(default_factory=set)

    # 1-3 -----------------------------------------------------------------------------------------------------

    def unknown(self, raw: Mapping[str, Any]) -> None:
        known = {field.key for field in self.form.asked} | {COPIED}
        for key in [key for key in raw if key not in known][:MOST_UNKNOWN]:
            name = shown(key, 64)
            self.loose.append(Problem("field.unknown", pointer(name), {"key": name}))

    def read(self, raw: Mapping[str, Any]) -> None:
        for field in self.form.asked:
            key, was = field.key, self.before[field.key]
            self.values[key] = was
            if key not in raw or (field.compute is not None and field.mode == "always"):
                continue
            allowed = (self.writable is None or key in self.writable) and not field.assigned
            try:
                value = field.read(raw[key], self.at_field(was))
            except Invalid as invalid:
                if allowed:
                    self.unread[key] = invalid.problems
                else:
                    self.refused[key] = field.problem("field.not_editable", pointer(key))
                continue
            if value == was:
                continue
            if not allowed:
                self.refused[key] = field.problem("field.not_editable", pointer(key))
                continue
            self.given.add(key)
            self.values[key] = value

    def at_field(self, before: Any) -> At:
        return At(self.at.now, self.at.lookups, before)

    # 4-6 -----------------------------------------------------------------------------------------------------

    def settle(self) -> None:
        for field in self.form.asked:
            self.values.setdefault(field.key, self.before[field.key])
        # What could not be read is unknown to formulas, not the old value: a total must not look right by accident.
        values = {k: self.form.fields[k].empty if k in self.unread else v for k, v in self.values.items()}
        self.state = Settling(self.form.fields, self.form.plan, self.at, self.form.rows).run(values)
        for key in self.unread:
            if key in self.state.hidden and self.form.fields[key].on_hide == "keep":
                self.state.values[key] = self.before[key]

    # 7-8 -----------------------------------------------------------------------------------------------------

    def judge(self) -> None:
        facts = self.facts = {key: self.form.fields[key].fact(value) for key, value in self.state.values.items()}
        for field in self.form.asked:
            if field.key in self.state.hidden or field.key in self.refused:
                continue
            problems = self.judged.setdefault(field.key, [])
            if field.key in self.unread:
                problems.extend(p.under(pointer(field.key)) for p in self.unread[field.key])
                continue
            problems.extend(p.under(pointer(field.key)) for p in self.state.problems.get(field.key, ()))
            value, was = self.state.values[field.key], self.before[field.key]
            found = list(self.field_problems(field, value, was, self.form.plan, facts, field.key))
            if isinstance(field, Subform):
                found.extend(self.row_problems(field, value, was or (), facts))
            if field.key in self.locked and field.key in self.given:
                found.append(field.problem("field.locked"))
            if not problems:
                problems.extend(p.under(pointer(field.key)) for p in found)
            if not problems and self.repeats(field, value):
                said = shown(field.display(value), 80)
                problems.append(field.problem("field.not_unique", pointer(field.key), value=said))

    def repeats(self, field: Field, value: Any) -> bool:
        """Whether another record already holds the value of a unique field."""
        if not field.unique or self.taken is None or field.is_empty(value):
            return False
        return self.taken(field.key, field.to_json(value))

    def field_problems(
        self, field: Field, value: Any, was: Any, plan: Plan, facts: Mapping[str, Any], place: str
    ) -> Iterator[Problem]:
        """Required, limits and offered options of one visible field or cell; notes what the rules make of it."""
        key, now = field.key, self.at.now
        if not field.assigned and (field.required or holds(plan.of("require", key), facts, now)):
            self.required.add(place)
        if holds(plan.of("lock", key), facts, now):
            self.locked.add(place)
        mine = self.writable is None or place.partition("/")[0] in self.writable
        asked = self.purpose == "submit" and mine
        if isinstance(field, Choice):
            narrowed: list[Collection[str]] = [
                r.options for r in plan.of("options", key) if truth(r.when, facts, now) is True
            ]
            under = field.under(facts.get(field.depends_on or ""))
            narrowed += [] if under is None else [under]
            if narrowed:
                allowed = set(narrowed[0]).intersection(*narrowed[1:])
                self.offered[place] = tuple(o.code for o in field.options if o.code in allowed and not o.retired)
        if field.is_empty(value):
            if asked and place in self.required:
                yield field.problem("field.required")
            elif asked and isinstance(field, Subform):
                yield from field.short(value)
            return
        yield from field.limits(value, self.at_field(was))
        if isinstance(field, Subform) and asked:
            yield from field.short(value)
        if isinstance(field, Choice) and place in self.offered and (value != was or field.depends_on is not None):
            yield from field.among(value, self.offered[place])
        if isinstance(field, Staff) and key in plan.ranges and (value != was or asked):
            for ref in value:
                candidate = {**ref.copied, "id": ref.id}
                if truth(plan.ranges[key], {**facts, CANDIDATE: candidate}, now) is not True:
                    yield field.outside(ref)

    def row_problems(self, field: Subform, rows: Any, before: Any, facts: Mapping[str, Any]) -> Iterator[Problem]:
        plan = self.form.rows[field.key]
        old = {row["row_id"]: row for row in before}
        for index, row in enumerate(rows):
            inner = {**facts, **field.row_fact(row)}
            was = old.get(row["row_id"], {})
            for column in field.columns:
                place = f"{field.key}/{row['row_id']}/{column.key}"
                if place in self.state.hidden:
                    continue
                value, old_value = row[column.key], was.get(column.key, column.empty)
                found = list(self.field_problems(column, value, old_value, plan, inner, place))
                if place in self.locked and value != old_value:
                    found.append(column.problem("field.locked"))
                for problem in found:
                    yield field.in_row(problem, index, column.key)

    def shown(self) -> dict[str, Mapping[str, Any]]:
        """What visible ratings show; the lookups answer for what the reader may see."""
        hidden = self.state.hidden
        ratings = [f for f in self.form.fields.values() if isinstance(f, RatingField) and f.key not in hidden]
        found = {field.key: field.of(self.state.values, self.at.lookups) for field in ratings}
        return {key: value for key, value in found.items() if value is not None}

    # 9 -------------------------------------------------------------------------------------------------------

    def cross_check(self) -> None:
        if self.purpose == "draft":
            return
        spoiled = {key for key, problems in self.judged.items() if problems} | set(self.refused)
        for rule in self.form.checks:
            read = set(rule.formula.names).union(*(self.form.feeds.get(n, frozenset()) for n in rule.formula.names))
            # A check over an answer that is itself wrong would only repeat the first message in other words.
            if read & spoiled:
                continue
            value = truth(rule.formula, self.facts, self.at.now)
            if value is True or (value is None and rule.on_null == "pass"):
                continue
            code = "check.failed" if value is False else "check.unknown"
            path = pointer(rule.field) if rule.field else ""
            params = {"check": rule.id, "message": dict(rule.message)}
            if rule.severity == "error":
                self.loose.append(Problem(code, path, params))
            elif rule.id in self.accepted:
                self.passed.add(rule.id)
            else:
                self.loose.append(Problem(code, path, params, severity="warning"))

    def all_problems(self) -> Iterator[Problem]:
        """In the order of the Form; what belongs to no field, and checks, come last, warnings after errors."""
        for field in self.form.asked:
            if field.key in self.refused:
                yield self.refused[field.key]
            yield from self.judged.get(field.key, ())
        yield from errors(self.loose)
        yield from (p for p in self.loose if p.severity != "error")
