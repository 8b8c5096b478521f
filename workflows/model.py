"""What an approval flow is once compiled: Steps, the Routes between them, and how each Step finds its people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from rules import Formula
from workflows.quorum import ANY_ONE, Quorum

Label = Mapping[str, str]
OnSelf = Literal["superior", "skip_if_others", "block", "flow_admin"]
Dedupe = Literal["none", "consecutive", "all_later"]
Withdrawal = Literal["before_first_decision", "any_time_before_end", "never"]
Resubmission = Literal["replay", "direct", "approver_chooses"]
CommentRule = Literal["required", "optional", "off"]
Permission = Literal["hidden", "read", "edit"]

START = "start"
"""Names the start Step, and with it the applicant, wherever a return target is written."""


@dataclass(frozen=True, slots=True)
class ByUser:
    """One named person, by user id."""

    user: str


@dataclass(frozen=True, slots=True)
class ByPost:
    """Holders of a post; ``within`` narrows them to the applicant's line of departments."""

    post: str
    within: str | None = None


@dataclass(frozen=True, slots=True)
class BySuperior:
    """The applicant's superior; level 2 is the superior's superior."""

    level: int = 1


@dataclass(frozen=True, slots=True)
class ByDepartmentHead:
    """The head of the applicant's department."""


@dataclass(frozen=True, slots=True)
class ByCommittee:
    """Every member of a committee, each with an own Task."""

    key: str


@dataclass(frozen=True, slots=True)
class ByTier:
    """Holders of the posts of the Case's tier (`approval.md` W4)."""


@dataclass(frozen=True, slots=True)
class ByField:
    """The user, or users, named in a field of the Form."""

    field: str


Assign = ByUser | ByPost | BySuperior | ByDepartmentHead | ByCommittee | ByTier | ByField


@dataclass(frozen=True, slots=True)
class WeightOf:
    """The weight of one member of a weighted quorum; ``of`` is ``user:ID`` or ``post:KEY``."""

    of: str
    weight: str


@dataclass(frozen=True, slots=True)
class OnReject:
    """Where a rejected Step leads: the Case ends, goes back (``return``), or takes a Route of its own (``route``)."""

    do: Literal["end", "return", "route"]
    to: str | None = None
    resubmit: Literal["replay", "direct"] = "replay"


@dataclass(frozen=True, slots=True)
class ReturnRule:
    """Where an approver may send the Case back to, and how it comes again."""

    targets: Literal["earlier", "previous", "start"] | tuple[str, ...] = "earlier"
    resubmit: Resubmission = "replay"


@dataclass(frozen=True, slots=True)
class Acts:
    """What may be done on a Task beside approving it. ``returning`` is None where returning is switched off."""

    approve_comment: CommentRule = "optional"
    reject_comment: CommentRule = "optional"
    returning: ReturnRule | None = field(default_factory=ReturnRule)
    transfer: str | None = None
    add_signer: tuple[str, ...] = ()
    max_signers: int | None = None
    batch: bool = True


@dataclass(frozen=True, slots=True)
class Limit:
    """One time rule of a Step: ``after`` and ``repeat`` are ISO 8601 durations on the named clock."""

    after: str
    do: str
    clock: Literal["business", "wall"] = "business"
    to: str | None = None
    repeat: str | None = None
    max: int | None = None


@dataclass(frozen=True, slots=True)
class Start:
    """Where the applicant submits."""

    id: str
    label: Label
    fields: Mapping[str, Permission]


@dataclass(frozen=True, slots=True)
class Approval:
    """People decide: approve, reject or return.

    ``authority`` marks the Step derived for an end with ``apply`` (W24): it is opened for the holders of the Case's
    tier only where nobody of that tier has approved, and its people are worked out from the Case, not from ``assign``.
    """

    id: str
    label: Label
    assign: tuple[Assign, ...]
    on_empty: tuple[str, ...]
    on_reject: OnReject
    quorum: Quorum = ANY_ONE
    decision: bool = True
    on_self: OnSelf | None = None
    dedupe: Dedupe | None = None
    signature: bool = False
    veto: tuple[str, ...] = ()
    weights: tuple[WeightOf, ...] = ()
    acts: Acts = field(default_factory=Acts)
    fields: Mapping[str, Permission] = field(default_factory=dict)
    limits: tuple[Limit, ...] = ()
    authority: bool = False


