"""A Scorecard as a DMN model that rates: Points, dimensions, Score and Grade as decisions other tools can run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from ..bands import IdentityBands, LinearBands, SetBands, StepBands
from ..feel.printing import number_literal, print_feel, text_literal
from ..feel.scope import Scope
from ..feel.syntax import Name
from ..figures import Rounding
from ..scorecard import COVERAGE, Derived, Fact, Factor, Scorecard
from ..scorecard_compile import compile_scorecard
from ..table import DecisionTable as Table
from .export import Export, table_expression
from .expressions import (
    Child,
    Conditions,
    Context,
    DecisionTable,
    Entry,
    Expression,
    InputClause,
    ListExpression,
    LiteralExpression,
    Loop,
    OutputClause,
    Relation,
    Rule,
    Variable,
)
from .making import Maker

FACTORS, WEIGHTS, DIMENSIONS, SCORE = "Factors", "Dimension weights", "Dimensions", "Score"
MODEL_GRADE, CONDITIONS, FINAL_GRADE, ALERT, VARIANT = "Model grade", "Conditions", "Final grade", "Alert", "Variant"
LABELS: Mapping[str, Mapping[str, str]] = {
    FACTORS: {"zh-CN": "指标得分与权重"},
    WEIGHTS: {"zh-CN": "维度权重"},
    DIMENSIONS: {"zh-CN": "维度得分"},
    COVERAGE: {"zh-CN": "数据覆盖率（%）"},
    SCORE: {"zh-CN": "总分"},
    MODEL_GRADE: {"zh-CN": "模型等级"},
    CONDITIONS: {"zh-CN": "否决、封顶与转人工条件"},
    FINAL_GRADE: {"zh-CN": "最终等级"},
    ALERT: {"zh-CN": "低分预警"},
    VARIANT: {"zh-CN": "权重方案"},
}
ROUNDINGS = {
    "half_up": "round half up({}, {})", "half_even": "decimal({}, {})", "down": "round down({}, {})",
    "floor": "floor({}, {})", "ceiling": "ceiling({}, {})",
}  # fmt: skip


def export_scorecard(body: Mapping[str, Any], name: str, namespace: str) -> Export:
    """A Scorecard (rules/scorecard.schema.json) as a decision requirement graph.

    Its decision `Final grade` is the Grade, `Score` the total, `coverage_percent` the coverage; the weight set is the
    input `Variant` where there are several. Raises Invalid with all Problems of the body.
    """
    card = compile_scorecard(body)
    made = _Graph(card, name, namespace)
    made.facts()
    made.formulas()
    made.factors()
    made.weights()
    made.dimensions()
    made.score()
    made.grades(body)
    return Export(made.maker.drg(), tuple(made.maker.left))


def literal(text: str) -> LiteralExpression:
    return LiteralExpression(text)


def number(value: Decimal | None) -> str:
    return "null" if value is None else number_literal(value)


def rounded(text: str, rounding: Rounding | None) -> str:
    return text if rounding is None else ROUNDINGS[rounding.mode].format(text, rounding.places)


def bare(name: str) -> str:
    """A name as formulas write it, in backticks only where it could be read as something else."""
    return print_feel(Name((0, 0), name), Scope.open([name]))


def on_line(value: str, bands: LinearBands) -> str:
    """Points on the line between two ends, and those of the ends beyond it."""
    (x0, y0), (x1, y1) = (tuple(map(number_literal, end)) for end in (bands.low, bands.high))
    line = f"{y0} + ({y1} - {y0}) * ({value} - {x0}) / ({x1} - {x0})"
    return f"(if {value} <= {x0} then {y0} else if {value} >= {x1} then {y1} else {line})"


def relation(columns: Iterable[tuple[str, str | None]], rows: Iterable[Iterable[str]]) -> Relation:
    """A table of literals: names and types of its columns, and the texts of its cells."""
    heads = tuple(Variable(name, kind) for name, kind in columns)
    return Relation(heads, tuple(ListExpression(tuple(map(literal, cells))) for cells in rows))


def steps(value: str, output: str, kind: str, rows: Iterable[tuple[str, str]]) -> DecisionTable:
    """The first row whose test holds gives the output."""
    rules = tuple(Rule((Conditions(test),), (literal(found),)) for test, found in rows)
    return DecisionTable((InputClause(literal(value)),), (OutputClause(output, kind),), rules, "FIRST")


def context(*entries: tuple[str | None, str]) -> Context:
    return Context(tuple(Entry(None if key is None else Variable(key), literal(text)) for key, text in entries))


class _Graph:
    """The graph of one Scorecard; `names` are those of its own decisions, moved aside where a Fact has one of them."""

    def __init__(self, card: Scorecard, name: str, namespace: str) -> None:
        self.card = card
        self.maker = Maker(name, namespace)
        taken = {*card.facts, *(derived.key for derived in card.formulas)}
        self.names = {each: each if each not in taken else f"{each} of the scorecard" for each in LABELS}
        self.points: dict[str, str] = {}
        self.values: dict[str, str] = {}

    def named(self, label: Mapping[str, str]) -> str:
        """A name people gave, as a text."""
        return text_literal(self.maker.label(label) or "")

    def decide(self, name: str, expression: Expression, needs: Iterable[str], kind: str = "any") -> None:
        self.maker.decide(self.names[name], expression, needs, kind, label=LABELS[name])

    def facts(self) -> None:
        for at, fact in enumerate(self.card.facts.values()):
            self.maker.fact(fact, f"/facts/{at}")
        if len(self.card.variants) > 1:
            self.maker.fact(Fact(self.names[VARIANT], "string", None, LABELS[VARIANT]), "/variants")
        if self.card.examples:
            self.maker.leave("examples", "/examples")
        self.maker.leave("faults")

    def formulas(self) -> None:
        """Derived values and tables, each a decision of its own name."""
        for derived in self.card.formulas:
            self.maker.named(derived.key, derived.path)
            expression, kind = self.derived(derived)
            self.maker.decide(derived.key, expression, derived.formula.names, kind, derived.path, derived.label)

    def derived(self, derived: Derived) -> tuple[Expression, str]:
        if isinstance(derived.formula, Table):
            return table_expression(self.maker, derived.formula, f"{derived.path}/table"), "any"
        kind = derived.formula.type
        return self.maker.literal(derived.formula, f"{derived.path}/text"), "any" if kind == "null" else kind

    # ------------------------------------------------------------------ factors
    def factors(self) -> None:
        """The Points of each Factor, then all of them with their weights as one relation."""
        rows = []
        for factor in self.card.factors:
            value = self.value(factor)
            points = self.maker.free(f"points of {factor.key}")
            self.points[factor.key] = points
            expression = self.placed(factor, value)
            self.maker.decide(points, expression, (value,), "number", factor.path, factor.label)
            own = (text_literal(factor.key), text_literal(factor.dimension), number(factor.weight), bare(points))
            rows.append((*own, f"{bare(value)} != null"))
            if factor.direction is not None or factor.source is not None or not factor.movable:
                self.maker.leave("direction")
            if factor.notes.factor or factor.notes.missing or any(factor.notes.bands):
                self.maker.leave("notes")
            if factor.unit is not None:
                self.maker.leave("units")
        columns = (("factor", "string"), ("dimension", "string"), ("weight", "number"), ("points", "number"))
        needs = [*self.points.values(), *self.values.values()]
        self.decide(FACTORS, relation((*columns, ("known", "boolean")), rows), needs)

    def value(self, factor: Factor) -> str:
        """The name of what a Factor looks at; a formula becomes a decision."""
        name = factor.name
        if factor.formula is not None:
            name = self.maker.free(f"value of {factor.key}")
            expression = self.maker.literal(factor.formula, f"{factor.path}/value")
            self.maker.decide(name, expression, factor.formula.names, "any", factor.path, factor.label)
        self.values[factor.key] = name or ""
        return self.values[factor.key]

    def placed(self, factor: Factor, value: str) -> Expression:
        """Bands as a table by the value, or as a formula; an unknown value earns what is declared for it."""
        bands, missing, said = factor.bands, number(factor.missing_points), bare(value)
        rounding = self.card.rounding.points

        def points(found: Decimal) -> str:
            return number(found if rounding is None else rounding(found))

        match bands:
            case StepBands():
                sign = ">=" if bands.match == "gte" else "<="
                tests = [f"{sign} {number(edge)}" for edge in bands.edges]
            case SetBands():
                tests = [text_literal(each) for each in bands.values]
            case IdentityBands():
                text = f"max(0, min(100, {said}))"
                return literal(f"if {said} = null then {missing} else {rounded(text, rounding)}")
            case LinearBands():
                text = on_line(said, bands)
                return literal(f"if {said} = null then {missing} else {rounded(text, rounding)}")
        rows = zip((*tests, "-"), bands.points, strict=True)
        return steps(said, "points", "number", [("null", missing), *((test, points(p)) for test, p in rows)])

    # ------------------------------------------------------------------ dimensions and total
    def weights(self) -> None:
        """The weight of each dimension in each variant."""
        variants = self.card.variants.values()
        rows = [
            (text_literal(d.key), self.named(d.label), *(number(v.weights[d.key]) for v in variants))
            for d in self.card.dimensions
        ]
        columns = [("dimension", "string"), ("label", "string"), *((f"weight {v.key}", "number") for v in variants)]
        self.decide(WEIGHTS, relation(columns, rows), ())

    def dimensions(self) -> None:
        """The weighted mean of each dimension over its Factors with Points, and the weight of those really known."""
        factors, weights = self.names[FACTORS], self.names[WEIGHTS]
        needs = [factors, weights]
        column = text_literal(f"weight {self.card.default_variant}")
        if len(self.card.variants) > 1:
            variant = self.names[VARIANT]
            needs.append(variant)
            column = f'if {variant} = null then {column} else "weight " + {variant}'
        mean = rounded(
            "sum(for f in counted return f.weight * f.points) / sum(counted.weight)", self.card.rounding.dimension
        )
        body = context(
            ("own", f"{factors}[item.dimension = d.dimension]"),
            ("counted", "own[item.points != null]"),
            ("sure", "own[item.known = true]"),
            ("points", f"if count(counted) = 0 or sum(counted.weight) = 0 then null else {mean}"),
            ("known", "if count(sure) = 0 then 0 else sum(sure.weight)"),
            (None, f"{{dimension: d.dimension, weight: get value(d, {column}), points: points, known: known}}"),
        )
        self.decide(DIMENSIONS, Loop("for", "d", Child(literal(weights)), Child(body)), needs)
        self.decide(
            COVERAGE,
            literal(f"sum(for d in {self.names[DIMENSIONS]} return d.weight * d.known) / 100"),
            (self.names[DIMENSIONS],),
            "number",
        )

    def score(self) -> None:
        dimensions = self.names[DIMENSIONS]
        mean = rounded(
            "sum(for d in counted return d.weight * d.points) / sum(counted.weight)", self.card.rounding.total
        )
        body = context(
            ("counted", f"{dimensions}[item.points != null and item.weight != 0]"),
            (None, f"if count(counted) = 0 or sum(counted.weight) = 0 then null else {mean}"),
        )
        self.decide(SCORE, body, (dimensions,), "number")
        if self.card.alert_below is not None:
            text = f"{self.names[SCORE]} != null and {self.names[SCORE]} < {number(self.card.alert_below)}"
            self.decide(ALERT, literal(text), (self.names[SCORE],), "boolean")

    # ------------------------------------------------------------------ grades
    def grades(self, body: Mapping[str, Any]) -> None:
        """The Grade of the Score, the conditions, and the worst of what they say."""
        card, score = self.card, self.names[SCORE]
        cuts = [
            (f">= {number(g.minimum)}", text_literal(g.key)) for g in card.ladder.grades[:-1] if g.minimum is not None
        ]
        last = ("-", text_literal(card.ladder.grades[-1].key))
        table = steps(score, "grade", "string", [("null", "null"), *cuts, last])
        self.decide(MODEL_GRADE, table, (score,), "string")
        if any(grade.label for grade in card.ladder.grades):
            self.maker.leave("grade_labels")
        self.conditions()
        rows, model = self.names[CONDITIONS], self.names[MODEL_GRADE]
        entries = context(
            ("ladder", "[" + ", ".join(text_literal(key) for key in card.ladder.keys) + "]"),
            ("hit", f"{rows}[item.hit = true]"),
            ("forced", "count(hit[item.effect = \"knock_out\"]) > 0"),
            ("letters", f"concatenate(hit[item.grade != null].grade, if {model} = null then [] else [{model}])"),
            (None, f"if {model} = null and not(forced) then null else "
                   "ladder[max(for letter in letters return index of(ladder, letter)[1])]"),
        )  # fmt: skip
        self.decide(FINAL_GRADE, entries, (rows, model), "string")
        if any(knockout.on_unknown == "manual" or knockout.effect == "manual" for knockout in card.knockouts):
            self.maker.leave("manual", "/knockouts")

    def conditions(self) -> None:
        """Knock-outs, ceilings and conditions for a person, each with whether it is hit."""
        rows, needs = [], []
        for knockout in self.card.knockouts:
            grade = "null" if knockout.grade is None else text_literal(knockout.grade)
            text = self.maker.text(knockout.when, f"{knockout.path}/when")
            own = (text_literal(knockout.id), text_literal(knockout.effect), grade, self.named(knockout.label))
            rows.append((*own, text))
            needs += [self.names[COVERAGE] if name == COVERAGE else name for name in knockout.when.names]
        kinds = (("id", "string"), ("effect", "string"), ("grade", "string"), ("label", "string"))
        columns = (*kinds, ("hit", "boolean"))
        self.decide(CONDITIONS, relation(columns, rows), needs)
