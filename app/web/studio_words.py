"""Forms and scorecards in words a business person uses: types, limits and conditions of fields, Bands of Factors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from app.edge.formula_words import Labels, say
from app.edge.locale import format_number, format_percent, has_text, label, t
from app.web import studio_field_words
from forms import Field, Form
from forms.fields import LookupField, Subform
from forms.fields.choice import Choice, MultiChoice
from forms.fields.number import Number
from forms.fields.text import Text
from rules import DecisionTable, Formula, Scorecard
from rules.bands import IdentityBands, LinearBands, StepBands
from rules.figures import Rounding, plain
from rules.scorecard import Derived, Factor, Variant

HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Condition:
    """A formula twice: as a sentence (None where words fail) and as written."""

    words: str | None
    text: str


def condition(formula: Formula | None, labels: Labels) -> Condition | None:
    return None if formula is None else Condition(say(formula, labels), formula.text)


# forms --------------------------------------------------------------------------------------------------------


def form_labels(form: Form) -> dict[str, Any]:
    """Labels of all fields by key, and of options by ``field=code``; columns of sub-forms under both their names."""
    columns = {column.key: column.label for rows in form.subforms for column in rows.columns}
    whole = {f"{rows.key}.{column.key}": column.label for rows in form.subforms for column in rows.columns}
    asked = [*(column for rows in form.subforms for column in rows.columns), *form.asked]
    codes = {f"{f.key}={o.code}": o.label for f in asked if isinstance(f, Choice) for o in f.options}
    return {**columns, **whole, **codes, **{key: field.label for key, field in form.fields.items()}}


def field_notes(field: Field, labels: Labels) -> list[str]:
    """What is asked of the answers of one field, as short sentences."""
    notes = [*_type_notes(field), *studio_field_words.notes(field, labels)]
    if field.compute is not None:
        computed = say(field.compute, labels) or field.compute
        notes.append(t(f"studio.field.compute_{field.mode}", formula=computed))
    if field.unique:
        notes.append(t(f"studio.field.unique_{field.unique}"))
    for name in ("material", "personal"):
        if getattr(field, name):
            notes.append(t(f"studio.field.{name}"))
    if field.on_hide == "keep":
        notes.append(t("studio.field.on_hide_keep"))
    return notes


def _type_notes(field: Field) -> Iterator[str]:
    if isinstance(field, Number):
        yield from _number_notes(field)
    elif isinstance(field, Choice):
        yield from _choice_notes(field)
    elif isinstance(field, LookupField):
        if field.copy:
            names = [t(f"studio.fact.customer.{n}") if has_text(f"studio.fact.customer.{n}") else n for n in field.copy]
            yield t("studio.field.copies", names=names)
    elif isinstance(field, Subform):
        yield t("studio.field.rows", min=field.min_rows, max=field.max_rows)
    elif isinstance(field, Text):
        if field.min_length:
            yield t("studio.field.length_min", min=field.min_length)
        if "max_length" in field.own:
            yield t("studio.field.length_max", max=field.max_length)
        if field.pattern:
            yield label(field.pattern_hint) or t("studio.field.pattern", pattern=field.pattern)


def _choice_notes(field: Choice) -> Iterator[str]:
    yield t("studio.field.options", options=[label(o.label) for o in field.options if not o.retired])
    if retired := [label(o.label) for o in field.options if o.retired]:
        yield t("studio.field.retired", options=retired)
    if isinstance(field, MultiChoice) and (field.min_items or field.max_items < len(field.options)):
        yield t("studio.field.items", min=field.min_items, max=min(field.max_items, len(field.options)))


def _number_notes(field: Number) -> Iterator[str]:
    currency = getattr(field, "currency", None)
    unit = currency or label(field.unit)
    if unit:
        yield t("studio.field.unit", unit=unit)
    if field.min is not None:
        yield t("studio.field.min", value=field.edge(field.min))
    if field.max is not None:
        yield t("studio.field.max", value=field.edge(field.max))
    if field.step is not None:
        yield t("studio.field.step", value=format_number(field.step))
    if field.scale and field.type != "integer":
        yield t("studio.field.scale", places=field.scale)


def kind_of_field(field: Field) -> str:
    return t(f"studio.type.{field.type}")


def target_label(form: Form, key: str) -> str:
    """A rule's target as its label, with the sub-form's before a column's."""
    outer, _, inner = key.partition(".")
    field = form.fields[outer]
    column = form.field(key) if inner else None
    return label(field.label) if column is None else f"{label(field.label)} · {label(column.label)}"


