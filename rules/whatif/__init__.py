"""What if: the Grades of a whole portfolio under a Scorecard, and what a draft of it would change; nothing is stored.

Needs NumPy, which rating does not. Floats find the Grades; each row whose Grade they could miss is rated exactly.
"""

try:
    import numpy as _  # noqa: F401
except ModuleNotFoundError as missing:
    raise ModuleNotFoundError("rules.whatif needs NumPy; install the package numpy", name="numpy") from missing

from rules.whatif.columns import Columns
from rules.whatif.grading import FAILED, MISSING, UNGRADED, Grades, grades
from rules.whatif.migration import Impact, compare, impact
from rules.whatif.spread import Count, Spread, counted, spread

__all__ = [
    "FAILED", "MISSING", "UNGRADED", "Columns", "Count", "Grades", "Impact", "Spread", "compare", "counted", "grades",
    "impact", "spread",
]  # fmt: skip
