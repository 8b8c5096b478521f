"""Approving several tasks at once: first what would happen and what is left out, then one transaction each."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.access import Conflict, Forbidden, Missing, Right
from app.db import new_id
from app.edge.asked import whole
from app.edge.locale import problem_text, t
from app.edge.pages import access
from app.edge.transaction import reading, writing
from app.queries.batches import Picked, sort_out
from app.services import cases, idempotency
from rules import Invalid, Problem
from workflows import Refused

blueprint = Blueprint("inbox_batch", __name__, url_prefix="/inbox/batch")


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one item; `problem` says why it was not approved."""

    item: Picked
    problem: str | None


def _picked() -> list[tuple[str, int]]:
    """Ids and versions as they stood on the page, explicit for each: never "all there are"."""
    pairs = (value.partition(":") for value in request.form.getlist("task"))
    return [(task_id, number) for task_id, _, version in pairs if (number := whole(version)) is not None]


@blueprint.post("")
@access(Right.TASK_DECIDE)
def picked() -> Response | str:
    chosen = _picked()
    if not chosen:
        flash(t("inbox.batch.none"), "warn")
        return redirect(url_for("inbox.tasks"), 303)
    with reading() as view:
        items = sort_out(view, chosen)
    fit = [each for each in items if each.alone is None]
    return render_template(
        "inbox/batch.html", fit=fit, alone=[each for each in items if each.alone], key=new_id(),
        total=sum(each.amount for each in fit),
    )


@blueprint.post("/approve")
@access(Right.TASK_DECIDE)
def approve() -> Response | str:
    chosen, key = _picked(), request.form.get(idempotency.FIELD, "")
    with reading() as view:
        items = sort_out(view, chosen)
    results = [_approve(each, request.form.get("comment", ""), f"{key}-{each.id}"[:80]) for each in items]
    done = sum(1 for each in results if each.problem is None)
    return render_template("inbox/batch_done.html", results=results, done=done, left=len(results) - done)


def _approve(item: Picked, comment: str, key: str) -> Result:
    """One item in a transaction of its own: what stops one stops no other."""
    if item.alone is not None and item.alone != "inbox.alone.changed":
        return Result(item, t(item.alone))

    def act() -> idempotency.Answer:
        case = cases.decide(work, item.id, item.version, "approve", comment)
        return idempotency.Answer(200, {"case": case.id})

    try:
        with writing() as work:
            idempotency.once(work, key, {"task": item.id, "version": item.version, "comment": comment}, act)
    except (Conflict, Refused) as error:
        return Result(item, problem_text(Problem(error.code, params=error.params)))
    except Invalid as error:
        return Result(item, " ".join(problem_text(each) for each in error.problems))
    except (Forbidden, Missing):
        return Result(item, t("inbox.alone.changed"))
    return Result(item, None)
