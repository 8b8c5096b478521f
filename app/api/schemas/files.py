"""References to stored files in answers."""

from __future__ import annotations

from flask_smorest.fields import Upload

from app.api import fields
from app.api.fields import Schema
from rules import Problem


class FileSchema(Schema):
    """A reference as the answers of a form hold it. `hash`: SHA-256 of what is kept; an image is made anew first."""

    hash = fields.Text()
    name = fields.Text()
    size = fields.Whole()
    type = fields.Text()
    width = fields.Whole(allow_none=True)
    height = fields.Whole(allow_none=True)


class FileUploadSchema(Schema):
    """One part named `file`, with the file's name."""

    file = Upload(
        required=True,
        error_messages={"required": Problem("api.required"), "null": Problem("api.null"),
                        "validator_failed": Problem("api.required")},
    )
