"""What a new version of a Form does to answers given under an older one: kept, converted, unreadable, removed (F22)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any, Literal

from rules import Problem

from .convert import converted
from .fields import At, Field
from .label import Label
from .model import Form
from .stored import COPIED, NOWHERE, pack_stored

Fate = Literal["empty", "kept", "converted", "unreadable", "removed"]
EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one answer. `value` is how it read before, `problem` why it cannot be read any more."""

    id: str
    label: Label
    fate: Fate
    value: str = ""
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """What becomes of the answers to one field of the older version.

    before, after  key and type there and here; None where the field is gone
    counts         how many answers met each fate
    examples       the first that would be lost
    refused        how many are kept, yet break a limit the new version sets: they are asked for at the next change
    """

    id: str
    label: Label
    before: tuple[str, str]
    after: tuple[str, str] | None
    counts: Mapping[Fate, int]
    refused: int = 0
    examples: tuple[Outcome, ...] = ()


def upgraded(
    old: Form, new: Form, stored: Mapping[str, Any], zone: tzinfo = UTC
) -> tuple[dict[str, Any], tuple[Outcome, ...]]:
    """(the stored answers as the new version stores them, what became of each): fields are the same by their id.

    What cannot be read and what is asked no more is left out of the answers and named in the outcomes.
    """
    typed: dict[str, Any] = {field.key: field.empty for field in new.asked}
    outcomes: list[Outcome] = []
    for _, target, value, outcome in _walk(old, new, stored, zone):
        if target is not None and outcome.fate in ("kept", "converted"):
            typed[target.key] = value
        if outcome.fate != "empty" and (outcome.fate != "removed" or outcome.value):
            outcomes.append(outcome)
    return pack_stored(new, typed), tuple(outcomes)


def preview(old: Form, new: Form, answers: Iterable[Mapping[str, Any]], *, now: datetime) -> tuple[Preview, ...]:
    """For each field of the older version what its answers in `answers` (stored, any number) become.

    `now` is the moment that limits such as ``today`` are judged at, in the zone where days begin.
    """
    zone, at = now.tzinfo or UTC, At(now, NOWHERE)
    counts: dict[str, Counter[Fate]] = {field.id: Counter() for field in old.asked}
    refused: Counter[str] = Counter()
    examples: dict[str, list[Outcome]] = {field.id: [] for field in old.asked}
    for stored in answers:
        for field, target, value, outcome in _walk(old, new, stored, zone):
            counts[field.id][outcome.fate] += 1
            lost = outcome.fate == "unreadable" or (outcome.fate == "removed" and outcome.value)
            if lost and len(examples[field.id]) < EXAMPLES:
                examples[field.id].append(outcome)
            if target is not None and outcome.fate in ("kept", "converted") and next(target.limits(value, at), None):
                refused[field.id] += 1
    targets = {field.id: field for field in new.asked}
    return tuple(
        Preview(
            field.id, field.label, (field.key, field.type),
            (targets[field.id].key, targets[field.id].type) if field.id in targets else None,
            dict(counts[field.id]), refused[field.id], tuple(examples[field.id]),
        )
        for field in old.asked
    )  # fmt: skip


def _walk(
    old: Form, new: Form, stored: Mapping[str, Any], zone: tzinfo
) -> Iterator[tuple[Field, Field | None, Any, Outcome]]:
    """Each field of the older version with the one of its id, what its answer becomes, and the outcome."""
    beside = stored.get(COPIED)
    beside = beside if isinstance(beside, Mapping) else {}
    targets = {field.id: field for field in new.asked}
    for field in old.asked:
        raw, copied, target = stored.get(field.key), beside.get(field.key), targets.get(field.id)
        said = _said(field, raw, copied, zone)
        if target is None:
            yield field, None, None, Outcome(field.id, field.label, "removed", said)
            continue
        value = converted(field, target, raw, copied, zone)
        if isinstance(value, Problem):
            yield field, target, None, Outcome(field.id, target.label, "unreadable", said, value)
        elif target.is_empty(value):
            yield field, target, value, Outcome(field.id, target.label, "empty")
        else:
            same = target.to_json(value) == field.to_json(converted(field, field, raw, copied, zone))
            yield field, target, value, Outcome(field.id, target.label, "kept" if same else "converted", said)


def _said(field: Field, raw: Any, copied: Any, zone: tzinfo) -> str:
    """An answer as it read before, for a report; what nobody could read even then is shown as it is stored."""
    value = converted(field, field, raw, copied, zone)
    return str(raw)[:200] if isinstance(value, Problem) else field.display(value)[:200]
