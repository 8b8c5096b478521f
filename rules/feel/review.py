"""A formula as somebody writes it: what is wrong, what it comes to, how else it reads, and what may follow."""

from __future__ import annotations

from dataclasses import dataclass

from ..problem import Invalid, Problem
from .complete import Completions, Within, completions, within
from .formula import Formula, compile_formula, compile_unary
from .here import Here, here
from .layout import has_comment, laid_out
from .limits import LIMITS, Limits
from .mend import Mend, mends
from .printing import without_spans
from .scope import Scope
from .show import Shown, Unshown


@dataclass(frozen=True, slots=True)
class Review:
    """What can be said of a text.

    problems    errors, and warnings where there are none; spans in code points; mends: of each what puts it right
    type        of its value, as text; "" where it cannot be read
    names       the Facts it reads
    canonical   its own dialect's text as the product writes it; other: the text of the other dialect, or what has none
    comments    it holds comments, which neither of these texts keeps
    """

    problems: tuple[Problem, ...]
    mends: tuple[tuple[Mend, ...], ...] = ()
    type: str = ""
    names: tuple[str, ...] = ()
    canonical: str | None = None
    other: Shown | Unshown | None = None
    comments: bool = False
    completions: Completions | None = None
    within: Within | None = None
    here: Here | None = None


def review(
    text: str,
    scope: Scope,
    dialect: str = "feel",
    expect: str | None = None,
    at: int | None = None,
    unary: bool = False,
    limits: Limits = LIMITS,
) -> Review:
    """Checks a formula, or the tests of a cell, against its scope; with `at`, also what stands and may stand there."""
    offered = completions(text, at, scope, dialect) if at is not None else None
    around = within(text, at, dialect) if at is not None else None
    named = here(text, at, scope, dialect) if at is not None else None
    try:
        if unary:
            formula = compile_unary(text, scope, expect, limits)
        else:
            formula = compile_formula(text, scope, dialect, expect, limits)
    except Invalid as invalid:
        found = tuple(mends(problem, text, scope, dialect, unary) for problem in invalid.problems)
        return Review(invalid.problems, found, completions=offered, within=around, here=named)
    other = None if unary else formula.told("excel" if dialect == "feel" else "feel")
    told = (formula.warnings, ((),) * len(formula.warnings), formula.type, formula.names, formula.canonical(), other)
    return Review(*told, dialect == "feel" and has_comment(text), offered, around, named)


def formatted(text: str, scope: Scope, dialect: str = "feel", limits: Limits = LIMITS) -> str | None:
    """The text as the product writes it, over several lines where it is long; None where that would lose something.

    Nothing is lost where the new text reads back as the same tree; comments are in no tree. Raises Invalid.
    """
    formula = compile_formula(text, scope, dialect, None, limits)
    if dialect == "feel" and has_comment(text):
        return None
    for made in (laid_out(formula.canonical()), formula.canonical()):
        if _same(made, formula, scope, limits):
            return made
    return None


def _same(text: str, formula: Formula, scope: Scope, limits: Limits) -> bool:
    try:
        again = compile_formula(text, scope, formula.dialect, None, limits)
    except Invalid:
        return False
    same: bool = without_spans(again.tree) == without_spans(formula.tree)
    return same
