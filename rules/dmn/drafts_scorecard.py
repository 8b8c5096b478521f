"""A Scorecard out of a DMN model that has the form ours are written in; other models have none."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..feel.types import NAMES
from ..figures import read_decimal
from ..problem import Invalid, Problem
from ..scorecard import COVERAGE
from ..scorecard_compile import ONLY_VARIANT, compile_scorecard
from .drafts import Draft, TableDraft, left_behind, table_drafts
from .export_scorecard import (
    ALERT,
    CONDITIONS,
    DIMENSIONS,
    FACTORS,
    FINAL_GRADE,
    LABELS,
    MODEL_GRADE,
    ROUNDINGS,
    SCORE,
    VARIANT,
    WEIGHTS,
    export_scorecard,
)
from .expressions import Context, DecisionTable, Expression, LiteralExpression, Loop, Relation
from .model import Model
from .tree import Decision

NUMBER = r"-?[0-9]+(?:\.[0-9]+)?"
MODES = {text.partition("(")[0]: mode for mode, text in ROUNDINGS.items()}
ROUNDED = re.compile(rf"(?:({'|'.join(MODES)})\()?(.*?)(?:, ([0-9]+)\))?", re.DOTALL)
IDENTITY = re.compile(rf"if (.+) = null then (null|{NUMBER}) else (.*max\(0, min\(100, .*)")
LINEAR = re.compile(
    rf"if .+ = null then (null|{NUMBER}) else (.*\(if .+ <= ({NUMBER}) then ({NUMBER}) else if .+ >= ({NUMBER}) "
    rf"then ({NUMBER}) else .*)"
)
TEXT = re.compile(r'"((?:[^"\\]|\\.)*)"')
DEFAULT = re.compile(r'= null then "weight ((?:[^"\\]|\\.)*)" else "weight "')
BELOW = re.compile(rf".* < ({NUMBER})")
TYPES = ("number", "string", "boolean", "date", "date and time")


class _Other(Exception):
    """The model has another form."""


def drafts_of(model: Model) -> tuple[tuple[Draft, ...], tuple[Problem, ...]]:
    """Drafts of a model, and what stays behind: one Scorecard where it has that form, else its tables.

    A Scorecard is what was read only if it would be written the same again: a model whose logic somebody changed is
    none, however much it looks like one.
    """
    drg = model.drg
    try:
        body = _Reader(model).body()
        again = export_scorecard(body, drg.name, drg.namespace).drg
        if (again.elements, again.items) != (drg.elements, drg.items):
            return table_drafts(model)
        warnings = compile_scorecard(body).warnings
    except (_Other, Invalid):
        return table_drafts(model)
    return (Draft("scorecard", drg.name, drg.name, body, warnings),), left_behind(model)


def text_of(value: Expression | None) -> str:
    if not isinstance(value, LiteralExpression) or value.text is None:
        raise _Other
    return value.text


def string_of(value: Expression | str | None) -> str:
    """The text a literal in quotation marks stands for."""
    found = TEXT.fullmatch(value if isinstance(value, str) else text_of(value))
    if found is None:
        raise _Other
    return re.sub(r"\\(.)", lambda m: {"n": "\n", "r": "\r", "t": "\t"}.get(m[1], m[1]), found[1])


def decimal_of(text: str) -> str:
    if read_decimal(text) is None:
        raise _Other
    return text


def rounding_of(text: str) -> dict[str, Any] | None:
    """How a text rounds what is inside it."""
    found = ROUNDED.fullmatch(text)
    if found is None or found[1] is None or found[3] is None:
        return None
    return {"places": int(found[3]), "mode": MODES[found[1]]}


class _Reader:
    """One reading; raises _Other at the first sign of another form."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.drg = model.drg
        self.decisions = {each.name: each for each in self.drg.decisions}
        moved = {name: f"{name} of the scorecard" for name in LABELS}
        everything = {each.name for each in self.drg.elements}
        self.names = {name: moved[name] if moved[name] in everything else name for name in LABELS}
        self.taken: set[str] = set(self.names.values())

    def decision(self, name: str) -> Decision:
        found = self.decisions.get(self.names.get(name, name))
        if found is None:
            raise _Other
        return found

    def rows(self, name: str, columns: Sequence[str]) -> list[Sequence[Expression]]:
        """The cells of a relation that begins with these columns."""
        value = self.decision(name).expression
        if not isinstance(value, Relation) or [c.name for c in value.columns[: len(columns)]] != list(columns):
            raise _Other
        return [row.items for row in value.rows]

    def body(self) -> dict[str, Any]:
        for name in (DIMENSIONS, SCORE, MODEL_GRADE, FINAL_GRADE, COVERAGE):
            self.decision(name)
        weights = self.weights()
        factors = self.factors()
        formulas, tables = self.formulas()
        alert = self.decisions.get(self.names[ALERT])
        body = {
            "facts": self.facts(), "formulas": formulas, "tables": tables, **weights, "factors": factors,
            "knockouts": self.knockouts(), "grades": self.grades(), "rounding": self.rounding(factors),
        }  # fmt: skip
        if alert is not None:
            found = BELOW.fullmatch(text_of(alert.expression))
            body |= {"alert_below": decimal_of(found[1])} if found is not None else {}
        for factor in factors:
            factor.pop("rounding", None)
        return {name: value for name, value in body.items() if value != [] or name in ("facts", "factors")}

    def facts(self) -> list[dict[str, Any]]:
        return [
            {"key": each.name}
            | self.kind(None if each.variable is None else each.variable.type_ref)
            | self.label(each.about.label)
            for each in self.drg.inputs
            if each.name != self.names[VARIANT]
        ]

    def kind(self, ref: str | None) -> dict[str, str]:
        found = NAMES.get(ref or "")
        return {"type": found.kind} if found is not None and found.kind in TYPES else {}

    def label(self, text: str | None) -> dict[str, Any]:
        return {"label": {"zh-CN": text}} if text else {}

    # ------------------------------------------------------------------ weights and factors
    def weights(self) -> dict[str, Any]:
        """Dimensions, and variants where the weights have more than the one name that stands for none."""
        rows = self.rows(WEIGHTS, ("dimension", "label"))
        value = self.decision(WEIGHTS).expression
        names = [column.name.removeprefix("weight ") for column in getattr(value, "columns", ())[2:]]
        found = {name: [decimal_of(text_of(row[2 + at])) for row in rows] for at, name in enumerate(names)}
        if not found:
            raise _Other
        default = self.default(names)
        keys = [string_of(row[0]) for row in rows]
        labels = [string_of(row[1]) or key for row, key in zip(rows, keys, strict=True)]
        dimensions = [
            {"key": key, "label": {"zh-CN": label}, "weight": weight}
            for key, label, weight in zip(keys, labels, found[default], strict=True)
        ]
        if names == [ONLY_VARIANT]:
            return {"dimensions": dimensions}
        variants = [{"key": name, "weights": dict(zip(keys, each, strict=True))} for name, each in found.items()]
        return {"dimensions": dimensions, "variants": variants, "default_variant": default}

    def default(self, names: Sequence[str]) -> str:
        if len(names) == 1:
            return names[0]
        found = DEFAULT.search(self.entries(self.dimension_body())[-1])
        if found is None or string_of(f'"{found[1]}"') not in names:
            raise _Other
        return string_of(f'"{found[1]}"')

    def dimension_body(self) -> Expression | None:
        value = self.decision(DIMENSIONS).expression
        if not isinstance(value, Loop):
            raise _Other
        return value.body.value

    def entries(self, value: Expression | None) -> list[str]:
        if not isinstance(value, Context) or not value.entries:
            raise _Other
        return [text_of(entry.value) for entry in value.entries]

    def factors(self) -> list[dict[str, Any]]:
        found = []
        for row in self.rows(FACTORS, ("factor", "dimension", "weight", "points", "known")):
            key, dimension = string_of(row[0]), string_of(row[1])
            points = self.decision(text_of(row[3]).strip("`"))
            value = text_of(row[4]).removesuffix(" != null").strip("`")
            self.taken.add(points.name)
            made = self.decisions.get(value)
            if made is not None and value.startswith(f"value of {key}"):
                self.taken.add(value)
                value = text_of(made.expression)
            label = {"label": {"zh-CN": points.about.label or key}}
            own = {"key": key, "dimension": dimension, "weight": decimal_of(text_of(row[2])), "value": value}
            found.append(own | label | self.bands(points.expression))
        return found

    def bands(self, value: Expression | None) -> dict[str, Any]:
        """Bands and what a missing value earns."""
        if isinstance(value, DecisionTable):
            return self.steps(value)
        text = text_of(value)
        line, same = LINEAR.fullmatch(text), IDENTITY.fullmatch(text)
        if line is not None:
            low, high = ({"value": decimal_of(line[n]), "points": decimal_of(line[n + 1])} for n in (3, 5))
            bands: dict[str, Any] = {"kind": "linear", "from": low, "to": high}
            return {"bands": bands, "rounding": rounding_of(line[2])} | self.missing(line[1])
        if same is None:
            raise _Other
        return {"bands": {"kind": "identity"}, "rounding": rounding_of(same[3])} | self.missing(same[2])

    def missing(self, text: str) -> dict[str, Any]:
        return {"missing": "absent" if text == "null" else {"points": decimal_of(text)}}

    def steps(self, table: DecisionTable) -> dict[str, Any]:
        rows = [(rule.tests[0].text, text_of(rule.entries[0])) for rule in table.rules]
        if len(rows) < 3 or rows[0][0] != "null" or rows[-1][0] != "-":
            raise _Other
        inner = rows[1:-1]
        bands: dict[str, Any]
        if all(TEXT.fullmatch(test) for test, _ in inner):
            values = [{"value": string_of(test), "points": decimal_of(points)} for test, points in inner]
            bands = {"kind": "set", "values": values}
        else:
            signs = {test[:2] for test, _ in inner}
            if len(signs) != 1 or not signs <= {">=", "<="}:
                raise _Other
            cuts = [{"edge": decimal_of(test[2:].strip()), "points": decimal_of(points)} for test, points in inner]
            bands = {"kind": "steps", "match": "gte" if signs == {">="} else "lte", "cuts": cuts}
        return {"bands": bands | {"otherwise": decimal_of(rows[-1][1])}} | self.missing(rows[0][1])

    # ------------------------------------------------------------------ the rest
    def formulas(self) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        formulas: list[dict[str, Any]] = []
        tables: list[dict[str, Any]] = []
        for each in self.drg.decisions:
            if each.name in self.taken:
                continue
            label = self.label(each.about.label)
            if isinstance(each.expression, DecisionTable):
                tables.append({"key": each.name, "table": TableDraft(self.model, each, each.expression).body()} | label)
            else:
                kind = self.kind(None if each.variable is None else each.variable.type_ref)
                formulas.append({"key": each.name, "text": text_of(each.expression)} | kind | label)
        return formulas, tables

    def knockouts(self) -> list[dict[str, Any]]:
        found = []
        for row in self.rows(CONDITIONS, ("id", "effect", "grade", "label", "hit")):
            key, grade = string_of(row[0]), text_of(row[2])
            made = {"id": key, "effect": string_of(row[1]), "when": text_of(row[4])}
            made |= {} if grade == "null" else {"grade": string_of(grade)}
            found.append(made | {"label": {"zh-CN": string_of(row[3]) or key}})
        return found

    def grades(self) -> list[dict[str, Any]]:
        table = self.decision(MODEL_GRADE).expression
        if not isinstance(table, DecisionTable) or len(table.rules) < 2:
            raise _Other
        rows = [(rule.tests[0].text, string_of(rule.entries[0])) for rule in table.rules[1:]]
        cuts = [{"key": key, "min": decimal_of(test.removeprefix(">=").strip())} for test, key in rows[:-1]]
        return [*cuts, {"key": rows[-1][1], "min": None}]

    def rounding(self, factors: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
        mean = self.entries(self.dimension_body())[3].partition(" then null else ")[2]
        total = self.entries(self.decision(SCORE).expression)[-1].partition(" then null else ")[2]
        points = next((each["rounding"] for each in factors if each.get("rounding")), None)
        return {"points": points, "dimension": rounding_of(mean), "total": rounding_of(total)}


__all__ = ["drafts_of"]
