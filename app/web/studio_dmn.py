"""DMN in the studio: a model becomes drafts after a look at what it holds, a Definition a DMN file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.access import Conflict, Right
from app.edge.locale import problem_text, t
from app.edge.pages import access
from app.edge.transaction import reading, writing
from app.models.definition import Definition
from app.queries import definitions as queries
from app.services import definitions, dmn, documents
from app.web.studio import ICONS
from app.web.studio_problems import Finding, findings
from rules import Invalid, Problem

blueprint = Blueprint("studio_dmn", __name__, url_prefix="/studio")
PLACE = "/<any(scorecard,table):kind>/<key>/<int:version>/dmn"
TYPE = "application/xml"
MOST_DRAFTS = 200


@dataclass(frozen=True, slots=True)
class Row:
    """One draft as the page proposes it; `text` is its body as JSON, `findings` what is wrong with it."""

    kind: str
    key: str
    title: str
    text: str
    picked: bool = True
    findings: tuple[Finding, ...] = ()
    refused: str = ""


# ---------------------------------------------------------------------- out
@blueprint.get(PLACE)
@access(Right.DEFINITION_READ)
def export(kind: str, key: str, version: int) -> BaseResponse:
    """What of a Definition goes into DMN and what does not, before the file is taken."""
    with reading() as view:
        detail = queries.definition(view, kind, key, version)
    found, status = _written(detail)[1], 200
    if any(problem.severity == "error" for problem in found):
        status = 422
    page = render_template("studio/dmn_export.html", d=detail, tab="read", icons=ICONS, findings=findings(found))
    return make_response(page, status)


@blueprint.get(f"{PLACE}/file")
@access(Right.DEFINITION_READ)
def file(kind: str, key: str, version: int) -> Response:
    with reading() as view:
        detail = queries.definition(view, kind, key, version)
    content, problems = _written(detail)
    if content is None:
        raise Invalid(problems)
    answer = Response(content, mimetype=TYPE)
    answer.headers.set("Content-Disposition", "attachment", filename=f"{kind}.{key}.v{version}.dmn")
    return answer


def _written(detail: queries.Detail) -> tuple[bytes | None, tuple[Problem, ...]]:
    """The document and what is not in it; none, and why, where the body does not compile."""
    if detail.unread:
        raise Conflict("definition.unread")
    head = detail.head
    try:
        return dmn.write(head.kind, head.key, head.title, detail.body)
    except Invalid as invalid:
        return None, invalid.problems


# ---------------------------------------------------------------------- in
@blueprint.get("/dmn")
@access(Right.DEFINITION_WRITE)
def form() -> str:
    return _page()


def _page(problems: Iterable[Problem] = (), rows: Iterable[Row] = (), **more: Any) -> str:
    return render_template(
        "studio/dmn.html", findings=findings(problems), rows=tuple(rows), most_mib=dmn.LARGEST_MIB,
        **{"read": None, "left": [], **more},
    )  # fmt: skip


@blueprint.post("/dmn")
@access(Right.DEFINITION_WRITE)
def look() -> BaseResponse:
    """What a model would become, and all of it that is not carried; nothing is stored yet."""
    try:
        found = dmn.examine(_sent())
    except Invalid as error:
        return make_response(_page(error.problems), 422)
    rows = [
        Row(
            each.draft.kind, each.key, each.title["zh-CN"], documents.write(each.draft.body),
            findings=tuple(findings(each.draft.problems)),
        )
        for each in found.proposals[:MOST_DRAFTS]
    ]  # fmt: skip
    problems = [*found.problems, *([] if rows else [Problem("dmn.no_drafts")])]
    page = _page(problems, rows, read=found, left=findings(found.left))
    return make_response(page, 200 if rows else 422)


def _sent() -> list[bytes]:
    """The model, then those it imports."""
    files = [each for each in request.files.getlist("file") + request.files.getlist("others") if each.filename]
    if not files or not request.files.getlist("file")[0].filename:
        raise Invalid([Problem("dmn.no_file")])
    found = []
    for each in files:
        with each.stream as stream:
            content = stream.read((dmn.LARGEST_MIB << 20) + 1)
        if len(content) > dmn.LARGEST_MIB << 20:
            raise Invalid([Problem("dmn.file_too_large", "", {"max": dmn.LARGEST_MIB})])
        found.append(content)
    return found


@blueprint.post("/dmn/keep")
@access(Right.DEFINITION_WRITE)
def keep() -> BaseResponse:
    """The picked proposals as drafts, all or none; whatever stands in the way, the page keeps them."""
    rows = _typed()
    picked = [row for row in rows if row.picked]
    if not picked:
        return make_response(_page([Problem("dmn.none_picked")], rows), 422)
    problem: Problem | None = None
    made: list[Definition] = []
    try:
        with writing() as work:
            for row in picked:
                body = documents.read(row.text).value
                made.append(definitions.draft(work, row.kind, row.key, {"zh-CN": row.title}, body))
            first = (made[0].kind, made[0].key, made[0].version)
    except Invalid as error:
        problem = error.problems[0]
    except Conflict as error:
        problem = Problem(error.code, "", dict(error.params))
    if problem is not None:
        told = [_refused(row, problem) if row is picked[len(made)] else row for row in rows]
        return make_response(_page((), told), 409 if problem.code == "definition.draft_open" else 422)
    flash(t("dmn.kept", count=len(picked)), "good")
    if len(picked) == 1:
        return redirect(url_for("studio_draft.edit", kind=first[0], key=first[1], version=first[2]), 303)
    return redirect(url_for("studio.definitions", kind=first[0]), 303)


def _refused(row: Row, problem: Problem) -> Row:
    return Row(row.kind, row.key, row.title, row.text, row.picked, row.findings, problem_text(problem))


def _typed() -> list[Row]:
    """The proposals as the page sends them back."""
    rows = []
    for number in range(MOST_DRAFTS):
        text = request.form.get(f"text_{number}")
        if text is None:
            break
        kind, key, title = (request.form.get(f"{name}_{number}", "").strip() for name in ("kind", "key", "title"))
        rows.append(Row(kind, key, title, text.replace("\r\n", "\n"), request.form.get(f"pick_{number}") == "1"))
    return rows
