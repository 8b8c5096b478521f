"""The board's figures are the sums of the rows behind them, to the cent, and of no row the reader may not see."""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from app.access import Forbidden, Grant, Role, Scope, Viewer
from app.edge.transaction import begin_reading
from app.models.case import Case, CreditRequest, Decision, Task
from app.models.credit import CreditLimit
from app.models.customer import Customer
from app.models.definition import Definition
from app.models.people import User
from app.queries import board, board_cases, board_limits, customers
from app.queries.board_cases import CaseFilters
from app.queries.keyset import Place
from app.work import SYSTEM_SUBJECT, Verb
from tests.app.statements import statements
from tests.builders import House

GRADES = (("AAA", 0), ("AA", 1), ("B", 5), (None, None))
INDUSTRIES = [(f"C{n:02}", f"行业{n}") for n in range(13)] + [(None, None)]


def fill(house: House, count: int = 120) -> list[dict[str, Any]]:
    """Customers with amounts to the hundredth of a cent, of two departments."""
    rng = random.Random(11)
    with house.work() as work:
        owners = work.session.execute(
            select(User.id, User.department_id).where(User.username.in_(("lina", "zhangwei"))).order_by(User.username)
        ).all()
        rows = []
        for n in range(count):
            grade, rank = rng.choice(GRADES)
            code, industry = INDUSTRIES[n % len(INDUSTRIES)]
            owner = owners[n % 2]
            limit = Decimal(rng.randint(0, 10**9)).scaleb(-2) if n % 3 else None
            exposure = None if n % 17 == 0 else Decimal(rng.randint(0, 10**11)).scaleb(-4)
            rows.append({
                "number": f"T{n:05}", "name": f"客户{n}", "sort_name": f"kehu{n:05}", "industry_code": code,
                "industry": industry, "grade": grade, "grade_rank": rank, "limit_amount": limit, "exposure": exposure,
                "overdue": None if exposure is None else exposure * (n % 4 == 0), "owner_id": owner.id,
                "department_id": owner.department_id, "source": "test", "created_at": work.now,
                "changed_at": work.now,
            })  # fmt: skip
        made = [Customer(**row) for row in rows]
        work.session.add_all(made)
        work.session.flush()
        for row, customer in zip(rows, made, strict=True):
            row["id"] = customer.id
            if row["limit_amount"] is not None:
                work.session.add(
                    CreditLimit(
                        customer_id=customer.id, amount=row["limit_amount"], currency="CNY", payment_mode="terms",
                        valid_from=work.now, valid_to=work.today,
                    )
                )  # fmt: skip
        work.record(Verb.CUSTOMERS_IMPORTED, SYSTEM_SUBJECT, {"rows": count})
    return rows


def total(rows: list[dict[str, Any]], name: str) -> Decimal:
    return sum((row[name] or Decimal(0) for row in rows), Decimal(0))


def test_every_figure_is_the_sum_of_its_rows(house: House) -> None:
    rows = fill(house)
    with house.reading("heping") as view:
        found = board.portfolio(view)
    whole, limited = found.total, [row for row in rows if row["limit_amount"] is not None]
    over = [row for row in limited if row["exposure"] is not None and row["exposure"] > row["limit_amount"]]
    assert whole.customers == len(rows)
    assert whole.rated == sum(1 for row in rows if row["grade"])
    assert (whole.limited, whole.limit) == (len(limited), total(rows, "limit_amount"))
    assert (whole.exposure, whole.overdue) == (total(rows, "exposure"), total(rows, "overdue"))
    assert whole.used == total(limited, "exposure")
    assert whole.late == sum(1 for row in rows if row["overdue"])
    assert (whole.over, whole.excess) == (len(over), total(over, "exposure") - total(over, "limit_amount"))
    assert whole.utilisation == customers.utilisation(whole.limit, whole.used)
    assert found.at == house.instance.clock()


def test_grades_and_industries_add_up_to_the_whole(house: House) -> None:
    rows = fill(house)
    with house.reading("heping") as view:
        found = board.portfolio(view)
    assert [line.grade for line in found.grades] == ["AAA", "AA", "B", None], "best first, unrated last"
    for line in found.grades:
        mine = [row for row in rows if row["grade"] == line.grade]
        assert (line.figures.customers, line.figures.exposure) == (len(mine), total(mine, "exposure"))
    assert len(found.industries) == board.TOP
    assert found.others is not None
    lines = [*found.industries, found.others]
    assert sum(line.figures.exposure for line in lines) == found.total.exposure
    assert sum(line.figures.customers for line in lines) == len(rows)
    exposures = [line.figures.exposure for line in found.industries]
    assert exposures == sorted(exposures, reverse=True)
    names = dict(INDUSTRIES)
    assert all(line.name == names[line.code] for line in found.industries)
    largest = sorted((row["exposure"] or Decimal(0) for row in rows), reverse=True)[: board.TOP]
    assert [line.exposure for line in found.top] == largest
    assert found.top_share == board.share(sum(largest), found.total.exposure)


