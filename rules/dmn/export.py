"""Tables and formulas of ours as DMN 1.5, with what DMN has no place for named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ..feel.functions.text import text_of
from ..feel.printing import number_literal, text_literal
from ..feel.temporal import temporal_text
from ..feel.values import Range
from ..problem import Problem
from ..table import DecisionTable as Table
from ..table_cells import plain_literal
from ..table_compile import compile_table
from ..table_parts import Allowed, Entry, Place
from .expressions import About, Conditions, DecisionTable, InputClause, LiteralExpression, OutputClause, Rule
from .making import Maker
from .tables import AGGREGATIONS, POLICIES
from .tree import Drg

HIT_POLICIES = {own: policy for policy, own in POLICIES.items()}
AGGREGATORS = {sign: name for name, sign in AGGREGATIONS.items()}
ROW = "row"
"""The annotation that carries the id of a row; the note stands in a second one."""


@dataclass(frozen=True, slots=True)
class Export:
    """A definition as a DMN tree; `problems` are warnings: what is not carried, and what other tools may not read."""

    drg: Drg
    problems: tuple[Problem, ...]


def export_table(body: Mapping[str, Any], key: str, namespace: str, label: Mapping[str, str] | None = None) -> Export:
    """A decision table (rules/table.schema.json) as a model of one decision named `key`.

    Raises Invalid with all Problems of the body.
    """
    table = compile_table(body, analyse=False)
    maker = Maker((label or {}).get("zh-CN", key), namespace)
    for at, fact in enumerate(table.facts.values()):
        maker.fact(fact, f"/facts/{at}")
    if table.examples:
        maker.leave("examples", "/examples")
    name = maker.free(key)
    maker.named(name, "")
    maker.decide(name, table_expression(maker, table), table.names, label=label)
    return Export(maker.drg(), tuple(maker.left))


def table_expression(maker: Maker, table: Table, path: str = "") -> DecisionTable:
    """The boxed expression of a compiled table; `path` is that of its body."""
    if table.strict:
        maker.leave("on_unknown", f"{path}/on_unknown")
    policy, sign = table.hit_policy[0], table.hit_policy[1:]
    inputs = []
    for at, each in enumerate(table.inputs):
        text = each.name if each.formula is None else maker.text(each.formula, f"{path}/inputs/{at}/value")
        expression = LiteralExpression(text, kind_of_place(maker, each, f"{path}/inputs/{at}"))
        inputs.append(InputClause(expression, allowed(each.allowed), About(label=maker.label(each.label))))
    outputs = []
    for at, out in enumerate(table.outputs):
        default = None if out.default is None else LiteralExpression(entry(maker, out.default, f"{path}/outputs/{at}"))
        kind = kind_of_place(maker, out, f"{path}/outputs/{at}")
        about = About(label=maker.label(out.label))
        outputs.append(OutputClause(out.key, kind, allowed(out.allowed), default, about))
    notes = any(row.note for row in table.rows)
    rules = []
    for at, row in enumerate(table.rows):
        cells = [(n, cell) for n, cell in enumerate(row.when) if not cell.any]
        for n, cell in cells:
            maker.standard(cell.tests.tree, f"{path}/rows/{at}/when/{n}")
        entries = tuple(
            LiteralExpression(entry(maker, each, f"{path}/rows/{at}/then/{n}")) for n, each in enumerate(row.then)
        )
        tests = tuple(Conditions("-" if cell.any else cell.text) for cell in row.when)
        rules.append(Rule(tests, entries, (row.id, maker.label(row.note)) if notes else (row.id,)))
    return DecisionTable(
        inputs=tuple(inputs),
        outputs=tuple(outputs),
        rules=tuple(rules),
        hit_policy=HIT_POLICIES[policy],
        aggregation=AGGREGATORS.get(sign),
        annotations=(ROW, "note") if notes else (ROW,),
    )


def kind_of_place(maker: Maker, place: Place, path: str) -> str | None:
    if place.unit is not None:
        maker.leave("units")
    return None if place.type is None else maker.reference(place.type, path)


def allowed(found: Allowed | None) -> Conditions | None:
    return None if found is None else Conditions(found.text)


def entry(maker: Maker, found: Entry, path: str) -> str:
    """An output cell as text: a formula or literal as written, or the constant it was worked out to."""
    if found.formula is not None:
        return maker.text(found.formula, path)
    return found.text.strip() if plain_literal(found.text) is not None else constant(found.value)


def constant(value: Any) -> str:
    """A value as a literal of FEEL."""
    if value is None or value is True or value is False:
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str):
        return text_literal(value)
    if isinstance(value, list):
        return "[" + ", ".join(map(constant, value)) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{text_literal(key)}: {constant(each)}" for key, each in value.items()) + "}"
    if isinstance(value, Decimal):
        return number_literal(value)
    return text_of(value) if isinstance(value, Range) else f"@{text_literal(temporal_text(value))}"
