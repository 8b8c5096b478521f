"""Credit requests: what lists tell, and what drafting, changing, checking and submitting take."""

from __future__ import annotations

from app.api import fields
from app.api.fields import Schema
from app.api.paging import After
from app.api.schemas.problems import FindingSchema
from app.services.requests import FLOW

STATUSES = ("draft", "running", "returned", "approved", "rejected", "withdrawn", "voided", "error")


class RequestQuery(After):
    """`mine` 1: only one's own; `customer`: its number or id."""

    status = fields.Choice(STATUSES, load_default="")
    customer = fields.Text(most=60, load_default="")
    mine = fields.Choice(("0", "1"), load_default="0")


class WaitingSchema(Schema):
    """An open task: its step, and the person or post that is asked."""

    step = fields.Document()
    person = fields.Text(allow_none=True)
    post = fields.Document(allow_none=True)
    since = fields.Moment()


class RequestLineSchema(Schema):
    id = fields.Text()
    number = fields.Text(allow_none=True)
    status = fields.Text()
    customer_id = fields.Text(allow_none=True)
    customer = fields.Text(allow_none=True)
    amount = fields.Money(allow_none=True)
    applicant = fields.Text()
    case_id = fields.Text(allow_none=True)
    grade = fields.Text(allow_none=True)
    changed_at = fields.Moment()
    submitted_at = fields.Moment(allow_none=True)
    closed_at = fields.Moment(allow_none=True)
    waiting = fields.Many(fields.Inner(WaitingSchema))


class RequestListSchema(Schema):
    credit_requests = fields.Many(fields.Inner(RequestLineSchema))
    next = fields.Text(allow_none=True)


class RequestHeadSchema(Schema):
    id = fields.Text()
    number = fields.Text(allow_none=True)
    status = fields.Text()
    customer_id = fields.Text(allow_none=True)
    case_id = fields.Text(allow_none=True)
    changed_at = fields.Moment()
    row_version = fields.Whole()


class RequestSchema(RequestHeadSchema):
    """`answers` by the keys of the form, as far as the reader may see them.

    `marked_fields`: keys a return has asked the applicant to put right, until the request comes again.
    """

    marked_fields = fields.Many(fields.Text())
    flow = fields.Text(attribute="flow_key")
    answers = fields.Document()
    live = fields.Document()


class NewRequestSchema(Schema):
    """Answers so far; what is required is only asked for on submitting."""

    flow = fields.Text(most=60, form="[a-z][a-z0-9_]*", load_default=FLOW)
    answers = fields.Document(required=True)


class ChangeRequestSchema(Schema):
    """Keys left out keep their answers."""

    row_version = fields.Whole(least=1, required=True)
    answers = fields.Document(required=True)


class CheckRequestSchema(Schema):
    answers = fields.Document(load_default=dict)


class SubmitSchema(Schema):
    """`accepted`: ids of warnings that were read. `resubmit` is for a returned request."""

    row_version = fields.Whole(least=1, required=True)
    answers = fields.Document(load_default=dict)
    accepted = fields.Many(fields.Text(most=60), most=50, load_default=list)
    resubmit = fields.Choice(("replay", "direct"), load_default=None)


class CheckedRequestSchema(Schema):
    """What the form makes of the answers: the computed ones too, what is required, hidden and locked now."""

    acceptable = fields.Flag()
    problems = fields.Many(fields.Inner(FindingSchema))
    answers = fields.Document()
    required = fields.Many(fields.Text())
    hidden = fields.Many(fields.Text())
    locked = fields.Many(fields.Text())


class SubmittedSchema(Schema):
    """The request as it stands, and the case that runs for it."""

    credit_request = fields.Inner(RequestHeadSchema)
    case_id = fields.Text()
    case_status = fields.Text()
