"""The embedded database on the disk: the customers in it are nobody else's business."""

from __future__ import annotations

import os
import stat
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
