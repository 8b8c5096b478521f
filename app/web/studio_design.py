"""Designers: a draft as a page that is edited by eye, checked while it is written, and kept as JSON."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.access import Conflict, Right
from app.edge import errors
from app.edge.assets import asset
from app.edge.locale import label, language, t
from app.edge.pages import access
from app.edge.security import csrf_token
from app.edge.transaction import reading, writing
from app.kinds import scopes
from app.models.definition import DRAFT
from app.queries import definitions as queries
from app.queries.dictionary import known_facts
from app.services import book_facts, definitions, documents
from app.web import studio_views
from app.web.design_shape import misshapen
from app.web.design_shape import value_at as _at
from app.web.formula_told import fixes, span_units
from app.web.studio import ICONS
from app.web.studio_design_words import scorecard_words, told
from app.web.studio_form_words import form_page, form_words
from app.web.studio_table_words import beside, table_words
from app.work import Reading
from rules import Invalid, Problem, Scope, scorecard_draft, table_draft
from rules.problem import errors as errors_of
from rules.problem import pointer

blueprint = Blueprint(
    "studio_design", __name__, url_prefix="/studio/<any(scorecard,table,form):kind>/<key>/<int:version>/design"
)

TITLE = "definition.title"  # how codes about the title begin
MEMBERS = {"title": dict, "body": dict, "row_version": int}
Body = Mapping[str, Any]
CELL = re.compile(r"/rows/\d+/when/\d+\Z")
"""Places of tests over the value of a column."""

# What the page of a kind needs beside the body, and what can be said of one that does not compile.
WORDS: Mapping[str, Callable[[Body], dict[str, Any]]] = {
    "scorecard": scorecard_words, "table": table_words, "form": form_words,
}  # fmt: skip
FURTHER: Mapping[str, Callable[[Body], list[Problem]]] = {
    "scorecard": scorecard_draft.draft_problems, "table": table_draft.draft_problems,
}  # fmt: skip


@blueprint.app_context_processor
def _designed() -> dict[str, Any]:
    """Which kinds have a designer, for whatever leads to one."""
    return {"designed": tuple(WORDS)}


def edit_address(kind: str, key: str, version: int) -> str:
    """Where a draft that was just made is written: in the designer of its kind, else as JSON."""
    return url_for("studio_design.page" if kind in WORDS else "studio_draft.edit", kind=kind, key=key, version=version)


@blueprint.get("")
@access(Right.DEFINITION_WRITE)
def page(kind: str, key: str, version: int) -> BaseResponse | str:
    """The designer; without script, or on a narrow screen, the read view of what was kept last."""
    with reading() as view:
        detail = queries.definition(view, kind, key, version)
        if detail.head.status != DRAFT:
            return redirect(url_for("studio_definition.version", kind=kind, key=key, version=version), 303)
        if "body" in detail.unread:
            flash(t("design.unread"), "warn")
            return redirect(url_for("studio_draft.edit", kind=kind, key=key, version=version), 303)
        if wrong := misshapen(kind, detail.body):
            flash(t("design.misshapen", places=", ".join(each.path or "/" for each in wrong[:5])), "warn")
            return redirect(url_for("studio_draft.edit", kind=kind, key=key, version=version), 303)
        data = {**_page_data(detail), **_looked_at(view, kind, key, detail.body)}
        data["known"] = [
            {
                "key": each.key,
                "type": each.type,
                "unit": each.unit,
                "label": dict(each.label),
                "from": label(each.title),
            }
            for each in (*known_facts(view), *book_facts.known(view.session))
        ]
        if kind == "form":
            data["form"] = form_page(view, key)
        made, problems = studio_views.compiled(kind, detail.body)
        shown = studio_views.context(view, detail, made, problems, request.args) if made is not None else {}
    return render_template("studio/design.html", d=detail, tab="design", icons=ICONS, data=data, made=made, **shown)


def _page_data(detail: queries.Detail) -> dict[str, Any]:
    head = detail.head
    return {
        "language": language(),
        "csrf": csrf_token(),
        "icons": asset("icons.svg"),
        "addresses": {
            "check": url_for("studio_design.check", **head.place),
            "save": url_for("studio_design.save", **head.place),
            "formula": url_for("studio_formula.check"),
        },
        "title": dict(head.title),
        "body": dict(detail.body),
        "row_version": head.row_version,
        "saved": t("design.saved_at", at=head.saved_at),
    }


@blueprint.post("/check")
@access(Right.DEFINITION_WRITE)
def check(kind: str, key: str, version: int) -> Response:
    """What is wrong with the document as it stands in the page, and what is to be said of it; nothing is stored."""
    sent = _sent(("title", "body"))
    with reading() as view:
        queries.definition(view, kind, key, version)
        answer = _looked_at(view, kind, key, sent["body"])
    answer["problems"] = [*_titled(definitions.title_problems(sent["title"])), *answer["problems"]]
    return jsonify(answer)


@blueprint.post("/save")
@access(Right.DEFINITION_WRITE)
def save(kind: str, key: str, version: int) -> Response:
    """Keep the document, problems and all. A title that is none is told and stays as it was; the body is kept."""
    sent = _sent(("title", "body", "row_version"))
    title_problems: list[Problem] = []
    try:
        with writing() as work:
            row = definitions.find(work.session, kind, key, version)
            try:
                definitions.save(work, row, sent["row_version"], title=sent["title"], body=sent["body"])
            except Invalid as invalid:
                title_problems = [each for each in invalid.problems if each.code.startswith(TITLE)]
                if len(title_problems) < len(invalid.problems):
                    raise
                definitions.save(work, row, sent["row_version"], body=sent["body"])
    except Conflict as conflict:
        return _refused(conflict, kind, key, version)
    with reading() as view:
        head = queries.definition(view, kind, key, version).head
        answer = _looked_at(view, kind, key, sent["body"])
    answer["problems"] = [*_titled(title_problems), *answer["problems"]]
    return jsonify(
        {**answer, "row_version": head.row_version, "saved": t("design.saved_at", at=head.saved_at),
         "title_kept": not title_problems}
    )  # fmt: skip


def _refused(conflict: Conflict, kind: str, key: str, version: int) -> Response:
    """Somebody was first: what the draft holds now goes along, so that both can be joined."""
    answer = errors.answer(409, problems=[Problem(conflict.code, params=conflict.params)])
    with reading() as view:
        now = queries.definition(view, kind, key, version)
    if conflict.code != "definition.changed" or now.head.status != DRAFT or not answer.is_json or "body" in now.unread:
        return answer
    current = {"title": dict(now.head.title), "body": dict(now.body), "row_version": now.head.row_version}
    answer.set_data(jsonify({**answer.get_json(), "current": current}).get_data())
    return answer


def _sent(members: Iterable[str]) -> dict[str, Any]:
    """The document of the page, read as strictly as one that a person typed; raises Invalid."""
    try:
        text = request.get_data(cache=False).decode()
    except UnicodeDecodeError:
        raise Invalid([Problem("definition.encoding")]) from None
    value = documents.read(text).value
    problems = [Problem("definition.member_missing", "", {"name": name}) for name in members if name not in value]
    problems += [
        Problem("definition.member_type", pointer(name), {"name": name})
        for name in members
        if name in value and (not isinstance(value[name], MEMBERS[name]) or isinstance(value[name], bool))
    ]
    if problems:
        raise Invalid(problems)
    return value


def _looked_at(view: Reading, kind: str, key: str, body: Body) -> dict[str, Any]:
    """Problems with their places in the document of the page, and the words of the kind."""
    found = definitions.check(view.session, kind, body, key)
    further = FURTHER.get(kind)
    if further is not None and errors_of(found):
        more = further(body)
        found = [*more, *(each for each in found if each not in more)]
    ordered = sorted(found, key=lambda each: each.severity != "error")
    scope = scopes.scope(kind, body)
    findings = (_finding(problem, body, scope) for problem in ordered)
    told_once = {(each["path"], each["message"]): each for each in findings}
    return {"problems": list(told_once.values()), "words": WORDS[kind](body)}


def _finding(problem: Problem, body: Body, scope: Scope) -> dict[str, Any]:
    out: dict[str, Any] = {
        "code": problem.code, "path": "/body" + problem.path, "message": told(problem, body),
        "severity": problem.severity, **beside(problem),
    }  # fmt: skip
    if "in" in problem.params and "at" in problem.params:
        out |= {"path": "/body", "elsewhere": label(problem.params.get("in_title")) or str(problem.params["in"])}
    elif problem.span is not None and isinstance(text := _at(body, problem.path), str):
        around, cell = _at(body, problem.path.rpartition("/")[0]), CELL.search(problem.path) is not None
        written = around.get("dialect") if isinstance(around, Mapping) else None
        out |= {"span": span_units(text, problem.span), **fixes(problem, text, scope, str(written or "feel"), cell)}
    return out


def _titled(problems: list[Problem]) -> list[dict[str, Any]]:
    return [{"code": each.code, "path": each.path, "message": told(each, {}), "severity": "error"} for each in problems]
