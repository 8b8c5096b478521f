"""Small pieces of Python `ast`, and a function made of them whose globals are a table and nothing else."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from types import CodeType, FunctionType
from typing import Any


def load(name: str) -> ast.expr:
    return ast.Name(name, ast.Load())


def walrus(name: str, value: ast.expr) -> ast.expr:
    return ast.NamedExpr(ast.Name(name, ast.Store()), value)


def is_(name: str, value: bool | None) -> ast.expr:
    return ast.Compare(load(name), [ast.Is()], [ast.Constant(value)])


def arguments(params: list[str]) -> ast.arguments:
    return ast.arguments([], [ast.arg(p) for p in params], None, [], [], None, [])


def assemble(params: list[str], body: list[ast.stmt], names: Mapping[str, Any]) -> Callable[..., Any]:
    """A function of these statements whose globals are `names` and nothing else."""
    made = ast.FunctionDef("formula", arguments(params), body, [], None)
    module = ast.fix_missing_locations(ast.Module([made], []))
    code = compile(module, "<formula>", "exec")
    inner = next(c for c in code.co_consts if isinstance(c, CodeType))
    return FunctionType(inner, {"__builtins__": {}, **names})
