"""The demo: every state a case can be in, a past that runs forward only, and no kill that loses or doubles anything."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from app.cli import demo
from app.jobs.working_time import WorkingTime
from tests.app.cli.conftest import CUSTOMERS, Home
from tests.waiting import until

STATES = {"running", "returned", "approved", "rejected", "withdrawn", "voided", "error"}
STATUSES = "SELECT status, count(*) FROM cases GROUP BY 1"
VERBS = "SELECT verb, count(*) FROM entries GROUP BY 1"


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_sixty_cases_at_least_three_in_each_state(demo_home: Home) -> None:
    counts = demo_home.counts(STATUSES)
    assert set(counts) == STATES
    assert min(counts.values()) >= 3
    assert counts.total() == 60
    assert demo_home.one("SELECT count(*) FROM credit_requests WHERE status = 'draft'") == 1
    assert demo_home.one("SELECT count(*) FROM customers WHERE rating_id IS NOT NULL") == CUSTOMERS + 6
    assert demo_home.one("SELECT count(*) FROM credit_limits") == counts["approved"]


def test_the_ledger_runs_forward_only_and_ends_in_a_signed_checkpoint(demo_home: Home) -> None:
    stamps = [row[0] for row in demo_home.rows("SELECT ts FROM entries ORDER BY id")]
    assert stamps == sorted(stamps)
    assert demo_home.one("SELECT max(size) FROM checkpoints") == len(stamps)
    assert demo_home.one("SELECT count(*) FROM leaves") == len(stamps)


def test_cases_are_spread_over_thirty_days_and_people_act_in_working_hours(demo_home: Home) -> None:
    opened = [moment(row[0]) for row in demo_home.rows("SELECT opened_at FROM cases ORDER BY 1")]
    assert opened[-1] - opened[0] > timedelta(days=22)
    assert opened[0] > moment(demo_home.one("SELECT max(ts) FROM entries")) - timedelta(days=31)
    local = [each.astimezone(ZoneInfo("Asia/Shanghai")) for each in opened]
    assert all(9 <= each.hour < 18 or (each.hour, each.minute) == (18, 0) for each in local)
    assert all(each.weekday() < 5 for each in local)
    weeks = {each.isocalendar().week for each in local}
    assert len(weeks) >= 4


def test_open_items_are_those_of_today_and_the_file_says_what_is_overdue(demo_home: Home) -> None:
    day = moment(demo_home.one("SELECT max(ts) FROM entries")).astimezone(ZoneInfo("Asia/Shanghai")).date()
    newest = datetime.fromisoformat(demo_home.one("SELECT max(issued_on) FROM exposure_items")).date()
    assert timedelta(0) <= day - newest <= timedelta(days=3)
    late = f"category = 'open_receivable' AND due_on < '{day.isoformat()}'"
    overdue = demo_home.one(f"SELECT sum(amount_cny) FROM exposure_items WHERE {late}")
    assert demo_home.one("SELECT sum(overdue) FROM customers") == overdue
    assert 0.02 < overdue / demo_home.one("SELECT sum(exposure) FROM customers") < 0.2
    assert demo_home.one("SELECT sum(amount_cny) FROM exposure_items") == demo_home.one(
        "SELECT sum(exposure) FROM customers"
    )


def test_the_list_of_people_is_said_and_kept_for_its_owner(demo_home: Home) -> None:
    path = demo_home.path / "demo-users.txt"
    assert path.stat().st_mode & 0o777 == 0o600
    kept = path.read_text("utf-8").splitlines()
    people = demo_home.rows("SELECT username, name FROM users")
    assert len(kept) == len(people) + 1
    for username, name in people:
        line = next(each for each in kept if each.startswith(username + " "))
        assert name in line
    said = (demo_home.path / "said.txt").read_text("utf-8")
    assert all(line in said for line in kept)
    assert str(path) in said


def test_a_database_with_people_is_left_alone(demo_home: Home) -> None:
    before = demo_home.counts(VERBS)
    again = demo_home.flask("demo")
    assert again.returncode == 1
    assert "数据库中已有用户" in again.stderr
    assert "Traceback" not in again.stderr
    assert demo_home.counts(VERBS) == before


def test_killed_in_the_middle_of_three_stages_it_ends_as_if_nothing_had_happened(
    demo_home: Home, tmp_path: Path
) -> None:
    home = Home(tmp_path / "home")
    home.path.mkdir()
    load = ("demo", "--customers", str(CUSTOMERS))
    for name, progress in (("demo.portfolio", 100), ("demo.ratings", 1), ("demo.cases", 8)):
        with home.running(*load) as process:
            wait_until(home, f"SELECT 1 FROM jobs WHERE name = '{name}' AND progress >= {progress}")
            process.kill()
            assert process.wait(20) == -9
    passwords = (home.path / "demo-users.txt").read_text("utf-8")
    done = home.flask(*load)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "接着上次中断处继续加载" in done.stdout
    assert home.counts(STATUSES) == demo_home.counts(STATUSES)
    assert home.counts(VERBS) == demo_home.counts(VERBS)
    assert home.one("SELECT count(*) FROM exposure_items") == demo_home.one("SELECT count(*) FROM exposure_items")
    assert home.one("SELECT count(*) FROM jobs WHERE status != 'done'") == 0
    assert (home.path / "demo-users.txt").read_text("utf-8") == passwords
    stamps = [row[0] for row in home.rows("SELECT ts FROM entries ORDER BY id")]
    assert stamps == sorted(stamps)


def test_two_loads_at_once_are_one(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.path.mkdir()
    load = ("demo", "--customers", str(CUSTOMERS))
    with home.running(*load):
        wait_until(home, "SELECT 1 FROM jobs WHERE name = 'demo.portfolio' AND progress > 0")
        second = home.flask(*load)
    assert second.returncode == 1
    assert "另一个进程正在" in second.stderr


def wait_until(home: Home, sql: str, seconds: float = 300) -> None:
    """Look again and again until the query finds something."""

    def found() -> object:
        try:
            return home.rows(sql)
        except Exception as error:  # the tables are not there yet
            if "no such table" not in str(error):
                raise
        return None

    until(found, seconds, lambda: sql)


def test_working_time_skips_nights_and_weekends() -> None:
    zone = ZoneInfo("Asia/Shanghai")
    friday = datetime(2026, 1, 9, 16, tzinfo=zone)
    found = WorkingTime.between(friday, datetime(2026, 1, 13, 10, tzinfo=zone), zone)
    assert found.total == (2 + 9 + 1) * 3600
    assert found.moment(0) == friday
    assert found.moment(2 * 3600) == datetime(2026, 1, 12, 9, tzinfo=zone)
    assert found.moment(10**9) == datetime(2026, 1, 13, 10, tzinfo=zone)
    moments = [found.moment(each) for each in range(0, found.total + 600, 600)]
    assert moments == sorted(moments)
    sunday = datetime(2026, 1, 11, 12, tzinfo=zone)
    assert WorkingTime.between(sunday, sunday, zone).moment(99) == sunday


def test_the_password_file_is_on_disk_before_people_are_in_the_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app import create_app
    from app.cli import demo
    from app.edge.runtime import EXTENSION
    from config import Settings
    from migrations.run import migrate

    app = create_app(Settings(home=tmp_path, argon2_memory_kib=64, argon2_rounds=1, jobs="off"))
    instance = app.extensions[EXTENSION]
    migrate(instance.database.write)
    seen = []

    def keep(path: Path, text: str) -> None:
        seen.append(demo.is_empty(instance))
        raise OSError("disk full")

    monkeypatch.setattr(demo, "_keep", keep)
    with pytest.raises(OSError, match="disk full"):
        demo.load(instance, lambda _: None)
    assert seen == [True]
    assert demo.is_empty(instance), "nobody is there whose password nobody knows"
    instance.database.dispose()


def test_people_are_listed_with_the_posts_that_flows_name() -> None:
    lines = demo.table({"zhenghua": "abcd-efgh", "lina": "ijkl-mnop"}).splitlines()
    assert lines[0].endswith("角色 · 岗位 roles · posts")
    assert lines[1].endswith("风控 Risk · 风控负责人 Head of risk · 授信委员会 Risk committee")
    assert lines[2].endswith("销售 Sales")
