"""`flask demo remove` on the demo as it is loaded: typed, done at once, told, and nothing of it is left."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.app.cli.conftest import CUSTOMERS, Home

GONE = (
    "customers", "cases", "tasks", "decisions", "case_events", "credit_requests", "credit_limits", "ratings", "records",
    "record_values", "record_uniques", "evidence", "occurrences", "exposure_items", "notices", "fx_rates",
)  # fmt: skip
ALIVE = "SELECT count(*) FROM customer_keys WHERE wrapped IS NOT NULL"


@pytest.fixture
def home(demo_home: Home, tmp_path: Path) -> Home:
    return Home(Path(shutil.copytree(demo_home.path, tmp_path / "home")))


def test_all_of_it_goes_and_the_ledger_verifies(home: Home) -> None:
    entries = home.one("SELECT count(*) FROM entries")
    assert home.one(ALIVE) > CUSTOMERS
    refused = home.flask("demo", "remove", "--typed", "yes")
    assert refused.returncode == 1
    assert "Type exactly one of these: 删除演示数据 / remove demo data" in refused.stderr
    assert home.one("SELECT count(*) FROM customers") == CUSTOMERS + 6
    done = home.flask("demo", "remove", "--typed", "remove demo data")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"Removed: {CUSTOMERS + 6} customers, 60 cases" in done.stdout
    assert {table: home.one(f"SELECT count(*) FROM {table}") for table in GONE} == dict.fromkeys(GONE, 0)
    assert home.one(ALIVE) == 0
    assert home.one("SELECT count(*) FROM entries") == entries + CUSTOMERS + 6 + 2, "one each, the job, and the end"
    assert home.one("SELECT count(*) FROM users") > 5
    verified = home.flask("ledger", "verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr
    again = home.flask("demo", "remove", "--typed", "remove demo data")
    assert again.returncode == 1
    assert "There is no demo data here" in again.stderr
    loaded = home.flask("demo")
    assert loaded.returncode == 1, "people are here: it is no empty database"
