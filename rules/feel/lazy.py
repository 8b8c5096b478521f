"""Calls whose last argument is computed only where it is needed: IFERROR and IFNA."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from .functions.excel import is_fault, is_not_found
from .python_code import load, walrus
from .syntax import Call, Node

TESTS: dict[str, Callable[[Any], bool]] = {"IFERROR": is_fault, "IFNA": is_not_found}
"""The question each asks of its first value; where it holds, the second is the result."""


def lazy_call(name: str, node: Call, build: Callable[[Node], ast.expr], variable: str) -> ast.expr:
    """``other if caught(v := value) else v``."""
    value, otherwise = node.arguments
    test = ast.Call(load(name), [walrus(variable, build(value))], [])
    return ast.IfExp(test, build(otherwise), load(variable))
