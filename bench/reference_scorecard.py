"""The reference scorecard: the one workload on which every engine's speed is measured.

One specification held as data: 6 formulas, 18 factors of 5 bands, 6 weighted dimensions, a decision
table of 20 rows over 3 inputs, a total and a grade.  `steps`, `TOTAL`, `GRADE` and `rows` give it
as expressions in Python syntax; `translate` prints one of them as FEEL, ZEN, CEL or rule-engine
text; `rate` computes it by hand and is what every engine is checked against before it is timed.

    customers(10_000)                      seeded, so that two runs time the same input
    rate(customer)                         -> (total, grade), floats
    rate(exact(customer), Decimal)         -> the same in exact decimals: the reference result

Standard library only; no text here is evaluated.
"""
from __future__ import annotations

import ast
import random
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

FORMULAS = [
    ("debt_ratio", "total_liabilities / total_assets if total_assets > 0.0 else 1.0"),
    ("growth", "(revenue - revenue_prev) / revenue_prev if revenue_prev > 0.0 else 0.0"),
    ("roe", "net_profit / equity * 100.0 if equity > 0.0 else (5.0 if net_profit > 0.0 else -5.0)"),
    ("cover", "operating_cash / interest_expense if interest_expense > 0.0 else 10.0"),
    ("usage", "credit_used / credit_limit * 100.0 if credit_limit > 0.0 else 0.0"),
    ("return_rate", "returns_12m / orders_12m * 100.0 if orders_12m > 0.0 else 0.0"),
]
UP = [2.0, 6.0, 10.0, 15.0, 20.0]
DOWN = [20.0, 15.0, 10.0, 6.0, 2.0]
# name, four thresholds (a value below the n-th falls into the n-th band), five points; three a dimension, in order
FACTORS = [
    ("debt_ratio", [0.3, 0.5, 0.7, 0.9], DOWN),
    ("cover", [1.0, 2.0, 4.0, 8.0], UP),
    ("equity", [100.0, 500.0, 2000.0, 10000.0], UP),
    ("roe", [0.0, 5.0, 10.0, 20.0], UP),
    ("growth", [-0.1, 0.0, 0.1, 0.3], UP),
    ("revenue", [500.0, 2000.0, 10000.0, 50000.0], UP),
    ("overdue_days", [1.0, 7.0, 30.0, 90.0], DOWN),
    ("overdue_count", [1.0, 2.0, 4.0, 8.0], DOWN),
    ("usage", [30.0, 50.0, 70.0, 90.0], DOWN),
    ("on_time_rate", [60.0, 75.0, 85.0, 95.0], UP),
    ("orders_12m", [5.0, 20.0, 50.0, 150.0], UP),
    ("return_rate", [1.0, 3.0, 6.0, 10.0], DOWN),
    ("years", [1.0, 3.0, 5.0, 10.0], UP),
    ("employees", [10.0, 50.0, 200.0, 1000.0], UP),
    ("dispute_count", [1.0, 2.0, 3.0, 5.0], DOWN),
    ("management_score", [40.0, 60.0, 75.0, 90.0], UP),
    ("site_score", [40.0, 60.0, 75.0, 90.0], UP),
    ("tax_points", [20.0, 40.0, 60.0, 80.0], UP),
]
WEIGHTS = [0.2, 0.15, 0.25, 0.15, 0.15, 0.1]
INDUSTRY = ["retail", "machinery", "textile", "chemical", "it"]
REGION = ["east", "north", "south", "west"]
# industry, region, least years, adjustment of the total
TABLE = [
    (industry, region, float((i * 2 + j * 3) % 7), round((i - 2) * 0.8 + (j - 1.5) * 0.5, 2))
    for i, industry in enumerate(INDUSTRY)
    for j, region in enumerate(REGION)
]
GRADES = [(85.0, "AAA"), (75.0, "AA"), (65.0, "A"), (50.0, "B")]
LOWEST = "C"


def banded(name: str, cuts: list[float], points: list[float]) -> str:
    """A factor's bands as one nested conditional."""
    out = str(points[4])
    for cut, value in reversed(list(zip(cuts, points, strict=False))):
        out = f"({value} if {name} < {cut} else {out})"
    return out


def steps() -> list[tuple[str, str, str]]:
    """(stage, name, expression) in order; the table sits between the dimensions and the total."""
    out = [("formula", name, text) for name, text in FORMULAS]
    out += [("band", "p_" + name, banded(name, cuts, points)) for name, cuts, points in FACTORS]
    for d in range(6):
        a, b, c = (f"p_{FACTORS[d * 3 + k][0]}" for k in range(3))
        out.append(("dimension", f"dim{d + 1}", f"({a} + {b} + {c}) / 60.0 * 100.0"))
    return out


TOTAL = " + ".join(f"dim{d + 1} * {w}" for d, w in enumerate(WEIGHTS)) + " + adj"
GRADE = "".join(f"('{g}' if total >= {cut} else " for cut, g in GRADES) + f"'{LOWEST}'" + ")" * len(GRADES)


