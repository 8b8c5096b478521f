"""Write a trail file: exact bytes of entries, proofs to a signed checkpoint, and a seal over the whole list."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from ledger import canonical
from ledger.chain import Subject, read_body
from ledger.checkpoint import format_hashes, format_proof, read_checkpoint
from ledger.notes import Key
from ledger.signer import Signer, sign_note
from ledger.single import verifier_source
from ledger.strict import Malformed
from ledger.trail import definition_name, seal_text
from ledger.tree import Nodes, consistency_proof, inclusion_proof

README = """审计轨迹 / Audit trail

核验（不需要网络和数据库）：
To verify (no network, no database):

    pip install cryptography
    python verify_trail.py TRAIL.zip --key PUBLIC_KEY_FILE

公钥和 verify_trail.py 应从账本所有者处另行取得；包里的副本只证明前后一致。
Get the public key and verify_trail.py from the ledger's owner by another way; the copies in here show consistency only.

entries.jsonl   一行一条记录，与账本中的字节完全相同 / one entry a line, the very bytes of the ledger
leaves.json     每条记录的账本序号与哈希 / place and hash of each entry in the ledger
proofs/         每条记录的存在证明 (C2SP tlog-proof) / inclusion proof of each entry
checkpoint.txt  账本的签章点 (C2SP tlog-checkpoint) / signed head of the ledger
history/        以前的签章点与一致性证明 / earlier heads and consistency proofs
keys/           公钥及有效期 / public keys with validity
definitions/    记录所引用的配置 / definitions that entries refer to
manifest.json   清单：主体、条数、最后状态、各文件摘要 / list: subjects, counts, last states, digests
seal.txt        对清单的签名 / signature over the list
"""
_FILE = re.compile(r"[a-z0-9_.-]+(?:/[a-z0-9_.-]+)*", re.IGNORECASE)
_STAMP = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Pinned:
    """A definition that entries refer to: `body` are the canonical bytes whose SHA-256 is its fingerprint."""

    kind: str
    key: str
    version: int | str
    body: bytes


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key of the log with the time in which its seals count."""

    key: Key
    valid_from: datetime | None = None
    valid_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Trail:
    """What is exported.

    entries      (ledger index, stored body) in ledger order: every entry of each subject from its first on
    nodes        hashes of complete subtrees, for proofs
    checkpoint   signed note over a size that covers every index
    states       subject (type, id) → members of its recorded state that must come out of the entries
    earlier      signed notes of smaller checkpoints, each linked by a consistency proof
    definitions  all that the entries pin
    files        more members, by path: the report, time-stamp tokens, attachments
    """

    entries: Sequence[tuple[int, bytes]]
    nodes: Nodes
    checkpoint: str
    keys: Sequence[PublicKey]
    exported_at: datetime
    states: Mapping[tuple[str, str], Mapping[str, Any]] = field(default_factory=dict)
    earlier: Sequence[str] = ()
    definitions: Iterable[Pinned] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)


