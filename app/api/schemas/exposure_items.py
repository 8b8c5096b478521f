"""Open items as an ERP sends them, and what became of each."""

from __future__ import annotations

from marshmallow import post_load

from app.api import fields
from app.api.fields import Schema
from app.api.schemas.problems import ProblemSchema
from app.services.open_items import MOST, Item, Outcome
from credit.exposure import Category


class ItemSchema(Schema):
    """One open document; amount "0" says that it is closed."""

    source = fields.Text(required=True, least=1, most=40)
    type = fields.Choice([each.value for each in Category], required=True)
    number = fields.Text(required=True, least=1, most=40)
    customer = fields.Text(required=True, least=1, most=60)
    amount = fields.Number(required=True, most_places=4)
    currency = fields.Text(required=True, form="[A-Z]{3}", most=3, code="api.currency")
    issued_on = fields.Day(required=True)
    due_on = fields.Day(load_default=None, allow_none=True)
    ships_on = fields.Day(load_default=None, allow_none=True)

    @post_load
    def made(self, data: dict[str, object], **_: object) -> Item:
        return Item(**{**data, "type": Category(str(data["type"]))})  # type: ignore[arg-type]


class ItemsSchema(Schema):
    """Each is judged for itself, so that one that is wrong does not stop the others."""

    items = fields.Many(fields.Anything(), required=True, least=1, most=MOST)


class PutSchema(Schema):
    """`index` counts from 0 as the items were sent."""

    index = fields.Whole()
    outcome = fields.Choice(Outcome.__args__)  # type: ignore[attr-defined]
    problems = fields.Many(fields.Inner(ProblemSchema))


class PutsSchema(Schema):
    results = fields.Many(fields.Inner(PutSchema))
    counts = fields.Document()
