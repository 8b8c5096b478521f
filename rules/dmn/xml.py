"""Reads XML from strangers into plain elements, bounded and alone with its bytes, and writes such elements.

No document type, no entity, nothing from outside: expat is stopped at the first sign of one, so that no text can
grow and nothing is ever fetched.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from ..problem import Invalid, Problem

MOST_BYTES = 5 * 1024 * 1024
MOST_DEPTH = 100
MOST_ELEMENTS = 200_000
MOST_ATTRIBUTES = 64
MOST_VALUE = 20_000
"""Characters of one attribute; names and labels are the longest there are."""
SEPARATOR = "\x1f"
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"}
_QUOTED = {**_ESCAPES, '"': "&quot;", "\n": "&#10;", "\t": "&#9;"}


_LIMITS = {
    "bytes": ("文件大小（字节）", "bytes of the file"),
    "depth": ("嵌套层数", "levels of nesting"),
    "elements": ("元素数量", "elements"),
    "attributes": ("一个元素的属性数量", "attributes of one element"),
    "value": ("一个属性的长度（字符）", "characters of one attribute"),
}


def limit(name: str, most: int) -> dict[str, Any]:
    """Params of `dmn.xml_limit`: the limit's key, its label, and its size."""
    zh, en = _LIMITS[name]
    return {"name": name, "limit": {"zh-CN": zh, "en": en}, "max": most}


@dataclass(frozen=True, slots=True)
class Element:
    """One element. `space` is its namespace; an attribute of a namespace is named ``{namespace}name``.

    text      all character data where there are no children; stray text between children is told by `stray`
    prefixes  namespace prefixes in force here, for names inside values
    """

    name: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    children: tuple[Element, ...] = ()
    text: str = ""
    space: str = ""
    stray: bool = field(default=False, compare=False)
    prefixes: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)

    def get(self, name: str) -> str | None:
        return self.attributes.get(name)

    def all(self, name: str) -> tuple[Element, ...]:
        """The children of this name."""
        return tuple(child for child in self.children if child.name == name)

    def one(self, name: str) -> Element | None:
        """The first child of this name."""
        return next((child for child in self.children if child.name == name), None)


class _Open:
    """An element whose end has not been read."""

    __slots__ = ("attributes", "children", "name", "prefixes", "text")

    def __init__(self, name: str, attributes: dict[str, str], prefixes: Mapping[str, str]) -> None:
        self.name = name
        self.attributes = attributes
        self.prefixes = prefixes
        self.children: list[Element] = []
        self.text: list[str] = []

    def close(self) -> Element:
        space, _, name = self.name.rpartition(SEPARATOR)
        text = "".join(self.text)
        stray = bool(self.children) and bool(text.strip())
        return Element(
            name, self.attributes, tuple(self.children), "" if self.children else text, space, stray, self.prefixes
        )


