"""What the desk's lists offer to choose from: grades, industries and regions of the Definitions in force."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.models.definition import PUBLISHED, Definition
from app.services import definitions
from app.services.customer_files import FORM
from app.services.explanations import units_of
from app.services.ratings import POLICY
from credit import Policy
from forms import Form
from forms.fields.choice import Choice, Option
from rules import Scorecard

Words = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Offered:
    """Grades from best to worst, options by code, tiers, PDs by Grade, units, weights by key, and the coverage that
    asks for a person.

    Everything is empty while nothing is published: lists then show what is stored.
    """

    grades: tuple[str, ...] = ()
    industries: Mapping[str, Words] = field(default_factory=dict)
    regions: Mapping[str, Words] = field(default_factory=dict)
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    tiers: Mapping[str, Words] = field(default_factory=dict)
    pds: Mapping[str, Decimal] = field(default_factory=dict)
    units: Mapping[str, str | None] = field(default_factory=dict)
    variants: Mapping[str, Words] = field(default_factory=dict)
    coverage: Decimal = Decimal(80)

    def region_names(self, code: str) -> tuple[str, ...]:
        """The names a region may be stored under."""
        return (*self.regions.get(code, {}).values(), *self.aliases.get(code, ()))

    def industry(self, code: str | None, stored: str | None) -> Words | str | None:
        """An industry in words of the form, or as it is stored."""
        return self.industries.get(code or "") or stored

    def region(self, stored: str | None) -> Words | str | None:
        """A region in words of the form, or as it is stored."""
        if stored is None:
            return None
        return next((words for code, words in self.regions.items() if stored in self.region_names(code)), stored)


def offered(session: Session) -> Offered:
    """In one statement: the published policy, customer form and scorecards."""
    rows = session.scalars(
        select(Definition).where(
            Definition.status == PUBLISHED,
            or_(
                (Definition.kind == "policy") & (Definition.key == POLICY),
                (Definition.kind == "form") & (Definition.key == FORM),
                Definition.kind == "scorecard",
            ),
        )
    ).all()
    policy: Policy | None = _compiled(rows, "policy", POLICY)
    form: Form | None = _compiled(rows, "form", FORM)
    card: Scorecard | None = _compiled(rows, "scorecard", policy.scorecard) if policy is not None else None
    industries, regions = _options(form, "industry"), _options(form, "region")
    return Offered(
        card.ladder.keys if card is not None else (),
        {each.code: each.label for each in industries},
        {each.code: each.label for each in regions},
        {each.code: each.aliases for each in regions},
        {tier.key: tier.label for tier in policy.tiers.tiers} if policy is not None else {},
        {key: row.pd for key, row in policy.grades.items()} if policy is not None else {},
        units_of(card) if card is not None else {},
        {key: variant.label for key, variant in card.variants.items()} if card is not None else {},
        policy.coverage_minimum if policy is not None else Decimal(80),
    )


def _compiled(rows: Sequence[Definition], kind: str, key: str) -> Any:
    return next((definitions.compiled(row) for row in rows if (row.kind, row.key) == (kind, key)), None)


def _options(form: Form | None, key: str) -> tuple[Option, ...]:
    found = form.fields.get(key) if form is not None else None
    return found.options if isinstance(found, Choice) else ()
