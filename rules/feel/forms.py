"""Upper-case forms that are no calls: IF, IFS, AND, OR, TRUE and FALSE become the nodes of the language itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Protocol

from .syntax import Call, If, Literal, Logic, Name, Node

FORMS = frozenset({"IF", "IFS", "AND", "OR", "TRUE", "FALSE"})


class Maker(Protocol):
    """The parser, as far as forms need it."""

    def node(self, cls: Callable[..., Any], start: int, *parts: Any, children: Iterable[Node]) -> Any: ...


def form(maker: Maker, start: int, name: str, given: tuple[Node, ...]) -> Node | None:
    """The node a form stands for; None where its arguments do not fit, which the checker says of the call."""
    if name in ("TRUE", "FALSE"):
        return literal(maker, start, name == "TRUE") if not given else None
    if name in ("AND", "OR"):
        if len(given) < 2:
            return None
        made: Node = maker.node(Logic, start, name.lower(), given, children=given)
        return made
    if name == "IF" and len(given) in (2, 3):
        otherwise = given[2] if len(given) == 3 else literal(maker, start, False)
        return _if(maker, start, given[0], given[1], otherwise)
    if name == "IFS" and given and len(given) % 2 == 0:
        none = maker.node(Name, start, "NA", children=())
        made = maker.node(Call, start, none, (), None, children=(none,))
        for at in range(len(given) - 2, -1, -2):
            made = _if(maker, given[at].span[0] if at else start, given[at], given[at + 1], made)
        return made
    return None


def literal(maker: Maker, start: int, value: Any) -> Node:
    made: Node = maker.node(Literal, start, value, children=())
    return made


def _if(maker: Maker, start: int, condition: Node, then: Node, otherwise: Node) -> Node:
    made: Node = maker.node(If, start, condition, then, otherwise, children=(condition, then, otherwise))
    return made
