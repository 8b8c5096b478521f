"""The history of fields in answers: what each act changed, newest first."""

from __future__ import annotations

from app.api import fields
from app.api.fields import Schema
from app.api.paging import After


class HistoryQuery(After):
    """`field`: the key of one; without it every field."""

    field = fields.Text(most=64, load_default="")


class FieldChangeSchema(Schema):
    """`before` and `after` as stored, masked as the field is masked; `erased` where a personal value is no more."""

    field = fields.Text()
    label = fields.Document(allow_none=True)
    before = fields.Anything(allow_none=True)
    after = fields.Anything(allow_none=True)
    erased = fields.Flag()


class FieldActSchema(Schema):
    """One act. `road`: page, api, import or job; null where it was not noted yet."""

    at = fields.Moment()
    by = fields.Text()
    road = fields.Text(allow_none=True)
    verb = fields.Text()
    reason = fields.Text(allow_none=True)
    changes = fields.Many(fields.Inner(FieldChangeSchema))


class HistorySchema(Schema):
    acts = fields.Many(fields.Inner(FieldActSchema))
    next = fields.Text(allow_none=True)
