"""One customer from every side: overview, rating, history, evidence, credit, requests, and what happened."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.access import Right
from app.edge.asked import place, ways
from app.edge.locale import format_number, format_wan, label, problem_text, t
from app.edge.pages import access
from app.edge.transaction import reading, writing
from app.queries import customers as queries
from app.queries import evidence, exposure, ratings
from app.queries import requests as request_queries
from app.queries.customers import CustomerFile
from app.queries.evidence import Happening
from app.queries.keyset import Place
from app.queries.ratings import RatingDetail
from app.services import customers as files
from app.services import ratings as rating_service
from app.services.explanations import DimensionLine, FactorLine, changes, dimensions, explain, labels_of
from app.services.offers import offered
from app.web import desk_charts, history_parts
from app.web.desk_blueprint import blueprint
from app.web.desk_customer_form import answered
from app.web.fact_words import happening_text
from app.work import Reading
from credit.exposure import Category
from rules import Invalid, Problem, Scorecard

NEWS = 6
LOSSES = 8
SHOWN = 8  # ratings drawn as steps
TOLD_ELSEWHERE = ("reason.manual_rule", "reason.unknown_fact")  # the rule itself is named; unknown Factors come first


def head_of(view: Reading, customer_id: str, tab: str, past: int = 1) -> dict[str, Any]:
    """What every tab shows above itself."""
    customer = queries.file(view, customer_id)
    return {
        "customer": customer,
        "choices": offered(view.session),
        "tab": tab,
        "tabs": _tabs(customer, tab, view),
        "limit": exposure.standing_limit(view, customer_id),
        "history": ratings.history(view, customer_id, past) if view.viewer.may(Right.RATING_READ) else (),
        "receivable": exposure.categories(view, customer_id)[Category.OPEN_RECEIVABLE.value][1],
        "former_names": files.former_names(customer.answers),
        "may_request": view.viewer.may(Right.REQUEST_WRITE),
        "may_write": queries.reachable(view, customer_id, Right.CUSTOMER_WRITE),
        "may_rate": queries.reachable(view, customer_id, Right.RATING_RUN),
        "trail": _trail(view, customer_id),
        "today": view.today,
    }


def _trail(view: Reading, customer_id: str) -> str | None:
    """Where the entries about this customer are, for those who may read them."""
    return url_for("trail.entries", customer=customer_id) if view.viewer.may(Right.TRAIL_READ) else None


def _news(rows: Sequence[Happening]) -> list[dict[str, Any]]:
    """What happened as dated sentences."""
    kinds = {"critical": "bad", "high": "bad", "medium": "warn", "low": "quiet"}
    return [
        {
            "kind": kinds.get(row.severity, "info"),
            "moment": row.day,
            "words": t("desk.happening.words", kind=happening_text(row.kind), words=row.description, source=row.source)
            + ("" if row.amount is None else t("desk.happening.amount", amount=format_wan(row.amount, True))),
        }
        for row in rows
    ]


def _losses(lines: Sequence[DimensionLine]) -> list[FactorLine]:
    """The Factors that cost most, unknown ones first: what they could bring nobody knows."""
    found = [each for line in lines if Decimal(line.weight) for each in line.factors]
    lost = [each for each in found if each.lost is None or Decimal(each.lost)]
    return sorted(lost, key=lambda each: (each.lost is not None, -Decimal(each.lost or 0)))[:LOSSES]


def _why(detail: RatingDetail, card: Scorecard) -> list[str]:
    """What holds the Grade down or asks for a person: the rules that were hit, then what else keeps from deciding."""
    rules = {each.id: each.label for each in card.knockouts}
    said = [label(rules[key]) if key in rules else key for key in detail.outcome.get("rules_hit", ())]
    reasons = [each for each in detail.trace.get("reasons", ()) if each["code"] not in TOLD_ELSEWHERE]
    return said + [problem_text(Problem(each["code"], params=each["params"])) for each in reasons]


def _tabs(customer: CustomerFile, tab: str, view: Reading) -> list[dict[str, Any]]:
    rights = {
        "rating": Right.RATING_READ, "ratings": Right.RATING_READ, "requests": Right.REQUEST_READ,
        "records": Right.RECORD_READ,
    }  # fmt: skip
    names = ("overview", "rating", "ratings", "evidence", "credit", "requests", "records", "occurrences", "history")
    ends = {"overview": "desk.customer"}
    return [
        {
            "words": t(f"desk.tab.{name}"),
            "href": url_for(ends.get(name, f"desk.customer_{name}"), customer_id=customer.id),
            "current": name == tab,
        }
        for name in names
        if name not in rights or view.viewer.may(rights[name])
    ]


@blueprint.get("/customers/<customer_id>")
@access(Right.CUSTOMER_READ)
def customer(customer_id: str) -> str:
    with reading() as view:
        head = head_of(view, customer_id, "overview", SHOWN)
        file: CustomerFile = head["customer"]
        may = view.viewer.may(Right.RATING_READ)
        detail = ratings.one(view, file.rating_id) if may and file.rating_id else None
        model = rating_service.model_of(view.session, detail.scorecard_id, detail.policy_id) if detail else None
        card = model.scorecard if model else None
        before = ratings.one(view, detail.previous_id) if detail and detail.previous_id else None
        ages = exposure.ages(view, customer_id)
        news = evidence.happenings(view, customer_id, Place(), NEWS)
        moved = changes(before, detail, card) if before and detail and card else ()
        lines = dimensions(detail, card) if detail and card else ()
    return render_template(
        "desk/customer_overview.html", **head, detail=detail, losses=_losses(lines), moved=moved, before=before,
        why=_why(detail, card) if detail and card else (), ages=ages, news=_news(news.rows),
        stack=desk_charts.stack(ages),
        radar=desk_charts.radar(lines, dimensions(before, card) if before and card else ()),
        steps=desk_charts.steps(head["history"], card.ladder.keys if card else ()),
    )  # fmt: skip


@blueprint.get("/customers/<customer_id>/rating")
@access(Right.RATING_READ)
def customer_rating(customer_id: str) -> str:
    """The Rating that stands now."""
    with reading() as view:
        head = head_of(view, customer_id, "rating")
        rating_id = head["customer"].rating_id
        return rating_page(view, head, rating_id)


@blueprint.get("/ratings/<rating_id>")
@access(Right.RATING_READ)
def rating(rating_id: str) -> str:
    """One Rating, of now or of then."""
    with reading() as view:
        detail = ratings.one(view, rating_id)
        return rating_page(view, head_of(view, detail.customer_id, "rating"), rating_id)


def rating_page(view: Reading, head: dict[str, Any], rating_id: str | None) -> str:
    """The whole calculation; says what to do where there is no Rating yet."""
    if rating_id is None:
        return render_template("desk/customer_rating.html", **head, detail=None)
    detail = ratings.one(view, rating_id)
    story = explain(view.session, detail)
    before = ratings.one(view, detail.previous_id) if detail.previous_id else None
    moved = changes(before, detail, story.model.scorecard) if before else ()
    labels = labels_of(story.model.scorecard)
    return render_template(
        "desk/customer_rating.html", **head, detail=detail, story=story, before=before, moved=moved, labels=labels,
        outcome=detail.outcome, trace=detail.trace,
    )  # fmt: skip


@blueprint.get("/customers/<customer_id>/ratings")
@access(Right.RATING_READ)
def customer_ratings(customer_id: str) -> str:
    with reading() as view:
        head = head_of(view, customer_id, "ratings", ratings.HISTORY)
    return render_template("desk/customer_ratings.html", **head)


@blueprint.get("/customers/<customer_id>/evidence")
@access(Right.CUSTOMER_READ)
def customer_evidence(customer_id: str) -> str:
    with reading() as view:
        head = head_of(view, customer_id, "evidence")
        copies = evidence.copies(view, customer_id)
        form = answered(view, head["customer"])
    history_of = history_parts.address_of("desk.customer_history", customer_id=customer_id)
    return render_template("desk/customer_evidence.html", **head, copies=copies, form=form, history_of=history_of)


@blueprint.get("/customers/<customer_id>/credit")
@access(Right.CUSTOMER_READ)
def customer_credit(customer_id: str) -> str:
    category, overdue = request.args.get("category", ""), bool(request.args.get("overdue"))
    with reading() as view:
        head = head_of(view, customer_id, "credit")
        limits = exposure.limits(view, customer_id)
        categories = exposure.categories(view, customer_id)
        ages = exposure.ages(view, customer_id)
        items = exposure.items(view, customer_id, place(), category=category, overdue=overdue)
    kept: dict[str, Any] = {"category": category or None, "overdue": "1" if overdue else None}
    return render_template(
        "desk/customer_credit.html", **head, limits=limits, categories=categories, ages=ages, items=items,
        category=category, overdue=overdue, stack=desk_charts.stack(ages),
        **ways("desk.customer_credit", items, customer_id=customer_id, **kept),
    )  # fmt: skip


@blueprint.get("/customers/<customer_id>/requests")
@access(Right.REQUEST_READ)
def customer_requests(customer_id: str) -> str:
    with reading() as view:
        head = head_of(view, customer_id, "requests")
        page = request_queries.page(view, place(), customer_id=customer_id)
    return render_template(
        "desk/customer_requests.html", **head, page=page,
        **ways("desk.customer_requests", page, customer_id=customer_id),
    )  # fmt: skip


@blueprint.get("/customers/<customer_id>/occurrences")
@access(Right.CUSTOMER_READ)
def customer_occurrences(customer_id: str) -> str:
    with reading() as view:
        head = head_of(view, customer_id, "occurrences")
        page = evidence.happenings(view, customer_id, place())
    return render_template(
        "desk/customer_occurrences.html", **head, page=page, news=_news(page.rows),
        **ways("desk.customer_occurrences", page, customer_id=customer_id),
    )  # fmt: skip


@blueprint.post("/customers/<customer_id>/rate")
@access(Right.RATING_RUN)
def rate_customer(customer_id: str) -> Response:
    """Rate again on what is stored now, and say what came of it."""
    try:
        with writing() as work:
            row = files.get(work, customer_id, Right.RATING_RUN)
            grade, score = row.grade, row.score
            made = rating_service.rerate(work, customer_id)
    except Invalid as invalid:
        flash(t("desk.rate.failed", reasons=[problem_text(each) for each in invalid.problems]), "bad")
        return redirect(url_for("desk.customer_rating", customer_id=customer_id), 303)
    now = made.assessment.score if made.assessment else None
    after = (now.final_grade, now.total) if now else (None, None)
    key = "first" if (grade, score) == (None, None) else "same" if (grade, score) == after else "changed"
    said = {"grade_before": grade, "score_before": format_number(score, 2), "score": format_number(after[1], 2)}
    flash(t(f"desk.rate.{key}", grade=after[0], **said), "good")
    return redirect(url_for("desk.customer_rating", customer_id=customer_id), 303)
