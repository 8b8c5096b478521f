"""Turns the JSON body of a Scorecard into a compiled Scorecard, or names everything that is wrong with it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from rules.bands import IdentityBands, SetBands, read_bands, read_points
from rules.facts import read_facts
from rules.feel import Formula, Scope, ScopeEntry, compile_formula
from rules.figures import HUNDRED, Rounding, plain
from rules.grade import Ladder, read_ladder
from rules.problem import Invalid, Problem, errors, pointer
from rules.schema import load_schema, schema_problems
from rules.scorecard import (
    COVERAGE,
    Derived,
    Dimension,
    Example,
    Fact,
    Factor,
    Knockout,
    Notes,
    Roundings,
    Scorecard,
    Variant,
)
from rules.scorecard_checks import example_problems, in_order, unused
from rules.table_compile import compile_table, result_type

SCHEMA = load_schema("rules", "scorecard.schema.json")
# Examples without a time of their own are rated as of one fixed instant: compiling must not read a clock.
EXAMPLE_TIME = datetime(2026, 1, 1, tzinfo=UTC)
ONLY_VARIANT = "default"


def compile_scorecard(body: Mapping[str, Any]) -> Scorecard:
    """The Scorecard of `body` (rules/scorecard.schema.json).

    Raises Invalid with all Problems at JSON Pointer paths: schema, weights, Bands, Grades, names, formulas, cycles,
    and examples that do not come out as written. Warnings stay on the result.
    """
    problems = schema_problems(SCHEMA, body)
    if problems:
        raise Invalid(problems)
    reader = _Reader(body)
    scorecard = reader.read()
    if errors(reader.problems):
        raise Invalid(reader.problems)
    failed = example_problems(scorecard)
    if failed:
        raise Invalid([*reader.problems, *failed])
    return scorecard


def compiled_from(source: str) -> Scorecard:
    """The Scorecard of a body written as JSON (`Scorecard.source`)."""
    return compile_scorecard(json.loads(source))


class _Reader:
    """One reading of one body; `problems` fills up as the parts are read."""

    def __init__(self, body: Mapping[str, Any]) -> None:
        self.body = body
        self.problems: list[Problem] = []
        self.entries: dict[str, ScopeEntry] = {}
        self._scope: Scope | None = None

    def report(self, code: str, path: str, **params: Any) -> None:
        self.problems.append(Problem(code, path, params))

    def read(self) -> Scorecard:
        """The Scorecard; only to be used when no error was found."""
        facts = self.facts()
        formulas = self.formulas_and_tables(facts)
        ladder, found = read_ladder(self.body["grades"])
        self.problems += found
        self.unique("grades", "key")
        dimensions, variants, default = self.weights()
        factors = self.factors({d.key for d in dimensions}, {d.key for d in formulas} | set(facts))
        knockouts = self.knockouts(ladder)
        if not errors(self.problems):  # a formula that does not compile is missing here, and so is what it uses
            self.problems += unused(formulas, factors, knockouts)
        rounding = self.body["rounding"]
        alert = self.body.get("alert_below")
        return Scorecard(
            facts=facts,
            formulas=formulas,
            dimensions=dimensions,
            variants=variants,
            default_variant=default,
            factors=factors,
            knockouts=knockouts,
            ladder=ladder,
            rounding=Roundings(
                *(_rounding(rounding.get(part)) for part in ("points", "dimension", "total")),
            ),
            alert_below=None if alert is None else Decimal(alert),
            examples=self.examples(facts, variants),
            warnings=tuple(p for p in self.problems if p.severity == "warning"),
            source=json.dumps(self.body, ensure_ascii=False),
        )

    def unique(self, part: str, member: str) -> None:
        """Reports keys that stand twice in one list."""
        seen: set[str] = set()
        for index, item in enumerate(self.body.get(part, ())):
            key = item if isinstance(item, str) else item[member]
            if key in seen:
                path = pointer(part, index) if isinstance(item, str) else pointer(part, index, member)
                self.report("scorecard.duplicate", path, key=key)
            seen.add(key)

    def facts(self) -> dict[str, Fact]:
        self.unique("facts", "key")
        out: dict[str, Fact] = {}
        for index, item in enumerate(self.body["facts"]):
            entry: Mapping[str, Any] = {"key": item} if isinstance(item, str) else item
            key, unit, label = entry["key"], entry.get("unit"), entry.get("label", {})
            kind = entry.get("type") or self.used_as(key)
            out[key] = Fact(key, kind, unit, label)
            self.entries[key] = ScopeEntry(type=kind, unit=unit, labels=label, origin="fact")
            if key == COVERAGE:
                self.report("scorecard.reserved_name", pointer("facts", index), key=key)
        return out

    def used_as(self, key: str) -> str:
        """The type of a Fact written as a bare name: what the Factor that takes it as it stands needs, else any."""
        for factor in self.body["factors"]:
            if factor["value"].strip() == key:
                return "string" if factor["bands"]["kind"] == "set" else "number"
        return "any"

    def formulas_and_tables(self, facts: Mapping[str, Fact]) -> tuple[Derived, ...]:
        """Both in the order they are worked out; all of their names are known before the first is read."""
        self.unique("tables", "key")
        for index, item in enumerate(self.body.get("tables", ())):
            taken = {*facts, COVERAGE, *(each["key"] for each in self.body.get("formulas", ()))}
            if item["key"] in taken:
                self.report("scorecard.name_taken", pointer("tables", index, "key"), key=item["key"])
            kind = result_type(item["table"])
            self.entries.setdefault(item["key"], ScopeEntry(kind, labels=item.get("label", {}), origin="table"))
        formulas = self.formulas(facts)
        made, found = in_order(formulas, self.tables())
        self.problems += found
        return made

    def tables(self) -> list[Derived]:
        out = []
        for index, item in enumerate(self.body.get("tables", ())):
            at = pointer("tables", index)
            # Facts and examples are the Scorecard's own: a table of its would only hide them.
            for name in ("facts", "examples"):
                if name in item["table"]:
                    self.report("scorecard.table_member", f"{at}/table/{name}", name=name)
            label = item.get("label") or {"zh-CN": item["key"]}
            try:
                table = compile_table(item["table"], Scope(self.entries), key=item["key"], label=label)
            except Invalid as invalid:
                self.problems += [problem.under(f"{at}/table") for problem in invalid.problems]
                continue
            self.problems += [problem.under(f"{at}/table") for problem in table.warnings]
            out.append(Derived(item["key"], table, at, item.get("label", {})))
        return out

    def formulas(self, facts: Mapping[str, Fact]) -> list[Derived]:
        self.unique("formulas", "key")
        items = self.body.get("formulas", [])
        for index, item in enumerate(items):
            if item["key"] in facts or item["key"] == COVERAGE:
                self.report("scorecard.name_taken", pointer("formulas", index, "key"), key=item["key"])
            entry = ScopeEntry(type=item.get("type", "any"), unit=item.get("unit"), labels=item.get("label", {}),
                               origin="formula")
            self.entries.setdefault(item["key"], entry)
        out = []
        for index, item in enumerate(items):
            at = pointer("formulas", index)
            wanted = item.get("type", "any")
            formula = self.formula(item, "text", at, None if wanted == "any" else wanted)
            if formula is None:
                continue
            out.append(Derived(item["key"], formula, at, item.get("label", {})))
            if wanted == "any" and formula.type != "any" and item["key"] not in facts:
                # What the checker found out about this formula helps to check those that use it.
                self.entries[item["key"]] = replace(self.entries[item["key"]], type=formula.type)
                self._scope = None
        return out

    def formula(self, item: Mapping[str, Any], member: str, at: str, expect: str | None) -> Formula | None:
        """The compiled text, or None with its Problems under the text's path."""
        # One Scope serves all formulas between two additions of names: building its index costs more than a compile.
        if self._scope is None or len(self._scope.entries) != len(self.entries):
            self._scope = Scope(self.entries)
        try:
            formula = compile_formula(item[member], self._scope, item.get("dialect", "feel"), expect)
        except Invalid as invalid:
            self.problems += [p.under(f"{at}/{member}") for p in invalid.problems]
            return None
        self.problems += [p.under(f"{at}/{member}") for p in formula.warnings]
        return formula

    def weights(self) -> tuple[tuple[Dimension, ...], dict[str, Variant], str]:
        self.unique("dimensions", "key")
        self.unique("variants", "key")
        items = self.body["dimensions"]
        dimensions = tuple(Dimension(d["key"], d["label"], pointer("dimensions", i)) for i, d in enumerate(items))
        base = {d["key"]: Decimal(d["weight"]) for d in items}
        self.hundred(base.values(), "/dimensions")
        variants: dict[str, Variant] = {}
        for index, item in enumerate(self.body.get("variants", ())):
            at = pointer("variants", index, "weights")
            for key in sorted(set(item["weights"]) - set(base)):
                self.report("scorecard.unknown_dimension", at + pointer(key), dimension=key)
            for key in base:
                if key not in item["weights"]:
                    self.report("scorecard.weight_missing", at, dimension=key, variant=item["key"])
            weights = {key: Decimal(item["weights"].get(key, "0")) for key in base}
            self.hundred(weights.values(), at)
            variants[item["key"]] = Variant(item["key"], item.get("label", {}), weights)
        default = self.body.get("default_variant")
        if not variants:
            default = default or ONLY_VARIANT
            variants[default] = Variant(default, {}, base)
        elif default not in variants:
            self.report("scorecard.default_variant", "/default_variant", known=", ".join(variants))
        return dimensions, variants, str(default)

    def hundred(self, weights: Iterable[Decimal], path: str, **params: str) -> None:
        total = sum(weights, Decimal(0))
        if total != HUNDRED:
            self.report("weights.sum", path, sum=plain(total), **params)

    def factors(self, dimensions: set[str], names: set[str]) -> tuple[Factor, ...]:
        self.unique("factors", "key")
        by_dimension: dict[str, list[Decimal]] = {d["key"]: [] for d in self.body["dimensions"]}
        out = []
        for index, item in enumerate(self.body["factors"]):
            at = pointer("factors", index)
            if item["dimension"] not in dimensions:
                self.report("scorecard.unknown_dimension", f"{at}/dimension", dimension=item["dimension"])
            by_dimension.setdefault(item["dimension"], []).append(Decimal(item["weight"]))
            out.append(self.factor(item, at, names))
        for index, (key, weights) in enumerate(by_dimension.items()):
            if key not in dimensions:
                continue
            if not weights:
                self.report("scorecard.dimension_empty", pointer("dimensions", index), dimension=key)
            else:
                self.hundred(weights, pointer("dimensions", index), dimension=key)
        return tuple(out)

    def factor(self, item: Mapping[str, Any], at: str, names: set[str]) -> Factor:
        bands, found = read_bands(item["bands"], item.get("direction"))
        self.problems += [p.under(f"{at}/bands") for p in found]
        expect = "string" if isinstance(bands, SetBands) else "number"
        text = item["value"].strip()
        name = text if text in names and item.get("dialect", "feel") == "feel" else None
        formula = None
        if name is None:
            formula = self.formula(item, "value", at, expect)
        elif (given := self.entries[name].type) not in (expect, "any"):
            self.report("scorecard.factor_type", f"{at}/value", name=name, type=given, expected=expect)
        key = item["key"]
        if key == COVERAGE or (key in names and name != key):
            self.report("scorecard.name_taken", f"{at}/key", key=key)
        missing = item.get("missing", "absent")
        points = None
        if missing != "absent":
            points = read_points(missing["points"], f"{at}/missing/points", self.problems)
        if item.get("unit") == "score" and isinstance(bands, IdentityBands) and item.get("direction") == "lower":
            self.report("scorecard.direction", f"{at}/direction", factor=key)
        return Factor(
            key=key, dimension=item["dimension"], label=item["label"], weight=Decimal(item["weight"]),
            name=name, formula=formula, bands=bands, missing_points=points, unit=item.get("unit"),
            direction=item.get("direction"), source=item.get("source"), movable=item.get("movable", True), path=at,
            notes=_notes(item),
        )

    def knockouts(self, ladder: Ladder) -> tuple[Knockout, ...]:
        self.unique("knockouts", "id")
        for item in self.body["factors"]:
            kind = "string" if item["bands"]["kind"] == "set" else "number"
            self.entries.setdefault(item["key"], ScopeEntry(type=kind, labels=item["label"], origin="factor"))
        self.entries.setdefault(COVERAGE, ScopeEntry(type="number", nullable=False, origin="scorecard"))
        out = []
        for index, item in enumerate(self.body.get("knockouts", ())):
            at = pointer("knockouts", index)
            grade, effect = item.get("grade"), item["effect"]
            if effect == "manual" and grade is not None:
                self.report("knockout.grade_unwanted", f"{at}/grade", id=item["id"])
            elif effect != "manual" and grade is None:
                self.report("knockout.grade_missing", at, id=item["id"])
            elif grade is not None and grade not in ladder.keys:
                self.report("knockout.unknown_grade", f"{at}/grade", id=item["id"], grade=grade)
            when = self.formula(item, "when", at, "boolean")
            if when is None:
                continue
            unknown = item.get("on_unknown", "manual" if effect == "knock_out" else "name")
            out.append(Knockout(item["id"], effect, grade, when, tuple(sorted(when.names)), unknown, item["label"], at))
        return tuple(out)

    def examples(self, facts: Mapping[str, Fact], variants: Mapping[str, Variant]) -> tuple[Example, ...]:
        out = []
        for index, item in enumerate(self.body.get("examples", ())):
            at = pointer("examples", index)
            values, found = read_facts(facts, item["facts"], f"{at}/facts")
            self.problems += found
            variant = item.get("variant")
            if variant is not None and variant not in variants:
                params = {"variant": variant, "known": ", ".join(variants)}
                self.problems.append(Problem("scorecard.unknown_variant", f"{at}/variant", params))
            out.append(Example(item["name"], variant, values, self.moment(item.get("now"), at), item["expect"]))
        return tuple(out)

    def moment(self, text: str | None, at: str) -> datetime:
        if text is None:
            return EXAMPLE_TIME
        try:
            return datetime.fromisoformat(text).astimezone(UTC)
        except (ValueError, OverflowError):
            self.report("fact.not_a_date", f"{at}/now", fact="now", value=text)
            return EXAMPLE_TIME


def _notes(item: Mapping[str, Any]) -> Notes:
    bands = item["bands"]
    rows = bands.get("cuts") or bands.get("values")
    told = () if rows is None else (*(row.get("note", {}) for row in rows), bands.get("otherwise_note", {}))
    return Notes(item.get("note", {}), told, item.get("missing_note", {}))


def _rounding(body: Mapping[str, Any] | None) -> Rounding | None:
    return None if body is None else Rounding(body["places"], body["mode"])
