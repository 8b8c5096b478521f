"""Serial numbers 流水号 of forms: given at submission, inside the transaction that stores the answers."""

from __future__ import annotations

from datetime import date

from app.db import insert_into
from app.models.serial import SerialCounter, SerialNumber
from app.work import Work
from forms import Answers, numbered
from forms.fields import Serial


def number(work: Work, form_key: str, answers: Answers) -> Answers:
    """The answers with the serial numbers they lack.

    A transaction that fails takes its numbers with it, or leaves a gap; a number once given is never given again,
    also not after the pattern changed. Two that submit at one time wait for each other at the counter only.
    """
    return numbered(answers, work.local.date(), lambda field, day: _next(work, form_key, field, day))


def _next(work: Work, form_key: str, field: Serial, day: date) -> str:
    place = {"form": form_key, "field": field.id, "period": field.scope(day)}
    fresh = insert_into(work.session, SerialCounter).values(**place, value=0)
    work.session.execute(fresh.on_conflict_do_nothing())  # a period's first two at one time agree on one row
    counter = work.session.get_one(SerialCounter, tuple(place.values()), with_for_update=True)
    while True:
        counter.value += 1
        text = field.number(day, counter.value)
        given = insert_into(work.session, SerialNumber).values(form=form_key, field=field.id, text=text)
        if work.session.scalar(given.on_conflict_do_nothing().returning(SerialNumber.text)) is not None:
            work.session.flush()
            return text
