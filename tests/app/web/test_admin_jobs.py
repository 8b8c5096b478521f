"""Pages of machine work: what waits, runs and failed, acts on it, and rating everybody from a page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from app.access import Conflict, Forbidden, Grant, Role, Scope, Viewer
from app.edge.transaction import begin_work
from app.jobs import load_handlers, ticker
from app.jobs import run as registry
from app.jobs.embedded import claim, drain
from app.jobs.run import Run, handler
from app.models.customer import Customer
from app.models.job import Job
from app.models.ledger import Entry
from app.queries import jobs as queries
from app.services import jobs, rerating
from app.work import Actor
from tests.app.crew import Crew
from tests.app.queries.test_board import fill
from tests.app.statements import statements
from tests.builders import House, csrf_of


@pytest.fixture(autouse=True)
def own_handlers() -> Iterator[None]:
    load_handlers()
    before = dict(registry.HANDLERS)
    yield
    registry.HANDLERS.clear()
    registry.HANDLERS.update(before)


def queue(house: House, name: str = "ratings.portfolio", **more: object) -> str:
    with house.work() as work:
        return jobs.queue(work, name, **more).id  # type: ignore[arg-type]


def row(house: House, job_id: str) -> Job:
    with house.work() as work:
        return work.session.get_one(Job, job_id)


def html(client: FlaskClient, address: str, **headers: str) -> str:
    answer = client.get(address, headers=headers)
    assert answer.status_code == 200, answer.get_data(as_text=True)[:800]
    return answer.get_data(as_text=True)


def send(client: FlaskClient, address: str, page: str = "/jobs/portfolio") -> object:
    return client.post(address, data={"csrf_token": csrf_of(html(client, page))})


def broken(house: House, *, dead: bool = False) -> str:
    @handler("broken")
    def fail(run: Run) -> None:
        raise ValueError("no such file")

    job_id = queue(house, "broken")
    for _ in range(5 if dead else 1):
        drain(house.instance)
        if dead:
            house.instance.clock.forward(hours=2)  # type: ignore[attr-defined]
    return job_id


def test_an_idle_house(house: House) -> None:
    page = html(house.client("chenan"), "/jobs")
    idle = ("没有正在运行或排队的后台作业", "没有失败的后台作业", "没有等待中的定时器", "没有进程在调度", "没有积压")
    for words in idle:
        assert words in page
    assert 'hx-trigger="every 2s"' not in page, "nothing moves, nothing is asked"


def test_queue_leader_ledger_and_timers(house: House) -> None:
    start = house.instance.clock()
    queue(house)
    with house.work() as work:
        jobs.queue(work, "exposure.refresh", due_at=start + timedelta(hours=1))
        jobs.set_timer(work, "exposure.refresh", "system", start + timedelta(days=1), every_seconds=86400)
    house.instance.clock.forward(minutes=5)  # type: ignore[attr-defined]
    assert ticker.tick(house.instance, "host:1")
    with house.reading("chenan") as view:
        found = queries.queue(view)
        timers = queries.timers(view)
    assert (found.depth, found.later, found.running, found.failed, found.dead) == (1, 1, 0, 0, 0)
    assert found.oldest == start
    assert (found.holder, found.led, found.busy) == ("host:1", True, True)
    assert (found.lag, found.behind) == (0, 0)
    assert found.size is not None
    assert [timer.every for timer in timers] == [timedelta(days=1)]
    page = html(house.client("chenan"), "/jobs")
    for words in ("最早一项已等待", "全部客户重评", "更新敞口与逾期", "每 1 天", "host:1", "席位有效至"):
        assert words in page
    assert 'hx-trigger="every 2s"' in page


def test_progress_is_fetched_while_something_moves_and_then_the_page_is_fetched_anew(house: House) -> None:
    job_id = queue(house)
    run = claim(house.instance)
    assert run is not None
    with run.chunk() as chunk:
        chunk.progress, chunk.total = 40, 100
    client = house.client("chenan")
    for address in ("/jobs", f"/jobs/{job_id}"):
        answer = client.get(address, headers={"HX-Request": "true", "HX-Target": "live"})
        part = answer.get_data(as_text=True)
        assert "<html" not in part
        assert 'value="40" max="100"' in part
        assert 'hx-trigger="every 2s"' in part
        assert "HX-Refresh" not in answer.headers
    with run.chunk() as chunk:
        chunk.last = True
    for address in ("/jobs", f"/jobs/{job_id}"):
        answer = client.get(address, headers={"HX-Request": "true", "HX-Target": "live"})
        assert answer.headers["HX-Refresh"] == "true"
        assert "every 2s" not in answer.get_data(as_text=True)


def test_a_failure_is_shown_with_its_error_and_runs_again(house: House) -> None:
    job_id = broken(house, dead=True)
    client = house.client("chenan")
    page = html(client, "/jobs")
    assert "ValueError: no such file" in page
    assert "失败，已停止" in page
    assert "重新运行" in html(client, f"/jobs/{job_id}")
    answer = send(client, f"/jobs/{job_id}/retry", f"/jobs/{job_id}")
    assert (answer.status_code, answer.location) == (303, "/jobs")
    assert "已重新排队" in html(client, "/jobs")
    assert row(house, job_id).status == "queued"
    with house.work() as work:
        verbs = list(work.session.scalars(select(Entry.verb).where(Entry.subject_id == job_id)))
    assert verbs == ["job.retried"]


def test_a_lost_process_is_told_in_words(house: House) -> None:
    job_id = queue(house)
    with house.work() as work:
        work.session.execute(update(Job).where(Job.id == job_id).values(status="dead", error="job.lost"))
    assert "运行它的进程多次意外退出" in html(house.client("chenan"), f"/jobs/{job_id}")


def test_cancel_at_once_while_it_waits_and_at_the_next_chunk_while_it_runs(house: House) -> None:
    waiting = queue(house, "exposure.refresh")
    client = house.client("chenan")
    assert send(client, f"/jobs/{waiting}/cancel", f"/jobs/{waiting}").status_code == 303
    assert row(house, waiting).status == "cancelled"
    running = queue(house)
    assert claim(house.instance) is not None
    send(client, f"/jobs/{running}/cancel", f"/jobs/{running}")
    assert row(house, running).cancel_asked
    page = html(client, f"/jobs/{running}")
    assert "将在当前一批结束后停止" in page
    assert "正在取消" in page
    answer = send(client, f"/jobs/{waiting}/cancel", f"/jobs/{running}")
    assert answer.status_code == 409
    assert "这个后台作业已经结束（已取消）" in answer.get_data(as_text=True)
    answer = send(client, f"/jobs/{running}/retry", f"/jobs/{running}")
    assert answer.status_code == 409
    assert "当前为「运行中」" in answer.get_data(as_text=True)


def test_a_job_that_is_not_there(house: House) -> None:
    client = house.client("chenan")
    assert client.get("/jobs/" + "0" * 32).status_code == 404
    assert send(client, "/jobs/" + "0" * 32 + "/retry").status_code == 404


def test_who_may_see_and_who_may_act(house: House) -> None:
    job_id = queue(house)
    for username in ("lina", "zhenghua", "heping", "hanxue"):
        client = house.client(username)
        assert client.get("/jobs").status_code == 403
        assert client.get(f"/jobs/{job_id}").status_code == 403
    assert house.client("lina").get("/jobs/portfolio").status_code == 403
    assert house.client("zhenghua").get("/jobs/portfolio").status_code == 200
    assert house.client("chenan").get("/jobs/portfolio").status_code == 200
    client = house.client("chenan")
    assert "开始重评" not in html(client, "/jobs/portfolio"), "an admin sees it, the business starts it"
    assert send(client, "/jobs/portfolio").status_code == 403


def test_rating_everybody_is_queued_once_and_shows_how_far_it_is(house: House) -> None:
    client = house.client("zhenghua")
    assert "还没有运行过" in html(client, "/jobs/portfolio")
    answer = send(client, "/jobs/portfolio")
    assert answer.status_code == 422
    assert "还没有客户可评级" in answer.get_data(as_text=True)
    fill(house, 8)
    assert send(client, "/jobs/portfolio").status_code == 303
    page = html(client, "/jobs/portfolio")
    assert "已排队" in page
    assert 'hx-trigger="every 2s"' in page
    assert "开始重评" not in page
    answer = send(client, "/jobs/portfolio")
    assert answer.status_code == 409
    assert "「全部客户重评」已在排队或运行" in answer.get_data(as_text=True)
    with house.work() as work:
        assert len(work.session.scalars(select(Job.id)).all()) == 1
    drain(house.instance)
    page = html(client, "/jobs/portfolio")
    assert "已完成" in page
    assert "开始重评" in page
    with house.work() as work:
        assert work.session.scalars(select(Customer.rating_id)).all().count(None) == 0
    assert send(client, "/jobs/portfolio").status_code == 303, "and again once it is done"


def test_only_one_open_even_when_two_ask_at_once_or_an_old_one_is_run_again(house: House) -> None:
    fill(house, 2)
    with house.work("zhenghua") as work:
        first = rerating.start(work).id
    with house.work("chenan") as work:
        jobs.cancel(work, first)
    with house.work("zhenghua") as work:
        second = rerating.start(work)
        assert second.unique_key == "single:ratings.portfolio#2"
    with house.work("chenan") as work, pytest.raises(Conflict, match=r"job\.already_open"):
        jobs.retry(work, first)
    with pytest.raises(Conflict), house.work("zhenghua") as work:
        rerating.start(work)


def test_rating_everybody_needs_a_right_over_everybody(house: House) -> None:
    narrow = Viewer("x", "x", "x", "zh-CN", (Grant(Role.RISK, Scope.DEPARTMENT),), department_id="d")
    with pytest.raises(Forbidden), begin_work(house.instance, Actor.of(narrow)) as work:
        rerating.start(work)


def test_rating_everybody_needs_something_to_rate_with(crew: Crew) -> None:
    crew.hire("rita", Role.RISK)
    client = crew.client("rita")
    answer = send(client, "/jobs/portfolio")
    assert answer.status_code == 422
    assert "尚未发布信用政策或评分卡" in answer.get_data(as_text=True)


def test_english_has_no_chinese(house: House) -> None:
    job_id = broken(house)
    client = house.client("chenan")
    token = csrf_of(html(client, "/jobs/portfolio"))
    client.post("/language", data={"lang": "en", "next": "/jobs", "csrf_token": token})
    for address in ("/jobs", f"/jobs/{job_id}", "/jobs/portfolio"):
        page = re.sub(r"<script.*?</script>|陈安|中|信衡|信息部", "", html(client, address), flags=re.S)
        assert not re.search("[\u4e00-\u9fff]", page.split("<main", 1)[-1]), address


def test_the_list_of_jobs_takes_as_many_statements_for_fifty_as_for_none(house: House) -> None:
    for _ in range(60):
        queue(house)
    with house.reading("chenan") as view, statements(house.instance.database.read) as seen:
        found = queries.queue(view)
        assert len(seen) == 5
    assert len(found.active) == 50
    assert found.depth == 60
    assert not any("arguments" in each for each in seen), "lists leave the documents where they are"
