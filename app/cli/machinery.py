"""What runs beside the pages in a server's process: the embedded backend, its standing timers, and the tick."""

from __future__ import annotations

from app.edge.runtime import Runtime
from app.jobs import backend, ticker, timers
from app.jobs.embedded import Backend


class Machinery:
    """Started once in the process that serves; with CREDENCE_JOBS=off there is nothing to start."""

    def __init__(self, instance: Runtime) -> None:
        self._instance = instance
        self._backend: Backend | None = None

    def start(self) -> None:
        if self._instance.settings.jobs != "embedded":
            return
        timers.stand(self._instance)
        self._backend = backend(self._instance)
        self._ticker = ticker.start(self._instance)

    def stop(self) -> None:
        """The tick first, so that nothing new is queued; then each job ends its chunk and goes back to the queue."""
        if self._backend is None:
            return
        self._ticker.shutdown(wait=True)
        self._backend.stop()
        ticker.resign(self._instance)
        self._backend = None
