"""Which column of an uploaded list is which field: asked where headings do not say it, or where somebody wants to."""

from __future__ import annotations

from collections.abc import Mapping

from flask import flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.access import Conflict, Right
from app.edge.locale import problem_text, t
from app.edge.pages import access
from app.edge.transaction import reading, writing
from app.services import imports_choice as service
from app.services.sheets import LIMITS
from app.web.desk_blueprint import blueprint
from rules import Invalid, Problem

PLACE = "/imports/<upload_id>/columns"


@blueprint.get(PLACE)
@access(Right.CUSTOMER_IMPORT, Right.RECORD_WRITE)
def upload_columns(upload_id: str) -> str:
    return _page(upload_id, head_asked(request.args))


def head_asked(values: Mapping[str, str]) -> tuple[int, int] | None:
    """The sheet and row that were picked as header: ``0/3``."""
    sheet, _, row = values.get("head", "").partition("/")
    return (int(sheet), int(row)) if sheet.isdecimal() and row.isdecimal() and len(sheet + row) < 12 else None


def _page(
    upload_id: str, head: tuple[int, int] | None, problems: tuple[Problem, ...] = (),
    picked: Mapping[int, str] | None = None, remember: bool = True,
) -> str:  # fmt: skip
    with reading() as view:
        asked = service.question(view, upload_id, *(head or (None, None)))
    return render_template(
        "imports/columns.html", asked=asked, upload=asked.upload, picked=picked, remember=remember,
        problems=[{"message": problem_text(each), "path": ""} for each in problems if each.severity == "error"],
        heads=[(f"{sheet}/{row}", said_head(name, row, text)) for sheet, name, row, text in asked.heads],
        head=f"{asked.sheet}/{asked.header}",
    )  # fmt: skip


def said_head(sheet: str, row: int, text: str) -> str:
    return t("import.head_of", sheet=sheet, row=row, text=text) if sheet else t("import.head", row=row, text=text)


@blueprint.post(PLACE)
@access(Right.CUSTOMER_IMPORT, Right.RECORD_WRITE)
def choose_columns(upload_id: str) -> Response:
    """Check the file with its columns as said; what is wrong with them stays on the page with what was chosen."""
    head = head_asked(request.form)
    if head is None:
        raise Conflict("import.columns_settled")
    picked = {place: key for place in range(LIMITS.columns) if (key := request.form.get(f"c_{place}", ""))}
    remember = request.form.get("remember") == "1"
    try:
        with reading() as view:
            found = service.answer(view, upload_id, *head, picked)
        with writing() as work:
            service.settle(work, upload_id, found, remember=remember)
    except Invalid as error:
        return make_response(_page(upload_id, head, error.problems, picked, remember), 422)
    return redirect(url_for("desk.upload", upload_id=upload_id), 303)


@blueprint.post(f"{PLACE}/<mapping_id>/forget")
@access(Right.CUSTOMER_IMPORT, Right.RECORD_WRITE)
def forget_columns(upload_id: str, mapping_id: str) -> Response:
    with writing() as work:
        service.forget(work, upload_id, mapping_id)
    flash(t("import.mapping_forgotten"), "good")
    return redirect(url_for("desk.upload_columns", upload_id=upload_id), 303)
