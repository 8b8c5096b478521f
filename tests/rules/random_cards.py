"""Random Scorecards in the format of the studio, and random customers that like to stand on their edges."""

from __future__ import annotations

from decimal import Decimal
from random import Random
from typing import Any

from tests.rules.cards import label

NUMBERS, TEXTS, TRUTHS = ("n1", "n2", "n3", "n4"), ("s1",), ("b1",)
WORDS = ("A", "B", "甲", "")
MODES = ("half_up", "half_even", "down", "floor", "ceiling")
LITERALS = ("0", "1", "2", "0.5", "10", "0.1", "3.75", "100", "0.333", "7", "50", "-2", "12.5")


class Maker:
    """One Scorecard; `numbers` and `truths` are what a formula may read so far."""

    def __init__(self, r: Random) -> None:
        self.r = r
        self.numbers = list(NUMBERS)
        self.truths = list(TRUTHS)

    def number(self, depth: int) -> str:
        r = self.r
        if depth == 0 or r.random() < 0.25:
            return r.choice(self.numbers) if r.random() < 0.7 else r.choice(LITERALS)
        match r.randrange(9):
            case 0 | 1 | 2:
                return f"({self.number(depth - 1)} {r.choice('+-*')} {self.number(depth - 1)})"
            case 3 | 4:
                return f"({self.number(depth - 1)} / {self.number(depth - 1)})"
            case 5 | 6:
                return f"(if {self.truth(depth - 1)} then {self.number(depth - 1)} else {self.number(depth - 1)})"
            case 7:
                return f"{r.choice(('min', 'max'))}({self.number(depth - 1)}, {self.number(depth - 1)})"
        inner = self.number(depth - 1)
        return r.choice((f"abs({inner})", f"decimal({inner}, 2)", f"round half up({inner}, 1)", f"floor({inner})",
                         f"-({inner})", f"ceiling({inner})", f"round down({inner}, 0)"))  # fmt: skip

    def truth(self, depth: int) -> str:
        r = self.r
        if depth == 0 or r.random() < 0.2:
            simple = (f"{r.choice(self.numbers)} {r.choice(('>', '<=', '>=', '<'))} {r.choice(LITERALS)}",
                      r.choice(self.truths), f"s1 = \"{r.choice(WORDS)}\"")  # fmt: skip
            return f"({r.choice(simple)})"
        low, high = sorted((Decimal(r.choice(LITERALS)), Decimal(r.choice(LITERALS))))
        match r.randrange(9):
            case 0 | 1:
                return f"({self.truth(depth - 1)} {r.choice(('and', 'or'))} {self.truth(depth - 1)})"
            case 2:
                return f"not({self.truth(depth - 1)})"
            case 3:
                return f"({self.number(depth - 1)} between {low} and {high})"
            case 4:
                opened, closed = r.choice("[("), r.choice("])")
                return f"({self.number(depth - 1)} in {opened}{low}..{high}{closed})"
            case 5:
                return f"(s1 in (\"{r.choice(WORDS)}\", \"{r.choice(WORDS)}\"))"
            case 6:
                return f"(b1 = {r.choice(('true', 'false'))})"
        op = r.choice((">", "<", ">=", "<=", "=", "!="))
        return f"({self.number(depth - 1)} {op} {self.number(depth - 1)})"

    # ------------------------------------------------------------------ parts of the body
    def decimals(self, count: int) -> list[str]:
        found: set[Decimal] = set()
        while len(found) < count:
            found.add(Decimal(self.r.choice(LITERALS)) + self.r.choice((0, 1, Decimal("0.25"))))
        return [str(each) for each in sorted(found)]

    def points(self) -> str:
        return self.r.choice(("0", "20", "33.3", "50", "66.67", "80", "100", "12.345"))

    def bands(self) -> dict[str, Any]:
        r = self.r
        match r.randrange(6):
            case 0:
                return {"kind": "identity"}
            case 1:
                low, high = self.decimals(2)
                return {"kind": "linear", "from": {"value": low, "points": self.points()},
                        "to": {"value": high, "points": self.points()}}  # fmt: skip
        match_ = r.choice(("gte", "lte"))
        edges = self.decimals(r.randint(1, 4))
        cuts = [{"edge": edge, "points": self.points()} for edge in (edges if match_ == "lte" else edges[::-1])]
        return {"kind": "steps", "match": match_, "cuts": cuts, "otherwise": self.points()}

    def shares(self, count: int) -> list[str]:
        cuts = sorted(self.r.sample(range(1, 100), count - 1))
        return [str(b - a) for a, b in zip([0, *cuts], [*cuts, 100], strict=True)]

    def factor(self, index: int, dimension: str, weight: str) -> dict[str, Any]:
        r = self.r
        bands, value = self.bands(), r.choice(self.numbers) if r.random() < 0.6 else self.number(2)
        if r.random() < 0.2:
            value = "s1"
            rows = [{"value": word, "points": self.points()} for word in WORDS[: r.randint(1, 3)]]
            bands = {"kind": "set", "values": rows, "otherwise": self.points()}
        made = {"key": f"F{index}", "dimension": dimension, "label": label("F"), "weight": weight, "value": value,
                "bands": bands}  # fmt: skip
        if r.random() < 0.3:
            made["missing"] = {"points": self.points()}
        return made

    def table(self) -> dict[str, Any]:
        """A table over a number and the text; its result is a number."""
        r = self.r
        rows = []
        for index in range(r.randint(1, 6)):
            low, high = sorted((Decimal(r.choice(LITERALS)), Decimal(r.choice(LITERALS))))
            span = f"{r.choice('[(')}{low}..{high}{r.choice('])')}" if low < high else str(low)
            number = r.choice(("-", f"{r.choice(('>=', '>', '<', '<='))} {r.choice(LITERALS)}", span))
            text = r.choice(("-", *(f'"{word}"' for word in WORDS)))
            rows.append({"id": f"r{index}", "when": [number, text], "then": [r.choice(LITERALS)]})
        inputs = [{"key": "n", "value": self.number(1), "type": "number"},
                  {"key": "s1", "value": "s1", "type": "string"}]  # fmt: skip
        outputs = [{"key": "made", "type": "number", "default": r.choice(LITERALS)}]
        return {"key": "t0", "table": {"hit_policy": r.choice(("F", "C+")), "inputs": inputs, "outputs": outputs,
                                       "rows": rows}}  # fmt: skip

    def rounding(self) -> dict[str, Any] | None:
        return self.r.choice((None, {"places": self.r.randint(0, 4), "mode": self.r.choice(MODES)}))

    def body(self) -> dict[str, Any]:
        r = self.r
        formulas = []
        for index in range(r.randint(0, 4)):
            if r.random() < 0.75:
                formulas.append({"key": f"d{index}", "text": self.number(3), "type": "number"})
                self.numbers.append(f"d{index}")
            else:
                formulas.append({"key": f"d{index}", "text": self.truth(2), "type": "boolean"})
                self.truths.append(f"d{index}")
        tables = []
        if r.random() < 0.3:
            tables.append(self.table())
            self.numbers.append("t0")
            formulas.append({"key": "dt", "text": f"t0 + {self.number(1)}", "type": "number"})
            self.numbers.append("dt")
        dimensions = [
            {"key": f"D{index}", "label": label("D"), "weight": weight}
            for index, weight in enumerate(self.shares(r.randint(1, 3)))
        ]
        factors: list[dict[str, Any]] = []
        for dimension in dimensions:
            for weight in self.shares(r.randint(1, 3)):
                factors.append(self.factor(len(factors), dimension["key"], weight))
        knockouts: list[dict[str, Any]] = []
        for index in range(r.randint(0, 3)):
            effect = r.choice(("knock_out", "ceiling", "manual"))
            when = "coverage_percent < 80" if r.random() < 0.15 else self.truth(2)
            rule = {"id": f"K{index}", "effect": effect, "when": when, "label": label("K")}
            knockouts.append(rule | ({} if effect == "manual" else {"grade": r.choice(("B", "C", "D"))}))
        body: dict[str, Any] = {
            "facts": [{"key": key, "type": kind} for keys, kind in
                      ((NUMBERS, "number"), (TEXTS, "string"), (TRUTHS, "boolean")) for key in keys],
            "formulas": formulas, "tables": tables, "dimensions": dimensions, "factors": factors,
            "knockouts": knockouts,
            "grades": [{"key": "A", "min": "80"}, {"key": "B", "min": r.choice(("50", "60.5"))},
                       {"key": "C", "min": "20"}, {"key": "D", "min": None}],
            "rounding": {"points": self.rounding(), "dimension": self.rounding(), "total": self.rounding()},
        }  # fmt: skip
        if r.random() < 0.4:
            weights = dict(zip([each["key"] for each in dimensions], self.shares(len(dimensions)), strict=True))
            second = dict.fromkeys(weights, "0") | {next(iter(weights)): "100"}
            body["variants"] = [{"key": "V", "weights": weights}, {"key": "W", "weights": second}]
            body["default_variant"] = "V"
        return body


