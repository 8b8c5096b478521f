"""Counts ballots: whether a Step's people have passed it, rejected it, or must still be heard.

All comparisons are exact fractions; the published table of `approval.md` §2.2 is the test of this module.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

Rule = Literal["any", "all", "ratio", "count", "weight"]
Order = Literal["parallel", "sequential"]
RejectWhen = Literal["first", "all", "unreachable"]
Verdict = Literal["approve", "reject", "abstain"]
Outcome = Literal["open", "passed", "rejected"]

DEFAULT_THRESHOLD = Decimal(50)


@dataclass(frozen=True, slots=True)
class Quorum:
    """How the Decisions of several people become one outcome.

    rule          any | all | ratio | count | weight
    order         parallel: everyone at once; sequential: one after the other
    reject_when   when a reject settles it: ``first`` reject, ``all`` rejected, or passing ``unreachable``
    wait_for_all  keep the Step open to the last Decision and decide then
    ratio         share of members that must approve, 0 < ratio <= 1 (rule ratio)
    count         approvals needed (rule count); reject_count: rejects that settle it earlier
    threshold     per cent of the total weight that approvals must reach or exceed (rule weight)
    inclusive     reaching the ratio or threshold exactly passes
    abstain       abstaining is offered; it leaves the denominator
    """

    rule: Rule = "any"
    order: Order = "parallel"
    reject_when: RejectWhen = "first"
    wait_for_all: bool = False
    ratio: Decimal | None = None
    count: int | None = None
    reject_count: int | None = None
    threshold: Decimal = DEFAULT_THRESHOLD
    inclusive: bool = True
    abstain: bool = False

    @property
    def one_row_serves(self) -> bool:
        """Whether one Task row may stand for a whole group: the first Decision of anyone settles it."""
        return (self.rule, self.order, self.reject_when) == ("any", "parallel", "first")


ANY_ONE = Quorum()
"""The first Decision of anybody settles it (或签)."""


@dataclass(frozen=True, slots=True)
class Ballot:
    """One member's voice: the verdict (None while not given), the weight, and whether a reject of theirs is final."""

    verdict: Verdict | None = None
    weight: Decimal = Decimal(1)
    veto: bool = False


def tally(quorum: Quorum, ballots: Sequence[Ballot]) -> Outcome:
    """The outcome of the ballots of *all* members, in any order; those not yet given keep it open where they matter.

    No Step ends "neither": when every ballot is given and it has not passed, it is rejected.
    """
    pending = sum(ballot.verdict is None for ballot in ballots)
    if quorum.wait_for_all and pending:
        return "open"
    if any(ballot.veto and ballot.verdict == "reject" for ballot in ballots):
        return "rejected"
    if _passed(quorum, ballots, pending):
        return "passed"
    if pending == 0 or _lost(quorum, ballots):
        return "rejected"
    return "open"


def _number(ballots: Sequence[Ballot], verdict: Verdict | None) -> int:
    return sum(ballot.verdict == verdict for ballot in ballots)


def _passed(quorum: Quorum, ballots: Sequence[Ballot], pending: int) -> bool:
    approvals = _number(ballots, "approve")
    rejects = _number(ballots, "reject")
    if approvals == 0:
        return False
    if quorum.rule == "any":
        return quorum.reject_when == "all" or rejects == 0
    if quorum.rule == "all":
        return pending == 0 and rejects == 0
    return _reaches(quorum, ballots, best_case=False)


def _lost(quorum: Quorum, ballots: Sequence[Ballot]) -> bool:
    """Whether the people still to be heard can no longer make it pass."""
    rejects = _number(ballots, "reject")
    if quorum.rule == "any":
        return quorum.reject_when == "first" and rejects > 0
    if quorum.rule == "all":
        return rejects > 0
    if quorum.reject_count is not None and rejects >= quorum.reject_count:
        return True
    return not _reaches(quorum, ballots, best_case=True)


def _reaches(quorum: Quorum, ballots: Sequence[Ballot], *, best_case: bool) -> bool:
    """Whether approvals are enough, counting the undecided as approvals in the best case.

    Approving never helps less than abstaining would: (a+p)/d >= a/(d-p) as long as a+p <= d.
    """
    won = [b for b in ballots if b.verdict == "approve" or (best_case and b.verdict is None)]
    if quorum.rule == "count":
        return quorum.count is not None and len(won) >= quorum.count
    heard = [b for b in ballots if b.verdict != "abstain"]
    if quorum.rule == "ratio":
        have, whole = Fraction(len(won)), Fraction(len(heard))
        need = Fraction(quorum.ratio if quorum.ratio is not None else 1) * whole
    else:
        have = sum((Fraction(b.weight) for b in won), Fraction(0))
        whole = sum((Fraction(b.weight) for b in heard), Fraction(0))
        need = Fraction(quorum.threshold) * whole / 100
    if whole == 0:
        return False
    return have >= need if quorum.inclusive else have > need
