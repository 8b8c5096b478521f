"""Serve by gunicorn with threads in one process: an embedded database has one writer, and jobs run beside the pages."""

from __future__ import annotations

import signal
from collections.abc import Callable
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter

from app.cli.machinery import Machinery
from app.edge.runtime import Runtime


class PoliteArbiter(Arbiter):  # type: ignore[misc]
    """Takes Ctrl+C as a wish to stop in good order: requests at work are answered, jobs end their chunk."""

    def handle_int(self) -> None:
        self.handle_term()


class Server(BaseApplication):  # type: ignore[misc]
    """The application and its settings, not read from any file."""

    def __init__(self, app: Flask, instance: Runtime, ready: Callable[[], None]) -> None:
        self._app = app
        self._ready = ready
        self._instance = instance
        self._machinery = Machinery(instance)
        super().__init__()

    def load_config(self) -> None:
        settings = self._instance.settings
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        options: dict[str, Any] = {
            "bind": f"{host}:{settings.port}",
            "workers": 1,
            "worker_class": "gthread",
            "threads": 8,
            "timeout": 120,
            "graceful_timeout": 15,
            "accesslog": None,
            "loglevel": "warning",
            "proc_name": "credence",
            "when_ready": lambda _server: self._ready(),
            "post_worker_init": self._begin,
            "worker_exit": self._end,
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return self._app

    def run(self) -> None:
        PoliteArbiter(self).run()

    def _begin(self, _worker: Any) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C reaches the whole group; the master tells when to stop
        self._machinery.start()

    def _end(self, _server: Any, _worker: Any) -> None:
        self._machinery.stop()


def serve(app: Flask, instance: Runtime, ready: Callable[[], None]) -> None:
    """Until Ctrl+C or SIGTERM; `ready` is called once connections are accepted."""
    Server(app, instance, ready).run()
