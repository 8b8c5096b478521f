"""How we judge: the formula language, scorecards, grades."""

from rules.feel import (
    Cause,
    Formula,
    Limits,
    Outcome,
    Scope,
    ScopeEntry,
    compile_formula,
    compile_unary,
    to_python,
)
from rules.problem import Invalid, Problem

__all__ = [
    "Cause",
    "Formula",
    "Invalid",
    "Limits",
    "Outcome",
    "Problem",
    "Scope",
    "ScopeEntry",
    "compile_formula",
    "compile_unary",
    "to_python",
]