def random_body(r: Random) -> dict[str, Any]:
    """The body of a Scorecard; a few are refused because a formula makes no sense."""
    return Maker(r).body()


def random_number(r: Random) -> Any:
    """On an edge, beside one, or anywhere; sometimes a whole number, sometimes more digits than a float holds."""
    if r.random() < 0.03:
        return r.choice((Decimal("1E-7"), Decimal("1E+3"), Decimal("-0.00"), Decimal("0.1234567890123456789"),
                         Decimal("123456789012345678.9"), Decimal(1) / Decimal(3), Decimal("10") + Decimal("1E-30"),
                         Decimal("1E+40"), Decimal("50.0000000000000001")))  # fmt: skip
    base = Decimal(r.choice(LITERALS))
    match r.randrange(7):
        case 0 | 1 | 2:
            return base
        case 3:
            return base + Decimal(r.choice(("0.0000000001", "-0.0000000001", "0.000001", "-0.000001", "0.00000001")))
        case 4:
            return r.randint(-5, 120)
        case 5:
            return Decimal(str(round(r.uniform(-10, 120), r.randint(0, 6))))
    return Decimal(str(round(10 ** r.uniform(-4, 11), 3)))


def random_facts(r: Random, odd: bool) -> dict[str, Any]:
    """Facts of one customer, one in ten of them missing; with `odd` also values that are of no use."""
    facts: dict[str, Any] = {key: random_number(r) for key in NUMBERS}
    facts |= {"s1": r.choice(WORDS), "b1": r.random() < 0.5}
    for key in list(facts):
        if r.random() < 0.07:
            facts[key] = None
        elif r.random() < 0.03:
            del facts[key]
    if odd:
        useless = (1.5, Decimal("NaN"), Decimal("-Infinity"), "x", True, [])
        facts[r.choice((*NUMBERS, *TEXTS, *TRUTHS))] = r.choice(useless)
    return facts