def rows() -> list[tuple[str, float]]:
    """The decision table as (condition, adjustment): the first hit wins, no hit is 0."""
    return [(f"industry == '{a}' and region == '{b}' and years >= {y}", v) for a, b, y, v in TABLE]


OPERATORS = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Lt: "<",
    ast.GtE: ">=", ast.Gt: ">", ast.LtE: "<=", ast.Eq: "==",
}


def translate(text: str, syntax: str) -> str:
    """One of the expressions above in another syntax: cel, zen, rule or feel."""
    conjunction = " && " if syntax == "cel" else " and "

    def go(node: ast.expr) -> str:
        match node:
            case ast.IfExp(test, body, orelse):
                if syntax == "feel":
                    return f"(if {go(test)} then {go(body)} else {go(orelse)})"
                return f"({go(test)} ? {go(body)} : {go(orelse)})"
            case ast.BinOp(left, op, right):
                return f"({go(left)} {OPERATORS[type(op)]} {go(right)})"
            case ast.Compare(left, [op], [right]):
                sign = OPERATORS[type(op)]
                return f"{go(left)} {'=' if sign == '==' and syntax == 'feel' else sign} {go(right)}"
            case ast.BoolOp(_, values):
                return conjunction.join(f"({go(v)})" for v in values)
            case ast.UnaryOp(_, operand):
                return f"(-{go(operand)})"
            case ast.Name(name):
                return name
            case ast.Constant(str() as value):
                return f'"{value}"'
            case ast.Constant(value):
                return repr(value)
        raise TypeError(type(node))

    return go(ast.parse(text, mode="eval").body)


def rate(customer: Mapping[str, Any], number: Callable[[str], Any] = float) -> tuple[Any, str]:
    """(total, grade) by plain loops over the specification; `number` is float or Decimal."""
    c, n = customer, lambda value: number(str(value))
    zero, hundred = n(0), n(100)

    def ratio(top: Any, bottom: Any, otherwise: Any) -> Any:
        return top / bottom if bottom > zero else otherwise

    derived = {
        "debt_ratio": ratio(c["total_liabilities"], c["total_assets"], n(1)),
        "growth": ratio(c["revenue"] - c["revenue_prev"], c["revenue_prev"], zero),
        "roe": c["net_profit"] / c["equity"] * hundred if c["equity"] > zero
        else n(5) if c["net_profit"] > zero else n(-5),
        "cover": ratio(c["operating_cash"], c["interest_expense"], n(10)),
        "usage": c["credit_used"] / c["credit_limit"] * hundred if c["credit_limit"] > zero else zero,
        "return_rate": c["returns_12m"] / c["orders_12m"] * hundred if c["orders_12m"] > zero else zero,
    }
    total = zero
    for d, weight in enumerate(WEIGHTS):
        earned = zero
        for name, cuts, points in FACTORS[d * 3:d * 3 + 3]:
            value = derived[name] if name in derived else c[name]
            earned += n(points[sum(value >= n(cut) for cut in cuts)])
        total += earned / n(60) * hundred * n(weight)
    for industry, region, years, adjustment in TABLE:
        if (c["industry"], c["region"]) == (industry, region) and c["years"] >= n(years):
            total += n(adjustment)
            break
    return total, next((grade for cut, grade in GRADES if total >= n(cut)), LOWEST)


def exact(customer: Mapping[str, Any]) -> dict[str, Any]:
    """The customer with every number as Decimal."""
    return {k: Decimal(str(v)) if isinstance(v, float) else v for k, v in customer.items()}


def customer(r: random.Random) -> dict[str, Any]:
    """One made-up customer; amounts are in units of 10,000 yuan."""
    return {
        "revenue": round(10 ** r.uniform(2, 5.2), 2), "revenue_prev": round(10 ** r.uniform(2, 5.2), 2),
        "net_profit": round(r.uniform(-500, 3000), 2), "total_assets": round(10 ** r.uniform(2, 5), 2),
        "total_liabilities": round(10 ** r.uniform(1.5, 4.8), 2), "equity": round(r.uniform(-200, 20000), 2),
        "operating_cash": round(r.uniform(-100, 5000), 2),
        "interest_expense": float(r.choice([0, 50, 120, 400, 900])),
        "overdue_days": float(r.choice([0, 0, 0, 3, 12, 45, 120])), "overdue_count": float(r.randint(0, 9)),
        "credit_used": round(r.uniform(0, 900), 2), "credit_limit": float(r.choice([0, 300, 600, 1000])),
        "years": float(r.randint(0, 20)), "employees": float(r.randint(1, 3000)),
        "orders_12m": float(r.randint(0, 300)), "returns_12m": float(r.randint(0, 12)),
        "on_time_rate": round(r.uniform(40, 100), 1), "dispute_count": float(r.randint(0, 6)),
        "management_score": float(r.randint(20, 100)), "site_score": float(r.randint(20, 100)),
        "tax_points": float(r.randint(0, 100)),
        "industry": r.choice(INDUSTRY), "region": r.choice(REGION),
    }


def customers(count: int, seed: int = 7) -> list[dict[str, Any]]:
    """The same `count` customers for the same seed."""
    r = random.Random(seed)
    return [customer(r) for _ in range(count)]
