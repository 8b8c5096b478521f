"""``python -m forms`` prints the JSON Schema of a form body, the text of `form.schema.json`."""

from __future__ import annotations

import json
import sys

from .schema import form_schema


def schema_text() -> str:
    """The schema as its file holds it."""
    return json.dumps(form_schema(), ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    sys.stdout.write(schema_text())