def test_the_lists_behind_the_figures_hold_just_those_rows(house: House) -> None:
    fill(house)
    with house.reading("heping") as view:
        found = board.portfolio(view)
        everybody = walk_customers(view, customers.Filters())
        assert sum(row.exposure or 0 for row in everybody) == found.total.exposure
        assert sum(row.limit or 0 for row in everybody) == found.total.limit
        for line in found.grades:
            listed = walk_customers(view, customers.Filters(grade=line.grade or customers.UNRATED))
            assert len(listed) == line.figures.customers
        for line in found.industries:
            if line.code:
                listed = walk_customers(view, customers.Filters(industry=line.code))
                assert sum(row.exposure or 0 for row in listed) == line.figures.exposure
        assert len(walk_customers(view, customers.Filters(over_limit=True))) == found.total.over
        late = walk_customers(view, customers.Filters(overdue=True))
        assert sum(row.overdue or 0 for row in late) == found.total.overdue
        limits = walk_limits(view)
        assert sum(row.limit for row in limits) == found.total.limit
        assert sum(row.exposure or 0 for row in limits) == found.total.used
        assert len(walk_limits(view, over=True)) == found.total.over
        assert len(walk_limits(view, "AAA")) == next(g.figures.limited for g in found.grades if g.grade == "AAA")


def walk_customers(view: Any, filters: customers.Filters) -> list[Any]:
    rows, after = [], None
    while True:
        page = customers.page(view, filters, Place(after=after))
        rows += page.rows
        after = page.next
        if after is None:
            return rows


def walk_limits(view: Any, grade: str = "", *, over: bool = False) -> list[Any]:
    rows, after = [], None
    while True:
        page, found = board_limits.limits(view, grade, Place(after=after), over=over)
        rows += page
        after = found.next
        if after is None:
            return rows


def test_only_rows_of_ones_own_scope_are_counted(house: House) -> None:
    rows = fill(house)
    with house.reading("lina") as view:
        east, viewer = view.viewer.department_id, view.viewer
    narrow = Viewer(viewer.id, "", "", "zh-CN", (Grant(Role.MANAGER, Scope.DEPARTMENT),), department_id=east)
    with begin_reading(house.instance, narrow) as view:
        found = board.portfolio(view)
    mine = [row for row in rows if row["department_id"] == east]
    assert 0 < len(mine) < len(rows)
    assert (found.total.customers, found.total.exposure) == (len(mine), total(mine, "exposure"))
    assert {line.id for line in found.top} <= {row["id"] for row in mine}
    with house.reading("lina") as view:
        for ask in (board.portfolio, board_cases.overview):
            with pytest.raises(Forbidden):
                ask(view)
        with pytest.raises(Forbidden):
            board_limits.limits(view, "", Place())
        with pytest.raises(Forbidden):
            board_cases.cases(view, CaseFilters(), Place())


def test_an_empty_house_has_zeros_and_no_ratios(house: House) -> None:
    with house.reading("heping") as view:
        found, cases = board.portfolio(view), board_cases.overview(view)
    assert found.total == board.Figures()
    assert (found.total.utilisation, found.total.overdue_share, found.total.rated_share, found.top_share) == (None,) * 4
    assert (found.grades, found.industries, found.others, found.top) == ((), (), None, ())
    assert (cases.total, cases.average_days, cases.median_hours, cases.steps) == (0, None, None, ())


