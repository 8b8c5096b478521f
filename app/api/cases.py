"""Cases: one whole, its way behind and ahead, its trail; and taken back by the applicant."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView

from app.access import Missing, Right
from app.api.noun import Empty, Noun, act
from app.api.schemas.cases import CaseSchema, PathSchema, StandsSchema, TrailQuery, TrailSchema, VoidSchema
from app.edge.errors import plain
from app.edge.locale import problem_text
from app.edge.sentences import sentence
from app.edge.transaction import reading
from app.models.case import Case
from app.queries import cases as queries
from app.queries import trail
from app.services import cases, live_values
from app.services.directory import directory
from app.work import Reading
from forms import Answers
from rules import Invalid, Problem

noun = Noun("cases", __name__)
ONE = "/cases/<id:case_id>"
READERS = (Right.REQUEST_READ, Right.TASK_READ)


@noun.route(ONE)
class OneCase(MethodView):
    @noun.operation("cases.show", *READERS, gives=CaseSchema)
    def get(self, case_id: str) -> Any:
        with reading() as view:
            found = queries.view(view, case_id, directory)
            members = {name: getattr(found, name) for name in CaseSchema().fields if name not in ("answers", "live")}
            return {**members, "answers": case_answers(found), "live": case_live(view, found)}


def case_answers(found: queries.CaseView) -> dict[str, Any]:
    """The answers a page would show this reader, in their stored form and masked as it masks them."""
    stored = Answers(found.form, found.typed).to_json()
    return {key: found.form.fields[key].masked(value) for key, value in stored.items() if key in _seen(found)}


def case_live(view: Reading, found: queries.CaseView) -> dict[str, dict[str, Any]]:
    """By key of lookup, the values it shows as they are now for this reader."""
    return live_values.told(view, found.form, found.typed, _seen(found))


def _seen(found: queries.CaseView) -> set[str]:
    return {shown.field.key for section in found.sections for shown in section.fields}


@noun.route(ONE + "/path")
class Path(MethodView):
    @noun.operation("cases.path", *READERS, gives=PathSchema)
    def get(self, case_id: str) -> Any:
        with reading() as view:
            found = queries.view(view, case_id, directory)
            return {"stops": [_stop(stop) for stop in found.stops]}


def _stop(stop: Any) -> dict[str, Any]:
    problem = None
    if stop.problem is not None:
        told = problem_text(Problem(stop.problem.code, params=stop.problem.params))
        problem = {"code": stop.problem.code, "params": plain(stop.problem.params), "message": told}
    return {**{name: getattr(stop, name) for name in stop.__slots__}, "problem": problem}


@noun.route(ONE + "/trail")
class Trail(MethodView):
    @noun.operation("cases.trail", Right.TRAIL_READ, *READERS, gives=TrailSchema, query=TrailQuery)
    def get(self, case_id: str, query: dict[str, Any]) -> Any:
        before = _entry_id(query["after"])
        with reading() as view:
            if not view.viewer.may(Right.TRAIL_READ):
                rows = trail.case_timeline(view, case_id)
                if not rows:
                    raise Missing("case", case_id)
                return {"entries": [_entry(row, whole=False) for row in rows], "next": None}
            page = trail.entries(view, trail.Filters(case=case_id), before=before)
            if not page.rows and before is None:
                raise Missing("case", case_id)
            older = None if page.older is None else str(page.older)
            return {"entries": [_entry(row, whole=True) for row in page.rows], "next": older}


def _entry(row: trail.EntryRow, *, whole: bool) -> dict[str, Any]:
    told: dict[str, Any] = {
        "id": row.id,
        "place": row.place,
        "ts": row.ts,
        "verb": row.verb,
        "actor": row.actor,
        "actor_name": row.actor_name,
        "message": sentence(row),
        "reason": row.text("reason"),
    }
    if whole:
        told |= {"members": row.members, "leaf_hash": row.leaf_hash.hex(), "prev_hash": row.prev_hash.hex()}
    return told


def _entry_id(after: str) -> int | None:
    if not after:
        return None
    if not after.isascii() or not after.isdecimal() or len(after) > 18:
        raise Invalid([Problem("api.cursor", "/after")])
    return int(after)


@noun.route(ONE + "/retry")
class Retrying(MethodView):
    @noun.operation("cases.retry", Right.TASK_DECIDE, gives=StandsSchema, body=Empty, acts=True)
    def post(self, case_id: str, body: dict[str, Any]) -> Any:
        return act(lambda work: _stands(cases.retry(work, case_id)), StandsSchema)


@noun.route(ONE + "/void")
class Voiding(MethodView):
    @noun.operation("cases.void", Right.TASK_DECIDE, gives=StandsSchema, body=VoidSchema, acts=True)
    def post(self, case_id: str, body: dict[str, Any]) -> Any:
        return act(lambda work: _stands(cases.void(work, case_id, body["reason"])), StandsSchema)


def _stands(case: Case) -> dict[str, Any]:
    return {"case_id": case.id, "case_status": case.status}


@noun.route(ONE + "/withdraw")
class Withdrawing(MethodView):
    @noun.operation("cases.withdraw", Right.REQUEST_WRITE, gives=StandsSchema, body=Empty, acts=True)
    def post(self, case_id: str, body: dict[str, Any]) -> Any:
        return act(lambda work: _stands(cases.withdraw(work, case_id)), StandsSchema)
