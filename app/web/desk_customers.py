"""The customers a person may see: searched, filtered, sorted, page by page."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.access import Conflict, Missing, Right
from app.edge.asked import place, ways
from app.edge.locale import problem_text, t
from app.edge.pages import access
from app.edge.transaction import reading, writing
from app.queries import cases
from app.queries import customers as queries
from app.queries.customers import UNRATED, Filters
from app.services import customer_files, numbering
from app.services.offers import Offered, offered
from app.web.desk_blueprint import blueprint
from app.work import Reading
from rules import Problem

FLAGS = ("over", "overdue", "low")


@blueprint.get("/customers")
@access(Right.CUSTOMER_READ)
def customers() -> str | Response:
    """The list; the number of a case, typed into the search above every page, leads to the case."""
    sort, descending = sorting()
    with reading() as view:
        choices = offered(view.session)
        filters = _filters(choices, view.viewer.id)
        page = queries.page(view, filters, place(), sort=sort, descending=descending)
        owners, may_number = queries.owners(view), _may_number(view)
        whole = not page.rows and not request.headers.get("HX-Request")  # a page, not the list while somebody types
        named = cases.by_number(view, filters.search) if filters.search and whole else None
    if named is not None:
        return redirect(url_for("inbox.case", case_id=named), 303)
    names = ("q", "grade", "industry", "region", "owner", *FLAGS)
    kept: dict[str, Any] = {name: value for name in names if (value := _arg(name))}
    order: dict[str, Any] = {"sort": None if sort == "name" else sort, "way": request.args.get("way")}
    return render_template(
        "desk/customers.html", page=page, choices=choices, owners=owners, kept=kept, flags=FLAGS, unrated=UNRATED,
        sort=sort, descending=descending, sort_links=_sort_links(sort, descending, kept), may_number=may_number,
        **ways("desk.customers", page, **order, **kept),
    )  # fmt: skip


@blueprint.post("/customers/number")
@access(Right.DEFINITION_PUBLISH)
def number_customers() -> Response:
    """Give serial numbers to the customers that were on file before the form asked for one."""
    try:
        with writing() as work:
            numbering.start(work, None)
        flash(t("books.number.started"), "good")
    except Conflict as conflict:
        flash(problem_text(Problem(conflict.code, params=conflict.params)), "bad")
    return redirect(url_for("desk.customers"), 303)


def _may_number(view: Reading) -> bool:
    """Whether the customer form has serial numbers to give, and this person may have them given."""
    if not view.viewer.may(Right.DEFINITION_PUBLISH):
        return False
    try:
        return numbering.asks(customer_files.form_in_force(view.session)[1])
    except Missing:
        return False


def _arg(name: str) -> str:
    return request.args.get(name, "")[:80].strip()


def sorting() -> tuple[str, bool]:
    """The column and direction asked for; each column has one it starts with."""
    sort = _arg("sort") if _arg("sort") in queries.SORTS else "name"
    way = _arg("way")
    return sort, way == "down" if way in ("up", "down") else sort in queries.DESCENDING


def _filters(choices: Offered, viewer_id: str) -> Filters:
    owner = _arg("owner")
    return Filters(
        search=_arg("q"), grade=_arg("grade"), industry=_arg("industry"), regions=choices.region_names(_arg("region")),
        owner_id=viewer_id if owner == "mine" else owner, over_limit=bool(_arg("over")), overdue=bool(_arg("overdue")),
        low_coverage=bool(_arg("low")), below=choices.coverage,
    )  # fmt: skip


def _sort_links(sort: str, descending: bool, kept: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Per column: the address that sorts by it, the other way round where it does already, and its present state."""
    links = {}
    for name in queries.SORTS:
        down = not descending if name == sort else name in queries.DESCENDING
        href = url_for("desk.customers", sort=name, way="down" if down else "up", **kept)
        links[name] = {"href": href, "way": ("descending" if descending else "ascending") if name == sort else None}
    return links
