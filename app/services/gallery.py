"""Ready-made Definitions taken over: one as a draft, or all that are missing published at once."""

from __future__ import annotations

from typing import Any

from app import gallery
from app.access import Conflict, Missing
from app.models.definition import Definition
from app.services import definitions
from app.work import Work


def find(kind: str, key: str) -> dict[str, Any]:
    """The ready-made envelope; raises Missing."""
    for envelope in gallery.definitions():
        if (envelope["kind"], envelope["key"]) == (kind, key):
            return envelope
    raise Missing("definition", f"{kind}/{key}")


def install_draft(work: Work, kind: str, key: str) -> Definition:
    """The ready-made body as a new draft; the version in force stays in force."""
    return _draft(work, find(kind, key))


def _draft(work: Work, envelope: dict[str, Any]) -> Definition:
    before = definitions.published(work.session, envelope["kind"], envelope["key"])
    return definitions.draft(
        work, envelope["kind"], envelope["key"], envelope["title"], envelope["body"],
        layout=envelope.get("layout"), based_on=before.version if before is not None else None,
    )  # fmt: skip


def install_all(work: Work, *, four_eyes: bool = False) -> int:
    """Publish every ready-made Definition of which nothing is in force; returns how many.

    What an admin has published under the same key is left as it is. Raises Conflict where four eyes are asked for:
    drafting and publishing in one act is what that setting forbids.
    """
    if four_eyes:
        raise Conflict("definition.four_eyes_gallery")
    count = 0
    for envelope in gallery.definitions():
        if definitions.published(work.session, envelope["kind"], envelope["key"]) is not None:
            continue
        row = _draft(work, envelope)
        definitions.publish(work, row, row.row_version)
        count += 1
    return count

