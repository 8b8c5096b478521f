"""The ledger as rows: one changed row is named, whatever was changed in it and however well it was covered up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import ledger
from ledger import Entry, Report, Row, verify_log
from tests.ledger.sample import START, Log, make_log, row, signer

LOG = make_log(30)
HEADS = [LOG.checkpoint(size) for size in (10, 20, 30)]
KEYS = [signer().key]


def check(rows: list[Row], notes: list[str] | None = None, **options: Any) -> Report:
    return verify_log(iter(rows), HEADS if notes is None else notes, KEYS, **options)


def codes(report: Report) -> list[str]:
    return [finding.code for finding in report.findings]


def with_row(index: int, new: Row) -> list[Row]:
    rows = LOG.rows()
    rows[index] = new
    return rows


def changed(entry: Entry) -> bytes:
    return entry.body.replace(b"1200000", b"9200000")


def test_untouched_rows_are_intact() -> None:
    report = check(LOG.rows())
    assert (report.verdict, report.entries, report.subjects, report.size, report.unsealed) == ("intact", 30, 3, 30, 0)
    assert check([], []).verdict == "intact"
    assert check(LOG.rows(), []).unsealed == 30
    assert check(LOG.rows(), [HEADS[1]]).unsealed == 10


def test_a_changed_body_is_named_once_with_its_place() -> None:
    report = check(with_row(13, LOG.rows()[13]._replace(body=changed(LOG.entries[13]))))
    assert codes(report) == ["entry.altered"]
    assert dict(report.findings[0].params) == {"index": 13, "subject_type": "case", "subject_id": "case1", "seq": 5}
    assert report.exit_code == 1


def test_a_body_that_is_no_longer_json_is_named_once() -> None:
    assert codes(check(with_row(13, LOG.rows()[13]._replace(body=b"\xff")))) == ["entry.altered"]


def test_a_changed_body_with_a_matching_hash_breaks_chain_and_root() -> None:
    body = changed(LOG.entries[13])
    rows = with_row(13, LOG.rows()[13]._replace(body=body, leaf=ledger.leaf_hash(body)))
    report = check(rows)
    assert codes(report) == ["chain.broken", "root.mismatch"]
    assert report.findings[0].params["index"] == 16
    assert dict(report.findings[1].params) == {"first": 10, "last": 19, "size": 20}
    exact = check(rows, node=lambda index: LOG.tree.node(0, index))
    assert codes(exact) == ["entry.altered"]
    assert exact.findings[0].params["index"] == 13


def rewritten(at: int) -> Log:
    """The log a thorough forger leaves: one entry changed, every later hash of it recomputed."""
    heads: dict[str, Entry] = {}
    entries = []
    for index, old in enumerate(LOG.entries):
        last = heads.get(old.subject_id)
        members = ledger.canonical.parse(old.body)
        entries.append(
            ledger.make_entry(
                subject_type="case",
                subject_id=old.subject_id,
                subject_seq=old.subject_seq,
                prev_hash=ledger.FIRST_PREV if last is None else last.chain_hash,
                ts=START,
                actor="forger" if index == at else "u17",
                verb=members["verb"],
            )
            if index >= at
            else old
        )
        heads[old.subject_id] = entries[-1]
    return Log(entries, ledger.Tree(entry.leaf_hash for entry in entries))


def test_a_history_rewritten_throughout_is_located_between_two_checkpoints() -> None:
    forged = rewritten(13)
    report = check(forged.rows())
    assert codes(report) == ["root.mismatch"]
    assert report.findings[0].params["first"] == 10
    assert report.findings[0].params["last"] == 19
    # Its own checkpoints, signed with another key, count for nothing; an anchored one finds it even then.
    own = forged.checkpoint(by=signer(seed=9))
    assert codes(check(forged.rows(), [own])) == ["checkpoint.forged"]
    assert codes(check(forged.rows(), [], anchored=HEADS[2])) == ["root.mismatch"]


@pytest.mark.parametrize("column", ["actor", "subject_seq", "prev", "subject_id"])
def test_a_changed_column_is_named(column: str) -> None:
    report = check(with_row(13, row(13, LOG.entries[13], **{column: "x"})))
    assert codes(report) == ["row.column"]
    assert (report.findings[0].params["index"], report.findings[0].params["column"]) == (13, column)


def test_a_changed_hash_column_is_named() -> None:
    rows = with_row(13, LOG.rows()[13]._replace(leaf=bytes(32)))
    assert "entry.altered" in codes(check(rows))
    kept = check(rows, node=lambda index: LOG.tree.node(0, index))
    assert [(finding.code, finding.params["column"]) for finding in kept.findings] == [("row.column", "leaf_hash")]
    assert "entry.altered" in codes(check(with_row(13, LOG.rows()[13]._replace(leaf=b""))))


MISSING: list[tuple[Callable[[list[Row]], list[Row]], list[str], int]] = [
    (lambda rows: rows[:13] + rows[14:], ["row.missing", "entry.missing"], 2),
    (lambda rows: rows[1:], ["row.missing", "entry.missing"], 2),
    (lambda rows: rows[:25], ["anchored.shorter"], 4),
    (lambda rows: [], ["anchored.shorter"], 4),
    (lambda rows: [*rows[:5], rows[4], *rows[5:]], ["row.repeated"], 1),
    (lambda rows: [*rows[:5], rows[6], rows[5], *rows[7:]], ["row.missing", "row.repeated"], 1),
]


@pytest.mark.parametrize(("edit", "expected", "exit_code"), MISSING)
def test_missing_and_moved_rows(edit: Callable[[list[Row]], list[Row]], expected: list[str], exit_code: int) -> None:
    report = check(edit(LOG.rows()))
    assert codes(report)[: len(expected)] == expected
    assert report.exit_code == exit_code


def test_two_rows_whose_contents_were_swapped() -> None:
    rows = LOG.rows()
    rows[4], rows[7] = rows[7]._replace(idx=4), rows[4]._replace(idx=7)
    assert {"entry.missing", "entry.repeated"} <= set(codes(check(rows)))


def test_rows_that_wait_for_their_place_are_checked_too() -> None:
    waiting = [each._replace(idx=None) for each in LOG.rows()[25:]]
    assert codes(check([*LOG.rows()[:25], *waiting], HEADS[:2])) == []
    waiting[2] = waiting[2]._replace(body=changed(LOG.entries[27]))
    report = check([*LOG.rows()[:25], *waiting], HEADS[:2])
    assert codes(report) == ["entry.altered"]
    assert report.findings[0].params["index"] == "-"
    assert report.findings[0].params["seq"] == 10


def test_two_heads_of_one_size_are_a_fork() -> None:
    fork = rewritten(29).checkpoint()
    assert "root.mismatch" in codes(check(LOG.rows(), [*HEADS, fork]))


def test_checkpoints_that_do_not_count() -> None:
    other = LOG.checkpoint(by=signer("other.example"))
    assert codes(check(LOG.rows(), [*HEADS, other])) == ["checkpoint.forged"]
    keys = [*KEYS, signer("other.example").key]
    assert codes(verify_log(LOG.rows(), [LOG.checkpoint(20), other], keys)) == ["checkpoint.mismatch"]
    assert codes(check(LOG.rows(), [*HEADS, "no note"])) == ["checkpoint.malformed"]
    assert codes(check(LOG.rows(), anchored="no note")) == ["anchored.malformed"]
    assert check(LOG.rows(), anchored=make_log(40).checkpoint()).exit_code == 4


def test_what_is_stored_but_is_no_entry() -> None:
    body = b'{"v":1}'
    rows = with_row(13, Row(13, body, ledger.leaf_hash(body), {}))
    assert codes(check(rows))[0] == "entry.malformed"


def test_columns_too_few_to_follow_the_chain_still_name_the_row() -> None:
    rows = with_row(28, Row(28, b"x", LOG.entries[28].leaf_hash, {}))
    report = check(rows)
    assert codes(report) == ["entry.altered"]
    assert report.findings[0].params["subject_id"] == "?"


CLAIMED = {("case", "case0"): {"status": "running", "round": 10}, ("case", "case2"): {"status": "running"}}


def test_states_that_entries_lead_to_are_in_order() -> None:
    assert check(LOG.rows(), states=CLAIMED).findings == []


@pytest.mark.parametrize(
    ("subject", "claimed", "expected", "found"),
    [("case1", {"status": "approved"}, "running", "approved"), ("case1", {"grade": "AA"}, "-", "AA"),
     ("case1", {"status": None}, "running", "-"), ("case9", {"status": "running"}, "-", "running")],
)  # fmt: skip
def test_a_state_no_entry_leads_to_is_named(subject: str, claimed: dict[str, Any], expected: str, found: str) -> None:
    report = check(LOG.rows(), states={**CLAIMED, ("case", subject): claimed})
    assert (codes(report), report.verdict) == (["row.state"], "tampered")
    (member,) = claimed
    assert dict(report.findings[0].params) == {
        "subject_type": "case", "subject_id": subject, "member": member, "expected": expected, "found": found,
    }  # fmt: skip
    assert all(report.findings[0].sentence(lang) for lang in ("zh", "en"))


@pytest.mark.parametrize("make", [changed, lambda _entry: b"\xff"])
def test_an_entry_that_was_altered_is_one_finding_and_not_a_state_too(make: Callable[[Entry], bytes]) -> None:
    place = 28  # the last entry about case1
    rows = with_row(place, LOG.rows()[place]._replace(body=make(LOG.entries[place])))
    assert codes(check(rows, states={("case", "case1"): {"status": "running", "round": 10}})) == ["entry.altered"]
