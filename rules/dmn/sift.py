"""Holds a document against the table of DMN 1.5: what fits is kept in a clean form, the rest named with its place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ..problem import Invalid, Problem
from .vocabulary import KNOWN, MODEL, TABLE, VERSIONS
from .xml import Element

MOST_FINDINGS = 200
SCHEMA_INSTANCE = "{http://www.w3.org/2001/XMLSchema-instance}"
REFERENCES = ("dmnElementRef", "sourceElement", "targetElement")
"""Attributes of a diagram that name an element, by its prefix where it is imported."""


class Findings:
    """Findings of one reading or compiling, in order, bounded; what is left out is counted at the end."""

    def __init__(self) -> None:
        self.found: list[Problem] = []
        self.more = 0

    def add(self, problem: Problem) -> None:
        if len(self.found) < MOST_FINDINGS or problem.severity == "error":
            self.found.append(problem)
        else:
            self.more += 1

    def error(self, code: str, path: str, **params: object) -> None:
        self.add(Problem(code, path, params))

    def warning(self, code: str, path: str, **params: object) -> None:
        self.add(Problem(code, path, params, severity="warning"))

    @property
    def problems(self) -> tuple[Problem, ...]:
        rest = [Problem("dmn.more", "", {"count": self.more}, severity="warning")] if self.more else []
        return (*self.found, *rest)


def step(item: Element, index: int | None) -> str:
    """One step of a path: ``decision[Limit]`` by name, ``rule[3]`` by number where there may be several."""
    known = item.get("name") or index
    return f"/{item.name}[{known}]" if known else f"/{item.name}"


def root_version(root: Element) -> str:
    """The version of a DMN document; Invalid where it is none, or none that is read."""
    if root.name != "definitions":
        raise Invalid([Problem("dmn.root", params={"name": root.name[:80]})])
    if root.space not in VERSIONS:
        raise Invalid([Problem("dmn.namespace", params={"namespace": root.space[:200]})])
    return VERSIONS[root.space]


def sift(root: Element, findings: Findings) -> Element:
    """The document with only what DMN knows, each element in its short namespace; the rest is in `findings`."""
    return _Sieve(findings, root.get("namespace") or "").keep(root, "definitions", MODEL, "/definitions")


class _Sieve:
    def __init__(self, findings: Findings, own: str) -> None:
        self.findings = findings
        self.own = own

    def keep(self, item: Element, kind: str, space: str, path: str) -> Element:
        shape = TABLE[kind]
        attributes = {}
        for name, value in item.attributes.items():
            if name in shape.attributes:
                attributes[name] = self.reference(value, item) if name in REFERENCES else value
            elif not name.startswith(SCHEMA_INSTANCE):
                self.findings.warning("dmn.attribute", path, name=_short(name))
        if item.stray or (not shape.text and not item.children and item.text.strip()):
            self.findings.warning("dmn.text", path, text=item.text.strip()[:60])
        children = tuple(self.children(item, kind, path))
        text = item.text if shape.text else ""
        return Element(item.name, attributes, children, text, space, prefixes=item.prefixes)

    def children(self, item: Element, kind: str, path: str) -> Iterator[Element]:
        places = TABLE[kind].children
        counts: dict[str, int] = {}
        once: set[int] = set()
        for child in item.children:
            index = counts[child.name] = counts.get(child.name, 0) + 1
            place = places.get(child.name)
            at = path + step(child, None if place is not None and not place.many else index)
            if place is None or KNOWN.get(child.space) != place.space:
                self.dropped(child, at)
            elif not place.many and place.order in once:
                self.findings.warning("dmn.repeated", at, name=child.name)
            else:
                once.add(place.order)
                yield self.keep(child, place.kind, place.space, at)

    def dropped(self, item: Element, path: str) -> None:
        """An element DMN does not know; of extension elements each is named by itself."""
        if item.name == "extensionElements" or item.name == "extension":
            for index, child in enumerate(item.children, 1):
                self.findings.warning("dmn.element", path + step(child, index), name=_short(child.name))
        else:
            self.findings.warning("dmn.element", path, name=_short(item.name))

    def reference(self, value: str, item: Element) -> str:
        """A name of an element: its id, with the namespace in braces where it is not this model's."""
        prefix, colon, local = value.partition(":")
        if not colon:
            return value
        space = item.prefixes.get(prefix)
        if space is None:
            return value
        return local if space == self.own else f"{{{space}}}{local}"


def _short(name: str) -> str:
    return name if len(name) <= 200 else name[:199] + "…"


def ordered(item: Element, kind: str) -> Element:
    """The element with its children in the order of the schema, all the way down."""
    places = TABLE[kind].children
    children = sorted(item.children, key=lambda child: places[child.name].order)
    return replace(item, children=tuple(ordered(child, places[child.name].kind) for child in children))
