"""Pages of machine work: queue, failures and timers for the admin, and rating the whole portfolio for who may."""

from __future__ import annotations

import json
from datetime import timedelta

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.access import Conflict, Right
from app.edge.locale import has_text, problem_text, t
from app.edge.pages import access
from app.edge.runtime import runtime
from app.edge.transaction import reading, writing
from app.queries import jobs as queries
from app.services import jobs as service
from app.services import rerating
from rules import Invalid, Problem

blueprint = Blueprint("jobs", __name__, url_prefix="/jobs")
PERIODS = (("days", 86_400), ("hours", 3600), ("minutes", 60), ("seconds", 1))


def job_name(name: str) -> str:
    """What a job is called; one without words goes by its own name."""
    key = f"job.name.{name}"
    return t(key) if has_text(key) else name


def error_text(error: str | None) -> str:
    """Why a job failed: a code of ours in words, anything else as it was caught."""
    return t(error) if error and has_text(error) else error or ""


def period(every: timedelta | None) -> str:
    if every is None:
        return t("jobs.once")
    seconds = int(every.total_seconds())
    unit, size = next((unit, size) for unit, size in PERIODS if seconds % size == 0)
    return t(f"jobs.every_{unit}", count=seconds // size)


@blueprint.context_processor
def _words() -> dict[str, object]:
    return {"job_name": job_name, "error_text": error_text, "period": period}


def _is_part(target: str) -> bool:
    return request.headers.get("HX-Target") == target


@blueprint.get("")
@access(Right.JOB_READ)
def jobs() -> Response:
    """What runs is shown live; once nothing moves the whole page is fetched anew, and looking again stops."""
    if _is_part("live"):
        with reading() as view:
            queue = queries.queue(view)
        response = make_response(render_template("admin/jobs_live.html", queue=queue))
        if not queue.busy:
            response.headers["HX-Refresh"] = "true"
        return response
    with reading() as view:
        found = {
            "queue": queries.queue(view),
            "failures": queries.failures(view),
            "ended": queries.ended(view),
            "timers": queries.timers(view),
        }
    return make_response(render_template("admin/jobs.html", off=runtime().settings.jobs == "off", **found))


@blueprint.get("/<job_id>")
@access(Right.JOB_READ)
def job(job_id: str) -> Response:
    with reading() as view:
        found = queries.job(view, job_id)
    if _is_part("live"):
        return _live(found)
    texts = {name: _json(value) for name, value in (("arguments", found.arguments), ("result", found.result)) if value}
    return make_response(render_template("admin/job.html", found=found, line=found.line, texts=texts))


def _live(found: queries.JobFile) -> Response:
    """How far one job is; when it has ended, the page around it must tell."""
    here = request.path
    response = make_response(render_template("admin/job_live.html", line=found.line, here=here))
    if not found.line.is_open:
        response.headers["HX-Refresh"] = "true"
    return response


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True)


@blueprint.post("/<job_id>/cancel")
@access(Right.JOB_MANAGE)
def cancel(job_id: str) -> Response:
    with writing() as work:
        row = service.cancel(work, job_id)
    key = "jobs.cancelled" if row.status == "cancelled" else "jobs.cancel_asked"
    flash(t(key, name=job_name(row.name)), "good")
    return redirect(url_for("jobs.job", job_id=job_id), 303)


@blueprint.post("/<job_id>/retry")
@access(Right.JOB_MANAGE)
def retry(job_id: str) -> Response:
    with writing() as work:
        row = service.retry(work, job_id)
    flash(t("jobs.retried", name=job_name(row.name)), "good")
    return redirect(url_for("jobs.jobs"), 303)


@blueprint.get("/portfolio")
@access(Right.RATING_RUN, Right.JOB_READ)
def portfolio() -> Response:
    """Rate everybody, and see how far it is."""
    return _portfolio()


def _portfolio(status: int = 200, problems: tuple[str, ...] = ()) -> Response:
    with reading() as view:
        runs = queries.portfolio_runs(view, rerating.JOB)
    if _is_part("live") and runs.last is not None:
        return _live(runs.last)
    return make_response(
        render_template(
            "admin/jobs_portfolio.html", runs=runs, line=runs.last.line if runs.last else None,
            problems=[{"message": each} for each in problems],
        ),
        status,
    )  # fmt: skip


@blueprint.post("/portfolio")
@access(Right.RATING_RUN)
def start_portfolio() -> Response:
    try:
        with writing() as work:
            rerating.start(work)
    except Conflict as error:
        return _portfolio(409, (problem_text(Problem(error.code, params=error.params)),))
    except Invalid as error:
        return _portfolio(422, tuple(problem_text(each) for each in error.problems))
    flash(t("jobs.portfolio.started"), "good")
    return redirect(url_for("jobs.portfolio"), 303)
