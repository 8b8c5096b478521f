"""What a formula may cost: limits of its text and tree, and of one evaluation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

from .cause import Stop

CEILINGS = {
    "text": 200_000,
    "nodes": 20_000,
    "depth": 64,
    "list": 1_000_000,
    "string": 16_777_216,
    "digits": 1_000,
    "exponent": 6_144,
    "recursion": 64,
    "fuel": 50_000_000,
}
"""Settings may not lift a limit above these: depth and recursion end on Python's own stack."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one formula; a setting above its ceiling is lowered to it.

    text in characters, nodes and depth of the tree, items of a list, characters of a string, digits of a number
    literal, size of an exponent of ``**``, recursion of functions, fuel in steps of one evaluation.
    """

    text: int = 4_000
    nodes: int = 1_000
    depth: int = 64
    list: int = 10_000
    string: int = 65_536
    digits: int = 40
    exponent: int = 999
    recursion: int = 64
    fuel: int = 200_000

    def __post_init__(self) -> None:
        for entry in fields(self):
            object.__setattr__(self, entry.name, max(1, min(getattr(self, entry.name), CEILINGS[entry.name])))


LIMITS = Limits()
Pay = Callable[[int], None]
"""Takes steps off what an evaluation may cost; raises Stop where nothing is left."""


RESULT = 10 * LIMITS.fuel
"""Steps to go once more through a result, which has been paid for and is no larger than an evaluation's fuel."""


def budget(most: int = RESULT) -> Pay:
    """Pays for so many steps: for what goes through a whole value outside an evaluation.

    A value may hold a part of itself many times over, so that few parts in memory are very many to go through.
    """
    left = most

    def pay(steps: int) -> None:
        nonlocal left
        left -= steps
        if left < 0:
            raise Stop("fuel", most)

    return pay


_NAMES = {
    "text": ("公式长度（字符）", "length of the formula in characters"),
    "nodes": ("公式组成部分的数量", "number of parts of the formula"),
    "depth": ("嵌套层数", "levels of nesting"),
    "list": ("列表项数", "items of a list"),
    "string": ("文本长度（字符）", "characters of a text"),
    "digits": ("数字位数", "digits of a number"),
    "exponent": ("指数", "size of an exponent"),
    "recursion": ("函数递归层数", "levels of recursion"),
    "fuel": ("计算步数", "steps of one calculation"),
}


def limit_params(name: str, most: int) -> dict[str, Any]:
    """Params of ``rules.limit`` and of the cause ``limit``: the limit's key, its label, and its size."""
    zh, en = _NAMES[name]
    return {"name": name, "limit": {"zh-CN": zh, "en": en}, "max": most}
