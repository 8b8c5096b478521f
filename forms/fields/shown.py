"""What only shows something of another answer: today's rating of the customer a lookup points to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from .field import Lookup
from .lookup import Reference
from .note import Silent

OF = "customer"


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingField(Silent):
    """Grade and score, as they are now, of the customer that the lookup `lookup` of the same form has chosen.

    It has no value: what a decision rests on is copied by the lookup or pinned by the case.
    """

    type: ClassVar[str] = "rating"
    needs: ClassVar[tuple[str, ...]] = ("lookup",)
    own: ClassVar[dict[str, Any]] = {"lookup": {"type": "string", "pattern": "^[A-Za-z][A-Za-z0-9_]{0,63}$"}}

    lookup: str

    def of(self, typed: Mapping[str, Any], lookups: Lookup) -> Mapping[str, Any] | None:
        """{grade, score} of the chosen customer; None while none is chosen or the reader may not see it."""
        chosen = typed.get(self.lookup)
        record = lookups.find(OF, chosen.id) if isinstance(chosen, Reference) else None
        return None if record is None else {"grade": record.get("grade"), "score": record.get("score")}
