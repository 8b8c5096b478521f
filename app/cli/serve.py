"""`flask serve`: migrate, load the demo where asked and nothing is there yet, and serve with jobs running inside."""

from __future__ import annotations

from typing import Any

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from gunicorn.app.base import BaseApplication

from app.cli import demo
from app.edge.runtime import EXTENSION, Runtime, runtime
from app.jobs import backend, ticker
from migrations.run import migrate


@click.command("migrate")
@with_appcontext
def migrate_command() -> None:
    """Bring the database to the newest shape."""
    migrate(runtime().database.write)
    click.echo("The database has the newest shape.")


@click.command("serve")
@click.option("--demo", "with_demo", is_flag=True, help="load the demo data when the database is empty")
@with_appcontext
def serve_command(with_demo: bool) -> None:
    """Serve the product; jobs run inside unless CREDENCE_JOBS=off."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    instance: Runtime = app.extensions[EXTENSION]
    migrate(instance.database.write)
    if with_demo and demo.is_empty(instance):
        demo.load(instance, click.echo)
    address = f"{instance.settings.host}:{instance.settings.port}"
    click.echo(f"Credence 信衡 serves at http://{address}")
    if (passwords := demo.password_file(instance)).exists():
        click.echo(f"Demo users and their one-time passwords: {passwords}")
    instance.database.dispose()  # connections do not survive a fork
    Server(app, instance, address).run()


class Server(BaseApplication):  # type: ignore[misc]
    """gunicorn with threads in one process: an embedded database has one writer, and jobs run beside the pages."""

    def __init__(self, app: Flask, instance: Runtime, address: str) -> None:
        self._app = app
        self._instance = instance
        self._address = address
        super().__init__()

    def load_config(self) -> None:
        embedded = self._instance.settings.jobs == "embedded"
        options: dict[str, Any] = {
            "bind": self._address,
            "workers": 1,
            "worker_class": "gthread",
            "threads": 8,
            "timeout": 120,
            "graceful_timeout": 15,
            "accesslog": None,
            "loglevel": "warning",
        }
        if embedded:
            options |= {"post_worker_init": self._start_jobs, "worker_exit": self._stop_jobs}
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return self._app

    def _start_jobs(self, _worker: Any) -> None:
        self._backend = backend(self._instance)
        self._ticker = ticker.start(self._instance)

    def _stop_jobs(self, _server: Any, _worker: Any) -> None:
        self._ticker.shutdown(wait=False)
        self._backend.stop()


commands = [serve_command, migrate_command]
