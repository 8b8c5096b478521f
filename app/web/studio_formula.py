"""Formulas as they are written: what is wrong with one, what may follow; and the reference of all functions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, jsonify, make_response, render_template, request
from werkzeug.exceptions import RequestEntityTooLarge

from app import kinds
from app.access import Right
from app.edge.locale import language
from app.edge.pages import access
from app.edge.runtime import runtime
from app.edge.transaction import reading
from app.kinds import scopes
from app.kinds.named import parts
from app.queries import definitions as queries
from app.services import definition_checks, documents
from app.web import studio_functions as words
from app.web.formula_told import layout_told, point, review_told
from app.work import Reading
from rules import Invalid, Problem, Scope
from rules.feel.formula import DIALECTS
from rules.feel.review import review
from rules.feel.types import UnknownType, type_of_text

blueprint = Blueprint("studio_formula", __name__, url_prefix="/studio")

MOST_BYTES = 256 * 1024
MEMBERS: Mapping[str, tuple[type, ...]] = {
    "text": (str,), "dialect": (str,), "expect": (str,), "unary": (bool,), "at": (int,), "names": (list,),
    "source": (dict,), "format": (bool,),
}  # fmt: skip


# the endpoint of editors ------------------------------------------------------------------------------------------


@blueprint.post("/formula/check")
@access(Right.DEFINITION_WRITE)
def check() -> Response:
    """A formula checked against what it may name; nothing is stored. Offsets are UTF-16 units, as browsers count.

    Sent: text, dialect; expect, the type its place needs; unary, where it is the cell of a table; at, where the cursor
    stands; names, what the page itself knows ({name, type, unit, label, allowed, choices, nullable}); source, a
    Definition whose names it may use ({kind, key, version}); format, whether it is to be written anew.
    Told: problems, type, names, canonical, other, completions, within, here, and formatted where it was asked for.
    """
    sent = _sent()
    text, dialect = sent["text"], sent.get("dialect") or DIALECTS[0]
    with reading() as view:
        scope = _scope(view, sent)
    unary, at = bool(sent.get("unary")), sent.get("at")
    found = review(text, scope, dialect, sent.get("expect"), None if at is None else point(text, at), unary)
    told = review_told(found, text, dialect)
    if sent.get("format"):
        told["formatted"] = layout_told(found, text, scope, dialect, unary)
    return jsonify(told)


def _sent() -> dict[str, Any]:
    """What was sent, each member of its kind; raises Invalid."""
    _short()
    try:
        value = documents.read(request.get_data(cache=False).decode()).value
    except UnicodeDecodeError:
        raise Invalid([Problem("definition.encoding")]) from None
    problems = [] if "text" in value else [Problem("definition.member_missing", "", {"name": "text"})]
    for name, wanted in MEMBERS.items():
        given = value.get(name)
        if given is not None and (type(given) not in wanted):
            problems.append(Problem("definition.member_type", f"/{name}", {"name": name}))
    problems += [Problem("definition.member_unknown", f"/{name[:60]}", {"name": name[:60], "known": ", ".join(MEMBERS)})
                 for name in value if name not in MEMBERS]  # fmt: skip
    if not problems:
        problems = [*_dialect(value.get("dialect")), *_expected(value.get("expect"))]
    if problems:
        raise Invalid(problems)
    return value


def _short() -> None:
    """Refuses what no formula is as long as; the form may have been read already, so its own length counts."""
    if (request.content_length or 0) > MOST_BYTES:
        request.max_content_length = MOST_BYTES
        raise RequestEntityTooLarge


def _dialect(name: str | None) -> list[Problem]:
    return [Problem("rules.dialect", "/dialect", {"dialect": name[:20]})] if name and name not in DIALECTS else []


def _expected(text: str | None) -> list[Problem]:
    try:
        type_of_text(text or "any")
    except UnknownType:
        return [Problem("feel.unknown_type", "/expect", {"name": (text or "")[:60], "line": 1})]
    return []


def _scope(view: Reading, sent: Mapping[str, Any]) -> Scope:
    """The names of the Definition that is asked for, and over them those the page brings along."""
    found = Scope({})
    source = sent.get("source")
    if source:
        kind, key, version = (source.get(name) for name in ("kind", "key", "version"))
        if kind not in kinds.KINDS or not isinstance(key, str) or not (version is None or type(version) is int):
            raise Invalid([Problem("definition.member_type", "/source", {"name": "source"})])
        body = queries.definition(view, kind, key, version).body
        others, _ = definition_checks.linked(view.session, kind, body)
        found = scopes.scope(kind, body, {place: definition_checks.compiled(row) for place, row in others.items()})
    own = scopes.named(parts(sent, "names"))
    return Scope({**found.entries, **own}, found.closed, found.named) if own else found


# the reference -------------------------------------------------------------------------------------------------------


@blueprint.get("/functions")
@access(Right.DEFINITION_READ)
def functions() -> str:
    """Every function with its help and examples, by group; `dialect` and `q` choose, `try` is a formula to try."""
    text = request.args.get("try", "")
    tried = words.tried(text[: words.LONGEST], _asked_dialect(), runtime().clock()) if text else None
    return _page(tried)


def _asked_dialect() -> str:
    asked = request.values.get("dialect", "")
    return asked if asked in DIALECTS else DIALECTS[0]


def _page(tried: words.Tried | None) -> str:
    dialect, search = _asked_dialect(), request.args.get("q", "").strip()[:60]
    groups = words.groups(dialect, search)
    return render_template(
        "studio/functions.html", dialect=dialect, dialects=DIALECTS, q=search, groups=groups, language=language(),
        tried=tried or words.Tried("", dialect), place="try", longest=words.LONGEST,
    )  # fmt: skip


@blueprint.post("/functions/try")
@access(Right.DEFINITION_READ)
def try_formula() -> Response:
    """What a formula without fields comes to. A part of the page for its script, the whole page without."""
    _short()
    text = request.form.get("text", "").replace("\r\n", "\n")
    tried = words.tried(text, _asked_dialect(), runtime().clock())
    if not request.headers.get("HX-Request"):
        return make_response(_page(tried))
    place = "".join(c for c in request.form.get("place", "")[:40] if c.isascii() and (c.isalnum() or c == "-")) or "try"
    return make_response(
        render_template("studio/function_try.html", tried=tried, place=place, longest=words.LONGEST, focus=True)
    )
