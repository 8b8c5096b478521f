"""Checks the calls of a formula: functions, how many arguments, their types, and texts that can be read now."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from ..problem import Problem, Severity
from .cause import Fault
from .date_order import either, reordered
from .functions import ROWS
from .functions.excel_format import day_of
from .functions.table import Param, Row, Unmatched, arrange
from .nearest import nearest
from .operators import OPEN, accepts, arithmetic_type, merged
from .patterns import compile_pattern
from .scope import Scope
from .syntax import Call, ListNode, Literal, Name, Node
from .temporal import parse_date, parse_date_time, parse_duration, parse_time
from .types import ANY, NAMES, NUMBER, Type, kind_label
from .values import Date

SUGGESTIONS = 8
"""Unknown names that get a nearest name; who mistypes more is told the names only."""


def _written_day(text: str) -> Date | None:
    try:
        return day_of(text)
    except Fault:
        return None


PATTERNS = {"matches": 1, "replace": 1, "split": 1}
READERS: dict[str, Callable[[str], Any]] = {
    "date": parse_date,
    "time": parse_time,
    "date and time": parse_date_time,
    "duration": parse_duration,
    "DATEVALUE": _written_day,
}


@dataclass(slots=True)
class Frame:
    """Names of the formula itself; `item` is the type of a filter's item."""

    names: dict[str, Type] = field(default_factory=dict)
    item: Type | None = None


def result_type(row: Row, given: list[Type]) -> Type:
    """The type of a call: the row's own, or one that follows from the arguments."""
    if row.name in ("excel plus", "excel minus"):
        return excel_result(row.name, *given) or ANY
    if row.name == "without blanks":
        items = _merged([g.item or ANY if g.kind == "list" else g for g in given])
        return Type("list", item=None if items.kind in OPEN else items)
    if row.result == "same" and given:
        return _same(row, given[0])
    if row.result in ("item", "single"):
        return given[0].item or ANY if len(given) == 1 and given[0].kind == "list" else _merged(given)
    if row.result == "merged":
        return _merged(given)
    return NAMES.get(row.result, ANY)


def _same(row: Row, given: Type) -> Type:
    """The type of the first argument; where that is to be a list, one value stands for a list of it."""
    if row.params[0].kind == "list":
        return given if given.kind == "list" else Type("list", item=None if given.kind in OPEN else given)
    return ANY if given.kind == "null" else given


def _merged(types: list[Type]) -> Type:
    found = types[0] if types else ANY
    for other in types[1:]:
        found = merged(found, other)
    return found


def excel_result(name: str, left: Type, right: Type) -> Type | None:
    """The type of Excel's addition and subtraction: days between dates are a number. None: they do not go together."""
    if left.kind in OPEN or right.kind in OPEN:
        return ANY
    moments = [t for t in (left, right) if t.kind in ("date", "date and time", "time")]
    if len(moments) == 2 and name == "excel minus":
        return arithmetic_type("-", left, right) and NUMBER
    if moments == [left] and right == NUMBER and left.kind != "time":
        return left
    if moments == [right] and left == NUMBER and name == "excel plus" and right.kind != "time":
        return right
    return arithmetic_type("+" if name == "excel plus" else "-", left, right)


