"""Each finding about a trail file, one by one: even where list and seal were made to fit by the key's own holder."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from typing import Any

import pytest

import ledger
from ledger import canonical
from ledger.signer import sign_note
from ledger.trail import seal_text
from tests.ledger.sample import ORIGIN, SCORECARD, START, bundle_of, make_log, signer, trusted, unzip, verified, zipped

LOG = make_log(23)
TRAIL = unzip(bundle_of(LOG))
WHOLE = unzip(bundle_of(LOG, None))
FOREIGN = unzip(bundle_of(LOG, "case2"))
PINNED = "definitions/scorecard.customer_rating.3.json"
Members = dict[str, bytes]


def without(*names: str, source: Members = TRAIL) -> Members:
    return {name: content for name, content in source.items() if name not in names}


def listed(members: Members, **changes: Any) -> Members:
    """Members with their list and seal made anew by the log's own key; `changes` are of the list."""
    manifest = canonical.parse(TRAIL["manifest.json"])
    contents = {name: content for name, content in members.items() if name not in ("manifest.json", "seal.txt")}
    files = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    written = canonical.dumps({**manifest, "files": files, **changes})
    seal = sign_note(seal_text(ORIGIN, written), signer()).encode()
    return {**contents, "manifest.json": written, "seal.txt": seal}


def subject(**changes: Any) -> dict[str, Any]:
    found: dict[str, Any] = canonical.parse(TRAIL["manifest.json"])["subjects"][0]
    return {**found, **changes}


def edited(name: str, edit: Callable[[Any], Any]) -> Members:
    return {**TRAIL, name: canonical.dumps(edit(canonical.parse(TRAIL[name])))}


def dropping(place: int) -> Members:
    """Without one line of entries.jsonl."""
    lines = TRAIL["entries.jsonl"].splitlines(keepends=True)
    del lines[place]
    return {**TRAIL, "entries.jsonl": b"".join(lines)}


def no_leaf(leaves: Any) -> Any:
    del leaves[0]["leaves"][2]
    return leaves


CASES: list[tuple[str, Members, list[str], int]] = [
    ("nothing", listed(TRAIL), [], 0),
    ("seal gone", without("seal.txt"), ["seal.missing"], 2),
    ("seal of another list", {**TRAIL, "seal.txt": FOREIGN["seal.txt"]}, ["seal.forged"], 1),
    ("member gone", without("report.html"), ["member.missing"], 2),
    ("member changed", {**TRAIL, "report.html": b"x"}, ["member.altered"], 1),
    ("member added", {**TRAIL, "more.txt": b"x"}, ["member.unlisted"], 1),
    ("head gone", listed(without("checkpoint.txt")), ["member.missing"], 2),
    ("entries gone", listed(without("entries.jsonl")), ["member.missing"], 2),
    ("places gone", listed(without("leaves.json")), ["member.missing"], 2),
    ("head of another key", listed({**TRAIL, "checkpoint.txt": LOG.checkpoint(by=signer(seed=9)).encode()}),
     ["checkpoint.forged"], 1),
    ("head that is none", listed({**TRAIL, "checkpoint.txt": b"x"}), ["checkpoint.malformed"], 1),
    ("list names another size", listed(TRAIL, size=22), ["checkpoint.mismatch"], 1),
    ("list names another ledger", listed(TRAIL, origin="other"), ["seal.forged", "checkpoint.mismatch"], 1),
    ("line dropped inside", listed(dropping(3)), ["entry.missing"], 2),
    ("last line dropped", listed(dropping(-1)), ["trail.cut", "trail.state"], 2),
    ("last line dropped, end moved",
     listed(dropping(-1), subjects=[subject(count=7, state={})]), ["trail.head"], 1),
    ("line of no place", listed(edited("leaves.json", no_leaf)), ["entry.unknown"], 1),
    ("no places at all", listed({**TRAIL, "leaves.json": b"[]"}), ["entry.unknown"] * 8, 1),
    ("subject not listed", listed(TRAIL, subjects=[]), ["trail.unlisted"], 1),
    ("subject listed without entries", listed(TRAIL, subjects=[subject(), subject(subject_id="other", state={})]),
     ["trail.cut"], 2),
    ("state that never was", listed(TRAIL, subjects=[subject(state={"status": "approved", "limit": "1.00"})]),
     ["trail.state", "trail.state"], 2),
    ("proof gone", listed(without("proofs/4.tlog-proof")), ["proof.missing"], 2),
    ("proof that is none", listed({**TRAIL, "proofs/4.tlog-proof": b"x"}), ["proof.forged"], 1),
    ("proof of another entry", listed({**TRAIL, "proofs/4.tlog-proof": TRAIL["proofs/7.tlog-proof"]}),
     ["proof.forged"], 1),
    ("proof to another head",
     listed({**TRAIL, "proofs/4.tlog-proof": TRAIL["proofs/4.tlog-proof"].replace(b"\n23\n", b"\n24\n")}),
     ["proof.forged"], 1),
    ("definition gone", listed(without(PINNED)), ["definition.missing"], 2),
    ("definition changed", listed({**TRAIL, PINNED: SCORECARD.replace(b"DEBT", b"DEBU")}), ["definition.altered"], 1),
    ("link to the past gone", listed(without("history/11.consistency")), ["history.missing"], 2),
    ("link to the past that is none", listed({**TRAIL, "history/11.consistency": b"x\n"}), ["history.forged"], 1),
    ("link to another past",
     listed({**TRAIL, "history/11.checkpoint": make_log(11, 2).checkpoint().encode()}), ["history.forged"], 1),
    ("past signed by another key",
     listed({**TRAIL, "history/11.checkpoint": LOG.checkpoint(11, by=signer(seed=9)).encode()}),
     ["checkpoint.forged"], 1),
    ("past larger than now",
     listed({**TRAIL, "history/11.checkpoint": make_log(30).checkpoint().encode()}), ["history.forged"], 1),
    ("whole claimed of a part", listed(TRAIL, whole=True), ["root.mismatch"], 1),
]  # fmt: skip


