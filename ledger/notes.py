"""Signed notes (C2SP signed-note): a text, and signatures that name the key and, inside the key's id, the algorithm."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from ledger.strict import Malformed

ED25519 = 0x01
MAX_NOTE_CHARS = 1_000_000
MAX_SIGNATURES = 64


def ed25519_verifies(public: bytes, signature: bytes, text: bytes) -> bool:
    """Whether `signature` (64 bytes) over `text` was made by the owner of `public` (32 bytes, RFC 8032)."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, text)
    except (InvalidSignature, ValueError):
        return False
    return True


# Another algorithm is one more line: its type byte enters the key id, so no signature can be read as another kind.
ALGORITHMS: Mapping[int, Callable[[bytes, bytes, bytes], bool]] = {ED25519: ed25519_verifies}
PUBLIC_BYTES: Mapping[int, int] = {ED25519: 32}


@dataclass(frozen=True, slots=True)
class Key:
    """A public key under a name; `str(key)` is the text form ``name+hex id+base64(algorithm || public)``."""

    name: str
    public: bytes
    algorithm: int = ED25519

    def __post_init__(self) -> None:
        if not _is_name(self.name) or len(self.public) != PUBLIC_BYTES.get(self.algorithm):
            raise Malformed("key.malformed", name=self.name)

    @property
    def id(self) -> bytes:
        """First four bytes of SHA-256(name || 0x0A || algorithm || public)."""
        return hashlib.sha256(self.name.encode() + b"\n" + self._encoded()).digest()[:4]

    def _encoded(self) -> bytes:
        return bytes([self.algorithm]) + self.public

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(self._encoded()).decode()}"


def parse_key(text: str) -> Key:
    """The key of its text form; Malformed ``key.malformed`` when the id does not fit the rest."""
    parts = text.strip().split("+", 2)
    if len(parts) != 3:
        raise Malformed("key.malformed", name=text[:80])
    encoded = unbase64(parts[2], "key.malformed", name=parts[0])
    if not encoded:
        raise Malformed("key.malformed", name=parts[0])
    key = Key(parts[0], encoded[1:], encoded[0])
    if key.id.hex() != parts[1]:
        raise Malformed("key.malformed", name=parts[0])
    return key


def signature_line(key: Key, signature: bytes) -> str:
    return f"\u2014 {key.name} {base64.b64encode(key.id + signature).decode()}\n"


def verify_note(note: str, keys: Iterable[Key]) -> tuple[str, tuple[Key, ...]]:
    """The text of a note, final newline included, and the known keys that signed it: at least one.

    Raises Malformed ``note.malformed``, ``note.forged`` where the signature of a known key does not fit, and
    ``note.unsigned`` where no known key signed. Signatures of unknown keys are passed over, as the format asks.
    """
    text, signatures = _split_note(note)
    known = {(key.name, key.id): key for key in keys}
    signed: list[Key] = []
    for name, blob in signatures:
        key = known.get((name, blob[:4]))
        if key is None or key in signed:
            continue
        if not ALGORITHMS[key.algorithm](key.public, blob[4:], text.encode()):
            raise Malformed("note.forged", key=str(key))
        signed.append(key)
    if not signed:
        raise Malformed("note.unsigned")
    return text, tuple(signed)


def note_text(note: str) -> str:
    """The text of a note without asking who signed it; nothing it says may be trusted yet."""
    return _split_note(note)[0]


def unbase64(text: str, code: str, **params: str) -> bytes:
    """The bytes of strict base64 (RFC 4648 §4); Malformed `code` for anything that has a second spelling."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Malformed(code, **params) from None
    if base64.b64encode(data).decode() != text:
        raise Malformed(code, **params)
    return data


def _split_note(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    if len(note) > MAX_NOTE_CHARS or any(char < " " and char != "\n" for char in note):
        raise Malformed("note.malformed")
    text, gap, tail = note.rpartition("\n\n")
    lines = tail.split("\n")
    if not gap or lines.pop() != "" or not 1 <= len(lines) <= MAX_SIGNATURES:
        raise Malformed("note.malformed")
    signatures = []
    for line in lines:
        dash, name, encoded = (*line.split(" "), "", "")[:3]
        if dash != "\u2014" or not _is_name(name) or line.count(" ") != 2:
            raise Malformed("note.malformed")
        blob = unbase64(encoded, "note.malformed")
        if len(blob) < 5:
            raise Malformed("note.malformed")
        signatures.append((name, blob))
    return text + "\n", signatures


def _is_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(char.isspace() for char in name)
