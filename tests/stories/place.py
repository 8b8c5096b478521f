"""A furnished Credence on disk, served by a process of its own: what journeys in a browser start from."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from app import create_app
from app.edge.runtime import EXTENSION, Runtime
from app.edge.transaction import begin_work
from app.jobs import demo, load_handlers
from app.services import furnish, ledger
from app.services.passwords import hasher
from app.work import SYSTEM
from config import Settings
from migrations.run import migrate
from tests.shared import ROOT
from tests.waiting import until

CUSTOMERS = 260
CHEAP = {"CREDENCE_ARGON2_MEMORY_KIB": "64", "CREDENCE_ARGON2_ROUNDS": "1"}


def build(home: Path, *, definitions: bool, cases: bool) -> dict[str, str]:
    """An instance in `home` with the demo's people and customers; returns the passwords, which need no change."""
    app = create_app(Settings(home=home, argon2_memory_kib=64, argon2_rounds=1, jobs="off"))
    instance: Runtime = app.extensions[EXTENSION]
    migrate(instance.database.write)
    load_handlers()
    now = instance.clock()
    past = replace(instance, clock=lambda: now - timedelta(days=demo.DAYS))
    stages = [name for name in demo.STAGES if definitions or name == "demo.portfolio"]
    with begin_work(past, SYSTEM) as work:
        passwords = furnish.people_and_posts(work, hasher(64, 1).one_time, keep_passwords=True)
        demo.begin(work, CUSTOMERS, now, stages if cases else [name for name in stages if name != "demo.cases"])
    demo.run_stages(instance)
    ledger.sign(instance.database, instance.keys, instance.settings.origin, instance.clock())
    instance.database.dispose()
    (home / "passwords.json").write_text(json.dumps(passwords), "utf-8")
    return passwords


@dataclass(frozen=True)
class Place:
    """A running server: where it answers, its folder, and who may sign in."""

    address: str
    home: Path
    passwords: dict[str, str]
    process: subprocess.Popen[bytes]


@contextmanager
def serving(model: Path, home: Path) -> Iterator[Place]:
    """Serve a copy of `model` from `home` until left."""
    shutil.copytree(model, home)
    port = _free_port()
    environment = {**os.environ, **CHEAP, "CREDENCE_HOME": str(home), "CREDENCE_PORT": str(port)}
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "serve"]
    with (home / "server.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        _wait(port, process, home)
        passwords = json.loads((home / "passwords.json").read_text("utf-8"))
        yield Place(f"http://127.0.0.1:{port}", home, passwords, process)
    finally:
        process.terminate()
        process.wait(20)


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait(port: int, process: subprocess.Popen[bytes], home: Path) -> None:
    def said() -> str:
        return (home / "server.log").read_text("utf-8")[-2000:]

    def answers() -> bool:
        if process.poll() is not None:
            raise RuntimeError(said())
        try:
            with urlopen(f"http://127.0.0.1:{port}/sign-in", timeout=2):
                return True
        except (URLError, ConnectionError, TimeoutError):
            return False

    until(answers, 60, said)
