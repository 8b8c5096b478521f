"""Everything that can happen to a Case, as frozen values: the only thing that ever changes a State."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, get_args

from workflows import wire
from workflows.quorum import Quorum
from workflows.state import Answer, Member, RunStatus
from workflows.wire import Data, Facts


@dataclass(frozen=True, slots=True)
class CaseOpened:
    """The applicant submitted."""

    applicant: str
    at: datetime


@dataclass(frozen=True, slots=True)
class StepEntered:
    """The Case stands at a Step. Seats and quorum are fixed here and never lowered later (W6)."""

    step: str
    kind: str
    round: int
    at: datetime
    members: tuple[Member, ...] = ()
    quorum: Quorum | None = None
    returned_to: bool = False
    then: str | None = None


@dataclass(frozen=True, slots=True)
class StepLeft:
    """A Step is over."""

    step: str
    round: int
    outcome: RunStatus
    at: datetime


@dataclass(frozen=True, slots=True)
class RatingWanted:
    """A rate Step waits for the values named in ``into``."""

    step: str
    into: tuple[str, ...]
    at: datetime
    scorecard: str | None = None
    scorecard_by: str | None = None
    policy: str | None = None


@dataclass(frozen=True, slots=True)
class CaseRated:
    """The rating came; its values are facts from here on."""

    step: str
    values: Facts
    at: datetime


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition as it stood: true, false, or None for unknown with its causes."""

    target: str
    when: str
    value: bool | None
    causes: tuple[Data, ...] = ()


@dataclass(frozen=True, slots=True)
class RouteTaken:
    """Where the Case went, with the value of each condition that was looked at (W2)."""

    source: str
    target: str
    at: datetime
    conditions: tuple[Condition, ...] = ()
    direct: bool = False


@dataclass(frozen=True, slots=True)
class TaskOpened:
    """A Task for a person or a group; ``why`` says how it was found."""

    task: str
    step: str
    round: int
    member: int
    at: datetime
    assignee: str | None = None
    group: str | None = None
    within: str | None = None
    why: Data = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TaskClaimed:
    """A member of the group took the Task."""

    task: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class TaskReleased:
    """A claimed Task went back to the group."""

    task: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class DecisionMade:
    """A Task was answered, by a person or, with ``auto``, by the rule against asking the same person twice (W21).

    authority  posts of the approval tiers the person held at that moment
    changed    material fields changed with this answer
    """

    task: str
    by: str
    answer: Answer
    at: datetime
    comment: str | None = None
    authority: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    auto: bool = False
    same_as: str | None = None


@dataclass(frozen=True, slots=True)
class TaskClosed:
    """A Task nobody needs to answer any more."""

    task: str
    status: Literal["not_required", "cancelled"]
    at: datetime


@dataclass(frozen=True, slots=True)
class CaseReturned:
    """The Case went back; approvals named in ``superseded`` count no more.

    reason  ``return``: somebody sent it back; ``reject``: the Step was rejected and its ``on_reject`` says so
    marked  fields to be put right there
    """

    by: str
    source: str
    target: str
    resubmit: Literal["replay", "direct"]
    reason: Literal["return", "reject"]
    at: datetime
    to_applicant: bool = False
    superseded: tuple[str, ...] = ()
    marked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CaseResubmitted:
    """The applicant sent it in again; ``changed`` are the material fields changed since the return."""

    by: str
    resubmit: Literal["replay", "direct"]
    at: datetime
    changed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """People and posts were told, nobody has to answer."""

    step: str
    at: datetime
    users: tuple[str, ...] = ()
    posts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CaseApproved:
    """The end, approved; ``apply`` names what now takes effect, ``tier`` the tier whose approval was needed."""

    step: str
    at: datetime
    apply: str | None = None
    tier: str | None = None


@dataclass(frozen=True, slots=True)
class CaseRejected:
    """The end, rejected; ``by`` is None where a Route led there without a person."""

    step: str
    at: datetime
    by: str | None = None


@dataclass(frozen=True, slots=True)
class CaseWithdrawn:
    """The end: the applicant took it back."""

    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CaseVoided:
    """The end: a flow admin declared it void."""

    by: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CaseFailed:
    """Nobody can be asked at a Step: the Case stands in error until a flow admin tries again."""

    step: str
    code: str
    at: datetime
    params: Data = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CaseRetried:
    """A flow admin let the Case try again after an error."""

    by: str
    at: datetime


Event = (
    CaseOpened
    | StepEntered
    | StepLeft
    | RatingWanted
    | CaseRated
    | RouteTaken
    | TaskOpened
    | TaskClaimed
    | TaskReleased
    | DecisionMade
    | TaskClosed
    | CaseReturned
    | CaseResubmitted
    | Told
    | CaseApproved
    | CaseRejected
    | CaseWithdrawn
    | CaseVoided
    | CaseFailed
    | CaseRetried
)


def name_of(kind: type[Any]) -> str:
    """An event class in JSON spelling: TaskOpened → task_opened."""
    return re.sub(r"(?<!^)([A-Z])", r"_\1", kind.__name__).lower()


EVENTS: Mapping[str, type[Any]] = {name_of(kind): kind for kind in get_args(Event)}
_NAMES: Mapping[type[Any], str] = {kind: name for name, kind in EVENTS.items()}


def event_to_json(event: Event) -> dict[str, Any]:
    """An event as JSON; the member ``event`` names its kind."""
    return {"event": _NAMES[type(event)], **wire.to_json(event)}


def event_from_json(data: Mapping[str, Any]) -> Event:
    """The event that `event_to_json` wrote."""
    found: Event = wire.from_json(EVENTS[data["event"]], data)
    return found
