"""The first person of an empty database, and nobody by that way afterwards."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app import create_app
from app.access import Role
from app.work import Verb
from config import Settings
from tests.app.cli.conftest import Home
from tests.builders import csrf_of


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def test_the_first_admin_is_let_in_once(home: Home) -> None:
    made = home.flask("first-admin", "root.wang", "王管理")
    assert made.returncode == 0, made.stderr
    password = re.search(r"[a-z0-9]{4}(?:-[a-z0-9]{4}){3}", made.stdout)
    assert password is not None
    assert home.rows("SELECT username, must_change_password, active FROM users") == [("root.wang", 1, 1)]
    assert home.one("SELECT role FROM role_grants") == Role.SYSTEM_ADMIN.value
    acts = {row[0] for row in home.rows("SELECT verb FROM entries")}
    assert Verb.USER_CREATED.value in acts
    app = create_app(Settings(home=home.path, jobs="off", argon2_memory_kib=64, argon2_rounds=1))
    client = app.test_client()
    token = csrf_of(client.get("/sign-in").get_data(as_text=True))
    data = {"csrf_token": token, "username": "root.wang", "password": password.group()}
    entered = client.post("/sign-in", data=data, headers={"Sec-Fetch-Site": "same-origin"})
    assert (entered.status_code, "/password" in entered.headers["Location"] or entered.headers["Location"] == "/") == (
        303, True,
    )  # fmt: skip
    again = home.flask("first-admin", "other", "他人")
    assert again.returncode == 1
    assert "已经有用户了" in again.stderr
    assert home.one("SELECT count(*) FROM users") == 1


def test_a_name_that_cannot_be_is_refused_in_words(home: Home) -> None:
    refused = home.flask("first-admin", "a b", "王")
    assert refused.returncode == 1
    assert "Traceback" not in refused.stderr
    assert home.one("SELECT count(*) FROM users") == 0
