"""What a compiled formula can reach: the operations of the language, and nothing else."""

from __future__ import annotations

from typing import Any

from . import arithmetic, loops, operate
from .cause import Null
from .convert import adopt
from .functions.table import invoke
from .run import absent, fault, given
from .types import conforms


def _instance(run: Any, value: Any, wanted: Any) -> bool:
    return conforms(value, wanted, wanted.kind == "null", run.spend)


def _negated(run: Any, n: int, value: Any) -> Any:
    return not value if value is True or value is False else value


HELPERS: dict[str, Any] = {
    "add": arithmetic.add,
    "subtract": arithmetic.subtract,
    "multiply": arithmetic.multiply,
    "divide": arithmetic.divide,
    "power": arithmetic.power,
    "negate": arithmetic.negate,
    "equal": operate.equal,
    "unequal": operate.unequal,
    "compare": operate.compare,
    "between": operate.between,
    "conjunction": operate.conjunction,
    "disjunction": operate.disjunction,
    "not_boolean": operate.not_boolean,
    "make_range": operate.make_range,
    "comparison_range": operate.comparison_range,
    "member": operate.member,
    "tested": operate.tested,
    "path": loops.path,
    "filtered": loops.filtered,
    "indexed": loops.indexed,
    "loop": loops.loop,
    "quantified": loops.quantified,
    "called": loops.called,
    "function_of": loops.function_of,
    "define": loops.define,
    "foreign": loops.foreign,
    "paid": loops.paid,
    "absent": absent,
    "given": given,
    "fault": fault,
    "invoke": invoke,
    "adopt": adopt,
    "instance": _instance,
    "negated": _negated,
    "chained": arithmetic.chained,
    "Null": Null,
    "dict": dict,
    "list": list,
}
"""Everything a compiled formula can reach besides its constants and its Facts."""