class CallChecks(ABC):
    """What every part of the checker shares: findings, frames of names, and the checks of calls."""

    def __init__(self, text: str, scope: Scope, subject: Type | None) -> None:
        self.text = text
        self.scope = scope
        self.subject = subject
        self.problems: list[Problem] = []
        self.types: dict[int, Type] = {}
        self.frames: list[Frame] = []
        self.suggested = 0

    # ------------------------------------------------------------------ findings
    def report(self, code: str, node: Node, severity: Severity = "error", **params: Any) -> None:
        line = self.text.count("\n", 0, node.span[0]) + 1
        self.problems.append(Problem(code, params={"line": line, **params}, span=node.span, severity=severity))

    def mismatch(self, node: Node, op: str, left: Type, right: Type) -> None:
        """Two types that an operator does not take together."""
        self.report("feel.type", node, op=op, left=kind_label(left.kind), right=kind_label(right.kind))

    def unknown(self, code: str, node: Node, name: str, known: Iterable[str]) -> None:
        """A name that is not there, with the nearest that is."""
        self.suggested += 1
        near = nearest(name, known) if self.suggested <= SUGGESTIONS else None
        if near is not None:
            self.report(f"{code}_near", node, name=name, near=near)
        else:
            self.report(code, node, name=name)

    def source(self, node: Node) -> str:
        return self.text[node.span[0] : node.span[1]].strip()[:60]

    @abstractmethod
    def visit(self, node: Node) -> Type:
        """The type of a node; reports what is wrong in it."""

    # ------------------------------------------------------------------ calls and values
    def call(self, node: Call) -> Type:
        given = [self.visit(argument) for argument in node.arguments]
        callee = node.function
        if not isinstance(callee, Name):
            function = self.visit(callee)
        else:
            local = any(callee.name in frame.names for frame in self.frames)
            declared = self.variable(callee.name)
            if callee.name in ROWS and (declared is None or declared.kind not in (*OPEN, "function")):
                return self.built_in(node, ROWS[callee.name], given)
            if not local and declared is None and self.scope.closed and not self.frames_open():
                self.unknown("feel.unknown_function", callee, callee.name, [*ROWS, *self.scope.entries])
                return ANY
            function = self.visit(callee)
        if function.kind not in (*OPEN, "function"):
            self.report("feel.not_a_function", callee, name=self.source(callee), given=kind_label(function.kind))
            return ANY
        if function.params is not None and len(function.params) != len(given):
            wanted = len(function.params)
            self.report("feel.arguments", node, function=self.source(callee), wanted=wanted, given=len(given))
        return function.item or ANY

    def variable(self, name: str) -> Type | None:
        """The type of a variable of the formula or of a Fact; None where there is none."""
        for frame in reversed(self.frames):
            if name in frame.names:
                return frame.names[name]
        return self.scope.types.get(name)

    def frames_open(self) -> bool:
        return any(frame.item is not None and frame.item.kind in OPEN for frame in self.frames)

    def built_in(self, node: Call, row: Row, given: list[Type]) -> Type:
        try:
            order = arrange(row, len(given), node.named)
        except Unmatched as error:
            self.arguments(node, row, len(given), error.unknown)
            return ANY
        gathered = node.named is None and bool(row.params) and row.params[-1].variadic and len(given) != 1
        for param, index in zip(row.params, order, strict=True):
            if index is None or gathered or accepts(param.kind, given[index]):
                continue
            self.report(
                "feel.argument_type",
                node.arguments[index],
                function=row.name,
                parameter=param.names[0],
                wanted=kind_label(param.kind),
                given=kind_label(given[index].kind),
            )
        for param, index in zip(row.params, order, strict=True):
            if param.item and index is not None:
                self.items(row, param, node.arguments if gathered else node.arguments[index : index + 1], gathered)
        self.constants(node, row)
        if row.name in ("excel plus", "excel minus") and excel_result(row.name, *given) is None:
            self.mismatch(node, "+" if row.name == "excel plus" else "-", *given)
        return result_type(row, given)

    def items(self, row: Row, param: Param, given: tuple[Node, ...], apart: bool) -> None:
        """The items of a list that are of the wrong kind: `apart` from one another, written in a list, or of a Fact."""
        if not apart and isinstance(given[0], ListNode):
            given, apart = given[0].items, True
        for node in given:
            found = self.types.get(id(node), ANY)
            found = found.item or ANY if found.kind == "list" and not apart else found
            if found.kind in OPEN or found.kind == param.item:
                continue
            self.report(
                "feel.item_type",
                node,
                function=row.name,
                parameter=param.names[0],
                wanted=kind_label(param.item),
                given=kind_label(found.kind),
            )

    def arguments(self, node: Call, row: Row, given: int, unknown: str | None) -> None:
        if unknown is not None:
            self.report("feel.unknown_parameter", node, function=row.name, name=unknown, signature=row.signature)
            return
        wanted = str(row.least) if row.least == row.most else f"{row.least}–{row.most}"
        wanted = f"≥{row.least}" if row.most > 100 else wanted
        self.report("feel.arguments", node, function=row.name, wanted=wanted, given=given)

    def constants(self, node: Call, row: Row) -> None:
        """Texts written in the formula that can be read now: patterns and temporal values."""
        texts = [a.value if isinstance(a, Literal) and isinstance(a.value, str) else None for a in node.arguments]
        at = PATTERNS.get(row.name)
        pattern = texts[at] if at is not None and node.named is None else None
        if at is not None and pattern is not None:
            try:
                compile_pattern(pattern, texts[-1] or "" if row.name == "matches" and len(texts) > 2 else "")
            except Fault:
                self.report("feel.pattern", node.arguments[at], pattern=pattern[:60])
        reader = READERS.get(row.name)
        if reader is not None and len(texts) == 1 and texts[0] is not None and reader(texts[0]) is None:
            near = reordered(texts[0]) if "date" in row.name.lower() else ()
            # What Excel's functions cannot read may be caught by IFERROR: it is not wrong for certain.
            excel: Severity = "warning" if row.dialect == "excel" else "error"
            if near:
                self.report("feel.date_order", node.arguments[0], excel, text=texts[0][:60], near=either(near))
            elif row.dialect == "feel":
                self.report("feel.temporal", node.arguments[0], text=texts[0][:60])
