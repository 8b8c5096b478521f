"""What is known of one running Case: its status, the Steps entered, the Tasks opened; `replay` moves it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from workflows import wire
from workflows.quorum import Quorum
from workflows.wire import Data, Facts

Status = Literal["running", "returned", "approved", "rejected", "withdrawn", "voided", "error"]
RunStatus = Literal["open", "passed", "rejected", "returned", "cancelled"]
TaskStatus = Literal["open", "claimed", "decided", "returned", "not_required", "cancelled"]
Answer = Literal["approve", "reject", "return", "abstain", "done"]
Waiting = Literal["tasks", "rating", "applicant", "admin"]

FINAL: frozenset[str] = frozenset({"approved", "rejected", "withdrawn", "voided"})
OPEN: frozenset[str] = frozenset({"open", "claimed"})


@dataclass(frozen=True, slots=True)
class Member:
    """One seat of a Step: a person, or a group of which anyone may act.

    within  department id that narrows the group, None for all of it
    why     how this seat was found: ``{"by": "post", "post": …}``, ``{"by": "fallback", "ref": …}`` …
    barred  people of the group who may not take this seat, since their approval already counts elsewhere (W24)
    """

    user: str | None = None
    group: str | None = None
    within: str | None = None
    weight: Decimal = Decimal(1)
    veto: bool = False
    why: Data = field(default_factory=dict)
    barred: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Run:
    """One entry into a Step.

    round  counts the entries into this Step, from 1 (W3); ``lap`` is the Case's round
    then   where an authority Step leads: the Step in front of which it was opened
    """

    step: str
    kind: str
    round: int
    lap: int
    entered_at: datetime
    status: RunStatus = "open"
    members: tuple[Member, ...] = ()
    quorum: Quorum | None = None
    returned_to: bool = False
    then: str | None = None
    left_at: datetime | None = None
    superseded: bool = False


@dataclass(frozen=True, slots=True)
class Task:
    """One person's, or one group's, work in a Case.

    id          ``t1``, ``t2`` …: running number within the Case
    step, round which Step, and which entry into it
    assignee    the user it is for, or None where it is for a ``group`` (a post), narrowed by department ``within``
    by, answer  who answered what; ``auto`` where a rule answered, ``same_as`` then names the Task it follows
    authority   posts of the approval tiers that ``by`` held when deciding
    material    answering it changed material fields
    superseded  a return made it count no more; ``outdated``: a material change did
    """

    id: str
    step: str
    round: int
    member: int
    lap: int
    opened_at: datetime
    assignee: str | None = None
    group: str | None = None
    within: str | None = None
    why: Data = field(default_factory=dict)
    status: TaskStatus = "open"
    claimed_by: str | None = None
    by: str | None = None
    answer: Answer | None = None
    auto: bool = False
    same_as: str | None = None
    authority: tuple[str, ...] = ()
    decided_at: datetime | None = None
    material: bool = False
    superseded: bool = False
    outdated: bool = False

    @property
    def is_open(self) -> bool:
        """Whether it still waits for an answer."""
        return self.status in OPEN

    @property
    def stands(self) -> bool:
        """Whether it is an approval that neither a return nor a material change has taken away."""
        return self.answer == "approve" and not (self.superseded or self.outdated)


@dataclass(frozen=True, slots=True)
class Detour:
    """A direct resubmission under way: once ``target`` has passed, the Case goes straight back to ``back_to``."""

    target: str
    back_to: str


@dataclass(frozen=True, slots=True)
class Correction:
    """What a return asked to be put right: the Step it went to, and the fields marked there (W13)."""

    step: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a Case cannot go on by itself: a code with params, and the Step it could not enter."""

    step: str
    code: str
    params: Data = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class State:
    """A Case at one moment. Two States with the same events behind them are equal.

    round  1, and one more after each return
    rated  what the rate Steps brought, under the names of their ``into``
    correction  fields marked by the last return, until the Case has left the Step it went to
    events how many events made this State
    """

    applicant: str
    opened_at: datetime
    status: Status = "running"
    round: int = 1
    runs: tuple[Run, ...] = ()
    tasks: tuple[Task, ...] = ()
    rated: Facts = field(default_factory=dict)
    detour: Detour | None = None
    correction: Correction | None = None
    failure: Failure | None = None
    ended_at: datetime | None = None
    events: int = 0

    @property
    def is_final(self) -> bool:
        """Whether nothing can happen to it any more."""
        return self.status in FINAL

    @property
    def waiting(self) -> Waiting | None:
        """What the Case waits for: people's Tasks, a rating, its applicant, a flow admin; None once it is final."""
        if self.is_final:
            return None
        if self.status == "returned":
            return "applicant"
        if self.status == "error":
            return "admin"
        return "rating" if any(run.kind == "rate" and run.status == "open" for run in self.runs) else "tasks"

    @property
    def makers(self) -> frozenset[str]:
        """Who, beside the applicant, worked on what is now being decided: they may not decide it as well (T43)."""
        made = (t for t in self.tasks if t.answer == "done" or (t.material and not t.superseded))
        return frozenset(task.by for task in made if task.by is not None)

    @property
    def open_tasks(self) -> tuple[Task, ...]:
        """The Tasks somebody has to answer now."""
        return tuple(task for task in self.tasks if task.is_open)

    @property
    def open_runs(self) -> tuple[Run, ...]:
        """The Steps the Case stands at now."""
        return tuple(run for run in self.runs if run.status == "open")

    def task(self, id: str) -> Task | None:
        """The Task of that id, or None."""
        number = id[1:]
        if not (id[:1] == "t" and number.isascii() and number.isdigit() and 1 <= int(number) <= len(self.tasks)):
            return None
        found = self.tasks[int(number) - 1]
        return found if found.id == id else None

    def run_of(self, task: Task) -> Run:
        """The entry into a Step to which a Task belongs."""
        return next(run for run in self.runs if (run.step, run.round) == (task.step, task.round))

    def tasks_of(self, run: Run) -> tuple[Task, ...]:
        """The Tasks of one entry into a Step, in the order they were opened."""
        return tuple(task for task in self.tasks if (task.step, task.round) == (run.step, run.round))

    def entries(self, step: str) -> int:
        """How often a Step has been entered."""
        return sum(run.step == step for run in self.runs)

    def to_json(self) -> dict[str, Any]:
        """As JSON, for storage."""
        return wire.to_json(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> State:
        """The State that `to_json` wrote."""
        return wire.from_json(cls, data)