def open_cases(house: House) -> None:
    """Cases of known ages, steps and endings; the clock stands at 09:00 on the 5th of January in Shanghai."""
    rows = fill(house, 20)
    with house.work() as work:
        pins = {row.kind: row.id for row in work.session.scalars(select(Definition))}
        lina = house.ids["lina"]
        number = 0

        def case(status: str, age: timedelta, took: timedelta | None = None, step: str | None = None) -> None:
            nonlocal number
            number += 1
            at = work.now - age
            customer = rows[number - 1]["id"]
            amount = Decimal(number * 1000)
            common = {"number": f"SX{number}", "customer_id": customer, "amount": amount, "status": status}
            request = CreditRequest(
                **common, flow_key="credit_approval", form_id=pins["form"], answers={}, applicant_id=lina,
                created_at=at, changed_at=at,
            )  # fmt: skip
            work.session.add(request)
            work.session.flush()
            made = Case(
                **common, request_id=request.id, applicant_id=lina, flow_id=pins["flow"], form_id=pins["form"],
                scorecard_id=pins["scorecard"], policy_id=pins["policy"], title="x", state={}, opened_at=at,
                changed_at=at, closed_at=None if took is None else at + took,
            )  # fmt: skip
            work.session.add(made)
            work.session.flush()
            for seat in ("t1", "t2") if step else ():
                work.session.add(Task(
                    case_id=made.id, key=seat, step=step, round=1, assignee_id=lina, status="open", why={},
                    opened_at=at, applicant_id=lina, customer_id=customer, customer_name="x", number=made.number,
                    kind="new", step_label={"zh-CN": f"环节{step}", "en": step}, amount=made.amount,
                ))  # fmt: skip
            if status == "returned":
                work.session.flush()
                task = Task(
                    case_id=made.id, key="t9", step="finance", round=1, assignee_id=lina, status="done", why={},
                    opened_at=at, applicant_id=lina, customer_id=customer, customer_name="x", number=made.number,
                    kind="new", step_label={}, amount=made.amount,
                )  # fmt: skip
                work.session.add(task)
                work.session.flush()
                work.session.add(Decision(
                    case_id=made.id, task_id=task.id, actor_id=lina, answer="return", answers_hash="x", at=work.now,
                ))  # fmt: skip

        hours = lambda n: timedelta(hours=n)  # noqa: E731
        case("running", hours(2), step="sales")
        case("running", hours(24 * 5), step="sales")
        case("running", hours(24 * 40), step="finance")
        case("returned", hours(24 * 10))
        case("error", hours(24 * 20))
        case("approved", hours(90), hours(10))
        case("approved", hours(80), hours(20))
        case("rejected", hours(70), hours(60))
        case("withdrawn", hours(60), hours(1))
        case("approved", hours(24 * 30), hours(2))  # closed in December
        work.record(Verb.CUSTOMERS_IMPORTED, SYSTEM_SUBJECT, {"rows": 0})


def test_open_cases_by_age_step_and_status(house: House) -> None:
    open_cases(house)
    with house.reading("heping") as view:
        found = board_cases.overview(view)
    assert found.open == {"running": 3, "returned": 1, "error": 1}
    assert found.total == 5
    assert found.amount == Decimal(1000 + 2000 + 3000 + 4000 + 5000)
    assert {k: v for k, v in found.ages["running"].items() if v} == {"d3": 1, "d7": 1, "older": 1}
    assert found.ages["returned"]["d15"] == found.ages["error"]["d30"] == 1
    assert found.average_days == Decimal("15.0")
    assert found.over_a_week == 3
    assert [(line.step, line.cases, line.amount) for line in found.steps] == [
        ("sales", 2, Decimal(3000)), ("finance", 1, Decimal(3000)),
    ]  # fmt: skip
    assert found.steps[0].label["zh-CN"] == "环节sales"


def test_what_this_month_decided(house: House) -> None:
    open_cases(house)
    with house.reading("heping") as view:
        found = board_cases.overview(view)
    assert found.decided == {"approved": 2, "rejected": 1, "withdrawn": 1}
    assert found.returned == 1
    assert found.median_hours == Decimal("20.0"), "of 10, 20 and 60"
    assert found.month.isoformat() == "2026-01-01"
    with house.work() as work:
        last = work.session.scalars(select(Case).where(Case.status == "rejected")).one()
        last.closed_at = work.now - timedelta(days=10)
        work.record(Verb.CUSTOMERS_IMPORTED, SYSTEM_SUBJECT, {"rows": 0})
    with house.reading("heping") as view:
        assert board_cases.overview(view).median_hours == Decimal("15.0"), "the mean of 10 and 20"


def test_the_lists_of_cases_hold_what_was_counted(house: House) -> None:
    open_cases(house)
    with house.reading("heping") as view:
        found = board_cases.overview(view)

        def listed(**narrowed: str) -> int:
            rows, _ = board_cases.cases(view, CaseFilters(**narrowed), Place())
            return len(rows)

        assert listed() == 10
        assert listed(status="open") == found.total
        for status, count in found.open.items():
            assert listed(status=status) == count
            for age, some in found.ages[status].items():
                assert listed(status=status, age=age) == some
        for line in found.steps:
            assert listed(step=line.step) == line.cases
        for status, count in found.decided.items():
            assert listed(status=f"{status}_this_month") == count
        assert listed(status="returned_this_month") == found.returned
        assert listed(status="nonsense") == 0
        rows, _ = board_cases.cases(view, CaseFilters(step="sales"), Place())
        assert [row.step for row in rows] == [{"zh-CN": "环节sales", "en": "sales"}] * 2
        assert Counter(row.applicant for row in rows) == {"李娜": 2}


def test_as_many_statements_for_many_rows_as_for_few(house: House) -> None:
    open_cases(house)
    with house.reading("heping") as view, statements(house.instance.database.read) as seen:
        seen.clear()
        board.portfolio(view)
        board_cases.overview(view)
        assert len(seen) <= 9
        seen.clear()
        board_cases.cases(view, CaseFilters(), Place())
        board_limits.limits(view, "", Place())
        assert len(seen) <= 4
