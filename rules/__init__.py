"""How we judge: the formula language, scorecards, decision tables, grades."""

from rules.batch import rate_many
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
from rules.parcel import Given
from rules.problem import Invalid, Problem
from rules.rating import rate
from rules.score import Score
from rules.scorecard import Scorecard
from rules.scorecard_compile import compile_scorecard
from rules.table import DecisionTable
from rules.table_compile import compile_table
from rules.trace import Trace

__all__ = [
    "Cause",
    "DecisionTable",
    "Formula",
    "Given",
    "Invalid",
    "Limits",
    "Outcome",
    "Problem",
    "Scope",
    "ScopeEntry",
    "Score",
    "Scorecard",
    "Trace",
    "compile_formula",
    "compile_scorecard",
    "compile_table",
    "compile_unary",
    "rate",
    "rate_many",
    "to_python",
]
