"""What fields of one Form say of one another beside formulas: options that depend, ratings shown, ranges of people."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping

from rules import Formula, Problem

from .fields import Field, LookupField
from .fields.choice import Choice
from .fields.people import Staff
from .fields.shown import OF, RatingField

Compile = Callable[[str, str, Staff], Formula | None]


def tie_problems(
    fields: Mapping[str, Field], paths: Mapping[str, str], around: Mapping[str, Field], loose: Collection[str]
) -> Iterator[Problem]:
    """Names of other fields that are not there or of the wrong type; `around` are the Form's fields of a column."""
    for key, field in fields.items():
        if isinstance(field, Choice):
            yield from _depending(field, paths[key], {**around, **fields}, loose)
        if isinstance(field, RatingField) and field.lookup not in loose:
            source = fields.get(field.lookup)
            if not isinstance(source, LookupField) or source.of != OF:
                yield Problem("form.rating_lookup", f"{paths[key]}/lookup", {"key": field.lookup})


def _depending(field: Choice, path: str, known: Mapping[str, Field], loose: Collection[str]) -> Iterator[Problem]:
    if field.depends_on is None:
        for place, option in enumerate(field.options):
            if option.parents:
                yield Problem("form.parents_alone", f"{path}/options/{place}/parents", {"code": option.code})
        return
    parent = known.get(field.depends_on)
    if field.depends_on in loose:
        return
    if not isinstance(parent, Choice) or parent is field:
        yield Problem("form.depends_on", f"{path}/depends_on", {"key": field.depends_on})
        return
    for place, option in enumerate(field.options):
        for code in option.parents:
            if parent.option(code) is None:
                params = {"code": code, "target": field.depends_on}
                yield Problem("form.option_unknown", f"{path}/options/{place}/parents", params)


def ranges_of(fields: Mapping[str, Field], paths: Mapping[str, str], compiled: Compile) -> dict[str, Formula]:
    """The compiled ranges of pickers, by key."""
    found: dict[str, Formula] = {}
    for key, field in fields.items():
        if isinstance(field, Staff) and field.within is not None:
            made = compiled(field.within, f"{paths[key]}/within", field)
            found.update({key: made} if made else {})
    return found
