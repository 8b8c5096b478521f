"""What the setup of a field asks of its answers, in short sentences: types of days, places, people and codes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import singledispatch

from app.edge.formula_words import Labels, say
from app.edge.locale import label, t
from forms import Field
from forms.fields.address import AddressField
from forms.fields.bank import BankAccount
from forms.fields.choice import Choice
from forms.fields.codes import Phone
from forms.fields.dates import TODAY, Bounds
from forms.fields.moments import NOW, Moment
from forms.fields.people import Staff
from forms.fields.serial import Serial
from forms.fields.shown import RatingField
from forms.fields.spans import DateRange
from forms.fields.tags import Tags

_WORDS = {TODAY: "studio.field.today", NOW: "studio.field.now"}


@singledispatch
def notes(field: Field, labels: Labels) -> Iterator[str]:
    """The sentences of one field; none for a type of which other words tell everything."""
    return iter(())


@notes.register(Bounds)
@notes.register(Moment)
def _edges(field: Bounds | Moment, labels: Labels) -> Iterator[str]:
    for edge in ("min", "max"):
        day = getattr(field, edge)
        if day is not None:
            yield t(f"studio.field.date_{edge}", day=t(_WORDS[day]) if day in _WORDS else day.replace("T", " "))


@notes.register
def _span(field: DateRange, labels: Labels) -> Iterator[str]:
    yield from _edges(field, labels)
    for end in ("start", "end"):
        if getattr(field, f"open_{end}"):
            yield t(f"studio.field.open_{end}")
    for edge in ("min", "max"):
        days = getattr(field, f"{edge}_days")
        if days is not None:
            yield t(f"studio.field.days_{edge}", days=days)


@notes.register
def _tags(field: Tags, labels: Labels) -> Iterator[str]:
    if field.options:
        yield t("studio.field.options", options=[label(o.label) for o in field.options if not o.retired])
    yield t("studio.field.tags_free" if field.free else "studio.field.tags_listed")
    yield t("studio.field.items", min=field.min_items, max=field.max_items)


@notes.register
def _depending(field: Choice, labels: Labels) -> Iterator[str]:
    if field.depends_on is not None:
        yield t("studio.field.depends_on", field=label(labels.get(field.depends_on)) or field.depends_on)


@notes.register
def _address(field: AddressField, labels: Labels) -> Iterator[str]:
    yield t(f"studio.field.level_{field.level}")
    if field.detail != "optional":
        yield t(f"studio.field.detail_{field.detail}")


@notes.register
def _phone(field: Phone, labels: Labels) -> Iterator[str]:
    yield t("studio.field.phone_kinds", kinds=[t(f"studio.field.phone_{kind}") for kind in field.kinds])


@notes.register
def _account(field: BankAccount, labels: Labels) -> Iterator[str]:
    yield t("studio.field.masked" if field.mask else "studio.field.unmasked")


@notes.register
def _serial(field: Serial, labels: Labels) -> Iterator[str]:
    yield t("studio.field.serial", pattern=field.pattern)
    yield t(f"studio.field.reset_{field.reset}")


@notes.register
def _staff(field: Staff, labels: Labels) -> Iterator[str]:
    if field.multiple:
        yield t("studio.field.several", max=field.max_items)
    if field.within is not None:
        yield t("studio.field.within", condition=say(field.within, labels) or field.within)


@notes.register
def _rating(field: RatingField, labels: Labels) -> Iterator[str]:
    yield t("studio.field.shows_rating", field=label(labels.get(field.lookup)) or field.lookup)
