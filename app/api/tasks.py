"""Acts on a task: decide, claim, release; each once, and on the version the caller saw."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView

from app.access import Right
from app.api.noun import Empty, Noun, act
from app.api.schemas.tasks import ActedSchema, DecisionSchema
from app.models.case import Case, Task
from app.services import cases
from app.work import Work

noun = Noun("tasks", __name__)
ONE = "/tasks/<id:task_id>"


@noun.route(ONE + "/decisions")
class Decisions(MethodView):
    @noun.operation("tasks.decide", Right.TASK_DECIDE, gives=ActedSchema, status=201, body=DecisionSchema, acts=True)
    def post(self, task_id: str, body: dict[str, Any]) -> Any:
        def do(work: Work) -> Any:
            case = cases.decide(
                work, task_id, body["version"], body["answer"], body["comment"], return_to=body["return_to"],
                resubmit=body["resubmit"], marked=body["marked_fields"], answers=body["answers"],
                accepted=body["accepted"],
            )  # fmt: skip
            return _acted(work, task_id, case)

        return act(do, ActedSchema, 201)


@noun.route(ONE + "/claim")
class Claiming(MethodView):
    @noun.operation("tasks.claim", Right.TASK_DECIDE, gives=ActedSchema, body=Empty, acts=True)
    def post(self, task_id: str, body: dict[str, Any]) -> Any:
        return act(lambda work: _acted(work, task_id, cases.claim(work, task_id)), ActedSchema)


@noun.route(ONE + "/release")
class Releasing(MethodView):
    @noun.operation("tasks.release", Right.TASK_DECIDE, gives=ActedSchema, body=Empty, acts=True)
    def post(self, task_id: str, body: dict[str, Any]) -> Any:
        return act(lambda work: _acted(work, task_id, cases.unclaim(work, task_id)), ActedSchema)


def _acted(work: Work, task_id: str, case: Case) -> dict[str, Any]:
    work.session.flush()
    task = work.session.get_one(Task, task_id)
    return {
        "task_id": task.id,
        "task_status": task.status,
        "row_version": task.row_version,
        "case_id": case.id,
        "case_status": case.status,
        "round": case.round,
    }
