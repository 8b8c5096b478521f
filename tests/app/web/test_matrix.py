"""Every route × role × own or other customer equals the table in matrix.csv; a new route must be looked at and added.

Reading routes are really opened; of acting routes the rule is evaluated, since opening them would act. The table is
written anew by ``pytest tests/app/web/test_matrix.py --rewrite``: read the change before keeping it.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.routing import Rule

from app.access import Right, Role
from app.edge.pages import Open
from app.models.case import Case, Task
from app.models.credit import Rating
from app.models.ledger import Entry
from app.models.people import Department, Post
from app.services import ratings, records
from app.services.viewers import viewer_of
from tests.app.desk import apply_for, bring
from tests.app.services.filed import image, put
from tests.builders import House

GOLDEN = Path(__file__).with_name("matrix.csv")
# One person of each role; sales come twice, as the owner of the case and as a colleague of another region.
PEOPLE = {
    "sales": "lina",
    "sales_other": "zhangwei",
    "sales_head": "wangqiang",
    "finance": "sunli",
    "risk": "liuyang",
    "general_manager": "gaoyuan",
    "business_admin": "zhoumin",
    "auditor": "hanxue",
    "manager": "heping",
    "system_admin": "chenan",
}
UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}


def sample(house: House) -> dict[str, str]:
    """A customer of lina's with a case on its way, and one of each other thing an address can name."""
    customer = bring(house, "C2", owner="lina")
    case_id = apply_for(house, customer)
    with house.work("lina") as work:
        visit = {"customer": customer, "visited_on": "2025-12-20", "met": "王总", "impression": "good", "report": "好"}
        record_id = records.create(work, "site_visits", visit).id
    photo = put(house, "lina", image(), "照片.png")
    with house.work() as work:
        session = work.session
        case = session.get_one(Case, case_id)
        task = session.scalars(select(Task).where(Task.case_id == case_id)).first()
        rating = session.scalars(select(Rating).where(Rating.customer_id == customer)).first()
        entry = session.scalars(select(Entry).where(Entry.case_id == case_id)).first()
        department = session.scalars(select(Department.id).order_by(Department.key)).first()
        post = session.scalars(select(Post.id).order_by(Post.key)).first()
        assert task is not None
        assert rating is not None
        assert entry is not None
        return {
            "customer_id": customer, "case_id": case_id, "request_id": case.request_id, "task_id": task.id,
            "rating_id": rating.id, "entry_id": str(entry.id), "department_id": department or "", "post_id": post or "",
            "user_id": house.ids["lina"], "session_id": "0" * 32, "token_id": "0" * 32, "job_id": "0" * 32,
            "upload_id": "0" * 32, "kind": "scorecard", "key": "customer_rating", "version": "1",
            "subject_type": "case", "subject_id": case_id, "name": "app.css", "number": "C2", "filename": "x.xlsx",
            "document": "R-1", "tab": "rating", "row": "0", "field": "guarantees", "place": "0",
            "book": "site_visits", "record_id": record_id, "view_id": "0" * 32, "form": "csv",
            "hash": photo.hash,
        }  # fmt: skip


def address(app: Flask, rule: Rule, values: dict[str, str]) -> str:
    missing = sorted(rule.arguments - values.keys() - set(rule.defaults or ()))
    assert not missing, f"{rule.rule} needs a sample for {missing}"
    chosen = {name: values[name] for name in rule.arguments if name in values}
    numbers = ("version", "entry_id", "row", "place")
    built = {name: int(value) if name in numbers else value for name, value in chosen.items()}
    return app.url_map.bind("localhost").build(rule.endpoint, {**(rule.defaults or {}), **built}, method="GET")


def verdict(status: int) -> str:
    assert status < 500, status
    return {401: "401", 403: "403", 404: "404"}.get(status, "open")


def rules_of(app: Flask, rule: Rule, method: str) -> tuple[object, ...]:
    view = app.view_functions[rule.endpoint]
    if hasattr(view, "view_class"):
        view = getattr(view.view_class, method.lower())
    found: tuple[object, ...] = view.__access__
    return found


def table(house: House) -> list[tuple[str, str, str, str]]:
    app, values = house.app, sample(house)
    viewers = {}
    with house.work() as work:
        for role, name in PEOPLE.items():
            viewers[role] = viewer_of(work.session, house.ids[name])
    clients = {role: house.client(name) for role, name in PEOPLE.items()}
    clients["anonymous"] = app.test_client()
    rows = []
    for rule in sorted(app.url_map.iter_rules(), key=lambda r: (r.rule, r.endpoint)):
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            for role, client in clients.items():
                marks = rules_of(app, rule, method)
                if method == "GET" and not rule.rule.startswith("/api/"):
                    answer = client.get(address(app, rule, values), follow_redirects=False)
                    to_door = answer.status_code == 303 and "/sign-in" in answer.headers.get("Location", "")
                    found = "sign-in" if to_door else verdict(answer.status_code)
                    answer.close()  # a file is sent from where it lies
                else:
                    viewer = viewers.get(role)
                    found = "open" if _may(marks, viewer) else ("403" if viewer else "sign-in")
                rows.append((method, rule.rule, role, found))
    return rows


def _may(marks: tuple[object, ...], viewer: object) -> bool:
    if Open.PUBLIC in marks:
        return True
    if viewer is None:
        return False
    return any(isinstance(mark, Open) or (isinstance(mark, Right) and viewer.may(mark)) for mark in marks)  # type: ignore[attr-defined]


def pivot(rows: list[tuple[str, str, str, str]]) -> str:
    """One line a route, one column a role."""
    roles = [*PEOPLE, "anonymous"]
    by_route: dict[tuple[str, str], dict[str, str]] = {}
    for method, rule, role, found in rows:
        by_route.setdefault((rule, method), {})[role] = found
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["method", "route", *roles])
    for (rule, method), found in sorted(by_route.items()):
        writer.writerow([method, rule, *(found[role] for role in roles)])
    return out.getvalue()


def test_every_route_for_every_role(house: House, request: pytest.FixtureRequest) -> None:
    with house.work() as work:
        ratings.model_in_force(work.session)  # published: nothing below is closed for want of a Definition
    found = pivot(table(house))
    if request.config.getoption("--rewrite"):
        GOLDEN.write_text(found, "utf-8")
    assert found.splitlines() == GOLDEN.read_text("utf-8").splitlines()
    assert len(Role) == 8
