"""Who reaches a record by a formula over it and the user: read into a tree that a database can filter by.

What may stand in it: `and`, `or`, `not(…)` over comparisons of one field with what is known of the user or written in
the formula. The field has to be one that lists could be narrowed by, so that no list is ever judged record by record.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from rules import Formula, Invalid, Problem, Scope, ScopeEntry, compile_formula
from rules.feel.syntax import Between, Call, Comparison, In, ListNode, Logic, Name, Negation, Node, Path, RangeNode
from rules.feel.syntax import Literal as Written
from rules.feel.tokens import Broken

from .fields import Field, LookupField, Subform
from .fields.money import Percent
from .fields.number import Number

USER, RECORD = "user", "record"
PLACES, LONGEST, WIDEST = 4, 200, Decimal(10) ** 14  # what the values by which lists are narrowed hold exactly
Op = Literal["=", "<", "<=", ">", ">=", "in", "holds"]

# What a formula may ask of the user, and of a record besides its answers: ids, keys, lists of keys.
USER_TYPE = (
    "context<id: string, department: string, departments: list<string>, department_id: string, below: list<string>, "
    "posts: list<string>, roles: list<string>>"
)
RECORD_TYPE = "context<owner: string, department: string>"
NAMES: Mapping[str, ScopeEntry] = {
    USER: ScopeEntry(type=USER_TYPE, nullable=False, origin="form"),
    RECORD: ScopeEntry(type=RECORD_TYPE, nullable=False, origin="form"),
}
_FLIPPED: Mapping[str, str] = {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_ORDERED = ("number", "date")
_EQUAL = ("number", "date", "string", "boolean")


@dataclass(frozen=True, slots=True)
class Test:
    """One comparison. `key` is that of a field, or a column of the record itself: ``record.owner``.

    `operand` is evaluated with the user alone; for ``in`` to one value or a list of them. `many` says that the field
    holds several values.
    """

    key: str
    op: Op
    operand: Formula
    many: bool = False


@dataclass(frozen=True, slots=True)
class Flag:
    """Whether a field of yes or no says yes."""

    key: str


@dataclass(frozen=True, slots=True)
class Fixed:
    """A condition about the user alone."""

    formula: Formula


@dataclass(frozen=True, slots=True)
class Not:
    item: Condition


@dataclass(frozen=True, slots=True)
class Both:
    """`and` or `or` over several."""

    op: str
    items: tuple[Condition, ...]


Condition = Test | Flag | Fixed | Not | Both


@dataclass(frozen=True, slots=True)
class Where:
    """A condition of access: the formula, and the same as a tree; `keys` are the fields that it asks for."""

    formula: Formula
    tree: Condition
    keys: frozenset[str]


class _No(Exception):
    """A part that no list can be narrowed by."""

    def __init__(self, code: str, node: Node, **params: Any) -> None:
        self.code, self.node, self.params = code, node, params
        super().__init__(code)


def read(formula: Formula, fields: Mapping[str, Field], path: str) -> Where | Problem:
    """The condition of a compiled formula, or which part of it no list can be narrowed by."""
    reader = _Reader(formula.text, fields)
    try:
        tree = reader.condition(formula.tree)
    except _No as no:
        start, end = no.node.span
        return Problem(no.code, path, {"part": formula.text[start:end][:80], **no.params}, no.node.span)
    return Where(formula, tree, frozenset(key for key in _keys(tree) if not key.startswith(f"{RECORD}.")))


def _keys(tree: Condition) -> Iterator[str]:
    if isinstance(tree, Test | Flag):
        yield tree.key
    elif isinstance(tree, Not):
        yield from _keys(tree.item)
    elif isinstance(tree, Both):
        for item in tree.items:
            yield from _keys(item)


class _Reader:
    def __init__(self, text: str, fields: Mapping[str, Field]) -> None:
        self._text = text
        self._fields = fields

    def condition(self, node: Node) -> Condition:
        read = _CONDITIONS.get(type(node))
        if read is not None:
            return read(self, node)
        key = self._key(node)
        if key is not None and self._type(key, node) == "boolean":
            return Flag(key)
        return Fixed(self._free(node, "boolean"))

    def logic(self, node: Logic) -> Condition:
        return Both(node.op, tuple(self.condition(each) for each in node.items))

    def comparison(self, node: Comparison) -> Condition:
        op, subject, other = node.op, node.left, node.right
        if self._key(subject) is None:
            op, subject, other = _FLIPPED[op], other, subject
        if self._key(subject) is None:
            return Fixed(self._free(node, "boolean"))
        made = self._test(subject, "=" if op == "!=" else op, other)
        return Not(made) if op == "!=" else made

    def between(self, node: Between) -> Condition:
        return Both("and", (self._test(node.value, ">=", node.low), self._test(node.value, "<=", node.high)))

    def within(self, node: In) -> Condition:
        return Both("or", tuple(self._in(node.value, test) for test in node.tests))

    def _in(self, value: Node, test: Node) -> Condition:
        if isinstance(test, RangeNode):
            if test.op is not None:
                return self._test(value, test.op, test.low)
            if test.high is None:
                raise _No("form.reach_shape", test)
            return Both("and", (
                self._test(value, ">=" if test.low_closed else ">", test.low),
                self._test(value, "<=" if test.high_closed else "<", test.high),
            ))  # fmt: skip
        return self._test(value, "in", test)

    def call(self, node: Call) -> Condition:
        name = node.function.name if isinstance(node.function, Name) and node.named is None else ""
        if name == "not" and len(node.arguments) == 1:
            return Not(self.condition(node.arguments[0]))
        if name == "list contains" and len(node.arguments) == 2:
            among, item = node.arguments
            key = self._key(among)
            if key is None and self._key(item) is None:
                return Fixed(self._free(node, "boolean"))
            if key is None:
                return self._test(item, "in", among)
            if self._type(key, among) != "list<string>":
                raise _No("form.reach_shape", node)
            return Test(key, "holds", self._free(item, None), True)
        return Fixed(self._free(node, "boolean"))

    def _test(self, subject: Node, op: str, other: Node) -> Condition:
        key = self._key(subject)
        if key is None:
            raise _No("form.reach_shape", subject)
        type = self._type(key, subject)
        if type not in (_EQUAL if op in ("=", "in") else _ORDERED):
            raise _No("form.reach_order", subject, key=key)
        return Test(key, op, self._free(other, None))  # type: ignore[arg-type]

    def _key(self, node: Node) -> str | None:
        """The field, or the column of the record, that a part names."""
        if isinstance(node, Name):
            return node.name if node.name in self._fields else None
        if isinstance(node, Path) and isinstance(node.source, Name):
            if node.source.name == RECORD and RECORD not in self._fields:
                return f"{RECORD}.{node.name}"
            if node.name == "id" and isinstance(self._fields.get(node.source.name), LookupField):
                return node.source.name
        return None

    def _type(self, key: str, node: Node) -> str:
        """What the field holds for formulas; raises where the projected values do not hold it exactly."""
        if key.startswith(f"{RECORD}."):
            return "string"
        field = self._fields[key]
        if isinstance(field, LookupField):
            if isinstance(node, Path):
                return "string"
            raise _No("form.reach_lookup", node, key=key)
        if isinstance(field, Subform) or not field.has_value:
            raise _No("form.reach_field", node, key=key)
        if isinstance(field, Number) and field.scale + (2 if isinstance(field, Percent) else 0) > PLACES:
            raise _No("form.reach_places", node, key=key, most=PLACES)
        if field.feel_type not in (*_EQUAL, "list<string>"):
            raise _No("form.reach_field", node, key=key)
        return str(field.feel_type)

    def _free(self, node: Node, expect: str | None) -> Formula:
        """A part that asks for the user alone, as a formula of its own."""
        self._plain(node)
        start, end = node.span
        try:
            return compile_formula(self._text[start:end], Scope({USER: NAMES[USER]}), expect=expect)
        except (Invalid, Broken):
            raise _No("form.reach_shape", node) from None

    def _plain(self, node: Node) -> None:
        """Written values, what is known of the user, lists of them, and dates: nothing that has to be computed."""
        if isinstance(node, Written):
            value = node.value
            if isinstance(value, Decimal | int) and not isinstance(value, bool):
                number = Decimal(value)
                if abs(number) >= WIDEST or number != round(number, PLACES):
                    raise _No("form.reach_number", node, most=PLACES)
            if isinstance(value, str) and len(value) >= LONGEST:
                raise _No("form.reach_text", node, most=LONGEST - 1)
            return
        if isinstance(node, Path) and isinstance(node.source, Name) and node.source.name == USER:
            return
        for part in self._parts(node):
            self._plain(part)

    def _parts(self, node: Node) -> tuple[Node, ...]:
        if isinstance(node, Negation):
            return (node.operand,)
        if isinstance(node, ListNode):
            return node.items
        if isinstance(node, Comparison):
            return (node.left, node.right)
        if isinstance(node, Call) and isinstance(node.function, Name) and node.function.name in _CALLS:
            return node.arguments
        raise _No("form.reach_shape", node)


_CALLS = ("date", "list contains", "not")
_CONDITIONS: Mapping[type, Callable[[_Reader, Any], Condition]] = {
    Logic: _Reader.logic, Comparison: _Reader.comparison, Between: _Reader.between, In: _Reader.within,
    Call: _Reader.call,
}  # fmt: skip
