"""Waiting for what another process does: looked for again and again, in the one place where that is written."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Event

PAUSE = 0.02  # seconds between two looks: whoever is waited for needs the processor


def until(found: Callable[[], object], seconds: float, what: Callable[[], str]) -> None:
    """Return once `found` says so; after `seconds` TimeoutError, with what is known of it by then."""
    deadline = time.monotonic() + seconds
    looks = Event()
    while not found():
        if time.monotonic() > deadline:
            raise TimeoutError(what())
        looks.wait(PAUSE)
