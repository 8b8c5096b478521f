"""GET /me: who the caller is to us, and what the token in hand may do."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView

from app.access import Right
from app.api.noun import Noun
from app.api.schemas.me import MeSchema
from app.edge.pages import SIGNED_IN
from app.edge.transaction import reading

noun = Noun("me", __name__)


@noun.route("/me")
class Me(MethodView):
    @noun.operation("me.show", SIGNED_IN, gives=MeSchema)
    def get(self) -> Any:
        with reading() as view:
            viewer = view.viewer
            scopes = {right.value: scope.name.lower() for right in Right if (scope := viewer.scope(right)) is not None}
            return {
                "id": viewer.id,
                "username": viewer.username,
                "name": viewer.name,
                "roles": [role.value for role in viewer.roles],
                "posts": sorted(viewer.posts),
                "rights": scopes,
            }
