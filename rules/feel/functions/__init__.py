"""The built-in functions: importing this package fills the table."""

from __future__ import annotations

from ..scope import NameIndex
from . import (
    context,
    conversion,
    date,
    excel,
    excel_date,
    excel_list,
    excel_logic,
    excel_number,
    excel_text,
    list,
    logic,
    number,
    range,
    text,
)
from .table import ROWS, Row

INDEX = NameIndex(ROWS)

__all__ = [
    "INDEX", "ROWS", "Row", "context", "conversion", "date", "excel", "excel_date", "excel_list", "excel_logic",
    "excel_number", "excel_text", "list", "logic", "number", "range", "text",
]  # fmt: skip
