"""Definitions: read, drafted, saved, judged, published and compared by the rules of the studio."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields as members
from typing import Any

from flask.views import MethodView

from app.access import Right
from app.api.body import MAX_PROBLEMS
from app.api.noun import Noun, act, inside
from app.api.schemas.definitions import (
    CheckedSchema,
    CheckSchema,
    DefinitionListSchema,
    DefinitionQuery,
    DefinitionSchema,
    DiffQuery,
    DiffSchema,
    HeadSchema,
    NewDraftSchema,
    PublishSchema,
    SaveDraftSchema,
    VersionQuery,
)
from app.edge import change_sentences
from app.edge.errors import problems_json
from app.edge.runtime import runtime
from app.edge.transaction import reading, writing
from app.kinds.changes import Change, Part
from app.models.definition import Definition
from app.queries import definitions as queries
from app.services import definitions
from app.work import Reading, Work
from rules import Invalid, Problem
from rules.problem import errors

noun = Noun("definitions", __name__)
PLACE = "/definitions/<kind:kind>/<key:key>"


@noun.route("/definitions")
class Definitions(MethodView):
    @noun.operation("definitions.list", Right.DEFINITION_READ, gives=DefinitionListSchema, query=DefinitionQuery)
    def get(self, query: dict[str, Any]) -> Any:
        kind, slash, key = query["after"].partition("/")
        with reading() as view:
            found = queries.definitions(
                view, kind=query["kind"], status=query["status"], search=query["q"],
                after=(kind, key) if slash else None,
            )  # fmt: skip
        return {"definitions": found.rows, "next": "/".join(found.next) if found.next else None}


@noun.route(PLACE)
class OneDefinition(MethodView):
    @noun.operation("definitions.show", Right.DEFINITION_READ, gives=DefinitionSchema, query=VersionQuery)
    def get(self, kind: str, key: str, query: dict[str, Any]) -> Any:
        with reading() as view:
            return _whole(view, kind, key, query["version"])


@noun.route(PLACE + "/drafts")
class Drafts(MethodView):
    @noun.operation(
        "definitions.draft", Right.DEFINITION_WRITE, gives=HeadSchema, status=201, body=NewDraftSchema, acts=True
    )
    def post(self, kind: str, key: str, body: dict[str, Any]) -> Any:
        return act(lambda work: _drafted(work, kind, key, body), HeadSchema, 201)


def _drafted(work: Work, kind: str, key: str, body: dict[str, Any]) -> Any:
    if body["based_on"] is not None and body["body"] is None and body["title"] is None:
        row = definitions.restore(work, definitions.find(work.session, kind, key, body["based_on"]))
    else:
        lacking = [name for name in ("title", "body") if body[name] is None]
        if lacking:
            raise Invalid([Problem("api.required", f"/{name}") for name in lacking])
        row = definitions.draft(
            work, kind, key, body["title"], body["body"], layout=body["layout"], based_on=body["based_on"]
        )
    return _head(row, definitions.check(work.session, kind, row.body, key))


@noun.route(PLACE + "/drafts/<int:version>")
class OneDraft(MethodView):
    @noun.operation("definitions.save", Right.DEFINITION_WRITE, gives=HeadSchema, body=SaveDraftSchema)
    def put(self, kind: str, key: str, version: int, body: dict[str, Any]) -> Any:
        """`row_version` makes sending it twice harmless: the second finds it changed and says so."""
        with writing() as work:
            row = definitions.find(work.session, kind, key, version)
            found = definitions.save(
                work, row, body["row_version"], title=body["title"], body=body["body"], layout=body["layout"]
            )
            work.session.flush()
            return _head(row, found)


@noun.route(PLACE + "/check")
class Checking(MethodView):
    @noun.operation(
        "definitions.check", Right.DEFINITION_WRITE, Right.DEFINITION_PUBLISH, gives=CheckedSchema, body=CheckSchema
    )
    def post(self, kind: str, key: str, body: dict[str, Any]) -> Any:
        """Nothing is stored."""
        with reading() as view:
            given = body["body"]
            if given is None:
                row = definitions.find(view.session, kind, key)
                found = definitions.check_stored(view.session, kind, key, row.body, row.unread)
            else:
                found = definitions.check(view.session, kind, given, key)
        return {"publishable": not errors(found), "problems": _told(found)}


@noun.route(PLACE + "/publish")
class Publishing(MethodView):
    @noun.operation(
        "definitions.publish", Right.DEFINITION_PUBLISH, gives=HeadSchema, body=PublishSchema, acts=True
    )
    def post(self, kind: str, key: str, body: dict[str, Any]) -> Any:
        def do(work: Work) -> Any:
            row = definitions.find(work.session, kind, key, body["version"])
            with inside("/body"):
                definitions.publish(
                    work, row, body["row_version"], four_eyes=runtime().settings.four_eyes,
                    warnings_read=body["warnings_read"],
                )  # fmt: skip
            return _head(row)

        return act(do, HeadSchema)


@noun.route(PLACE + "/diff")
class Diff(MethodView):
    @noun.operation("definitions.diff", Right.DEFINITION_READ, gives=DiffSchema, query=DiffQuery)
    def get(self, kind: str, key: str, query: dict[str, Any]) -> Any:
        with reading() as view:
            old, new = (queries.definition(view, kind, key, query[name]) for name in ("old", "new"))
            found = change_sentences.between(view, old, new)
        return {**query, "changes": [_change(each) for each in found]}


def _change(line: change_sentences.Line) -> dict[str, Any]:
    change = line.change
    named = {member.name: getattr(change, member.name) for member in members(Change) if member.name != "parts"}
    return {**named, "before": _value(change.before), "after": _value(change.after), "sentence": line.words}


def _value(value: Any) -> Any:
    """What was there; of an item that moved, the names of what it stood in."""
    if isinstance(value, tuple):
        return [each.name if isinstance(each, Part) else each for each in value]
    return value


def _whole(view: Reading, kind: str, key: str, version: int | None) -> dict[str, Any]:
    detail = queries.definition(view, kind, key, version)
    head = {member.name: getattr(detail.head, member.name) for member in members(detail.head)}
    return {
        **head, "body": detail.body, "layout": detail.layout, "unread": detail.unread, "uses": detail.uses,
        "used_by": detail.used_by,
    }  # fmt: skip


def _head(row: Definition, found: Iterable[Problem] = ()) -> dict[str, Any]:
    """What an act made of a version; told without the right to read Definitions."""
    return {name: getattr(row, name) for name in HeadSchema().fields if name != "problems"} | {"problems": _told(found)}


def _told(found: Iterable[Problem]) -> list[dict[str, Any]]:
    return [{"severity": "error", **each} for each in problems_json(list(found)[:MAX_PROBLEMS])]
