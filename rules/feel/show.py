"""Shows a formula in either dialect, and says whether the shown text means exactly the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from .excel import parse_excel
from .excel_print import NoEquivalent, print_excel
from .limits import Limits
from .printing import print_feel, without_spans
from .scope import Scope
from .syntax import Node, UnaryTests
from .tokens import Broken
from .types import Type


class Shown(NamedTuple):
    """A formula as text of a dialect; `exact`: read back, it is the same tree: blanks and case mean the same."""

    text: str
    exact: bool


def show(tree: Node, scope: Scope, types: Mapping[int, Type], dialect: str, limits: Limits) -> Shown | None:
    """The text of a tree in a dialect; None where the dialect has no equivalent. FEEL has one for every tree."""
    if dialect == "feel":
        return Shown(print_feel(tree, scope), True)
    if isinstance(tree, UnaryTests):
        return None
    try:
        text = print_excel(tree, scope, types)
    except NoEquivalent:
        return None
    try:
        again = parse_excel(text, scope, limits)
    except Broken:
        return None
    return Shown(text, without_spans(again) == without_spans(tree))
