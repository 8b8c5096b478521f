"""The inbox: what waits for me, what I did, what I was told of; one task beside the list or on a page of its own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from flask import Blueprint, Flask, flash, g, make_response, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.wrappers import Response

from app.access import Conflict, Right
from app.db import new_id
from app.edge.asked import whole
from app.edge.errors import wants_json
from app.edge.locale import language, problem_text, t
from app.edge.menu import add_count
from app.edge.pages import access
from app.edge.transaction import reading, writing
from app.queries import cases as case_queries
from app.queries import tasks as queries
from app.queries.cases import CaseView
from app.queries.tasks import SORTS, Counts, Filters, Sort
from app.services import cases, idempotency, notices
from app.services.directory import directory
from app.web import file_parts, picked_parts
from app.work import Reading
from forms import page_data, to_wtforms
from rules import Invalid, Problem
from workflows import Refused

blueprint = Blueprint("inbox", __name__, url_prefix="/inbox")
PREFIX = "a-"  # of the form's own fields, so that none is mistaken for the decision's
KEPT = ("q", "kind", "step", "grade", "low", "high", "flagged", "sort")  # of the list's address when paging
GIVEN = ("version", "answer", "comment", "return_to", "resubmit")  # of a decision's form, each once
WAITED_LONG = timedelta(days=3)


def _counts(view: Reading) -> Counts:
    """The numbers of tabs and menu, asked for once per request."""
    found: Counts | None = g.get("inbox_counts")
    if found is None:
        found = g.inbox_counts = queries.counts(view)
    return found


def _register(state: BlueprintSetupState) -> None:
    app = state.app
    assert isinstance(app, Flask)
    add_count(app, "inbox", lambda view: _counts(view).todo)
    add_count(app, "notices", lambda view: _counts(view).unread)
    app.jinja_env.globals["time_left"] = time_left


blueprint.record_once(_register)


def time_left(row: Any, now: datetime) -> tuple[str, str]:
    """How long a task may still take, or has waited where nothing limits it: words and style."""
    if row.due_at is None:
        waited = now - row.opened_at
        return t("inbox.waited", span=_span(waited)), "warn" if waited >= WAITED_LONG else ""
    left = row.due_at - now
    if left < timedelta(0):
        return t("inbox.overdue", span=_span(-left)), "bad"
    return _span(left), "warn" if left < timedelta(days=1) else ""


def _span(length: timedelta) -> str:
    days, rest = length.days, length.seconds
    hours, minutes = rest // 3600, rest % 3600 // 60
    if days and not hours:
        return t("inbox.span.whole_days", days=days)
    if days:
        return t("inbox.span.days", days=days, hours=hours)
    return t("inbox.span.hours", hours=hours) if hours else t("inbox.span.minutes", minutes=max(minutes, 1))


def _amount(name: str) -> tuple[Decimal | None, bool]:
    """A bound of the amount in CNY, typed in ten thousands; and whether what was typed can be read."""
    text = request.args.get(name, "").strip().replace(",", "").replace("，", "")
    if not text:
        return None, True
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None, False
    fits = value.is_finite() and 0 <= value < 10**9 and value == value.quantize(Decimal("0.00000001"))
    return (value * 10_000, True) if fits else (None, False)


def _filters() -> tuple[Filters, bool]:
    low, low_read = _amount("low")
    high, high_read = _amount("high")
    asked = request.args
    found = Filters(
        kind=asked.get("kind", "")[:20],
        step=asked.get("step", "")[:60],
        grade=asked.get("grade", "")[:10],
        low=low,
        high=high,
        flagged=asked.get("flagged") == "1",
        search=asked.get("q", "")[:60],
    )
    return found, low_read and high_read


@blueprint.get("")
@access(Right.TASK_DECIDE)
def tasks() -> str:
    filters, readable = _filters()
    sort: Sort = next((each for each in SORTS if each == request.args.get("sort")), "wait")
    with reading() as view:
        page = queries.todo(view, filters, sort, request.args.get("after"), request.args.get("before"))
        words, counts, now = queries.vocabulary(view), _counts(view), view.now
    kept: dict[str, Any] = {name: request.args[name] for name in KEPT if request.args.get(name)}

    def sorted_by(name: str) -> str:
        """The address of the list sorted by a column, the other way round where it is already."""
        return url_for("inbox.tasks", **{**kept, "sort": f"-{name}" if sort == name else name})

    return render_template(
        "inbox/tasks.html", page=page, words=words, counts=counts, now=now, filters=filters, readable=readable,
        sort=sort, sorted_by=sorted_by, typed=request.args, chosen=request.args.get("task", ""),
        previous=url_for("inbox.tasks", **{**kept, "before": page.previous}) if page.previous else None,
        next=url_for("inbox.tasks", **{**kept, "after": page.next}) if page.next else None,
    )


@blueprint.get("/done")
@access(Right.TASK_READ)
def done() -> str:
    search = request.args.get("q", "")[:60]
    with reading() as view:
        page = queries.done(view, search, request.args.get("after"), request.args.get("before"))
        words, counts = queries.vocabulary(view), _counts(view)
    return _list("inbox/done.html", "inbox.done", page, {"q": search or None}, words=words, counts=counts, q=search)


@blueprint.get("/copies")
@access(Right.TASK_READ)
def copies() -> str:
    """Cases I was told of: unread ones, or all when asked."""
    whole = request.args.get("show") == "all"
    with reading() as view:
        page = queries.copies(view, not whole, request.args.get("after"), request.args.get("before"))
        counts = _counts(view)
    return _list("inbox/copies.html", "inbox.copies", page, {"show": "all" if whole else None}, counts=counts,
                 whole=whole)


@blueprint.get("/started")
@access(Right.TASK_READ)
def started() -> str:
    with reading() as view:
        page = queries.started(view, request.args.get("after"), request.args.get("before"))
        counts = _counts(view)
    return _list("inbox/started.html", "inbox.started", page, {}, counts=counts)


def _list(template: str, endpoint: str, page: queries.Page, kept: Mapping[str, Any], **more: Any) -> str:
    back = url_for(endpoint, before=page.previous, **kept) if page.previous else None
    on = url_for(endpoint, after=page.next, **kept) if page.next else None
    return render_template(template, page=page, previous=back, next=on, **more)


@blueprint.post("/copies/read")
@access(Right.TASK_READ)
def read_copies() -> Response:
    with writing() as work:
        notices.read_all(work)
    return redirect(url_for("inbox.copies"), 303)


@blueprint.get("/cases/<case_id>")
@access(Right.TASK_READ)
def case(case_id: str) -> str:
    """A case without a task to decide; looking at it marks a copy of it as read."""
    with reading() as view:
        found = case_queries.view(view, case_id, directory)
        words, unread = queries.vocabulary(view), notices.unread(view, case_id)
    if unread:
        with writing() as work:
            notices.read(work, case_id)
    return render_template("inbox/case.html", case=found, words=words)


@blueprint.get("/tasks/<task_id>")
@access(Right.TASK_READ)
def task(task_id: str) -> str:
    """The page of one task; for the pane beside the list only the part inside."""
    with reading() as view:
        return _page(view, task_id)


def _page(view: Reading, task_id: str, **more: Any) -> str:
    found = case_queries.of_task(view, task_id, directory)
    pane = request.headers.get("HX-Target") == "preview"
    return render_template(
        "inbox/preview.html" if pane else "inbox/task.html",
        case=found, task=found.task, words=queries.vocabulary(view), now=view.now, pane=pane,
        controls=more.pop("controls", None) or _controls(found), key=new_id(),
        **{"stale": None, "comment": "", "chosen": {}, "problems": (), **more},
    )


def _controls(found: CaseView, formdata: Any = None) -> Any:
    """WTForms controls of the fields this step may write; what was typed wins over what is stored."""
    page = to_wtforms(found.form, language())
    return page(formdata, data=page_data(found.form, found.typed), prefix=PREFIX)


@blueprint.post("/tasks/<task_id>/decide")
@access(Right.TASK_DECIDE)
def decide(task_id: str) -> Response:
    """Answer a task. A refusal shows the page again with everything typed; a conflict says who was faster."""
    given: dict[str, Any] = {name: request.form.get(name, "") for name in GIVEN}
    fields = ImmutableMultiDict(
        (name, value) for name, value in request.form.items(multi=True) if name.startswith(PREFIX)
    )
    with reading() as view:
        found = case_queries.of_task(view, task_id, directory)
    writable = found.task.editable if found.task is not None else ()
    sent, faults = file_parts.taken(found.form, fields, request.files, writable, PREFIX)
    controls = _controls(found, sent)
    with reading() as view:
        file_parts.know(view, controls)
        picked_parts.know(view, controls)
    if faults:
        given["marked"] = []
        return _refused(task_id, given, controls, Invalid(faults))
    returning = given["answer"] == "return"
    marked = request.form.getlist("marked") if returning else []
    try:
        with writing() as work:
            idempotency.once(
                work,
                request.form.get(idempotency.FIELD),
                {"task": task_id, **given, "marked": marked, "fields": sorted(sent.items(multi=True))},
                lambda: _told(
                    cases.decide(
                        work,
                        task_id,
                        whole(given["version"]) or 0,
                        given["answer"],
                        given["comment"],
                        return_to=given["return_to"] or None if returning else None,
                        resubmit=given["resubmit"] or None if returning else None,
                        marked=marked,
                        answers=controls.raw_answers(),
                    )
                ),
            )
    except (Invalid, Refused, Conflict) as error:
        given["marked"] = marked
        if wants_json() or (isinstance(error, Refused) and error.kind == "forbidden"):
            raise
        return _refused(task_id, given, controls, error)
    with reading() as view:
        following = queries.following(view, task_id)
    if wants_json():
        return make_response({"task": task_id, "next": following})
    flash(t(f"js.inbox.done.{given['answer']}", name=found.customer), "good")
    after = url_for("inbox.task", task_id=following) if following else url_for("inbox.tasks")
    return redirect(after, 303)


def _told(case: Any) -> idempotency.Answer:
    return idempotency.Answer(200, {"case": case.id, "status": case.status})


def _refused(
    task_id: str, given: Mapping[str, str], controls: Any, error: Invalid | Refused | Conflict
) -> Response:
    """The same page with what was typed: 422 with findings in place, 409 with what happened meanwhile."""
    late = isinstance(error, Conflict) or (isinstance(error, Refused) and error.kind == "conflict")
    problems = error.problems if isinstance(error, Invalid) else (Problem(error.code, params=error.params),)
    stale = " ".join(problem_text(each) for each in problems) if late else None
    loose = [] if late else [_at_place(each, task_id) for each in controls.tell(problems)]
    with reading() as view:
        page = _page(
            view, task_id, controls=controls, stale=stale, comment=given["comment"], chosen=given, problems=loose
        )
    return make_response(page, 409 if late else 422)


def _at_place(problem: Problem, task_id: str) -> dict[str, str]:
    """A finding that belongs to no field of the form: about the opinion or the place to return to."""
    place = "return" if problem.code.startswith("return.") and "comment" not in problem.code else "comment"
    return {"message": problem_text(problem), "field": f"{place}-{task_id}"}


@blueprint.post("/tasks/<task_id>/claim")
@access(Right.TASK_DECIDE)
def claim(task_id: str) -> Response:
    with writing() as work:
        cases.claim(work, task_id)
    flash(t("inbox.claimed"), "good")
    return _back(task_id)


@blueprint.post("/tasks/<task_id>/release")
@access(Right.TASK_DECIDE)
def release(task_id: str) -> Response:
    with writing() as work:
        cases.unclaim(work, task_id)
    flash(t("inbox.released"), "good")
    return _back(task_id)


def _back(task_id: str) -> Response:
    """To the list with this task chosen, or to its page, whichever the button stood on."""
    if request.form.get("from") == "list":
        return redirect(url_for("inbox.tasks", task=task_id), 303)
    return redirect(url_for("inbox.task", task_id=task_id), 303)
