"""Who may open a page: every view is marked, and whoever may not is sent away in the way the caller understands."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from typing import ParamSpec, TypeVar
from urllib.parse import urlencode, urlsplit

from flask import Flask, Response, current_app, g, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.access import Forbidden, Right
from app.edge import asked
from app.edge.security import API, Unknown, current_viewer

P = ParamSpec("P")
R = TypeVar("R")


class Open(StrEnum):
    """Rules of access that need no right."""

    PUBLIC = "public"
    SIGNED_IN = "signed_in"
    ONE_TIME = "one_time"  # signed in, even where a one-time password must be changed before anything else


PUBLIC, SIGNED_IN = Open.PUBLIC, Open.SIGNED_IN
Rule = Right | Open


def access(*rules: Rule) -> Callable[[Callable[P, R]], Callable[P, R | BaseResponse]]:
    """Mark a view with who may open it (any one of `rules`), and keep everybody else out."""
    if not rules:
        raise TypeError("a page needs an access rule")

    def mark(view: Callable[P, R]) -> Callable[P, R | BaseResponse]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R | BaseResponse:
            refusal = _refusal(rules)
            return view(*args, **kwargs) if refusal is None else refusal

        guarded.__access__ = rules  # type: ignore[attr-defined]
        return guarded

    return mark


def _refusal(rules: tuple[Rule, ...]) -> BaseResponse | None:
    if Open.PUBLIC in rules:
        return None
    viewer = current_viewer()
    if viewer is None:
        return ask_to_sign_in()
    if g.get("must_change_password") and Open.ONE_TIME not in rules:
        if request.path.startswith(API):
            raise Unknown
        return _go(url_for("auth.password"))
    rights = [rule for rule in rules if isinstance(rule, Right)]
    if rights and not any(viewer.may(right) for right in rights):
        raise Forbidden(rights[0])
    return None


def rules_of(endpoint: str | None) -> tuple[Rule, ...] | None:
    """The access rule of the view that answers now, or None when it has none; a class of views has one a method."""
    view = current_app.view_functions.get(endpoint or "")
    if view is None:
        return None
    if hasattr(view, "view_class"):
        kind, method = view.view_class, request.method.lower()
        # HEAD is answered by GET, and OPTIONS by Flask itself for whoever may do anything there.
        others = [name.lower() for name in sorted(kind.methods or ())] if method == "options" else ["get"]
        view = next((getattr(kind, name) for name in (method, *others) if hasattr(kind, name)), view)
    return getattr(view, "__access__", None)


def is_public(endpoint: str | None) -> bool:
    return Open.PUBLIC in (rules_of(endpoint) or ())


def ask_to_sign_in() -> BaseResponse:
    """A page leads to the sign-in page and back; the API and parts of pages get 401."""
    if request.path.startswith(API):
        raise Unknown
    if request.headers.get("HX-Request"):
        here = urlsplit(request.headers.get("HX-Current-URL", ""))
        response = Response(status=401)
        response.headers["HX-Redirect"] = _sign_in_address(here.path + (f"?{here.query}" if here.query else ""))
        return response
    return redirect(_sign_in_address(request.full_path.rstrip("?") if request.method == "GET" else ""), 303)


def _sign_in_address(after: str) -> str:
    target = safe_next(after)
    return url_for("auth.sign_in") + ("?" + urlencode({"next": target}) if target and target != "/" else "")


def _go(address: str) -> BaseResponse:
    if request.headers.get("HX-Request"):
        response = Response(status=204)
        response.headers["HX-Redirect"] = address
        return response
    return redirect(address, 303)


def safe_next(address: str | None) -> str | None:
    """`address` when it leads to a page of this site and nowhere else, otherwise None."""
    if not address or not address.startswith("/") or address.startswith(("//", "/\\")):
        return None
    if "\\" in address or any(ord(c) < 33 or ord(c) == 127 for c in address):
        return None
    parts = urlsplit(address)
    return None if parts.scheme or parts.netloc or parts.path.startswith(("/sign-out", API)) else address


def register(app: Flask) -> None:
    app.url_map.converters |= asked.CONVERTERS
    app.before_request(_fail_closed)


def _fail_closed() -> None:
    """A page that somebody forgot to mark is a fault, not an open door."""
    if request.endpoint is not None and rules_of(request.endpoint) is None:
        raise LookupError(f"{request.endpoint} has no access rule")
