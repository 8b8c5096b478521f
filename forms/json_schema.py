"""The JSON Schema of a Form's answers, for those who use the API."""

from __future__ import annotations

from typing import Any

from .fields.subform import nullable
from .model import Form
from .stored import COPIED


def to_json_schema(form: Form, locale: str = "zh-CN") -> dict[str, Any]:
    """JSON Schema 2020-12 of the stored form of answers (`Answers.to_json`), titles in `locale`.

    It describes shape only: rules, checks and who may write are judged by `check`. The input side is wider:
    numbers and dates may be sent in any spelling the page takes, and absent keys keep their stored value.
    """
    always = {rule.target for rule in form.rules if rule.effect == "show"}
    required = [f.key for f in form.asked if f.required and f.compute is None and f.key not in always]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {
            **{field.key: nullable(field, locale) for field in form.asked},
            COPIED: {"type": "object", "readOnly": True},
        },
        "required": required,
        "additionalProperties": False,
    }
