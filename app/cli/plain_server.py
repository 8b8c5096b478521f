"""Serve by waitress, threads in this process, where gunicorn cannot run."""

from __future__ import annotations

import signal
from collections.abc import Callable
from types import FrameType

import waitress
from flask import Flask

from app.cli.machinery import Machinery
from app.edge.runtime import Runtime


def serve(app: Flask, instance: Runtime, ready: Callable[[], None]) -> None:
    """Until Ctrl+C or SIGTERM: requests at work are answered, jobs end their chunk. `ready` tells that it serves."""
    settings = instance.settings
    made = waitress.create_server(app, host=settings.host, port=settings.port, threads=8, ident="credence")
    machinery = Machinery(instance)
    signal.signal(signal.SIGTERM, _stop)
    machinery.start()
    ready()
    try:
        made.run()  # returns after KeyboardInterrupt and SystemExit, once its threads are idle
    finally:
        made.close()
        machinery.stop()


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)
