"""The reference workload on each engine: ours, plain Python, and the peers that are installed."""

from __future__ import annotations

import ast
import importlib
import importlib.util
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from bench.reference_scorecard import GRADE, TOTAL, rate, rows, steps, translate
from bench.scorecard_bodies import plain_function, zen_graph
from rules import Scorecard
from rules import rate as rated

NOW = datetime(2026, 1, 15, tzinfo=UTC)
OURS, TRACED, TREE = "ours", "ours, with trace", "ours, trace as a tree"
ZEN, ZEN_TRACED = "zen", "zen, with trace"
CEL, SIMPLEEVAL = "CEL in Rust", "simpleeval, parsed once"


class Engine(NamedTuple):
    """One way to rate: what it is given, what it does, and how to read (total, grade) from its answer."""

    name: str
    given: list[Any]
    act: Callable[[Any], Any]
    read: Callable[[Any], tuple[Any, str]]
    exact: bool = False


def _same(answer: Any) -> tuple[Any, str]:
    return answer[0], answer[1]


def ours(card: Scorecard, decimals: list[Any]) -> list[Engine]:
    """Without Trace, with it, and with it turned into the tree that is stored."""

    def read(score: Any) -> tuple[Any, str]:
        return score.total, score.final_grade

    def tree(customer: Any) -> Any:
        score = rated(card, customer, NOW)
        return score, score.trace.to_json() if score.trace else None

    return [
        Engine(OURS, decimals, lambda customer: rated(card, customer, NOW, trace=False), read, True),
        Engine(TRACED, decimals, lambda customer: rated(card, customer, NOW), read, True),
        Engine(TREE, decimals, tree, lambda answer: read(answer[0]), True),
    ]


def plain(given: list[Any], decimals: list[Any]) -> list[Engine]:
    """Loops over the specification, and one function as a programmer would write it."""
    return [
        Engine("loops, float", given, rate, _same),
        Engine("loops, Decimal", decimals, lambda customer: rate(customer, Decimal), _same, True),
        Engine("written out, float", given, plain_function(float), _same),
        Engine("written out, Decimal", decimals, plain_function(Decimal), _same, True),
    ]


def peers(given: list[Any]) -> list[Engine]:
    """Those of bench/requirements.txt that are installed."""
    return [engine for make in (zen, cel, simpleeval) for engine in make(given)]


def zen(given: list[Any]) -> list[Engine]:
    """On its static loader, which compiles once."""
    if importlib.util.find_spec("zen") is None:
        return []
    content = {"reference": zen_graph()}
    engine = importlib.import_module("zen").ZenEngine({"loader": {"type": "static", "content": content}})

    def read(answer: Any) -> tuple[Any, str]:
        return answer["result"]["total"], answer["result"]["grade"]

    return [
        Engine(ZEN, given, lambda customer: engine.evaluate("reference", customer), read),
        Engine(ZEN_TRACED, given, lambda customer: engine.evaluate("reference", customer, {"trace": True}), read),
    ]


def cel(given: list[Any]) -> list[Engine]:
    """Two compiled programs, since it has no names for parts: the total with everything put in, then the grade."""
    if importlib.util.find_spec("cel") is None:
        return []
    compiled = importlib.import_module("cel").compile
    table = "0.0"
    for condition, points in reversed(rows()):
        table = f"({points} if {condition} else {table})"
    parts: dict[str, ast.expr] = {}

    class Inline(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.expr:
            return parts.get(node.id, node)

    for name, text in [*((name, text) for _, name, text in steps()), ("adj", table), ("total", TOTAL)]:
        # A formula may have the name of a Fact only if it reads it no more: none of this workload does.
        parts[name] = Inline().visit(ast.parse(text, mode="eval").body)
    total = compiled(translate(ast.unparse(parts["total"]), "cel"))
    grade = compiled(translate(GRADE, "cel"))

    def act(customer: Any) -> tuple[Any, str]:
        found = total.execute(customer)
        return found, grade.execute({"total": found})

    return [Engine(CEL, given, act, _same)]


def simpleeval(given: list[Any]) -> list[Engine]:
    """Each expression parsed once, evaluated in order over one dictionary of names."""
    if importlib.util.find_spec("simpleeval") is None:
        return []
    evaluator = importlib.import_module("simpleeval").SimpleEval()
    parsed = [(name, evaluator.parse(text)) for _, name, text in steps()]
    table = [(evaluator.parse(condition), points) for condition, points in rows()]
    total, grade = evaluator.parse(TOTAL), evaluator.parse(GRADE)

    def act(customer: Any) -> tuple[Any, str]:
        names = evaluator.names = dict(customer)
        for name, tree in parsed:
            names[name] = evaluator.eval("", previously_parsed=tree)
        names["adj"] = next((points for tree, points in table if evaluator.eval("", previously_parsed=tree)), 0.0)
        names["total"] = evaluator.eval("", previously_parsed=total)
        return names["total"], evaluator.eval("", previously_parsed=grade)

    return [Engine(SIMPLEEVAL, given, act, _same)]


