"""One evaluation: its moment, its fuel and depth, and the places of the formula that its causes point to."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from .cause import Cause, Null, Stop
from .limits import Limits
from .types import LABELS, kind_label
from .values import DateTime

FRAMES = 128
"""Nested loops, filters and calls at run time; five Python frames each stay far below Python's own limit."""


class Place(NamedTuple):
    """A part of the formula: its span, the text or name a sentence calls it by, and the operator or function."""

    span: tuple[int, int]
    label: str | None
    op: str = ""


class Run:
    """The state of one evaluation; nothing of it outlives the call but functions among the results."""

    __slots__ = ("frames", "fuel", "limits", "moment", "now", "places", "recursion")

    def __init__(self, places: tuple[Place, ...], limits: Limits, now: datetime) -> None:
        self.places = places
        self.limits = limits
        self.fuel = limits.fuel
        self.now = now
        self.moment: DateTime | None = None
        self.frames = 0
        self.recursion = 0

    def spend(self, steps: int) -> None:
        self.fuel -= steps
        if self.fuel < 0:
            raise Stop("fuel", self.limits.fuel)

    def enter(self) -> None:
        self.frames += 1
        if self.frames > FRAMES:
            raise Stop("recursion", self.limits.recursion)

    def leave(self) -> None:
        self.frames -= 1

    def text(self, value: str) -> str:
        """A string made here: within its limit, and paid for."""
        size = len(value)
        if size > self.limits.string:
            raise Stop("string", self.limits.string)
        self.spend(size >> 6)
        return value

    def items(self, value: list[Any]) -> list[Any]:
        """A list made here: within its limit, and paid for."""
        size = len(value)
        if size > self.limits.list:
            raise Stop("list", self.limits.list)
        self.spend(size)
        return value


class Branch(Run):
    """The run of one formula within a larger evaluation: places of its own, the fuel and depth of the whole."""

    __slots__ = ("whole",)

    def __init__(self, places: tuple[Place, ...], whole: Run) -> None:
        self.whole: Run = whole.whole if isinstance(whole, Branch) else whole
        self.places = places
        self.limits = whole.limits
        self.now = whole.now
        self.moment = None

    @property
    def fuel(self) -> int:
        return self.whole.fuel

    @fuel.setter
    def fuel(self, value: int) -> None:
        self.whole.fuel = value

    @property
    def frames(self) -> int:
        return self.whole.frames

    @frames.setter
    def frames(self, value: int) -> None:
        self.whole.frames = value

    @property
    def recursion(self) -> int:
        return self.whole.recursion

    @recursion.setter
    def recursion(self, value: int) -> None:
        self.whole.recursion = value


Moment = datetime | Run
"""When something is evaluated: a moment (aware), or the larger evaluation it is a part of and whose fuel it spends."""


def fault(run: Run, n: int, code: str, **params: Any) -> Null:
    """The null of a fault or an absence at place `n`."""
    place = run.places[n]
    shown = {key: str(value) if isinstance(value, Decimal) else value for key, value in params.items()}
    shown.setdefault("field", place.label or "")
    if code == "type":
        shown.update(type_params(params["left"], params.get("right"), params.get("wanted")))
    return Null((Cause(code, place.label, place.span, shown),))


def type_params(left: str, right: str | None = None, wanted: str | None = None) -> dict[str, Any]:
    """Kinds as labels, and `given`: both sides of an operator, or what was given and what is wanted."""
    found = {key: kind_label(kind) for key, kind in (("left", left), ("right", right), ("wanted", wanted)) if kind}
    zh, en = (LABELS.get(left, {}).get(tag, left) for tag in ("zh-CN", "en"))
    if right:
        zh, en = f"{zh}和{_in(right, 'zh-CN')}", f"{en} and {_in(right, 'en')}"
    elif wanted:
        zh, en = f"{zh}（应为{_in(wanted, 'zh-CN')}）", f"{en} ({_in(wanted, 'en')} is wanted)"
    return {**found, "given": {"zh-CN": zh, "en": en}}


def _in(kind: str, tag: str) -> str:
    return LABELS.get(kind, {}).get(tag, kind)


def given(run: Run, n: int, value: Any, name: str) -> Any:
    """A value of the language handed to a formula; Ellipsis stands for none of that name."""
    return absent(run, n, name) if value is ... else value


def absent(run: Run, n: int, name: str) -> Null:
    """The null of something that is not there."""
    return Null((Cause("missing", name, run.places[n].span, {"field": name}),))