def option_labels(form: Form, key: str, codes: tuple[str, ...]) -> list[str]:
    field = form.field(key)
    names = {o.code: label(o.label) for o in field.options} if isinstance(field, Choice) else {}
    return [names.get(code, code) for code in codes]


# scorecards ---------------------------------------------------------------------------------------------------


def scorecard_labels(card: Scorecard) -> dict[str, Any]:
    derived = {each.key: each.label for each in card.formulas if each.label}
    return {key: fact.label for key, fact in card.facts.items() if fact.label} | derived


@dataclass(frozen=True, slots=True)
class BandRow:
    """One Band: which values fall into it, the points they earn, and what its author tells of it."""

    values: str
    points: str
    note: Mapping[str, str] = field(default_factory=dict)


def band_rows(factor: Factor) -> list[BandRow]:
    """The Bands of a Factor from first to last; the last one says what becomes of all other values."""
    bands = factor.bands
    if isinstance(bands, IdentityBands):
        return [BandRow(t("studio.band.identity"), t("studio.band.as_is"))]
    if isinstance(bands, LinearBands):
        unit = _unit(factor, (bands.low[0], bands.high[0]))
        ends = [BandRow(figure(value, unit), plain(points)) for value, points in (bands.low, bands.high)]
        return [*ends, BandRow(t("studio.band.linear"), "")]
    if isinstance(bands, StepBands):
        unit = _unit(factor, bands.edges)
        values = [_step_words(bands.limits(index), unit) for index in range(len(bands.points))]
    else:
        values = [*bands.values, t("studio.band.otherwise")]
    rows = zip(values, map(plain, bands.points), factor.notes.bands, strict=True)
    return [BandRow(*row) for row in rows]


def _unit(factor: Factor, edges: Iterable[Decimal]) -> str | None:
    """Ratios are read as percentages, but a current ratio of 2 is nobody's 200 %."""
    return None if factor.unit == "ratio" and any(abs(edge) > 1 for edge in edges) else factor.unit


def _step_words(limits: Mapping[str, Any], unit: str | None) -> str:
    low, high = (None if limits[end] is None else figure(Decimal(limits[end]), unit) for end in ("from", "to"))
    before, after = ("≤", "<") if limits["match"] == "gte" else ("<", "≤")
    if low is None:
        return f"{after} {high}"
    if high is None:
        return f"{'≥' if limits['match'] == 'gte' else '>'} {low}"
    return t("studio.band.between", low=low, before=before, after=after, high=high)


def figure(value: Decimal, unit: str | None) -> str:
    """A value of a Factor with its unit, ratios as percentages."""
    if unit == "ratio":
        return format_percent(value)
    text = format_number(value)
    return t(f"studio.unit.{unit}", value=text) if unit and has_text(f"studio.unit.{unit}") else text


def missing_words(factor: Factor) -> str:
    if factor.missing_points is None:
        return t("studio.factor.absent")
    return t("studio.factor.missing_points", points=plain(factor.missing_points))


def share_of_whole(factor: Factor, variant: Variant) -> str:
    """The weight of a Factor in the total, in percent."""
    return plain((factor.weight * variant.weights[factor.dimension] / HUNDRED).quantize(Decimal("0.01")))


def factor_formula(card: Scorecard, factor: Factor, labels: Labels) -> Condition | None:
    """How the value comes about, None where it is a Fact as it stands."""
    if factor.formula is not None:
        return condition(factor.formula, labels)
    derived = next((each for each in card.formulas if each.key == factor.name), None)
    return condition(derived.formula, labels) if derived and isinstance(derived.formula, Formula) else None


def factor_table(card: Scorecard, factor: Factor) -> Derived | None:
    """The decision table that gives the value as it stands, if one does."""
    found = next((each for each in card.formulas if each.key == factor.name), None)
    return found if found is not None and isinstance(found.formula, DecisionTable) else None


def grade_range(card: Scorecard, rank: int) -> str:
    """The scores that earn a Grade."""
    grades = card.ladder.grades
    low = grades[rank].minimum
    high = next((g.minimum for g in reversed(grades[:rank]) if g.minimum is not None), None)
    if low is None:
        return t("studio.grade.by_rule") if high is None or high <= 0 else f"< {plain(high)}"
    if high is None:
        return f"≥ {plain(low)}"
    return t("studio.band.between", low=plain(low), before="≤", after="<", high=plain(high))


def rounding_words(rounding: Rounding | None) -> str:
    if rounding is None:
        return t("studio.rounding.none")
    return t("studio.rounding", places=rounding.places, mode=t(f"studio.rounding.{rounding.mode}"))