class _Reader:
    """The handlers of one parse."""

    def __init__(self) -> None:
        self.open: list[_Open] = []
        self.root: Element | None = None
        self.count = 0
        self.prefixes: Mapping[str, str] = {}
        self.declared: dict[str, str] = {}

    def refuse(self, code: str, **params: Any) -> None:
        where = "/" + "/".join(_local(each.name) for each in self.open)
        raise Invalid([Problem(code, "" if where == "/" else where, params)])

    def refuse_entities(self, *_: Any) -> None:
        self.refuse("dmn.xml_doctype")

    def refuse_reference(self, *_: Any) -> int:
        self.refuse("dmn.xml_doctype")
        return 0

    def parse(self, data: bytes) -> Element:
        parser = expat.ParserCreate(namespace_separator=SEPARATOR)
        parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = self.refuse_entities
        parser.ExternalEntityRefHandler = self.refuse_reference
        parser.StartNamespaceDeclHandler = self.declare
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.characters
        try:
            parser.Parse(data, True)
        except expat.ExpatError as error:
            raise Invalid([Problem("dmn.xml", params={"line": error.lineno, "column": error.offset + 1})]) from None
        except (ValueError, LookupError):  # an encoding that does not exist
            raise Invalid([Problem("dmn.xml", params={"line": 1, "column": 1})]) from None
        if self.root is None:
            raise Invalid([Problem("dmn.xml", params={"line": 1, "column": 1})])
        return self.root

    def declare(self, prefix: str | None, space: str | None) -> None:
        self.declared[prefix or ""] = space or ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.count += 1
        if len(self.open) >= MOST_DEPTH:
            self.refuse("dmn.xml_limit", **limit("depth", MOST_DEPTH))
        if self.count > MOST_ELEMENTS:
            self.refuse("dmn.xml_limit", **limit("elements", MOST_ELEMENTS))
        if len(attributes) + len(self.declared) > MOST_ATTRIBUTES:
            self.refuse("dmn.xml_limit", **limit("attributes", MOST_ATTRIBUTES))
        if any(len(value) > MOST_VALUE for value in attributes.values()):
            self.refuse("dmn.xml_limit", **limit("value", MOST_VALUE))
        inherited = self.open[-1].prefixes if self.open else {}
        prefixes = {**inherited, **self.declared} if self.declared else inherited
        self.declared = {}
        self.open.append(_Open(name, {_braced(key): value for key, value in attributes.items()}, prefixes))

    def end(self, _name: str) -> None:
        made = self.open.pop().close()
        if self.open:
            self.open[-1].children.append(made)
        else:
            self.root = made

    def characters(self, text: str) -> None:
        self.open[-1].text.append(text)


def _local(name: str) -> str:
    return name.rpartition(SEPARATOR)[2]


def _braced(name: str) -> str:
    space, _, local = name.rpartition(SEPARATOR)
    return f"{{{space}}}{local}" if space else local


def read_xml(data: bytes) -> Element:
    """The root element of a document. Raises Invalid: not XML, a document type or entity, or past a limit."""
    if len(data) > MOST_BYTES:
        raise Invalid([Problem("dmn.xml_limit", params=limit("bytes", MOST_BYTES))])
    return _Reader().parse(data)


def write_xml(root: Element, spaces: Mapping[str, tuple[str, str]]) -> bytes:
    """A document of UTF-8; `spaces` gives prefix and namespace of each `space` in use, the prefix "" for the default.

    Raises Invalid `dmn.character` for text that no XML can hold.
    """
    declared = "".join(
        f' xmlns{":" + prefix if prefix else ""}="{_escaped(address, _QUOTED)}"' for prefix, address in spaces.values()
    )
    lines = ['<?xml version="1.0" encoding="UTF-8"?>']
    _write(root, spaces, declared, 0, lines)
    text = "\n".join(lines) + "\n"
    bad = _FORBIDDEN.search(text)
    if bad is not None:
        raise Invalid([Problem("dmn.character", params={"code": f"U+{ord(bad[0]):04X}"})])
    return text.encode("utf-8")


def _write(item: Element, spaces: Mapping[str, tuple[str, str]], declared: str, depth: int, lines: list[str]) -> None:
    prefix = spaces[item.space][0]
    name = f"{prefix}:{item.name}" if prefix else item.name
    attributes = "".join(f' {key}="{_escaped(value, _QUOTED)}"' for key, value in item.attributes.items())
    start, pad = f"<{name}{declared}{attributes}", "  " * depth
    if item.children:
        lines.append(f"{pad}{start}>")
        for child in item.children:
            _write(child, spaces, "", depth + 1, lines)
        lines.append(f"{pad}</{name}>")
    elif item.text:
        lines.append(f"{pad}{start}>{_escaped(item.text, _ESCAPES)}</{name}>")
    else:
        lines.append(f"{pad}{start}/>")


def _escaped(text: str, escapes: Mapping[str, str]) -> str:
    return "".join(escapes.get(character, character) for character in text)
