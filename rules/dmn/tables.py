"""Decision tables of DMN as bodies of our own: one compiler and one evaluation serve both."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..feel.cause import Cause, Null, is_null
from ..feel.functions import INDEX
from ..feel.parse import parse
from ..feel.run import Run
from ..feel.scope import Scope
from ..feel.syntax import Literal, UnaryTests
from ..feel.tokens import Broken
from ..feel.types import kind_of
from ..problem import Invalid
from ..table import DecisionTable as Table
from ..table_compile import compile_table
from .expressions import Conditions, DecisionTable, InputClause, LiteralExpression, OutputClause
from .items import Types, Wanted, fit
from .names import Evaluator, Names, Visible, broken

if TYPE_CHECKING:
    from .boxed import Boxes

CELLS = 4
"""Cells that cost as much to compile as one formula: most are plain tests."""
POLICIES: Mapping[str, str] = {
    "UNIQUE": "U", "FIRST": "F", "ANY": "A", "PRIORITY": "P", "RULE ORDER": "R", "OUTPUT ORDER": "O", "COLLECT": "C",
}  # fmt: skip
AGGREGATIONS: Mapping[str, str] = {"SUM": "+", "MIN": "<", "MAX": ">", "COUNT": "#"}


def policy_of(table: DecisionTable) -> str | None:
    """The hit policy as our tables write it; None for one the standard does not have."""
    policy = POLICIES.get(table.hit_policy)
    if policy != "C" or table.aggregation is None:
        return policy
    sign = AGGREGATIONS.get(table.aggregation)
    return None if sign is None else policy + sign


def cell(tests: Conditions | None) -> str:
    """The text of a cell; nothing means anything."""
    return (tests.text.strip() if tests is not None else "") or "-"


def alternatives(text: str, scope: Scope) -> list[str]:
    """Unary tests one by one, as texts; Broken where they cannot be read."""
    tree = parse(text, scope, INDEX, unary=True)
    if not isinstance(tree, UnaryTests) or tree.negated or len(tree.tests) < 2:
        return [] if isinstance(tree, UnaryTests) and not tree.tests else [text.strip()]
    return [text[test.span[0] : test.span[1]].strip() for test in tree.tests]


def values_of(table: DecisionTable, clause: InputClause | OutputClause, types: Types) -> Conditions | None:
    """The allowed values of a column; where their order counts, those of the output's type stand in for its own."""
    ranked = table.hit_policy in ("PRIORITY", "OUTPUT ORDER")
    if clause.values is not None or not ranked or not isinstance(clause, OutputClause):
        return clause.values
    item = types.items.get(clause.type_ref or "")
    return None if item is None else item.allowed


