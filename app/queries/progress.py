"""The way of a case as a page tells it: Steps behind and ahead with people's names, and what was done, in order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

import workflows
from app.models.case import CaseEvent
from app.models.people import Post, User
from workflows import Directory, Event, Flow, Member, State, Stop, Task, event_from_json
from workflows import events as ev

Label = Mapping[str, str]
TOLD = (
    "case_opened", "case_rated", "decision_made", "case_returned", "case_resubmitted", "told", "case_approved",
    "case_rejected", "case_withdrawn", "case_voided", "case_failed", "case_retried",
)  # fmt: skip
QUIET = ("choice",)  # Steps that only route: nobody stands there


@dataclass(frozen=True, slots=True)
class Reason:
    """A sentence of the catalogue with its params, labels already put in."""

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SeatView:
    """Who is, was or will be asked. `names` are the people of a group; `by` is who answered."""

    user: str | None
    post: Label | None
    names: tuple[str, ...]
    by: str | None = None
    answer: str | None = None
    at: datetime | None = None
    auto: bool = False
    me: bool = False
    closed: bool = False


@dataclass(frozen=True, slots=True)
class StopView:
    """One Step on the way; `state` as of `workflows.Stop`, `problem` where nobody can be asked."""

    step: str
    kind: str
    label: Label
    state: str
    outcome: str | None
    certain: bool
    round: int
    seats: tuple[SeatView, ...]
    entered_at: datetime | None
    left_at: datetime | None
    problem: Reason | None = None


@dataclass(frozen=True, slots=True)
class ActView:
    """One thing that happened, as `case.act.<kind>` tells it."""

    kind: str
    at: datetime
    by: str | None = None
    step: Label | None = None
    target: Label | None = None
    answer: str | None = None
    comment: str | None = None
    auto: bool = False
    fields: tuple[Label, ...] = ()
    names: tuple[str, ...] = ()
    posts: tuple[Label, ...] = ()
    grade: str | None = None
    resubmit: str | None = None
    problem: Reason | None = None


Acts = tuple[ActView, ...]


@dataclass(frozen=True, slots=True)
class Names:
    """People and posts by id and key, read together."""

    people: Mapping[str, str]
    posts: Mapping[str, Label]
    tiers: Mapping[str, Label]

    def person(self, user: str | None) -> str | None:
        return None if user is None else self.people.get(user, user)

    def post(self, key: str) -> Label:
        return self.posts.get(key, {"zh-CN": key, "en": key})

    def reason(self, why: Mapping[str, Any], fields: Mapping[str, Label]) -> Reason:
        """Why a task is somebody's, with labels for keys."""
        code, params = workflows.reason(why)
        words: dict[str, Any] = dict(params)
        for name in ("post", "committee"):
            if name in words:
                words[name] = self.post(words[name])
        if "tier" in words:
            words["tier"] = self.tiers.get(words["tier"], words["tier"])
        if "person" in words:
            words["person"] = self.person(words["person"])
        if "ref" in words:
            words["ref"] = self.post(str(words["ref"]).rpartition(":")[2])
        if "field" in words:
            words["field"] = fields.get(words["field"], words["field"])
        words.pop("instead_of", None)
        direct = code == "flow.why.superior" and words.get("level") == 1
        return Reason("flow.why.superior_direct" if direct else code, words)

    def stuck(self, code: str, params: Mapping[str, Any], step: Label) -> Reason:
        """Why nobody can be asked at a Step, with labels for keys and names for ids."""
        words: dict[str, Any] = {**params, "step": step}
        if "tier" in words:
            words["tier"] = self.tiers.get(words["tier"], words["tier"])
        if "person" in words:
            words["person"] = self.person(words["person"])
        if "tried" in words:
            words["tried"] = [self.post(each.rpartition(":")[2]) for each in str(words["tried"]).split(", ")]
        return Reason(code, words)


def names(session: Session, people: Iterable[str | None], tiers: Mapping[str, Label]) -> Names:
    """Names of these people, and of all posts: two questions."""
    wanted = {each for each in people if each}
    found = session.execute(select(User.id, User.name).where(User.id.in_(wanted))).all()
    posts = session.execute(select(Post.key, Post.label)).all()
    return Names(dict(found), dict(posts), tiers)


def groups(stops: Sequence[Stop], directory: Directory) -> dict[tuple[str, str | None], tuple[str, ...]]:
    """The people of every group still to be asked."""
    wanted = {
        (seat.group, seat.within)
        for stop in stops
        if stop.state in ("now", "ahead")
        for seat in stop.seats
        if seat.group is not None
    }
    return {(group, within): directory.holders(group, within) for group, within in sorted(wanted, key=str)}


