"""A formula as somebody writes it: what is wrong, what it comes to, how else it reads, and what may follow."""

from __future__ import annotations

from dataclasses import dataclass

from ..problem import Invalid, Problem
from .complete import Completions, Within, completions, within
from .formula import compile_formula, compile_unary
from .limits import LIMITS, Limits
from .scope import Scope
from .show import Shown


@dataclass(frozen=True, slots=True)
class Review:
    """What can be said of a text.

    problems    errors, and warnings where there are none; spans in code points
    type        of its value, as text; "" where it cannot be read
    names       the Facts it reads
    canonical   its own dialect's text as the product writes it; other: the text of the other dialect
    """

    problems: tuple[Problem, ...]
    type: str = ""
    names: tuple[str, ...] = ()
    canonical: str | None = None
    other: Shown | None = None
    completions: Completions | None = None
    within: Within | None = None


def review(
    text: str,
    scope: Scope,
    dialect: str = "feel",
    expect: str | None = None,
    at: int | None = None,
    unary: bool = False,
    limits: Limits = LIMITS,
) -> Review:
    """Checks a formula, or the tests of a cell, against its scope; with `at`, also what may be written there."""
    offered = completions(text, at, scope, dialect) if at is not None else None
    around = within(text, at, dialect) if at is not None else None
    try:
        if unary:
            formula = compile_unary(text, scope, expect, limits)
        else:
            formula = compile_formula(text, scope, dialect, expect, limits)
    except Invalid as invalid:
        return Review(invalid.problems, completions=offered, within=around)
    other = None if unary else formula.shown("excel" if dialect == "feel" else "feel")
    told = (formula.warnings, formula.type, formula.names, formula.canonical(), other)
    return Review(*told, offered, around)

