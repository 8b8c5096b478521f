"""The plain form of a formula over known numbers: Python's own operators, for Facts that are all there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .scope import Scope
from .syntax import Node


def generate_fast(tree: Node, scope: Scope) -> Callable[[Mapping[str, Any]], Any] | None:
    """A function of the Facts, or None where the tree holds what plain operators cannot do."""
    return None
