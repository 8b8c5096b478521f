"""Books and their records: what lists tell, and what entering, changing, removing and checking take."""

from __future__ import annotations

from app.api import fields
from app.api.fields import Schema
from app.api.paging import After
from app.api.schemas.credit_requests import CheckedRequestSchema


class BookSchema(Schema):
    """A book in force. `may`: what the caller may do in it."""

    key = fields.Text()
    version = fields.Whole()
    title = fields.Document()
    may = fields.Many(fields.Text())


class BookListSchema(Schema):
    books = fields.Many(fields.Inner(BookSchema))


class RecordQuery(After):
    """`q`: part of the name; `customer`: its number or id; `sort`: the key of a field; `where`: a JSON object.

    `where` holds by key of a field the value it must have, or `{"min": …, "max": …}` for figures and days.
    """

    q = fields.Text(most=60, load_default="")
    customer = fields.Text(most=60, load_default="")
    sort = fields.Text(most=64, load_default="")
    way = fields.Choice(("up", "down"), load_default="up")
    where = fields.Text(most=2000, load_default="")
    removed = fields.Choice(("0", "1"), load_default="0")


class RecordSchema(Schema):
    """`answers` by the keys of the form, as far as the reader may see them.

    `live` by the key of a lookup: values of the record it points to, as they are now for this reader.
    """

    id = fields.Text()
    book = fields.Text()
    title = fields.Text()
    status = fields.Text()
    customer_id = fields.Text(allow_none=True)
    answers = fields.Document()
    live = fields.Document()
    created_at = fields.Moment()
    changed_at = fields.Moment()
    row_version = fields.Whole()


class RecordListSchema(Schema):
    records = fields.Many(fields.Inner(RecordSchema))
    next = fields.Text(allow_none=True)


class NewRecordSchema(Schema):
    """`accepted`: ids of warnings that were read."""

    answers = fields.Document(required=True)
    accepted = fields.Many(fields.Text(most=60), most=50, load_default=list)


class ChangeRecordSchema(NewRecordSchema):
    """Keys left out keep their answers."""

    row_version = fields.Whole(least=1, required=True)


class RemoveRecordSchema(Schema):
    row_version = fields.Whole(least=1, required=True)
    reason = fields.Text(most=500, lines=True, required=True)


class RestoreRecordSchema(Schema):
    row_version = fields.Whole(least=1, required=True)


class CheckRecordSchema(Schema):
    """`record`: the id of the one that would be changed; without it a new one is judged."""

    answers = fields.Document(load_default=dict)
    record = fields.Text(most=32, load_default="")


class CheckedRecordSchema(CheckedRequestSchema):
    """What the form makes of the answers, as on a page."""
