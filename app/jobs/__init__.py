"""Machine work: one file per job, a registry, and the backend that runs them inside the server."""

from __future__ import annotations

from importlib import import_module

from app.edge.runtime import Runtime
from app.jobs.embedded import Backend, drain

__all__ = ["Backend", "Runtime", "backend", "drain", "load_handlers"]

HANDLERS = (
    "ratings", "exposure", "limits", "imports", "demo", "demo_books", "demo_cases", "demo_removal", "verify", "forget",
    "files", "records",
)  # fmt: skip


def load_handlers() -> None:
    """Make every handler known."""
    for name in HANDLERS:
        import_module(f"app.jobs.{name}")


def backend(instance: Runtime) -> Backend:
    """The embedded backend, started."""
    load_handlers()
    found = Backend(instance, instance.settings.job_threads)
    found.start()
    return found