@dataclass(frozen=True, slots=True)
class Handle:
    """People work on the Case without a verdict (办理)."""

    id: str
    label: Label
    assign: tuple[Assign, ...]
    on_empty: tuple[str, ...]
    quorum: Quorum = ANY_ONE
    acts: Acts = field(default_factory=Acts)
    fields: Mapping[str, Permission] = field(default_factory=dict)
    limits: tuple[Limit, ...] = ()


@dataclass(frozen=True, slots=True)
class Cc:
    """Tells people; nobody has to answer (抄送)."""

    id: str
    label: Label
    to: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """Takes the first Route whose condition is true, else the default one."""

    id: str
    label: Label


@dataclass(frozen=True, slots=True)
class Rate:
    """Waits for a rating; its values become facts under the names of ``into``."""

    id: str
    label: Label
    into: tuple[str, ...]
    scorecard: str | None = None
    scorecard_by: str | None = None
    policy: str | None = None


@dataclass(frozen=True, slots=True)
class End:
    """The Case ends here, approved unless ``result`` says rejected; ``apply`` names what the approval puts in force."""

    id: str
    label: Label
    apply: str | None = None
    result: Literal["approved", "rejected"] = "approved"


Step = Start | Approval | Handle | Cc | Choice | Rate | End

KIND: Mapping[type, str] = {
    Start: "start", Approval: "approval", Handle: "handle", Cc: "cc", Choice: "choice", Rate: "rate", End: "end",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Route:
    """One way out of a Step; without ``when`` it is the default one."""

    source: str
    target: str
    order: int
    when: Formula | None = None
    label: Label = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Settings:
    """What holds for the whole flow."""

    dedupe: Dedupe = "consecutive"
    on_self: OnSelf = "superior"
    withdraw: Withdrawal = "before_first_decision"
    take_back: str = "until_next_acts"
    calendar: str | None = None
    title: Formula | None = None
    urge: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Flow:
    """A compiled flow: nothing in it can fail to be found at run time.

    steps   by id, in the order written, followed by the derived authority Steps (``<end id>.authority``)
    routes  per Step id, in the order they are tried, the default last
    places  Step id → JSON Pointer of the Step in the body, for findings
    form    key, and where pinned version and fingerprint, of the Form whose answers are the facts
    """

    steps: Mapping[str, Step]
    routes: Mapping[str, tuple[Route, ...]]
    settings: Settings
    form: Mapping[str, Any] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def start(self) -> Start:
        """The one start Step."""
        return next(step for step in self.steps.values() if isinstance(step, Start))

    def authority_before(self, step: str) -> Approval | None:
        """The authority Step to be passed before this Step is entered.

        It stands before an end with ``apply``, and before the cc Steps on the way there: nobody is told of an approval
        that is not yet given.
        """
        here = self.steps[step]
        while isinstance(here, Cc):
            here = self.steps[self.routes[here.id][-1].target]
        guard = self.steps.get(f"{here.id}.authority") if isinstance(here, End) else None
        return guard if isinstance(guard, Approval) else None

    def people_step(self, step: str) -> Approval | Handle:
        """A Step known to have Tasks; KeyError for any other."""
        found = self.steps[step]
        if not isinstance(found, (Approval, Handle)):
            raise KeyError(step)
        return found

    def permission(self, step: str, name: str) -> Permission:
        """What the people of a Step may do with a field; reading is allowed unless the Step says otherwise (F17)."""
        rights = getattr(self.steps[step], "fields", {})
        found: Permission = rights.get(name, rights.get("*", "read"))
        return found
