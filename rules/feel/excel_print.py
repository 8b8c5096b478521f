"""Prints a tree as Excel text, where Excel has an equivalent for every part of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from .calendar import NANO
from .excel import COMPARISONS, LOWERED, UNARY
from .excel_scan import CELL
from .functions import ROWS
from .printing import number_literal
from .scope import Scope, name_parts
from .syntax import (
    Between,
    Call,
    Chain,
    Comparison,
    If,
    In,
    ListNode,
    Literal,
    Logic,
    Name,
    Negation,
    Node,
    Path,
    RangeNode,
)
from .tokens import KEYWORDS, WORD
from .types import ANY, Type
from .values import Date, Time

COMPARED, JOINED, ADDED, VALUE = 3, 4, 5, 10
RANKS = {"+": ADDED, "-": ADDED, "*": 6, "/": 6, "**": 7}
SIGNS = {"**": "^"}
SAME = {
    "abs": "ABS", "sum": "SUM", "min": "MIN", "max": "MAX", "mean": "AVERAGE", "median": "MEDIAN", "product": "PRODUCT",
    "count": "COUNTA", "stddev": "STDEV.S", "sqrt": "SQRT", "log": "LN", "exp": "EXP", "modulo": "MOD",
    "round half up": "ROUND", "round up": "ROUNDUP", "round down": "ROUNDDOWN", "not": "NOT", "upper case": "UPPER",
    "lower case": "LOWER", "string length": "LEN", "today": "TODAY", "now": "NOW", "distinct values": "UNIQUE",
    "any": "OR", "all": "AND",
}  # fmt: skip
"""FEEL's functions and the Excel functions that do the same with the same arguments."""
FIRST_ONLY = {"floor": "INT", "date": "DATEVALUE", "number": "VALUE"}
"""The same where they have one argument."""
SPREAD = frozenset({"sum", "min", "max", "mean", "median", "product", "count", "stddev", "any", "all"})
WRAPPERS = frozenset(LOWERED.values())
SINGLE = ("number", "string", "boolean", "date", "date and time", "time")
"""Kinds of values that Excel compares."""
ORDERED = ("number", "string", "date", "date and time", "time", "days and time duration")
"""Kinds of which both dialects say what is less; Excel orders truth and mixed kinds too, where FEEL has no answer."""
MANY = ("list", "range", "context")


class NoEquivalent(Exception):
    """Excel has nothing that means this part of the formula."""

    def __init__(self, node: Node) -> None:
        super().__init__(node.__class__.__name__)
        self.node = node


def _called(node: Node, *names: str) -> Call | None:
    """The node as a call by position of a built-in of one of these names."""
    call = node if isinstance(node, Call) and node.named is None else None
    return call if call is not None and isinstance(call.function, Name) and call.function.name in names else None


def _bare(node: Node, *wrappers: str) -> Node:
    """The node without what the dialect wraps it in by itself."""
    while (call := _called(node, *wrappers)) is not None and len(call.arguments) == 1:
        node = call.arguments[0]
    return node