class _Compiler:
    """One table: its body, and what is fitted to which type before and after it decides."""

    def __init__(self, boxes: Boxes, table: DecisionTable, visible: Visible, path: str) -> None:
        self.boxes = boxes
        self.table = table
        self.path = path
        self.hidden = tuple(f"input {number}" for number in range(1, len(table.inputs) + 1))
        self.visible = visible
        self.inner = visible.plus(*self.hidden)
        self.scope = boxes.scope(self.inner)

    def inputs(self) -> list[Evaluator]:
        """The input expressions, each fitted to its type, in the order of the columns."""
        made = []
        for index, clause in enumerate(self.table.inputs, 1):
            at = f"{self.path}/input[{index}]/inputExpression"
            value = self.boxes.literal(clause.expression, self.visible, at)
            made.append(self.boxes.typed(value, clause.expression.type_ref, self.visible.owner, at))
        return made

    def outputs(self) -> list[tuple[str, Wanted | None]]:
        """Name and type of each output."""
        found = []
        for index, clause in enumerate(self.table.outputs, 1):
            at = f"{self.path}/output[{clause.name or index}]"
            found.append((clause.name or f"output {index}", self.boxes.types.wanted(clause.type_ref, at)))
        return found

    def text(self, value: LiteralExpression | None, path: str) -> str | None:
        if value is None or value.text is None or not value.text.strip():
            return None
        if value.language is not None:
            self.boxes.findings.error("dmn.language", path, language=value.language[:80])
            return None
        return value.text

    def allowed(self, clause: InputClause | OutputClause, path: str) -> list[str]:
        """The allowed values of a column, its own or those of the output's type."""
        tests = values_of(self.table, clause, self.boxes.types)
        if tests is None:
            return []
        try:
            return alternatives(tests.text, self.scope)
        except Broken as broken:
            for problem in broken.problems:
                self.boxes.findings.add(problem.under(path))
            return []

    def ordered(self, allowed: list[str]) -> dict[str, str]:
        """The one kind of value an order is given for: only values of a known kind can be ranked."""
        kinds = set()
        for text in allowed:
            tree = parse(text, self.scope, INDEX)
            kinds.add(kind_of(tree.value) if isinstance(tree, Literal) else "any")
        return {"type": kinds.pop()} if len(kinds) == 1 and "any" not in kinds else {}

    def body(self) -> dict[str, Any] | None:
        """The table as a body of ours; its inputs are the values worked out before. None where it has no policy."""
        table, path = self.table, self.path
        policy = policy_of(table)
        if policy is None:
            given = f"{table.hit_policy} {table.aggregation or ''}".strip()
            self.boxes.findings.error("dmn.hit_policy", path, policy=given[:80])
            return None
        inputs: list[dict[str, Any]] = []
        for index, clause in enumerate(table.inputs):
            entry: dict[str, Any] = {"key": f"i{index + 1}", "value": self.hidden[index]}
            allowed = self.allowed(clause, f"{path}/input[{index + 1}]/inputValues")
            inputs.append(entry | ({"allowed": allowed} if allowed else {}))
        outputs: list[dict[str, Any]] = []
        for index, output in enumerate(table.outputs):
            at = f"{path}/output[{output.name or index + 1}]"
            entry = {"key": f"o{index + 1}"}
            allowed = self.allowed(output, f"{at}/outputValues")
            default = self.text(output.default, f"{at}/defaultOutputEntry")
            entry |= ({"allowed": allowed} if allowed else {}) | ({"default": default} if default is not None else {})
            if allowed and policy in ("P", "O"):
                entry |= self.ordered(allowed)
            outputs.append(entry)
        rows = []
        for index, rule in enumerate(table.rules):
            at = f"{path}/rule[{index + 1}]"
            found = enumerate(rule.entries, 1)
            entries = [self.text(each, f"{at}/outputEntry[{n}]") or "null" for n, each in found]
            cells = [cell(tests) for tests in rule.tests] or ["-"]
            rows.append({"id": f"r{index + 1}", "when": cells, "then": entries})
        return {
            "hit_policy": policy, "on_unknown": "skip",
            "inputs": inputs or [{"key": "i1", "value": "true"}], "outputs": outputs, "rows": rows,
        }  # fmt: skip

    def place(self, path: str) -> str:
        """A place of the body as a place of the document."""
        part, _, rest = path.lstrip("/").partition("/")
        steps = rest.split("/")
        if part == "rows" and len(steps) >= 3:
            name = "inputEntry" if steps[1] == "when" else "outputEntry"
            return f"{self.path}/rule[{int(steps[0]) + 1}]/{name}[{int(steps[2]) + 1}]"
        names = {"rows": "rule", "inputs": "input", "outputs": "output"}
        if part in names and steps[0].isdigit():
            return f"{self.path}/{names[part]}[{int(steps[0]) + 1}]"
        return self.path

    def compile(self) -> Table | None:
        body = self.body()
        if body is None:
            return None
        cells = sum(len(row["when"]) + len(row["then"]) for row in body["rows"])
        if not self.boxes.affords(cells // CELLS, self.path):
            return None
        label = {"zh-CN": self.visible.owner, "en": self.visible.owner}
        try:
            table = compile_table(body, self.scope, key=self.visible.owner, label=label, analyse=False)
        except Invalid as invalid:
            for problem in invalid.problems:
                found = problem.under("")
                self.boxes.findings.error(found.code, self.place(found.path), **found.params)
            return None
        for name in table.names:
            if name not in self.inner.names and not self.visible.of_items and name != "?":
                self.boxes.findings.warning("dmn.unknown_name", self.path, name=name[:80])
        self.boxes.mentioned.update(table.names)
        return table


def compile_rules(boxes: Boxes, value: DecisionTable, visible: Visible, path: str) -> Evaluator:
    """The evaluator of a table: inputs, then the rows they hit, then outputs as the types declared."""
    maker = _Compiler(boxes, value, visible, path)
    inputs, outputs, table = maker.inputs(), maker.outputs(), maker.compile()
    if table is None:
        return broken(path, visible.owner)
    counted = table.hit_policy == "C#"
    seen = tuple(name for name in table.names if name not in maker.hidden and name != "?")
    hidden = maker.hidden

    def decide(run: Run, names: Names) -> Any:
        run.spend(8 + len(table.rows))
        facts = {name: _fact(run, names.get(name, ...)) for name in seen}
        facts |= {name: _fact(run, each(run, names)) for name, each in zip(hidden, inputs, strict=True)}
        found = table.decide(facts, run)
        if found.value is None:
            return Null(found.causes) if found.causes else None
        return found.value if counted else _fitted(run, outputs, found.value)

    return decide


def _fact(run: Run, value: Any) -> Any:
    """A value of the language as a Fact; what it costs to hand over is paid here."""
    if value is ... or is_null(value):
        causes: tuple[Cause, ...] = getattr(value, "causes", ())
        return causes[0] if causes else None
    if value.__class__ is list or value.__class__ is dict:
        stack = [value]
        while stack:
            inner = stack.pop()
            run.spend(len(inner) + 1)
            stack += [x for x in (inner.values() if isinstance(inner, dict) else inner) if x.__class__ in (list, dict)]
    return value


def _fitted(run: Run, outputs: list[tuple[str, Wanted | None]], value: Any) -> Any:
    """Outputs under their own names and of their types, in each member of a list."""
    if value.__class__ is list:
        return [_fitted(run, outputs, each) for each in value]
    if len(outputs) == 1:
        return fit(run, outputs[0][1], value, outputs[0][0])
    if value.__class__ is not dict:
        return value
    pairs = zip(outputs, value.values(), strict=True)
    return {name: fit(run, wanted, each, name) for (name, wanted), each in pairs}
