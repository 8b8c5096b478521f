"""A small ledger for tests: several subjects interleaved, signed at two sizes, every byte the same on every run."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import ledger
from ledger import Checkpoint, Entry, Pinned, PublicKey, Row, Signer, Trail, Tree, TrustedKey, canonical

ORIGIN = "credence.example/ledger"
START = datetime(2026, 3, 2, 1, 2, 3, 456, tzinfo=UTC)
SCORECARD = canonical.dumps({"facts": ["FIN_DEBT"], "label": {"zh-CN": "客户评级", "en": "Customer rating"}})
PIN = {
    "kind": "scorecard",
    "key": "customer_rating",
    "version": 3,
    "fingerprint": canonical.fingerprint(canonical.parse(SCORECARD)),
}


def signer(name: str = ORIGIN, seed: int = 7) -> Signer:
    return ledger.ed25519_signer(name, Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32))


def trusted(each: Signer) -> list[TrustedKey]:
    return [TrustedKey(each.key)]


@dataclass(frozen=True)
class Log:
    """Entries in ledger order with their tree."""

    entries: Sequence[Entry]
    tree: Tree

    def checkpoint(self, size: int | None = None, by: Signer | None = None) -> str:
        count = len(self.entries) if size is None else size
        by = by or signer()
        return ledger.sign_checkpoint(Checkpoint(by.key.name, count, ledger.root(self.tree, count)), by)

    def rows(self) -> list[Row]:
        return [row(index, entry) for index, entry in enumerate(self.entries)]


def row(index: int | None, entry: Entry, **changes: Any) -> Row:
    columns = {
        "subject_type": entry.subject_type,
        "subject_id": entry.subject_id,
        "subject_seq": entry.subject_seq,
        "prev": entry.prev_hash.hex(),
        "actor": canonical.parse(entry.body)["actor"],
    }
    return Row(index, entry.body, entry.leaf_hash, {**columns, **changes})


def make_log(count: int, subjects: int = 3) -> Log:
    heads: dict[str, Entry] = {}
    entries = []
    for number in range(count):
        subject = f"case{number % subjects}"
        last = heads.get(subject)
        seq = 1 if last is None else last.subject_seq + 1
        heads[subject] = ledger.make_entry(
            subject_type="case",
            subject_id=subject,
            subject_seq=seq,
            prev_hash=ledger.FIRST_PREV if last is None else last.chain_hash,
            ts=START + timedelta(seconds=number),
            actor="u17",
            role="sales",
            verb="decision.made" if seq > 1 else "case.opened",
            detail={"金额": "1200000.00", "step": number},
            after={"status": "running", "round": seq},
            definitions=[PIN] if seq == 1 else [],
            request_id=f"r{number}",
        )
        entries.append(heads[subject])
    return Log(entries, Tree(entry.leaf_hash for entry in entries))


def trail_of(log: Log, subject: str | None = "case1", **changes: Any) -> Trail:
    """The export of one subject (None: the whole log), linked to a checkpoint over half of it."""
    chosen = [(i, e.body) for i, e in enumerate(log.entries) if subject in (None, e.subject_id)]
    last = {e.subject_id: e.subject_seq for e in log.entries if subject in (None, e.subject_id)}
    members: Mapping[str, Any] = {
        "entries": chosen,
        "nodes": log.tree,
        "checkpoint": log.checkpoint(),
        "keys": [PublicKey(signer().key, START - timedelta(days=1), START + timedelta(days=365))],
        "exported_at": START + timedelta(days=2),
        "states": {("case", key): {"status": "running", "round": seq} for key, seq in last.items()},
        "earlier": [log.checkpoint(len(log.entries) // 2)],
        "definitions": [Pinned("scorecard", "customer_rating", 3, SCORECARD)],
        "files": {"report.html": "<p>审计轨迹</p>".encode()},
    }
    return Trail(**{**members, **changes})


def bundle_of(log: Log, subject: str | None = "case1", **changes: Any) -> bytes:
    return ledger.write_bundle(trail_of(log, subject, **changes), signer())


def verified(data: bytes, *, by: Signer | None = None, anchored: str | None = None) -> ledger.Report:
    return ledger.verify_bundle(io.BytesIO(data), trusted(by or signer()), anchored)


def unzip(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(members: Mapping[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, compression)
    return buffer.getvalue()