def way(
    stops: Sequence[Stop],
    held: Mapping[tuple[str, str | None], tuple[str, ...]],
    known: Names,
    excluded: frozenset[str],
    me: str,
) -> tuple[StopView, ...]:
    """The Steps people should see, with names; nothing lies ahead of where nobody can be asked."""
    reached = next((place for place, stop in enumerate(stops, 1) if stop.state == "stuck"), len(stops))
    return tuple(_stop(stop, held, known, excluded, me) for stop in stops[:reached] if stop.kind not in QUIET)


def _stop(
    stop: Stop,
    held: Mapping[tuple[str, str | None], tuple[str, ...]],
    known: Names,
    excluded: frozenset[str],
    me: str,
) -> StopView:
    tasks = {task.member: task for task in stop.tasks}
    seats = []
    for place, seat in enumerate(stop.seats):
        people = () if seat.group is None else held.get((seat.group, seat.within), ())
        able = tuple(user for user in people if user not in excluded and user not in seat.barred)
        seats.append(_seat(seat, able, tasks.get(place), known, me))
    problem = None
    if stop.problem:
        problem = known.stuck(str(stop.problem["code"]), stop.problem.get("params", {}), stop.label)
    return StopView(
        stop.step, stop.kind, stop.label, stop.state, stop.outcome, stop.certain, stop.round, tuple(seats),
        stop.entered_at, stop.left_at, problem,
    )  # fmt: skip


def _seat(seat: Member, able: tuple[str, ...], task: Task | None, known: Names, me: str) -> SeatView:
    mine = me == seat.user or me in able or (task is not None and task.by == me)
    return SeatView(
        user=known.person(seat.user),
        post=None if seat.group is None else known.post(seat.group),
        names=tuple(str(known.person(user)) for user in able),
        by=known.person(task.by) if task else None,
        answer=task.answer if task else None,
        at=task.decided_at if task else None,
        auto=bool(task and task.auto),
        me=mine,
        closed=bool(task and task.status in ("not_required", "cancelled")),
    )


def happened(session: Session, case_id: str) -> tuple[Event, ...]:
    """The events a history tells, oldest first."""
    query = select(CaseEvent.payload).where(CaseEvent.case_id == case_id, CaseEvent.type.in_(TOLD))
    return tuple(event_from_json(payload) for payload in session.scalars(query.order_by(CaseEvent.seq)))


def actors(events: Sequence[Event]) -> set[str]:
    """Ids of everybody a history names."""
    found: set[str] = set()
    for event in events:
        found.update(getattr(event, "users", ()))
        found.update(each for each in (getattr(event, "by", None), getattr(event, "applicant", None)) if each)
        params = getattr(event, "params", {})
        found.update(each for each in (params.get("person"),) if each)
    return found


def history(events: Sequence[Event], state: State, flow: Flow, known: Names, fields: Mapping[str, Label]) -> Acts:
    """What happened, in words of the catalogue."""
    return tuple(_act(event, state, flow, known, fields) for event in events)


def _act(event: Any, state: State, flow: Flow, known: Names, fields: Mapping[str, Label]) -> ActView:
    answered = state.task(event.task) if isinstance(event, ev.DecisionMade) else None
    place = answered.step if answered else getattr(event, "source", None) or getattr(event, "step", None)
    values = getattr(event, "values", {})
    said = event.reason if isinstance(event, ev.CaseVoided) else getattr(event, "comment", None)
    return ActView(
        kind=ev.name_of(type(event)),
        at=event.at,
        by=known.person(getattr(event, "by", None) or getattr(event, "applicant", None)),
        step=_label(flow, place),
        target=_label(flow, getattr(event, "target", None)),
        answer=getattr(event, "answer", None),
        comment=said,
        auto=bool(getattr(event, "auto", False)),
        fields=tuple(fields.get(key, {"zh-CN": key}) for key in _named(event)),
        names=tuple(str(known.person(user)) for user in getattr(event, "users", ())),
        posts=tuple(known.post(post) for post in getattr(event, "posts", ())),
        grade=values.get("grade"),
        resubmit=getattr(event, "resubmit", None),
        problem=_failure(event, flow, known) if isinstance(event, ev.CaseFailed) else None,
    )


def _named(event: Any) -> tuple[str, ...]:
    """The fields an event is about: changed by it, or marked to be put right."""
    found: tuple[str, ...] = getattr(event, "changed", ()) or getattr(event, "marked", ())
    return found


def _label(flow: Flow, step: str | None) -> Label | None:
    found = flow.steps.get(step or "")
    return found.label if found is not None else None


def _failure(event: ev.CaseFailed, flow: Flow, known: Names) -> Reason:
    step = str(event.params.get("step", event.step))
    return known.stuck(event.code, event.params, _label(flow, step) or {"zh-CN": step, "en": step})
