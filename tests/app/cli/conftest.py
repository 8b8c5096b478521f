"""A small demo, loaded once for the tests that read it."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.once import once
from tests.shared import ROOT

CUSTOMERS = 300
CHEAP = {"CREDENCE_ARGON2_MEMORY_KIB": "64", "CREDENCE_ARGON2_ROUNDS": "1", "PYTHONUNBUFFERED": "1"}


@dataclass(frozen=True)
class Home:
    """A folder with a database in it, asked by plain SQL."""

    path: Path

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, **CHEAP, "CREDENCE_HOME": str(self.path)}

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.path / "credence.db", timeout=10)) as connection:
            return connection.execute(sql).fetchall()

    def one(self, sql: str) -> Any:
        return self.rows(sql)[0][0]

    def counts(self, sql: str) -> Counter[str]:
        return Counter(dict(self.rows(sql)))

    def flask(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        environment = {**self.environment, **more}
        command = [sys.executable, "-m", "flask", "--app", "wsgi", *arguments]
        return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600)

    @contextmanager
    def running(self, *arguments: str, **more: str) -> Iterator[subprocess.Popen[str]]:
        """A command at work; killed when left."""
        with self.python("-m", "flask", "--app", "wsgi", *arguments, **more) as process:
            yield process

    @contextmanager
    def python(self, *arguments: str, **more: str) -> Iterator[subprocess.Popen[str]]:
        process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT, env={**self.environment, **more}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        try:
            yield process
        finally:
            process.kill()
            process.communicate()


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The demo with a small portfolio, loaded without interruption."""

    def load(path: Path) -> None:
        done = Home(path).flask("demo", "--customers", str(CUSTOMERS))
        assert done.returncode == 0, done.stdout + done.stderr
        (path / "said.txt").write_text(done.stdout, "utf-8")

    made = once(tmp_path_factory, "demo", load)
    home = Home(Path(shutil.copytree(made, tmp_path_factory.mktemp("demo") / "home")))  # nobody opens the first one
    said = (made / "said.txt").read_text("utf-8")
    (home.path / "said.txt").write_text(said.replace(str(made), str(home.path)), "utf-8")
    return home
