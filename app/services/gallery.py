"""Ready-made Definitions taken over: one as a draft, or all that are missing published at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import gallery
from app.access import Conflict, Missing
from app.models.definition import Definition
from app.services import definitions
from app.work import Work

LONGEST_STEM = 55  # of a key that gets a number behind it
LONGEST_FACT = 63  # of a fact with the key of its form behind it, and a line between


def everything() -> Iterator[dict[str, Any]]:
    """All ready-made envelopes: the set published at once, then the further forms."""
    yield from gallery.definitions()
    yield from gallery.starters()


def find(kind: str, key: str) -> dict[str, Any]:
    """The ready-made envelope; raises Missing."""
    for envelope in everything():
        if (envelope["kind"], envelope["key"]) == (kind, key):
            return envelope
    raise Missing("definition", f"{kind}/{key}")


def install_draft(work: Work, kind: str, key: str, under: str | None = None) -> Definition:
    """The ready-made body as a new draft; the version in force stays in force.

    `under` asks for a Definition of its own with that key: Conflict where there is one already.
    """
    envelope = find(kind, key)
    if under is None:
        return _draft(work, envelope)
    return _copy(work, envelope, under, envelope["title"])


def start_from(work: Work, kind: str, name: str, key: str, title: Mapping[str, str]) -> Definition:
    """A Definition of one's own begun with the ready-made `name`, called as typed.

    Raises Missing where nothing is ready-made under `name`, Conflict where there is a Definition with that key already.
    """
    return _copy(work, find(kind, name), key, title)


def _copy(work: Work, envelope: dict[str, Any], key: str, title: Mapping[str, str]) -> Definition:
    kind = envelope["kind"]
    if _taken(work.session, kind, key):
        raise Conflict("definition.key_taken", key=key, free=free_key(work.session, kind, key))
    body = _own_facts(work.session, kind, key, envelope["body"])
    return definitions.draft(work, kind, key, title, body, layout=envelope.get("layout"))


def _own_facts(session: Session, kind: str, key: str, body: dict[str, Any]) -> dict[str, Any]:
    """The body with facts that another book makes already under names of their own, so that it can be published."""
    for problem in definitions.check(session, kind, body, key):
        if problem.code == "form.book_fact_taken":
            fact = body["book"]["facts"][int(problem.path.split("/")[3])]
            fact["key"] = f"{fact['key'][: LONGEST_FACT - len(key)]}_{key}"
    return body


def free_key(session: Session, kind: str, key: str) -> str:
    """`key`, or the first of ``key_2``, ``key_3`` … that no Definition of this kind has."""
    stem = key[:LONGEST_STEM]
    return next(each for each in (key, *(f"{stem}_{n}" for n in range(2, 1000))) if not _taken(session, kind, each))


def _taken(session: Session, kind: str, key: str) -> bool:
    query = select(Definition.id).where(Definition.kind == kind, Definition.key == key).limit(1)
    return session.scalar(query) is not None


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
