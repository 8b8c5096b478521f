"""Workbooks as an analyst edits them between two acts of ours, and what is told when they come back."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import openpyxl

from app.edge.locale import catalogue
from app.services.workbook_layout import page_name
from app.services.workbook_read import Brought

LANGUAGES = {tag: catalogue(tag) for tag in ("zh-CN", "en")}
Edit = Callable[[openpyxl.Workbook], None]


def edited(content: bytes, edit: Edit | None) -> bytes:
    """The workbook after an edit, saved anew by another program; without one as it was."""
    if edit is None:
        return content
    book = openpyxl.load_workbook(io.BytesIO(content))
    edit(book)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def sheet(book: openpyxl.Workbook, page: str) -> Any:
    """The sheet of a page, by the name it has in Chinese."""
    return book[page_name(page, LANGUAGES["zh-CN"])]


def cell_set(page: str, cell: str, value: Any) -> Edit:
    def edit(book: openpyxl.Workbook) -> None:
        sheet(book, page)[cell] = value

    return edit


def page_dropped(page: str) -> Edit:
    return lambda book: book.remove(sheet(book, page))


def told(found: Brought) -> list[tuple[str, str, str]]:
    """Code, page and cell of each Problem."""
    return [(p.code, str(p.params.get("page", "")), str(p.params.get("cell", ""))) for p in found.problems]
