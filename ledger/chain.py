"""The chain of one subject: every entry numbered without a gap and naming the hash of the one before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from ledger.findings import Report
from ledger.strict import Malformed, parse

BODY_MEMBERS = frozenset((
    "v", "subject_type", "subject_id", "subject_seq", "ts", "actor", "on_behalf", "role", "verb", "detail",
    "before", "after", "reason", "definitions", "request_id", "prev",
))
TEXT_MEMBERS = ("subject_type", "subject_id", "prev", "ts", "actor", "verb")
NO_PREV = "0" * 64
MAX_NAMED_GAP = 100  # entries left out in one place that are named one by one


class Subject(NamedTuple):
    type: str
    id: str


class Head(NamedTuple):
    """Where a subject's chain stands: number of the last entry and its leaf hash in hex."""

    seq: int
    leaf: str


def read_body(body: bytes) -> dict[str, Any]:
    """The members of an entry's stored bytes; Malformed where they are not an entry of this version."""
    members = parse(body)
    if not isinstance(members, dict) or members.keys() != BODY_MEMBERS or members["v"] != 1:
        raise Malformed("entry.shape")
    seq = members["subject_seq"]
    for name in TEXT_MEMBERS:
        if type(members[name]) is not str:
            raise Malformed("entry.shape")
    if type(seq) is not int or seq < 1 or not isinstance(members["definitions"], list):
        raise Malformed("entry.shape")
    return members


class Chains:
    """Follows many subjects at once, entry by entry in ledger order, and reports every break."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self.heads: dict[Subject, Head] = {}

    def follow(
        self,
        members: Mapping[str, Any],
        leaf: str,
        index: int | None,
        places: Mapping[int, tuple[int, str]] | None = None,
    ) -> None:
        """Take the next entry; `places` tells ledger index and leaf hash of each number of its subject, where known."""
        subject = Subject(members["subject_type"], members["subject_id"])
        seq = members["subject_seq"]
        head = self.heads.get(subject, Head(0, NO_PREV))
        if seq <= head.seq:
            self._add("entry.repeated", subject, seq, index)
            return
        if seq == head.seq + 1:
            if members["prev"] != head.leaf:
                self._add("chain.broken", subject, seq, index)
        else:
            for gap in range(head.seq + 1, min(seq, head.seq + 1 + MAX_NAMED_GAP)):
                self._add("entry.missing", subject, gap, (places or {}).get(gap, ("?", ""))[0])
        self.heads[subject] = Head(seq, leaf)

    def _add(self, code: str, subject: Subject, seq: int, index: int | str | None) -> None:
        self._report.add(code, subject_type=subject.type, subject_id=subject.id, seq=seq, index=index)


def replay_state(state: dict[str, Any], members: Mapping[str, Any]) -> None:
    """Lay the members an entry says it changed over the state recorded so far."""
    after = members["after"]
    if isinstance(after, dict):
        state.update(after)
