"""JSON as people type it: read strictly, with every fault at its line, and written back in one readable form."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from rules import Invalid, Problem
from rules.problem import pointer

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 32
MAX_INTEGER = 2**53 - 1  # the largest whole number every JSON reader keeps exactly
MAX_PROBLEMS = 200
WIDTH = 110

_BLANK = re.compile(r"[ \t\r\n]*")
_NUMBER = re.compile(r"-?[0-9][0-9.eE+-]*")
_PLAIN = re.compile(r"-?(0|[1-9][0-9]*)")
_WORD = re.compile(r"-?[A-Za-z_]+")
_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]|\\.)*"')
_ESCAPE = re.compile(r"\\(?:u[0-9a-fA-F]{4}|.)", re.DOTALL)
_CONSTANTS = {"true": True, "false": False, "null": None}
_NO_NUMBERS = ("NaN", "Infinity", "-Infinity")


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in a text: offsets in code points, line and column from 1."""

    start: int
    end: int
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Document:
    """A text read: its value, and the span of each value by JSON Pointer."""

    text: str
    value: dict[str, Any]
    spans: Mapping[str, tuple[int, int]] = field(repr=False)

    def place(self, path: str, span: tuple[int, int] | None = None) -> Place:
        """Where `path` stands, or the nearest thing around it; `span` is inside the string found there."""
        known = path
        while known not in self.spans:
            known = known.rpartition("/")[0]
        start, end = self.spans[known]
        if known != path:
            end = min(end, start + 1)  # what is missing stands nowhere: point to where it belongs
        elif span is not None and self.text[start] == '"':
            start, end = _inside(self.text, start, span)
        return place_of(self.text, start, end)


def place_of(text: str, start: int, end: int) -> Place:
    line = text.count("\n", 0, start) + 1
    return Place(start, max(start, end), line, start - text.rfind("\n", 0, start))


def _inside(text: str, start: int, span: tuple[int, int]) -> tuple[int, int]:
    """Offsets of code points of a string as they stand in its literal, where an escape is longer than one."""
    edges = []
    at, count = start + 1, 0
    for wanted in span:
        while count < wanted and text[at] != '"':
            escape = _ESCAPE.match(text, at)
            at = escape.end() if escape else at + 1
            count += 1
        edges.append(at)
    return edges[0], max(edges[1], edges[0] + 1)


