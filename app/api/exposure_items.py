"""Open items from an ERP: up to a thousand a call, each with its own outcome."""

from __future__ import annotations

from collections import Counter
from typing import Any

from flask.views import MethodView
from marshmallow import ValidationError

from app.access import Right
from app.api.body import Unfit
from app.api.fields import problems_of
from app.api.noun import Noun, act
from app.api.schemas.exposure_items import ItemSchema, ItemsSchema, PutsSchema
from app.edge.errors import problems_json
from app.services import open_items
from app.services.open_items import Item
from app.work import Work
from rules import Problem

noun = Noun("exposure_items", __name__)


@noun.route("/exposure-items")
class ExposureItems(MethodView):
    @noun.operation("exposure_items.put", Right.CUSTOMER_IMPORT, gives=PutsSchema, body=ItemsSchema, acts=True)
    def post(self, body: dict[str, Any]) -> Any:
        read = [_read(raw) for raw in body["items"]]

        def do(work: Work) -> Any:
            made = open_items.put(work, [item for item, _ in read])
            results = [
                {"index": index, "outcome": put.outcome, "problems": _told(index, (*problems, *put.problems))}
                for index, (put, (_, problems)) in enumerate(zip(made, read, strict=True))
            ]
            return {"results": results, "counts": dict(sorted(Counter(put.outcome for put in made).items()))}

        return act(do, PutsSchema)


def _read(raw: Any) -> tuple[Item | None, list[Problem]]:
    if isinstance(raw, Unfit):
        return None, [raw.at("")]
    try:
        return ItemSchema().load(raw), []
    except ValidationError as error:
        return None, problems_of(error.messages)


def _told(index: int, problems: tuple[Problem, ...]) -> list[dict[str, Any]]:
    return problems_json(problem.under(f"/items/{index}") for problem in problems)
