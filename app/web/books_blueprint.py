"""The one Blueprint of books, spread over several modules."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("books", __name__, url_prefix="/books")
