"""A second opinion on ratings: walks the trees of the formulas node by node, and the body of the Scorecard row by row.

Written for the eye, from the conventions: no generated code, no search, no shortcuts, nothing shared with the engine
but the parsed trees and the context of numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, localcontext
from typing import Any

from rules import Scorecard
from rules.feel import syntax as s
from rules.feel.numbers import CONTEXT

ABSENT = ("missing", "stale", "refused", "disputed")
MODES = {"half_up": "ROUND_HALF_UP", "half_even": "ROUND_HALF_EVEN", "down": "ROUND_DOWN", "floor": "ROUND_FLOOR",
         "ceiling": "ROUND_CEILING"}  # fmt: skip
ROUNDINGS = {"decimal": "ROUND_HALF_EVEN", "round half up": "ROUND_HALF_UP", "round down": "ROUND_DOWN",
             "floor": "ROUND_FLOOR", "ceiling": "ROUND_CEILING"}  # fmt: skip
Causes = frozenset[tuple[str, str | None]]


class Nothing:
    """A null, and why: (code, field) of each cause."""

    def __init__(self, *causes: tuple[str, str | None]) -> None:
        self.causes: Causes = frozenset(causes)


def joined(*values: Any) -> Nothing:
    return Nothing(*(cause for value in values if isinstance(value, Nothing) for cause in value.causes))


class NoOpinion(Exception):
    """A table whose input is unknown: what then holds is told in the tests of tables."""


class Refused(Exception):
    """(path, cause) of every fault."""

    def __init__(self, faults: set[tuple[str, str]]) -> None:
        self.faults = faults


def value_of(node: Any, env: Mapping[str, Any]) -> Any:  # one screen of the language is the point
    match node:
        case s.Literal(value=value):
            return value
        case s.Name(name=name):
            return env[name]
        case s.Negation(operand=operand):
            value = value_of(operand, env)
            return value if isinstance(value, Nothing) else -value
        case s.Chain(first=first, rest=rest):
            value = value_of(first, env)
            for op, operand in rest:
                value = calculated(op, value, value_of(operand, env))
            return value
        case s.Comparison(op=op, left=left, right=right):
            return compared(op, value_of(left, env), value_of(right, env))
        case s.Logic(op=op, items=items):
            values = [value_of(item, env) for item in items]
            settles = op == "or"
            if any(value is settles for value in values):
                return settles
            nulls = [value for value in values if isinstance(value, Nothing)]
            return joined(*nulls) if nulls else not settles
        case s.Between(value=value, low=low, high=high):
            x, a, b = (value_of(each, env) for each in (value, low, high))
            return conjunction(compared(">=", x, a), compared("<=", x, b))
        case s.In(value=value, tests=tests):
            x = value_of(value, env)
            found = [tested(x, test, env) for test in tests]
            if any(each is True for each in found):
                return True
            unknown = [each for each in found if isinstance(each, Nothing)]
            return found[0] if len(found) == 1 else joined(*unknown) if unknown else False
        case s.If(condition=condition, then=then, otherwise=otherwise):
            return value_of(then if value_of(condition, env) is True else otherwise, env)
        case s.Call(function=s.Name(name=name), arguments=arguments):
            return called(name, [value_of(each, env) for each in arguments])
    raise TypeError(node)


def decided(table: Mapping[str, Any], compiled: Any, env: Mapping[str, Any]) -> Any:
    """What the rows that are hit make, looked at one after the other; policies F and C+."""
    seen = [value_of(each.formula.tree, env) if each.formula else env[each.name] for each in compiled.inputs]
    if any(isinstance(value, Nothing) for value in seen):
        raise NoOpinion
    found = [
        Decimal(row["then"][0]) for row in table["rows"]
        if all(met(cell, value) for cell, value in zip(row["when"], seen, strict=True))
    ]  # fmt: skip
    if not found:
        return Decimal(table["outputs"][0]["default"])
    return found[0] if table["hit_policy"] == "F" else sum(found, Decimal(0))


def met(cell: str, value: Any) -> bool:
    if cell == "-":
        return True
    if cell[0] == '"':
        return bool(value == cell[1:-1])
    if ".." in cell:
        low, high = cell[1:-1].split("..")
        above = compared(">=" if cell[0] == "[" else ">", value, Decimal(low))
        return bool(above and compared("<=" if cell[-1] == "]" else "<", value, Decimal(high)))
    op, _, number = cell.rpartition(" ")
    return bool(compared(op or "=", value, Decimal(number)))


def calculated(op: str, a: Any, b: Any) -> Any:
    if isinstance(a, Nothing) or isinstance(b, Nothing):
        return joined(a, b)
    if op == "/":
        return Nothing(("zero_division", None)) if b == 0 else a / b
    return a + b if op == "+" else a - b if op == "-" else a * b


def compared(op: str, a: Any, b: Any) -> Any:
    nulls = [isinstance(each, Nothing) for each in (a, b)]
    if op in ("=", "!="):
        alike = all(nulls) or (not any(nulls) and a == b)
        return alike if op == "=" else not alike
    if any(nulls):
        return joined(a, b)
    return {"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}[op]


def conjunction(a: Any, b: Any) -> Any:
    if a is False or b is False:
        return False
    return joined(a, b) if isinstance(a, Nothing) or isinstance(b, Nothing) else True


def tested(x: Any, test: Any, env: Mapping[str, Any]) -> Any:
    if not isinstance(test, s.RangeNode):
        return compared("=", x, value_of(test, env))
    if test.op is not None:
        return compared(test.op, x, value_of(test.low, env))
    low = compared(">=" if test.low_closed else ">", x, value_of(test.low, env))
    return conjunction(low, compared("<=" if test.high_closed else "<", x, value_of(test.high, env)))


def called(name: str, values: list[Any]) -> Any:
    nulls = [value for value in values if isinstance(value, Nothing)]
    if nulls:
        return joined(*nulls)
    if name == "not":
        return not values[0]
    if name in ("min", "max"):
        return min(values) if name == "min" else max(values)
    if name == "abs":
        return abs(values[0])
    step = Decimal(1).scaleb(-int(values[1]) if len(values) > 1 else 0)
    kept = values[0].as_tuple().exponent >= step.as_tuple().exponent
    return values[0] if kept else values[0].quantize(step, rounding=ROUNDINGS[name])


# ---------------------------------------------------------------------------------------------- the Scorecard
def rounded(value: Decimal, rule: Mapping[str, Any] | None) -> Decimal:
    if rule is None:
        return value
    return value.quantize(Decimal(1).scaleb(-rule["places"]), rounding=MODES[rule["mode"]])


def points_of(bands: Mapping[str, Any], value: Any) -> tuple[Decimal, int | None]:
    match bands["kind"]:
        case "steps":
            for index, cut in enumerate(bands["cuts"]):
                edge = Decimal(cut["edge"])
                if (value >= edge) if bands["match"] == "gte" else (value <= edge):
                    return Decimal(cut["points"]), index
            return Decimal(bands["otherwise"]), len(bands["cuts"])
        case "set":
            for index, row in enumerate(bands["values"]):
                if row["value"] == value:
                    return Decimal(row["points"]), index
            return Decimal(bands["otherwise"]), len(bands["values"])
        case "linear":
            ends = sorted((Decimal(bands[end]["value"]), Decimal(bands[end]["points"])) for end in ("from", "to"))
            (x0, y0), (x1, y1) = ends
            if value <= x0 or value >= x1:
                return (y0 if value <= x0 else y1), None
            return y0 + (y1 - y0) * (value - x0) / (x1 - x0), None
    return min(max(value, Decimal(0)), Decimal(100)), None


def rate_naively(
    body: Mapping[str, Any], card: Scorecard, facts: Mapping[str, Any], variant: str | None = None
) -> dict[str, Any]:
    """What `rate` says, as plain data; raises Refused with the faults. Facts are numbers, texts, truth values, None."""
    with localcontext(CONTEXT):
        return _rated(body, card, facts, variant)


def _rated(body: Mapping[str, Any], card: Scorecard, facts: Mapping[str, Any], variant: str | None) -> dict[str, Any]:
    env: dict[str, Any] = {}
    for fact in body["facts"]:
        key = fact["key"]
        value = facts.get(key)
        env[key] = Nothing(("missing", key)) if value is None else Decimal(value) if type(value) is int else value
    tables = {each["key"]: each["table"] for each in body.get("tables", ())}
    for derived in card.formulas:
        if derived.key in tables:
            env[derived.key] = decided(tables[derived.key], derived.formula, env)
        else:
            env[derived.key] = value_of(derived.formula.tree, env)  # type: ignore[union-attr]  # no table
    faults: set[tuple[str, str]] = set()
    factors: dict[str, dict[str, Any]] = {}
    for index, (factor, compiled) in enumerate(zip(body["factors"], card.factors, strict=True)):
        value = env[compiled.name] if compiled.name is not None else value_of(compiled.formula.tree, env)  # type: ignore[union-attr]
        env.setdefault(factor["key"], value)
        causes: Causes = frozenset()
        if isinstance(value, Nothing):
            causes, value = value.causes, None
            faults |= {(f"/factors/{index}/value", code) for code, _ in causes if code not in ABSENT}
            missing = factor.get("missing", "absent")
            points, band = (None if missing == "absent" else Decimal(missing["points"])), None
        else:
            points, band = points_of(factor["bands"], value)
            points = rounded(points, body["rounding"]["points"])
        factors[factor["key"]] = {"value": value, "points": points, "band": band, "causes": causes}
    weights = {each["key"]: Decimal(each["weight"]) for each in body["dimensions"]}
    chosen = variant or body.get("default_variant")
    for each in body.get("variants", ()):
        if each["key"] == chosen:
            weights = {key: Decimal(weight) for key, weight in each["weights"].items()}
    dimensions: dict[str, Decimal | None] = {}
    whole = present = coverage = Decimal(0)
    for key in (each["key"] for each in body["dimensions"]):
        earned = counted = known = Decimal(0)
        for factor in body["factors"]:
            if factor["dimension"] == key:
                weight, found = Decimal(factor["weight"]), factors[factor["key"]]
                if found["points"] is not None:
                    earned += weight * found["points"]
                    counted += weight
                known += weight if found["value"] is not None else 0
        dimensions[key] = mean = rounded(earned / counted, body["rounding"]["dimension"]) if counted else None
        coverage += weights[key] * known
        if mean is not None and weights[key]:
            whole += weights[key] * mean
            present += weights[key]
    total = rounded(whole / present, body["rounding"]["total"]) if present else None
    env["coverage_percent"] = coverage / 100
    return {
        "factors": factors, "dimensions": dimensions, "coverage": coverage / 100, "total": total,
        **_judged(body, card, env, total, faults),
    }  # fmt: skip


def _judged(
    body: Mapping[str, Any], card: Scorecard, env: Mapping[str, Any], total: Decimal | None,
    faults: set[tuple[str, str]],
) -> dict[str, Any]:  # fmt: skip
    keys = [grade["key"] for grade in body["grades"]]
    model = None
    if total is not None:
        cuts = [grade for grade in body["grades"] if grade["min"] is not None]
        model = next((grade["key"] for grade in cuts if total >= Decimal(grade["min"])), keys[-1])
    hits, unknown = [], []
    for index, (knockout, compiled) in enumerate(zip(body["knockouts"], card.knockouts, strict=True)):
        found = value_of(compiled.when.tree, env)
        if found is True:
            hits.append(knockout)
            continue
        if isinstance(found, Nothing):
            faults |= {(f"/knockouts/{index}/when", code) for code, _ in found.causes if code not in ABSENT}
        fields = tuple(name for name in sorted(compiled.when.names) if isinstance(env[name], Nothing))
        if fields or isinstance(found, Nothing):
            unknown.append((knockout["id"], fields))
    if faults:
        raise Refused(faults)
    letters = [hit["grade"] for hit in hits if hit.get("grade") is not None] + ([] if model is None else [model])
    final = max(letters, key=keys.index) if letters else None
    if model is None and all(hit["effect"] != "knock_out" for hit in hits):
        final = None
    return {"model": model, "final": final, "hits": [hit["id"] for hit in hits], "unknown": unknown}
