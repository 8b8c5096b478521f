"""Forms: what we ask. A body compiles to a Form; one evaluator turns raw input of any road into Answers."""

from .answers import Answers, Assessment, assess, check, numbered
from .bind import page_data, to_wtforms
from .compile import compile_form
from .fields import FIELD_TYPES, Field, Lookup
from .json_schema import to_json_schema
from .model import Form
from .schema import form_schema

__all__ = [
    "FIELD_TYPES",
    "Answers",
    "Assessment",
    "Field",
    "Form",
    "Lookup",
    "assess",
    "check",
    "compile_form",
    "form_schema",
    "numbered",
    "page_data",
    "to_json_schema",
    "to_wtforms",
]
