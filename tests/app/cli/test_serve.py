"""`flask serve`: clear words where it cannot start, and an end in good order that loses nothing."""

from __future__ import annotations

import os
import shutil
import signal
import socket
from contextlib import closing
from pathlib import Path
from urllib.request import urlopen

import pytest

from app import create_app
from app.cli import serve
from app.edge.runtime import EXTENSION
from app.edge.transaction import begin_work
from app.services import jobs
from app.work import SYSTEM
from config import Settings, Unusable
from tests.app.cli.conftest import Home
from tests.app.cli.test_demo import wait_until


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def until_ready(process, port: int) -> list[str]:
    """What the server said until it serves."""
    said = []
    for line in process.stdout:
        said.append(line)
        if f"127.0.0.1:{port}" in line:
            break
    return said


@pytest.fixture
def copy_of_demo(demo_home: Home, tmp_path: Path) -> Home:
    shutil.copytree(demo_home.path, tmp_path / "home")
    return Home(tmp_path / "home")


def test_a_port_that_is_taken_is_told_before_anything_is_loaded(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        done = home.flask("serve", "--demo", CREDENCE_PORT=str(port))
    assert done.returncode == 1
    assert f"端口 {port} 已被占用" in done.stderr
    assert f"Port {port} is taken" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (home.path / "credence.db").exists()


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("CREDENCE_HOME", "/dev/null/credence", "the folder /dev/null/credence cannot be used"),
        ("CREDENCE_PORT", "http", "CREDENCE_PORT must be a whole number"),
        ("CREDENCE_PORT", "70000", "CREDENCE_PORT must be between 1 and 65535"),
        ("CREDENCE_JOBS", "perhaps", "CREDENCE_JOBS must be one of embedded, off"),
        ("CREDENCE_TIMEZONE", "Mars/Olympus", "CREDENCE_TIMEZONE names no time zone"),
        ("CREDENCE_HOST", "192.0.2.1", "Cannot listen on 192.0.2.1"),
        ("CREDENCE_DATABASE", "postgresql+psycopg://who:secret@127.0.0.1:1/x", "does not answer"),
    ],
)
def test_what_hinders_a_start_is_one_sentence(tmp_path: Path, name: str, value: str, words: str) -> None:
    done = Home(tmp_path / "home").flask("serve", **{"CREDENCE_PORT": str(free_port()), name: value})
    assert done.returncode == 1
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert "secret" not in done.stderr


def test_an_unusable_setting_names_its_variable() -> None:
    with pytest.raises(Unusable, match="CREDENCE_FOUR_EYES must be true or false"):
        Settings.load({"CREDENCE_FOUR_EYES": "maybe"})
    with pytest.raises(Unusable, match="CREDENCE_LOCALE"):
        Settings.load({"CREDENCE_LOCALE": "fr"})


def test_settings_are_listed_with_their_meaning_and_without_secrets(tmp_path: Path) -> None:
    address = "postgresql+psycopg://who:secret@127.0.0.1:1/x"
    done = Home(tmp_path / "home").flask("settings", CREDENCE_DATABASE=address)
    assert done.returncode == 0
    assert "CREDENCE_PORT = 8000" in done.stdout
    assert "port the server listens on" in done.stdout
    assert "secret" not in done.stdout


def test_ctrl_c_ends_in_good_order_and_the_next_start_goes_on(copy_of_demo: Home) -> None:
    home, port = copy_of_demo, free_port()
    app = create_app(Settings(home=home.path, argon2_memory_kib=64, argon2_rounds=1, jobs="off"))
    instance = app.extensions[EXTENSION]
    with begin_work(instance, SYSTEM) as work:
        job_id = jobs.queue(work, "ratings.portfolio").id
    instance.database.dispose()
    before = home.one("SELECT count(*) FROM ratings")
    with home.running("serve", "--demo", CREDENCE_PORT=str(port)) as process:
        said = until_ready(process, port)
        assert "demo-users.txt" in "".join(said)
        wait_until(home, f"SELECT 1 FROM jobs WHERE id = '{job_id}' AND progress > 0")
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
        rest = process.stdout.read() if process.stdout else ""
    assert "Traceback" not in rest
    status = home.one(f"SELECT status FROM jobs WHERE id = '{job_id}'")
    assert status in ("queued", "done"), "given back to the queue, or just finished"
    with home.running("serve", CREDENCE_PORT=str(port)) as process:
        until_ready(process, port)
        wait_until(home, f"SELECT 1 FROM jobs WHERE id = '{job_id}' AND status = 'done'")
        with urlopen(f"http://127.0.0.1:{port}/readyz", timeout=60) as answer:
            assert answer.status == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    assert home.one("SELECT count(*) FROM ratings") - before == home.one("SELECT count(*) FROM customers")
    assert home.one("SELECT count(*) FROM timers WHERE name = 'exposure.refresh'") == 1


def test_where_gunicorn_cannot_run_waitress_serves(copy_of_demo: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "name", "nt")
    assert serve.server().__module__ == "app.cli.plain_server"
    monkeypatch.undo()
    assert serve.server().__module__ == "app.cli.posix_server"
    port = free_port()
    script = (
        "from app import create_app; from app.cli.plain_server import serve\n"
        "app = create_app(); serve(app, app.extensions['credence'], lambda: print('serves', flush=True))"
    )
    with copy_of_demo.python("-c", script, CREDENCE_PORT=str(port)) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "serves\n"
        wait_until(copy_of_demo, "SELECT 1 FROM leases WHERE name = 'ticker'")
        with urlopen(f"http://127.0.0.1:{port}/healthz", timeout=60) as answer:
            assert answer.status == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
