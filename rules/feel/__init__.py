"""The formula language: FEEL of DMN 1.5, compiled to Python code objects over Decimal."""

from .cause import Cause
from .convert import to_python
from .formula import Formula, compile_formula, compile_unary
from .limits import Limits
from .scope import Scope, ScopeEntry
from .show import Shown
from .trace import Outcome, Part

__all__ = [
    "Cause",
    "Formula",
    "Limits",
    "Outcome",
    "Part",
    "Scope",
    "ScopeEntry",
    "Shown",
    "compile_formula",
    "compile_unary",
    "to_python",
]
