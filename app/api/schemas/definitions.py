"""Definitions: what lists and versions tell, and what each act on a draft takes."""

from __future__ import annotations

from app.api import fields
from app.api.fields import Schema
from app.api.paging import After
from app.api.schemas.problems import FindingSchema
from app.kinds import KINDS

STATUSES = ("draft", "published", "retired")


class DefinitionQuery(After):
    kind = fields.Choice(list(KINDS), load_default="")
    status = fields.Choice(STATUSES, load_default="")
    q = fields.Text(most=60, load_default="")


class VersionQuery(Schema):
    version = fields.Whole(least=1, most=10**6, typed=False, load_default=None)


class DiffQuery(Schema):
    """`from` and `to` are numbers of versions."""

    old = fields.Whole(data_key="from", least=1, most=10**6, typed=False, required=True)
    new = fields.Whole(data_key="to", least=1, most=10**6, typed=False, required=True)


class DefinitionLineSchema(Schema):
    kind = fields.Text()
    key = fields.Text()
    title = fields.Document()
    status = fields.Text()
    published = fields.Whole(allow_none=True)
    draft = fields.Whole(allow_none=True)
    newest = fields.Whole()
    changed_at = fields.Moment()
    changed_by = fields.Text()


class DefinitionListSchema(Schema):
    definitions = fields.Many(fields.Inner(DefinitionLineSchema))
    next = fields.Text(allow_none=True)


class NamedSchema(Schema):
    kind = fields.Text()
    key = fields.Text()
    version = fields.Whole()
    title = fields.Document()


class DefinitionSchema(Schema):
    """`unread`: `body` or `layout` of a draft as typed in the studio, where that is no JSON; to be put right there."""

    kind = fields.Text()
    key = fields.Text()
    version = fields.Whole()
    status = fields.Text()
    title = fields.Document()
    body = fields.Document()
    layout = fields.Document()
    unread = fields.Document()
    fingerprint = fields.Text(allow_none=True)
    based_on = fields.Whole(allow_none=True)
    created_at = fields.Moment()
    created_by = fields.Text()
    saved_at = fields.Moment()
    saved_by = fields.Text()
    published_at = fields.Moment(allow_none=True)
    published_by = fields.Text(allow_none=True)
    retired_at = fields.Moment(allow_none=True)
    row_version = fields.Whole()
    uses = fields.Many(fields.Inner(NamedSchema))
    used_by = fields.Many(fields.Inner(NamedSchema))


class HeadSchema(Schema):
    """A version after an act on it, and what was found about its body."""

    kind = fields.Text()
    key = fields.Text()
    version = fields.Whole()
    status = fields.Text()
    title = fields.Document()
    fingerprint = fields.Text(allow_none=True)
    based_on = fields.Whole(allow_none=True)
    row_version = fields.Whole()
    saved_at = fields.Moment()
    published_at = fields.Moment(allow_none=True)
    problems = fields.Many(fields.Inner(FindingSchema))


class NewDraftSchema(Schema):
    """Either a whole document, or `based_on` alone: the number of a version to begin from."""

    title = fields.Document(load_default=None)
    body = fields.Document(load_default=None)
    layout = fields.Document(load_default=None)
    based_on = fields.Whole(least=1, most=10**6, load_default=None)


class SaveDraftSchema(Schema):
    """What is left out stays as it is."""

    row_version = fields.Whole(least=1, required=True)
    title = fields.Document(load_default=None)
    body = fields.Document(load_default=None)
    layout = fields.Document(load_default=None)


class CheckSchema(Schema):
    """A body to be judged; without one, the newest version as stored."""

    body = fields.Document(load_default=None)


class CheckedSchema(Schema):
    publishable = fields.Flag()
    problems = fields.Many(fields.Inner(FindingSchema))


class PublishSchema(Schema):
    version = fields.Whole(least=1, most=10**6, required=True)
    row_version = fields.Whole(least=1, required=True)
    warnings_read = fields.Flag(load_default=False)


class ChangeSchema(Schema):
    """`act`: added, removed, changed, reordered, moved; `way`: whether it loosens or tightens credit, where known.

    `sentence` says the same in the caller's language, by the labels of both versions and of what they name.
    """

    act = fields.Text()
    sentence = fields.Text()
    path = fields.Text()
    before = fields.Anything(allow_none=True)
    after = fields.Anything(allow_none=True)
    way = fields.Text(allow_none=True)


class DiffSchema(Schema):
    old = fields.Whole(data_key="from")
    new = fields.Whole(data_key="to")
    changes = fields.Many(fields.Inner(ChangeSchema))

