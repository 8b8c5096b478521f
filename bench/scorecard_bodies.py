"""The reference workload as each engine wants it: a Scorecard body, a decision graph, one Python function."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from decimal import Decimal
from itertools import pairwise
from random import Random
from typing import Any

from bench.reference_scorecard import GRADE, GRADES, LOWEST, TABLE, TOTAL, customer, rows, steps, translate

TEXTS = ("industry", "region")
LABEL = {"zh-CN": "参考评分卡", "en": "Reference scorecard"}


def fact_types() -> dict[str, str]:
    """Each Fact of a customer with its type."""
    return {name: "string" if name in TEXTS else "number" for name in customer(Random(1))}


def table_formula() -> str:
    """The decision table as one formula: by industry, then region, then years, as an index would look it up."""
    text = "0"
    for industry, region, years, points in reversed(TABLE):
        text = f'if industry = "{industry}" and region = "{region}" and years >= {years} then {points} else {text}'
    return text


def scorecard_body() -> dict[str, Any]:
    """Formulas, bands, dimensions and the table as formulas of one Scorecard; its only Factor is the total."""
    formulas = [{"key": name, "text": translate(text, "feel"), "type": "number"} for _, name, text in steps()]
    formulas.append({"key": "adj", "text": table_formula(), "type": "number"})
    formulas.append({"key": "total", "text": translate(TOTAL, "feel"), "type": "number"})
    return {
        "facts": [{"key": name, "type": kind} for name, kind in fact_types().items()],
        "formulas": formulas,
        "dimensions": [{"key": "all", "label": LABEL, "weight": "100"}],
        "factors": [
            {"key": "total", "dimension": "all", "label": LABEL, "weight": "100", "value": "total",
             "bands": {"kind": "identity"}}
        ],
        "grades": [{"key": grade, "min": str(cut)} for cut, grade in GRADES] + [{"key": LOWEST, "min": None}],
        "rounding": {"points": None, "dimension": None, "total": None},
    }  # fmt: skip


def zen_graph() -> dict[str, Any]:
    """The same as a decision graph: expressions, the table by first hit, expressions."""

    def expressions(node: str, items: list[tuple[str, str]]) -> dict[str, Any]:
        content = {
            "expressions": [
                {"id": f"{node}{at}", "key": key, "value": value} for at, (key, value) in enumerate(items)
            ],
            "passThrough": True,
        }
        return {"id": node, "name": node, "type": "expressionNode", "content": content}

    # Within one expression node nothing computed there is seen by its name, so that each stage is a node.
    stages: dict[str, list[tuple[str, str]]] = {}
    for stage, name, text in steps():
        stages.setdefault(stage, []).append((name, translate(text, "zen")))
    fields = ("industry", "region", "years")
    rules = [
        {"_id": f"r{at}", **dict(zip(fields, (f'"{a}"', f'"{b}"', f">= {y}"), strict=True)), "adj": str(v)}
        for at, (a, b, y, v) in enumerate(TABLE)
    ]
    rules.append({"_id": "rest", "industry": "", "region": "", "years": "", "adj": "0"})
    table = {
        "hitPolicy": "first", "rules": rules, "passThrough": True,
        "inputs": [{"id": name, "name": name, "field": name} for name in fields],
        "outputs": [{"id": "adj", "name": "adj", "field": "adj"}],
    }  # fmt: skip
    nodes = [
        {"id": "in", "name": "in", "type": "inputNode"},
        *(expressions(stage, items) for stage, items in stages.items()),
        {"id": "table", "name": "table", "type": "decisionTableNode", "content": table},
        expressions("sum", [("total", translate(TOTAL, "zen"))]),
        expressions("grade", [("grade", translate(GRADE, "zen"))]),
        {"id": "out", "name": "out", "type": "outputNode"},
    ]
    order = [node["id"] for node in nodes]
    edges = [{"id": f"{a}-{b}", "sourceId": a, "targetId": b, "type": "edge"} for a, b in pairwise(order)]
    return {"contentType": "application/vnd.gorules.decision", "nodes": nodes, "edges": edges}


def plain_function(number: Callable[[str], Any]) -> Callable[[Mapping[str, Any]], tuple[Any, str]]:
    """The workload written out as one Python function, as a programmer would; its numbers are float or Decimal."""
    lines = [f"    {name} = c[{name!r}]" for name in fact_types()]
    lines += [f"    {name} = {text}" for _, name, text in steps()]
    lines.append("    adj = 0.0")
    for at, (condition, points) in enumerate(rows()):
        lines.append(f"    {'elif' if at else 'if'} {condition}: adj = {points}")
    lines += [f"    total = {TOTAL}", f"    return total, {GRADE}"]
    tree = ast.parse("def rate(c):\n" + "\n".join(lines))
    constants: dict[str, Any] = {}

    class Numbers(ast.NodeTransformer):
        def visit_Constant(self, node: ast.Constant) -> ast.expr:
            if not isinstance(node.value, float):
                return node
            name = f"k{len(constants)}"
            constants[name] = number(str(node.value))
            return ast.copy_location(ast.Name(name, ast.Load()), node)

    if number is Decimal:
        tree = ast.fix_missing_locations(Numbers().visit(tree))
    names: dict[str, Any] = constants
    exec(compile(tree, "<plain>", "exec"), names)  # our own text above, nothing given
    function: Callable[[Mapping[str, Any]], tuple[Any, str]] = names["rate"]
    return function
