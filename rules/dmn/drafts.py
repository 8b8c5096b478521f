"""What of a DMN model can be a definition of ours: drafts of decision tables, of a Scorecard, and what stays behind."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ..feel.scope import Scope, ScopeEntry
from ..feel.tokens import Broken
from ..feel.types import type_text
from ..problem import Invalid, Problem
from ..table_compile import compile_table
from .expressions import Conditions, DecisionTable, LiteralExpression, tag
from .items import Wanted
from .model import Decided, Given, Model, Offered, Shared
from .order import key_of, path_of
from .tables import alternatives, cell, policy_of, values_of
from .tree import Bkm, Decision

KEY = re.compile(r"[^\s`\"]([^\x00-\x1f`\"]*[^\s`\"])?")
LONGEST_KEY, LONGEST_TYPE, LONGEST_LABEL = 60, 400, 200
KINDS: Mapping[str, tuple[str, str]] = {
    "literalExpression": ("公式", "a formula"),
    "context": ("上下文", "a context"),
    "list": ("列表", "a list"),
    "relation": ("关系表", "a relation"),
    "invocation": ("函数调用", "a call"),
    "functionDefinition": ("函数", "a function"),
    "conditional": ("条件", "a conditional"),
    "filter": ("筛选", "a filter"),
    "for": ("循环", "a loop"),
    "some": ("存在判断", "a test of some"),
    "every": ("全部判断", "a test of every"),
    "none": ("空白", "empty"),
}
PARTS: Mapping[str, tuple[str, str]] = {
    "service": ("决策服务", "a decision service"),
    "import": ("导入的模型", "an imported model"),
    "type": ("类型的取值限制", "the allowed values of a type"),
    "layout": ("图形布局", "the drawing"),
    "kept": ("说明性元素", "an element that explains"),
}


@dataclass(frozen=True, slots=True)
class Draft:
    """A definition of ours made of a part of a model.

    title     what people call it: its label, else its name
    problems  what of that part is not carried (warnings), and what is wrong with the body (errors)
    """

    kind: Literal["table", "scorecard"]
    name: str
    title: str
    body: dict[str, Any]
    problems: tuple[Problem, ...]


def behind(code: str, path: str, name: str, **params: Any) -> Problem:
    """What stays behind, named."""
    return Problem(code, path, {"name": name[:80], **params}, severity="warning")


def labelled(found: tuple[str, str]) -> dict[str, str]:
    return {"zh-CN": found[0], "en": found[1]}


def table_drafts(model: Model) -> tuple[tuple[Draft, ...], tuple[Problem, ...]]:
    """A draft for each decision, and each function, whose logic is a table; and all that no table can hold."""
    drafts: list[Draft] = []
    left: list[Problem] = []
    for element in model.drg.elements:
        logic = _logic(element)
        path = path_of(element)
        if not isinstance(element, Decision | Bkm):
            continue
        if isinstance(logic, DecisionTable):
            try:
                drafts.append(TableDraft(model, element, logic).draft())
            except Invalid as invalid:
                left += invalid.problems
        else:
            kind = KINDS[tag(logic) if logic is not None else "none"]
            left.append(behind("dmn.draft_logic", path, element.name, kind=labelled(kind)))
    return tuple(drafts), (*left, *left_behind(model))


def left_behind(model: Model) -> tuple[Problem, ...]:
    """Parts of a model that no definition of ours has."""
    drg = model.drg
    found = [("service", path_of(each), each.name) for each in drg.services]
    found += [("import", f"/definitions/import[{each.name}]", each.name) for each in drg.imports]
    found += [
        ("type", f"/definitions/itemDefinition[{item.name}]", item.name)
        for item in drg.items
        if model.types.made[item.name].tested
    ]
    found += [("layout", "/definitions/DMNDI", "DMNDI")] if drg.layout is not None else []
    found += [
        ("kept", f"/definitions/{item.name}", item.get("name") or item.name)
        for item in drg.about.kept
        if item.name != "description"
    ]
    return tuple(behind("dmn.draft_part", path, name, kind=labelled(PARTS[part])) for part, path, name in found)


def _logic(element: object) -> Any:
    if isinstance(element, Decision):
        return element.expression
    return element.logic.body if isinstance(element, Bkm) and element.logic is not None else None


def sound(name: str) -> bool:
    """Whether a name can be a key of ours."""
    return len(name) <= LONGEST_KEY and KEY.fullmatch(name) is not None


class TableDraft:
    """One table on its way to a body (rules/table.schema.json)."""

    def __init__(self, model: Model, element: Decision | Bkm, table: DecisionTable) -> None:
        self.model = model
        self.element = element
        self.table = table
        self.path = path_of(element)
        self.problems: list[Problem] = []
        self.known = self.visible()
        entries = {name: ScopeEntry() for name in self.known}
        self.scope = Scope(entries, closed=False, named=model.types.named, members=model.types.members)

    def visible(self) -> dict[str, tuple[str, Wanted | None]]:
        """What the table may name: sort and type by name."""
        node = self.model.nodes[key_of(self.element)]
        found: dict[str, tuple[str, Wanted | None]] = {}
        for ref in node.needs if isinstance(node, Decided | Shared) else ():
            other = None if ref.through is not None else self.model.nodes[ref.key]
            sort = "function" if isinstance(other, Shared | Offered) else "import" if other is None else "decision"
            wanted = other.wanted if isinstance(other, Given | Decided) else None
            found[ref.through or ref.name] = ("input" if isinstance(other, Given) else sort, wanted)
        if isinstance(self.element, Bkm) and self.element.logic is not None:
            for each in self.element.logic.parameters:
                found[each.name] = ("input", self.model.types.wanted(each.type_ref, self.path))
        return found

    def draft(self) -> Draft:
        body = self.body()
        names = self.read(body)
        body = {"facts": [self.fact(name) for name in names], **body}
        try:
            compiled = compile_table(body)
            self.problems += compiled.warnings
        except Invalid as invalid:
            self.problems += invalid.problems
        return Draft(
            "table", self.element.name, self.element.about.label or self.element.name, body, tuple(self.problems)
        )

    def read(self, body: Mapping[str, Any]) -> list[str]:
        """The names the table reads, in the order of its requirements; Invalid where one of them is a function."""
        try:
            used = set(compile_table(body, self.scope, analyse=False).names)
        except Invalid:  # what cannot be read yet may name anything it spells
            texts = " ".join(text for row in body["rows"] for text in (*row["when"], *row["then"]))
            texts += " ".join(each["value"] for each in body["inputs"])
            used = {name for name in self.known if name in texts}
        for name in sorted(used):
            sort, _ = self.known.get(name, ("decision", None))
            if sort in ("function", "import"):
                raise Invalid([behind("dmn.draft_function", self.path, self.element.name, needs=name[:80])])
            if not sound(name):
                raise Invalid([behind("dmn.draft_name", self.path, self.element.name, needs=name[:80])])
            if sort == "decision":
                self.problems.append(behind("dmn.draft_fact", self.path, self.element.name, needs=name[:80]))
        return [*(name for name in self.known if name in used), *sorted(used - set(self.known))]

    def fact(self, name: str) -> dict[str, Any]:
        kind = self.kind(self.known.get(name, ("", None))[1])
        return {"key": name} | ({"type": kind} if kind else {})

    def kind(self, wanted: Wanted | None) -> str | None:
        text = None if wanted is None else type_text(wanted.type)
        return text if text is not None and len(text) <= LONGEST_TYPE else None

    # ------------------------------------------------------------------ the body
    def body(self) -> dict[str, Any]:
        """The body but for its Facts; Invalid where the table has no hit policy of the standard."""
        table, policy = self.table, policy_of(self.table)
        if policy is None:
            raise Invalid([behind("dmn.draft_policy", self.path, self.element.name, policy=table.hit_policy[:40])])
        inputs = [self.column(clause.expression, n) for n, clause in enumerate(table.inputs, 1)]
        for clause, entry in zip(table.inputs, inputs, strict=True):
            self.more(
                entry,
                clause.expression.type_ref,
                self.allowed(values_of(table, clause, self.model.types)),
                clause.about.label,
            )
        outputs: list[dict[str, Any]] = []
        for n, out in enumerate(table.outputs, 1):
            name = out.name or (self.element.name if len(table.outputs) == 1 else "")
            entry = {"key": self.free(name if sound(name) else f"output {n}", [each["key"] for each in outputs])}
            self.more(entry, out.type_ref, self.allowed(values_of(table, out, self.model.types)), out.about.label)
            if out.default is not None and (out.default.text or "").strip():
                entry["default"] = out.default.text
            outputs.append(entry)
        rows = [self.row(n) for n in range(len(table.rules))]
        return {
            "hit_policy": policy, "on_unknown": "skip",
            "inputs": inputs or [{"key": "always", "value": "true"}], "outputs": outputs, "rows": rows,
        }  # fmt: skip

    def free(self, key: str, taken: list[str]) -> str:
        number, made = 1, key
        while made in taken:
            number += 1
            made = f"{key[: LONGEST_KEY - 4]} {number}"
        return made

    def column(self, expression: LiteralExpression, number: int) -> dict[str, Any]:
        text = (expression.text or "").strip() or "null"
        name = " ".join(text.split())
        key = name if sound(name) else f"input {number}"
        taken = [" ".join((c.expression.text or "").split()) for c in self.table.inputs[: number - 1]]
        return {"key": f"input {number}" if key in taken else key, "value": text}

    def more(self, entry: dict[str, Any], ref: str | None, allowed: list[str], label: str | None) -> None:
        """Type, allowed values and label of a column, where it has them."""
        kind = self.kind(self.model.types.wanted(ref, self.path))
        entry |= {"type": kind} if kind else {}
        entry |= {"allowed": allowed} if allowed else {}
        entry |= {"label": {"zh-CN": label.strip()[:LONGEST_LABEL]}} if label and label.strip() else {}

    def allowed(self, tests: Conditions | None) -> list[str]:
        try:
            return [] if tests is None else alternatives(tests.text, self.scope)
        except Broken:
            return []

    def row(self, at: int) -> dict[str, Any]:
        rule, names = self.table.rules[at], self.table.annotations
        notes = dict(zip(names, rule.annotations, strict=False))
        given = (notes.pop("row", None) or "").strip()
        ids = [(dict(zip(names, each.annotations, strict=False)).get("row") or "").strip() for each in self.table.rules]
        key = given if sound(given) and ids.count(given) == 1 else f"r{at + 1}"
        note = " · ".join(text.strip() for text in notes.values() if text and text.strip())[:LONGEST_LABEL]
        entries = [(each.text or "").strip() or "null" for each in rule.entries]
        made = {"id": key, "when": [cell(tests) for tests in rule.tests] or ["-"], "then": entries}
        return made | ({"note": {"zh-CN": note}} if note else {})
