"""How a noun of the API answers: its access rule, what it takes, what it gives, and one effect for one key."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from typing import Any, NoReturn, TypeVar, cast

from flask import Request, Response, g, jsonify, request
from flask_smorest import Blueprint
from marshmallow import INCLUDE, pre_load
from marshmallow import Schema as BaseSchema
from webargs.flaskparser import FlaskParser
from werkzeug.routing import BaseConverter

from app.access import Right
from app.api.body import MAX_PROBLEMS, faults, plain, read_body
from app.api.fields import Schema, problems_of
from app.edge.pages import Rule, access
from app.edge.transaction import writing
from app.kinds import KINDS
from app.services.idempotency import HEADER, Answer, check_key, once
from app.work import Reading, Work
from rules import Invalid, Problem

View = TypeVar("View", bound=Callable[..., Any])
REPEATED = "Idempotency-Replayed"
KEY_PARAMETER = {
    "name": HEADER,
    "in": "header",
    "required": True,
    "description": "api.doc.idempotency",
    "schema": {"type": "string", "minLength": 1, "maxLength": 80, "pattern": "^[!-~]+$"},
}


class Empty(Schema):
    """An act that needs nothing said: no body, or `{}`."""


class FormAnswers(Schema):
    """The members are the keys of a published form; that form judges them, as it does on a page."""

    class Meta:
        unknown = INCLUDE

    @pre_load
    def sound(self, data: Any, **_: Any) -> Any:
        found = list(faults(data))[:MAX_PROBLEMS]
        if found:
            raise Invalid(found)
        return data


class IdConverter(BaseConverter):
    """One of our ids; anything else is no address of ours."""

    regex = "[0-9a-f]{32}"


class KindConverter(BaseConverter):
    """A kind of Definition there is."""

    regex = "(?:" + "|".join(KINDS) + ")"


class KeyConverter(BaseConverter):
    """An id, a customer's number in the ERP, or the key of a Definition."""

    regex = r"[^/\x00-\x1f\x7f]{1,60}"


class Parser(FlaskParser):
    """Reads bodies strictly, refuses what is unknown or said twice, and tells it all as Problems."""

    DEFAULT_UNKNOWN_BY_LOCATION: dict[str, str | None] = {}

    def load_json(self, req: Request, schema: BaseSchema) -> Any:
        g.api_body = read_body(req)
        return g.api_body

    def load_querystring(self, req: Request, schema: BaseSchema) -> Any:
        twice = [name for name, values in req.args.lists() if len(values) > 1]
        if twice:
            raise Invalid([Problem("api.repeated_member", "/" + name, {"name": name[:80]}) for name in twice])
        return req.args.to_dict()

    def handle_error(self, error: Any, *_: Any, **__: Any) -> NoReturn:
        (messages,) = error.messages.values()
        raise Invalid(problems_of(messages))


class Noun(Blueprint):  # type: ignore[misc]
    """The operations on one noun."""

    ARGUMENTS_PARSER = Parser()

    def __init__(self, name: str, import_name: str) -> None:
        super().__init__(f"api_{name}", import_name, url_prefix="/api/v1", description=f"api.tag.{name}")

    def operation(
        self, words: str, *rules: Rule, gives: type[BaseSchema] | dict[str, Any], status: int = 200,
        query: type[BaseSchema] | None = None, body: type[BaseSchema] | None = None,
        upload: type[BaseSchema] | None = None, acts: bool = False, creates: bool = False, binary: bool = False,
    ) -> Callable[[View], View]:
        """A view with its access rule and schemas. `words` is its name in the catalogue and in the OpenAPI document.

        `acts`: the caller must send an Idempotency-Key. `creates`: it may answer 201 as well as `status`. The view is
        given `query`, `body` and `upload` (the parts of a multipart body) by name. `binary`: it answers with bytes.
        """

        def decorate(view: View) -> View:
            kind = {"content_type": "application/octet-stream"} if binary else {}
            made: Any = self.response(status, gives, **kind)(_keyed(view) if acts else view)
            if creates:
                made = self.alt_response(201, schema=gives, success=True)(made)
            if query is not None:
                made = self.arguments(query, location="query", arg_name="query")(made)
            if body is not None:
                made = self.arguments(body, arg_name="body", required=body is not Empty)(made)
            if upload is not None:
                made = self.arguments(upload, location="files", arg_name="upload")(made)
            parameters = [deepcopy(KEY_PARAMETER)] if acts else []
            rights = [rule.value for rule in rules if isinstance(rule, Right)]
            made = self.doc(
                operationId=words, summary=f"api.{words}", **{"x-rights": rights, "x-parameters": parameters}
            )(made)
            guarded: Any = access(*rules)(made)
            return cast(View, guarded)

        return decorate


def _keyed(view: Callable[..., Any]) -> Callable[..., Any]:
    """An act without a good key is refused before anything is looked at."""

    def checked(*args: Any, **kwargs: Any) -> Any:
        check_key(request.headers.get(HEADER))
        return view(*args, **kwargs)

    checked.__name__, checked.__doc__ = view.__name__, view.__doc__
    return checked


def act(do: Callable[[Work], Any], gives: type[BaseSchema], status: int = 200) -> Response:
    """Do it once for the caller's Idempotency-Key, in one transaction with the answer that is kept."""
    asked = {
        "method": request.method,
        "path": request.path,
        "query": sorted(request.args.items(multi=True)),
        "body": plain(g.get("api_body")),
    }
    with writing() as work:
        given = once(
            work, request.headers.get(HEADER), asked, lambda: Answer(status, written(gives, do(work)))
        )
    return _answer(given)


def viewing(work: Work) -> Reading:
    """What was just written, as queries read it."""
    return Reading(work.session, work.viewer, work.now, work.zone)


@contextmanager
def inside(prefix: str) -> Iterator[None]:
    """Problems of a service, which knows a part of the body only, told at their place in the whole."""
    try:
        yield
    except Invalid as invalid:
        raise Invalid([problem.under(prefix) for problem in invalid.problems]) from None


def written(schema: type[BaseSchema], value: Any) -> Mapping[str, Any]:
    """What an answer says, JSON-safe."""
    found: Mapping[str, Any] = schema().dump(value)
    return found


def _answer(given: Answer) -> Response:
    response = jsonify(dict(given.body))
    response.status_code = given.status
    if given.repeated:
        response.headers[REPEATED] = "true"
    return response


__all__ = ["Empty", "FormAnswers", "IdConverter", "KeyConverter", "KindConverter", "Noun", "Parser", "act", "inside",
           "viewing", "written"]
