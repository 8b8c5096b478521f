"""The embedded database on the disk: the customers in it are nobody else's business."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from app.db import open_database


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps rights in another way")
def test_a_new_file_and_its_log_are_the_owners_alone(tmp_path: Path) -> None:
    folder = tmp_path / "open"
    folder.mkdir(mode=0o755)
    database = open_database(f"sqlite:///{folder / 'credence.db'}")
    with database.write.begin() as connection:
        connection.execute(text("CREATE TABLE things (id INTEGER PRIMARY KEY)"))
        modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in folder.iterdir()}
    database.dispose()
    assert set(modes) >= {"credence.db", "credence.db-wal"}
    assert set(modes.values()) == {0o600}


def test_an_existing_file_keeps_its_rights_and_content(tmp_path: Path) -> None:
    path = tmp_path / "credence.db"
    path.touch()
    path.chmod(0o640)
    database = open_database(f"sqlite:///{path}")
    with database.write.begin() as connection:
        connection.execute(text("CREATE TABLE things (id INTEGER PRIMARY KEY)"))
    database.dispose()
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_another_process_that_leaves_takes_nothing_along(tmp_path: Path) -> None:
    """Closing any descriptor of the file would drop the locks by which SQLite knows that others still use its log."""
    path = tmp_path / "credence.db"
    database = open_database(f"sqlite:///{path}")
    with database.write.begin() as connection:
        connection.execute(text("CREATE TABLE things (id INTEGER PRIMARY KEY)"))
    with database.read.connect() as first, database.read.connect() as second:  # more connections of the same process
        assert {each.execute(text("SELECT count(*) FROM things")).scalar() for each in (first, second)} == {0}
    visit = f"import sqlite3; c = sqlite3.connect({str(path)!r}); c.execute('SELECT * FROM things'); c.close()"
    subprocess.run([sys.executable, "-c", visit], check=True)
    assert path.with_name("credence.db-wal").exists(), "the visitor took itself for the last one and removed the log"
    with database.write.begin() as connection:
        connection.execute(text("INSERT INTO things VALUES (1)"))
    with database.read.connect() as third:
        assert third.execute(text("SELECT count(*) FROM things")).scalar() == 1
    database.dispose()