def write_bundle(trail: Trail, signer: Signer) -> bytes:
    """The zip file of a trail, sealed by `signer`, whose key must be named as the checkpoint's origin.

    The same trail gives the same bytes. Entries are not judged here: an altered or missing one is exported as the
    ledger holds it and the verifier names it, since an export that fails would hide the evidence. Raises ValueError
    for what no ledger could hold: entries out of order or not under the checkpoint, a checkpoint of another log, an
    earlier checkpoint that is later, a name of a file that is taken or not allowed.
    """
    head = read_checkpoint(trail.checkpoint)
    if signer.key.name != head.origin:
        raise ValueError(f"the key of {signer.key.name} does not speak for {head.origin}")
    leaves, subjects = _places(trail, head.size)
    whole = [index for index, _body in trail.entries] == list(range(head.size))
    members: dict[str, bytes] = {
        "entries.jsonl": b"".join(body + b"\n" for _index, body in trail.entries),
        "leaves.json": canonical.dumps(leaves),
        "checkpoint.txt": trail.checkpoint.encode(),
        "verify_trail.py": verifier_source().encode(),
        "README.txt": README.encode(),
    }
    if not whole:
        for index, _body in trail.entries:
            proof = inclusion_proof(trail.nodes, index, head.size)
            members[f"proofs/{index}.tlog-proof"] = format_proof(index, proof, trail.checkpoint).encode()
    _add(members, _history(trail, head.size))
    _add(members, {f"keys/{public.key.id.hex()}.json": _key_file(public) for public in trail.keys})
    for each in trail.definitions:
        _add(members, {definition_name(_pin(each)): each.body})
    _add(members, trail.files)
    manifest = canonical.dumps(
        {
            "v": 1,
            "origin": head.origin,
            "size": head.size,
            "root": head.root.hex(),
            "exported_at": _iso(trail.exported_at),
            "whole": whole,
            "subjects": subjects,
            "files": {name: hashlib.sha256(content).hexdigest() for name, content in members.items()},
        }
    )
    seal = sign_note(seal_text(head.origin, manifest), signer).encode()
    return _zip({"manifest.json": manifest, "seal.txt": seal, **members})


def _places(trail: Trail, size: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Per subject the places of its entries and its end, with the hashes that the tree recorded."""
    places: dict[Subject, list[list[Any]]] = {}
    last = -1
    for index, body in trail.entries:
        if not last < index < size:
            raise ValueError(f"entry {index} is out of order or not under the checkpoint over {size}")
        last = index
        try:
            members = read_body(body)
        except Malformed:
            continue  # exported as it is; the verifier names the line
        subject = Subject(members["subject_type"], members["subject_id"])
        leaf = trail.nodes.node(0, index).hex()
        places.setdefault(subject, []).append([members["subject_seq"], index, leaf])
    if trail.states.keys() - places.keys():
        raise ValueError("a state is named for a subject without entries")
    leaves, ends = [], []
    for subject in sorted(places):
        name = {"subject_type": subject.type, "subject_id": subject.id}
        seq, _index, leaf = max(places[subject])
        leaves.append({**name, "leaves": places[subject]})
        ends.append({**name, "count": seq, "last_leaf": leaf, "state": dict(trail.states.get(subject, {}))})
    return leaves, ends


def _history(trail: Trail, size: int) -> dict[str, bytes]:
    out: dict[str, bytes] = {}
    for note in trail.earlier:
        earlier = read_checkpoint(note)
        if earlier.size > size:
            raise ValueError(f"the earlier checkpoint over {earlier.size} is later than the one over {size}")
        out[f"history/{earlier.size}.checkpoint"] = note.encode()
        proof = consistency_proof(trail.nodes, earlier.size, size)
        out[f"history/{earlier.size}.consistency"] = format_hashes(proof).encode()
    return out


def _key_file(each: PublicKey) -> bytes:
    return canonical.dumps(
        {
            "key": str(each.key),
            "valid_from": None if each.valid_from is None else _iso(each.valid_from),
            "valid_until": None if each.valid_until is None else _iso(each.valid_until),
        }
    )


def _pin(each: Pinned) -> dict[str, Any]:
    return {"kind": each.kind, "key": each.key, "version": each.version}


def _iso(moment: datetime) -> str:
    if moment.tzinfo is None:
        raise Malformed("entry.naive_time", "/exported_at")
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _add(members: dict[str, bytes], more: Mapping[str, bytes]) -> None:
    for name, content in more.items():
        if not _FILE.fullmatch(name) or ".." in name:
            raise ValueError(f"{name!r} cannot be the name of a member")
        if name in members or name in ("manifest.json", "seal.txt"):
            raise ValueError(f"{name!r} is there already")
        members[name] = content


def _zip(members: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            info = zipfile.ZipInfo(name, _STAMP)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            archive.writestr(info, content)
    return buffer.getvalue()
