"""Built-in functions over text."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from ..cause import Stop, is_null
from ..limits import Pay, budget
from ..numbers import number_text
from ..operate import DEEPEST
from ..patterns import compile_pattern, expand
from ..run import Run
from ..temporal import temporal_text
from ..types import kind_of
from ..values import Function, Range
from .table import Fault, Unknown, builtin, whole

_MARKS = frozenset('"{}[]:,')


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _key(key: str) -> str:
    """A key of a context: in quotes where it is empty or holds a mark that would end it."""
    return _quoted(key) if not key or not _MARKS.isdisjoint(key) else key


def text_of(value: Any, inside: bool = False, pay: Pay | None = None, depth: int = 0) -> str:
    """Any value as text; strings inside lists and contexts keep their quotes. Going through lists is paid for."""
    if depth > DEEPEST:
        raise Stop("depth", DEEPEST)
    if is_null(value):
        return "null"
    if value is True or value is False:
        return "true" if value else "false"
    if value.__class__ is Decimal:
        return number_text(value)
    if value.__class__ is str:
        if pay is not None:
            pay(len(value) // 8)
        return _quoted(value) if inside else str(value)
    if value.__class__ in (list, dict):
        return _joined(value, pay or budget(), depth)
    if isinstance(value, Range):
        if value.op:
            return f"({value.op} {text_of(value.high if value.low is None else value.low, True, pay, depth + 1)})"
        low, high = (text_of(x, True, pay, depth + 1) for x in (value.low, value.high))
        return f"{'[' if value.low_closed else '('}{low}..{high}{']' if value.high_closed else ')'}"
    if isinstance(value, Function):
        return f"function({', '.join(value.params)})"
    return temporal_text(value)


def _joined(value: Any, pay: Pay, depth: int) -> str:
    pay(2 + 2 * len(value))
    if value.__class__ is list:
        return "[" + ", ".join(text_of(x, True, pay, depth + 1) for x in value) + "]"
    return "{" + ", ".join(f"{_key(k)}: {text_of(x, True, pay, depth + 1)}" for k, x in value.items()) + "}"


@builtin(
    "string", "from: any", "string",
    "转换为文本",
    "Any value as text",
    ('string(1.5) = "1.5"', 'string([1, "a"]) = "[1, \\"a\\"]"', 'string(@"2026-01-31") = "2026-01-31"'),
)
def string(run: Run, at: int, value: Any) -> Any:
    return value if is_null(value) else run.text(text_of(value, pay=run.spend))


@builtin(
    "substring", "string: string, start position: number, length: number?", "string",
    "从某一位置起的部分文本，位置从 1 起，负数从末尾起",
    "Part of a text from a position, negative from the end",
    ('substring("foobar", 3, 2) = "ob"', 'substring("信用评级", 3) = "评级"', 'substring("foobar", -2) = "ar"'),
)
def substring(run: Run, at: int, text: str, start: Decimal, length: Decimal | None) -> str:
    first = whole(start)
    size = whole(length) if length is not None else len(text)
    if not first or abs(first) > len(text) or (length is not None and size < 1):
        raise Fault("range", position=first, size=len(text))
    begin = first - 1 if first > 0 else len(text) + first
    return text[begin : begin + size]


@builtin(
    "string length", "string: string", "number",
    "字符数",
    "Number of characters",
    ('string length("信用") = 2', 'string length("") = 0'),
)
def string_length(run: Run, at: int, text: str) -> Decimal:
    return Decimal(len(text))


@builtin(
    "upper case", "string: string", "string",
    "转换为大写",
    "In capitals",
    ('upper case("aB") = "AB"', 'upper case("Ab9") = "AB9"'),
)
def upper_case(run: Run, at: int, text: str) -> str:
    return run.text(text.upper())


@builtin(
    "lower case", "string: string", "string",
    "转换为小写",
    "In small letters",
    ('lower case("aB") = "ab"', 'lower case("ABC") = "abc"'),
)
def lower_case(run: Run, at: int, text: str) -> str:
    return run.text(text.lower())


@builtin(
    "substring before", "string: string, match: string", "string",
    "匹配内容之前的文本",
    "The text before a match",
    ('substring before("foobar", "bar") = "foo"', 'substring before("foobar", "x") = ""'),
)
def substring_before(run: Run, at: int, text: str, match: str) -> str:
    found = text.find(match)
    return text[:found] if found > 0 else ""


@builtin(
    "substring after", "string: string, match: string", "string",
    "匹配内容之后的文本",
    "The text after a match",
    (
        'substring after("foobar", "ob") = "ar"',
        'substring after("foobar", "x") = ""',
        'substring after("a=b", "=") = "b"',
    ),
)
def substring_after(run: Run, at: int, text: str, match: str) -> str:
    found = text.find(match)
    return text[found + len(match) :] if found >= 0 else ""


@builtin(
    "contains", "string: string, match: string", "boolean",
    "是否包含",
    "Whether a text holds another",
    ('contains("foobar", "ob") = true', 'contains("信用评级", "评级") = true'),
)
def contains(run: Run, at: int, text: str, match: str) -> bool:
    return match in text


@builtin(
    "starts with", "string: string, match: string", "boolean",
    "是否以其开头",
    "Whether a text begins so",
    ('starts with("foobar", "fo") = true', 'starts with("foobar", "bar") = false'),
)
def starts_with(run: Run, at: int, text: str, match: str) -> bool:
    return text.startswith(match)


@builtin(
    "ends with", "string: string, match: string", "boolean",
    "是否以其结尾",
    "Whether a text ends so",
    ('ends with("foobar", "r") = true', 'ends with("foobar", "foo") = false'),
)
def ends_with(run: Run, at: int, text: str, match: str) -> bool:
    return text.endswith(match)


@builtin(
    "matches", "input: string, pattern: string, flags: string?~", "boolean",
    "是否符合模式",
    "Whether a part of a text fits a pattern",
    (
        'matches("A12", "[0-9]+") = true',
        'matches("91330000", "^[0-9]{8}$") = true',
        'matches("ABC", "b", "i") = true',
    ),
)
def matches(run: Run, at: int, text: str, pattern: str, flags: Any) -> bool:
    run.spend(1 + len(text) // 64)
    return compile_pattern(pattern, _flags(flags)).search(text) is not None


def _flags(flags: Any) -> str:
    return "" if is_null(flags) else str(flags)


@builtin(
    "replace", "input: string, pattern: string, replacement: string, flags: string?~", "string",
    "把符合模式的部分替换掉，$1 为第一组",
    "Replaces what fits a pattern; $1 is the first group",
    (
        'replace("2024", "(20)([0-9]+)", "$2") = "24"',
        'replace("a-b-c", "-", "") = "abc"',
        'replace("ABC", "b", "*", "i") = "A*C"',
    ),
)
def replace(run: Run, at: int, text: str, pattern: str, replacement: str, flags: Any) -> str:
    compiled = compile_pattern(pattern, _flags(flags))
    if compiled.search("") is not None:
        raise Fault("pattern", pattern=pattern[:60])
    run.spend(1 + len(text) // 64)
    made: list[str] = []
    size = last = 0
    for m in compiled.finditer(text):
        piece = text[last : m.start()] + expand(replacement, m)
        size += len(piece)
        if size > run.limits.string:
            raise Stop("string", run.limits.string)
        made.append(piece)
        last = m.end()
    return run.text("".join(made) + text[last:])


@builtin(
    "split", "string: string, delimiter: string", "list",
    "按模式拆分为列表",
    "Splits at what fits a pattern",
    ('split("a;b", ";") = ["a", "b"]', 'split("a, b", ",\\s*") = ["a", "b"]'),
)
def split(run: Run, at: int, text: str, delimiter: str) -> list[str]:
    compiled = compile_pattern(delimiter, "")
    if compiled.search("") is not None:
        raise Fault("pattern", pattern=delimiter[:60])
    run.spend(1 + len(text) // 64)
    made: list[str] = []
    last = 0
    for m in compiled.finditer(text):
        if m.end() == m.start():
            continue
        made.append(text[last : m.start()])
        last = m.end()
    return run.items([*made, text[last:]])


@builtin(
    "string join", "list: list of string, delimiter: string?~", "string",
    "用分隔符连接文本",
    "Joins texts with a delimiter",
    ('string join(["a", "b"], "-") = "a-b"', 'string join(["a", null, "b"]) = "ab"'),
)
def string_join(run: Run, at: int, values: list[Any], delimiter: Any) -> str:
    found = []
    for value in values:
        if value is None:
            continue
        if is_null(value):
            raise Unknown(values)
        if value.__class__ is not str:
            raise Fault("type", left=kind_of(value), wanted="string")
        found.append(value)
    run.spend(len(found))
    joint = "" if is_null(delimiter) else str(delimiter)
    if sum(map(len, found)) + len(joint) * len(found) > run.limits.string + len(joint):
        raise Stop("string", run.limits.string)
    return run.text(joint.join(found))
