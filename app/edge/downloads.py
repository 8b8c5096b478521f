"""Files for people to keep: always an attachment, so that nothing anybody wrote is shown by a browser in our name."""

from __future__ import annotations

from urllib.parse import quote

from flask import Response, make_response

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TEXT = "text/csv; charset=utf-8"


def attachment(content: bytes, name: str, mimetype: str = WORKBOOK) -> Response:
    """`content` as a file called `name`, which may hold any letters."""
    response = make_response(content)
    response.headers["Content-Type"] = mimetype
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    response.headers["Cache-Control"] = "no-store"
    return response
