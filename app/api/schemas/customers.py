"""Customers and their credit in answers."""

from __future__ import annotations

from app.api import fields
from app.api.fields import Schema
from app.api.paging import After


class CustomerQuery(After):
    """`q`: part of the name, its pinyin or initials, the number or the credit code."""

    q = fields.Text(most=60, load_default="")


class CustomerLineSchema(Schema):
    id = fields.Text()
    number = fields.Text()
    name = fields.Text()
    industry_code = fields.Text(allow_none=True)
    industry = fields.Text(allow_none=True)
    province = fields.Text(allow_none=True)
    grade = fields.Text(allow_none=True)
    score = fields.Number(places=2, allow_none=True)
    coverage = fields.Number(places=2, allow_none=True)
    limit = fields.Money(allow_none=True)
    exposure = fields.Money(allow_none=True)
    overdue = fields.Money(allow_none=True)
    owner = fields.Text(allow_none=True)
    rated_at = fields.Moment(allow_none=True)


class CustomerListSchema(Schema):
    customers = fields.Many(fields.Inner(CustomerLineSchema))
    next = fields.Text(allow_none=True)


class CustomerSchema(CustomerLineSchema):
    credit_code = fields.Text(allow_none=True)
    variant = fields.Text(allow_none=True)
    city = fields.Text(allow_none=True)
    founded_on = fields.Day(allow_none=True)
    registered_capital = fields.Money(allow_none=True)
    employees = fields.Whole(allow_none=True)
    registration_status = fields.Text(allow_none=True)
    currency = fields.Text()
    payment_days = fields.Whole(allow_none=True)
    customer_since = fields.Day(allow_none=True)
    segment = fields.Text(allow_none=True)
    source = fields.Text()
    rating_id = fields.Text(allow_none=True)
    created_at = fields.Moment()
    changed_at = fields.Moment()
    row_version = fields.Whole()


class CreditSchema(Schema):
    """Amounts in CNY. `limit` null: there is none; `headroom` is what is left of it and may be below 0.

    A limit that has `expired` is told until another one comes, and counts as 0.
    """

    id = fields.Text()
    number = fields.Text()
    name = fields.Text()
    grade = fields.Text(allow_none=True)
    score = fields.Number(places=2, allow_none=True)
    rated_at = fields.Moment(allow_none=True)
    currency = fields.Text()
    limit = fields.Money(allow_none=True)
    expired = fields.Flag()
    exposure = fields.Money()
    exposure_by_category = fields.Amounts()
    overdue = fields.Money()
    headroom = fields.Money(allow_none=True)
    payment_days = fields.Whole(allow_none=True)
    payment_mode = fields.Text(allow_none=True)
    valid_from = fields.Moment(allow_none=True)
    valid_to = fields.Day(allow_none=True)
    exposure_as_of = fields.Moment(allow_none=True)
