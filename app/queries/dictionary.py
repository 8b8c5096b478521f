"""The names that published Definitions give to Facts, for whoever writes a new one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from app.access import Right, require
from app.models.definition import PUBLISHED, Definition
from app.work import Reading


@dataclass(frozen=True, slots=True)
class KnownFact:
    """A Fact some published scorecard reads. `title` is that scorecard's."""

    key: str
    type: str
    unit: str | None
    label: Mapping[str, str]
    title: Mapping[str, str]


def known_facts(reading: Reading) -> tuple[KnownFact, ...]:
    """Each Fact once, as the first scorecard by key writes it, in the order of that scorecard."""
    require(reading.viewer, Right.DEFINITION_READ)
    query = select(Definition.title, Definition.body).where(
        Definition.kind == "scorecard", Definition.status == PUBLISHED
    )
    found: dict[str, KnownFact] = {}
    for title, body in reading.session.execute(query.order_by(Definition.key)):
        for item in body.get("facts", ()):
            fact: Mapping[str, Any] = {"key": item} if isinstance(item, str) else item
            known = KnownFact(fact["key"], fact.get("type", "any"), fact.get("unit"), fact.get("label", {}), title)
            found.setdefault(known.key, known)
    return tuple(found.values())
