"""Ratings in answers, and what re-rating and assessing take."""

from __future__ import annotations

from app.api import fields
from app.api.fields import Schema


class RatingLineSchema(Schema):
    id = fields.Text()
    customer_id = fields.Text()
    case_id = fields.Text(allow_none=True)
    variant = fields.Text()
    rated_at = fields.Moment()
    as_of = fields.Day()
    score = fields.Number(places=2, allow_none=True)
    coverage = fields.Number(places=2)
    model_grade = fields.Text(allow_none=True)
    grade = fields.Text(allow_none=True)
    decision = fields.Text()


class RatingListSchema(Schema):
    ratings = fields.Many(fields.Inner(RatingLineSchema))
    next = fields.Text(allow_none=True)


class MadeSchema(RatingLineSchema):
    """A new rating; what explains it is read by its id."""

    outcome = fields.Document()
    previous_id = fields.Text(allow_none=True)


class PinSchema(Schema):
    """A version of a Definition, as a rating has pinned it."""

    kind = fields.Text()
    key = fields.Text()
    version = fields.Whole()
    fingerprint = fields.Text()


class RatingSchema(RatingLineSchema):
    """`outcome` holds every number as decimal text, `trace` how each came about, `facts` what was known."""

    scorecard = fields.Inner(PinSchema)
    policy = fields.Inner(PinSchema)
    facts = fields.Document()
    sources = fields.Document()
    outcome = fields.Document()
    trace = fields.Document()
    previous_id = fields.Text(allow_none=True)


class AssessSchema(Schema):
    """A customer as JSON; the engine's own reader judges every member below `inputs`."""

    id = fields.Anything()
    variant = fields.Anything()
    inputs = fields.Document(load_default=None, allow_none=True)


class OutcomeSchema(Schema):
    """Every number of an assessment, decimals as text."""

    points = fields.Document()
    dimensions = fields.Document()
    coverage_percent = fields.Text()
    total_score = fields.Text(allow_none=True)
    model_grade = fields.Text(allow_none=True)
    rules_hit = fields.Many(fields.Text())
    final_grade = fields.Text(allow_none=True)
    decision = fields.Text()
    score_alert = fields.Flag()
    formula_limit = fields.Text(allow_none=True)
    limit = fields.Text(allow_none=True)
    payment_days = fields.Whole(allow_none=True)
    payment_mode = fields.Text(allow_none=True)
    approval_tier = fields.Text(allow_none=True)
    pd = fields.Text(allow_none=True)
    price_adjustment = fields.Text(allow_none=True)
    rerate = fields.Text(allow_none=True)
