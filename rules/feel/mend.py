"""What puts a problem of a formula right in one stroke: the nearest name, marks of FEEL, what is not closed yet."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..problem import Problem
from .excel import parse_excel
from .excel_print import ExcelPrinter
from .functions import INDEX
from .limits import LIMITS
from .parse import parse
from .printing import Printer
from .scope import Scope
from .syntax import Literal, Span
from .tokens import Broken

NEAR = "_near"
READ = frozenset({"feel.syntax", "feel.character"})
FOREIGN = {
    **dict(zip("（），；＝＜＞＋－＊／！：［］｛｝×÷、", "(),,=<>+-*/!:[]{}*/,", strict=True)),
    "≤": "<=", "≥": ">=", "≠": "!=", "==": "=", "<>": "!=", "&&": " and ", "||": " or ",
}  # fmt: skip
"""Marks of a Chinese keyboard and of other languages, and those that FEEL has instead."""
CLOSERS = {"(": ")", "[": "]", "{": "}"}
TEXT = re.compile(r'"(?:[^"\\]|\\.)*"|`[^`]*`|[“”]([^“”"]*)[“”]|' "[‘’']([^‘’'\"]*)[‘’']", re.DOTALL)
SIGN = re.compile("|".join(map(re.escape, sorted(FOREIGN, key=len, reverse=True))))


@dataclass(frozen=True, slots=True)
class Mend:
    """One change: `text` in place of `span`, in code points; kind: near (a name), marks, or close (what was open)."""

    kind: str
    span: Span
    text: str


def mends(problem: Problem, text: str, scope: Scope, dialect: str = "feel", unary: bool = False) -> tuple[Mend, ...]:
    """The changes that put a problem of this text right; none where only its author can know."""
    if problem.span is None or problem.severity != "error" or len(text) > LIMITS.text:
        return ()
    if problem.code.endswith(NEAR):
        return (_renamed(problem, problem.span, text, scope, dialect),)
    if problem.code not in READ:
        return ()
    made = _closed(text, dialect) if problem.span[0] >= len(text.rstrip()) else _translated(text, dialect)
    return (made,) if made is not None and _helps(made, problem.span[0], text, scope, dialect, unary) else ()


def _helps(mend: Mend, stopped: int, text: str, scope: Scope, dialect: str, unary: bool) -> bool:
    """Whether the changed text is read farther than the place the reader stopped at; what follows may be wrong too."""
    made = text[: mend.span[0]] + mend.text + text[mend.span[1] :]
    try:
        if dialect == "excel":
            parse_excel(made, scope)
        else:
            parse(made, scope, INDEX, LIMITS, unary)
    except Broken as broken:
        return all(each.code not in READ or (each.span or (0, 0))[0] > stopped for each in broken.problems)
    return True


def _renamed(problem: Problem, span: Span, text: str, scope: Scope, dialect: str) -> Mend:
    """The nearest name as it is written here; of a member only its own name is replaced."""
    near, name = str(problem.params["near"]), str(problem.params["name"])
    written = text[slice(*span)]
    if "unknown_function" in problem.code and near not in scope.entries:
        return Mend("near", span, near)
    plain = Printer(Literal((0, 0), None), scope)
    if "unknown_member" in problem.code:
        tail = f"`{name}`" if written.endswith("`") else name
        if written.endswith(tail):
            span = (span[1] - len(tail), span[1])
        return Mend("near", span, plain.member(near))
    quoted = ExcelPrinter(scope, {}).quoted(near) if dialect == "excel" else plain.name(near)
    return Mend("near", span, quoted)


def _translated(text: str, dialect: str) -> Mend | None:
    """Every mark of a Chinese keyboard outside texts and names in the form FEEL reads; one change over all of them."""
    if dialect == "excel":
        return None  # it reads them as they are
    made, at = [], 0
    for m in TEXT.finditer(text):
        made.append(_signs(text[at : m.start()]))
        inside = next((group for group in m.groups() if group is not None), None)
        made.append(m[0] if inside is None else f'"{inside}"')
        at = m.end()
    made.append(_signs(text[at:]))
    return _difference(text, "".join(made))


def _signs(text: str) -> str:
    found = SIGN.sub(lambda m: FOREIGN[m[0]], text)
    return re.sub(r"(?<=\S)  +(?=(?:and|or) )|(?<= and)  +|(?<= or)  +", " ", found) if found != text else text


def _difference(before: str, after: str) -> Mend | None:
    if before == after:
        return None
    most = min(len(before), len(after))
    start = next((at for at in range(most) if before[at] != after[at]), most)
    back = 0
    while back < most - start and before[-1 - back] == after[-1 - back]:
        back += 1
    return Mend("marks", (start, len(before) - back), after[start : len(after) - back])


def _closed(text: str, dialect: str) -> Mend | None:
    """What is still open at the end of the text, closed from the inside out."""
    opened: list[str] = []
    at, quote = 0, ""
    while at < len(text):
        c = text[at]
        if quote:
            if c == "\\" and dialect == "feel" and quote == '"':
                at += 1
            elif c == quote:
                quote = ""
        elif c in '"`':
            quote = c
        elif c in "([{（":
            opened.append("(" if c == "（" else c)
        elif c in ")]}）" and opened:
            opened.pop()
        at += 1
    missing = quote + "".join(CLOSERS[c] for c in reversed(opened))
    if not missing:
        return None
    end = len(text) if quote else len(text.rstrip())
    return Mend("close", (end, end), missing)
