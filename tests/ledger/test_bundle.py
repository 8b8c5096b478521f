"""Trail files: written and read back, the same bytes each time, and with whatever the ledger holds."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

import pytest

import ledger
from ledger import Pinned, PublicKey, canonical
from ledger.checkpoint import parse_proof
from tests.ledger.sample import ORIGIN, SCORECARD, START, bundle_of, make_log, signer, trail_of, unzip, verified

LOG = make_log(23)


@pytest.mark.parametrize("subject", ["case0", "case1", "case2", None])
@pytest.mark.parametrize("count", [3, 8, 23])
def test_round_trip(subject: str | None, count: int) -> None:
    log = make_log(count)
    report = verified(bundle_of(log, subject))
    assert (report.verdict, report.exit_code, report.findings) == ("intact", 0, [])
    assert report.entries == len(trail_of(log, subject).entries)
    assert (report.origin, report.size, report.root) == (ORIGIN, count, ledger.root(log.tree, count).hex())
    assert report.keys == [str(signer().key)]


def test_members_are_what_the_formats_say() -> None:
    files = unzip(bundle_of(LOG))
    bodies = [entry.body for entry in LOG.entries if entry.subject_id == "case1"]
    assert files["entries.jsonl"] == b"".join(body + b"\n" for body in bodies)
    index, hashes, note = parse_proof(files["proofs/4.tlog-proof"].decode())
    assert (index, note) == (4, files["checkpoint.txt"].decode())
    assert ledger.verify_inclusion(ledger.leaf_hash(bodies[1]), 4, 23, hashes, ledger.root(LOG.tree, 23))
    manifest = canonical.parse(files["manifest.json"])
    assert manifest["subjects"] == [
        {
            "subject_type": "case",
            "subject_id": "case1",
            "count": 8,
            "last_leaf": ledger.leaf_hash(bodies[-1]).hex(),
            "state": {"status": "running", "round": 8},
        }
    ]
    assert files["definitions/scorecard.customer_rating.3.json"] == SCORECARD
    assert files["report.html"].decode() == "<p>审计轨迹</p>"
    assert b"python verify_trail.py" in files["README.txt"]


def test_the_same_trail_gives_the_same_bytes() -> None:
    assert bundle_of(LOG) == bundle_of(LOG)


def test_a_whole_log_needs_no_single_proofs() -> None:
    assert not [name for name in unzip(bundle_of(LOG, None)) if name.startswith("proofs/")]


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"entries": [(4, LOG.entries[4].body), (1, LOG.entries[1].body)]}, "out of order"),
    ({"entries": [(1, LOG.entries[1].body), (1, LOG.entries[1].body)]}, "out of order"),
    ({"entries": [(23, LOG.entries[1].body)]}, "not under the checkpoint"),
    ({"states": {("case", "other"): {}}}, "subject without entries"),
    ({"earlier": [make_log(40).checkpoint()]}, "later than"),
    ({"checkpoint": LOG.checkpoint(by=signer("other.example"))}, "does not speak for other.example"),
    ({"exported_at": datetime(2026, 1, 1)}, "naive_time"),  # noqa: DTZ001
    ({"files": {"../evil": b""}}, "cannot be the name"),
    ({"files": {"/etc/passwd": b""}}, "cannot be the name"),
    ({"files": {"a/../../b": b""}}, "cannot be the name"),
    ({"files": {"manifest.json": b""}}, "there already"),
    ({"files": {"entries.jsonl": b""}}, "there already"),
    ({"definitions": [Pinned("form", "a", 1, b"{}")] * 2}, "there already"),
]


@pytest.mark.parametrize(("changes", "message"), REFUSED)
def test_what_no_ledger_can_hold_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        bundle_of(LOG, **changes)


def test_keys_with_open_ends_and_a_rotated_key() -> None:
    old, new = signer(seed=3), signer(seed=7)
    keys = [PublicKey(old.key, None, START), PublicKey(new.key)]
    data = bundle_of(LOG, keys=keys, earlier=[LOG.checkpoint(11, by=old)])
    assert ledger.verify_bundle(io.BytesIO(data)).verdict == "intact"
    sealed_late = ledger.write_bundle(trail_of(LOG, keys=keys, checkpoint=LOG.checkpoint(by=old)), old)
    late = ledger.verify_bundle(io.BytesIO(sealed_late))
    assert [finding.code for finding in late.findings] == ["key.expired"]
    assert late.exit_code == 1


def test_a_ledger_that_was_tampered_with_is_exported_as_it_is_and_the_verifier_names_the_place() -> None:
    chosen = trail_of(LOG).entries
    changed = chosen[3][1].replace(b"1200000", b"9200000")
    report = verified(bundle_of(LOG, entries=[*chosen[:3], (chosen[3][0], changed), *chosen[4:]]))
    assert [(finding.code, finding.params["index"], finding.params["seq"]) for finding in report.findings] == [
        ("entry.altered", 10, 4)
    ]
    report = verified(bundle_of(LOG, entries=[*chosen[:3], *chosen[4:]]))
    assert [(finding.code, finding.params["seq"]) for finding in report.findings] == [("entry.missing", 4)]
    report = verified(bundle_of(LOG, entries=[*chosen[:3], (chosen[3][0], b"\xff\n"), *chosen[4:]]))
    assert [finding.code for finding in report.findings] == ["entry.malformed", "entry.malformed", "entry.missing"]
    assert report.exit_code == 1
