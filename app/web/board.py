"""The board of managers: the portfolio and the cases at a glance, each figure one click from the rows it is made of."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from flask import Blueprint, current_app, render_template, request, url_for

from app.access import Right
from app.edge.locale import grade_class, label, t
from app.edge.pages import access
from app.edge.transaction import reading
from app.models.case import OPEN_STATUSES
from app.queries import board as figures
from app.queries import board_cases, board_limits
from app.queries.board_cases import AGES, DECIDED, CaseFilters
from app.queries.customers import UNRATED
from app.queries.keyset import Place
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
        rows=_rows_of, rate=_page_of("jobs.portfolio"),
    )  # fmt: skip


def _page_of(endpoint: str) -> str | None:
    return url_for(endpoint) if endpoint in current_app.view_functions else None


def _rows_of(**narrowed: Any) -> str | None:
    """The list of customers behind a figure."""
    return url_for("desk.customers", **narrowed) if "desk.customers" in current_app.view_functions else None


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
        "board.limit": [_wan(line.figures.limit) for line in lines],
        "board.exposure": [_wan(line.figures.exposure) for line in lines],
        "board.overdue": [_wan(line.figures.overdue) for line in lines],
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


def _wan(amount: Decimal) -> str:
    return format((amount / 10000).quantize(Decimal("0.01"), ROUND_HALF_UP), "f")


def _arg(name: str) -> str:
    """What the address says; a NUL is text to no database."""
    return request.args.get(name, "")[:60].replace("\0", "")


def _place() -> Place:
    return Place(_arg("after") or None, _arg("before") or None)


@blueprint.get("/cases")
@access(Right.BOARD_READ)
def cases() -> str:
    """The cases behind a figure of the board."""
    kept: dict[str, Any] = {name: value for name in ("status", "step", "age") if (value := _arg(name))}
    with reading() as view:
        rows, found = board_cases.cases(view, CaseFilters(**kept), _place())
        steps = board_cases.overview(view).steps
    statuses = [("open", t("board.status.open")), *((each, t(f"flow.status.{each}")) for each in OPEN_STATUSES)]
    statuses += [(f"{each}_this_month", t(f"board.status.{each}")) for each in (*CLOSED, "returned")]
    return render_template(
        "board/cases.html", rows=rows, kept=kept, statuses=statuses, ages=AGES,
        steps=[(line.step, label(line.label) or line.step) for line in steps],
        page_of_case="inbox.case" if "inbox.case" in current_app.view_functions else None,
        previous=url_for("board.cases", before=found.previous, **kept) if found.previous else None,
        next=url_for("board.cases", after=found.next, **kept) if found.next else None,
    )  # fmt: skip


@blueprint.get("/limits")
@access(Right.BOARD_READ)
def limits() -> str:
    """The limits behind the board's figures, those that expired among them."""
    kept: dict[str, Any] = {name: value for name in ("grade", "over", "expired") if (value := _arg(name))}
    with reading() as view:
        rows, found = board_limits.limits(
            view, kept.get("grade", ""), _place(), over="over" in kept, expired="expired" in kept
        )
        choices = offered(view.session)
    return render_template(
        "board/limits.html", rows=rows, kept=kept, unrated=UNRATED, grades=choices.grades,
        previous=url_for("board.limits", before=found.previous, **kept) if found.previous else None,
        next=url_for("board.limits", after=found.next, **kept) if found.next else None,
    )  # fmt: skip
