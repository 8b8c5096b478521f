"""Turns the JSON body of a decision table into a DecisionTable, or names everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from rules.facts import read_facts
from rules.feel import Formula, Scope, ScopeEntry, compile_formula
from rules.feel.operators import OPEN, ORDERED, alike
from rules.feel.types import ANY, Type, UnknownType, kind_label, kind_of, type_of_text, type_text
from rules.problem import Invalid, Problem, Severity, errors, pointer
from rules.schema import load_schema, schema_problems
from rules.scorecard import Fact
from rules.table import AGGREGATES, LISTS, DecisionTable, TableExample
from rules.table_cells import ANY_TIME, Cell, kinds_named, plain_literal, read_cell, said, settled
from rules.table_checks import example_problems, static_problems
from rules.table_index import column
from rules.table_parts import Allowed, Entry, Input, Labels, Output, Row
from rules.table_spans import single

SCHEMA = load_schema("rules", "table.schema.json")
UNNAMED: Labels = {"zh-CN": "决策表", "en": "the decision table"}

def compile_table(
    body: Mapping[str, Any], scope: Scope | None = None, *, key: str = "", label: Labels | None = None,
    analyse: bool = True,
) -> DecisionTable:
    """The DecisionTable of `body` (rules/table.schema.json).

    scope    names known beside the table's own Facts: a Scorecard's, or an enclosing decision's
    key      what causes call the table's result; `label` what sentences call it
    analyse  whether gaps, overlaps, hidden rows and the like are looked for; faults at run time name them anyway

    Raises Invalid with all Problems at JSON Pointer paths: schema, names, formulas, cells of a wrong type, values not
    allowed, overlaps that contradict the hit policy, examples that do not come out. Warnings stay on the result.
    """
    problems = schema_problems(SCHEMA, body)
    if problems:
        raise Invalid(problems)
    reader = _Reader(body, scope)
    table = reader.read(key, label or UNNAMED)
    if table is None or errors(reader.problems):
        raise Invalid(reader.problems)
    found = [*reader.problems, *(static_problems(table) if analyse else ())]
    if not errors(found):
        found += example_problems(table)
    if errors(found):
        raise Invalid(found)
    return replace(table, warnings=tuple(found))


def result_type(body: Mapping[str, Any]) -> str:
    """The type of what a table gives as its body declares it, "any" where it does not; for a body yet unchecked."""
    found: list[tuple[str, str]] = []
    for item in body.get("outputs") or () if isinstance(body.get("outputs"), list) else ():
        kind = item.get("type", "any") if isinstance(item, Mapping) else None
        if not isinstance(kind, str) or not isinstance(item.get("key"), str) or not _is_type(kind):
            return "any"
        found.append((item["key"], kind))
    policy = body.get("hit_policy")
    if not found or not isinstance(policy, str):
        return "any"
    if policy == "C#":
        return "number"
    kind = found[0][1]
    if len(found) > 1:
        plain = not any(mark in key for key, _ in found for mark in ":,<>")
        kind = f"context<{', '.join(f'{key}: {each}' for key, each in found)}>" if plain else "context"
    return f"list<{kind}>" if policy in LISTS else kind


def _is_type(text: str) -> bool:
    try:
        type_of_text(text)
    except UnknownType:
        return False
    return True


class _Reader:
    """One reading of one body; `problems` fills up as the parts are read."""

    def __init__(self, body: Mapping[str, Any], scope: Scope | None) -> None:
        self.body = body
        self.problems: list[Problem] = []
        self.facts: dict[str, Fact] = {}
        self.scope = self.named(scope)

    def report(self, code: str, path: str, severity: Severity = "error", **params: Any) -> None:
        self.problems.append(Problem(code, path, params, severity=severity))

    def read(self, key: str, label: Labels) -> DecisionTable | None:
        """The table; None where a part of it cannot be made."""
        for part, member in (("facts", "key"), ("inputs", "key"), ("outputs", "key"), ("rows", "id")):
            self.unique(part, member)
        inputs = [self.input(item, at) for at, item in enumerate(self.body["inputs"])]
        outputs = [self.output(item, at) for at, item in enumerate(self.body["outputs"])]
        self.policy(outputs)
        rows = self.rows(inputs, outputs)
        examples = self.examples()
        if errors(self.problems):
            return None
        columns = tuple(column(each.kind, [row.when[at] for row in rows]) for at, each in enumerate(inputs))
        defaults = [out.default.formula for out in outputs if out.default is not None]
        names = {name for each in inputs for name in each.names} | {name for row in rows for name in row.names()}
        names |= {name for formula in defaults if formula is not None for name in formula.names}
        return DecisionTable(
            key=key, label=label, hit_policy=self.body["hit_policy"],
            strict=self.body.get("on_unknown", "stop") == "stop", inputs=tuple(inputs), outputs=tuple(outputs),
            rows=tuple(rows), columns=columns,
            order=tuple(sorted(range(len(columns)), key=lambda at: (columns[at].ranged, -len(columns[at].keys)))),
            names=tuple(sorted(names)), facts=self.facts, examples=examples,
        )  # fmt: skip

    def unique(self, part: str, member: str) -> None:
        seen: set[str] = set()
        for at, item in enumerate(self.body.get(part, ())):
            name = item if isinstance(item, str) else item[member]
            if name in seen:
                path = pointer(part, at) if isinstance(item, str) else pointer(part, at, member)
                self.report("table.key_twice", path, key=name)
            seen.add(name)

    def named(self, outer: Scope | None) -> Scope:
        """The names of the table's own Facts, and those known where it stands."""
        entries = dict(outer.entries) if outer is not None else {}
        for at, item in enumerate(self.body.get("facts", ())):
            entry: Mapping[str, Any] = {"key": item} if isinstance(item, str) else item
            key, unit, label = entry["key"], entry.get("unit"), entry.get("label", {})
            found = self.type(entry, pointer("facts", at))
            kind = "any" if found is None else type_text(found)
            self.facts[key] = Fact(key, kind, unit, label)
            entries[key] = ScopeEntry(type=kind, unit=unit, labels=label, origin="fact")
        if outer is None:
            return Scope(entries)
        return Scope(entries, outer.closed, outer.named, outer.members)

    def type(self, item: Mapping[str, Any], at: str) -> Type | None:
        """The declared type, None for any."""
        text = item.get("type", "any")
        try:
            found = type_of_text(text)
        except UnknownType as unknown:
            self.report("feel.unknown_type", f"{at}/type", name=unknown.args[1], line=1)
            return None
        return None if found.kind in ("any", "null") else found

    def formula(self, text: str, item: Mapping[str, Any], path: str, expect: Type | None) -> Formula | None:
        wanted = None if expect is None else type_text(expect)
        try:
            made = compile_formula(text, self.scope, item.get("dialect", "feel"), wanted)
        except Invalid as invalid:
            self.problems += [said(problem, text, expect).under(path) for problem in invalid.problems]
            return None
        self.problems += [p.under(path) for p in made.warnings if p.severity == "warning"]
        return made

    # ------------------------------------------------------------------ columns
    def input(self, item: Mapping[str, Any], index: int) -> Input:
        at = pointer("inputs", index)
        wanted = self.type(item, at)
        text = item["value"].strip()
        entry = self.scope.entries.get(text) if item.get("dialect", "feel") == "feel" else None
        name, formula, known = None, None, ANY
        if entry is not None:
            name, known = text, self.scope.types[text]
            if wanted is not None and not alike(wanted, known):
                params = {"name": text, "wanted": kind_label(wanted.kind), "given": kind_label(known.kind)}
                self.report("table.input_type", f"{at}/type", **params)
        else:
            formula = self.formula(item["value"], item, f"{at}/value", wanted)
            known = self.given(formula)
        cells = [row["when"][index] for row in self.body["rows"] if index < len(row["when"])]
        found = wanted or (known if known.kind not in OPEN else self.inferred([*cells, *item.get("allowed", ())]))
        allowed = self.allowed(item, at, found)
        label = item.get("label") or (entry.labels if entry is not None else {})
        unit = item.get("unit") or (entry.unit if entry is not None else None)
        return Input(item["key"], label, found, unit, item.get("labels", {}), allowed, name, formula, at)

    def given(self, formula: Formula | None) -> Type:
        """The type of what a formula gives, any where no value of one could be declared, as of `null`."""
        try:
            return ANY if formula is None else type_of_text(formula.type, self.scope.named)
        except UnknownType:
            return ANY

    def inferred(self, cells: Sequence[str]) -> Type | None:
        """The one kind all cells name; None where they name none or several."""
        kinds = kinds_named(cells, self.scope)
        return Type(kinds.pop()) if len(kinds) == 1 else None

    def output(self, item: Mapping[str, Any], index: int) -> Output:
        at = pointer("outputs", index)
        wanted = self.type(item, at) or self.inferred(item.get("allowed", ()))
        allowed = self.allowed(item, at, wanted)
        labels = item.get("labels", {})
        place = Output(item["key"], item.get("label", {}), wanted, item.get("unit"), labels, allowed, None, at)
        if "default" not in item:
            return place
        return replace(place, default=self.entry(item["default"], place, item, f"{at}/default"))

    def allowed(self, item: Mapping[str, Any], at: str, wanted: Type | None) -> Allowed | None:
        texts = item.get("allowed")
        if texts is None:
            return None
        kind = "any" if wanted is None else wanted.kind
        cells = []
        for index, text in enumerate(texts):
            cell, problems = read_cell(text, self.scope, kind)
            self.problems += [p.under(f"{at}/allowed/{index}") for p in problems]
            if cell is not None:
                cells.append(cell)
        keys = [single(cell.spans) for cell in cells]
        order = None if any(key is None for key in keys) else {key: place for place, key in enumerate(keys)}
        return Allowed(tuple(cells), column(kind, cells), order)

    def policy(self, outputs: Sequence[Output]) -> None:
        """What the hit policy asks of the outputs."""
        policy = self.body["hit_policy"]
        if policy in ("P", "O") and not any(out.allowed is not None and out.allowed.order for out in outputs):
            self.report("table.no_output_order", "/outputs", policy=policy)
        if policy in AGGREGATES and len(outputs) > 1:
            self.report("table.aggregate_outputs", "/hit_policy", policy=policy, given=len(outputs))
        elif policy in ("C+", "C<", "C>"):
            kinds = ("number",) if policy == "C+" else ORDERED
            if outputs[0].kind not in ("any", *kinds):
                params = {"policy": policy, "given": kind_label(outputs[0].kind)}
                self.report("table.aggregate_type", "/outputs/0/type", **params)
        with_default = [out for out in outputs if out.default is not None]
        if with_default and len(with_default) < len(outputs):
            for index, out in enumerate(outputs):
                if out.default is None:
                    params = {"output": out.label or out.key}
                    self.report("table.default_partial", pointer("outputs", index), "warning", **params)

    # ------------------------------------------------------------------ rows
    def rows(self, inputs: Sequence[Input], outputs: Sequence[Output]) -> list[Row]:
        read: list[dict[str, tuple[Cell | None, list[Problem]]]] = [{} for _ in inputs]
        out = []
        for index, item in enumerate(self.body["rows"]):
            at = pointer("rows", index)
            for member, places in (("when", inputs), ("then", outputs)):
                if len(item[member]) != len(places):
                    given, wanted = len(item[member]), len(places)
                    self.report("table.width", f"{at}/{member}", row=index + 1, given=given, wanted=wanted)
            cells = []
            for place, text in enumerate(item["when"][: len(inputs)]):
                if text not in read[place]:
                    read[place][text] = read_cell(text, self.scope, inputs[place].kind)
                cell, problems = read[place][text]
                self.problems += [p.under(f"{at}/when/{place}") for p in problems]
                cells += [] if cell is None else [cell]
            entries = []
            for place, text in enumerate(item["then"][: len(outputs)]):
                path = f"{at}/then/{place}"
                entries.append(self.entry(text, outputs[place], self.body["outputs"][place], path))
            out.append(Row(item["id"], tuple(cells), tuple(entries), item.get("note", {}), at))
        return out

    def entry(self, text: str, output: Output, item: Mapping[str, Any], path: str) -> Entry:
        """An output cell; a constant is worked out and checked now."""
        formula = None
        found = plain_literal(text) if item.get("dialect", "feel") == "feel" else None
        if found is None:
            formula = self.formula(text, item, path, output.type)
            found = None if formula is None else settled(formula)
        if found is None:
            return Entry(text, None, formula)
        seen = output.checked(found[0], (), {}, ANY_TIME)
        for cause in seen.causes:
            if cause.code == "type":
                given = kind_label(kind_of(found[0]))
                self.report("table.cell_type", path, cell=text[:60], wanted=kind_label(output.kind), given=given)
            elif output.allowed is not None and all(cell.spans is not None for cell in output.allowed.tests):
                self.report("table.not_allowed", path, cell=text[:60], allowed=output.allowed.text)
        return Entry(text, seen.value, None)

    # ------------------------------------------------------------------ examples
    def examples(self) -> tuple[TableExample, ...]:
        out = []
        for index, item in enumerate(self.body.get("examples", ())):
            at = pointer("examples", index)
            values, problems = read_facts(self.facts, item["facts"], f"{at}/facts")
            self.problems += problems
            out.append(TableExample(item["name"], values, self.moment(item.get("now"), at), item["expect"], at))
        return tuple(out)

    def moment(self, text: str | None, at: str) -> datetime:
        try:
            return ANY_TIME if text is None else datetime.fromisoformat(text).astimezone(UTC)
        except (ValueError, OverflowError):
            self.report("fact.not_a_date", f"{at}/now", fact="now", value=text)
            return ANY_TIME
