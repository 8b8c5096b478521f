"""Every refusal and fault as the caller can read it: page, part of a page, or RFC 9457 JSON; never a stack trace."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from typing import Any

from flask import Flask, Response, g, jsonify, make_response, render_template, request
from werkzeug.exceptions import HTTPException

from app.access import Conflict, Forbidden, Missing
from app.edge.locale import has_text, problem_text, t
from app.edge.security import API, Forged, Unknown
from rules import Invalid, Problem
from workflows import Refused

MEDIA_TYPE = "application/problem+json"
KNOWN = frozenset({400, 401, 403, 404, 405, 409, 413, 415, 422, 429, 503})
KEPT_HEADERS = ("Allow", "Retry-After", "WWW-Authenticate")
MOST_DISCARDED = 64 * 1024 * 1024  # bytes of a body too long that are still taken from the line
KIND_STATUS = {"conflict": 409, "forbidden": 403, "invalid": 422}

log = logging.getLogger(__name__)


def wants_json() -> bool:
    """API paths, and whoever prefers JSON to HTML."""
    if request.path.startswith(API):
        return True
    accepted = request.accept_mimetypes
    best = accepted.best_match(["text/html", "application/json", MEDIA_TYPE])
    return best is not None and best != "text/html" and accepted[best] > accepted["text/html"]


def problems_json(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    """Problems with their sentence in the reader's language, as members of an RFC 9457 answer."""
    return [{**plain(problem.to_json()), "message": problem_text(problem)} for problem in problems]


def plain(value: Any) -> Any:
    """JSON-safe: times as ISO text, decimals as strings."""
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(each) for each in value]
    if value is None or isinstance(value, (bool, int, str)):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _title(status: int) -> str:
    known = status if status in KNOWN else (500 if status >= 500 else 400)
    return t(f"ui.error.{known}.title")


def answer(
    status: int,
    *,
    message: str | None = None,
    problems: Iterable[Problem] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The refusal as JSON, as a part for htmx, or as a page, whichever the caller asked for."""
    found = problems_json(problems)
    if message is None and len(found) == 1:
        message = found[0]["message"]
    if wants_json():
        response = _json(status, message, found)
    elif request.headers.get("HX-Request"):
        response = make_response(_part(status, message, found), status)
    else:
        detail = " ".join(each["message"] for each in found) if len(found) > 1 else message
        page = render_template("errors/error.html", status=status, message=detail, reference=g.get("request_id"))
        response = make_response(page, status)
    response.headers.update(headers or {})
    return response


def _part(status: int, message: str | None, found: list[dict[str, Any]]) -> str:
    if status == 409:
        return render_template("errors/stale.html", message=message)
    return render_template("errors/part.html", message=message or t("ui.error.422.title"), problems=found)


def _json(status: int, message: str | None, found: list[dict[str, Any]]) -> Response:
    body: dict[str, Any] = {"type": "about:blank", "title": _title(status), "status": status}
    if message:
        body["detail"] = message
    body["problems"] = found
    if "request_id" in g:
        body["request_id"] = g.request_id
    response = jsonify(body)
    response.status_code = status
    response.mimetype = MEDIA_TYPE
    return response


def _invalid(error: Invalid) -> Response:
    return answer(422, problems=error.problems)


def _conflict(error: Conflict) -> Response:
    return answer(409, problems=[Problem(error.code, params=error.params)])


def _refused(error: Refused) -> Response:
    """The flow machine says no."""
    return answer(KIND_STATUS[error.kind], problems=[Problem(error.code, params=error.params)])


def _forbidden(error: Forbidden) -> Response:
    return answer(403, problems=[Problem("access.forbidden", params={"right": t(f"right.{error.right.value}")})])


def _missing(error: Missing) -> Response:
    key = f"subject.{error.what}"
    what = t(key if has_text(key) else "subject.any")
    return answer(404, problems=[Problem("access.missing", params={"what": what})])


def _forged(error: Forged) -> Response:
    log.warning("refused as forged (%s): %s %s, request %s", error, request.method, request.path, g.get("request_id"))
    return answer(403, problems=[Problem("access.forged")])


def _unknown(_error: Unknown) -> Response:
    return answer(401, problems=[Problem("access.unknown")], headers={"WWW-Authenticate": 'Bearer realm="credence"'})


def _http(error: HTTPException) -> Response:
    if error.response is not None:
        return make_response(error.response)
    status = error.code or 500
    if status < 400:
        return make_response(error.get_response())
    headers = {name: value for name, value in error.get_headers() if name in KEPT_HEADERS}
    if "Allow" in headers:
        headers["Allow"] = ", ".join(sorted(headers["Allow"].split(", ")))
    known = status if status in KNOWN else (500 if status >= 500 else 400)
    problems = _too_large() if status == 413 else ()
    return answer(status, message=t(f"ui.error.{known}.text"), problems=problems, headers=headers)


def _too_large() -> tuple[Problem, ...]:
    """Says how much is allowed. Most callers send their whole body before they listen: without taking it from the line
    they would see a broken connection instead of the answer."""
    left = min(request.content_length or 0, MOST_DISCARDED)
    stream = request.environ["wsgi.input"]
    while left > 0 and (piece := stream.read(min(left, 65_536))):
        left -= len(piece)
    most = request.max_content_length
    return (Problem("body.too_large", params={"kib": most // 1024}),) if most else ()


def _fault(error: Exception) -> Response:
    """A fault of ours: the log has the trace under the request's id, the reader has the id."""
    log.error("request %s failed: %s %s", g.get("request_id"), request.method, request.path, exc_info=error)
    try:
        return answer(500)
    except Exception:  # the last net: even the page that says so may be what is broken
        log.exception("the page for faults failed, too")
        return Response(f"500 {g.get('request_id', '')}", 500, mimetype="text/plain")


def register(app: Flask) -> None:
    app.register_error_handler(Invalid, _invalid)
    app.register_error_handler(Conflict, _conflict)
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(Forbidden, _forbidden)
    app.register_error_handler(Missing, _missing)
    app.register_error_handler(Forged, _forged)
    app.register_error_handler(Unknown, _unknown)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _fault)
