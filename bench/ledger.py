"""What verifying costs: the whole verifier against bare hashing of the same bytes, the tree against another library.

python -m bench.ledger [--entries 200000]   prints figures and their ratios, all measured in this one run.
"""

from __future__ import annotations

import argparse
import hashlib
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import TypeVar

import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pymerkle import InmemoryTree

import ledger
from ledger import Checkpoint, Frontier, Row, canonical, leaf_hash

T = TypeVar("T")
START = datetime(2026, 3, 2, tzinfo=UTC)
CASE_ENTRIES = 12
PEER_ENTRIES = 20_000
WRITTEN = 5_000


def bodies(count: int) -> Iterator[tuple[bytes, dict[str, object]]]:
    """Entries of Cases of twelve acts each, as canonical bytes from one pattern, since writing is measured apart."""
    sample = ledger.make_entry(
        subject_type="case", subject_id="SUBJECT", subject_seq=1, prev_hash=ledger.FIRST_PREV, ts=START, actor="ACTOR",
        role="finance", verb="decision.made", detail={"task": "t3", "answer": "approve", "amount": "1200000.00"},
        before={"status": "running", "step": "finance"}, after={"status": "running", "step": "risk"}, request_id="r1",
    ).body.decode()  # fmt: skip
    pattern = (
        sample.replace('"SUBJECT"', '"%032x"')
        .replace('"ACTOR"', '"%032x"')
        .replace('"subject_seq":1', '"subject_seq":%d')
        .replace(ledger.FIRST_PREV.hex(), "%s")
    )
    prev = ""
    for number in range(count):
        case, seq = number // CASE_ENTRIES, number % CASE_ENTRIES + 1
        prev = ledger.FIRST_PREV.hex() if seq == 1 else prev
        actor = number % 40
        body = (pattern % (actor, prev, case, seq)).encode()
        columns = {"subject_type": "case", "subject_id": f"{case:032x}", "subject_seq": seq, "prev": prev,
                   "actor": f"{actor:032x}", "verb": "decision.made"}  # fmt: skip
        yield body, columns
        prev = leaf_hash(body).hex()


def timed(act: Callable[[], T]) -> tuple[float, T]:
    """Seconds of processor time, so that a busy neighbour does not enter the ratios."""
    start = time.process_time()
    result = act()
    return time.process_time() - start, result


def bare(rows: list[Row]) -> None:
    for row in rows:
        hashlib.sha256(row.body).digest()


def grown(leaves: list[bytes]) -> bytes:
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    return frontier.root()


def peer(items: list[bytes]) -> bytes:
    tree = InmemoryTree(algorithm="sha256")
    for item in items:
        tree.append_entry(item)
    root: bytes = tree.get_root()
    return root


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=200_000)
    count = parser.parse_args().entries
    rows = [Row(index, body, leaf_hash(body), columns) for index, (body, columns) in enumerate(bodies(count))]
    signer = ledger.ed25519_signer("bench.example/ledger", Ed25519PrivateKey.from_private_bytes(bytes(32)))
    tree_seconds, root = timed(lambda: grown([row.leaf for row in rows]))
    note = ledger.sign_checkpoint(Checkpoint(signer.key.name, count, root), signer)

    hash_seconds, _ = timed(lambda: bare(rows))
    verify_seconds, report = timed(lambda: ledger.verify_log(iter(rows), [note], [signer.key]))
    if report.exit_code or report.entries != count:
        raise SystemExit(f"false alarm: {report.findings[:3]}")
    size = sum(len(row.body) for row in rows)
    print(f"{count} entries, {size / count:.0f} bytes each")
    print(f"bare SHA-256      {hash_seconds:8.2f} s  {hash_seconds / count * 1e6:7.2f} µs an entry")
    print(f"tree              {tree_seconds:8.2f} s  {tree_seconds / count * 1e6:7.2f} µs an entry")
    print(f"whole verifier    {verify_seconds:8.2f} s  {verify_seconds / count * 1e6:7.2f} µs an entry")
    print(f"ratio verifier / bare hashing  {verify_seconds / hash_seconds:.1f}")
    print(f"1,000,000 entries at this rate {verify_seconds / count * 1e6:.1f} s")

    part = [row.body for row in rows[:PEER_ENTRIES]]
    ours_seconds, ours = timed(lambda: grown([leaf_hash(body) for body in part]))
    peer_seconds, theirs = timed(lambda: peer(part))
    if ours != theirs:
        raise SystemExit("the other library has another root")
    print(f"tree of {len(part)}: ours {ours_seconds:.3f} s, pymerkle {peer_seconds:.3f} s, "
          f"ratio pymerkle / ours {peer_seconds / ours_seconds:.1f}")  # fmt: skip

    values = [canonical.parse(body) for body in part[:WRITTEN]]
    peer_write, _ = timed(lambda: [rfc8785.dumps(value) for value in values])
    our_write, _ = timed(lambda: [leaf_hash(canonical.dumps(value)) for value in values])
    ours_each, theirs_each = our_write / len(values) * 1e6, peer_write / len(values) * 1e6
    print(f"writing an entry {ours_each:.0f} µs, rfc8785 {theirs_each:.0f} µs, ratio {ours_each / theirs_each:.2f}")


if __name__ == "__main__":
    main()
