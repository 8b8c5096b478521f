"""Built front-end files under the names that carry their content's hash, kept by browsers for ever."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, abort, send_from_directory, url_for

from app.edge.pages import Open, access

DIST = Path(__file__).resolve().parents[2] / "static" / "dist"
FOREVER = 31_536_000
TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".json": "application/json",
         ".txt": "text/plain", ".woff2": "font/woff2"}  # fmt: skip


class NotBuilt(RuntimeError):
    """The front end is not there: run `make build`."""


@lru_cache(maxsize=4)
def _read(path: Path, _changed: int) -> dict[str, str]:
    names: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return names


def manifest() -> dict[str, str]:
    """Name to hashed name; read again when a build has changed it."""
    path = DIST / "manifest.json"
    try:
        return _read(path, path.stat().st_mtime_ns)
    except FileNotFoundError:
        raise NotBuilt(f"{path} is missing: build the front end first") from None


def asset(name: str) -> str:
    """The address of a built file: `asset('app.js')`; a bare island name means its script."""
    names = manifest()
    found = names.get(name) or names.get(f"{name}.js")
    if found is None:
        raise LookupError(f"{name} is not among the built files")
    return url_for("dist", name=found)


@access(Open.PUBLIC)
def dist(name: str) -> Response:
    """Only what the manifest names, by its hashed name, under its own type."""
    if name not in manifest().values():
        abort(404)
    kind = TYPES.get(Path(name).suffix, "application/octet-stream")
    answer = send_from_directory(DIST, name, mimetype=kind, max_age=FOREVER, conditional=True)
    answer.cache_control.public = True
    answer.cache_control.immutable = True
    return answer


def register(app: Flask) -> None:
    app.add_url_rule("/static/dist/<name>", "dist", dist, methods=["GET"])
    app.jinja_env.globals["asset"] = asset
