"""Credit requests: drafted, changed, judged and submitted through the evaluator of the page."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from flask.views import MethodView

from app.access import Right
from app.api.cases import case_answers, case_live
from app.api.noun import Noun, act, inside, viewing
from app.api.paging import place
from app.api.schemas.credit_requests import (
    ChangeRequestSchema,
    CheckedRequestSchema,
    CheckRequestSchema,
    NewRequestSchema,
    RequestHeadSchema,
    RequestListSchema,
    RequestQuery,
    RequestSchema,
    SubmitSchema,
    SubmittedSchema,
)
from app.edge.errors import problems_json
from app.edge.transaction import reading, writing
from app.models.case import Case, CreditRequest
from app.queries import cases as case_queries
from app.queries import requests as queries
from app.queries import standing
from app.services import cases, live_values, requests
from app.services.directory import directory
from app.work import Actor, Reading, Work
from forms import Answers
from rules.problem import errors

noun = Noun("credit_requests", __name__)
ONE = "/credit-requests/<id:request_id>"


@noun.route("/credit-requests")
class CreditRequests(MethodView):
    @noun.operation("credit_requests.list", Right.REQUEST_READ, gives=RequestListSchema, query=RequestQuery)
    def get(self, query: dict[str, Any]) -> Any:
        with reading() as view:
            customer = standing.find(view, query["customer"]) if query["customer"] else ""
            found = queries.page(
                view, place(query["after"]), status=query["status"], customer_id=customer, mine=query["mine"] == "1"
            )
        return {"credit_requests": found.rows, "next": found.next}

    @noun.operation(
        "credit_requests.draft", Right.REQUEST_WRITE, gives=RequestSchema, status=201, body=NewRequestSchema, acts=True
    )
    def post(self, body: dict[str, Any]) -> Any:
        def do(work: Work) -> Any:
            with inside("/answers"):
                row = requests.draft(work, body["answers"], flow_key=body["flow"])
            return _own(work, row)

        return act(do, RequestSchema, 201)


@noun.route(ONE)
class OneRequest(MethodView):
    @noun.operation("credit_requests.show", Right.REQUEST_READ, gives=RequestSchema)
    def get(self, request_id: str) -> Any:
        with reading() as view:
            found = queries.file(view, request_id)
            members = {each.name: getattr(found, each.name) for each in fields(found)}
            return {**members, **_readable(view, found)}

    @noun.operation("credit_requests.change", Right.REQUEST_WRITE, gives=RequestSchema, body=ChangeRequestSchema)
    def patch(self, request_id: str, body: dict[str, Any]) -> Any:
        """`row_version` makes sending it twice harmless: the second finds it changed and says so."""
        with writing() as work:
            row = requests.own(work, request_id)
            with inside("/answers"):
                requests.save(work, row, body["row_version"], body["answers"])
            return _own(work, row)


@noun.route(ONE + "/check")
class Checking(MethodView):
    @noun.operation(
        "credit_requests.check", Right.REQUEST_WRITE, gives=CheckedRequestSchema, body=CheckRequestSchema
    )
    def post(self, request_id: str, body: dict[str, Any]) -> Any:
        """Nothing is stored."""
        with reading() as view:
            work = Work(view.session, Actor.of(view.viewer), view.now, zone=view.zone)  # over a session that only reads
            found = requests.live_check(work, body["answers"], requests.own(work, request_id))
        problems = [problem.under("/answers") for problem in found.problems]
        return {
            "acceptable": not errors(problems),
            "problems": [{"severity": "error", **each} for each in problems_json(problems)],
            "answers": found.answers.to_json(),
            "required": sorted(found.required),
            "hidden": sorted(found.answers.hidden),
            "locked": sorted(found.locked),
        }


@noun.route(ONE + "/submit")
class Submitting(MethodView):
    @noun.operation(
        "credit_requests.submit", Right.REQUEST_WRITE, gives=SubmittedSchema, body=SubmitSchema, acts=True
    )
    def post(self, request_id: str, body: dict[str, Any]) -> Any:
        def do(work: Work) -> Any:
            row = requests.own(work, request_id)
            with inside("/answers"):
                case = requests.submit(
                    work, row, body["row_version"], body["answers"], body["accepted"], body["resubmit"]
                )
            work.session.flush()
            return {"credit_request": row, "case_id": case.id, "case_status": case.status}

        return act(do, SubmittedSchema)


def _own(work: Work, row: CreditRequest) -> dict[str, Any]:
    """One's own request right after an act on it; told without the right to read requests."""
    work.session.flush()
    members = {name: getattr(row, name) for name in RequestHeadSchema().fields}
    marked = queries.marked_fields(work.session, row.status, row.case_id)
    return {**members, "flow_key": row.flow_key, "marked_fields": marked, **_mine(viewing(work), row)}


def _mine(view: Reading, row: CreditRequest | queries.RequestFile) -> dict[str, Any]:
    """What an applicant sees of the own answers, whole where they may write them, and what lookups show beside."""
    session = view.session
    case = session.get(Case, row.case_id) if row.case_id else None
    if case is None:
        found = requests.road(session, row.flow_key)
        form, flow = found.form, found.flow
    else:
        form, flow = cases.form_of(session, case), cases.flow_of(session, case)
    keys = requests.readable(flow, form, flow.start.id)
    whole = requests.editable(flow, form, flow.start.id)
    answers = {
        key: value if key in whole else form.fields[key].masked(value)
        for key, value in row.answers.items() if key in keys
    }  # fmt: skip
    typed = Answers.from_json(form, row.answers, view.zone).typed
    return {"answers": answers, "live": live_values.told(view, form, typed, keys)}


def _readable(view: Reading, found: queries.RequestFile) -> dict[str, Any]:
    """The answers as this reader may see them: the own ones, or those of the case as its page shows them."""
    if found.applicant_id == view.viewer.id or found.case_id is None:
        return _mine(view, found)
    case = case_queries.view(view, found.case_id, directory)
    return {"answers": case_answers(case), "live": case_live(view, case)}
