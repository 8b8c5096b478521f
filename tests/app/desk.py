"""Customers of the worked example in a furnished house, and requests for them on their way."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import select

from app.gallery.portfolio.worked import worked_customers
from app.models.case import Case, Task
from app.services import cases, customers, evidence, limits, requests
from app.work import SYSTEM_SUBJECT, Verb
from tests.builders import House


def bring(house: House, key: str = "C2", owner: str = "lina", number: str | None = None) -> str:
    """One customer of the worked example with all its signals as evidence; returns the id."""
    worked = next(each for each in worked_customers() if each.key == key)
    file = worked.customer
    with house.work() as work:
        row = customers.create(
            work,
            {
                "number": number or key,
                "name": file.name,
                "credit_code": file.credit_code if number is None else None,
                "industry": file.industry,
                "variant": file.model_variant,
                "currency": "CNY",
            },
            source="desk",
            owner_id=house.ids[owner],
        )
        facts = {name: format(v, "f") if isinstance(v, Decimal) else v for name, v in worked.signals.items()}
        evidence.store(work, row.id, "behaviour", "test", worked.as_of, facts)
        return row.id


def owe(house: House, customer_id: str, amount: str) -> None:
    """An open receivable of this amount."""
    with house.work() as work:
        row = {
            "customer_id": customer_id,
            "category": "open_receivable",
            "document": f"R-{customer_id[-6:]}",
            "amount": Decimal(amount),
            "currency": "CNY",
            "amount_cny": Decimal(amount),
            "issued_on": work.today,
            "due_on": None,
            "ships_on": None,
        }
        limits.replace_items(work, "test", [row], [customer_id])
        work.record(Verb.ITEMS_IMPORTED, SYSTEM_SUBJECT, {"rows": 1})


def answers(customer_id: str, limit: str = "200000", **more: Any) -> dict[str, Any]:
    """What a salesperson types."""
    return {
        "customer": customer_id,
        "request_kind": "new",
        "limit": limit,
        "term_days": "30",
        "reason": "春季订单增加，申请赊销额度",
        **more,
    }


def apply_for(house: House, customer_id: str, limit: str = "200000", by: str = "lina", **more: Any) -> str:
    """Draft and submit in one go; returns the case's id."""
    with house.work(by) as work:
        row = requests.draft(work, answers(customer_id, limit, **more))
        return requests.submit(work, row, row.row_version, {}).id


def open_tasks(house: House, case_id: str) -> list[Task]:
    with house.work() as work:
        query = select(Task).where(Task.case_id == case_id, Task.status.in_(("open", "claimed")))
        return list(work.session.scalars(query.order_by(Task.opened_at, Task.id)))


def task_for(house: House, case_id: str, by: str | None = None) -> Task:
    """The first open task of a case, or the one of this person where each has an own."""
    found = open_tasks(house, case_id)
    mine = [task for task in found if by is not None and task.assignee_id == house.ids[by]]
    return (mine or found)[0]


def answer(house: House, case_id: str, by: str, given: str = "approve", comment: str = "", **more: Any) -> str:
    """Let `by` answer an open task of the case; returns the case's status."""
    task = task_for(house, case_id, by)
    with house.work(by) as work:
        return cases.decide(work, task.id, task.row_version, given, comment, **more).status


def case_of(house: House, case_id: str) -> Case:
    with house.work() as work:
        return work.session.get_one(Case, case_id)


def tasks_of(house: House, case_id: str) -> list[tuple[str, str, str | None]]:
    """(step, status, answer) of every task, in the order they were opened."""
    with house.work() as work:
        rows = work.session.scalars(select(Task).where(Task.case_id == case_id)).all()
        return [(row.step, row.status, row.answer) for row in sorted(rows, key=lambda row: int(row.key[1:]))]
