"""Shows a formula in either dialect, and says whether the shown text means exactly the same, and if not why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from .excel import LOWERED, parse_excel
from .excel_print import NoEquivalent, print_excel
from .limits import Limits
from .printing import inner_nodes, print_feel, without_spans
from .scope import Scope
from .syntax import Call, Name, Node, Span, UnaryTests
from .tokens import Broken
from .types import Type

ADDED = {**dict.fromkeys(LOWERED.values(), "blanks"), "lower case": "case"}
"""What the Excel dialect writes around a value by itself, and how that differs from FEEL."""


class Shown(NamedTuple):
    """A formula as text of a dialect; `exact`: read back, it is the same tree: blanks and case mean the same.

    differs  where it is not: "blanks" (one counts as 0 or ""), "case" (texts are compared without it), or "null" (the
             functions named alike may treat an unknown value in another way)
    """

    text: str
    exact: bool
    differs: tuple[str, ...] = ()


class Unshown(NamedTuple):
    """The dialect has no equivalent for the part at this span."""

    span: Span


def show(tree: Node, scope: Scope, types: Mapping[int, Type], dialect: str, limits: Limits) -> Shown | Unshown:
    """The text of a tree in a dialect. FEEL has one for every tree."""
    if dialect == "feel":
        return Shown(print_feel(tree, scope), True)
    if isinstance(tree, UnaryTests):
        return Unshown(tree.span)
    try:
        text = print_excel(tree, scope, types)
        again = parse_excel(text, scope, limits)
        if without_spans(again) == without_spans(tree):
            return Shown(text, True)
        return Shown(print_excel(tree, scope, types, strict=True), False, _differences(tree, again))
    except NoEquivalent as none:
        return Unshown(none.node.span)
    except Broken:
        return Unshown(tree.span)


def _differences(tree: Node, again: Node) -> tuple[str, ...]:
    more = Counter(_added(again)) - Counter(_added(tree))
    return tuple(sorted(more)) or ("null",)


def _added(tree: Node) -> list[str]:
    calls = (node.function for node in inner_nodes(tree) if isinstance(node, Call))
    return [ADDED[called.name] for called in calls if isinstance(called, Name) and called.name in ADDED]
