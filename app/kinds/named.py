"""What a body names outside itself, each with the place that names it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rules.problem import pointer

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Link:
    """`place` is the JSON Pointer in the body that names the Definition `kind`/`key`."""

    kind: str
    key: str
    place: str


@dataclass(frozen=True, slots=True)
class Named:
    """A post and the JSON Pointer that names it."""

    key: str
    place: str


def parts(body: object, name: str) -> Iterator[tuple[int, Body]]:
    """The objects of a list member with their numbers; nothing where the body is not formed so."""
    found = body.get(name) if isinstance(body, Mapping) else None
    for index, each in enumerate(found if isinstance(found, list | tuple) else ()):
        if isinstance(each, Mapping):
            yield index, each


def texts(body: object, name: str) -> Iterator[tuple[int, str]]:
    """The texts of a list member with their numbers."""
    found = body.get(name) if isinstance(body, Mapping) else None
    for index, each in enumerate(found if isinstance(found, list | tuple) else ()):
        if isinstance(each, str):
            yield index, each


def policy_posts(body: Body) -> Iterator[Named]:
    for index, tier in parts(body, "tiers"):
        for place, post in texts(tier, "posts"):
            yield Named(post, pointer("tiers", index, "posts", place))