class ExcelPrinter:
    """Prints the nodes of one tree; `types` gives the type of a node by its identity, as the checker found it.

    strict  refuse what Excel might answer otherwise, as a tree that did not come from Excel may hold it
    """

    def __init__(self, scope: Scope, types: Mapping[int, Type], strict: bool = False) -> None:
        self.scope = scope
        self.types = types
        self.strict = strict
        self.longer = [parts for parts in map(name_parts, (*scope.entries, *scope.members)) if len(parts) > 1]

    def kind(self, node: Node) -> str:
        found = self.types.get(id(node))
        return found.kind if found is not None else "any"

    def sure(self, *nodes: Node, kinds: tuple[str, ...] = SINGLE) -> None:
        """Raises NoEquivalent where a node may be of another kind than these, or two of them differ.

        A Fact of no declared kind is believed.
        """
        if not self.strict:
            return
        found = {kind for node in nodes for kind in self.kinds(node)} - {"any", "null"}
        if len(found) > 1 or not found.issubset(kinds):
            raise NoEquivalent(nodes[0])

    def kinds(self, node: Node) -> set[str]:
        """What a value may be: "any" of a Fact, "mixed" of anything else the checker could not tell."""
        if isinstance(node, If):
            return self.kinds(node.then) | self.kinds(node.otherwise)
        kind = self.kind(node)
        return {"mixed" if kind == "any" and not isinstance(node, Name | Path) else kind}

    def text(self, node: Node, rank: int = 0) -> str:
        """The node where its place wants at least this rank; raises NoEquivalent."""
        method = METHODS.get(node.__class__)
        if method is None:
            raise NoEquivalent(node)
        made, own = method(self, node)
        return made if own >= rank else f"({made})"

    def operand(self, node: Node, rank: int) -> str:
        return self.text(_bare(node, "blank as zero"), rank)

    def function(self, name: str, given: Iterable[Node]) -> tuple[str, int]:
        return f"{name}({', '.join(map(self.text, given))})", VALUE

    # ------------------------------------------------------------------ names and values
    def name(self, node: Name) -> tuple[str, int]:
        return self.quoted(node.name), VALUE

    def quoted(self, name: str) -> str:
        """A name bare where it is read as one word and as no reference to a cell, else in backticks."""
        parts = name_parts(name)
        known = name in self.scope.entries and "`" not in name and name not in KEYWORDS
        alone = len(parts) == 1 and WORD.fullmatch(name) is not None and name not in KEYWORDS
        longer = any(p[: len(parts)] == parts and WORD.fullmatch(p[len(parts)]) is None
                     for p in self.longer if len(p) > len(parts))  # fmt: skip
        odd = not known and (CELL.match(name) is not None or name.upper() in ("TRUE", "FALSE"))
        return name if (known or alone) and not longer and not odd else f"`{name}`"

    def path(self, node: Path) -> tuple[str, int]:
        if not isinstance(node.source, Name | Path):
            raise NoEquivalent(node)
        return f"{self.text(node.source, VALUE)}.{self.quoted(node.name)}", VALUE

    def literal(self, node: Literal) -> tuple[str, int]:
        value = node.value
        if value is True or value is False:
            return ("TRUE" if value else "FALSE"), VALUE
        if value.__class__ is Decimal:
            return number_literal(value), VALUE
        if value.__class__ is str:
            return '"' + value.replace('"', '""') + '"', VALUE
        if isinstance(value, Date) and value.year >= 0:
            return f"DATE({value.year}, {value.month}, {value.day})", VALUE
        if isinstance(value, Time) and value.local and not value.nanos % NANO:
            return f"TIME({value.hour}, {value.minute}, {value.second})", VALUE
        raise NoEquivalent(node)

    # ------------------------------------------------------------------ operators
    def chain(self, node: Chain) -> tuple[str, int]:
        op, last = node.rest[-1]
        if node.rest[0][0] == "+" and self.kind(node) == "string":
            return " & ".join(self.text(x, ADDED) for x in (node.first, *(x for _, x in node.rest))), JOINED
        percent = len(node.rest) == 1 and op == "/" and isinstance(last, Literal) and last.value == 100
        if percent and isinstance(node.first, Literal) and node.first.value.__class__ is Decimal:
            return f"{self.text(node.first, VALUE)}%", UNARY + 1
        rank = RANKS[op]
        rest = (f" {SIGNS.get(op, op)} {self.operand(x, rank + 1)}" for op, x in node.rest)
        return self.operand(node.first, rank + 1) + "".join(rest), rank

    def negation(self, node: Negation) -> tuple[str, int]:
        return "-" + self.operand(node.operand, UNARY + 1), UNARY

    def comparison(self, node: Comparison) -> tuple[str, int]:
        self.sure(node.left, node.right, kinds=SINGLE if node.op in ("=", "!=") else ORDERED)
        sides = (_bare(x, "lower case", "blank as text", "blank as zero") for x in (node.left, node.right))
        left, right = (self.text(x, JOINED) for x in sides)
        return f"{left} {'<>' if node.op == '!=' else node.op} {right}", COMPARED

    def logic(self, node: Logic) -> tuple[str, int]:
        return self.function(node.op.upper(), node.items)

    def conditional(self, node: If) -> tuple[str, int]:
        pairs: list[Node] = []
        last: Node = node
        while isinstance(last, If):
            pairs += (last.condition, last.then)
            last = last.otherwise
        if len(pairs) > 2 and _called(last, "NA") is not None:
            return self.function("IFS", pairs)
        return self.function("IF", (node.condition, node.then, node.otherwise))

    def between(self, node: Between) -> tuple[str, int]:
        self.sure(node.value, node.low, node.high, kinds=ORDERED)
        value = self.simple(node.value)
        return f"AND({value} >= {self.text(node.low, JOINED)}, {value} <= {self.text(node.high, JOINED)})", VALUE

    def simple(self, node: Node) -> str:
        """A value that may be written twice."""
        if not isinstance(node, Name | Path):
            raise NoEquivalent(node)
        return self.text(node, JOINED)

    def membership(self, node: In) -> tuple[str, int]:
        if self.kind(node.value) in MANY:
            raise NoEquivalent(node)
        value = self.simple(node.value)
        made = [
            self.test(node.value, value, test, alone=not isinstance(given, ListNode))
            for given in node.tests
            for test in (given.items if isinstance(given, ListNode) else (given,))
        ]
        if not made:
            raise NoEquivalent(node)
        return (made[0], COMPARED if " " in made[0] else VALUE) if len(made) == 1 else (f"OR({', '.join(made)})", VALUE)

    def test(self, subject: Node, value: str, test: Node, alone: bool) -> str:
        """One test of `subject in`; a value `alone` may be a list or range to look in, which has to be known."""
        if not isinstance(test, RangeNode):
            kind = self.kind(test)
            if alone and kind == "list":
                return f"ISNUMBER(MATCH({value}, {self.text(test)}, 0))"
            if kind not in SINGLE:
                raise NoEquivalent(test)
            return f"{value} = {self.text(test, JOINED)}"
        if test.op is not None:
            self.sure(subject, test.low, kinds=SINGLE if test.op in ("=", "!=") else ORDERED)
            if test.op in ("=", "!=") and self.kind(test.low) not in SINGLE:
                raise NoEquivalent(test)
            return f"{value} {'<>' if test.op == '!=' else test.op} {self.text(test.low, JOINED)}"
        if test.high is None:
            raise NoEquivalent(test)
        self.sure(subject, test.low, test.high, kinds=ORDERED)
        low, high = (self.text(x, JOINED) for x in (test.low, test.high))
        return f"AND({value} >{'=' * test.low_closed} {low}, {value} <{'=' * test.high_closed} {high})"

    # ------------------------------------------------------------------ calls
    def call(self, node: Call) -> tuple[str, int]:
        if node.named is not None or not isinstance(node.function, Name):
            raise NoEquivalent(node)
        name, given = node.function.name, node.arguments
        infix = self.infix(name, given)
        if infix is not None:
            return infix
        row = ROWS.get(name)
        if row is not None and row.dialect == "excel":
            return self.function(name, self.arguments(given))
        known = SAME.get(name) or (FIRST_ONLY.get(name) if len(given) == 1 else None)
        if known is not None:
            return self.function(known, self.spread(node, name, given) if name in SPREAD else given)
        return self.other(node, name, given)

    def spread(self, node: Call, name: str, given: tuple[Node, ...]) -> tuple[Node, ...]:
        """The arguments of a function of many values, those of a written list apart; a list among values has no sense.

        The least and the greatest of texts and truths are something in FEEL only, as is counting what is unknown.
        """
        items = given[0].items if len(given) == 1 and isinstance(given[0], ListNode) else given
        if self.strict and name == "count" and (items is not given or len(given) > 1):
            raise NoEquivalent(node)
        if items is not given or len(given) > 1:
            for item in items:
                self.sure(item)
        found = [self.types.get(id(x), ANY) for x in items]
        if items is given and len(given) == 1 and found[0].kind == "list":
            found = [found[0].item or ANY]
        if any(x.kind in MANY or (x.kind in ("string", "boolean") and name in ("min", "max")) for x in found):
            raise NoEquivalent(node)
        return items

    def infix(self, name: str, given: tuple[Node, ...]) -> tuple[str, int] | None:
        """Calls that the dialect makes of operators."""
        if name in ("excel plus", "excel minus") and len(given) == 2:
            op = "+" if name == "excel plus" else "-"
            return f"{self.operand(given[0], ADDED)} {op} {self.operand(given[1], ADDED + 1)}", ADDED
        if name == "excel compare" and len(given) == 3:
            sign = given[1].value if isinstance(given[1], Literal) else None
            if sign in COMPARISONS.values():
                sign = "<>" if sign == "!=" else sign
                return f"{self.text(given[0], JOINED)} {sign} {self.text(given[2], JOINED)}", COMPARED
        if name == "CONCAT" and len(given) > 1:
            return " & ".join(self.text(_bare(x, "blank as text"), ADDED) for x in given), JOINED
        return None

    def arguments(self, given: tuple[Node, ...]) -> list[Node]:
        """Arguments as they were typed: without what the dialect wraps them in."""
        whole = _called(given[0], "without blanks") if len(given) == 1 else None
        return [_bare(x, *WRAPPERS) for x in (whole.arguments if whole is not None else given)]

    def other(self, node: Call, name: str, given: tuple[Node, ...]) -> tuple[str, int]:
        """FEEL's functions that are two of Excel's, or one with more arguments."""
        texts = [self.text(x) for x in given]
        if name == "get or else" and len(given) == 2:
            # What is worked out may fail, which is no blank; what is given cannot.
            known = isinstance(given[0], Name | Path)
            value = texts[0] if known else f"IFERROR({texts[0]}, {texts[1]})"
            return f"IF(ISBLANK({texts[0]}), {texts[1]}, {value})", VALUE
        if name == "is defined" and len(given) == 1 and isinstance(given[0], Name | Path):
            return f"NOT(ISBLANK({texts[0]}))", VALUE
        if name == "contains" and len(given) == 2:
            return f"ISNUMBER(FIND({texts[1]}, {texts[0]}))", VALUE
        if name == "ceiling" and len(given) == 1:
            return f"CEILING({texts[0]}, 1)", VALUE
        if name == "date" and len(given) == 3:
            return f"DATE({', '.join(texts)})", VALUE
        if name == "substring" and len(given) == 3 and isinstance(given[1], Literal):
            return f"MID({', '.join(texts)})", VALUE
        if name in WRAPPERS:
            return f"{name}({', '.join(texts)})", VALUE
        raise NoEquivalent(node)


METHODS: dict[type, Callable[[ExcelPrinter, Any], tuple[str, int]]] = {
    Literal: ExcelPrinter.literal,
    Name: ExcelPrinter.name,
    Path: ExcelPrinter.path,
    Chain: ExcelPrinter.chain,
    Negation: ExcelPrinter.negation,
    Comparison: ExcelPrinter.comparison,
    Logic: ExcelPrinter.logic,
    If: ExcelPrinter.conditional,
    Between: ExcelPrinter.between,
    In: ExcelPrinter.membership,
    Call: ExcelPrinter.call,
}


def print_excel(tree: Node, scope: Scope, types: Mapping[int, Type] | None = None, strict: bool = False) -> str:
    """The tree as Excel text. Raises NoEquivalent where a part of it has none, such as a loop or a context."""
    return ExcelPrinter(scope, types or {}, strict).text(tree)
