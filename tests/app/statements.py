"""What is asked of the database while a page is made: pages are held to a number of questions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, event

QUESTIONS = ("SELECT", "WITH")


@contextmanager
def statements(*engines: Engine, every: bool = False) -> Iterator[list[str]]:
    """The questions sent to these engines inside; with `every` whatever is sent, also what writes."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if every or statement.lstrip().upper().startswith(QUESTIONS):
            sent.append(statement)

    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", note)
