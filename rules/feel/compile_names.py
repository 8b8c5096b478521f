"""What every part of the generator shares: places, constants, helpers, and what a name means where it stands."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from .functions import ROWS
from .functions.table import as_value
from .python_code import arguments, load
from .reach import HELPERS
from .run import Place
from .scope import Scope
from .syntax import Node, bare
from .types import Type


class Frame:
    """Names that mean a Python variable; `item` is set for a filter, whose item's keys come first."""

    __slots__ = ("item", "names", "used")

    def __init__(self, names: Mapping[str, str], item: str | None = None) -> None:
        self.names = dict(names)
        self.item = item
        self.used: set[str] = set()


class Names:
    """The state of one generation."""

    def __init__(self, text: str, scope: Scope, types: Mapping[int, Type]) -> None:
        self.text = text
        self.scope = scope
        self.types = types
        self.places: list[Place] = []
        self.constants: dict[str, Any] = {}
        self.used: dict[str, Any] = {}
        self.facts: dict[str, str] = {}
        self.spans: dict[str, tuple[int, int]] = {}
        self.frames: list[Frame] = []
        self.variables = 0

    # ------------------------------------------------------------------ small pieces
    def fresh(self, letter: str = "v") -> str:
        self.variables += 1
        return f"{letter}{self.variables}"

    def place(self, node: Node, label: Node | str | None = None, op: str = "") -> ast.expr:
        if label is not None and not isinstance(label, str):
            label = bare(label)
            label = self.text[label.span[0] : label.span[1]].strip()[:60]
        self.places.append(Place(node.span, label, op))
        return ast.Constant(len(self.places) - 1)

    def constant(self, value: Any) -> ast.expr:
        if value is None or value is True or value is False or value.__class__ in (str, int):
            return ast.Constant(value)
        name = self.fresh("k")
        self.constants[name] = value
        return load(name)

    def helper(self, name: str) -> ast.expr:
        self.used[name] = HELPERS[name]
        return load(name)

    def call(self, name: str, at: ast.expr | None, *arguments: ast.expr) -> ast.expr:
        """`helper(run, place, …)`."""
        start: list[ast.expr] = [] if at is None else [load("run"), at]
        return ast.Call(self.helper(name), [*start, *arguments], [])

    def function(self, params: list[str], body: ast.expr) -> ast.expr:
        return ast.Lambda(arguments(params), body)

    # ------------------------------------------------------------------ names
    def variable(self, node: Node, name: str) -> ast.expr:
        """What a name means here: the nearest variable, a key of the filtered item, a Fact, a built-in."""
        return self._resolve(node, name, len(self.frames))

    def _resolve(self, node: Node, name: str, depth: int) -> ast.expr:
        while depth:
            frame = self.frames[depth - 1]
            if name in frame.names and not (frame.item and name == "item"):
                frame.used.add(name)
                return load(frame.names[name])
            if frame.item is not None:
                outer = load(frame.item) if name == "item" else self._resolve(node, name, depth - 1)
                return self._of_item(frame.item, name, outer)
            depth -= 1
        if name in self.scope.entries or name == "?":
            return self.fact(node, name)
        if name in ROWS:
            return self.constant(as_value(ROWS[name]))
        if self.scope.closed:
            return self.call("absent", self.place(node), ast.Constant(name))
        return self.fact(node, name)

    def _of_item(self, item: str, name: str, outer: ast.expr) -> ast.expr:
        """`item[name] if item is a context with that key else outer`."""
        key = ast.Constant(name)
        is_context = ast.Compare(ast.Attribute(load(item), "__class__", ast.Load()), [ast.Is()], [self.helper("dict")])
        has = ast.Compare(key, [ast.In()], [load(item)])
        found = ast.Subscript(load(item), key, ast.Load())
        return ast.IfExp(ast.BoolOp(ast.And(), [is_context, has]), found, outer)

    def fact(self, node: Node, name: str) -> ast.expr:
        if name not in self.facts:
            self.facts[name] = self.fresh("f")
            self.spans[name] = node.span
        return load(self.facts[name])

    def local(self, name: str) -> bool:
        """Whether a name is a variable of the formula itself."""
        return any(name in frame.names for frame in self.frames)