def read(text: str) -> Document:
    """The object a person typed. Raises Invalid: where it breaks, and every value that no Definition may hold.

    Fractions are refused because a JSON number arrives rounded; they are written as text.
    """
    if len(text.encode("utf-8", "replace")) > MAX_BYTES:
        raise Invalid([Problem("definition.too_large", "", {"max": MAX_BYTES // 1024})])
    if not text.strip():
        raise Invalid([Problem("definition.empty")])
    scanner = _Scanner(text)
    value = scanner.whole()
    if not isinstance(value, dict):
        scanner.report("definition.not_object", (), 0, 1)
    if scanner.problems:
        raise Invalid(scanner.problems[:MAX_PROBLEMS])
    return Document(text, value, scanner.spans)


def problems_of(text: str) -> list[Problem]:
    """What keeps a text from being read; nothing for a document."""
    try:
        read(text)
    except Invalid as invalid:
        return list(invalid.problems)
    return []


def keepable(text: str) -> bool:
    """Whether a text that no document can be read of may be stored as it was typed."""
    return not unsound(text) and len(text.encode()) <= MAX_BYTES


def fingerprint(text: str) -> str:
    """By what the ledger knows a text that is no document."""
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


class _Scanner:
    """One reading of one text; `problems` are faults after which reading could go on."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.problems: list[Problem] = []
        self.spans: dict[str, tuple[int, int]] = {}

    def report(self, code: str, path: tuple[str | int, ...], start: int, end: int, **params: Any) -> None:
        place = place_of(self.text, start, end)
        params |= {"line": place.line, "column": place.column}
        self.problems.append(Problem(code, pointer(*path), params, None if path else (start, end)))

    def stop(self, code: str = "definition.json", at: int | None = None) -> NoReturn:
        """What follows cannot be read: this is the last thing told."""
        at = self.at if at is None else at
        if at >= len(self.text):
            code = "definition.json_end"
        place = place_of(self.text, at, at + 1)
        params = {"line": place.line, "column": place.column, "found": self.text[at : at + 12].split("\n")[0]}
        raise Invalid([*self.problems[: MAX_PROBLEMS - 1], Problem(code, "", params, (place.start, place.end))])

    def skip(self) -> str:
        """The next character that is no blank, "" at the end."""
        self.at = _BLANK.match(self.text, self.at).end()  # type: ignore[union-attr]  # matches the empty text too
        return self.text[self.at : self.at + 1]

    def whole(self) -> Any:
        value = self.value(())
        if self.skip():
            self.stop("definition.json_more")
        return value

    def value(self, path: tuple[str | int, ...]) -> Any:
        if len(path) > MAX_DEPTH:
            self.stop("definition.too_deep")
        sign = self.skip()
        start = self.at
        if sign == "{":
            value: Any = self.members(path)
        elif sign == "[":
            value = self.items(path)
        elif sign == '"':
            value = self.string(path)
        else:
            value = self.scalar(path)
        self.spans[pointer(*path)] = (start, self.at)
        return value

    def members(self, path: tuple[str | int, ...]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        self.at += 1
        if self.skip() == "}":
            self.at += 1
            return found
        while True:
            if self.skip() != '"':
                closed = self.text[self.at : self.at + 1] == "}"
                self.stop("definition.json_comma" if closed else "definition.json_name")
            start = self.at
            name = self.string(path)
            if name in found:
                self.report("definition.repeated_key", (*path, name), start, self.at, key=name[:60])
            if self.skip() != ":":
                self.stop("definition.json_colon")
            self.at += 1
            found[name] = self.value((*path, name))
            if self.more("}"):
                return found

    def items(self, path: tuple[str | int, ...]) -> list[Any]:
        found: list[Any] = []
        self.at += 1
        if self.skip() == "]":
            self.at += 1
            return found
        while True:
            if self.skip() == "]":
                self.stop("definition.json_comma")
            found.append(self.value((*path, len(found))))
            if self.more("]"):
                return found

    def more(self, close: str) -> bool:
        """True where the list or object ends here, False after a comma."""
        sign = self.skip()
        if sign not in (",", close) or not sign:
            self.stop("definition.json_between")
        self.at += 1
        return sign == close

    def string(self, path: tuple[str | int, ...]) -> str:
        start = self.at
        literal = _STRING.match(self.text, start)
        if literal is None:
            self.stop("definition.json_string")
        self.at = literal.end()
        try:
            value: str = json.loads(literal[0])
        except json.JSONDecodeError as error:
            self.stop("definition.json_escape", start + error.pos)
        if unsound(value):
            self.report("definition.character", path, start, self.at)
        return value

    def scalar(self, path: tuple[str | int, ...]) -> Any:
        start = self.at
        word = _WORD.match(self.text, start)
        if word is not None and (word[0] in _CONSTANTS or word[0] in _NO_NUMBERS):
            self.at = word.end()
            if word[0] in _NO_NUMBERS:
                self.report("definition.not_a_number", path, start, self.at, number=word[0])
            return _CONSTANTS.get(word[0])
        number = _NUMBER.match(self.text, start)
        if number is None:
            self.stop()
        self.at = number.end()
        if not _PLAIN.fullmatch(number[0]):
            self.report("definition.float", path, start, self.at, number=number[0][:40])
            return None
        if len(number[0]) > 17 or abs(int(number[0])) > MAX_INTEGER:
            self.report("definition.huge_number", path, start, self.at, number=number[0][:40])
            return None
        return int(number[0])


def unsound(text: str) -> bool:
    """NUL can be stored by no database, a lone surrogate by no canonical document."""
    return "\x00" in text or any("\ud800" <= character <= "\udfff" for character in text)


def storable_problems(value: Any, at: str = "") -> list[Problem]:
    """What keeps a JSON value that came by another road than a text from being stored, at paths under `at`."""
    found = [problem.under(at) for problem in _faults(value)]
    if not found and len(json.dumps(value, ensure_ascii=False).encode()) > MAX_BYTES:
        found = [Problem("definition.too_large", at, {"max": MAX_BYTES // 1024})]
    return found[:MAX_PROBLEMS]


def _faults(value: Any) -> Iterator[Problem]:
    todo: list[tuple[Any, tuple[str | int, ...]]] = [(value, ())]
    while todo:
        item, path = todo.pop()
        nowhere = {"line": 0, "column": 0}
        if len(path) > MAX_DEPTH:
            yield Problem("definition.too_deep", pointer(*path[:4]), nowhere)
            return
        if isinstance(item, float):
            code = "definition.float" if item - item == 0 else "definition.not_a_number"
            yield Problem(code, pointer(*path), {"number": str(item)[:40], **nowhere})
        elif isinstance(item, int) and not isinstance(item, bool) and abs(item) > MAX_INTEGER:
            yield Problem("definition.huge_number", pointer(*path), {"number": f"2^{item.bit_length() - 1}", **nowhere})
        elif isinstance(item, str) and unsound(item):
            yield Problem("definition.character", pointer(*path), nowhere)
        elif isinstance(item, Mapping):
            for name, inner in item.items():
                if not isinstance(name, str) or unsound(name):
                    yield Problem("definition.character", pointer(*path), nowhere)
                else:
                    todo.append((inner, (*path, name)))
        elif isinstance(item, list | tuple):
            todo += [(inner, (*path, index)) for index, inner in enumerate(item)]


# Members in the order people read them; others keep the order they have, behind these.
_FIRST = (
    "kind", "id", "key", "code", "type", "by", "effect", "from", "to", "order", "label", "title", "zh-CN", "en", "name",
    "decision", "dimension", "weight", "grade", "target", "when", "value", "edge", "points",
)  # fmt: skip
_LAST = ("body", "layout", "routes", "examples")
_RANK = {name: rank for rank, name in enumerate(_FIRST)} | {name: 1000 + rank for rank, name in enumerate(_LAST)}


def ordered(members: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """PostgreSQL forgets the order members were typed in: this is the order they are shown in, on any database."""
    return sorted(members.items(), key=lambda item: _RANK.get(item[0], len(_FIRST)))


def write(value: Any) -> str:
    """A value as readable text: two blanks a level, small lists and objects on one line."""
    return "\n".join(_lines(value, "")) + "\n"


def _short(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{json.dumps(k, ensure_ascii=False)}: {_short(v)}" for k, v in ordered(value)) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_short(each) for each in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def _lines(value: Any, indent: str) -> list[str]:
    short = _short(value) if not isinstance(value, Mapping) or indent else ""
    if short and (len(indent) + len(short) <= WIDTH or not isinstance(value, Mapping | list | tuple) or not value):
        return [short]
    inner = indent + "  "
    lines: list[str] = []
    if isinstance(value, Mapping):
        parts = [(json.dumps(name, ensure_ascii=False) + ": ", each) for name, each in ordered(value)]
        opening, closing = "{", "}"
    else:
        parts = [("", each) for each in value]
        opening, closing = "[", "]"
    for index, (lead, each) in enumerate(parts):
        below = _lines(each, inner)
        below[0] = inner + lead + below[0]
        below[-1] += "," if index < len(parts) - 1 else ""
        lines += below
    return [opening, *lines, indent + closing]
