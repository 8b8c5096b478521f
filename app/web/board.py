"""The board of managers: the portfolio and the cases at a glance, each figure one click from the rows it is made of."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request, url_for

from app.access import Right
from app.edge.asked import place, ways
from app.edge.locale import grade_class, label, plain_wan, t
from app.edge.pages import access
from app.edge.transaction import reading
from app.models.case import OPEN_STATUSES
from app.queries import board as figures
from app.queries import board_cases, board_limits
from app.queries.board_cases import AGES, DECIDED, CaseFilters
from app.queries.customers import UNRATED
from app.services.offers import offered

blueprint = Blueprint("board", __name__, url_prefix="/board")
CLOSED = (*DECIDED, "withdrawn", "voided")


@blueprint.get("")
@access(Right.BOARD_READ)
def overview() -> str:
    with reading() as view:
        portfolio = figures.portfolio(view)
        cases = board_cases.overview(view)
        expired = board_limits.expired_count(view)
        choices = offered(view.session)
    return render_template(
        "board/overview.html", portfolio=portfolio, cases=cases, expired=expired, choices=choices, ages=AGES,
        closed=CLOSED, grades=_grades(portfolio), amounts=_amounts(portfolio), by_age=_by_age(cases),
        rows=_rows_of, rate=url_for("jobs.portfolio"),
    )  # fmt: skip


def _rows_of(**narrowed: Any) -> str:
    """The list of customers behind a figure."""
    return url_for("desk.customers", **narrowed)


def _grade_words(grade: str | None) -> str:
    return grade or t("ui.grade.none")


def _grades(portfolio: figures.Portfolio) -> dict[str, Any]:
    """Customers by grade, best first, each bar in the colour of its grade."""
    lines = portfolio.grades
    return {
        "kind": "bar",
        "name": t("board.customers"),
        "unit": t("board.unit.customers"),
        "x": [_grade_words(line.grade) for line in lines],
        "values": [line.figures.customers for line in lines],
        "styles": [grade_class(line.grade) for line in lines],
    }


def _amounts(portfolio: figures.Portfolio) -> dict[str, Any]:
    """Limits, exposure and what of it is overdue, side by side for each grade."""
    lines = portfolio.grades
    series = {
        "board.limit": [plain_wan(line.figures.limit) for line in lines],
        "board.exposure": [plain_wan(line.figures.exposure) for line in lines],
        "board.overdue": [plain_wan(line.figures.overdue) for line in lines],
    }
    return {
        "kind": "stack",
        "beside": True,
        "unit": t("board.unit.wan"),
        "x": [_grade_words(line.grade) for line in lines],
        "series": [{"name": t(key), "values": values} for key, values in series.items()],
    }


def _by_age(cases: board_cases.Cases) -> dict[str, Any]:
    """Open cases by how long they have been open, split by status."""
    return {
        "kind": "stack",
        "unit": t("board.unit.cases"),
        "x": [t(f"board.age.{age}") for age in AGES],
        "series": [
            {"name": t(f"flow.status.{status}"), "values": [cases.ages[status][age] for age in AGES]}
            for status in OPEN_STATUSES
        ],
    }


def _arg(name: str) -> str:
    return request.args.get(name, "")[:60]


@blueprint.get("/cases")
@access(Right.BOARD_READ)
def cases() -> str:
    """The cases behind a figure of the board."""
    kept: dict[str, Any] = {name: value for name in ("status", "step", "age") if (value := _arg(name))}
    with reading() as view:
        rows, found = board_cases.cases(view, CaseFilters(**kept), place())
        steps = board_cases.waiting_steps(view)
    statuses = [("open", t("board.status.open")), *((each, t(f"flow.status.{each}")) for each in OPEN_STATUSES)]
    statuses += [(f"{each}_this_month", t(f"board.status.{each}")) for each in (*CLOSED, "returned")]
    return render_template(
        "board/cases.html", rows=rows, kept=kept, statuses=statuses, ages=AGES,
        steps=[(line.step, label(line.label) or line.step) for line in steps],
        page_of_case="inbox.case", **ways("board.cases", found, **kept),
    )  # fmt: skip


@blueprint.get("/limits")
@access(Right.BOARD_READ)
def limits() -> str:
    """The limits behind the board's figures, those that expired among them."""
    kept: dict[str, Any] = {name: value for name in ("grade", "over", "expired") if (value := _arg(name))}
    with reading() as view:
        rows, found = board_limits.limits(
            view, kept.get("grade", ""), place(), over="over" in kept, expired="expired" in kept
        )
        choices = offered(view.session)
    return render_template(
        "board/limits.html", rows=rows, kept=kept, unrated=UNRATED, grades=choices.grades,
        **ways("board.limits", found, **kept),
    )  # fmt: skip
