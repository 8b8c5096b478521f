"""Rows, one noun a file. Importing this package makes every table known to the metadata."""

from app.models import case, credit, customer, definition, demo, field_set, file, job, ledger, people, record, upload

__all__ = [
    "case", "credit", "customer", "definition", "demo", "field_set", "file", "job", "ledger", "people", "record",
    "upload",
]  # fmt: skip
