"""A compiled formula: text in, a frozen object out that evaluates Facts and never raises."""

from __future__ import annotations

import decimal
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Protocol

from ..problem import Invalid, Problem, errors
from .cause import Cause, Stop
from .check import check
from .compile import generate
from .convert import release
from .excel import parse_excel
from .fast import SLOW, generate_fast
from .functions import INDEX
from .limits import LIMITS, Limits, limit_params
from .numbers import CONTEXT
from .parse import parse
from .run import Branch, Moment, Place, Run
from .scope import Scope
from .show import Shown, Unshown, show
from .syntax import Node
from .tokens import Broken
from .trace import Outcome, Part, Traced, causes_of, compile_traced
from .types import Type, UnknownType, type_of_text, type_text

DIALECTS = ("feel", "excel")


class Facts(Protocol):
    """Where a formula inside a larger evaluation looks its names up."""

    def get(self, name: str, default: Any = None, /) -> Any: ...


@dataclass(frozen=True, slots=True, eq=False)
class Formula:
    """One expression, ready to evaluate.

    names     Facts it reads, in the order of the text
    type      what the checker knows its result to be, as text; "any" where it cannot know
    warnings  findings that do not block
    """

    text: str
    dialect: str
    names: tuple[str, ...]
    type: str
    tree: Node
    warnings: tuple[Problem, ...]
    limits: Limits
    _places: tuple[Place, ...]
    _full: Callable[[Run, Mapping[str, Any]], Any]
    _fast: Callable[[Mapping[str, Any]], Any] | None
    _inner: Callable[[], tuple[Callable[[Run, Any], Any], tuple[Place, ...], tuple[str, ...]]]
    _traced: Callable[[], Traced]
    _shown: Callable[[str], Shown | Unshown]

    def evaluate(self, facts: Mapping[str, Any], now: Moment) -> Outcome:
        """The value for these Facts at a moment (aware). A Cause given as a Fact is a null with that cause.

        Raises Stop only as a part of a larger evaluation, where a limit of that one is reached.
        """
        before = decimal.getcontext()
        decimal.setcontext(CONTEXT)
        try:
            if self._fast is not None:
                try:
                    value = self._fast(facts)
                    if value is not SLOW:
                        return Outcome(value)
                except (KeyError, ArithmeticError):
                    pass  # a Fact is missing or an operator failed: the full form says why
            return self._slow(facts, now)
        finally:
            decimal.setcontext(before)

    def within(self, whole: Run, facts: Facts) -> Any:
        """The value as a part of a larger evaluation: paid from its fuel, over values of the language, causes kept.

        Raises Stop where a limit of the whole is reached; needs the language's decimal context around it.
        """
        function, places, _ = self._inner()
        return function(Branch(places, whole), facts)

    def trace(self, facts: Mapping[str, Any], now: datetime) -> Part:
        """The evaluation as a tree of parts with their values; its root has the value and causes of `evaluate`.

        The recording form is compiled at the first call.
        """
        before = decimal.getcontext()
        decimal.setcontext(CONTEXT)
        try:
            return self._traced().run(facts, now, self._ended)
        finally:
            decimal.setcontext(before)

    def shown(self, dialect: str) -> Shown | None:
        """The formula as text of "feel" or "excel"; None where Excel has no equivalent. Its own dialect: as written."""
        made = self.told(dialect)
        return made if isinstance(made, Shown) else None

    def told(self, dialect: str) -> Shown | Unshown:
        """The same; where there is no equivalent, the part that has none."""
        return Shown(self.text, True) if dialect == self.dialect else self._shown(dialect)

    def canonical(self) -> str:
        """Its text as the product writes it; as it was typed where that is not told exactly."""
        made = self._shown(self.dialect)
        return made.text if isinstance(made, Shown) and made.exact else self.text

    def _ended(self, stop: Stop | None) -> Outcome:
        if stop is None:
            return self._stopped("recursion", self.limits.recursion)
        return self._stopped(stop.limit, stop.most)

    def _slow(self, facts: Mapping[str, Any], now: Moment) -> Outcome:
        if isinstance(now, Run):
            value = self._full(Branch(self._places, now), facts)
            return Outcome(release(value, now.spend), causes_of(value, now.spend))
        run = Run(self._places, self.limits, now)
        try:
            value = self._full(run, facts)
            return Outcome(release(value, run.spend), causes_of(value, run.spend))
        except Stop as stop:
            return self._ended(stop)
        except RecursionError:  # the caller stood deep in the stack already
            return self._ended(None)

    def _stopped(self, limit: str, most: int) -> Outcome:
        return Outcome(None, (Cause("limit", None, (0, len(self.text)), limit_params(limit, most)),))


def compile_formula(
    text: str, scope: Scope, dialect: str = "feel", expect: str | None = None, limits: Limits = LIMITS
) -> Formula:
    """The formula of a text. Raises Invalid with every problem found; each has its span in code points.

    `expect` is the type its place needs, as text; in an open scope only what cannot be read at all is a problem.
    """
    return _compile(text, scope, dialect, expect, limits, unary=False)


def compile_unary(text: str, scope: Scope, expect: str | None = None, limits: Limits = LIMITS) -> Formula:
    """The tests of a cell over the value ``?``; `expect` is the type of that value."""
    return _compile(text, scope, "feel", expect, limits, unary=True)


def _compile(text: str, scope: Scope, dialect: str, expect: str | None, limits: Limits, unary: bool) -> Formula:
    if dialect not in DIALECTS:
        raise Invalid([Problem("rules.dialect", params={"dialect": dialect})])
    wanted = _expected(expect)
    subject = wanted if unary else None
    try:
        tree = parse_excel(text, scope, limits) if dialect == "excel" else parse(text, scope, INDEX, limits, unary)
    except Broken as broken:
        raise Invalid(_all_of(broken, text, scope, subject)) from None
    found, problems, types = check(text, tree, scope, None if unary else wanted, subject)
    if scope.closed and errors(problems):
        raise Invalid(problems)
    full, places, names = generate(text, tree, scope, types)
    fast = None if unary else generate_fast(tree, scope, types)
    inner = lru_cache(maxsize=1)(lambda: generate(text, tree, scope, types, adopted=True))
    traced = lru_cache(maxsize=1)(lambda: compile_traced(text, tree, scope, types, limits))
    shown = (text, dialect, names, type_text(found), tree, tuple(problems), limits)
    return Formula(*shown, places, full, fast, inner, traced, lambda other: show(tree, scope, types, other, limits))


def _all_of(broken: Broken, text: str, scope: Scope, subject: Type | None) -> list[Problem]:
    """What the reader found, and where it came to the end also what the checker finds, in the order of the text."""
    found = list(broken.problems)
    if broken.tree is not None and scope.closed:
        found += errors(check(text, broken.tree, scope, None, subject)[1])
    return sorted(found, key=lambda problem: problem.span or (0, 0))


def _expected(text: str | None) -> Type | None:
    if text is None:
        return None
    try:
        return type_of_text(text)
    except UnknownType:
        raise Invalid([Problem("feel.unknown_type", params={"name": text})]) from None
