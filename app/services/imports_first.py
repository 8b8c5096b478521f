"""Which row of a list had a value first: kept on disk, so that a list of any length takes the same memory."""

from __future__ import annotations

import sqlite3


class First:
    """Values seen, each with the first row that had it, in a private file that is gone with this object."""

    def __init__(self) -> None:
        self._known = sqlite3.connect("", isolation_level=None, check_same_thread=False)  # "": a file without a name
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-1024"):
            self._known.execute("PRAGMA " + pragma)
        self._known.execute("CREATE TABLE seen (value BLOB PRIMARY KEY, row INTEGER) WITHOUT ROWID")

    def row(self, number: int, *value: str) -> int:
        """The row that had this value, told by its parts, first: `number` itself where it is new."""
        told = repr(value).encode()  # as plain letters: what a cell holds need be no text that a file can hold
        found = self._known.execute(
            "INSERT INTO seen VALUES (?, ?) ON CONFLICT DO UPDATE SET row = row RETURNING row", (told, number)
        )
        [(first,)] = found.fetchall()
        return int(first)
