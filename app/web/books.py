"""Books (台账): every module that puts pages on their Blueprint, gathered here for `create_app`."""

from __future__ import annotations

from app.web import books_import, books_list, books_record
from app.web.books_blueprint import blueprint

__all__ = ["blueprint", "books_import", "books_list", "books_record"]
