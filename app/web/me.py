"""My own account: who I am here, where I am signed in, and my tokens for the API."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, flash, g, make_response, redirect, render_template, url_for
from werkzeug.wrappers import Response
from wtforms import SelectField, SelectMultipleField, StringField
from wtforms.widgets import CheckboxInput, ListWidget

from app.access import Right, Viewer
from app.edge import security
from app.edge.asked import whole
from app.edge.locale import t
from app.edge.page_form import Must, PageForm
from app.edge.pages import Open, access
from app.edge.transaction import reading, writing
from app.queries import people as queries
from app.services import sessions, tokens
from rules import Invalid, Problem

blueprint = Blueprint("me", __name__, url_prefix="/me")


class TokenForm(PageForm):
    name = StringField("me.token.name", [Must()], description="me.token.name.help", render_kw={"maxlength": 80})
    days = SelectField("me.token.days", validate_choice=False)
    scopes = SelectMultipleField("me.token.scopes", description="me.token.scopes.help", validate_choice=False,
                                 widget=ListWidget(prefix_label=False), option_widget=CheckboxInput())

    @classmethod
    def of(cls, viewer: Viewer, posted: bool = False) -> TokenForm:
        form: TokenForm = cls.posted() if posted else cls(days="90")
        form.days.choices = [(str(days), t("me.token.days.of", days=days)) for days in tokens.DAYS]
        form.scopes.choices = [(r.value, t(f"right.{r.value}")) for r in Right if viewer.may(r) and r is not Right.SELF]
        return form


def _idle() -> timedelta:
    return security.lifetime().idle


@blueprint.get("")
@access(Open.SIGNED_IN)
def profile() -> str:
    with reading() as view:
        return render_template("me/profile.html", person=queries.user(view, view.viewer.id))


@blueprint.get("/sessions")
@access(Open.SIGNED_IN)
def my_sessions() -> str:
    with reading() as view:
        rows = queries.open_sessions(view, _idle(), user_id=view.viewer.id, limit=200)
        return render_template("me/sessions.html", rows=rows, here=g.get("session_id"))


@blueprint.post("/sessions/<session_id>/end")
@access(Open.SIGNED_IN)
def end_session(session_id: str) -> Response:
    with writing() as work:
        sessions.end_own(work, session_id)
    if session_id == g.get("session_id"):
        return security.drop_session(redirect(url_for("auth.sign_in"), 303))
    flash(t("me.session_ended"), "good")
    return redirect(url_for("me.my_sessions"), 303)


@blueprint.post("/sessions/end-others")
@access(Open.SIGNED_IN)
def end_others() -> Response:
    with writing() as work:
        count = sessions.end_others(work, g.session_id)
    flash(t("me.sessions_ended", count=count), "good")
    return redirect(url_for("me.my_sessions"), 303)


@blueprint.get("/tokens")
@access(Open.SIGNED_IN)
def my_tokens() -> str:
    with reading() as view:
        form = TokenForm.of(view.viewer)
        return render_template("me/tokens.html", rows=queries.tokens(view, view.viewer.id), form=form, now=view.now)


@blueprint.post("/tokens")
@access(Open.SIGNED_IN)
def create_token() -> Response:
    """The new token is shown in this one answer and never again."""
    secret, status = None, 201
    problems: tuple[Problem, ...] = ()
    form = TokenForm.of(g.viewer, posted=True)
    if form.validate():
        try:
            with writing() as work:
                secret, _ = tokens.create_token(
                    work, form.text("name"), form.scopes.data or [], whole(form.text("days")) or 0
                )
            form = TokenForm.of(g.viewer)
        except Invalid as error:
            problems = error.problems
    if secret is None:
        status = 422
        form.show(problems)
    with reading() as view:
        page = render_template(
            "me/tokens.html", rows=queries.tokens(view, view.viewer.id), form=form, secret=secret, now=view.now
        )
    return make_response(page, status)


@blueprint.post("/tokens/<token_id>/revoke")
@access(Open.SIGNED_IN)
def revoke_token(token_id: str) -> Response:
    with writing() as work:
        tokens.revoke_token(work, token_id)
    flash(t("me.token_revoked"), "good")
    return redirect(url_for("me.my_tokens"), 303)


