"""Who is asking, and whether the request is really theirs: session cookie, API token, forgery check, headers."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlsplit

from flask import Flask, Response, abort, g, request
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as BaseResponse

from app.access import Conflict, Viewer
from app.edge.runtime import EXTENSION, runtime
from app.edge.transaction import begin_work
from app.services import sessions, tokens
from app.work import SYSTEM, Work

UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
API = "/api/"
ANONYMOUS_COOKIE = "visitor"
CSRF_FIELD = "csrf_token"
CSRF_HEADER = "X-CSRF-Token"


class Forged(Exception):
    """The request does not come from a page of ours that this browser was given."""


class Unknown(Exception):
    """An API call without a good token or session."""


def current_viewer() -> Viewer | None:
    """The person asking, or None."""
    viewer: Viewer | None = g.get("viewer")
    return viewer


def lifetime() -> sessions.Lifetime:
    settings = runtime().settings
    return sessions.Lifetime(timedelta(minutes=settings.session_idle_minutes), timedelta(hours=settings.session_hours))


def cookie_name(plain: str) -> str:
    """Behind HTTPS the browser itself keeps a __Host- cookie from other hosts and paths."""
    return f"__Host-{plain}" if runtime().settings.cookie_secure else plain


def session_token() -> str | None:
    return request.cookies.get(cookie_name("session"))


def set_session(response: BaseResponse, token: str) -> BaseResponse:
    return _set_cookie(response, "session", token, int(lifetime().whole.total_seconds()))


def drop_session(response: BaseResponse) -> BaseResponse:
    response.delete_cookie(
        cookie_name("session"), path="/", secure=runtime().settings.cookie_secure, httponly=True, samesite="Lax"
    )
    return response


def _set_cookie(response: BaseResponse, name: str, value: str, seconds: int | None) -> BaseResponse:
    secure = runtime().settings.cookie_secure
    response.set_cookie(
        cookie_name(name), value, max_age=seconds, path="/", secure=secure, httponly=True, samesite="Lax"
    )
    return response


def nonce() -> str:
    """The number that lets a script or style of ours run in this one answer."""
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(18)
    value: str = g.nonce
    return value


def csrf_token() -> str:
    """What every form sends back. Derived from the session's token, so that it ends with the session."""
    secret = session_token() if current_viewer() is not None else _visitor()
    return _csrf_of(secret or "")


def _csrf_of(secret: str) -> str:
    return hmac.new(secret.encode(), b"credence csrf", hashlib.sha256).hexdigest()


def _visitor() -> str:
    """A random mark for browsers that are not signed in, so that the sign-in form cannot be forged either."""
    if "visitor" not in g:
        g.visitor = request.cookies.get(cookie_name(ANONYMOUS_COOKIE)) or secrets.token_urlsafe(24)
    value: str = g.visitor
    return value


def check_forgery() -> None:
    """Refuse an unsafe request that another site made, or that lacks the page's own token."""
    if request.method not in UNSAFE or g.get("bearer"):
        return
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None and site not in ("same-origin", "none"):
        raise Forged("the browser says another site asks")
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.host:
        raise Forged("another origin")
    secret = session_token() if current_viewer() is not None else request.cookies.get(cookie_name(ANONYMOUS_COOKIE))
    sent = request.headers.get(CSRF_HEADER) or request.form.get(CSRF_FIELD, "")
    if not secret or not hmac.compare_digest(_csrf_of(secret).encode(), sent.encode()):
        raise Forged("token missing or of another session")


def _load() -> None:
    """Name the request, and find out who asks."""
    g.request_id = secrets.token_hex(8)
    if request.endpoint == "dist":
        return
    header = request.headers.get("Authorization", "")
    if request.path.startswith(API) and header:
        _load_token(header)
    elif token := session_token():
        _load_session(token)


def _load_token(header: str) -> None:
    here = runtime()
    kind, _, text = header.partition(" ")
    now = here.clock()
    with Session(here.database.read) as session:
        found = tokens.find(session, text.strip(), now, here.settings.locale) if kind.lower() == "bearer" else None
    if found is None:
        raise Unknown
    g.viewer, g.user_locale, g.bearer = found.viewer, found.user_locale, True
    if found.seen_at is None or now - found.seen_at >= tokens.SEEN_EVERY:
        _note_use(lambda work: tokens.touch(work, found.token_id))


def _load_session(token: str) -> None:
    here = runtime()
    now = here.clock()
    with Session(here.database.read) as session:
        found = sessions.find(session, token, lifetime(), now, here.settings.locale)
    if found is None:
        return
    g.viewer, g.user_locale, g.session_id = found.viewer, found.user_locale, found.session_id
    g.must_change_password = found.must_change_password
    if now - found.seen_at >= sessions.SEEN_EVERY:
        _note_use(lambda work: sessions.touch(work, found.session_id))


def _note_use(touch: Callable[[Work], None]) -> None:
    """Keep when a session or token was last used. Nobody's page fails because the database is busy with others."""
    try:
        with begin_work(runtime(), SYSTEM, g.request_id) as work:
            touch(work)
    except Conflict:
        return  # the next request says so again


def _policy() -> str:
    return (
        f"default-src 'self'; script-src 'self' 'nonce-{nonce()}'; style-src 'self' 'nonce-{nonce()}'; "
        "img-src 'self' data:; font-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'none'; "
        "frame-ancestors 'none'; form-action 'self'"
    )


def _dress(response: Response) -> Response:
    """The headers of every answer."""
    headers = response.headers
    headers.setdefault("Content-Security-Policy", _policy())  # a file that people sent in has a stricter one
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "same-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
    if "request_id" in g:
        headers["X-Request-ID"] = g.request_id
    if runtime().settings.cookie_secure:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    if request.endpoint != "dist":
        headers["Cache-Control"] = "no-store"
        response.vary.update(("Cookie", "Accept-Language", "HX-Request"))
    if "visitor" in g and not request.cookies.get(cookie_name(ANONYMOUS_COOKIE)):
        _set_cookie(response, ANONYMOUS_COOKIE, g.visitor, None)
    return response


def register(app: Flask) -> None:
    """Load, check, dress. The check comes after the load, and views mark who may enter (`pages.access`)."""
    settings = app.extensions[EXTENSION].settings
    app.config.update(
        SESSION_COOKIE_NAME="__Host-messages" if settings.cookie_secure else "messages",
        SESSION_COOKIE_SECURE=settings.cookie_secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
    )
    app.before_request(_refuse_nul)
    app.before_request(_load)
    app.before_request(_refuse_forgery)
    app.after_request(_dress)
    app.jinja_env.globals.update(csrf_token=csrf_token, csp_nonce=nonce, CSRF_FIELD=CSRF_FIELD)


def _refuse_nul() -> None:
    """No address of ours holds a NUL, and PostgreSQL cannot be asked about one: refused here once for every page.

    The API reads its own addresses and says which parameter is wrong.
    """
    if not request.path.startswith(API) and ("\x00" in request.path or _holds_nul(request.args)):
        abort(400)


def _holds_nul(values: MultiDict[str, str]) -> bool:
    return any("\x00" in text for texts in values.listvalues() for text in texts)


def _refuse_forgery() -> None:
    """A stranger's post to a page behind the door is sent to sign in by the page's own access rule; no check needed."""
    from app.edge.pages import is_public

    if current_viewer() is not None or is_public(request.endpoint):
        check_forgery()
        if request.method in UNSAFE and not request.path.startswith(API) and _holds_nul(request.form):
            abort(400)  # nobody can type one, and no column of PostgreSQL holds it
