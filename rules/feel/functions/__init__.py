"""The built-in functions: importing this package fills the table."""

from __future__ import annotations

from ..scope import NameIndex
from . import context, conversion, date, list, logic, number, range, text
from .table import ROWS, Row

INDEX = NameIndex(ROWS)

__all__ = ["INDEX", "ROWS", "Row", "context", "conversion", "date", "list", "logic", "number", "range", "text"]
