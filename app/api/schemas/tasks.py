"""The inbox in answers, and what acts on a task take."""

from __future__ import annotations

from app.api import fields
from app.api.fields import Schema
from app.api.paging import After

VIEWS = ("todo", "done", "started", "cc")


class InboxQuery(After):
    """`filter`: parts divided by commas, each `name:value`: kind, step, grade, low, high, q; or the word `flagged`."""

    view = fields.Choice(VIEWS, load_default="todo")
    filter = fields.Text(most=200, load_default="")
    sort = fields.Choice(("wait", "-wait", "amount", "-amount"), load_default="wait")


class TaskSchema(Schema):
    """One line of the inbox: a task (`todo`, `done`), or a case (`started`, `cc`) whose id is `case_id`."""

    id = fields.Text()
    case_id = fields.Text()
    customer = fields.Text()
    number = fields.Text()
    kind = fields.Text()
    amount = fields.Money()
    grade = fields.Text(allow_none=True)
    grade_before = fields.Text(allow_none=True)
    score = fields.Number(places=2, allow_none=True)
    step = fields.Document(allow_none=True)
    post = fields.Document(allow_none=True)
    claimer = fields.Text(allow_none=True)
    status = fields.Text()
    flags = fields.Many(fields.Text())
    answer = fields.Text(allow_none=True)
    applicant = fields.Text()
    at = fields.Moment()
    read_at = fields.Moment(allow_none=True)
    opened_at = fields.Moment()
    due_at = fields.Moment(allow_none=True)
    closed_at = fields.Moment(allow_none=True)
    row_version = fields.Whole()


class InboxSchema(Schema):
    rows = fields.Many(fields.Inner(TaskSchema))
    next = fields.Text(allow_none=True)


class CountsSchema(Schema):
    """Exact up to 99; 100 means more."""

    todo = fields.Whole()
    overdue = fields.Whole()
    done_today = fields.Whole()
    unread = fields.Whole()


class DecisionSchema(Schema):
    """`version` is the task's `row_version`; `return_to` a step or `start`, for a return.

    `marked_fields` are keys of the form a return asks to be put right, each writable where the case goes back to.
    """

    version = fields.Whole(least=1, required=True)
    answer = fields.Choice(("approve", "reject", "return", "done"), required=True)
    comment = fields.Text(most=4000, lines=True, load_default="")
    return_to = fields.Text(most=60, load_default=None, allow_none=True)
    resubmit = fields.Choice(("replay", "direct"), load_default=None, allow_none=True)
    marked_fields = fields.Many(fields.Text(most=60), most=200, load_default=list)
    answers = fields.Document(load_default=dict)
    accepted = fields.Many(fields.Text(most=60), most=50, load_default=list)


class ActedSchema(Schema):
    """Where the case stands after the act."""

    task_id = fields.Text()
    task_status = fields.Text()
    row_version = fields.Whole()
    case_id = fields.Text()
    case_status = fields.Text()
    round = fields.Whole()
