"""The Excel dialect: another table of operators over the same parser, with blanks lowered into the tree."""

from __future__ import annotations

from decimal import Decimal

from ..problem import Problem
from .check import Checker
from .excel_scan import ExcelScanner
from .forms import FORMS, form, literal
from .functions import INDEX, ROWS
from .functions.table import Row
from .limits import LIMITS, Limits
from .parse import Parser
from .scope import NameIndex, Scope
from .syntax import Call, Chain, Comparison, If, Literal, Name, Negation, Node, Path
from .tokens import Broken
from .types import Type

COMPARISONS = {"=": "=", "==": "=", "<>": "!=", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
RANKS = {**dict.fromkeys(COMPARISONS, 3), "&": 4, "+": 5, "-": 5, "*": 6, "/": 6, "^": 7}
"""Higher binds tighter; then the sign, then ``%`` behind a value."""
UNARY, HUNDRED = 8, Decimal(100)
VOLATILE = frozenset({"RAND", "RANDBETWEEN", "RANDARRAY", "OFFSET", "INDIRECT", "CELL", "INFO", "ROW", "COLUMN"})
PASSING = frozenset({"INDEX", "LOOKUP", "CHOOSE", "SWITCH", "IFERROR", "IFNA", "get value"})
"""Functions whose value may be a blank they were given."""
DAYS = frozenset({"date", "date and time", "time"})
LOWERED = {"zero": "blank as zero", "text": "blank as text", "skip": "without blanks"}


class Types(Checker):
    """The checker as the parser asks it: the type of a node, each worked out once; its findings are not kept."""

    def __init__(self, text: str, scope: Scope) -> None:
        super().__init__(text, scope, None)
        self.nodes: list[Node] = []

    def visit(self, node: Node) -> Type:
        known = self.types.get(id(node))
        if known is None:
            self.nodes.append(node)  # kept, so that no other node gets its identity
            known = super().visit(node)
        return known


class ExcelParser(Parser):
    """Precedence climbing with Excel's operators; what Excel does silently is written into the tree."""

    ranks = RANKS
    reads = ExcelScanner
    scan: ExcelScanner

    def __init__(self, text: str, scope: Scope, limits: Limits, functions: NameIndex) -> None:
        super().__init__(text, scope, limits, functions)
        self.types = Types(text, scope)

    # ------------------------------------------------------------------ lowering
    def kind(self, node: Node) -> str:
        return self.types.visit(node).kind

    def made(self, name: str, span: tuple[int, int], *given: Node) -> Node:
        """A call that the dialect writes itself, at the span of what it stands for."""
        self.nodes += 2
        made = Call(span, Name(span, name), given)
        self.heights[id(made)] = 1 + max(self.heights[id(node)] for node in given)
        self.types.nodes.append(made)
        return made

    def blank(self, node: Node) -> bool:
        """Whether a node may turn out to be a blank."""
        if isinstance(node, Name):
            entry = self.scope.entries.get(node.name)
            return entry is None or entry.nullable
        if isinstance(node, If):
            return self.blank(node.then) or self.blank(node.otherwise)
        if isinstance(node, Call):
            return isinstance(node.function, Name) and node.function.name in PASSING
        return isinstance(node, Path)

    def lowered(self, node: Node, what: str) -> Node:
        """The node with its blank counted as 0 or ""; dates and truth have no such value and stay unknown."""
        kinds = ("any", "null", "list", "number") if what == "zero" else ("any", "null", "list", "number", "string")
        if not self.blank(node) or self.kind(node) not in kinds:
            return node
        return self.made(LOWERED[what], node.span, node)

    # ------------------------------------------------------------------ operators
    def expression(self, rank: int = 0, endpoint: bool = False) -> Node:
        return super().expression(rank)

    def prefix(self, start: int, endpoint: bool) -> Node:
        if self.scan.take("+"):
            return self.expression(UNARY)
        if not self.scan.take("-"):
            return self.postfix(endpoint)
        operand = self.lowered(self.expression(UNARY), "zero")
        return self.node(Negation, start, operand, children=(operand,))

    def postfix(self, endpoint: bool = False) -> Node:
        start = self.scan.at
        node = self.primary()
        while True:
            if self.scan.take("%"):
                hundred = literal(self, start, HUNDRED)
                value = self.lowered(node, "zero")
                node = self.node(Chain, start, value, (("/", hundred),), children=(value, hundred))
            elif self.scan.peek() == "." and isinstance(node, Name | Path):
                self.scan.move(self.scan.at + 1)
                node = self.node(Path, start, node, self.member(), children=(node,))
            else:
                return node

    def binary(self, start: int, left: Node, op: str, rank: int, endpoint: bool) -> Node:
        if rank == 3:
            self.scan.take(op)
            node = self.compared_with(start, left, COMPARISONS[op], self.expression(4))
            if self.scan.peek() in COMPARISONS:
                self.scan.fail("operator")
            return node
        if rank == 4:
            given = [self.lowered(left, "text")]
            while self.scan.take("&"):
                given.append(self.lowered(self.expression(5), "text"))
            return self.joined(start, given)
        return self.chained(start, left, rank)

    def joined(self, start: int, given: list[Node]) -> Node:
        return self.node(Call, start, Name((start, start), "CONCAT"), tuple(given), None, children=given)

    def chained(self, start: int, first: Node, rank: int) -> Node:
        """Operators of one rank from left to right; those over dates, or over what may be one, become calls."""
        made, rest = self.lowered(first, "zero"), list[tuple[str, Node]]()
        while self.ranks.get(op := self.scan.peek()) == rank:
            self.scan.take(op)
            right = self.lowered(self.expression(rank + 1), "zero")
            if rank == 5 and self.dated(made, right):
                made, rest = self.flushed(start, made, rest), []
                name = Name((start, start), "excel plus" if op == "+" else "excel minus")
                made = self.node(Call, start, name, (made, right), None, children=(made, right))
            else:
                rest.append(("**" if op == "^" else op, right))
        return self.flushed(start, made, rest)

    def flushed(self, start: int, first: Node, rest: list[tuple[str, Node]]) -> Node:
        if not rest:
            return first
        return self.node(Chain, start, first, tuple(rest), children=(first, *(node for _, node in rest)))

    def dated(self, left: Node, right: Node) -> bool:
        """Whether a date takes part in an addition, or may: two numbers, and text, need no such care."""
        kinds = {self.kind(left), self.kind(right)}
        return bool(kinds & DAYS) or (bool(kinds & {"any", "null"}) and kinds <= {"any", "null", "number"})

    def compared_with(self, start: int, left: Node, op: str, right: Node) -> Node:
        """Text compares without case; a blank is 0 beside a number and "" beside text."""
        kinds = self.kind(left), self.kind(right)
        empty = any(isinstance(x, Literal) and x.value == "" for x in (left, right))
        if "string" in kinds and not empty and set(kinds) <= {"string", "any", "null"}:
            left, right = (self.made("lower case", x.span, self.lowered(x, "text")) for x in (left, right))
        elif "number" in kinds and set(kinds) <= {"number", "any", "null"}:
            left, right = self.lowered(left, "zero"), self.lowered(right, "zero")
        elif empty or set(kinds) <= {"any", "null"}:
            operator = literal(self, start, op)
            given = (left, operator, right)
            return self.node(Call, start, Name((start, start), "excel compare"), given, None, children=given)
        return self.node(Comparison, start, op, left, right, children=(left, right))

    # ------------------------------------------------------------------ terms
    def primary(self) -> Node:
        start = self.scan.at
        called = self.scan.function()
        known = self.scan.known(self.scope.index)
        if called is not None and (known is None or known[1] <= start + len(called)):
            return self.function_call(start, called)
        quoted = self.scan.quoted_name()
        if quoted is not None:
            return self.node(Name, start, quoted, children=())
        if known is None:
            if self.cell():
                return literal(self, start, None)
            known = self.built_in()
        if known is not None:
            self.scan.move(known[1])
            node = self.node(Name, start, known[0], children=())
            return self.arguments(start, known[0]) if known[0] in ROWS and self.scan.peek() == "(" else node
        return self.single(start)

    def single(self, start: int) -> Node:
        """Parentheses, a number, a text, TRUE and FALSE, or a name nothing knows."""
        mark = self.scan.peek()
        if self.scan.take("("):
            inner = self.expression()
            self.scan.need(")")
            return inner
        if mark in ("{", "["):
            raise Broken(Problem("excel.array", span=(start, start + 1)))
        number = self.scan.number()
        if number is not None:
            return literal(self, start, number)
        text = self.scan.string()
        if text is not None:
            return literal(self, start, text)
        if mark.upper() in ("TRUE", "FALSE"):
            self.scan.take(mark)
            return literal(self, start, mark.upper() == "TRUE")
        words = self.scan.words()
        if words is None:
            self.scan.fail("value")
        return self.node(Name, start, words, children=())

    def cell(self) -> bool:
        """Moves over a reference to a cell, which is refused; what it stands for is not known."""
        m = self.scan.cell()
        if m is not None:
            self.scan.note("excel.cell_reference", m.span(), text=m[0][:40])
            self.scan.move(m.end())
        return m is not None

    # ------------------------------------------------------------------ calls
    def function_call(self, start: int, name: str) -> Node:
        if name in VOLATILE:
            self.scan.note("excel.volatile", (start, start + len(name)), name=name)
        typed = self.scan.text[start : start + len(name)]
        self.scan.move(start + len(name))
        return self.arguments(start, name if name in ROWS or name in VOLATILE else typed)

    def arguments(self, start: int, name: str) -> Node:
        callee = Name((start, start + len(name)), name)
        given = self.given()
        if name in FORMS:
            made = form(self, start, name, given)
            if made is not None:
                return made
        row = ROWS.get(name)
        if row is not None and row.dialect == "excel" and len(given) <= row.most:
            given = self.blanks(row, given)
        return self.node(Call, start, callee, given, None, children=given)

    def given(self) -> tuple[Node, ...]:
        self.scan.need("(")
        found: list[Node] = []
        while not self.scan.take(")"):
            if found and not self.scan.take(";"):
                self.scan.need(",")
            found.append(self.expression())
        return tuple(found)

    def blanks(self, row: Row, given: tuple[Node, ...]) -> tuple[Node, ...]:
        """The arguments with each blank counted as its parameter says."""
        last = row.params[-1] if row.params else None
        if last is not None and last.variadic and last.blank == "skip" and len(row.params) == 1:
            kinds = {self.kind(node) for node in given}
            # A blank among dates stays unknown: left out, it could leave nothing, and nothing is no date.
            if kinds & DAYS or not ("list" in kinds or any(map(self.blank, given))):
                return given
            span = (given[0].span[0], given[-1].span[1])
            return (self.made("without blanks", span, *given),)
        made: list[Node] = []
        for at, node in enumerate(given):
            param = row.params[min(at, len(row.params) - 1)]
            if param.blank == "skip" and (self.blank(node) or self.kind(node) == "list"):
                node = self.made("without blanks", node.span, node)
            elif param.blank in ("zero", "text"):
                node = self.lowered(node, param.blank)
            made.append(node)
        return tuple(made)


def parse_excel(text: str, scope: Scope, limits: Limits = LIMITS) -> Node:
    """The tree of a formula in Excel text, with or without ``=`` in front. Raises Broken."""
    parser = ExcelParser(text, scope, limits, INDEX)
    if len(text) > limits.text:
        parser.scan.limit("text", limits.text, (limits.text, len(text)))
    parser.scan.take("=")
    return parser.whole(parser.expression)
