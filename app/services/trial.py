"""What each name and each formula of a draft comes to for one customer, and why one that is unknown is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.services import evidence
from app.services.effect import compiled
from app.services.evidence import NOTHING
from app.services.ratings import absences, read_facts
from app.work import Reading
from rules import Cause, Invalid, Problem, Scorecard
from rules.probe import Probe, probe


@dataclass(frozen=True, slots=True)
class Trial:
    """One customer under a draft; `sources` says where each Fact came from, or why its source could not tell."""

    scorecard: Scorecard
    probe: Probe
    sources: Mapping[str, Mapping[str, Any]]

    def why(self, causes: tuple[Cause, ...]) -> tuple[Problem, ...]:
        """Causes as Problems; where the source said why, that says more than "missing" and takes its place."""
        return tuple(self._why(cause) for cause in causes)

    def _why(self, cause: Cause) -> Problem:
        source = self.sources.get(cause.field or "", {})
        if cause.code == "missing" and source.get("reason"):
            return Problem(source["reason"], "", dict(source.get("params", {})))
        fact = self.scorecard.facts.get(cause.field or "")
        named = {"field": (fact.label if fact is not None and fact.label else None) or cause.field or ""}
        return Problem(f"cause.{cause.code}", "", {**cause.params, **named})


def look_into(view: Reading, body: Mapping[str, Any], customer_id: str, variant: str | None) -> Trial:
    """The draft on one customer, on the evidence of today. Raises Invalid: what the draft or the evidence lacks."""
    card = compiled(body)
    known = evidence.gather(view.session, [customer_id], view.today, view.zone).get(customer_id, NOTHING)
    facts, problems = read_facts(card.facts, known.facts)
    if problems:
        raise Invalid(problems)
    usable = variant if variant in card.variants else None
    found = probe(card, facts, view.now, variant=usable, absent=absences(known.sources, facts))
    return Trial(card, found, known.sources)
