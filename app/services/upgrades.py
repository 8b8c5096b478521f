"""Drafts written under an older version of a form, brought under the version in force before anybody goes on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.models.definition import Definition
from app.services import definitions
from app.work import Reading, Work
from forms.upgrade import Outcome, upgraded


def carried(
    where: Work | Reading, form_id: str, answers: Mapping[str, Any], form_row: Definition
) -> tuple[dict[str, Any], tuple[Outcome, ...]]:
    """The answers given under the version `form_id` as `form_row` stores them, and what did not carry over."""
    if form_id == form_row.id:
        return dict(answers), ()
    old = definitions.compiled(where.session.get_one(Definition, form_id))
    stored, outcomes = upgraded(old, definitions.compiled(form_row), answers, where.zone)
    return stored, tuple(each for each in outcomes if each.fate in ("unreadable", "removed"))
