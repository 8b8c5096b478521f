"""How refusals and findings look, in every answer that has any."""

from __future__ import annotations

from app.api import fields
from app.api.fields import Schema


class ProblemSchema(Schema):
    """One finding: what is wrong, where, and what to do."""

    code = fields.Text(required=True, metadata={"description": "api.doc.problem.code"})
    path = fields.Text(required=True, metadata={"description": "api.doc.problem.path"})
    params = fields.Document(required=True)
    message = fields.Text(required=True, metadata={"description": "api.doc.problem.message"})


class FindingSchema(ProblemSchema):
    """An error blocks, a warning must be accepted; `span` is the place in a formula, or in a text that is no JSON."""

    severity = fields.Choice(("error", "warning"))
    span = fields.Many(fields.Whole())


class RefusalSchema(Schema):
    """RFC 9457: every refusal looks like this."""

    type = fields.Text(required=True)
    title = fields.Text(required=True)
    status = fields.Whole(required=True)
    detail = fields.Text()
    problems = fields.Many(fields.Inner(FindingSchema), required=True)
    request_id = fields.Text()
