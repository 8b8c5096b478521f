"""What of a form its designer cannot draw: parts of another shape than every form has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rules import Problem
from rules.problem import pointer

Body = Mapping[str, Any]
TEXTS = {"rules": ("id", "effect", "target", "when"), "checks": ("id", "formula"), "removed": ("id", "key", "type")}
BOOK = {"columns": str, "filters": str, "access": Mapping, "facts": Mapping}


def misshapen(body: Body) -> list[Problem]:
    """Lists that are none, and items without what the designer knows them by; at most the first hundred."""
    return list(_all(body))[:100]


def _all(body: Body) -> Iterator[Problem]:
    if not isinstance(body.get("sections"), list):
        yield _wrong("array", "sections")
    for place, section in _items(body, "sections"):
        if not isinstance(section, Mapping) or not isinstance(section.get("fields"), list):
            yield _wrong("object", *place)
            continue
        yield from _texts(section, ("key",), place)
        for at, field in _items(section, "fields", *place):
            yield from _field(field, at)
            for inner, column in _items(field, "fields", *at):
                yield from _field(column, inner)
    for name, texts in TEXTS.items():
        yield from _listed(body, name, Mapping)
        for place, item in _items(body, name):
            yield from _texts(item, texts, place)
    yield from _listed(body, "summary", str)
    yield from _listed(body, "access", Mapping)
    book = body.get("book")
    if book is not None and not isinstance(book, Mapping):
        yield _wrong("object", "book")
    elif book is not None:
        for name, kind in BOOK.items():
            yield from _listed(book, name, kind, "book")


def _field(field: Any, place: tuple[str | int, ...]) -> Iterator[Problem]:
    if not isinstance(field, Mapping):
        yield _wrong("object", *place)
        return
    yield from _texts(field, ("id", "key", "type"), place)
    if not isinstance(field.get("label"), Mapping):
        yield _wrong("object", *place, "label")
    yield from _listed(field, "fields", Mapping, *place)
    yield from _listed(field, "options", (str, Mapping), *place)
    for at, option in _items(field, "options", *place):
        if isinstance(option, Mapping):
            yield from _texts(option, ("code",), at)
            if not isinstance(option.get("label"), Mapping):
                yield _wrong("object", *at, "label")


def _items(holder: Any, name: str, *place: str | int) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    found = holder.get(name) if isinstance(holder, Mapping) else None
    for index, item in enumerate(found if isinstance(found, list) else ()):
        yield (*place, name, index), item


def _listed(holder: Body, name: str, kind: Any, *place: str | int) -> Iterator[Problem]:
    found = holder.get(name, [])
    if not isinstance(found, list) or not all(isinstance(each, kind) for each in found):
        yield _wrong("array", *place, name)


def _texts(item: Any, names: tuple[str, ...], place: tuple[str | int, ...]) -> Iterator[Problem]:
    for name in names:
        if isinstance(item, Mapping) and not isinstance(item.get(name), str):
            yield _wrong("string", *place, name)


def _wrong(expected: str, *place: str | int) -> Problem:
    return Problem("form.member_type", pointer(*place), {"expected": expected})
