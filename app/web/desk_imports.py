"""Imports: upload a list, see what is wrong in which cell, take the good rows over, download the result."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.access import Conflict, Missing, Right
from app.edge.downloads import attachment
from app.edge.locale import language, problem_text, t
from app.edge.pages import access
from app.edge.runtime import runtime
from app.edge.transaction import reading, writing
from app.queries import uploads as queries
from app.services import imports as service
from app.services import imports_export
from app.services.imports_survey import KINDS
from app.services.sheets import LIMITS
from app.web.desk_blueprint import blueprint
from app.work import Reading
from rules import Invalid, Problem

SHOWN = 48  # characters of a cell repeated on the page
SPACE = "\u2423"
LEVELS = ("error", "known", "warning", "repair", "skip")


@blueprint.get("/imports")
@access(Right.CUSTOMER_IMPORT, Right.RECORD_WRITE)
def imports() -> str:
    return _list_page()


def _list_page(problems: tuple[Problem, ...] = (), kind: str = "", filename: str = "") -> str:
    after = request.args.get("after")
    with reading() as view:
        page = queries.uploads(view, after)
        may_list = view.viewer.may(Right.CUSTOMER_IMPORT)
    return render_template(
        "imports/list.html", page=page, kinds=KINDS if may_list else (), failed=kind, filename=filename,
        problems=[{"message": problem_text(problem), "path": ""} for problem in problems],
        most_mib=runtime().settings.upload_mib, most_rows=LIMITS.rows,
        previous=url_for("desk.imports") if after else None,
        next=url_for("desk.imports", after=page.next) if page.next else None,
    )  # fmt: skip


@blueprint.post("/imports")
@access(Right.CUSTOMER_IMPORT)
def upload_list() -> BaseResponse:
    """Look at the file first, outside any transaction; only what can be read is kept."""
    kind = request.form.get("kind", "")
    if kind not in KINDS:
        raise Missing("upload", kind)
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return make_response(_list_page((Problem("import.no_file"),), kind), 422)
    content = sent.read()
    try:
        with reading() as view:
            found = service.examine(view, kind, sent.filename, content, asking=True)
    except Invalid as error:
        return make_response(_list_page(error.problems, kind, sent.filename[:80]), 422)
    with writing() as work:
        row = service.keep(work, found)
    return redirect(after_keeping(row.id, row.status), 303)


def after_keeping(upload_id: str, status: str) -> str:
    """Where somebody goes who has just sent in a file: to its columns where these are a question."""
    return url_for("desk.upload_columns" if status == "matching" else "desk.upload", upload_id=upload_id)


@blueprint.get("/imports/<upload_id>")
@access(Right.CUSTOMER_IMPORT, Right.RECORD_WRITE)
def upload(upload_id: str) -> str:
    return _upload_page(upload_id)


def _upload_page(upload_id: str, stale: str | None = None) -> str:
    with reading() as view:
        found = queries.upload(view, upload_id)
        kept_until = _kept_until(found.line, view)
    report = found.report
    findings = report.get("findings", [])
    level = request.args.get("level", "")
    start = request.args.get("start", "0")
    first = min(int(start), len(findings)) if start.isdecimal() and len(start) < 7 else 0
    chosen = [each for each in findings if not level or each["level"] == level]
    shown = chosen[first : first + queries.FINDINGS]
    kept: dict[str, Any] = {"upload_id": upload_id, "level": level or None}
    before = max(0, first - queries.FINDINGS)
    more = first + queries.FINDINGS < len(chosen)
    return render_template(
        "imports/upload.html", found=found, line=found.line, report=report, shown=[_told(each) for each in shown],
        levels=LEVELS, level=level, stale=stale, at_once=service.MOST_AT_ONCE, kept_until=kept_until,
        file_problems=[{"message": _sentence(each), "path": "", "level": each.get("severity", "error")}
                       for each in report.get("file", [])],
        previous=url_for("desk.upload", start=before or None, **kept) if first else None,
        next=url_for("desk.upload", start=first + queries.FINDINGS, **kept) if more else None,
    )  # fmt: skip


def _kept_until(line: queries.UploadLine, view: Reading) -> date | None:
    """The last day of the content; None where it stays, or is gone."""
    days = runtime().settings.upload_days
    return (line.at + timedelta(days=days)).astimezone(view.zone).date() if days and not line.forgotten_at else None


def _told(finding: dict[str, Any]) -> dict[str, Any]:
    return {**finding, "message": _sentence(finding), "stored": _seen(finding["stored"])}


def _seen(stored: str | None) -> str | None:
    """What a cell holds, cut to a line, with the spaces around it made visible."""
    if stored is None:
        return None
    text = stored if len(stored) <= SHOWN else stored[:SHOWN] + "…"
    bare = text.strip()
    before = len(text) - len(text.lstrip())
    return SPACE * before + bare + SPACE * (len(text) - len(bare) - before) if bare else SPACE * len(text)


def _sentence(finding: dict[str, Any]) -> str:
    return problem_text(Problem(finding["code"], params=finding["params"]))


@blueprint.get("/imports/<upload_id>/progress")
@access(Right.CUSTOMER_IMPORT, Right.RECORD_WRITE)
def upload_progress(upload_id: str) -> Response:
    """How far the job is; once it has ended the whole page is fetched anew."""
    with reading() as view:
        found = queries.upload(view, upload_id)
    if found.line.under_way:
        return make_response(render_template("imports/progress.html", found=found, line=found.line))
    response = make_response("", 200)
    response.headers["HX-Refresh"] = "true"
    return response


@blueprint.post("/imports/<upload_id>/take")
@access(Right.CUSTOMER_IMPORT, Right.RECORD_WRITE)
def take_upload(upload_id: str) -> BaseResponse:
    """Take the good rows over; a second press, or a second browser, is told who was first."""
    try:
        with reading() as view:
            ready = service.prepare(view, upload_id)
        with writing() as work:
            row = service.take(work, upload_id, ready, good_only=request.form.get("good_only") == "yes")
    except Invalid as error:
        for problem in error.problems:
            flash(problem_text(problem), "bad")
        return make_response(_upload_page(upload_id), 422)
    except Conflict as error:
        if request.headers.get("HX-Request"):
            raise
        return make_response(_upload_page(upload_id, problem_text(Problem(error.code, params=error.params))), 409)
    if row.status == "imported":
        flash(t(f"import.done_{row.kind}", count=row.stored or 0), "good")
    return redirect(url_for("desk.upload", upload_id=upload_id), 303)


@blueprint.post("/imports/<upload_id>/stop")
@access(Right.CUSTOMER_IMPORT, Right.RECORD_WRITE)
def stop_upload(upload_id: str) -> BaseResponse:
    """Stop an import under way and take back what it has written."""
    with writing() as work:
        service.stop(work, upload_id)
    return redirect(url_for("desk.upload", upload_id=upload_id), 303)


@blueprint.post("/imports/<upload_id>/discard")
@access(Right.CUSTOMER_IMPORT, Right.RECORD_WRITE)
def discard_upload(upload_id: str) -> BaseResponse:
    with writing() as work:
        service.discard(work, upload_id)
    flash(t("import.discarded"), "good")
    return redirect(url_for("desk.imports"), 303)


@blueprint.get("/imports/<upload_id>/result.xlsx")
@access(Right.CUSTOMER_IMPORT, Right.RECORD_WRITE)
def upload_result(upload_id: str) -> Response:
    with reading() as view:
        name = queries.upload(view, upload_id).line.filename
        content = imports_export.result(view, upload_id, problem_text, t)
    return attachment(content, f"{name.rpartition('.')[0] or name}-{t('import.result')}.xlsx")


@blueprint.get("/imports/template-<kind>.xlsx")
@access(Right.CUSTOMER_IMPORT)
def upload_template(kind: str) -> Response:
    with reading() as view:
        content = imports_export.template(view, kind, language(), t)
    return attachment(content, f"{t(f'import.template.{kind}')}.xlsx")
