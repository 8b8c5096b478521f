"""Makes a requirement graph out of Facts, formulas and tables of ours, and names what DMN has no place for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass, replace
from decimal import Decimal
from typing import Any

from ..feel.formula import Formula
from ..feel.functions import ROWS
from ..feel.printing import inner_nodes, print_feel
from ..feel.scope import Scope, ScopeEntry
from ..feel.syntax import Call, Comparison, If, Literal, Name, Node
from ..feel.tokens import WORD
from ..feel.types import NAMES, Type, UnknownType, type_of_text
from ..problem import Problem
from ..scorecard import Fact
from .expressions import About, Expression, LiteralExpression, Variable
from .layout import drawn
from .tree import Decision, Drg, DrgElement, InputData, Item, Requirement

OWN = frozenset(
    {
        "without blanks", "excel plus", "excel minus", "excel compare",
        "get or else", "is defined", "error",
    }
)  # fmt: skip
"""Functions of our language that DMN 1.5 does not have; those in capitals are told by their dialect."""
BLANKS: Mapping[str, Any] = {"blank as zero": Decimal(0), "blank as text": ""}
SYMBOLS = re.compile(r"[./\-'+*\s]+")

WHAT: Mapping[str, tuple[str, str]] = {
    "labels": ("英文名称（DMN 的标签只有一种语言）", "names in English (a label in DMN has one language)"),
    "units": ("单位", "units"),
    "examples": ("示例", "examples"),
    "on_unknown": (
        "遇到未知值即停止（DMN 把未知的条件视为不成立）",
        "stopping at an unknown value (in DMN a condition that is unknown does not hold)",
    ),
    "faults": (
        "计算出错即停止评级（在 DMN 中该值为空，指标不计入）",
        "stopping the rating at a fault (in DMN that value is null, and the factor is left out)",
    ),
    "manual": ("转人工的理由", "the reasons that ask for a person"),
    "range_type": (
        "区间类型（DMN 没有对应的写法，按任意值）",
        "the type of a range (DMN has none; any value is taken)",
    ),
    "direction": ("指标的方向、来源与可改进标记", "a factor's direction, source and whether it can be moved"),
    "grade_labels": ("等级名称", "names of grades"),
    "notes": ("指标与档位的说明", "notes on factors and bands"),
}


def left_out(key: str, path: str = "") -> Problem:
    """What is not carried out, named."""
    zh, en = WHAT[key]
    return Problem("dmn.left_out", path, {"key": key, "what": {"zh-CN": zh, "en": en}}, severity="warning")


def without_blanks(tree: Any) -> Any:
    """The tree with ``blank as zero(x)`` written out as ``if x = null then 0 else x``, and the same for texts."""
    if isinstance(tree, tuple):
        return tuple(map(without_blanks, tree))
    if not is_dataclass(tree) or isinstance(tree, type) or not hasattr(tree, "span"):
        return tree
    made = replace(tree, **{f.name: without_blanks(getattr(tree, f.name)) for f in fields(tree) if f.name != "span"})
    if isinstance(made, Call) and isinstance(made.function, Name) and made.function.name in BLANKS:
        (value,), at = made.arguments, made.span
        test = Comparison(at, "=", value, Literal(at, None))
        return If(at, test, Literal(at, BLANKS[made.function.name]), value)
    return made


class Maker:
    """A graph as it grows; an element must be made before what needs it. `left` names what is not carried."""

    def __init__(self, name: str, namespace: str) -> None:
        self.name = name
        self.namespace = namespace
        self.elements: list[DrgElement] = []
        self.items: list[Item] = []
        self.left: list[Problem] = []
        self.ids: dict[str, tuple[str, str]] = {}

    def leave(self, key: str, path: str = "") -> None:
        """Names something once for each place."""
        found = left_out(key, path)
        if found not in self.left:
            self.left.append(found)

    def warn(self, code: str, path: str, **params: object) -> None:
        found = Problem(code, path, params, severity="warning")
        if found not in self.left:
            self.left.append(found)

    def free(self, name: str) -> str:
        """A name that no element has."""
        while name in self.ids:
            name += " 2"
        return name

    def label(self, labels: Mapping[str, str]) -> str | None:
        if "en" in labels and labels["en"] != labels.get("zh-CN"):
            self.leave("labels")
        return labels.get("zh-CN")

    # ------------------------------------------------------------------ elements
    def fact(self, fact: Fact, path: str) -> None:
        self.named(fact.key, path)
        if fact.unit is not None:
            self.leave("units")
        key = self._enter(fact.key, "input")
        about = About(key, self.label(fact.label))
        self.elements.append(InputData(fact.key, Variable(fact.key, self.type_ref(fact.type, path)), about))

    def decide(
        self,
        name: str,
        expression: Expression,
        needs: Iterable[str],
        kind: str = "any",
        path: str = "",
        label: Mapping[str, str] | None = None,
    ) -> None:
        """A decision over elements made before."""
        key = self._enter(name, "decision")
        found = [self.ids[each] for each in dict.fromkeys(needs)]
        requirements = tuple(
            Requirement("input" if sort == "input" else "decision", f"#{other}", About(f"{key}_{number}"))
            for number, (sort, other) in enumerate(found, 1)
        )
        variable = Variable(name, self.type_ref(kind, path))
        about = About(key, self.label(label or {}))
        self.elements.append(Decision(name, expression, variable, requirements, about))

    def _enter(self, name: str, kind: str) -> str:
        key = f"{kind}_{len(self.elements) + 1}"
        self.ids[name] = (kind, key)
        return key

    def drg(self) -> Drg:
        return Drg(
            name=self.name,
            namespace=self.namespace,
            elements=tuple(self.elements),
            items=tuple(self.items),
            layout=drawn(self.elements),
            about=About("definitions"),
            exporter=("Credence", None),
        )

    # ------------------------------------------------------------------ formulas
    def text(self, formula: Formula, path: str) -> str:
        """A formula as text of FEEL: as written, but with Excel's operators and needless backticks put into FEEL."""
        tree = without_blanks(formula.tree)
        self.standard(tree, path)
        if formula.dialect == "feel" and "`" not in formula.text:
            return formula.text.strip()
        scope = Scope({name: ScopeEntry() for name in formula.names}, closed=False)
        text = print_feel(tree, scope)
        if "`" in text:
            self.warn("dmn.backticks", path, text=text[:80])
        return text

    def standard(self, tree: Node, path: str) -> None:
        """Names functions that only our language has."""
        for node in inner_nodes(tree):
            if isinstance(node, Call) and isinstance(node.function, Name):
                name = node.function.name
                if name in OWN or (name in ROWS and ROWS[name].dialect == "excel"):
                    self.warn("dmn.own_function", path, name=name)

    def literal(self, formula: Formula, path: str) -> LiteralExpression:
        return LiteralExpression(self.text(formula, path))

    def named(self, name: str, path: str) -> None:
        """Names a name that the standard's own rules for names do not allow."""
        words = [word for word in SYMBOLS.split(name) if word]
        if not all(WORD.fullmatch(word) or word.isdigit() for word in words) or not WORD.match(name):
            self.warn("dmn.odd_name", path, name=name)

    # ------------------------------------------------------------------ types
    def type_ref(self, text: str, path: str) -> str | None:
        """The name of a type, one of the language or an item definition made for it; None for any."""
        try:
            return self.reference(type_of_text(text), path)
        except UnknownType:
            return None

    def reference(self, found: Type, path: str) -> str | None:
        if found.kind in ("any", "null"):
            return None
        if found.kind == "range":
            self.leave("range_type", path)
            return None
        plain = found.kind == "function" or (found.item is None and found.fields is None)
        if plain and found.kind in NAMES and found.kind not in ("list", "context", "function"):
            return found.kind
        if plain:
            return None if found.kind != "list" else self._item(Item("", collection=True))
        return self._item(self._definition("", found, path))

    def _definition(self, name: str, found: Type, path: str) -> Item:
        if found.kind == "list" and found.item is not None:
            return Item(name, self.reference(found.item, path), collection=True)
        if found.kind == "context" and found.fields is not None:
            parts = tuple(self._definition(part, inner, path) for part, inner in found.fields)
            return Item(name, components=parts)
        return Item(name, self.reference(found, path))

    def _item(self, item: Item) -> str:
        """The name of an item definition of this form, made once."""
        for each in self.items:
            if each == Item(each.name, item.type_ref, None, None, item.components, None, item.collection):
                return each.name
        name = f"tType{len(self.items) + 1}"
        self.items.append(Item(name, item.type_ref, None, None, item.components, None, item.collection))
        return name
