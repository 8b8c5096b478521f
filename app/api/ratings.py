"""Ratings: the one stored with its trace, the history of a customer, a new one, and an assessment of given inputs."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from flask.views import MethodView

from app.access import Right
from app.api.noun import Empty, Noun, act, viewing
from app.api.paging import After, place
from app.api.schemas.ratings import AssessSchema, MadeSchema, OutcomeSchema, RatingListSchema, RatingSchema
from app.edge.transaction import reading
from app.models.credit import Rating
from app.queries import histories, standing
from app.queries import ratings as queries
from app.services import ratings
from app.work import Work
from credit import assess

noun = Noun("ratings", __name__)


@noun.route("/customers/<key:key>/ratings")
class CustomerRatings(MethodView):
    @noun.operation("ratings.list", Right.RATING_READ, gives=RatingListSchema, query=After)
    def get(self, key: str, query: dict[str, Any]) -> Any:
        with reading() as view:
            found = histories.ratings(view, standing.find(view, key, Right.RATING_READ), place(query["after"]))
            return {"ratings": found.rows, "next": found.next}

    @noun.operation("ratings.rate", Right.RATING_RUN, gives=MadeSchema, status=201, body=Empty, acts=True)
    def post(self, key: str, body: dict[str, Any]) -> Any:
        def do(work: Work) -> Any:
            made = ratings.rerate(work, standing.find(viewing(work), key, Right.RATING_RUN))
            row = work.session.get_one(Rating, made.rating_id)
            return {name: getattr(row, name) for name in MadeSchema().fields}

        return act(do, MadeSchema, 201)


@noun.route("/ratings/<id:rating_id>")
class OneRating(MethodView):
    @noun.operation("ratings.show", Right.RATING_READ, gives=RatingSchema)
    def get(self, rating_id: str) -> Any:
        with reading() as view:
            found = queries.one(view, rating_id)
            pins = histories.pins(view, (found.scorecard_id, found.policy_id))
        members = {each.name: getattr(found, each.name) for each in fields(found)}
        return {**members, "scorecard": pins[found.scorecard_id], "policy": pins[found.policy_id]}


@noun.route("/ratings/assess")
class Assessing(MethodView):
    @noun.operation("ratings.assess", Right.RATING_READ, gives=OutcomeSchema, body=AssessSchema)
    def post(self, body: dict[str, Any]) -> Any:
        """Nothing is stored and nobody else's data is read: the Definitions in force, applied to what is given."""
        with reading() as view:
            model = ratings.model_in_force(view.session)
            made = assess(model.scorecard, model.policy, body, view.now, trace=False)
        outcome = made.to_json()
        del outcome["id"]
        return outcome
