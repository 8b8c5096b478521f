"""A scorecard or table as a workbook: taken along, and brought back with every fault named by page and cell."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from app.access import Conflict, Right
from app.edge import change_sentences
from app.edge.asked import row_version
from app.edge.locale import catalogue, label, language, problem_text, t
from app.edge.pages import access
from app.edge.transaction import reading, writing
from app.models.definition import DRAFT
from app.queries import definitions as queries
from app.services import definitions, documents, scorecard_book, scorecard_book_read, table_book, table_book_read
from app.services.workbook_read import Brought
from app.web.studio import ICONS
from app.web.studio_design import edit_address
from app.work import Reading
from rules import Invalid, Problem

blueprint = Blueprint(
    "studio_workbook", __name__, url_prefix="/studio/<any(scorecard,table):kind>/<key>/<int:version>/workbook"
)
WRITE = {"scorecard": scorecard_book.write, "table": table_book.write}
FITS = {"scorecard": scorecard_book.fits, "table": table_book.fits}
READ = {"scorecard": scorecard_book_read.read, "table": table_book_read.read}
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LARGEST_MIB = 5


@dataclass(frozen=True, slots=True)
class Fault:
    """One finding and the cell it is about, where it is about one."""

    message: str
    severity: str
    page: str = ""
    cell: str = ""


@blueprint.get("")
@access(Right.DEFINITION_READ)
def download(kind: str, key: str, version: int) -> Response:
    with reading() as view:
        detail = queries.definition(view, kind, key, version)
    if detail.unread:
        raise Conflict("definition.unread")
    head = detail.head
    place = {"key": key, "version": version, "title": label(head.title), "fingerprint": head.fingerprint or ""}
    if not FITS[kind](detail.body):
        raise Conflict("book.unfit")
    data = WRITE[kind](detail.body, place, language(), catalogue(language()))
    answer = Response(data, mimetype=TYPE)
    answer.headers.set("Content-Disposition", "attachment", filename=f"{kind}.{key}.v{version}.xlsx")
    return answer


@blueprint.get("/bring")
@access(Right.DEFINITION_WRITE)
def bring(kind: str, key: str, version: int) -> str:
    with reading() as view:
        return _page(queries.definition(view, kind, key, version))


def _page(detail: queries.Detail, faults: list[Fault] | None = None, **more: Any) -> str:
    return render_template(
        "studio/workbook.html", d=detail, tab="read", icons=ICONS, faults=faults or [], most_mib=LARGEST_MIB,
        **{"text": None, "lines": [], "filename": "", "stale": None, **more},
    )  # fmt: skip


@blueprint.post("/bring")
@access(Right.DEFINITION_WRITE)
def look(kind: str, key: str, version: int) -> BaseResponse:
    """What a workbook would change, and what is wrong with it; nothing is stored yet."""
    sent = request.files.get("file")
    content, filename = b"", ""
    if sent is not None and sent.filename:
        filename = sent.filename
        with sent.stream as stream:
            content = stream.read((LARGEST_MIB << 20) + 1)
    try:
        if not content:
            raise Invalid([Problem("book.no_file")])
        if len(content) > LARGEST_MIB << 20:
            raise Invalid([Problem("book.too_large", "", {"max": LARGEST_MIB})])
        with reading() as view:
            base = queries.definition(view, kind, key, version)
        languages = {tag: catalogue(tag) for tag in sorted({"zh-CN", "en"}, key=lambda tag: tag != language())}
        found = READ[kind](content, filename, base.body, languages)
    except Invalid as error:
        with reading() as view:
            detail = queries.definition(view, kind, key, version)
        return make_response(_page(detail, _faults(error.problems), filename=filename[:80]), 422)
    with reading() as view:
        return _told(view, base, found, filename[:80])


def _told(view: Reading, base: queries.Detail, found: Brought, filename: str) -> BaseResponse:
    unread = [problem for problem in found.problems if problem.severity == "error"]
    if unread:
        return make_response(_page(base, _faults(found.problems, found), filename=filename), 422)
    problems = [*found.problems, *definitions.check(view.session, base.head.kind, found.body, base.head.key)]
    lines = change_sentences.between(view, base, replace(base, body=found.body))
    page = _page(
        base, _faults(problems, found), filename=filename, lines=lines, text=documents.write(found.body)
    )
    return make_response(page)


def _faults(problems: Any, found: Brought | None = None) -> list[Fault]:
    """Errors first, each with its cell."""
    out = []
    for problem in sorted(problems, key=lambda each: each.severity != "error"):
        at = found.place(problem.path) if found is not None else None
        # What was found in reading the book names its cell; a finding about the body may have a param of that name.
        params = problem.params if str(problem.code).startswith("book.") else {}
        page = str(params.get("page", "")) or (at.page if at else "")
        cell = str(params.get("cell", "")) or (at.cell if at else "")
        out.append(Fault(problem_text(problem), problem.severity, page, cell))
    return out


@blueprint.post("/keep")
@access(Right.DEFINITION_WRITE)
def keep(kind: str, key: str, version: int) -> BaseResponse:
    """What was looked at becomes the draft: this one, or a new one based on this version."""
    text = request.form.get("text", "").replace("\r\n", "\n")
    try:
        body = documents.read(text).value
        with writing() as work:
            row = definitions.find(work.session, kind, key, version)
            if row.status == DRAFT:
                definitions.save(work, row, row_version(), body=body)
            else:
                row = definitions.draft(work, kind, key, row.title, body, layout=row.layout, based_on=version)
            number = row.version
    except (Invalid, Conflict) as error:
        problems = error.problems if isinstance(error, Invalid) else (Problem(error.code, "", dict(error.params)),)
        with reading() as view:
            detail = queries.definition(view, kind, key, version)
        told = " ".join(problem_text(problem) for problem in problems)
        return make_response(_page(detail, stale=told, text=text), 409 if isinstance(error, Conflict) else 422)
    flash(t("book.kept", version=number), "good")
    return redirect(edit_address(kind, key, number), 303)
