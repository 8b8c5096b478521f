"""Credence 信衡: `create_app` is the one place that knows every blueprint."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from importlib import import_module

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from config import Settings

EDGE = ("security", "locale", "browsers", "assets", "errors", "pages", "menu")  # in the order requests meet them
PAGES = (
    "health",
    "admin_jobs",
    "board",
    "auth",
    "me",
    "admin",
    "admin_demo",
    "admin_users",
    "admin_org",
    "studio",
    "studio_definition",
    "studio_design",
    "studio_dmn",
    "studio_draft",
    "studio_formula",
    "studio_gallery",
    "studio_start",
    "studio_workbook",
    "studio_effect",
    "studio_form",
    "studio_library",
    "studio_trial",
    "studio_values",
    "trail",
    "inbox",
    "inbox_batch",
    "inbox_stuck",
    "desk",
    "books",
    "files",
    "pick",
)


def create_app(settings: Settings | None = None, clock: Callable[[], datetime] | None = None) -> Flask:
    """The WSGI application for `settings` (default: from the environment). `clock` replaces the machine's for tests."""
    from app.edge import runtime

    settings = settings or Settings.load()
    app = Flask("app", static_folder=None)
    if settings.proxies:
        count = settings.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, count, count, count)  # type: ignore[method-assign]
    app.config["MAX_CONTENT_LENGTH"] = settings.upload_mib * 1024 * 1024
    app.config["MAX_FORM_MEMORY_SIZE"] = settings.upload_mib * 1024 * 1024
    runtime.attach(app, runtime.start(settings, clock or runtime.utc_now))
    for name in EDGE:
        import_module(f"app.edge.{name}").register(app)
    for name in PAGES:
        app.register_blueprint(import_module(f"app.web.{name}").blueprint)
    import_module("app.api").register(app)
    import_module("app.cli").register(app)
    return app