@pytest.mark.parametrize(("case", "members", "codes", "exit_code"), CASES)
def test_findings(case: str, members: Members, codes: list[str], exit_code: int) -> None:
    report = verified(zipped(members))
    assert [finding.code for finding in report.findings] == codes
    assert report.exit_code == exit_code
    assert all(finding.sentence(lang) for finding in report.findings for lang in ("zh", "en"))


def test_a_whole_log_with_an_entry_exchanged() -> None:
    lines = WHOLE["entries.jsonl"].splitlines(keepends=True)
    lines[-1] = lines[-1].replace(b"1200000", b"9200000")
    report = verified(zipped({**WHOLE, "entries.jsonl": b"".join(lines)}))
    found = {finding.code: finding.params for finding in report.findings}
    assert found.keys() == {"member.altered", "entry.altered", "root.mismatch"}
    assert found["entry.altered"]["index"] == 22


def test_one_definition_under_two_fingerprints() -> None:
    entries = [
        ledger.make_entry(
            subject_type="definition", subject_id=f"d{number}", subject_seq=1, prev_hash=ledger.FIRST_PREV,
            ts=START, actor="u1", verb="definition.published",
            definitions=[{"kind": "form", "key": "k", "version": 1, "fingerprint": f"sha256:{number}"}],
        )
        for number in range(2)
    ]  # fmt: skip
    log = type(LOG)(entries, ledger.Tree(entry.leaf_hash for entry in entries))
    body = canonical.dumps({})
    data = bundle_of(log, None, states={}, earlier=[], definitions=[ledger.Pinned("form", "k", 1, body)])
    assert {finding.code for finding in verified(data).findings} == {"definition.altered"}


def test_without_any_key_nothing_signed_is_believed() -> None:
    bare = without(f"keys/{signer().key.id.hex()}.json")
    report = ledger.verify_bundle(io.BytesIO(zipped(bare)), anchored=LOG.checkpoint())
    assert [finding.code for finding in report.findings] == ["key.missing", "member.missing", "anchored.forged"]
    assert (report.origin, report.keys, report.own_keys) == ("", [], True)
    spoiled = {**TRAIL, f"keys/{signer().key.id.hex()}.json": b"{}"}
    report = ledger.verify_bundle(io.BytesIO(zipped(spoiled)))
    assert [finding.code for finding in report.findings][:2] == ["key.malformed", "key.missing"]
    assert report.exit_code == 3


def test_an_anchor_is_not_compared_with_a_head_that_is_missing() -> None:
    data = zipped(listed(without("checkpoint.txt")))
    report = ledger.verify_bundle(io.BytesIO(data), trusted(signer()), LOG.checkpoint(11))
    assert [finding.code for finding in report.findings] == ["member.missing"]


