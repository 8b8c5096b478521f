"""Ten thousand edits behind an anchored checkpoint: each one found, in the file and in the rows; no false alarm."""

from __future__ import annotations

import hashlib
import random
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ledger
from ledger import Entry, Report, Row, canonical
from ledger.signer import sign_note
from ledger.trail import seal_text
from tests.ledger.sample import START, bundle_of, make_log, row, signer, unzip, verified, zipped
from tests.proofs import Proof

LOG = make_log(40)
HEAD = LOG.checkpoint()
KEYS = [signer().key]
KINDS = ("bit", "delete", "swap", "insert", "truncate", "replay")
Members = dict[str, bytes]
T = TypeVar("T")


TRAIL = unzip(bundle_of(LOG))
OLDER = unzip(bundle_of(make_log(20)))
FOREIGN = unzip(bundle_of(LOG, "case2"))


def flip_bit(data: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(data) * 8)
    changed = bytearray(data)
    changed[place // 8] ^= 1 << place % 8
    return bytes(changed)


def rearranged(items: list[T], kind: str, chance: random.Random) -> list[T]:
    """The list with one item left out, two exchanged, the tail cut, or one item repeated later."""
    place = chance.randrange(len(items))
    if kind == "delete":
        return items[:place] + items[place + 1 :]
    if kind == "truncate":
        return items[:place]
    if kind == "replay":
        later = chance.randrange(place + 1, len(items) + 1)
        return [*items[:later], items[place], *items[later:]]
    other = (place + chance.randrange(1, len(items))) % len(items)
    out = list(items)
    out[place], out[other] = out[other], out[place]
    return out


def forged_entry(chance: random.Random, last: Entry | None = None, subject: str = "case1") -> Entry:
    return ledger.make_entry(
        subject_type="case",
        subject_id=subject,
        subject_seq=1 if last is None else last.subject_seq + 1,
        prev_hash=ledger.FIRST_PREV if last is None else last.chain_hash,
        ts=START,
        actor=f"forger{chance.randrange(1000)}",
        verb="decision.made",
    )


# ---- the exported file


def edit_file(kind: str, chance: random.Random) -> Members:
    """One edit of one member or of the lines of entries.jsonl."""
    members = dict(TRAIL)
    if kind == "bit":
        name = chance.choice(sorted(members))
        members[name] = flip_bit(members[name], chance)
        return members
    if chance.random() < 0.5:
        lines = members["entries.jsonl"].splitlines(keepends=True)
        if kind == "insert":
            lines.insert(chance.randrange(len(lines) + 1), forged_entry(chance).body + b"\n")
        else:
            lines = rearranged(lines, kind, chance)
        members["entries.jsonl"] = b"".join(lines)
        return members
    name, other = chance.sample(sorted(members), 2)
    if kind == "delete":
        del members[name]
    elif kind == "swap":
        members[name], members[other] = members[other], members[name]
    elif kind == "insert":
        members[f"extra{chance.randrange(9)}/{name}"] = members[other]
    elif kind == "truncate":
        members[name] = members[name][: chance.randrange(len(members[name]))]
    else:  # replay: a member of an older or of another genuine export
        source = chance.choice([OLDER, FOREIGN])
        same = [each for each in sorted(source) if each in members and source[each] != members[each]]
        name = chance.choice(same)
        members[name] = source[name]
    return members


def sealed_anew(members: Members, by: ledger.Signer) -> Members:
    """The forger brings list and seal into line with what he changed."""
    manifest = canonical.parse(members["manifest.json"])
    manifest["files"] = {
        name: hashlib.sha256(content).hexdigest()
        for name, content in members.items()
        if name not in ("manifest.json", "seal.txt")
    }
    written = canonical.dumps(manifest)
    return {**members, "manifest.json": written, "seal.txt": sign_note(seal_text(by.key.name, written), by).encode()}


def covered_up(members: Members, chance: random.Random) -> Members:
    """Sealed anew with a key of his own: hashes and lists fit, the signature is nobody's we trust."""
    try:
        return sealed_anew(members, signer(seed=chance.randrange(8, 200)))
    except (KeyError, TypeError, ledger.Malformed):
        return members  # he spoiled the list itself


def file_reports(count: int, seed: int) -> list[tuple[str, Report]]:
    chance, out = random.Random(seed), []
    while len(out) < count:
        kind = KINDS[len(out) % len(KINDS)]
        members = edit_file(kind, chance)
        if members == TRAIL:
            continue
        if chance.random() < 0.4:
            members = covered_up(members, chance)
        out.append((kind, verified(zipped(members))))
    return out


def resealed_reports(count: int, seed: int) -> list[tuple[str, Report]]:
    """Worse: whoever holds the sealing key changes entries. They still have to lead to the checkpoint."""
    chance, out = random.Random(seed), []
    lines = TRAIL["entries.jsonl"].splitlines(keepends=True)
    while len(out) < count:
        kind = KINDS[len(out) % len(KINDS)]
        if kind == "bit":
            place = chance.randrange(len(lines))
            new = [*lines[:place], flip_bit(lines[place], chance), *lines[place + 1 :]]
        elif kind == "insert":
            place = chance.randrange(len(lines) + 1)
            new = [*lines[:place], forged_entry(chance).body + b"\n", *lines[place:]]
        else:
            new = rearranged(lines, kind, chance)
        if b"".join(new) != TRAIL["entries.jsonl"]:
            out.append((kind, verified(zipped(sealed_anew({**TRAIL, "entries.jsonl": b"".join(new)}, signer())))))
    return out


# ---- the rows of the database


def edit_row(rows: list[Row], chance: random.Random) -> list[Row]:
    place = chance.randrange(len(rows))
    old, part = rows[place], chance.randrange(3)
    if part == 0:
        new = old._replace(body=flip_bit(old.body, chance))
    elif part == 1:
        new = old._replace(leaf=flip_bit(old.leaf, chance))
    else:
        column = chance.choice(sorted(old.columns))
        new = old._replace(columns={**old.columns, column: f"{old.columns[column]}x"})
    return [*rows[:place], new, *rows[place + 1 :]]


def rechained(rows: list[Row], chance: random.Random) -> list[Row]:
    """A forger with the database writes the rows anew: every number, hash and column fits, but for the signed head."""
    heads: dict[str, Entry] = {}
    entries = []
    for each in rows:
        members = canonical.parse(each.body)
        last = heads.get(members["subject_id"])
        entry = ledger.make_entry(
            subject_type="case",
            subject_id=members["subject_id"],
            subject_seq=1 if last is None else last.subject_seq + 1,
            prev_hash=ledger.FIRST_PREV if last is None else last.chain_hash,
            ts=START,
            actor=members["actor"],
            verb=members["verb"],
            detail=members["detail"],
        )
        heads[entry.subject_id] = entry
        entries.append(entry)
    return [row(index, entry) for index, entry in enumerate(entries)]


def row_reports(count: int, seed: int) -> list[tuple[str, Report]]:
    chance, out = random.Random(seed), []
    original = LOG.rows()
    while len(out) < count:
        kind = KINDS[len(out) % len(KINDS)]
        if kind == "bit":
            rows = edit_row(original, chance)
        elif kind == "insert":
            place = chance.randrange(len(original))  # at the end it would be a new entry, reported as unsealed
            subject = chance.choice(["case1", "new"])
            rows = [*original[:place], row(place, forged_entry(chance, subject=subject)), *original[place:]]
        else:
            rows = rearranged(original, kind, chance)
        if rows == original:
            continue
        if kind != "bit" and chance.random() < 0.4:
            rows = rechained(rows, chance)
        elif chance.random() < 0.7:
            rows = [each._replace(idx=index) for index, each in enumerate(rows)]
        out.append((kind, ledger.verify_log(rows, [HEAD], KEYS)))
    return out


def found(reports: list[tuple[str, Report]]) -> dict[str, int]:
    undetected = [kind for kind, report in reports if report.exit_code == 0 or not report.findings]
    assert undetected == []
    return {kind: sum(each == kind for each, _report in reports) for kind in KINDS}


@pytest.mark.parametrize(
    "share",
    [pytest.param(1, id="slice"), pytest.param(34, id="whole", marks=pytest.mark.long)],
)
def test_every_edit_is_found(share: int, proof: Proof) -> None:
    files, sealed, rows = file_reports(120 * share, 92), resealed_reports(60 * share, 93), row_reports(120 * share, 94)
    counts = {"file": found(files), "file sealed anew": found(sealed), "rows": found(rows)}
    total = sum(sum(each.values()) for each in counts.values())
    proof.tried, proof.what, proof.seed = total, f"edits ({counts})", "92 to 94"
    assert total == 300 * share
    for kind in ("delete", "truncate"):  # what is gone is called missing where nothing else is wrong
        assert {report.exit_code for each, report in rows if each == kind} <= {1, 2, 4}


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 80), st.integers(1, 9), st.data())
def test_no_false_alarm(count: int, subjects: int, data: st.DataObject) -> None:
    log = make_log(count, subjects)
    sizes = data.draw(st.sets(st.integers(0, count), max_size=4))
    report = ledger.verify_log(log.rows(), [log.checkpoint(size) for size in sizes], KEYS)
    assert (report.exit_code, report.findings) == (0, [])
    subject = data.draw(st.sampled_from([None, *{entry.subject_id for entry in log.entries}]))
    assert verified(bundle_of(log, subject)).findings == []


def test_a_bit_of_the_zip_itself_is_found_or_changes_nothing() -> None:
    chance, original = random.Random(95), bundle_of(LOG)
    for _ in range(400):
        data = flip_bit(original, chance)
        report = verified(data)
        if report.exit_code == 0:
            assert unzip(data) == TRAIL


def test_a_file_cut_anywhere_is_unreadable() -> None:
    chance, original = random.Random(96), bundle_of(LOG)
    for _ in range(100):
        assert verified(original[: chance.randrange(len(original))]).exit_code == 3
