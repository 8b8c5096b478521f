"""Lists are read page by page: `next` of one answer is `after` of the following call, and null at the end."""

from __future__ import annotations

from app.api.fields import Schema, Text
from app.queries.keyset import Place


class After(Schema):
    """Where to go on from: what the answer before called `next`."""

    after = Text(most=130, form=r"[!-~]*", load_default="")


def place(after: str) -> Place:
    return Place(after=after or None)
