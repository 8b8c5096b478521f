"""Checkpoints (C2SP tlog-checkpoint): the signed head of the tree, and the proof texts that lead to it."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ledger.merkle import HASH_BYTES
from ledger.notes import Key, note_text, unbase64, verify_note
from ledger.strict import Malformed

PROOF_HEADER = "c2sp.org/tlog-proof@v1"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """`size` leaves have the Merkle root `root` (32 bytes) in the log named `origin`."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """The note text that is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def parse_checkpoint(text: str) -> Checkpoint:
    """A Checkpoint of its note text; Malformed ``checkpoint.malformed``.

    Extension lines are refused: no log of ours writes them, and nothing but the signature would vouch for them.
    """
    lines = text.split("\n")
    name = lines[0][:80]
    if len(lines) != 4 or lines[3] or not name:
        raise Malformed("checkpoint.malformed", name=name)
    root = unbase64(lines[2], "checkpoint.malformed", name=name)
    if len(root) != HASH_BYTES:
        raise Malformed("checkpoint.malformed", name=name)
    return Checkpoint(lines[0], _decimal(lines[1], "checkpoint.malformed", name=name), root)


def read_checkpoint(note: str) -> Checkpoint:
    """The Checkpoint inside a note, its signature unchecked."""
    return parse_checkpoint(note_text(note))


def verify_checkpoint(note: str, keys: Iterable[Key]) -> tuple[Checkpoint, Key]:
    """The Checkpoint and the key of the log that signed it; only a key named as the origin speaks for the log.

    Raises Malformed: ``note.malformed``, ``note.forged``, ``note.unsigned``, ``checkpoint.malformed``.
    """
    text, signers = verify_note(note, keys)
    checkpoint = parse_checkpoint(text)
    for key in signers:
        if key.name == checkpoint.origin:
            return checkpoint, key
    raise Malformed("note.unsigned")


def format_proof(index: int, hashes: Sequence[bytes], note: str) -> str:
    """An inclusion proof as a tlog-proof file: index, hashes, and the signed checkpoint they lead to."""
    return f"{PROOF_HEADER}\nindex {index}\n{format_hashes(hashes)}\n{note}"


def parse_proof(text: str) -> tuple[int, list[bytes], str]:
    """(index, hashes, checkpoint note) of a tlog-proof file; Malformed ``proof.malformed``. Extra data is refused."""
    head, gap, note = text.partition("\n\n")
    lines = head.split("\n")
    if not gap or len(lines) < 2 or lines[0] != PROOF_HEADER or not lines[1].startswith("index "):
        raise Malformed("proof.malformed")
    return _decimal(lines[1][6:], "proof.malformed"), [_hash(line) for line in lines[2:]], note


def format_hashes(hashes: Sequence[bytes]) -> str:
    """One base64 line a hash."""
    return "".join(base64.b64encode(value).decode() + "\n" for value in hashes)


def parse_hashes(text: str) -> list[bytes]:
    """Hashes of `format_hashes`; Malformed ``proof.malformed``."""
    if text and not text.endswith("\n"):
        raise Malformed("proof.malformed")
    return [_hash(line) for line in text.split("\n")[:-1]]


def _hash(line: str) -> bytes:
    value = unbase64(line, "proof.malformed")
    if len(value) != HASH_BYTES:
        raise Malformed("proof.malformed")
    return value


def _decimal(text: str, code: str, **params: str) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > 19 or (text[0] == "0" and text != "0"):
        raise Malformed(code, **params)
    return int(text)
