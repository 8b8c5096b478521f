"""Every page that a menu or a list leads to, as the person who works there, in both languages and three widths.

Gates: no fault found by axe, no console error, no report of the Content-Security-Policy, no horizontal scroll.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest

from app import create_app
from app.edge.runtime import EXTENSION
from app.edge.transaction import begin_work
from app.services import definitions
from app.work import SYSTEM
from config import Settings
from tests.stories.conftest import SignIn
from tests.stories.gates import faults, in_language, watched
from tests.stories.place import Place

pytestmark = pytest.mark.browser

PAGES: dict[str, tuple[str, ...]] = {
    "lina": (
        "/customers", "/customers/{customer}", "/customers/{customer}/rating", "/customers/{customer}/ratings",
        "/customers/{customer}/evidence", "/customers/{customer}/credit", "/customers/{customer}/requests",
        "/customers/{customer}/occurrences", "/customers/{customer}/edit", "/customers/new", "/requests",
        "/requests/new", "/requests/{request}", "/me", "/customers?q=%E6%B2%A1%E6%9C%89%E8%BF%99%E5%AE%B6",
    ),
    "wangqiang": ("/inbox", "/inbox/tasks/{task}", "/inbox/done", "/inbox/copies", "/inbox/started"),
    "sunli": ("/imports", "/ratings", "/board", "/inbox/cases/{case}"),
    "zhoumin": (
        "/studio", "/studio/gallery", "/studio/gallery/form/payment_plan", "/studio/gallery/flow/credit_approval",
        "/studio/publications", "/studio/form/credit_request", "/studio/new",
        "/studio/scorecard/customer_rating", "/studio/flow/credit_approval", "/studio/policy/customer_credit",
        "/studio/scorecard/customer_rating/2/design", "/studio/table/payment_terms/2/design",
        "/studio/flow/credit_approval/1/json", "/studio/import", "/studio/table/payment_terms/1/workbook/bring",
        "/studio/flow/credit_approval/versions",
        "/studio/functions", "/studio/functions?dialect=excel", "/studio/functions?q=zzzz&try=1%2F0",
    ),
    "hanxue": ("/trail", "/trail/subjects/case/{case}", "/trail/entries/{entry}", "/trail/verify"),
    "heping": ("/board", "/board/cases", "/board/limits"),
    "chenan": ("/jobs", "/admin/users", "/admin/departments", "/admin/posts", "/admin/sessions", "/admin/settings",
               "/admin/demo"),
}  # fmt: skip
QUERIES = {
    "customer": "SELECT id FROM customers WHERE number = 'C1'",
    "request": "SELECT r.id FROM credit_requests r JOIN users u ON u.id = r.applicant_id WHERE u.username = 'lina' "
    "AND r.status = 'running' LIMIT 1",
    "task": "SELECT t.id FROM tasks t JOIN users u ON u.id = t.assignee_id WHERE u.username = 'wangqiang' "
    "AND t.status = 'open' LIMIT 1",
    "case": "SELECT id FROM cases WHERE status = 'approved' LIMIT 1",
    "entry": "SELECT id FROM entries WHERE verb = 'decision.made' LIMIT 1",
}


@pytest.fixture(scope="module")
def subjects(demo: Place) -> Iterator[dict[str, str]]:
    instance = create_app(Settings(home=demo.home, jobs="off")).extensions[EXTENSION]
    with begin_work(instance, SYSTEM) as work:  # a draft, for its designer
        definitions.restore(work, definitions.find(work.session, "scorecard", "customer_rating"))
        definitions.restore(work, definitions.find(work.session, "table", "payment_terms"))
    instance.database.dispose()
    connection = sqlite3.connect(demo.home / "credence.db")
    yield {name: str(connection.execute(query).fetchone()[0]) for name, query in QUERIES.items()}
    connection.close()


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("who", sorted(PAGES))
def test_pages_pass_the_gates(
    demo: Place, subjects: dict[str, str], sign_in: SignIn, who: str, language: str
) -> None:
    page = sign_in(demo, who)
    messages = watched(page)
    in_language(page, language)
    found: list[str] = []
    for path in PAGES[who]:
        answer = page.goto(path.format(**subjects), wait_until="networkidle")
        assert answer is not None
        if answer.status != 200:
            found.append(f"{path}: answers {answer.status}")
            continue
        assert page.locator("html").get_attribute("lang") == language
        found += faults(page, messages, path)
    assert found == []
