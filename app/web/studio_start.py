"""Start from Excel: a workbook or text table becomes the draft of a form, column by column, with what speaks for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.access import Conflict, Right
from app.edge.locale import problem_text, t
from app.edge.pages import access
from app.edge.runtime import runtime
from app.edge.transaction import reading, writing
from app.models.upload import Upload
from app.services import form_start as service
from app.services.form_proposal import Pick, Proposal
from app.services.form_proposal_guess import TYPES, form_key
from app.services.sheets import LIMITS
from app.web.desk_columns import head_asked, said_head
from app.web.studio_design import edit_address
from rules import Invalid, Problem

blueprint = Blueprint("studio_start", __name__, url_prefix="/studio/start")
@dataclass(frozen=True, slots=True)
class Typed:
    """What a person typed about the form as a whole."""

    title_zh: str
    title_en: str
    key: str
    book: bool

    @classmethod
    def posted(cls) -> Typed:
        title_zh, title_en, key = (request.form.get(name, "").strip() for name in ("title_zh", "title_en", "key"))
        return cls(title_zh, title_en, key, request.form.get("book") == "1")

    @classmethod
    def of(cls, upload: Upload, proposal: Proposal) -> Typed:
        """The title of the table, of its sheet, or of the file."""
        file = upload.filename.rpartition(".")[0] or upload.filename
        plain = proposal.table.name.casefold().startswith("sheet") or len(proposal.table.name) < 2
        title = proposal.table.title or (file if plain else proposal.table.name)
        return cls(title[:120], "", form_key(title), True)


@blueprint.get("")
@access(Right.DEFINITION_WRITE)
def begin() -> str:
    return _begin()


def _begin(problems: Iterable[Problem] = (), filename: str = "") -> str:
    with reading() as view:
        files = service.waiting(view)
    return render_template(
        "studio/start.html", files=files, filename=filename, mib=service.LARGEST >> 20, rows=LIMITS.rows,
        days=runtime().settings.upload_days,
        problems=[{"message": problem_text(problem), "path": ""} for problem in problems],
    )  # fmt: skip


@blueprint.post("")
@access(Right.DEFINITION_WRITE)
def upload() -> Response:
    """Only what holds a table is kept."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return make_response(_begin([Problem("import.no_file")]), 422)
    content = sent.read()
    try:
        with reading() as view:
            service.look(view, sent.filename, content)
    except Invalid as error:
        return make_response(_begin(error.problems, sent.filename[:80]), 422)
    with writing() as work:
        row = service.keep(work, sent.filename, content)
    return redirect(url_for("studio_start.proposal", upload_id=row.id), 303)


@blueprint.get("/<upload_id>")
@access(Right.DEFINITION_WRITE)
def proposal(upload_id: str) -> Response:
    with reading() as view:
        row = service.get(view, upload_id, whole=True)
        try:
            found = service.look(view, row.filename, row.content, head_asked(request.args))
        except Invalid as error:
            return make_response(_begin(error.problems, row.filename), 422)
    return _page(row, found, Typed.of(row, found))


def _page(
    row: Upload, found: Proposal, typed: Typed, problems: Iterable[Problem] = (), status: int = 200
) -> Response:
    told = [(_place(problem, found), problem_text(problem)) for problem in problems]
    here: dict[int, list[str]] = {}
    for place, message in told:
        if place is not None:
            here.setdefault(place, []).append(message)
    page = render_template(
        "studio/start_proposal.html", upload=row, found=found, typed=typed, types=TYPES, here=here,
        heads=[(f"{sheet}/{number}", said_head(name, number, text)) for sheet, name, number, text in found.heads],
        head=f"{found.table.sheet}/{found.table.header}",
        remarks=[problem_text(problem) for problem in found.remarks],
        problems=[{"message": message, "path": "", "field": None if place is None else f"label_{place}"}
                  for place, message in told],
    )  # fmt: skip
    return make_response(page, status)


def _place(problem: Problem, found: Proposal) -> int | None:
    """The column of the file that a problem of the body is about."""
    parts = problem.path.split("/")
    if parts[1:2] == ["sections"] and len(parts) > 4 and parts[4].isdecimal() and int(parts[4]) < len(found.used):
        return found.used[int(parts[4])].column.place
    return None


@blueprint.post("/<upload_id>")
@access(Right.DEFINITION_WRITE)
def answer(upload_id: str) -> Response:
    """Look again with what was changed, or make the draft; whatever is wrong, the page keeps what was typed."""
    typed, picks = Typed.posted(), _picks(request.form)
    with reading() as view:
        row = service.get(view, upload_id, whole=True)
        try:
            found = service.look(view, row.filename, row.content, head_asked(request.form), picks)
        except Invalid as error:
            return make_response(_begin(error.problems, row.filename), 422)
        if request.form.get("act") != "create":
            return _page(row, found, typed)
        body, problems = service.check(view, typed.key, found, typed.title_zh, book=typed.book)
    if problems:
        return _page(row, found, typed, problems, 422)
    title = {"zh-CN": typed.title_zh, "en": typed.title_en}
    try:
        with writing() as work:
            number = service.create(work, upload_id, found, typed.key, title, body).version
    except Invalid as error:
        return _page(row, found, typed, error.problems, 422)
    except Conflict as error:
        return _page(row, found, typed, [Problem(error.code, "/key", error.params)], 409)
    flash(t("start.created", file=row.filename), "good")
    return redirect(edit_address("form", typed.key, number), 303)


def _picks(form: Mapping[str, str]) -> dict[int, Pick]:
    return {
        place: Pick(
            use=form.get(f"use_{place}") == "1", label=form.get(f"label_{place}", "").strip(),
            key=form.get(f"key_{place}", "").strip(), type=form.get(f"type_{place}", "text"),
            required=form.get(f"required_{place}") == "1", unique=form.get(f"unique_{place}") == "1",
        )
        for place in range(LIMITS.columns)
        if f"label_{place}" in form
    }  # fmt: skip


@blueprint.post("/<upload_id>/discard")
@access(Right.DEFINITION_WRITE)
def discard(upload_id: str) -> Response:
    with writing() as work:
        service.discard(work, upload_id)
    flash(t("import.discarded"), "good")
    return redirect(url_for("studio_start.begin"), 303)
