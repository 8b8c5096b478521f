"""Customer files through the published form: what people fill in is checked by it before it becomes a customer."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy.orm import Session

from app.access import Missing, Right, require
from app.models.customer import Customer
from app.models.definition import Definition
from app.services import customers, definitions, files, serials, uniqueness
from app.services.customer_answers import FORM, NAMED, PLAIN, code_of, stored
from app.services.lookups import Lookups
from app.work import Reading, Work
from forms import Answers, Assessment, Form, assess, check
from forms.fields.choice import Choice

__all__ = ["FORM", "code_of", "columns_of", "form_in_force", "look_over", "register", "stored", "update"]

def form_in_force(session: Session) -> tuple[Definition, Form]:
    """The published customer form; Missing while there is none."""
    row = definitions.published(session, "form", FORM)
    if row is None:
        raise Missing("definition", f"form/{FORM}")
    return row, definitions.compiled(row)


def register(
    work: Work, raw: Mapping[str, Any], accepted: Collection[str] = (), *, source: str = "desk",
    number: str | None = None,
) -> Customer:
    """A new customer from what was typed; Invalid with every Problem, Conflict for a code that is taken.

    `number` is the one the customer has in the ERP; without it the next of ours is given.
    """
    require(work.viewer, Right.CUSTOMER_WRITE)
    asked = form_in_force(work.session)
    form = asked[1]
    answers = check(
        form, raw, now=work.local, lookups=Lookups(work.session, work.viewer), accepted=accepted,
        taken=uniqueness.of_customers(work),
    )  # fmt: skip
    answers = files.sign(work, serials.number(work, FORM, answers))
    values = {**_values(form, answers, None), "number": number}
    row = customers.create(work, values, source=source, asked=asked)
    files.attach(work, customers.subject(row), answers, {})
    return row


def update(
    work: Work, customer_id: str, row_version: int, raw: Mapping[str, Any], accepted: Collection[str] = ()
) -> bool:
    """Change a file this person may write; True when something changed."""
    row = customers.get(work, customer_id, Right.CUSTOMER_WRITE)
    asked = form_in_force(work.session)
    form = asked[1]
    before = stored(form, row)
    answers = check(
        form, raw, now=work.local, lookups=Lookups(work.session, work.viewer), stored=before,
        accepted=accepted, taken=uniqueness.of_customers(work, own_id=row.id),
    )  # fmt: skip
    answers = files.sign(work, serials.number(work, FORM, answers))  # a field the form has gained is numbered now
    changed = customers.change(work, row, _values(form, answers, row), row_version, asked)
    files.attach(work, customers.subject(row), answers, before)
    return changed


def look_over(
    view: Reading, raw: Mapping[str, Any], kept: Mapping[str, Any] | None = None, own_id: str | None = None
) -> Assessment:
    """Everything the evaluator finds about answers being typed; nothing is stored. `own_id` is their file."""
    _, form = form_in_force(view.session)
    now = view.now.astimezone(view.zone)
    return assess(
        form, raw, now=now, lookups=Lookups(view.session, view.viewer), stored=kept,
        taken=uniqueness.of_customers(view, own_id=own_id),
    )  # fmt: skip


def columns_of(form: Form, answers: Answers) -> dict[str, Any]:
    """Columns of a new file from checked answers, for lists that are taken over row by row."""
    return _values(form, answers, None)


def _values(form: Form, answers: Answers, row: Customer | None) -> dict[str, Any]:
    """Columns of the file from checked answers; what has no column of its own stays among the answers."""
    given = answers.values
    values: dict[str, Any] = {key: given[key] for key in PLAIN if key in given}
    if row is not None and values.get("currency") is None:
        values.pop("currency", None)
    before = {} if row is None else stored(form, row)
    for key, column in NAMED.items():
        field, code = form.fields.get(key), given.get(key)
        # What came from elsewhere keeps its own wording while nobody chooses another option.
        if not isinstance(field, Choice) or (row is not None and before.get(key) == code):
            continue
        option = next((o for o in field.options if o.code == code), None)
        values[column] = None if option is None else option.label.get("zh-CN")
        if key == "industry":
            values |= {"industry_code": code, "variant": customers.variant_of(code)}
    columns = {*PLAIN, "industry", "region"}
    rest = {key: value for key, value in answers.to_json().items() if key not in columns and value is not None}
    names = {} if row is None else {k: v for k, v in row.answers.items() if k == customers.NAMES}
    values["answers"] = {**rest, **names}
    return values
