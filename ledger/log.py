"""Verify the ledger itself, row by row as a database gives them, against the signed checkpoints over it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from ledger.chain import Chains, read_body, replay_state
from ledger.checkpoint import Checkpoint, verify_checkpoint
from ledger.findings import Report
from ledger.merkle import HASH_BYTES, Frontier, leaf_hash
from ledger.notes import Key
from ledger.strict import Malformed

CHAIN_COLUMNS = {"subject_type", "subject_id", "subject_seq", "prev"}
States = Mapping[tuple[str, str], Mapping[str, Any]]


class Row(NamedTuple):
    """A stored entry.

    idx      place in the ledger; None for one that has none yet (these come last)
    body     the stored bytes
    leaf     the stored leaf hash
    columns  stored columns that repeat members of the body, by the name and in the form they have there
             (``prev`` as hex text, ``ts`` as ISO text); they are compared, never believed
    """

    idx: int | None
    body: bytes
    leaf: bytes
    columns: Mapping[str, Any]


def verify_log(
    rows: Iterable[Row],
    notes: Sequence[str],
    keys: Sequence[Key],
    *,
    node: Callable[[int], bytes | None] | None = None,
    derive: Callable[[Mapping[str, Any]], Mapping[str, Any]] | None = None,
    states: States | None = None,
    anchored: str | None = None,
) -> Report:
    """Verify every row in one pass, holding one hash for each subject and the right edge of the tree.

    rows      in order of index, from 0
    notes     signed checkpoints over this ledger; the more of them, the closer a mismatch is located
    node      the leaf hash kept in the tree's own table for an index, a second witness against one edited row
    derive    what columns that are no member of the body must hold, from its members
    states    subject (type, id) → members of its state as other tables have it, which must come out of the entries
    anchored  the signed note of a checkpoint that was kept elsewhere
    """
    report = Report()
    heads = _heads(report, notes, keys, anchored)
    check = _LogCheck(report, heads, node, derive, states or {})
    for row in rows:
        check.take(row)
    check.finish()
    return report


def _heads(report: Report, notes: Sequence[str], keys: Sequence[Key], anchored: str | None) -> list[Checkpoint]:
    """The valid checkpoints, smallest first; two over the same size stay two, so a fork is found."""
    heads = []
    kept = [("checkpoint", note) for note in notes]
    if anchored is not None:
        kept.append(("anchored", anchored))
    for source, note in kept:
        try:
            heads.append(verify_checkpoint(note, keys)[0])
        except Malformed as error:
            name = note.split("\n\n")[0].replace("\n", " ")[:120]
            report.add(f"{source}.malformed" if error.code.endswith(".malformed") else f"{source}.forged", name=name)
    heads.sort(key=lambda head: head.size)
    if heads:
        report.origin, report.size, report.root = heads[-1].origin, heads[-1].size, heads[-1].root.hex()
    for head in heads:
        if head.origin != report.origin:
            report.add("checkpoint.mismatch", name=f"{head.origin} {head.size}")
    return heads


class _LogCheck:
    def __init__(
        self,
        report: Report,
        heads: list[Checkpoint],
        node: Callable[[int], bytes | None] | None,
        derive: Callable[[Mapping[str, Any]], Mapping[str, Any]] | None,
        states: States,
    ) -> None:
        self._report = report
        self._heads = heads
        self._node = node
        self._derive = derive
        self._states = states
        self._replayed: dict[tuple[str, str], dict[str, Any]] = {subject: {} for subject in states}
        self._chains = Chains(report)
        self._frontier = Frontier()
        self._next = 0
        self._whole = True  # no row left out so far, so roots can be compared
        self._agreed = 0  # entries under the last checkpoint that agreed
        self._compare()

    def take(self, row: Row) -> None:
        index = row.idx
        self._report.entries += 1
        if index is not None:
            if index < self._next:
                self._report.add("row.repeated", index=index)
                return
            if index > self._next:
                self._report.add("row.missing", first=self._next, last=index - 1)
                self._whole = False
            self._next = index + 1
        kept = self._node(index) if self._node is not None and index is not None else None
        recorded = row.leaf if kept is None else kept
        self._check_row(row, recorded, "-" if index is None else index)
        if index is not None and self._whole:
            self._frontier.append(recorded if len(recorded) == HASH_BYTES else leaf_hash(row.body))
            self._compare()

    def _check_row(self, row: Row, recorded: bytes, index: int | str) -> None:
        columns = row.columns
        place = {
            "index": index,
            "subject_type": columns.get("subject_type", "?"),
            "subject_id": columns.get("subject_id", "?"),
            "seq": columns.get("subject_seq", "?"),
        }
        if leaf_hash(row.body) != recorded:
            # Chain and tree go on from what was recorded: one edited row is one finding, the rest stays comparable.
            self._report.add("entry.altered", **place)
            self._forget_state(columns)
            if columns.keys() >= CHAIN_COLUMNS:
                self._chains.follow(columns, recorded.hex(), row.idx)
            return
        if row.leaf != recorded:
            self._report.add("row.column", **place, column="leaf_hash")
        try:
            members = read_body(row.body)
        except Malformed as error:
            self._report.add("entry.malformed", place=index, reason=error.code)
            self._forget_state(columns)
            return
        expected = members if self._derive is None else {**members, **self._derive(members)}
        for name, value in columns.items():
            if name not in expected or expected[name] != value:
                self._report.add("row.column", **place, column=name)
        replayed = self._replayed.get((members["subject_type"], members["subject_id"]))
        if replayed is not None:
            replay_state(replayed, members)
        self._chains.follow(members, recorded.hex(), row.idx)

    def _compare(self) -> None:
        while self._heads and self._heads[0].size == self._frontier.size:
            head = self._heads.pop(0)
            if head.root == self._frontier.root():
                self._agreed = head.size
                continue
            self._report.add("root.mismatch", first=self._agreed, last=head.size - 1, size=head.size)
            self._whole = False  # every later root differs for the same reason

    def finish(self) -> None:
        self._report.subjects = len(self._chains.heads)
        longest = self._heads[-1].size if self._heads else 0
        if longest > self._next:
            self._report.add("anchored.shorter", size=self._next, anchored=longest)
        self._report.unsealed = max(0, self._report.entries - self._report.size)
        self._check_states()

    def _forget_state(self, columns: Mapping[str, Any]) -> None:
        """What an unreadable entry changed is unknown: that entry is the finding, not the state after it."""
        self._replayed.pop((columns.get("subject_type", "?"), columns.get("subject_id", "?")), None)

    def _check_states(self) -> None:
        for (type_, id_), replayed in self._replayed.items():
            for member, value in self._states[type_, id_].items():
                if replayed.get(member) != value:
                    told = {"expected": replayed.get(member), "found": value}
                    shown = {name: "-" if each is None else each for name, each in told.items()}
                    self._report.add("row.state", subject_type=type_, subject_id=id_, member=member, **shown)
