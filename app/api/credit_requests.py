"""Credit requests: drafted, changed, judged and submitted through the evaluator of the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask.views import MethodView

from app.access import Right, Scope
from app.api.noun import Noun, act, inside, viewing
from app.api.paging import place
from app.api.schemas.credit_requests import (
    ChangeRequestSchema,
    CheckedRequestSchema,
    CheckRequestSchema,
    NewRequestSchema,
    RequestListSchema,
    RequestQuery,
    RequestSchema,
    SubmitSchema,
    SubmittedSchema,
)
from app.edge.errors import problems_json
from app.edge.transaction import reading, writing
from app.queries import credit_requests as queries
from app.queries import standing
from app.services import definitions, requests
from app.work import Actor, Reading, Work
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
            return _own(work, row.id, row.answers, row.flow_key)

        return act(do, RequestSchema, 201)


@noun.route(ONE)
class OneRequest(MethodView):
    @noun.operation("credit_requests.show", Right.REQUEST_READ, gives=RequestSchema)
    def get(self, request_id: str) -> Any:
        with reading() as view:
            found = queries.one(view, request_id)
            return {**_members(found.line), "flow": found.flow_key, "answers": _readable(view, found)}

    @noun.operation("credit_requests.change", Right.REQUEST_WRITE, gives=RequestSchema, body=ChangeRequestSchema)
    def patch(self, request_id: str, body: dict[str, Any]) -> Any:
        """`row_version` makes sending it twice harmless: the second finds it changed and says so."""
        with writing() as work:
            row = requests.own(work, request_id)
            with inside("/answers"):
                requests.save(work, row, body["row_version"], body["answers"])
            return _own(work, row.id, row.answers, row.flow_key)


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
            line = queries.line(viewing(work), row.id)
            return {"credit_request": line, "case_id": case.id, "case_status": case.status}

        return act(do, SubmittedSchema)


def _own(work: Work, request_id: str, answers: Mapping[str, Any], flow_key: str) -> dict[str, Any]:
    work.session.flush()
    return {**_members(queries.line(viewing(work), request_id)), "flow": flow_key, "answers": answers}


def _members(line: queries.RequestLine) -> dict[str, Any]:
    return {name: getattr(line, name) for name in line.__slots__}


def _readable(view: Reading, found: queries.RequestDetail) -> dict[str, Any]:
    """The answers this reader may see: as their own steps allow, or as the applicant where they only look on."""
    form = definitions.compiled(found.form_row)
    steps: tuple[str, ...] = () if found.mine else found.steps
    if not found.mine and not steps and view.viewer.scope(Right.REQUEST_READ) is Scope.ALL:
        return dict(found.answers)
    if found.flow_row is None:
        flow = requests.road(view.session, found.flow_key).flow
    else:
        flow = definitions.compiled(found.flow_row)
    keys = frozenset[str]().union(*(requests.readable(flow, form, step) for step in steps or (flow.start.id,)))
    return {key: value for key, value in found.answers.items() if key in keys}
