"""Cases in answers: the head with what was filled in, the way, and the trail."""

from __future__ import annotations

from app.api import fields
from app.api.fields import Schema
from app.api.paging import After


class StandingSchema(Schema):
    """In CNY, when the case was opened (`seen`) and now."""

    amount = fields.Money()
    limit_seen = fields.Money(allow_none=True)
    exposure_seen = fields.Money(allow_none=True)
    seen_at = fields.Moment(allow_none=True)
    limit = fields.Money(allow_none=True)
    exposure = fields.Money(allow_none=True)
    overdue = fields.Money(allow_none=True)


class CaseSchema(Schema):
    """`answers` by the keys of the form, as far as the reader may see them.

    `live` by the key of a lookup: values of the record it points to, as they are now for this reader.
    """

    id = fields.Text()
    number = fields.Text()
    title = fields.Text()
    status = fields.Text()
    round = fields.Whole()
    request_id = fields.Text()
    customer_id = fields.Text()
    customer = fields.Text()
    customer_number = fields.Text()
    applicant = fields.Text()
    amount = fields.Money()
    currency = fields.Text()
    grade = fields.Text(allow_none=True)
    grade_before = fields.Text(allow_none=True)
    opened_at = fields.Moment()
    closed_at = fields.Moment(allow_none=True)
    standing = fields.Inner(StandingSchema)
    answers = fields.Document()
    live = fields.Document()


class ReasonSchema(Schema):
    code = fields.Text()
    params = fields.Document()
    message = fields.Text()


class SeatSchema(Schema):
    """Who is, was or will be asked; of a post, `names` are those who hold it."""

    user = fields.Text(allow_none=True)
    post = fields.Document(allow_none=True)
    names = fields.Many(fields.Text())
    by = fields.Text(allow_none=True)
    answer = fields.Text(allow_none=True)
    at = fields.Moment(allow_none=True)
    auto = fields.Flag()
    closed = fields.Flag()


class StopSchema(Schema):
    """`state`: done, superseded, cancelled, now, ahead, stuck; `certain` false where something is not known yet."""

    step = fields.Text()
    kind = fields.Text()
    label = fields.Document()
    state = fields.Text()
    outcome = fields.Text(allow_none=True)
    certain = fields.Flag()
    round = fields.Whole()
    seats = fields.Many(fields.Inner(SeatSchema))
    entered_at = fields.Moment(allow_none=True)
    left_at = fields.Moment(allow_none=True)
    problem = fields.Inner(ReasonSchema, allow_none=True)


class PathSchema(Schema):
    stops = fields.Many(fields.Inner(StopSchema))


class EntrySchema(Schema):
    """One entry; its members and hashes are told to readers of the trail only."""

    id = fields.Whole()
    place = fields.Whole(allow_none=True)
    at = fields.Moment(attribute="ts")
    verb = fields.Text()
    actor = fields.Text()
    actor_name = fields.Text()
    message = fields.Text()
    reason = fields.Text(allow_none=True)
    members = fields.Document()
    leaf_hash = fields.Text()
    prev_hash = fields.Text()


class TrailSchema(Schema):
    """Newest first."""

    entries = fields.Many(fields.Inner(EntrySchema))
    next = fields.Text(allow_none=True)


class TrailQuery(After):
    """`after`: entries older than this one."""


class VoidSchema(Schema):
    reason = fields.Text(most=2000, least=1, lines=True, required=True)


class StandsSchema(Schema):
    """Where a case stands after an act on it as a whole."""

    case_id = fields.Text()
    case_status = fields.Text()
