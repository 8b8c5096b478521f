"""The system admin's pages about the instance: who is signed in, the settings, and what each role may do."""

from __future__ import annotations

from dataclasses import fields

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.access import TABLE, Right, Role
from app.edge import security
from app.edge.asked import moment_place
from app.edge.locale import NOTHING, t
from app.edge.pages import access
from app.edge.runtime import runtime
from app.edge.transaction import reading, writing
from app.queries import organisation, people
from app.services import sessions
from config import Settings

blueprint = Blueprint("admin", __name__, url_prefix="/admin")


@blueprint.get("/sessions", endpoint="sessions")
@access(Right.USER_WRITE)
def all_sessions() -> str:
    """Everybody who is signed in now, last seen first."""
    before = moment_place(request.args.get("before", ""))
    with reading() as view:
        rows = people.open_sessions(view, security.lifetime().idle, before=before, limit=people.PAGE + 1)
    more, rows = len(rows) > people.PAGE, rows[: people.PAGE]
    following = url_for("admin.sessions", before=f"{rows[-1].seen_at.isoformat()}~{rows[-1].id}") if more else None
    return render_template("admin/sessions.html", rows=rows, next=following, first=before is None)


@blueprint.post("/sessions/<session_id>/end")
@access(Right.USER_WRITE)
def end_session(session_id: str) -> Response:
    with writing() as work:
        row = sessions.end_any(work, session_id)
    flash(t("admin.session_ended"), "good")
    if request.form.get("back") == "user":
        return redirect(url_for("admin_users.user", user_id=row.user_id), 303)
    return redirect(url_for("admin.sessions"), 303)


@blueprint.get("/settings")
@access(Right.SETTING_READ)
def settings() -> str:
    """Each setting with its value and meaning; a password inside an address is not shown."""
    here = runtime().settings
    rows = [
        {
            "name": "CREDENCE_" + each.name.upper(),
            "value": _shown(here, each.name),
            "words": t(f"setting.{each.name}"),
            "default": getattr(here, each.name) == each.default,
        }
        for each in fields(Settings)
    ]
    return render_template("admin/settings.html", rows=rows)


def _shown(here: Settings, name: str) -> str:
    value = getattr(here, name)
    if isinstance(value, bool):
        return t("ui.yes") if value else t("ui.no")
    return here.shown(name) or NOTHING


@blueprint.get("/rights")
@access(Right.USER_READ)
def rights() -> str:
    """What each role may do, over whose rows, and who has it."""
    with reading() as view:
        holders = organisation.holders_of_roles(view)
    return render_template("admin/rights.html", table=TABLE, rights=tuple(Right), roles=tuple(Role), holders=holders)

